from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from sqlalchemy import func, select, update

from etl import bulk, runs, schema
from etl.errors import LoadError
from etl.ids import fact_id, fact_ids, reference_id
from etl.locks import writing
from etl.pipeline import run_load
from etl.prepared import Prepared
from etl.profile_tables import write_profile
from geodata.cities import load_profile
from tests.etl.rows import NOW, SOURCE, START, chunk, reject, requests

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from etl.report import LoadReport

HOUR = timedelta(hours=1)


def load(engine: Engine, *chunks: Prepared, day: int = 0, **options: Any) -> LoadReport:
    settings: dict[str, Any] = {"source": SOURCE, "file": "a.csv", "file_hash": None, "is_simulated": False}
    return run_load(engine, load_profile("demo"), chunks, now=NOW + timedelta(days=day), **{**settings, **options})


def rows_of(engine: Engine, table: Any) -> pd.DataFrame:
    with engine.connect() as connection:
        return bulk.read_frame(connection, select(table).order_by(*table.primary_key))


def events_of(engine: Engine, key: str) -> list[tuple[str, pd.Timestamp]]:
    found = rows_of(engine, schema.request_event)
    mine = found[found["request_id"] == fact_id(SOURCE, key)]
    return list(zip(mine["kind"], mine["at"], strict=True))


def test_rows_read_are_inserted_updated_unchanged_or_rejected(engine: Engine) -> None:
    first = load(engine, chunk(requests(10), rejects=reject(11)))
    assert (first.read, first.inserted, first.updated, first.unchanged, first.rejected) == (11, 10, 0, 0, 1)
    changed = requests(12, closed_at=[START + HOUR] * 3 + [None] * 9)
    second = load(engine, chunk(changed), day=1)
    assert (second.read, second.inserted, second.updated, second.unchanged, second.rejected) == (12, 2, 3, 7, 0)
    runs_held = rows_of(engine, schema.load_run)
    assert list(runs_held["rows_read"]) == [11, 12]
    assert list(runs_held["status"]) == ["done", "done"]


def test_a_second_load_of_the_same_file_changes_nothing(engine: Engine) -> None:
    load(engine, chunk(requests(10, closed_at=START + HOUR, executor_id=7)))
    before = [rows_of(engine, table) for table in (schema.request, schema.request_event, schema.sla_result)]
    report = load(engine, chunk(requests(10, closed_at=START + HOUR, executor_id=7)), day=1)
    assert (report.inserted, report.updated, report.unchanged) == (0, 0, 10)
    for table, held in zip((schema.request, schema.request_event, schema.sla_result), before, strict=True):
        pd.testing.assert_frame_equal(rows_of(engine, table), held)


def test_a_chunk_that_loses_a_row_is_refused_and_nothing_remains(engine: Engine) -> None:
    lossy = chunk(requests(10))
    object.__setattr__(lossy, "rows_read", 11)
    with pytest.raises(LoadError, match="11 rows read, but 10 kept and 0 rejected"):
        load(engine, chunk(requests(5)), lossy)
    assert rows_of(engine, schema.request).empty
    failed = rows_of(engine, schema.load_run).iloc[0]
    assert failed["status"] == "failed"
    assert "11 rows read" in failed["error"]


def test_a_dry_run_reports_all_and_leaves_no_trace(engine: Engine) -> None:
    report = load(engine, chunk(requests(10), rejects=reject(11)), dry_run=True)
    assert (report.read, report.inserted, report.rejected, report.is_dry_run) == (11, 10, 1, True)
    for table in (schema.request, schema.request_event, schema.load_run, schema.load_reject, schema.city_table):
        assert rows_of(engine, table).empty


def test_a_key_that_comes_twice_is_rejected_even_in_another_chunk(engine: Engine) -> None:
    report = load(
        engine,
        chunk(requests(10)),
        chunk(pd.concat([requests(2, first=8), requests(3, first=10), requests(1, first=12)])),
    )
    assert (report.read, report.inserted, report.rejected) == (16, 13, 3)
    held = rows_of(engine, schema.load_reject)
    assert list(held["value"]) == ["k8", "k9", "k12"]
    assert set(held["reason"]) == {"duplicate_key"}


