"""A grid of named rows and columns with its values written in the cells: shares of many parts at one glance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dashboard.figures.time import shortened
from dashboard.theme import DIVERGING, HEAT, template

ROW_CHARS: Final = 22
COLUMN_CHARS: Final = 18


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
        "xaxis": {
            "side": "top", "tickmode": "array", "tickvals": list(range(len(columns))), "tickangle": -30,
            "ticktext": [shortened(name, COLUMN_CHARS) for name in columns],
        },
        "yaxis": {
            "autorange": "reversed", "showgrid": False, "tickmode": "array", "tickvals": list(range(len(rows))),
            "ticktext": [shortened(name, ROW_CHARS) for name in rows],
        },
    }  # fmt: skip
    return {"data": [cells], "layout": layout}
