"""Cases side by side as data."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from kb.errors import CaseNotFound, QueryError
from kb.guidance.profile_comparison import joined, number_word
from kb.model.cases import Case
from kb.results.comparison import MOST
from kb.search.searcher import Searcher

ID_SHOWN = 120
EVERY_ID = "Every id stands at /api/v1/cases."


def compared_cases(searcher: Searcher, ids: Iterable[str], *, least: int = 0) -> tuple[Case, ...]:
    """The cases of an address in its order; one that is given twice is taken once.

    Args:
        searcher: the snapshot.
        ids: what was given; empty fields of a form are passed over.
        least: how many there must be.

    Raises:
        QueryError: an id is unknown or that of a guide, or there are too many or too few.
    """
    given = given_ids(ids)
    found = tuple(_case(searcher, case_id) for case_id in given)
    if len(found) > MOST:
        raise QueryError(
            f"id must be given at most {number_word(MOST)} times, and {len(found)} cases are "
            f"named. The first {number_word(MOST)} are {joined(given[:MOST])}.",
            parameter="id",
            value=len(found),
        )
    if len(found) < least:
        was = "none is" if not found else f"only {given[0]} is"
        raise QueryError(
            f"id must be given at least {number_word(least)} times, each with the id of another "
            f"case; {was} named. "
            "An example is id=norway/graphic-arts&id=norway/mechanical-engineering.",
            parameter="id",
            value=len(found),
        )
    return found


def given_ids(ids: Iterable[str]) -> tuple[str, ...]:
    """The ids that are given, each once; empty fields of a form are passed over."""
    return tuple(dict.fromkeys(one.strip() for one in ids if one.strip()))


def nearest_ids(searcher: Searcher, case_id: str) -> tuple[str, ...]:
    """The ids of cases that look most like a wrong one, nearest first; may be empty."""
    peers = [case.id for case in searcher.cases if not case.is_guide]
    return tuple(difflib.get_close_matches(case_id[:ID_SHOWN], peers, n=3, cutoff=0.5))


def _case(searcher: Searcher, case_id: str) -> Case:
    try:
        case = searcher.case(case_id)
    except CaseNotFound as err:
        near = nearest_ids(searcher, case_id)
        hint = f"The nearest ids are {', '.join(near)}." if near else EVERY_ID
        raise QueryError(
            f"id must be that of a case, which {case_id[:ID_SHOWN]!r} is not. {hint}",
            parameter="id",
            value=case_id,
            allowed=near,
        ) from err
    if case.is_guide:
        raise QueryError(
            f"id must be that of a case, and {case.id!r} is a guide. "
            "Guides treat a theme, so they have nothing to set beside a case.",
            parameter="id",
            value=case.id,
        )
    return case
