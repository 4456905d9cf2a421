"""Archives from strangers: never larger than their rows need, never with a member that points outside."""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from etl.errors import SourceError

LARGEST_BYTES = 2 << 30
LARGEST_RATIO = 200
"""Text compresses up to some 20 times; a bomb a thousand times and more."""

MOST_MEMBERS = 10_000
LARGEST_TABLE_BYTES = 16 << 30
"""Of a packed table: it is unpacked to disk and read from there row by row, so memory does not bound it."""

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet")
PACKED = (".gz", ".zip")
_BLOCK = 1 << 20


def open_zip(path: Path, *, name: str, largest_bytes: int = LARGEST_BYTES) -> zipfile.ZipFile:
    """The archive, checked before a byte of it is unpacked; raises `SourceError` with the reason."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceError(f"{name}: is not a whole zip archive ({error}); export or fetch it again") from error
    try:
        _check(archive, name, largest_bytes)
    except SourceError:
        archive.close()
        raise
    return archive


def _check(archive: zipfile.ZipFile, name: str, largest_bytes: int) -> None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise SourceError(f"{name}: holds {len(members)} files, more than {MOST_MEMBERS}: not a data archive")
    total = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if total > largest_bytes or total > max(packed, 1) * LARGEST_RATIO + (1 << 20):
        raise SourceError(
            f"{name}: would unpack from {packed:,} to {total:,} bytes: too much to be true; "
            "unpack it yourself and load the folder"
        )
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in (parts[0] if parts else ""):
            raise SourceError(f"{name}: holds {member.filename!r}, which points outside the archive: refused as unsafe")
        if member.flag_bits & 1:
            raise SourceError(f"{name}: {member.filename!r} is locked with a password; unlock it first")


def read_member(archive: zipfile.ZipFile, member: str, *, name: str, largest_bytes: int = LARGEST_BYTES) -> bytes:
    """The bytes of a member, however large it claims to be; raises `SourceError` where there are more than told."""
    try:
        with archive.open(member) as handle:
            told = archive.getinfo(member).file_size
            found = handle.read(min(told, largest_bytes) + 1)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise SourceError(f"{name}: {member} cannot be unpacked ({error}); export or fetch it again") from error
    if len(found) > told:
        raise SourceError(f"{name}: {member} is larger than the archive says: refused as unsafe")
    return found


@contextmanager
def unpacked(path: Path, *, name: str) -> Iterator[Path]:
    """The file itself, or the one table that a `.gz` or `.zip` file holds, unpacked until the block ends.

    Raises `SourceError` for a broken archive, a bomb, and a zip with no table or several.
    """
    kind = path.suffix.lower()
    if kind not in PACKED:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="linka-unpacked-") as folder:
        unpack = _unzip if kind == ".zip" else _gunzip
        yield unpack(path, Path(folder), name)


def _unzip(path: Path, folder: Path, name: str) -> Path:
    with open_zip(path, name=name, largest_bytes=LARGEST_TABLE_BYTES) as archive:
        listed = [member for member in archive.infolist() if _is_table(member.filename)]
        if len(listed) != 1:
            found = ", ".join(member.filename for member in listed[:5]) or "none"
            raise SourceError(
                f"{name}: holds {len(listed)} tables ({found}), one is wanted: unpack it, and load the folder"
            )
        made = folder / PurePosixPath(listed[0].filename.replace("\\", "/")).name
        try:
            with archive.open(listed[0]) as packed:
                _copy(packed, made, listed[0].file_size, name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise SourceError(
                f"{name}: {listed[0].filename} cannot be unpacked ({error}); export or fetch it again"
            ) from error
    return made


def _is_table(member: str) -> bool:
    parts = PurePosixPath(member.replace("\\", "/")).parts
    return member.lower().endswith(TABLES) and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _gunzip(path: Path, folder: Path, name: str) -> Path:
    made = folder / (path.stem if path.stem.lower().endswith(TABLES) else f"{path.stem}.csv")
    at_most = min(LARGEST_TABLE_BYTES, path.stat().st_size * LARGEST_RATIO + (1 << 20))
    try:
        with gzip.open(path) as packed:
            _copy(packed, made, at_most, name)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise SourceError(f"{name}: is not a whole gzip archive ({error}); export or fetch it again") from error
    return made


def _copy(packed: IO[bytes] | gzip.GzipFile, to: Path, at_most: int, name: str) -> None:
    size = 0
    with to.open("wb") as handle:
        while block := packed.read(_BLOCK):
            size += len(block)
            if size > at_most:
                raise SourceError(
                    f"{name}: unpacks to more than {at_most:,} bytes: too much to be true; "
                    "unpack it yourself and load that"
                )
            handle.write(block)
