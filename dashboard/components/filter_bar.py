"""The filter bar of the staff pages: what it holds is what the address holds, kept in step in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.ids import Shell
from dashboard.filters import GRAINS, KEYS
from dashboard.i18n import Texts

PRESET_DAYS: Final = (1, 7, 30, 90, 365)
Options = Sequence[Mapping[str, Any]]


def filter_id(name: str) -> str:
    """The id of the input of one field of `Filters`."""
    return f"filter-{name.replace('_', '-')}"


def filter_bar(
    t: Texts, *, options: Mapping[str, Options], first: date, last: date, default_from: date, default_to: date
) -> Component:
    """Period, grain and one multiple choice per field of `options`; `first` and `last` bound the data."""
    return html.Div(
        [
            dcc.Store(
                id=Shell.DEFAULTS,
                data={
                    "from": default_from.isoformat(),
                    "to": default_to.isoformat(),
                    "first": first.isoformat(),
                    "labels": {**_labels(options), "reset": t("filter.reset")},
                },
            ),
            html.Div(
                [
                    _day(Shell.FROM, t("filter.from"), default_from),
                    _day(Shell.TO, t("filter.to"), default_to),
                    _presets(t),
                    _grain(t),
                ],
                className="filter-row",
            ),
            html.Details(
                [
                    html.Summary([t("filter.more")]),
                    html.Div([_choice(name, options.get(name, ()), t) for name in KEYS], className="filter-grid"),
                ],
                className="filter-more",
                id="filter-more",
            ),
            html.Div(id=Shell.CHIPS, className="chips"),
        ],
        className="filters",
        id=Shell.FILTERS,
        role="search",
        **{"aria-label": t("filter.label")},
    )


def _labels(options: Mapping[str, Options]) -> dict[str, dict[str, str]]:
    """Names by code for the chips, under the key of the address."""
    return {
        KEYS[name]: {str(one["value"]): str(one["label"]).strip() for one in flat(options.get(name, ()))}
        for name in KEYS
    }


def flat(options: Options) -> list[Mapping[str, Any]]:
    """Options without their groups."""
    return [one for option in options for one in option.get("items", [option])]


def _day(input_id: str, label: str, value: date) -> Component:
    field = dcc.Input(id=input_id, type="date", value=value.isoformat(), className="date", debounce=False)
    return html.Div([html.Label(label, htmlFor=input_id), field], className="field")


def _presets(t: Texts) -> Component:
    buttons = [
        html.Button(t("filter.last_days", n=days), type="button", className="preset", **{"data-preset-days": str(days)})
        for days in PRESET_DAYS
    ]
    whole = html.Button(t("filter.all"), type="button", className="preset", **{"data-preset-days": "all"})
    return html.Div([*buttons, whole], className="presets", role="group", **{"aria-label": t("filter.presets")})


def _grain(t: Texts) -> Component:
    field = dmc.SegmentedControl(
        id=Shell.GRAIN,
        data=[{"value": grain, "label": t(f"grain.{grain}")} for grain in GRAINS],
        value="day",
        size="sm",
        **{"aria-label": t("filter.grain")},
    )
    return html.Div([html.Span(t("filter.grain"), className="label"), field], className="field")


def _choice(name: str, options: Options, t: Texts) -> Component:
    return dmc.MultiSelect(
        id=filter_id(name),
        label=t(f"filter.{name}"),
        placeholder=t("filter.any"),
        data=list(options),
        value=[],
        searchable=True,
        clearable=True,
        hidePickedOptions=True,
        limit=200,
        nothingFoundMessage=t("filter.nothing"),
        size="sm",
        clearButtonProps={"aria-label": t("filter.clear")},
    )
