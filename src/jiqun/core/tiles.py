"""Tiles 格子图: one tile on a grid for each of the 90 county units, neighbours kept together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jiqun.core.errors import NotFound, PackError
from jiqun.core.packfiles import read_csv


@dataclass(frozen=True, slots=True)
class Tile:
    """Place of one county unit: column from the west, row from the north, both from 0."""

    region: str
    col: int
    row: int

    def touches(self, other: "Tile") -> bool:
        """Do the two share a side or a corner?"""
        return max(abs(self.col - other.col), abs(self.row - other.row)) == 1


class Tiles:
    """The whole diagram (示意图，不表示边界)."""

    def __init__(self, tiles: Iterable[Tile]) -> None:
        self._by_region = {tile.region: tile for tile in tiles}
        self.columns = 1 + max((tile.col for tile in self), default=-1)
        self.rows = 1 + max((tile.row for tile in self), default=-1)

    @classmethod
    def load(cls, folder: Path) -> "Tiles":
        """Read `zj_tiles.csv` of the codes folder; PackError for two tiles on one place."""
        path = folder / "zj_tiles.csv"
        tiles: list[Tile] = []
        taken: set[object] = set()
        for row in read_csv(path, ("region", "col", "row")):
            if not (row["col"].isdigit() and row["row"].isdigit()):
                raise PackError("pack.bad_number", file=str(path), key=row["region"], seen=str(row))
            tile = Tile(row["region"], int(row["col"]), int(row["row"]))
            if (tile.col, tile.row) in taken or tile.region in taken:
                raise PackError("pack.duplicate_key", file=str(path), key=tile.region)
            taken |= {(tile.col, tile.row), tile.region}
            tiles.append(tile)
        return cls(tiles)

    def __iter__(self) -> Iterator[Tile]:
        return iter(self._by_region.values())

    def __len__(self) -> int:
        return len(self._by_region)

    def of(self, region: str) -> Tile:
        """The tile of a county unit; NotFound when it has none."""
        tile = self._by_region.get(region)
        if tile is None:
            raise NotFound("region.not_found", seen=region, allowed="zj_tiles.csv")
        return tile
