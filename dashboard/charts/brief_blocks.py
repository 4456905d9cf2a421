"""The parts of the brief that are plain HTML: the table of figures, the lines, the decisions; from a draft to words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import quote

import flask
from dash import dcc, html

from dashboard import formats
from dashboard.components.brief_parts import FigureRow, Told, ToldLine, figures_table, told_list
from dashboard.components.decision_log import LogRow, decision_log
from dashboard.components.kpi import Tone
from dashboard.decisions import Decided
from dashboard.digest import sentences
from dashboard.digest.content import Draft, Shelf
from dashboard.digest.strip import PERIODS, Cell, Row
from dashboard.filters import Filters, to_query
from dashboard.i18n import Texts
from dashboard.metrics import REGISTRY
from dashboard.view import View

AUTHOR_COOKIE: Final = "linka_author"
MOVABLE: Final = (
    "overdue", "backlog_open", "unprocessed_messages", "on_time_pct", "confirmed_on_time_pct", "late_3x",
    "false_closure_pct", "solved_in_call_pct", "abandoned_pct", "answer_service_level_pct", "contacts", "requests",
    "time_to_close_median_h", "satisfaction_pct", "bounce_pct", "unmet_need",
)  # fmt: skip
"""Figures a decision may be meant to move."""
DUE_DAYS: Final = 7


def heading(shelf: Shelf, view: View) -> Any:
    """The day, what moment it tells of, and the way to other days."""
    t, draft = view.t, shelf.draft(view)
    zone, lang = view.deps.profile.zone, view.lang
    told = t("brief.as_then" if draft.is_past else "brief.as_now", at=formats.instant(draft.moment, lang, zone),
             meeting=formats.clock(draft.next_meeting_at, lang, zone))  # fmt: skip
    since = t("brief.known_from", day=formats.day_year(draft.known_from, lang)) if draft.is_past else ""
    links = [html.A(f"‹ {t('brief.previous')}", href=_day_link(draft.filters, draft.day - timedelta(days=1)))]
    if draft.is_past:
        links += [
            html.A(f"{t('brief.next')} ›", href=_day_link(draft.filters, draft.day + timedelta(days=1))),
            html.A(t("brief.latest"), href="/"),
        ]
    links += [
        html.A(t("brief.mail"), href=f"/digest?{to_query(draft.filters)}"),
        html.A(t("brief.pdf"), href=f"/digest.pdf?{to_query(draft.filters)}"),
    ]
    return html.Div(
        [
            html.P(
                [html.Strong(_weekday(draft.day, lang)), html.Span(told), html.Span(since)],
                className="brief-when",
            ),
            html.Label(
                [t("brief.day"), dcc.Input(type="date", value=draft.day.isoformat(), id="brief-day")],
                className="brief-pick",
            ),
            html.Nav(links, className="brief-days", **{"aria-label": t("brief.title")}),
        ],
        className="brief-head",
    )


def _weekday(day: date, lang: str) -> str:
    name = formats.weekday_names(lang, width="wide")[day.weekday()]
    return f"{name[:1].upper()}{name[1:]}, {formats.day(day, lang)}"


def _day_link(filters: Filters, day: date) -> str:
    query = to_query(filters).split("&", 2)
    rest = f"&{query[2]}" if len(query) > 2 else ""
    return f"/?from={day}&to={day}{rest}"


def figures_block(shelf: Shelf, view: View) -> Any:
    """The table of figures with its definition and files."""
    t, draft = view.t, shelf.draft(view)
    rows = [_figure_row(row, draft, view) for row in draft.part("strip")]
    periods = [t(f"brief.column.{period}") for period in PERIODS]
    return html.Div(
        [figures_table(rows, t, periods=periods, caption=t("brief.numbers")), _files("brief-figures", view)]
    )


def _figure_row(row: Row, draft: Draft, view: View) -> FigureRow:
    t, known = view.t, REGISTRY[row.kpi]
    cells = [(t(f"brief.column.{period}"), _told(row, period, draft, t)) for period in PERIODS]
    target, tone = sentences.target(row, t)
    return FigureRow(
        id=row.kpi, name=known.name(view.lang), definition=known.definition(view.lang), cells=cells, target=target,
        target_tone=tone, target_word=t(f"brief.target_{tone}") if tone != "neutral" else "", trend=row.trend,
    )  # fmt: skip


def _told(row: Row, period: str, draft: Draft, t: Texts) -> Told:
    cell = row.cells[period]
    change, tone = sentences.change(row, cell, t)
    if row.is_stock and period != "day":
        return _told_then(cell, change, tone, t)
    value = (
        sentences.value(cell, t) if cell.figure.value is not None else t("brief.few") if cell.figure.n else formats.NONE
    )
    norm = (
        t("brief.norm", norm=sentences.amount(cell.norm, cell.figure.unit, t))
        if cell.norm is not None
        else t("brief.no_norm")
    )
    small = f"n\u202f=\u202f{formats.number(cell.figure.n, t.lang)}" if cell.figure.unit == "%" else ""
    is_word = cell.figure.value is None and bool(cell.figure.n)
    return Told(value, change, tone, norm, small, rows_href(row.kpi, draft, cell.from_on), is_word=is_word)


def _told_then(cell: Cell, change: str, tone: Tone, t: Texts) -> Told:
    """A figure of a moment: what it was so long ago, and the difference since."""
    if cell.norm is None:
        return Told(formats.NONE)
    return Told(change, "", tone, t("brief.then", value=sentences.amount(cell.norm, cell.figure.unit, t)))


def rows_href(kpi: str, draft: Draft, from_on: date) -> str:
    """The rows behind a figure of the brief, as they were known at its moment."""
    query = to_query(draft.filters).replace(f"from={draft.day}", f"from={from_on}", 1)
    then = f"&as_of={quote(draft.moment.isoformat())}" if draft.is_past else ""
    return f"/rows/{kpi}?{query}{then}"


def told_block(shelf: Shelf, view: View) -> Any:
    """The lines that write themselves."""
    t, draft = view.t, shelf.draft(view)
    seen = draft.part("watch")
    lines = [
        ToldLine(
            headline=sentences.headline(line.finding, view.reference, t),
            carried=sentences.carried(line, view.reference, t),
            small=sentences.quiet(line.finding, t),
            href=f"/rows/{sentences.KPI_OF[line.finding.measure]}?{sentences.rows_query(line.finding, draft.filters)}",
            is_more=line.finding.excess > 0,
        )
        for line in seen.lines
    ]
    empty = t("brief.told_none") if seen.weeks else t("brief.told_soon")
    return html.Div([told_list(lines, t, empty=empty, rate=sentences.rate(seen, t)), _files("brief-told", view)])


def decisions_block(shelf: Shelf, view: View) -> Any:
    """The decision log with its forms; a past day's is read only."""
    t, draft = view.t, shelf.draft(view)
    found: list[Decided] = draft.part("decisions")
    back = f"/?{to_query(view.filters)}#brief-decisions"
    problem, author = _asked("problem"), _cookie(AUTHOR_COOKIE)
    says = t(
        "brief.decisions.says", n=sum(one.row["status"] == "open" for one in found),
        overdue=sum(one.is_overdue for one in found), done=sum(one.row["status"] == "done" for one in found),
    )  # fmt: skip
    log = decision_log(
        [log_row(one, view) for one in found], t, can_write=not draft.is_past, back=back, author=author,
        kpis=[(kpi, REGISTRY[kpi].name(view.lang)) for kpi in MOVABLE],
        due_default=view.read.today(view.now) + timedelta(days=DUE_DAYS),
    )  # fmt: skip
    key = f"brief.decisions.problem.{problem}"
    warning = html.P(t(key), className="notice notice-warning", role="alert") if problem and t.has(key) else None
    return html.Div([html.P(says, className="finding") if found else None, warning, log])


