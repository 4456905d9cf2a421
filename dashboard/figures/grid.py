"""A grid of named rows and columns with its values written in the cells: shares of many parts at one glance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dashboard.figures.labels import wrapped
from dashboard.theme import DIVERGING, HEAT, template

ROW_CHARS: Final = 20
COLUMN_CHARS: Final = 16


def grid(
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[float | None]],
    texts: Sequence[Sequence[str]],
    hovers: Sequence[Sequence[str]],
    *,
    is_diverging: bool = False,
) -> dict[str, Any]:
    """Cells coloured by `values` (around 0 where `is_diverging`), `texts` in them, `hovers` on pointing."""
    top = max((abs(one) for row in values for one in row if one is not None), default=1.0) or 1.0
    cells = {
        "type": "heatmap", "x": list(range(len(columns))), "y": list(range(len(rows))),
        "xaxis": "x2",
        "z": [list(row) for row in values], "text": [list(row) for row in texts],
        "customdata": [list(row) for row in hovers], "texttemplate": "%{text}",
        "colorscale": DIVERGING if is_diverging else HEAT, "zmin": -top if is_diverging else 0, "zmax": top,
        "showscale": False, "xgap": 3, "ygap": 3, "hoverongaps": False,
        "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip
    layout = {
        "template": template(),
        "hovermode": "closest",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        # A second axis, because every name is needed: of the first, a phone shows every other tick.
        "xaxis2": {
            "side": "top", "tickmode": "array", "tickvals": list(range(len(columns))), "autotickangles": [0, -90],
            "ticktext": [wrapped(name, COLUMN_CHARS) for name in columns], "automargin": True, "fixedrange": True,
            "showgrid": False, "zeroline": False, "tickfont": {"size": 13},
        },
        "yaxis": {
            "autorange": "reversed", "showgrid": False, "tickmode": "array", "tickvals": list(range(len(rows))),
            "ticktext": [wrapped(name, ROW_CHARS) for name in rows],
        },
    }  # fmt: skip
    return {"data": [cells], "layout": layout}
