"""Where countries lie: the drawings of the world and of Europe, and how far apart two are.

They are made beforehand, by ``scripts/draw_world.py``.
"""

from __future__ import annotations

import json
from functools import cache
from math import hypot, inf
from pathlib import Path

DATA = Path(__file__).parents[1] / "static" / "vendor" / "world-atlas" / "world.json"


@cache
def drawings() -> dict[str, dict]:
    """The maps ``world`` and ``europe``: width, height, land, shapes and points by country."""
    return json.loads(DATA.read_text(encoding="utf-8"))


def distance(one: str, other: str) -> float:
    """How far apart two countries lie on the map of the world, in its units.

    The map is joined at its left and right edge. A country that is not drawn is at no
    distance that can be told, which is infinite.
    """
    world = drawings()["world"]
    if one not in world["points"] or other not in world["points"]:
        return inf
    (x, y), (other_x, other_y) = world["points"][one], world["points"][other]
    across = abs(x - other_x)
    return hypot(min(across, world["width"] - across), y - other_y)
