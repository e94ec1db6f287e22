"""Write packs/codes/zj_tiles.csv: one tile for each county unit, true neighbours kept adjacent (格子图的生成).

Run once, by hand:  .venv/bin/python tools/make_tiles.py ../shared/data/zj_geo/zj_counties.geojson packs/codes
Simulated annealing with a fixed seed over swaps and moves. What it weighs: neighbours that are not
adjacent, distance from the true place, turned directions, cities that fall apart, holes in the land.
"""

import csv
import json
import math
import random
import sys
from pathlib import Path

COLUMNS, ROWS = 13, 13
STEPS, SEEDS = 400_000, (3, 5, 6, 7)
START, END = 6.0, 0.03
W_EDGE, W_PLACE, W_TURN, W_CITY, W_HOLE = 3.0, 0.10, 1.2, 6.0, 3.0
AROUND = [(dc, dr) for dc in (-1, 0, 1) for dr in (-1, 0, 1) if (dc, dr) != (0, 0)]
BESIDE = [(1, 0), (-1, 0), (0, 1), (0, -1)]

Cell = tuple[int, int]


class Land:
    """The true map: centres in kilometres and pairs that share a border."""

    def __init__(self, path: Path) -> None:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        points: dict[str, set[tuple[float, float]]] = {}
        self.centre: dict[str, tuple[float, float]] = {}
        for feature in features:
            code = feature["properties"]["adcode"]
            shape = feature["geometry"]
            parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
            points[code] = {tuple(point) for part in parts for ring in part for point in ring}
            self.centre[code] = middle(max((part[0] for part in parts), key=lambda ring: abs(area(ring))))
        self.codes = sorted(points)
        self.edges = [
            (a, b)
            for i, a in enumerate(self.codes)
            for b in self.codes[i + 1 :]
            if len(points[a] & points[b]) > 1
        ]
        self.near: dict[str, list[str]] = {code: [] for code in self.codes}
        for a, b in self.edges:
            self.near[a].append(b)
            self.near[b].append(a)
        self.city: dict[str, list[str]] = {}
        for code in self.codes:
            self.city.setdefault(code[:4], []).append(code)


def area(ring: list[list[float]]) -> float:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) / 2


def middle(ring: list[list[float]]) -> tuple[float, float]:
    """Centroid of a ring, in kilometres east and south."""
    size, x, y = area(ring), 0.0, 0.0
    for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = a[0] * b[1] - b[0] * a[1]
        x += (a[0] + b[0]) * cross
        y += (a[1] + b[1]) * cross
    lon, lat = x / (6 * size), y / (6 * size)
    return lon * 111.3 * math.cos(math.radians(29.2)), -lat * 111.3


def spread(values: list[float], slots: int) -> dict[float, float]:
    """Half the true place, half the rank: dense districts get room without losing their order."""
    low, high = min(values), max(values)
    ranks = {value: index / (len(values) - 1) for index, value in enumerate(sorted(values))}
    return {v: (slots - 1) * (0.5 * (v - low) / (high - low) + 0.5 * ranks[v]) for v in values}


