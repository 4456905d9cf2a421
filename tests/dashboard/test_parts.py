"""What a page shows comes in one answer, figures first; a card that fails says so in its place and takes none along."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from dash import html

from dashboard.app import LinkaDash
from dashboard.cards import Cards, bind, bind_block
from dashboard.components.ids import Shell
from dashboard.deps import Deps
from dashboard.parts import PATH, lines, packed
from dashboard.view import view
from pages import late_map, volumes

HOME = "http://localhost"


def asked(app: LinkaDash, query: str, **headers: str) -> list[dict[str, Any]]:
    answer = app.server.test_client().get(f"{PATH}?{query}", base_url=HOME, headers=headers)
    assert answer.status_code == 200
    data = gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") == "gzip" else answer.data
    return [json.loads(line) for line in data.splitlines()]


def test_a_page_is_answered_whole_and_its_figures_come_first(staff_app: LinkaDash) -> None:
    told = asked(staff_app, "path=/volumes&from=2026-05-01&to=2026-05-20")
    assert [set(line["html"]) for line in told[:3]] == [{volumes.Ids.KPIS}, {Shell.STATUS}, set()]
    assert [line.get("is_first_over", False) for line in told] == [False, False, True, *(False for _ in told[3:])]
    assert {name for line in told[3:] for name in line["html"]} == {
        f"{card}-{slot}" for card in volumes.CARDS for slot in ("says", "more")
    }
    drawn = {name: figure for line in told for name, figure in line["figures"].items()}
    assert len(drawn[f"{volumes.Ids.DAYS}-graph"]["data"][0]["y"]) == 20
    assert asked(staff_app, "path=/volumes&from=2026-05-01&to=2026-05-20", **{"Accept-Encoding": "gzip"})[0]["html"]


def test_a_figure_without_data_is_taken_away(staff_app: LinkaDash) -> None:
    told = asked(staff_app, "path=/volumes&from=1999-01-01&to=1999-01-31")
    assert [figure for line in told for figure in line["figures"].values()] == [None] * len(volumes.CARDS)


def test_a_card_that_finds_nothing_says_why_and_blames_no_filter_where_there_is_none(staff_app: LinkaDash) -> None:
    told = json.dumps(asked(staff_app, "path=/request&request=17"))
    assert "There is no such request here." in told
    assert "for these filters" not in told


@pytest.mark.parametrize("query", ["", "path=/no-such-page", "path=%00", "path=//evil.example/volumes"])
def test_a_page_that_is_not_there_has_no_parts(staff_app: LinkaDash, query: str) -> None:
    assert not any("volumes" in str(line) for line in asked(staff_app, query))


def test_a_part_that_fails_says_so_with_a_word_that_the_log_knows(deps: Deps, caplog: pytest.LogCaptureFixture) -> None:
    fresh = replace(deps, cards=Cards())
    bind_block(fresh, "block", lambda _view: 1 / 0)
    bind(fresh, "card", lambda _view: {}["no column"])
    bind_block(fresh, "well", lambda _view: html.P("2 < 3"))
    with caplog.at_level(logging.ERROR):
        told = {name: json.loads(fresh.cards.parts.make(name, view(fresh, ""))) for name in ("block", "card", "well")}
    assert told["well"]["html"] == {"well": "<p>2 &lt; 3</p>"}
    assert 'role="alert"' in told["block"]["html"]["block"]
    assert told["card"]["figures"] == {"card-graph": None}
    for record, name in zip(caplog.records, ("block", "card-says"), strict=True):
        reference = record.args[1] if isinstance(record.args, tuple) else ""
        assert f"<code>{reference}</code>" in told[name.split("-")[0]]["html"][name]


def test_each_part_is_sent_when_it_is_there() -> None:
    sent: list[int] = []

    def made() -> Iterator[bytes]:
        for place in range(3):
            sent.append(place)
            yield b"line\n"

    packs = packed(made())
    assert next(packs)
    assert sent == [0]


def test_every_callback_finds_its_components(staff_app: LinkaDash) -> None:
    known = set(staff_app.validation_layout)
    asked_for = {
        one["id"] for known_as in staff_app.callback_map.values() for one in (*known_as["inputs"], *known_as["state"])
    }
    assert asked_for <= known
    assert f"{late_map.Ids.MAP}-picked" in asked_for


def test_what_a_reader_left_is_not_made(deps: Deps) -> None:
    fresh, made = replace(deps, cards=Cards()), []
    for name in ("one", "two", "three", "four"):
        bind_block(fresh, name, lambda _view, name=name: made.append(name) or html.P(name), is_kept=False)
    seen = view(fresh, "")
    answer = lines(fresh, (["one", "two"], ["three", "four"]), seen)
    next(answer)
    answer.close()
    assert made == ["one"]
