"""The rows behind a figure: names instead of codes, instants in the city's own time, links to the files with all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import pandas as pd
from dash import html

from dashboard import formats, queries
from dashboard.charts.followups import reason_text
from dashboard.charts.sla import story_links
from dashboard.components.states import empty_state
from dashboard.components.table import html_table
from dashboard.downloads import moment_of
from dashboard.i18n import Texts
from dashboard.metrics import REGISTRY
from dashboard.queries import UnknownMeasureError
from dashboard.queries.exports import known_at
from dashboard.view import View
from geodata.profile import text_in
from geodata.taxonomy import load_taxonomy

SHOWN: Final = 200
KINDS: Final = ("topic", "territory", "channel", "line", "request_class", "executor")
HEADINGS: Final[Mapping[str, str]] = {
    "source_key": "sla.column.request", "at": "brief.column.received", "status": "sla.column.state",
    "closed_at": "story.fact.closed", "due_at": "sla.column.due_at", "verdict": "sla.column.verdict",
    "late_min": "sla.column.late_by", "outcome": "rows.outcome", "wait_s": "rows.wait", "talk_s": "rows.talk",
    "answered_at": "rows.answered", "handled_at": "rows.handled", "called_at": "rows.called",
    "ended_at": "rows.ended", "service_s": "rows.service", "service_code": "rows.asked_for",
    "tried_at": "rows.tried", "is_reached": "rows.reached", "is_confirmed": "rows.confirmed",
    "is_satisfied": "rows.satisfied", "reason": "followups.column.reason",
}  # fmt: skip
"""Columns whose heading is a text of the screen; the others keep their names in the tables, as the files do."""
STATES: Final[Mapping[str, str]] = {
    "open": "sla.open", "closed": "sla.closed", "cancelled": "story.mark.cancelled", "on_time": "sla.verdict.on_time",
    "late": "sla.verdict.late", "late_3x": "sla.verdict.late_3x",
}  # fmt: skip
NEEDS_MET: Final = ("helped", "referred")
KEYS: Final[Mapping[str, str]] = {
    "called_at": "late_map.column.key", "service_code": "late_map.column.key", "outcome": "rows.contact",
}  # fmt: skip
"""What the key is of, where a column tells that the rows are no requests."""
LASTING_S: Final[Mapping[str, int]] = {"late_min": 60, "wait_s": 1, "talk_s": 1, "service_s": 1}
"""Columns of times that something took, and the seconds of their unit."""
HIDDEN: Final = ("id", "source", "day_on", "lon", "lat", "n", "groups", "request_id")


def rows_block(view: View, kpi: str, as_of: str = "") -> Any:
    """Name, definition, first rows and files of a figure; `as_of` an ISO instant: as they were known then."""
    t, moment = view.t, moment_of(as_of)
    try:
        with known_at(view.read, view.filters, moment) as source:
            shown = queries.rows(source, view.filters, kpi, limit=SHOWN, now=moment or view.now)
            n = queries.count_rows(source, view.filters, kpi, now=moment or view.now) if len(shown) else 0
    except UnknownMeasureError:
        return empty_state(view.t, text=view.t("rows.unknown"))
    known = REGISTRY.get(kpi)
    head = (
        [html.H2(known.name(view.lang), className="finding"), html.P(known.definition(view.lang), className="meta")]
        if known
        else []
    )
    if moment is not None:
        head.append(
            html.P(
                view.t("rows.as_of", at=formats.instant(moment, view.lang, view.deps.profile.zone)), className="notice"
            )
        )
    if shown.empty:
        return html.Div([*head, empty_state(view.t)])
    says = html.P(view.t("rows.says", n=n, shown=formats.number(len(shown), view.lang)), className="meta num")
    then = f"&{urlencode({'as_of': moment.isoformat()})}" if moment is not None else ""
    files = [html.A(kind.upper(), href=f"/download/rows/{kpi}.{kind}?{view.query}{then}", download="", className="file",
                    **{"aria-label": t(f"card.{kind}")}) for kind in ("csv", "xlsx")]  # fmt: skip
    names = _headings(shown, t)
    table = html_table(_told(shown, list(names), view), names, view.lang, max_rows=SHOWN, hrefs=_stories(shown, view),
                       is_list=True)  # fmt: skip
    return html.Div([*head, html.Div([says, html.Div(files, className="files")], className="rows-head"), table])


def _headings(found: pd.DataFrame, t: Texts) -> dict[str, str]:
    """The columns that say something, with their headings."""
    key = next((key for name, key in KEYS.items() if name in found), HEADINGS["source_key"])
    known = {**HEADINGS, "source_key": key, **{kind: f"filter.{kind}" for kind in KINDS}}
    shown = [name for name in found.columns if name not in HIDDEN and not found[name].isna().all()]
    return {name: t(known[name]) if name in known else name for name in shown}


def _stories(found: pd.DataFrame, view: View) -> dict[str, list[str]]:
    """The way from each row to the timeline of its request: the row's own, or the one that a contact became."""
    ids = found["id"] if "status" in found else found.get("request_id", pd.Series(dtype=object))
    return {"source_key": story_links(view, ids)}


def _told(found: pd.DataFrame, names: Sequence[str], view: View) -> pd.DataFrame:
    return pd.DataFrame({name: [_said(name, value, view) for value in found[name]] for name in names})


def _said(name: str, value: Any, view: View) -> str:
    """A value in words of the reader's language; what has none stays as the source wrote it."""
    if name in KINDS:
        return view.reference.label(name, value, view.lang) or view.t("volumes.not_known")
    if pd.isna(value):
        return formats.NONE
    if isinstance(value, datetime):
        return formats.instant(value, view.lang, view.deps.profile.zone)
    if name in LASTING_S:
        return _lasted(float(value), LASTING_S[name], view.lang, is_late=name == "late_min")
    if name.startswith("is_"):
        return view.t("rows.yes" if value else "rows.no")
    if name == "reason":
        return reason_text(view, str(value))
    if name == "service_code":
        known = load_taxonomy().services.get(str(value))
        return text_in(known.names, view.lang, *view.deps.profile.languages) if known else str(value)
    if name == "outcome":
        return _outcome(str(value), view.t)
    is_state = name in ("status", "verdict") and value in STATES
    return view.t(STATES[value]) if is_state else str(value)


def _outcome(code: str, t: Texts) -> str:
    """How a contact ended, or what became of a need that was told."""
    if code in NEEDS_MET:
        return t(f"rows.outcomes.{code}")
    return t(f"operator.outcomes.{code}" if t.has(f"operator.outcomes.{code}") else f"volumes.outcome.{code}")


def _lasted(value: float, unit_s: int, lang: str, *, is_late: bool) -> str:
    """A time that something took; a dash where a request in time is late by nothing."""
    return formats.NONE if is_late and value <= 0 else formats.duration(value * unit_s, lang)
