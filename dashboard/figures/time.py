"""Series over time: lines with labels at their ends, an expected level, milestones; stacked bars of parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard import formats
from dashboard.figures.labels import wrapped
from dashboard.theme import EXPECTED, colour, template

MAX_TICKS: Final = 5
LABEL_GAP: Final = 0.075
"""Least distance of two end labels, as a share of the axis."""
MAX_MILESTONES: Final = 6
MILESTONE_CHARS: Final = 22
"""Of a line of a milestone's name; it has two, and the whole name on pointing."""
LINE_PX: Final = 14
FEW: Final = 5
"""Up to so many cases, the axis counts them one by one."""
LATE_PART: Final = 0.7
"""Milestones beyond this share of the axis are named to their left, so that the figure's edge cuts none."""


@dataclass(frozen=True)
class Line:
    """One line: a column of the frame, its name, its colour; `is_expected` draws it dashed and grey."""

    column: str
    name: str
    colour: str = ""
    is_expected: bool = False
    is_filled: bool = False


@dataclass(frozen=True)
class Milestone:
    """An event drawn as a vertical line with its name."""

    at: datetime
    name: str


def _whole_steps(frame: pd.DataFrame, lines: Sequence[Line]) -> dict[str, Any]:
    """A handful of cases is counted in ones: nothing lies between two of them."""
    values = frame[[line.column for line in lines]].fillna(0.0).to_numpy(dtype=np.float64)
    is_few = values.size > 0 and bool((values % 1 == 0).all()) and float(values.max()) <= FEW
    return {"dtick": 1} if is_few else {}


def over_time(
    frame: pd.DataFrame,
    lines: Sequence[Line],
    *,
    lang: str,
    grain: str,
    milestones: Sequence[Milestone] = (),
    is_share: bool = False,
) -> dict[str, Any]:
    """Lines over `period_on` (first day of each period), each labelled at its end; `is_share`: all are percentages."""
    known = [line for line in lines if line.column in frame and frame[line.column].notna().any()]
    data = [_trace(frame, line, place, lang, grain) for place, line in enumerate(known)] + _end_labels(frame, known)
    room = 14 + 8 * max((len(line.name) for line in known), default=0)
    layout: dict[str, Any] = {
        "template": template(),
        "showlegend": False,
        "margin": {"l": 8, "r": min(room, 140), "t": _room_above(milestones), "b": 8},
        "xaxis": time_axis(frame["period_on"], lang=lang, grain=grain),
        "yaxis": {"rangemode": "tozero", "ticksuffix": "\u202f%" if is_share else ""} | _whole_steps(frame, known),
        "annotations": _milestone_labels(milestones, frame["period_on"]),
        "shapes": [_milestone_line(one) for one in _kept(milestones)],
    }
    return {"data": data, "layout": layout}


