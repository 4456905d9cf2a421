"""Pages that are plain HTML from the server, with Dash as an island for the map: read before, and without, scripts.

Templates lie in `dashboard/templates`; every value is escaped. A page of this kind gives its body as text, which has a
place with the id `react-entry-point` where Dash puts the map.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import flask
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from dashboard import health
from dashboard.i18n import LANGUAGE_NAMES, LANGUAGES, Texts
from dashboard.routes import other_process
from dashboard.view import language

if TYPE_CHECKING:
    from dashboard.deps import Deps

STYLES = ("tokens.css", "shell.css", "cards.css", "social.css", "place.css")
SCRIPTS = ("clientside.js", "typing.js", "public/social.js")


@cache
def environment() -> Environment:
    """The templates, compiled once."""
    return Environment(
        loader=PackageLoader("dashboard", "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def body(deps: Deps, template: str, *, path: str, **values: Any) -> str:
    """The body of a page: its template inside the frame, in the reader's language."""
    lang = language(deps)
    t = Texts(lang)
    shared: dict[str, Any] = {
        "t": t,
        "lang": lang,
        "languages": [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        "city": deps.profile.name(lang),
        "hot_line": deps.profile.hot_line,
        "nav": [(page.path, t(page.nav or page.title)) for page in deps.pages.in_nav()],
        "path": path,
        "version": health.VERSION,
        "other": other_process(deps, t),
        "has_open_data": deps.process == "public",
        "logout": deps.process == "staff" and bool(deps.settings.staff_password),
    }
    return environment().get_template(template).render(**shared, **values)


def document(
    deps: Deps,
    template: str,
    *,
    title: str,
    path: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> flask.Response:
    """A whole page without Dash, for answers to forms and for pages that have no map."""
    lang = language(deps)
    theme = flask.request.cookies.get("linka_theme", "")
    page = (
        environment()
        .get_template("document.html")
        .render(
            lang=lang,
            theme=theme if theme in ("light", "dark") else "",
            title=f"{title} · {deps.profile.name(lang)} · Linka",
            styles=STYLES,
            scripts=SCRIPTS,
            inside=body(deps, template, path=path, has_map=False, **values),
        )
    )
    response = flask.Response(page, status=status, mimetype="text/html")
    response.headers.update(headers or {})
    return response


def href_of_number(number: str) -> str:
    """A `tel:` link."""
    return "tel:" + "".join(sign for sign in number if sign.isdigit() or sign == "+")
