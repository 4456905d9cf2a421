"""Documents from the taxonomy, from a city's institutions and from its gazetteer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from geodata.search.types import Document, Kind, Phrase
from geodata.taxonomy import Taxonomy, Topic

_FIRST = 2
_TOPIC_PRIOR, _BRANCH_PRIOR = 0.03, -0.1
_PLACE_PRIOR: dict[str, float] = {"street": 0.02, "place": 0.02, "stop": 0.01}


def topic_documents(taxonomy: Taxonomy) -> Iterator[Document]:
    """Services and needs of the taxonomy; `id` is the code, `services` what a need leads to."""
    for service in taxonomy.services.values():
        parent = taxonomy.services[service.parent] if service.parent else None
        yield Document(
            kind="service",
            id=service.code,
            titles=service.names,
            subtitles=service.abouts,
            phrases=(
                *_topic_phrases(service),
                *_need_phrases(taxonomy, service.code),
                *(_parent_phrases(parent) if parent else ()),
            ),
            services=(service.code,),
            # Branches are for browsing: the services of a branch come before it.
            prior=_TOPIC_PRIOR if parent else _BRANCH_PRIOR,
            is_protected=service.is_protected,
        )
    for need in taxonomy.needs.values():
        yield Document(
            kind="need",
            id=need.code,
            titles=need.names,
            subtitles=need.abouts,
            phrases=tuple(_topic_phrases(need)),
            services=need.services,
        )


def _topic_phrases(topic: Topic) -> Iterator[Phrase]:
    for lang, name in topic.names.items():
        yield Phrase("title", name, lang)
    for lang, words in topic.words.items():
        yield from (Phrase("word", word, lang) for word in words)
    for lang, hints in topic.hints.items():
        yield from (Phrase("hint", hint, lang) for hint in hints)
    for lang, about in topic.abouts.items():
        yield Phrase("about", about, lang)


def _need_phrases(taxonomy: Taxonomy, code: str) -> Iterator[Phrase]:
    """The life situations that this service is among the first to help in."""
    for need in taxonomy.needs.values():
        if code in need.services[:_FIRST]:
            for lang, words in need.words.items():
                yield from (Phrase("need", text, lang) for text in (need.names[lang], *words))


def _parent_phrases(parent: Topic) -> Iterator[Phrase]:
    for lang, name in parent.names.items():
        yield Phrase("parent", name, lang)


def institution_document(
    location_id: str | int,
    name: str,
    *,
    services: Sequence[str] = (),
    taxonomy: Taxonomy,
    names: Mapping[str, str] | None = None,
    address: str = "",
    lon: float | None = None,
    lat: float | None = None,
    is_protected: bool = False,
) -> Document:
    """An institution, found by its names, its address and the names of its services.

    `names` by language (`name:uk` and so on); a place with a protected service is itself protected.
    """
    given = [taxonomy.services[code] for code in services if code in taxonomy.services]
    titles = {"": name, **(names or {})}
    phrases = [Phrase("title", text, lang or None) for lang, text in titles.items() if text]
    phrases += [Phrase("service", text, lang) for service in given for lang, text in service.names.items()]
    phrases += [Phrase("address", address)] if address else []
    return Document(
        kind="institution",
        id=str(location_id),
        titles=titles,
        subtitles={"": address},
        phrases=tuple(phrases),
        lon=lon,
        lat=lat,
        services=tuple(services),
        is_protected=is_protected or any(service.is_protected for service in given),
    )


def place_document(
    kind: Kind,
    place_id: str | int,
    name: str,
    *,
    lon: float,
    lat: float,
    names: Mapping[str, str] | None = None,
    within: str = "",
) -> Document:
    """An address, street, stop or settlement of the gazetteer; `within` tells it from its namesakes."""
    titles = {"": name, **(names or {})}
    wordings = dict.fromkeys(text for text in titles.values() if text)
    return Document(
        kind=kind,
        id=str(place_id),
        titles=titles,
        subtitles={"": within},
        phrases=tuple(Phrase("title", text) for text in wordings),
        lon=lon,
        lat=lat,
        prior=_PLACE_PRIOR.get(kind, 0.0),
    )
