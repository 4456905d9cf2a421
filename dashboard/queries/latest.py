"""The latest few results by key: questions of one page choose the same rows again and again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final

_MOST: Final = 4


class Latest:
    """Results of the latest few keys; those who use them leave them as they are."""

    def __init__(self) -> None:
        """None yet."""
        self._held: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Hashable, make: Callable[[], Any], *, is_kept: Callable[[Any], bool] = lambda _: True) -> Any:
        """The result kept for `key`, else what `make` gives; two who ask at once may both make it."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        if not is_kept(made):
            return made
        with self._lock:
            self._held[key] = made
            while len(self._held) > _MOST:
                self._held.popitem(last=False)
        return made
