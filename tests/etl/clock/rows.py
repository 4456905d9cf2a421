"""Requests and events of the demo city as rows of the tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from etl import bulk
from etl.ids import city_id_of, fact_id, reference_id
from etl.profile_tables import write_profile
from etl.schema import request, request_event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from geodata.profile import CityProfile

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
Event = tuple[str, str, dict[str, Any]]


def request_id(key: str) -> int:
    """The id of a request of these tests."""
    return fact_id("clock-test", key)


def ref(profile: CityProfile, kind: str, code: str) -> int:
    """The id of a reference row."""
    return reference_id(profile.slug, kind, code)


def write(
    connection: Connection, profile: CityProfile, lives: dict[str, tuple[str, Sequence[Event]]], *, first_no: int = 0
) -> None:
    """Write requests (`lives`: key to class and events of UTC time, kind and columns) with their events."""
    write_profile(connection, profile, now=NOW)
    requests, events = [], []
    for key, (request_class, happened) in lives.items():
        created = pd.Timestamp(happened[0][0], tz="UTC")
        requests.append(
            {
                "request_id": request_id(key), "city_id": city_id_of(profile.slug), "source": "clock-test",
                "source_key": key, "load_id": 1, "status": "open", "created_at": created,
                "created_on": created.tz_localize(None).normalize(), "created_hour": 0, "created_weekday": 0,
                "request_class_id": ref(profile, "request_class", request_class),
            }
        )  # fmt: skip
        for number, (at, kind, columns) in enumerate(happened):
            stamp = pd.Timestamp(at, tz="UTC")
            events.append(
                {
                    "request_id": request_id(key), "event_no": first_no + number, "at": stamp, "kind": kind,
                    "known_at": stamp, "load_id": 1, **columns,
                }
            )  # fmt: skip
    if not first_no:
        bulk.append_frame(connection, request, pd.DataFrame(requests))
    bulk.append_frame(connection, request_event, pd.DataFrame(events))
