"""Where the figures come from, how fresh they are, and what did not get in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard import formats, queries
from dashboard.cards import bind, bind_block
from dashboard.components.board import Spec, board
from dashboard.components.card import Chart
from dashboard.components.kpi import kpi_skeleton, kpi_strip
from dashboard.components.page_head import page_head
from dashboard.i18n import Texts
from dashboard.kpis import kpi_cards
from dashboard.page import Page
from dashboard.view import View, language

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from dashboard.deps import Deps

PATH = "/data"
SHOWN_ROWS = 100
"""Refused rows on the screen; the files hold all."""

PAGE_ROWS = 10_000
KPIS = ("with_topic_pct", "with_executor_pct", "with_closing_time_pct", "geocoded_pct")


class Ids(StrEnum):
    """Parts of the page."""

    KPIS = "data-kpis"
    SOURCES = "data-sources"
    LOADS = "data-loads"
    REJECTS = "data-rejects"
    REFUSED = "data-refused"
    UNMAPPED = "data-unmapped"


def layout(deps: Deps, /, **_query: Any) -> Component:
    """How complete the rows are, then five tables, each with its finding."""
    t = Texts(language(deps))
    return html.Div(
        [
            page_head(t("data.title"), t("data.lead"), t),
            html.Div(kpi_skeleton(len(KPIS)), id=Ids.KPIS),
            html.Div(board(CARDS, t), className="cards"),
        ]
    )


def strip(view: View) -> Component:
    """How complete the rows of the last thirty days are."""
    return kpi_strip(kpi_cards(view, KPIS), view.t, label=view.t("data.quality"))


def sources(view: View) -> Chart:
    """Freshness and the last load of each source."""
    t, frame = view.t, queries.status(view.read, now=view.now)
    frame = frame.assign(
        state=_states(t, frame["last_status"], frame["is_simulated"]),
        freshness=[
            formats.duration(hours * 3600, view.lang) if hours == hours else ""
            for hours in frame["freshness_h"].astype(float)
        ],
        newest=[_moment(view, at) for at in frame["newest_at"]],
        ended=[_moment(view, at) for at in frame["last_ended_at"]],
    )
    columns = _columns(
        t, source="source", state="status", newest="newest_at", freshness="freshness", ended="ended_at", loads="loads",
        rows_read="read", rows_inserted="inserted", rows_updated="updated", rows_unchanged="unchanged",
        rows_rejected="rejected", open_rejects="open_rejects",
    )  # fmt: skip
    hrefs = {"open_rejects": [f"#{Ids.REJECTS}" if n else "" for n in frame["open_rejects"]]}
    return replace(_table(t, _sources_finding(view, frame), "sources", len(frame), frame, columns), hrefs=hrefs)


def _sources_finding(view: View, frame: pd.DataFrame) -> str:
    failed = frame[frame["last_status"] == "failed"]
    if len(failed):
        return view.t("data.sources_failed", source=", ".join(failed["source"]))
    known = frame.dropna(subset=["newest_at"])
    if known.empty:
        return view.t("status.never")
    ago = formats.ago(min(known["newest_at"].max(), view.now), view.now, view.lang)
    if len(known) == 1:
        return view.t("data.sources_says_one", ago=ago, source=known["source"].iloc[0])
    stalest = known.sort_values("freshness_h").iloc[-1]
    age = formats.duration(float(stalest["freshness_h"]) * 3600, view.lang)
    return view.t("data.sources_says", ago=ago, source=stalest["source"], age=age)


def loads(view: View) -> Chart:
    """The latest loads and whether each adds up."""
    t, frame = view.t, queries.loads(view.read, limit=100)
    frame = frame.assign(
        state=_states(t, frame["status"], frame["is_simulated"]),
        ended=[_moment(view, at) for at in frame["ended_at"]],
    )
    done = frame[frame["status"] == "done"]
    parts = done[["rows_inserted", "rows_updated", "rows_unchanged", "rows_rejected"]].sum(axis=1)
    wrong = int((done["rows_read"] != parts).sum())
    columns = _columns(
        t, source="source", file="file", state="status", ended="ended_at", seconds="seconds", rows_read="read",
        rows_inserted="inserted", rows_updated="updated", rows_unchanged="unchanged", rows_rejected="rejected",
        rows_withdrawn="withdrawn",
    )  # fmt: skip
    finding = t("data.loads_unbalanced", n=wrong) if wrong else t("data.loads_balanced")
    return _table(t, finding, "loads", len(frame), frame, columns)


def rejects(view: View) -> Chart:
    """Open rejects by reason, with the cure."""
    t, frame = view.t, queries.reject_reasons(view.read)
    waiting = int(frame["n"].sum()) if len(frame) else 0
    finding = t("data.rejects_says", n=waiting, reason=frame["reason"].iloc[0]) if waiting else t("data.rejects_none")
    columns = _columns(t, source="source", field="field", reason="reason", cure="cure", n="rows")
    return replace(_table(t, finding, "rows", waiting, frame, columns), hrefs={"n": [f"#{Ids.REFUSED}"] * len(frame)})


def refused(view: View) -> Chart:
    """Open rejects one by one: the newest on the screen, all of them in the files."""
    t, frame = view.t, queries.rejects(view.read, limit=SHOWN_ROWS)
    waiting = int(queries.reject_reasons(view.read)["n"].sum()) if len(frame) else 0
    finding = t("data.refused_says", n=len(frame)) if waiting else t("data.rejects_none")
    columns = _columns(
        t, source="source", file="file", row_no="row_no", field="field", value="value", reason="reason", cure="cure",
    )  # fmt: skip
    return replace(_table(t, finding, "rows", waiting, frame, columns), pages=partial(_refused_pages, view))


def _refused_pages(view: View) -> Iterator[pd.DataFrame]:
    offset = 0
    while len(page := queries.rejects(view.read, limit=PAGE_ROWS, offset=offset)):
        yield page
        offset += PAGE_ROWS


def unmapped(view: View) -> Chart:
    """Values that no alias names yet."""
    t, frame = view.t, queries.unmapped(view.read)
    rows = int(frame["rows"].sum()) if len(frame) else 0
    finding = (
        t("data.unmapped_says", value=frame["value"].iloc[0], field=frame["field"].iloc[0])
        if rows
        else t("data.unmapped_none")
    )
    columns = _columns(t, source="source", field="field", value="value", rows="rows")
    return _table(t, finding, "rows", rows, frame, columns)


def _table(t: Texts, finding: str, unit: str, n: int, frame: pd.DataFrame, columns: Mapping[str, str]) -> Chart:
    return Chart(finding=finding, unit=t(f"data.unit_{unit}"), n=n, table=frame, columns=columns, is_table=True)


CARDS: dict[Ids, Spec] = {
    name: Spec(chart_of, f"data.{part}", f"data.define_{part}", "full", has_figure=False)
    for name, chart_of, part in (
        (Ids.SOURCES, sources, "sources"),
        (Ids.REJECTS, rejects, "rejects"),
        (Ids.REFUSED, refused, "refused"),
        (Ids.UNMAPPED, unmapped, "unmapped"),
        (Ids.LOADS, loads, "loads"),
    )
}


def register(app: Dash, deps: Deps) -> None:
    """Add the page and bind its cards."""
    deps.pages.add(Page(PATH, "data.title", partial(layout, deps), nav="data.title", order=90, has_filters=False))
    bind_block(deps, Ids.KPIS, strip)
    for name, spec in CARDS.items():
        bind(deps, name, spec.chart_of, has_figure=spec.has_figure)


def _columns(t: Texts, **names: str) -> dict[str, str]:
    return {column: t(f"data.column.{key}") for column, key in names.items()}


def _states(t: Texts, statuses: pd.Series, simulated: pd.Series) -> list[str]:
    return [_state(t, str(one), is_simulated=bool(made)) for one, made in zip(statuses, simulated, strict=True)]


def _state(t: Texts, status: str, *, is_simulated: bool) -> str:
    text = t(f"data.state.{status}")
    return t("data.state.simulated", state=text) if is_simulated else text


def _moment(view: View, at: Any) -> str:
    return formats.NONE if at is None or at != at else formats.instant(at, view.lang, view.deps.profile.zone)
