"""Settings of the two processes, on top of those of the write side; read from the environment once."""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.errors import DashboardSettingsError, NotAllowedError
from etl import settings as etl_settings
from etl.errors import SettingsError
from etl.settings import Secret


@dataclass(frozen=True, slots=True)
class Settings:
    """What the read side needs to know; `metadata["env"]` of a field names its variable, `["help"]` explains it."""

    base: etl_settings.Settings
    host: str = field(
        default="127.0.0.1",
        metadata={
            "env": "LINKA_HOST",
            "help": "address to listen on; beyond loopback the staff pages want a password",
        },
    )
    port: int = field(
        default=8050, metadata={"env": "LINKA_PORT", "help": "port of the staff process; the public one takes the next"}
    )
    staff_password: Secret = field(
        default=Secret(""),
        metadata={"env": "LINKA_STAFF_PASSWORD", "help": "password of the staff pages; none: loopback only"},
    )
    secret_key: Secret = field(
        default=Secret(""),
        metadata={"env": "LINKA_SECRET_KEY", "help": "key that signs sessions; default: one made per data folder"},
    )
    min_n: int = field(
        default=5, metadata={"env": "LINKA_MIN_N", "help": "smallest n of which a figure is shown, 1 to 1000"}
    )
    query_timeout_s: int = field(
        default=20,
        metadata={"env": "LINKA_QUERY_TIMEOUT_S", "help": "longest a page asks the database, 1 to 600 s"},
    )
    workers: int = field(default=2, metadata={"env": "LINKA_WORKERS", "help": "processes of each web server, 1 to 32"})
    threads: int = field(default=8, metadata={"env": "LINKA_THREADS", "help": "threads of each of them, 1 to 64"})
    held_mb: int = field(
        default=256,
        metadata={
            "env": "LINKA_HELD_MB",
            "help": "memory that each staff process holds roll-ups in, 0 (none) to 16384 MB",
        },
    )
    public_url: str = field(
        default="", metadata={"env": "LINKA_PUBLIC_URL", "help": "address of the public process as people reach it"}
    )
    staff_url: str = field(
        default="",
        metadata={
            "env": "LINKA_STAFF_URL",
            "help": "address of the staff process as its readers reach it: the links of the e-mailed brief lead there",
        },
    )
    embed_origins: str = field(
        default="*",
        metadata={
            "env": "LINKA_EMBED_ORIGINS",
            "help": "websites that may show /embed in a frame: *, none, or addresses separated by blanks",
        },
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from `environ` (default: the process's); raises `DashboardSettingsError` naming the variable."""
        env = os.environ if environ is None else environ
        try:
            return cls(
                base=etl_settings.Settings.from_env(env),
                host=env.get("LINKA_HOST", "").strip() or "127.0.0.1",
                port=etl_settings.whole_number(env, "LINKA_PORT", default=8050, low=1, high=65_534),
                staff_password=Secret(env.get("LINKA_STAFF_PASSWORD", "")),
                secret_key=Secret(env.get("LINKA_SECRET_KEY", "")),
                embed_origins=_origins(env.get("LINKA_EMBED_ORIGINS", "")),
                min_n=etl_settings.whole_number(env, "LINKA_MIN_N", default=5, low=1, high=1_000),
                query_timeout_s=etl_settings.whole_number(env, "LINKA_QUERY_TIMEOUT_S", default=20, low=1, high=600),
                workers=etl_settings.whole_number(env, "LINKA_WORKERS", default=2, low=1, high=32),
                threads=etl_settings.whole_number(env, "LINKA_THREADS", default=8, low=1, high=64),
                held_mb=etl_settings.whole_number(env, "LINKA_HELD_MB", default=256, low=0, high=16_384),
                public_url=_web_address(env, "LINKA_PUBLIC_URL"),
                staff_url=_web_address(env, "LINKA_STAFF_URL"),
            )
        except SettingsError as error:
            raise DashboardSettingsError(str(error)) from error

    @property
    def city(self) -> str:
        """Slug of the city profile."""
        return self.base.city

    def check_listening(self, process: str) -> None:
        """Raises `NotAllowedError` where the staff process would listen beyond loopback without a password."""
        if process == "staff" and not self.staff_password and not is_loopback(self.host):
            raise NotAllowedError(
                f"The staff process does not listen on {self.host} without a password:"
                " set LINKA_STAFF_PASSWORD, or LINKA_HOST=127.0.0.1"
            )

    def session_key(self) -> str:
        """The key that signs sessions: the one given, else one kept in the data folder, readable by its owner only."""
        if self.secret_key:
            return self.secret_key.value
        return _kept_key(self.base.data_dir / "session.key")


def is_loopback(host: str) -> bool:
    """True for `localhost` and the addresses of the machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _origins(text: str) -> str:
    given = text.split() or ["*"]
    if given == ["none"]:
        return "'none'"
    for one in given:
        if one != "*" and (not one.startswith(("http://", "https://")) or any(sign in one for sign in ";,'\"")):
            raise DashboardSettingsError(f"LINKA_EMBED_ORIGINS must be *, none, or web addresses, not {one!r}")
    return " ".join(given)


def _web_address(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "").strip()
    if text and not text.startswith(("http://", "https://")):
        raise DashboardSettingsError(f"{name} must begin with http:// or https://, not {text!r}")
    return text.rstrip("/")


def _kept_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(48)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip() or made
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made)
    return made
