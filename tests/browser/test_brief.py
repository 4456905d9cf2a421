"""The brief in a browser: its lines, figures and rows, decisions by form, a past day, paper, keyboard and axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from dashboard.app import create_app
from dashboard.deps import Deps

PARTS = (
    "#brief-told-body .meta", "#brief-figures-body tbody tr", "#brief-late .finding", "#brief-urgent .finding",
    "#brief-backlog .card-says p", "#brief-decisions-body details", ".brief-when",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(serve: Callable[[Any], str], city_engine: Engine, make_deps_of: Callable[..., Deps]) -> str:
    """Give an app that writes where it reads."""
    url = city_engine.url.render_as_string(hide_password=False)
    return serve(create_app(make_deps_of(city_engine, LINKA_DATABASE_URL=url)))


def opened(page: Page, address: str, wait_idle: Any) -> None:
    page.goto(address)
    for part in PARTS:
        expect(page.locator(part).first).to_be_visible(timeout=20_000)
    wait_idle(page)


def test_the_brief_tells_the_surge_and_its_figures(page: Page, address: str, wait_idle: Any, screen: str) -> None:
    opened(page, address, wait_idle)
    first = page.locator(".told > li").first
    expect(first).to_contain_text("No electricity")
    expect(first).to_contain_text("Kluuvi")
    expect(page.locator(".brief-figures tbody tr")).to_have_count(9)
    expect(page.locator("#brief-told-body .meta").last).to_contain_text("at most 5")
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide, f"the page scrolls sideways at {screen}"


@pytest.mark.parametrize("lang", ["en", "sk", "ru"])
def test_a_projector_s_first_screen_holds_every_figure_and_nothing_jumps(
    page: Page, address: str, wait_idle: Any, lang: str
) -> None:
    page.context.add_cookies([{"name": "linka_lang", "value": lang, "url": address}])
    page.add_init_script(
        "window.jumps = 0; new PerformanceObserver((list) => list.getEntries().forEach((one) => {"
        " window.jumps += one.hadRecentInput ? 0 : one.value; })).observe({ type: 'layout-shift', buffered: true });"
    )
    opened(page, address, wait_idle)
    last = page.locator(".brief-figures tbody tr").last.bounding_box()
    assert last is not None
    assert last["y"] + last["height"] <= 900
    assert page.evaluate("window.jumps") < 0.1  # the bound of a page that stands still (web.dev/cls)


def test_a_definition_opens_within_a_phone_s_screen(page: Page, address: str, wait_idle: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, address, wait_idle)
    for figure in page.locator(".brief-figures .what").all():
        figure.locator("summary").click()
        box = figure.locator("p").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        page.keyboard.press("Escape")


def test_a_line_leads_to_its_rows(page: Page, address: str, wait_idle: Any) -> None:
    opened(page, address, wait_idle)
    page.locator(".told-line a").first.click()
    expect(page.locator("#rows-rows tbody tr").first).to_contain_text("No electricity", timeout=20_000)
    counted = page.locator("#rows-rows .meta.num").inner_text()
    page.go_back()
    expect(page.locator(".told-line a").first).to_be_visible(timeout=20_000)
    told = page.locator(".told-line a").first.inner_text()
    count = re.search(r": ([\d\u202f]+) contacts", told)
    assert count, told
    assert counted.startswith(count[1])


def test_a_decision_is_written_changed_and_done_by_form(page: Page, address: str, wait_idle: Any) -> None:
    opened(page, address, wait_idle)
    page.locator(".decision-new > summary").click()
    page.locator("#decision-new-text").fill("Send two generators to Kluuvi")
    page.locator("#decision-new-owner").fill("City hall")
    page.locator("#decision-new-kpi").select_option("overdue")
    page.locator("#decision-new-author").fill("M. K.")
    page.locator(".decision-new button[type=submit]").click()
    row = page.locator(".decision", has_text="Send two generators")
    expect(row).to_contain_text("Overdue")
    row.locator(".decision-edit > summary").click()
    owner = row.locator("input[name=owner]")
    owner.fill("Crisis office")
    row.locator(".form-actions button").first.click()
    expect(row.locator(".decision-owner")).to_have_text("Crisis office")
    row.locator(".decision-history > summary").click()
    expect(row.locator(".decision-history")).to_contain_text("M. K.: Owner from “City hall” to “Crisis office”")
    row.locator(".decision-edit > summary").click()
    row.locator("button[value=done]").click()
    expect(page.locator(".decision .is-ended", has_text="Send two generators")).to_be_visible()


def test_a_form_with_nothing_in_it_says_what_is_missing(page: Page, address: str, wait_idle: Any) -> None:
    opened(page, address + "/?problem=text", wait_idle)
    expect(page.locator("#brief-decisions [role=alert]")).to_contain_text("Write what was decided")


def test_a_past_day_is_read_only_and_leads_on(page: Page, address: str, wait_idle: Any) -> None:
    page.goto(address + "/?from=2026-05-12&to=2026-05-12")
    expect(page.locator(".brief-when")).to_contain_text("Tuesday, 12 May 2026", timeout=20_000)
    expect(page.locator(".brief-when")).to_contain_text("As it was known at 13 May 2026, 08:00")
    expect(page.locator("#brief-decisions-body")).to_contain_text("A past day is read as it was")
    expect(page.locator(".decision-new")).to_have_count(0)
    page.locator(".brief-days a", has_text="Day after").click()
    expect(page.locator(".brief-when")).to_contain_text("Wednesday, 13 May 2026", timeout=20_000)


def test_choosing_a_day_tells_the_brief_as_it_was_known_and_back_returns(
    page: Page, address: str, wait_idle: Any
) -> None:
    opened(page, address, wait_idle)
    newest = page.locator("#brief-day").input_value()
    page.locator("#brief-day").fill("2026-05-12")
    page.wait_for_url("**from=2026-05-12&to=2026-05-12**")
    expect(page.locator(".brief-when")).to_contain_text("As it was known at 13 May 2026, 08:00")
    expect(page.locator("#brief-decisions-body")).to_contain_text("A past day is read as it was")
    page.go_back()
    expect(page.locator("#brief-day")).to_have_value(newest)
    expect(page.locator(".brief-when")).not_to_contain_text("As it was known")


def test_paper_is_two_pages_at_most_and_the_file_holds_what_the_screen_shows(
    page: Page, address: str, wait_idle: Any, tmp_path: Path
) -> None:
    opened(page, address, wait_idle)
    with page.expect_download() as caught:
        page.locator("#brief-figures-body .file", has_text="CSV").click()
    target = tmp_path / "figures.csv"
    caught.value.save_as(target)
    sheet = page.pdf(format="A4", print_background=True)
    printed = page.request.get(f"{address}/digest.pdf").body()
    for file in (sheet, printed):
        assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", file)) <= 2
    lines = target.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 9 * 4
    shown = page.locator("#brief-row-contacts .brief-day .brief-value").inner_text().replace("\u202f", "")
    assert f",{shown},{shown}," in lines[1]


@pytest.mark.parametrize("lang", ["be"])
def test_it_speaks_the_readers_language(page: Page, address: str, wait_idle: Any, lang: str) -> None:
    page.context.add_cookies([{"name": "linka_lang", "value": lang, "url": address}])
    opened(page, address, wait_idle)
    assert page.locator("html").get_attribute("lang") == lang
    text = page.locator("main").inner_text()
    assert "brief." not in text
    assert "expected" not in text


def test_axe_finds_nothing_serious(page: Page, address: str, wait_idle: Any, axe: Any, screen: str) -> None:
    opened(page, address, wait_idle)
    page.locator(".decision-new > summary").click()
    assert not axe(page)


def test_dark_mode_keeps_its_contrast(page: Page, address: str, wait_idle: Any, axe: Any) -> None:
    page.emulate_media(color_scheme="dark")
    opened(page, address, wait_idle)
    assert not axe(page)
