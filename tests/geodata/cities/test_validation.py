"""Every way to get a profile wrong has its own message with file, key and cure."""

# ruff: noqa: E501 - one case a line is how this table is read

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from geodata.cities import list_profiles, load_profile
from geodata.errors import ProfileError, UnknownCityError
from geodata.profile import CityProfile

TEN_LINES = """country = "PL"
languages = ["en", "uk"]
names = { en = "Rzeszów", uk = "Жешув" }
time_zone = "Europe/Warsaw"
centre = [22.0047, 50.0413]
hot_line = "+48 17 000 00 00"

[sources]
osm = "podkarpackie"    # a name of BBBike's or Geofabrik's extracts
"""

Make = Callable[..., CityProfile]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Load the ten-line city with `extra` put after its top keys and other files beside it."""

    def make(extra: str = "", *, base: str = TEN_LINES, topics: str = "", territories: str = "") -> CityProfile:
        folder = tmp_path / "rzeszow"
        folder.mkdir(exist_ok=True)
        (folder / "city.toml").write_text(base + extra, "utf-8")
        for name, text in (("topics.toml", topics), ("territories.toml", territories)):
            if text:
                (folder / name).write_text(text, "utf-8")
        return load_profile("rzeszow", cities_dir=tmp_path)

    return make


def test_a_sixth_city_is_ten_lines_of_data(make: Make, tmp_path: Path) -> None:
    profile = make()
    assert len(TEN_LINES.splitlines()) <= 10
    assert "rzeszow" in list_profiles(tmp_path)
    assert "rzeszow" not in list_profiles()
    assert profile.name("uk") == "Жешув"
    assert profile.name("sk") == "Rzeszów"
    assert {c.code for c in profile.request_classes} >= {"standard", "urgent"}
    assert profile.policies
    assert len(profile.topics) > 20
    assert profile.territories[0].wkb is not None
    assert profile.calendars["centre"].observes_holidays


def test_the_readme_shows_the_same_ten_lines() -> None:
    readme = Path(__file__).parents[3] / "README.md"
    assert TEN_LINES in readme.read_text("utf-8")


def test_a_folder_of_ones_own_goes_before_a_shipped_city(tmp_path: Path) -> None:
    (tmp_path / "minsk").mkdir()
    (tmp_path / "minsk" / "city.toml").write_text(TEN_LINES, "utf-8")
    assert load_profile("minsk", cities_dir=tmp_path).country == "PL"
    assert load_profile("minsk").country == "BY"


def test_a_folder_of_profiles_that_is_not_there_is_an_error_and_not_ignored(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"there is no folder .*cities \(LINKA_CITIES_DIR\); make it"):
        load_profile("minsk", cities_dir=tmp_path / "cities")


def test_an_unknown_city_lists_those_that_exist() -> None:
    with pytest.raises(UnknownCityError, match="no profile 'atlantis'; known: banska-bystrica, cherkasy, demo"):
        load_profile("atlantis")


@pytest.mark.parametrize("slug", ["../minsk", "", "defaults"])
def test_a_slug_is_never_a_path(slug: str) -> None:
    with pytest.raises(UnknownCityError):
        load_profile(slug)


POLICY = """
[[policies]]
code = "urgent"
term = "24 hours"
[[policies]]
code = "statutory_30"
term = "30 calendar_days"
"""
STANDARD = '[[policies]]\ncode = "standard"\nterm = "5 calendar_days"\n'

WRONG: dict[str, tuple[dict[str, str], str]] = {
    "unknown key of the simulation": ({"extra": "[simulation]\nrequests_share = 0.3\n"}, r"city\.toml: simulation\.requests_share: is an unknown key; did you mean request_share"),
    "share of more than all": ({"extra": "[simulation]\nrequest_share = 1.5\n"}, r"simulation\.request_share: is 1\.5; write a number from 0 to 1"),
    "outcomes of more than all": ({"extra": "[simulation]\nrequest_share = 0.9\nconsultation_share = 0.9\n"}, r"simulation\.request_share: and the other outcomes make 1\.8"),
    "hours of half a day": ({"extra": "[simulation]\nhours = [1, 2]\n"}, r"simulation\.hours: is \[1, 2\]; write 24 numbers"),
    "contacts in words": ({"extra": "[simulation]\ncontacts_per_day = 'many'\n"}, r"simulation\.contacts_per_day: is 'many'; write it like 1\.5"),
    "surge without a day": ({"extra": "[[simulation.surges]]\nfactor = 6\n"}, r"simulation\.surges\[1\]\.day: is missing"),
    "fewer than nobody": ({"territories": "[areas]\na = { at = [22, 50], population = -5, names = { en = 'A' } }\n"}, r"territories\.toml: areas\.a\.population: is -5; write a whole number, 0 or more"),
    "more seniors than people": ({"territories": "[areas]\na = { at = [22, 50], population = 5, population_65_plus = 9, names = { en = 'A' } }\n"}, r"areas\.a\.population_65_plus: is 9, population 5"),
    "area off the earth": ({"territories": "[areas]\na = { at = [222, 50], names = { en = 'A' } }\n"}, r"areas\.a\.at: is \[222, 50\]; write \[lon, lat\]"),
    "answer before the call": ({"extra": "[lines.main]\ncalendar = 'centre'\nanswer_within_s = -3\n"}, r"lines\.main\.answer_within_s: is -3; write a whole number, 1 or more"),
    "milestone that ends before it begins": ({"extra": "[milestones.x]\nat = 2026-01-02T08:00:00\nends_at = 2026-01-01T08:00:00\nnames = { en = 'X' }\n"}, r"milestones\.x\.ends_at: is before at"),
    "unknown key": ({"extra": "[targets]\n[lines.main]\ncalender = 'centre'\n"}, r"city\.toml: lines\.main\.calender: is an unknown key; did you mean calendar"),
    "unknown key at the top": ({"base": "hotline = '1'\n" + TEN_LINES}, r"city\.toml: hotline: is an unknown key; did you mean hot_line"),
    "missing key": ({"base": TEN_LINES.replace('country = "PL"\n', "")}, r'city\.toml: country: is missing; write country = "SK"'),
    "wrong type": ({"base": TEN_LINES.replace('"PL"', "48")}, r"city\.toml: country: is 48; write it like"),
    "syntax": ({"extra": "names = [\n"}, r"city\.toml: syntax: .*; write valid TOML"),
    "time zone": ({"base": TEN_LINES.replace("Europe/Warsaw", "Europe/Rzeszow")}, r"city\.toml: time_zone: 'Europe/Rzeszow' is not a time zone; use an IANA name"),
    "language code": ({"base": TEN_LINES.replace('"uk"]', '"ua"]')}, r"city\.toml: languages: 'ua' is not a language code; use ISO 639-1: uk for Ukrainian"),
    "language of a name": ({"base": TEN_LINES.replace('uk = "Ж', 'ua = "Ж')}, r"city\.toml: names\.ua: is not a language code"),
    "no own name": ({"base": TEN_LINES.replace('en = "Rz', 'sk = "Rz')}, r"city\.toml: names: has no name in en, the city's own language"),
    "bbox without centre": ({"base": TEN_LINES.replace("centre = [22.0047, 50.0413]", "bbox = [21, 49, 23, 51]")}, r"city\.toml: bbox: is given without centre; write centre"),
    "centre outside bbox": ({"base": "bbox = [10, 40, 11, 41]\n" + TEN_LINES}, r"city\.toml: centre: 22\.0047, 50\.0413 lies outside bbox"),
    "bbox upside down": ({"base": "bbox = [23, 49, 21, 51]\n" + TEN_LINES}, r"city\.toml: bbox: is .*; write \[west, south, east, north\]"),
    "hours": ({"extra": "[calendars.centre]\nhours = 'Mo 8-16'\n[calendars.always]\nhours = '24/7'\n"}, r"city\.toml: calendars\.centre\.hours: .*not like 08:00-16:00"),
    "exception day": ({"extra": "[calendars.always]\nhours = '24/7'\n[calendars.centre]\nhours = 'Mo 08:00-16:00'\n[calendars.centre.exceptions]\n2026-02-30 = 'closed'\n"}, r"calendars\.centre\.exceptions\.2026-02-30: is not a day"),
    "unknown calendar": ({"extra": "[lines.main]\ncalendar = 'night'\n"}, r"lines\.main\.calendar: is 'night', which is no calendar; add it or use one of: always, centre"),
    "executor kind": ({"extra": "[executors.city_hall]\nkind = 'royal'\n"}, r"executors\.city_hall\.kind: is 'royal'; use one of city, district"),
    "executor area": ({"extra": "[executors]\ncity_hall = { kind = 'city', territory = 'moon' }\nsocial_department = { kind = 'city' }\n"}, r"executors\.city_hall\.territory: is 'moon', which is no area"),
    "class without a term": ({"extra": "[request_classes]\nconsultation = {}\nurgent = {}\nstandard = {}\nstatutory_30 = { kind = 'statutory' }\nstatutory_45 = { kind = 'statutory' }\n"}, r'city\.toml: request_classes\.statutory_45: has no term; add \[\[policies\]\] with class = "statutory_45"'),
    "no standard class": ({"base": 'request_classes = ["urgent", "other"]\n' + TEN_LINES}, r"request_classes: has no class standard; add"),
    "topic without a policy": ({"extra": POLICY + STANDARD + 'topic = "snow"\n'}, r"topics\.toml: topics\.light_out: no policy of class standard covers it"),
    "policy that ended": ({"extra": POLICY + STANDARD + "valid_to = 2024-01-01\n"}, r"topics\.light_out: no policy of class standard covers it"),
    "policy that begins too late": ({"base": "opened_on = 2021-05-01\n" + TEN_LINES, "extra": POLICY + STANDARD + "valid_from = 2022-01-01\n"}, r"that holds from 2021-05-01 on"),
    "overlapping versions": ({"extra": POLICY + STANDARD + STANDARD + "version = 2\nvalid_from = 2024-01-01\n"}, r"policies for class standard: standard version 1 and standard version 2 overlap from 2024-01-01; end the earlier one: valid_to = 2024-01-01"),
    "gap between versions": ({"extra": POLICY + STANDARD + "valid_to = 2023-06-01\n" + STANDARD + "version = 2\nvalid_from = 2024-01-01\n"}, r"no version holds from 2023-06-01 to 2024-01-01"),
    "version twice": ({"extra": POLICY + STANDARD + "valid_to = 2024-01-01\n" + STANDARD + "valid_from = 2024-01-01\n"}, r"policies standard: has version 1 2 times; number the versions"),
    "policy ends before it begins": ({"extra": POLICY + STANDARD + "valid_from = 2024-01-01\nvalid_to = 2023-01-01\n"}, r"valid_to: is not after valid_from"),
    "term": ({"extra": POLICY + STANDARD.replace("5 calendar_days", "five days")}, r'policies\[3\]\.term: is \'five days\'; write like "24 hours"'),
    "policy of an unknown topic": ({"extra": POLICY + STANDARD + STANDARD + "version = 2\ntopic = 'flying'\n"}, r"topic: is 'flying', which is no topic"),
    "policy of an unknown class": ({"extra": POLICY + STANDARD + STANDARD + "version = 2\nclass = 'royal'\n"}, r"class: is 'royal', which is no request class"),
    "parent topic": ({"topics": '[topics]\n"a/snow" = {}\n'}, r"topics\.toml: topics\.a/snow: has no parent 'a'; write \"a\" = \{\} above it"),
    "topic twice": ({"topics": '[topics]\nstreets = {}\nsocial = {}\n"streets/snow" = {}\n"social/snow" = {}\n'}, r"topics\.social/snow: uses the code 'snow' a second time"),
    "topic too deep": ({"topics": '[topics]\nstreets = {}\n"streets/roads" = {}\n"streets/roads/snow" = {}\n"streets/roads/snow/pothole" = {}\n'}, r"is 4 levels deep; the tree has at most 3"),
    "topic without a name": ({"topics": "[topics]\nflying = {}\n"}, r"topics\.flying\.names: has no name in en"),
    "executor of a topic": ({"topics": '[topics]\nsnow = { executor = "santa" }\n'}, r"topics\.toml: topics\.snow\.executor: is 'santa', which is no executor"),
    "class of a topic": ({"topics": '[topics]\nsnow = { class = "royal" }\n'}, r"topics\.toml: topics\.snow\.class: is 'royal', which is no request class"),
    "code twice in a list": ({"base": 'channels = ["phone", "phone"]\n' + TEN_LINES}, r"channels: names a code twice"),
    "bit twice": ({"extra": "[caller_groups]\nseniors = { bit = 1 }\nveterans = {}\n"}, r"caller_groups: bits are \[1, 1\]; each group needs its own bit"),
    "area parent": ({"territories": "[areas]\na = { at = [22.0, 50.0], parent = 'b', names = 'A' }\n"}, r"territories\.toml: areas\.a\.parent: is 'b', which is no area"),
    "area circle": ({"territories": "[areas]\na = { parent = 'b', names = 'A' }\nb = { parent = 'a', names = 'B' }\n"}, r"areas\.a\.parent: leads back to itself"),
    "area twice at one place": ({"territories": "[areas]\na = { at = [22.0, 50.0], names = 'A' }\nb = { at = [22.0, 50.0], names = 'B' }\n"}, r"territories\.toml: areas: two areas share one centre point"),
    "point": ({"territories": "[areas]\na = { at = [22.0], names = 'A' }\n"}, r"areas\.a\.at: is \[22\.0\]; write 2 numbers"),
    "simulated topic": ({"extra": "[simulation.topics]\nflying = 1\n"}, r"simulation\.topics\.flying: is 'flying', which is no topics code"),
    "target": ({"extra": "[targets]\non_time_pct = 'high'\n"}, r"targets\.on_time_pct: is 'high'; write a number"),
    "milestone": ({"extra": "[milestones.siren]\nnames = 'Siren'\n"}, r"milestones\.siren\.at: is missing; write at = 2026-01-31T08:00:00"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_profile_names_file_key_and_cure(make: Make, files: dict[str, str], message: str) -> None:
    with pytest.raises(ProfileError, match=message) as caught:
        make(**files)
    assert str(caught.value).startswith("the profile rzeszow is wrong:\n")


def test_all_problems_are_reported_at_once(make: Make) -> None:
    with pytest.raises(ProfileError) as caught:
        make(base=TEN_LINES.replace("Europe/Warsaw", "Mars").replace('"PL"', "1"), extra="[lines.main]\ncolour = 1\n")
    text = str(caught.value)
    assert all(part in text for part in ("time_zone", "country", "lines.main.colour", "lines.main.calendar"))


def test_milestones_are_local_time_and_become_utc(make: Make) -> None:
    profile = make("[milestones.siren]\nat = 2026-01-31T08:00:00\nnames = 'Siren'\n")
    assert profile.milestones[0].at.isoformat() == "2026-01-31T07:00:00+00:00"


def test_a_name_without_a_translation_falls_back_field_by_field(make: Make) -> None:
    profile = make('[lines]\nmain = { calendar = "centre", names = { uk = "Лінія" } }\n')
    assert profile.lines[0].names["uk"] == "Лінія"
    assert profile.lines[0].names["en"] == "Contact centre"
