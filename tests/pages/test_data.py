"""The data page leads from a source to the rows it refused, and its file holds every one."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from dashboard.view import view
from etl import schema
from etl.ids import city_id_of
from pages import data

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from sqlalchemy import Engine

    from dashboard.app import LinkaDash
    from dashboard.deps import Deps

REFUSED = 7


def refuse(engine: Engine, source: str) -> None:
    shared = {
        "load_id": 1, "city_id": city_id_of("demo"), "source": source, "file": "a.csv", "field": "prijaté",
        "value": "soon", "reason": "bad_instant", "cure": "write the moment", "raw": {"meno": "***"}, "status": "open",
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(schema.load_reject.insert(), [{**shared, "row_no": n} for n in range(1, REFUSED + 1)])


def test_refused_rows_are_shown_newest_first_and_the_file_holds_all(
    city_engine: Engine,
    make_deps_of: Callable[..., Deps],
    staff_app: LinkaDash,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse(city_engine, "town")
    try:
        monkeypatch.setattr(data, "SHOWN_ROWS", 2)
        monkeypatch.setattr(data, "PAGE_ROWS", 3)
        seen = view(make_deps_of(city_engine), "")
        chart = data.refused(seen)
        assert (len(chart.table), chart.n) == (2, REFUSED)
        assert chart.table["row_no"].tolist() == [REFUSED, REFUSED - 1]
        assert data.rejects(seen).hrefs == {"n": ["#data-refused"]}
        answer = staff_app.server.test_client().get("/download/data-refused.csv", base_url="http://localhost")
        head, *lines = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
        assert head == ["Source", "File", "Row", "Column", "Value", "Reason", "Cure"]
        assert [line[2] for line in lines] == [str(n) for n in range(REFUSED, 0, -1)]
        assert lines[0][3:] == ["prijaté", "soon", "bad_instant", "write the moment"]
    finally:
        with city_engine.begin() as connection:
            connection.execute(schema.load_reject.delete().where(schema.load_reject.c.source == "town"))
