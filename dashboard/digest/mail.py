"""The brief as one HTML document for e-mail and for paper: tables and inline styles only, nothing from outside.

Inline styles, because mail programs drop style sheets; the few rules in the head serve paper and dark screens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

import flask
import pandas as pd

from dashboard import formats, queries
from dashboard.charts.brief_blocks import figure_moved, log_row
from dashboard.digest import sentences
from dashboard.digest.content import Brief, brief_day
from dashboard.digest.strip import PERIODS, Row
from dashboard.i18n import Texts
from dashboard.metrics import REGISTRY
from dashboard.theme import BLUE

if TYPE_CHECKING:
    from dashboard.view import View

INK: Final = "#15202b"
SOFT: Final = "#4b5866"
LINE: Final = "#dce1e6"
ACCENT: Final = "#17588f"
TONES: Final = {"good": "#1c7257", "bad": "#b23c1e", "neutral": INK}
FONT: Final = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',sans-serif"
LISTED: Final = 10
"""Rows of a list; the page has all."""
BAR_PX: Final = 56

_PAGE: Final = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
@page {{ size: A4; margin: 12mm 13mm; }}
@media print {{
 body {{ background: #fff !important; }}
 .sheet {{ max-width: none !important; padding: 0 !important; border: 0 !important; }}
 a {{ color: inherit !important; text-decoration: none !important; }}
 .keep, tr {{ break-inside: avoid; }} h2 {{ break-after: avoid; margin-top: 11px !important; }}
 td {{ padding-top: 1.5px !important; padding-bottom: 1.5px !important; }} .told {{ margin-bottom: 3px !important; }}
}}
</style></head>
<body style="margin:0;background:#f5f6f7;color:{ink};font:{size} {font}">
<div class="sheet" style="max-width:{width};margin:0 auto;background:#fff;padding:24px 28px;border:1px solid {line}">
{body}
</div></body></html>
"""


def page(brief: Brief, view: View, *, is_paper: bool = False) -> str:
    """The whole document in the reader's language; links are absolute where the deployment knows its address."""
    parts = [_head(brief, view), _told(brief, view), _figures(brief, view), _late(brief, view), _backlog(brief, view),
             _decisions(brief, view), _urgent(brief, view), _foot(brief, view)]  # fmt: skip
    return _PAGE.format(
        lang=view.lang, title=escape(title_of(view)), ink=INK, font=FONT, line=LINE, body="\n".join(parts),
        size="11.5px/1.25" if is_paper else "15px/1.4", width="none" if is_paper else "760px",
    )  # fmt: skip


def title_of(view: View) -> str:
    """The subject of the e-mail."""
    day = brief_day(view.filters, view.read.today(view.now))
    return f"{view.t('brief.title')}: {view.deps.profile.name(view.lang)}, {formats.day(day, view.lang)}"


def _head(brief: Brief, view: View) -> str:
    t, zone, lang = view.t, view.deps.profile.zone, view.lang
    weekday = formats.weekday_names(lang, width="wide")[brief.day.weekday()]
    told = t("brief.as_then" if brief.is_past else "brief.as_now", at=formats.instant(brief.moment, lang, zone),
             meeting=formats.clock(brief.next_meeting_at, lang, zone))  # fmt: skip
    simulated = ""
    if queries.has_simulated(view.read, brief.filters):
        simulated = (
            '<span style="display:inline-block;background:#fff4d6;color:#5c4300;border:1px solid #d9a400;'
            f'padding:0 6px;font-weight:600">{escape(t("status.simulated"))}</span>'
        )
    return (
        f'<p style="margin:0;color:{SOFT}">Linka · {escape(view.deps.profile.name(lang))}</p>'
        '<h1 style="margin:2px 0 4px;font-size:1.75em;line-height:1.15;letter-spacing:-0.01em">'
        f"{escape(t('brief.title'))}: "
        f"{escape(weekday)}, {escape(formats.day(brief.day, lang))}</h1>"
        f'<p style="margin:0 0 8px;color:{SOFT}">{escape(told)} {simulated}</p>'
    )


def _section(name: str, finding: str, inside: str) -> str:
    says = (
        f'<p style="margin:0 0 6px;font-size:1.1em;font-weight:600;line-height:1.3">{escape(finding)}</p>'
        if finding
        else ""
    )
    return (
        f'<h2 style="margin:18px 0 6px;padding-top:8px;border-top:2px solid {INK};font-size:1em;color:{SOFT}">'
        f"{escape(name)}</h2>"
        f"{says}{inside}"
    )


