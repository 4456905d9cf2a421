"""The rows behind a figure: names instead of codes, instants in the city's own time, links to the files with all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import pandas as pd
from dash import html

from dashboard import formats, queries
from dashboard.components.states import empty_state
from dashboard.components.table import html_table
from dashboard.downloads import moment_of
from dashboard.metrics import REGISTRY
from dashboard.queries import UnknownMeasureError
from dashboard.queries.exports import known_at
from dashboard.view import View

SHOWN: Final = 200
KINDS: Final = ("topic", "territory", "channel", "line", "request_class", "executor")
HEADINGS: Final[Mapping[str, str]] = {
    "source_key": "sla.column.request", "at": "brief.column.received", "status": "sla.column.state",
    "closed_at": "story.fact.closed", "due_at": "sla.column.due_at", "verdict": "sla.column.verdict",
    "late_min": "sla.column.late_by", "outcome": "rows.outcome", "wait_s": "rows.wait", "talk_s": "rows.talk",
    "answered_at": "rows.answered", "handled_at": "rows.handled", "called_at": "rows.called",
    "ended_at": "rows.ended", "service_s": "rows.service",
}  # fmt: skip
"""Columns whose heading is a text of the screen; the others keep their names in the tables, as the files do."""
WORDS: Final[Mapping[str, str]] = {
    "open": "sla.open", "closed": "sla.closed", "on_time": "sla.verdict.on_time", "late": "sla.verdict.late",
    "late_3x": "sla.verdict.late_3x",
}  # fmt: skip
KEYS: Final[Mapping[str, str]] = {"called_at": "late_map.column.key", "outcome": "rows.contact"}
"""What the key is of, where a column tells that the rows are no requests."""
LASTING_S: Final[Mapping[str, int]] = {"late_min": 60, "wait_s": 1, "talk_s": 1, "service_s": 1}
"""Columns of times that something took, and the seconds of their unit."""
HIDDEN: Final = ("id", "source", "day_on", "lon", "lat", "n", "groups", "request_id")


def rows_block(view: View, kpi: str, as_of: str = "") -> Any:
    """Name, definition, first rows and files of a figure; `as_of` an ISO instant: as they were known then."""
    moment = moment_of(as_of)
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
    table = _named(shown, view)
    then = f"&{urlencode({'as_of': moment.isoformat()})}" if moment is not None else ""
    files = [html.A(kind.upper(), href=f"/download/rows/{kpi}.{kind}?{view.query}{then}", download="", className="file",
                    **{"aria-label": view.t(f"card.{kind}")}) for kind in ("csv", "xlsx")]  # fmt: skip
    return html.Div(
        [
            *head,
            says,
            html_table(table, {name: name for name in table.columns}, view.lang, max_rows=SHOWN),
            html.Div(files, className="files"),
        ]
    )


def _named(found: pd.DataFrame, view: View) -> pd.DataFrame:
    made: dict[str, list[str]] = {}
    zone, lang, t = view.deps.profile.zone, view.lang, view.t
    for name in [one for one in found.columns if one not in HIDDEN]:
        column = found[name]
        if column.isna().all():
            continue
        if name in KINDS:
            made[t(f"filter.{name}")] = [
                view.reference.label(name, code, lang) or t("volumes.not_known") for code in column
            ]
        elif pd.api.types.is_datetime64_any_dtype(column):
            made[name] = [formats.NONE if pd.isna(at) else formats.instant(at, lang, zone) for at in column]
        elif name in LASTING_S:
            made[name] = [_lasted(value, LASTING_S[name], lang, is_late=name == "late_min") for value in column]
        elif name == "outcome":
            made[name] = [formats.NONE if pd.isna(code) else t(f"volumes.outcome.{code}") for code in column]
        else:
            told = {code: t(key) for code, key in WORDS.items()} if name in ("status", "verdict") else {}
            made[name] = [formats.NONE if pd.isna(value) else told.get(str(value), str(value)) for value in column]
    key = next((key for name, key in KEYS.items() if name in found), HEADINGS["source_key"])
    return pd.DataFrame(made).rename(columns={name: t(told) for name, told in {**HEADINGS, "source_key": key}.items()})


def _lasted(value: Any, unit_s: int, lang: str, *, is_late: bool) -> str:
    """A time that something took; a dash where it is not known, and where a request in time is late by nothing."""
    if pd.isna(value) or (is_late and value <= 0):
        return formats.NONE
    return formats.duration(float(value) * unit_s, lang)
