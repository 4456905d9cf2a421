"""Refused rows of every kind of source: exported, mended in a spreadsheet's way, loaded again, and none forgotten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from etl import bulk, schema
from etl.__main__ import app
from etl.db import make_engine

if TYPE_CHECKING:
    from collections.abc import Callable

OPEN311_HEADER = "service_request_id,status,service_name,requested_datetime\n"


class City:
    """The command line of one database, and its tables."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder

    def run(self, *words: object) -> Any:
        return CliRunner().invoke(app, [str(word) for word in words])

    def load(self, *words: object) -> dict[str, Any]:
        found = self.run(*words, "--json")
        assert found.exit_code in (0, 3), found.output
        return dict(json.loads(found.stdout))

    def exported(self, name: str = "mended.csv") -> tuple[Path, pd.DataFrame]:
        path = self.folder / name
        assert self.run("rejects", "export", path).exit_code == 0
        return path, pd.read_csv(path, dtype=str, keep_default_na=False)

    def rows(self, table: Any) -> pd.DataFrame:
        engine = make_engine(self.url)
        with engine.connect() as connection:
            found = bulk.read_frame(connection, select(table))
        engine.dispose()
        return found

    def rejects(self) -> list[str]:
        return sorted(self.rows(schema.load_reject)["status"])

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def city(database_url: str, environment: Callable[..., None], tmp_path: Path) -> City:
    """Run commands on each engine."""
    environment(database_url=database_url, city="demo", data_dir=str(tmp_path / "var"))
    return City(database_url, tmp_path)


@pytest.fixture
def quick(sqlite_url: str, environment: Callable[..., None], tmp_path: Path) -> City:
    """Run commands on SQLite alone, for what does not depend on the engine."""
    environment(database_url=sqlite_url, city="demo", data_dir=str(tmp_path / "var"))
    return City(sqlite_url, tmp_path)


def test_requests_of_baltimore_come_in_after_mending(city: City, shared_data: Path) -> None:
    with (shared_data / "requests" / "baltimore-311.csv").open(encoding="utf-8") as handle:
        lines = [next(handle) for _ in range(5)]
    lines[1] = lines[1].replace("04/12/2018 11:11:26 AM", "tomorrow")
    lines[2] = lines[2].replace("11/13/2018 01:06:56 PM", "")
    file = city.write("baltimore.csv", "".join(lines))
    assert city.load("load", "baltimore-311", file)["rejected"] == 2
    path, frame = city.exported("baltimore.csv.mended")
    assert list(frame["linka_reason"]) == ["bad_instant", "missing_created"]
    assert frame["Address"].tolist() == ["***", "***"]
    frame.loc[0, "CreatedDate"] = "04/12/2018 11:11:26 AM"
    frame.to_csv(path, index=False, sep=";", encoding="utf-8-sig")
    report = city.load("rejects", "resubmit", path)
    assert (report["read"], report["inserted"], report["rejected"]) == (2, 1, 1)
    assert city.rejects() == ["dismissed", "mended", "open"]
    path, frame = city.exported()
    assert city.load("rejects", "resubmit", path)["rejected"] == 1
    again = city.load("load", "baltimore-311", file)
    assert (again["inserted"], again["unchanged"], again["rejected"]) == (0, 2, 2)


def test_rows_of_a_directory_go_back_to_their_own_tables(city: City) -> None:
    city.write("d/organizations.csv", "id,name\n1,Help\n2,\n2,Twice\n3,\n")
    city.write("d/phones.csv", "id,organization_id,number\n7,1,\n8,1,112\n")
    first = city.load("load", "hsds:town", city.folder / "d")
    assert (first["read"], first["inserted"], first["rejected"]) == (6, 2, 4)
    path, frame = city.exported()
    assert sorted(frame["linka_field"]) == [
        "organization.id", "organization.name", "organization.name", "phone.number",
    ]  # fmt: skip
    frame.loc[frame["linka_field"] == "organization.id", "id"] = "4"
    frame.loc[frame["linka_field"] == "phone.number", "number"] = "+358 9 100"
    frame.loc[(frame["linka_field"] == "organization.name") & (frame["id"] == "3"), "name"] = "Aid"
    frame.to_csv(path, index=False)
    report = city.load("rejects", "resubmit", path)
    assert (report["read"], report["inserted"], report["rejected"], report["withdrawn"]) == (4, 3, 1, 0)
    assert set(city.rows(schema.organization)["name"]) == {"Help", "Twice", "Aid"}
    phones = city.rows(schema.phone)
    assert set(phones["number"]) == {"112", "+358 9 100"}
    assert len(set(phones["organization_id"])) == 1
    assert city.rejects().count("open") == 1


