"""What the filter bar offers: the city's codes with their names, trees as groups or indented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.filters import KEYS
from dashboard.i18n import Texts

if TYPE_CHECKING:
    from dashboard.queries import Reference

TREES = ("topic", "territory")
INDENT = "\u2003"


def choices(reference: Reference, lang: str) -> dict[str, list[dict[str, Any]]]:
    """Options by field of `Filters`, each `{value, label}`; trees in their order, indented by level."""
    return {name: _options(reference, name, lang) for name in KEYS}


def _options(reference: Reference, kind: str, lang: str) -> list[dict[str, Any]]:
    if kind == "executor_kind":
        t = Texts(lang)
        codes = sorted(reference.codes(kind) or ())
        return [{"value": code, "label": t(f"executor_kind.{code}")} for code in codes]
    labels = reference.labels(kind, lang)
    if kind in TREES:
        return [
            {"value": code, "label": INDENT * depth + labels[code]}
            for code, depth in in_tree_order(reference, kind, labels)
        ]
    if kind in ("executor",):
        return [
            {"value": code, "label": text} for code, text in sorted(labels.items(), key=lambda pair: pair[1].casefold())
        ]
    return [{"value": code, "label": text} for code, text in labels.items()]


def in_tree_order(reference: Reference, kind: str, labels: dict[str, str]) -> list[tuple[str, int]]:
    """Codes with their depth, children after their parent, by name."""
    parents = {str(code): str(parent) for code, parent in reference.tables[kind]["parent"].items()}
    below: dict[str, list[str]] = {}
    for code, parent in parents.items():
        below.setdefault(parent if parent in parents else "", []).append(code)

    def walk(parent: str, depth: int) -> list[tuple[str, int]]:
        children = sorted(below.get(parent, []), key=lambda code: labels[code].casefold())
        return [pair for code in children for pair in ((code, depth), *walk(code, depth + 1))]

    return walk("", 0)
