"""`python -m etl clock`: the promised JSON, and clear errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from etl.clock import verdict
from etl.commands.clock import register
from etl.db import make_engine
from etl.migrate import upgrade
from geodata.cities import load_profile
from tests.etl.clock.rows import write
from tests.etl.clock.test_update import LIVES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

PROMISED = {
    "id", "policy", "clock", "target_minutes", "working_minutes", "calendar_minutes", "due_at", "verdict",
    "explanation",
}  # fmt: skip
VOICE = {
    "id": "message 7",
    "topic": None,
    "class": "standard",
    "events": [
        {"at": "2020-12-23T20:15:00+01:00", "kind": "created"},
        {"at": "2020-12-28T10:00:00+01:00", "kind": "paused", "reason": "waiting_for_caller"},
        {"at": "2020-12-28T12:10:00Z", "kind": "resumed"},
        {"at": "2020-12-30T13:00:00+01:00", "kind": "closed"},
    ],
}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)

    def runs(*options: str, requests: Any = None) -> Result:
        chosen = ["clock", "--city", "banska-bystrica", *options]
        if requests is not None:
            file = tmp_path / "requests.json"
            file.write_text(requests if isinstance(requests, str) else json.dumps(requests), encoding="utf-8")
            chosen += ["--requests", str(file)]
        return CliRunner().invoke(app, chosen)

    return runs


def test_a_voice_message_in_banska_bystrica(run: Callable[..., Result]) -> None:
    done = run("--json", requests=[VOICE])
    (said,) = json.loads(done.stdout)
    assert set(said) == PROMISED
    # Hours 9-14; 24 to 26 December are Slovak holidays. Mo 28: 60 + (13:10-14:00) 50 = 110; Tu 300; We 9-13 240.
    assert (said["id"], said["policy"], said["clock"]) == ("message 7", "standard@2", "working")
    assert (said["target_minutes"], said["working_minutes"]) == (600, 650)
    # 6 days 16 h 45 min = 9645 since arrival, less 190 of pause.
    assert said["calendar_minutes"] == 9645 - 190
    assert (said["due_at"], said["verdict"]) == ("2020-12-30T12:10:00+01:00", "late")
    assert "late by 50 min" in said["explanation"]


def test_open_requests_are_judged_at_the_moment_asked_for(run: Callable[..., Result]) -> None:
    life = VOICE | {"id": None, "class": "urgent", "events": VOICE["events"][:1]}  # type: ignore[index]
    verdicts = {}
    for now in ("2020-12-23T21:00:00+01:00", "2020-12-24T20:16:00+01:00"):
        (said,) = json.loads(run("--json", "--now", now, requests=[life]).stdout)
        verdicts[now] = said["verdict"]
        assert said["id"] is None
        assert said["due_at"] == "2020-12-24T20:15:00+01:00"
    assert list(verdicts.values()) == ["open_at_risk", "open_overdue"]


def test_details_are_given_where_they_are_asked_for(run: Callable[..., Result]) -> None:
    (said,) = json.loads(run("--json", "--details", requests=[VOICE]).stdout)
    assert set(said) > PROMISED
    assert (said["received_at"], said["started_at"]) == ("2020-12-23T20:15:00+01:00", "2020-12-28T09:00:00+01:00")
    assert (said["paused_minutes"], said["late_minutes"]) == (190, 50)


def test_a_consultation_has_no_term(run: Callable[..., Result]) -> None:
    (said,) = json.loads(run("--json", requests=[VOICE | {"class": "consultation"}]).stdout)
    assert (said["policy"], said["due_at"], said["verdict"]) == (None, None, "no_term")


def test_an_open_request_is_explained_up_to_the_moment(run: Callable[..., Result]) -> None:
    life = VOICE | {"events": VOICE["events"][:1]}  # type: ignore[index]
    (said,) = json.loads(run("--json", "--now", "2020-12-30T10:00:00+01:00", requests=[life]).stdout)
    assert (said["working_minutes"], said["calendar_minutes"]) == (0, 0)  # to the last event, as promised
    # Mo 28 and Tu 29 are 10 hours, We 30 one more: an hour beyond the term; six days and 13:45 since arrival.
    assert "open, overdue by 1 h. 11 h of 10 h of working time used" in said["explanation"]
    assert "6 d 2 h 45 min outside hours" in said["explanation"]


@pytest.mark.parametrize(("lang", "name"), [("en", "Christmas Eve"), ("uk", "Святий вечір"), ("be", "Štedrý deň")])
def test_holidays_are_named_in_the_language_asked_for_or_the_citys(
    run: Callable[..., Result], lang: str, name: str
) -> None:
    (said,) = json.loads(run("--json", "--lang", lang, requests=[VOICE]).stdout)
    assert name in said["explanation"]


@pytest.mark.parametrize(
    ("city", "life", "due_at"),
    [
        # Th 23 April, 17:00, "office" 9-13 and 14-18 in Minsk. Mo 20 was off for Sa 25, which is worked instead:
        # Fr 24, Sa 25, Mo 27 are three working days.
        ("minsk", ["standard", "2026-04-23T17:00:00+03:00"], "2026-04-27T17:00:00+03:00"),
        # Fr 17 April: Mo 20 is off, Tu 21 Radunitsa; We 22, Th 23, Fr 24.
        ("minsk", ["standard", "2026-04-17T10:00:00+03:00"], "2026-04-24T10:00:00+03:00"),
        # Fifteen days from Mo 1 July 2024 end on Tu 16; extended with notice: 45 in all, Th 15 August.
        ("cherkasy", ["statutory_15", "2024-07-01T10:00:00+03:00", "2024-07-10T09:00:00+03:00"],
         "2024-08-15T10:00:00+03:00"),
        # Thirty days over the change of the clocks on 31 March 2024 end at the same local time.
        ("rajec", ["statutory_30", "2024-03-10T12:00:00+01:00"], "2024-04-09T12:00:00+02:00"),
        # A month from 31 January 2024 ends on Th 29 February.
        ("kryvyi-rih", ["statutory_month", "2024-01-31T10:00:00+02:00"], "2024-02-29T10:00:00+02:00"),
        # 24 hours over the end of summer time in Helsinki.
        ("demo", ["urgent", "2025-10-25T12:00:00+03:00"], "2025-10-26T11:00:00+02:00"),
    ],
)  # fmt: skip
def test_every_city_keeps_its_own_calendar(run: Callable[..., Result], city: str, life: list[str], due_at: str) -> None:
    request_class, received, *extended = life
    events = [{"at": received, "kind": "created"}, *({"at": at, "kind": "extended"} for at in extended)]
    (said,) = json.loads(run("--json", "--city", city, requests=[VOICE | {"class": request_class, "events": events}])
                         .stdout)  # fmt: skip
    assert said["due_at"] == due_at


def test_no_requests_are_no_answers(run: Callable[..., Result]) -> None:
    assert json.loads(run("--json", requests=[]).stdout) == []


def test_the_cost_of_a_request_does_not_grow_with_their_number(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    told = verdict.verdicts

    def counted(**arrays: Any) -> Any:
        sizes.append(len(arrays["due_s"]))
        return told(**arrays)

    monkeypatch.setattr(verdict, "verdicts", counted)
    assert len(json.loads(run("--json", "--details", requests=[VOICE] * 40).stdout)) == 40
    assert sum(sizes) == 80


def event(**changes: Any) -> list[dict[str, Any]]:
    return [VOICE | {"events": [{"at": "2020-12-23T20:15:00+01:00", "kind": "created"} | changes]}]


@pytest.mark.parametrize(
    ("requests", "message"),
    [
        ([VOICE | {"class": "nix"}], "class 'nix' is not in the profile"),
        ([VOICE | {"topic": "nix"}], "topic 'nix' is not in the profile"),
        ([{key: value for key, value in VOICE.items() if key != "class"}], "has no class"),
        ([VOICE | {"class": None}], "has no class"),
        ([{key: value for key, value in VOICE.items() if key != "id"}], "has no id"),
        ([VOICE | {"events": []}], "has no events"),
        (event(kind="opened"), "kind 'opened' is not one of"),
        (event(at="soon"), "not an ISO 8601 instant"),
        (event(at="2020-12-23T20:15:00"), "has no offset"),
        (event(extended_minutes=-1), "not a whole number of minutes"),
        (event(extended_minutes=10**25), "not a whole number of minutes"),
        (event(at="0001-01-01T00:00:00+02:00"), "mend the year"),
        (event(extended_to="9999-12-31T23:00:00-05:00"), "mend the year"),
        (event(**{"class": "nix"}), "class 'nix' is not in the profile"),
        ([VOICE | {"events": ["x"]}], "not an object with at and kind"),
        (["x"], "not an object with id"),
        ({"id": 1}, "must hold a JSON list"),
        ("{", "cannot be read as JSON"),
        ("[" * 100_000, "cannot be read as JSON"),
        ('[{"id": NaN}]', "NaN is no JSON"),
    ],
)
def test_what_is_wrong_is_said_with_its_cure(run: Callable[..., Result], requests: Any, message: str) -> None:
    done = run("--json", requests=requests)
    assert done.exit_code == 1
    assert message in done.stderr
    assert "Traceback" not in done.output


def test_a_wrong_moment_is_wrong_usage(run: Callable[..., Result]) -> None:
    assert run("--now", "soon", requests=[VOICE]).exit_code == 2
    assert run("--now", "2020-12-24T20:16:00", requests=[VOICE]).exit_code == 2


def test_the_tables_are_recomputed_asked_what_if_and_warned_of(
    run: Callable[..., Result], tmp_path: Path, environment: Callable[..., None]
) -> None:
    url = f"sqlite:///{tmp_path / 'linka.db'}"
    environment(database_url=url)
    engine = make_engine(url)
    upgrade(engine)
    with engine.begin() as connection:
        write(connection, load_profile("demo"), LIVES)
    engine.dispose()
    options = ("--city", "demo", "--json", "--now", "2026-06-30T12:00:00Z")
    assert json.loads(run(*options).stdout)["requests"] == len(LIVES)
    said = json.loads(run(*options, "--what-if", "standard=10wd").stdout)
    assert (said["before"]["on_time_pct"], said["before"]["n"]) == (33.33, 3)
    assert (said["after"]["on_time_pct"], said["after"]["n"]) == (66.67, 3)
    assert json.loads(run(*options, "--at-risk").stdout) == []
    assert json.loads(run(*options, "--backtest").stdout) == []