def _asked(name: str) -> str:
    """A value of the page's own address: a callback's request tells it in its Referer."""
    if not flask.has_request_context() or not flask.request.referrer:
        return ""
    from urllib.parse import parse_qs, urlsplit

    return parse_qs(urlsplit(flask.request.referrer).query).get(name, [""])[0][:20]


def _cookie(name: str) -> str:
    return flask.request.cookies.get(name, "")[:80] if flask.has_request_context() else ""


def log_row(one: Decided, view: View) -> LogRow:
    """A decision in words."""
    t, row = view.t, one.row
    name, moved, tone = figure_moved(one, view)
    return LogRow(
        id=int(row["decision_id"]), text=row["text"], owner=row["owner"],
        due=formats.day_short(row["due_on"], view.lang),
        state=t(f"brief.decisions.{row['status']}"), is_open=row["status"] == "open", is_overdue=one.is_overdue,
        carried=t("brief.decisions.carried", day=formats.day_short(row["decided_on"], view.lang), n=one.days_open + 1),
        figure=name, figure_change=moved, figure_tone=tone, history=history(one, view), due_on=row["due_on"],
        is_simulated=bool(row["is_simulated"]),
    )  # fmt: skip


def figure_moved(one: Decided, view: View) -> tuple[str, str, Tone]:
    """The figure before and since, the difference, and whether it is good."""
    kpi = one.row["kpi"]
    if kpi not in REGISTRY:
        return "", "", "neutral"
    t, unit = view.t, REGISTRY[kpi].unit
    since = one.since.value if one.since else None
    said = t("brief.decisions.moved", name=REGISTRY[kpi].name(view.lang), before=sentences.amount(one.before, unit, t),
             since=sentences.amount(since, unit, t))  # fmt: skip
    if one.before is None or since is None or one.since is None:
        return said, "", "neutral"
    cell = Cell(one.since, one.before, one.row["decided_on"])
    row = Row(kpi, {}, target=None, is_stock=False, trend=())
    change, tone = sentences.change(row, cell, t)
    return said, change, tone


def history(one: Decided, view: View) -> list[str]:
    """Who wrote it and who changed what, with when."""
    t, zone = view.t, view.deps.profile.zone
    fields = {"text": "text", "owner": "owner", "due_on": "due"}

    def at(moment: Any) -> str:
        return formats.instant(moment, view.lang, zone)

    made = [t("brief.decisions.written", at=at(one.row["created_at"]), by=one.row["created_by"])]
    for change in one.edits:
        name = str(change["field"])
        if name == "done_on":
            continue
        field = t("brief.column.state") if name == "status" else t(f"brief.decisions.{fields[name]}")
        old, new = (_spoken(change, side, t) for side in ("old", "new"))
        made.append(t("brief.decisions.changed", at=at(change["at"]), by=change["by"], field=field, old=old, new=new))
    return made


def _spoken(change: Mapping[str, Any], side: str, t: Texts) -> str:
    text = str(change[side] or formats.NONE)
    if change["field"] == "status":
        return t(f"brief.decisions.{text}")
    return formats.day_year(date.fromisoformat(text), t.lang) if change["field"] == "due_on" else text


def _files(card_id: str, view: View) -> Any:
    t = view.t
    return html.Div(
        [
            html.A(kind.upper(), href=f"/download/{card_id}.{kind}?{view.query}", download="", className="file",
                   **{"aria-label": t(f"card.{kind}")})
            for kind in ("csv", "xlsx")
        ],
        className="files",
    )  # fmt: skip
