"""Shares with their intervals as marks with whiskers, the peers' share beside each as an open diamond.

What stands out is told by shape and by the word of the key (HTML, above the figure), not by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboard import formats
from dashboard.figures.labels import rows_axis
from dashboard.theme import BLUE, EXPECTED, GREEN, LATE, SLATE, template

_SIZE: Final = 11
MARKS: Final[Mapping[str, tuple[str, str, str]]] = {
    "worse": ("triangle-up", LATE, "▲"),
    "alike": ("square", BLUE, "■"),
    "better": ("circle", GREEN, "●"),
}
"""Symbol and colour of each judgement, and the sign that looks like it."""
PEERS: Final = (SLATE, "◇")


def dots(
    labels: Sequence[str],
    values: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    cases: Sequence[int],
    *,
    lang: str,
    judged: Sequence[str],
    names: Mapping[str, str],
    peers: Sequence[float] | None = None,
    peers_name: str = "",
    reference: tuple[float, str] | None = None,
) -> dict[str, Any]:
    """Rows from the first (top) to the last, all in percent; `reference` is a marked level with its name.

    `judged` is a key of `MARKS` for each row, `names` what each is called.
    """
    rows = list(range(len(labels)))
    written = [formats.percent(float(value), lang, digits=0) for value in values]
    told = [[label, text, _between(low, high, lang), formats.number(n, lang)]
            for label, text, low, high, n in zip(labels, written, lows, highs, cases, strict=True)]  # fmt: skip
    data = [] if peers is None else [_peers(peers, rows, peers_name, lang)]
    for code in MARKS:
        places = [row for row in rows if judged[row] == code]
        if places:
            data.append(_marks(code, names[code], places, values, lows, highs, told))
    level = reference[0] if reference else 0.0
    top = min(100.0, max([*highs, *(peers or []), level, 1.0]) * 1.06)
    layout: dict[str, Any] = {
        "template": template(),
        "showlegend": False,
        "hovermode": "closest",
        "margin": {"l": 8, "r": 18, "t": 22 if reference else 6, "b": 8},
        "xaxis": {
            "range": [-0.04 * top, top * 1.01], "ticksuffix": "\u202f%", "nticks": 5, "showgrid": True,
            "tickformat": ".0f", "tickangle": 0,
        },
        "yaxis": rows_axis(labels, is_tall=True),
    }  # fmt: skip
    if reference:
        line = {"width": 1.4, "dash": "dot", "color": EXPECTED}
        at = {"x0": level, "x1": level, "y0": 0, "y1": 1}
        layout["shapes"] = [{"type": "line", "xref": "x", "yref": "paper", "layer": "below", **at, "line": line}]
        place = {"x": level, "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom"}
        layout["annotations"] = [{**place, "showarrow": False, "text": reference[1], "font": {"size": 12}}]
    return {"data": data, "layout": layout}


def _marks(
    code: str,
    name: str,
    rows: Sequence[int],
    values: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    told: Sequence[Sequence[str]],
) -> dict[str, Any]:
    symbol, colour, _ = MARKS[code]
    own, low, high = ([float(held[row]) for row in rows] for held in (values, lows, highs))
    return {
        "type": "scatter", "mode": "markers", "x": own, "y": list(rows), "name": name, "cliponaxis": False,
        "marker": {"size": _SIZE, "color": colour, "symbol": symbol},
        "error_x": {"type": "data", "symmetric": False, "array": _gaps(own, high), "arrayminus": _gaps(low, own),
                    "color": SLATE, "thickness": 1.6, "width": 0},
        "customdata": [list(told[row]) for row in rows],
        "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]}</b> (%{customdata[2]}) n\u202f=\u202f%{customdata[3]}"
                         "<extra></extra>",
    }  # fmt: skip


def _peers(peers: Sequence[float], rows: Sequence[int], name: str, lang: str) -> dict[str, Any]:
    known = [None if value != value else value for value in peers]
    return {
        "type": "scatter", "mode": "markers", "x": known, "y": list(rows), "name": name,
        "marker": {"size": _SIZE, "symbol": "diamond-open", "color": SLATE, "line": {"width": 2}},
        "customdata": [formats.percent(value, lang, digits=0) for value in known],
        "hovertemplate": name + ": <b>%{customdata}</b><extra></extra>",
    }  # fmt: skip


def _gaps(lower: Sequence[float], upper: Sequence[float]) -> list[float]:
    return [max(0.0, float(b) - float(a)) for a, b in zip(lower, upper, strict=True)]


def _between(low: float, high: float, lang: str) -> str:
    return f"{formats.number(low, lang, digits=0)}–{formats.percent(high, lang, digits=0)}"
