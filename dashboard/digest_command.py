"""`python -m dashboard digest`: the daily brief as an HTML e-mail or a PDF, for a timer before the meeting."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dashboard.deps import Deps, make_deps
from dashboard.digest import mail, paper
from dashboard.digest.content import Draft
from dashboard.errors import DashboardError
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.queries import NotLoadedError
from dashboard.queries.readiness import readiness
from dashboard.settings import Settings
from dashboard.view import View, language
from etl.errors import EtlError
from geodata.errors import GeodataError


def register(app: typer.Typer) -> None:
    """Add the command `digest`."""
    app.command("digest", help=write_digest.__doc__)(write_digest)


def write_digest(
    *,
    day: Annotated[str | None, typer.Option(help="day it is of, YYYY-MM-DD (default: yesterday)")] = None,
    lang: Annotated[str | None, typer.Option(help=f"{', '.join(LANGUAGES)} (default: the city's own)")] = None,
    out: Annotated[Path | None, typer.Option(help="file to write, .html or .pdf (default: HTML to the output)")] = None,
    city: Annotated[str | None, typer.Option(help="slug of the city profile (default: LINKA_CITY)")] = None,
) -> None:
    """Write the daily brief of a day as an HTML e-mail, or as a PDF where Chromium is installed."""
    if lang is not None and lang not in LANGUAGES:
        raise typer.BadParameter(f"{lang!r} is none of {', '.join(LANGUAGES)}", param_hint="--lang")
    try:
        settings = Settings.from_env()
        deps = make_deps(replace(settings, base=replace(settings.base, city=city or settings.city)))
        seen = _view(deps, _day(day), lang)
        page = mail.page(Draft.of(seen).whole(), seen, is_paper=out is not None and out.suffix == ".pdf")
        deps.read.engine.dispose()
        if out is None:
            sys.stdout.write(page)
        elif out.suffix == ".pdf":
            out.write_bytes(paper.pdf(page))
        else:
            out.write_text(page, encoding="utf-8")
    except (DashboardError, EtlError, GeodataError) as error:
        sys.stderr.write(f"digest: {error}\n")
        raise typer.Exit(1) from error
    if out is not None:
        sys.stderr.write(f"digest: {mail.title_of(seen)} -> {out}\n")


def _view(deps: Deps, day: date | None, lang: str | None) -> View:
    if readiness(deps.read)[0] != "ready":
        raise NotLoadedError(f"{deps.profile.slug} has no data yet: python -m etl init, then load or simulate")
    last = day or deps.today()
    return View(deps, Filters(deps.profile.slug, last, last), lang or language(deps), deps.now())


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day: write 2026-12-24", param_hint="--day") from error
