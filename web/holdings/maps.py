"""Countries on a map: a circle for each, its area by its number of cases, and a label that is free.

The outlines are drawn beforehand (``scripts/draw_world.py``); here circles that would
overlap are moved apart, and labels are put where nothing else stands. That is done once for
a snapshot, ahead of the first request for a map.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot, sqrt
from weakref import WeakKeyDictionary

import numpy as np

from kb.search.searcher import Searcher
from web.holdings.browse import countries_by_cases
from web.ui.world import drawings

#: The radius for one case in units of the map, and the largest that a circle may get.
RADIUS = 6.5
LARGEST = 34.0
#: Room between circles, and from a circle to its label, near first.
GAP = 3.0
DISTANCES = (5.0, 18.0, 34.0, 52.0, 74.0, 100.0)
#: How many of these are near enough for a name.
NEAR = 2
#: Which way a label may lie: across, down, and which end of it is next to the circle.
WAYS = (
    *((1.0, 0.0, "start"), (-1.0, 0.0, "end"), (0.0, 1.0, "middle"), (0.0, -1.0, "middle")),
    *((0.7, 0.7, "start"), (-0.7, 0.7, "end"), (0.7, -0.7, "start"), (-0.7, -0.7, "end")),
)
#: A letter's width, in parts of the size of the type.
LETTER = 0.56
TYPE_SIZE = 15.0
_ROUNDS = 200

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A country to show: its code, name and number of cases."""

    code: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A circle with its label, in units of the map.

    ``home_x`` and ``home_y`` are in the country; the circle stands elsewhere where
    neighbours would overlap. ``words`` name the country: its code where a name would lie far
    off. ``anchor`` is the end of the label at ``label_x``;
    ``label_y`` is its middle. ``leader`` says that a line leads to it.
    """

    place: Place
    shape: str
    home_x: float
    home_y: float
    x: float
    y: float
    r: float
    words: str
    label_x: float = 0.0
    label_y: float = 0.0
    anchor: str = "start"
    leader: bool = False

    @property
    def moved(self) -> bool:
        """Whether the circle had to leave the country."""
        return hypot(self.x - self.home_x, self.y - self.home_y) > 1.0

    @property
    def box(self) -> Box:
        """Where the label stands: left, top, right, bottom."""
        return _box(self.label_x, self.label_y, self.anchor, f"{self.words} {self.place.count}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """One map: land, the shapes of countries without a circle here, and the marks."""

    width: int
    height: int
    land: str
    shapes: tuple[str, ...]
    marks: tuple[Mark, ...]
    frame: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Maps:
    """The world and Europe; ``missing`` are the places that neither map can show."""

    world: MapView
    europe: MapView | None
    missing: tuple[Place, ...]


#: The maps of every snapshot that is open.
LAID_OUT: WeakKeyDictionary[Searcher, Maps] = WeakKeyDictionary()


def maps_of(searcher: Searcher) -> Maps:
    """The maps of a snapshot's cases, laid out once for as long as it is open."""
    laid_out = LAID_OUT.get(searcher)
    if laid_out is None:
        counted, taxonomy = searcher.compendium.holdings.cases, searcher.taxonomy
        laid_out = maps(
            [
                Place(code=one.id, name=one.label, count=counted.count(country=one.id))
                for one in countries_by_cases(counted, taxonomy)
            ]
        )
        LAID_OUT[searcher] = laid_out
    return laid_out


def maps(places: Sequence[Place]) -> Maps:
    """Put countries on the maps: on that of Europe what lies in it, on the world's the rest."""
    drawn = drawings()
    world, europe = drawn["world"], drawn["europe"]
    near = [place for place in places if place.code in europe["points"]]
    far = [p for p in places if p.code in world["points"] and p not in near]
    k = scale(place.count for place in (*near, *far))
    frame = _frame(world["points"], europe["points"])
    shapes = tuple(world["shapes"][p.code] for p in near if p.code in world["shapes"])
    return Maps(
        world=MapView(
            width=world["width"],
            height=world["height"],
            land=world["land"],
            shapes=shapes,
            marks=_marks(far, world, k, (frame,)),
            frame=frame,
        ),
        europe=MapView(
            width=europe["width"],
            height=europe["height"],
            land=europe["land"],
            shapes=(),
            marks=_marks(near, europe, k, ()),
        )
        if near
        else None,
        missing=tuple(place for place in places if place not in (*near, *far)),
    )


def scale(counts: Iterable[int]) -> float:
    """The radius of a circle for one case: its area grows with the count, the largest fits."""
    return min(RADIUS, LARGEST / sqrt(max(counts, default=1)))


