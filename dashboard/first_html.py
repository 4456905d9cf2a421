"""A screen as plain HTML: what a reader sees, and can read, before any script has come.

The same components are laid out by Dash a moment later, so nothing moves. Ids are named apart (`data-at`), because for
that moment both are on the page; fields and charts are left out, and their places keep their size.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any, Final

from dash.development.base_component import Component

_NAMES: Final = {
    "className": "class", "tabIndex": "tabindex", "hrefLang": "hreflang", "colSpan": "colspan", "rowSpan": "rowspan",
    "scope": "scope", "href": "href", "src": "src", "alt": "alt", "width": "width", "height": "height",
    "title": "title", "lang": "lang", "role": "role", "type": "type", "dateTime": "datetime", "htmlFor": "for",
    "action": "action", "method": "method", "name": "name", "value": "value", "maxLength": "maxlength",
    "autoComplete": "autocomplete", "download": "download",
}  # fmt: skip
_FLAGS: Final = ("hidden", "open", "disabled", "required")
_BOUND: Final = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-live")
"""Attributes that name ids, or that would have the same words read out twice."""
_STAND_INS: Final = {"Link": "a", "MantineProvider": "div"}
_VOID: Final = frozenset({"img", "br", "hr", "input"})


class Written(str):
    """HTML that has been written already, by `to_html`."""

    __slots__ = ()


def to_html(part: Any, *, has_ids: bool = False) -> str:
    """`part` (a component, a text, a number, or a list of them) as HTML, every text and value escaped.

    What is `Written` stays as it is. `has_ids`: it stands alone on its page, so ids and the attributes that
    name them are kept, and so are plain fields.
    """
    return "".join(_written(part, has_ids=has_ids))


def _written(part: Any, *, has_ids: bool) -> Iterator[str]:
    if part is None or isinstance(part, bool):
        return
    if isinstance(part, Written):
        yield part
        return
    if isinstance(part, list | tuple):
        for one in part:
            yield from _written(one, has_ids=has_ids)
    elif isinstance(part, Component):
        yield from _component(part.to_plotly_json(), has_ids=has_ids)
    else:
        yield escape(str(part), quote=False)


def _component(told: dict[str, Any], *, has_ids: bool) -> Iterator[str]:
    """A component from its type, namespace and properties."""
    name, props = told["type"], told["props"]
    if told["namespace"] == "dash_html_components":
        yield from _element(name.lower(), props, has_ids=has_ids)
    elif name in _STAND_INS:
        yield from _element(_STAND_INS[name], props | {"data-link": ""} if name == "Link" else props, has_ids=has_ids)
    elif name == "Input" and has_ids:
        yield from _element("input", props, has_ids=has_ids)
    elif name not in ("Store", "Location"):
        yield '<div class="first-field"></div>'


def _element(name: str, props: dict[str, Any], *, has_ids: bool) -> Iterator[str]:
    yield f"<{name}"
    for prop, value in props.items():
        if prop in _FLAGS and value:
            yield f" {prop}"
        elif prop == "id" and not has_ids:
            yield f' data-at="{escape(str(value))}"'
        elif isinstance(value, str | int) and (
            prop in _NAMES or _is_open(prop) or (has_ids and (prop == "id" or prop in _BOUND))
        ):
            yield f' {_NAMES.get(prop, prop)}="{escape(str(value))}"'
    yield ">"
    if name not in _VOID:
        yield from _written(props.get("children"), has_ids=has_ids)
        yield f"</{name}>"


def _is_open(prop: str) -> bool:
    return prop.startswith(("aria-", "data-")) and prop not in _BOUND
