from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from geodata.wordforms import lemma


def test_words_stemmed_by_many_threads_at_once_keep_their_own_stems() -> None:
    words = [
        f"{start}{end}" for start in ("помощ", "больниц", "пенсион", "справк") for end in ("ами", "ой", "ы", "ов", "ах")
    ]
    stem = lemma.__wrapped__
    alone = [stem(word, "ru") for word in words]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda word: stem(word, "ru"), words * 200))
    assert together == alone * 200
