"""What a figure is: a value with its n, its interval, or the reason why it is not shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dashboard.metrics.intervals import wilson

DEFAULT_MIN_N = 5


@dataclass(frozen=True, slots=True)
class Value:
    """What a figure's function gives: `value` None where there is nothing to tell; `n` the cases behind it."""

    value: float | None
    n: int
    interval: tuple[float, float] | None = None
    is_rate: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it is shown.

    `interval` is a 95 % interval in the figure's unit. `suppressed` says why `value` is None: `no_data` (n is 0),
    `below_min_n`, or `not_reached` (fewer have come so far than the figure needs).
    """

    id: str
    value: float | None
    n: int
    unit: str
    interval: tuple[float, float] | None = None
    suppressed: str | None = None
    higher_is_better: bool | None = None


def count(hits: float) -> Value:
    """A number of cases."""
    return Value(float(hits), int(hits))


def share_pct(hits: float, n: float) -> Value:
    """A share in percent with Wilson's interval."""
    if n <= 0:
        return Value(None, 0, is_rate=True)
    hits, n = float(hits), float(n)
    limits = wilson(min(hits, n), n)
    return Value(100 * hits / n, round(n), limits and (100 * limits[0], 100 * limits[1]), is_rate=True)


def mean(total: float, n: float, *, per: float = 1.0) -> Value:
    """A mean: the total over all cases, never a mean of means."""
    return Value(None if n <= 0 else total / n / per, round(n), is_rate=True)


def shown(name: str, value: Value, *, unit: str, min_n: int, higher_is_better: bool | None) -> Figure:
    """The figure as a reader sees it: rates of fewer than `min_n` cases are not shown, and the reader is told."""
    made = Figure(name, value.value, value.n, unit, value.interval, None, higher_is_better)
    if value.is_rate and value.n == 0:
        return replace(made, value=None, interval=None, suppressed="no_data")
    if value.is_rate and value.n < min_n:
        return replace(made, value=None, interval=None, suppressed="below_min_n")
    if value.value is None:
        return replace(made, suppressed="not_reached" if value.n else "no_data")
    return made
