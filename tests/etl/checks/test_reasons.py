from __future__ import annotations

import re
from pathlib import Path

from etl.checks.reasons import CURES, REPAIRS

SOURCES = [path for name in ("sources", "transforms", "checks") for path in Path("etl", name).glob("*.py")]


def test_every_reason_that_code_gives_has_a_cure() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    refused = set(re.findall(r'refuse\([^"]*(?:"[a-z_]+"|[a-z_]+)[^"]*, "([a-z_]+)"\)', text))
    assert refused
    assert refused <= set(CURES)


def test_every_rule_that_mends_is_explained() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    rules = set(re.findall(r'repaired\("([a-z_]+)"', text)) | set(re.findall(r'"(point_[a-z]+)"', text))
    assert rules
    assert {rule for rule in rules if not rule.startswith("bad_")} <= set(REPAIRS)


def test_every_cure_tells_what_to_do() -> None:
    assert all(len(cure.split()) >= 4 for cure in CURES.values())
