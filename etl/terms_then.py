"""The term of each request as it stood after each of its events: what a snapshot taken that evening would have seen."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.clock.events import NOTHING, Requests, order_events, received_s
from etl.clock.policies import PolicyBook
from etl.clock.replay import replay
from etl.clock.tables import whole
from etl.schema import EVENT_KINDS

TERM: Final = ("started_at", "due_at", "late3_at", "paused_at")
_MOVING: Final = ("paused", "resumed", "extended", "reopened", "returned")


def terms_then(book: PolicyBook, facts: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Columns `TERM` (UTC seconds, -1: none), one row per row of `events`: the term after that event, as known then.

    `events` come by request in the order of being known, with `happened_s`, `extended_s` and `extended_to_s` in
    seconds (`NOTHING`: none). `facts` hold the term as it is in the end, which is right for requests that nothing
    moved; the others are replayed once for each of their events. `started_at` is moved on by what the clock stood still
    so far, so that the way from there to `due_at` is the term itself.
    """
    ended = facts.set_index("request_id")[list(TERM[:3])].assign(paused_at=-1)
    made = ended.reindex(events["request_id"]).fillna(-1).astype("int64").set_index(events.index)
    is_other_class = events["request_class_id"].notna() & (events["kind"] != "created")
    moves = events["kind"].isin(_MOVING) | is_other_class
    moved = events[moves.groupby(events["request_id"]).transform("any")]
    if not moved.empty:
        made.loc[moved.index] = _replayed(book, facts.set_index("request_id").loc[moved["request_id"]], moved)
    return made


def _replayed(
    book: PolicyBook, facts: pd.DataFrame, events: pd.DataFrame
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """The terms of events `0..k` of each request, for every k; `facts` has a row per event."""
    count = len(events)
    places = np.arange(count)
    is_first = (events["request_id"] != events["request_id"].shift()).to_numpy()
    first = np.maximum.accumulate(np.where(is_first, places, 0))
    known = places - first + 1
    owner = np.repeat(places, known)
    rows = np.arange(int(known.sum())) - np.repeat(known.cumsum() - known, known) + np.repeat(first, known)
    kinds = pd.Index(EVENT_KINDS).get_indexer(pd.Index(events["kind"])).astype(np.int8)[rows]
    at_s = events["happened_s"].to_numpy(np.int64)[rows]
    created = facts["created_at"].to_numpy(np.int64)
    requests = Requests(
        ids=places,
        topic_ids=whole(facts["topic_id"], 0),
        class_ids=whole(facts["request_class_id"], 0),
        created_s=received_s(count, owner, at_s, kinds, created),
    )
    lives = order_events(
        requests, request=owner, at_s=at_s, kind=kinds, class_ids=whole(events["request_class_id"], 0)[rows],
        extended_s=events["extended_s"].to_numpy(np.int64)[rows],
        extended_to_s=events["extended_to_s"].to_numpy(np.int64)[rows],
    )  # fmt: skip
    results = replay(requests, lives, book)
    stood_s = results.last_s - results.created_s - results.calendar_s
    told = np.column_stack([results.started_s + stood_s, results.due_s, results.late3_s, results.paused_since_s])
    result: npt.NDArray[np.int64] = np.where(told == NOTHING, -1, told)
    return result
