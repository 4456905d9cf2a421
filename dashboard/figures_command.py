"""`python -m dashboard figures`: the figures of the screen without a screen, for people and for machines."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from dashboard import queries
from dashboard.errors import DashboardError
from dashboard.filters import KEYS, Filters
from dashboard.metrics import REGISTRY, Figure, figures
from dashboard.metrics.definitions import LANGUAGES, texts
from dashboard.metrics.explain import plans
from dashboard.queries import Reader
from dashboard.settings import Settings
from etl.commands.common import command_errors
from etl.db import make_engine
from etl.migrate import require_newest
from geodata.cities import load_profile

_DIGITS = 6

Codes = Annotated[list[str] | None, typer.Option(help="code; may be given again")]


def register(app: typer.Typer) -> None:
    """Add the command `figures`."""
    app.command("figures", help=print_figures.__doc__)(print_figures)


def print_figures(
    *,
    ids: Annotated[list[str] | None, typer.Argument(help="figures to print (default: all)", metavar="[ID]...")] = None,
    from_on: Annotated[
        str | None, typer.Option("--from", help="first day, YYYY-MM-DD (default: first with data)")
    ] = None,
    to_on: Annotated[str | None, typer.Option("--to", help="last day, YYYY-MM-DD (default: last with data)")] = None,
    city: Annotated[str | None, typer.Option(help="slug of the city profile (default: LINKA_CITY)")] = None,
    territory: Codes = None,
    topic: Codes = None,
    channel: Codes = None,
    line: Codes = None,
    request_class: Annotated[list[str] | None, typer.Option("--class", help="code; may be given again")] = None,
    executor: Codes = None,
    executor_kind: Codes = None,
    group: Codes = None,
    now: Annotated[
        str | None, typer.Option(help="the moment to judge open requests at, ISO 8601 (default: now)")
    ] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="as it was known at that moment, ISO 8601")] = None,
    lang: Annotated[str, typer.Option(help="language of names and definitions: " + ", ".join(LANGUAGES))] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
    is_list: Annotated[bool, typer.Option("--list", help="name the figures there are")] = False,
    is_explained: Annotated[
        bool, typer.Option("--explain", help="say which roll-up or table each answer came from")
    ] = False,
) -> None:
    """Print the figures of the KPI dictionary with their n, interval, unit and definition."""
    if lang not in LANGUAGES:
        raise typer.BadParameter(f"{lang!r} is not one of {', '.join(LANGUAGES)}", param_hint="--lang")
    if is_list:
        _print_list(lang, as_json=as_json)
        return
    with command_errors():
        try:
            settings = Settings.from_env()
            base = replace(settings.base, city=city or settings.base.city)
            profile = load_profile(base.city, cities_dir=base.cities_dir, data_dir=base.data_dir)
            engine = make_engine(base.database_url.value, read_only=True, timeout_s=600)
            require_newest(engine)
            read = Reader.of(engine, profile)
            chosen = {
                "territory": territory, "topic": topic, "channel": channel, "line": line,
                "request_class": request_class, "executor": executor, "executor_kind": executor_kind, "group": group,
            }  # fmt: skip
            filters = _filters(read, from_on, to_on, {name: tuple(codes or ()) for name, codes in chosen.items()})
            said = _answer(
                read, filters, ids or None, now=_moment(now, "--now"), as_of=_moment(as_of, "--as-of"),
                min_n=settings.min_n, lang=lang, is_explained=is_explained,
            )  # fmt: skip
            engine.dispose()
        except DashboardError as error:
            sys.stderr.write(f"figures: {error}\n")
            raise typer.Exit(1) from error
    _print(said, as_json=as_json)


def _filters(read: Reader, from_on: str | None, to_on: str | None, codes: dict[str, tuple[str, ...]]) -> Filters:
    known = queries.reference(read)
    if not known.languages:
        raise queries.NotLoadedError(f"{read.slug} has no data yet: python -m etl init, then load or simulate")
    for kind, given in codes.items():
        unknown = sorted(set(given) - (known.codes(kind) or frozenset()))
        if unknown:
            there = ", ".join(sorted(known.codes(kind) or ())[:12])
            raise typer.BadParameter(f"{read.slug} has no {kind} {', '.join(unknown)}; it has {there} ...",
                                     param_hint=f"--{KEYS[kind]}".replace("_", "-"))  # fmt: skip
    first, last = queries.data_span(read) if not (from_on and to_on) else (date.min, date.max)
    days = _day(from_on, "--from") or first, _day(to_on, "--to") or last
    if days[0] > days[1]:
        raise typer.BadParameter(f"the period ends ({days[1]}) before it begins ({days[0]})", param_hint="--to")
    chosen: Any = codes
    return Filters(read.slug, *days, **chosen)


def _answer(
    read: Reader,
    filters: Filters,
    ids: list[str] | None,
    *,
    now: datetime | None,
    as_of: datetime | None,
    min_n: int,
    lang: str,
    is_explained: bool,
) -> dict[str, Any]:
    today = datetime.now(UTC)
    if as_of is not None and as_of > today:
        raise typer.BadParameter(f"{as_of.isoformat()} is still to come: name a past moment", param_hint="--as-of")
    moment = as_of or now or today
    found = figures(read, filters, ids, now=moment, as_of=as_of, min_n=min_n)
    said: dict[str, Any] = {
        "figures": {name: as_object(figure, lang, min_n) for name, figure in found.items()},
        "period": {"from": filters.from_on.isoformat(), "to": filters.to_on.isoformat()},
        "city": filters.city,
        "filters": {name: list(getattr(filters, name)) for name in KEYS if getattr(filters, name)},
        "now": moment.isoformat(),
        "as_of": as_of and as_of.isoformat(),
        "simulated": queries.has_simulated(read, filters),
    }
    if is_explained:
        said["plans"] = plans(read, filters, list(found), is_past=as_of is not None)
    return said


def as_object(figure: Figure, lang: str, min_n: int) -> dict[str, Any]:
    """A figure as JSON: numbers rounded to 6 digits after the point; `suppressed` says in words why there is none."""
    kpi, words = REGISTRY[figure.id], texts(lang)["_words"]
    made: dict[str, Any] = {
        "value": None if figure.value is None else round(figure.value, _DIGITS),
        "n": figure.n,
        "unit": figure.unit,
        "name": kpi.name(lang),
        "definition": kpi.definition(lang),
        "source": kpi.source,
    }
    if figure.interval:
        made["interval"] = [round(limit, _DIGITS) for limit in figure.interval]
    if figure.suppressed:
        made["suppressed"] = words[figure.suppressed].format(min_n=min_n)
    return made


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day: write 2026-12-24", param_hint=option) from error


def _moment(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not an ISO 8601 instant", param_hint=option) from error
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset: write 2026-12-24T16:00:00+01:00", param_hint=option)
    return moment


def _print_list(lang: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(list(REGISTRY)) + "\n")
        return
    for name, kpi in REGISTRY.items():
        sys.stdout.write(f"{name}  [{kpi.unit}]  {kpi.name(lang)}\n")


def _print(said: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(said, ensure_ascii=False, indent=2) + "\n")
        return
    sys.stdout.write(f"{said['city']}, {said['period']['from']} to {said['period']['to']}")
    sys.stdout.write(" (simulated)\n" if said["simulated"] else "\n")
    for name, figure in said["figures"].items():
        value = (
            figure.get("suppressed") if figure["value"] is None else f"{figure['value']:,.2f}".rstrip("0").rstrip(".")
        )
        limits = figure.get("interval")
        between = f"  ({limits[0]:.2f} to {limits[1]:.2f})" if limits else ""
        sys.stdout.write(f"{name:28} {value} {figure['unit']}  n={figure['n']}{between}\n    {figure['definition']}\n")
    for plan in said.get("plans", []):
        sys.stdout.write(f"plan {plan['question']}: {plan['table']} ({plan['why']}), {plan['ms']} ms\n")
