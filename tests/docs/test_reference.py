"""Everything a user can set, type, read or open is documented, and the documents say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard import reference
from tests.floors.sources import ROOT, modules

DOCS = ROOT / "docs"


def documents() -> str:
    """README and docs/*.md as one text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted(DOCS.glob("*.md"))])


@pytest.mark.parametrize("name", sorted(reference.all_pages()))
def test_generated_documents_are_up_to_date(name: str) -> None:
    path = DOCS / name
    assert path.exists(), f"docs/{name} is missing: make docs"
    assert path.read_text(encoding="utf-8") == reference.all_pages()[name](), f"docs/{name} is out of date: make docs"


@pytest.mark.parametrize("kind", ["setting", "command", "table", "page", "figure"])
def test_everything_a_user_meets_is_documented(kind: str) -> None:
    text, names = documents(), reference.names()[kind]
    missing = [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
    assert not missing, f"each {kind} is documented in README.md or docs/*.md; not so: {missing}"


def test_every_variable_in_the_code_is_a_documented_setting() -> None:
    known = set(reference.settings_fields())
    used = {
        f"{name} ({module.where})"
        for module in modules()
        for name in re.findall(r"\bLINKA_[A-Z][A-Z_]*[A-Z]\b", module.path.read_text(encoding="utf-8"))
        if name not in known
    }
    assert not used, f"give each a field with env and help in a Settings dataclass, then make docs: {sorted(used)}"


def test_settings_tables_and_figures_have_words() -> None:
    silent = [env for env, field in reference.settings_fields().items() if not field.metadata.get("help")]
    silent += [command.words for command in reference.commands() if not command.help]
    silent += [
        f"{command.words}: {spelling}"
        for command in reference.commands()
        for spelling, meaning in command.parameters
        if not meaning
    ]
    assert not silent, f"no help: {silent}"


def links(path: Path) -> list[str]:
    text = re.sub(r"```.*?```|`[^`]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", target)]


@pytest.mark.parametrize(
    "path", [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("**/*.md"))], ids=lambda path: str(path.relative_to(ROOT))
)
def test_links_inside_the_documents_lead_somewhere(path: Path) -> None:
    broken = []
    for target in links(path):
        name, _, fragment = target.partition("#")
        file = (path.parent / name) if name else path
        if not file.exists() or (fragment and file.suffix == ".md" and fragment not in anchors(file)):
            broken.append(target)
    assert not broken


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {reference.reference.anchor(heading) for heading in headings}
