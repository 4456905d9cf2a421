"""The map of the late in a browser: it is drawn, a box or a line drawn on it selects rows and can be undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.built_city import built_staff_app, city_data

__all__ = ["built_staff_app", "city_data"]

DRAWN = """() => {
    const graph = document.querySelector('#late-map-map .js-plotly-plot');
    const drawn = graph && graph._fullLayout && graph._fullLayout.map && graph._fullLayout.map._subplot;
    return !!(drawn && drawn.map && drawn.map.loaded() && drawn.map.getStyle().layers.length > 3);
}"""


@pytest.fixture(scope="module")
def address(serve: Callable[[Any], str], staff_app: Any) -> str:
    return serve(staff_app)


def opened(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/late-map{query}")
    page.wait_for_function(DRAWN, timeout=20_000)
    for card in ("map", "chosen", "territories", "clusters"):
        expect(page.locator(f"#late-map-{card} .finding")).not_to_be_empty(timeout=20_000)


def drag(page: Page, *corners: tuple[float, float]) -> None:
    """Draw on the map through these corners, each in shares of its width and height."""
    page.locator("#late-map-map-graph").scroll_into_view_if_needed()
    box = page.locator("#late-map-map-graph .maplibregl-canvas").bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y, steps=4)
    page.mouse.up()


def test_the_map_is_drawn_with_its_lists_and_axe_finds_nothing_serious(
    page: Page, address: str, axe: Callable[..., Any], screen: str
) -> None:
    opened(page, address)
    assert axe(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), screen


def test_a_box_and_a_line_drawn_on_the_map_select_its_rows(page: Page, address: str) -> None:
    opened(page, address)
    drag(page, (0.3, 0.1), (0.7, 0.9))
    page.wait_for_url("**area=**")
    chosen = page.locator("#late-map-chosen .finding")
    expect(chosen).to_contain_text("inside the selection")
    boxed = page.url
    with page.expect_download() as caught:
        page.locator("#late-map-chosen .file", has_text="CSV").click()
    lines = caught.value.path().read_text(encoding="utf-8-sig").splitlines()
    expect(chosen).to_contain_text(f"{len(lines) - 1} inside the selection")
    expect(page.locator("#late-map-chosen tbody a").first).to_have_attribute("href", re.compile("/request"))
    page.locator("#late-map-map [data-attr=dragmode][data-val=lasso]").click()
    drag(page, (0.05, 0.05), (0.12, 0.05), (0.12, 0.12), (0.05, 0.12))
    page.wait_for_url(lambda url: "area=" in url and url != boxed)
    expect(chosen).to_contain_text("0 inside the selection")
    page.go_back()
    expect(page).to_have_url(boxed)
    expect(chosen).not_to_contain_text("0 inside the selection")


def test_an_outline_in_the_address_narrows_the_rows_and_can_be_cleared(page: Page, address: str) -> None:
    opened(page, address, "?area=0,0;1,0;1,1;0,1")
    expect(page.locator("#late-map-chosen .finding")).to_contain_text("0 inside the selection")
    page.locator("#late-map-clear").click()
    page.wait_for_url(lambda url: "area=" not in url)
    expect(page.locator("#late-map-chosen .finding")).to_contain_text("Nothing is selected")
    page.wait_for_function(DRAWN)


def test_the_base_map_follows_the_system_and_the_reader_s_own_choice(
    page: Page, serve: Callable[[Any], str], built_staff_app: Any
) -> None:
    page.emulate_media(color_scheme="dark")
    opened(page, serve(built_staff_app))
    name = "() => document.querySelector('#late-map-map .js-plotly-plot')._fullLayout.map._subplot.map.getStyle().name"
    page.wait_for_function(f"({name})() === 'Linka dark'")
    page.locator("[data-theme-toggle]").click()
    page.wait_for_function(f"({name})() === 'Linka light'")
    page.wait_for_function(DRAWN)
    page.emulate_media(color_scheme="light")
    page.locator("[data-theme-toggle]").click()
    page.wait_for_function(f"({name})() === 'Linka dark'")
