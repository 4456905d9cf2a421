"""Shortest paths on streets: our own engine for every street mode, and the oracle beside the transit engine.

Walking and wheelchair graphs are undirected and search over junctions. Bicycle and car graphs search over directed
street pieces, so that one-way streets and turn restrictions hold exactly. Dijkstra is scipy's.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from geodata.network.snap import Snap, Snapper, Snaps
from geodata.network.speeds import BASE_SPEED_MPS, MODE_BIT, TURN_S, U_TURN_S, StreetMode, edge_seconds
from geodata.network.streets import Floats, Streets

MIN_ISLAND_NODES = 40
"""A smaller island of streets is a mapping artefact; snapping to it would trap the route (the value R5 uses)."""

NO_LIMIT_S = np.inf
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Piece:
    """A street piece as passed, in fractions of its drawing; `to_fraction` below `from_fraction` goes against it."""

    edge: int
    from_fraction: float
    to_fraction: float


@dataclass(frozen=True, slots=True)
class Path:
    """A way from one place on a street to another; seconds without the metres off the street."""

    pieces: tuple[Piece, ...]
    seconds: float


class Field(Protocol):
    """Everything reachable from one place: costs to other places and the paths there."""

    def seconds_to(self, snaps: Snaps) -> Floats:
        """Seconds from the start to each place, both connectors included; inf where there is no path."""

    def path_to(self, snap: Snap) -> Path | None:
        """The path to one place, None where there is none."""


class Graph(Protocol):
    """A mode's street graph."""

    mode: StreetMode

    def snap(self, lon: npt.ArrayLike, lat: npt.ArrayLike, *, mainland: bool = False) -> Snaps:
        """The nearest places on streets of the mode; `mainland` only on the largest connected part."""

    def search(self, start: Snap, *, limit_s: float = NO_LIMIT_S) -> Field:
        """All shortest paths from one place."""


def open_graph(streets: Streets, mode: StreetMode) -> Graph:
    """The graph of a mode."""
    return JunctionGraph(streets, mode) if mode in ("foot", "wheelchair") else ArcGraph(streets, mode)


def _sparse(rows: Rows, columns: Rows, weights: Floats, size: int) -> tuple[csr_matrix, Rows]:
    """A matrix of the cheapest entry per (row, column), with the position of the entry each cell came from."""
    order = np.lexsort((weights, columns, rows))
    rows, columns = rows[order], columns[order]
    keep = np.concatenate([[True], (np.diff(rows) != 0) | (np.diff(columns) != 0)]) if len(rows) else np.zeros(0, bool)
    rows, columns, order = rows[keep], columns[keep], order[keep]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=size))])
    return csr_matrix((weights[order], columns, indptr), shape=(size, size)), order


def _with_source(matrix: csr_matrix, targets: list[int], costs: list[float]) -> csr_matrix:
    """The matrix with one more row and column: a virtual place from which `targets` are reached at `costs`."""
    size = matrix.shape[0]
    return csr_matrix(
        (
            np.concatenate([matrix.data, np.maximum(costs, 1e-6)]),
            np.concatenate([matrix.indices, np.array(targets, dtype=matrix.indices.dtype)]),
            np.concatenate([matrix.indptr, [matrix.indptr[-1] + len(targets)]]),
        ),
        shape=(size + 1, size + 1),
    )


def _cell(matrix: csr_matrix, row: int, column: int) -> int:
    """Position of the stored cell (row, column)."""
    first, last = matrix.indptr[row], matrix.indptr[row + 1]
    return int(first + np.flatnonzero(matrix.indices[first:last] == column)[0])


def _walk_back(previous: npt.NDArray[np.int32], end: int, source: int) -> list[int]:
    """Rows from the source (left out) to `end`."""
    chain = []
    while end != source:
        chain.append(end)
        end = int(previous[end])
    return chain[::-1]


class _Snapping:
    """The two nets a graph snaps to: every part that is no artefact, and the mainland alone."""

    def __init__(self, streets: Streets, edges: Rows, part: Rows) -> None:
        sizes = np.bincount(part, minlength=1)
        self._any = Snapper(streets, edges[sizes[part] >= min(MIN_ISLAND_NODES, sizes.max())])
        self._main = Snapper(streets, edges[part == int(sizes.argmax())])

    def __call__(self, lon: npt.ArrayLike, lat: npt.ArrayLike, *, mainland: bool) -> Snaps:
        return (self._main if mainland else self._any).snap(lon, lat)


