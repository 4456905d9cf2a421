"""The decision log: rows, their history, and plain forms that work by keyboard and without a callback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.kpi import Tone
from dashboard.i18n import Texts

ADD_PATH = "/decisions"


@dataclass(frozen=True)
class LogRow:
    """A decision in words; `raw` are the values of its edit form."""

    id: int
    text: str
    owner: str
    due: str
    state: str
    is_open: bool
    is_overdue: bool
    carried: str
    figure: str
    figure_change: str
    figure_tone: Tone
    history: Sequence[str]
    due_on: date
    is_simulated: bool = False


def decision_log(
    rows: Sequence[LogRow],
    t: Texts,
    *,
    can_write: bool,
    back: str,
    author: str,
    kpis: Sequence[tuple[str, str]],
    due_default: date,
) -> Component:
    """The rows and the form for a new one; `back` is the address to come back to, `kpis` are (id, name).

    `author` fills the field of who enters it: one person writes at a meeting.
    """
    listed = (
        html.Ol([_row(row, t, can_write=can_write, back=back, author=author) for row in rows], className="decisions")
        if rows
        else html.P(t("brief.decisions.none"), className="decisions-none")
    )
    form = (
        _new(t, back=back, author=author, kpis=kpis, due_default=due_default)
        if can_write
        else html.P(t("brief.decisions.past"), className="meta")
    )
    return html.Div([listed, form])


def _row(row: LogRow, t: Texts, *, can_write: bool, back: str, author: str) -> Component:
    due = [html.Span(f"{t('brief.decisions.due')} {row.due}", className="num")]
    state = t("brief.decisions.overdue") if row.is_overdue else row.state
    figure = [html.Span(row.figure), " ", html.Span(row.figure_change, className=f"change change-{row.figure_tone}")]
    return html.Li(
        [
            html.P(
                [row.text, html.Span(t("status.simulated"), className="simulated") if row.is_simulated else None],
                className="decision-text" + ("" if row.is_open else " is-ended"),
            ),
            html.P(
                [
                    html.Span(row.owner, className="decision-owner"), " · ", *due, " · ",
                    html.Span(state, className="change change-bad" if row.is_overdue else "decision-state"), " · ",
                    html.Span(row.carried),
                ],
                className="decision-meta",
            ),
            html.P(figure, className="decision-figure") if row.figure else None,
            html.Details(
                [html.Summary(t("brief.decisions.history")), html.Ul([html.Li(text) for text in row.history])],
                className="decision-history",
            ),
            _edit(row, t, back=back, author=author) if can_write else None,
        ],
        className="decision" + (" is-overdue" if row.is_overdue else ""),
        id=f"decision-{row.id}",
    )  # fmt: skip


def _edit(row: LogRow, t: Texts, *, back: str, author: str) -> Component:
    key = f"decision-{row.id}"
    states = (
        [("done", t("brief.decisions.done")), ("dropped", t("brief.decisions.dropped"))]
        if row.is_open
        else [("open", t("brief.decisions.reopen"))]
    )
    return html.Details(
        [
            html.Summary(t("brief.decisions.edit")),
            html.Form(
                [
                    _hidden("back", back, key),
                    _field(t("brief.decisions.text"), f"{key}-text", "text", row.text, is_wide=True),
                    _field(t("brief.decisions.owner"), f"{key}-owner", "owner", row.owner),
                    _field(t("brief.decisions.due"), f"{key}-due", "due_on", row.due_on.isoformat(), kind="date"),
                    _author(t, key, author),
                    html.Div(
                        [
                            html.Button(t("brief.decisions.save"), type="submit", className="button"),
                            *(
                                html.Button(name, type="submit", name="status", value=code, className="button")
                                for code, name in states
                            ),
                        ],
                        className="form-actions",
                    ),
                ],
                action=f"{ADD_PATH}/{row.id}",
                method="POST",
                className="decision-form",
            ),
        ],
        className="decision-edit",
    )  # fmt: skip


def _new(t: Texts, *, back: str, author: str, kpis: Sequence[tuple[str, str]], due_default: date) -> Component:
    key = "decision-new"
    options = [html.Option(t("brief.decisions.no_figure"), value="")] + [
        html.Option(name, value=code) for code, name in kpis
    ]
    choice = html.Div(
        [
            html.Label(t("brief.decisions.figure"), htmlFor=f"{key}-kpi"),
            html.Select(options, id=f"{key}-kpi", name="kpi"),
        ],
        className="field",
    )
    return html.Details(
        [
            html.Summary(t("brief.decisions.add"), className="button"),
            html.Form(
                [
                    _hidden("back", back, key),
                    _field(t("brief.decisions.text"), f"{key}-text", "text", "", is_wide=True),
                    _field(t("brief.decisions.owner"), f"{key}-owner", "owner", ""),
                    _field(t("brief.decisions.due"), f"{key}-due", "due_on", due_default.isoformat(), kind="date"),
                    choice,
                    _author(t, key, author),
                    html.Div(
                        html.Button(t("brief.decisions.save"), type="submit", className="button"),
                        className="form-actions",
                    ),
                ],
                action=ADD_PATH,
                method="POST",
                className="decision-form",
            ),
        ],
        className="decision-new",
    )


def _author(t: Texts, key: str, author: str) -> Component:
    return _field(t("brief.decisions.author"), f"{key}-author", "author", author)


def _field(label: str, name_id: str, name: str, value: str, *, kind: str = "text", is_wide: bool = False) -> Component:
    entry = dcc.Input(id=name_id, name=name, type=kind, value=value, required=True, maxLength=500, autoComplete="off")
    return html.Div([html.Label(label, htmlFor=name_id), entry], className="field" + (" is-wide" if is_wide else ""))


def _hidden(name: str, value: str, key: str) -> Component:
    return dcc.Input(id=f"{key}-{name}", name=name, type="hidden", value=value)
