"""Which cases an address of ``/outcomes`` selects: those of a search, or a firm's role models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from kb.errors import QueryError
from kb.guidance.profile import FIELDS, Profile
from kb.guidance.role_models import role_models
from kb.model.cases import FACETS, Case
from kb.search.query import Query
from kb.search.searcher import Searcher
from web.core.params import SearchParams, read_params, to_query
from web.role_models.params import ProfileFields, ProfileParams, read_asked, to_asked
from web.search.found import found_set


class OutcomesParams(SearchParams, ProfileFields):
    """The parameters of ``/api/v1/outcomes``: of a search, or of role models."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The cases of a selection in no order of merit, and what selected them.

    ``profile`` is empty where a search did; ``query`` then holds its words.
    """

    query: Query
    profile: Profile
    cases: tuple[Case, ...]
    title: str


def read_selection(args: MultiDict[str, str], current: Searcher) -> Selection:
    """What a page's address selects; page and order do not count.

    Raises:
        QueryError: a value is not allowed, or words of a search stand beside a profile.
    """
    if not _has_profile(args):
        return of_query(to_query(read_params(args), current.taxonomy), current)
    _no_words(args)
    asked = read_asked(args, current.taxonomy)
    for err in asked.wrong.values():
        raise err
    return of_profile(asked.profile, asked.query, current)


def to_selection(params: OutcomesParams, args: MultiDict[str, str], current: Searcher) -> Selection:
    """What a request of the API selects.

    Raises:
        QueryError: as above.
    """
    if not _has_profile(args):
        search = SearchParams.model_validate(_only(SearchParams.model_fields, params))
        return of_query(to_query(search, current.taxonomy), current)
    _no_words(args)
    profile = ProfileParams.model_validate(_only(ProfileParams.model_fields, params))
    asked = to_asked(profile, args, current.taxonomy)
    return of_profile(asked.profile, asked.query, current)


def of_query(query: Query, current: Searcher) -> Selection:
    """Everything that a search finds."""
    query = whole(query)
    return Selection(
        query=query,
        profile=Profile(),
        cases=found_set(query, current).cases,
        title=selection_title(query, current),
    )


def of_profile(profile: Profile, query: Query, current: Searcher) -> Selection:
    """The role models of a firm, at most ten."""
    found = role_models(current, profile, query).models
    n = len(found)
    return Selection(
        query=query,
        profile=profile,
        cases=tuple(model.case for model in found),
        title=f"The {n} role models of your firm" if n != 1 else "The role model of your firm",
    )


def whole(query: Query) -> Query:
    """A query without what only says which page of the answer is shown."""
    plain = Query()
    return replace(query, page=plain.page, per_page=plain.per_page, sort=plain.sort)


def selection_title(query: Query, current: Searcher) -> str:
    """The selection in words: ``Cases for “wine”: Horizontal, Norway``."""
    chosen = [
        current.taxonomy.label(facet, value)
        for facet in FACETS
        for value in query.filters.get(facet, ())
    ]
    if not query.text:
        return f"Cases: {', '.join(chosen)}" if chosen else "All cases"
    return f"Cases for “{query.text}”" + (f": {', '.join(chosen)}" if chosen else "")


def _has_profile(args: MultiDict[str, str]) -> bool:
    return any(value.strip() for name in FIELDS for value in args.getlist(name))


def _no_words(args: MultiDict[str, str]) -> None:
    if args.get("q", "").strip():
        raise QueryError(
            "q must be empty beside a profile: put the words into aim, or leave the profile out.",
            parameter="q",
            value=args["q"],
        )


def _only(names: Mapping[str, object], params: OutcomesParams) -> dict[str, object]:
    given = params.model_dump(exclude_unset=True)
    return {name: value for name, value in given.items() if name in names}
