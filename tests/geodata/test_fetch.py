from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from geodata.cities import load_profile
from geodata.commands.fetch import register
from geodata.errors import FetchError
from geodata.fetch import CHUNK_BYTES, Download, downloads_of, fetch
from geodata.profile import DataSources


@dataclass
class Shelf:
    """What the server on loopback offers, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    break_after: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    has_ranges: bool = True
    moved: dict[str, str] = field(default_factory=dict)
    version: str = '"one"'
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path in shelf.moved:
                self.send_response(302)
                self.send_header("Location", shelf.moved[self.path])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = shelf.files.get(self.path)
            if body is None:
                self.send_error(404)
                return
            wanted = self.headers.get("Range", "")
            shelf.asked.append((self.path, wanted))
            if shelf.statuses:
                self.send_response(shelf.statuses.pop(0))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            is_same = self.headers.get("If-Range", shelf.version) == shelf.version
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and shelf.has_ranges and is_same else 0
            if start >= len(body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            self.send_header("ETag", shelf.version)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            sent = body[start:]
            if shelf.break_after and not self.path.endswith(".md5"):
                sent = sent[: shelf.break_after.pop(0)]
                self.close_connection = True
            self.wfile.write(sent)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    shelf.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield shelf
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def extract(shelf: Shelf, helsinki_pbf: Path) -> bytes:
    """Give the extract that the server offers as `/city.osm.pbf`."""
    shelf.files["/city.osm.pbf"] = helsinki_pbf.read_bytes()
    return shelf.files["/city.osm.pbf"]


def of(shelf: Shelf) -> Download:
    return Download(f"{shelf.url}/city.osm.pbf", "osm.pbf", "osm")


def test_a_whole_file_arrives_with_its_progress_and_nothing_beside_it(
    shelf: Shelf, extract: bytes, tmp_path: Path
) -> None:
    seen: list[tuple[int, int | None]] = []
    path = fetch(of(shelf), tmp_path, progress=lambda done, whole: seen.append((done, whole)))
    assert path.read_bytes() == extract
    assert seen[-1] == (len(extract), len(extract))
    assert [p.name for p in tmp_path.iterdir()] == ["osm.pbf"]


def test_a_broken_connection_is_resumed_where_it_stopped(shelf: Shelf, extract: bytes, tmp_path: Path) -> None:
    shelf.break_after = [CHUNK_BYTES + 10, CHUNK_BYTES]
    assert fetch(of(shelf), tmp_path, wait_s=0).read_bytes() == extract
    ranges = [wanted for path, wanted in shelf.asked if path == "/city.osm.pbf"]
    assert ranges[0] == ""
    assert len(ranges) == 3
    assert int(ranges[2].removeprefix("bytes=").rstrip("-")) > int(ranges[1].removeprefix("bytes=").rstrip("-")) > 0


def test_a_run_that_gave_up_is_finished_by_the_next_one(shelf: Shelf, extract: bytes, tmp_path: Path) -> None:
    shelf.break_after = [CHUNK_BYTES + 10]
    with pytest.raises(FetchError, match="run the command again, it goes on where it stopped"):
        fetch(of(shelf), tmp_path, attempts=1)
    assert not (tmp_path / "osm.pbf").exists()
    kept = (tmp_path / "osm.pbf.part").stat().st_size
    assert kept > 0
    assert fetch(of(shelf), tmp_path).read_bytes() == extract
    assert shelf.asked[1] == ("/city.osm.pbf", f"bytes={kept}-")


def test_without_a_net_it_says_so_in_words_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(Download("http://127.0.0.1:1/city.osm.pbf", "osm.pbf", "osm"), tmp_path, attempts=1)
    said = str(caught.value)
    assert "no connection to 127.0.0.1 (is this machine on the net?" in said
    assert f"or put the file at {tmp_path / 'osm.pbf'} yourself" in said
    assert "urllib3" not in said
    assert "Pool" not in said


def test_a_file_that_moved_is_followed_and_resumed_there(shelf: Shelf, extract: bytes, tmp_path: Path) -> None:
    shelf.moved["/latest.osm.pbf"] = "/city.osm.pbf"
    shelf.break_after = [CHUNK_BYTES + 10]
    latest = Download(f"{shelf.url}/latest.osm.pbf", "osm.pbf", "osm")
    assert fetch(latest, tmp_path, wait_s=0).read_bytes() == extract
    assert [path for path, wanted in shelf.asked if wanted] == ["/city.osm.pbf"]


def test_a_file_that_changed_meanwhile_is_taken_anew(shelf: Shelf, extract: bytes, tmp_path: Path) -> None:
    shelf.break_after = [CHUNK_BYTES + 10]
    with pytest.raises(FetchError):
        fetch(of(shelf), tmp_path, attempts=1)
    shelf.version = '"two"'
    (tmp_path / "osm.pbf.part").write_bytes(b"stale" * 1000)
    assert fetch(of(shelf), tmp_path).read_bytes() == extract


def test_a_server_without_ranges_still_serves(shelf: Shelf, extract: bytes, tmp_path: Path) -> None:
    shelf.has_ranges = False
    shelf.break_after = [CHUNK_BYTES + 10]
    assert fetch(of(shelf), tmp_path, wait_s=0).read_bytes() == extract


def test_a_part_that_was_already_whole_is_only_checked(shelf: Shelf, extract: bytes, tmp_path: Path) -> None:
    shelf.break_after = [CHUNK_BYTES + 10]
    with pytest.raises(FetchError):
        fetch(of(shelf), tmp_path, attempts=1)
    (tmp_path / "osm.pbf.part").write_bytes(extract)
    assert fetch(of(shelf), tmp_path).read_bytes() == extract


def test_a_busy_server_is_asked_again_and_a_missing_file_is_not(shelf: Shelf, extract: bytes, tmp_path: Path) -> None:
    shelf.statuses = [503, 429]
    assert fetch(of(shelf), tmp_path, wait_s=0).read_bytes() == extract
    with pytest.raises(FetchError, match=r"HTTP 404 .*check the address under \[sources\]"):
        fetch(Download(f"{shelf.url}/none.osm.pbf", "none.osm.pbf", "osm"), tmp_path, wait_s=0)


@pytest.mark.usefixtures("extract")
def test_a_wrong_checksum_throws_the_file_away(shelf: Shelf, tmp_path: Path) -> None:
    shelf.files["/city.osm.pbf.md5"] = b"0123456789abcdef0123456789abcdef  city.osm.pbf\n"
    with pytest.raises(FetchError, match="is not the announced 0123456789abcdef0123456789abcdef"):
        fetch(of(shelf), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_right_checksum_is_accepted_as_geofabrik_and_as_bbbike_offer_it(
    shelf: Shelf, extract: bytes, tmp_path: Path
) -> None:
    digest = hashlib.md5(extract).hexdigest()
    shelf.files["/city.osm.pbf.md5"] = f"{digest}  city.osm.pbf\n".encode()
    assert fetch(of(shelf), tmp_path / "a").exists()
    del shelf.files["/city.osm.pbf.md5"]
    shelf.files["/CHECKSUM.txt"] = f"{'0' * 32}  other.osm.pbf\n{digest}  city.osm.pbf\n".encode()
    assert fetch(of(shelf), tmp_path / "b").exists()
    shelf.files["/CHECKSUM.txt"] = f"{'0' * 32}  city.osm.pbf\n".encode()
    with pytest.raises(FetchError, match="checksum"):
        fetch(of(shelf), tmp_path / "c")


def test_what_is_no_extract_or_no_feed_is_refused_and_the_old_file_stays(
    shelf: Shelf, extract: bytes, tmp_path: Path
) -> None:
    fetch(of(shelf), tmp_path)
    shelf.files["/city.osm.pbf"] = b"<html>maintenance</html>" * 100
    with pytest.raises(FetchError, match="not an OSM extract"):
        fetch(of(shelf), tmp_path, is_update=True)
    assert (tmp_path / "osm.pbf").read_bytes() == extract
    shelf.files["/feed.zip"] = b"<html>"
    feed = Download(f"{shelf.url}/feed.zip", "gtfs-1.zip", "gtfs")
    with pytest.raises(FetchError, match="not a zip file"):
        fetch(feed, tmp_path)
    shelf.files["/feed.zip"] = zipped("stops.txt", "routes.txt", "trips.txt")
    with pytest.raises(FetchError, match=r"has no stop_times\.txt"):
        fetch(feed, tmp_path)
    shelf.files["/feed.zip"] = zipped("stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
    assert fetch(feed, tmp_path).name == "gtfs-1.zip"


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "a\n")
    return buffer.getvalue()


@pytest.mark.usefixtures("extract")
def test_a_file_that_is_there_is_not_asked_for_again_unless_told(shelf: Shelf, tmp_path: Path) -> None:
    fetch(of(shelf), tmp_path)
    shelf.asked.clear()
    fetch(of(shelf), tmp_path)
    assert shelf.asked == []
    fetch(of(shelf), tmp_path, is_update=True)
    assert shelf.asked[0] == ("/city.osm.pbf", "")


# --- what a profile names


@pytest.mark.parametrize(
    ("slug", "url"),
    [
        ("banska-bystrica", "https://download.geofabrik.de/europe/slovakia-latest.osm.pbf"),
        ("rajec", "https://download.geofabrik.de/europe/slovakia-latest.osm.pbf"),
        ("cherkasy", "https://download.geofabrik.de/europe/ukraine-latest.osm.pbf"),
        ("minsk", "https://download.bbbike.org/osm/bbbike/Minsk/Minsk.osm.pbf"),
        ("kryvyi-rih", "https://download.geofabrik.de/europe/ukraine-latest.osm.pbf"),
    ],
)
def test_every_real_city_names_an_extract_that_bbbike_or_geofabrik_offer(slug: str, url: str) -> None:
    assert downloads_of(load_profile(slug)) == (Download(url, "osm.pbf", "osm"),)


def test_a_name_of_the_index_may_be_written_with_hyphens_and_blanks() -> None:
    for name in ("Baden-Württemberg".replace("ü", "ue"), "baden wuerttemberg"):
        (osm,) = downloads_of(replace(load_profile("minsk"), sources=DataSources(osm=name)))
        assert osm.url == "https://download.geofabrik.de/europe/germany/baden-wuerttemberg-latest.osm.pbf"


def test_an_address_of_ones_own_goes_before_the_index_and_timetables_follow() -> None:
    sources = DataSources(
        osm="minsk", osm_url="https://example.org/x.osm.pbf", gtfs_urls=("https://example.org/g.zip",)
    )
    found = downloads_of(replace(load_profile("minsk"), sources=sources))
    assert [(d.url, d.file) for d in found] == [
        ("https://example.org/x.osm.pbf", "osm.pbf"),
        ("https://example.org/g.zip", "gtfs-1.zip"),
    ]


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (DataSources(), "names nothing to download; write"),
        (DataSources(osm="atlantis"), "no extract 'atlantis' in the index.*osm_url"),
        (DataSources(osm="slovakai"), "no extract 'slovakai'.*did you mean .*slovakia"),
        (DataSources(osm="georgia"), "'georgia' is ambiguous.*'europe/georgia'"),
    ],
)
def test_a_profile_that_names_nothing_usable_is_told_how_to(sources: DataSources, message: str) -> None:
    with pytest.raises(FetchError, match=message):
        downloads_of(replace(load_profile("minsk"), sources=sources))


# --- the commands


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    register(app)
    return app


@pytest.mark.usefixtures("extract")
def test_the_command_fetches_what_a_profile_of_ones_own_names(app: typer.Typer, shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "cities" / "town"
    folder.mkdir(parents=True)
    (folder / "city.toml").write_text(
        f"""languages = ["en"]
