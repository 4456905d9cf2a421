"""The brief of a surge day names the surge; the newest is told as it stands, a past one as it was known then."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser

import pandas as pd
import pytest
from sqlalchemy import Engine, select

from dashboard.deps import Deps
from dashboard.digest import mail, sentences, strip
from dashboard.digest.content import Brief, Draft, brief_day
from dashboard.digest.strip import ORDER, PERIODS
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.metrics import figures
from dashboard.queries.brief import late_chances
from dashboard.view import View
from etl import snapshot
from etl.pipeline import run_load
from etl.schema import backlog_snapshot
from etl.simulate import plan_of, simulate, source_name
from geodata.cities import load_profile

NOW = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)
SURGE_ON = date(2026, 5, 19)
TOPIC, TERRITORY = "power_outage", "kluuvi"


@pytest.fixture(scope="module")
def surged(open_engine: Callable[[str], AbstractContextManager[Engine]]) -> Iterator[Engine]:
    """Give ninety days of the demo city, whose profile has a surge on the day before the last."""
    profile = load_profile("demo")
    with open_engine("sqlite") as engine:
        plan = plan_of(profile, days=90, seed=3, now=NOW, scale=0.25)
        run_load(
            engine, profile, simulate(profile, plan), source=source_name("demo"), file="simulate", file_hash=None,
            is_simulated=True, now=NOW,
        )  # fmt: skip
        yield engine


@pytest.fixture(scope="module")
def seen(surged: Engine, make_deps_of: Callable[..., Deps]) -> View:
    return View(make_deps_of(surged), Filters("demo", SURGE_ON, date(2026, 5, 20)), "en", NOW)


@pytest.fixture(scope="module")
def brief(seen: View) -> Brief:
    return Draft.of(seen).whole()


def test_the_brief_of_a_surge_day_names_the_surge_its_topic_and_its_district(brief: Brief, seen: View) -> None:
    first = brief.watch.lines[0]
    assert (first.finding.measure, first.finding.by, first.finding.code) == ("contacts", "topic", TOPIC)
    assert first.finding.count > 10 * first.finding.expected
    carried = {(driver.by, driver.code): driver.share_pct for driver in first.drivers}
    assert carried["territory", TERRITORY] > 60
    assert {by for by, _ in carried} >= {"territory", "channel", "executor"}
    words = sentences.headline(first.finding, seen.reference, seen.t)
    assert seen.reference.label("topic", TOPIC, "en") in words
    assert seen.reference.label("territory", TERRITORY, "en") in str(sentences.carried(first, seen.reference, seen.t))


def test_a_surge_is_not_told_again_as_its_district_or_its_executor(brief: Brief) -> None:
    arrivals = [one.finding for one in brief.watch.lines if one.finding.measure in ("contacts", "created")]
    assert [(one.by, one.code) for one in arrivals] == [("topic", TOPIC)]


def test_the_strip_holds_the_figures_of_the_dictionary(brief: Brief, seen: View) -> None:
    assert [row.kpi for row in brief.strip] == list(ORDER)
    for row in brief.strip:
        assert set(row.cells) == set(PERIODS)
        for period, cell in row.cells.items():
            if row.is_stock and period != "day":
                continue
            wanted = replace(brief.filters, from_on=SURGE_ON - timedelta(days=PERIODS[period] - 1), to_on=SURGE_ON)
            if wanted.from_on < brief.first_on:
                continue
            found = figures(seen.read, wanted, [row.kpi], now=NOW)[row.kpi]
            assert (cell.figure.value, cell.figure.n) == (found.value, found.n), (row.kpi, period)


def test_the_backlog_ends_where_the_strip_says_it_stands(brief: Brief, seen: View) -> None:
    past = Draft.of(replace(seen, filters=replace(seen.filters, to_on=SURGE_ON - timedelta(days=3)))).whole()
    for one in (brief, past):
        standing = next(row for row in one.strip if row.kpi == "backlog_open").cells["day"].figure.value
        assert one.backlog["value"].iloc[-1] == standing
        assert one.backlog["period_on"].iloc[-1].date() == one.day
        assert one.backlog["period_on"].is_unique


def test_a_large_city_is_told_what_stood_open_by_the_evenings_kept(
    brief: Brief, seen: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    with seen.read.engine.begin() as connection:
        snapshot.take(connection, seen.deps.profile, now=NOW)
        evenings = select(backlog_snapshot.c.day_on, backlog_snapshot.c.term_band, backlog_snapshot.c.n_open)
        kept = pd.DataFrame(connection.execute(evenings).all(), columns=["day_on", "term_band", "n"])
    monkeypatch.setattr(strip, "COUNTED_BACK", 0)
    told = {row.kpi: row.cells for row in Draft.of(seen).part("strip")}
    counted = {row.kpi: row.cells for row in brief.strip}
    for kpi in strip.STOCKS:
        assert told[kpi]["day"].figure == counted[kpi]["day"].figure, kpi
    then = kept[kept["day_on"] == SURGE_ON - timedelta(days=7)]
    assert told["backlog_open"]["week"].norm == then["n"].sum() > 0
    assert told["overdue"]["week"].norm == then.loc[then["term_band"].isin((2, 3)), "n"].sum()
    assert told["due_today"]["week"].norm is None
    assert told["due_today"]["day"].norm is None


def test_the_norm_of_the_day_is_the_mean_of_the_same_weekdays(brief: Brief, seen: View) -> None:
    days = [SURGE_ON - timedelta(weeks=week) for week in range(1, 9)]
    counts = [
        figures(seen.read, replace(brief.filters, from_on=day, to_on=day), ["contacts"], now=NOW)["contacts"].n
        for day in days
    ]
    assert brief.strip[0].cells["day"].norm == pytest.approx(sum(counts) / 8)


def test_the_urgent_requests_of_the_day_are_listed_one_by_one(brief: Brief, seen: View) -> None:
    urgent = {one.code for one in seen.deps.profile.request_classes if one.kind == "urgent"}
    day = replace(brief.filters, request_class=tuple(urgent))
    assert len(brief.urgent) == figures(seen.read, day, ["requests"], now=NOW)["requests"].n > 20
    assert brief.urgent["request_id"].is_unique


def test_what_will_be_late_ends_between_now_and_the_next_meeting(brief: Brief) -> None:
    assert brief.next_meeting_at == datetime(2026, 5, 21, 5, 0, tzinfo=UTC)
    assert ((brief.late.rows["due_at"] > NOW) & (brief.late.rows["due_at"] <= brief.next_meeting_at)).all()


def test_filters_narrow_every_part(seen: View) -> None:
    narrowed = Draft.of(replace(seen, filters=replace(seen.filters, territory=(TERRITORY,)))).whole()
    assert set(narrowed.urgent["territory"]) <= set(seen.reference.below("territory", [TERRITORY]))
    assert all(one.finding.code != "siltasaari" for one in narrowed.watch.lines)


def test_a_past_day_is_told_as_it_was_known_at_its_meeting(seen: View) -> None:
    day = date(2026, 5, 12)
    past = Draft.of(replace(seen, filters=replace(seen.filters, from_on=day, to_on=day)))
    assert past.is_past
    assert past.moment == datetime(2026, 5, 13, 5, 0, tzinfo=UTC)
    whole = past.whole()
    assert (whole.urgent["closed_at"].dropna() <= past.moment).all()
    assert (whole.urgent["created_at"] <= past.moment).all()
    later = Draft.of(
        replace(seen, filters=replace(seen.filters, from_on=day, to_on=day), now=NOW + timedelta(days=30))
    ).whole()
    assert [row.cells["day"].figure for row in later.strip] == [row.cells["day"].figure for row in whole.strip]
    assert [row.cells["week"].figure for row in later.strip] == [row.cells["week"].figure for row in whole.strip]
    assert later.watch == whole.watch


def test_too_little_past_says_so_instead_of_guessing(seen: View) -> None:
    early = Draft.of(replace(seen, filters=replace(seen.filters, from_on=date(2026, 3, 20), to_on=date(2026, 3, 20))))
    assert early.part("watch").weeks == 0
    assert "8 whole weeks" in mail.page(early.whole(), seen)


def test_the_brief_of_today_is_yesterdays() -> None:
    today = date(2026, 5, 20)
    assert brief_day(Filters("demo", today, today), today) == SURGE_ON
    assert brief_day(Filters("demo", today, date(2026, 5, 1)), today) == date(2026, 5, 1)


class Document(HTMLParser):
    """Collects what a mail program would have to fetch, and checks that every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br", "hr", "img", "link"):
            self.open.append(tag)
        if tag in ("script", "link", "img", "iframe"):
            self.outside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_e_mail_is_whole_and_needs_nothing_from_outside(brief: Brief, seen: View, lang: str) -> None:
    page = mail.page(brief, replace(seen, lang=lang))
    document = Document()
    document.feed(page)
    assert not document.open
    assert not document.outside
    assert "http" not in re.sub(r"<!doctype[^>]*>", "", page)
    assert f'<html lang="{lang}">' in page
    assert seen.reference.label("topic", TOPIC, lang) in page


