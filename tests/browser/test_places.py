"""The card, the way there, the address page and the operator's page in a browser, on a built city."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Guard
from tests.dashboard.built_city import START, built_app, built_staff_app, city_data

__all__ = ["built_app", "built_staff_app", "city_data"]

MAP = ".map-box"
WAY = "/find?service=home_care"


@pytest.fixture(scope="module")
def public(serve: Callable[[Any], str], built_app: Any) -> str:
    return serve(built_app)


@pytest.fixture(scope="module")
def staff(serve: Callable[[Any], str], built_staff_app: Any) -> str:
    return serve(built_staff_app)


def is_within_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def to_the_way(page: Page, public: str) -> None:
    """Go from the list to the first card and ask for the way there."""
    page.goto(f"{public}{WAY}")
    page.locator(".place h3 a").first.click()
    page.get_by_label("Where do you start?").fill(START)
    page.get_by_role("button", name="Show the way").click()
    expect(page.locator(".way").first).to_be_visible()


def test_the_way_there_is_in_words_and_on_the_map(
    page: Page, public: str, screen: str, axe: Callable[..., Any]
) -> None:
    to_the_way(page, public)
    expect(page.locator(".way .verdict").first).to_contain_text("You will make it")
    expect(page.locator(".way .legs > li").first).to_contain_text("on foot", ignore_case=True)
    page.locator(".way summary").first.click()
    expect(page.locator(".way .legs ol li").first).to_contain_text("Go ")
    expect(page.locator(f"{MAP} .leaflet-overlay-pane path").first).to_be_attached()
    expect(page.locator(".mark-start")).to_be_visible()
    assert axe(page, exclude=[MAP]) == []
    assert is_within_screen(page)
    assert screen


@pytest.mark.parametrize(
    ("mode", "told"), [("foot", "on foot"), ("wheelchair", "by wheelchair"), ("transit", "on foot")]
)
def test_who_would_come_after_closing_is_told_and_led_to_the_next_opening(
    page: Page, public: str, mode: str, told: str
) -> None:
    page.goto(f"{public}{WAY}")
    place = str(page.locator(".place h3 a").first.get_attribute("href")).partition("?")[0]
    page.goto(f"{public}{place}?service=home_care&from={START}&mode={mode}&when=2026-05-20T18:30")
    way = page.locator(".way").first
    expect(way.locator(".verdict")).to_contain_text("You will not make it. Next opening: Thu 21 May 08:00")
    expect(way.locator(".own").first).to_contain_text(told, ignore_case=True)
    page.get_by_role("link", name="Plan the way for that opening").click()
    expect(page.get_by_label("Be there at")).to_be_checked()
    expect(way.locator(".verdict")).not_to_contain_text("You will not make it")


def test_the_citys_own_base_map_is_drawn_light_and_dark(page: Page, public: str) -> None:
    is_drawn = """is_light => [...document.querySelectorAll('.leaflet-tile-pane canvas')].some(canvas => {
        const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let sum = 0; for (let i = 0; i < data.length; i += 4) { sum += data[i]; }
        const is_bright = sum * 4 / data.length > 128;
        return is_bright === is_light && new Set(new Uint32Array(data.buffer)).size > 40;
    })"""
    page.goto(f"{public}{WAY}")
    page.wait_for_function(is_drawn, arg=True)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(is_drawn, arg=False)
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("© OpenStreetMap contributors")


def test_the_take_away_map_opens_from_a_file_and_asks_nobody(page: Page, public: str, tmp_path: Path) -> None:
    to_the_way(page, public)
    link = page.locator("a[href^='/takeaway.html']").get_attribute("href")
    file = tmp_path / "map.html"
    file.write_text(page.request.get(f"{public}{link}").text(), encoding="utf-8")
    page.context.set_offline(True)
    page.goto(file.as_uri())
    expect(page.locator(".number:not(.from)")).to_have_count(1)
    expect(page.locator(".number.from")).to_be_visible()
    expect(page.locator(".street").first).to_be_visible()
    assert page.locator(".leaflet-overlay-pane path").count() >= 3  # streets, and the parts of the way
    assert is_within_screen(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert is_within_screen(page)


def test_the_card_with_the_way_prints_on_one_sheet(page: Page, public: str) -> None:
    to_the_way(page, public)
    sheets = re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))
    assert len(sheets) == 1
    page.emulate_media(media="print")
    expect(page.locator(".qr svg")).to_be_visible()
    expect(page.locator(".way .legs ol li").first).to_be_visible()
    for hidden in ("#way-form", MAP, ".tools", ".back"):
        expect(page.locator(hidden)).to_be_hidden()


def test_from_words_to_the_way_by_keyboard_alone(page: Page, public: str) -> None:
    def tab_to(css: str, limit: int = 80) -> None:
        for _ in range(limit):
            page.keyboard.press("Tab")
            if page.evaluate("css => document.activeElement.matches(css)", css):
                return
        pytest.fail(f"{css} cannot be reached with the Tab key")

    page.goto(f"{public}/find")
    tab_to("#find-q")
    page.keyboard.type("home care")
    page.keyboard.press("Enter")
    expect(page.locator(".place").first).to_be_visible()
    tab_to(".place h3 a")
    page.keyboard.press("Enter")
    expect(page.locator(".acts")).to_be_visible()
    tab_to("#way-form input[name=from]")
    page.keyboard.type(START)
    page.keyboard.press("Enter")
    expect(page.locator(".way").first).to_be_visible()
    tab_to(".way summary")
    if not page.evaluate("document.activeElement.parentElement.open"):  # a way of one leg shows its steps at once
        page.keyboard.press("Enter")
    expect(page.locator(".way .legs ol li").first).to_be_visible()
    tab_to(".place-foot-note summary")  # past the map, which holds nobody


def test_the_way_is_whole_where_the_map_script_is_blocked(page: Page, public: str, guard: Guard) -> None:
    guard.allow("Failed to load resource|ERR_FAILED|dash_leaflet was not found")
    page.route(re.compile(r"(social|leaflet|protomaps)[^/]*\.js"), lambda route: route.abort())
    to_the_way(page, public)
    expect(page.get_by_text("The map has not loaded.")).to_be_visible()
    expect(page.locator(".social-map")).to_have_count(0)
    expect(page.locator(".way .legs > li").first).to_be_visible()
    expect(page.locator(".acts a").first).to_be_visible()


def test_the_language_changes_on_the_card_and_the_way_stays(page: Page, public: str) -> None:
    to_the_way(page, public)
    page.locator(".menu summary").click()
    page.get_by_role("link", name="Українська").click()
    expect(page.get_by_role("heading", name="Як дістатися")).to_be_visible()
    expect(page.locator(".way .legs > li").first).to_contain_text("пішки", ignore_case=True)


def test_a_row_lights_its_marker_and_a_marker_its_row(page: Page, public: str) -> None:
    page.goto(f"{public}/find?service=legal_aid")
    expect(page.locator(".mark").first).to_be_visible()
    page.locator(".place h3 a").first.hover()
    expect(page.locator(".mark.is-on")).to_have_count(1)
    page.locator("h1").hover()
    expect(page.locator(".mark.is-on")).to_have_count(0)
    page.locator(".mark:not(.mark-many)").first.hover()
    expect(page.locator(".place.is-shown")).to_have_count(1)


def test_the_address_page_names_the_centre_and_the_nearest_of_each_kind(
    page: Page, public: str, screen: str, axe: Callable[..., Any]
) -> None:
    page.goto(f"{public}/address")
    page.get_by_label("Your address").fill(START)
    page.get_by_label("Accessible for").select_option("wheelchair")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="Applications from here go to")).to_be_visible()
    assert page.locator(".part .give").count() >= 5
    expect(page.locator(".give .entry").first).to_be_visible()
    assert axe(page) == []
    assert is_within_screen(page)
    assert screen


def test_an_operator_asks_answers_and_refers(page: Page, staff: str, screen: str, axe: Callable[..., Any]) -> None:
    page.goto(f"{staff}/operator?q=home+care&age=80&from={START}&access=wheelchair")
    expect(page.locator(".options .give")).to_have_count(3)
    expect(page.locator(".options .big-call").first).to_be_visible()
    assert axe(page) == []
    assert is_within_screen(page)
    asked = page.locator(".ask").first.inner_text()
    page.locator(".ask .button").first.click()
    expect(page.locator(".options .give").first).not_to_contain_text(asked.split("?")[0])
    page.get_by_role("button", name="Refer here").first.click()
    expect(page.get_by_role("status")).to_contain_text("Noted.")
    assert screen
