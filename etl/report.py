"""What a load says of itself; the row equation is enforced, not hoped for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol

from etl.errors import LoadError


class Progress(Protocol):
    """Whoever shows how far a load is."""

    def stage(self, name: str) -> None:
        """What is being done from now on."""

    def advance(self, rows: int) -> None:
        """So many rows more are done."""


class Silent:
    """Shows nothing."""

    def stage(self, name: str) -> None:
        """Nothing."""

    def advance(self, rows: int) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The outcome of one load; `read = inserted + updated + unchanged + rejected`, else `LoadError`.

    `withdrawn` are rows that the tables hold and the file no longer lists: they were not read, so the equation is
    without them.
    """

    source: str
    file: str
    load_id: int
    read: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    seconds: float
    repairs: Mapping[str, int] = field(default_factory=dict)
    unmapped: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    newest_at: datetime | None = None
    withdrawn: int = 0
    warnings: tuple[str, ...] = ()
    is_dry_run: bool = False

    def __post_init__(self) -> None:
        """Check the equation."""
        accounted = self.inserted + self.updated + self.unchanged + self.rejected
        if self.read != accounted:
            raise LoadError(
                f"{self.file}: {self.read} rows read but {accounted} accounted for "
                f"({self.inserted} inserted, {self.updated} updated, {self.unchanged} unchanged, "
                f"{self.rejected} rejected); nothing was loaded"
            )

    @property
    def rows_per_s(self) -> float:
        """Rows read per second, parse to commit."""
        return self.read / self.seconds if self.seconds > 0 else 0.0

    def as_json(self) -> dict[str, Any]:
        """The report as plain values for `--json`."""
        plain = asdict(self)
        plain["seconds"] = round(self.seconds, 3)
        plain["rows_per_s"] = round(self.rows_per_s)
        plain["newest_at"] = self.newest_at.isoformat() if self.newest_at else None
        plain["warnings"] = list(self.warnings)
        return plain
