"""KPI cards as plain HTML: read before plotly.js has loaded, and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from dash import html
from dash.development.base_component import Component

from dashboard.components.card import what_is_this
from dashboard.components.spark import sparkline
from dashboard.i18n import Texts

Tone = Literal["good", "bad", "neutral"]


@dataclass(frozen=True)
class Against:
    """A comparison: what changed in words, and whether that is good; `label` says with what it is compared."""

    change: str
    label: str
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Kpi:
    """One figure of the strip, already formatted; `n` and `interval` are text, `trend` what the sparkline draws."""

    id: str
    name: str
    value: str
    unit: str = ""
    n: str = ""
    interval: str = ""
    against: tuple[Against, ...] = ()
    trend: Sequence[float] = field(default_factory=tuple)
    definition: str = ""
    rows_href: str = ""


def kpi_strip(kpis: Sequence[Kpi], t: Texts, *, label: str) -> Component:
    """The cards in a row that wraps; a labelled list for screen readers."""
    return html.Ul(
        [html.Li(kpi_card(kpi, t), className="kpi") for kpi in kpis], className="kpis", **{"aria-label": label}
    )


def kpi_card(kpi: Kpi, t: Texts) -> Component:
    """Name, value with unit, comparisons, n, sparkline, definition, and the link to the rows behind."""
    value = [html.Span(kpi.value, className="kpi-number")]
    if kpi.unit:
        value += [" ", html.Span(kpi.unit, className="kpi-unit")]
    small = [part for part in (kpi.n and f"n\u202f=\u202f{kpi.n}", kpi.interval) if part]
    return html.Div(
        [
            html.Div(
                [html.Span(kpi.name, className="kpi-name"), what_is_this(kpi.definition, kpi.name, t)],
                className="kpi-head",
            ),
            html.P(value, className="kpi-value"),
            sparkline(kpi.trend),
            html.Ul([_against(one) for one in kpi.against], className="kpi-against") if kpi.against else None,
            html.P(
                [
                    *(html.Span(part, className="kpi-part") for part in small),
                    html.A(t("kpi.rows"), href=kpi.rows_href, **{"aria-label": t("kpi.rows_of", name=kpi.name)})
                    if kpi.rows_href
                    else "",
                ],
                className="kpi-small",
            ),
        ],
        className="kpi-card",
        id=f"kpi-{kpi.id}",
    )


def _against(one: Against) -> Component:
    return html.Li(
        [html.Span(one.change, className=f"change change-{one.tone}"), " ", html.Span(one.label, className="against")]
    )


def strip_place(block_id: str, count: int) -> Component:
    """Where a second strip stands among the cards, beside the charts that say the same."""
    return html.Div(kpi_skeleton(count), id=block_id, className="card-full strip")


def kpi_skeleton(count: int) -> Component:
    """Empty cards of the final size, so that nothing jumps when the figures come."""
    return html.Ul(
        [html.Li(html.Div(className="kpi-card skeleton"), className="kpi") for _ in range(count)],
        className="kpis",
        **{"aria-busy": "true"},
    )
