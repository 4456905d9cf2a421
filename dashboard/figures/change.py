"""Changes as bars to either side of nothing: what rose to the right, what fell to the left, chance in grey.

The numbers stand in a column at the right: at the ends of the bars they would run into the names on a narrow screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.figures.labels import rows_axis
from dashboard.figures.parts import column_of_texts, room_for
from dashboard.theme import BLUE, ORANGE, SLATE, template


def changes(
    labels: Sequence[str],
    values: Sequence[float],
    texts: Sequence[str],
    are_certain: Sequence[bool],
    *,
    names: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Bars from the first (top) to the last with their texts in a column; those that may be chance are pale.

    `names`: the whole names, told on pointing, where the labels are short.
    """
    colours = [
        (ORANGE if value > 0 else BLUE) if is_certain else SLATE
        for value, is_certain in zip(values, are_certain, strict=True)
    ]
    bars = {
        "type": "bar", "orientation": "h", "y": list(range(len(labels))), "x": list(values),
        "marker": {"color": colours, "opacity": [1.0 if one else 0.45 for one in are_certain], "line": {"width": 0}},
        "customdata": [f"{label}: {text}" for label, text in zip(names or labels, texts, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip
    low, high = min([0.0, *values]), max([0.0, *values])
    layout = {
        "template": template(),
        "showlegend": False,
        "hovermode": "closest",
        "bargap": 0.28,
        "margin": {"l": 8, "r": room_for(texts), "t": 4, "b": 4},
        "xaxis": {"visible": False, "range": [low, high] if high > low else [0, 1]},
        "yaxis": rows_axis(labels),
        "shapes": [{"type": "line", "xref": "x", "yref": "y", "x0": 0, "x1": 0, "y0": -0.5, "y1": len(labels) - 0.5,
                    "line": {"width": 1, "color": SLATE}}],
        "annotations": column_of_texts(texts),
    }  # fmt: skip
    return {"data": [bars], "layout": layout}
