"""Names like one that was typed: what may have been meant by an id that nothing has."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

#: Of 100; a name less like another is not what was meant.
_LEAST = 50
#: No name is longer; what is typed may be.
_LONGEST = 120


def similar_names(typed: str, names: Iterable[str], n: int) -> tuple[str, ...]:
    """At most ``n`` of some names, the most similar first; of equally similar ones the first.

    By the share of letters that stay when one is made of the other.
    """
    found = process.extract(
        # Of a mapping its values would be compared, and not the names that are its keys.
        *(typed[:_LONGEST], tuple(names)),
        scorer=fuzz.ratio,
        limit=n,
        score_cutoff=_LEAST,
    )
    return tuple(name for name, _, _ in found)


def a_slip_apart(one: str, other: str) -> bool:
    """Whether two words differ by one slip: a letter more, less or another, or two exchanged."""
    return OSA.distance(one, other, score_cutoff=1) <= 1
