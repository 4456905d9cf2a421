"""Putting intervals together: without overlaps, without gaps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from geodata.opening_hours.types import Interval

_PRECEDENCE = ("open", "unknown", "closed")


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Intervals in order without overlaps: open over unknown over closed; touching ones of a kind become one."""
    given = sorted((i for i in intervals if i.starts_at < i.ends_at), key=lambda i: i.starts_at)
    merged: list[Interval] = []
    if all(a.ends_at <= b.starts_at for a, b in pairwise(given)):
        for i in given:
            _append(merged, i)
        return merged
    cuts = sorted({i.starts_at for i in given} | {i.ends_at for i in given})
    for a, b in pairwise(cuts):
        over = [i for i in given if i.starts_at <= a and b <= i.ends_at]
        if not over:
            continue
        best = min(over, key=lambda i: (_PRECEDENCE.index(i.state), i.comment))
        piece = Interval(a, b, best.state, best.comment)
        _append(merged, piece)
    return merged


def _append(merged: list[Interval], piece: Interval) -> None:
    last = merged[-1] if merged else None
    if last and last.ends_at == piece.starts_at and (last.state, last.comment) == (piece.state, piece.comment):
        merged[-1] = Interval(last.starts_at, piece.ends_at, piece.state, piece.comment)
    else:
        merged.append(piece)


def fill(intervals: Iterable[Interval], start: datetime, end: datetime) -> list[Interval]:
    """The intervals cut to `start`..`end`, the gaps between them closed."""
    filled: list[Interval] = []
    at = start
    for i in intervals:
        a, b = max(i.starts_at, start), min(i.ends_at, end)
        if a >= b:
            continue
        if at < a:
            _append(filled, Interval(at, a, "closed"))
        _append(filled, Interval(a, b, i.state, i.comment))
        at = b
    if at < end:
        _append(filled, Interval(at, end, "closed"))
    return filled
