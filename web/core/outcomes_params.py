"""The parameters of the outcomes: those of a search, or of a firm's role models."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from kb.errors import QueryError
from kb.guidance.profile import FIELDS
from kb.guidance.selection import Selection, of_profile, of_query
from kb.search.searcher import Searcher
from web.core.params import SearchParams, read_params, to_query
from web.core.profile_params import ProfileFields, ProfileParams, read_asked, to_asked


class OutcomesParams(SearchParams, ProfileFields):
    """The parameters of ``/api/v1/outcomes``: of a search, or of role models."""


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
