from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from etl.ahead import read_ahead

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_items_come_in_order() -> None:
    assert list(read_ahead(range(100))) == list(range(100))


def test_an_error_of_the_source_reaches_the_reader_after_what_came_before() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise OSError("the file ended")

    reader = read_ahead(failing())
    assert next(reader) == 1
    with pytest.raises(OSError, match="the file ended"):
        next(reader)


def test_no_more_is_made_than_is_asked_for() -> None:
    made = []

    def counted() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    for item in read_ahead(counted()):
        if item == 3:
            break
    assert len(made) <= 8


def test_the_thread_ends_with_its_reader() -> None:
    reader = read_ahead(range(1000))
    next(reader)
    reader.close()
    assert all(thread.name != "read-ahead" for thread in threading.enumerate())
