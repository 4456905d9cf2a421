"""The line under the filters: which period, how fresh, and a plain word where rows are simulated."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.filters import Filters
from dashboard.i18n import Texts


def status_line(
    t: Texts,
    *,
    filters: Filters | None = None,
    last_load_at: datetime | None = None,
    now: datetime | None = None,
    zone: ZoneInfo | None = None,
    is_simulated: bool = False,
) -> Component:
    """Period, whether its last day is not over, and freshness; without `filters` an empty line of the same height."""
    if filters is None or now is None or zone is None:
        return html.P("\u00a0", className="fresh")
    fresh = (
        t("status.fresh", at=formats.instant(last_load_at, t.lang, zone), ago=formats.ago(last_load_at, now, t.lang))
        if last_load_at
        else t("status.never")
    )
    parts = [
        html.Span(formats.period(filters.from_on, filters.to_on, t.lang), className="period"),
        html.Span(f" ({t('status.today')}) · " if _has_today(filters, now, zone) else " · ", className="period-end"),
        html.Span(fresh),
    ]
    simulated = [html.Span(t("status.simulated"), className="simulated", role="note")] if is_simulated else []
    return html.P([*parts, *simulated], className="fresh")


def _has_today(filters: Filters, now: datetime, zone: ZoneInfo) -> bool:
    return filters.from_on <= now.astimezone(zone).date() <= filters.to_on
