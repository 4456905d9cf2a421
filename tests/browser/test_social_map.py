"""The social map as people meet it: on a phone, on a desk, by keyboard, and where the map's script is blocked."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, Request, expect
from sqlalchemy import Engine

from dashboard.directory import result_map
from dashboard.serving import command, free_port
from dashboard.settings import Settings
from tests.browser.conftest import Guard

LIMIT_KB = 500
LOG = "server.log"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def public(serve: Callable[[Any], str], public_app: Any) -> str:
    return serve(public_app)


def test_the_map_page_is_clean_for_axe_and_as_wide_as_its_screen(
    page: Page, public: str, screen: str, axe: Callable[..., Any]
) -> None:
    page.goto(f"{public}/find?q=childminder")
    expect(page.locator(".mark").first).to_be_visible()
    assert axe(page, exclude=[".map-box"]) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert screen


@pytest.mark.parametrize("path", ["/", "/check/nanny", "/open-data?service=nanny", "/embed?service=nanny", "/find"])
def test_the_other_public_pages_are_clean_for_axe_too(
    page: Page, public: str, screen: str, axe: Callable[..., Any], path: str
) -> None:
    page.goto(f"{public}{path}")
    expect(page.locator("h1")).to_be_visible()
    assert axe(page, exclude=[".map-box"]) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert screen


def test_a_need_is_asked_on_the_start_page_and_checked_by_keyboard_alone(page: Page, public: str) -> None:
    page.goto(f"{public}/")
    page.get_by_label("What do you need?").focus()
    page.keyboard.type("babysitter for two hours")
    page.keyboard.press("Enter")
    expect(page.locator(".place")).not_to_have_count(0)
    page.locator(".find-more summary").first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Open", exact=False).first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**open=1**")
    page.goto(f"{public}/check/nanny")
    page.get_by_label("yes").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()


def test_what_is_missing_is_noted_once_by_the_page_itself(page: Page, public: str) -> None:
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" and "/unmet" in one.url else None)
    for _ in range(2):
        page.goto(f"{public}/find?q=zzqqxyv")
        expect(page.get_by_text("We have noted that this help is missing")).to_be_visible()
    assert len(sent) == 1


def test_search_filter_card_check_and_language_by_links_alone(page: Page, public: str, screen: str) -> None:
    page.goto(f"{public}/find")
    page.get_by_label("What do you need?").fill("кто может посидеть с ребёнком")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".place")).to_have_count(6)
    page.locator(".place h3 a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Social services centre")
    expect(page.locator(".give.is-meant h3")).to_contain_text("Childminder")
    page.locator(".give.is-meant").get_by_role("link", name="Am I entitled?").click()
    page.get_by_label("yes").first.check()
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status")).to_contain_text("Not clear yet")
    page.goto(f"{public}/find?service=nanny&access=wheelchair")
    page.get_by_role("link", name="wheelchair").first.click()
    expect(page.locator(".place")).to_have_count(6)
    page.goto(f"{public}/lang/uk")
    page.goto(f"{public}/find")
    expect(page.locator("h1")).to_have_text("Знайдіть допомогу поруч")
    assert screen


def test_the_list_is_whole_where_scripts_are_blocked(page: Page, public: str, guard: Guard) -> None:
    guard.allow("Failed to load resource|ERR_FAILED|DashRenderer is not defined")
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(f"{public}/find?service=nanny")
    expect(page.locator(".place")).to_have_count(6)
    expect(page.get_by_text("The map has not loaded. The list says the same.")).to_be_visible()


def test_the_map_takes_few_stops_of_the_tab_key(page: Page, public: str) -> None:
    page.goto(f"{public}/find?service=nanny")
    expect(page.locator(".mark").first).to_be_visible()
    inside = page.locator(".map-box").evaluate(
        "box => [...box.querySelectorAll('a[href], button, [tabindex]')].filter(one => one.tabIndex >= 0).length"
    )
    assert inside <= 3


def test_list_and_map_are_in_step(page: Page, public: str) -> None:
    page.goto(f"{public}/find?service=legal_aid")
    expect(page.locator(".mark").first).to_be_visible()
    page.locator(".place h3 a").first.focus()
    expect(page.locator(".place").first).to_have_class("place is-shown")


def test_of_very_many_places_the_map_shows_how_many_and_more_on_moving_in(
    page: Page, public: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_map, "MOST_POINTS", 3)
    page.goto(f"{public}/find")
    expect(page.locator(".mark-many").first).to_be_visible()
    with page.expect_response("**/find/points?**") as moved:
        page.locator(".mark-many").first.click()
    told = moved.value.json()
    assert told["points"]["features"] or told["many"]["features"]
    expect(page.locator(".mark:not(.mark-many)").first).to_be_visible()


@pytest.fixture
def alone(city_engine: Engine, tmp_path: Path) -> Iterator[str]:
    """The public process as it is run: alone, hence with its own component libraries only."""
    environ = {
        **os.environ, "LINKA_DATABASE_URL": str(city_engine.url), "LINKA_CITY": "demo", "LINKA_DATA_DIR": str(tmp_path),
    }  # fmt: skip
    settings = Settings.from_env(environ)
    port = free_port("127.0.0.1", 18_300)
    url = f"http://127.0.0.1:{port}"
    words = command(settings, "public", port=port)
    with (
        (tmp_path / LOG).open("wb") as log,
        subprocess.Popen(words, env=environ, cwd=ROOT, stdout=log, stderr=log) as process,
    ):
        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and process.poll() is None and not _is_up(url):
                time.sleep(0.2)
            yield url
        finally:
            process.terminate()


def _is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=5).ok
    except requests.RequestException:  # not there yet, or still busy with its first answer
        return False


def test_the_page_is_light_enough_for_an_old_phone(page: Page, alone: str) -> None:
    asked: list[Request] = []
    page.on("requestfinished", lambda one: asked.append(one))
    page.goto(f"{alone}/find")
    expect(page.locator(".mark").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    sizes = {one.url: one.sizes()["responseBodySize"] for one in asked}
    assert sum(sizes.values()) / 1000 < LIMIT_KB, sorted((size, url) for url, size in sizes.items())[-8:]


def test_what_people_ask_is_in_no_log_and_no_cookie(alone: str, tmp_path: Path) -> None:
    secret = {"q": "Hiddenword", "from": "Secretstreet 7", "start": "60.17123,24.94321"}
    asked = requests.Session()
    for path in ("/find", "/embed", "/suggest", "/address", "/takeaway.html", "/place/nothing", "/nowhere", "/lang/sk"):
        asked.get(f"{alone}{path}", params=secret, timeout=60)
    asked.get(f"{alone}/find/points", params={**secret, "box": "1,2", "zoom": "x"}, timeout=60)
    asked.post(f"{alone}/report", data={"place": "Hiddenword", "text": "Secretstreet 7"}, timeout=60)
    asked.post(f"{alone}/unmet", data={"outcome": "Hiddenword", "service": "Secretstreet"}, timeout=60)
    assert [cookie.name for cookie in asked.cookies] == ["linka_lang"]
    log = (tmp_path / LOG).read_text(encoding="utf-8", errors="replace")
    assert not re.search(r"Hiddenword|Secretstreet|60\.17123|127\.0\.0\.1.*GET", log)
