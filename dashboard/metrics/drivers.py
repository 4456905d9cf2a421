"""What carries a difference: how much of a day's excess lies with each topic, territory, channel, executor.

Compared are the cells of the day (topic x territory x channel ...) with the mean of the same cells on the comparable
days, so that the parts of an excess add up to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

Where = Mapping[str, Collection[str]]
"""Codes by dimension; a cell is inside where each of its codes is among them."""


def cells(today: pd.DataFrame, before: pd.DataFrame, days: int, dims: list[str]) -> pd.DataFrame:
    """Columns `dims`, `count`, `expected`: each cell's count today and its mean over the `days` comparable days.

    `today` and `before` have `dims` and `value`; a cell missing on a day counted 0.
    """
    now = today.groupby(dims)["value"].sum().rename("count")
    mean = (before.groupby(dims)["value"].sum() / max(days, 1)).rename("expected")
    return pd.concat([now, mean], axis=1).fillna(0.0).reset_index()


def inside(held: pd.DataFrame, where: Where) -> pd.Series:
    """True for the cells inside `where`; False for all where a dimension is not known of these cells."""
    hit = pd.Series(data=True, index=held.index)
    for dim, codes in where.items():
        hit &= held[dim].isin(list(codes)) if dim in held else False
    return hit


def excess_by(held: pd.DataFrame, where: Where, dim: str) -> pd.DataFrame:
    """Columns `code`, `count`, `expected`, `excess`, `share_pct` of the excess inside `where`, the largest share first.

    `share_pct` may exceed 100 where another part fell; parts that went the other way are left out.
    """
    part = held[inside(held, where)].groupby(dim)[["count", "expected"]].sum()
    part = part.assign(excess=part["count"] - part["expected"]).rename_axis("code").reset_index()
    whole = float(part["excess"].sum())
    if not whole:
        return part.assign(share_pct=0.0).head(0)
    part = part.assign(share_pct=100 * part["excess"] / whole)
    return part[part["share_pct"] > 0].sort_values(["share_pct", "code"], ascending=[False, True], ignore_index=True)


def told(held: pd.DataFrame, where: Where) -> pd.DataFrame:
    """The cells as if what lies inside `where` had been as expected: what is left to be explained."""
    return held.assign(count=held["count"].mask(inside(held, where), held["expected"]))