class JunctionGraph:
    """Undirected graph of junctions, for people on foot and in wheelchairs."""

    def __init__(self, streets: Streets, mode: StreetMode) -> None:
        self.mode: StreetMode = mode
        self.seconds = edge_seconds(streets, mode)
        bit = MODE_BIT[mode]
        edges = np.flatnonzero((streets.access_forward | streets.access_backward) & bit)
        u, v = streets.u[edges].astype(np.int64), streets.v[edges].astype(np.int64)
        cost = np.maximum(self.seconds[edges], 1e-6)
        both = np.concatenate([cost, cost])
        self.matrix, order = _sparse(np.concatenate([u, v]), np.concatenate([v, u]), both, streets.node_count)
        self.edge_of = np.concatenate([edges, edges])[order]
        self.u, self.v = streets.u, streets.v
        _, part = connected_components(self.matrix, directed=False)
        self._snap = _Snapping(streets, edges, part[u])

    def snap(self, lon: npt.ArrayLike, lat: npt.ArrayLike, *, mainland: bool = False) -> Snaps:
        """See `Graph.snap`."""
        return self._snap(lon, lat, mainland=mainland)

    def search(self, start: Snap, *, limit_s: float = NO_LIMIT_S) -> JunctionField:
        """See `Graph.search`."""
        cost = self.seconds[start.edge]
        ends = [int(self.u[start.edge]), int(self.v[start.edge])]
        matrix = _with_source(self.matrix, ends, [start.fraction * cost, (1 - start.fraction) * cost])
        source = self.matrix.shape[0]
        seconds, previous = dijkstra(matrix, indices=source, return_predecessors=True, limit=limit_s)
        return JunctionField(self, start, seconds, previous)


@dataclass(frozen=True, slots=True)
class JunctionField:
    """Shortest paths over junctions from one place."""

    graph: JunctionGraph
    start: Snap
    seconds: Floats
    previous: npt.NDArray[np.int32]

    def seconds_to(self, snaps: Snaps) -> Floats:
        """See `Field.seconds_to`."""
        edge, cost = snaps.edge, self.graph.seconds[snaps.edge]
        over = np.minimum(
            self.seconds[self.graph.u[edge]] + snaps.fraction * cost,
            self.seconds[self.graph.v[edge]] + (1 - snaps.fraction) * cost,
        )
        same = np.where(edge == self.start.edge, np.abs(snaps.fraction - self.start.fraction) * cost, np.inf)
        off_street = (snaps.connector_m + self.start.connector_m) / BASE_SPEED_MPS[self.graph.mode]
        result: Floats = np.where(edge < 0, np.inf, np.minimum(over, same) + off_street)
        return result

    def path_to(self, snap: Snap) -> Path | None:
        """See `Field.path_to`."""
        graph, start = self.graph, self.start
        cost = float(graph.seconds[snap.edge])
        u, v = int(graph.u[snap.edge]), int(graph.v[snap.edge])
        choices = [
            (float(self.seconds[u]) + snap.fraction * cost, u, 0.0),
            (float(self.seconds[v]) + (1 - snap.fraction) * cost, v, 1.0),
        ]
        if snap.edge == start.edge:
            choices.append((abs(snap.fraction - start.fraction) * cost, -1, start.fraction))
        total, node, entry = min(choices)
        if not np.isfinite(total):
            return None
        last = Piece(snap.edge, entry, snap.fraction)
        return Path((*(self._pieces_to(node) if node >= 0 else ()), last), total)

    def _pieces_to(self, node: int) -> list[Piece]:
        graph, source = self.graph, self.graph.matrix.shape[0]
        chain = _walk_back(self.previous, node, source)
        start_u = int(graph.u[self.start.edge])
        pieces = [Piece(self.start.edge, self.start.fraction, 0.0 if chain[0] == start_u else 1.0)]
        for a, b in itertools.pairwise(chain):
            edge = int(graph.edge_of[_cell(graph.matrix, a, b)])
            pieces.append(Piece(edge, 0.0, 1.0) if int(graph.u[edge]) == a else Piece(edge, 1.0, 0.0))
        return pieces


