"""Reads and judges GTFS feeds before anything is built on them: what is wrong is said with file, count and examples.

Times are seconds past the service day's start (noon minus twelve hours, as GTFS defines it).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

REQUIRED = {
    "agency.txt": ("agency_name", "agency_timezone"),
    "stops.txt": ("stop_id", "stop_lat", "stop_lon"),
    "routes.txt": ("route_id", "route_type"),
    "trips.txt": ("route_id", "service_id", "trip_id"),
    "stop_times.txt": ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
}
SIMULATED_AGENCY = "Simulated timetable"
"""A feed of this agency name is made up, and every screen that uses it says so."""
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    UnicodeDecodeError,
    pd.errors.ParserError,
    EOFError,
    ValueError,
    RuntimeError,
)
"""What a damaged, cut or locked zip makes the readers raise."""

MAX_EXAMPLES = 5
VALIDITY_CODES = ("expired", "not_yet_valid", "expires_soon")
"""Problems that come with time alone, judged anew at every build."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a feed; a fatal one keeps the whole feed out."""

    code: str
    message: str
    is_fatal: bool = False
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when a feed holds (ISO days)."""

    name: str
    valid_from: str
    valid_to: str


@dataclass(slots=True)
class Feed:
    """One feed as read: its tables (strings as they came), its service days and what is wrong with it."""

    path: Path
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    service_dates: dict[str, frozenset[date]] = field(default_factory=dict)

    @property
    def is_usable(self) -> bool:
        """Whether routes may be built on it."""
        return not any(problem.is_fatal for problem in self.problems)

    @property
    def time_zone(self) -> str:
        """The feed's time zone (GTFS allows one per feed)."""
        return str(self.tables["agency.txt"]["agency_timezone"].iloc[0])

    @property
    def is_simulated(self) -> bool:
        """Whether the timetable is made up for a demonstration."""
        return bool((self.tables["agency.txt"]["agency_name"] == SIMULATED_AGENCY).all())

    def active_dates(self) -> list[date]:
        """The days on which at least one trip runs, in order."""
        used = set(self.tables["trips.txt"]["service_id"])
        return sorted(set().union(*(days for service, days in self.service_dates.items() if service in used)))

    def validity(self) -> Validity:
        """The first and the last day with service."""
        days = self.active_dates()
        return Validity(self.path.name, days[0].isoformat(), days[-1].isoformat())


def read_feed(path: Path) -> Feed:
    """Read and check one feed; never raises for a bad one, its problems say what is wrong and how to mend it."""
    feed = Feed(path)
    try:
        _read_tables(feed)
    except UNREADABLE as error:
        cure = "Download it again or ask its publisher."
        feed.problems.append(
            Problem("unreadable", f"{path.name} is not a readable GTFS zip ({error}). {cure}", is_fatal=True)
        )
        return feed
    _check_required(feed)
    if feed.is_usable:
        _expand_calendar(feed)
        _check_references(feed)
        _check_stops(feed)
        _check_times(feed)
    return feed


def _read_tables(feed: Feed) -> None:
    if not feed.path.is_file():
        raise FileNotFoundError("there is no such file")
    with zipfile.ZipFile(feed.path) as archive:
        for name in archive.namelist():
            short = name.rsplit("/", 1)[-1]
            if short.endswith(".txt") and archive.getinfo(name).file_size:
                text = io.BytesIO(archive.read(name))
                frame = pd.read_csv(text, dtype=str, encoding="utf-8-sig", keep_default_na=False, skipinitialspace=True)
                frame.columns = [str(column).strip() for column in frame.columns]
                feed.tables[short] = frame


def _check_required(feed: Feed) -> None:
    for name, columns in REQUIRED.items():
        table = feed.tables.get(name)
        if table is None or table.empty:
            feed.problems.append(Problem("missing_file", f"{feed.path.name} has no rows in {name}.", is_fatal=True))
            continue
        missing = [column for column in columns if column not in table.columns]
        if missing:
            message = f"{feed.path.name}: {name} lacks the columns {', '.join(missing)}."
            feed.problems.append(Problem("missing_column", message, is_fatal=True))
    if not {"calendar.txt", "calendar_dates.txt"} & feed.tables.keys():
        message = f"{feed.path.name} has neither calendar.txt nor calendar_dates.txt: no day of service is known."
        feed.problems.append(Problem("missing_calendar", message, is_fatal=True))


