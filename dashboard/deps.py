"""What an app is handed when it is made: settings, the city, the way to its data, a clock, its pages and cards.

Nothing below reaches for a global: two apps with two databases live side by side in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal

from dashboard.answers import Answers
from dashboard.page import Pages
from dashboard.settings import Settings
from etl.db import make_engine
from etl.public_role import PUBLIC_READER
from geodata.cities import load_profile

if TYPE_CHECKING:
    from dashboard.cards import Cards
    from dashboard.queries import Reader
    from dashboard.queries.held import Held
    from geodata.profile import CityProfile

Process = Literal["staff", "public"]


def utc_now() -> datetime:
    """The moment now; the one clock of the read side."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Deps:
    """What pages and shell lean on."""

    settings: Settings
    profile: CityProfile
    read: Reader
    cards: Cards
    process: Process = "staff"
    now: Callable[[], datetime] = utc_now
    pages: Pages = field(default_factory=Pages)
    answers: Answers = field(default_factory=Answers)

    def today(self) -> date:
        """Today in the city."""
        return self.now().astimezone(self.profile.zone).date()


def make_deps(
    settings: Settings, *, process: Process = "staff", now: Callable[[], datetime] = utc_now, held: Held | None = None
) -> Deps:
    """Deps of one process; the engine opens its first connection with the first question.

    `held`: what holds roll-ups for as long as the process lives; without it the database is asked each time.
    """
    from dashboard.cards import Cards
    from dashboard.queries import Reader

    profile = load_profile(settings.city, cities_dir=settings.base.cities_dir, data_dir=settings.base.data_dir)
    base = settings.base
    is_public = process == "public"
    engine = make_engine(
        (base.public_database_url.value if is_public else "") or base.database_url.value,
        read_only=True,
        rights=PUBLIC_READER if is_public else None,
        timeout_s=settings.query_timeout_s,
        pool_size=settings.threads,
    )
    read = Reader.of(engine, profile, held=held)
    return Deps(settings=settings, profile=profile, read=read, cards=Cards(), process=process, now=now)
