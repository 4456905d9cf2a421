from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from dashboard.app import LinkaDash, create_app
from dashboard.deps import Deps
from dashboard.directory import result_map
from dashboard.directory.asked import Asked, parse, point
from dashboard.directory.card import _barred_before
from dashboard.directory.find import find
from dashboard.directory.guide import guide_of
from dashboard.directory.place_page import MOST_REPORTS_PER_MIN
from dashboard.directory.words import state_words
from dashboard.directory.writing import Limit
from dashboard.queries.directory import directory
from dashboard.queries.public_writes import Writer
from etl.schema import accessibility_observation, data_report, location, need_outcome, phone
from geodata.accessibility import Observation, assess
from geodata.opening_hours import OpeningHours
from geodata.search import topic_index
from geodata.taxonomy import load_taxonomy
from tests.dashboard.apps import NOW

HOME = "http://localhost"
FILES = ("services.json", "locations.json", "places.geojson", "hsds.zip")


def get(app: LinkaDash, path: str, **options: Any) -> Any:
    return app.server.test_client().get(path, base_url=HOME, **options)


@pytest.fixture(scope="module")
def protected(public_app: LinkaDash) -> Any:
    held = directory(public_app.deps.read, is_staff=True).institutions
    return next(place for place in held.values() if place.is_protected)


@pytest.fixture(scope="module")
def shown(public_app: LinkaDash) -> Any:
    held = directory(public_app.deps.read).institutions
    return next(place for place in held.values() if place.row["kind"] == "social_centre")


def every_public_answer(app: LinkaDash, place_id: str) -> Iterator[tuple[str, bytes]]:
    pages = [f"/find?page={n}" for n in range(1, 5)]
    paths = [*pages, "/find?q=violence", "/find?service=violence_shelter", f"/place/{place_id}", "/takeaway.html"]
    paths += [f"/takeaway.html?place={place_id}", "/suggest?q=shelter", "/address?start=60.17,24.94"]
    paths += ["/", "/embed", "/embed?service=violence_shelter", "/embed?need=violence", "/open-data", "/address"]
    paths += ["/open-data?service=violence_shelter", "/robots.txt", "/sitemap.xml", "/nowhere", "/health"]
    paths += ["/takeaway.html?q=violence", "/takeaway.html?service=violence_shelter", "/suggest?q=Crisis&kind=place"]
    paths += ["/find?sort=name&page=9", "/find?start=60.17,24.94&mode=foot", "/open-data/nothing.json"]
    paths += ["/check/violence_shelter", "/find/points?box=-180,-90,180,90&zoom=18"]
    for path in paths:
        yield path, get(app, path).data
    for path in ("/find", "/embed", f"/place/{place_id}", "/"):
        yield f"map of {path}", get(app, "/_dash-layout", headers={"Referer": f"{HOME}{path}"}).data
    yield "/report", app.server.test_client().post("/report", base_url=HOME, data={"place": place_id, "text": "x"}).data
    for name in FILES[:3]:
        yield name, get(app, f"/open-data/{name}").data
    with zipfile.ZipFile(io.BytesIO(get(app, "/open-data/hsds.zip").data)) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)


def test_a_protected_place_is_on_no_public_page_map_file_or_search(public_app: LinkaDash, protected: Any) -> None:
    secrets = [protected.name.encode(), str(protected.lon)[:9].encode(), protected.address.encode()]
    secrets += [name.encode() for name in protected.names.values()]
    for path, data in every_public_answer(public_app, protected.id):
        found = [secret for secret in secrets if secret and secret in data]
        assert not found, f"{path} shows {found}"
        assert path.startswith(("/place/", "/takeaway")) or protected.id.encode() not in data, path


def test_who_knows_the_name_of_a_protected_place_learns_nothing_more(public_app: LinkaDash, protected: Any) -> None:
    asked = {"q": protected.name, "from": protected.address}
    for path in ("/find", "/embed", "/suggest", "/takeaway.html", "/address"):
        page = get(public_app, path, query_string=asked).data
        for secret in (str(protected.lon)[:8], str(protected.lat)[:8], protected.id):
            assert secret.encode() not in page, path
    card = get(public_app, f"/place/{protected.id}")
    nothing = get(public_app, "/place/no-such-place")
    assert card.status_code == nothing.status_code == 404
    assert card.text.partition('class="scripts"')[0] == nothing.text.partition('class="scripts"')[0]


def test_the_page_is_whole_without_scripts(public_app: LinkaDash, shown: Any) -> None:
    page = get(public_app, "/find?service=nanny").text
    assert "open until" in page or "closed" in page
    assert f"/place/{shown.id}" in page
    assert '<h1 tabindex="-1"' in page
    assert page.index('class="place"') < page.index('id="react-entry-point"'), "the list comes before the map"


