"""How those due ended, row by row to 100 %: on time, late, three times late; with what stands at risk beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.figures.labels import rows_axis
from dashboard.theme import MEANINGS, SIGNS, template


def verdict_bars(
    frame: pd.DataFrame, names: Mapping[str, str], *, lang: str, beside: Sequence[str], labels: Sequence[str]
) -> dict[str, Any]:
    """`frame` has a count column for each code of `names` (drawn in that order); `beside` stands right of each row."""
    total = frame[list(names)].sum(axis=1).clip(lower=1)
    rows = list(range(len(frame)))
    data = []
    for code, name in names.items():
        share = 100 * frame[code] / total
        texts = [formats.percent(value, lang, digits=0) if value >= 7 else "" for value in share]
        counts = [formats.number(int(n), lang) for n in frame[code]]
        data.append({
            "type": "bar", "orientation": "h", "y": rows, "x": share.tolist(), "name": f"{SIGNS[code]} {name}",
            "marker": {"color": MEANINGS[code], "line": {"width": 0}}, "text": texts, "textposition": "inside",
            "insidetextanchor": "middle", "textangle": 0, "insidetextfont": {"color": "#ffffff", "size": 13},
            "customdata": list(zip(labels, counts, [formats.percent(one, lang) for one in share], strict=True)),
            "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]}</b> (%{customdata[2]})<extra>" + name + "</extra>",
        })  # fmt: skip
    layout = {
        "template": template(),
        "barmode": "stack",
        "bargap": 0.25,
        "hovermode": "closest",
        "showlegend": False,
        "margin": {"l": 8, "r": 60, "t": 4, "b": 4},
        "xaxis": {"visible": False, "range": [0, 100]},
        "yaxis": rows_axis(labels),
        "uniformtext": {"mode": "hide", "minsize": 10},
        "annotations": [
            {"x": 100, "y": row, "text": text, "showarrow": False, "xanchor": "left", "xshift": 6, "font": {"size": 13}}
            for row, text in zip(rows, beside, strict=True) if text
        ],
    }  # fmt: skip
    return {"data": data, "layout": layout}
