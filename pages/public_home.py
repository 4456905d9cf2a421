"""The public start page: whom to call, how the centre did, and where the figures come from."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.cards import bind_block
from dashboard.components.kpi import kpi_skeleton, kpi_strip
from dashboard.components.states import notice
from dashboard.i18n import Texts
from dashboard.kpis import kpi_cards
from dashboard.page import Page
from dashboard.queries import has_simulated
from dashboard.view import View, language

if TYPE_CHECKING:
    from dashboard.deps import Deps
    from geodata.profile import CityProfile

PATH = "/"
BLOCK = "home-figures"
FIGURES = ("contacts", "requests", "solved_in_call_pct", "on_time_pct")


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The hot line and its hours first, then the published figures."""
    lang = language(deps)
    t = Texts(lang)
    profile = deps.profile
    number = profile.hot_line
    return html.Div(
        [
            html.H1(t("home.title", city=profile.name(lang)), tabIndex=-1),
            html.P(
                html.A(number, href=f"tel:{''.join(sign for sign in number if sign.isdigit() or sign == '+')}"),
                className="hotline",
            ),
            html.H2(t("home.hours")),
            html.Ul(
                [html.Li([html.Strong(name), ": ", hours]) for name, hours in line_hours(profile, t)], className="hours"
            ),
            html.H2(t("home.figures")),
            html.Div(kpi_skeleton(len(FIGURES)), id=BLOCK),
        ],
        className="home",
    )


def line_hours(profile: CityProfile, t: Texts) -> list[tuple[str, str]]:
    """Each line with its opening hours in words."""
    return [
        (line.names.get(t.lang) or profile_text(line.names, profile), hours_text(profile, line.calendar, t))
        for line in profile.lines
    ]


def profile_text(names: Any, profile: CityProfile) -> str:
    """A name in the city's own language."""
    return next((str(names[lang]) for lang in (*profile.languages, "en") if names.get(lang)), "")


def hours_text(profile: CityProfile, code: str, t: Texts) -> str:
    """Opening hours of a calendar, days with the same hours together."""
    calendar = profile.calendars[code]
    if calendar.is_always_open:
        return t("home.always")
    names = formats.weekday_names(t.lang)
    runs: list[tuple[int, int, str]] = []
    for day, intervals in enumerate(calendar.weekly):
        text = ", ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in intervals)
        if runs and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], day, text)
        else:
            runs.append((day, day, text))
    spoken = [
        f"{names[first] if first == last else f'{names[first]}–{names[last]}'} {text}"
        for first, last, text in runs
        if text
    ]
    return "; ".join(spoken) or t("home.closed")


def figures(view: View) -> Component:
    """The published figures of the last thirty days, without links to rows."""
    cards = [replace(card, rows_href="") for card in kpi_cards(view, FIGURES)]
    period = formats.period(view.filters.from_on, view.filters.to_on, view.lang)
    simulated = notice(view.t("status.simulated"), kind="warning") if has_simulated(view.read, view.filters) else None
    return html.Div(
        [html.P(period, className="lead"), simulated, kpi_strip(cards, view.t, label=view.t("home.figures"))]
    )


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its figures."""
    deps.pages.add(Page(PATH, "home.nav", partial(layout, deps), nav="home.nav", order=0, has_filters=False))
    bind_block(app, deps, BLOCK, figures)
