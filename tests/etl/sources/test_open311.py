from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pandas as pd
import pytest

from etl import schema
from etl.errors import SourceError
from etl.sources.open311_client import Client
from etl.sources.open311_rows import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.etl.sources.conftest import Loading

START = datetime(2024, 1, 1, tzinfo=UTC)
WINDOW = timedelta(days=90)


class City:
    """A GeoReport v2 server with the limits of the specification: 90 days and 1,000 requests an answer."""

    def __init__(self, count: int, *, every: timedelta = timedelta(hours=1), has_pages: bool = True) -> None:
        self.rows = [self.request(number, START + number * every) for number in range(count)]
        self.has_pages = has_pages
        self.most = 1_000
        self.asked: list[dict[str, str]] = []
        self.failures: list[int] = []
        self.page_size = 1_000

    @staticmethod
    def request(number: int, at: datetime, **values: Any) -> dict[str, Any]:
        usual = {
            "service_request_id": str(number), "status": "open", "service_name": "Pothole", "service_code": "1",
            "requested_datetime": at.isoformat(), "updated_datetime": at.isoformat(), "lat": 60.17, "long": 24.94,
            "agency_responsible": "Roads", "description": "Eva Novak, +421 900 111 222", "address": "Main 1",
        }  # fmt: skip
        return {**usual, **values}

    def answer(self, params: dict[str, str]) -> list[dict[str, Any]]:
        by = "updated_datetime" if "updated_after" in params else "requested_datetime"
        start = datetime.fromisoformat(params.get("updated_after", params.get("start_date", "")))
        end = datetime.fromisoformat(params.get("updated_before", params.get("end_date", "")))
        assert end - start <= WINDOW, "more than 90 days were asked for"
        found = [row for row in self.rows if start <= datetime.fromisoformat(row[by]) < end]
        size = min(int(params.get("page_size", 1_000)), self.most)
        first = (int(params.get("page", 1)) - 1) * size if self.has_pages else 0
        return found[first : first + size]


class Handler(BaseHTTPRequestHandler):
    city: City

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        params = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.city.asked.append({"path": parts.path, **params})
        if self.city.failures:
            self.send_response(self.city.failures.pop(0))
            self.send_header("Retry-After", "0")
            self.end_headers()
            return
        rows = self.city.answer(params)
        is_xml = parts.path.endswith(".xml")
        body = as_xml(rows) if is_xml else json.dumps(rows)
        self.send_response(200)
        self.send_header("Content-Type", "text/xml" if is_xml else "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def as_xml(rows: list[dict[str, Any]]) -> str:
    items = "".join(
        f"<request>{''.join(f'<{name}>{escape(str(value))}</{name}>' for name, value in row.items())}</request>"
        for row in rows
    )
    return f'<?xml version="1.0" encoding="utf-8"?><service_requests>{items}</service_requests>'


class Serve:
    """A running city and its address."""

    def __init__(self, city: City, address: str) -> None:
        self.city, self.address = city, address


@pytest.fixture
def serve() -> Iterator[Any]:
    """Give `serve(city) -> Serve`: a real server on loopback."""
    running: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(city: City) -> Serve:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"city": city}))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        running.append((server, thread))
        return Serve(city, f"http://127.0.0.1:{server.server_address[1]}/open311/v2")

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


PERIOD = {"start": "2024-01-01T00:00:00+00:00", "end": "2024-12-31T00:00:00+00:00", "wait_s": "0.01"}


@pytest.mark.parametrize("form", ["json", "xml"])
def test_all_pages_of_all_windows_are_loaded_once(form: str, loading: Loading, serve: Any) -> None:
    there = serve(City(2_500))
    report = loading.one("open311", there.address, format=form, **PERIOD)
    assert (report.read, report.inserted, report.rejected) == (2_500, 2_500, 0)
    assert report.file == there.address
    assert {asked["path"].rpartition(".")[2] for asked in there.city.asked} == {form}
    again = loading.one("open311", there.address, format=form, **PERIOD)
    assert (again.read, again.unchanged) == (2_500, 2_500)


