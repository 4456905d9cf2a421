"""Columns of rows in hand, in little room: in memory, or mapped from a file that has no name and goes with them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Column

from etl.rollup.evaluate import Value

_LARGE: Final = Path("/var/tmp")  # noqa: S108 - the file has no name there
_WORD: Final = 8
"""Arrays begin at a multiple of so many bytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A column: numbers and where they are NULL; of words, the place of each in `words`."""

    data: npt.NDArray[Any]
    null: npt.NDArray[np.bool_]
    words: npt.NDArray[np.str_] | None = None

    @classmethod
    def filled(cls, value: Any, is_null: bool, size: int) -> Held:
        """The same value in every row."""
        null = np.full(size, is_null)
        if isinstance(value, str):
            return cls(np.zeros(size, np.int16), null, np.array([value]))
        return cls(np.full(size, value), null)

    def value(self, rows: npt.NDArray[np.intp] | None = None) -> Value:
        """What it says, of some rows or of all."""
        data, null = (self.data, self.null) if rows is None else (self.data[rows], self.null[rows])
        return Value(data if self.words is None else self.words[data], null)


class Taken(Mapping[Column[Any], Value]):
    """Some rows of a chunk, or all; a column is only made when it is looked at."""

    def __init__(self, chunk: Mapping[Column[Any], Held], rows: npt.NDArray[np.intp] | None = None) -> None:
        """`rows`: their places in the chunk."""
        self._chunk, self._rows = chunk, rows
        self._made: dict[Column[Any], Value] = {}

    def __getitem__(self, column: Column[Any]) -> Value:
        """The column of these rows."""
        if column not in self._made:
            self._made[column] = self._chunk[column].value(self._rows)
        return self._made[column]

    def __iter__(self) -> Iterator[Column[Any]]:
        """The columns."""
        return iter(self._chunk)

    def __len__(self) -> int:
        """How many columns there are."""
        return len(self._chunk)

    def of(self, rows: npt.NDArray[np.intp]) -> Taken:
        """Some of these rows."""
        return Taken(self._chunk, rows if self._rows is None else self._rows[rows])

    @property
    def size(self) -> int:
        """Rows."""
        return len(next(iter(self._chunk.values())).null) if self._rows is None else len(self._rows)


def on_disk(chunks: Sequence[Mapping[Column[Any], Held]]) -> dict[Column[Any], Held]:
    """The rows of chunks in one, its numbers mapped from a file without a name; raises `OSError` for want of room."""
    joined = {column: _joined([chunk[column] for chunk in chunks]) for column in chunks[0]}
    with tempfile.TemporaryFile(dir=_folder()) as file:
        places = {column: (_written(file, held.data), _written(file, held.null)) for column, held in joined.items()}
        file.flush()
        mapped = np.memmap(file, np.uint8, "r")
    return {
        column: Held(_at(mapped, data, held.data), _at(mapped, null, held.null), held.words)
        for (column, held), (data, null) in zip(joined.items(), places.values(), strict=True)
    }


def _folder() -> str:
    """Where large files may lie: not in `/tmp`, which is often a piece of the memory, where nobody asked for it."""
    chosen = tempfile.gettempdir()
    return str(_LARGE) if chosen == "/tmp" and os.access(_LARGE, os.W_OK) else chosen  # noqa: S108


def _joined(parts: Sequence[Held]) -> Held:
    null = np.concatenate([part.null for part in parts])
    if parts[0].words is None:
        return Held(np.concatenate([part.data for part in parts]), null)
    lists = [part.words for part in parts if part.words is not None]
    words, places = np.unique(np.concatenate(lists), return_inverse=True)
    of_part = np.split(places.astype(np.int16), np.cumsum([len(one) for one in lists])[:-1])
    return Held(np.concatenate([place[part.data] for place, part in zip(of_part, parts, strict=True)]), null, words)


def _written(file: IO[bytes], array: npt.NDArray[Any]) -> int:
    """Write the array and return where it begins."""
    file.write(bytes(-file.tell() % _WORD))
    place = file.tell()
    file.write(np.ascontiguousarray(array).data)
    return place


def _at(mapped: npt.NDArray[np.uint8], place: int, like: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.frombuffer(mapped, like.dtype, len(like), place)
