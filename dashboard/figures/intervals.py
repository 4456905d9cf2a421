"""Shares with their intervals as dots with whiskers, the peers' share beside each as an open diamond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dashboard import formats
from dashboard.figures.parts import LABEL_CHARS, LEAST_ROWS
from dashboard.figures.time import shortened
from dashboard.theme import BLUE, EXPECTED, SLATE, template

_DOT: Final = 11


def dots(
    labels: Sequence[str],
    values: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    cases: Sequence[int],
    *,
    lang: str,
    name: str,
    colours: Sequence[str] | str = BLUE,
    peers: Sequence[float] | None = None,
    peers_name: str = "",
    reference: tuple[float, str] | None = None,
) -> dict[str, Any]:
    """Rows from the first (top) to the last, all in percent; `reference` is a marked level with its name."""
    rows = list(range(len(labels)))
    written = [formats.percent(float(value), lang, digits=0) for value in values]
    own = {
        "type": "scatter", "mode": "markers", "x": list(values), "y": rows, "name": name, "cliponaxis": False,
        "marker": {"size": _DOT, "color": colours if isinstance(colours, str) else list(colours)},
        "error_x": {"type": "data", "symmetric": False, "array": _gaps(values, highs),
                    "arrayminus": _gaps(lows, values), "color": SLATE, "thickness": 1.6, "width": 0},
        "customdata": [[label, text, _between(low, high, lang), formats.number(n, lang)]
                       for label, text, low, high, n in zip(labels, written, lows, highs, cases, strict=True)],
        "hovertemplate": "%{customdata[0]}: <b>%{customdata[1]}</b> (%{customdata[2]}) n\u202f=\u202f%{customdata[3]}"
                         "<extra></extra>",
    }  # fmt: skip
    data = [own]
    if peers is not None:
        data.insert(0, _peers(peers, rows, peers_name, lang))
    level = reference[0] if reference else 0.0
    top = min(100.0, max([*highs, *(peers or []), level, 1.0]) * 1.06)
    layout: dict[str, Any] = {
        "template": template(),
        "showlegend": peers is not None,
        "legend": {"traceorder": "reversed"},
        "hovermode": "closest",
        "margin": {"l": 8, "r": 18, "t": 30 if peers is not None or reference else 6, "b": 8},
        "xaxis": {"range": [0, top], "ticksuffix": "\u202f%", "nticks": 6, "showgrid": True, "tickformat": ".0f"},
        "yaxis": {
            "showgrid": False, "tickmode": "array", "tickvals": rows,
            "ticktext": [shortened(label, LABEL_CHARS) for label in labels],
            "range": [max(len(labels), LEAST_ROWS) - 0.5, -0.5], "automargin": True,
        },
    }  # fmt: skip
    if reference:
        line = {"width": 1.4, "dash": "dot", "color": EXPECTED}
        at = {"x0": level, "x1": level, "y0": 0, "y1": 1}
        layout["shapes"] = [{"type": "line", "xref": "x", "yref": "paper", "layer": "below", **at, "line": line}]
        place = {"x": level, "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom"}
        layout["annotations"] = [{**place, "showarrow": False, "text": reference[1], "font": {"size": 12}}]
    return {"data": data, "layout": layout}


def _peers(peers: Sequence[float], rows: Sequence[int], name: str, lang: str) -> dict[str, Any]:
    known = [None if value != value else value for value in peers]
    return {
        "type": "scatter", "mode": "markers", "x": known, "y": list(rows), "name": name,
        "marker": {"size": _DOT, "symbol": "diamond-open", "color": SLATE, "line": {"width": 2}},
        "customdata": [formats.percent(value, lang, digits=0) for value in known],
        "hovertemplate": name + ": <b>%{customdata}</b><extra></extra>",
    }  # fmt: skip


def _gaps(lower: Sequence[float], upper: Sequence[float]) -> list[float]:
    return [max(0.0, float(b) - float(a)) for a, b in zip(lower, upper, strict=True)]


def _between(low: float, high: float, lang: str) -> str:
    return f"{formats.number(low, lang, digits=0)}–{formats.percent(high, lang, digits=0)}"