def test_the_card_tells_the_phone_of_the_service_and_who_takes_applications(public_app: LinkaDash, shown: Any) -> None:
    page = get(public_app, f"/place/{shown.id}").text
    offer = shown.offer("nanny")
    assert offer.phones[0]["number"] in page
    assert "Applications are taken by" in page
    assert "8:00–13:00, 14:00–17:00" in page
    assert "access not known" in page or "can be entered" in page or "cannot be entered" in page


@pytest.mark.parametrize(
    ("text", "day", "is_hinted"),
    [
        ("Mo-Fr 10:00-16:00", 25, True),
        ("Mo-Fr 10:00-16:00; PH off", 25, False),
        ("24/7", 25, False),
        ("Mo-Fr 10:00-16:00", 28, False),
    ],
)
def test_hours_silent_on_holidays_are_not_promised_on_one(
    public_app: LinkaDash, text: str, day: int, is_hinted: bool
) -> None:
    guide = guide_of(public_app.deps)
    zone = guide.deps.profile.zone
    hours = OpeningHours.parse(text, zone, guide.deps.profile.country)
    said = state_words(hours, datetime(2026, 12, day, 11, tzinfo=zone), guide, "en")
    assert ("public holiday, better call first" in said) == is_hinted


def test_what_bars_the_way_before_the_door_is_named_though_one_can_get_in() -> None:
    seen = [("step_free_entrance", "yes"), ("step_free_way", "no"), ("step_free_inside", "yes"), ("parking", "no")]
    links = assess([Observation(name, value, "survey", None, "") for name, value in seen], "wheelchair").links
    told = _barred_before(links, "en")
    assert "way to the entrance" in told
    assert "inside" not in told
    assert _barred_before(assess([], "wheelchair").links, "en") == "", "unknown is not a barrier"


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({"is_resident": "yes", "youngest_child_age": "1", "child_count": "3"}, "answer-yes"),
        ({"is_resident": "no"}, "answer-no"),
        ({}, "answer-ask"),
        ({"is_resident": "<script>", "child_count": "-1"}, "answer-ask"),
    ],
)
def test_the_check_answers_yes_no_or_ask(public_app: LinkaDash, answers: dict[str, str], verdict: str) -> None:
    page = public_app.server.test_client().post("/check/nanny", base_url=HOME, data=answers).text
    assert verdict in page
    assert "<script>" not in page.partition("<main")[2].partition("</main>")[0]


def test_a_facets_count_is_what_its_choice_leaves(public_app: LinkaDash) -> None:
    guide = guide_of(public_app.deps)
    first, _ = find(guide, Asked(), lang="en", now=NOW)
    for facet in first.facets["language"]:
        left, _ = find(guide, Asked(language=facet.value), lang="en", now=NOW)
        assert len(left.results) == facet.count
    opened, _ = find(guide, Asked(is_open=True), lang="en", now=NOW)
    assert {row.state for row in opened.results} == {"open"}
    assert len(opened.results) == first.facets["open"][0].count


def test_a_service_for_everybody_counts_for_every_group(public_app: LinkaDash) -> None:
    guide = guide_of(public_app.deps)
    found, _ = find(guide, Asked(service="legal_aid"), lang="en", now=NOW)
    assert {facet.count for facet in found.facets["for"]} == {len(found.results)} != {0}
    nanny, _ = find(guide, Asked(service="nanny"), lang="en", now=NOW)
    counts = {facet.value: facet.count for facet in nanny.facets["for"]}
    assert counts["families"] == len(nanny.results)
    assert counts["unemployed"] == 0
    for code, count in counts.items():
        left, _ = find(guide, Asked(service="nanny", group=code), lang="en", now=NOW)
        assert len(left.results) == count


def test_of_very_many_points_a_view_gets_its_own_joined_where_they_are_close(
    public_app: LinkaDash, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = "/find/points?box=-180,-90,180,90"
    whole = get(public_app, f"{everything}&zoom=11").json
    assert len(whole["points"]["features"]) == len(directory(public_app.deps.read).placed())
    monkeypatch.setattr(result_map, "MOST_POINTS", 3)
    far = get(public_app, f"{everything}&zoom=9").json
    assert far["points"]["features"] == []
    counted = [one["properties"].get("point_count", 1) for one in far["many"]["features"]]
    assert sum(counted) == len(whole["points"]["features"]) > len(counted)
    assert get(public_app, "/find/points?box=1,1,2,2&zoom=12").json["points"]["features"] == []
    for wrong in ("box=1,2,3&zoom=9", "box=a,b,c,d&zoom=9", "box=1,1,2,2&zoom=x", ""):
        assert get(public_app, f"/find/points?{wrong}").status_code == 400


def test_a_hostile_address_is_read_as_nothing(public_app: LinkaDash) -> None:
    zone = public_app.deps.profile.zone
    asked = parse(
        {"start": "999,1", "within": "x", "page": "-3", "at": "99", "mode": "rocket"}, load_taxonomy(), zone=zone
    )
    assert asked == Asked(zone=str(zone))
    assert point("60.1,24.9") is not None
    assert get(public_app, "/find?" + "q=%00%ff&" * 50 + "page=999999999").status_code == 200


def test_a_question_survives_its_own_address(public_app: LinkaDash) -> None:
    zone = public_app.deps.profile.zone
    asked = Asked(
        service="nanny",
        is_open=True,
        access="wheelchair",
        within_min=20,
        start=point("60.1,24.9", "Home"),
        zone=str(zone),
    )
    assert parse(dict(asked.pairs()), load_taxonomy(), zone=zone) == asked


def unmet_form(page: str) -> dict[str, str]:
    form = page[page.index('action="/unmet"') :]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))


