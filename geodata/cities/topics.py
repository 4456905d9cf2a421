"""The topic tree of a profile, written as paths: `"security/shelters/shelter_locked" = { class = "urgent" }`.

A node takes its class and its executor from the node above unless it says otherwise, so a tree of sixty topics says
each thing once.
"""

from __future__ import annotations

from geodata.cities.parts import Catalogue
from geodata.cities.reading import Section
from geodata.profile import Topic

MAX_LEVEL = 3
STANDARD = "standard"


def topics(top: Section, catalogue: Catalogue) -> tuple[Topic, ...]:
    """`[topics]` by path, each parent written above its children; a missing parent or a code used twice is noted."""
    found: dict[str, Topic] = {}
    by_path: dict[str, Topic] = {}
    for path, section in top.tables("topics"):
        parent_path, _, code = path.rpartition("/")
        level = path.count("/") + 1
        parent = by_path.get(parent_path)
        if parent_path and parent is None:
            section.wrong("", f"has no parent {parent_path!r}", f'write "{parent_path}" = {{}} above it')
        if level > MAX_LEVEL:
            section.wrong("", f"is {level} levels deep", f"the tree has at most {MAX_LEVEL} levels")
        if code in found:
            section.wrong("", f"uses the code {code!r} a second time", "every topic has a code of its own")
        topic = Topic(
            code=code,
            names=catalogue.of(section, "topics", code),
            parent=parent.code if parent else None,
            level=level,
            request_class=section.text("class", parent.request_class if parent else STANDARD),
            executor=section.text("executor", (parent.executor if parent else None) or "") or None,
        )
        found[code] = by_path[path] = topic
    return tuple(by_path.values())
