"""The JSON twins of the pages under ``/api/v1/``: one view for each operation.

What they answer are the records of ``kb.answers``, and so is what their description says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from kb.answers.cases import CaseAnswer, CasesAnswer, case_answer, cases_json
from kb.answers.citation import CitationAnswer, citation_answer, text_named
from kb.answers.comparison import ComparisonAnswer, compared_cases, comparison_answer
from kb.answers.outcomes import OutcomesAnswer, outcomes_answer
from kb.answers.packs import PackAnswer, PacksAnswer, pack_answer, packs_answer
from kb.answers.relevance import RelevanceAnswer, relevance_answer
from kb.answers.role_models import RoleModelsAnswer, role_models_answer
from kb.answers.search import SearchAnswer, search_answer
from kb.answers.suggestions import SuggestionsAnswer, suggestions_answer
from kb.answers.versions import (
    CaseVersionsAnswer,
    VersionAnswer,
    case_versions_answer,
    version_answer,
)
from kb.answers.vocabulary import TaxonomyAnswer, taxonomy_answer
from kb.citations.items import today
from kb.errors import QueryError
from kb.exports.pack_address import pack_at
from kb.guidance.profile import FIELDS
from kb.guidance.role_models import role_models as find_role_models
from kb.model.compendium import Compendium
from kb.results.comparison import LEAST
from kb.search.searcher import Searcher
from kb.versions.cases import versions_of
from web.core.errors import NotMeasured
from web.core.params import (
    COMPARE,
    OUTCOMES,
    PROFILE,
    SEARCH,
    TYPED,
    VERSION,
    to_profile,
    to_query,
    to_selection,
)
from web.core.request import live, searcher, versions
from web.core.told import tell_outcome
from web.core.urls import addresses
from web.machine.description import description
from web.machine.operations import Operations
from web.ui.packs import texts

bp = Blueprint("api", __name__, url_prefix="/api/v1")
operations = Operations(bp)

Values = Mapping[str, Any]

#: For how many seconds suggestions for the same letters may be given again by a browser.
SUGGESTIONS_KEPT = 300


@operations.answers(
    "/search",
    "Search and filter",
    id="searchCases",
    tag="Search",
    parameters=SEARCH,
    answer=SearchAnswer,
)
def search(current: Searcher, values: Values) -> SearchAnswer:
    """The cases that fit, best first unless `sort` says otherwise.

    Counts of every facet are over all that were found.
    """
    result = current.search(to_query(values, current.taxonomy))
    if result.query.text:
        tell_outcome(no_good_match=result.no_good_match)
    return search_answer(result, current, addresses())


@operations.answers(
    "/suggestions",
    "Suggest what is meant",
    id="suggest",
    tag="Search",
    parameters=TYPED,
    answer=SuggestionsAnswer,
    kept=SUGGESTIONS_KEPT,
)
def suggestions(current: Searcher, values: Values) -> SuggestionsAnswer:
    """At most eight things whose names fit what somebody is typing.

    A name fits where each word that was typed begins one of its words. Values come first, with
    their number of cases, then cases and guides. A blank `q` has no suggestions.
    """
    return suggestions_answer(current, values["q"], addresses())


@operations.answers("/cases", "List every case", id="listCases", tag="Cases", answer=CasesAnswer)
def cases(current: Searcher, values: Values) -> Iterator[str]:
    """All cases and guides by id, without their text."""
    return cases_json(current, addresses())


@operations.answers(
    "/cases/<path:case_id>",
    "Read one case",
    id="getCase",
    tag="Cases",
    answer=CaseAnswer,
    problems={"404": "No case has this id; `allowed` holds the nearest ids."},
)
def case(current: Searcher, values: Values, case_id: str) -> CaseAnswer:
    """One case with its text, sources and the cases most like it."""
    return case_answer(current, current.case(case_id), addresses())


@operations.answers(
    "/citations/<path:case_id>",
    "Cite one case",
    id="citeCase",
    tag="Cases",
    answer=CitationAnswer,
    problems={
        "404": "No case has this id, or it has no such version; `allowed` holds the nearest ids, "
        "or the versions that it has."
    },
)
def citation(current: Searcher, values: Values, case_id: str) -> CitationAnswer:
    """How one case is cited: its parts, in four styles, and for reference managers.

    With `@` and the first 12 characters of a version after the id, that version is cited.
    """
    case, _ = text_named(case_id, current)
    return citation_answer(case, current, addresses(), accessed=today())


@operations.answers(
    "/cases/<path:case_id>@<name>",
    "Read a version of a case",
    id="getVersion",
    tag="Cases",
    parameters=VERSION,
    answer=VersionAnswer,
    problems={
        "404": "The case has no such version; `allowed` holds those that it has.",
        "500": "What was kept of this version is damaged.",
    },
)
def version(current: Searcher, values: Values, case_id: str, name: str) -> VersionAnswer:
    """The text of a case as it was, for ever: the file, its sources and its labels.

    `difference` tells what differs in the newest version, or in the one of `against`.
    """
    held = versions_of(versions(), current.compendium, case_id)
    if not held.entries:
        current.case(case_id)
    kept = versions().version(held.named(name))
    other = held.named(values["against"]) if values["against"] else held.newest
    return version_answer(
        held,
        kept,
        addresses(),
        against=versions().version(other),
        snapshot=current.snapshot_id,
    )


@operations.answers(
    "/versions/<path:case_id>",
    "List the versions of a case",
    id="listVersions",
    tag="Cases",
    answer=CaseVersionsAnswer,
    problems={"404": "No case has this id, or had it; `allowed` holds the nearest ids."},
)
def case_versions(current: Searcher, values: Values, case_id: str) -> CaseVersionsAnswer:
    """Every version of a case, the newest first; also of one that was withdrawn or is gone."""
    answer = case_versions_answer(
        versions(), current.compendium, case_id, addresses(), current.snapshot_id
    )
    if answer.state == "elsewhere" and not answer.versions:
        current.case(case_id)
    return answer


@operations.answers(
    "/taxonomy", "Read the vocabulary", id="getTaxonomy", tag="Search", answer=TaxonomyAnswer
)
def taxonomy(current: Searcher, values: Values) -> TaxonomyAnswer:
    """Every value that a filter accepts, with its label, definition and aliases."""
    return taxonomy_answer(current.taxonomy, current.snapshot_id)


@operations.answers(
    "/relevance",
    "How good the search is",
    id="getRelevance",
    tag="Quality",
    answer=RelevanceAnswer,
    problems={"404": "No figures of the search have been published with this snapshot."},
)
def relevance(current: Searcher, values: Values) -> RelevanceAnswer:
    """The published figures of search quality, over judged queries."""
    held = current.compendium
    if held.relevance is None:
        raise NotMeasured
    return relevance_answer(held.relevance, held.calibration, current.snapshot_id)


@operations.answers(
    "/outcomes",
    "What cases reported",
    id="getOutcomes",
    tag="Guidance",
    parameters=OUTCOMES,
    answer=OutcomesAnswer,
)
def outcomes(current: Searcher, values: Values) -> OutcomesAnswer:
    """The results of every case that a search selects, figures beside figures.

    The parameters are those of the search; `page`, `per_page` and `sort` change nothing.
    With those of a profile instead of `q` the cases are its role models: `q` and the
    profile exclude each other.
    Guides are left out. What cannot be compared is in distributions of its own.
    """
    return outcomes_answer(to_selection(values, current), current, addresses())


@operations.answers(
    "/role-models",
    "Role models for a firm",
    id="findRoleModels",
    tag="Guidance",
    parameters=PROFILE,
    answer=RoleModelsAnswer,
)
def role_models(current: Searcher, values: Values) -> RoleModelsAnswer:
    """At most ten cases that suit a firm's profile, with why each does and where it differs.

    At least one part of the profile must be given. The filters of the search narrow which
    cases are compared; guides are left out.
    """
    profile = to_profile(values, current.taxonomy)
    narrowed = to_query(values, current.taxonomy)
    if profile.is_empty:
        raise QueryError(
            f"a profile must say something of the firm: give at least one of {', '.join(FIELDS)}.",
            parameter="aim",
            value="",
        )
    models = find_role_models(current, profile, narrowed)
    tell_outcome(no_good_match=models.no_good_match)
    return role_models_answer(models, current, addresses())


@operations.answers(
    "/compare",
    "Compare cases",
    id="compareCases",
    tag="Cases",
    parameters=COMPARE,
    answer=ComparisonAnswer,
)
def compare(current: Searcher, values: Values) -> ComparisonAnswer:
    """Two to five cases side by side: fields aligned by value, results by metric."""
    chosen = compared_cases(current, values["id"], least=LEAST)
    return comparison_answer(current, chosen, addresses())


@operations.answers(
    "/packs", "Packs and the course", id="listPacks", tag="Teaching", answer=PacksAnswer
)
def packs(current: Searcher, values: Values) -> PacksAnswer:
    """The reading lists and sessions of the compendium without their texts, and its course."""
    return packs_answer(current.compendium, addresses(), current.snapshot_id)


@operations.answers(
    "/packs/<path:pack>",
    "Read one pack",
    id="getPack",
    tag="Teaching",
    answer=PackAnswer,
    problems={"404": "No pack of the compendium has this id, and it is no address of a list."},
)
def pack(current: Searcher, values: Values, pack: str) -> PackAnswer:
    """A pack by its id, or a reader's own list by what stands for it in its address.

    A session has its teaching note, with what good answers hold. 400 where an address is
    not as it was made.
    """
    held = current.compendium.pack_by_id.get(pack)
    if held is None and (pack.islower() or "/" in pack):
        abort(404)
    return pack_answer(
        held or pack_at(pack),
        current.compendium,
        addresses(),
        texts=texts(),
        address=pack,
        snapshot=current.snapshot_id,
    )


@bp.get("/openapi.json")
def openapi() -> Response:
    """The description of this API, OpenAPI 3.1, with the vocabulary of the snapshot."""
    return jsonify(api_description())


def api_description() -> dict[str, Any]:
    """The description for the snapshot at hand; it stands without one too."""
    return description(operations.all, compendium_at_hand(), root=request.script_root)


def compendium_at_hand() -> Compendium | None:
    """What the current snapshot holds, None where there is none."""
    return searcher().compendium if live().status().snapshot_id else None
