"""A tree as nested areas that open on a click; what rose or fell is told by colour and by a sign."""

from __future__ import annotations

from textwrap import wrap
from typing import Any, Final

import pandas as pd

from dashboard.theme import FONT, template

RISEN: Final = "#a8501a"
FALLEN: Final = "#1f5f99"
STEADY: Final = "#566370"
"""White words keep 5:1 on each, on paper and in the dark."""
DEPTH: Final = 3
LINE_CHARS: Final = 15


def tree_map(frame: pd.DataFrame, *, root: str) -> dict[str, Any]:
    """Nested areas: columns `code`, `parent` ("": under `root`), `label`, `value`, `text`, `move` (sign), `hover`."""
    total = int(frame.loc[frame["parent"] == "", "value"].sum())
    texts = [
        "<br>".join([*wrap(label, LINE_CHARS), text]) for label, text in zip(frame["label"], frame["text"], strict=True)
    ]
    colours = {1: RISEN, -1: FALLEN, 0: STEADY}
    areas = {
        "type": "treemap", "ids": ["/", *frame["code"]], "labels": [root, *frame["label"]],
        "parents": ["", *(parent or "/" for parent in frame["parent"])], "values": [total, *frame["value"].tolist()],
        "text": [root, *texts], "customdata": ["", *frame["hover"]], "branchvalues": "total", "maxdepth": DEPTH,
        "marker": {
            "colors": [STEADY, *(colours[int(move)] for move in frame["move"])],
            "line": {"width": 1.5, "color": "#ffffff"}, "pad": {"t": 22, "l": 3, "r": 3, "b": 3},
        },
        "texttemplate": "%{text}", "textfont": {"family": FONT, "size": 13, "color": "#ffffff"},
        "hovertemplate": "%{customdata}<extra></extra>", "tiling": {"packing": "squarify", "pad": 2},
        "pathbar": {"visible": True, "thickness": 26, "textfont": {"size": 13, "color": "#ffffff"}},
        "root": {"color": STEADY},
    }  # fmt: skip
    layout = {
        "template": template(),
        "margin": {"l": 0, "r": 0, "t": 30, "b": 0},
        "hovermode": "closest",
        "uniformtext": {"minsize": 11, "mode": "hide"},  # a name too small to read is left to the table
    }
    return {"data": [areas], "layout": layout}
