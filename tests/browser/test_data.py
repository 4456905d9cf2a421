"""The data page in a browser: sources, loads and what did not get in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect


def test_it_shows_each_source_with_its_rows_and_that_every_load_adds_up(
    page: Page, serve: Callable[[Any], str], staff_app: Any, wait_idle: Any, screen: str
) -> None:
    page.goto(serve(staff_app) + "/data")
    sources = page.locator("#data-sources")
    expect(sources.locator("tbody tr")).to_have_count(1)
    expect(sources.locator("tbody tr")).to_contain_text("simulated-demo")
    expect(sources.locator("tbody tr")).to_contain_text("done, simulated")
    expect(page.locator("#data-loads .finding")).to_have_text(
        "Every load adds up: read = new + changed + unchanged + rejected."
    )
    expect(page.locator("#data-rejects .finding")).to_have_text("No row is waiting to be mended.")
    expect(page.locator(".simulated")).to_be_visible()
    wait_idle(page)
    assert screen
