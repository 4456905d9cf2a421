from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from etl import schema
from etl.ids import reference_id
from etl.sources import demo_osm_path

if TYPE_CHECKING:
    from pathlib import Path

    from etl.report import LoadReport
    from tests.etl.sources.conftest import Loading

FILES = {
    "baltimore-311": ("requests/baltimore-311.csv", 10_000, 0),
    "san-francisco-311": ("requests/san-francisco-311.csv", 10_000, 17),
    "vancouver-311-daily": ("contact_centre/vancouver-311-daily.csv", 5_585, 0),
    "osm": ("heidelberg/heidelberg.osm.pbf", 83, 0),
}


def counts(report: LoadReport) -> tuple[int, int, int, int, int]:
    return report.read, report.inserted, report.updated, report.unchanged, report.rejected


@pytest.mark.parametrize("source", FILES)
def test_a_publishers_file_loads_whole_and_a_second_load_changes_nothing(
    source: str, loading: Loading, shared_data: Path
) -> None:
    file, rows, refused = FILES[source]
    first = loading.one(source, shared_data / file)
    assert counts(first) == (rows, rows - refused, 0, 0, refused)
    second = loading.one(source, shared_data / file)
    assert counts(second) == (rows, 0, 0, rows - refused, refused)


def test_baltimores_times_are_local_and_its_rounded_points_are_none(quick: Loading, shared_data: Path) -> None:
    report = quick.one("baltimore-311", shared_data / FILES["baltimore-311"][0])
    assert report.repairs["point_rounded"] == 892
    held = quick.rows(schema.request).set_index("source_key")
    row = held.loc["18-00269879"]
    assert row["created_at"] == pd.Timestamp("2018-04-12 11:11:26", tz="America/New_York")
    assert row["source_due_at"] == pd.Timestamp("2018-04-13 11:11:26", tz="America/New_York")
    assert (row["created_on"], row["created_hour"], row["status"]) == (pd.Timestamp("2018-04-12"), 11, "closed")
    assert pd.isna(row["lon"])
    assert held.loc["5004100000j6t9wAAA", "lon"] == pytest.approx(-76.6692365628603)
    assert set(held["status"]) == {"open", "closed", "cancelled"}


def test_baltimores_topics_agencies_and_channels_become_reference_rows(quick: Loading, shared_data: Path) -> None:
    report = quick.one("baltimore-311", shared_data / FILES["baltimore-311"][0])
    assert "topic" not in report.unmapped
    held, topics = quick.rows(schema.request), quick.rows(schema.topic)
    names = held.merge(topics, on="topic_id")
    assert len(names) == 10_000
    assert set(names["name"]) == set(held["source_topic"])
    executors = quick.rows(schema.executor).set_index("name")["kind"]
    assert executors["BGE"] == "utility"
    assert executors["Solid Waste"] == "city"
    phone = reference_id("demo", "channel", "phone")
    assert (held["channel_id"] == phone).sum() == 4995


def test_san_franciscos_zero_points_are_none_and_its_days_are_its_own(quick: Loading, shared_data: Path) -> None:
    report = quick.one("san-francisco-311", shared_data / FILES["san-francisco-311"][0])
    assert report.repairs["point_zero"] == 4264
    held = quick.rows(schema.request).set_index("source_key")
    assert held.loc["1332449", "created_at"] == pd.Timestamp("2012-08-24 19:33:13", tz="UTC")
    assert held.loc["1332449", "created_hour"] == 12
    refused = quick.rows(schema.load_reject)
    assert set(refused["reason"]) == {"closed_before_created"}
    assert refused["raw"].map(lambda raw: raw["status_notes"]).isin(["***", None]).all()


def test_vancouvers_averages_become_sums(quick: Loading, shared_data: Path) -> None:
    quick.one("vancouver-311-daily", shared_data / FILES["vancouver-311-daily"][0])
    day = quick.rows(schema.contact_daily).set_index("source_key").loc["2024-09-30"]
    assert (day["offered"], day["answered"], day["abandoned"]) == (478, 477, 1)
    assert day["wait_total_s"] == pytest.approx(0.80083857442348 * 477)
    assert day["answered_in_time"] == pytest.approx(0.99163179916318 * 478)


@pytest.mark.parametrize(
    "files",
    [["hsds3_service_full.json"], ["hsds3_organization_full.json"], ["hsds3_service_list.json"], ["hsds3_tabular.json"],
     ["hsds3_location.json"], ["hsds3_service_at_location_full.json"]],
)  # fmt: skip
def test_every_shape_of_hsds_3_loads_twice_alike(files: list[str], quick: Loading, shared_data: Path) -> None:
    paths = [shared_data / "hsds" / name for name in files]
    (first,) = quick.load("hsds", *paths)
    assert first.read == first.inserted > 0
    (second,) = quick.load("hsds", *paths)
    assert (second.unchanged, second.rejected) == (first.read, 0)


def test_documents_that_contradict_each_other_agree_on_the_last_word(quick: Loading, shared_data: Path) -> None:
    paths = sorted((shared_data / "hsds").glob("*.json"))
    quick.load("hsds", *paths)
    again = quick.load("hsds", *paths)
    assert [report.unchanged for report in again] == [report.read for report in again]


def test_the_tables_of_hsds_1_and_of_ohana_load_with_their_links(loading: Loading, shared_data: Path) -> None:
    reports = loading.load("hsds", *sorted((shared_data / "hsds").glob("*.csv")))
    assert {report.file: counts(report) for report in reports} == {
        "hsds/*.csv": (59, 59, 0, 0, 0),
        "hsds/ohana_*.csv": (460, 460, 0, 0, 0),
    }
    places, services = loading.rows(schema.location), loading.rows(schema.service)
    given = loading.rows(schema.service_at_location)
    ohana = services[services["source_key"].isin([f"service-{number}" for number in range(1, 24)])]
    assert len(ohana) == 23
    assert set(ohana["id"]) <= set(given["service_id"])
    assert set(given["location_id"]) <= set(places["id"])
    assert ohana["organization_id"].notna().all()
    seen = loading.rows(schema.accessibility_observation)
    first = places.set_index("source_key").loc["location-1", "id"]
    mine = seen[seen["location_id"] == first].set_index("property")["value"]
    assert mine.to_dict() == {"accessible_toilet": "yes", "disabled_parking": "yes", "step_free_entrance": "yes"}
    schedules = loading.rows(schema.schedule)
    assert set(schedules["byday"]) <= {"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
    eligibility = services.set_index("source_key")["eligibility_description"]
    assert eligibility["service-c89eb05c-62dd-4b64-b494-0cc347b6ea7f"] == "adult"


def test_the_demo_extract_gives_a_hundred_institutions_with_services_and_unknown_stays_unknown(
    loading: Loading,
) -> None:
    report = loading.one("osm", demo_osm_path())
    assert report.inserted >= 100
    places, given = loading.rows(schema.location), loading.rows(schema.service_at_location)
    assert set(places["id"]) == set(given["location_id"])
    assert places["territory_id"].notna().mean() > 0.9
    assert places["opening_hours"].isna().any()
    seen = loading.rows(schema.accessibility_observation)
    assert 0 < seen["location_id"].nunique() < len(places)
    assert "unknown" not in set(seen["value"])
    post = places.set_index("name").loc["Pääposti"]
    assert post["name_translations"]["ru"] == "Главпочтамт"
