from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.settings import Secret, Settings
from etl.transforms.codes import Codes
from etl.transforms.personal import MARK, Hasher, load_salt
from etl.transforms.places import areas_of, locate
from etl.transforms.text import code_of, fold
from geodata.cities import load_profile


@pytest.mark.parametrize(
    ("word", "folded"), [("  Žltý  KÔŇ ", "zlty kon"), ("Йод", "йод"), ("Під'їзд", "під'їзд"), ("ŠKODA\n", "skoda")]
)
def test_a_word_is_compared_without_case_blanks_and_latin_accents(word: str, folded: str) -> None:
    assert fold(word) == folded


@pytest.mark.parametrize(
    ("word", "code"),
    [("SW-Dirty Alley", "sw_dirty_alley"), ("Міськсвітло", "misksvitlo"), ("BGE-StLight(s) Out", "bge_stlight_s_out")],
)
def test_a_code_is_latin_and_readable(word: str, code: str) -> None:
    assert code_of(word) == code


@given(st.text(min_size=1))
def test_any_word_has_a_code_that_is_short_and_plain(word: str) -> None:
    code = code_of(word)
    assert 0 < len(code) <= 70
    assert code.isascii()


def test_a_hash_depends_on_the_salt_and_survives_being_shown_in_a_refused_row() -> None:
    one, other = Hasher(b"a"), Hasher(b"b")
    assert one.one("Eva@X.sk") == one.one("eva@x.sk ") != other.one("eva@x.sk")
    assert one.one(MARK + one.one("x")) == one.one("x")
    assert one.many(pa.array(["x", None, "***", "x"])) == [one.one("x"), None, None, one.one("x")]


def test_the_salt_is_made_once_per_data_folder(tmp_path: object) -> None:
    from pathlib import Path

    settings = Settings(data_dir=Path(str(tmp_path)) / "var")
    assert load_salt(settings) == load_salt(settings) != load_salt(Settings(salt=Secret("mine")))


def test_an_area_is_known_without_the_word_district_unless_two_share_the_rest() -> None:
    profile = load_profile("kryvyi-rih")
    assert Codes(profile).bare["саксаганський"] == "saksahanskyi"
    twin = replace(profile.territories[0], code="twin", names={"uk": "Саксаганська громада", "en": "Saksahanskyi"})
    assert "saksahanskyi" not in Codes(replace(profile, territories=(*profile.territories, twin))).bare


def test_points_lie_where_the_outlines_say() -> None:
    profile = load_profile("minsk")
    areas = areas_of(profile)
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(27.3, 27.8, 500), rng.uniform(53.8, 54.0, 500)
    found = locate(areas, lon, lat)
    import shapely

    for x, y, id_ in zip(lon, lat, found, strict=True):
        holders = [
            own for own, shape in zip(areas.ids, areas.outlines, strict=True) if shape.intersects(shapely.Point(x, y))
        ]
        assert (int(id_) in holders) if holders else str(id_) == "<NA>"
