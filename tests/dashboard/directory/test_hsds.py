"""Open data against the standard: what HSDS 3.2 requires, of which type and from which list of values."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dashboard.app import LinkaDash
from dashboard.hsds import FIELDS, FILE_OF

HOME = "http://localhost"
PARTS = {
    "organization": "organization", "service_at_locations": "service_at_location", "location": "location",
    "phones": "phone", "schedules": "schedule", "languages": "language", "required_documents": "required_document",
    "cost_options": "cost_option", "contacts": "contact", "addresses": "address", "accessibility": "accessibility",
}  # fmt: skip
NESTED_WITHOUT = {"organization_id", "service_id", "location_id"}
"""Keys that nesting says: the standard requires them in its tables alone."""
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


def objects(table: str, found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield table, found
    for key, part in PARTS.items():
        inside = found.get(key)
        for one in inside if isinstance(inside, list) else [inside] if inside else []:
            yield from objects(part, one)


def check(table: str, row: dict[str, Any], *, is_nested: bool) -> None:
    for text in FIELDS[table].split():
        name, mark = text.rstrip("!#@"), text[-1]
        value = row.get(name)
        if mark == "!" and not (is_nested and name in NESTED_WITHOUT):
            assert name in row, f"{table} lacks {name}"
        if value in (None, ""):
            continue
        if name == "id" or name.endswith("_id"):
            UUID(value)
        elif mark == "#":
            float(value)
            assert not is_nested or isinstance(value, int | float)
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


@pytest.mark.parametrize(("name", "table"), [("services.json", "service"), ("locations.json", "location")])
def test_the_json_has_what_the_standard_requires_and_nothing_it_does_not_know(
    public_app: LinkaDash, name: str, table: str
) -> None:
    page = json.loads(file_of(public_app, name))
    assert page["total_items"] == len(page["contents"]) > 0
    for found in page["contents"]:
        for kind, one in objects(table, found):
            check(kind, one, is_nested=True)
            known = {text.rstrip("!#@") for text in FIELDS[kind].split()}
            assert set(one) <= known | set(PARTS), (kind, set(one) - known)


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
            check(one["name"], row, is_nested=False)
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
