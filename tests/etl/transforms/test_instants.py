from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transforms.instants import local_parts, parse_instants

UTC = ZoneInfo("UTC")
KYIV = ZoneInfo("Europe/Kyiv")
FIRST, LAST = datetime.fromisoformat("1901-01-01"), datetime.fromisoformat("2099-12-31")
US = "%m/%d/%Y %I:%M:%S %p"


def one(text: str, *formats: str, zone: ZoneInfo = UTC) -> pd.Timestamp | None:
    found = parse_instants(pa.array([text], pa.string()), formats, zone)
    assert bool(found.is_bad[0]) == pd.isna(found.at.iloc[0])
    return None if found.is_bad[0] else found.at.iloc[0]


@pytest.mark.parametrize(
    ("text", "formats", "utc"),
    [
        ("2024-03-01", (), "2024-02-29 22:00"),
        ("2024-03-01 08:00", (), "2024-03-01 06:00"),
        ("2024-03-01T08:00:00Z", (), "2024-03-01 08:00"),
        ("2024-03-01 08:00:00+00:00", (), "2024-03-01 08:00"),
        ("2024-03-01 08:00:00 UTC", (), "2024-03-01 08:00"),
        ("2024-03-01T08:00:00.250-0500", (), "2024-03-01 13:00:00.250"),
        ("03/01/2024 01:05:00 PM", (US,), "2024-03-01 11:05"),
        ("1709280000", ("epoch_s",), "2024-03-01 08:00"),
        ("1709280000000", ("epoch_ms",), "2024-03-01 08:00"),
        ("01.03.2024 10:00 +0200", ("%d.%m.%Y %H:%M %z",), "2024-03-01 08:00"),
        ("29.02.2024", ("%d.%m.%Y",), "2024-02-28 22:00"),
    ],
)
def test_moments_are_read_by_format_offset_or_zone(text: str, formats: tuple[str, ...], utc: str) -> None:
    assert one(text, *formats, zone=KYIV) == pd.Timestamp(utc, tz="UTC")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("30.02.2024 08:00", "%d.%m.%Y %H:%M"), ("31.04.2024 08:00", "%d.%m.%Y %H:%M"), ("29.02.2023", "%d.%m.%Y"),
        ("02/30/2018 01:00:00 AM", US), ("20240230", "%Y%m%d"), ("2024-02-30", "%Y-%m-%d"), ("2024-13-01", "%Y-%m-%d"),
        ("12/31/9999 12:00:00 AM", US), ("2024", "%d.%m.%Y"), ("soon", US), ("2024-03-01x", "%d.%m.%Y"),
    ],
)  # fmt: skip
def test_what_is_no_moment_is_none(text: str, form: str) -> None:
    assert one(text, form) is None


@given(
    st.datetimes(FIRST, LAST),
    st.sampled_from([US, "%d.%m.%Y %H:%M:%S", "%Y%m%d%H%M%S"]),
)
def test_every_moment_that_is_written_is_read(at: datetime, form: str) -> None:
    at = at.replace(microsecond=0)
    assert one(at.strftime(form), form) == pd.Timestamp(at, tz="UTC")


@given(st.datetimes(datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2030-01-01")))
def test_local_time_agrees_with_pythons_own_zones(at: datetime) -> None:
    at = at.replace(microsecond=0)
    found = parse_instants(pa.array([at.isoformat()]), (), KYIV)
    expected = at.replace(tzinfo=KYIV).astimezone(UTC)
    if not found.missing:
        assert found.at.iloc[0] == pd.Timestamp(expected)
    else:
        assert abs(found.at.iloc[0] - pd.Timestamp(expected)) <= timedelta(hours=1)


def test_days_and_hours_are_the_citys_own() -> None:
    at = pd.Series(pd.to_datetime(["2024-03-31 22:30", None], utc=True))
    day, hour, weekday = local_parts(at, KYIV)
    assert (day[0], hour[0], weekday[0]) == (pd.Timestamp("2024-04-01"), 1, 0)
    assert pd.isna(day[1])
    assert pd.isna(hour[1])
