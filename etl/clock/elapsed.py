"""Working time between instants on the calendars of the terms: what open requests have used since they were counted."""

from __future__ import annotations

import numpy as np

from etl.clock.clocks import clocks_of
from etl.clock.events import Ids
from etl.clock.policies import PolicyBook
from etl.clock.zones import Seconds


def working_s(book: PolicyBook, policy_ids: Ids, since_s: Seconds, until_s: int) -> Seconds:
    """Working seconds from each instant to `until_s` (none where it lies later), by the calendar of its policy.

    `policy_ids`: `sla_policy_id`; for one that the profile does not know, the calendar of its standard class.
    """
    if not len(since_s):
        return np.empty(0, dtype=np.int64)
    order = np.argsort(book.policy_ids)
    place = np.minimum(np.searchsorted(book.policy_ids[order], policy_ids), len(order) - 1)
    policy = np.where(book.policy_ids[order][place] == policy_ids, order[place], -1)
    since = np.minimum(since_s, until_s)
    years = np.array([int(since.min()), until_s]).astype("datetime64[s]").astype("datetime64[Y]").astype(int) + 1970
    clocks = clocks_of(book, first_year=int(years[0]) - 1, last_year=int(years[1]) + 1)
    return clocks.passed("work", policy, np.full(len(since), until_s)) - clocks.passed("work", policy, since)
