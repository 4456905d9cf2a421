"""Shares and ranks: horizontal bars with their values written on, and the week by hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from dashboard import formats
from dashboard.figures.time import shortened
from dashboard.theme import BLUE, HEAT, SLATE, template

LABEL_CHARS: Final = 34
LEAST_ROWS: Final = 6
"""Rows a ranking has room for at least, so that two bars are not two walls."""


def ranked(
    labels: Sequence[str],
    values: Sequence[float],
    *,
    lang: str,
    colours: Sequence[str] | str = BLUE,
    texts: Sequence[str] | None = None,
    reference: tuple[float, str] | None = None,
) -> dict[str, Any]:
    """Bars from the first (top) to the last, each with its value; `reference` is a marked level with its name."""
    written = list(texts) if texts is not None else [formats.number(float(value), lang) for value in values]
    shown = [shortened(label, LABEL_CHARS) for label in labels]
    bars = {
        "type": "bar", "orientation": "h", "y": list(range(len(labels))), "x": list(values),
        "text": written, "textposition": "outside", "cliponaxis": False,
        "marker": {"color": colours if isinstance(colours, str) else list(colours), "line": {"width": 0}},
        "customdata": list(zip(labels, written, strict=True)),
        "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]}</b><extra></extra>",
    }  # fmt: skip
    top = max([*values, reference[0] if reference else 0.0, 0.0]) or 1.0
    room = 10 + 7 * max((len(text) for text in written), default=0)
    layout: dict[str, Any] = {
        "template": template(),
        "showlegend": False,
        "hovermode": "closest",
        "bargap": 0.28,
        "margin": {"l": 8, "r": room, "t": 24 if reference else 4, "b": 4},
        "xaxis": {"visible": False, "range": [0, top]},
        "yaxis": {
            "showgrid": False, "tickmode": "array", "tickvals": list(range(len(labels))), "ticktext": shown,
            "range": [max(len(labels), LEAST_ROWS) - 0.5, -0.5], "automargin": True,
        },
    }  # fmt: skip
    if reference:
        line = {"width": 1.4, "dash": "dot", "color": SLATE}
        at = {"x0": reference[0], "x1": reference[0], "y0": 0, "y1": 1}
        layout["shapes"] = [{"type": "line", "xref": "x", "yref": "paper", **at, "line": line}]
        place = {"x": reference[0], "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom"}
        layout["annotations"] = [{**place, "showarrow": False, "text": reference[1], "font": {"size": 12}}]
    return {"data": [bars], "layout": layout}


def week_by_hours(frame: pd.DataFrame, *, lang: str, unit: str) -> dict[str, Any]:
    """The 168 hours of a week, Monday on top: columns `weekday` (0 Monday), `hour`, `value`."""
    grid = frame.pivot_table(index="weekday", columns="hour", values="value", aggfunc="sum")
    grid = grid.reindex(index=range(7), columns=range(24), fill_value=0)
    names = formats.weekday_names(lang)
    texts = [[formats.number(float(value), lang) for value in row] for row in grid.to_numpy()]
    cells = {
        "type": "heatmap", "x": list(range(24)), "y": names, "z": grid.to_numpy().tolist(), "text": texts,
        "colorscale": HEAT,
        "showscale": False, "xgap": 2, "ygap": 2, "zmin": 0,
        "hovertemplate": "%{y} %{x}:00: <b>%{text}</b> " + unit + "<extra></extra>",
    }  # fmt: skip
    layout = {
        "template": template(),
        "hovermode": "closest",
        "margin": {"l": 8, "r": 8, "t": 4, "b": 8},
        "xaxis": {
            "tickmode": "array",
            "tickvals": list(range(0, 24, 3)),
            "ticktext": [f"{hour}:00" for hour in range(0, 24, 3)],
        },
        "yaxis": {
            "autorange": "reversed",
            "showgrid": False,
            "tickmode": "array",
            "tickvals": names,
            "ticktext": names,
        },
    }
    return {"data": [cells], "layout": layout}