def test_a_server_without_pages_is_asked_for_smaller_windows(quick: Loading, serve: Any) -> None:
    there = serve(City(2_500, every=timedelta(minutes=20), has_pages=False))
    assert quick.one("open311", there.address, **PERIOD).inserted == 2_500


def test_too_many_requests_in_one_second_are_told_not_lost(serve: Any) -> None:
    there = serve(City(1_500, every=timedelta(0), has_pages=False))
    with pytest.raises(SourceError, match="of one second"):
        list(Client(there.address, wait_s=0).requests_between(START, START + timedelta(days=1)))


def test_a_busy_server_is_asked_again_and_a_dead_one_is_given_up(quick: Loading, serve: Any) -> None:
    there = serve(City(3))
    there.city.failures = [503, 429, 500]
    assert quick.one("open311", there.address, **PERIOD).inserted == 3
    there.city.failures = [503] * 50
    with pytest.raises(SourceError, match=r"no answer after 3 tries \(status 503\)"):
        quick.load("open311", there.address, attempts="3", **PERIOD)


@pytest.mark.parametrize(("status", "says"), [(404, "check the address"), (401, "api_key"), (400, "does not like")])
def test_a_refusal_says_what_to_do(status: int, says: str, quick: Loading, serve: Any) -> None:
    there = serve(City(1))
    there.city.failures = [status]
    with pytest.raises(SourceError, match=says):
        quick.load("open311", there.address, **PERIOD)


def test_a_server_that_is_not_there_is_named_without_login(quick: Loading) -> None:
    with pytest.raises(SourceError, match="no answer after 2 tries") as caught:
        quick.load("open311", "http://somebody:hunter2@127.0.0.1:9/v2", attempts="2", **PERIOD)
    assert "hunter2" not in str(caught.value)


def test_afterwards_only_what_changed_is_asked_for_and_history_grows(quick: Loading, serve: Any) -> None:
    there = serve(City(10))
    quick.one("open311", there.address, **PERIOD)
    changed_at = datetime(2024, 2, 1, tzinfo=UTC)
    there.city.rows[3].update(status="closed", updated_datetime=changed_at.isoformat())
    there.city.asked.clear()
    report = quick.one("open311", there.address, end="2024-03-01T00:00:00+00:00", wait_s="0")
    assert all("updated_after" in asked for asked in there.city.asked)
    assert (report.read, report.updated) == (3, 1)  # what changed, and the last hour once more
    held = quick.rows(schema.request).set_index("source_key").loc["3"]
    assert (held["status"], held["closed_at"]) == ("closed", pd.Timestamp(changed_at))
    events = quick.rows(schema.request_event)
    assert events[events["request_id"] == held["request_id"]]["kind"].tolist() == ["created", "assigned", "closed"]


def test_free_text_of_the_caller_reaches_no_table(quick: Loading, serve: Any) -> None:
    there = serve(City(2))
    there.city.rows[1]["requested_datetime"] = START.isoformat()
    there.city.rows[1]["updated_datetime"] = "soon"
    there.city.rows[1]["lat"] = "x"
    quick.one("open311", there.address, **PERIOD)
    held = [quick.rows(table).to_string() for table in (schema.request, schema.load_reject)]
    assert "Novak" not in "".join(held)
    assert (
        "900"
        not in quick.rows(schema.request).drop(columns=["request_id", "topic_id"]).select_dtypes("str").to_string()
    )


def test_requests_without_a_number_are_refused(quick: Loading, serve: Any) -> None:
    there = serve(City(2))
    there.city.rows[1]["service_request_id"] = None
    report = quick.one("open311", there.address, **PERIOD)
    assert (report.read, report.inserted, report.rejected) == (2, 1, 1)


def test_answers_that_are_no_georeport_are_refused() -> None:
    for body, kind, says in (
        (b"<html>", "text/html", "cannot be read safely"),
        (b"oops", "text/plain", "no JSON"),
        (b'{"a": 1}', "application/json", "no list"),
        (
            b"<errors><error><code>400</code><description>jurisdiction</description></error></errors>",
            "text/xml",
            "400; jur",
        ),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><service_requests>&a;</service_requests>', "text/xml", "safely"),
    ):
        with pytest.raises(SourceError, match=says):
            parse(body, kind, where="city")
