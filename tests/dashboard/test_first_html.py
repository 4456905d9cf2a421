"""The first answer of a page: its figures are in it as plain HTML, escaped, without ids; and answers that are kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from dash import dcc, html

from dashboard.answers import Answers
from dashboard.app import LinkaDash
from dashboard.first_html import Written, to_html

HOME = "http://localhost"


def first_of(app: LinkaDash, address: str) -> str:
    text = app.server.test_client().get(address, base_url=HOME).get_data(as_text=True)
    start = text.index('<div id="first">')
    return text[start : text.index('<div id="react-entry-point">')]


@pytest.mark.parametrize("path", ["/sla", "/volumes", "/late-map", "/topics", "/executors", "/followups"])
def test_the_figures_are_in_the_first_answer(staff_app: LinkaDash, path: str) -> None:
    first = first_of(staff_app, path + "?from=2026-05-01&to=2026-05-20")
    assert first.count('class="kpi-number"') >= 4
    assert "skeleton" not in first.split('class="cards"')[0]
    assert f' data-at="{path[1:]}' in first
    assert ' id="shell' not in first, "Dash's own ids would be there twice"


def test_the_brief_brings_its_table_and_the_day_of_a_shared_link(staff_app: LinkaDash) -> None:
    assert first_of(staff_app, "/").count('class="brief-value') >= 9
    assert "12 May 2026" in first_of(staff_app, "/?from=2026-05-12&to=2026-05-12")


@pytest.mark.parametrize(
    "query", ["?topic=<script>alert(1)</script>", "?from=%00&to=%ff", "?" + "a=1&" * 3000, "?area=" + "9" * 9000]
)
def test_a_hostile_query_does_no_harm(staff_app: LinkaDash, query: str) -> None:
    assert "<script" not in first_of(staff_app, "/late-map" + query)


def test_texts_and_values_are_escaped_and_what_is_no_html_leaves_its_place() -> None:
    made = html.P(
        ["a < b", html.A("x", href='/?q="<', id="link"), None, 3, dcc.Input(id="day", type="date", required=True),
         Written("<b>made</b>")]
    )  # fmt: skip
    whole = to_html(made, has_ids=True)
    assert ' id="link"' in whole
    assert '<input type="date" required id="day">' in whole
    assert to_html(made) == (
        '<p>a &lt; b<a data-at="link" href="/?q=&quot;&lt;">x</a>3<div class="first-field"></div><b>made</b></p>'
    )


def test_an_answer_is_made_once_for_all_who_ask_together() -> None:
    answers, made, ready = Answers(most=2), [], threading.Barrier(4)

    def ask() -> None:
        ready.wait()
        answers.of("a", lambda: made.append(1) or len(made))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert made == [1]
    assert answers.has("a")
    for key in ("b", "c"):
        answers.of(key, lambda: 0)
    assert not answers.has("a")


def test_an_error_is_raised_and_asked_again() -> None:
    answers: Any = Answers()

    def fails() -> Callable[..., Any]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        answers.of("a", fails)
    assert answers.of("a", lambda: 5) == 5
