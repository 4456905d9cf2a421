"""Names and version of the files a built network consists of, shared by the builder and the router."""

MANIFEST_FILE, REPORT_FILE, STOP_LINKS_FILE = "manifest.json", "report.json", "stops.npz"
BASEMAP_FILE, GAZETTEER_FILE = "basemap.pmtiles", "gazetteer.sqlite"

FORMAT = 1
"""Raised when the files' meaning changes, so that an old network is rebuilt, not misread."""

NETWORK_FOLDER = "network"
