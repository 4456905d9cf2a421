"""Fixtures of the browser tests: Debian's Chromium, a guard against console errors and foreign requests, axe, sizes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError, expect

from tests.browser.server import Served
from tests.dashboard.apps import city_engine, deps, make_deps_of, public_app, staff_app

__all__ = ["city_engine", "deps", "make_deps_of", "public_app", "staff_app"]  # the small city and the apps over it

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# Headless on a shared machine, and silent on the network: no updates, no safe-browsing, no field trials.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SCREENS = {"wide": (1440, 900), "phone": (390, 844)}
LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]", "::1", ""}
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SERIOUS = ("serious", "critical")
# Server, browser and the other workers share two cores here: the first page of a fresh process may take its time.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def base_url() -> None:
    """Stand in for pytest-playwright's own, whose definition pytest 9 warns about; tests give whole addresses."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the system's Chromium: the tests download no browser."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("Chromium is not installed; `make test` installs it, or: apt-get install chromium")
    return {**browser_type_launch_args, "executable_path": path, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Open pages at a projector's size, in English and in a zone that is nobody's own."""
    width, height = SCREENS["wide"]
    return {
        **browser_context_args,
        "viewport": {"width": width, "height": height},
        "locale": "en-GB",
        "timezone_id": "Pacific/Chatham",
        "reduced_motion": "reduce",
    }


@dataclass
class Guard:
    """What went wrong on the pages of one test; `allow(pattern)` names what the test itself provokes."""

    problems: list[str] = field(default_factory=list)
    _allowed: list[str] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Accept problems whose text matches this regular expression, from now on and before."""
        self._allowed.append(pattern)

    def watch(self, context: BrowserContext) -> None:
        """Note console errors, uncaught errors and foreign requests of every page of a context."""
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)

    def unexpected(self) -> list[str]:
        """Give the problems that no `allow` covers."""
        return [text for text in self.problems if not any(re.search(pattern, text) for pattern in self._allowed)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console error: {message.text} ({message.location.get('url', '')})")

    def _on_error(self, error: WebError) -> None:
        self.problems.append(f"uncaught error: {error.error}")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob", "file", "about"} and (parts.hostname or "") not in LOCAL_HOSTS:
            self.problems.append(f"foreign request: {request.url}")


@pytest.fixture(autouse=True)
def guard(request: pytest.FixtureRequest) -> Iterator[Guard]:
    """Fail a test whose pages log an error, throw one, or ask anybody but us for anything."""
    watched = Guard()
    if {"page", "context"} & set(request.fixturenames):
        watched.watch(request.getfixturevalue("context"))
    yield watched
    found = watched.unexpected()
    assert not found, "\n".join(found)


@pytest.fixture(params=list(SCREENS))
def screen(request: pytest.FixtureRequest, page: Page) -> str:
    """Run the test at 1440x900 and at 390x844; give "wide" or "phone"."""
    width, height = SCREENS[request.param]
    page.set_viewport_size({"width": width, "height": height})
    return str(request.param)


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Any], str]]:
    """Give `serve(app) -> url`: run a WSGI or Dash app on loopback until the tests end."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(Served(app)).url


@pytest.fixture(scope="session")
def wait_idle() -> Callable[[Page], None]:
    """Give `wait_idle(page)`: wait until Dash has rendered and answered every callback."""

    def wait(page: Page, *, timeout_ms: float = 30_000) -> None:
        page.wait_for_function(
            """() => document.title !== 'Updating...'
                && !document.querySelector('[data-dash-is-loading=true]')
                && !document.querySelector('._dash-loading')""",
            timeout=timeout_ms,
        )

    return wait


@dataclass(frozen=True)
class Finding:
    """One rule that axe found broken, with the places."""

    rule: str
    impact: str
    help: str
    targets: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.impact}: {self.rule} ({self.help}) at {'; '.join(self.targets[:5])}"


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[Finding]]:
    """Give `axe(page, exclude=[css, ...]) -> findings`, the serious and critical ones; empty is clean.

    A strict content policy is no obstacle: the script is evaluated by the debugger, not added to the page.
    """
    source = AXE.read_text(encoding="utf-8")

    def run(page: Page, *, exclude: list[str] | None = None, impacts: tuple[str, ...] = SERIOUS) -> list[Finding]:
        page.evaluate(source + ";0")
        options = {"resultTypes": ["violations"]}
        answer = page.evaluate(
            "([exclude, options]) => axe.run({exclude: exclude.map(css => [css])}, options)",
            [exclude or [], options],
        )
        return [
            Finding(
                rule=found["id"],
                impact=found["impact"],
                help=found["help"],
                targets=tuple(str(node["target"][0]) for node in found["nodes"]),
            )
            for found in answer["violations"]
            if found["impact"] in impacts
        ]

    return run
