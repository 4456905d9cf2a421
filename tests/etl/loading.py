"""`python -m tests.etl.loading URL MARKER CHUNKS PAUSE_S [FIRST SOURCE]`: a load in a process of its own, to be struck.

Each chunk that has been written is noted in the file MARKER; then the load pauses, so that a test can kill or race it.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from etl.db import make_engine
from etl.pipeline import run_load
from geodata.cities import load_profile
from tests.etl.rows import NOW, SOURCE, chunk, requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.prepared import Prepared

CHUNK_ROWS = 2_000


def chunks(count: int, *, first: int = 0, source: str = SOURCE) -> Iterator[Prepared]:
    """`count` chunks of requests, numbered on from `first`."""
    for number in range(count):
        yield chunk(requests(CHUNK_ROWS, first=first + number * CHUNK_ROWS, source=source))


def main(url: str, marker: Path, count: int, pause_s: float, first: int, source: str) -> None:
    """Load, noting each chunk in `marker` once the loader asks for the next."""

    def noted() -> Iterator[Prepared]:
        for number, made in enumerate(chunks(count, first=first, source=source)):
            yield made
            marker.write_text(str(number + 1), encoding="utf-8")
            time.sleep(pause_s)

    engine = make_engine(url)
    run_load(
        engine, load_profile("demo"), noted(), source=source, file="a.csv", file_hash=None, is_simulated=False, now=NOW
    )
    engine.dispose()


if __name__ == "__main__":
    main(
        sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]),
        int(sys.argv[5]) if len(sys.argv) > 5 else 0, sys.argv[6] if len(sys.argv) > 6 else SOURCE,
    )  # fmt: skip
