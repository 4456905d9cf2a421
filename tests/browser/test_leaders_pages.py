"""Topics, executors, follow-ups, contact centre and comparison in a browser, on a projector and on a phone."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from pages import compare, contact_centre, executor, executors, followups, late_map, request, sla, topics
from tests.browser.conftest import SCREENS


@pytest.fixture(scope="module")
def address(serve: Callable[[Any], str], staff_app: Any) -> str:
    return serve(staff_app)


def opened(page: Page, url: str, cards: Any, wait_idle: Any) -> None:
    """Open a page and wait until each card says something."""
    page.goto(url)
    for card in cards:
        expect(page.locator(f"#{card} :is(.finding, .state-title)").first).not_to_be_empty(timeout=20_000)
    wait_idle(page)


@pytest.mark.parametrize(
    ("found", "size", "scheme"),
    [
        (topics, "wide", "light"),
        (executors, "phone", "dark"),
        (executor, "wide", "dark"),
        (followups, "phone", "light"),
        (contact_centre, "phone", "dark"),
        (compare, "wide", "light"),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_every_card_has_its_sentence_nothing_is_too_wide_and_axe_finds_nothing_serious(
    page: Page,
    address: str,
    found: Any,
    size: str,
    scheme: Literal["light", "dark"],
    axe: Callable[..., Any],
    wait_idle: Any,
) -> None:
    width, height = SCREENS[size]
    page.set_viewport_size(ViewportSize(width=width, height=height))
    page.emulate_media(color_scheme=scheme)
    opened(page, address + found.PATH, found.CARDS, wait_idle)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for card in found.CARDS:
        drawn = page.locator(f"#{card} .js-plotly-plot")
        if drawn.count():
            inner, outer = drawn.bounding_box(), page.locator(f"#{card}").bounding_box()
            assert inner
            assert outer
            assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1, card


def test_the_tree_opens_on_a_click_and_its_table_narrows_the_page(page: Page, address: str, wait_idle: Any) -> None:
    opened(page, f"{address}/topics", topics.CARDS, wait_idle)
    slices = page.locator("#topics-tree .slice")
    whole = slices.count()
    slices.nth(1).click(position={"x": 6, "y": 6})
    expect(page.locator("#topics-tree .pathbar")).not_to_have_count(0)
    expect(slices).not_to_have_count(whole)
    page.locator("#topics-table tbody a").first.click()
    page.wait_for_url("**topic=**")
    expect(page.locator("#kpi-topic_share_pct .kpi-number")).to_be_visible()
    wait_idle(page)


def texts(cells: Locator) -> list[str]:
    return [one.strip() for one in cells.all_inner_texts()]


def test_the_files_hold_what_the_table_on_the_screen_shows(
    page: Page, address: str, wait_idle: Any, tmp_path: Path
) -> None:
    opened(page, f"{address}/followups?from=2026-04-01&to=2026-05-20", followups.CARDS, wait_idle)
    card = page.locator("#followups-reasons")
    card.locator(".twin > summary").click()
    head, names, counts = (texts(card.locator(css)) for css in ("thead th", "tbody th", "tbody tr td:nth-child(2)"))
    held = {}
    for kind in ("CSV", "XLSX"):
        with page.expect_download() as caught:
            card.locator(".file", has_text=kind).click()
        held[kind] = tmp_path / f"reasons.{kind.lower()}"
        caught.value.save_as(held[kind])
    rows = list(csv.reader(io.StringIO(held["CSV"].read_text(encoding="utf-8-sig"))))
    sheet = list(openpyxl.load_workbook(held["XLSX"]).active.iter_rows(values_only=True))
    assert rows[0] == head == list(sheet[0])
    assert [row[0] for row in rows[1:]] == names == [row[0] for row in sheet[1:]]
    assert [row[1] for row in rows[1:]] == counts == [str(row[1]) for row in sheet[1:]]


def test_executors_speak_slovak_and_print_without_controls(page: Page, address: str, wait_idle: Any) -> None:
    opened(page, f"{address}/executors", executors.CARDS, wait_idle)
    page.locator("details.menu > summary").click()
    page.get_by_role("link", name="Slovenčina").click()
    expect(page.locator("h1")).to_have_text("Riešitelia")
    expect(page.locator("#executors-split thead")).to_contain_text("Potvrdené v lehote")
    expect(page.locator("#executors-on-time .legend-keys")).to_contain_text("v medziach náhody")
    wait_idle(page)
    page.emulate_media(media="print")
    for css in (".filter-band", ".nav", ".files", ".what", ".twin"):
        expect(page.locator(css).first).to_be_hidden()
    hidden = page.locator("#executors-table .table-scroll").evaluate("one => one.scrollHeight - one.clientHeight")
    assert hidden <= 1, "a table is cut off on paper"
    assert len(page.pdf(format="A4")) > 20_000


def walked(page: Page) -> None:
    """Press Tab through the page: every control below its heading has to be reached."""
    page.locator("h1").focus()
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('main :is(a[href], button, input, summary, [tabindex="0"])')]
            .filter(one => one.checkVisibility() && !one.disabled && one.tabIndex >= 0
                && !one.closest('details:not([open]) > :not(summary)'))
            .map((one, place) => { one.dataset.walk = place; return place; })"""
    )
    page.evaluate(
        """() => {
            window.walk = new Set();
            document.addEventListener('focusin', event => window.walk.add(Number(event.target.dataset.walk)));
        }"""
    )
    for _ in range(len(wanted) + 10):
        page.keyboard.press("Tab")
    missed = sorted(set(wanted) - set(page.evaluate("[...window.walk]")))
    assert not missed, page.evaluate(
        "places => places.map(one => document.querySelector(`[data-walk='${one}']`).outerHTML.slice(0, 120))", missed
    )


