"""What people ask about: the tree of topics, what moved and what is new, by caller group and by territory."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.cards import bind, bind_block
from dashboard.charts import topic_cross, topic_group, topics
from dashboard.components.board import Spec, board
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


CARDS: dict[Ids, Spec] = {
    Ids.NEW: Spec(topics.new, "topics.card.new", "topics.card_define.new", "full", "m", has_figure=False),
    Ids.TREE: Spec(topics.tree, "topics.card.tree", "topics.card_define.tree", "full", "xl"),
    Ids.TABLE: Spec(topics.tree_table, "topics.card.table", "topics.card_define.table", "full", "m", has_figure=False),
    Ids.MOVERS: Spec(topics.movers_of, "topics.card.movers", "topics.card_define.movers", "full", "l"),
    Ids.MIX: Spec(topics.mix, "topics.card.mix", "topics.card_define.mix", "half", "l"),
    Ids.DRIFT: Spec(topics.drift, "topics.card.drift", "topics.card_define.drift", "half", "l"),
    Ids.GROUPS: Spec(topic_cross.by_group, "topics.card.groups", "topics.card_define.groups", "full", "l"),
    Ids.GROUP: Spec(topic_group.group_mix, "topics.card.group", "topics.card_define.group", "full", "l"),
    Ids.TERRITORIES: Spec(
        topic_cross.by_territory, "topics.card.territories", "topics.card_define.territories", "full", "l"
    ),
}


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The strip of figures, then the cards."""
    t = Texts(language(deps))
    cards = board(CARDS, t)
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
    for name, spec in CARDS.items():
        bind(deps, name, spec.chart_of, has_figure=spec.has_figure)
