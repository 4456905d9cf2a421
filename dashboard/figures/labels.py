"""Names that fit beside a figure and still tell their owners apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dashboard.figures.time import shortened


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
