"""The public start page: whom to call, what to search for, when the lines are open, and how the centre did.

It is plain HTML, sent without a script of Dash: the first page a person opens on an old phone is the lightest one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import flask
from dash import Dash, html
from dash.development.base_component import Component

from dashboard import formats, plain
from dashboard.components.kpi import kpi_strip
from dashboard.components.states import notice
from dashboard.directory.guide import guide_of
from dashboard.faults import apart
from dashboard.filters import Filters
from dashboard.first_html import to_html
from dashboard.i18n import Texts
from dashboard.kpis import kpi_cards
from dashboard.page import Page
from dashboard.queries import has_simulated
from dashboard.queries.readiness import readiness
from dashboard.queries.status import has_rollups, newest_day
from dashboard.view import View, language

if TYPE_CHECKING:
    from dashboard.deps import Deps
    from geodata.profile import CityProfile

PATH = "/"
BLOCK = "home-figures"
FIGURES = ("contacts", "requests", "solved_in_call_pct", "on_time_pct")
DAYS = 30
FIRST_NEEDS = 8


def layout(_deps: Deps, /, **_query: Any) -> Component:
    """Nothing: the page needs no Dash."""
    return html.Div()


def page(deps: Deps) -> flask.Response:
    """The hot line and the search first, then needs, hours and the published figures."""
    lang = language(deps)
    t, profile, guide = Texts(lang), deps.profile, guide_of(deps)
    given = {code for place in guide.directory().institutions.values() for code in place.codes}
    needs = [need for need in guide.taxonomy.needs.values() if given & set(need.services)][:FIRST_NEEDS]
    return plain.document(
        deps,
        "home.html",
        title=t("home.nav"),
        path=PATH,
        heading=t("home.title", city=profile.name(lang)),
        call=plain.href_of_number(profile.hot_line),
        needs=[(f"/find?need={need.code}", need.name(lang)) for need in needs],
        hours=line_hours(profile, t),
        figures=to_html(published(deps) or "", has_ids=True),
    )


def published(deps: Deps) -> Component | None:
    """The figures of the last thirty whole days, whatever the address says: no slice of them is to be had here.

    Whole days come from roll-ups alone, which is all that the public process may read; None until these are built.
    """
    if not has_rollups(deps.read):
        return None
    end = newest_day(deps.read, before=deps.today())
    period = Filters(deps.profile.slug, end - timedelta(days=DAYS - 1), end)
    seen = View(deps=deps, filters=period, lang=language(deps), now=deps.now())

    def kept() -> Component | None:
        made: Component = deps.answers.of((BLOCK, *seen.key), lambda: figures(seen))
        return made

    return apart(BLOCK, kept, lambda _reference: None)  # the hot line and the search must not go with the figures


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
    """The published figures of the view's days, without links to rows."""
    cards = [replace(card, rows_href="") for card in kpi_cards(view, FIGURES)]
    period = formats.period(view.filters.from_on, view.filters.to_on, view.lang)
    simulated = notice(view.t("status.simulated"), kind="warning") if has_simulated(view.read, view.filters) else None
    return html.Div(
        [html.P(period, className="lead"), simulated, kpi_strip(cards, view.t, label=view.t("home.figures"))]
    )


def register(app: Dash, deps: Deps) -> None:
    """Add the page."""
    deps.pages.add(Page(PATH, "home.nav", partial(layout, deps), nav="home.nav", order=0, has_filters=False))

    server: flask.Flask = app.server

    @server.before_request
    def start() -> flask.Response | None:
        is_asked = flask.request.path == PATH and flask.request.method in ("GET", "HEAD")
        return page(deps) if is_asked and readiness(deps.read)[0] == "ready" else None
