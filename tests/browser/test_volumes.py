"""The volumes page in a browser: charts, their table twins, their files, their definitions, paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pages.volumes import CARDS


@pytest.fixture(scope="module")
def address(serve: Callable[[Any], str], staff_app: Any) -> str:
    return serve(staff_app) + "/volumes"


def opened(page: Page, address: str, wait_idle: Any) -> None:
    page.goto(address)
    for card_id in CARDS:
        expect(page.locator(f"#{card_id} .finding")).to_be_visible()
    wait_idle(page)


def test_every_chart_has_a_finding_n_table_and_files(page: Page, address: str, wait_idle: Any, screen: str) -> None:
    opened(page, address, wait_idle)
    for card_id in CARDS:
        card = page.locator(f"#{card_id}")
        expect(card.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        expect(card.locator(".meta")).to_contain_text("n\u202f=\u202f")
        expect(card.locator(".file")).to_have_count(2)
        card.locator(".twin > summary").click()
        expect(card.locator(".twin tbody tr").first).to_be_visible()
        drawn = card.locator(".js-plotly-plot").bounding_box()
        frame = card.bounding_box()
        assert drawn
        assert frame
        assert drawn["width"] <= frame["width"], f"{card_id} is wider than its card at {screen}"


def test_a_download_is_the_chart_on_the_screen(page: Page, address: str, wait_idle: Any, tmp_path: Path) -> None:
    opened(page, address + "?from=2026-05-01&to=2026-05-20", wait_idle)
    page.locator("#volumes-channels .twin > summary").click()
    shown = page.locator("#volumes-channels .twin tbody tr").count()
    with page.expect_download() as caught:
        page.locator("#volumes-channels .file", has_text="CSV").click()
    target = tmp_path / "card.csv"
    caught.value.save_as(target)
    assert len(target.read_text(encoding="utf-8-sig").splitlines()) == shown + 1
    assert caught.value.suggested_filename == "linka-demo-volumes-channels-2026-05-01-2026-05-20.csv"


def test_what_is_this_opens_the_definition_and_escape_closes_it(page: Page, address: str, wait_idle: Any) -> None:
    opened(page, address, wait_idle)
    what = page.locator("#kpi-contacts .what")
    what.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(what.locator("p")).to_be_visible()
    page.keyboard.press("Escape")
    expect(what.locator("p")).to_be_hidden()


def test_an_empty_period_says_what_to_do(page: Page, address: str, wait_idle: Any) -> None:
    page.goto(f"{address}?from=2001-01-01&to=2001-01-31")
    expect(page.locator("#volumes-days .state-empty")).to_contain_text("Choose a longer period")
    wait_idle(page)


def test_nothing_jumps_when_the_figures_come(page: Page, address: str, wait_idle: Any) -> None:
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver("
        "list => list.getEntries().forEach(entry => window.shift += entry.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    opened(page, address, wait_idle)
    assert page.evaluate("window.shift") < 0.1


def test_it_prints_without_controls(page: Page, address: str, wait_idle: Any) -> None:
    opened(page, address, wait_idle)
    page.emulate_media(media="print")
    for css in (".filter-band", ".nav", ".files", ".tools"):
        expect(page.locator(css).first).to_be_hidden()
    expect(page.locator("#volumes-days .finding")).to_be_visible()
    assert len(page.pdf(format="A4")) > 20_000
