"""Draw the maps of the page /atlas from Natural Earth, once: projected, simplified, rounded.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    .venv/bin/python scripts/draw_world.py package web/static/vendor/world-atlas/world.json

The world is drawn from 1:110m in the Equal Earth projection (Šavrič, Patterson and
Jenny 2018, doi:10.1080/13658816.2018.1504949), Europe from 1:50m in Lambert's azimuthal
equal-area projection around 52° N 10° E (Snyder 1987, equations 24-2 to 24-4): both
keep areas. Needs pycountry, which the project has anyway.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from math import asin, cos, hypot, radians, sin, sqrt
from pathlib import Path

import pycountry

Point = tuple[float, float]
Ring = list[Point]

WORLD_WIDTH = 960.0
#: Nothing is drawn beyond: no country lies further south than this.
SOUTHERN_EDGE, NORTHERN_EDGE = -57.0, 84.0
#: The window on Europe in units of 10 km around its centre: left, bottom, right, top.
EUROPE = (-195.0, -190.0, 185.0, 222.0)
EARTH_RADIUS = 637.1
#: How far a simplified line may stray, and how large an island must be, in units of the map.
TOLERANCE = 0.7
LEAST_AREA = 2.0
#: How finely the place of a country's circle is looked for.
GRID = 48


@dataclass(frozen=True)
class Chart:
    """A projection to the units of a map, y down, and the size of that map."""

    project: Callable[[float, float], Point]
    width: float
    height: float


def equal_earth(lon: float, lat: float) -> Point:
    """Longitude and latitude in degrees to x and y on a sphere of radius 1."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = asin(sqrt(3) / 2 * sin(radians(lat)))
    slope = a1 + 3 * a2 * theta**2 + theta**6 * (7 * a3 + 9 * a4 * theta**2)
    x = 2 * sqrt(3) * radians(lon) * cos(theta) / (3 * slope)
    return x, theta * (a1 + a2 * theta**2 + theta**6 * (a3 + a4 * theta**2))


def lambert(lon: float, lat: float) -> Point:
    """Longitude and latitude in degrees to x and y on a sphere of radius 1, around 52° N 10° E."""
    turn, phi, centre = radians(lon - 10), radians(lat), radians(52)
    nearness = 1 + sin(centre) * sin(phi) + cos(centre) * cos(phi) * cos(turn)
    k = sqrt(2 / max(nearness, 1e-9))
    y = cos(centre) * sin(phi) - sin(centre) * cos(phi) * cos(turn)
    return k * cos(phi) * sin(turn), k * y


def world_chart() -> Chart:
    """The whole world but Antarctica."""
    scale = WORLD_WIDTH / (2 * equal_earth(180, 0)[0])
    top, bottom = equal_earth(0, NORTHERN_EDGE)[1], equal_earth(0, SOUTHERN_EDGE)[1]

    def project(lon: float, lat: float) -> Point:
        x, y = equal_earth(lon, lat)
        return WORLD_WIDTH / 2 + scale * x, scale * (top - y)

    return Chart(project, WORLD_WIDTH, scale * (top - bottom))


def europe_chart() -> Chart:
    """The window on Europe."""
    left, bottom, right, top = EUROPE

    def project(lon: float, lat: float) -> Point:
        x, y = lambert(lon, lat)
        return EARTH_RADIUS * x - left, top - EARTH_RADIUS * y

    return Chart(project, right - left, top - bottom)


def arcs_of(topology: dict, chart: Chart) -> list[Ring]:
    """Every arc in degrees, decoded and simplified: neighbours keep their common border."""
    (kx, ky), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            line.append((x * kx + x0, y * ky + y0))
        kept = simplified([chart.project(lon, lat) for lon, lat in line])
        arcs.append([line[i] for i in kept])
    return arcs


def simplified(line: Ring) -> list[int]:
    """Douglas and Peucker: the fewest of its points that stay within the tolerance, by place."""
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        start, end = spans.pop()
        inner = range(start + 1, end)
        far = max(inner, key=lambda i: from_line(line[i], line[start], line[end]), default=None)
        if far is not None and from_line(line[far], line[start], line[end]) > TOLERANCE:
            keep.add(far)
            spans += [(start, far), (far, end)]
    return sorted(keep)


def from_line(point: Point, a: Point, b: Point) -> float:
    """How far a point is from the stretch between two others."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    along = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    return hypot(point[0] - a[0] - along * dx, point[1] - a[1] - along * dy)


def rings(geometry: dict, arcs: list[Ring], chart: Chart) -> Iterator[Ring]:
    """The rings of a geometry on a map, each closed without repeating its first point."""
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from rings(part, arcs, chart)
        return
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        for numbers in polygon:
            ring: Ring = []
            for number in numbers:
                arc = arcs[number] if number >= 0 else arcs[~number][::-1]
                ring += arc[:-1]
            for part in split(ring):
                yield [chart.project(lon, lat) for lon, lat in part]


def split(ring: Ring) -> Iterator[Ring]:
    """A ring in degrees, cut at the antimeridian where it crosses it."""
    turned, lon_before, turns = [], ring[0][0], 0
    for lon, lat in ring:
        turns -= round((lon - lon_before) / 360)
        turned.append((lon + 360 * turns, lat))
        lon_before = lon
    for shift in (-360, 0, 360):
        part = beyond([(lon + shift, lat) for lon, lat in turned], 0, -180.0, 1)
        part = beyond(part, 0, 180.0, -1)
        if part:
            yield part


def area(ring: Ring) -> float:
    """The area of a ring, without its sign."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def clipped(ring: Ring, width: float, height: float) -> Ring:
    """What lies within the map."""
    for axis, limit, sign in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        ring = beyond(ring, axis, limit, sign)
    return ring