def noted(app: LinkaDash) -> list[dict[str, Any]]:
    with app.deps.read.engine.connect() as connection:
        rows = connection.execute(select(need_outcome).where(need_outcome.c.source == "social-map"))
        return [dict(row) for row in rows.mappings()]


def test_a_need_that_finds_nothing_is_noted_when_the_page_says_so_and_never_by_looking(public_app: LinkaDash) -> None:
    before = len(noted(public_app))
    page = get(public_app, "/find?q=zzqqxyv").text
    assert len(noted(public_app)) == before
    client, form = public_app.server.test_client(), unmet_form(page)
    for _ in range(2):  # the script and the button, or a reload: one row
        answer = client.post("/unmet", base_url=HOME, data=form)
        assert "We have noted that this help is missing" in answer.text
    rows = noted(public_app)
    assert len(rows) == before + 1
    assert rows[-1]["outcome"] == "no_service"
    assert not any("zzqqxyv" in str(value) for row in rows for value in row.values())


def test_how_a_need_ended_is_told_by_the_filter_that_left_nothing(public_app: LinkaDash) -> None:
    page = get(public_app, "/find?service=nanny&open=1&at=2026-05-24T03:00").text
    form = unmet_form(page)
    assert (form["outcome"], form["service"]) == ("closed_then", "nanny")


@pytest.mark.parametrize(
    ("change", "headers", "status"),
    [
        ({"outcome": "stolen"}, {}, 400),
        ({"service": "violence_shelter"}, {}, 400),
        ({"once": "free text"}, {}, 400),
        ({}, {"Origin": "http://evil.example"}, 403),
    ],
)
def test_a_strange_note_is_refused(
    public_app: LinkaDash, change: dict[str, str], headers: dict[str, str], status: int
) -> None:
    form = {"outcome": "no_service", "service": "nanny", "once": "0123456789abcdef"} | change
    answer = public_app.server.test_client().post("/unmet", base_url=HOME, data=form, headers=headers)
    assert answer.status_code == status


def test_what_is_taken_in_a_minute_is_bounded() -> None:
    now = [0.0]
    limit = Limit(2, clock=lambda: now[0])
    assert [limit.takes(), limit.takes(), limit.takes()] == [True, True, False]
    now[0] = 61.0
    assert limit.takes()


def test_a_report_of_wrong_data_waits_for_the_staff(public_app: LinkaDash, shown: Any) -> None:
    client = public_app.server.test_client()
    answer = client.post(
        "/report", base_url=HOME, data={"place": shown.id, "field": "phone", "text": "It rings elsewhere"}
    )
    assert answer.status_code == 200
    client.post("/report", base_url=HOME, data={"place": shown.id, "field": "phone", "text": "robot", "website": "x"})
    with public_app.deps.read.engine.connect() as connection:
        rows = connection.execute(select(data_report)).mappings().all()
    assert [(row["text"], row["status"], row["location_id"]) for row in rows] == [
        ("It rings elsewhere", "new", shown.id)
    ]


@pytest.fixture
def another_app(city_engine: Engine, make_deps_of: Callable[..., Deps]) -> Callable[[], LinkaDash]:
    return lambda: create_app(make_deps_of(city_engine, "public"))


