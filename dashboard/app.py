"""The app factory: one code base, two processes, everything put together here and nowhere else.

The staff process carries dmc and plotly; the public one plain HTML and the social map, because every imported
component library loads on every page of its process. The last step asks the new app for its own page: without that,
the first visitors of 3 of 12 fresh starts got a broken one (plotly/dash#3971).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from functools import cache, partial
from hashlib import blake2b
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.parse import parse_qs

import flask
from dash import ClientsideFunction, Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from dashboard import downloads, health, parts, plotly_bundle, routes, tiles
from dashboard.components.ids import Shell
from dashboard.components.shell import Frame, NavLink, shell
from dashboard.components.states import not_ready
from dashboard.deps import Deps
from dashboard.first_html import to_html
from dashboard.i18n import Texts
from dashboard.queries.readiness import readiness
from dashboard.security import gate, headers
from dashboard.view import language, view

ASSETS: Final = Path(__file__).parents[1] / "assets"
_ANSWERS: Final = "staff/answers.js"
_ONLY: Final = {"staff": ["^vendor$", "^public$"], "public": ["^vendor$", "^staff$"]}
_NEEDLESS: Final = {
    "plain": re.compile(r'<script src="[^"]*/(?:dash/dcc|dash/dash_table|dash/deps/polyfill)[^"]*"></script>\n?'),
    "staff": re.compile(r'<script src="[^"]*/(?:dash_leaflet|dash/dash_table|dash/deps/polyfill)[^"]*"></script>\n?'),
}
"""Scripts that a page never runs: stand-ins for browsers of before 2017, Dash's own tables; on a plain page with a map
Dash's own fields, on every other page the map's."""
_USED: Final = {
    "plain": ("dash_html_components", "dash_leaflet"),
    "staff": ("dash_html_components", "dash_core_components", "dash_mantine_components"),
}
_INDEX: Final = """<!DOCTYPE html>
<html>
<head>
{%metas%}
<title>{%title%}</title>
{%favicon%}
{%css%}
</head>
<body>
{%app_entry%}
<footer class="scripts">
{%config%}
{%scripts%}
{%renderer%}
</footer>
</body>
</html>"""


@cache
def _icon() -> str:
    """The tab's sign, part of the page: browsers would ask for a file again at every change of the address."""
    drawn = b64encode((ASSETS / "icon.svg").read_bytes()).decode()
    return f'<link rel="icon" type="image/svg+xml" href="data:image/svg+xml;base64,{drawn}">'


