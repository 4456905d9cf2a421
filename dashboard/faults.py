"""The one place where any fault is caught: a part of a page that fails must not take the others along."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")


def apart(name: str, make: Callable[[], T], instead: Callable[[str], T]) -> T:
    """What `make` gives; where it fails, `instead(reference)`, and the fault is in the log with that reference.

    The error's own text stays in the log: it may hold what a reader must not see.
    """
    try:
        return make()
    except Exception:  # a fault of a database, of a formula, of a figure: none may cost more than its place
        reference = secrets.token_hex(4)
        log.exception("%s failed, reference %s", name, reference)
        return instead(reference)
