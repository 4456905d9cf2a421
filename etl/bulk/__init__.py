"""Bulk reading and writing, column-wise on both engines: the way of every table of more than a handful of rows.

All work on the caller's connection, hence in its transaction.
"""

from __future__ import annotations

from etl.bulk.appending import append_frame
from etl.bulk.changing import (
    Counts,
    add_numbers,
    delete_rows,
    differs,
    replace_rows,
    same_key,
    staged,
    temporary_ids,
    upsert_frame,
)
from etl.bulk.driver import psycopg_cursor
from etl.bulk.reading import read_frame, read_numbers, read_tuples

__all__ = [
    "Counts",
    "add_numbers",
    "append_frame",
    "delete_rows",
    "differs",
    "psycopg_cursor",
    "read_frame",
    "read_numbers",
    "read_tuples",
    "replace_rows",
    "same_key",
    "staged",
    "temporary_ids",
    "upsert_frame",
]