class LinkaDash(Dash):
    """Dash whose first answer already has the page's language, title and theme."""

    deps: Deps
    screen: Callable[[str, str], Component] | None = None
    """The whole screen at a path and query, once the app is made."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        """The index with `lang`, the reader's theme, the page's title, and words for a browser without scripts."""
        lang = language(self.deps)
        t = Texts(lang)
        theme = flask.request.cookies.get("linka_theme", "") if flask.has_request_context() else ""
        path = flask.request.path if flask.has_request_context() else "/"
        parts["title"] = escape(page_title(self.deps, path, t))
        parts["favicon"] = _icon()
        loading = f'<div class="_dash-loading">{escape(t("shell.loading"))}</div>'
        parts["app_entry"] = (
            f'{self._first_screen(path)}<div id="react-entry-point">{loading}</div>'
            f"<noscript><p class='notice'>{escape(t('shell.no_script'))}</p></noscript>"
        )
        kind = self._kind(path)
        if kind == "plain":
            parts["app_entry"] = plain_body(self.deps, path)
        elif kind == "staff":
            parts["css"] += f'\n<script async data-plotly src="{plotly_bundle.URL}"></script>'
            parts["app_entry"] += self._answers_script()
        if kind in _NEEDLESS:
            parts["scripts"] = _NEEDLESS[kind].sub("", parts["scripts"])
        chosen = f' data-theme="{theme}"' if theme in ("light", "dark") else ""
        page = str(super().interpolate_index(**parts))  # type: ignore[no-untyped-call]
        return page.replace("<html>", f'<html lang="{lang}" dir="ltr"{chosen}>', 1)

    def _kind(self, path: str) -> str:
        """What scripts the page at `path` takes: `plain` where the server writes it all, else those of its process."""
        return "plain" if is_plain(self.deps, path) else self.deps.process

    def _config(self) -> dict[str, Any]:
        """Dash's settings without components whose scripts are not there, and without the layouts of all other pages.

        Callbacks are checked against those layouts by a test instead of by every reader's browser.
        """
        known: dict[str, Any] = super()._config() | {"suppress_callback_exceptions": True}  # type: ignore[no-untyped-call]
        known.pop("validation_layout", None)
        used = _USED.get(self._kind(flask.request.path if flask.has_request_context() else "/"))
        if used:
            known["children_props"] = {name: props for name, props in known["children_props"].items() if name in used}
        return known

    def _answers_script(self) -> str:
        """The script that asks for what the page shows, in front of all others."""
        return f'<script src="{self.get_asset_url(_ANSWERS)}?{_stamp()}"></script>'

    def _first_screen(self, path: str) -> str:
        """The screen as plain HTML, read until the scripts have laid out the same; nothing where there is no page."""
        if self.screen is None or self.deps.pages.find(path) is None:
            return ""
        query = flask.request.query_string.decode("utf-8", "replace")
        return f'<div id="first">{to_html(self.screen(path, query))}</div>'


@cache
def _stamp() -> str:
    """What tells one state of the script from another, so that a browser may keep it for a year."""
    return blake2b((ASSETS / _ANSWERS).read_bytes(), digest_size=6).hexdigest()


def is_plain(deps: Deps, path: str) -> bool:
    """Whether the page at `path` is plain HTML; none is where there are no data yet."""
    found = deps.pages.find(path)
    return found is not None and found[0].html is not None and readiness(deps.read)[0] == "ready"


def plain_body(deps: Deps, path: str) -> str:
    """The body of a page that is plain HTML."""
    found = deps.pages.find(path)
    assert found is not None
    assert found[0].html is not None
    query = {key: list(values) for key, values in flask.request.args.lists() if key.isidentifier()}
    return found[0].html(**query | found[1])


def create_app(deps: Deps) -> LinkaDash:
    """The app of `deps.process`, ready to serve, warmed up."""
    app = _bare_app(deps)
    server: flask.Flask = app.server
    server.secret_key = deps.settings.session_key()
    server.config["SEND_FILE_MAX_AGE_DEFAULT"] = headers.LONG_CACHE_S
    if deps.process == "staff":
        gate.guard(server, deps.settings)
        plotly_bundle.register(server)
        downloads.register(server, deps)
    health.register(server, deps)
    routes.register(server, deps)
    tiles.register(server, deps)
    for page in _page_modules(deps.process):
        page.register(app, deps)
    extra = None
    if deps.process == "staff":
        extra = _staff_parts(app, deps)
        parts.register(server, deps, partial(render, deps))
    screen = _serve_layout(app, deps, extra)
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("linka", "arrive"), Output(Shell.ARRIVED, "title"), Input(Shell.PAGE, "children"),
        State(Shell.URL, "pathname"), State(Shell.STATE, "data"), prevent_initial_call=True,
    )  # fmt: skip
    headers.protect(server, policy=headers.content_policy(app.csp_hashes()))
    _warm_up(server)
    if deps.process == "staff":
        app.screen = screen
    return app


def page_title(deps: Deps, path: str, t: Texts) -> str:
    """The browser's title of the page at `path`."""
    found = deps.pages.find(path)
    name = t(found[0].title) if found else t("not_found.title")
    return f"{name} · {deps.profile.name(t.lang)} · Linka"


def _bare_app(deps: Deps) -> LinkaDash:
    app = LinkaDash(
        f"linka-{deps.process}",
        assets_folder=str(ASSETS),
        assets_path_ignore=_ONLY[deps.process],
        assets_ignore=r"\.(mjs|br|txt)$|^answers\.js$",
        pages_folder="",
        use_pages=False,
        compress=True,
        update_title="",
        title="Linka",
        suppress_callback_exceptions=False,
        index_string=_INDEX,
        meta_tags=[{"name": "color-scheme", "content": "light dark"}],
        enable_mcp=False,
    )
    app.deps = deps
    return app


def _page_modules(process: str) -> tuple[ModuleType, ...]:
    import pages

    return pages.staff() if process == "staff" else pages.public()


def _staff_parts(app: LinkaDash, deps: Deps) -> Callable[[str], tuple[Component, Component]]:
    from dashboard import staff

    return staff.register(app, deps)


