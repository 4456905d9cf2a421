"""The app's one narrow way to write, opened with its first row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.queries.public_writes import Writer

if TYPE_CHECKING:
    from dashboard.deps import Deps


def writer_of(deps: Deps) -> Writer:
    """The writer on the app's own database."""
    held = deps.read.kept.get("writer")
    if held is None:
        held = deps.read.kept["writer"] = (None, Writer.beside(deps.read, is_staff=deps.process == "staff"))
    found: Writer = held[1]
    return found
