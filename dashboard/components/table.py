"""Tables as plain HTML: readable by every screen reader, printed whole, numbers aligned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats

MAX_ROWS: Final = 400
"""Rows a page shows; the files hold all."""


def html_table(
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    lang: str,
    *,
    caption: str = "",
    zone: ZoneInfo | None = None,
    max_rows: int = MAX_ROWS,
    hrefs: Mapping[str, Sequence[str]] | None = None,
) -> Component:
    """`frame` as a table: `columns` maps its columns to headings and decides their order.

    `hrefs` links the cells of a column, row by row; instants that know their zone are written in it without `zone`.
    """
    linked = hrefs or {}
    shown = frame[list(columns)].head(max_rows)
    numeric = {name for name in columns if pd.api.types.is_numeric_dtype(frame[name])}
    head = [html.Th(text, scope="col", className="num" if name in numeric else None) for name, text in columns.items()]
    rows = [
        html.Tr([_cell(value, name, place, lang, zone, is_number=name in numeric,
                       href=linked[name][number] if name in linked else "")
                 for place, (name, value) in enumerate(zip(columns, values, strict=True))])
        for number, values in enumerate(shown.itertuples(index=False, name=None))
    ]  # fmt: skip
    left = len(frame) - len(shown)
    foot = [html.Tfoot(html.Tr(html.Td(f"+ {formats.number(left, lang)}", colSpan=len(columns))))] if left > 0 else []
    inner = [html.Caption(caption)] if caption else []
    table = html.Table([*inner, html.Thead(html.Tr(head)), html.Tbody(rows), *foot], className="table")
    return html.Div(
        table,
        className="table-scroll",
        tabIndex=0,
        role="region",
        **{"aria-label": caption or next(iter(columns.values()), "")},
    )


def _cell(
    value: Any, name: str, place: int, lang: str, zone: ZoneInfo | None, *, is_number: bool, href: str = ""
) -> Component:
    content = value if isinstance(value, Component) else text_of(value, lang, zone=zone, unit=name)
    if href:
        content = dcc.Link(content, href=href)
    if place == 0 and not is_number:
        return html.Th(content, scope="row")
    return html.Td(content, className="num" if is_number else None)


def text_of(value: Any, lang: str, *, zone: ZoneInfo | None = None, unit: str = "") -> str:
    """A value as a reader writes it; `unit` is the column's name, whose ending tells percentages."""
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return formats.NONE
    if isinstance(value, datetime):
        return (
            formats.instant(value, lang, zone or _own_zone(value))
            if value.tzinfo
            else formats.day_year(value.date(), lang)
        )
    if isinstance(value, date):
        return formats.day_year(value, lang)
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return str(value)
    return formats.percent(float(value), lang) if unit.endswith("_pct") else formats.number(float(value), lang)


def _own_zone(value: datetime) -> ZoneInfo:
    return value.tzinfo if isinstance(value.tzinfo, ZoneInfo) else ZoneInfo("UTC")
