"""The city's own base map over HTTP: vector tiles out of one PMTiles file, and the colours to draw them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

from dashboard.directory.guide import guide_of
from geodata.basemap.style import protomaps_paint

if TYPE_CHECKING:
    from dashboard.deps import Deps

WEEK_S = 7 * 24 * 3600


def register(server: flask.Flask, deps: Deps) -> None:
    """Add `/tiles/Z/X/Y.mvt` (204 where the map is empty) and `/tiles/style.json`."""

    @server.route("/tiles/<int:z>/<int:x>/<int:y>.mvt")
    def tile(z: int, x: int, y: int) -> flask.typing.ResponseReturnValue:
        tiles = guide_of(deps).tiles()
        found = tiles.tile(z, x, y) if tiles else None
        if found is None:
            return flask.Response(status=204, headers={"Cache-Control": f"max-age={WEEK_S}"})
        headers = {"Content-Encoding": "gzip", "Cache-Control": f"max-age={WEEK_S}"}
        return flask.Response(found, mimetype="application/vnd.mapbox-vector-tile", headers=headers)

    @server.route("/tiles/style.json")
    def style() -> flask.typing.ResponseReturnValue:
        tiles = guide_of(deps).tiles() if deps.profile.sources.tile_url is None else None
        answer = flask.jsonify(
            has_tiles=tiles is not None,
            max_zoom=tiles.max_zoom if tiles else 15,
            light=protomaps_paint("light"),
            dark=protomaps_paint("dark"),
        )
        answer.headers["Cache-Control"] = "max-age=3600"
        return answer
