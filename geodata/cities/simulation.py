"""Checks the shape of `[simulation]`, so that the simulator may trust it; its codes are the business of `checks`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geodata.cities.reading import Section

_OUTCOMES = ("request_share", "consultation_share", "abandoned_share", "unprocessed_share")
_SHARES = (*_OUTCOMES, "missing_share", "on_behalf_share")
_AMOUNTS = ("contacts_per_day", "clubs", "institutions_per_territory")
_WEIGHTS = ("channels", "lines", "topics", "classes", "executor_kinds", "groups", "close_median_h")
_FOLLOWUP = ("tried", "reached", "confirmed", "satisfied")
_HOURS, _WEEKDAYS = 24, 7


def simulation(top: Section) -> Mapping[str, Any]:
    """The table as it stands; every unknown key, wrong type and impossible number in it is noted."""
    values = top.free("simulation")
    with Section(values, file=top.file, key="simulation", problems=top.problems) as section:
        section.day("start_on", None)
        for key in _SHARES:
            _amount(section, key, most=1)
        for key in _AMOUNTS:
            _amount(section, key)
        for key in _WEIGHTS:
            _weights(section, key)
        section.numbers("hours", _HOURS, ())
        section.numbers("weekdays", _WEEKDAYS, ())
        with section.table("channel_hours") as hours:
            for channel in hours.items():
                hours.numbers(channel, _HOURS)
        _check_outcomes(section, values)
        _events(section)
    return values


def _amount(section: Section, key: str, *, most: float | None = None) -> None:
    value = section.number(key, 0)
    if value < 0 or (most is not None and value > most):
        section.wrong(key, f"is {value:g}", f"write a number from 0 to {most:g}" if most else "write 0 or more")


def _weights(section: Section, key: str) -> None:
    with section.table(key) as table:
        for code in table.items():
            _amount(table, code)


def _check_outcomes(section: Section, values: Mapping[str, Any]) -> None:
    shares = [values[key] for key in _OUTCOMES if isinstance(values.get(key), int | float)]
    if sum(shares) > 1 + 1e-9:
        section.wrong("request_share", f"and the other outcomes make {sum(shares):g}", "let them make 1 at most")


def _events(section: Section) -> None:
    with section.table("followup") as followup:
        for key in _FOLLOWUP:
            _amount(followup, key, most=1)
    for surge in section.lists("surges"):
        surge.take("day", int)
        _amount(surge, "factor")
        surge.text("topic", "")
        surge.text("territory", "")
    with section.table("drift") as drift:
        for group in drift.items():
            for phase in drift.lists(group):
                phase.take("until_day", int)
                _weights(phase, "topics")
    with section.table("tickets") as tickets:
        _amount(tickets, "per_day")
        if not isinstance(tickets.take("counters", (dict, list), {}), list):
            _weights(tickets, "counters")
