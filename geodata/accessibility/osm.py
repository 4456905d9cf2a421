"""Accessibility observations from OSM tags; a tag that is absent says nothing, so it yields nothing.

Meanings follow the OSM wiki: `wheelchair=yes` is step-free entrance and main rooms, `limited` is one low step or part
of the rooms, `no` is an entrance that cannot be passed (of the inside it says nothing).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from geodata.accessibility.observations import Observation, Value

SOURCE = "OpenStreetMap"
_YES_NO: Mapping[str, Value] = {"yes": "yes", "designated": "yes", "no": "no", "limited": "limited"}
# Tags that speak about one property in the words yes, limited, no.
_PLAIN: Mapping[str, str] = {
    "toilets:wheelchair": "accessible_toilet",
    "tactile_paving": "tactile_way",
    "hearing_loop": "induction_loop",
    "audio_loop": "induction_loop",
    "handrail": "handrail",
    "elevator": "lift",
    "entrance:tactile": "marked_entrance",
    "blind": "guidance_inside",
    "deaf": "written_communication",
    "bench": "seats_outside",
    "indoor_seating": "seats_inside",
    "changing_table": "baby_changing",
    "counter:wheelchair": "low_counter",
}
_KERBS: Mapping[str, Value] = {"flush": "yes", "lowered": "yes", "no": "yes", "rolled": "limited", "raised": "no"}
_SURFACES: Mapping[str, Value] = {
    **dict.fromkeys(("asphalt", "concrete", "paving_stones", "concrete:plates", "wood", "metal"), "yes"),
    **dict.fromkeys(("compacted", "fine_gravel", "sett", "concrete:lanes"), "limited"),
    **dict.fromkeys(("gravel", "ground", "dirt", "sand", "grass", "mud", "cobblestone", "unhewn_cobblestone"), "no"),
}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_WIDE_M, _PASSABLE_M = 0.9, 0.8  # ISO 21542: clear door width 850 mm, 900 mm recommended


def observations_from_osm(tags: Mapping[str, str], *, observed_on: date | None = None) -> list[Observation]:
    """What an object's tags say; the day is the tags' own check date, else `observed_on` (the extract's day)."""
    day_on = _day(tags.get("check_date:wheelchair")) or _day(tags.get("check_date")) or observed_on
    note = tags.get("wheelchair:description", "")
    return [Observation(name, value, SOURCE, day_on, note) for name, value in dict.fromkeys(_seen(tags))]


def _seen(tags: Mapping[str, str]) -> Iterator[tuple[str, Value]]:
    yield from _wheelchair(tags.get("wheelchair", ""))
    for tag, name in _PLAIN.items():
        value = _YES_NO.get(tags.get(tag, ""))
        if value is not None:
            yield name, value
    yield from _steps(tags)
    yield from _doors(tags)
    yield from _ground(tags)
    yield from _parking(tags.get("capacity:disabled", ""))


def _wheelchair(text: str) -> Iterator[tuple[str, Value]]:
    value = _YES_NO.get(text)
    if value is not None:
        yield "step_free_entrance", value
        if value != "no":
            yield "step_free_inside", value


def _steps(tags: Mapping[str, str]) -> Iterator[tuple[str, Value]]:
    if tags.get("ramp:wheelchair") == "yes":
        yield "step_free_entrance", "yes"
    elif tags.get("ramp") == "yes":
        # A ramp that nobody called fit for wheelchairs may be for bicycles or pushchairs.
        yield "step_free_entrance", "limited"
    elif tags.get("step_count", "").isdecimal():
        count = int(tags["step_count"])
        yield "step_free_entrance", "yes" if count == 0 else "limited" if count == 1 else "no"


def _doors(tags: Mapping[str, str]) -> Iterator[tuple[str, Value]]:
    automatic = tags.get("automatic_door", "")
    if automatic:
        yield "automatic_door", "no" if automatic == "no" else "yes"
    width_m = _metres(tags.get("door:width") or tags.get("entrance:width") or "")
    if width_m is not None:
        yield "wide_entrance", "yes" if width_m >= _WIDE_M else "limited" if width_m >= _PASSABLE_M else "no"


def _ground(tags: Mapping[str, str]) -> Iterator[tuple[str, Value]]:
    if tags.get("kerb") in _KERBS:
        yield "lowered_kerb", _KERBS[tags["kerb"]]
    if tags.get("surface") in _SURFACES:
        yield "firm_surface", _SURFACES[tags["surface"]]


def _parking(capacity: str) -> Iterator[tuple[str, Value]]:
    if capacity in ("no", "0"):
        yield "disabled_parking", "no"
    elif capacity == "yes" or capacity.isdecimal():
        yield "disabled_parking", "yes"


def _metres(text: str) -> float | None:
    found = _NUMBER.search(text)
    if not found:
        return None
    number = float(found[0].replace(",", "."))
    return number / 100 if "cm" in text or number > 10 else number


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
