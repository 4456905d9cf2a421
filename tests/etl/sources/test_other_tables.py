from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from etl import schema
from etl.errors import SourceError
from etl.ids import fact_id
from etl.sources import demo_osm_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.etl.sources.conftest import Loading

HEAD = 'time_zone = "Europe/Helsinki"\n'
CALLS = """
table = "contact"
add = ["channel"]
[fields]
key = "id"
arrived = "at"
answered = "answered"
channel = "how"
outcome = "result"
talk_s = "talk"
request = "sr"
caller_group = "group"
on_behalf = "other"
[words.outcome]
request = ["filed"]
"""


def test_calls_get_their_waiting_time_groups_and_request(loading: Loading) -> None:
    file = loading.write(
        "a.csv",
        "id;at;answered;how;result;talk;sr;group;other\n"
        "1;2024-03-01 08:00;2024-03-01 08:02;phone;filed;1:30;SR7;seniors, unknown;yes\n"
        "2;2024-03-01 09:00;;Fax;abandoned;;;;\n"
        "3;2024-03-01 10:00;2024-03-01 09:59;phone;maybe;0:00:05;;;?\n",
    )
    report = loading.one(str(loading.write("calls.toml", CALLS)), file, request_source="town")
    assert (report.read, report.inserted) == (3, 3)
    assert report.unmapped["caller_group"] == {"unknown": 1}
    assert report.unmapped["outcome"] == {"maybe": 1}
    assert report.unmapped["on_behalf"] == {"?": 1}
    assert report.repairs == {"bad_wait_s_dropped": 1}
    held = loading.rows(schema.contact).set_index("source_key").sort_index()
    assert held["wait_s"].fillna(-1).tolist() == [120, -1, -1]
    assert held["talk_s"].fillna(-1).tolist() == [90, -1, 5]
    assert held["outcome"].tolist() == ["request", "abandoned", "other"]
    assert held.loc["1", "request_id"] == fact_id("town", "SR7")
    assert held["is_on_behalf"].tolist() == [True, False, False]
    assert held.loc["1", "caller_group_mask"] > 0
    assert held.loc["1", "arrived_hour"] == 8
    assert "Fax" in set(loading.rows(schema.channel)["name"])


def test_tickets_get_the_times_between_their_moments(quick: Loading) -> None:
    text = (
        'table = "queue_ticket"\n'
        + HEAD
        + '[fields]\nkey = "no"\nissued = "a"\ncalled = "b"\nended = "c"\nline = "desk"\n'
    )
    file = quick.write(
        "t.csv",
        "no,a,b,c,desk\nA1,2024-03-01 08:00,2024-03-01 08:10,2024-03-01 08:25,counter_cash\nA2,2024-03-01 09:00,,,?\n",
    )
    report = quick.one(str(quick.write("tickets.toml", text)), file)
    assert (report.inserted, report.unmapped["line"]) == (2, {"?": 1})
    held = quick.rows(schema.queue_ticket).set_index("source_key").sort_index()
    assert held.loc["A1", ["wait_s", "service_s"]].tolist() == [600, 900]
    assert held.loc["A1", "line_id"] > 0


def test_calls_back_say_what_the_caller_said(quick: Loading) -> None:
    text = (
        'table = "followup"\n'
        + HEAD
        + '[fields]\nkey = "n"\nrequest = "sr"\ntried = "at"\nconfirmed = "ok"\nreached = "up"\n'
        '[words.flag]\nyes = ["hej"]\n'
    )
    file = quick.write("f.csv", "n,sr,at,ok,up\n1,7,2024-03-01,hej,\n2,7,2024-03-02,,no\n3,,2024-03-02,,\n")
    report = quick.one(str(quick.write("back.toml", text)), file)
    assert (report.inserted, report.rejected) == (2, 1)
    held = quick.rows(schema.followup).set_index("source_key").sort_index()
    assert held["is_reached"].tolist() == [True, False]
    assert held.loc["1", "is_confirmed"]
    assert pd.isna(held.loc["2", "is_confirmed"])


def test_days_of_a_centre_may_come_by_line_in_percent_and_more_answered_than_came_is_refused(quick: Loading) -> None:
    text = (
        'table = "contact_daily"\n[fields]\nday = "d"\nline = "l"\noffered = "o"\nanswered = "a"\nservice_level = "s"\n'
        '[formats]\nday = ["%d.%m.%Y"]\n[defaults]\nanswer_within_s = "30"\n[read]\ndecimal = ","\n'
    )
    file = quick.write(
        "d.csv", "d;l;o;a;s\n1.3.2024;main;1.000;800;82,5\n2.3.2024;main;10;11;90\n1.3.2024;main;1;1;1\n"
    )
    report = quick.one(str(quick.write("days.toml", text)), file)
    assert (report.read, report.inserted, report.rejected) == (3, 1, 2)
    day = quick.rows(schema.contact_daily).iloc[0]
    assert (day["offered"], day["answered"], day["abandoned"], day["answered_in_time"]) == (1000, 800, 200, 825)
    assert day["answer_within_s"] == 30
    assert set(quick.rows(schema.load_reject)["reason"]) == {"more_answered_than_offered", "duplicate_key"}


