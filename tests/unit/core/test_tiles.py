"""Tiles: 90 of them, none on another, cities in one piece, true neighbours together; and the clusters' list."""

import csv
import json
from pathlib import Path

import pytest

from jiqun.core.errors import NotFound, PackError
from jiqun.core.regions import Regions
from jiqun.core.tiles import Tile, Tiles

PACKS = Path(__file__).resolve().parents[3] / "packs"


def test_there_is_one_tile_for_each_county_unit(tiles: Tiles, regions: Regions) -> None:
    assert {tile.region for tile in tiles} == {county.code for county in regions.counties()}
    assert len(tiles) == 90


def test_no_tile_lies_on_another_and_the_grid_is_tight(tiles: Tiles) -> None:
    assert len({(tile.col, tile.row) for tile in tiles}) == 90
    assert min(tile.col for tile in tiles) == min(tile.row for tile in tiles) == 0
    assert tiles.columns <= 14
    assert tiles.rows <= 14


def test_every_city_is_one_piece(tiles: Tiles, regions: Regions) -> None:
    for city in regions.cities():
        left = {tiles.of(county.code) for county in regions.children(city.code)}
        edge = [left.pop()]
        while edge:
            here = edge.pop()
            near = {t for t in left if abs(t.col - here.col) + abs(t.row - here.row) == 1}
            left -= near
            edge.extend(near)
        assert not left, city.name["zh"]


def test_the_diagram_keeps_its_compass(tiles: Tiles) -> None:
    """Far corners of the province lie where a reader looks for them."""
    north, south = tiles.of("330522"), tiles.of("330327")
    west, east = tiles.of("330824"), tiles.of("330922")
    assert north.row < south.row
    assert west.col < east.col


def test_touching_is_by_side_or_corner() -> None:
    here = Tile("a", 3, 3)
    assert here.touches(Tile("b", 4, 4))
    assert here.touches(Tile("b", 3, 2))
    assert not here.touches(Tile("b", 5, 3))
    assert not here.touches(here)


def test_a_region_without_a_tile_is_not_found(tiles: Tiles) -> None:
    with pytest.raises(NotFound):
        tiles.of("330100")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("330102,0,0\n330105,0,0\n", "pack.duplicate_key"),
        ("330102,0,0\n330102,1,0\n", "pack.duplicate_key"),
        ("330102,-1,0\n", "pack.bad_number"),
        ("330102,x,0\n", "pack.bad_number"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, rows: str, code: str) -> None:
    (tmp_path / "zj_tiles.csv").write_text("region,col,row\n" + rows, encoding="utf-8")
    with pytest.raises(PackError) as caught:
        Tiles.load(tmp_path)
    assert caught.value.code == code


@pytest.mark.shared
def test_true_neighbours_stay_together(tiles: Tiles, shared_data: Path) -> None:
    """At least three quarters of the pairs that share a border touch in the diagram (89 % when it was made)."""
    features = json.loads((shared_data / "zj_geo" / "zj_counties.geojson").read_text(encoding="utf-8"))[
        "features"
    ]
    corners: dict[str, set[tuple[float, ...]]] = {}
    for feature in features:
        shape = feature["geometry"]
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        points = {tuple(point) for part in parts for ring in part for point in ring}
        corners[feature["properties"]["adcode"]] = points
    codes = sorted(corners)
    pairs = [(a, b) for i, a in enumerate(codes) for b in codes[i + 1 :] if len(corners[a] & corners[b]) > 1]
    assert len(pairs) > 180
    assert sum(tiles.of(a).touches(tiles.of(b)) for a, b in pairs) / len(pairs) >= 0.75


def test_the_fifteen_clusters_stand_in_four_groups() -> None:
    with (PACKS / "clusters.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len({row["key"] for row in rows}) == len(rows) == 15
    sizes: dict[str, int] = {}
    for row in rows:
        assert all(row.values())
        assert row["key"].replace("_", "").isalnum() and row["key"].islower()
        sizes[row["group_zh"]] = sizes.get(row["group_zh"], 0) + 1
    assert sizes == {"新一代信息技术": 4, "高端装备": 5, "现代消费与健康": 3, "绿色石化与新材料": 3}
    assert len({row["group_key"] for row in rows}) == 4
