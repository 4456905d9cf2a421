"""What a page is to the shell: an address, a title, a layout; and the list of pages of one app.

A list of our own, because Dash's page registry is one per process: a second app (the tests, or both processes in one)
would show the pages of the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from dash.development.base_component import Component

Layout = Callable[..., Component]
_PART: Final = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    `path` may hold parts in angle brackets (`/executor/<code>`). `title` is a key of the catalogue. `layout(**query)`
    gets the query's keys and the path's parts as keyword arguments, each a `str` or a `list[str]`. Pages with `nav`
    (a key of the catalogue) stand in the navigation, by `order`. `has_filters`: the filter bar stands above the page.
    `html(**query)`: the page is plain HTML from the server, and its layout is the map alone.
    """

    path: str
    title: str
    layout: Layout
    nav: str | None = None
    order: int = 100
    has_filters: bool = True
    html: Callable[..., str] | None = None

    def match(self, pathname: str) -> dict[str, str] | None:
        """The parts of `pathname` where it is this page's address, else None."""
        pattern = _PART.sub(r"(?P<\1>[^/]+)", self.path.rstrip("/") or "/")
        found = re.fullmatch(pattern, pathname.rstrip("/") or "/")
        return found.groupdict() if found else None

    def example(self) -> Component:
        """The layout without a query, for Dash to check callbacks against."""
        parts: dict[str, Any] = dict.fromkeys(_PART.findall(self.path), "")
        return self.layout(**parts)


@dataclass
class Pages:
    """The pages of one app, in the order of its navigation."""

    _pages: list[Page] = field(default_factory=list)

    def add(self, page: Page) -> None:
        """Add a page; its path must be new (`ValueError`)."""
        if any(known.path == page.path for known in self._pages):
            raise ValueError(f"two pages at {page.path}: give one another path")
        self._pages.append(page)
        self._pages.sort(key=lambda known: (known.order, known.path))

    def find(self, pathname: str) -> tuple[Page, dict[str, str]] | None:
        """The page at `pathname` with the parts of its path."""
        matches = ((page, page.match(pathname)) for page in self._pages)
        return next(((page, parts) for page, parts in matches if parts is not None), None)

    def in_nav(self) -> list[Page]:
        """Those that stand in the navigation."""
        return [page for page in self._pages if page.nav]

    def __iter__(self) -> Iterator[Page]:
        return iter(self._pages)