def test_areas_get_their_residents_and_a_list_of_a_country_adds_none(loading: Loading) -> None:
    loading.one("osm", demo_osm_path())
    before = loading.rows(schema.territory)
    code = before["code"].iloc[0]
    text = (
        f"code,name,population,population_65_plus,lat,lon\n{code},Other name,4321,432,0,0\nelsewhere,Elsewhere,5,1,,\n"
    )
    report = loading.one("territories", loading.write("people.csv", text))
    assert (report.read, report.updated, report.rejected) == (2, 1, 1)
    after = loading.rows(schema.territory).set_index("code").loc[code]
    assert (after["population"], after["population_65_plus"]) == (4321, 432)
    assert after["name"] == before["name"].iloc[0]
    assert after["geometry"] is not None
    added = "code,name,level,parent,population\nnew,New Quarter,quarter," + code + ",7\n"
    assert loading.one("territories", loading.write("more.csv", added)).inserted == 1
    again = loading.one("territories", loading.write("more.csv", added))
    assert (again.inserted, again.unchanged) == (0, 1)


def test_refused_rows_can_be_mended_and_loaded_by_the_sources_name(quick: Loading) -> None:
    town = 'table = "request"\n[fields]\nkey = "id"\ncreated = "at"\ncaller = "phone"\n'
    report = quick.one(
        str(quick.write("town.toml", town)), quick.write("a.csv", "id,at,phone\n1,soon,+421 900 111 222\n")
    )
    assert report.rejected == 1
    raw = quick.rows(schema.load_reject)["raw"].iloc[0]
    assert raw["phone"].startswith("blake2b:")
    mended = quick.write("mended.csv", f"id,at,phone\n1,2024-03-01,{raw['phone']}\n")
    assert quick.one("town", mended).inserted == 1
    assert quick.rows(schema.request)["caller_hash"].iloc[0] == raw["phone"].removeprefix("blake2b:")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The host and port of a real server of the folder's files."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_file_at_a_web_address_is_fetched_loaded_and_named_without_login(quick: Loading) -> None:
    quick.write("web/a.csv", "id,at\n1,2024-03-01\n")
    town = quick.write("town.toml", 'table = "request"\n[fields]\nkey = "id"\ncreated = "at"\n')
    with served(quick.folder / "web") as host:
        report = quick.one(str(town), f"http://somebody:hunter2@{host}/a.csv?token=x")
        assert (report.file, report.inserted) == ("a.csv", 1)
        with pytest.raises(SourceError, match="status 404") as caught:
            quick.load(str(town), f"http://somebody:hunter2@{host}/b.csv")
        assert "hunter2" not in str(caught.value)


def test_the_tables_of_a_directory_at_web_addresses_refer_to_each_other(quick: Loading) -> None:
    quick.write("web/town/organizations.csv", "id,name\n1,Help\n")
    quick.write("web/town/services.csv", "id,organization_id,name\n7,1,Meals\n")
    with served(quick.folder / "web") as host:
        addresses = [f"http://{host}/town/{name}.csv" for name in ("organizations", "services")]
        report = quick.one("hsds", *addresses)
        assert (report.file, report.read, report.inserted) == ("town/*.csv", 2, 2)
        assert quick.one("hsds", *addresses).unchanged == 2
    assert quick.rows(schema.service)["organization_id"].tolist() == quick.rows(schema.organization)["id"].tolist()


def test_two_cities_of_one_database_load_the_same_file_and_mix_nothing(loading: Loading) -> None:
    file = loading.write("people.csv", "unique_key,created_date\n1,2024-03-01\n2,2024-03-02\n")
    folder = loading.write("d/organizations.csv", "id,name\n1,Help\n").parent
    first = [loading.one("san-francisco-311", file), loading.one("hsds:town", folder)]
    loading.city = "minsk"
    second = [loading.one("san-francisco-311", file), loading.one("hsds:town", folder)]
    assert [report.source for report in second] == ["san-francisco-311@minsk", "hsds:town@minsk"]
    assert [report.inserted for report in (*first, *second)] == [2, 1, 2, 1]
    assert [loading.one(source, file).unchanged for source in ("san-francisco-311", "san-francisco-311@minsk")] == [
        2,
        2,
    ]
    loading.city = "demo"
    assert loading.one("san-francisco-311", file).unchanged == 2
    assert sorted(loading.rows(schema.request)["city_id"].value_counts()) == [2, 2]
    assert loading.rows(schema.organization)["city_id"].is_unique


def test_one_publisher_may_serve_two_cities_under_two_names(quick: Loading) -> None:
    file = quick.write("people.csv", "unique_key,created_date\n1,2024-03-01\n")
    assert quick.one("san-francisco-311", file).inserted == 1
    quick.city = "minsk"
    assert quick.one("san-francisco-311", file, source="sf-minsk").inserted == 1
    assert quick.one("sf-minsk", file).unchanged == 1


def test_a_file_of_nothing_but_ragged_rows_is_counted_whole(quick: Loading) -> None:
    quick.chunk_rows = 1_000
    town = quick.write("town.toml", 'table = "request"\n[fields]\nkey = "id"\ncreated = "at"\n')
    report = quick.one(str(town), quick.write("a.csv", "id,at\n" + "1\n" * 4_321))
    assert (report.read, report.rejected) == (4_321, 4_321)
    assert quick.rows(schema.load_reject)["row_no"].tolist() == list(range(1, 4_322))