def test_a_load_that_a_dead_process_left_running_is_marked_failed(engine: Engine) -> None:
    with writing(engine) as connection:
        city_id = write_profile(connection, load_profile("demo"))
        runs.open_run(connection, city_id, source=SOURCE, file="a.csv", file_hash=None, is_simulated=False, now=NOW)
    report = load(engine, chunk(requests(1)), day=1)
    held = rows_of(engine, schema.load_run).set_index("load_id")
    assert held.loc[report.load_id, "status"] == "done"
    dead = held.drop(report.load_id).iloc[0]
    assert (dead["status"], dead["error"]) == ("failed", runs.INTERRUPTED)


def test_a_first_load_tells_what_is_known_as_of_the_time_it_happened(engine: Engine) -> None:
    load(engine, chunk(requests(2, closed_at=[START + HOUR, None], executor_id=[7, None])))
    assert events_of(engine, "k0") == [("created", START), ("assigned", START), ("closed", START + HOUR)]
    assert events_of(engine, "k1") == [("created", START + timedelta(minutes=1))]
    held = rows_of(engine, schema.request_event)
    assert (held["known_at"] == held["at"]).all()


def test_contacts_of_a_later_load_are_known_since_then_whatever_it_changes(engine: Engine) -> None:
    def calls(count: int, wait_s: int) -> Prepared:
        keys = [f"c{number}" for number in range(count)]
        at = pd.Series([START] * count, dtype="datetime64[us, UTC]")
        frame = pd.DataFrame({
            "contact_id": fact_ids(SOURCE, keys), "source": SOURCE, "source_key": keys, "arrived_at": at,
            "arrived_on": START.date(), "arrived_hour": 9, "arrived_weekday": 0, "wait_s": wait_s,
            "outcome": "consultation", "caller_group_mask": 0, "is_on_behalf": False,
        })  # fmt: skip
        return Prepared("contact", count, {"contact": frame})

    load(engine, calls(1, 10))
    load(engine, calls(2, 20), day=1)
    load(engine, calls(2, 30), day=2)
    held = rows_of(engine, schema.contact).sort_values("source_key")
    assert held["known_at"].isna().tolist() == [True, False]
    assert held["known_at"].iloc[1] == pd.Timestamp(NOW + timedelta(days=1))
    assert held["wait_s"].tolist() == [30, 30]


def test_history_grows_from_repeated_exports(engine: Engine) -> None:
    load(engine, chunk(requests(1, executor_id=7)))
    load(engine, chunk(requests(1, executor_id=8, source_updated_at=START + 2 * HOUR)), day=1)
    load(engine, chunk(requests(1, executor_id=8, closed_at=START + 3 * HOUR)), day=2)
    load(engine, chunk(requests(1, executor_id=8)), day=3)
    load(engine, chunk(requests(1, executor_id=8, status="cancelled", closed_at=START + 9 * HOUR)), day=4)
    assert events_of(engine, "k0") == [
        ("created", START), ("assigned", START), ("assigned", START + 2 * HOUR), ("closed", START + 3 * HOUR),
        ("reopened", pd.Timestamp(NOW + timedelta(days=3))), ("cancelled", START + 9 * HOUR),
    ]  # fmt: skip
    held = rows_of(engine, schema.request_event)
    assert list(held["event_no"]) == [0, 1, 2, 3, 4, 5]
    assert list(held["known_at"][2:]) == [pd.Timestamp(NOW + timedelta(days=day)) for day in (1, 2, 3, 4)]
    assert list(held["executor_id"][1:3]) == [7, 8]


def test_a_corrected_closing_time_is_a_new_event_and_the_old_one_stands(engine: Engine) -> None:
    load(engine, chunk(requests(1, closed_at=START + HOUR)))
    load(engine, chunk(requests(1, closed_at=START + 5 * HOUR)), day=1)
    assert events_of(engine, "k0") == [("created", START), ("closed", START + HOUR), ("closed", START + 5 * HOUR)]


