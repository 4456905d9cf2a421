"""A load holds a chunk or two and eight bytes a key, however long the file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from etl.pipeline import run_load
from geodata.cities import load_profile
from tests.etl.rows import NOW, SOURCE, chunk, requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from sqlalchemy import Engine

    from etl.prepared import Prepared

CHUNKS, CHUNK_ROWS = 24, 4_000
GROWTH_MB = 16
"""Of 16 chunks after the first 8, whose frames would fill thrice that if kept (SQLite would add its own page cache)."""


def held_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_memory_does_not_grow_with_the_number_of_chunks(
    postgis_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.pipeline.keep_current", lambda *_args, **_options: None)
    held: list[float] = []

    def chunks() -> Iterator[Prepared]:
        for number in range(CHUNKS):
            held.append(held_mb())
            yield chunk(requests(CHUNK_ROWS, first=number * CHUNK_ROWS, source_topic="x" * 200 + str(number)))

    run_load(
        postgis_engine, load_profile("demo"), chunks(), source=SOURCE, file="a.csv", file_hash=None, is_simulated=False,
        now=NOW,
    )  # fmt: skip
    assert held[-1] - held[8] < GROWTH_MB, held
