"""Topic aliases that a deployment has added in its database: what a source's own topic names mean."""

from __future__ import annotations

from sqlalchemy import inspect, select

from etl.db import make_engine
from etl.ids import city_id_of
from etl.schema import topic_alias
from etl.settings import Settings
from etl.sources.naming import plain_name
from etl.transforms.text import fold


def topic_aliases(settings: Settings, city: str, source: str) -> dict[str, int]:
    """Topic ids by folded source word, from the table `topic_alias`; none where the tables are not there yet."""
    engine = make_engine(settings.database_url.value)
    try:
        if not inspect(engine).has_table(topic_alias.name):
            return {}
        statement = select(topic_alias.c.value, topic_alias.c.topic_id).where(
            topic_alias.c.city_id == city_id_of(city), topic_alias.c.source.in_([source, plain_name(source, city)])
        )
        with engine.connect() as connection:
            return {fold(value): int(topic_id) for value, topic_id in connection.execute(statement)}
    finally:
        engine.dispose()
