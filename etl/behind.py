"""Does a load's writing behind its back: the next rows are made ready while the database takes the last ones.

Only with PostgreSQL, which works in a process of its own; SQLite works in ours, so its writing is done at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection

DEPTH: Final = 4
"""So many pieces of work may wait: about the tables of one chunk."""


class Behind:
    """Work on one connection, done in the order it is given; made by `working_behind`."""

    def __init__(self, connection: Connection, worker: ThreadPoolExecutor | None) -> None:
        """`worker` has one thread; None does everything at once."""
        self._connection, self._worker = connection, worker
        self._pending: deque[Future[Any]] = deque()

    @property
    def connection(self) -> Connection:
        """The connection, once all that was given is done: nobody else may use it before. Raises what stopped that."""
        while self._pending:
            self._pending.popleft().result()
        return self._connection

    def do(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Call `work` with the connection and the arguments, soon; raises what stopped earlier work."""
        if self._worker is None:
            work(self._connection, *arguments)
            return
        while len(self._pending) >= DEPTH or (self._pending and self._pending[0].done()):
            self._pending.popleft().result()
        self._pending.append(self._worker.submit(work, self._connection, *arguments))


@contextmanager
def working_behind(connection: Connection) -> Iterator[Behind]:
    """Work that ends with the block: done if the block ends well, else what has not begun is dropped."""
    if connection.dialect.name != "postgresql":
        yield Behind(connection, None)
        return
    worker = ThreadPoolExecutor(1, thread_name_prefix="behind")
    behind = Behind(connection, worker)
    try:
        yield behind
        _ = behind.connection
    finally:
        worker.shutdown(wait=True, cancel_futures=True)
