"""`python -m tests.browser.screens`: pictures of every page for the README, from the database of the settings.

Both processes run here; each page is opened at a projector's and a phone's size, and the brief is printed besides.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

import pages
from dashboard.app import create_app
from dashboard.deps import Process, make_deps
from dashboard.settings import Settings
from tests.browser.conftest import CHROMIUM, FLAGS, SCREENS
from tests.browser.server import Served

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
IDLE = "() => document.title !== 'Updating...' && !document.querySelector('[data-dash-is-loading=true]')"
A4 = ViewportSize(width=794, height=1123)


def main() -> None:
    """Write `docs/screens/<process>-<page>-<size>.png` and `brief.pdf` with a picture; prints each name."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    settings = Settings.from_env()
    path = next(found for name in CHROMIUM if (found := shutil.which(name)))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(FLAGS))
        for process in ("staff", "public"):
            _process(browser, settings, process)
        browser.close()


def _process(browser: Browser, settings: Settings, process: Process) -> None:
    modules = pages.staff() if process == "staff" else pages.public()
    paths = [module.PATH for module in modules if "<" not in module.PATH and module.PATH != "/rows"]
    with Served(create_app(make_deps(settings, process=process))) as served:
        for size, (width, height) in SCREENS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, locale="en-GB")
            for path in paths:
                _open(page, served.url + path)
                name = re.sub(r"\W+", "-", path.strip("/")).strip("-") or ("brief" if process == "staff" else "home")
                _save(page, f"{process}-{name}-{size}.png")
            page.close()
        if process == "staff":
            _print(browser, served.url)


def _open(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_function(IDLE, timeout=30_000)
    page.wait_for_timeout(1_500)
    page.wait_for_function(IDLE, timeout=30_000)


def _save(page: Page, name: str) -> None:
    page.screenshot(path=FOLDER / name)
    sys.stdout.write(f"docs/screens/{name}\n")


def _print(browser: Browser, url: str) -> None:
    """The brief as the printer gets it: the PDF, and a picture of the sheet."""
    page = browser.new_page(viewport=A4, locale="en-GB")
    _open(page, f"{url}/")
    page.pdf(path=FOLDER / "brief.pdf", format="A4", print_background=True, prefer_css_page_size=True)
    page.emulate_media(media="print")
    page.screenshot(path=FOLDER / "brief-print.png", full_page=True)
    page.close()
    sys.stdout.write("docs/screens/brief.pdf and brief-print.png\n")


if __name__ == "__main__":
    main()
