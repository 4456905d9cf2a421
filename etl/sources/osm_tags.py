"""The table of tags: which services an object of OpenStreetMap gives, checked against the taxonomy when it is read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from etl.errors import MapError
from geodata.taxonomy import load_taxonomy

_TABLE = "osm-services.toml"
_NOT = ("no", "")


@dataclass(frozen=True, slots=True)
class Rule:
    """Holds when each of `tags` has one of its values; `is_fallback` counts only where no other rule does."""

    tags: Mapping[str, frozenset[str]]
    services: tuple[str, ...]
    is_only: bool
    is_fallback: bool

    def holds(self, tags: Mapping[str, str]) -> bool:
        """Whether the tags meet the rule; a tag may list several values, separated by semicolons."""
        return all(_meets(tags.get(key, ""), wanted) for key, wanted in self.tags.items())


def _meets(text: str, wanted: frozenset[str]) -> bool:
    if text in _NOT:
        return False
    return "*" in wanted or not wanted.isdisjoint(part.strip() for part in text.split(";"))


@cache
def rules() -> tuple[Rule, ...]:
    """The shipped table; raises `MapError` naming the rule that is wrong."""
    text = resources.files("etl.maps").joinpath(_TABLE).read_text(encoding="utf-8")
    known = {service.code for service in load_taxonomy().leaves()}
    found = []
    for number, row in enumerate(tomllib.loads(text)["rule"], start=1):
        unknown = [code for code in row["services"] if code not in known]
        if unknown or not row["tags"]:
            raise MapError(f"{_TABLE}, rule {number}: services {unknown} are not in the taxonomy, or there are no tags")
        wanted = {
            key: frozenset([values] if isinstance(values, str) else values) for key, values in row["tags"].items()
        }
        found.append(Rule(wanted, tuple(row["services"]), bool(row.get("only")), bool(row.get("fallback"))))
    return tuple(found)


def keys() -> tuple[str, ...]:
    """The keys that any rule looks at first: an object without any of them is no institution."""
    return tuple(sorted({next(iter(rule.tags)) for rule in rules()}))


def services_of(tags: Mapping[str, str]) -> tuple[str, ...]:
    """Codes of the services, the most telling first; none where the object is no institution or is out of use."""
    if any(key.startswith(("disused:", "abandoned:", "was:")) for key in tags) and "amenity" not in tags:
        return ()
    holding = [rule for rule in rules() if rule.holds(tags)]
    sole = next((rule for rule in holding if rule.is_only), None)
    chosen = [sole] if sole else [rule for rule in holding if not rule.is_fallback] or holding
    return tuple(dict.fromkeys(code for rule in chosen for code in rule.services))


def kind_of(tags: Mapping[str, str]) -> str:
    """The tag that says most of what it is, e.g. `amenity=social_facility`."""
    for key in ("amenity", "healthcare", "office", "emergency", "leisure", "shop", "building", "shelter_type"):
        if tags.get(key, "") not in _NOT:
            return f"{key}={tags[key]}"
    return "other"
