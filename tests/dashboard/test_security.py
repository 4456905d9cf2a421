from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from dashboard.app import LinkaDash, create_app
from dashboard.deps import Deps
from dashboard.errors import DashboardSettingsError, NotAllowedError
from dashboard.security.gate import local_path
from dashboard.settings import Settings

HOME = "http://localhost"


def test_without_a_password_only_this_machine_is_answered(staff_app: LinkaDash) -> None:
    client = staff_app.server.test_client()
    assert client.get("/data", base_url=HOME).status_code == 200
    assert client.get("/data", base_url=HOME, environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 403
    assert client.get("/data", base_url=HOME, headers={"X-Forwarded-For": "10.0.0.7"}).status_code == 403
    assert client.get("/data", base_url="http://linka.example").status_code == 403


@pytest.fixture(scope="module")
def guarded(city_engine: Engine, make_deps_of: Callable[..., Deps]) -> LinkaDash:
    return create_app(make_deps_of(city_engine, LINKA_STAFF_PASSWORD="correct horse"))


@pytest.fixture
def client(guarded: LinkaDash) -> FlaskClient:
    return guarded.server.test_client()


def test_with_a_password_every_page_and_download_asks_for_it(client: FlaskClient) -> None:
    assert client.get("/volumes").location == "/login?next=/volumes"
    assert client.get("/download/volumes-days.csv").status_code == 302
    assert client.post("/_dash-update-component", json={}).status_code == 401
    assert client.get("/health").status_code == 200


def test_the_right_password_opens_and_signing_out_closes(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.security.gate.WRONG_DELAY_S", 0)
    assert client.post("/login", data={"password": "wrong"}).status_code == 401
    assert client.get("/data").status_code == 302
    answer = client.post("/login", data={"password": "correct horse", "next": "/data"})
    assert (answer.status_code, answer.location) == (302, "/data")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "correct" not in answer.headers["Set-Cookie"]
    assert client.get("/data").status_code == 200
    client.get("/logout")
    assert client.get("/data").status_code == 302


def test_a_form_of_another_site_is_refused(client: FlaskClient) -> None:
    answer = client.post("/login", data={"password": "correct horse"}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "target", ["http://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_no_redirect_leaves_the_site(target: str) -> None:
    assert local_path(target) == "/"
    assert local_path("/data?x=1") == "/data?x=1"


def test_the_staff_process_does_not_listen_beyond_loopback_without_a_password() -> None:
    bare = Settings.from_env({"LINKA_HOST": "0.0.0.0"})
    with pytest.raises(NotAllowedError, match="LINKA_STAFF_PASSWORD"):
        bare.check_listening("staff")
    bare.check_listening("public")
    Settings.from_env({"LINKA_HOST": "0.0.0.0", "LINKA_STAFF_PASSWORD": "x"}).check_listening("staff")
    Settings.from_env({"LINKA_HOST": "::1"}).check_listening("staff")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LINKA_PORT", "x"),
        ("LINKA_MIN_N", "0"),
        ("LINKA_PUBLIC_URL", "ftp://x"),
        ("LINKA_STAFF_URL", "linka.city"),
        ("LINKA_DATABASE_URL", "x"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(name: str, value: str) -> None:
    with pytest.raises(DashboardSettingsError, match=name):
        Settings.from_env({name: value})


def test_secrets_are_never_printed() -> None:
    assert "hunter2" not in repr(Settings.from_env({"LINKA_STAFF_PASSWORD": "hunter2", "LINKA_SECRET_KEY": "hunter2"}))


def test_every_answer_carries_the_policy(staff_app: LinkaDash) -> None:
    answer = staff_app.server.test_client().get("/data", base_url=HOME)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
