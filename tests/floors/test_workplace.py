"""The project belongs to no machine: no path, account, registry or secret of the place where it was written."""

from __future__ import annotations

import re

from tests.floors.sources import ROOT, tracked_files

PATTERNS = {
    "an absolute path of somebody's machine": r"(?<![\w.$}])/(?:work|home|root|Users|mnt|opt)/[\w.-]+",
    "a package index": r"--(?:extra-)?index-url|--find-links|PIP_INDEX_URL|PIP_FIND_LINKS",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a token": r"\b(?:ghp|gho|ghs|glpat|xox[abp]|sk-ant|AKIA)[-_A-Za-z0-9]{16,}",
    "a merge conflict": r"^(?:<<<<<<<|>>>>>>>) ",
}
TEXT = {
    "", ".py", ".md", ".toml", ".txt", ".cfg", ".ini", ".json", ".yml", ".yaml", ".css", ".js", ".html", ".sql",
    ".mako", ".po", ".csv", ".geojson", ".sh", ".svg",
}  # fmt: skip
# Not ours to mend: other people's files, kept unchanged.
VENDORED = re.compile(r"(^|/)vendor/|\.min\.js$")
TOP_LEVEL = {"geodata", "etl", "dashboard", "pages", "assets", "tests", "docs", ".ci"}
LARGEST_BYTES = 2_000_000


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    found = []
    for path in tracked_files():
        where = path.relative_to(ROOT).as_posix()
        if path.suffix not in TEXT or VENDORED.search(where) or path.name == "test_workplace.py":
            continue
        text = path.read_text(encoding="utf-8")
        for what, pattern in PATTERNS.items():
            for match in re.finditer(pattern, text, flags=re.MULTILINE):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{where}:{line}: {what}: {match.group()[:60]}")
    assert not found, "\n".join(found)


def test_the_top_level_holds_the_agreed_folders_only() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in tracked_files() if len(path.relative_to(ROOT).parts) > 1}
    assert folders <= TOP_LEVEL, f"not agreed: {sorted(folders - TOP_LEVEL)}"
    modules = [path.name for path in tracked_files() if path.parent == ROOT and path.suffix == ".py"]
    assert not modules, f"Python lives in packages: {modules}"


def test_nothing_large_is_kept_in_git() -> None:
    large = {
        path.relative_to(ROOT).as_posix(): path.stat().st_size
        for path in tracked_files()
        if path.stat().st_size > LARGEST_BYTES
    }
    assert not large, f"over {LARGEST_BYTES} bytes: {large}"


def test_what_a_run_leaves_behind_is_not_kept_in_git() -> None:
    left = re.compile(r"(^|/)(var|__pycache__|\.venv|node_modules|dist)/|\.(pyc|db|sqlite|pbf|pmtiles)$")
    names = [path.relative_to(ROOT).as_posix() for path in tracked_files()]
    assert not [name for name in names if left.search(name)]
