"""A form for a term of one's own: class, length, unit; the answer is read out where it appears."""

from __future__ import annotations

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.i18n import Texts

UNITS = ("h", "wd", "cd", "mo")


def try_term(
    t: Texts, *, block: str, ids: tuple[str, str, str, str, str], classes: Sequence[dict[str, str]]
) -> Component:
    """`ids`: of the class, the length, the unit, the button and the answer; `classes`: value and label of each."""
    of_class, of_value, of_unit, of_button, of_answer = ids
    units = [{"value": unit, "label": t(f"what_if.unit_of.{unit}")} for unit in UNITS]
    fields = [
        dmc.Select(
            id=of_class, label=t("what_if.class"), data=list(classes), value=classes[0]["value"] if classes else None,
            allowDeselect=False, className="try-wide", comboboxProps={"withinPortal": True},
        ),
        dmc.NumberInput(id=of_value, label=t("what_if.value"), value=10, min=1, max=1000, step=1, allowDecimal=False,
                        hideControls=True),
        dmc.Select(id=of_unit, label=t("what_if.unit_label"), data=units, value="wd", allowDeselect=False),
        html.Button(t("what_if.try"), id=of_button, type="button", className="button"),
    ]  # fmt: skip
    heading = f"{block}-title"
    return html.Section(
        [
            html.H2(t("what_if.own"), id=heading, className="card-title"),
            html.Div(fields, className="try-term"),
            html.Div(id=of_answer, className="try-answer", **{"aria-live": "polite"}),
        ],
        className="card card-full",
        id=block,
        **{"aria-labelledby": heading},
    )