def test_requests_of_an_open311_server_come_in_after_mending(quick: City) -> None:
    file = quick.write("page.csv", OPEN311_HEADER + "1,open,Water,yesterday\n2,open,Water,2024-03-01T08:00:00Z\n")
    assert quick.load("load", "open311:town", file)["rejected"] == 1
    path, frame = quick.exported()
    frame.assign(requested_datetime="2024-03-02T08:00:00Z").to_csv(path, index=False)
    assert quick.load("rejects", "resubmit", path)["inserted"] == 1
    assert quick.rejects() == ["mended"]


def test_mended_calls_back_belong_to_the_requests_that_the_load_named(quick: City) -> None:
    asked = quick.write("asked.toml", 'table = "request"\n[fields]\nkey = "id"\ncreated = "at"\n')
    calls = quick.write(
        "calls.toml", 'table = "followup"\n[fields]\nkey = "id"\nrequest = "about"\ntried = "at"\nreached = "ok"\n'
    )
    quick.load("load", asked, quick.write("asked.csv", "id,at\n1,2024-03-01 08:00\n"))
    quick.load("load", calls, quick.write("calls.csv", "id,about,at,ok\n7,1,soon,yes\n"), "-o", "request_source=asked")
    path, frame = quick.exported()
    frame.assign(at="2024-03-02 08:00").to_csv(path, index=False)
    assert quick.load("rejects", "resubmit", path)["inserted"] == 1
    assert quick.rows(schema.followup)["request_id"].tolist() == quick.rows(schema.request)["request_id"].tolist()


def test_a_map_with_its_own_separator_and_leading_lines_reads_the_mended_rows(quick: City) -> None:
    town = quick.write(
        "town.toml",
        'table = "request"\n[fields]\nkey = "id"\ncreated = "at"\nlat = "y"\nlon = "x"\n'
        '[read]\nseparator = ";"\nskip_rows = 2\ndecimal = ","\nencoding = "cp1250"\n',
    )
    file = quick.write("a.csv", "Export\nof today\nid;at;y;x\n1;soon;60,17;24,94\n")
    assert quick.load("load", town, file)["rejected"] == 1
    path, frame = quick.exported()
    frame.assign(at="2024-03-01 08:00").to_csv(path, index=False)
    assert quick.load("rejects", "resubmit", path)["inserted"] == 1
    assert quick.rows(schema.request)["lat"].tolist() == [60.17]


def test_a_row_that_was_not_kept_is_sent_back_to_its_file_and_stays_open(quick: City) -> None:
    town = quick.write("town.toml", 'table = "request"\n[fields]\nkey = "id"\ncreated = "at"\n')
    quick.load("load", town, quick.write("a.csv", "id,at\n1\n"))
    path, _ = quick.exported()
    found = quick.run("rejects", "resubmit", path)
    assert found.exit_code == 1
    assert "load that again, which settles them" in found.stderr
    assert quick.rejects() == ["open"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "no column linka_reject_id"),
        ("linka_reject_id,a\n1,2\n", "no column linka_source"),
        ("linka_reject_id,linka_source,id\n1.0,town,2\n", "row 1: linka_reject_id '1.0' is no number"),
        ("", "is not the CSV file"),
    ],
)
def test_another_file_is_refused_with_what_is_wrong(text: str, says: str, quick: City) -> None:
    quick.run("init")
    assert says in quick.run("rejects", "resubmit", quick.write("other.csv", text)).stderr