country = "SK"
time_zone = "Europe/Bratislava"
centre = [18.7, 49.2]
names = "Town"
[sources]
osm_url = "{shelf.url}/city.osm.pbf"
"""
    )
    environment = {"LINKA_CITIES_DIR": str(tmp_path / "cities"), "LINKA_DATA_DIR": str(tmp_path / "var")}
    result = CliRunner().invoke(app, ["fetch", "town"], env=environment)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "var" / "town" / "osm.pbf").exists()
    failed = CliRunner().invoke(app, ["fetch", "nowhere"], env=environment)
    assert failed.exit_code == 1
    assert "there is no profile 'nowhere'" in failed.stderr


def test_the_demo_citys_extract_needs_no_download(app: typer.Typer, helsinki_pbf: Path) -> None:
    result = CliRunner().invoke(app, ["fetch", "demo"])
    assert result.exit_code == 0
    assert result.stdout.strip() == str(helsinki_pbf)


def test_the_command_writes_outlines_that_the_profile_then_uses(
    app: typer.Typer, shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / "territories" / "minsk-districts.geojson"
    result = CliRunner().invoke(
        app, ["territories", "minsk", str(path), "--code-column", "slug"], env={"LINKA_DATA_DIR": str(tmp_path)}
    )
    assert result.exit_code == 0, result.output
    assert "9 areas with real outlines, 0 of them new" in result.stdout
    assert not any(area.is_approximate for area in load_profile("minsk", data_dir=tmp_path).territories)
    failed = CliRunner().invoke(app, ["territories", "minsk", str(tmp_path / "none.gpkg")])
    assert failed.exit_code == 1
    assert "cannot be read" in failed.stderr


def test_outlines_of_another_city_are_refused(app: typer.Typer, shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "territories" / "minsk-districts.geojson"
    failed = CliRunner().invoke(app, ["territories", "rajec", str(path)], env={"LINKA_DATA_DIR": str(tmp_path)})
    assert failed.exit_code == 1
    assert "nothing in it lies in Rajec" in failed.stderr
    assert not (tmp_path / "rajec").exists()