def _serve_layout(
    app: LinkaDash, deps: Deps, extra: Callable[[str], tuple[Component, Component]] | None
) -> Callable[[str, str], Component]:
    frame = frame_of(deps)

    def whole(page: Component | None, rendered: str, lang: str) -> Component:
        filters, status = extra(lang) if extra else (None, None)
        framed = shell(
            frame(lang), Texts(lang), page=page, rendered=rendered, has_filters=has_filters(deps, rendered),
            filters=filters, status=status,
        )  # fmt: skip
        if deps.process == "public":
            return framed
        from dashboard import staff

        wrapped: Component = staff.provider(framed)
        return wrapped

    def screen(path: str, query: str) -> Component:
        return whole(render(deps, path, query), path, language(deps))

    def filled(path: str, query: str) -> Component:
        made = screen(path, query)
        if readiness(deps.read)[0] == "ready":
            deps.cards.parts.fill_first(made, view(deps, query))
        return made

    def layout() -> Component:
        path, query = asked_page()
        if path and is_plain(deps, path):
            return render(deps, path, query) or html.Div()
        return screen(path, query)

    if readiness(deps.read)[0] == "ready":
        # A page of plain HTML has no callbacks, and its map would be sent along, unseen, with every page.
        examples = html.Div([page.example() for page in deps.pages if page.html is None])
        app.validation_layout = whole(examples, "", language(deps))  # type: ignore[assignment]
    else:  # started before its database: there is no page yet to check callbacks against, and they must open later
        app.config.suppress_callback_exceptions = True
    app.layout = layout

    def route(pathname: str | None, search: str | None, state: dict[str, Any] | None) -> tuple[Any, Any]:
        path = pathname or "/"
        if state and state.get("path") == path:
            return no_update, no_update
        title = page_title(deps, path, Texts(language(deps)))
        page = render(deps, path, search or "")
        return page, {"path": path, "title": title, "has_filters": has_filters(deps, path)}

    app.callback(
        Output(Shell.PAGE, "children"), Output(Shell.STATE, "data"),
        Input(Shell.URL, "pathname"), State(Shell.URL, "search"), State(Shell.STATE, "data"),
    )(route)  # fmt: skip
    return filled


def asked_page() -> tuple[str, str]:
    """Path and query of the page whose layout is asked: Dash asks without saying for which, the Referer says it."""
    if not flask.has_request_context() or not flask.request.referrer:
        return "", ""
    found = re.match(r"https?://([^/]+)(/[^?#]*)?(\?[^#]*)?", flask.request.referrer)
    if not found or found[1] != flask.request.host:
        return "", ""
    return found[2] or "/", found[3] or ""


def has_filters(deps: Deps, path: str) -> bool:
    """Whether the filter bar stands above the page at `path`."""
    found = deps.pages.find(path)
    return found is not None and found[0].has_filters


def render(deps: Deps, path: str, search: str) -> Component | None:
    """The page at `path`, or the page that says there is none; None where no path is known yet."""
    if not path:
        return None
    found = deps.pages.find(path)
    if found is None:
        from pages import not_found

        return not_found.layout(deps)
    page, parts = found
    state, _ = readiness(deps.read)
    if state != "ready":
        return not_ready(Texts(language(deps)), is_outdated=state == "outdated")
    query = {key: values[0] if len(values) == 1 else values for key, values in parse_qs(search.lstrip("?")).items()}
    return page.layout(**{key: value for key, value in query.items() if key.isidentifier()} | parts)


def frame_of(deps: Deps) -> Callable[[str], Frame]:
    """What the frame shows, by language."""

    def frame(lang: str) -> Frame:
        t = Texts(lang)
        nav = [
            NavLink(page.path, t(page.nav or page.title), is_plain=page.html is not None or deps.process == "public")
            for page in deps.pages.in_nav()
        ]
        return Frame(
            city=deps.profile.name(lang),
            nav=nav,
            version=health.VERSION,
            home="/",
            other=routes.other_process(deps, t),
            logout=deps.process == "staff" and bool(deps.settings.staff_password),
        )

    return frame


def _warm_up(server: flask.Flask) -> None:
    client = server.test_client()
    for path in ("/", "/_dash-layout", "/_dash-dependencies"):
        client.get(path, base_url="http://localhost")
