"""Which cases an answer on outcomes is about: those of a search, or a firm's role models."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kb.guidance.profile import Profile
from kb.guidance.role_models import role_models
from kb.model.cases import Case
from kb.search.found_set import found_set
from kb.search.query import Query
from kb.search.searcher import Searcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The cases of a selection in no order of merit, and what selected them.

    ``profile`` is empty where a search did; ``query`` then holds its words.
    """

    query: Query
    profile: Profile
    cases: tuple[Case, ...]


def of_query(query: Query, searcher: Searcher) -> Selection:
    """Everything that a search finds; which page of it was asked for, and its order, go."""
    query = whole(query)
    return Selection(query=query, profile=Profile(), cases=found_set(query, searcher).cases)


def of_profile(profile: Profile, query: Query, searcher: Searcher) -> Selection:
    """The role models of a firm, at most ten."""
    models = role_models(searcher, profile, query).models
    return Selection(query=query, profile=profile, cases=tuple(model.case for model in models))


def whole(query: Query) -> Query:
    """A query without what only says which page of the answer is shown."""
    plain = Query()
    return replace(query, page=plain.page, per_page=plain.per_page, sort=plain.sort)
