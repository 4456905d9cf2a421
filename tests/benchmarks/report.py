"""What the benchmarks found: numbers with their unit and aim, as Markdown for people and JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Measurement:
    """One number; `is_met` is None where no aim was set."""

    section: str
    name: str
    value: float
    unit: str
    aim: str = ""
    is_met: bool | None = None
    note: str = ""


@dataclass
class Report:
    """The measurements of one or several benchmarks, in order."""

    section: str = ""
    measurements: list[Measurement] = field(default_factory=list)

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
        note: str = "",
    ) -> None:
        """Write one number down; `at_most` and `at_least` are the aims it is held against."""
        aims = [f"<= {at_most:g}"] if at_most is not None else []
        aims += [f">= {at_least:g}"] if at_least is not None else []
        is_met = None
        if aims:
            is_met = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
        self.measurements.append(
            Measurement(self.section, name, float(value), unit, aim=" and ".join(aims), is_met=is_met, note=note)
        )

    def ratio(
        self,
        name: str,
        ours: float,
        theirs: float,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
        note: str = "",
    ) -> None:
        """Write down `ours` divided by `theirs`, both measured in this run."""
        self.add(name, ours / theirs, "x", at_most=at_most, at_least=at_least, note=note)

    def rows(self) -> list[dict[str, Any]]:
        """The measurements as plain dicts."""
        return [asdict(one) for one in self.measurements]

    @classmethod
    def of(cls, rows: Iterable[dict[str, Any]]) -> Report:
        """The report that `rows` came from."""
        return cls(measurements=[Measurement(**row) for row in rows])


def as_json(report: Report, *, about: dict[str, Any]) -> str:
    """The report with what it was measured on."""
    return json.dumps({"about": about, "measurements": report.rows()}, indent=2, ensure_ascii=False) + "\n"


def as_markdown(report: Report, *, about: dict[str, Any]) -> str:
    """The report as one table per section."""
    lines = ["# Benchmarks", "", " · ".join(f"{name} {value}" for name, value in about.items()), ""]
    for section in dict.fromkeys(one.section for one in report.measurements):
        lines += [
            f"## {section}",
            "",
            "| what | value | unit | aim | | note |",
            "| --- | ---: | --- | --- | --- | --- |",
        ]
        lines += [_line(one) for one in report.measurements if one.section == section]
        lines.append("")
    return "\n".join(lines)


def _line(one: Measurement) -> str:
    verdict = {True: "met", False: "**missed**", None: ""}[one.is_met]
    return f"| {one.name} | {number(one.value)} | {one.unit} | {one.aim} | {verdict} | {one.note} |"


def number(value: float) -> str:
    """Three significant digits, thousands set apart, never in powers of ten."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
