"""The guard and axe must see what they are there to see."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser.conftest import Guard


@pytest.fixture(scope="module")
def address(serve: Callable[[Any], str]) -> str:
    app = Flask(__name__)
    page = "<!doctype html><html lang=en><title>t</title><main><h1>t</h1>{}</main>"
    app.add_url_rule("/", "clean", lambda: page.format("<p>clean</p>"))
    app.add_url_rule("/favicon.ico", "icon", lambda: ("", 204))
    app.add_url_rule("/log", "log", lambda: page.format("<script>console.error('broken')</script>"))
    app.add_url_rule("/throw", "throw", lambda: page.format("<script>throw new Error('thrown')</script>"))
    app.add_url_rule("/far", "far", lambda: page.format("<img alt='' src='http://tiles.invalid/1.png'>"))
    app.add_url_rule("/unnamed", "unnamed", lambda: page.format("<button></button><img src='/favicon.ico'>"))
    return serve(app)


def test_a_clean_page_passes(page: Page, address: str, axe: Callable[..., list[Any]], screen: str) -> None:
    page.goto(address)
    assert page.viewport_size is not None
    assert page.viewport_size["width"] == (1440 if screen == "wide" else 390)
    assert axe(page) == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/log", "console error: broken"),
        ("/throw", "uncaught error"),
        ("/far", "foreign request: http://tiles.invalid"),
    ],
)
def test_the_guard_sees_errors_and_foreign_requests(
    page: Page, address: str, guard: Guard, path: str, said: str
) -> None:
    page.goto(address + path, wait_until="networkidle")
    assert any(problem.startswith(said) for problem in guard.unexpected())
    guard.allow(".")


def test_axe_sees_unnamed_controls_and_pictures(page: Page, address: str, axe: Callable[..., list[Any]]) -> None:
    page.goto(address + "/unnamed")
    assert {finding.rule for finding in axe(page)} == {"button-name", "image-alt"}
