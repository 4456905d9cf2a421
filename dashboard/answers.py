"""Answers kept for a minute: the parts of a page share what they asked, and the second reader of a view waits for none.

Kept by what was asked (address, language, city), by the state of the data and by the minute, so that nothing outlives a
load and no figure of a moment is older than the minute it is of. One app's answers are never another's.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

KEPT_S: Final = 60
"""How old a figure of a moment may be."""
MOST: Final = 400
"""Answers held per process; the least lately asked for go first."""
TURNS: Final = 2
"""Cards worked on at once per process: more would only take turns at the interpreter and all end late."""


@dataclass
class Answers:
    """The latest answers of one app, each made once however many ask for it at the same time."""

    most: int = MOST
    _held: OrderedDict[Hashable, _Held] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _turns: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(TURNS))

    def of(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The answer kept for `key`, else what `make` gives; an error is raised to all who wait, and not kept."""
        with self._lock:
            held = self._held.setdefault(key, _Held())
            self._held.move_to_end(key)
            while len(self._held) > self.most:
                self._held.popitem(last=False)
        with held.lock:
            if not held.is_made:
                held.answer, held.is_made = make(), True
        return held.answer

    def has(self, key: Hashable) -> bool:
        """Whether an answer is there already."""
        with self._lock:
            held = self._held.get(key)
        return held is not None and held.is_made

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until fewer than `TURNS` cards are being worked on: the first asked are the first answered."""
        with self._turns:
            yield


@dataclass
class _Held:
    lock: threading.Lock = field(default_factory=threading.Lock)
    answer: Any = None
    is_made: bool = False
