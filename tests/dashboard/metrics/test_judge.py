"""Who stands out: what must be seen, and how seldom chance may be taken for a fault."""

from __future__ import annotations

import numpy as np

from dashboard.metrics.judge import ALIKE, BETTER, WORSE, judged


def test_what_is_far_from_the_level_is_better_or_worse_by_what_is_good() -> None:
    assert judged([10, 90], [100, 100], [50.0, 50.0], is_good=True) == [WORSE, BETTER]
    assert judged([10, 90], [100, 100], [50.0, 50.0], is_good=False) == [BETTER, WORSE]


def test_few_cases_and_no_peers_are_not_judged() -> None:
    assert judged([0, 3, 0], [3, 3, 0], [50.0, float("nan"), 50.0], is_good=True) == [ALIKE, ALIKE, ALIKE]


def test_twenty_executors_without_a_difference_seldom_show_one_that_stands_out() -> None:
    rng = np.random.default_rng(7)
    cases = rng.integers(40, 400, 20)
    rounds = [judged(rng.binomial(cases, 0.7).tolist(), cases.tolist(), [70.0] * 20, is_good=True) for _ in range(300)]
    false = sum(any(one != ALIKE for one in found) for found in rounds)
    assert false <= 300 * 0.05 + 3 * (300 * 0.05 * 0.95) ** 0.5
