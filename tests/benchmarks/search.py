"""Search: everyday queries in five languages, and the speed over 10,000 institutions and 50,000 addresses.

The ratio stands beside the bare FTS5 call for the same words: what analysis, ranking and reasons cost.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import cycle
from pathlib import Path

import psycopg

from geodata.search import Document, SearchIndex, city_documents, place_document, postgres_index, sqlite_index
from tests.benchmarks.databases import open_url
from tests.benchmarks.report import Report
from tests.benchmarks.timing import Times, measured, repeated
from tests.geodata.search.city import institutions
from tests.geodata.search.hit_rate import hit_rate, list_rates, queries, together

INSTITUTIONS, ADDRESSES, STREETS = 10_000, 50_000, 3_000
AIM_P95_MS = 30
LATIN = ("ka", "lo", "mi", "ve", "ra", "to", "šev", "čen", "dub", "hor", "rad", "slo", "pol", "nov")
COUNTED = {
    "unseen": "stories written after the words, never mended",
    "everyday_test": "plain needs written before the last words, never mended",
    "stories_test": "stories told round about, written after the last words, never mended",
}
CYRILLIC = ("вер", "ни", "ко", "лес", "сад", "пар", "мос", "гор", "ша", "бол", "зе", "кра")


def run(report: Report, *, rows: int) -> None:
    """Measure hit rates and both engines; `rows` is of no use here, the issue names the sizes."""
    del rows
    asked = _asked()
    with tempfile.TemporaryDirectory(prefix="linka-bench-") as folder:
        path = Path(folder) / "search.sqlite"
        index = sqlite_index(path)
        _build(report, index, "SQLite")
        for lang in ("ru", "uk", "sk", "be", "en"):
            rate = hit_rate(index, lang)
            note = f"{rate.found} of {rate.asked} queries"
            report.add(f"top-3 hit rate, {lang}", 100 * rate.share, "%", at_least=90, note=note)
        learnt = together([*list_rates(index, "practice"), *list_rates(index, "everyday_dev")])
        note = f"{learnt.found} of {learnt.asked}, mended since"
        report.add("top-3 hit rate, practice lists", 100 * learnt.share, "%", at_least=90, note=note)
        for name, told in COUNTED.items():
            rates = list_rates(index, name)
            for rate in (*rates, together(rates)):
                note = f"{rate.found} of {rate.asked}, {told}"
                report.add(f"top-3 hit rate, {name}, {rate.lang}", 100 * rate.share, "%", note=note)
        ours = _times(index, asked)
        _add(report, "SQLite", ours)
        report.ratio("median beside bare FTS5", ours.p50_ms, _bare(path, asked).p50_ms)
    with open_url("postgis") as url, psycopg.connect(url.replace("+psycopg", ""), autocommit=False) as connection:

        @contextmanager
        def lend() -> Iterator[psycopg.Connection]:
            yield connection

        served = postgres_index(lend, "bench")
        _build(report, served, "PostgreSQL")
        connection.commit()
        _add(report, "PostgreSQL", _times(served, asked))


def _build(report: Report, index: SearchIndex, engine: str) -> None:
    with measured() as watch:
        count = index.build(_city())
    report.add(f"build, {engine}", watch.seconds, "s", note=f"{count:,} documents")


def _add(report: Report, engine: str, times: Times) -> None:
    report.add(f"query p50, {engine}", times.p50_ms, "ms")
    report.add(f"query p95, {engine}", times.p95_ms, "ms", at_most=AIM_P95_MS)


def _times(index: SearchIndex, asked: list[tuple[str, str]]) -> Times:
    stream = cycle(asked)
    return repeated(lambda: index.query(*next(stream)), times=len(asked), warm_up=len(asked) // 4)


def _bare(path: Path, asked: list[tuple[str, str]]) -> Times:
    sql = "SELECT rowid FROM entry_fts WHERE entry_fts MATCH ? LIMIT 120"
    stream = cycle([" OR ".join(f'"w{word}"' for word in text.lower().split()) for text, _ in asked])
    with closing(sqlite3.connect(path)) as connection:
        return repeated(lambda: connection.execute(sql, (next(stream).replace("'", ""),)).fetchall(), times=len(asked))


def _asked() -> list[tuple[str, str]]:
    """Needs in four languages, addresses whole and half typed, and a mistyped street now and then."""
    chance = random.Random(3)
    needs = [(text, lang) for lang in ("ru", "uk", "sk", "be") for text, _ in queries(lang)]
    streets = chance.sample(_streets(), 120)
    whole = [(f"{name} {chance.randint(1, 17)}", "uk") for name in streets[:60]]
    half = [(name[: chance.randint(3, len(name))], "sk") for name in streets[60:100]]
    typos = [(name[:-3] + name[-2] + name[-3] + name[-1], "uk") for name in streets[100:]]
    mixed = [*needs, *whole, *half, *typos]
    chance.shuffle(mixed)
    return mixed


def _streets() -> list[str]:
    chance = random.Random(1)
    return [
        f"{'ulica' if n % 2 else 'вулиця'} "
        + "".join(chance.choices(LATIN if n % 2 else CYRILLIC, k=chance.randint(2, 4))).title()
        for n in range(STREETS)
    ]


def _city() -> Iterator[Document]:
    yield from city_documents(institutions(INSTITUTIONS))
    names = _streets()
    for number, name in enumerate(names):
        yield place_document("street", number, name, lon=19.0, lat=48.0)
    for number in range(ADDRESSES):
        street = names[number % STREETS]
        yield place_document("address", number, f"{street} {number // STREETS + 1}", lon=19.0, lat=48.0)
