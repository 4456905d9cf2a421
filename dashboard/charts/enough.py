"""Rates of enough cases: below the city's minimum none is told, and the card says from how many on."""

from __future__ import annotations

import pandas as pd

from dashboard.view import View


def is_enough(view: View, cases: int) -> bool:
    """Whether rates of so many cases are told."""
    return cases >= max(view.deps.settings.min_n, 1)


def percent_of(view: View, part: pd.Series, whole: pd.Series) -> pd.Series:
    """`part` in percent of `whole`, NaN where the whole has fewer cases than the minimum."""
    return (100 * part / whole.where(whole >= max(view.deps.settings.min_n, 1))).astype("float64")


def from_cases(view: View, *notes: str) -> str:
    """The note of a card: what it says, and from how many cases on rates are told."""
    return " · ".join([*(note for note in notes if note), view.t("rates.min_n", min=view.deps.settings.min_n)])
