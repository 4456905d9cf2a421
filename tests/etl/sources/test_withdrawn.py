"""What a publisher no longer lists is marked, kept, counted, not shown; a part of a directory wipes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dashboard.queries.directory import directory
from dashboard.queries.reader import Reader
from etl import schema
from etl.errors import SourceError
from etl.sources import demo_osm_path
from geodata.cities import load_profile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.etl.sources.conftest import Loading


def tables(loading: Loading, folder: str, places: range, *, phones: range | None = None) -> Path:
    loading.write(f"{folder}/organizations.csv", "id,name\n" + "".join(f"o{n},Help {n}\n" for n in places))
    loading.write(
        f"{folder}/locations.csv",
        "id,organization_id,name,latitude,longitude\n" + "".join(f"l{n},o{n},Place {n},60.17,24.94\n" for n in places),
    )
    rows = "".join(f"p{n},l{n},+358 9 {n}\n" for n in (places if phones is None else phones))
    loading.write(f"{folder}/phones.csv", "id,location_id,number\n" + rows)
    return loading.folder / folder


def gone(loading: Loading, table: str = "location") -> set[str]:
    held = loading.rows(schema.metadata.tables[table])
    return set(held.loc[held["withdrawn_at"].notna(), "source_key"])


def shown(loading: Loading) -> set[str]:
    reader = Reader.of(loading.engine, load_profile(loading.city))
    return {place.name for place in directory(reader).institutions.values()}


def test_what_a_later_export_lacks_is_marked_kept_counted_and_no_longer_shown(loading: Loading) -> None:
    assert loading.one("hsds", tables(loading, "export-2024-01", range(6))).withdrawn == 0
    later = tables(loading, "export-2024-02", range(1, 6))
    report = loading.one("hsds", later)
    assert (report.read, report.unchanged, report.withdrawn, report.warnings) == (15, 15, 3, ())
    assert (gone(loading), gone(loading, "phone")) == ({"location-l0"}, {"phone-p0"})
    assert shown(loading) == {f"Place {n}" for n in range(1, 6)}
    run = loading.rows(schema.load_run).iloc[-1]
    assert run["rows_withdrawn"] == 3
    again = loading.one("hsds", later)
    assert (again.unchanged, again.withdrawn) == (15, 0)
    back = loading.one("hsds", tables(loading, "export-2024-03", range(6)))
    assert (back.updated, back.inserted, back.withdrawn) == (3, 0, 0)
    assert gone(loading) == set()
    assert "Place 0" in shown(loading)


def test_a_phone_that_went_from_a_place_that_stays_goes_alone(quick: Loading) -> None:
    quick.one("hsds", tables(quick, "one", range(4)))
    report = quick.one("hsds", tables(quick, "two", range(4), phones=range(1, 4)))
    assert report.withdrawn == 1
    assert (gone(quick), gone(quick, "phone")) == (set(), {"phone-p0"})


def test_a_file_that_lacks_too_much_is_taken_for_a_part_until_somebody_insists(quick: Loading) -> None:
    quick.one("hsds", tables(quick, "a1", range(6)))
    part = tables(quick, "a2", range(2))
    report = quick.one("hsds", part)
    assert (report.withdrawn, gone(quick)) == (0, set())
    assert "4 of 6 rows of organization" in report.warnings[0]
    assert "--option whole=yes" in report.warnings[0]
    assert quick.one("hsds", part, whole="yes").withdrawn == 12
    assert gone(quick) == {f"location-l{n}" for n in range(2, 6)}
    with pytest.raises(SourceError, match="whole=maybe: write yes"):
        quick.load("hsds", part, whole="maybe")


def test_a_part_that_is_said_to_be_one_withdraws_nothing(quick: Loading) -> None:
    quick.one("hsds", tables(quick, "a1", range(6)))
    assert quick.one("hsds", tables(quick, "a2", range(1, 6)), whole="no").withdrawn == 0
    assert gone(quick) == set()
    assert quick.one("hsds", tables(quick, "a3", range(1, 6))).withdrawn == 3


def test_one_object_is_never_the_whole_directory(quick: Loading) -> None:
    for number in (1, 2):
        one = {"id": f"o{number}", "name": "Help", "locations": [{"id": f"l{number}", "location_type": "physical"}]}
        assert quick.one("hsds", quick.write(f"one{number}.json", json.dumps(one))).withdrawn == 0
    page = {"total_pages": 3, "contents": [{"id": "o3", "name": "Help", "description": ""}]}
    assert quick.one("hsds", quick.write("page.json", json.dumps(page))).withdrawn == 0
    assert gone(quick, "organization") == set()


def test_other_files_of_the_source_keep_what_they_list(quick: Loading) -> None:
    quick.one("hsds", tables(quick, "both", range(4)))
    for name in ("organizations", "locations", "phones"):
        (quick.folder / "both" / f"{name}.csv").rename(quick.folder / "both" / f"north_{name}.csv")
    tables(quick, "both", range(10, 14))
    reports = quick.load("hsds", quick.folder / "both")
    assert [report.withdrawn for report in reports] == [0, 0]
    assert [report.unchanged for report in quick.load("hsds", quick.folder / "both")] == [12, 12]
    assert gone(quick) == set()


def test_a_row_that_is_refused_is_still_listed(quick: Loading) -> None:
    folder = tables(quick, "a", range(4))
    quick.one("hsds", folder)
    names = folder / "organizations.csv"
    names.write_text(names.read_text(encoding="utf-8").replace("Help 2", ""), encoding="utf-8")
    report = quick.one("hsds", folder)
    assert (report.rejected, report.withdrawn, gone(quick, "organization")) == (1, 0, set())


def test_an_institution_that_left_openstreetmap_is_withdrawn(quick: Loading) -> None:
    head = '<osm version="0.6" generator="t">'
    nodes = [
        f'<node id="{n}" lat="60.17" lon="24.94" version="1"><tag k="amenity" v="pharmacy"/>'
        f'<tag k="name" v="P{n}"/></node>'
        for n in range(1, 5)
    ]
    quick.one("osm", quick.write("town-1.osm", head + "".join(nodes) + "</osm>"))
    report = quick.one("osm", quick.write("other.osm", head + "".join(nodes[1:]) + "</osm>"))
    assert (report.read, report.withdrawn, gone(quick)) == (3, 1, {"n1"})
    assert shown(quick) == {"P2", "P3", "P4"}
    part = quick.one("osm", demo_osm_path())
    assert (part.withdrawn, len(part.warnings)) == (0, 1)
