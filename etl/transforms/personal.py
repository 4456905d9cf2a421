"""Personal data ends here: a caller becomes a salted hash, and a refused row shows only what is not personal."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import SettingsError
from etl.settings import Settings

MASK = "***"
MARK = "blake2b:"
"""Starts a caller that is a hash already: a refused row that is mended and loaded again keeps its caller."""

_SALT_FILE = "salt"
_SALT_BYTES = 32


def load_salt(settings: Settings) -> bytes:
    """The deployment's salt: LINKA_SALT, else a file in the data folder, made by the first load for its owner alone."""
    if settings.salt:
        return settings.salt.value.encode()
    path = Path(settings.data_dir) / _SALT_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_salt(path)
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"{path}: the salt cannot be kept there ({error}); set LINKA_SALT or LINKA_DATA_DIR"
        ) from error


def _make_salt(path: Path) -> None:
    """Appears whole or not at all: of two first loads at once, the later takes the salt of the earlier."""
    descriptor, made = tempfile.mkstemp(dir=path.parent)  # readable by its owner alone
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(secrets.token_hex(_SALT_BYTES).encode())
        os.link(made, path)
    except FileExistsError:
        return
    finally:
        Path(made).unlink()


class Hasher:
    """Hashes callers with the deployment's salt."""

    def __init__(self, salt: bytes) -> None:
        """`salt` of any length; it is the key of BLAKE2b."""
        self._key = hashlib.blake2b(salt, digest_size=32).digest()

    def one(self, text: str) -> str:
        """The hash of one caller; digits alone count where it looks like a phone number, case never does."""
        if text.startswith(MARK):
            return text.removeprefix(MARK)
        digits = "".join(letter for letter in text if letter.isdigit())
        is_number = len(digits) >= 6 and not any(letter.isalpha() for letter in text)
        plain = digits if is_number else " ".join(text.casefold().split())
        return hashlib.blake2b(plain.encode(), digest_size=16, key=self._key).hexdigest()

    def many(self, texts: pa.Array) -> list[str | None]:
        """The hashes of a column, each distinct text hashed once; NULL and masked texts stay NULL."""
        coded = pc.dictionary_encode(texts)
        hashes = [None if text == MASK else self.one(text) for text in coded.dictionary.to_pylist()]
        return [None if code is None else hashes[code] for code in coded.indices.to_pylist()]


def masked_rows(rows: pa.Table, shown: frozenset[str], hashed: frozenset[str], hasher: Hasher) -> list[dict[str, Any]]:
    """Rows as dicts: `shown` columns as they came, `hashed` ones as marked hashes, all others masked where filled."""

    def value(name: str, text: str | None) -> str | None:
        if text is None or name in shown:
            return text
        return MARK + hasher.one(text) if name in hashed else MASK

    return [{name: value(name, text) for name, text in row.items()} for row in rows.to_pylist()]
