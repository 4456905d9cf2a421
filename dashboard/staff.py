"""What only the staff process has around its pages: the filter bar, the line of freshness, dmc's provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State
from dash.development.base_component import Component

from dashboard import queries
from dashboard.cards import bind_block
from dashboard.choices import choices
from dashboard.components.filter_bar import filter_bar, filter_id
from dashboard.components.ids import Shell
from dashboard.components.status import status_line
from dashboard.filters import KEYS
from dashboard.i18n import Texts
from dashboard.queries.readiness import readiness
from dashboard.view import View, default_period, span

if TYPE_CHECKING:
    from dashboard.deps import Deps

THEME: Final = {
    "primaryColor": "blue",
    "primaryShade": 8,
    "autoContrast": True,
    "defaultRadius": "sm",
    "fontFamily": "inherit",
    "cursorType": "pointer",
}


def provider(framed: Component) -> Any:
    """dmc's provider around the whole screen, following the reader's theme."""
    return dmc.MantineProvider(framed, theme=THEME, defaultColorScheme="auto", id="shell-provider")


def register(app: Dash, deps: Deps) -> Callable[[str], tuple[Component, Component]]:
    """Bind the bar to the address; gives `parts(lang) -> (filter bar, status line)` for the layout."""
    fields = [Shell.FROM, Shell.TO, Shell.GRAIN, *(filter_id(name) for name in KEYS)]
    app.clientside_callback(
        ClientsideFunction("linka", "show"),
        Output(Shell.CHIPS, "children"),
        *(Output(field, "value") for field in fields),
        Input(Shell.URL, "search"),
        State(Shell.DEFAULTS, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("linka", "choose"),
        Output(Shell.FILTERS, "title"),
        *(Input(field, "value") for field in fields),
        State(Shell.DEFAULTS, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("linka", "follow"),
        Output(Shell.ASKED, "title"),
        Input(Shell.URL, "search"),
        Input(Shell.PAGE, "children"),
        State(Shell.URL, "pathname"),
    )
    bind_block(deps, Shell.STATUS, status, is_first=True)
    return lambda lang: (bar(deps, lang), status_line(Texts(lang)))


def bar(deps: Deps, lang: str) -> Component:
    """The filter bar with the city's choices."""
    is_ready = readiness(deps.read)[0] == "ready"
    today = deps.today()
    first, last = span(deps) if is_ready else (today, today)
    default_from, default_to = default_period(deps) if is_ready else (today, today)
    options = choices(queries.reference(deps.read), lang) if is_ready else {}
    return filter_bar(
        Texts(lang), options=options, first=first, last=last, default_from=default_from, default_to=default_to
    )


def status(seen: View) -> Any:
    """How fresh the figures are, and whether simulated rows are among them."""
    _, last = readiness(seen.read)
    is_simulated = queries.has_simulated(seen.read, seen.filters)
    return status_line(
        seen.t,
        filters=seen.filters,
        last_load_at=last,
        now=seen.now,
        zone=seen.deps.profile.zone,
        is_simulated=is_simulated,
    )
