"""Small enough to be read: every module says its purpose, none is longer than its ceiling."""

from __future__ import annotations

import ast

from tests.floors.sources import Module, modules

MODULE_LINES = 400
FUNCTION_LINES = 60


def written() -> list[Module]:
    """Modules that people write: a migration is generated once and then frozen, as long as its tables are."""
    return [module for module in modules() if ".migrations.versions." not in module.name]


def test_every_module_says_its_purpose_in_a_docstring() -> None:
    silent = [module.where for module in written() if not ast.get_docstring(module.tree)]
    assert not silent, f"give each one sentence of purpose, with the reason: {silent}"


def test_modules_are_short_enough_to_be_read() -> None:
    long = [f"{module.where} has {module.lines} lines" for module in written() if module.lines > MODULE_LINES]
    assert not long, f"split them by what they do: {long}"


def test_functions_are_short_enough_to_be_read() -> None:
    long = [
        f"{module.where}: {node.name} has {length} lines"
        for module in written()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not long, f"take parts out: {long}"


def test_public_functions_and_classes_say_what_they_mean() -> None:
    silent = [
        f"{module.where}: {node.name}"
        for module in written()
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and not _is_handler(node)
    ]
    assert not silent, f"no docstring: {silent}"


def _is_handler(node: ast.AST) -> bool:
    """Decorated functions are events, routes and migrations: their decorator says what they are."""
    return bool(getattr(node, "decorator_list", [])) and not isinstance(node, ast.ClassDef)
