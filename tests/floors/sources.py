"""Read the project's own sources for the tests of its structure; nothing is imported, only parsed."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("geodata", "etl", "dashboard", "pages")


@dataclass(frozen=True)
class Module:
    """A parsed source file; `name` is dotted, `imports` are the dotted names it takes, wherever in the file."""

    name: str
    path: Path
    tree: ast.Module
    lines: int
    imports: frozenset[str]

    @property
    def where(self) -> str:
        """The path from the project's root."""
        return str(self.path.relative_to(ROOT))


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the four packages."""
    return tuple(_read(path) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))


def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, filename=str(path))
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    here = name if is_package else name.rpartition(".")[0]
    return Module(name, path, tree, len(text.splitlines()), frozenset(_imports(tree, here)))


def _imports(tree: ast.Module, here: str) -> set[str]:
    """Dotted names: `from a import b` counts as `a.b` where a.b is a module of ours, else as `a`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _resolve(node, here)
            found |= {f"{base}.{alias.name}" if _is_ours(f"{base}.{alias.name}") else base for alias in node.names}
    return found


def _resolve(node: ast.ImportFrom, here: str) -> str:
    if not node.level:
        return node.module or ""
    parents = here.split(".")[: len(here.split(".")) - node.level + 1]
    return ".".join([*parents, node.module] if node.module else parents)


def _is_ours(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return name.partition(".")[0] in PACKAGES and (path.with_suffix(".py").exists() or (path / "__init__.py").exists())


def is_under(name: str, *tops: str) -> bool:
    """Say whether a dotted name is one of `tops` or inside one."""
    return any(name == top or name.startswith(top + ".") for top in tops)


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that git keeps; where there is no git, every file outside the folders that a run leaves behind."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode == 0:
        paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
        return tuple(path for path in paths if path.is_file())
    left = {".venv", "var", ".git", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
    return tuple(path for path in ROOT.rglob("*") if path.is_file() and not left & set(path.relative_to(ROOT).parts))
