"""Roll-ups kept current by the load: each family of figures is defined once, as SQL over the facts."""

from __future__ import annotations

from etl.rollup.state import is_current
from etl.rollup.update import rebuild, update

__all__ = ["is_current", "rebuild", "update"]