class ArcGraph:
    """Directed graph of street pieces with turns between them, for bicycles and cars.

    Arc 2e goes along the drawing of edge e, arc 2e + 1 against it. A cell holds the seconds of the turn and of the arc
    it leads into.
    """

    def __init__(self, streets: Streets, mode: StreetMode) -> None:
        self.mode: StreetMode = mode
        self.seconds = edge_seconds(streets, mode)
        bit = MODE_BIT[mode]
        arcs = 2 * streets.edge_count
        allowed = np.zeros(arcs, dtype=bool)
        allowed[0::2], allowed[1::2] = streets.access_forward & bit, streets.access_backward & bit
        self.allowed = allowed
        tail, head = np.empty(arcs, dtype=np.int64), np.empty(arcs, dtype=np.int64)
        tail[0::2], tail[1::2], head[0::2], head[1::2] = streets.u, streets.v, streets.v, streets.u
        into, out = _turns(tail, head, allowed, streets, is_restricted=mode == "car")
        turn = np.where((into ^ 1) == out, U_TURN_S, TURN_S if mode == "car" else 0.0)
        self.matrix, _ = _sparse(into, out, self.seconds[out // 2] + turn, arcs)
        self.incoming = self.matrix.tocsc()
        _, part = connected_components(self.matrix, directed=True, connection="strong")
        usable = np.flatnonzero(allowed)
        sizes = np.bincount(part[usable], minlength=1)
        best = usable[np.lexsort((usable, -sizes[part[usable]]))]
        edges, first = np.unique(best // 2, return_index=True)
        self._snap = _Snapping(streets, edges, part[best[first]])

    def snap(self, lon: npt.ArrayLike, lat: npt.ArrayLike, *, mainland: bool = False) -> Snaps:
        """See `Graph.snap`."""
        return self._snap(lon, lat, mainland=mainland)

    def search(self, start: Snap, *, limit_s: float = NO_LIMIT_S) -> ArcField:
        """See `Graph.search`."""
        cost = float(self.seconds[start.edge])
        starts = [(2 * start.edge, (1 - start.fraction) * cost), (2 * start.edge + 1, start.fraction * cost)]
        starts = [(arc, seconds) for arc, seconds in starts if self.allowed[arc]]
        matrix = _with_source(self.matrix, [a for a, _ in starts], [s for _, s in starts])
        seconds, previous = dijkstra(matrix, indices=self.matrix.shape[0], return_predecessors=True, limit=limit_s)
        return ArcField(self, start, seconds, previous)


@dataclass(frozen=True, slots=True)
class ArcField:
    """Shortest paths over directed street pieces from one place; `seconds` is the time at the end of each arc."""

    graph: ArcGraph
    start: Snap
    seconds: Floats
    previous: npt.NDArray[np.int32]

    def seconds_to(self, snaps: Snaps) -> Floats:
        """See `Field.seconds_to`."""
        off_street = (snaps.connector_m + self.start.connector_m) / BASE_SPEED_MPS[self.graph.mode]
        best = [self._best(snaps.one(row))[0] if snaps.edge[row] >= 0 else np.inf for row in range(len(snaps))]
        return np.array(best) + off_street

    def _best(self, snap: Snap) -> tuple[float, int, int]:
        """Seconds, arc of arrival and the arc before it (-1 where the start is on the same arc, before the place)."""
        choices = [(np.inf, -1, -1)]
        for arc, fraction in ((2 * snap.edge, snap.fraction), (2 * snap.edge + 1, 1 - snap.fraction)):
            if not self.graph.allowed[arc]:
                continue
            cost = float(self.graph.seconds[snap.edge])
            begun = self.start.fraction if arc % 2 == 0 else 1 - self.start.fraction
            if snap.edge == self.start.edge and fraction >= begun:
                choices.append(((fraction - begun) * cost, arc, -1))
            cells = slice(self.graph.incoming.indptr[arc], self.graph.incoming.indptr[arc + 1])
            before = self.graph.incoming.indices[cells]
            if len(before):
                reached = self.seconds[before] + self.graph.incoming.data[cells] - (1 - fraction) * cost
                at = int(reached.argmin())
                choices.append((float(reached[at]), arc, int(before[at])))
        return min(choices)

    def path_to(self, snap: Snap) -> Path | None:
        """See `Field.path_to`."""
        total, arc, before = self._best(snap)
        if not np.isfinite(total):
            return None
        if before < 0:
            return Path((Piece(snap.edge, self.start.fraction, snap.fraction),), total)
        chain = _walk_back(self.previous, before, self.graph.matrix.shape[0])
        pieces = [Piece(self.start.edge, self.start.fraction, 1.0 if chain[0] % 2 == 0 else 0.0)]
        pieces += [Piece(a // 2, 0.0, 1.0) if a % 2 == 0 else Piece(a // 2, 1.0, 0.0) for a in chain[1:]]
        pieces.append(Piece(snap.edge, 0.0 if arc % 2 == 0 else 1.0, snap.fraction))
        return Path(tuple(pieces), total)


def _turns(
    tail: Rows, head: Rows, allowed: npt.NDArray[np.bool_], streets: Streets, *, is_restricted: bool
) -> tuple[Rows, Rows]:
    """Pairs of arcs (into a junction, out of it) that may follow each other."""
    arcs = np.flatnonzero(allowed)
    by_tail = arcs[np.argsort(tail[arcs], kind="stable")]
    counts = np.bincount(tail[by_tail], minlength=streets.node_count)
    first = np.concatenate([[0], np.cumsum(counts)])
    many = counts[head[arcs]]
    into = np.repeat(arcs, many)
    offset = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    out = by_tail[np.repeat(first[head[arcs]], many) + offset]
    is_back = ((into ^ 1) == out) & (np.repeat(many, many) > 1)
    keep = ~is_back
    if is_restricted and len(streets.restrictions):
        keep &= ~_forbidden(into, out, head, streets)
    return into[keep], out[keep]


def _forbidden(into: Rows, out: Rows, head: Rows, streets: Streets) -> npt.NDArray[np.bool_]:
    """Which turns OSM's turn restrictions take away ("no" the turn itself, "only" every other turn)."""
    is_via = np.zeros(streets.node_count, dtype=bool)
    is_via[streets.restrictions[:, 1]] = True
    near = np.flatnonzero(is_via[head[into]])
    from_way, to_way, via = streets.way[into[near] // 2], streets.way[out[near] // 2], head[into[near]]
    banned = np.zeros(len(near), dtype=bool)
    for source, node, target, is_only in streets.restrictions:
        here = (via == node) & (from_way == source)
        banned |= here & ((to_way != target) if is_only else (to_way == target))
    result = np.zeros(len(into), dtype=bool)
    result[near[banned]] = True
    return result
