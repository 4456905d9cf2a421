"""The errors of `geodata`, one tree:

GeodataError
├── ProfileError (ValueError)          a city profile is wrong: names file, key and cure
├── UnknownCityError (LookupError)     no profile of that slug
├── TerritoryError (ValueError)        a territory file or geometry cannot be used
├── FetchError (OSError)               a download failed or did not check
├── NetworkBuildError (ValueError)     streets or timetable cannot be built
├── RoutingError (LookupError)         no route: outside the network, no path, feed not valid that day
└── SearchError (ValueError)           a search index cannot be built or opened
"""

from __future__ import annotations


class GeodataError(Exception):
    """Base of every error that `geodata` raises on purpose; its message is fit for a reader."""


class ProfileError(GeodataError, ValueError):
    """A city profile is wrong; the message names the file, the key and the cure."""


class UnknownCityError(GeodataError, LookupError):
    """There is no profile with that slug; the message lists those that exist."""


class TerritoryError(GeodataError, ValueError):
    """A territory file or geometry cannot be used."""


class FetchError(GeodataError, OSError):
    """A download failed, or what came is not what was announced."""


class NetworkBuildError(GeodataError, ValueError):
    """Streets or timetable cannot be built from the files given."""


class RoutingError(GeodataError, LookupError):
    """There is no route, with the reason in one plain sentence."""


class SearchError(GeodataError, ValueError):
    """A search index cannot be built or opened."""
