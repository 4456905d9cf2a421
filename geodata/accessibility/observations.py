"""Observations: what somebody saw of one property of a place, and what holds when several saw it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Value = Literal["yes", "no", "limited", "unknown"]
Link = Literal["parking", "way", "entrance", "inside"]

LINKS: tuple[Link, ...] = ("parking", "way", "entrance", "inside")
# Which link of the chain a property belongs to: what `accessibility_observation.link` holds.
LINK_OF: Mapping[str, Link] = {
    "disabled_parking": "parking",
    "step_free_way": "way",
    "lowered_kerb": "way",
    "firm_surface": "way",
    "seats_outside": "way",
    "tactile_way": "way",
    "step_free_entrance": "entrance",
    "wide_entrance": "entrance",
    "automatic_door": "entrance",
    "handrail": "entrance",
    "marked_entrance": "entrance",
    "step_free_inside": "inside",
    "lift": "inside",
    "accessible_toilet": "inside",
    "low_counter": "inside",
    "induction_loop": "inside",
    "written_communication": "inside",
    "seats_inside": "inside",
    "guidance_inside": "inside",
    "baby_changing": "inside",
}


@dataclass(frozen=True)
class Observation:
    """One property as one source saw it; `observed_on` None where the source gives no day."""

    property: str
    value: Value
    source: str
    observed_on: date | None = None
    note: str = ""


def settle(observations: Iterable[Observation]) -> dict[str, Observation]:
    """What holds per property: the newest observation that knows; equally new ones that disagree make it unknown."""
    by_property: dict[str, list[Observation]] = {}
    for seen in observations:
        if seen.property in LINK_OF and seen.value != "unknown":
            by_property.setdefault(seen.property, []).append(seen)
    return {name: _newest(seen) for name, seen in by_property.items()}


def _newest(seen: list[Observation]) -> Observation:
    newest_on = max(o.observed_on or date.min for o in seen)
    latest = [o for o in seen if (o.observed_on or date.min) == newest_on]
    if len({o.value for o in latest}) == 1:
        return latest[0]
    sources = ", ".join(sorted({o.source for o in latest}))
    return Observation(latest[0].property, "unknown", sources, latest[0].observed_on, "sources disagree")