def apart(marks: Sequence[Mark], width: float, height: float) -> list[Mark]:
    """Move circles until no two overlap and all lie within the map, each as little as it can.

    Pairs push each other along the line between them, in rounds; where there is no
    room for all, some overlap remains.
    """
    spots = [[mark.x, mark.y] for mark in marks]
    for _ in range(_ROUNDS):
        pushed = False
        for i, one in enumerate(marks):
            for j in range(i):
                pushed = _push(spots[i], spots[j], one.r + marks[j].r + GAP) or pushed
            spots[i][0] = min(max(spots[i][0], one.r), width - one.r)
            spots[i][1] = min(max(spots[i][1], one.r), height - one.r)
        if not pushed:
            break
    return [
        replace(mark, x=round(x, 1), y=round(y, 1))
        for mark, (x, y) in zip(marks, spots, strict=True)
    ]


def _push(one: list[float], other: list[float], distance: float) -> bool:
    dx, dy = one[0] - other[0], one[1] - other[1]
    now = hypot(dx, dy)
    if now >= distance - 0.05:
        return False
    if now < 0.01:
        dx, dy, now = 1.0, 0.0, 1.0
    step = (distance - hypot(one[0] - other[0], one[1] - other[1])) / 2 / now
    one[0], one[1] = one[0] + dx * step, one[1] + dy * step
    other[0], other[1] = other[0] - dx * step, other[1] - dy * step
    return True


def _marks(
    places: Sequence[Place], drawn: Mapping, k: float, taken: Sequence[Box]
) -> tuple[Mark, ...]:
    """The marks of one map, the largest circle first so that smaller ones lie above it."""
    ordered = sorted(places, key=lambda place: (-place.count, place.name))
    marks = []
    for place in ordered:
        x, y = drawn["points"][place.code]
        r = round(k * sqrt(place.count), 1)
        shape = drawn["shapes"].get(place.code, "")
        marks.append(
            Mark(place=place, shape=shape, home_x=x, home_y=y, x=x, y=y, r=r, words=place.name)
        )
    marks = apart(marks, drawn["width"], drawn["height"])
    boxes = [*taken, *((m.x - m.r, m.y - m.r, m.x + m.r, m.y + m.r) for m in marks)]
    standing = np.array([*boxes, *((0.0,) * 4 for _ in marks)]).reshape(-1, 4)
    labelled = []
    for at, mark in enumerate(marks, len(boxes)):
        labelled.append(_label(mark, standing[:at], drawn["width"], drawn["height"]))
        standing[at] = labelled[-1].box
    return tuple(labelled)


def _label(mark: Mark, boxes: np.ndarray, width: float, height: float) -> Mark:
    """The mark with its label in the nearest free spot; the least covered one if none is.

    A name that has no room near by gives way to the code of the country.

    Args:
        mark: without its label.
        boxes: what stands there already, each as ``Box``: float64 of shape (n, 4).
        width: of the map.
        height: of the map.
    """
    best, least = mark, float("inf")
    for words, distance in (
        *((mark.place.name, one) for one in DISTANCES[:NEAR]),
        *((mark.place.code, one) for one in DISTANCES[:NEAR]),
        *((mark.place.name, one) for one in DISTANCES[NEAR:]),
    ):
        away = mark.r + distance
        spots = [
            (
                round(mark.x + across * away, 1),
                round(mark.y + down * (away + TYPE_SIZE / 2), 1),
                anchor,
            )
            for across, down, anchor in WAYS
        ]
        tried = [_box(*spot, f"{words} {mark.place.count}") for spot in spots]
        covers = _covered(tried, boxes)
        for spot, box, covered in zip(spots, tried, covers, strict=True):
            covered += 1000 * (_area(box) - _overlap(box, (0.0, 0.0, width, height)))
            if covered < least:
                x, y, anchor = spot
                least, leader = covered, distance > DISTANCES[0]
                best = replace(
                    mark, words=words, label_x=x, label_y=y, anchor=anchor, leader=leader
                )
        if least <= 0.0:
            break
    return best


def _covered(some: Sequence[Box], others: np.ndarray) -> list[float]:
    """How much of each of some boxes is covered by others: float64 of shape (n_others, 4)."""
    boxes = np.array(some)[:, :, None]
    left, top, right, bottom = others.T
    across = np.minimum(boxes[:, 2], right) - np.maximum(boxes[:, 0], left)
    down = np.minimum(boxes[:, 3], bottom) - np.maximum(boxes[:, 1], top)
    covers = [0.0] * len(some)
    for at, other in np.argwhere((across > 0) & (down > 0)).tolist():  # mostly none
        covers[at] += float(across[at, other] * down[at, other])
    return covers


def _box(x: float, y: float, anchor: str, words: str) -> Box:
    wide = LETTER * TYPE_SIZE * len(words)
    left = {"start": x, "end": x - wide, "middle": x - wide / 2}[anchor]
    return (left, y - TYPE_SIZE * 0.6, left + wide, y + TYPE_SIZE * 0.6)


def _overlap(one: Box, other: Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across * down if across > 0 and down > 0 else 0.0


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _frame(points: Mapping, inside: Mapping) -> Box:
    """The part of the world that the other map enlarges, roughly."""
    spots = [points[code] for code in inside if code in points]
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    return (min(xs) - 8, min(ys) - 8, max(xs) + 8, max(ys) + 8)
