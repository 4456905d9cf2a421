"""The share on time under shorter and longer terms: one line per class, named at its end."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.figures.labels import percent_axis
from dashboard.theme import EXPECTED, SERIES, template


def terms_lines(frame: pd.DataFrame, *, lang: str, now_name: str, of_term: str) -> dict[str, Any]:
    """`frame`: `label`, `factor` (1 is the term as it is), `term` (words), `n`, `on_time_pct`."""
    classes = list(dict.fromkeys(frame["label"]))
    data = []
    for place, label in enumerate(classes):
        part = frame[(frame["label"] == label) & frame["on_time_pct"].notna()].sort_values("factor")
        shares = [formats.percent(share, lang, digits=0) for share in part["on_time_pct"]]
        counts = [formats.number(int(n), lang) for n in part["n"]]
        data.append({
            "type": "scatter", "mode": "lines+markers", "x": part["factor"].tolist(),
            "y": part["on_time_pct"].tolist(), "name": label,
            "line": {"color": SERIES[place % len(SERIES)], "width": 2.4},
            "marker": {"size": 8, "symbol": ("circle", "square", "diamond", "triangle-up", "x")[place % 5]},
            "customdata": list(zip(part["term"], shares, counts, strict=True)),
            "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]}</b> n\u202f=\u202f%{customdata[2]}<extra>" + label
                             + "</extra>",
        })  # fmt: skip
    factors = sorted(frame["factor"].unique())
    ticks = [now_name if one == 1 else formats.percent(100 * one, lang, digits=0) for one in factors]
    layout = {
        "template": template(),
        "showlegend": True,
        "hovermode": "closest",
        "margin": {"l": 8, "r": 20, "t": 40, "b": 8},
        "xaxis": {
            "tickmode": "array", "tickvals": factors, "ticktext": ticks,
            "title": {"text": of_term, "font": {"size": 13}},
        },
        "yaxis": percent_axis(lang),
        "shapes": [{"type": "line", "xref": "x", "yref": "paper", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "layer": "below",
                    "line": {"width": 1.2, "dash": "dot", "color": EXPECTED}}],
    }  # fmt: skip
    return {"data": data, "layout": layout}
