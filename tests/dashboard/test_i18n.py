from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.errors import TranslationError
from dashboard.i18n import LANGUAGES, Texts, catalogue, choose

ROOT = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def literals() -> Iterator[tuple[str, bool]]:
    """Every string of the read side that could be a key, and whether it is only the beginning of one."""
    for folder in ("dashboard", "pages"):
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
            for node in ast.walk(tree):
                if isinstance(node, ast.JoinedStr):
                    first = node.values[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield first.value, True
                elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
                    yield node.value, False
    for path in (ROOT / "dashboard" / "templates").glob("*.html"):
        for found in re.finditer(r"""\bt\(["']([a-z0-9_.]+)["']""", path.read_text(encoding="utf-8")):
            yield found[1], False


def test_every_text_has_all_five_languages_and_the_same_placeholders() -> None:
    for key, texts in catalogue().items():
        assert set(texts) == set(LANGUAGES), key
        used = {lang: set(PLACEHOLDER.findall(str(text))) for lang, text in texts.items()}
        assert len({frozenset(names - {"n"}) for names in used.values()}) == 1, f"{key}: {used}"


def test_every_text_is_used_and_every_used_key_exists() -> None:
    found = set(literals())
    whole = {text for text, is_start in found if not is_start}
    starts = {text for text, is_start in found if is_start and "." in text}
    unused = [key for key in catalogue() if key not in whole and not any(key.startswith(start) for start in starts)]
    assert not unused, f"nobody shows these: {unused}"
    areas = {key.partition(".")[0] for key in catalogue()}
    wanted = {text for text in whole if re.fullmatch(rf"({'|'.join(areas)})(\.[a-z0-9_]+)+", text)}
    files = {text for text in wanted if text.endswith((".toml", ".json", ".py", ".db", ".key", ".html", ".css"))}
    assert not wanted - set(catalogue()) - files


@pytest.mark.parametrize(
    ("lang", "said"), [("sk", "5 dní"), ("uk", "5 днів"), ("be", "5 дзён"), ("ru", "2 дня"), ("en", "1 day")]
)
def test_plurals_follow_the_language(lang: str, said: str) -> None:
    assert Texts(lang)("filter.last_days", n=int(said.split(maxsplit=1)[0])) == said


def test_a_missing_text_is_named() -> None:
    with pytest.raises(TranslationError, match=r"no\.such\.key"):
        Texts("sk")("no.such.key")


def test_a_language_left_out_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('[x]\na = { sk = "1", uk = "2", be = "3", ru = "4" }', encoding="utf-8")
    with pytest.raises(TranslationError, match=r"x\.a has no en"):
        catalogue(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "accept", "lang"),
    [
        ("uk", "en", "uk"), ("xx", "ru-RU,ru;q=0.9", "ru"),
        (None, "de,sk;q=0.5,en;q=0.4", "sk"), (None, "de;q=x,,;", "be"),
        (None, "", "be"),
    ],
)  # fmt: skip
def test_the_reader_chooses_then_the_browser_then_the_city(wanted: str | None, accept: str, lang: str) -> None:
    assert choose(wanted, accept, ("xx", "be", "ru")) == lang


WORDS = {
    "contact": {"sk": "kontakt", "uk": "зверн", "be": r"зварот(?!н)", "ru": "обращени"},
    "request": {"sk": "podne", "uk": "заяв[ко]", "be": "заяў|заявак", "ru": "заяв[ко]"},
}
SAYS = {"contact": r"\bcontacts?\b(?! cent|,)", "request": r"\brequests?\b"}


@pytest.mark.parametrize(("thing", "other"), [("contact", "request"), ("request", "contact")])
def test_a_contact_and_a_request_keep_their_own_words(thing: str, other: str) -> None:
    for key, texts in catalogue().items():
        english = str(texts["en"]).lower()
        if re.search(SAYS[thing], english) and not re.search(SAYS[other], english):
            for lang, stem in WORDS[other].items():
                assert not re.search(stem, str(texts[lang]).lower()), f"{key} in {lang}: {texts[lang]}"
