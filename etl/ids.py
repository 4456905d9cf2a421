"""Keys made from what a row is, not from when it came: the same row has the same id on every engine and every rerun.

Facts get a signed 64-bit SipHash of (`source`, `source_key`), so that tables about a request can be distributed by it.
Reference rows get a positive 31-bit one of (city, kind, code); 0 stands for "none" in roll-ups.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

NONE_ID = 0
_SEPARATOR = "\x1f"
_HASH_KEY = "linka-fact-id-v1"  # SipHash key, exactly 16 characters; changing it changes every id


def fact_ids(source: str, source_keys: Sequence[str] | pd.Series | npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """The ids of the rows of `source`, in order: int64, stable for ever (`pandas.util.hash_array`, SipHash-2-4)."""
    keys = np.asarray(source_keys, dtype=object)
    prefixed = np.array([source + _SEPARATOR + str(key) for key in keys], dtype=object)
    if not len(prefixed):
        return np.empty(0, dtype=np.int64)
    return pd.util.hash_array(prefixed, hash_key=_HASH_KEY, categorize=False).view(np.int64)


def fact_id(source: str, source_key: str) -> int:
    """The id of one row of `source`."""
    return int(fact_ids(source, [source_key])[0])


def reference_id(city: str, kind: str, code: str) -> int:
    """A positive 31-bit id of a reference row: `kind` is the table's name."""
    digest = hashlib.blake2b(_SEPARATOR.join((city, kind, code)).encode(), digest_size=4).digest()
    return (int.from_bytes(digest, "big") & 0x7FFFFFFF) or 1


def reference_ids(city: str, kind: str, codes: Iterable[str]) -> dict[str, int]:
    """Ids by code; raises `ValueError` where two codes of one list meet in one id."""
    ids = {code: reference_id(city, kind, code) for code in codes}
    if len(set(ids.values())) != len(ids):
        raise ValueError(f"two {kind} codes of {city} share an id: rename one of {sorted(ids)}")
    return ids


def city_id_of(slug: str) -> int:
    """A positive 15-bit id of a city, fit for a SMALLINT column; a test holds the shipped profiles apart."""
    digest = hashlib.blake2b(slug.encode(), digest_size=2, person=b"linka-city").digest()
    return (int.from_bytes(digest, "big") & 0x7FFF) or 1
