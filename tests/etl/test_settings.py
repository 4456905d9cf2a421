from __future__ import annotations

import traceback

import pytest

from etl.errors import SettingsError
from etl.settings import Settings


@pytest.mark.parametrize(
    "url",
    [
        "postgres//s3cret",
        "postgresql://linka:s3cret@host:port/linka",
        "postgresql://linka:p@s3cret:x@host/linka",
        "mysql://linka:s3cret@host/linka",
    ],
)
def test_a_wrong_database_url_is_refused_without_a_word_of_it(url: str) -> None:
    with pytest.raises(SettingsError, match="LINKA_DATABASE_URL") as caught:
        Settings.from_env({"LINKA_DATABASE_URL": url})
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LINKA_CHUNK_ROWS", "many", "LINKA_CHUNK_ROWS must be a whole number from 1000 to 1000000, not 'many'"),
        ("LINKA_SEARCH", "cloud", "LINKA_SEARCH must be file or database, not 'cloud'"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        Settings.from_env({name: value})


def test_settings_never_print_their_secrets() -> None:
    settings = Settings.from_env({"LINKA_DATABASE_URL": "postgresql://linka:s3cret@host/linka", "LINKA_SALT": "s3cret"})
    assert "s3cret" not in f"{settings!r} {settings.database_url} {settings.salt}"
