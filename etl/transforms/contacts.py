"""Rows of `contact`, `contact_daily`, `queue_ticket` and `followup` from raw columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.schema import OUTCOMES
from etl.transforms import codes
from etl.transforms.context import KEY_JOINT, Context, checked_keys, ids_of_keys
from etl.transforms.instants import local_parts, parse_days
from etl.transforms.work import Work


def contact_rows(work: Work, context: Context) -> pd.DataFrame:
    """All rows of the chunk as rows of `contact`; the outcome is `other` where the source does not say."""
    keys, ids = ids_of_keys(work, context)
    arrived_at = work.instants("arrived", reject=True)
    work.refuse(arrived_at.isna(), "arrived", "missing_instant")
    day, hour, weekday = local_parts(arrived_at, work.zone)
    frame = pd.DataFrame(
        {
            "contact_id": ids,
            "source": context.source,
            "source_key": keys,
            "arrived_at": arrived_at,
            "arrived_on": day,
            "arrived_hour": hour,
            "arrived_weekday": weekday,
            "outcome": codes.vocabulary(work, "outcome", OUTCOMES).fillna("other"),
        }
    )
    return _with_given(frame, work, context)


def _with_given(frame: pd.DataFrame, work: Work, context: Context) -> pd.DataFrame:
    """The columns that only some sources give; what a source does not give stays as the tables have it."""
    for name, column in (("answered", "answered_at"), ("handled", "handled_at")):
        if work.has(name):
            frame[column] = work.instants(name, reject=False)
    frame = _with_times(frame, work)
    if work.has("topic"):
        frame["topic_id"] = codes.topics(work, context.codes)[0]
    if work.has("channel"):
        frame["channel_id"] = codes.channels(work, context.codes)
    for name in ("line", "territory"):
        if work.has(name):
            frame[f"{name}_id"] = codes.reference(work, context.codes, name, name)
    if work.has("caller_group"):
        frame["caller_group_mask"] = codes.caller_groups(work, context.codes)
    if work.has("on_behalf"):
        frame["is_on_behalf"] = codes.flags(work, "on_behalf").fillna(value=False)
    if work.has("request"):
        frame["request_id"] = context.linked_ids(work.texts("request"), "request")
    return frame


def _with_times(frame: pd.DataFrame, work: Work) -> pd.DataFrame:
    for name in ("wait_s", "talk_s"):
        if work.has(name):
            frame[name] = _seconds(work, name)
    if not work.has("wait_s") and "answered_at" in frame:
        frame["wait_s"] = _between(work, frame["arrived_at"], frame["answered_at"])
    return frame


def _seconds(work: Work, name: str) -> pd.Series:
    """Whole seconds, from a number of them or from `h:mm:ss` and `m:ss`; negative ones are dropped and counted."""
    texts = work.texts(name)
    has_colon = pc.fill_null(pc.match_substring(texts, ":"), fill_value=False)
    if not pc.any(has_colon).as_py():
        seconds = work.numbers(name)
    else:
        as_clock = pc.if_else(
            pc.match_substring_regex(texts, r"^\d+:\d\d$"), pc.binary_join_element_wise("00", texts, ":"), texts
        )
        clock = pd.to_timedelta(pc.if_else(has_colon, as_clock, None).to_pandas().astype(object), errors="coerce")
        plain = pd.to_numeric(pc.if_else(has_colon, None, texts).to_pandas(), errors="coerce")
        seconds = clock.dt.total_seconds().fillna(plain.astype("float64"))
        work.repaired(
            f"bad_{name}_dropped",
            int((seconds.isna().to_numpy() & texts.is_valid().to_numpy(zero_copy_only=False)).sum()),
        )
    is_odd = ((seconds < 0) | (seconds > 2**31 - 1)).to_numpy()
    work.repaired(f"bad_{name}_dropped", int(is_odd.sum()))
    return seconds.mask(is_odd).round().astype("Int64")


def _between(work: Work, start: pd.Series, end: pd.Series) -> pd.Series:
    seconds = (end - start).dt.total_seconds()
    is_odd = (seconds < 0).to_numpy()
    work.repaired("bad_wait_s_dropped", int(is_odd.sum()))
    return seconds.mask(is_odd).round().astype("Int64")


def daily_rows(work: Work, context: Context) -> pd.DataFrame:
    """All rows of the chunk as rows of `contact_daily`; averages and shares become sums, which add up over days."""
    day, is_bad = parse_days(work.texts("day"), work.map.formats_of("day"))
    work.refuse(is_bad, "day", "bad_instant")
    work.refuse(day.isna(), "day", "missing_day")
    lines = codes.reference(work, context.codes, "line", "line") if work.has("line") else None
    keys, ids = ids_of_keys(work, context) if work.key_columns else checked_keys(work, context, _day_keys(work, day))
    counts = {name: _count(work, name) for name in ("offered", "answered", "abandoned") if work.has(name)}
    if "abandoned" not in counts:
        counts["abandoned"] = counts["offered"] - counts["answered"]
    work.refuse((counts["answered"] > counts["offered"]).fillna(value=False), "answered", "more_answered_than_offered")
    frame = pd.DataFrame(
        {
            "contact_daily_id": ids,
            "source": context.source,
            "source_key": keys,
            "day_on": day,
            **counts,
            "wait_total_s": _waiting(work, counts["answered"]),
            "answered_in_time": _in_time(work, counts["offered"]),
            "answer_within_s": work.numbers("answer_within_s").round().astype("Int64"),
        }
    )
    return frame if lines is None else frame.assign(line_id=lines)


def _day_keys(work: Work, day: pd.Series) -> pa.Array:
    keys = pa.array(day.dt.strftime("%Y-%m-%d"), pa.string(), from_pandas=True)
    if not work.has("line"):
        return keys
    return pc.binary_join_element_wise(keys, pc.fill_null(work.texts("line"), ""), KEY_JOINT)


def _count(work: Work, name: str) -> pd.Series:
    numbers = work.numbers(name, reject=True)
    work.refuse((numbers < 0).to_numpy(), name, "negative_number")
    work.refuse(numbers.isna().to_numpy(), name, "bad_number")
    return numbers.round().astype("Int64")


def _waiting(work: Work, answered: pd.Series) -> pd.Series:
    if work.has("wait_total_s"):
        return work.numbers("wait_total_s")
    return work.numbers("wait_average_s") * answered.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)


def _in_time(work: Work, offered: pd.Series) -> pd.Series:
    """Calls answered in time; a service level above 1 is a percentage, one above 100 is dropped and counted."""
    if work.has("answered_in_time"):
        return work.numbers("answered_in_time")
    level = work.numbers("service_level")
    if (level > 1.5).any():
        level = level / 100
    is_odd = ((level < 0) | (level > 1)).to_numpy()
    work.repaired("bad_service_level_dropped", int(is_odd.sum()))
    return level.mask(is_odd) * offered.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)


def ticket_rows(work: Work, context: Context) -> pd.DataFrame:
    """All rows of the chunk as rows of `queue_ticket`; waiting and service times are counted where not given."""
    keys, ids = ids_of_keys(work, context)
    issued_at = work.instants("issued", reject=True)
    work.refuse(issued_at.isna(), "issued", "missing_instant")
    day, hour, _ = local_parts(issued_at, work.zone)
    called_at, ended_at = work.instants("called", reject=False), work.instants("ended", reject=False)
    frame = pd.DataFrame(
        {
            "queue_ticket_id": ids,
            "source": context.source,
            "source_key": keys,
            "issued_at": issued_at,
            "issued_on": day,
            "issued_hour": hour,
            "called_at": called_at,
            "ended_at": ended_at,
            "wait_s": _seconds(work, "wait_s") if work.has("wait_s") else _between(work, issued_at, called_at),
            "service_s": _seconds(work, "service_s") if work.has("service_s") else _between(work, called_at, ended_at),
        }
    )
    if work.has("topic"):
        frame["topic_id"] = codes.topics(work, context.codes)[0]
    for name in ("line", "territory"):
        if work.has(name):
            frame[f"{name}_id"] = codes.reference(work, context.codes, name, name)
    return frame


def followup_rows(work: Work, context: Context) -> pd.DataFrame:
    """All rows of the chunk as rows of `followup`; a call back counts as reached where the caller said anything."""
    keys, ids = ids_of_keys(work, context)
    tried_at = work.instants("tried", reject=True)
    work.refuse(tried_at.isna(), "tried", "missing_instant")
    request_ids = context.linked_ids(work.texts("request"), "request")
    work.refuse(request_ids.isna().to_numpy(), "request", "missing_request")
    confirmed, satisfied = codes.flags(work, "confirmed"), codes.flags(work, "satisfied")
    said = confirmed.notna() | satisfied.notna()
    return pd.DataFrame(
        {
            "followup_id": ids,
            "request_id": request_ids,
            "source": context.source,
            "source_key": keys,
            "tried_at": tried_at,
            "tried_on": local_parts(tried_at, work.zone)[0],
            "is_reached": codes.flags(work, "reached").fillna(said),
            "is_confirmed": confirmed,
            "is_satisfied": satisfied,
            "reason": work.texts("reason").to_pandas(),
        }
    )
