"""The frame around every page: skip link, header with navigation, the place of the page, footer.

Navigation, language and theme are links and buttons that work by keyboard; nothing here needs a component library, so
both processes share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.ids import Shell
from dashboard.i18n import LANGUAGE_NAMES, LANGUAGES, Texts


@dataclass(frozen=True)
class NavLink:
    """One link of the navigation; a plain one opens its page anew, because the server writes it."""

    path: str
    text: str
    is_plain: bool = False


@dataclass(frozen=True)
class Frame:
    """What the frame shows beside the page: the city, the links, the version, and another process to go to."""

    city: str
    nav: Sequence[NavLink]
    version: str
    home: str = "/"
    other: tuple[str, str] | None = None
    logout: bool = False


def shell(
    frame: Frame,
    t: Texts,
    *,
    page: Component | None,
    rendered: str,
    has_filters: bool,
    filters: Component | None,
    status: Component | None,
) -> Component:
    """The whole screen; `page` and the `rendered` path are set where the server already knows which page is asked."""
    return html.Div(
        [
            dcc.Location(id=Shell.URL, refresh="callback-nav"),
            dcc.Store(id=Shell.STATE, data={"path": rendered}),
            html.A(t("shell.skip"), href="#main", className="skip"),
            _header(frame, t),
            html.Div(filters, className="filter-band" if has_filters else "filter-band is-off", id="filter-band")
            if filters is not None
            else None,
            html.Main(
                [
                    html.Div(id=Shell.ARRIVED, hidden=True),
                    html.P(
                        t("state.away"), id=Shell.ASKED, hidden=True, className="notice notice-warning", role="alert"
                    )
                    if filters is not None
                    else None,
                    html.Div(status, id=Shell.STATUS, className="status") if status is not None else None,
                    html.Div(page, id=Shell.PAGE, className="page"),
                ],
                id="main",
                tabIndex=-1,
            ),
            _footer(frame, t),
        ],
        className="shell",
    )


def _header(frame: Frame, t: Texts) -> Component:
    links = [
        html.Li((html.A if link.is_plain else dcc.Link)(link.text, href=link.path, className="nav-link"))
        for link in frame.nav
    ]
    return html.Header(
        html.Div(
            [
                html.A([html.Span("Linka", className="brand-name"), html.Span(frame.city, className="brand-city")],
                       href=frame.home, className="brand"),
                html.Nav(html.Ul(links), id=Shell.NAV, className="nav", **{"aria-label": t("shell.nav")}),
                html.Div([_languages(t), _theme(t), *_logout(frame, t)], className="tools"),
            ],
            className="header-in",
        ),
        className="header",
    )  # fmt: skip


def _languages(t: Texts) -> Component:
    links: list[Any] = [
        html.Li(html.A(LANGUAGE_NAMES[lang], href=f"/lang/{lang}", lang=lang, hrefLang=lang,
                       **({"aria-current": "true"} if lang == t.lang else {})))
        for lang in LANGUAGES
    ]  # fmt: skip
    summary = html.Summary(
        [html.Span(t.lang.upper(), **{"aria-hidden": "true"}), html.Span(t("shell.language"), className="hidden")]
    )
    return html.Details([summary, html.Ul(links)], className="menu")


def _theme(t: Texts) -> Component:
    return html.Button(
        html.Span("◐", **{"aria-hidden": "true"}),
        type="button",
        className="tool",
        title=t("shell.theme"),
        **{"aria-label": t("shell.theme"), "data-theme-toggle": ""},
    )


def _logout(frame: Frame, t: Texts) -> list[Component]:
    return [html.A(t("shell.logout"), href="/logout", className="tool-text")] if frame.logout else []


def _footer(frame: Frame, t: Texts) -> Component:
    other = [html.A(frame.other[0], href=frame.other[1]), " · "] if frame.other else []
    return html.Footer(
        html.P([*other, html.Span(t("shell.made_with", version=frame.version))]),
        className="footer",
    )