def _told(brief: Brief, view: View) -> str:
    t, seen = view.t, brief.watch
    items = []
    for line in seen.lines:
        carried = " · ".join(f"{name}: {parts}" for name, parts in sentences.carried(line, view.reference, t))
        href = _href(
            view, f"/rows/{sentences.KPI_OF[line.finding.measure]}?{sentences.rows_query(line.finding, brief.filters)}"
        )
        head = escape(sentences.headline(line.finding, view.reference, t))
        items.append(
            f'<li class="told" style="margin:0 0 8px">'
            f'<strong style="font-size:1.1em;line-height:1.3">{_link(head, href)}</strong>'
            f"<br>{escape(carried)}{_small(sentences.quiet(line.finding, t))}</li>"
        )
    none = t("brief.told_none") if seen.weeks else t("brief.told_soon")
    inside = f'<ol style="margin:0;padding-left:1.4em">{"".join(items)}</ol>' if items else ""
    return _section(t("brief.told"), "" if items else none, inside + _note(sentences.rate(seen, t)))


def _figures(brief: Brief, view: View) -> str:
    t = view.t
    heads = [t("brief.column.figure"), *(t(f"brief.column.{period}") for period in PERIODS), t("brief.column.target")]
    rows = [_figure_row(row, view) for row in brief.strip]
    return f'<div class="keep">{_section(t("brief.numbers"), "", _table(heads, rows, numeric=set(range(1, 6))))}</div>'


def _figure_row(row: Row, view: View) -> list[str]:
    t, known = view.t, REGISTRY[row.kpi]
    cells = [f"<strong>{escape(known.name(view.lang))}</strong>"]
    for period in PERIODS:
        cell = row.cells[period]
        change, tone = sentences.change(row, cell, t)
        norm = sentences.amount(cell.norm, known.unit, t)
        if row.is_stock and period != "day":
            then = f"{_change(change, tone)}{_small(t('brief.then', value=norm))}"
            cells.append(then if cell.norm is not None else formats.NONE)
            continue
        big = "1.3em" if period == "day" else "1em"
        value = (
            sentences.value(cell, t)
            if cell.figure.value is not None
            else t("brief.few")
            if cell.figure.n
            else formats.NONE
        )
        n = f" · n = {formats.number(cell.figure.n, view.lang)}" if known.unit == "%" else ""
        against = t("brief.norm", norm=norm) if cell.norm is not None else t("brief.no_norm")
        cells.append(
            f'<strong style="font-size:{big}">{escape(value)}</strong>{_change(change, tone)}{_small(against + n)}'
        )
    target, tone = sentences.target(row, t)
    word = t(f"brief.target_{tone}") if tone != "neutral" else ""
    cells.append(_change(target, tone) + (_small(word) if word else ""))
    return cells


def _change(change: str, tone: str) -> str:
    return (
        f' <span style="color:{TONES[tone]};font-weight:600;white-space:nowrap">{escape(change)}</span>'
        if change
        else ""
    )


def _small(text: str) -> str:
    return f'<br><span style="color:{SOFT};font-size:0.82em;white-space:nowrap">{escape(text)}</span>'


def _late(brief: Brief, view: View) -> str:
    t = view.t
    heads = [
        t("filter.topic"),
        t("filter.territory"),
        t("filter.executor"),
        t("brief.column.due"),
    ]
    listed = sentences.records(brief.late.rows.head(LISTED))
    rows = [[*_names(row, view), _at(row["due_at"], view)] for row in listed]
    if brief.late.likely is not None:
        heads.append(t("brief.column.chance"))
        for cells, row in zip(rows, listed, strict=True):
            cells.append(formats.percent(_number(row["late_pct"]), view.lang, digits=0))
    until = formats.instant(brief.late.until, view.lang, view.deps.profile.zone)
    inside = _table(heads, rows, numeric={3, 4}) + _rest(len(brief.late.rows), t) if rows else ""
    return _section(t("brief.late"), sentences.late_says(brief.late, t, until), inside)


def _urgent(brief: Brief, view: View) -> str:
    t = view.t
    order = ("overdue", "open", "late", "on_time", "none", "cancelled")
    found = [(sentences.state_of(row, brief.moment), row) for row in sentences.records(brief.urgent)]
    found.sort(key=lambda pair: order.index(pair[0]))
    states = [state for state, _ in found]
    says = t("brief.urgent_none")
    if found:
        told = {name: formats.number(states.count(name), view.lang) for name in ("on_time", "late", "overdue", "open")}
        says = t("brief.urgent_says", n=len(found), **told)
    heads = [
        t("brief.column.state"),
        t("filter.topic"),
        t("filter.territory"),
        t("filter.executor"),
        t("brief.column.received"),
        t("brief.column.due"),
    ]
    rows = [
        [escape(t(f"brief.state.{state}")), *_names(row, view), _at(row["created_at"], view), _at(row["due_at"], view)]
        for state, row in found[:LISTED]
    ]
    inside = _table(heads, rows, numeric={4, 5}) + _rest(len(found), t) if rows else ""
    return _section(t("brief.urgent"), says, inside)