class Layout:
    """One placing of the tiles and its cost."""

    def __init__(self, land: Land) -> None:
        self.land = land
        xs = spread([land.centre[code][0] for code in land.codes], COLUMNS)
        ys = spread([land.centre[code][1] for code in land.codes], ROWS)
        self.wish = {code: (xs[land.centre[code][0]], ys[land.centre[code][1]]) for code in land.codes}
        self.at: dict[str, Cell] = {}
        self.tile: dict[Cell, str] = {}
        free = [(c, r) for c in range(COLUMNS) for r in range(ROWS)]
        for code in sorted(land.codes, key=lambda code: -len(land.near[code])):
            wx, wy = self.wish[code]
            cell = min(free, key=lambda cell: (cell[0] - wx) ** 2 + (cell[1] - wy) ** 2)
            free.remove(cell)
            self.at[code], self.tile[cell] = cell, code

    def local(self, code: str) -> float:
        """Cost of one tile: its place and its borders."""
        c, r = self.at[code]
        wx, wy = self.wish[code]
        cost = W_PLACE * ((c - wx) ** 2 + (r - wy) ** 2)
        for other in self.land.near[code]:
            cost += self.border(code, other)
        return cost

    def border(self, a: str, b: str) -> float:
        """Cost of one shared border: tiles apart, and the turn of their direction."""
        (ca, ra), (cb, rb) = self.at[a], self.at[b]
        dc, dr = cb - ca, rb - ra
        far = max(abs(dc), abs(dr)) - 1
        (xa, ya), (xb, yb) = self.land.centre[a], self.land.centre[b]
        dx, dy = xb - xa, yb - ya
        turn = 1 - (dc * dx + dr * dy) / (math.hypot(dc, dr) * math.hypot(dx, dy))
        return (W_EDGE * (1 + far) if far else 0.0) + W_TURN * turn * turn

    def pieces(self, city: str) -> int:
        """Into how many groups of tiles side by side a city falls."""
        left = {self.at[code] for code in self.land.city[city]}
        groups = 0
        while left:
            groups += 1
            stack = [left.pop()]
            while stack:
                c, r = stack.pop()
                for dc, dr in BESIDE:
                    if (c + dc, r + dr) in left:
                        left.remove((c + dc, r + dr))
                        stack.append((c + dc, r + dr))
        return groups

    def holes(self, cells: set[Cell]) -> int:
        """Empty cells with land on all four sides or all but one."""
        return sum(
            sum((c + dc, r + dr) in self.tile for dc, dr in BESIDE) >= 3
            for c, r in cells
            if (c, r) not in self.tile
        )

    def cost_of(self, codes: set[str], cells: set[Cell]) -> float:
        """Cost of everything a change of these tiles and cells can touch."""
        cost = sum(self.local(code) for code in codes)
        cost += W_CITY * sum(self.pieces(city) - 1 for city in {code[:4] for code in codes})
        around = {(c + dc, r + dr) for c, r in cells for dc, dr in BESIDE} | cells
        return cost + W_HOLE * self.holes(around)

    def swap(self, a: Cell, b: Cell) -> None:
        """Let two cells change places; either may be empty."""
        first, second = self.tile.pop(a, None), self.tile.pop(b, None)
        if first:
            self.at[first], self.tile[b] = b, first
        if second:
            self.at[second], self.tile[a] = a, second

    def total(self) -> float:
        """Cost of the whole."""
        cells = {(c, r) for c in range(COLUMNS) for r in range(ROWS)}
        return self.cost_of(set(self.at), cells)

    def kept(self) -> float:
        """Share of true neighbours whose tiles touch by side or corner."""
        near = sum(
            max(abs(self.at[a][0] - self.at[b][0]), abs(self.at[a][1] - self.at[b][1])) == 1
            for a, b in self.land.edges
        )
        return near / len(self.land.edges)


def anneal(layout: Layout, chance: random.Random) -> None:
    codes = layout.land.codes
    for step in range(STEPS):
        heat = START * (END / START) ** (step / STEPS)
        code = chance.choice(codes)
        a = layout.at[code]
        reach = 4 if heat > 1 else 2
        b = (a[0] + chance.randint(-reach, reach), a[1] + chance.randint(-reach, reach))
        if a == b or not (0 <= b[0] < COLUMNS and 0 <= b[1] < ROWS):
            continue
        moved = {code, layout.tile[b]} if b in layout.tile else {code}
        before = layout.cost_of(moved, {a, b})
        layout.swap(a, b)
        worse = layout.cost_of(moved, {a, b}) - before
        if worse > 0 and chance.random() >= math.exp(-worse / heat):
            layout.swap(a, b)


def main() -> None:
    land = Land(Path(sys.argv[1]))
    best: Layout | None = None
    for seed in SEEDS:
        layout = Layout(land)
        anneal(layout, random.Random(seed))
        broken = sum(layout.pieces(city) - 1 for city in land.city)
        print(f"seed {seed}: cost {layout.total():.1f}, kept {layout.kept():.1%}, broken cities {broken}")
        if best is None or layout.total() < best.total():
            best = layout
    assert best is not None
    left, top = (min(cell[i] for cell in best.tile) for i in (0, 1))
    with (Path(sys.argv[2]) / "zj_tiles.csv").open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(("region", "col", "row"))
        out.writerows((code, best.at[code][0] - left, best.at[code][1] - top) for code in land.codes)


if __name__ == "__main__":
    main()
