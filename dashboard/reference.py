"""Write docs/settings.md, commands.md, kpis.md and pages.md from the objects themselves (`make docs`)."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

import typer
import typer.main

from etl import reference
from etl.reference import NOTICE, markdown_table
from etl.schema import metadata

SETTINGS_MODULES = ("etl.settings", "dashboard.settings")
COMMAND_MODULES = ("geodata", "etl", "dashboard")
KPI_MODULE = "dashboard.metrics.registry"


def find_module(name: str) -> ModuleType | None:
    """The module, or None where there is no such file; a module that exists and breaks raises as it should."""
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return None
    return importlib.import_module(name) if spec else None


def first_sentence(text: str | None) -> str:
    """What comes before the first full stop or blank line of a docstring."""
    paragraph = " ".join((text or "").strip().split("\n\n")[0].split())
    return paragraph.split(". ")[0].rstrip(".")


# --- settings


def settings_fields() -> dict[str, dataclasses.Field[Any]]:
    """Every setting by its variable: fields of the settings dataclasses whose metadata names an `env`."""
    found: dict[str, dataclasses.Field[Any]] = {}
    for name in SETTINGS_MODULES:
        module = find_module(name)
        for item in vars(module).values() if module else ():
            if inspect.isclass(item) and dataclasses.is_dataclass(item):
                found |= {field.metadata["env"]: field for field in dataclasses.fields(item) if "env" in field.metadata}
    return found


def settings_page() -> str:
    """docs/settings.md: variable, default and meaning."""
    rows = ((f"`{env}`", _default(field), field.metadata.get("help", "")) for env, field in settings_fields().items())
    intro = (
        "Read from the environment once, when a command starts, and checked: a wrong value is named together with its"
        " cure. Secrets are never printed."
    )
    return "\n\n".join([NOTICE, "# Settings", intro, markdown_table(("variable", "default", "meaning"), rows)]) + "\n"


def _default(field: dataclasses.Field[Any]) -> str:
    if "default" in field.metadata:
        return f"`{field.metadata['default']}`"
    if field.default is dataclasses.MISSING:
        return ""
    plain = getattr(field.default, "value", field.default)
    return f"`{plain}`" if str(plain) and plain is not None else ""


# --- commands


@dataclasses.dataclass(frozen=True)
class Command:
    """One command of a command line: `words` as typed after `python -m`, its help, its parameters."""

    words: str
    help: str
    parameters: tuple[tuple[str, str], ...]


def commands() -> tuple[Command, ...]:
    """Every command of `python -m geodata`, `etl` and `dashboard`."""
    found: list[Command] = []
    for package in COMMAND_MODULES:
        module = find_module(f"{package}.__main__")
        make: Callable[[], Any] = getattr(module, "make_app", lambda module=module: getattr(module, "app", None))
        app = make()
        if isinstance(app, typer.Typer):
            found += _walk(typer.main.get_command(app), package)
    return tuple(found)


def _walk(command: Any, words: str) -> Iterator[Command]:
    inner = getattr(command, "commands", None)
    if inner is None:
        shown = (one for one in command.params if not getattr(one, "hidden", False) and one.name != "help")
        parameters = tuple((_spelling(one), getattr(one, "help", None) or "") for one in shown)
        yield Command(words=words, help=inspect.cleandoc(command.help or ""), parameters=parameters)
        return
    for name in sorted(inner):
        if not getattr(inner[name], "hidden", False):
            yield from _walk(inner[name], f"{words} {name}")


def _spelling(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"{parameter.name.upper()}{'...' if parameter.nargs != 1 else ''}"
    return ", ".join([*parameter.opts, *parameter.secondary_opts])


def commands_page() -> str:
    """docs/commands.md: every command with its parameters."""
    intro = "Run them from the project's folder as `.venv/bin/python -m ...`; `--help` says the same."
    parts = [NOTICE, "# Commands", intro]
    for command in commands():
        parts += [f"## python -m {command.words}", command.help]
        if command.parameters:
            rows = ((f"`{spelling}`", meaning) for spelling, meaning in command.parameters)
            parts.append(markdown_table(("parameter", "meaning"), rows))
    return "\n\n".join(part for part in parts if part) + "\n"


# --- KPIs and pages


def kpis() -> Mapping[str, Any]:
    """The registry of KPIs by id; empty where there is none yet."""
    module = find_module(KPI_MODULE)
    registry: Any = next((getattr(module, name) for name in ("REGISTRY", "KPIS") if hasattr(module, name)), {})
    if isinstance(registry, Mapping):
        return registry
    return {kpi.id: kpi for kpi in registry}


def kpis_page() -> str:
    """docs/kpis.md: every figure with unit and definition, in the words that the screen shows in English."""
    rows = ((f"`{name}`", _english(kpi, "unit"), _english(kpi, "definition")) for name, kpi in kpis().items())
    intro = (
        "Every figure has one definition, in code, shown to the reader with its n. Ids are what"
        " `python -m dashboard figures --list` prints; those that end in `_pct` run from 0 to 100."
    )
    return "\n\n".join([NOTICE, "# Figures", intro, markdown_table(("id", "unit", "definition"), rows)]) + "\n"


def _english(item: Any, name: str) -> str:
    value = getattr(item, name, "")
    if callable(value):
        value = value("en")
    return str(value.get("en", "") if isinstance(value, Mapping) else value)


def page_modules() -> tuple[ModuleType, ...]:
    """The modules of `pages` that have a `register`."""
    package = find_module("pages")
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__)) if package else []
    modules = (importlib.import_module(f"pages.{name}") for name in names)
    return tuple(module for module in modules if hasattr(module, "register"))


def pages_page() -> str:
    """docs/pages.md: every page with its address, its process and what it is for."""
    package = find_module("pages")
    shown_by: dict[str, tuple[ModuleType, ...]] = {
        process: getattr(package, process, tuple)() for process in ("staff", "public")
    }
    rows = (
        (
            f"`{module.__name__}`",
            f"`{path}`" if (path := getattr(module, "PATH", "")) else "",
            ", ".join(process for process, members in shown_by.items() if module in members) or "both",
            first_sentence(module.__doc__),
        )
        for module in page_modules()
    )
    table = markdown_table(("module", "address", "process", "what it is for"), rows)
    return f"{NOTICE}\n\n# Pages\n\n{table}\n"


def pages() -> Mapping[str, Callable[[], str]]:
    """The documents this module makes: file name to maker."""
    return {
        "settings.md": settings_page,
        "commands.md": commands_page,
        "kpis.md": kpis_page,
        "pages.md": pages_page,
    }


def all_pages() -> Mapping[str, Callable[[], str]]:
    """Every generated document of the project."""
    return {**reference.pages(), **pages()}


def names() -> Mapping[str, Iterable[str]]:
    """What must be documented, by kind."""
    return {
        "setting": settings_fields(),
        "command": tuple(command.words for command in commands()),
        "table": metadata.tables,
        "page": tuple(module.__name__ for module in page_modules()),
        "figure": kpis(),
    }


if __name__ == "__main__":
    reference.write(pages())