def beyond(ring: Ring, axis: int, limit: float, sign: int) -> Ring:
    """Sutherland and Hodgman: the part of a ring on one side of a line."""
    kept: Ring = []
    for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
        inside_a, inside_b = sign * (a[axis] - limit) >= 0, sign * (b[axis] - limit) >= 0
        if inside_a:
            kept.append(a)
        if inside_a != inside_b:
            share = (limit - a[axis]) / (b[axis] - a[axis])
            kept.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
    return kept


def path(all_rings: Iterable[Ring]) -> str:
    """Rings as the path of an SVG: relative steps, a tenth of a unit."""
    parts = []
    for ring in all_rings:
        corners = [place for place, _ in groupby((round(10 * x), round(10 * y)) for x, y in ring)]
        if len(corners) < 3:
            continue
        (x, y), steps = corners[0], []
        for next_x, next_y in corners[1:]:
            steps.append(joined(next_x - x, next_y - y))
            x, y = next_x, next_y
        start = joined(*corners[0])
        parts.append(f"M{start}l{' '.join(steps).replace(' -', '-')}z")
    return "".join(parts)


def joined(x: int, y: int) -> str:
    """Two tenths of a unit, as short as they can be written."""
    first, second = (re.sub(r"^(-?)0\.", r"\1.", f"{value / 10:g}") for value in (x, y))
    return f"{first}{second}" if second.startswith("-") else f"{first} {second}"


def inmost(ring: Ring) -> Point:
    """The point within a ring that is furthest from its border, on a grid."""
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    edges = list(zip(ring, ring[1:] + ring[:1], strict=True))
    best, best_distance = ring[0], -1.0
    for i in range(1, GRID):
        for j in range(1, GRID):
            x = min(xs) + (max(xs) - min(xs)) * i / GRID
            y = min(ys) + (max(ys) - min(ys)) * j / GRID
            if crossings(x, y, edges) % 2:
                distance = min(from_line((x, y), a, b) for a, b in edges)
                if distance > best_distance:
                    best, best_distance = (x, y), distance
    return best


def crossings(x: float, y: float, edges: list[tuple[Point, Point]]) -> int:
    """How many edges a ray to the right crosses."""
    return sum(
        (a[1] > y) != (b[1] > y) and x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
        for a, b in edges
    )


def drawing(shapes: dict, points: dict, chart: Chart) -> dict:
    """One map: the land, each country's shape, and where its circle stands."""
    within = partial(clipped, width=chart.width, height=chart.height)
    arcs = arcs_of(shapes, chart)
    countries: dict[str, str] = {}
    places: dict[str, list[float]] = {}
    sizes: dict[str, float] = {}
    for geometry in shapes["objects"]["countries"]["geometries"]:
        code = alpha_2(geometry)
        found = [
            ring for ring in map(within, rings(geometry, arcs, chart)) if area(ring) >= LEAST_AREA
        ]
        if code and found:
            countries[code] = path(found)
    fine = arcs_of(points, chart)
    for geometry in points["objects"]["countries"]["geometries"]:
        code = alpha_2(geometry)
        largest = max(rings(geometry, fine, chart), key=area)
        x, y = inmost(largest) if area(largest) else largest[0]
        # Small territories carry the code of their country: the largest ring of all decides.
        if code and area(largest) >= sizes.get(code, 0.0) and within_map(x, y, chart):
            places[code], sizes[code] = [round(x, 1), round(y, 1)], area(largest)
    land = map(within, rings(shapes["objects"]["land"], arcs, chart))
    return {
        "width": round(chart.width),
        "height": round(chart.height),
        "land": path(ring for ring in land if area(ring) >= LEAST_AREA),
        "shapes": dict(sorted(countries.items())),
        "points": dict(sorted(places.items())),
    }


def within_map(x: float, y: float, chart: Chart) -> bool:
    """Whether a point can be shown."""
    return 0 <= x <= chart.width and 0 <= y <= chart.height


def alpha_2(geometry: dict) -> str | None:
    """The two-letter code of a country; None for what ISO 3166 does not list, and Antarctica."""
    country = pycountry.countries.get(numeric=geometry.get("id", ""))
    return country.alpha_2 if country and country.alpha_2 != "AQ" else None


def main(folder: str, target: str) -> None:
    """Read the two files of the package and write the maps."""
    coarse, fine = (
        json.loads(Path(folder, f"countries-{scale}m.json").read_text(encoding="utf-8"))
        for scale in (110, 50)
    )
    world, europe = world_chart(), europe_chart()
    maps = {"world": drawing(coarse, fine, world), "europe": drawing(fine, fine, europe)}
    text = json.dumps(maps, ensure_ascii=False, separators=(",", ":"))
    Path(target).write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
