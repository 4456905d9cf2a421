"""The parts of the brief that no chart says better: the table of figures and the lines that write themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dash import html
from dash.development.base_component import Component

from dashboard.components.card import what_is_this
from dashboard.components.kpi import Tone
from dashboard.components.spark import sparkline
from dashboard.i18n import Texts


@dataclass(frozen=True)
class Told:
    """A cell of the table of figures, already in words: value, difference and what it is a difference to, n.

    `is_word`: a word stands where the value is not shown.
    """

    value: str
    change: str = ""
    tone: Tone = "neutral"
    against: str = ""
    small: str = ""
    href: str = ""
    is_word: bool = False


@dataclass(frozen=True)
class FigureRow:
    """One figure: its name, its definition, its cells by period, the target and whether it is met."""

    id: str
    name: str
    definition: str
    cells: Sequence[tuple[str, Told]]
    target: str = ""
    target_tone: Tone = "neutral"
    target_word: str = ""
    trend: Sequence[float] = field(default_factory=tuple)


def figures_table(rows: Sequence[FigureRow], t: Texts, *, periods: Sequence[str], caption: str) -> Component:
    """Figures down, periods across; on a phone each figure becomes a card of its own."""
    heads = [t("brief.column.figure"), *periods, t("brief.column.target"), t("brief.column.trend")]
    return html.Table(
        [
            html.Caption(caption, className="hidden"),
            html.Thead(html.Tr([html.Th(text, scope="col") for text in heads])),
            html.Tbody([_row(row, t) for row in rows]),
        ],
        className="brief-figures",
    )


def _row(row: FigureRow, t: Texts) -> Component:
    name = html.Th(
        html.Div([html.Span(row.name), what_is_this(row.definition, row.name, t)], className="brief-name"), scope="row"
    )
    cells = [_cell(label, cell, row.name, t, is_first=place == 0) for place, (label, cell) in enumerate(row.cells)]
    label = t("brief.column.target")
    target = html.Td(
        [
            html.Span(row.target, className=f"num change-{row.target_tone}"),
            html.Span(f" ({row.target_word})", className="hidden") if row.target_word else None,
        ],
        className="brief-target",
        **{"data-label": label},
    )
    trend = html.Td(sparkline(row.trend), className="brief-trend", **{"data-label": t("brief.column.trend")})
    return html.Tr([name, *cells, target, trend], id=f"brief-row-{row.id}")


def _cell(label: str, cell: Told, name: str, t: Texts, *, is_first: bool) -> Component:
    number = (
        html.A(cell.value, href=cell.href, **{"aria-label": f"{cell.value}, {label}: {t('kpi.rows_of', name=name)}"})
        if cell.href
        else html.Span(cell.value)
    )
    parts = [html.Span(cell.change, className=f"change change-{cell.tone}"), " ", html.Span(cell.against)]
    return html.Td(
        [
            html.Div(
                [number, html.Span(cell.small, className="brief-n") if cell.small else None],
                className="brief-value num is-word" if cell.is_word else "brief-value num",
            ),
            html.Div(parts if cell.change else cell.against, className="brief-against num"),
        ],
        className="brief-day" if is_first else "brief-period",
        **{"data-label": label},
    )


@dataclass(frozen=True)
class ToldLine:
    """A line that wrote itself: headline, what carries it by dimension, the small print, the link to its rows."""

    headline: str
    carried: Sequence[tuple[str, str]]
    small: str
    href: str
    is_more: bool


def told_list(lines: Sequence[ToldLine], t: Texts, *, empty: str, rate: str) -> Component:
    """The lines, numbered, and how often such a list is wrong."""
    if not lines:
        return html.Div([html.P(empty, className="finding"), html.P(rate, className="meta")])
    return html.Div([html.Ol([_line(line, t) for line in lines], className="told"), html.P(rate, className="meta")])


def _line(line: ToldLine, t: Texts) -> Component:
    carried = [
        html.Span([html.Span(f"{name}: ", className="told-dim"), parts], className="told-part")
        for name, parts in line.carried
    ]
    return html.Li(
        [
            html.P(
                [html.Span("▲ " if line.is_more else "▼ ", className="told-sign", **{"aria-hidden": "true"}),
                 html.A(line.headline, href=line.href)],
                className="told-line",
            ),
            html.P([html.Span(t("brief.told_carry"), className="hidden"), *carried], className="told-carried")
            if carried
            else None,
            html.P(line.small, className="meta"),
        ]
    )  # fmt: skip
