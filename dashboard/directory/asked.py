"""What a person asks of the social map, read from the address once: any value may be missing, wrong or hostile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from geodata.accessibility import PROFILES, Profile
from geodata.routing import MODES
from geodata.routing import Mode as RouteMode
from geodata.taxonomy import Taxonomy

Sort = Literal["best", "time", "near", "open", "access", "name"]
SORTS: tuple[Sort, ...] = get_args(Sort)
MAX_TEXT = 120
MINUTES = (5, 10, 15, 20, 30, 45, 60)


@dataclass(frozen=True, slots=True)
class Point:
    """A start: degrees and the name a person knows it by."""

    lat: float
    lon: float
    name: str = ""

    @property
    def pair(self) -> tuple[float, float]:
        """As the router takes it."""
        return self.lat, self.lon

    def __str__(self) -> str:
        return f"{self.lat:.5f},{self.lon:.5f}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the map; `at` is None for now. `groups` are caller groups, `services` codes of the taxonomy."""

    text: str = ""
    service: str = ""
    need: str = ""
    group: str = ""
    is_open: bool = False
    at: datetime | None = None
    access: Profile | None = None
    is_sure: bool = False
    language: str = ""
    is_free: bool = False
    within_min: int | None = None
    mode: RouteMode = "transit"
    start: Point | None = None
    sort: Sort = "best"
    page: int = 1
    zone: str = "UTC"

    @property
    def is_wheelchair(self) -> bool:
        """True where ways must be free of steps."""
        return self.access == "wheelchair" or self.mode == "wheelchair"

    def but(self, **changes: Any) -> Asked:
        """The same question with other values, from its first page."""
        return replace(self, **{"page": 1, **changes})

    def pairs(self) -> list[tuple[str, str]]:
        """The canonical query: only what differs from the default, always in one order."""
        at = self.at.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%dT%H:%M") if self.at else ""
        given = {
            "q": self.text, "service": self.service, "need": self.need, "for": self.group,
            "open": "1" if self.is_open else "", "at": at, "access": self.access or "",
            "sure": "1" if self.is_sure else "", "language": self.language, "free": "1" if self.is_free else "",
            "within": str(self.within_min or ""), "mode": "" if self.mode == "transit" else self.mode,
            "start": str(self.start or ""), "from": self.start.name if self.start else "",
            "sort": "" if self.sort == "best" else self.sort, "page": "" if self.page == 1 else str(self.page),
        }  # fmt: skip
        return [(key, value) for key, value in given.items() if value]

    def query(self) -> str:
        """The query string, with its question mark where there is anything to say."""
        found = urlencode(self.pairs())
        return f"?{found}" if found else ""


def one(values: Mapping[str, Any], key: str) -> str:
    """The last value of a key, trimmed and cut; an empty text where there is none."""
    found = values.get(key, "")
    if isinstance(found, list):
        found = found[-1] if found else ""
    return " ".join(str(found).split())[:MAX_TEXT]


def parse(values: Mapping[str, Any], taxonomy: Taxonomy, *, zone: ZoneInfo) -> Asked:
    """The question of an address's query; what cannot be read is left out."""
    service, need = one(values, "service"), one(values, "need")
    access, mode, sort = one(values, "access"), one(values, "mode"), one(values, "sort")
    within, page = one(values, "within"), one(values, "page")
    return Asked(
        text=one(values, "q"),
        service=service if service in taxonomy.services else "",
        need=need if need in taxonomy.needs else "",
        group=one(values, "for"),
        is_open=one(values, "open") == "1",
        at=moment(one(values, "at"), zone),
        access=access if access in PROFILES else None,
        is_sure=one(values, "sure") == "1",
        language=one(values, "language"),
        is_free=one(values, "free") == "1",
        within_min=min(int(within), 600) if within.isascii() and within.isdigit() and int(within) > 0 else None,
        mode=mode if mode in MODES else "transit",
        start=point(one(values, "start"), one(values, "from")),
        sort=sort if sort in SORTS else "best",
        page=max(1, min(int(page), 10_000)) if page.isascii() and page.isdigit() else 1,
        zone=str(zone),
    )


def point(text: str, name: str = "") -> Point | None:
    """A point written as `lat,lon`, None where it is none."""
    lat_text, comma, lon_text = text.partition(",")
    try:
        lat, lon = float(lat_text), float(lon_text)
    except ValueError:
        return None
    return Point(lat, lon, name) if comma and abs(lat) <= 90 and abs(lon) <= 180 else None


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """An instant written as local time, None where it is none or lies outside any sensible span."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "T"))
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=zone)
    return aware if 2000 <= aware.year <= 2100 else None


def rounded(at: datetime, zone: ZoneInfo) -> datetime:
    """The next full minute in the city's zone: what a departure is asked for."""
    local = at.astimezone(zone)
    return (local + timedelta(seconds=59)).replace(second=0, microsecond=0)