def test_a_closing_without_a_time_says_so(engine: Engine) -> None:
    load(engine, chunk(requests(1, status="closed")))
    held = rows_of(engine, schema.request_event).iloc[1]
    assert (held["kind"], held["reason"], held["at"]) == ("closed", "time_unknown", pd.Timestamp(NOW))


def test_events_of_the_source_are_taken_as_they_are_and_never_rewritten(engine: Engine) -> None:
    def with_events(reason: str, count: int) -> Prepared:
        rows = requests(1)
        events = pd.DataFrame(
            {
                "request_id": rows["request_id"].iloc[0],
                "event_no": range(count),
                "at": START,
                "kind": "created",
                "reason": reason,
            }
        )
        made = chunk(rows)
        object.__setattr__(made, "frames", {"request": rows, "request_event": events})
        return made

    load(engine, with_events("a", 2))
    report = load(engine, with_events("b", 3), day=1)
    assert list(rows_of(engine, schema.request_event)["reason"]) == ["a", "a", "b"]
    assert report.warnings


def test_columns_that_a_source_does_not_give_keep_what_they_hold(engine: Engine) -> None:
    load(engine, chunk(requests(2, source_topic="light")))
    with writing(engine) as connection:
        connection.execute(update(schema.request).values(incident_id=5))
    load(engine, chunk(requests(2, source_topic="water")), day=1)
    held = rows_of(engine, schema.request)
    assert list(held["incident_id"]) == [5, 5]
    assert list(held["source_topic"]) == ["water", "water"]


def test_executors_first_seen_in_a_load_are_added_and_known_ones_stand(engine: Engine) -> None:
    def executors(name: str) -> pd.DataFrame:
        row = {"executor_id": reference_id("demo", "executor", "parks-office"), "code": "parks-office", "kind": "city"}
        return pd.DataFrame([{**row, "name": name, "names": {"en": name}}])

    load(engine, chunk(requests(1), reference={"executor": executors("Parks")}))
    load(engine, chunk(requests(1), reference={"executor": executors("Other")}), day=1)
    held = rows_of(engine, schema.executor).set_index("code")
    assert held.loc["parks-office", "name"] == "Parks"


def test_unmapped_values_are_listed_with_their_rows(engine: Engine) -> None:
    unmapped = pd.DataFrame([{"field": "topic", "value": "Møøse", "rows": 3}])
    report = load(engine, chunk(requests(3), unmapped=unmapped), chunk(requests(3, first=3), unmapped=unmapped))
    assert report.unmapped == {"topic": {"Møøse": 6}}
    assert list(rows_of(engine, schema.unmapped_value)["rows"]) == [6]


def test_a_reject_that_comes_again_is_counted_once_and_one_that_does_not_is_mended(engine: Engine) -> None:
    load(engine, chunk(requests(1), rejects=pd.concat([reject(2), reject(3)])))
    load(engine, chunk(requests(2), rejects=reject(2)), day=1)
    assert list(rows_of(engine, schema.load_reject)["status"]) == ["dismissed", "mended", "open"]


def test_the_same_key_of_another_city_is_refused(engine: Engine) -> None:
    load(engine, chunk(requests(1)))
    with pytest.raises(LoadError, match="another city"):
        run_load(
            engine, load_profile("kryvyi-rih"), [chunk(requests(1))], source=SOURCE, file="a.csv", file_hash=None,
            is_simulated=False, now=NOW,
        )  # fmt: skip


def test_freshness_is_the_newest_row_and_never_the_future(engine: Engine) -> None:
    report = load(engine, chunk(requests(2, source_updated_at=[START + HOUR, pd.Timestamp(NOW + HOUR)])))
    assert report.newest_at == START + HOUR


def test_results_of_the_clock_follow_the_rows(engine: Engine) -> None:
    load(engine, chunk(requests(5, closed_at=START + HOUR)))
    ids = set(rows_of(engine, schema.sla_result)["request_id"])
    assert ids == {int(value) for value in fact_ids(SOURCE, [f"k{number}" for number in range(5)])}


def test_derived_tables_are_written_after_the_facts(engine: Engine) -> None:
    load(engine, chunk(requests(5)))
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.request)) == 5
