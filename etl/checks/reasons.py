"""Why a row is refused or mended, as codes with a cure in words; every code a report may show is here."""

from __future__ import annotations

from collections.abc import Mapping

CURES: Mapping[str, str] = {
    "ragged_row": "give the row as many cells as the header has; put text with separators or quotes in quotes",
    "missing_key": "fill in the key: without it the row cannot be told from others or found again",
    "missing_created": "fill in when it was received",
    "missing_instant": "fill in when it happened",
    "missing_day": "fill in the day",
    "missing_name": "fill in the name",
    "missing_request": "fill in the key of the request",
    "bad_instant": (
        "write the moment as the map's [formats] say, or name its format there (`excel` for a number of days); "
        "years 1900 to 2099"
    ),
    "bad_number": "write a plain number",
    "negative_number": "write a number of 0 or more",
    "duplicate_key": "the key came before in this file: give each row a key of its own, or keep one row of each",
    "closed_before_created": "correct one of the two moments: it was closed before it was received",
    "unknown_territory": "use a code or name of the city's profile, or give a level so that the area can be added",
    "more_answered_than_offered": "correct the day's figures: more calls were answered than came",
}
"""Cure by reason of a refusal."""

REPAIRS: Mapping[str, str] = {
    "closed_before_created": "closed a moment before it was received (clocks differ): closing set to receipt",
    "due_before_created": "due before it was received: the due moment is dropped, the city's own terms hold",
    "point_zero": "point at 0, 0: no point",
    "point_far": "point outside the city's extent: no point",
    "point_swapped": "longitude and latitude in each other's place: put right",
    "point_rounded": "point rounded to whole degrees: no point",
    "point_half": "longitude without latitude or the other way round: no point",
    "point_impossible": "no such longitude or latitude: no point",
    "local_time_ambiguous": "local hour that came twice when clocks went back: taken as summer time",
    "local_time_missing": "local hour that was skipped when clocks went forward: moved to the first moment after",
    "closed_without_time": "closed by its status, without a time: the closing time stays unknown",
    "open_with_closing_time": "open by its status, with a closing time: the status is believed, the time dropped",
}
"""What a named rule did; rules `bad_<field>_dropped` drop what cannot be read where a field may be empty."""
