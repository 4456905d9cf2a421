"""A funnel plot: each executor's share by its number of cases, between the limits that chance alone draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from dashboard import formats
from dashboard.figures.time import shortened
from dashboard.theme import EXPECTED, colour, template

SYMBOLS: Final = {"city": "circle", "district": "square", "utility": "diamond", "state": "triangle-up", "partner": "x"}
_LEVELS: Final = (("95", "dot"), ("998", "dash"))


def funnel(
    points: pd.DataFrame,
    curves: pd.DataFrame,
    target_pct: float,
    *,
    lang: str,
    kinds: Mapping[str, str],
    levels: Mapping[str, str],
    target_name: str,
) -> dict[str, Any]:
    """`points`: `label`, `kind`, `cases`, `value_pct`, `is_named` (told by name); `curves` as `metrics.funnel.curves`.

    `kinds` names the kinds of executors, `levels` the two limits (`95`, `998`).
    """
    data = [_limit(curves, side, level, dash) for level, dash in _LEVELS for side in ("low", "high")]
    data += [_dots(points[points["kind"] == kind], kind, name, lang) for kind, name in kinds.items()]
    most = float(curves["cases"].max())
    layout = {
        "template": template(),
        "showlegend": True,
        "hovermode": "closest",
        "margin": {"l": 8, "r": 70, "t": 34, "b": 8},
        "xaxis": {"range": [0, most], "nticks": 7, "tickformat": ","},
        "yaxis": {"range": _span(points, target_pct), "ticksuffix": "\u202f%", "nticks": 6},
        "shapes": [_target(target_pct)],
        "annotations": [
            *_ends(curves, levels, most),
            _word(most, target_pct, f"{target_name} {formats.percent(target_pct, lang, digits=0)}"),
        ],
    }
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
        "marker": {"size": 12, "symbol": SYMBOLS.get(kind, "circle"), "color": colour(kind),
                   "line": {"width": 1, "color": "#ffffff"}},
        "text": [shortened(label, 26) if is_named else ""
                 for label, is_named in zip(part["label"], part["is_named"], strict=True)],
        "textposition": "bottom center", "textfont": {"size": 12, "color": colour(kind)},
        "customdata": list(zip(part["label"], texts, counts, strict=True)),
        "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]}</b> n\u202f=\u202f%{customdata[2]}<extra></extra>",
    }  # fmt: skip


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
