"""Shares and ranks: horizontal bars with their values written on, and the week by hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard import formats
from dashboard.figures.labels import rows_axis
from dashboard.theme import BLUE, HEAT, SLATE, template


def room_for(texts: Sequence[str]) -> int:
    """Pixels that the longest of the texts takes beside a figure."""
    return round(14 + 7.4 * max((len(text) for text in texts), default=0))


def column_of_texts(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Each row's text in one column at the right edge, aligned as numbers are; the margin there is `room_for`."""
    place = {"x": 1, "xref": "paper", "xanchor": "right", "xshift": room_for(texts) - 4, "showarrow": False}
    return [{**place, "y": row, "text": text, "font": {"size": 13}} for row, text in enumerate(texts) if text]


def ranked(
    labels: Sequence[str],
    values: Sequence[float],
    *,
    lang: str,
    colours: Sequence[str] | str = BLUE,
    texts: Sequence[str] | None = None,
    reference: tuple[float, str] | None = None,
) -> dict[str, Any]:
    """Bars from the first (top) to the last, each with its value; `reference` is a marked level with its name.

    With a reference the values stand in a column at the right, where its line does not cross them.
    """
    written = list(texts) if texts is not None else [formats.number(float(value), lang) for value in values]
    bars = {
        "type": "bar", "orientation": "h", "y": list(range(len(labels))), "x": list(values),
        "text": None if reference else written, "textposition": "outside", "cliponaxis": False,
        "marker": {"color": colours if isinstance(colours, str) else list(colours), "line": {"width": 0}},
        "customdata": list(zip(labels, written, strict=True)),
        "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]}</b><extra></extra>",
    }  # fmt: skip
    top = max([*values, reference[0] if reference else 0.0, 0.0]) or 1.0
    layout: dict[str, Any] = {
        "template": template(),
        "showlegend": False,
        "hovermode": "closest",
        "bargap": 0.28,
        "margin": {"l": 8, "r": room_for(written), "t": 24 if reference else 4, "b": 4},
        "xaxis": {"visible": False, "range": [0, top]},
        "yaxis": rows_axis(labels),
    }
    if reference:
        line = {"width": 1.4, "dash": "dot", "color": SLATE}
        at = {"x0": reference[0], "x1": reference[0], "y0": 0, "y1": 1}
        layout["shapes"] = [{"type": "line", "xref": "x", "yref": "paper", **at, "line": line}]
        place = {"x": reference[0], "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom"}
        name = {**place, "showarrow": False, "text": reference[1], "font": {"size": 12}}
        layout["annotations"] = [name, *column_of_texts(written)]
    return {"data": [bars], "layout": layout}


def upright(
    labels: Sequence[str], values: Sequence[float], ticks: Mapping[int, str], *, lang: str, colour: str
) -> dict[str, Any]:
    """Bars side by side with their values on top, zeros left blank; `ticks` names some of the places below them."""
    written = [formats.number(float(value), lang) for value in values]
    bars = {
        "type": "bar", "x": list(range(len(values))), "y": list(values), "marker": {"color": colour},
        "text": [text if value else "" for text, value in zip(written, values, strict=True)],
        "textposition": "outside", "cliponaxis": False, "textangle": 0,
        "customdata": list(zip(labels, written, strict=True)),
        "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]}</b><extra></extra>",
    }  # fmt: skip
    layout = {
        "template": template(),
        "showlegend": False,
        "hovermode": "closest",
        "margin": {"l": 8, "r": 8, "t": 24, "b": 8},
        "xaxis": {"tickmode": "array", "tickvals": list(ticks), "ticktext": list(ticks.values()), "tickangle": 0},
        "yaxis": {"visible": False, "range": [0, max([*values, 1])]},
    }
    return {"data": [bars], "layout": layout}


def week_by_hours(frame: pd.DataFrame, *, lang: str, unit: str) -> dict[str, Any]:
    """The 168 hours of a week, Monday on top: `weekday` (0 Monday), `hour`, `value` (NaN: left blank), once each."""
    cells = pd.MultiIndex.from_product([range(7), range(24)])
    held = frame.set_index(["weekday", "hour"])["value"].reindex(cells).to_numpy(dtype=np.float64).reshape(7, 24)
    names = formats.weekday_names(lang)
    texts = [[formats.number(float(value), lang) for value in row] for row in held]
    heat = {
        "type": "heatmap", "x": list(range(24)), "y": names, "text": texts,
        "z": [[None if value != value else float(value) for value in row] for row in held], "hoverongaps": False,
        "colorscale": HEAT,
        "xgap": 2, "ygap": 2, "zmin": 0, "zmax": float(np.nanmax(held, initial=0.0)) or 1.0,
        "colorbar": _scale(texts, np.nan_to_num(held)),
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
            "tickangle": 0,
        },
        "yaxis": {
            "autorange": "reversed",
            "showgrid": False,
            "tickmode": "array",
            "tickvals": names,
            "ticktext": names,
        },
    }
    return {"data": [heat], "layout": layout}


def _scale(texts: Sequence[Sequence[str]], values: npt.NDArray[np.float64]) -> dict[str, Any]:
    """A thin scale at the right with nothing at its foot and the most at its head."""
    row, column = (int(one) for one in np.unravel_index(int(np.argmax(values)), values.shape))
    return {
        "thickness": 8, "len": 0.92, "outlinewidth": 0, "ticks": "", "xpad": 6, "ypad": 0, "tickfont": {"size": 12},
        "tickmode": "array", "tickvals": [0, float(values[row, column])], "ticktext": ["0", texts[row][column]],
    }  # fmt: skip
