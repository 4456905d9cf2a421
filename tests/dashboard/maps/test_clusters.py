from __future__ import annotations

import numpy as np
import pytest

from dashboard.maps.clusters import grown, inside, joined


@pytest.mark.parametrize("zoom", [9, 13, 17])
def test_every_point_is_in_one_cell_and_cells_grow_in_number_with_the_zoom(zoom: int) -> None:
    drawn = np.random.default_rng(1)
    lon, lat = drawn.uniform(24.7, 25.1, 10_000), drawn.uniform(60.1, 60.3, 10_000)
    cells = joined(lon, lat, zoom=zoom)
    assert sum(cell.count for cell in cells) == 10_000
    assert len(cells) <= len(joined(lon, lat, zoom=zoom + 1))
    assert all(24.7 <= cell.lon <= 25.1 and 60.1 <= cell.lat <= 60.3 for cell in cells)


def test_a_point_alone_keeps_its_place() -> None:
    (one, two) = joined(np.array([24.0, 25.0]), np.array([60.0, 61.0]), zoom=10)
    assert {(one.row, one.lon, one.lat), (two.row, two.lon, two.lat)} == {(0, 24.0, 60.0), (1, 25.0, 61.0)}
    assert joined(np.array([]), np.array([]), zoom=10) == []


def test_a_box_holds_what_lies_in_it_and_grows_by_its_size() -> None:
    lon, lat = np.array([1.0, 2.0, 3.5]), np.array([1.0, 2.0, 1.0])
    assert inside(lon, lat, (0.5, 0.5, 2.0, 2.0)).tolist() == [0, 1]
    assert grown((1, 1, 2, 3)) == (0, -1, 3, 5)