def _backlog(brief: Brief, view: View) -> str:
    t, found = view.t, brief.backlog
    if found.empty:
        return ""
    values, days = found["value"].tolist(), found["period_on"].tolist()
    top = max(values) or 1
    bars = "".join(
        f'<td style="vertical-align:bottom;padding:0 1px;width:{100 / len(values):.2f}%">'
        f'<div title="{escape(formats.day_short(day, view.lang))}: {value}" style="'
        f"height:{round(BAR_PX * value / top)}px;"
        f'background:{BLUE};print-color-adjust:exact;-webkit-print-color-adjust:exact"></div></td>'
        for day, value in zip(days, values, strict=True)
    )
    style = "border-collapse:collapse;width:100%;table-layout:fixed"
    chart = f'<table role="presentation" style="{style}"><tr>{bars}</tr></table>'
    ends = _note(f"{formats.day_short(days[0], view.lang)} – {formats.day_short(days[-1], view.lang)}")
    return f'<div class="keep">{_section(t("brief.backlog"), sentences.backlog_says(found, t), chart + ends)}</div>'


def _decisions(brief: Brief, view: View) -> str:
    t = view.t
    heads = [
        t("brief.decisions.text"),
        t("brief.decisions.owner"),
        t("brief.decisions.due"),
        t("brief.column.state"),
        t("brief.decisions.figure"),
    ]
    rows = []
    for one in brief.decisions:
        row, (moved, change, tone) = log_row(one, view), figure_moved(one, view)
        state = t("brief.decisions.overdue") if row.is_overdue else row.state
        rows.append(
            [
                escape(row.text) + _small(row.carried),
                escape(row.owner),
                escape(row.due.replace(" ", formats.NO_BREAK)),
                escape(state),
                escape(moved) + _change(change, tone),
            ]
        )
    inside = _table(heads, rows, numeric=set()) if rows else ""
    says = "" if rows else t("brief.decisions.none")
    return f'<div class="keep">{_section(t("brief.decisions.title"), says, inside)}</div>'


def _foot(brief: Brief, view: View) -> str:
    notes = [view.t("brief.numbers_define")]
    if brief.is_past:
        notes.append(view.t("brief.known_from", day=formats.day_year(brief.known_from, view.lang)))
    return f'<hr style="margin:16px 0 4px;border:0;border-top:1px solid {LINE}">{_note(" ".join(notes))}'


def _note(text: str) -> str:
    return f'<p style="margin:4px 0 0;color:{SOFT};font-size:0.85em">{escape(text)}</p>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: set[int]) -> str:
    def cell(tag: str, text: str, place: int, style: str) -> str:
        side = "right" if place in numeric else "left"
        room = "0" if place == 0 else "8px"
        scope = ' scope="col"' if tag == "th" else ""
        own = f"text-align:{side};padding:3px 0 3px {room};vertical-align:top;{style}"
        return f'<{tag}{scope} style="{own}">{text}</{tag}>'

    head = "".join(
        cell("th", escape(text), i, f"color:{SOFT};font-weight:600;font-size:0.85em;border-bottom:1px solid {SOFT}")
        for i, text in enumerate(heads)
    )
    body = "".join(
        "<tr>"
        + "".join(
            cell("td", text, i, f"border-bottom:1px solid {LINE};font-variant-numeric:tabular-nums")
            for i, text in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    inside = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<table style="border-collapse:collapse;width:100%;font-size:0.95em">{inside}</table>'


def _names(row: Mapping[str, Any], view: View) -> list[str]:
    labels = (view.reference.label(kind, row[kind], view.lang) for kind in ("topic", "territory", "executor"))
    return [escape(label or view.t("volumes.not_known")) for label in labels]


def _at(at: Any, view: View) -> str:
    text = sentences.moment(at, view.lang, view.deps.profile.zone)
    return f'<span style="white-space:nowrap">{escape(text)}</span>'


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _rest(n: int, t: Texts) -> str:
    if n <= LISTED:
        return ""
    return (
        f'<p style="margin:4px 0 0;color:{SOFT};font-size:0.85em">{escape(t("brief.more_on_screen", n=n - LISTED))}</p>'
    )


def _href(view: View, path: str) -> str:
    """An absolute address: of the setting, else of the request at hand; nothing where a link would lead nowhere."""
    base = view.deps.settings.staff_url or (flask.request.host_url.rstrip("/") if flask.has_request_context() else "")
    return f"{base}{path}" if base else ""


def _link(text: str, href: str) -> str:
    return f'<a href="{escape(href, quote=True)}" style="color:{ACCENT}">{text}</a>' if href else text
