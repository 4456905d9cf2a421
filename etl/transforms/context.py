"""What the transform of one file shares over its chunks: the city, its words and outlines, and the keys met so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.checks import rows as checks
from etl.ids import fact_ids
from etl.maps import ColumnMap
from etl.maps.types import Extent
from etl.seen import SeenIds
from etl.transforms.codes import Codes
from etl.transforms.personal import Hasher
from etl.transforms.places import Areas
from etl.transforms.work import Work

KEY_JOINT = "|"


@dataclass(slots=True)
class Context:
    """`source` is written in every row; `options` are the command line's `--option`s."""

    source: str
    map: ColumnMap
    codes: Codes
    areas: Areas
    extent: Extent
    zone: ZoneInfo
    hasher: Hasher
    options: dict[str, Any] = field(default_factory=dict)
    seen: SeenIds = field(default_factory=SeenIds)

    def linked_ids(self, texts: pa.Array, option: str) -> pd.Series:
        """Ids of rows of another table by key; `--option <table>_source=NAME` where another source brought them."""
        source = str(self.options.get(f"{option}_source") or self.source)
        given = texts.is_valid().to_numpy(zero_copy_only=False).astype(bool)
        ids = fact_ids(source, pc.fill_null(texts, "").to_pylist())
        return pd.Series(ids, dtype="Int64").where(given)


def ids_of_keys(work: Work, context: Context) -> tuple[pd.Series, npt.NDArray[np.int64]]:
    """Keys and ids of the rows; rows without a key, or with one met before in the file, are refused."""
    parts = [work.column(name) for name in work.key_columns]
    texts = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, KEY_JOINT)
    return checked_keys(work, context, texts)


def checked_keys(work: Work, context: Context, texts: pa.Array) -> tuple[pd.Series, npt.NDArray[np.int64]]:
    """The same for keys that were made otherwise."""
    keys = texts.to_pandas()
    ids = fact_ids(context.source, pc.fill_null(texts, "").to_pylist())
    checks.check_keys(work, keys, ids, context.seen)
    return keys, ids
