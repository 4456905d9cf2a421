"""A funnel plot: each executor's share by its number of cases, between the limits that chance alone draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from dashboard import formats
from dashboard.figures.labels import short_labels
from dashboard.theme import EXPECTED, colour, template

SYMBOLS: Final = {
    "city": ("circle", "●"), "district": ("square", "■"), "utility": ("diamond", "◆"), "state": ("triangle-up", "▲"),
    "partner": ("x", "✖"),
}  # fmt: skip
"""Symbol of each kind, and the sign that looks like it."""
_LEVELS: Final = (("95", "dot"), ("998", "dash"))
_PLOT_PX: Final = (620.0, 250.0)
"""The plot's size on a projector; on a phone the names are left out by `assets/staff/sla.css`."""
_LETTER_PX, _LINE_PX, _MARK_PX = 6.6, 15.0, 8.0
_NAME_CHARS: Final = 26

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


def funnel(
    points: pd.DataFrame,
    curves: pd.DataFrame,
    target_pct: float,
    *,
    lang: str,
    kinds: Mapping[str, str],
    levels: Mapping[str, str],
    target_name: str,
    cases_name: str,
) -> dict[str, Any]:
    """`points`: `label`, `kind`, `cases`, `value_pct`, `is_named` (told by name); `curves` as `metrics.funnel.curves`.

    `kinds` names the kinds of executors, `levels` the two limits (`95`, `998`), `cases_name` the axis of cases.
    """
    most, span = float(curves["cases"].max()), _span(points, target_pct)
    points = points.assign(short=short_labels(points["label"].tolist(), _NAME_CHARS))
    points = points.assign(place=_places(points, most, span))
    data = [_limit(curves, side, level, dash) for level, dash in _LEVELS for side in ("low", "high")]
    data += [_dots(points[points["kind"] == kind], kind, name, lang) for kind, name in kinds.items()]
    layout = {
        "template": template(),
        "showlegend": False,
        "hovermode": "closest",
        "margin": {"l": 8, "r": 70, "t": 8, "b": 8},
        "xaxis": {
            "range": [0, most], "nticks": 6, "tickformat": ",", "tickangle": 0,
            "title": {"text": cases_name, "font": {"size": 12}, "standoff": 4},
        },
        "yaxis": {"range": span, "ticksuffix": "\u202f%", "nticks": 6},
        "shapes": [_target(target_pct)],
        "annotations": [
            *_ends(curves, levels, most),
            _word(most, target_pct, f"{target_name} {formats.percent(target_pct, lang, digits=0)}"),
        ],
    }  # fmt: skip
    return {"data": [trace for trace in data if trace], "layout": layout}


def _span(points: pd.DataFrame, target: float) -> list[float]:
    lowest, highest = min([*points["value_pct"], target]), max([*points["value_pct"], target])
    room = max(8.0, 0.15 * (highest - lowest))
    return [max(0.0, lowest - room), min(102.0, highest + room)]


def _limit(curves: pd.DataFrame, side: str, level: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": curves["cases"].tolist(),
        "y": (100 * curves[f"{side}_{level}"]).tolist(), "line": {"color": EXPECTED, "width": 1.4, "dash": dash},
        "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip


def _dots(part: pd.DataFrame, kind: str, name: str, lang: str) -> dict[str, Any]:
    if part.empty:
        return {}
    texts = [formats.percent(value, lang, digits=0) for value in part["value_pct"]]
    counts = [formats.number(int(n), lang) for n in part["cases"]]
    return {
        "type": "scatter", "mode": "markers+text", "x": part["cases"].tolist(), "y": part["value_pct"].tolist(),
        "name": name, "cliponaxis": False,
        "marker": {"size": 12, "symbol": SYMBOLS[kind][0], "color": colour(kind),
                   "line": {"width": 1, "color": "#ffffff"}},
        "text": [short if place else ""
                 for short, place in zip(part["short"], part["place"], strict=True)],
        "textposition": [place or "top center" for place in part["place"]],
        "textfont": {"size": 12, "color": colour(kind)},
        "customdata": list(zip(part["label"], texts, counts, strict=True)),
        "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]}</b> n\u202f=\u202f%{customdata[2]}<extra></extra>",
    }  # fmt: skip


def _places(points: pd.DataFrame, most: float, span: list[float]) -> list[str]:
    """Where each named point's name stands so that none runs into another or out of the plot; "" where nowhere fits.

    Those that lie furthest out choose first.
    """
    width, height = _PLOT_PX
    at = [
        (cases / most * width, (value - span[0]) / (span[1] - span[0]) * height)
        for cases, value in zip(points["cases"], points["value_pct"], strict=True)
    ]
    taken: list[Box] = [(x - _MARK_PX, y - _MARK_PX, x + _MARK_PX, y + _MARK_PX) for x, y in at]
    middle = sum(points["value_pct"]) / max(len(points), 1)
    order = sorted(range(len(points)), key=lambda row: -abs(points["value_pct"].iloc[row] - middle))
    found = [""] * len(points)
    for row in order:
        if not points["is_named"].iloc[row]:
            continue
        others = taken[:row] + taken[row + 1 :]
        for place, box in _candidates(*at[row], str(points["short"].iloc[row])):
            is_inside = box[0] >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= height
            if is_inside and not any(_touch(box, other) for other in others):
                found[row] = place
                taken.append(box)
                break
    return found


def _candidates(x: float, y: float, name: str) -> Iterator[tuple[str, Box]]:
    wide, half = _LETTER_PX * len(name), _LETTER_PX * len(name) / 2
    yield "bottom center", (x - half, y - _MARK_PX - _LINE_PX, x + half, y - _MARK_PX)
    yield "top center", (x - half, y + _MARK_PX, x + half, y + _MARK_PX + _LINE_PX)
    yield "middle right", (x + _MARK_PX, y - _LINE_PX / 2, x + _MARK_PX + wide, y + _LINE_PX / 2)
    yield "middle left", (x - _MARK_PX - wide, y - _LINE_PX / 2, x - _MARK_PX, y + _LINE_PX / 2)


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _target(target: float) -> dict[str, Any]:
    line = {"width": 1.2, "color": EXPECTED}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target, "line": line}


def _ends(curves: pd.DataFrame, levels: Mapping[str, str], most: float) -> list[dict[str, Any]]:
    last = curves.iloc[-1]
    found = []
    for level, _ in _LEVELS:
        found += [_word(most, 100 * float(last[f"{side}_{level}"]), levels[level]) for side in ("low", "high")]
    return found


def _word(x: float, y: float, text: str) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "showarrow": False, "xanchor": "left", "xshift": 4, "font": {"size": 11}}
