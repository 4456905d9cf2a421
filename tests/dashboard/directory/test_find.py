"""What stands first when words mean a service and a café alike, and what is offered while one types."""

from __future__ import annotations

from typing import Any

from dashboard.app import LinkaDash
from tests.dashboard.built_city import built_app, city_data

__all__ = ["built_app", "city_data"]


def get(app: LinkaDash, path: str) -> Any:
    return app.server.test_client().get(path, base_url="http://localhost")


def test_a_cafe_called_after_the_need_stands_behind_those_who_help(built_app: LinkaDash) -> None:
    page = get(built_app, "/find?q=food").text
    assert "Start from here" in page[page.index("Did you mean an address?") : page.index('class="places"')]
    named = get(built_app, "/find?q=Mannerheimintie+10").text
    assert "Did you mean an address?" not in named
    assert named.index("Start from here") < named.index('class="places"')


def test_what_is_offered_while_typing_is_offered_once(built_app: LinkaDash) -> None:
    titles = [one["title"] for one in get(built_app, "/suggest?q=Mannerheimintie&kind=place").json]
    assert len(titles) > 1
    assert len(titles) == len(set(titles))
