"""What is asked where the program is measured, and how times are summed up."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

Asked = TypeVar("Asked")

QUERIES = (
    "five wineries that want to sell abroad",
    "shared equipment for small printers",
    "does a network programme create jobs",
    "hotels that market together",
    "who pays the broker",
    "furniture export",
    "joint purchasing",
    "networks that failed and why",
    "software firms bidding for large contracts",
    "aboriginal tourism",
    "bakers",
    "farmers who own a dairy together",
    "women with small workshops",
    "export consortia in Italy",
    "buying group of pharmacies",
    "training staff together",
    "research with a university",
    "fish farming technology",
    "craftsmen share a showroom",
    "does public money help",
    "measuring results of a network",
    "trust between competitors",
    "small town shops against supermarkets",
    "order sharing among metal firms",
    "quality certificate for food makers",
    "joint brand",
    "taxi drivers",
    "renewable energy firms",
    "coffee growers",
    "conflict between members",
)

PROFILES = (
    {"business": "family winery, twelve hectares, mostly white", "aim": "sell abroad together"},
    {"business": "small bakery in a town", "aim": "buy flour and energy together"},
    {"business": "metal workshop with ten people", "aim": "bid for orders too large for one"},
    {"business": "country hotel", "aim": "be found by guests without the large portals"},
    {"business": "software firm", "aim": "offer banks everything from one supplier"},
)


#: At least so many are asked, however long they take.
FEWEST = 3


def within(what: Iterable[Asked], seconds: float) -> Iterator[Asked]:
    """What is asked one after the other, until so many seconds are over, and at least a few."""
    started = time.perf_counter()
    for number, one in enumerate(what):
        if number >= FEWEST and time.perf_counter() - started > seconds:
            return
        yield one


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
