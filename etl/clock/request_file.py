"""Requests with their events as JSON, in and out: the clock for those who keep their requests elsewhere.

In: a list of `{"id", "topic" (or null), "class", "events": [{"at" (ISO 8601 with offset), "kind", "reason"?}]}`; an
event may also carry `executor` (any text), `class` (from then on), `extended_minutes` or `extended_to` (an extension
without either gives the policy's extended term, where it has one). Out: see `answers`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from etl.clock.events import NOTHING, Events, Kind, Requests, order_events, received_s
from etl.clock.explain import explain
from etl.clock.policies import NO_POLICY, PolicyBook
from etl.clock.replay import replay
from etl.clock.results import Results
from etl.clock.verdict import verdicts_of
from etl.errors import ClockError

Json = dict[str, Any]
MOST_MINUTES = 10 * 366 * 1440
FIRST_YEAR, LAST_YEAR = 1899, 2200


@dataclass(frozen=True, slots=True)
class RequestFile:
    """Requests as read: arrays for the clock, and what people need (`keys`, reasons by event, executors' names)."""

    keys: tuple[Any, ...]
    requests: Requests
    events: Events
    reasons: tuple[Mapping[int, str], ...]
    executors: Mapping[int, str]


def read_requests(path: Path, book: PolicyBook) -> RequestFile:
    """The requests of a JSON file; raises `ClockError` naming file, request, event and cure."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse)
    except (OSError, ValueError, RecursionError) as error:
        raise ClockError(f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(data, list):
        raise ClockError(f"{path} must hold a JSON list of requests, not a {type(data).__name__}")
    try:
        return parse_requests(data, book)
    except ClockError as error:
        raise ClockError(f"{path}: {error}") from error


def parse_requests(data: Sequence[Any], book: PolicyBook) -> RequestFile:
    """The requests of a parsed list; raises `ClockError` naming request, event and cure."""
    rows = [row for number, item in enumerate(data) for row in _events_of(number, item, book)]
    columns = np.array([row[:-1] for row in rows], dtype=np.int64).reshape(-1, 6)
    request, at_s, kind = columns[:, 0], columns[:, 1], columns[:, 2].astype(np.int8)
    names = sorted({row[-1][1] for row in rows if row[-1][1]})
    numbers = {name: number for number, name in enumerate(names, 1)}
    classes = np.array([_class(number, item, book) for number, item in enumerate(data)], dtype=np.int64)
    unsaid = (kind == Kind.CREATED) & (columns[:, 3] == 0)
    requests = Requests(
        ids=np.arange(len(data)),
        topic_ids=np.array([_topic(number, item, book) for number, item in enumerate(data)], dtype=np.int64),
        class_ids=classes,
        created_s=received_s(len(data), request, at_s, kind),
    )
    events = order_events(
        requests,
        request=request,
        at_s=at_s,
        kind=kind,
        class_ids=np.where(unsaid, classes[request], columns[:, 3]),
        extended_s=columns[:, 4],
        extended_to_s=columns[:, 5],
        executor_ids=np.array([numbers.get(row[-1][1], 0) for row in rows], dtype=np.int64),
    )
    return RequestFile(
        keys=tuple(item.get("id") for item in data),
        requests=requests,
        events=events,
        reasons=_reasons(events, [row[-1][0] for row in rows]),
        executors={number: name for name, number in numbers.items()},
    )


def answers(
    file: RequestFile, book: PolicyBook, *, now: datetime, lang: str = "en", has_details: bool = False
) -> list[Json]:
    """One object per request, in the order given.

    `id`, `policy` (code@version), `clock`, `target_minutes`, `working_minutes`, `calendar_minutes` (both until closed
    or last event, pauses left out; calendar since receipt), `due_at` (city's offset), `verdict`, `explanation`;
    `has_details` adds `received_at`, `started_at`, `resolved_at`, `paused_minutes`, `late_minutes`,
    `remaining_minutes` (own clock, open ones), `returns`, `reopens`, `executor_changes`, `executors`.
    """
    now_s = int(now.timestamp())
    results = replay(file.requests, file.events, book, through_s=now_s)
    said = verdicts_of(results, now_s) if len(results) else np.empty(0, dtype=str)
    left = results.remaining_s(now_s) if len(results) else np.empty(0, dtype=np.int64)
    return [
        {"id": key}
        | _numbers(results, book, row, str(said[row]))
        | {
            "explanation": explain(
                results, book, row, now_s=now_s, lang=lang, reasons=file.reasons[row], executors=file.executors
            )
        }
        | (_details(results, book, row, int(left[row]), file.executors) if has_details else {})
        for row, key in enumerate(file.keys)
    ]


def _numbers(results: Results, book: PolicyBook, row: int, verdict: str) -> Json:
    place = int(results.policy[row])
    policy = None if place == NO_POLICY else book.policies[place]
    return {
        "policy": f"{policy.code}@{policy.version}" if policy else None,
        "clock": policy.clock if policy else None,
        "target_minutes": _minutes(int(results.target_s[row])),
        "working_minutes": _minutes(int(results.working_s[row])),
        "calendar_minutes": _minutes(int(results.calendar_s[row])),
        "due_at": _iso(int(results.due_s[row]), book),
        "verdict": verdict,
    }


def _details(results: Results, book: PolicyBook, row: int, left_s: int, names: Mapping[int, str]) -> Json:
    return {
        "received_at": _iso(int(results.created_s[row]), book),
        "started_at": _iso(int(results.started_s[row]), book),
        "resolved_at": _iso(int(results.resolved_s[row]), book),
        "paused_minutes": _minutes(int(results.paused_s[row])),
        "late_minutes": _minutes(int(results.late_s[row])),
        "remaining_minutes": _minutes(left_s),
        "returns": int(results.returns[row]),
        "reopens": int(results.reopens[row]),
        "executor_changes": int(results.executor_changes[row]),
        "executors": _executors(results, row, names),
    }


def _executors(results: Results, row: int, names: Mapping[int, str]) -> list[Json]:
    times = results.executor_times
    first, last = np.searchsorted(times.request, [row, row + 1]).tolist()
    return [
        {
            "executor": names.get(int(times.executor_ids[place])),
            "working_minutes": _minutes(int(times.working_s[place])),
            "calendar_minutes": _minutes(int(times.calendar_s[place])),
        }
        for place in range(first, last)
    ]


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON: write null or a number")


def _minutes(seconds: int) -> int | None:
    return None if seconds == NOTHING else int(seconds / 60)


def _iso(at_s: int, book: PolicyBook) -> str | None:
    return None if at_s == NOTHING else datetime.fromtimestamp(at_s, book.zone).isoformat()


def _topic(number: int, item: Json, book: PolicyBook) -> int:
    try:
        return book.topic_id(str(item["topic"])) if item.get("topic") else 0
    except ClockError as error:
        raise ClockError(f"request {item.get('id', number)!r}: {error}") from error


def _class(number: int, item: Json, book: PolicyBook) -> int:
    if item.get("class") is None:
        raise ClockError(f"request {item.get('id', number)!r} has no class: give one of {', '.join(book.classes)}")
    try:
        return book.class_id(str(item["class"]))
    except ClockError as error:
        raise ClockError(f"request {item.get('id', number)!r}: {error}") from error


def _events_of(number: int, item: Any, book: PolicyBook) -> list[tuple[Any, ...]]:
    """Rows of (request, at, kind, class, extended, extended to, (reason, executor))."""
    if not isinstance(item, dict):
        raise ClockError(f"entry {number} is not an object with id, class and events")
    if "id" not in item:
        raise ClockError(f"entry {number} has no id: give it one, by which its answer is known")
    where = f"request {item.get('id', number)!r}"
    events = item.get("events")
    if not isinstance(events, list) or not events:
        raise ClockError(f"{where} has no events: give at least its created event")
    return [_event(number, f"{where}, event {place}", event, book) for place, event in enumerate(events)]


def _event(number: int, where: str, event: Any, book: PolicyBook) -> tuple[Any, ...]:
    if not isinstance(event, dict):
        raise ClockError(f"{where} is not an object with at and kind")
    known = [kind.name.lower() for kind in Kind]
    if event.get("kind") not in known:
        raise ClockError(f"{where}: kind {event.get('kind')!r} is not one of {', '.join(known)}")
    try:
        new_class = book.class_id(event["class"]) if event.get("class") else 0
    except ClockError as error:
        raise ClockError(f"{where}: {error}") from error
    minutes, until = event.get("extended_minutes"), event.get("extended_to")
    is_whole = isinstance(minutes, int) and not isinstance(minutes, bool)
    if minutes is not None and not (is_whole and 0 <= minutes <= MOST_MINUTES):
        raise ClockError(
            f"{where}: extended_minutes {minutes!r} is not a whole number of minutes from 0 to {MOST_MINUTES} (10 y)"
        )
    return (
        number,
        _instant(where, "at", event.get("at")),
        known.index(event["kind"]),
        new_class,
        NOTHING if minutes is None else minutes * 60,
        NOTHING if until is None else _instant(where, "extended_to", until),
        (str(event.get("reason") or ""), str(event.get("executor") or "")),
    )


def _instant(where: str, field: str, text: Any) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise ClockError(
            f"{where}: {field} {text!r} is not an ISO 8601 instant: write 2026-12-24T16:00:00+01:00"
        ) from error
    if moment.tzinfo is None:
        raise ClockError(f"{where}: {field} {text!r} has no offset: write 2026-12-24T16:00:00+01:00, or Z for UTC")
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise ClockError(f"{where}: {field} {text!r} lies outside {FIRST_YEAR + 1} to {LAST_YEAR - 1}: mend the year")
    return int(moment.astimezone(UTC).timestamp())


def _reasons(events: Events, given: Sequence[str]) -> tuple[Mapping[int, str], ...]:
    """Reasons by number of the event in replay order, for each request."""
    found: list[dict[int, str]] = [{} for _ in range(len(events.first) - 1)]
    for row, (request, place) in enumerate(zip(events.request.tolist(), events.given.tolist(), strict=True)):
        if place >= 0 and given[place]:
            found[request][row - int(events.first[request])] = given[place]
    return tuple(found)
