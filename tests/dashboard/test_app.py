from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from dashboard import wsgi
from dashboard.answers import Answers
from dashboard.app import LinkaDash, create_app
from dashboard.deps import Deps
from dashboard.digest.content import Shelf
from dashboard.i18n import LANGUAGES
from dashboard.plotly_bundle import URL, packed
from dashboard.queries.open_requests import is_read
from dashboard.queries.selection import select_of
from dashboard.view import view
from etl.migrate import revisions, upgrade

HOME = "http://localhost"


def get(app: LinkaDash, path: str, **options: Any) -> Any:
    return app.server.test_client().get(path, base_url=HOME, **options)


def test_health_tells_process_city_database_and_last_load(staff_app: LinkaDash, public_app: LinkaDash) -> None:
    for app, process in ((staff_app, "staff"), (public_app, "public")):
        said = get(app, "/health").json
        assert (said["status"], said["process"], said["city"], said["database"]) == ("ok", process, "demo", "ready")
        assert said["last_load_at"]


def test_health_fails_where_the_database_is_away(make_deps_of: Callable[..., Deps], tmp_path: Any) -> None:
    empty = create_engine(f"sqlite:///{tmp_path / 'none.db'}")
    app = create_app(make_deps_of(empty))
    answer = get(app, "/health")
    assert (answer.status_code, answer.json["status"]) == (503, "failing")
    layout = get(app, "/_dash-layout", headers={"Referer": f"{HOME}/volumes"}).text
    assert "python -m etl init" in layout
    empty.dispose()


def test_the_first_answer_has_language_title_and_theme(staff_app: LinkaDash) -> None:
    client = staff_app.server.test_client()
    client.set_cookie("linka_theme", "dark", domain="localhost")
    page = client.get("/volumes", base_url=HOME, headers={"Accept-Language": "uk"}).text
    assert '<html lang="uk" dir="ltr" data-theme="dark">' in page
    assert "<title>Обсяги · " in page


def test_a_hostile_theme_cookie_does_not_reach_the_page(staff_app: LinkaDash) -> None:
    client = staff_app.server.test_client()
    client.set_cookie("linka_theme", '"><script>', domain="localhost")
    assert "<script>" not in client.get("/data", base_url=HOME).text.partition("<head>")[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_language_switch_returns_to_the_page(staff_app: LinkaDash, lang: str) -> None:
    client = staff_app.server.test_client()
    answer = client.get(f"/lang/{lang}", base_url=HOME, headers={"Referer": f"{HOME}/volumes?grain=week"})
    assert answer.location == "/volumes?grain=week"
    assert f'lang="{lang}"' in client.get("/data", base_url=HOME).text
    away = client.get(f"/lang/{lang}", base_url=HOME, headers={"Referer": "http://evil.example/x"})
    assert away.location == "/"


def test_an_unknown_page_is_a_true_404_with_a_way_back(staff_app: LinkaDash) -> None:
    assert get(staff_app, "/no-such-page").status_code == 404
    layout = get(staff_app, "/_dash-layout", headers={"Referer": f"{HOME}/no-such-page"}).text
    assert "There is no such page" in layout


def test_the_page_asked_for_is_in_the_first_layout(staff_app: LinkaDash) -> None:
    layout = get(staff_app, "/_dash-layout", headers={"Referer": f"{HOME}/volumes?from=x&from=y&__init__=1"}).text
    assert "volumes-kpis" in layout
    assert (
        "volumes-kpis" not in get(staff_app, "/_dash-layout", headers={"Referer": "http://evil.example/volumes"}).text
    )


def test_the_public_process_has_no_staff_page_download_or_grid(public_app: LinkaDash) -> None:
    paths = {page.path for page in public_app.deps.pages}
    assert "/" in paths
    assert not paths & {"/volumes", "/data"}
    assert get(public_app, "/download/volumes-days.csv").mimetype == "text/html"
    assert get(public_app, "/download/rows/contacts.csv").mimetype == "text/html"
    assert "/assets/filters" not in get(public_app, "/").text


def test_plotly_is_our_own_bundle_of_the_pinned_version(staff_app: LinkaDash) -> None:
    from plotly.offline import get_plotlyjs_version

    answer = get(staff_app, URL, headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.data) == len(packed()[0]) < 900_000
    plain = get(staff_app, URL)
    assert f"v{get_plotlyjs_version()}" in plain.text[:400]
    assert "MIT license" in plain.text[:600]
    assert get(staff_app, URL, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_assets_are_kept_for_a_year(staff_app: LinkaDash) -> None:
    with get(staff_app, "/assets/tokens.css") as answer:
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert answer.data


def test_two_apps_of_one_process_do_not_share_pages(staff_app: LinkaDash, public_app: LinkaDash) -> None:
    assert {page.path for page in staff_app.deps.pages} != {page.path for page in public_app.deps.pages}


def test_a_view_starts_with_the_last_thirty_days_of_data(deps: Deps) -> None:
    seen = view(deps, "?topic=no-such-topic&from=2026-99-99")
    assert (seen.filters.to_on, seen.filters.days, seen.filters.topic) == (date(2026, 5, 20), 30, ())
    assert view(deps, "?" + "x" * 100_000).filters == view(deps, "").filters


def test_the_engine_is_the_tests_own(city_engine: Engine, deps: Deps) -> None:
    assert deps.read.engine is city_engine


def test_tables_of_another_version_are_told_and_not_asked(make_deps_of: Callable[..., Deps], tmp_path: Any) -> None:
    older = create_engine(f"sqlite:///{tmp_path / 'older.db'}")
    upgrade(older, revisions()[-2])
    app = create_app(make_deps_of(older))
    answer = get(app, "/health")
    assert (answer.status_code, answer.json["database"]) == (503, "outdated")
    layout = get(app, "/_dash-layout", headers={"Referer": f"{HOME}/volumes"}).text
    assert "of another version" in layout
    upgrade(older)
    assert get(app, "/health").json["database"] == "empty"
    older.dispose()


def test_the_brief_that_is_read_first_is_there_before_it_is_asked(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = replace(deps, answers=Answers(), read=replace(deps.read, kept={}))
    guide = SimpleNamespace(warm_up=lambda: None)
    monkeypatch.setattr(wsgi, "guide_of", lambda _deps: guide)
    wsgi.warm_up(fresh)
    seen = view(fresh, "")
    assert Shelf().is_quick("watch", seen)
    assert is_read(fresh.read, select_of(fresh.read, seen.filters)), "what stands open"


def test_a_server_starts_where_nothing_can_be_made_ready_ahead(
    deps: Deps, make_deps_of: Callable[..., Deps], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = create_engine(f"sqlite:///{tmp_path / 'none.db'}")
    wsgi.warm_up(make_deps_of(empty))
    empty.dispose()
    done: list[str] = []
    monkeypatch.setattr(wsgi, "guide_of", lambda _deps: SimpleNamespace(warm_up=lambda: done.append("guide")))
    monkeypatch.setattr(wsgi.content, "warm_up", lambda _deps: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        wsgi.warm_up(deps)
    assert done == ["guide"], "one that fails does not keep the others"
