"""`python -m etl clock`: the clock for requests in a file, for the city's tables, and for history under other terms."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from etl import rollup
from etl.clock import risk, update, whatif
from etl.clock.policies import book_of
from etl.clock.request_file import answers, read_requests
from etl.clock.words import LANGUAGES
from etl.commands.common import CityOption, command_errors, open_engine, profile_of, settings_of
from etl.errors import ClockError
from etl.ids import city_id_of
from etl.locks import hold_derived
from etl.settings import Settings
from geodata.profile import CityProfile


def register(app: typer.Typer) -> None:
    """Add the command `clock`."""
    app.command("clock", help=clock.__doc__)(clock)


def clock(
    *,
    city: CityOption = None,
    requests: Annotated[Path | None, typer.Option(help="JSON file of requests with their events")] = None,
    what_if: Annotated[
        list[str] | None,
        typer.Option("--what-if", help="CLASS=10wd (or min, h, wd, cd, mo) or POLICY@VERSION; may be given again"),
    ] = None,
    at_risk: Annotated[bool, typer.Option("--at-risk", help="open requests whose term ends within 24 hours")] = False,
    backtest: Annotated[bool, typer.Option("--backtest", help="how well such warnings held in the past")] = False,
    now: Annotated[
        str | None, typer.Option(help="the moment to judge open requests at, ISO 8601 (default: now)")
    ] = None,
    has_details: Annotated[
        bool, typer.Option("--details", help="with --requests: also start, closing, pauses, lateness and executors")
    ] = False,
    lang: Annotated[str, typer.Option(help="language of explanations: " + ", ".join(LANGUAGES))] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Say of requests when they are due, how much of their term is used, whether they are late, and why.

    With --requests: of those in the file; no database is needed. Without: recompute the city's tables and their
    roll-ups from its events, or ask them what history would look like under other terms (--what-if), what will be
    late tomorrow (--at-risk), and how such warnings held in the past (--backtest).
    """
    moment = _moment(now)
    with command_errors():
        settings = settings_of(city)
        profile = profile_of(settings)
        if requests is not None:
            if lang not in LANGUAGES:
                raise ClockError(f"--lang {lang!r} is not one of {', '.join(LANGUAGES)}")
            book = book_of(profile, lang)
            said = answers(read_requests(requests, book), book, now=moment, lang=lang, has_details=has_details)
            _print(said, as_json, [f"{one['id']}: {one['verdict']}. {one['explanation']}" for one in said])
            return
        _of_tables(
            settings, profile, moment, what_if=what_if or [], at_risk=at_risk, backtest=backtest, as_json=as_json
        )


def _of_tables(
    settings: Settings,
    profile: CityProfile,
    now: datetime,
    *,
    what_if: list[str],
    at_risk: bool,
    backtest: bool,
    as_json: bool,
) -> None:
    with open_engine(settings) as engine, engine.begin() as connection:
        if what_if:
            policies = whatif.changed(profile.policies, what_if)
            compared = whatif.replay_under(connection, profile, policies, now=now).as_json()
            _print(compared, as_json, [f"{key}: {value}" for key, value in compared.items()])
        elif at_risk:
            found = risk.at_risk(connection, profile, now=now)
            rows = json.loads(found.to_json(orient="records", date_format="iso"))
            _print(
                rows,
                as_json,
                [f"{row['request_id']}: due {row['due_at']}, {row['late_pct']:.0f} % likely late" for row in rows],
            )
        elif backtest:
            table = risk.backtest(connection, profile, now=now)
            _print(json.loads(table.to_json(orient="records")), as_json, [table.to_string(index=False)])
        else:
            hold_derived(connection, city_id_of(profile.slug))
            count = update.update(connection, profile, request_ids=None, now=now)
            rows = rollup.rebuild(connection, profile, now=now)
            said = {"requests": count, "rollup_rows": rows}
            _print(said, as_json, [f"{count} requests computed, {rows} roll-up rows made anew"])


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not an ISO 8601 instant", param_hint="--now") from error
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset: write 2026-12-24T16:00:00+01:00", param_hint="--now")
    return moment


def _print(data: object, as_json: bool, lines: list[str]) -> None:
    if as_json:
        print(json.dumps(data, ensure_ascii=False))
        return
    for line in lines:
        print(line)
