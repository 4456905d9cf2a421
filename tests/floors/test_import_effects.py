"""Importing is silent: no engine, app, file, environment or clock is touched before somebody asks."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.floors.sources import modules

# Calls that, at the top level of a module, would do something merely because it was imported.
ACTIONS = {
    "create_engine", "make_engine", "create_app", "open", "read_text", "read_bytes", "getenv", "now", "today", "utcnow",
    "from_env", "urlopen", "run", "Popen", "connect",
}  # fmt: skip
READERS = {"settings", "__main__", "demo"}  # command lines hand the environment on to the processes they start
ENTRIES = {"dashboard.wsgi"}  # a WSGI server imports the app by name: making it there is the point


def top_level_calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls that run on import: not those inside functions, lambdas or `if __name__ == "__main__"`."""
    pending: list[ast.AST] = [node for node in tree.body if not _is_main_guard(node)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call):
            yield node
        pending += ast.iter_child_nodes(node)


def _is_main_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.dump(node.test)


def test_importing_a_module_does_nothing() -> None:
    acting = [
        f"{module.where}:{call.lineno} {_name(call)}"
        for module in modules()
        if module.name not in ENTRIES
        for call in top_level_calls(module.tree)
        if _name(call) in ACTIONS
    ]
    assert not acting, f"these act when they are imported: {acting}"


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_the_environment_is_read_in_settings_only() -> None:
    reads = [
        f"{module.where}:{node.lineno}"
        for module in modules()
        if module.name.rpartition(".")[2] not in READERS and ".commands." not in module.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    assert not reads, f"settings.py reads the environment once and hands it on: {reads}"