def test_reports_are_bounded_and_the_page_says_so(
    another_app: Callable[[], LinkaDash], shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    monkeypatch.setattr(Writer, "report", lambda _self, _place, _field, text, **_now: kept.append(text))
    client = another_app().server.test_client()
    form = {"place": shown.id, "field": "phone", "text": "It rings elsewhere"}
    answers = [client.post("/report", base_url=HOME, data=form) for _ in range(MOST_REPORTS_PER_MIN + 1)]
    assert [answer.status_code for answer in answers] == [200] * MOST_REPORTS_PER_MIN + [429]
    assert len(kept) == MOST_REPORTS_PER_MIN
    assert "Try again in a minute" in answers[-1].text
    assert "100 200" in answers[-1].text
    foreign = client.post("/report", base_url=HOME, data=form, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403


def test_a_card_without_any_number_or_access_says_whom_to_ask(
    another_app: Callable[[], LinkaDash], city_engine: Engine, shown: Any
) -> None:
    """A fax number is none to call, and what was seen elsewhere says nothing of this place."""
    seen = accessibility_observation
    with city_engine.begin() as connection:
        observed = [
            dict(row) for row in connection.execute(select(seen).where(seen.c.location_id == shown.id)).mappings()
        ]
        connection.execute(delete(seen).where(seen.c.location_id == shown.id))
        kinds = [tuple(row) for row in connection.execute(select(phone.c.id, phone.c.type))]
        connection.execute(update(phone).values(type="fax"))
    try:
        page = get(another_app(), f"/place/{shown.id}").text
    finally:
        with city_engine.begin() as connection:
            connection.execute(insert(seen), observed)
            for key, kind in kinds:
                connection.execute(update(phone).where(phone.c.id == key).values(type=kind))
    assert "No phone number is known for this place" in page
    assert "Call 100 200</a>" in page
    told = page.index("Nobody has recorded the access")
    assert told < page.index("What to ask about") < page.index('<table class="chain">')


def test_a_place_no_longer_listed_says_since_when_and_names_the_nearest_with_its_service(
    another_app: Callable[[], LinkaDash], city_engine: Engine, shown: Any
) -> None:
    def withdraw(at: datetime | None) -> None:
        with city_engine.begin() as connection:
            connection.execute(update(location).where(location.c.id == shown.id).values(withdrawn_at=at))

    withdraw(datetime(2026, 5, 1, 10, tzinfo=UTC))
    try:
        page = get(another_app(), f"/place/{shown.id}")
    finally:
        withdraw(None)
    assert page.status_code == 410
    assert "no longer listed since 1 May 2026" in page.text
    assert page.text.count('<article class="give">') == 3
    assert f"/place/{shown.id}" not in page.text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("name", FILES)
def test_open_data_are_not_sent_twice(public_app: LinkaDash, name: str) -> None:
    first = get(public_app, f"/open-data/{name}")
    assert first.status_code == 200
    assert get(public_app, f"/open-data/{name}", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_the_files_hold_every_public_place(public_app: LinkaDash) -> None:
    held = directory(public_app.deps.read).institutions
    assert json.loads(get(public_app, "/open-data/locations.json").data)["total_items"] == len(held)
    with public_app.deps.read.engine.connect() as connection:
        everything = len(connection.execute(select(location.c.id)).all())
    assert len(held) == everything - 1


def test_the_take_away_map_fetches_nothing(public_app: LinkaDash) -> None:
    page = get(public_app, "/takeaway.html?service=nanny").text
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=[\"'](https?:)?//", page)
    assert "L.map(" in page
    assert "555-01" in page
    assert 'class="qr"><svg' in page
    assert f"{HOME}/find?service=nanny</a>" in page


def test_the_index_in_memory_is_used_until_one_is_built(public_app: LinkaDash) -> None:
    assert guide_of(public_app.deps).index().query("childminder", "en", 1)
    assert topic_index().query("childminder", "en", 1)


def test_the_guide_makes_room_for_what_a_filter_found(public_app: LinkaDash) -> None:
    assert 'id="needs-h"' in get(public_app, "/find").text
    assert 'id="needs-h"' not in get(public_app, "/find?access=wheelchair").text


def test_an_operator_answers_a_question_for_a_number_in_its_card(staff_app: LinkaDash) -> None:
    asked = "/operator?q=humanitarian+aid&is_displaced=no&has_low_income=no&has_disability=no"
    page = get(staff_app, asked).text
    assert '<input type="number" name="child_count"' in page
    assert '<input type="hidden" name="has_low_income" value="no">' in page
    assert "What to bring: passport or identity card" in page
    assert "Entitlement to be asked" not in get(staff_app, f"{asked}&child_count=3").text


def test_an_operator_sees_three_and_refers(staff_app: LinkaDash) -> None:
    page = get(staff_app, "/operator?q=childminder").text
    assert page.count("Refer here") == 3
    client = staff_app.server.test_client()
    sent = client.post(
        "/operator/outcome", base_url=HOME, data={"outcome": "referred", "service": "nanny", "for": "seniors"}
    )
    assert sent.status_code == 303
    foreign = client.post(
        "/operator/outcome", base_url=HOME, data={"outcome": "full"}, headers={"Origin": "http://evil.example"}
    )
    assert foreign.status_code == 403
