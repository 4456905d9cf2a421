"""Open data against the standard: what HSDS 3.2 requires, of which type and from which list of values."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import Engine

from dashboard.app import LinkaDash
from dashboard.hsds import FIELDS, FILE_OF
from dashboard.queries.directory import directory
from dashboard.queries.reader import Reader
from tests.dashboard.directory.hsds_schema import schema
from tests.etl.sources.conftest import Loading

HOME = "http://localhost"
VALUES = {
    ("service", "status"): {"active", "inactive", "defunct", "temporarily closed"},
    ("location", "location_type"): {"physical", "postal", "virtual"},
    ("address", "address_type"): {"physical", "postal", "virtual"},
    ("schedule", "freq"): {"WEEKLY", "MONTHLY"},
}
TIME = re.compile(r"([01]\d|2[0-4]):[0-5]\d(:[0-5]\d)?(Z|[+-]\d\d:\d\d)?")
WEEKDAYS = re.compile(r"-?\d*(MO|TU|WE|TH|FR|SA|SU)(,-?\d*(MO|TU|WE|TH|FR|SA|SU))*")


def file_of(app: LinkaDash, name: str) -> bytes:
    return app.server.test_client().get(f"/open-data/{name}", base_url=HOME).data


def check(table: str, row: dict[str, Any]) -> None:
    """A row of a CSV table against the columns we promise in `datapackage.json`."""
    for text in FIELDS[table].split():
        name, mark = text.rstrip("!#@"), text[-1]
        value = row.get(name)
        if mark == "!":
            assert name in row, f"{table} lacks {name}"
        if value in (None, ""):
            continue
        if name == "id" or name.endswith("_id"):
            UUID(value)
        elif mark == "#":
            float(value)
        elif mark == "@":
            date.fromisoformat(value)
        else:
            assert isinstance(value, str), f"{table}.{name} is {value!r}"
        if (table, name) in VALUES:
            assert value in VALUES[table, name]
        if name in ("opens_at", "closes_at"):
            assert TIME.fullmatch(value), value
        if name == "byday":
            assert WEEKDAYS.fullmatch(value), value


def faults(table: str, found: Any, *, is_page: bool = False) -> list[str]:
    """What a validator of JSON Schema says against it."""
    validator = Draft202012Validator(schema(table, is_page=is_page), format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(found)]


@pytest.mark.parametrize(("name", "table"), [("services.json", "service"), ("locations.json", "location")])
def test_the_json_validates_against_the_schema(public_app: LinkaDash, name: str, table: str) -> None:
    page = json.loads(file_of(public_app, name))
    assert page["total_items"] == len(page["contents"]) > 0
    assert faults(table, page, is_page=True) == []


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("service_full", "service"),
        ("service_list", "service"),
        ("location", "location"),
        ("organization_full", "organization"),
        ("service_at_location_full", "service_at_location"),
    ],
)
def test_the_schema_takes_the_standards_own_examples_whole(shared_data: Path, name: str, table: str) -> None:
    example = json.loads((shared_data / "hsds" / f"hsds3_{name}.json").read_text(encoding="utf-8"))
    assert faults(table, example, is_page=name.endswith("_list")) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": None}, "is not of type 'string'"),
        ({"status": "open"}, "is not one of"),
        ({"id": "7"}, "is not a 'uuid'"),
        ({"assured_date": "yesterday"}, "is not a 'date'"),
        ({"minimum_age": "18"}, "is not of type 'number'"),
        ({"opening_hours": "Mo-Fr"}, "'opening_hours' was unexpected"),
        ({"phones": [{"id": "1554f2e2-a373-4db9-86e1-f1cde1b2e3c7"}]}, "'number' is a required property"),
    ],
)
def test_the_schema_refuses_what_the_standard_does_not_know(
    public_app: LinkaDash, change: dict[str, Any], told: str
) -> None:
    first = json.loads(file_of(public_app, "services.json"))["contents"][0]
    (fault,) = faults("service", first | change)
    assert told in fault


def test_the_package_loads_again_and_a_second_time_changes_nothing(
    public_app: LinkaDash, sqlite_engine: Engine, tmp_path: Path
) -> None:
    package = tmp_path / "hsds.zip"
    package.write_bytes(file_of(public_app, "hsds.zip"))
    loading = Loading(sqlite_engine, tmp_path)
    once, again = loading.one("hsds", package), loading.one("hsds", package)
    assert (once.rejected, again.rejected, once.inserted) == (0, 0, once.read)
    assert (again.unchanged, again.inserted, again.updated, again.withdrawn) == (once.read, 0, 0, 0)
    held = directory(public_app.deps.read).institutions.values()
    loaded = directory(Reader.of(sqlite_engine, public_app.deps.profile)).institutions.values()
    assert Counter(place.name for place in loaded) == Counter(place.name for place in held)


def test_the_package_holds_the_standards_files_and_every_reference_leads_somewhere(public_app: LinkaDash) -> None:
    with zipfile.ZipFile(io.BytesIO(file_of(public_app, "hsds.zip"))) as archive:
        package = json.loads(archive.read("datapackage.json"))
        tables = {
            one["name"]: list(csv.DictReader(io.StringIO(archive.read(one["path"]).decode())))
            for one in package["resources"]
        }
        assert {one["path"] for one in package["resources"]} | {"datapackage.json"} == set(archive.namelist())
    assert {"organization", "service", "service_at_location", "location", "address"} <= set(tables)
    ids = {table: [row["id"] for row in rows] for table, rows in tables.items()}
    for one in package["resources"]:
        rows = tables[one["name"]]
        assert len(set(ids[one["name"]])) == len(rows)
        for row in rows:
            check(one["name"], row)
        for key in one["schema"]["foreignKeys"]:
            held = set(ids[key["reference"]["resource"]])
            assert {row[key["fields"]] for row in rows} - {""} <= held, (one["name"], key)


def test_names_of_files_and_columns_are_those_of_the_standards_example(shared_data: Path) -> None:
    example = json.loads((shared_data / "hsds" / "hsds3_tabular.json").read_text(encoding="utf-8"))
    for table, text in FIELDS.items():
        columns = {key for row in example[f"{FILE_OF[table]}.csv"] for key in row}
        assert {one.rstrip("!#@") for one in text.split()} <= columns, table


def test_only_the_page_for_frames_may_be_framed(public_app: LinkaDash) -> None:
    client = public_app.server.test_client()
    framed = client.get("/embed?service=nanny", base_url=HOME)
    assert framed.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert 'class="place"' in framed.text
    assert "shell-nav" not in framed.text
    assert client.get("/find", base_url=HOME).headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_the_page_of_open_data_gives_the_code_of_a_frame(public_app: LinkaDash) -> None:
    page = public_app.server.test_client().get("/open-data?service=nanny", base_url=HOME).text
    assert "&lt;iframe src=&#34;http://localhost/embed?service=nanny&#34;" in page
    hostile = public_app.server.test_client().get('/open-data?service="><script>', base_url=HOME).text
    assert "<script>" not in hostile.split("</h1>")[1].split("</main>")[0]
