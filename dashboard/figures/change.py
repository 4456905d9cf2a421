"""Changes as bars to either side of nothing: what rose to the right, what fell to the left, chance in grey."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.figures.parts import LABEL_CHARS, LEAST_ROWS
from dashboard.figures.time import shortened
from dashboard.theme import BLUE, ORANGE, SLATE, template


def changes(
    labels: Sequence[str], values: Sequence[float], texts: Sequence[str], are_certain: Sequence[bool]
) -> dict[str, Any]:
    """Bars from the first (top) to the last with their texts at the ends; those that may be chance are pale."""
    colours = [
        (ORANGE if value > 0 else BLUE) if is_certain else SLATE
        for value, is_certain in zip(values, are_certain, strict=True)
    ]
    bars = {
        "type": "bar", "orientation": "h", "y": list(range(len(labels))), "x": list(values), "text": list(texts),
        "textposition": "outside", "cliponaxis": False,
        "marker": {"color": colours, "opacity": [1.0 if one else 0.45 for one in are_certain], "line": {"width": 0}},
        "customdata": [f"{label}: {text}" for label, text in zip(labels, texts, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip
    reach = max((abs(value) for value in values), default=1.0) or 1.0
    low, high = min([0.0, *values]), max([0.0, *values])
    layout = {
        "template": template(),
        "showlegend": False,
        "hovermode": "closest",
        "bargap": 0.28,
        "margin": {"l": 8, "r": 8, "t": 4, "b": 4},
        "xaxis": {
            "visible": False,
            "range": [low - (0.45 * reach if low < 0 else 0), high + (0.45 * reach if high > 0 else 0)],
            "zeroline": True,
        },
        "yaxis": {
            "showgrid": False, "tickmode": "array", "tickvals": list(range(len(labels))), "automargin": True,
            "ticktext": [shortened(label, LABEL_CHARS) for label in labels],
            "range": [max(len(labels), LEAST_ROWS) - 0.5, -0.5],
        },
    }  # fmt: skip
    return {"data": [bars], "layout": layout}
