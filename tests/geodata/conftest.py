"""Built networks for the tests: Heidelberg's real streets and timetable, the demonstration city, and an oracle."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from geodata.network.build import Parts, build_network
from geodata.network.demo_feed import write_demo_feed
from geodata.routing import Router

BERLIN = ZoneInfo("Europe/Berlin")
MORNING = datetime(2022, 9, 14, 8, 0, tzinfo=BERLIN)
TODAY = date(2022, 9, 14)
Once = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def heidelberg_pbf(shared_data: Path) -> Path:
    """Give the OSM extract of Heidelberg."""
    return shared_data / "heidelberg" / "heidelberg.osm.pbf"


@pytest.fixture(scope="session")
def heidelberg_gtfs(shared_data: Path) -> Path:
    """Give the VRN feed cut to Heidelberg, valid 2022-06-12 to 2022-12-10."""
    return shared_data / "heidelberg" / "vrn_gtfs_cut.zip"


@pytest.fixture(scope="session")
def heidelberg_network(once: Once, heidelberg_pbf: Path, heidelberg_gtfs: Path) -> Path:
    """Give Heidelberg's built network, without base map and gazetteer."""

    def make(folder: Path) -> None:
        parts = Parts(basemap=False, gazetteer=False)
        build_network(
            heidelberg_pbf, [heidelberg_gtfs], folder / "network", today=TODAY, time_zone="Europe/Berlin", parts=parts
        )

    return once("heidelberg", make) / "network"


@pytest.fixture(scope="session")
def heidelberg(heidelberg_network: Path) -> Router:
    """Give a router on Heidelberg."""
    return Router.open(heidelberg_network)


@pytest.fixture(scope="session")
def demo_network(once: Once, helsinki_pbf: Path) -> Path:
    """Give the demonstration city's whole network, with its simulated timetable."""

    def make(folder: Path) -> None:
        write_demo_feed(helsinki_pbf, folder / "simulated.zip", first_on=date(2022, 1, 1))
        feeds = [folder / "simulated.zip"]
        build_network(helsinki_pbf, feeds, folder / "network", today=TODAY, time_zone="Europe/Helsinki")

    return once("demo-network", make) / "network"


@pytest.fixture(scope="session")
def gtfs_rows(heidelberg_gtfs: Path) -> Mapping[str, pd.DataFrame]:
    """Give the feed's tables read by pandas alone, independently of the code under test."""
    with zipfile.ZipFile(heidelberg_gtfs) as archive:
        names = ("stops", "trips", "routes", "stop_times", "calendar_dates")
        return {name: pd.read_csv(archive.open(f"{name}.txt"), dtype=str, keep_default_na=False) for name in names}


@pytest.fixture(scope="session")
def oracle_file(once: Once, heidelberg_pbf: Path, heidelberg_gtfs: Path) -> Path:
    """Give cafein's own door-to-door network (its streets, its walks): the second engine."""

    def make(folder: Path) -> None:
        from cafein import TransportNetwork

        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", UserWarning
            )  # it warns of the stops outside the extract, as our report does
            network = TransportNetwork.from_gtfs(
                [str(heidelberg_gtfs)], osm_pbf=str(heidelberg_pbf), street_modes=["walk", "wheelchair", "bicycle"]
            )
        network.save(str(folder / "oracle.cafein"))

    return once("oracle", make) / "oracle.cafein"
