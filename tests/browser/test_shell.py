"""The frame around every page, as a reader meets it: address, back button, language, theme, keyboard, phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Guard


@pytest.fixture(scope="module")
def staff(serve: Callable[[Any], str], staff_app: Any) -> str:
    return serve(staff_app)


@pytest.fixture(scope="module")
def public(serve: Callable[[Any], str], public_app: Any) -> str:
    return serve(public_app)


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("path", ["/volumes", "/data", "/no-such-page"])
def test_each_staff_page_opens_with_one_h1_and_no_serious_finding(
    page: Page, staff: str, path: str, screen: str, axe: Callable[..., Any], wait_idle: Any, guard: Guard
) -> None:
    if path == "/no-such-page":
        guard.allow("404")
    page.goto(staff + path)
    expect(page.locator("h1")).to_have_count(1)
    wait_idle(page)
    expect(page.locator("main")).to_have_count(1)
    assert axe(page) == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.evaluate("window.innerWidth"), "the page scrolls sideways"
    assert screen in ("wide", "phone")


def test_the_public_page_opens_for_a_phone(page: Page, public: str, screen: str, axe: Any, wait_idle: Any) -> None:
    page.goto(public)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#kpi-contacts .kpi-number")).to_be_visible()
    wait_idle(page)
    expect(page.get_by_text("Simulated data")).to_be_visible()
    assert axe(page) == []
    assert screen


def test_a_filter_goes_into_the_address_and_the_back_button_takes_it_out(
    page: Page, staff: str, wait_idle: Any
) -> None:
    page.goto(f"{staff}/volumes")
    expect(page.locator("#kpi-contacts .kpi-number")).to_be_visible()
    wait_idle(page)
    whole = page.locator("#kpi-contacts .kpi-number").inner_text()
    page.get_by_role("button", name="7 days", exact=True).click()
    page.wait_for_url("**/volumes?from=2026-05-14&to=2026-05-20")
    expect(page.locator("#kpi-contacts .kpi-number")).not_to_have_text(whole)
    expect(page.locator("#filter-from")).to_have_value("2026-05-14")
    page.go_back()
    expect(page.locator("#kpi-contacts .kpi-number")).to_have_text(whole)
    expect(page.locator("#filter-from")).to_have_value("2026-04-21")


def test_a_shared_link_restores_the_view_and_reset_is_a_link(page: Page, staff: str, wait_idle: Any) -> None:
    page.goto(f"{staff}/volumes?from=2026-04-01&to=2026-04-30&grain=week&channel=phone&topic=%3Cscript%3E")
    expect(page.locator(".status .period")).to_have_text("1–30 Apr 2026")
    wait_idle(page)
    expect(page.locator(".chips .chip")).to_have_text("Phone")
    expect(page.locator("#filter-to")).to_have_value("2026-04-30")
    expect(page.locator(".status")).not_to_contain_text("today is not over")
    page.get_by_role("link", name="Reset filters").click()
    expect(page.locator(".status .period")).to_have_text("21 Apr – 20 May 2026".replace(" – ", "\u2009–\u2009"))
    expect(page.locator(".status")).to_contain_text("today is not over")
    assert not query(page)


def test_choosing_a_channel_narrows_and_its_chip_takes_it_off(page: Page, staff: str, wait_idle: Any) -> None:
    page.goto(f"{staff}/volumes")
    wait_idle(page)
    page.locator("#filter-more > summary").click()
    page.locator("#filter-channel").click()
    page.get_by_role("option", name="Phone").click()
    page.keyboard.press("Escape")
    page.wait_for_url("**channel=phone*")
    page.locator(".chips .chip", has_text="Phone").click()
    page.wait_for_url(lambda url: "channel=" not in url)


def test_links_of_the_navigation_keep_the_filters_and_move_the_focus(page: Page, staff: str, wait_idle: Any) -> None:
    page.goto(f"{staff}/volumes?from=2026-05-01&to=2026-05-10")
    wait_idle(page)
    page.locator("#shell-nav a", has_text="Data").click()
    expect(page.locator("h1")).to_have_text("Data")
    assert query(page) == {"from": ["2026-05-01"], "to": ["2026-05-10"]}
    expect(page.locator("h1")).to_be_focused()
    expect(page).to_have_title("Data · Demo city (invented) · Linka")
    expect(page.locator("#shell-nav a[aria-current=page]")).to_have_text("Data")
    expect(page.locator("#filter-band")).to_be_hidden()
    page.go_back()
    expect(page.locator("h1")).to_have_text("Volumes")
    expect(page.locator("#filter-band")).to_be_visible()


def test_a_filter_chosen_a_moment_ago_goes_along(page: Page, staff: str, wait_idle: Any) -> None:
    """The address follows the figures; who goes on before takes the filter with him."""
    page.goto(f"{staff}/volumes?from=2026-05-01&to=2026-05-10")
    wait_idle(page)
    asked = page.evaluate("""() => {
      document.querySelector('[data-preset-days="7"]').click();
      const before = location.search;
      document.querySelector('#shell-nav a[href$="/sla"]').click();
      return before;
    }""")
    assert asked == "?from=2026-05-01&to=2026-05-10"
    expect(page.locator(".status .period")).to_have_text("14–20 May 2026")
    assert page.url.endswith("/sla?from=2026-05-14&to=2026-05-20")
    expect(page.locator("#filter-from")).to_have_value("2026-05-14")
    expect(page.locator('[data-preset-days="7"]')).to_have_attribute("aria-pressed", "true")


def test_figures_that_cannot_be_fetched_are_told(page: Page, staff: str, wait_idle: Any, guard: Guard) -> None:
    guard.allow("ERR_FAILED")
    page.goto(f"{staff}/volumes")
    wait_idle(page)
    expect(page.locator("#shell-asked")).to_be_hidden()
    page.route("**/_answers*", lambda route: route.abort())
    page.get_by_role("button", name="7 days", exact=True).click()
    expect(page.locator("#shell-asked")).to_be_visible()
    page.unroute("**/_answers*")
    page.get_by_role("button", name="90 days", exact=True).click()
    expect(page.locator(".status .period")).to_contain_text("Feb")
    expect(page.locator("#shell-asked")).to_be_hidden()


def test_the_language_switch_changes_every_word_and_stays_on_the_page(page: Page, staff: str, wait_idle: Any) -> None:
    page.goto(f"{staff}/volumes?grain=week&from=2026-04-01&to=2026-05-20")
    wait_idle(page)
    page.locator("details.menu > summary").click()
    page.get_by_role("link", name="Українська").click()
    expect(page.locator("h1")).to_have_text("Обсяги")
    assert query(page)["grain"] == ["week"]
    assert page.locator("html").get_attribute("lang") == "uk"


def test_dark_mode_is_remembered_before_any_script_runs(page: Page, staff: str, wait_idle: Any, axe: Any) -> None:
    page.goto(f"{staff}/volumes")
    wait_idle(page)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Switch between light and dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.reload()
    wait_idle(page)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    expect(page.locator("#kpi-contacts .kpi-number")).to_be_visible()
    assert axe(page) == []


def test_the_keyboard_reaches_every_control_and_the_skip_link_comes_first(
    page: Page, staff: str, wait_idle: Any
) -> None:
    page.goto(f"{staff}/volumes")
    expect(page.locator("#volumes-days .twin")).to_be_visible()
    wait_idle(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    wanted = {
        "#filter-from",
        "#filter-to",
        "[data-preset-days]",
        "#filter-more > summary",
        ".what > summary",
        ".twin > summary",
        ".file",
    }
    reached: set[str] = set()
    for _ in range(90):
        page.keyboard.press("Tab")
        reached |= {css for css in wanted - reached if page.evaluate("css => document.activeElement.matches(css)", css)}
        if reached == wanted:
            break
    assert reached == wanted
