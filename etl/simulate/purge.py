"""Take the rows of an earlier, different simulation away, so that two simulations never add up to one city."""

from __future__ import annotations

from sqlalchemy import Connection, select

from etl import schema


def purge(connection: Connection, source: str) -> int:
    """Delete every row of `source`, with what was derived from it; returns the rows of facts deleted.

    The roll-ups and snapshots are not touched: rebuild them after the next load.
    """
    requests = select(schema.request.c.request_id).where(schema.request.c.source == source)
    for table in (schema.request_event, schema.sla_result, schema.sla_executor_time):
        connection.execute(table.delete().where(table.c.request_id.in_(requests)))
    deleted = 0
    for table in (*schema.FACT_TABLES, *schema.DIRECTORY_TABLES):
        deleted += connection.execute(table.delete().where(table.c.source == source)).rowcount
    connection.execute(schema.load_reject.delete().where(schema.load_reject.c.source == source))
    connection.execute(schema.listed_row.delete().where(schema.listed_row.c.source == source))
    connection.execute(schema.unmapped_value.delete().where(schema.unmapped_value.c.source == source))
    return deleted
