"""When a network worked, as decades: made of its period, for a filter.

A case stands in every decade that its period touches; where the source gives only the
beginning or only the end, in that one. Without a year it is of before the year that its
collection names, if the collection names one and its sources are no younger, or else the
time is not told. A guide has no time.
"""

from __future__ import annotations

from collections.abc import Iterable

from kb.model.cases import Case, Period
from kb.model.facets import DECADE_FACET, FACET_LISTS
from kb.model.taxonomy import Term, Vocabulary

#: The list of the decades, which is made of the cases.
DECADES = FACET_LISTS[DECADE_FACET]

NOT_TOLD = Term(id="not-told", label="Not told", definition="The source gives no year.")

_BEFORE = "before-"


def decades_of(period: Period | None, before: int | None = None) -> tuple[str, ...]:
    """The ids of the decades of a period, in order.

    Args:
        period: when the network worked; None where the source gives no year.
        before: the year before which it worked in that case; None where nobody says.
    """
    years = [] if period is None else [y for y in (period.start, period.end) if y is not None]
    if years:
        first, last = min(years) // 10, max(years) // 10
        return tuple(f"{decade}0s" for decade in range(first, last + 1))
    return (f"{_BEFORE}{before}" if before is not None else NOT_TOLD.id,)


def decades(cases: Iterable[Case]) -> Vocabulary:
    """The decades that occur, the newest first; none where no case names a year."""
    found = {decade for case in cases for decade in case.facets.get(DECADE_FACET, ())}
    dated = sorted((one for one in found if one[:-1].isdigit()), reverse=True)
    before = sorted((one for one in found if one.startswith(_BEFORE)), reverse=True)
    terms = [*map(_decade, dated), *map(_before, before)]
    if terms and NOT_TOLD.id in found:
        terms.append(NOT_TOLD)
    return Vocabulary(name=DECADES, terms=tuple(terms))


def _decade(decade: str) -> Term:
    said = f"It worked in the {decade}, or a part of them."
    return Term(id=decade, label=decade, definition=said)


def _before(value: str) -> Term:
    year = value.removeprefix(_BEFORE)
    return Term(
        id=value,
        label=f"Before {year}, no year told",
        definition=f"The source is of {year} and gives no year.",
    )
