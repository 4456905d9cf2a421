"""Each floor of the house imports only what is below it, so that any part can be read, tested and replaced alone."""

from __future__ import annotations

from tests.floors.sources import Module, is_under, modules

# From the ground up. A module belongs to the first entry of `MEMBERS` that it is under.
FLOORS = ("geodata", "etl", "base", "queries", "metrics", "display", "services", "pages", "app", "entry")
MEMBERS: tuple[tuple[str, str], ...] = (
    ("geodata", "geodata"),
    ("etl", "etl"),
    # What the rest of the read side leans on and that itself knows no data: settings, filters, words, formats, colours.
    ("dashboard.errors", "base"),
    ("dashboard.settings", "base"),
    ("dashboard.filters", "base"),
    ("dashboard.formats", "base"),
    ("dashboard.i18n", "base"),
    ("dashboard.locales", "base"),
    ("dashboard.theme", "base"),
    ("dashboard.queries", "queries"),
    ("dashboard.metrics", "metrics"),
    ("dashboard.figures", "display"),
    ("dashboard.maps", "display"),
    ("dashboard.components", "display"),
    ("dashboard.app", "app"),
    # Entries: where a process begins. They may see everything.
    ("dashboard.__main__", "entry"),
    ("dashboard.commands", "entry"),
    ("dashboard.wsgi", "entry"),
    ("dashboard.reference", "entry"),
    ("dashboard", "services"),  # deps, security, exports, ...: below the pages, above what they combine
    ("pages", "pages"),
)
OURS = ("geodata", "etl", "dashboard", "pages")

# (who, may not import, except). `who` and the names are dotted prefixes.
BANNED: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("geodata", ("dash", "flask", "plotly", "folium", "dash_leaflet"), ()),
    # Search has a PostgreSQL back end; it is handed a connection and opens none.
    ("geodata", ("sqlalchemy",), ("geodata.search",)),
    ("etl", ("dash", "flask", "plotly", "folium"), ()),
    ("dashboard", ("sqlalchemy", "psycopg", "sqlite3"), ("dashboard.queries",)),
    ("dashboard.metrics", ("dash", "flask", "plotly", "folium"), ()),
    # They are handed their data.
    ("dashboard.figures", ("dashboard.queries",), ()),
    ("dashboard.maps", ("dashboard.queries",), ()),
    ("dashboard.components", ("dashboard.queries",), ()),
    ("pages", ("etl", "sqlalchemy", "plotly", "folium", "psycopg", "sqlite3"), ()),
)


def floor_of(name: str) -> str:
    return next(floor for prefix, floor in MEMBERS if is_under(name, prefix))


def ours(module: Module) -> list[str]:
    # Importing a package's own parent (`dashboard` from `dashboard.maps`) says nothing about floors.
    return sorted(name for name in module.imports if is_under(name, *OURS) and name not in OURS)


def test_a_module_imports_only_from_its_floor_and_below() -> None:
    wrong = {
        f"{module.where} ({floor_of(module.name)})": above
        for module in modules()
        if (above := [name for name in ours(module) if _level(name) > _level(module.name)])
    }
    assert not wrong, f"imports from above: {wrong}"


def _level(name: str) -> int:
    return FLOORS.index(floor_of(name))


def test_a_module_keeps_off_what_its_part_may_not_know() -> None:
    wrong = [
        f"{module.where}: {name}"
        for module in modules()
        for who, banned, except_for in BANNED
        if is_under(module.name, who) and not is_under(module.name, *except_for)
        for name in sorted(module.imports)
        if is_under(name, *banned)
    ]
    assert not wrong, f"may not be imported there (see BANNED): {wrong}"


def test_only_entries_import_the_app() -> None:
    wrong = [
        module.where
        for module in modules()
        if floor_of(module.name) not in {"app", "entry"}
        and any(is_under(name, "dashboard.app") for name in ours(module))
    ]
    assert not wrong, f"nobody imports dashboard.app but the entries: {wrong}"


def test_pages_do_not_import_each_other() -> None:
    wrong = [
        f"{module.where}: {name}"
        for module in modules()
        if is_under(module.name, "pages") and module.name != "pages"  # the package itself lists them
        for name in ours(module)
        if is_under(name, "pages")
    ]
    assert not wrong


def test_the_product_does_not_import_its_tests() -> None:
    assert not [module.where for module in modules() if any(is_under(name, "tests") for name in module.imports)]
