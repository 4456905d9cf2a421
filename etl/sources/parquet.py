"""Parquet files, row group by row group; every value becomes the text a delimited file would hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.errors import SourceError
from etl.transforms.raw import RawChunk, RawFile, unique_names


def open_parquet(path: Path, *, chunk_rows: int, name: str, file_hash: str | None) -> RawFile:
    """The file's rows as text; raises `SourceError` where it is no Parquet file."""
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceError(f"{name}: cannot be read as Parquet: {error}") from error
    header = unique_names(file.schema_arrow.names)
    return RawFile(name, file_hash, file.metadata.num_rows, header, _chunks(file, header, chunk_rows, name))


def _chunks(file: pq.ParquetFile, header: tuple[str, ...], chunk_rows: int, name: str) -> Iterator[RawChunk]:
    next_no = 1
    try:
        for batch in file.iter_batches(batch_size=chunk_rows):
            table = pa.table(dict(zip(header, map(as_text, batch.columns), strict=True)))
            yield RawChunk(table, np.arange(next_no, next_no + table.num_rows, dtype=np.int64))
            next_no += table.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceError(f"{name}: is damaged below row {next_no}: {error}; export it again") from error
    finally:
        file.close()
    if next_no == 1:
        empty = pa.table({column: pa.array([], pa.string()) for column in header})
        yield RawChunk(empty, np.empty(0, dtype=np.int64))


def as_text(array: pa.Array) -> pa.Array:
    """Any column as text: instants in ISO 8601 with their offset, nested values left out."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return as_text(array.dictionary_decode())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return array.cast(pa.string())
    if pa.types.is_timestamp(kind):
        texts = array.cast(pa.timestamp("us", tz="UTC") if kind.tz else pa.timestamp("us")).cast(pa.string())
        return pc.replace_substring(texts, "Z", "+00:00") if kind.tz else texts
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        return pa.nulls(len(array), pa.string())
    return array.cast(pa.string())
