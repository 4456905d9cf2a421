"""Rows of `territory` from a table of areas and residents: known ones found by code or name, new ones added."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from etl import schema
from etl.profile_tables import reference_rows
from etl.transforms import places
from etl.transforms.codes import words_of
from etl.transforms.context import Context
from etl.transforms.text import code_of, fold
from etl.transforms.work import Work

KEPT = ("code", "name", "names", "level", "parent_id", "lon", "lat", "is_approximate", "source")
COUNTS = ("population", "population_65_plus")


def territory_rows(work: Work, context: Context) -> pd.DataFrame:
    """All rows of the chunk as rows of `territory`.

    A known area gets the file's numbers and keeps its names and outline. An unknown one is added where the file or the
    map's defaults give its level, else refused, so that a list of a whole country does not fill a city's map.
    """
    codes, names = work.texts("code").to_pylist(), work.texts("name").to_pylist()
    known = context.codes.named["territory"]
    profile = context.codes.profile
    held = {row["code"]: row for row in reference_rows(profile, ())[schema.territory]}
    found = [
        known.get(fold(code or "")) or known.get(fold(name or "")) for code, name in zip(codes, names, strict=True)
    ]
    work.refuse([not (code or name) for code, name in zip(codes, names, strict=True)], "name", "missing_name")
    levels = work.texts("level").to_pylist()
    is_new = np.array([place is None for place in found], dtype=bool)
    work.refuse(is_new & np.array([level is None for level in levels], dtype=bool), "name", "unknown_territory")
    made = [place or code or code_of(name or "") for place, code, name in zip(found, codes, names, strict=True)]
    ids = np.array([context.codes.id("territory", code) for code in made], dtype=np.int64)
    _refuse_repeated(work, context, ids)
    own = profile.languages[0]
    rows = [
        held.get(code) or _new(code, name or code, own, level, parent, context.source)
        for code, name, level, parent in zip(made, names, levels, _parents(work, context), strict=True)
    ]
    frame = pd.DataFrame({name: [row[name] for row in rows] for name in KEPT}).assign(territory_id=ids)
    frame["parent_id"] = frame["parent_id"].astype("Int64")
    for name in COUNTS:
        if work.has(name):
            frame[name] = _people(work, name)
    if work.has("lon"):
        lon, lat = places.points(work, context.extent)
        frame["lon"], frame["lat"] = frame["lon"].fillna(pd.Series(lon)), frame["lat"].fillna(pd.Series(lat))
    return frame


def _new(code: str, name: str, own: str, level: str | None, parent_id: int | None, source: str) -> dict[str, Any]:
    """An area that the profile does not have; it has a point at most, so it is approximate."""
    return {
        "code": code, "name": name, "names": {own: name}, "level": level, "parent_id": parent_id, "lon": None,
        "lat": None, "is_approximate": True, "source": source,
    }  # fmt: skip


def _refuse_repeated(work: Work, context: Context, ids: Any) -> None:
    good = np.flatnonzero(work.good())
    mine = ids[good]
    repeated = context.seen.known(mine) | pd.Series(mine).duplicated().to_numpy()
    context.seen.add(mine[~repeated])
    mask = np.zeros(len(ids), dtype=bool)
    mask[good[repeated]] = True
    work.refuse(mask, "name", "duplicate_key")


def _parents(work: Work, context: Context) -> list[int | None]:
    known = context.codes.named["territory"]
    words = words_of(work.texts("parent"))
    ids = [context.codes.id("territory", known.get(fold(word)) or word) for word in words.words]
    return [ids[place] if place >= 0 else None for place in words.place]


def _people(work: Work, name: str) -> pd.Series:
    numbers = work.numbers(name, reject=True)
    work.refuse((numbers < 0).to_numpy(), name, "negative_number")
    return numbers.round().astype("Int64")
