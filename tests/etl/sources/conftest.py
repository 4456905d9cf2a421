from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from sqlalchemy import select

from etl import bulk
from etl.pipeline import run_load
from etl.settings import Secret, Settings
from etl.sources import open_source
from geodata.cities import load_profile

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from etl.report import LoadReport

NOW = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass
class Loading:
    """Loads sources as the command does, and reads what the tables hold afterwards."""

    engine: Engine
    folder: Path
    city: str = "demo"
    chunk_rows: int = 100_000

    @property
    def settings(self) -> Settings:
        url = self.engine.url.render_as_string(hide_password=False)
        return Settings(
            database_url=Secret(url), city=self.city, data_dir=self.folder / "data", chunk_rows=self.chunk_rows
        )

    def load(self, source: str, /, *paths: str | Path, **options: str) -> list[LoadReport]:
        profile = load_profile(self.city)
        found = open_source(source, [str(p) for p in paths], profile=profile, settings=self.settings, options=options)
        return [
            run_load(
                self.engine, profile, file.batches, source=file.source, file=file.file, file_hash=file.file_hash,
                is_simulated=False, now=NOW, listing=file.listing,
            )
            for file in found
        ]  # fmt: skip

    def one(self, source: str, /, *paths: str | Path, **options: str) -> LoadReport:
        (report,) = self.load(source, *paths, **options)
        return report

    def rows(self, table: Any) -> pd.DataFrame:
        with self.engine.connect() as connection:
            return bulk.read_frame(connection, select(table).order_by(*table.primary_key))

    def write(self, name: str, text: str | bytes, *, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path


@pytest.fixture
def loading(engine: Engine, tmp_path: Path) -> Loading:
    """Give loads into each engine in turn."""
    return Loading(engine, tmp_path)


@pytest.fixture
def quick(sqlite_engine: Engine, tmp_path: Path) -> Loading:
    """Give loads into SQLite alone, for what does not depend on the engine."""
    return Loading(sqlite_engine, tmp_path)
