"""Settings, read from the environment once and handed on; every one is documented in the README's table.

Secrets are wrapped so that printing a `Settings` never shows them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from etl.errors import SettingsError

DEFAULT_URL = "sqlite:///var/linka.db"


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that never prints itself."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the write side needs to know; `metadata["env"]` of a field names its variable, `["help"]` explains it."""

    database_url: Secret = field(
        default=Secret(DEFAULT_URL),
        metadata={"env": "LINKA_DATABASE_URL", "help": "database: sqlite:///FILE or postgresql://USER@HOST/DATABASE"},
    )
    city: str = field(default="demo", metadata={"env": "LINKA_CITY", "help": "slug of the city profile"})
    data_dir: Path = field(
        default=Path("var"),
        metadata={"env": "LINKA_DATA_DIR", "help": "folder of built networks, maps, indexes and reports"},
    )
    cities_dir: Path | None = field(
        default=None,
        metadata={"env": "LINKA_CITIES_DIR", "help": "folder of city profiles of your own, besides the shipped ones"},
    )
    salt: Secret = field(
        default=Secret(""),
        metadata={
            "env": "LINKA_SALT",
            "help": "secret that callers' hashes are salted with; default: one made per data folder",
        },
    )
    search: str = field(
        default="file",
        metadata={
            "env": "LINKA_SEARCH",
            "help": "where the public search index lives: file (in the data folder), or database (PostgreSQL only)",
        },
    )
    public_database_url: Secret = field(
        default=Secret(""),
        metadata={
            "env": "LINKA_PUBLIC_DATABASE_URL",
            "help": "database as the public process reaches it, with the role that `python -m etl grant` gives its "
            "narrow rights; none: LINKA_DATABASE_URL",
        },
    )
    chunk_rows: int = field(
        default=50_000,
        metadata={"env": "LINKA_CHUNK_ROWS", "help": "rows a load holds in memory at once, 1000 to 1000000"},
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from `environ` (default: the process's); raises `SettingsError` naming the variable and the cure."""
        env = os.environ if environ is None else environ
        url = env.get("LINKA_DATABASE_URL", "").strip() or DEFAULT_URL
        _check_url(url)
        public = env.get("LINKA_PUBLIC_DATABASE_URL", "").strip()
        if public:
            _check_url(public, "LINKA_PUBLIC_DATABASE_URL")
        return cls(
            database_url=Secret(url),
            city=env.get("LINKA_CITY", "").strip() or "demo",
            data_dir=Path(env.get("LINKA_DATA_DIR", "").strip() or "var"),
            cities_dir=Path(own) if (own := env.get("LINKA_CITIES_DIR", "").strip()) else None,
            salt=Secret(env.get("LINKA_SALT", "")),
            search=_choice(env, "LINKA_SEARCH", ("file", "database")),
            public_database_url=Secret(public),
            chunk_rows=whole_number(env, "LINKA_CHUNK_ROWS", default=50_000, low=1_000, high=1_000_000),
        )


def whole_number(env: Mapping[str, str], name: str, *, default: int, low: int, high: int) -> int:
    """A whole number from `env` within limits, else `SettingsError`."""
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.lstrip("-").isdigit() or not low <= int(text) <= high:
        raise SettingsError(f"{name} must be a whole number from {low} to {high}, not {text!r}")
    return int(text)


def _choice(env: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    """One of `values`, the first where nothing is set, else `SettingsError`."""
    given = env.get(name, "").strip() or values[0]
    if given not in values:
        raise SettingsError(f"{name} must be {' or '.join(values)}, not {given!r}")
    return given


def _check_url(url: str, name: str = "LINKA_DATABASE_URL") -> None:
    try:
        backend = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):  # neither goes on: both may quote a part of the password
        raise SettingsError(
            f"{name} is not a database URL: write sqlite:///var/linka.db or postgresql://USER@HOST/DATABASE, "
            "with %40, %3A and %2F for @, : and / in a password"
        ) from None
    if backend not in ("sqlite", "postgresql"):
        raise SettingsError(f"{name} names {backend}: Linka runs on sqlite and postgresql")
