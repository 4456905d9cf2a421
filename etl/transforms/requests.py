"""Rows of `request` from raw columns."""

from __future__ import annotations

import pandas as pd

from etl.checks import rows as checks
from etl.transforms import codes, places
from etl.transforms.context import Context, ids_of_keys
from etl.transforms.instants import local_parts
from etl.transforms.work import Work

STATUSES = ("open", "closed", "cancelled")


def request_rows(work: Work, context: Context) -> pd.DataFrame:
    """All rows of the chunk as rows of `request`; the refused ones are noted in `work` and cut by the caller."""
    keys, ids = ids_of_keys(work, context)
    created_at = work.instants("created", reject=True)
    work.refuse(created_at.isna(), "created", "missing_created")
    closed_at = checks.closing_times(work, created_at, work.instants("closed", reject=True), work.map.clock_skew_s)
    status, closed_at = checks.statuses(work, codes.vocabulary(work, "status", STATUSES), closed_at)
    day, hour, weekday = local_parts(created_at, work.zone)
    topic_ids, source_topic = codes.topics(work, context.codes)
    frame = pd.DataFrame(
        {
            "request_id": ids,
            "source": context.source,
            "source_key": keys,
            "topic_id": topic_ids,
            "source_topic": source_topic,
            "request_class_id": codes.request_classes(work, context.codes, topic_ids),
            "status": status,
            "created_at": created_at,
            "created_on": day,
            "created_hour": hour,
            "created_weekday": weekday,
            "closed_at": closed_at,
            "closed_on": local_parts(closed_at, work.zone)[0],
        }
    )
    return _with_given(frame, work, context)


def _with_given(frame: pd.DataFrame, work: Work, context: Context) -> pd.DataFrame:
    """The columns that only some sources give; what a source does not give stays as the tables have it."""
    if work.has("due"):
        frame["source_due_at"] = checks.due_times(work, frame["created_at"], work.instants("due", reject=False))
    if work.has("updated"):
        frame["source_updated_at"] = work.instants("updated", reject=False)
    if work.has("channel"):
        frame["channel_id"] = codes.channels(work, context.codes)
    if work.has("executor"):
        frame["executor_id"] = codes.executors(work, context.codes)
    if work.has("caller_group"):
        frame["caller_group_mask"] = codes.caller_groups(work, context.codes)
    if work.has("on_behalf"):
        frame["is_on_behalf"] = codes.flags(work, "on_behalf").fillna(value=False)
    if work.has("caller"):
        frame["caller_hash"] = work.hasher.many(work.texts("caller"))
    if work.has("contact"):
        frame["contact_id"] = context.linked_ids(work.texts("contact"), "contact")
    return _placed(frame, work, context)


def _placed(frame: pd.DataFrame, work: Work, context: Context) -> pd.DataFrame:
    """Points and territories: by point, else by the source's own name."""
    territory: pd.Series | None = None
    if work.has("lon"):
        lon, lat = places.points(work, context.extent)
        frame["lon"], frame["lat"] = lon, lat
        territory = places.locate(context.areas, lon, lat)
    if work.has("territory"):
        named = codes.reference(work, context.codes, "territory", "territory")
        territory = named if territory is None else territory.fillna(named)
    return frame if territory is None else frame.assign(territory_id=territory)
