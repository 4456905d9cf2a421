"""Keeping derived tables in step with a load, in its transaction: the clock first, then the touched days' roll-ups."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from etl import bulk, rollup
from etl.clock import update as clock
from etl.locks import hold_derived
from etl.schema import sla_result
from etl.seen import Ids
from etl.touched import Touched
from geodata.profile import CityProfile

_SLICE_ROWS = 200_000


def keep_current(
    connection: Connection, profile: CityProfile, city_id: int, touched: Touched, *, now: datetime, is_first: bool
) -> None:
    """Run the clock of the touched requests and renew the roll-ups of the touched days.

    `is_first`: the touched requests are new, so that they have no earlier result to look for.
    """
    if touched.is_empty():
        return
    hold_derived(connection, city_id)
    requests = touched.request_ids
    if not is_first:
        _note_results(connection, touched, requests)
        _note_results(connection, touched, touched.related_ids)
    _run_clock(connection, profile, requests, now=now, is_new=is_first)
    _note_results(connection, touched, requests)
    if is_first:
        _note_results(connection, touched, touched.related_ids)
    rollup.update(connection, profile, touched=touched, now=now)


def _note_results(connection: Connection, touched: Touched, ids: Ids) -> None:
    """Note the days on which requests were due or done, as the clock has them at this moment."""
    for start in range(0, len(ids), _SLICE_ROWS):
        with bulk.temporary_ids(connection, sla_result.c.request_id, ids[start : start + _SLICE_ROWS]) as stage:
            statement = (
                select(sla_result.c.due_on, sla_result.c.resolved_on)
                .join(stage, stage.c.request_id == sla_result.c.request_id)
                .distinct()
            )
            found = bulk.read_frame(connection, statement)
        touched.add_days("due_days", found["due_on"])
        touched.add_days("resolved_days", found["resolved_on"])


def _run_clock(connection: Connection, profile: CityProfile, ids: Ids, *, now: datetime, is_new: bool) -> None:
    for start in range(0, len(ids), _SLICE_ROWS):
        clock.update(connection, profile, request_ids=ids[start : start + _SLICE_ROWS], now=now, is_new=is_new)
