from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from etl.errors import MapError
from etl.maps import FIELDS, SHIPPED, load_map, parse, shipped_maps
from etl.maps.checks import KEYS
from etl.maps.propose import as_toml, instant_format, merged, propose
from etl.maps.types import REQUIRED, ReadOptions
from etl.sources.osm_tags import rules, services_of

SMALL: dict[str, Any] = {"table": "request", "fields": {"key": "id", "created": "at"}}


@pytest.mark.parametrize("name", shipped_maps())
def test_every_shipped_map_is_sound(name: str) -> None:
    found = load_map(name)
    assert found.source == name
    assert found.title


def test_the_reader_of_maps_is_told_every_key_and_field() -> None:
    text = (SHIPPED / "README.md").read_text(encoding="utf-8")
    for key in (*KEYS, *ReadOptions.__dataclass_fields__):
        assert f"`{key}`" in text or f"`[{key}]`" in text or f"`[{key}." in text, key
    for table, fields in FIELDS.items():
        said = text.partition(f"`{table}`: ")[2].partition(". `")[0].replace("\n", " ").split(". ")[0]
        assert tuple(said.rstrip(".").split(", ")) == fields
        assert set(REQUIRED[table]) <= set(fields)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"tabel": 1}, "tabel is not a key of a map: use one of"),
        ({"table": "calls"}, "table is 'calls': write one of request"),
        ({"fields": {"key": "id"}}, "fields lack created"),
        ({"fields": {"key": "id", "created": "at", "lon": "x"}}, "have one of lon and lat"),
        ({"fields": {"key": "id", "created": "at", "colour": "x"}}, "fields.colour is not known"),
        ({"time_zone": "Mars/Base"}, "time_zone is 'Mars/Base': use an IANA name"),
        ({"extent": [1, 2, 0, 3]}, "write \\[west, south, east, north\\]"),
        ({"formats": {"instant": "iso"}}, "formats.instant is 'iso'"),
        ({"formats": {"birthday": "%d"}}, "formats.birthday is not known"),
        ({"words": {"status": {"done": ["x"]}}}, "words.status.done|done is not known"),
        ({"words": {"status": {"open": ["x"], "closed": [" X "]}}}, "gives ' X ' two meanings"),
        ({"add": ["territory"]}, "only topic, executor, channel can grow"),
        ({"read": {"separator": ";;"}}, "read.separator"),
        ({"clock_skew_s": -1}, "clock_skew_s is -1"),
    ],
)
def test_a_wrong_map_is_refused_with_key_and_cure(change: dict[str, Any], says: str) -> None:
    with pytest.raises(MapError, match=says):
        parse({**SMALL, **change}, name="a", where="a.toml")


def test_all_problems_of_a_map_are_told_at_once() -> None:
    with pytest.raises(MapError, match=r"a\.toml: .*time_zone.*; add"):
        parse({**SMALL, "time_zone": "x", "add": ["y"]}, name="a", where="a.toml")


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("a = [")
    with pytest.raises(MapError, match="not valid TOML"):
        load_map(tmp_path / "a.toml")
    with pytest.raises(MapError, match="cannot be read"):
        load_map(tmp_path / "b.toml")


def sample(**columns: list[str]) -> pa.Table:
    return pa.table({name.replace("_", " "): pa.array(values, pa.string()) for name, values in columns.items()})


def test_a_slovak_file_is_recognised_by_its_words_and_what_it_holds() -> None:
    made = propose(
        sample(
            Číslo=["1", "2"], Dátum_prijatia=["15.03.2024 08:00", "16.03.2024 09:30"], Stav=["Vybavené", "Nové"],
            Kategória=["voda", "svetlo"], Vybavené=["", "17.03.2024 10:00"], Telefón=["+421900111222", "0900111223"],
            Meno=["Anna", "Eva"], Poznámka=["a", "b"],
        )
    )  # fmt: skip
    assert (made.table, made.fields) == (
        "request",
        {"key": "Číslo", "created": "Dátum prijatia", "status": "Stav", "topic": "Kategória", "closed": "Vybavené",
         "caller": "Telefón"},
    )  # fmt: skip
    assert made.formats["created"] == "%d.%m.%Y %H:%M"
    assert (made.personal, made.unplaced, made.missing) == (["Meno"], ["Poznámka"], [])


