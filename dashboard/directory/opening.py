"""When a place is open and when its services take applications, from whatever the directory holds of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dashboard.queries.directory import Directory, Institution, Offer, Row
from geodata.calendars import holidays_of
from geodata.opening_hours import Closure, OpeningHours, Schedule, Window
from geodata.profile import CityProfile

INTAKE = "intake"


def place_hours(place: Institution, profile: CityProfile, kept: Directory) -> OpeningHours:
    """Hours of the place: its own text, else its schedule rows; temporary closures lie over both."""
    return _kept(
        kept, ("place", place.id), lambda: _hours(place, place.schedules, profile, text=place.row["opening_hours"])
    )


def intake_hours(place: Institution, offer: Offer, profile: CityProfile, kept: Directory) -> OpeningHours:
    """Hours in which the service takes applications, else its own hours, else those of the place."""

    def made() -> OpeningHours:
        intake = [row for row in offer.schedules if row["purpose"] == INTAKE] or list(offer.schedules)
        return _hours(place, intake, profile) if intake else place_hours(place, profile, kept)

    return _kept(kept, ("intake", offer.id), made)


def has_own_intake(offer: Offer) -> bool:
    """Whether the service has hours of its own."""
    return bool(offer.schedules)


def _kept(kept: Directory, key: tuple[str, str], make: Any) -> OpeningHours:
    found = kept.memo.get(key)
    if found is None:
        found = kept.memo[key] = make()
    return found  # type: ignore[no-any-return]


def _hours(place: Institution, rows: Sequence[Row], profile: CityProfile, *, text: str | None = None) -> OpeningHours:
    closures = closures_of(place)
    spoken = text or next((str(row["opening_hours"]) for row in rows if row["opening_hours"]), None)
    if spoken:
        coords = (place.lat, place.lon) if place.lat is not None and place.lon is not None else None
        return OpeningHours.parse(spoken, profile.zone, profile.country, coords=coords, closures=closures)
    listed = [_schedule(row) for row in rows]
    if not listed:
        return OpeningHours(profile.zone, closures=tuple(closures))
    regular = [row for row in listed if not _is_exception(row)]
    holidays = _holidays(profile)
    exceptions = [row for row in listed if _is_exception(row)]
    return OpeningHours.from_schedules(
        regular, profile.zone, exceptions=exceptions, holidays=holidays, closures=closures
    )


def _holidays(profile: CityProfile) -> frozenset[date]:
    return frozenset(holidays_of(profile, range(2020, 2041)))


def _schedule(row: Row) -> Schedule:
    return Schedule(
        opens_at=row["opens_at"], closes_at=row["closes_at"], freq=row["freq"], byday=row["byday"],
        bymonthday=row["bymonthday"], valid_from=row["valid_from"], valid_to=row["valid_to"],
        is_closed=bool(row["is_closed"]), description=row["description"] or "",
    )  # fmt: skip


def _is_exception(row: Schedule) -> bool:
    if row.is_closed:
        return True
    return bool(
        row.valid_from and row.valid_to and row.valid_to - row.valid_from <= timedelta(days=14) and not row.byday
    )


def closures_of(place: Institution) -> tuple[Closure, ...]:
    """The temporary closure of a place, if there is one."""
    if place.row["closed_from"] is None:
        return ()
    return (Closure(place.row["closed_from"], place.row["closed_to"], place.row["closed_reason"] or ""),)


def windows_ahead(hours: OpeningHours, at: datetime, *, days: int = 8) -> list[Window] | None:
    """Open windows from the day of `at` on; None where nothing is known of them."""
    first = at.astimezone(hours.zone).date()
    found = [window for n in range(days) for window in hours.windows(first + timedelta(days=n))]
    if not found and not any(hours.is_known_on(first + timedelta(days=n)) for n in range(days)):
        return None
    return found
