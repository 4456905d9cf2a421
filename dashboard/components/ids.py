"""Ids of the shell's parts, which pages may listen to."""

from __future__ import annotations

from enum import StrEnum


class Shell(StrEnum):
    """Parts of the frame around every page; `SEARCH` of `URL` is what page callbacks take as input."""

    URL = "shell-url"
    PAGE = "shell-page"
    STATE = "shell-state"
    STATUS = "shell-status"
    ARRIVED = "shell-arrived"
    ASKED = "shell-asked"
    NAV = "shell-nav"
    DEFAULTS = "shell-defaults"
    FILTERS = "shell-filters"
    CHIPS = "filter-chips"
    FROM = "filter-from"
    TO = "filter-to"
    GRAIN = "filter-grain"
