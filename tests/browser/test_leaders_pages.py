"""Topics, contact centre and comparison in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture(scope="module")
def address(serve: Callable[[Any], str], staff_app: Any) -> str:
    return serve(staff_app)


@pytest.mark.parametrize(
    ("path", "cards"),
    [
        ("/topics", ("topics-new", "topics-tree", "topics-movers", "topics-mix", "topics-drift", "topics-groups")),
        ("/contact-centre", ("centre-reached", "centre-level", "centre-waits", "centre-lines", "centre-messages")),
        ("/compare", ("compare-days", "compare-topics", "compare-figures")),
    ],
)
def test_every_card_has_its_sentence_and_axe_finds_nothing_serious(
    page: Page, address: str, path: str, cards: tuple[str, ...], axe: Callable[..., Any]
) -> None:
    page.goto(address + path)
    for card in cards:
        expect(page.locator(f"#{card} .finding")).not_to_be_empty(timeout=20_000)
    assert axe(page) == []


def test_side_b_goes_into_the_address_and_back_into_its_fields(page: Page, address: str) -> None:
    page.goto(f"{address}/compare?from=2026-05-01&to=2026-05-20")
    expect(page.locator("#compare-from")).to_have_value("2026-04-11", timeout=20_000)
    page.locator("#compare-from").fill("2026-04-05")
    page.wait_for_url("**vs_from=2026-04-05**")
    expect(page.locator(".side-b")).to_contain_text("5")
    page.go_back()
    expect(page.locator("#compare-from")).to_have_value("2026-04-11")
