"""Rows that cannot be: mended by a named rule where the truth is plain, refused where it is not, always counted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.seen import SeenIds
from etl.transforms.work import Work


def check_keys(work: Work, keys: pd.Series, ids: np.ndarray, seen: SeenIds) -> None:
    """Refuse rows without a key and those whose key came before, in this chunk or an earlier one of the file."""
    work.refuse(keys.isna(), "key", "missing_key")
    good = np.flatnonzero(work.good())
    mine = ids[good]
    repeated = seen.known(mine) | pd.Series(mine).duplicated().to_numpy()
    seen.add(mine[~repeated])
    mask = np.zeros(len(ids), dtype=bool)
    mask[good[repeated]] = True
    work.refuse(mask, "key", "duplicate_key")


def closing_times(work: Work, created_at: pd.Series, closed_at: pd.Series, skew_s: int) -> pd.Series:
    """Closing times not before receipt: a moment before is set to it, more than `skew_s` before refuses the row."""
    early = (closed_at < created_at).to_numpy()
    if not early.any():
        return closed_at
    is_skew = early & ((created_at - closed_at) <= pd.Timedelta(skew_s, "s")).to_numpy()
    work.refuse(early & ~is_skew, "closed", "closed_before_created")
    work.repaired("closed_before_created", int(is_skew.sum()))
    return closed_at.mask(is_skew, created_at)


def due_times(work: Work, created_at: pd.Series, due_at: pd.Series) -> pd.Series:
    """Due moments not before receipt; others are dropped, so that the city's own terms hold."""
    early = (due_at < created_at).to_numpy()
    work.repaired("due_before_created", int(early.sum()))
    return due_at.mask(early)


def statuses(work: Work, said: pd.Series, closed_at: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Status and closing time that agree: the source's status is believed, else the closing time tells it."""
    is_closed = closed_at.notna()
    status = said.where(said.notna(), np.where(is_closed, "closed", "open"))
    contradicted = ((status == "open") & is_closed).to_numpy()
    work.repaired("open_with_closing_time", int(contradicted.sum()))
    work.repaired("closed_without_time", int(((status == "closed") & ~is_closed).sum()))
    return status, closed_at.mask(contradicted)
