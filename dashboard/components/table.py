"""Tables for reading, by screen readers and on paper too: headings with their scope, numbers aligned.

A table is one component that carries its texts; `assets/tables.js` lays it out in the browser. As Dash components every
cell would be asked at every change of the page whether it is concerned: 170 rows of a hidden table twin made each
filter change last seconds.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboard import formats

MAX_ROWS: Final = 400
"""Rows a page shows; the files hold all."""
WHOLE: Final = 24
"""Letters of the longest moment: 16 сент. 2026 г., 15:06."""


def html_table(
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    lang: str,
    *,
    caption: str = "",
    zone: ZoneInfo | None = None,
    max_rows: int = MAX_ROWS,
    hrefs: Mapping[str, Sequence[str]] | None = None,
    numbers: Collection[str] = (),
    is_list: bool = False,
) -> Component:
    """`frame` as a table: `columns` maps its columns to headings and decides their order.

    `hrefs` links the cells of a column, row by row; instants that know their zone are written in it without `zone`.
    `numbers` are columns of numbers already written as text. `is_list`: row by row, as a phone shows it, not to be
    compared down its columns.
    """
    left = len(frame) - max_rows
    rows = _rows(frame.head(max_rows), list(columns), lang, zone, hrefs or {})
    laid_out = {
        "caption": caption,
        "head": list(columns.values()),
        "numeric": [
            place for place, name in enumerate(columns) if name in numbers or pd.api.types.is_numeric_dtype(frame[name])
        ],
        "whole": [place for place, texts in enumerate(zip(*rows, strict=True)) if all(map(_is_whole, texts))],
        "list": is_list,
        "rows": rows,
        "more": f"+ {formats.number(left, lang)}" if left > 0 else "",
    }
    return html.Div(
        className="table-scroll",
        tabIndex=0,
        role="region",
        **{
            "aria-label": caption or next(iter(columns.values()), ""),
            "data-table": json.dumps(laid_out, ensure_ascii=False, separators=(",", ":")),
        },
    )


def _is_whole(cell: str | tuple[str, str]) -> bool:
    """Whether a cell is a number, a moment, a length of time or nothing: such columns are not broken over lines."""
    text = cell if isinstance(cell, str) else cell[0]
    return len(text) <= WHOLE and (text in ("", formats.NONE) or any(letter.isdigit() for letter in text))


def _rows(
    shown: pd.DataFrame, names: Sequence[str], lang: str, zone: ZoneInfo | None, hrefs: Mapping[str, Sequence[str]]
) -> list[list[str | tuple[str, str]]]:
    """Texts row by row; a linked cell is a pair of text and address."""
    columns: list[list[str | tuple[str, str]]] = []
    for name in names:
        texts = [text_of(value, lang, zone=zone, unit=name) for value in shown[name]]
        linked = [(text, href) if href else text for text, href in zip(texts, hrefs.get(name, ()), strict=False)]
        columns.append([*linked, *texts[len(linked) :]])
    return [list(row) for row in zip(*columns, strict=True)]


def text_of(value: Any, lang: str, *, zone: ZoneInfo | None = None, unit: str = "") -> str:
    """A value as a reader writes it; `unit` is the column's name, which tells percentages and changes."""
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
    if unit == "change_pct":
        return formats.signed_percent(float(value), lang)
    return formats.percent(float(value), lang) if unit.endswith("_pct") else formats.number(float(value), lang)


def _own_zone(value: datetime) -> ZoneInfo:
    return value.tzinfo if isinstance(value.tzinfo, ZoneInfo) else ZoneInfo("UTC")