def test_a_target_says_by_sign_and_word_whether_it_is_met(brief: Brief, seen: View) -> None:
    held = {row.kpi: sentences.target(row, seen.t) for row in brief.strip}
    text = html_text(mail.page(brief, seen))
    judged = {kpi: told for kpi, told in held.items() if told[1] != "neutral"}
    assert judged
    for told, tone in judged.values():
        assert " ".join(f"{told} {seen.t(f'brief.target_{tone}')}".split()) in text
        assert told.startswith("●" if tone == "good" else "▲")


def test_where_no_chances_are_known_their_column_is_left_out(brief: Brief, seen: View) -> None:
    unknown = replace(brief, late=replace(brief.late, likely=None))
    told = [html_text(mail.page(one, seen)) for one in (brief, unknown)]
    assert [seen.t("brief.column.chance") in text for text in told] == [True, False]


def test_a_large_city_learns_its_chances_from_a_sample(seen: View, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["dashboard.queries.brief"]
    whole = late_chances(seen.read, seen.filters, now=NOW).sort_values("request_id")
    monkeypatch.setattr(module, "LEARNT_WHOLE", 10)
    monkeypatch.setattr(module, "SAMPLE", 2_000)
    part = late_chances(seen.read, seen.filters, now=NOW).sort_values("request_id")
    assert len(whole) > 5
    assert part["request_id"].tolist() == whole["request_id"].tolist()
    assert part["similar_n"].sum() < whole["similar_n"].sum()
    assert abs(part["late_pct"].mean() - whole["late_pct"].mean()) < 15


def html_text(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_words_from_outside_are_escaped(brief: Brief, seen: View) -> None:
    nasty = brief.urgent.assign(topic="<script>alert(1)</script>")
    assert "<script>" not in mail.page(replace(brief, urgent=nasty), seen)


def test_the_lines_of_the_e_mail_lead_to_the_staff_pages_where_their_address_is_known(brief: Brief, seen: View) -> None:
    named = replace(seen.deps.settings, staff_url="https://staff.city.example")
    page = mail.page(brief, replace(seen, deps=replace(seen.deps, settings=named)))
    assert 'href="https://staff.city.example/rows/' in page
    assert 'href="/' not in mail.page(brief, seen)
