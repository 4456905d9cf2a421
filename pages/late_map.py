"""Where the late and the urgent are: a map to select on, the rows selected, clusters, territories."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from dashboard.cards import ChartOf, bind, bind_block
from dashboard.charts import late_map
from dashboard.components.card import Size, Width, card
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


CARDS: dict[Ids, tuple[ChartOf, str, Width, Size]] = {
    Ids.MAP: (late_map.the_map, "map", "full", "xl"),
    Ids.CHOSEN: (late_map.chosen, "chosen", "full", "m"),
    Ids.TERRITORIES: (late_map.territories, "territories", "half", "l"),
    Ids.CLUSTERS: (late_map.cluster_list, "clusters", "half", "l"),
}
TABLES = (Ids.CHOSEN, Ids.CLUSTERS)


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, the map with its words, then the lists."""
    t = Texts(language(deps))
    cards: list[Component] = [
        card(
            name,
            t(f"late_map.card.{part}"),
            t,
            definition=t(f"late_map.card_define.{part}"),
            width=width,
            size=size,
            has_figure=name not in TABLES,
            is_interactive=name == Ids.MAP,
        )
        for name, (_, part, width, size) in CARDS.items()
    ]
    clear = html.Button(t("late_map.clear"), id=Ids.CLEAR, type="button", className="button")
    words = html.Div([html.Div(id=Ids.LEGEND), clear], className="map-words card-full")
    return html.Div(
        [
            page_head(t("late_map.title"), t("late_map.lead"), t),
            html.Div(kpi_skeleton(len(late_map.KPIS)), id=Ids.KPIS),
            html.Div([cards[0], words, *cards[1:]], className="cards"),
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
    for name, (chart_of, *_) in CARDS.items():
        bind(deps, name, chart_of, has_figure=name not in TABLES)
    address = Output(Shell.URL, "search", allow_duplicate=True)
    app.callback(address, Input(f"{Ids.MAP}-picked", "data"), State(Shell.URL, "search"), prevent_initial_call=True)(
        select
    )
    app.callback(address, Input(Ids.CLEAR, "n_clicks"), State(Shell.URL, "search"), prevent_initial_call=True)(clear)