def stacked(
    frame: pd.DataFrame,
    names: Mapping[str, str],
    *,
    lang: str,
    grain: str,
    is_share: bool = False,
    colours: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Bars over `period_on` stacked by `code` (`value` high), in the order of `names`; `is_share`: each to 100 %.

    What each colour stands for is told by `part_colours`, or the `colours` given, in a key of HTML.
    """
    data, colours = [], colours or part_colours(names)
    for code, name in names.items():
        part = frame[frame["code"] == code]
        labels = [formats.grain_label(day, grain, lang) for day in part["period_on"]]
        texts = [formats.number(float(value), lang) for value in part["value"]]
        data.append({
            "type": "bar", "x": list(part["period_on"]), "y": part["value"].tolist(), "name": name,
            "marker": {"color": colours[code], "line": {"width": 0}},
            "customdata": list(zip(labels, texts, strict=True)),
            "hovertemplate": "%{customdata[1]}<extra>" + name + "</extra>",
        })  # fmt: skip
    layout = {
        "template": template(),
        "barmode": "stack",
        "barnorm": "percent" if is_share else "",
        "showlegend": False,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": time_axis(frame["period_on"].drop_duplicates(), lang=lang, grain=grain),
        "yaxis": {"ticksuffix": "\u202f%"} if is_share else {},
    }
    return {"data": data, "layout": layout}


def part_colours(names: Mapping[str, str]) -> dict[str, str]:
    """The colour of each part that `stacked` draws, by its code."""
    return {code: colour(code, place) for place, code in enumerate(names)}


def time_axis(days: pd.Series, *, lang: str, grain: str) -> dict[str, Any]:
    """Ticks named in the reader's language: plotly itself knows no Belarusian months."""
    known = sorted(pd.to_datetime(days.dropna().unique()))
    step = max(1, -(-len(known) // MAX_TICKS))
    ticks = known[::-1][::step][::-1]
    return {
        "type": "date",
        "tickmode": "array",
        "tickvals": [day.isoformat() for day in ticks],
        "ticktext": [tick_text(day, grain, lang) for day in ticks],
        "hoverformat": "%x",
        "tickangle": 0,
        "ticks": "outside",  # unseen, they keep the first day's name off the lowest name of the other axis
        "ticklen": 6,
        "tickcolor": "rgba(0,0,0,0)",
    }


def tick_text(day: datetime, grain: str, lang: str) -> str:
    """A short name of a period for an axis."""
    if grain == "month":
        return formats.month_short(day.date(), lang)
    if grain == "quarter":
        return formats.quarter(day.date(), lang)
    return formats.day_short(day.date(), lang)


def _trace(frame: pd.DataFrame, line: Line, place: int, lang: str, grain: str) -> dict[str, Any]:
    own = EXPECTED if line.is_expected else line.colour or colour(line.column, place)
    texts = [formats.number(float(value), lang) if value == value else formats.NONE for value in frame[line.column]]
    labels = [formats.grain_label(day.date(), grain, lang) for day in frame["period_on"]]
    few = len(frame) <= 45 and not line.is_expected
    return {
        "type": "scatter",
        "mode": "lines+markers" if few else "lines",
        "x": list(frame["period_on"]),
        "y": [None if value != value else value for value in frame[line.column].tolist()],
        "name": line.name,
        "line": {
            "color": own,
            "width": 1.6 if line.is_expected else 2.4,
            "dash": "dot" if line.is_expected else "solid",
        },
        "marker": {"size": 5, "color": own},
        "fill": "tozeroy" if line.is_filled else "none",
        "fillcolor": f"{own}18",
        "customdata": list(zip(labels, texts, strict=True)),
        "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]}</b><extra>" + line.name + "</extra>",
        "connectgaps": False,
    }


def _end_labels(frame: pd.DataFrame, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Names at the last points, moved apart where they would touch; text traces, so that each keeps its own colour."""
    ends = [(float(frame[line.column].dropna().iloc[-1]), line) for line in lines]
    top = max((float(frame[line.column].max()) for line in lines), default=1.0) or 1.0
    placed: list[tuple[float, Line]] = []
    for value, line in sorted(ends, key=lambda pair: pair[0]):
        lowest = placed[-1][0] + top * LABEL_GAP if placed else float("-inf")
        placed.append((max(value, lowest), line))
    return [
        {
            "type": "scatter", "mode": "text",
            "x": [frame["period_on"].iloc[-1]], "y": [at], "text": [f"  {line.name}"],
            "textposition": "middle right", "cliponaxis": False, "hoverinfo": "skip", "showlegend": False,
            "textfont": {"size": 13, "color": EXPECTED if line.is_expected else line.colour or colour(line.column)},
        }
        for at, line in placed
    ]  # fmt: skip


def _kept(milestones: Sequence[Milestone]) -> list[Milestone]:
    return sorted(milestones, key=lambda one: one.at)[-MAX_MILESTONES:]


def _milestone_line(one: Milestone) -> dict[str, Any]:
    at = one.at.isoformat()
    return {
        "type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1, "layer": "below",
        "line": {"width": 1, "dash": "dash", "color": EXPECTED},
    }  # fmt: skip


def _milestone_labels(milestones: Sequence[Milestone], days: pd.Series) -> list[dict[str, Any]]:
    kept = _kept(milestones)
    start, end = (pd.Timestamp(day).timestamp() for day in (days.min(), days.max())) if len(days) else (0.0, 0.0)
    step = LINE_PX * _most_lines(kept)
    found = []
    for place, one in enumerate(kept):
        is_late = one.at.timestamp() > start + LATE_PART * (end - start)
        found.append({
            "x": one.at.isoformat(), "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False,
            "xanchor": "right" if is_late else "left", "align": "right" if is_late else "left",
            "xshift": 2 if is_late else -2, "yshift": step * (place % 2),
            "text": wrapped(one.name, MILESTONE_CHARS), "hovertext": one.name, "font": {"size": 12},
        })  # fmt: skip
    return found


def _room_above(milestones: Sequence[Milestone]) -> int:
    kept = _kept(milestones)
    return 10 + LINE_PX * _most_lines(kept) * min(len(kept), 2)


def _most_lines(kept: Sequence[Milestone]) -> int:
    return max((wrapped(one.name, MILESTONE_CHARS).count("<br>") + 1 for one in kept), default=0)
