"""How many facts a city has, counted no further than somebody must know, and not twice."""

from __future__ import annotations

from sqlalchemy import Connection, Integer, Table, func, literal_column, select


class Sizes:
    """The city's rows by table, as they are while its roll-ups are made."""

    def __init__(self, connection: Connection, city_id: int) -> None:
        """Nothing is counted yet."""
        self._connection, self._city_id = connection, city_id
        self._found: dict[Table, tuple[int, int]] = {}

    def at_most(self, table: Table, limit: int) -> int:
        """The city's rows of a fact table; `limit` where there are as many or more."""
        found, asked = self._found.get(table, (0, 0))
        if found == asked and asked < limit:  # counted to its end, there may be more
            rows = select(literal_column("1", Integer)).select_from(table).where(table.c.city_id == self._city_id)
            counted = select(func.count()).select_from(rows.limit(limit).subquery("some"))
            found = self._connection.scalar(counted) or 0
            self._found[table] = (found, limit)
        return min(found, limit)
