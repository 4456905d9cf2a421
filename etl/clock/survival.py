"""How long similar requests stay open: hazards by age, from closed and open requests alike.

The actuarial (life-table) form of Kaplan and Meier's estimate on logarithmic age buckets. Requests are similar by topic
and executor; few of them say little, so each group's hazard is drawn towards that of its topic, the topic's towards its
class, the class's towards all, each with the weight of `PRIOR_REQUESTS` requests (empirical Bayes: no cliff between
"enough" and "too few").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from etl.clock.events import Ids
from etl.clock.zones import Seconds

Floats = npt.NDArray[np.float64]
FIRST_BUCKET_S = 300.0
GROWTH = 1.1
BUCKETS = 128
"""From five minutes, each bucket a tenth longer, to more than a year."""
PRIOR_REQUESTS = 20.0
_EDGES: Floats = np.concatenate(([0.0], FIRST_BUCKET_S * GROWTH ** np.arange(BUCKETS)))


@dataclass(frozen=True, slots=True, eq=False)
class Similar:
    """What makes requests similar, one value per request; `age_s` counts on their working calendar."""

    class_ids: Ids
    topic_ids: Ids
    executor_ids: Ids

    def keys(self) -> tuple[Ids, Ids, Ids]:
        """Keys of the three levels from coarse to fine: class, class and topic, these and the executor."""
        topic = self.class_ids * 1_000_003 + self.topic_ids
        return self.class_ids, topic, topic * 1_000_003 + self.executor_ids


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One level's groups, sorted by key, with their requests and cumulative hazards at the bucket edges."""

    keys: Ids
    counts: Ids
    hazard: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """Fitted hazards: `levels` from all requests (one group) to topic and executor."""

    levels: tuple[Level, ...]

    def stays_open(self, similar: Similar, age_s: Seconds, until_s: Seconds) -> tuple[Floats, Ids, Ids]:
        """The probability that a request open at age `age_s` is still open at age `until_s`.

        With it: how many requests its finest known group has, and the level of that group (0 all, 1 class, 2 topic,
        3 executor).
        """
        probability = np.empty(len(age_s))
        counts, finest = np.zeros(len(age_s), dtype=np.int64), np.zeros(len(age_s), dtype=np.int64)
        keys = (np.zeros(len(age_s), dtype=np.int64), *similar.keys())
        for number, (level, wanted) in enumerate(zip(self.levels, keys, strict=True)):
            place = np.minimum(np.searchsorted(level.keys, wanted), len(level.keys) - 1)
            known = level.keys[place] == wanted
            gone = _at_age(level.hazard, place[known], until_s[known]) - _at_age(
                level.hazard, place[known], age_s[known]
            )
            probability[known] = np.exp(-np.maximum(gone, 0))
            counts[known], finest[known] = level.counts[place[known]], number
        return probability, counts, finest


def fit(similar: Similar, age_s: Seconds, is_closed: npt.NDArray[np.bool_]) -> Survival:
    """Hazards from requests that were closed at, or are still open at, age `age_s`; needs at least one."""
    bucket = np.clip(np.searchsorted(_EDGES, np.maximum(age_s, 0), side="right") - 1, 0, BUCKETS - 1)
    parent_rate: Floats = np.zeros((1, BUCKETS))
    parents = np.zeros(len(age_s), dtype=np.int64)
    levels = []
    for number, values in enumerate((np.zeros(len(age_s), dtype=np.int64), *similar.keys())):
        keys, first, member = np.unique(values, return_index=True, return_inverse=True)
        closed, exposed = _life_table(member, bucket, is_closed, len(keys))
        weight = PRIOR_REQUESTS if number else 0.0
        prior = parent_rate[parents[first]] if number else parent_rate
        rate = np.clip((closed + weight * prior) / np.maximum(exposed + weight, 1e-9), 0.0, 0.999)
        hazard = np.concatenate((np.zeros((len(keys), 1)), np.cumsum(-np.log1p(-rate), axis=1)), axis=1)
        levels.append(Level(keys, np.bincount(member, minlength=len(keys)), hazard))
        parent_rate, parents = rate, member
    return Survival(tuple(levels))


def _life_table(member: Ids, bucket: Ids, is_closed: npt.NDArray[np.bool_], groups: int) -> tuple[Floats, Floats]:
    """Closings and exposure by group and bucket; a request censored within a bucket is exposed for half of it."""
    cell, shape = member * BUCKETS + bucket, (groups, BUCKETS)
    closed = np.bincount(cell[is_closed], minlength=groups * BUCKETS).reshape(shape).astype(np.float64)
    ended = np.bincount(cell, minlength=groups * BUCKETS).reshape(shape).astype(np.float64)
    at_risk = ended[:, ::-1].cumsum(axis=1)[:, ::-1]
    return closed, at_risk - (ended - closed) / 2


def _at_age(hazard: Floats, group: Ids, age_s: Seconds) -> Floats:
    """Cumulative hazard of each row's group at its age, straight between the edges of a bucket."""
    age = np.clip(age_s.astype(np.float64), 0.0, _EDGES[-1])
    low = np.clip(np.searchsorted(_EDGES, age, side="right") - 1, 0, BUCKETS - 1)
    share = (age - _EDGES[low]) / (_EDGES[low + 1] - _EDGES[low])
    before, after = hazard[group, low], hazard[group, low + 1]
    return before + share * (after - before)
