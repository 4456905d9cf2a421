"""The city's own base map: vector tiles from its OpenStreetMap extract, their reader, styles for both map screens."""

from geodata.basemap.style import ATTRIBUTION, plotly_style, protomaps_paint
from geodata.basemap.tiles import Tiles

__all__ = ["ATTRIBUTION", "Tiles", "plotly_style", "protomaps_paint"]
