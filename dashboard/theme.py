"""Colours with one meaning each, and the plotly template; the same values are tokens in `assets/tokens.css`.

Every data colour keeps 3:1 against the white of paper and the near-black of dark mode, so a figure needs no second
version; what must differ (text, grid) is coloured by CSS. The order of `SERIES` keeps neighbours apart for the three
common colour blindnesses, and shape or word always says the same (design after the Okabe-Ito palette).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

BLUE: Final = "#2f7ec2"
ORANGE: Final = "#cf6a1f"
GREEN: Final = "#2f9474"
PURPLE: Final = "#9a63c4"
ROSE: Final = "#c9507f"
OLIVE: Final = "#8d8225"
SLATE: Final = "#71808f"

SERIES: Final = (BLUE, ORANGE, GREEN, PURPLE, OLIVE, ROSE, SLATE)

ON_TIME: Final = GREEN
AT_RISK: Final = "#b98a12"
LATE: Final = "#d2512f"
LATE_3X: Final = "#b03a6a"
EXPECTED: Final = SLATE
SIGNS: Final = MappingProxyType({"on_time": "●", "at_risk": "◐", "late": "▲", "late_3x": "▲▲", "unknown": "?"})
"""Shape of each verdict, so that it is told without its colour."""

MEANINGS: Final = MappingProxyType(
    {
        "contacts": BLUE,
        "requests": ORANGE,
        "consultation": BLUE,
        "request": ORANGE,
        "abandoned": SLATE,
        "unprocessed": ROSE,
        "transferred": PURPLE,
        "other": OLIVE,
        "on_time": ON_TIME,
        "at_risk": AT_RISK,
        "late": LATE,
        "late_3x": LATE_3X,
        "city": BLUE,
        "district": ORANGE,
        "utility": GREEN,
        "state": PURPLE,
        "partner": OLIVE,
        "none": SLATE,
    }
)
"""What a colour stands for wherever it appears."""

AGES: Final = MappingProxyType(
    {"0": "#bfd7ee", "1": "#8fb9e0", "2": "#5b98cf", "3": "#2f6fb0", "4": "#a8577f", "5": "#7d1f4f"}
)
"""The age bands of the backlog: the older, the darker; past a month in another hue."""
HEAT: Final = ((0.0, "rgba(47,126,194,0.05)"), (0.5, "rgba(47,126,194,0.55)"), (1.0, "rgba(30,88,148,1)"))
"""From nothing to much, on either background."""
DIVERGING: Final = ((0.0, BLUE), (0.5, "rgba(113,128,143,0.12)"), (1.0, ORANGE))

FONT: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'
TEXT: Final = "#55616e"
"""Text inside figures before CSS colours it, and in exports."""
GRID: Final = "rgba(113,128,143,0.22)"


def colour(code: str, place: int = 0) -> str:
    """The colour of a code with a fixed meaning, else the one at its place in the series."""
    return MEANINGS.get(code, SERIES[place % len(SERIES)])


def template() -> dict[str, Any]:
    """The layout every figure starts from: a fraction of plotly's own template, which is sent with each figure."""
    axis = {
        "showgrid": False, "zeroline": False, "ticks": "", "automargin": True, "fixedrange": True,
        "title": {"standoff": 8}, "tickfont": {"size": 13},
    }  # fmt: skip
    return {
        "layout": {
            "font": {"family": FONT, "size": 13, "color": TEXT},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(SERIES),
            "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
            "hovermode": "x unified",
            "hoverlabel": {"font": {"family": FONT, "size": 13}, "align": "left"},
            "xaxis": axis,
            "yaxis": {
                **axis,
                "showgrid": True,
                "gridcolor": GRID,
                "rangemode": "tozero",
                "nticks": 6,
                "tickformat": ",",
            },
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "xanchor": "left"},
            "bargap": 0.18,
            "dragmode": False,
            "separators": ".\u202f",
        }
    }