def test_a_proposed_map_is_a_sound_map() -> None:
    made = propose(
        sample(номер=["1", "2"], дата_звернення=["01.02.2024", "02.02.2024"], тема=["а", "б"], стан=["Закрито", "?"])
    )
    text = as_toml(made, file="звернення.csv", time_zone="Europe/Kyiv")
    found = parse(tomllib.loads(text), name="x", where="x")
    assert found.fields["created"] == ("дата звернення",)
    assert found.words["status"] == {"закрито": "closed"}
    assert "cannot be told apart" in text or found.formats["created"] == ("%d.%m.%Y",)


def test_a_column_of_the_citys_own_words_is_placed_whatever_its_name() -> None:
    file = sample(id=["1", "2"], datum=["01.02.2024", "13.02.2024"], okrsok=["Sásová", "Radvaň"], group=["x", "y"])
    made = propose(file, known={"territory": frozenset({"sasova", "radvan"})})
    assert made.fields["territory"] == "okrsok"
    assert made.fields["topic_group"] == "group"


def test_commas_in_coordinates_are_said_to_be_decimal() -> None:
    columns = {"id": ["1", "2"], "dátum": ["2024-01-02", "2024-01-03"]}
    made = propose(sample(**columns, x=["19,14", "19,15"], y=["48,73", "48,74"]))
    assert parse(tomllib.loads(as_toml(made, file="a.csv", time_zone="UTC")), name="x", where="x").read.decimal == ","
    assert propose(sample(**columns, x=["19.14", "19.15"], y=["48.73", "48.74"])).decimal == "."


def test_usual_headers_of_ukrainian_and_exchange_files_are_known() -> None:
    made = propose(
        sample(
            **{"№ звернення": ["1", "2"], "Дата реєстрації": ["2024-01-02", "2024-01-03"], "Категорія": ["а", "б"],
               "Підкатегорія": ["в", "г"]},
            Статус=["На виконанні", "Відхилено"],
        )
    )  # fmt: skip
    assert made.fields == {"key": "№ звернення", "created": "Дата реєстрації", "topic_group": "Категорія",
                           "topic": "Підкатегорія", "status": "Статус"}  # fmt: skip
    text = as_toml(made, file="a.csv", time_zone="UTC")
    assert tomllib.loads(text)["words"]["status"] == {"open": ["На виконанні"], "cancelled": ["Відхилено"]}
    exchange = propose(sample(uniqueid=["1.1", "1.2"], calldate=["2024-01-02", "2024-01-03"], queue=["139", "139"]))
    assert exchange.table == "contact"
    assert not exchange.missing


def test_files_of_several_years_give_every_name_a_field_ever_had() -> None:
    old = propose(sample(číslo=["1", "2"], prijaté=["31.01.2019", "01.02.2019"]), table="request")
    new = propose(sample(id=["3", "4"], prijaté=["2020/01/31", "2020/02/01"], popis=["a", "b"]), table="request")
    found = parse(tomllib.loads(as_toml(merged(old, new), file="roky", time_zone="UTC")), name="x", where="x")
    assert found.key == (("číslo", "id"),)
    assert found.fields["created"] == ("prijaté",)
    assert found.formats["created"] == ("%d.%m.%Y", "%Y/%m/%d")
    assert found.ignore == {"popis"}


def test_what_a_table_needs_and_the_file_lacks_is_said() -> None:
    made = propose(sample(colour=["red"]), table="request")
    assert made.missing == ["key", "created"]
    assert "# MISSING: created" in as_toml(made, file="a.csv", time_zone="UTC")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2024-03-01T08:00:00Z", ""),
        ("31/12/2024", "%d/%m/%Y"),
        ("12/31/2024 01:05:00 PM", "%m/%d/%Y %I:%M:%S %p"),
        ("x", None),
    ],
)
def test_the_format_of_moments_is_found(text: str, form: str | None) -> None:
    assert instant_format([text]) == form


def test_tags_give_services_and_a_womens_shelter_is_only_that() -> None:
    assert len(rules()) > 50
    facility = {"amenity": "social_facility"}
    assert services_of({**facility, "social_facility": "nursing_home"}) == ("residential_care",)
    assert services_of(facility) == ("counselling",)
    hidden = {**facility, "social_facility": "shelter", "social_facility:for": "women;child"}
    assert services_of(hidden) == ("violence_shelter",)
    assert services_of({"amenity": "bench"}) == ()
    assert services_of({"office": "no"}) == ()
    assert services_of({"amenity": "hospital", "emergency": "yes"}) == ("hospital", "emergency_medical")
