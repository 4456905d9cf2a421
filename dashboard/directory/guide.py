"""The guide of one app: directory, search index, streets and gazetteer of its city, each opened when first needed.

What a city has not built is None, and the pages say what is left: a list without a map is still a list.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from dashboard.answers import Answers
from dashboard.directory.asked import Point
from dashboard.queries.directory import Directory, Institution, directory
from dashboard.queries.public_index import public_index, refresh
from geodata.basemap.tiles import Tiles
from geodata.errors import NetworkBuildError, SearchError
from geodata.gazetteer.search import Gazetteer
from geodata.network.files import BASEMAP_FILE, GAZETTEER_FILE
from geodata.network.links import WALK_MODES
from geodata.network.sources import network_dir
from geodata.routing import NoRouteError, Router
from geodata.search import Document, SearchIndex, city_documents, institution_document
from geodata.search.index import StoreIndex
from geodata.search.sqlite import SqliteStore
from geodata.taxonomy import Taxonomy, load_taxonomy

if TYPE_CHECKING:
    from dashboard.deps import Deps

T = TypeVar("T")
ANSWERS_KEPT: Final = 8
"""Found lists held per process, in memory alone: one page asks for its list and for its map a moment later."""


def institution_documents(places: Iterator[Institution] | tuple[Institution, ...]) -> Iterator[Document]:
    """What the search knows of institutions."""
    taxonomy = load_taxonomy()
    for place in places:
        yield institution_document(
            place.id, place.name, services=sorted(place.codes), taxonomy=taxonomy, names=place.names,
            address=place.address, lon=place.lon, lat=place.lat, is_protected=place.is_protected,
        )  # fmt: skip


@dataclass
class Guide:
    """What the pages of the social map lean on; safe in threads."""

    deps: Deps
    is_staff: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _held: dict[str, tuple[object, Any]] = field(default_factory=dict, repr=False)
    _fresh_for: object = field(default=None, repr=False)
    refreshing: threading.Thread | None = field(default=None, repr=False)
    answers: Answers = field(default_factory=lambda: Answers(most=ANSWERS_KEPT), repr=False)

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """Services and needs; without protected ones for the public."""
        return load_taxonomy() if self.is_staff else load_taxonomy().public()

    @property
    def folder(self) -> Path:
        """The folder of the city's network."""
        return network_dir(self.deps.settings.base.data_dir, self.deps.profile.slug)

    def directory(self) -> Directory:
        """The directory as it is now."""
        return directory(self.deps.read, is_staff=self.is_staff)

    def place(self, place_id: str) -> Institution | None:
        """An institution by its id; None also for protected ones on the public process."""
        return self.directory().institutions.get(place_id)

    def index(self) -> SearchIndex:
        """The city's public index, made anew in the background when it is old; in memory where it cannot be kept.

        The staff's index, which holds protected places too, is only ever in memory.
        """
        held = self.directory()
        if self.is_staff:
            self._keep_fresh(held)
            return self._kept("index", held.state, lambda: self._index_in_memory(held))
        settings = self.deps.settings.base
        found = self._kept("public index", "", lambda: public_index(self.deps.read, settings))
        self._keep_fresh(held, found)
        return found if found.stamp() else self._kept("index", held.state, lambda: self._index_in_memory(held))

    def _keep_fresh(self, held: Directory, found: StoreIndex | None = None) -> None:
        """Once per state of the data: see that the public index is of it, at once where there is none to go on with."""
        settings = self.deps.settings.base
        if settings.search == "database" and not self.is_staff:
            return  # the public role may not write there: the staff process does it
        gazetteer = self.folder / GAZETTEER_FILE
        state = (held.state, gazetteer.stat().st_mtime_ns if gazetteer.is_file() else 0)
        with self._lock:
            if self._fresh_for == state:
                return
            self._fresh_for = state
            if found is not None and not found.stamp():
                refresh(self.deps.read, settings)
                return
            self.refreshing = threading.Thread(target=refresh, args=(self.deps.read, settings), daemon=True)
            self.refreshing.start()

    def _index_in_memory(self, held: Directory) -> SearchIndex:
        index = StoreIndex(SqliteStore(None))
        gazetteer = self.folder / GAZETTEER_FILE
        places = institution_documents(tuple(held.institutions.values()))
        index.build(city_documents(places, gazetteer if gazetteer.is_file() else None), is_staff=self.is_staff)
        return index

    def router(self) -> Router | None:
        """The network, None where none is built (walking and riding are then not known)."""
        manifest = self.folder / "manifest.json"
        if not manifest.is_file():
            return None
        return self._kept("router", manifest.stat().st_mtime_ns, self._open_router)

    def _open_router(self) -> Router | None:
        try:
            return Router.open(self.folder)
        except NetworkBuildError:
            return None

    def warm_up(self) -> None:
        """Open what the first search and the first route would wait for; what the city has not built is passed by."""
        self.index()
        router = self.router()
        if router is None:
            return
        router.warm_up()
        for mode in WALK_MODES:
            with suppress(NoRouteError):
                router.planner(mode)
        self.links(router)

    def tiles(self) -> Tiles | None:
        """The base map, None where none is built."""
        path = self.folder / BASEMAP_FILE
        if not path.is_file():
            return None
        return self._kept("tiles", path.stat().st_mtime_ns, lambda: Tiles.open(path))

    def gazetteer(self) -> Gazetteer | None:
        """Addresses and stops, None where none are built."""
        path = self.folder / GAZETTEER_FILE
        if not path.is_file():
            return None
        try:
            return self._kept("gazetteer", path.stat().st_mtime_ns, lambda: Gazetteer.open(path))
        except SearchError:
            return None

    def links(self, router: Router) -> Any:
        """All placed institutions hung on the network, kept beside it for all workers."""
        held = self.directory()
        places = held.placed()
        lon, lat = [place.lon or 0.0 for place in places], [place.lat or 0.0 for place in places]
        key = (router.network_id, held.state)
        return self._kept("links", key, lambda: router.links(lon, lat, folder=self.folder / "links"))

    def called(self, point: Point) -> str:
        """What a point is called: its own name, else the nearest address."""
        if point.name:
            return point.name
        gazetteer = self.gazetteer()
        entry = gazetteer.nearest(point.lat, point.lon) if gazetteer else None
        return entry.name if entry else f"{point.lat:.4f}, {point.lon:.4f}"

    def _kept(self, name: str, state: object, make: Callable[[], T]) -> T:
        with self._lock:
            held = self._held.get(name)
            if held is None or held[0] != state:
                held = self._held[name] = (state, make())
            found: T = held[1]
            return found


def guide_of(deps: Deps) -> Guide:
    """The one guide of an app."""
    name = f"guide-{deps.process}"
    held = deps.read.kept.get(name)
    if held is None:
        held = deps.read.kept[name] = (None, Guide(deps, is_staff=deps.process == "staff"))
    found: Guide = held[1]
    return found
