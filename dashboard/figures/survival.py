"""The share closed by time since receipt, with its interval, and the promise read off it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from dashboard import formats
from dashboard.figures.labels import percent_axis
from dashboard.theme import BLUE, EXPECTED, template

_MIN_PER_DAY: Final = 1_440
_STEPS_DAYS: Final = (0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 90, 180)
_MAX_POINTS: Final = 400

Mark = tuple[float, float, str]
"""Share closed (0 to 1), minutes until then, the words beside it."""


def survival_curve(curve: pd.DataFrame, *, lang: str, marks: Sequence[Mark], name: str) -> dict[str, Any]:
    """`curve` as `metrics.survival.kaplan_meier` gives it, drawn as share closed; `marks` are led to both axes."""
    end_min = _end(curve, marks)
    shown = _thinned(curve[curve["time_min"] <= end_min])
    days = [0.0, *(shown["time_min"] / _MIN_PER_DAY).tolist()]
    closed, low, high = ([0.0, *(100 * (1 - shown[column])).tolist()] for column in ("survival", "high", "low"))
    texts = [formats.duration(day * 86_400, lang) for day in days]
    shares = [formats.percent(share, lang, digits=0) for share in closed]
    band = {"type": "scatter", "mode": "lines", "x": days, "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
    line = {
        "type": "scatter", "mode": "lines", "x": days, "y": closed, "name": name,
        "line": {"color": BLUE, "width": 2.6, "shape": "hv"}, "customdata": list(zip(texts, shares, strict=True)),
        "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]}</b><extra></extra>",
    }  # fmt: skip
    layout = {
        "template": template(),
        "showlegend": False,
        "hovermode": "closest",
        "margin": {"l": 8, "r": 16, "t": 12, "b": 8},
        "xaxis": _axis(end_min / _MIN_PER_DAY, lang),
        "yaxis": percent_axis(lang),
        "shapes": [shape for mark in marks for shape in _lead(mark)],
        "annotations": [_words(mark, end_min) for mark in marks],
    }
    return {"data": [{**band, "y": low}, {**band, "y": high, "fill": "tonexty", "fillcolor": f"{BLUE}2b"}, line],
            "layout": layout}  # fmt: skip


def _end(curve: pd.DataFrame, marks: Sequence[Mark]) -> float:
    last = float(curve["time_min"].max()) if len(curve) else 1.0
    wanted = max((time for _, time, _ in marks), default=last) * 1.6
    return max(min(last, wanted), 60.0)


def _thinned(curve: pd.DataFrame) -> pd.DataFrame:
    step = max(1, len(curve) // _MAX_POINTS)
    return curve.iloc[::step] if len(curve) else curve


def _axis(end_days: float, lang: str) -> dict[str, Any]:
    step = next((one for one in _STEPS_DAYS if end_days / one <= 7), 365)
    ticks = [step * number for number in range(int(end_days / step) + 1)]
    names = [formats.duration(day * 86_400, lang) if day else "0" for day in ticks]
    return {"range": [0, end_days], "tickmode": "array", "tickvals": ticks, "ticktext": names, "tickangle": 0}


def _lead(mark: Mark) -> list[dict[str, Any]]:
    share, time, _ = mark
    line = {"width": 1.2, "dash": "dot", "color": EXPECTED}
    x, y = time / _MIN_PER_DAY, 100 * share
    return [
        {"type": "line", "x0": 0, "x1": x, "y0": y, "y1": y, "line": line},
        {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": y, "line": line},
    ]


def _words(mark: Mark, end_min: float) -> dict[str, Any]:
    share, time, text = mark
    is_far = time > 0.75 * end_min
    return {
        "x": time / _MIN_PER_DAY, "y": 100 * share, "text": f"<b>{text}</b>", "showarrow": False,
        "xanchor": "right" if is_far else "left", "yanchor": "top", "xshift": -6 if is_far else 6,
        "yshift": -16 if is_far else -3, "font": {"size": 14},
    }  # fmt: skip
