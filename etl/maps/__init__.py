"""Column maps: what a file's columns and words mean, as TOML beside this module, so that a new file needs no code.

`README.md` in this folder lists every key. A map is read once, checked as a whole, and trusted afterwards.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from etl.errors import MapError
from etl.maps.checks import parse
from etl.maps.types import FIELDS, ColumnMap, ReadOptions

SHIPPED = Path(__file__).parent
DATA = ("osm-services", "field-words")
"""Files of the folder that are data of a source, not column maps."""

__all__ = ["FIELDS", "ColumnMap", "ReadOptions", "load_map", "parse", "shipped_maps"]


def shipped_maps() -> tuple[str, ...]:
    """Names of the maps that come with the program."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml") if path.stem not in DATA))


def load_map(name: str | Path) -> ColumnMap:
    """The map of that name, or of that file; raises `MapError` that lists every problem with key and cure."""
    path = SHIPPED / f"{name}.toml" if str(name) in shipped_maps() else Path(name)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise MapError(f"{path}: cannot be read as a map: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise MapError(f"{path}: is not valid TOML: {error}") from error
    return parse(values, name=path.stem, where=str(path))
