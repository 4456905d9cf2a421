"""Which files a load means: files as they are, folders whole, in a stable order; never one outside what was named."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from etl.errors import SourceError
from etl.sources.download import fetched, is_web_address

_BLOCK = 1 << 22
DIGEST_BYTES = 16


def expand(paths: Sequence[str], suffixes: Iterable[str]) -> Iterator[tuple[Path, str]]:
    """Files and their names for the book of loads; a folder gives its files with those suffixes, sorted.

    A web address is fetched, and its file stays until the next one is asked for. Raises `SourceError` for what is not
    there and for a folder without such files.
    """
    wanted = tuple(suffixes)
    for text in paths:
        if is_web_address(text):
            with fetched(text) as found:
                yield found
            continue
        path = Path(text)
        if path.exists() and not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
            raise SourceError(f"{text}: this account may not read it; ask its owner, or load as another user")
        if path.is_dir():
            listed = sorted(p for p in path.rglob("*") if _is_wanted(p, path, wanted))
            if not listed:
                raise SourceError(f"{text}: the folder holds no file of the kinds {', '.join(wanted)}")
            yield from ((file, file.relative_to(path).as_posix()) for file in listed)
        elif path.is_file():
            yield path, path.name
        elif path.exists():
            raise SourceError(f"{text}: is neither a file nor a folder")
        else:
            raise SourceError(f"{text}: there is no such file or folder")


def _is_wanted(path: Path, folder: Path, suffixes: tuple[str, ...]) -> bool:
    parts = path.relative_to(folder).parts
    is_hidden = any(part.startswith((".", "~$", "__MACOSX")) for part in parts)
    return path.is_file() and not is_hidden and path.name.lower().endswith(suffixes)


def hash_of_bytes(text: bytes) -> str:
    """BLAKE2b of a file's bytes."""
    return hashlib.blake2b(text, digest_size=DIGEST_BYTES).hexdigest()


def hash_of(path: Path) -> str:
    """The same of a file, however large."""
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
