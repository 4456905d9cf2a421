"""When contacts arrive: a level per day from weekday, holiday and surge, and an hour from the centre's own day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from etl.simulate.draw import Bools, Floats, Ints, open_fraction
from etl.simulate.facts import SimulationFacts
from geodata.calendars import holidays_of
from geodata.profile import CityProfile, WorkCalendar

OVERDISPERSION = 60.0
"""Shape of the gamma that mixes the Poisson: counts vary by 13 % more than chance, as daily 311 volumes do."""

CLOSED_DAY_SHARE = 0.18
"""Messages that still come on a day when the lines are closed, as a share of a working day's contacts."""


@dataclass(frozen=True, slots=True)
class Days:
    """One row per simulated day: contacts that arrive, whether the lines are open, the extra share of a surge."""

    start_on: date
    count: Ints
    is_open: np.ndarray
    surge_share: Floats
    surge_index: Ints

    def __len__(self) -> int:
        return len(self.count)

    def weekday(self) -> Ints:
        """0 Monday to 6 Sunday of each day."""
        return (self.start_on.weekday() + np.arange(len(self.count))) % 7


def draw_days(
    profile: CityProfile, facts: SimulationFacts, *, start_on: date, days: int, scale: float, rng: np.random.Generator
) -> Days:
    """Contacts per day; their sum is `contacts_per_day * days * scale` but for chance, surges included."""
    when = [start_on + timedelta(days=index) for index in range(days)]
    calendar = main_calendar(profile)
    weekday = np.array([day.weekday() for day in when])
    holidays = holidays_of(profile, range(when[0].year, when[-1].year + 1)) if calendar.observes_holidays else {}
    opens = open_fraction(calendar).sum(axis=1)[weekday] > 0
    is_open = np.array(
        [calendar.is_always_open or (bool(opens[i]) and day not in holidays) for i, day in enumerate(when)]
    )
    level = np.asarray(facts.weekdays, dtype=float)[weekday]
    level = np.where(is_open, level, level * CLOSED_DAY_SHARE)
    if calendar.is_always_open:
        level = np.where([day in holidays for day in when], level * 0.7, level)
    surge_index = np.full(days, -1)
    factor = np.ones(days)
    for index, surge in enumerate(facts.surges):
        if -days <= surge.day < days:
            surge_index[surge.day], factor[surge.day] = index, surge.factor
    expected = level * factor
    expected *= facts.contacts_per_day * days * scale / expected.sum()
    mixed = expected * rng.gamma(OVERDISPERSION, 1 / OVERDISPERSION, days)
    mixed *= expected.sum() / mixed.sum()  # days differ, the published total holds with any seed
    return Days(start_on, rng.poisson(mixed), is_open, 1 - 1 / factor, surge_index)


def main_calendar(profile: CityProfile) -> WorkCalendar:
    """The calendar of the first line: the centre's own hours."""
    if profile.lines:
        return profile.calendars[profile.lines[0].calendar]
    return next(iter(profile.calendars.values()))


def hour_tables(profile: CityProfile, facts: SimulationFacts, is_message: Bools) -> Floats:
    """Weights of the hour, shape (channels, 7, 24): attended channels keep the hours, messages crowd outside them."""
    shape = np.asarray(facts.hours, dtype=float)
    fraction = open_fraction(main_calendar(profile))
    evening = shape.mean() * np.array([0.3] * 6 + [0.8] * 11 + [1.6] * 6 + [0.8])
    tables = []
    for channel, message in zip(profile.channels, is_message, strict=True):
        own = np.asarray(facts.channel_hours.get(channel.code, shape), dtype=float)
        if message:
            given = channel.code in facts.channel_hours
            table = np.tile(own, (7, 1)) if given else shape * fraction * 0.5 + evening * (1.3 - fraction)
        else:
            table = own * fraction
            table[table.sum(axis=1) == 0] = own
        tables.append(table)
    return np.array(tables)
