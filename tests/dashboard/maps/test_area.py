from __future__ import annotations

import pandas as pd
import pytest

from dashboard.maps.area import MOST_POINTS, is_inside, parse_area, selected


def test_a_box_and_a_line_become_an_outline_and_back() -> None:
    box = selected({"range": {"map": [[24.9, 60.2], [25.0, 60.1]]}})
    assert parse_area(box) == ((24.9, 60.2), (25.0, 60.2), (25.0, 60.1), (24.9, 60.1))
    line = selected({"lassoPoints": {"map": [[place / 100, 0.0] for place in range(1000)]}})
    assert len(parse_area(line)) <= MOST_POINTS
    assert selected(None) == ""


@pytest.mark.parametrize(
    "text", ["", "1,2", "a,b;c,d;e,f", "999,0;1,1;2,2", "1,2,3;4,5,6;7,8,9", "nan,1;1,1;2,2", "1,1;2"]
)
def test_a_hostile_outline_is_none(text: str) -> None:
    assert parse_area(text) == ()


def test_only_what_lies_inside_is_taken() -> None:
    frame = pd.DataFrame({"lon": [0.5, 2.0, None], "lat": [0.5, 0.5, None]})
    assert is_inside(frame, ((0, 0), (1, 0), (1, 1), (0, 1))).tolist() == [True, False, False]
    assert is_inside(frame, ()).all()
