"""Reads tiles out of a PMTiles file: one memory map per process, directories kept, 204-worthy gaps as None."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pmtiles.tile import (
    MagicNumberNotFound,
    SpecVersionUnsupported,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from geodata.errors import NetworkBuildError

HEADER_BYTES = 127
MAX_DEPTH = 4


class Tiles:
    """A tile file, read-only and safe in threads."""

    def __init__(self, data: mmap.mmap, header: Mapping[str, Any]) -> None:
        self._data, self._header = data, header
        self._directory = lru_cache(maxsize=64)(self._read_directory)

    @classmethod
    def open(cls, path: Path) -> Tiles:
        """Open a file.

        Raises `NetworkBuildError` where it is missing or no PMTiles file.
        """
        try:
            with path.open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            return cls(data, deserialize_header(data[:HEADER_BYTES]))
        except (OSError, ValueError, IndexError, MagicNumberNotFound, SpecVersionUnsupported) as error:
            cure = "Build it: python -m geodata build"
            raise NetworkBuildError(f"The base map {path} cannot be opened ({error}). {cure}") from error

    @property
    def min_zoom(self) -> int:
        """The lowest zoom with tiles."""
        return int(self._header["min_zoom"])

    @property
    def max_zoom(self) -> int:
        """The highest zoom with tiles; screens stretch these beyond."""
        return int(self._header["max_zoom"])

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        west, south, east, north = (
            self._header[f"{name}_e7"] / 1e7 for name in ("min_lon", "min_lat", "max_lon", "max_lat")
        )
        return west, south, east, north

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """A tile as gzip-compressed Mapbox vector tile, None where the map is empty or the address is not one."""
        if not (0 <= z <= 26 and 0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        wanted = zxy_to_tileid(z, x, y)
        offset, length = int(self._header["root_offset"]), int(self._header["root_length"])
        for _ in range(MAX_DEPTH):
            entry = find_tile(self._directory(offset, length), wanted)
            if entry is None:
                return None
            if entry.run_length:
                start = int(self._header["tile_data_offset"]) + entry.offset
                return self._data[start : start + entry.length]
            offset, length = int(self._header["leaf_directory_offset"]) + entry.offset, entry.length
        return None

    def _read_directory(self, offset: int, length: int) -> Any:
        return deserialize_directory(self._data[offset : offset + length])
