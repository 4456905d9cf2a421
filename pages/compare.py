"""Any two areas or two periods side by side on every figure."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from dashboard import queries
from dashboard.cards import bind, bind_block
from dashboard.charts import compare
from dashboard.choices import choices
from dashboard.components.board import Spec, board
from dashboard.components.ids import Shell
from dashboard.components.page_head import page_head
from dashboard.components.states import notice
from dashboard.i18n import Texts
from dashboard.page import Page
from dashboard.view import View, language, view

if TYPE_CHECKING:
    from dashboard.deps import Deps

PATH = "/compare"


class Ids(StrEnum):
    """Parts of the page."""

    FROM = "compare-from"
    TO = "compare-to"
    TERRITORY = "compare-territory"
    SIDES = "compare-sides"
    FIGURES = "compare-figures"
    DAYS = "compare-days"
    TOPICS = "compare-topics"


CARDS: dict[Ids, Spec] = {
    Ids.DAYS: Spec(compare.days, "compare.card.days", "compare.card_define.days", "half", "l"),
    Ids.TOPICS: Spec(compare.topics, "compare.card.topics", "compare.card_define.topics", "half", "l"),
    Ids.FIGURES: Spec(
        compare.figures, "compare.card.figures", "compare.card_define.figures", "full", "m", has_figure=False
    ),
}


def layout(deps: Deps, /, **_query: Any) -> Component:
    """The choice of side B, then the cards."""
    t = Texts(language(deps))
    cards = board(CARDS, t)
    return html.Div(
        [
            page_head(t("compare.title"), t("compare.lead"), t),
            html.Div([_fields(deps, t), html.Div(id=Ids.SIDES, className="compare-sides")], className="compare-bar"),
            html.Div(cards, className="cards"),
        ]
    )


def _fields(deps: Deps, t: Texts) -> Component:
    places = choices(queries.reference(deps.read), t.lang)["territory"]
    options = [
        {"value": "", "label": t("compare.same_place")},
        {"value": compare.REST, "label": t("compare.shortcut.rest")},
        *places,
    ]
    select = html.Div(
        [html.Label(t("compare.territory"), htmlFor=Ids.TERRITORY), _select(Ids.TERRITORY, options)], className="field"
    )
    return html.Div(
        [_day(Ids.FROM, t("compare.from")), _day(Ids.TO, t("compare.to")), select], className="filter-row filters-b"
    )


def _day(input_id: str, label: str) -> Component:
    field = dcc.Input(id=input_id, type="date", value="", className="date", debounce=False)
    return html.Div([html.Label(label, htmlFor=input_id), field], className="field")


def _select(input_id: str, options: list[dict[str, Any]]) -> Component:
    import dash_mantine_components as dmc

    return dmc.Select(id=input_id, data=options, value="", allowDeselect=False, searchable=True, size="sm")


def sides(seen: View) -> Component:
    """What A and B are, and links to what B often is."""
    names = [
        html.Span(name, className=f"side side-{letter}")
        for letter, name in zip("ab", compare.side_names(seen), strict=True)
    ]
    links = [
        dcc.Link(seen.t(f"compare.shortcut.{name}"), href=seen.href(PATH, **extra), className="chip")
        for name, extra in compare.shortcuts(seen).items()
    ]
    missing = compare.missing(seen)
    return html.Div(
        [
            html.P(names, className="side-names"),
            notice(missing) if missing else None,
            html.Div(links, className="chips"),
        ]
    )


def show(deps: Deps, search: str | None) -> tuple[str, str, str]:
    """The fields as the address says."""
    seen = view(deps, search or "")
    _, other = compare.sides(seen)
    return other.from_on.isoformat(), other.to_on.isoformat(), seen.extra.get("vs_territory", "").split(",")[0]


def choose(deps: Deps, first: str | None, last: str | None, place: str | None, search: str | None) -> Any:
    """The address as the fields say; nothing where they say what the address does, or are half written."""
    shown = show(deps, search)
    place = place or ""
    if not first or not last or first > last or (first, last, place) == shown:
        return no_update
    held = [(key, value) for key, value in parse_qsl((search or "").lstrip("?")) if not key.startswith("vs_")]
    days = {"vs_from": first, "vs_to": last}
    if (first, last) == shown[:2] and "vs_from" not in (search or ""):
        days = {}
    return "?" + urlencode([*held, *days.items(), *([("vs_territory", place)] if place else [])])


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its parts."""
    deps.pages.add(Page(PATH, "compare.title", partial(layout, deps), nav="compare.title", order=70))
    bind_block(deps, Ids.SIDES, sides)
    for name, spec in CARDS.items():
        bind(deps, name, spec.chart_of, has_figure=spec.has_figure)
    fields = (Ids.FROM, Ids.TO, Ids.TERRITORY)
    app.callback(*(Output(field, "value") for field in fields), Input(Shell.URL, "search"))(partial(show, deps))
    app.callback(
        Output(Shell.URL, "search", allow_duplicate=True),
        *(Input(field, "value") for field in fields),
        State(Shell.URL, "search"),
        prevent_initial_call=True,
    )(partial(choose, deps))
