"""Zip archives from strangers: never larger than their rows need, never with a member that points outside."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from etl.errors import SourceError

LARGEST_BYTES = 2 << 30
LARGEST_RATIO = 200
"""Text compresses up to some 20 times; a bomb a thousand times and more."""

MOST_MEMBERS = 10_000


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
