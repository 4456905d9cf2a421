"""The errors of `etl`, one tree:

EtlError
├── SettingsError (ValueError)      an environment variable is wrong
├── DatabaseError (ConnectionError) the database cannot be reached or is not ready
├── SourceError (ValueError)        a file cannot be read as that source: names file and cure
│   └── ColumnError                 columns missing or not mapped
├── MapError (ValueError)           a column map is wrong
├── LoadError (RuntimeError)        a load was stopped; nothing of it remains
└── ClockError (ValueError)         a policy or event history cannot be replayed
"""

from __future__ import annotations


class EtlError(Exception):
    """Base of every error that `etl` raises on purpose; its message is fit for a reader."""


class SettingsError(EtlError, ValueError):
    """An environment variable is wrong; the message names it and the cure, never its secret value."""


class DatabaseError(EtlError, ConnectionError):
    """The database cannot be reached, or its tables are missing or of another version."""


class SourceError(EtlError, ValueError):
    """A file cannot be read as that source; the message names file, row or column, and the cure."""


class ColumnError(SourceError):
    """Columns that the map needs are missing from the file."""


class MapError(EtlError, ValueError):
    """A column map is wrong; the message names the map, the key and the cure."""


class LoadError(EtlError, RuntimeError):
    """A load was stopped; nothing of it remains in the tables."""


class ClockError(EtlError, ValueError):
    """A policy or an event history cannot be replayed."""
