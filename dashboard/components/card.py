"""A chart card: what is shown, what it says, of how many, and the same as a table and as files.

The finding is the headline, because a reader in a hurry reads one sentence; the title says what was measured.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.states import empty_state
from dashboard.components.table import html_table
from dashboard.formats import number
from dashboard.i18n import Texts

Size = Literal["s", "m", "l", "xl"]
Width = Literal["third", "half", "two-thirds", "full"]


@dataclass(frozen=True)
class Chart:
    """What a card says: the words, the figure (None where HTML says it better) and the table twin.

    `table` is what the CSV and XLSX hold: the columns named in `columns` (column to heading), in that order. `n` is
    the rows behind the figure, `unit` what one of them is. `note` states a limit of the figure. With
    `is_table` the table is the figure: it stands open, and having no rows is an answer. `hrefs` gives a column's cells
    a link each, row by row. `pages`, where the table holds only the first rows of a long list: all of them, for files.
    `numbers`: columns of numbers written as text. `is_list`: its rows are read one by one, requests for example.
    """

    finding: str
    unit: str
    n: int | float | None
    table: pd.DataFrame
    columns: Mapping[str, str]
    figure: dict[str, Any] | None = None
    body: Component | None = None
    note: str = ""
    is_table: bool = False
    links: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    hrefs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pages: Callable[[], Iterable[pd.DataFrame]] | None = None
    numbers: tuple[str, ...] = ()
    is_list: bool = False

    @property
    def is_empty(self) -> bool:
        """True where there is nothing to draw."""
        return not self.is_table and (self.table.empty or (self.n is not None and not self.n))


def graph_config(lang: str, *, is_interactive: bool = False) -> dict[str, Any]:
    """The plotly config of every figure: no logo, no cloud, the reader's language; a mode bar where one selects."""
    return {
        "showSendToCloud": False,
        "displaylogo": False,
        "locale": lang if lang in ("sk", "uk", "ru") else "ru" if lang == "be" else "en",
        "displayModeBar": is_interactive,
        "responsive": True,
        "scrollZoom": False,
    }


def card(
    card_id: str,
    title: str,
    t: Texts,
    *,
    definition: str = "",
    size: Size = "m",
    width: Width = "half",
    has_figure: bool = True,
    is_interactive: bool = False,
) -> Component:
    """The frame of a card, filled by `assets/staff/answers.js`; its height is fixed, so nothing jumps.

    `is_interactive`: what is selected on the figure is in the store `<card_id>-picked`.
    """
    heading = f"{card_id}-title"
    picked = f"{card_id}-picked"
    place = html.Div(
        id=f"{card_id}-graph",
        className="card-graph",
        **{
            "data-config": json.dumps(graph_config(t.lang, is_interactive=is_interactive)),
            **({"data-picked": picked} if is_interactive else {}),
        },
    )
    figure = [
        html.Div(place, className=f"card-figure card-figure-{size}", id=f"{card_id}-figure"),
        *([dcc.Store(id=picked)] if is_interactive else []),
    ]
    return html.Section(
        [
            html.Div(
                [html.H2(title, id=heading, className="card-title"), what_is_this(definition, title, t)],
                className="card-head",
            ),
            html.Div(id=f"{card_id}-says", className="card-says", **{"aria-live": "polite"}),
            *(figure if has_figure else []),
            html.Div(id=f"{card_id}-more", className="card-more"),
        ],
        className=f"card card-{width}" + ("" if has_figure else " card-table"),
        id=card_id,
        **{"aria-labelledby": heading},
    )


def what_is_this(definition: str, title: str, t: Texts) -> Component | None:
    """A disclosure with the definition of a figure; it opens by keyboard and prints closed."""
    if not definition:
        return None
    return html.Details(
        [
            html.Summary("?", **{"aria-label": t("card.what_is_this", name=title)}, title=t("card.definition")),
            html.P(definition),
        ],
        className="what",
    )


def says(chart: Chart, t: Texts) -> list[Component]:
    """The headline, or that too little is known for one, and the line of unit and n."""
    parts: list[Any] = [html.Span(chart.unit)]
    if chart.n is not None:
        parts += [" · ", html.Span(["n", "\u202f=\u202f", number(chart.n, t.lang)], className="num")]
    if chart.note:
        parts += [" · ", html.Span(chart.note)]
    body = [chart.body] if chart.body is not None else []
    finding = chart.finding or t("card.too_few")
    return [html.P(finding, className="finding"), *body, html.P(parts, className="meta")]


def more(chart: Chart, t: Texts, *, csv: str, xlsx: str) -> list[Component]:
    """The table twin and the files."""
    links = [
        html.A("CSV", href=csv, download="", className="file", **{"aria-label": t("card.csv")}),
        html.A("XLSX", href=xlsx, download="", className="file", **{"aria-label": t("card.xlsx")}),
    ]
    others = [html.A(text, href=href) for text, href in chart.links]
    ends = [*([html.Div(others, className="card-links")] if others else []), html.Div(links, className="files")]
    if chart.is_table and not len(chart.table):
        return []
    table = html_table(
        chart.table, chart.columns, t.lang, hrefs=chart.hrefs, numbers=chart.numbers, is_list=chart.is_list
    )
    if chart.is_table:
        return [table, *ends]
    return [html.Details([html.Summary(t("card.table")), table], className="twin"), *ends]


def filled(chart: Chart, t: Texts, *, csv: str, xlsx: str) -> tuple[Any, Any, Any]:
    """What a card shows of `chart`: the words, the figure and the rest; an empty one says so and what to do."""
    if chart.is_empty:
        return [empty_state(t, title=chart.finding)], blank_figure(), []
    return says(chart, t), chart.figure or blank_figure(), more(chart, t, csv=csv, xlsx=xlsx)


def blank_figure() -> dict[str, Any]:
    """A figure with nothing in it, not even axes."""
    return {
        "data": [],
        "layout": {
            "xaxis": {"visible": False},
            "yaxis": {"visible": False},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
        },
    }
