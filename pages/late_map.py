"""Where the late and the urgent are: a map to select on, the rows selected, clusters, territories."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from dashboard.cards import bind, bind_block
from dashboard.charts import late_map
from dashboard.components.board import Spec, board
from dashboard.components.ids import Shell
from dashboard.components.kpi import kpi_skeleton, kpi_strip
from dashboard.components.page_head import page_head
from dashboard.i18n import Texts
from dashboard.kpis import kpi_cards
from dashboard.maps.area import selected
from dashboard.page import Page
from dashboard.view import View, language

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/late-map"


class Ids(StrEnum):
    """Parts of the page."""

    KPIS = "late-map-kpis"
    MAP = "late-map-map"
    LEGEND = "late-map-legend"
    CLEAR = "late-map-clear"
    CHOSEN = "late-map-chosen"
    CLUSTERS = "late-map-clusters"
    TERRITORIES = "late-map-territories"


CARDS: dict[Ids, Spec] = {
    Ids.MAP: Spec(
        late_map.the_map, "late_map.card.map", "late_map.card_define.map", "two-thirds", "xl", is_interactive=True
    ),
    Ids.TERRITORIES: Spec(
        late_map.territories, "late_map.card.territories", "late_map.card_define.territories", "third", "xl"
    ),
    Ids.CHOSEN: Spec(
        late_map.chosen, "late_map.card.chosen", "late_map.card_define.chosen", "full", "m", has_figure=False
    ),
    Ids.CLUSTERS: Spec(
        late_map.cluster_list, "late_map.card.clusters", "late_map.card_define.clusters", "full", "l", has_figure=False
    ),
}


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, the map with its words, then the lists."""
    t = Texts(language(deps))
    cards = board(CARDS, t)
    clear = html.Button(t("late_map.clear"), id=Ids.CLEAR, type="button", className="button")
    words = html.Div([html.Div(id=Ids.LEGEND), clear], className="map-words card-full")
    return html.Div(
        [
            page_head(t("late_map.title"), t("late_map.lead"), t),
            html.Div(kpi_skeleton(len(late_map.KPIS)), id=Ids.KPIS),
            html.Div([*cards[:2], words, *cards[2:]], className="cards"),
        ]
    )


def strip(view: View) -> Component:
    """What is late now."""
    return kpi_strip(kpi_cards(view, late_map.KPIS), view.t, label=view.t("late_map.title"))


def select(data: dict[str, Any] | None, search: str | None) -> Any:
    """The address with the outline drawn on the map; a selection that a redrawn map drops changes nothing."""
    outline = selected(data)
    return _with_area(search, outline) if outline else no_update


def clear(clicks: int | None, search: str | None) -> Any:
    """The address without an outline."""
    return _with_area(search, "") if clicks else no_update


def _with_area(search: str | None, outline: str) -> str:
    held = [(key, value) for key, value in parse_qsl((search or "").lstrip("?")) if key != "area"]
    return "?" + urlencode([*held, *([("area", outline)] if outline else [])])


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its parts."""
    deps.pages.add(Page(PATH, "late_map.title", partial(layout, deps), nav="late_map.nav", order=65))
    bind_block(deps, Ids.KPIS, strip, is_first=True)
    bind_block(deps, Ids.LEGEND, late_map.legend)
    for name, spec in CARDS.items():
        bind(deps, name, spec.chart_of, has_figure=spec.has_figure)
    address = Output(Shell.URL, "search", allow_duplicate=True)
    app.callback(address, Input(f"{Ids.MAP}-picked", "data"), State(Shell.URL, "search"), prevent_initial_call=True)(
        select
    )
    app.callback(address, Input(Ids.CLEAR, "n_clicks"), State(Shell.URL, "search"), prevent_initial_call=True)(clear)