def first_file(page: Page, folder: Path) -> list[list[str]]:
    """The rows of the first file that the page offers."""
    with page.expect_download() as caught:
        page.locator(".file", has_text="CSV").first.click()
    caught.value.save_as(folder / "first.csv")
    return list(csv.reader(io.StringIO((folder / "first.csv").read_text(encoding="utf-8-sig"))))


VISITS: dict[str, tuple[str, Any, str]] = {
    "/sla": ("?from=2026-05-01&to=2026-05-20", sla.CARDS, "Строки"),
    "/late-map": ("", late_map.CARDS, "Мапа прострочених"),
    "/request": ("", [request.Ids.STRIP, request.Ids.HELD], "Шкала часу заявки"),
    "/compare": ("?from=2026-05-01&to=2026-05-20", compare.CARDS, "Порівняння"),
    "/topics": ("?from=2026-05-01&to=2026-05-20", topics.CARDS, "Теми"),
}
"""Query, cards and Ukrainian heading of each page that is visited once for all that holds everywhere."""


@pytest.mark.parametrize("path", VISITS)
def test_keyboard_dark_files_and_language_work_on_one_visit(
    page: Page, address: str, path: str, axe: Callable[..., Any], wait_idle: Any, tmp_path: Path
) -> None:
    search, cards, heading = VISITS[path]
    page.emulate_media(color_scheme="dark")
    opened(page, address + path + search, cards, wait_idle)
    assert axe(page) == []
    if path == "/late-map":
        assert axe(page, exclude=[".js-plotly-plot"]) == [], "a rule that the map silences"
    head, *rows = first_file(page, tmp_path)
    assert head
    assert all(head)
    assert all(len(row) == len(head) for row in rows)
    walked(page)
    page.locator("details.menu > summary").click()
    page.get_by_role("link", name="Українська").click()
    expect(page.locator("h1")).to_have_text(heading)
    expect(page.locator(f"#{next(iter(cards))} :is(.finding, .state-title)").first).to_have_text(re.compile("[а-яіїє]"))
    assert search.lstrip("?") in page.url
    wait_idle(page)


def test_side_b_goes_into_the_address_and_back_into_its_fields(page: Page, address: str) -> None:
    page.goto(f"{address}/compare?from=2026-05-01&to=2026-05-20")
    expect(page.locator("#compare-from")).to_have_value("2026-04-11", timeout=20_000)
    page.locator("#compare-from").fill("2026-04-05")
    page.wait_for_url("**vs_from=2026-04-05**")
    expect(page.locator(".side-b")).to_contain_text("5")
    page.go_back()
    expect(page.locator("#compare-from")).to_have_value("2026-04-11")


def test_two_areas_stand_side_by_side_on_every_figure(page: Page, address: str, wait_idle: Any) -> None:
    opened(page, f"{address}/compare?territory=kamppi&vs_territory=kluuvi", compare.CARDS, wait_idle)
    expect(page.locator(".side-a")).to_contain_text("Kamppi")
    expect(page.locator(".side-b")).to_contain_text("Kluuvi")
    held = json.loads(page.locator("#compare-figures [data-table]").get_attribute("data-table") or "{}")
    assert len(held["rows"]) > 40
    assert [row[0] for row in held["rows"]].count("Contacts") == 1
