"""Frames to Arrow and back, typed by the table's columns: the one gate where nulls, zones and widths are settled.

Arrow has real nulls, so that what pandas writes as NaN, NaT or None is NULL in every table (through psycopg's own
parameters `pd.NaT` would silently become the year 48113).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, LargeBinary, Numeric, SmallInteger, Text, types
from sqlalchemy.types import BigInteger, TypeEngine

from etl.errors import LoadError
from etl.tables.types import SRID, Geometry, UtcDateTime

INSTANT = pa.timestamp("us", tz="UTC")
_LATEST_YEAR = 2500
"""No row of a contact centre is younger; a later one is a broken conversion."""

_ARROW: tuple[tuple[type[TypeEngine[Any]], pa.DataType], ...] = (
    (SmallInteger, pa.int16()),
    (BigInteger, pa.int64()),
    (Integer, pa.int32()),
    (Boolean, pa.bool_()),
    (Float, pa.float64()),
    (Numeric, pa.float64()),
    (UtcDateTime, INSTANT),
    (Date, pa.date32()),
    (JSON, pa.string()),
    (Geometry, pa.binary()),
    (LargeBinary, pa.binary()),
    (Text, pa.string()),
    (types.String, pa.string()),
)


def arrow_type(kind: TypeEngine[Any]) -> pa.DataType | None:
    """The Arrow type of a column type, None where only the values can tell (an untyped expression)."""
    return next((arrow for sql_type, arrow in _ARROW if isinstance(kind, sql_type)), None)


def is_json(column: Column[Any]) -> bool:
    """Whether the column holds JSON."""
    return isinstance(column.type, JSON)


def is_geometry(column: Column[Any]) -> bool:
    """Whether the column holds a shape as WKB."""
    return isinstance(column.type, Geometry)


def to_arrow(frame: pd.DataFrame, columns: Sequence[Column[Any]]) -> pa.Table:
    """The frame's `columns` as an Arrow table of the columns' types; raises `LoadError` naming column and example."""
    arrays = [_array(frame[column.name], column) for column in columns]
    return pa.table(arrays, names=[column.name for column in columns])


def _array(series: pd.Series, column: Column[Any]) -> pa.ChunkedArray | pa.Array:
    wanted = arrow_type(column.type)
    if is_json(column):
        return pa.array([None if _is_missing(value) else json.dumps(value) for value in series], pa.string())
    try:
        made = pa.array(_plain(series), from_pandas=True)
        cast = _cast(made, wanted)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise LoadError(f"column {column}: {error}. Values like {_examples(series)} do not fit {wanted}") from error
    return _with_default(_checked(cast, column), column)


def _plain(series: pd.Series) -> Any:
    if isinstance(series.dtype, pd.CategoricalDtype):
        return series.astype(series.cat.categories.dtype)
    return series


def _cast(made: Any, wanted: pa.DataType | None) -> Any:
    if wanted is None or made.type == wanted:
        return made
    if pa.types.is_timestamp(wanted) and pa.types.is_timestamp(made.type):
        if made.type.tz is None:
            raise pa.ArrowInvalid("instants without a time zone: give them as UTC")
        return made.cast(wanted, safe=False)
    if pa.types.is_date(wanted) and pa.types.is_timestamp(made.type) and made.type.tz is not None:
        raise pa.ArrowInvalid("a day is wanted, not an instant: give the city's local day")
    if pa.types.is_integer(wanted) and pa.types.is_boolean(made.type):
        return made.cast(pa.int8()).cast(wanted)
    return made.cast(wanted)


def _checked(array: Any, column: Column[Any]) -> Any:
    if not len(array) or array.null_count == len(array):
        return array
    if pa.types.is_timestamp(array.type) and pc.max(pc.year(array)).as_py() > _LATEST_YEAR:
        raise LoadError(f"column {column}: an instant after {_LATEST_YEAR}: a missing value was converted wrongly")
    if pa.types.is_string(array.type) and pc.any(pc.match_substring(array, "\x00")).as_py():
        return pc.replace_substring(array, "\x00", "")
    return array


def _with_default(array: Any, column: Column[Any]) -> Any:
    default = scalar_default(column)
    return array if default is None or not array.null_count else pc.fill_null(array, default)


def scalar_default(column: Column[Any]) -> Any:
    """The plain value that stands for a missing one in a column that may not be NULL, else None."""
    if column.nullable or column.default is None or not column.default.is_scalar:
        return None
    return column.default.arg  # type: ignore[attr-defined]


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value)


def _examples(series: pd.Series) -> str:
    return ", ".join(repr(value) for value in series.dropna().unique()[:3])


def to_ewkb(array: Any, kind: str) -> pa.Array:
    """WKB to EWKB with the SRID, polygons made multipolygons where the column wants those."""

    def one(value: bytes | None) -> bytes | None:
        if value is None:
            return None
        shape = shapely.from_wkb(value)
        if kind == "MULTIPOLYGON" and shape.geom_type == "Polygon":
            shape = shapely.multipolygons([shape])
        return bytes(shapely.to_wkb(shapely.set_srid(shape, SRID), include_srid=True))

    return pa.array([one(value) for value in array.to_pylist()], pa.binary())


def to_frame(table: pa.Table, columns: Sequence[Any]) -> pd.DataFrame:
    """Arrow to pandas as `etl.bulk.read_frame` promises: nullable columns in nullable types, whatever their values."""
    return pd.DataFrame({column.name: _series(table.column(i), column) for i, column in enumerate(columns)})


_NULLABLE: tuple[tuple[Callable[[pa.DataType], bool], str, pa.DataType], ...] = (
    (pa.types.is_int16, "Int32", pa.int32()),
    (pa.types.is_int32, "Int32", pa.int32()),
    (pa.types.is_int64, "Int64", pa.int64()),
    (pa.types.is_boolean, "boolean", pa.bool_()),
)


def _series(array: pa.ChunkedArray, column: Any) -> Any:
    if isinstance(column.type, JSON):
        return pd.Series([None if text is None else json.loads(text) for text in array.to_pylist()], dtype=object)
    if pa.types.is_date(array.type):
        return array.cast(pa.timestamp("us")).to_pandas()
    for is_kind, nullable, width in _NULLABLE:
        if is_kind(array.type):
            cast = array.cast(width)
            if array.null_count or getattr(column, "nullable", False):
                dtype: Any = pd.api.types.pandas_dtype(nullable)
                return pd.Series(dtype.__from_arrow__(cast))
            return cast.to_pandas()
    return array.to_pandas()
