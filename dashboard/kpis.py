"""Figures of the dictionary as cards: value, n and interval, against the period before and the same weekdays' norm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from dashboard import formats, metrics, queries
from dashboard.components.kpi import Against, Kpi, Tone
from dashboard.metrics import REGISTRY, Figure
from dashboard.queries.compare import STOCK_KPIS
from dashboard.view import View, span

SERIES: Final[Mapping[str, str]] = {
    "contacts": "contacts",
    "requests": "created",
    "consultations": "consultations",
    "abandoned": "abandoned",
    "closed": "closed",
    "due": "due",
    "late": "late",
    "tickets": "tickets",
    "backlog_open": "open",
}
"""Figures that are plain sums, with the measure whose series makes their sparkline and their norm."""
STOCKS: Final = STOCK_KPIS
"""Figures of a moment: a period before says nothing about them."""
TREND_DAYS: Final = 60


def kpi_cards(view: View, ids: Iterable[str]) -> list[Kpi]:
    """Cards for `ids` of the dictionary, in their order."""
    wanted = list(ids)
    minimum = view.deps.settings.min_n
    now = metrics.figures(view.read, view.filters, wanted, now=view.now, min_n=minimum)
    before = _before(view, [one for one in wanted if one not in STOCKS])
    return [_card(view, now[one], before.get(one)) for one in wanted]


def _before(view: View, ids: list[str]) -> Mapping[str, Figure]:
    previous = view.filters.previous
    if previous.from_on < span(view.deps)[0] or not ids:
        return {}
    return metrics.figures(view.read, previous, ids, now=view.now, min_n=view.deps.settings.min_n)


def _card(view: View, figure: Figure, before: Figure | None) -> Kpi:
    known = REGISTRY[figure.id]
    measure = SERIES.get(figure.id)
    trend: list[float] = []
    against = [_than_before(view, figure, before)]
    if measure:
        days = queries.series(view.read, view.filters, measure, grain="day", now=view.now)["value"]
        trend = days.tolist()[-TREND_DAYS:]
        if figure.id not in STOCKS:  # a norm is a sum of arrivals: a level has none
            against.append(_than_norm(view, figure, measure))
    is_rate = figure.unit == "%"
    return Kpi(
        id=figure.id,
        name=known.name(view.lang),
        value=value_text(figure, view.lang),
        n=formats.number(figure.n, view.lang) if is_rate or figure.value != figure.n else "",
        interval=interval_text(figure, view),
        against=tuple(one for one in against if one),
        trend=trend,
        definition=known.definition(view.lang),
        rows_href=f"/rows/{figure.id}?{view.query}",
    )


def value_text(figure: Figure, lang: str) -> str:
    """The value with its unit, as a reader writes it; a dash where it is not shown."""
    if figure.value is None:
        return formats.NONE
    if figure.unit == "%":
        return formats.percent(figure.value, lang)
    seconds = {"s": 1, "min": 60, "h": 3600}.get(figure.unit)
    if seconds:
        return formats.duration(figure.value * seconds, lang)
    return formats.number(figure.value, lang)


def interval_text(figure: Figure, view: View) -> str:
    """The 95 % interval, or why the figure is not shown."""
    if figure.suppressed == "below_min_n":
        return view.t("kpi.below_min_n", min=formats.number(view.deps.settings.min_n, view.lang))
    if figure.suppressed:
        return view.t(f"kpi.{figure.suppressed}")
    if figure.interval is None or figure.unit != "%":
        return ""
    low, high = (formats.number(end, view.lang, digits=0) for end in figure.interval)
    return view.t("kpi.interval", low=low, high=high)


def _than_before(view: View, figure: Figure, before: Figure | None) -> Against | None:
    if before is None or figure.value is None or before.value is None:
        return None
    if figure.unit == "%":
        points = figure.value - before.value
        text = view.t("kpi.points", change=formats.signed(points, view.lang, digits=1))
        return Against(text, view.t("kpi.than_before", n=view.filters.days), tone=tone(points, figure.higher_is_better))
    change = formats.change_pct(figure.value, before.value)
    if change is None:
        return None
    label = view.t("kpi.than_before", n=view.filters.days)
    return Against(formats.signed_percent(change, view.lang), label, tone=tone(change, figure.higher_is_better))


def _than_norm(view: View, figure: Figure, measure: str) -> Against | None:
    expected = queries.norm(view.read, view.filters, measure, grain="day", now=view.now)["value"]
    level = float(expected.sum(skipna=False)) if len(expected) else 0.0
    change = formats.change_pct(figure.value, level) if level == level else None
    if change is None:
        return None
    label = view.t("kpi.than_norm", norm=formats.number(level, view.lang, digits=0))
    return Against(formats.signed_percent(change, view.lang), label, tone=tone(change, figure.higher_is_better))


def tone(change: float, higher_is_better: bool | None) -> Tone:
    """Whether a change is good; a change below one in a hundred is neither."""
    if higher_is_better is None or abs(change) < 1:
        return "neutral"
    return "good" if (change > 0) == higher_is_better else "bad"
