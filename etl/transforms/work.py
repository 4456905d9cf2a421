"""A chunk on its way: raw columns by our fields, the rows refused so far, what was repaired or not understood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.checks.reasons import CURES
from etl.maps import ColumnMap
from etl.prepared import REJECT_COLUMNS, empty_rejects
from etl.transforms.instants import parse_instants
from etl.transforms.personal import Hasher, masked_rows
from etl.transforms.raw import RawChunk

Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Work:
    """`columns` names the column of each field in this file, `key_columns` those that make the key."""

    raw: RawChunk
    map: ColumnMap
    columns: dict[str, str]
    key_columns: tuple[str, ...]
    zone: ZoneInfo
    hasher: Hasher
    repairs: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    reference: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    _refusals: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of the chunk that could be split into columns."""
        return int(self.raw.table.num_rows)

    def has(self, name: str) -> bool:
        """Whether the file has a column for the field, or the map a default."""
        return name in self.columns or name in self.map.defaults

    def texts(self, name: str) -> pa.Array:
        """The field's texts, trimmed, NULL where empty; the map's default where the file has none."""
        default = self.map.defaults.get(name)
        if name not in self.columns:
            return pa.array([default] * self.rows, pa.string()) if default else pa.nulls(self.rows, pa.string())
        found = self.column(self.columns[name])
        return found if default is None else pc.fill_null(found, default)

    def column(self, name: str) -> pa.Array:
        """A raw column, trimmed, NULL where empty."""
        found = self.raw.table.column(name)
        array = pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], pa.string())
        trimmed = pc.utf8_trim_whitespace(array)
        return pc.if_else(pc.equal(trimmed, ""), None, trimmed)

    def instants(self, name: str, *, reject: bool) -> pd.Series:
        """The field's moments, UTC; a bad one refuses its row where `reject`, else it is dropped and counted."""
        found = parse_instants(self.texts(name), self.map.formats_of(name), self.zone)
        if reject:
            self.refuse(found.is_bad, name, "bad_instant")
        else:
            self.repaired(f"bad_{name}_dropped", int(found.is_bad.sum()))
        self.repaired("local_time_ambiguous", found.ambiguous)
        self.repaired("local_time_missing", found.missing)
        return found.at

    def numbers(self, name: str, *, reject: bool = False) -> pd.Series:
        """The field's numbers, NaN where empty or bad."""
        texts = self.texts(name)
        if self.map.read.decimal == ",":
            texts = pc.replace_substring(pc.replace_substring(texts, ".", ""), ",", ".")
        numbers: pd.Series = pd.to_numeric(texts.to_pandas(), errors="coerce").astype("float64")
        numbers = numbers.where(np.isfinite(numbers))
        is_bad = numbers.isna().to_numpy() & texts.is_valid().to_numpy(zero_copy_only=False).astype(bool)
        if reject:
            self.refuse(is_bad, name, "bad_number")
        else:
            self.repaired(f"bad_{name}_dropped", int(is_bad.sum()))
        return numbers

    def repaired(self, rule: str, rows: int) -> None:
        """Count rows that a named rule mended."""
        if rows:
            self.repairs[rule] += rows

    def not_understood(self, field_: str, values: dict[str, int]) -> None:
        """Count words of the source that nothing translates."""
        for value, rows in values.items():
            self.unmapped[(field_, value)] += rows

    def refuse(self, mask: Any, field_: str, reason: str) -> None:
        """Refuse the rows of `mask`; the first reason of a row is the one it is told."""
        for place in np.flatnonzero(np.asarray(mask, dtype=bool)):
            self._refusals.setdefault(int(place), (field_, reason))

    def good(self) -> Mask:
        """Which rows are still good."""
        mask = np.ones(self.rows, dtype=bool)
        mask[list(self._refusals)] = False
        return mask

    def rejects(self) -> pd.DataFrame:
        """The refused rows with reason and cure, personal fields masked, and those that could not be split."""
        if not self._refusals:
            return self.raw.refused
        places = np.array(sorted(self._refusals), dtype=np.int64)
        raws = masked_rows(self.raw.table.take(pa.array(places)), self._open_columns(), self._hashed(), self.hasher)
        listed = []
        for place, raw in zip(places.tolist(), raws, strict=True):
            name, reason = self._refusals[place]
            column = self.key_columns[0] if name == "key" and self.key_columns else self.columns.get(name, name)
            listed.append((int(self.raw.row_no[place]), column, raw.get(column), reason, CURES[reason], raw))
        made = pd.DataFrame(listed, columns=list(REJECT_COLUMNS), dtype=object)
        return made if self.raw.refused.empty else pd.concat([self.raw.refused, made], ignore_index=True)

    def _open_columns(self) -> frozenset[str]:
        """Columns that a refused row may show: those that the map gives a meaning to, but the caller's, or keeps."""
        named = {column for name, column in self.columns.items() if name != "caller"}
        return frozenset({*named, *self.key_columns, *self.map.keep})

    def _hashed(self) -> frozenset[str]:
        return frozenset({self.columns["caller"]} if "caller" in self.columns else ())


def no_rejects() -> pd.DataFrame:
    """No rejects."""
    return empty_rejects()
