"""What the parts of a profile must mean to each other: no class without a term, no topic without a policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise

from geodata.cities.parts import MAX_GROUPS
from geodata.cities.reading import Problems
from geodata.cities.topics import STANDARD
from geodata.profile import CityProfile, SlaPolicy, Topic

CITY = "city.toml"
TOPICS = "topics.toml"


def check(profile: CityProfile, problems: Problems) -> None:
    """Note everything in `profile` that contradicts itself."""
    _check_codes(profile, problems)
    _check_place(profile, problems)
    _check_policy_parts(profile.policies, profile, problems)
    _check_versions(profile.policies, problems)
    _check_terms(profile, problems)
    _check_simulation(profile, problems)


def _known(problems: Problems, file: str, key: str, value: str | None, codes: Iterable[str], what: str) -> None:
    codes = set(codes)
    if value is not None and value not in codes:
        few = ", ".join(sorted(codes)[:8])
        problems.add(file, key, f"is {value!r}, which is no {what}", f"add it or use one of: {few}")


def _check_codes(profile: CityProfile, problems: Problems) -> None:
    calendars = profile.calendars.keys()
    areas = [area.code for area in profile.territories]
    executors = [executor.code for executor in profile.executors]
    classes = [c.code for c in profile.request_classes]
    for line in profile.lines:
        _known(problems, CITY, f"lines.{line.code}.calendar", line.calendar, calendars, "calendar")
    for executor in profile.executors:
        _known(
            problems,
            CITY,
            f"executors.{executor.code}.territory",
            executor.territory,
            areas,
            "area of territories.toml",
        )
    for topic in profile.topics:
        _known(problems, TOPICS, f"topics.{topic.code}.class", topic.request_class, classes, "request class")
        _known(problems, TOPICS, f"topics.{topic.code}.executor", topic.executor, executors, "executor")
    if STANDARD not in classes:
        problems.add(CITY, "request_classes", "has no class standard", "add [request_classes.standard]")
    bits = [group.bit for group in profile.caller_groups]
    if len(set(bits)) != len(bits) or any(not 0 <= bit < MAX_GROUPS for bit in bits):
        problems.add(
            CITY, "caller_groups", f"bits are {bits}", f"each group needs its own bit from 0 to {MAX_GROUPS - 1}"
        )


def _check_place(profile: CityProfile, problems: Problems) -> None:
    west, south, east, north = profile.bbox
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        problems.add(CITY, "bbox", f"is {list(profile.bbox)}", "write [west, south, east, north] in degrees")
    elif not (west <= profile.lon <= east and south <= profile.lat <= north):
        problems.add(
            CITY, "centre", f"{profile.lon}, {profile.lat} lies outside bbox", "write centre = [lon, lat] inside bbox"
        )


def _check_policy_parts(policies: tuple[SlaPolicy, ...], profile: CityProfile, problems: Problems) -> None:
    classes = [c.code for c in profile.request_classes]
    topics = [topic.code for topic in profile.topics]
    for policy in policies:
        key = f"policies {policy.code} version {policy.version}"
        _known(problems, CITY, f"{key}: class", policy.request_class, classes, "request class")
        _known(problems, CITY, f"{key}: topic", policy.topic, topics, "topic")
        _known(problems, CITY, f"{key}: calendar", policy.calendar, profile.calendars, "calendar")
        if policy.valid_to is not None and policy.valid_to <= policy.valid_from:
            problems.add(
                CITY, f"{key}: valid_to", "is not after valid_from", "valid_to is the first day it no longer holds"
            )


def _check_versions(policies: tuple[SlaPolicy, ...], problems: Problems) -> None:
    by_target: dict[tuple[str, str | None], list[SlaPolicy]] = defaultdict(list)
    by_version: dict[tuple[str, int], int] = defaultdict(int)
    for policy in policies:
        by_target[policy.request_class, policy.topic].append(policy)
        by_version[policy.code, policy.version] += 1
    for (code, version), count in by_version.items():
        if count > 1:
            problems.add(
                CITY, f"policies {code}", f"has version {version} {count} times", "number the versions 1, 2, ..."
            )
    for (request_class, topic), versions in by_target.items():
        versions.sort(key=lambda policy: policy.valid_from)
        what = f"policies for class {request_class}" + (f", topic {topic}" if topic else "")
        for earlier, later in pairwise(versions):
            if earlier.valid_to is None or earlier.valid_to > later.valid_from:
                problems.add(
                    CITY,
                    what,
                    f"{_label(earlier)} and {_label(later)} overlap from {later.valid_from}",
                    f"end the earlier one: valid_to = {later.valid_from}",
                )
            elif topic is None and earlier.valid_to < later.valid_from:
                problems.add(
                    CITY,
                    what,
                    f"no version holds from {earlier.valid_to} to {later.valid_from}",
                    "let one version begin on the day the other ends",
                )


def _label(policy: SlaPolicy) -> str:
    return f"{policy.code} version {policy.version}"


def _check_terms(profile: CityProfile, problems: Problems) -> None:
    kinds = {c.code: c.kind for c in profile.request_classes}
    terms: dict[str, list[SlaPolicy]] = defaultdict(list)
    for policy in profile.policies:
        terms[policy.request_class].append(policy)
    for code, kind in kinds.items():
        if kind != "consultation" and not terms[code]:
            problems.add(CITY, f"request_classes.{code}", "has no term", f'add [[policies]] with class = "{code}"')
    tree = {topic.code: topic for topic in profile.topics}
    for topic in profile.topics:
        if kinds.get(topic.request_class) in (None, "consultation"):
            continue
        if not _is_covered(topic, tree, terms[topic.request_class], profile.opened_on):
            problems.add(
                TOPICS,
                f"topics.{topic.code}",
                f"no policy of class {topic.request_class} covers it today and from opened_on",
                f'add [[policies]] with class = "{topic.request_class}" that holds from {profile.opened_on} on',
            )


def _is_covered(topic: Topic, tree: Mapping[str, Topic], terms: list[SlaPolicy], opened_on: date) -> bool:
    """Whether some policy holds for the topic at the centre's first day and some one has no end."""
    reach: set[str | None] = {None}
    node: Topic | None = topic
    while node is not None:
        reach.add(node.code)
        node = tree.get(node.parent) if node.parent else None
    mine = [policy for policy in terms if policy.topic in reach]
    return any(policy.valid_from <= opened_on for policy in mine) and any(policy.valid_to is None for policy in mine)


def _check_simulation(profile: CityProfile, problems: Problems) -> None:
    leaves = {t.code for t in profile.topics} - {t.parent for t in profile.topics}
    codes: dict[str, set[str]] = {
        "topics": leaves,
        "channels": {channel.code for channel in profile.channels},
        "classes": {c.code for c in profile.request_classes},
        "groups": {group.code for group in profile.caller_groups},
        "lines": {line.code for line in profile.lines},
    }
    for key, known in codes.items():
        table = profile.simulation.get(key, {})
        for code in table if isinstance(table, Mapping) else ():
            _known(problems, CITY, f"simulation.{key}.{code}", code, known, f"{key} code (topics: leaves only)")
    areas = {area.code for area in profile.territories}
    surges = profile.simulation.get("surges", [])
    for surge in surges if isinstance(surges, list) else ():
        _known(problems, CITY, "simulation.surges.topic", surge.get("topic"), leaves, "leaf topic")
        _known(problems, CITY, "simulation.surges.territory", surge.get("territory"), areas, "area")
