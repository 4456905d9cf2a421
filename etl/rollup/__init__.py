"""Roll-ups kept current by the load: each family of figures is defined once, as SQL over the facts."""

from __future__ import annotations

from etl.rollup.update import is_current, rebuild, update

__all__ = ["is_current", "rebuild", "update"]
