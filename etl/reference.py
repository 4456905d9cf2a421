"""Write docs/tables.md from the schema, so that the document cannot differ from the tables (`make docs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from sqlalchemy import Column, MetaData, Table

from etl.schema import metadata

DOCS = Path("docs")
NOTICE = "<!-- Made by `make docs` from the code. Change the code, not this file. -->"


def markdown_table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; bars inside cells are escaped, line breaks become blanks."""
    head = list(header)
    lines = [head, ["---"] * len(head), *[[_cell(value) for value in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: str) -> str:
    return " ".join(value.split()).replace("|", "\\|")


def anchor(title: str) -> str:
    """The link target that GitHub and its like give a heading."""
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


def tables_page(tables: MetaData = metadata) -> str:
    """docs/tables.md: every table with its purpose, and every column with type, key and meaning."""
    ordered = sorted(tables.tables.values(), key=lambda table: table.name)
    index = markdown_table(
        ("table", "what a row is"),
        ((f"[{table.name}](#{anchor(table.name)})", table.comment or "") for table in ordered),
    )
    intro = (
        "One schema, SQLite and PostgreSQL with PostGIS. Instants are UTC (`_at`), days are the city's own (`_on`),"
        " geometry is EPSG:4326, units stand in the names. Tables with `lon` and `lat` also have a generated `geom`"
        " column on PostGIS."
    )
    return "\n\n".join([NOTICE, "# Tables", intro, index, *(_table_section(table) for table in ordered)]) + "\n"


def _table_section(table: Table) -> str:
    rows = ((f"`{column.name}`", _kind(column), _role(column), column.comment or "") for column in table.columns)
    return f"## {table.name}\n\n{table.comment or ''}\n\n{markdown_table(('column', 'type', 'role', 'meaning'), rows)}"


def _kind(column: Column[object]) -> str:
    name = type(column.type).__name__
    return {"UtcDateTime": "instant", "BigInteger": "integer, 64 bit", "SmallInteger": "integer, 16 bit"}.get(
        name, name.lower()
    )


def _role(column: Column[object]) -> str:
    roles = ["key"] if column.primary_key else []
    roles += [f"→ {key.target_fullname}" for key in column.foreign_keys]
    if not column.primary_key and not column.nullable:
        roles.append("required")
    return ", ".join(roles)


def pages() -> Mapping[str, Callable[[], str]]:
    """The documents this module makes: file name to maker."""
    return {"tables.md": tables_page}


def write(makers: Mapping[str, Callable[[], str]], folder: Path = DOCS) -> list[Path]:
    """Write each document where it differs from what is there; return the files that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, make in makers.items():
        path, text = folder / name, make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


if __name__ == "__main__":
    write(pages())
