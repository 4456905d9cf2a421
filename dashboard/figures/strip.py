"""The life of one request as a strip: what its clock counted, what it did not and why, and who had it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from dashboard import formats
from dashboard.figures.labels import shortened
from dashboard.theme import BLUE, EXPECTED, GREEN, LATE, OLIVE, ORANGE, PURPLE, ROSE, SLATE, template

COLOURS: Final = {
    "working": GREEN, "overdue": LATE, "night": "rgba(113,128,143,0.35)", "day_off": "rgba(113,128,143,0.55)",
    "holiday": PURPLE, "pause": BLUE, "closed": "rgba(113,128,143,0.12)",
}  # fmt: skip
CHARS: Final = 150
"""So many letters go on the whole of a strip; a stretch that its name fits on is named, not told by colour alone."""
PALE: Final = ("night", "day_off", "closed")
"""Too pale for words in white; the legend names them."""
_EXECUTORS: Final = (OLIVE, ORANGE, ROSE, PURPLE, SLATE)
_TICKS: Final = 7
_STEPS_H: Final = (0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 7 * 24, 14 * 24, 28 * 24, 91 * 24, 182 * 24, 364 * 24)
"""Distances of the marks of time: whole hours, days and weeks."""


@dataclass(frozen=True)
class Mark:
    """A moment with its name; `is_term` draws it as a full line."""

    at: datetime
    name: str
    is_term: bool = False


def overdue_apart(segments: pd.DataFrame, due_at: datetime | None) -> pd.DataFrame:
    """The segments with what the clock counted after `due_at` as kind `overdue`, cut where the term ended."""
    if due_at is None:
        return segments
    rows: list[dict[str, Any]] = []
    for found in segments.to_dict("records"):
        row: dict[str, Any] = {str(key): value for key, value in found.items()}
        if row["kind"] != "working" or row["end_at"] <= due_at:
            rows.append(row)
            continue
        if row["start_at"] < due_at:
            rows.append({**row, "end_at": due_at, "minutes": (due_at - row["start_at"]).total_seconds() / 60})
        start = max(row["start_at"], due_at)
        late = {"kind": "overdue", "start_at": start, "minutes": (row["end_at"] - start).total_seconds() / 60}
        rows.append({**row, **late})
    return pd.DataFrame(rows, columns=list(segments.columns))


def strip(
    segments: pd.DataFrame,
    *,
    lang: str,
    kinds: Mapping[str, str],
    executors: Mapping[str, str],
    rows: tuple[str, str],
    marks: Sequence[Mark] = (),
) -> dict[str, Any]:
    """Two rows over time: the clock by kind (`kinds` names them), below it the executors (`executors`: code to name).

    `segments`: `kind`, `start_at`, `end_at` (in the city's zone), `executor`, `label`, `minutes`.
    """
    used = [kind for kind in kinds if (segments["kind"] == kind).any()]
    first, last = _span(segments, marks)
    whole = (last - first).total_seconds() / 60
    data = [_kind(segments[segments["kind"] == kind], kind, kinds[kind], lang, whole_min=whole) for kind in used]
    data += _holders(segments, executors, lang, whole_min=whole)
    layout = {
        "template": template(),
        "barmode": "overlay",
        "hovermode": "closest",
        "bargap": 0.25,
        "showlegend": True,
        "legend": {"traceorder": "normal", "orientation": "h", "y": -0.16, "yanchor": "top", "x": 0},
        "margin": {"l": 8, "r": 24, "t": 44, "b": 8},
        "xaxis": _axis(first, last, lang),
        "yaxis": {"showgrid": False, "tickvals": [1, 0], "ticktext": list(rows), "range": [-0.5, 1.5]},
        "shapes": [shape for mark in marks for shape in _lines(mark)],
        "annotations": [_name(mark, place) for place, mark in enumerate(marks)],
    }
    return {"data": data, "layout": layout}


def _kind(part: pd.DataFrame, kind: str, name: str, lang: str, *, whole_min: float) -> dict[str, Any]:
    labels = [f"{name}: {label}" if label else name for label in part["label"]]
    bars = _bars(part, 1, name, labels, lang, COLOURS[kind])
    texts = [_fitting(label, minutes, whole_min) for label, minutes in zip(labels, part["minutes"], strict=True)]
    return bars if kind in PALE else {**bars, **_written(texts)}


def _fitting(text: str, minutes: float, whole_min: float) -> str:
    """The text, shortened, where the stretch is as long as it; else nothing."""
    short = shortened(text, 34)
    return short if minutes * CHARS >= len(short) * whole_min else ""


def _written(texts: Sequence[str], anchor: str = "middle") -> dict[str, Any]:
    """Words on the bars themselves."""
    font = {"color": "#ffffff", "size": 13}
    return {"text": list(texts), "textposition": "inside", "insidetextanchor": anchor, "textangle": 0,
            "constraintext": "none", "insidetextfont": font}  # fmt: skip


def _holders(
    segments: pd.DataFrame, executors: Mapping[str, str], lang: str, *, whole_min: float
) -> list[dict[str, Any]]:
    open_ones = segments[segments["kind"] != "closed"]
    turn = (open_ones["executor"] != open_ones["executor"].shift()).cumsum()
    held = open_ones.groupby(turn).agg({"start_at": "first", "end_at": "last", "executor": "first"})
    held["minutes"] = [
        (end - start).total_seconds() / 60 for start, end in zip(held["start_at"], held["end_at"], strict=True)
    ]
    found = []
    for place, code in enumerate(dict.fromkeys(held["executor"])):
        part, name = held[held["executor"] == code], executors.get(code, code)
        bars = _bars(part, 0, name, [name] * len(part), lang, _EXECUTORS[place % len(_EXECUTORS)])
        texts = [_fitting(name, minutes, whole_min) for minutes in part["minutes"]]
        found.append({**bars, "showlegend": False, **_written(texts, "start")})
    return found


def _bars(part: pd.DataFrame, row: int, name: str, labels: Sequence[str], lang: str, colour: str) -> dict[str, Any]:
    lengths = [formats.duration(minutes * 60, lang) for minutes in part["minutes"]]
    starts = [_stamp(at, lang) for at in part["start_at"]]
    return {
        "type": "bar", "orientation": "h", "y": [row] * len(part), "base": [_local(at) for at in part["start_at"]],
        "x": [minutes * 60_000 for minutes in part["minutes"]], "name": name,
        "marker": {"color": colour, "line": {"width": 0}},
        "customdata": list(zip(labels, lengths, starts, strict=True)),
        "hovertemplate": "%{customdata[0]}<br>%{customdata[2]}: <b>%{customdata[1]}</b><extra></extra>",
    }  # fmt: skip


def _span(segments: pd.DataFrame, marks: Sequence[Mark]) -> tuple[datetime, datetime]:
    ends = [mark.at for mark in marks]
    return min([segments["start_at"].iloc[0], *ends]), max([segments["end_at"].iloc[-1], *ends])


def _axis(first: datetime, last: datetime, lang: str) -> dict[str, Any]:
    ticks = _ticks(first, last)
    is_short = any(at.hour or at.minute for at in ticks)
    names = [f"{formats.day_short(at.date(), lang)}{f' {at:%H:%M}' if is_short else ''}" for at in ticks]
    pad = (last - first) * 0.01
    return {
        "type": "date", "range": [_local(first - pad), _local(last + pad)], "tickmode": "array",
        "tickvals": [at.isoformat() for at in ticks], "ticktext": names, "tickangle": 0,
    }  # fmt: skip


def _ticks(first: datetime, last: datetime) -> list[pd.Timestamp]:
    """Round moments between two: a day's name stands at its beginning."""
    hours = (last - first).total_seconds() / 3600
    step = next((one for one in _STEPS_H if hours <= one * _TICKS), _STEPS_H[-1])
    begin = pd.Timestamp(_local(first)).ceil(f"{round(min(step, 24) * 60)}min")
    return list(pd.date_range(begin, _local(last), freq=f"{round(step * 60)}min"))


def _lines(mark: Mark) -> list[dict[str, Any]]:
    """Over the clock, and behind the executors, whose names it would cross."""
    at, colour = _local(mark.at), LATE if mark.is_term else EXPECTED
    line = {"width": 2 if mark.is_term else 1.2, "dash": "solid" if mark.is_term else "dot", "color": colour}
    both = {"type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "line": line}
    return [{**both, "y0": 0.5, "y1": 1.02, "layer": "above"}, {**both, "y0": 0, "y1": 0.5, "layer": "below"}]


def _name(mark: Mark, place: int) -> dict[str, Any]:
    return {
        "x": _local(mark.at), "xref": "x", "y": 1.02, "yref": "paper", "yanchor": "bottom", "xanchor": "center",
        "yshift": 15 * (place % 2), "showarrow": False, "text": f"<b>{mark.name}</b>" if mark.is_term else mark.name,
        "font": {"size": 12},
    }  # fmt: skip


def _local(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat()


def _stamp(at: datetime, lang: str) -> str:
    return f"{formats.weekday(at.date(), lang)} {at:%H:%M}"
