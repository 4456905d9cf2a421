"""What people ask about: the tree of topics, what moved and what is new, by caller group and by territory."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.cards import ChartOf, bind, bind_block
from dashboard.charts import topic_cross, topic_group, topics
from dashboard.components.card import Size, Width, card
from dashboard.components.kpi import kpi_skeleton, kpi_strip
from dashboard.components.page_head import page_head
from dashboard.i18n import Texts
from dashboard.kpis import kpi_cards
from dashboard.page import Page
from dashboard.view import View, language

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/topics"


class Ids(StrEnum):
    """Parts of the page."""

    KPIS = "topics-kpis"
    TREE = "topics-tree"
    TABLE = "topics-table"
    MOVERS = "topics-movers"
    NEW = "topics-new"
    MIX = "topics-mix"
    DRIFT = "topics-drift"
    GROUPS = "topics-groups"
    GROUP = "topics-group"
    TERRITORIES = "topics-territories"


CARDS: dict[Ids, tuple[ChartOf, str, Width, Size]] = {
    Ids.NEW: (topics.new, "new", "full", "m"),
    Ids.TREE: (topics.tree, "tree", "full", "xl"),
    Ids.TABLE: (topics.tree_table, "table", "full", "m"),
    Ids.MOVERS: (topics.movers_of, "movers", "full", "l"),
    Ids.MIX: (topics.mix, "mix", "half", "l"),
    Ids.DRIFT: (topics.drift, "drift", "half", "l"),
    Ids.GROUPS: (topic_cross.by_group, "groups", "full", "l"),
    Ids.GROUP: (topic_group.group_mix, "group", "full", "l"),
    Ids.TERRITORIES: (topic_cross.by_territory, "territories", "full", "l"),
}
TABLES = (Ids.NEW, Ids.TABLE)


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, then the cards."""
    t = Texts(language(deps))
    cards = [
        card(
            name,
            t(f"topics.card.{part}"),
            t,
            definition=t(f"topics.card_define.{part}"),
            width=width,
            size=size,
            has_figure=name not in TABLES,
        )
        for name, (_, part, width, size) in CARDS.items()
    ]
    return html.Div(
        [
            page_head(t("topics.title"), t("topics.lead"), t),
            html.Div(kpi_skeleton(len(topics.KPIS)), id=Ids.KPIS),
            html.Div(cards, className="cards"),
        ]
    )


def strip(view: View) -> Component:
    """The figures of the period; of a chosen topic, its share too."""
    ids = topics.CHOSEN_KPIS if view.filters.topic else topics.KPIS
    return kpi_strip(kpi_cards(view, ids), view.t, label=view.t("topics.title"))


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its parts."""
    deps.pages.add(Page(PATH, "topics.title", partial(layout, deps), nav="topics.title", order=30))
    bind_block(deps, Ids.KPIS, strip, is_first=True)
    for name, (chart_of, *_) in CARDS.items():
        bind(deps, name, chart_of, has_figure=name not in TABLES)
