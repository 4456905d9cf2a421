"""Keeping derived tables in step with a load, in its transaction: the clock first, then the roll-ups."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from etl import bulk, rollup
from etl.clock import update as clock
from etl.locks import hold_derived
from etl.rollup.differences import Differences
from etl.rollup.hand import Hand
from etl.schema import sla_result
from etl.seen import Ids
from etl.touched import Touched
from geodata.profile import CityProfile

_SLICE_ROWS = 200_000


def keep_current(
    connection: Connection,
    profile: CityProfile,
    city_id: int,
    touched: Touched,
    hand: Hand,
    differences: Differences,
    *,
    now: datetime,
) -> None:
    """Run the clock of the touched requests and renew the roll-ups: by key, or else of the touched days.

    Requests that the load ran itself (`etl.fresh`) are not among the touched ones, their days are.
    """
    if touched.is_empty():
        return
    hold_derived(connection, city_id)
    requests, is_by_key = touched.request_ids, differences.are_whole(connection)
    if not is_by_key:
        _note_results(connection, touched, requests)
    clock.update(connection, profile, request_ids=requests, now=now)
    if not is_by_key:
        _note_results(connection, touched, requests)
        _note_results(connection, touched, touched.related_ids)
    rollup.update(
        connection, profile, touched=touched, now=now, hand=hand, differences=differences if is_by_key else None
    )


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
