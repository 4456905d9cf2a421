"""SLA, executors, follow-ups and one request in a browser: every card, the way to a story, another term, files, axe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pages import executor, executors, followups, sla

PATIENCE_MS = 30_000
PAGES: dict[str, list[str]] = {
    module.PATH: [str(card) for card in module.CARDS] for module in (sla, executors, followups, executor)
}


@pytest.fixture(scope="module")
def address(serve: Callable[[Any], str], staff_app: Any) -> str:
    return serve(staff_app)


def opened(page: Page, url: str, cards: list[str], wait_idle: Any) -> None:
    page.goto(url)
    for card_id in cards:
        expect(page.locator(f"#{card_id} .finding, #{card_id} .state")).to_be_visible(timeout=PATIENCE_MS)
    wait_idle(page)


@pytest.mark.parametrize("path", PAGES)
def test_every_card_says_something_and_gives_its_rows(page: Page, address: str, wait_idle: Any, path: str) -> None:
    opened(page, address + path, PAGES[path], wait_idle)
    expect(page.locator(".state-error")).to_have_count(0)
    expect(page.locator(".kpi-number").first).to_be_visible()
    for card_id in PAGES[path]:
        card = page.locator(f"#{card_id}")
        if card.locator(".state").count() == 0 and card.locator(".finding").inner_text():
            assert card.locator(".file").count() in (0, 2, 3), card_id
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", ["/sla", "/executors"])
def test_nothing_serious_for_those_who_cannot_see_or_point(
    page: Page, address: str, wait_idle: Any, axe: Any, path: str
) -> None:
    opened(page, address + path, PAGES[path], wait_idle)
    found = axe(page)
    assert not found, "\n".join(map(str, found))


def test_a_late_request_leads_to_its_story(page: Page, address: str, wait_idle: Any, tmp_path: Path) -> None:
    opened(page, address + "/sla", ["sla-late-list"], wait_idle)
    link = page.locator("#sla-late-list tbody a").nth(1)
    key = link.inner_text()
    link.click()
    expect(page.locator("h1")).to_have_text("Timeline of a request")
    expect(page.locator("#request-facts")).to_contain_text(key, timeout=PATIENCE_MS)
    strip = page.locator("#request-strip")
    expect(strip.locator(".story")).to_contain_text("received")
    expect(strip.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    strip.locator(".twin > summary").click()
    rows = strip.locator(".twin tbody tr").count()
    with page.expect_download() as caught:
        strip.locator(".file", has_text="CSV").click()
    caught.value.save_as(tmp_path / "strip.csv")
    assert len((tmp_path / "strip.csv").read_text(encoding="utf-8-sig").splitlines()) == rows + 1


@pytest.mark.parametrize("named", ["nonsense", "99999999999999999999999", "1%27%3B--"])
def test_a_hostile_request_does_no_harm(page: Page, address: str, wait_idle: Any, named: str) -> None:
    page.goto(f"{address}/request?request={named}")
    expect(page.locator("#request-facts .state")).to_contain_text("no such request", timeout=PATIENCE_MS)
    expect(page.locator(".state-error")).to_have_count(0)


def test_a_term_of_ones_own_is_replayed(page: Page, address: str, wait_idle: Any) -> None:
    opened(page, address + "/sla", ["sla-terms"], wait_idle)
    page.locator("#sla-try-value").fill("20")
    page.locator("#sla-try-go").click()
    expect(page.locator("#sla-try-answer .what-if-answer")).to_contain_text("20 working days", timeout=PATIENCE_MS)


def test_an_executor_of_the_table_leads_to_its_page(page: Page, address: str, wait_idle: Any) -> None:
    opened(page, address + "/executors", ["executors-table"], wait_idle)
    link = page.locator("#executors-table tbody a").first
    name = link.inner_text()
    link.click()
    expect(page.locator("#executor-name")).to_contain_text(name, timeout=PATIENCE_MS)
    expect(page.locator("#executor-peers tbody tr").first).to_be_visible(timeout=PATIENCE_MS)
