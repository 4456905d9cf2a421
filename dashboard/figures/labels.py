"""Names that fit beside a figure and still tell their owners apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from textwrap import wrap
from typing import Any, Final

from dashboard import formats

LABEL_CHARS: Final = 34
LINE_CHARS: Final = 20
MAX_LINES: Final = 2
LEAST_ROWS: Final = 6
"""Rows a figure has room for at least, so that two bars are not two walls."""
MOST_WRAPPED: Final = 9
"""Rows whose names have room for two lines in a figure of middle height, if their neighbours need but one."""
ROOMY: Final = 7
"""Rows whose names have room for two lines each."""


def shortened(text: str, chars: int) -> str:
    """`text` cut at a word, with an ellipsis where something is left out."""
    if len(text) <= chars:
        return text
    cut = text[: chars - 1].rsplit(" ", 1)[0]
    return f"{cut}…"


def wrapped(text: str, chars: int) -> str:
    """`text` over lines of about so many characters; what does not fit in `MAX_LINES` is left out with an ellipsis."""
    lines = wrap(text, chars, break_long_words=False, break_on_hyphens=False)
    kept = lines[:MAX_LINES]
    return "<br>".join([*kept[:-1], f"{kept[-1]}…"] if len(lines) > MAX_LINES else kept)


def short_labels(labels: Sequence[str], chars: int) -> list[str]:
    """Each label in at most about `chars`; where the beginnings of several are alike, the ends tell them apart.

    Nine "Territorial centre of social services of the ... district" would otherwise all read "Territorial centre…".
    """
    short = [shortened(label, chars) for label in labels]
    seen = Counter(short)
    return [
        tail(label, chars) if seen[cut] > 1 and cut != label else cut for label, cut in zip(labels, short, strict=True)
    ]


def tail(text: str, chars: int) -> str:
    """The last words of `text` that fit, behind an ellipsis."""
    if len(text) <= chars:
        return text
    cut = text[-(chars - 1) :]
    return f"…{cut.split(' ', 1)[-1]}"


def rows_axis(labels: Sequence[str], *, is_tall: bool = False) -> dict[str, Any]:
    """The axis of named rows from the first (top) to the last; names go over two lines where rows are high enough."""
    names = short_labels(labels, LABEL_CHARS)
    lines = [wrapped(name, LINE_CHARS) for name in names]
    meet = any("<br>" in one and "<br>" in next_one for one, next_one in pairwise(lines))
    has_room = is_tall or len(names) <= (ROOMY if meet else MOST_WRAPPED)
    return {
        "showgrid": False, "tickmode": "array", "tickvals": list(range(len(names))), "automargin": True,
        "ticktext": lines if has_room else names,
        "range": [max(len(names), LEAST_ROWS) - 0.5, -0.5],
    }  # fmt: skip


def percent_axis(lang: str) -> dict[str, Any]:
    """The axis of a share from nothing to all, its quarters named; plotly adds no unit to ticks of its own choice."""
    ticks = [0, 25, 50, 75, 100]
    return {
        "range": [0, 102], "tickmode": "array", "tickvals": ticks,
        "ticktext": [formats.percent(tick, lang, digits=0) for tick in ticks],
    }  # fmt: skip
