"""How long a reader's statement may take."""

from __future__ import annotations

from typing import Final

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from etl.db import make_engine, patient

_COUNTING: Final = (
    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < :much) SELECT max(i) FROM n"
)
SLOW: Final = {"sqlite": text(_COUNTING), "postgresql": text("SELECT pg_sleep(1.5), :much")}


def test_a_statement_is_stopped_in_time_unless_one_is_patient(engine: Engine) -> None:
    reader = make_engine(engine.url.render_as_string(hide_password=False), read_only=True, timeout_s=1)
    slow = SLOW[engine.dialect.name].bindparams(much=10_000_000)
    with reader.connect() as connection:
        with patient(connection, 60):
            assert connection.execute(slow).one()
        with pytest.raises(OperationalError):
            connection.execute(slow.bindparams(much=1_000_000_000))
    reader.dispose()
