"""The rows behind a figure, as many as a screen holds; the files hold all."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from dash import Dash, Input, Output, State, html
from dash.development.base_component import Component

from dashboard.charts.rows import rows_block
from dashboard.components.ids import Shell
from dashboard.components.page_head import page_head
from dashboard.i18n import Texts
from dashboard.page import Page
from dashboard.view import language, view

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/rows/<kpi>"


class Ids(StrEnum):
    """Parts of the page."""

    ROWS = "rows-rows"


def layout(deps: Deps, /, **_query: Any) -> Component:
    """A title, then the rows."""
    t = Texts(language(deps))
    return html.Div([page_head(t("rows.title"), "", t), html.Div(id=Ids.ROWS, className="card rows")])


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its table."""
    deps.pages.add(Page(PATH, "rows.title", partial(layout, deps)))

    def update(search: str | None, pathname: str | None) -> Any:
        found = deps.pages.find(pathname or "")
        kpi = found[1].get("kpi", "") if found else ""
        as_of = parse_qs((search or "").lstrip("?")).get("as_of", [""])[0]
        return rows_block(view(deps, search or ""), kpi, as_of)

    app.callback(Output(Ids.ROWS, "children"), Input(Shell.URL, "search"), State(Shell.URL, "pathname"))(update)
