"""Answers of Open311 GeoReport v2, JSON or XML, as rows of text; XML without entity tricks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from etl.errors import SourceError

Row = dict[str, str | None]

COLUMNS = (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
    "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "closed_datetime", "address",
    "address_id", "zipcode", "lat", "long", "media_url", "token", "group", "source",
)  # fmt: skip


def parse(body: bytes, content_type: str, *, where: str) -> list[Row]:
    """The requests of an answer; raises `SourceError` where it is neither JSON nor XML of GeoReport."""
    start = body.lstrip()[:1]
    if "xml" in content_type.lower() or start == b"<":
        return [_row(item) for item in _from_xml(body, where)]
    return [_row(item) for item in _from_json(body, where)]


def _from_json(body: bytes, where: str) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise SourceError(f"{where}: answers with what is no JSON ({error}); try `--option format=xml`") from error
    if isinstance(found, Mapping):
        found = found.get("requests", found.get("service_requests", found))
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise SourceError(f"{where}: answers with JSON that is no list of requests; is it a GeoReport v2 endpoint?")
    return found


def _from_xml(body: bytes, where: str) -> list[Mapping[str, Any]]:
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise SourceError(f"{where}: answers with XML that cannot be read safely ({error})") from error
    if root.tag == "errors":
        said = "; ".join(" ".join(text.split()) for text in root.itertext() if text.strip())
        raise SourceError(f"{where}: refuses: {said}")
    return [{child.tag: child.text for child in item} for item in root.iter("request")]


def _row(item: Mapping[str, Any]) -> Row:
    row: Row = {name: _text(item.get(name)) for name in COLUMNS}
    row["long"] = row["long"] or _text(item.get("lon"))
    row["service_name"] = row["service_name"] or row["service_code"]
    is_closed = (row["status"] or "").strip().lower() == "closed"
    if is_closed and not row["closed_datetime"]:
        row["closed_datetime"] = row["updated_datetime"]
    return row


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, list | dict):
        return None
    return str(value).strip() or None
