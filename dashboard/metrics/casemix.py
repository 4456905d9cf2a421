"""Indirect standardisation: what an executor did against what its peers did with the same topics and classes.

Each executor's cases are laid out by topic and class; the expected hits are its cases times its peers' rate in each
stratum. Observed over expected, times everybody's rate, is the rate it would show with everybody's mix (Breslow, Day
1987, chapter 2; Spiegelhalter 2005). Where peers have too few cases of a stratum, their rate in the class is taken,
else in all: `comparable_pct` says for how many cases the stratum itself could be compared.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.metrics.intervals import wilson

Floats = npt.NDArray[np.float64]

MIN_PEER_CASES: Final = 10
"""A peers' rate of fewer cases is no yardstick."""
STRATUM: Final = ("topic", "request_class")
COLUMNS: Final = (
    "executor", "hits", "cases", "observed_pct", "low_pct", "high_pct", "peers_pct", "ratio", "adjusted_pct",
    "adjusted_low_pct", "adjusted_high_pct", "comparable_pct",
)  # fmt: skip


def standardise(mix: pd.DataFrame, *, min_peer_cases: int = MIN_PEER_CASES) -> pd.DataFrame:
    """One row per executor with `COLUMNS`, from `mix` (`executor`, `topic`, `request_class`, `hits`, `cases`).

    `peers_pct` is what peers would have reached with this executor's mix; NaN where there are no peers at all.
    """
    if mix.empty:
        return pd.DataFrame({name: pd.Series(dtype="object" if name == "executor" else "float64") for name in COLUMNS})
    strata = mix.groupby(["executor", *STRATUM], as_index=False)[["hits", "cases"]].sum()
    rate, is_comparable = _peer_rates(strata, min_peer_cases)
    held = strata.assign(expected=rate * strata["cases"], comparable=strata["cases"].where(is_comparable, 0))
    sums = held.groupby("executor", as_index=False)[["hits", "cases", "expected", "comparable"]].sum(min_count=1)
    overall = strata["hits"].sum() / strata["cases"].sum()
    return _rates(sums, overall)


def _peer_rates(strata: pd.DataFrame, least: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The peers' rate for each row, from the finest of stratum, class and all with cases enough; and whether finest."""
    executor, topic, kind = (pd.factorize(strata[name])[0] for name in ("executor", *STRATUM))
    stratum = topic * (int(kind.max()) + 1) + kind
    rate = np.full(len(strata), np.nan)
    is_finest = np.zeros(len(strata), dtype=np.bool_)
    for group, minimum in ((stratum, least), (kind, least), (np.zeros_like(kind), 1)):
        own = group * (int(executor.max()) + 1) + executor
        hits, cases = (
            _within(group, values) - _within(own, values)
            for values in (strata[name].to_numpy(dtype=np.float64) for name in ("hits", "cases"))
        )
        fits = np.isnan(rate) & (cases >= minimum)
        rate[fits] = hits[fits] / cases[fits]
        if group is stratum:
            is_finest = fits
    return rate, is_finest


def _within(groups: npt.NDArray[np.int64], values: Floats) -> Floats:
    """For each row the sum over the rows of its group."""
    _, places = np.unique(groups, return_inverse=True)
    sums: Floats = np.bincount(places, weights=values).astype(np.float64)
    return sums[places]


def _rates(sums: pd.DataFrame, overall: float) -> pd.DataFrame:
    observed = sums["hits"] / sums["cases"]
    expected = sums["expected"] / sums["cases"]
    scale = overall / expected.where(expected > 0)
    limits = [wilson(float(hits), float(cases)) or (0.0, 1.0) for hits, cases in zip(sums["hits"], sums["cases"])]  # noqa: B905
    low, high = pd.Series([one[0] for one in limits]), pd.Series([one[1] for one in limits])
    made = sums.assign(
        observed_pct=100 * observed,
        low_pct=100 * low,
        high_pct=100 * high,
        peers_pct=100 * expected,
        ratio=observed / expected.where(expected > 0),
        adjusted_pct=(100 * observed * scale).clip(upper=100),
        adjusted_low_pct=(100 * low * scale).clip(upper=100),
        adjusted_high_pct=(100 * high * scale).clip(upper=100),
        comparable_pct=100 * sums["comparable"] / sums["cases"],
    )
    return made[list(COLUMNS)]
