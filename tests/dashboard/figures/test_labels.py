"""Names beside figures: they fit, they stay apart, and none runs into another."""

from __future__ import annotations

import pandas as pd

from dashboard.figures.funnel import _candidates, _places, _touch
from dashboard.figures.labels import rows_axis, short_labels, wrapped
from dashboard.figures.parts import week_by_hours


def test_labels_that_begin_alike_are_told_apart_by_their_ends() -> None:
    centres = [f"Territorial centre of social services of the {name} district" for name in ("Lenin", "Central")]
    assert short_labels([*centres, "Red Cross"], 34) == [
        "…services of the Lenin district", "…services of the Central district", "Red Cross",
    ]  # fmt: skip
    assert short_labels([centres[0], "Red Cross"], 34)[0].startswith("Territorial centre")


def test_a_long_name_is_laid_over_lines_and_ends_in_an_ellipsis() -> None:
    assert wrapped("Water, heat and power", 16) == "Water, heat and<br>power"
    assert wrapped("one two three four five six", 8) == "one two<br>three…"


def test_names_of_the_funnel_never_touch() -> None:
    near = pd.DataFrame({
        "cases": [200, 205, 210, 214], "value_pct": [60.0, 61.0, 60.5, 59.8], "is_named": True,
        "short": ["District office West", "Water company", "Pension fund", "Housing managers"],
    })  # fmt: skip
    places = _places(near, 500, [30.0, 100.0])
    boxes = [
        dict(_candidates(cases / 500 * 620, (value - 30) / 70 * 250, name))[place]
        for cases, value, name, place in zip(near["cases"], near["value_pct"], near["short"], places, strict=True)
        if place
    ]
    assert boxes
    assert not any(_touch(one, other) for row, one in enumerate(boxes) for other in boxes[:row])


def test_an_hour_without_a_value_is_left_blank() -> None:
    frame = pd.DataFrame({"weekday": [0, 0], "hour": [9, 10], "value": [3.0, float("nan")]})
    (cells,) = week_by_hours(frame, lang="en", unit="")["data"]
    assert cells["z"][0][9:11] == [3.0, None]
    assert cells["zmax"] == 3.0


def test_names_of_two_lines_one_below_the_other_stay_on_one_line_where_rows_are_low() -> None:
    long, short = "Internally displaced people", "Housing"
    apart, together = [long, short] * 4, [long, long, *[short] * 6]
    assert [text.count("<br>") for text in rows_axis(apart)["ticktext"]] == [1, 0] * 4
    assert not any("<br>" in text for text in rows_axis(together)["ticktext"])
    assert rows_axis(together[:7])["ticktext"][0].count("<br>") == 1
