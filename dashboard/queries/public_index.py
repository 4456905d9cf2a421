"""The public search index as the pages use it: opened where it is, made anew when the directory has changed."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from dashboard.queries.reader import Reader
from etl import search_index
from etl.db import make_engine
from etl.settings import Settings
from geodata.search.index import StoreIndex

LOG = logging.getLogger(__name__)


def public_index(read: Reader, settings: Settings) -> StoreIndex:
    """The index of the reader's city, by its connections."""
    return search_index.open_index(settings, read.engine)


def refresh(read: Reader, settings: Settings) -> bool:
    """Make the index anew where it is old; True where it was made.

    What hinders it (a folder or a database that this process may not write to) is logged: the old index goes on.
    """
    try:
        if settings.search == "file":
            return search_index.refresh(read.engine, settings)
        engine = make_engine(settings.database_url.value, pool_size=1)
        try:
            return search_index.refresh(engine, settings)
        finally:
            engine.dispose()
    except (OSError, SQLAlchemyError) as error:
        LOG.warning("the search index could not be made anew: %s", type(error).__name__)
        return False
