"""Files that a publisher offers at a web address: fetched beside the data, loaded, and removed again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from etl.errors import SourceError

_TIMEOUT_S = (10, 60)
_BLOCK = 1 << 20
LARGEST_BYTES = 16 << 30
_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))


class _BusyError(Exception):
    """The server may answer next time."""


def is_web_address(path: str) -> bool:
    """Whether a path is to be fetched."""
    return path.lower().startswith(("http://", "https://"))


@contextmanager
def fetched(url: str, *, attempts: int = 4, wait_s: float = 1.0) -> Iterator[tuple[Path, str]]:
    """The file at `url` and its name for the book of loads (no login, no query), until the block ends.

    Raises `SourceError` where it cannot be had.
    """
    parts = urlsplit(url)
    name = unquote(PurePosixPath(parts.path).name) or "download.csv"
    where = f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
    retrying = Retrying(
        stop=stop_after_attempt(attempts), wait=wait_exponential_jitter(multiplier=wait_s, jitter=wait_s, max=60),
        retry=retry_if_exception_type((requests.ConnectionError, requests.Timeout, _BusyError)), reraise=True,
    )  # fmt: skip
    folder = Path(tempfile.mkdtemp(prefix="linka-fetched-"))
    try:
        path = folder / Path(name).name
        retrying(_fetch, url, path, where)
        yield path, name
    except (requests.RequestException, _BusyError) as error:
        what = str(error) if isinstance(error, _BusyError) else type(error).__name__
        raise SourceError(f"{where}: could not be fetched ({what}); check the address, or load again later") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fetch(url: str, path: Path, where: str) -> None:
    with requests.get(url, stream=True, timeout=_TIMEOUT_S) as answer, path.open("wb") as handle:
        if answer.status_code in _AGAIN:
            raise _BusyError(f"status {answer.status_code}")
        if answer.status_code >= requests.codes.bad_request:
            raise SourceError(f"{where}: the server answers with status {answer.status_code}; check the address")
        size = 0
        for block in answer.iter_content(_BLOCK):
            size += len(block)
            if size > LARGEST_BYTES:
                raise SourceError(f"{where}: is larger than {LARGEST_BYTES >> 30} GB: refused")
            handle.write(block)
        told = answer.headers.get("Content-Length", "")
        if told.isdigit() and int(told) != size and "Content-Encoding" not in answer.headers:
            raise requests.ConnectionError(f"{size} of {told} bytes came")
