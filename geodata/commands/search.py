"""`python -m geodata search TEXT`: what the search box of the map finds, on the command line."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from geodata.cities import load_profile
from geodata.errors import ProfileError, SearchError, UnknownCityError
from geodata.search import Answer, Hit, SearchIndex, sqlite_index, topic_index
from geodata.wordforms import LANGUAGES

_DEFAULT_DATA_DIR = "var"
_DEFAULT_CITY = "demo"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("search")(search)


def search(
    text: Annotated[str, typer.Argument(help="What a person would type: a need, a service, a place, an address.")],
    lang: Annotated[str, typer.Option(help=f"Language of the asker: {', '.join(LANGUAGES)}.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    index: Annotated[Path | None, typer.Option(help="Index file; default LINKA_DATA_DIR/CITY/search.sqlite.")] = None,
    city: Annotated[str | None, typer.Option(help="City of the default index file; default LINKA_CITY.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many hits.")] = 10,
) -> None:
    """Find services, institutions, addresses and needs by everyday words.

    Where no city index has been built, the shared services and needs alone are searched (the first time makes their
    index, in LINKA_DATA_DIR). Where nothing is found, the
    nearest topics and the city's hot line are offered.
    """
    if lang not in LANGUAGES:
        raise typer.BadParameter(f"'{lang}' is not a language of Linka: use one of {', '.join(LANGUAGES)}")
    try:
        answer = _open(index, city).answer(text, lang, limit)
    except SearchError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    hot_line = _hot_line(city)
    if as_json:
        print(json.dumps(_as_data(answer) | {"hot_line": hot_line}, ensure_ascii=False))
    else:
        print(_as_text(answer, hot_line))


def _open(index: Path | None, city: str | None) -> SearchIndex:
    if index is not None:
        return sqlite_index(index)
    data_dir = Path(os.environ.get("LINKA_DATA_DIR", _DEFAULT_DATA_DIR))
    default = data_dir / _city(city) / "search.sqlite"
    if default.is_file():
        return sqlite_index(default)
    try:
        return topic_index(data_dir / "topics.sqlite")
    except (OSError, sqlite3.OperationalError):  # nothing may be kept there
        return topic_index()


def _city(given: str | None) -> str:
    return given or os.environ.get("LINKA_CITY", _DEFAULT_CITY)


def _hot_line(city: str | None) -> str:
    """The number to call where the search leads nowhere; empty for a city without a profile."""
    try:
        return load_profile(_city(city)).hot_line
    except (UnknownCityError, ProfileError):
        return ""


def _as_data(answer: Answer) -> dict[str, Any]:
    return {
        "query": answer.query,
        "lang": answer.lang,
        "hits": [asdict(hit) for hit in answer.hits],
        "suggestions": [asdict(hit) for hit in answer.suggestions],
    }


def _as_text(answer: Answer, hot_line: str) -> str:
    if answer.hits:
        return "\n".join(_line(hit) for hit in answer.hits)
    call = [f"Or call {hot_line}."] if hot_line else []
    offered = (_line(hit) for hit in answer.suggestions)
    return "\n".join([f"Nothing found for '{answer.query}'. Perhaps:", *offered, *call])


def _line(hit: Hit) -> str:
    return f"{hit.score:5.2f}  {hit.kind:<11} {hit.title}  ({hit.why.how}: {hit.why.term})"
