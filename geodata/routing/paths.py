"""From street pieces to what a traveller reads: a line, its length, turns in words, and what is unknown on it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from geodata.network import tags
from geodata.network.graph import Piece
from geodata.network.shapes import piece_line
from geodata.network.snap import Snap
from geodata.network.streets import Floats, Streets, line_length_m
from geodata.routing.types import Line, Step, UnknownAccess
from geodata.routing.words import Words

BEARING_M = 12.0
"""Turns are measured over this length, so that a kink in the drawing is no turn."""

MIN_GROUP_M = 15.0
"""A shorter stretch without a name of its own joins the next: nobody wants "go 4 m"."""

MIN_NAMED_M = 10.0
"""So little of a named street is a crossing of it, not a stretch to walk along."""

MAX_NAMELESS_M = 60.0
"""A nameless stretch straight on after a named street belongs to it up to this length."""

MIN_UNKNOWN_M = 10.0
TURNS = ((25.0, "continue"), (50.0, "slight"), (125.0, ""), (165.0, "sharp"))
SPLIT_DEG = 50.0


@dataclass(slots=True)
class _Group:
    kind: str
    street: str
    line: Floats

    @property
    def length_m(self) -> float:
        return line_length_m(self.line)


def as_line(points: Floats) -> Line:
    """Plain tuples of lon, lat."""
    return tuple((float(x), float(y)) for x, y in points)


def steps_of(
    streets: Streets, pieces: tuple[Piece, ...], words: Words, arrive: tuple[str, str], end: Snap
) -> tuple[Step, ...]:
    """The instructions of a path; `arrive` is the last one's kind ("arrive" or "arrive_stop") and the place's name."""
    groups = _straightened(_merge(_groups(streets, pieces, words.lang)))
    steps = []
    for before, group in zip([None, *groups[:-1]], groups, strict=True):
        kind = group.kind or ("depart" if before is None else _turn(before.line, group.line))
        heading = words.heading(_bearing(group.line[0], _ahead(group.line)))
        metres = group.length_m
        text = words.step(kind, group.street, distance=words.distance(metres), heading=heading)
        steps.append(Step(kind, text, metres, group.street, float(group.line[0, 0]), float(group.line[0, 1])))
    kind, place = arrive
    steps.append(Step(kind, words.step(kind, place, place=place), 0.0, "", end.lon, end.lat))
    return tuple(steps)


def _groups(streets: Streets, pieces: tuple[Piece, ...], lang: str) -> list[_Group]:
    """Pieces joined while they have one name and bend gently."""
    groups: list[_Group] = []
    for piece in pieces:
        line = piece_line(streets, piece)
        if line_length_m(line) < 0.5 and groups:
            continue
        flags = int(streets.flags[piece.edge])
        kind = "stairs" if flags & tags.IS_STEPS else "elevator" if flags & tags.IS_ELEVATOR else ""
        street = streets.name_of(piece.edge, lang)
        last = groups[-1] if groups else None
        if last and (last.kind, last.street) == (kind, street) and (street or _angle(last.line, line) < SPLIT_DEG):
            last.line = np.vstack([last.line, line[1:]])
        else:
            groups.append(_Group(kind, street, line))
    return groups


def _merge(groups: list[_Group]) -> list[_Group]:
    """Short nameless stretches join the stretch after them, or the one before the end."""
    merged: list[_Group] = []
    for group in groups:
        last = merged[-1] if merged else None
        if last and not last.kind and not group.kind and last.length_m < (MIN_NAMED_M if last.street else MIN_GROUP_M):
            merged[-1] = _Group("", group.street, np.vstack([last.line, group.line[1:]]))
        elif (
            last
            and last.kind == group.kind
            and last.street == group.street
            and _angle(last.line, group.line) < SPLIT_DEG
        ):
            last.line = np.vstack([last.line, group.line[1:]])
        else:
            merged.append(group)
    if len(merged) > 1 and not merged[-1].kind and merged[-1].length_m < MIN_GROUP_M and not merged[-2].kind:
        tail = merged.pop()
        merged[-1].line = np.vstack([merged[-1].line, tail.line[1:]])
    return merged


def _straightened(groups: list[_Group]) -> list[_Group]:
    """Nameless stretches that go straight on from the one before are part of it: no turn, nothing to say."""
    found: list[_Group] = []
    for group in groups:
        last = found[-1] if found else None
        is_more = last and not (last.kind or group.kind or group.street) and _turn(last.line, group.line) == "continue"
        if last and is_more and (not last.street or group.length_m < MAX_NAMELESS_M):
            last.line = np.vstack([last.line, group.line[1:]])
        else:
            found.append(group)
    return found


def _ahead(line: Floats) -> Floats:
    """The first point at least `BEARING_M` along the line."""
    for point in line[1:]:
        if line_length_m(np.vstack([line[0], point])) >= BEARING_M:
            return np.asarray(point)
    return np.asarray(line[-1])


def _bearing(a: Floats, b: Floats) -> float:
    """Degrees clockwise from north."""
    east = (b[0] - a[0]) * np.cos(np.radians(a[1]))
    return float(np.degrees(np.arctan2(east, b[1] - a[1])) % 360)


def _signed_angle(before: Floats, after: Floats) -> float:
    """Degrees turned from one line to the next, right positive."""
    back = before[::-1]
    arriving = _bearing(_ahead(back), back[0])
    return (_bearing(after[0], _ahead(after)) - arriving + 180) % 360 - 180


def _angle(before: Floats, after: Floats) -> float:
    return abs(_signed_angle(before, after))


def _turn(before: Floats, after: Floats) -> str:
    """The manoeuvre between two stretches."""
    angle = _signed_angle(before, after)
    side = "right" if angle > 0 else "left"
    for limit, name in TURNS:
        if abs(angle) < limit:
            return name if name == "continue" else f"{name}_{side}".lstrip("_")
    return "u_turn"


def unknowns_of(streets: Streets, pieces: tuple[Piece, ...], words: Words) -> list[UnknownAccess]:
    """What a wheelchair user cannot know from the map: kerbs, surface, slope, half-usable stretches."""
    metres = {"surface": 0.0, "incline": 0.0, "slope": 0.0, "limited": 0.0}
    crossings = set()
    for piece in pieces:
        length = abs(piece.to_fraction - piece.from_fraction) * float(streets.length_m[piece.edge])
        flags = int(streets.flags[piece.edge])
        metres["surface"] += length if streets.surface[piece.edge] == tags.SURFACE_UNKNOWN else 0.0
        is_steep = bool(flags & tags.IS_STEEP_UNKNOWN)
        metres["incline"] += length if is_steep else 0.0
        metres["slope"] += length if not is_steep and np.isnan(streets.incline_pct[piece.edge]) else 0.0
        metres["limited"] += length if flags & tags.IS_LIMITED else 0.0
    for a, b in itertools.pairwise(pieces):
        shared = {int(streets.u[a.edge]), int(streets.v[a.edge])} & {int(streets.u[b.edge]), int(streets.v[b.edge])}
        crossings |= {node for node in shared if streets.is_kerb_unknown[node]}
    found = [
        UnknownAccess(kind, amount, words.unknown(kind, distance=words.distance(amount)))
        for kind, amount in metres.items()
        if amount >= MIN_UNKNOWN_M
    ]
    if crossings:
        found.insert(0, UnknownAccess("kerb", len(crossings), words.count("crossings", len(crossings))))
    return found
