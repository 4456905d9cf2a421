"""A made-up city of a few hundred institutions and addresses for the search tests."""

from __future__ import annotations

import random
from collections.abc import Iterator

from geodata.search import Document, city_documents, institution_document, place_document
from geodata.taxonomy import load_taxonomy

STREETS = (
    "вулиця Шевченка",
    "проспект Незалежності",
    "Dlhá ulica",
    "Námestie slobody",
    "вуліца Леніна",
    "Школьная улица",
)


def institutions(count: int = 200) -> Iterator[Document]:
    """Institutions that each give one service, named in one of four languages."""
    taxonomy = load_taxonomy()
    leaves = [s for s in taxonomy.leaves() if not s.is_protected]
    chance = random.Random(7)
    for number in range(count):
        service, lang = leaves[number % len(leaves)], chance.choice(("sk", "uk", "be", "ru"))
        yield institution_document(
            number,
            f"{service.name(lang)} № {number}",
            services=[service.code],
            taxonomy=taxonomy,
            address=f"{chance.choice(STREETS)} {number % 60 + 1}",
            lon=30 + number / 1000,
            lat=50.0,
        )


LETTERED = ("вулиця Шевченка 12а", "Dlhá ulica 7/B", "Школьная улица 5 к2")


def addresses(count: int = 600) -> Iterator[Document]:
    """Streets and their house numbers."""
    for number, street in enumerate(STREETS):
        yield place_document("street", number, street, lon=30.5, lat=50.4)
    for number, name in enumerate(LETTERED):
        yield place_document("address", f"lettered {number}", name, lon=30.5, lat=50.4)
    yield place_document("stop", 1, "Železničná stanica", lon=30.5, lat=50.4)
    for number in range(count):
        name = f"{STREETS[number % len(STREETS)]} {number // len(STREETS) + 1}"
        yield place_document("address", number, name, lon=30.5, lat=50.4, within="Місто")


def city() -> Iterator[Document]:
    """All documents of the city."""
    yield from city_documents(institutions())
    yield from addresses()