def _expand_calendar(feed: Feed) -> None:
    days: dict[str, set[date]] = {}
    try:
        for row in feed.tables.get("calendar.txt", pd.DataFrame()).to_dict("records"):
            first, last = _day(row["start_date"]), _day(row["end_date"])
            runs = [row[name] == "1" for name in WEEKDAYS]
            span = (first + timedelta(days=n) for n in range((last - first).days + 1))
            days[str(row["service_id"])] = {day for day in span if runs[day.weekday()]}
        for row in feed.tables.get("calendar_dates.txt", pd.DataFrame()).to_dict("records"):
            service = days.setdefault(str(row["service_id"]), set())
            (service.add if row["exception_type"] == "1" else service.discard)(_day(row["date"]))
    except (KeyError, ValueError) as error:
        message = f"{feed.path.name}: the service calendar cannot be read ({error})."
        feed.problems.append(Problem("bad_calendar", message, is_fatal=True))
        return
    feed.service_dates = {service: frozenset(found) for service, found in days.items()}
    if not feed.active_dates():
        feed.problems.append(Problem("no_service", f"{feed.path.name}: no trip runs on any day.", is_fatal=True))


def _day(text: object) -> date:
    text = str(text)
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _check_references(feed: Feed) -> None:
    links = (
        ("stop_times.txt", "trip_id", "trips.txt"),
        ("stop_times.txt", "stop_id", "stops.txt"),
        ("trips.txt", "route_id", "routes.txt"),
    )
    for name, column, other in links:
        known = feed.tables[other][column]
        table = feed.tables[name]
        orphans = table.loc[~table[column].isin(known), column].drop_duplicates()
        if len(orphans):
            message = f"{feed.path.name}: {len(orphans)} values of {column} in {name} are not in {other}; left out."
            feed.problems.append(Problem("orphan", message, examples=tuple(orphans[:MAX_EXAMPLES])))


def _check_stops(feed: Feed) -> None:
    stops = feed.tables["stops.txt"]
    lat = pd.to_numeric(stops["stop_lat"], errors="coerce")
    lon = pd.to_numeric(stops["stop_lon"], errors="coerce")
    bad = ~((lat.abs() <= 90) & (lon.abs() <= 180) & ~((lat == 0) & (lon == 0)))
    if bad.all():
        feed.problems.append(Problem("no_places", f"{feed.path.name}: no stop has usable coordinates.", is_fatal=True))
    elif bad.any():
        message = f"{feed.path.name}: {int(bad.sum())} stops have no usable coordinates."
        feed.problems.append(Problem("bad_place", message, examples=tuple(stops.loc[bad, "stop_id"][:MAX_EXAMPLES])))


def _check_times(feed: Feed) -> None:
    times = feed.tables["stop_times.txt"]
    blank = (times["departure_time"] == "") & (times["arrival_time"] == "")
    if blank.any():
        message = (
            f"{feed.path.name}: {int(blank.sum())} stop times are blank; they are interpolated between timed stops."
        )
        feed.problems.append(Problem("interpolated", message))
    shaped = times["departure_time"].str.fullmatch(r"\d{1,3}:\d{2}:\d{2}") | (times["departure_time"] == "")
    if not shaped.all():
        bad = times.loc[~shaped, "departure_time"]
        message = f"{feed.path.name}: {len(bad)} departure times are not HH:MM:SS."
        feed.problems.append(Problem("bad_time", message, is_fatal=True, examples=tuple(bad[:MAX_EXAMPLES])))


def check_validity(feeds: Sequence[Validity], today: date) -> list[Problem]:
    """Whether the feeds hold today and for how long; `today` is the build's day."""
    found = []
    for feed in feeds:
        last = date.fromisoformat(feed.valid_to)
        span = f"{feed.name} is valid from {feed.valid_from} to {feed.valid_to}"
        if last < today:
            cure = "Fetch a newer feed; until then routes by timetable exist only for dates within it."
            found.append(Problem("expired", f"{span}, which is over. {cure}"))
        elif date.fromisoformat(feed.valid_from) > today:
            found.append(Problem("not_yet_valid", f"{span}, which has not begun."))
        elif (last - today).days < 14:
            found.append(Problem("expires_soon", f"{span}: {(last - today).days} days are left. Fetch a newer feed."))
    return found
