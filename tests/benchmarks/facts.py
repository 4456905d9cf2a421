"""A year of facts for the questions of the pages, made as numbers and appended as a load appends its rows.

Topics come as Zipf's law has them, class and executor mostly as the topic and the place say, as in a real city.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, select

from etl import bulk, schema
from etl.ids import city_id_of
from tests.benchmarks.questions import DAYS, NOW, PROFILE

START_S: Final = 1_735_689_600
DAY_S: Final = 86_400
CHUNK_ROWS: Final = 250_000
KINDS: Final = ("topic", "request_class", "channel", "territory", "executor", "line")

Whole = npt.NDArray[np.int64]


def fill(connection: Connection, rows: int) -> None:
    """`rows` requests with their terms, as many contacts, and a call back about every fourth request."""
    ids = {kind: _ids(connection, kind) for kind in KINDS}
    for first in range(0, rows, CHUNK_ROWS):
        n = np.arange(first, min(first + CHUNK_ROWS, rows), dtype=np.int64)
        at_s = START_S + (n * 7919) % (DAYS * DAY_S)
        place = _places(n, ids)
        took_s = 60 * (10 + (n * 104_729 // 13) % 20_000)
        closed_s = np.where((at_s + took_s > int(NOW.timestamp())) | (n % 97 == 0), -1, at_s + took_s)
        bulk.append_frame(connection, schema.request, _requests(n, at_s, closed_s, place))
        bulk.append_frame(connection, schema.sla_result, _terms(n, at_s, closed_s, took_s))
        bulk.append_frame(connection, schema.contact, _contacts(n, at_s, place))
    for first in range(0, rows // 4, CHUNK_ROWS):
        bulk.append_frame(connection, schema.followup, _calls(np.arange(first, min(first + CHUNK_ROWS, rows // 4))))


def _ids(connection: Connection, kind: str) -> Whole:
    table = schema.metadata.tables[kind]
    return np.array(connection.scalars(select(table.c[f"{kind}_id"]).order_by(table.c.code)).all(), dtype=np.int64)


def _places(n: Whole, ids: Mapping[str, Whole]) -> dict[str, Whole]:
    """The ids of the reference rows of each fact."""
    sizes = {kind: len(held) for kind, held in ids.items()}

    def skewed(kind: str, salt: int) -> Whole:  # the k-th one 1 / k times as often as the first
        share = (n * salt // 7 % 10_007) / 10_007
        return np.floor(sizes[kind] ** share).astype(np.int64) - 1

    def usual(kind: str, number: Whole, salt: int) -> Whole:  # nine times in ten what the topic and the place say
        return np.where(n % 10 == salt % 10, n * salt // 7, number) % sizes[kind]

    topic, channel = skewed("topic", 31), skewed("channel", 13)
    territory = n * 11 // 7 % sizes["territory"]
    places = {
        "topic": topic, "channel": channel, "territory": territory, "request_class": usual("request_class", topic, 17),
        "executor": usual("executor", 2 * topic + territory, 29), "line": usual("line", channel, 7),
    }  # fmt: skip
    return {f"{kind}_id": ids[kind][number] for kind, number in places.items()}


def _requests(n: Whole, at_s: Whole, closed_s: Whole, place: Mapping[str, Whole]) -> pd.DataFrame:
    kept = {name: column for name, column in place.items() if name != "line_id"}
    return pd.DataFrame({
        "request_id": n, **_said(n), **kept, "caller_group_mask": np.where(n % 3 == 0, 1 << n % 6, 0),
        "is_on_behalf": False, "status": np.where(closed_s < 0, "open", "closed"),
        **_moment("created", at_s), "closed_at": _instants(closed_s), "closed_on": _days(closed_s),
    })  # fmt: skip


def _terms(n: Whole, at_s: Whole, closed_s: Whole, took_s: Whole) -> pd.DataFrame:
    term_s = DAY_S * (1 + n % 20)
    verdict = pd.Series(np.where(took_s <= term_s, "on_time", "late")).where(closed_s >= 0)
    return pd.DataFrame({
        "request_id": n, "city_id": city_id_of(PROFILE.slug), "started_at": _instants(at_s),
        "due_at": _instants(at_s + term_s), "due_on": _days(at_s + term_s), "late3_at": _instants(at_s + 3 * term_s),
        "resolved_at": _instants(closed_s), "resolved_on": _days(closed_s), "verdict": verdict, "paused_min": 0,
        "is_paused": False, "events": 2, "executor_changes": 0, "returns": 0, "reopens": 0,
    })  # fmt: skip


def _contacts(n: Whole, at_s: Whole, place: Mapping[str, Whole]) -> pd.DataFrame:
    outcomes = {"unprocessed": n % 5003 == 0, "abandoned": n % 11 == 0, "request": n % 3 == 0}
    outcome = np.select(list(outcomes.values()), list(outcomes), "consultation")
    kept = {name: place[name] for name in ("channel_id", "line_id", "topic_id", "territory_id")}
    return pd.DataFrame({
        "contact_id": n, **_said(n), **_moment("arrived", at_s), **kept, "outcome": outcome,
        "answered_at": _instants(np.where(n % 11 == 0, -1, at_s)), "wait_s": n * 31 % 300, "caller_group_mask": 0,
        "is_on_behalf": False,
    })  # fmt: skip


def _calls(n: Whole) -> pd.DataFrame:
    tried_s = START_S + (n * 7919) % (DAYS * DAY_S) + 2_000_000
    return pd.DataFrame({
        "followup_id": n, "request_id": n * 4, **_said(n), "tried_at": _instants(tried_s), "tried_on": _days(tried_s),
        "is_reached": True, "is_confirmed": n % 10 != 0,
    })  # fmt: skip


def _said(n: Whole) -> dict[str, Any]:
    """What every fact says of where it comes from."""
    keys = np.char.zfill(n.astype(str), 9)
    return {"city_id": city_id_of(PROFILE.slug), "source": "bench", "source_key": keys, "load_id": 1,
            "is_simulated": False}  # fmt: skip


def _moment(word: str, at_s: Whole) -> dict[str, Any]:
    return {
        f"{word}_at": _instants(at_s), f"{word}_on": _days(at_s), f"{word}_hour": at_s // 3600 % 24,
        f"{word}_weekday": (at_s // DAY_S + 3) % 7,
    }  # fmt: skip


def _instants(seconds: Whole) -> pd.Series:
    """Instants in UTC; those below 0 are missing."""
    return pd.Series(pd.to_datetime(seconds, unit="s", utc=True)).where(seconds >= 0)


def _days(seconds: Whole) -> pd.Series:
    return pd.Series(pd.to_datetime(seconds // DAY_S * DAY_S, unit="s")).where(seconds >= 0)
