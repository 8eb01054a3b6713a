"""Names like one that was typed: what may have been meant by an id that nothing has."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from heapq import heappush, heappushpop

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

#: Of 100; a name less like another is not what was meant.
_LEAST = 50
#: No name is longer; what is typed may be.
_LONGEST = 120
#: Of 100; by less two shares may differ that are the same.
_ROUNDING = 1e-6


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


def close_matches(word: str, names: Iterable[str], n: int = 3, cutoff: float = 0.6) -> list[str]:
    """What ``difflib.get_close_matches`` gives, in a hundredth of the time where names are many.

    The letters of two words that stand in the same order are never fewer than those of the
    stretches that difflib finds in both. So the first, which is quickly known, says of most names
    that they need no second look.
    """
    matcher, best = SequenceMatcher(), list[tuple[float, str]]()
    matcher.set_seq2(word)
    for name, most, _ in process.extract(
        word, tuple(names), scorer=fuzz.ratio, limit=None, score_cutoff=100 * cutoff - _ROUNDING
    ):
        if len(best) == n and most + _ROUNDING < 100 * best[0][0]:
            break
        matcher.set_seq1(name)
        ratio = matcher.ratio()
        if ratio >= cutoff:
            (heappush if len(best) < n else heappushpop)(best, (ratio, name))
    return [name for _, name in sorted(best, reverse=True)]


def a_slip_apart(one: str, other: str) -> bool:
    """Whether two words differ by one slip: a letter more, less or another, or two exchanged."""
    return OSA.distance(one, other, score_cutoff=1) <= 1
