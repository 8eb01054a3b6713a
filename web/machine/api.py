"""The JSON twins of the pages under ``/api/v1/``, described by OpenAPI 3.1.

The models that validate the parameters and shape the answers are the ones that
the description is generated from.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from flask import Response, current_app, jsonify, request
from flask_openapi3 import APIBlueprint, Info, OpenAPI, Server
from pydantic import ValidationError

from kb import __version__
from kb.answers.cases import shared_values
from kb.answers.figures import figure
from kb.citations.works import citations
from kb.model.cases import FACETS, Case, Result
from kb.model.taxonomy import Taxonomy, Vocabulary
from kb.search.answer import Hit, Reason, SearchResult
from kb.search.query import Query
from kb.text.mentions import Mention
from web.core.errors import PROBLEM_TYPE, NotMeasured
from web.core.params import (
    CompareParams,
    OutcomesParams,
    ProfileParams,
    SearchParams,
    read_strict,
    to_query,
)
from web.core.request import searcher
from web.core.urls import absolute, case_url, with_value
from web.machine import schemas
from web.machine.schemas_relevance import RelevanceOut

ABOUT = (
    "Case studies of business networks of small firms, with reported results and their sources. "
    "Everything is read with GET, needs no account, and answers from an immutable snapshot that "
    "each answer names."
)


def _problem(words: str) -> dict[str, object]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": words, "content": {PROBLEM_TYPE: {"schema": schema}}}


BAD = _problem("A parameter is unknown or its value is not allowed.")
MISSING = _problem("No case has this id; `allowed` holds the nearest ids.")
UNMEASURED = _problem("No figures of the search have been published with this snapshot.")
NOT_READY = _problem("There is no snapshot to answer from.")

bp = APIBlueprint(
    "api", __name__, url_prefix="/api/v1", abp_responses={"400": BAD, "503": NOT_READY}
)


def new_app(import_name: str) -> OpenAPI:
    """A Flask application that can describe its API."""
    return OpenAPI(
        import_name,
        info=Info(title="Compendium of Business Networks", version=__version__, description=ABOUT),
        servers=[Server(url="/")],
        security_schemes={},
        doc_ui=False,
        validation_error_status=400,
        validation_error_model=schemas.Problem,
        validation_error_callback=_refuse,
    )


def _refuse(err: ValidationError) -> Response:
    """Hand a fault of the library's validation to the one table of errors."""
    models = (SearchParams, ProfileParams, OutcomesParams, CompareParams, schemas.NoParams)
    model = next(one for one in models if one.__name__ == err.title)
    read_strict(model, request.args, searcher().taxonomy)
    raise err


@bp.get("/search", summary="Search and filter", responses={"200": schemas.SearchOut})
def search(query: SearchParams) -> Response:
    """The cases that fit, best first unless `sort` says otherwise.

    Counts of every facet are over all that were found.
    """
    current = searcher()
    values = read_strict(SearchParams, request.args, current.taxonomy)
    result = current.search(to_query(values, current.taxonomy))
    return _json(search_out(result, current.taxonomy))


@bp.get("/cases", summary="List every case", responses={"200": schemas.CasesOut})
def cases(query: schemas.NoParams) -> Response:
    """All cases and guides by id, without their text."""
    current = searcher()
    briefs = [schemas.CaseBrief(**case_brief(case, current.taxonomy)) for case in current.cases]
    return _json(schemas.CasesOut(total=len(briefs), snapshot=current.snapshot_id, cases=briefs))


@bp.get(
    "/cases/<path:case_id>",
    summary="Read one case",
    responses={"200": schemas.CaseOut, "404": MISSING},
)
def case(path: schemas.CasePath, query: schemas.NoParams) -> Response:
    """One case with its text, sources and the cases most like it."""
    current = searcher()
    found = current.case(path.case_id)
    near = current.similar(found.id)
    whole = {**case_brief(found, current.taxonomy), **_rest(found), "snapshot": current.snapshot_id}
    works = [dataclasses.asdict(work) for work in citations(found, current.references)]
    return _json(
        schemas.CaseOut(
            **whole,
            references=works,
            similar=[_similar(hit, found, current.taxonomy) for hit in near],
        )
    )


@bp.get("/taxonomy", summary="Read the vocabulary", responses={"200": schemas.TaxonomyOut})
def taxonomy(query: schemas.NoParams) -> Response:
    """Every value that a filter accepts, with its label, definition and aliases."""
    current = searcher()
    words = current.taxonomy
    return _json(
        schemas.TaxonomyOut(
            snapshot=current.snapshot_id,
            facets={facet: _terms(words.facet(facet)) for facet in FACETS},
            units=_terms(words["units"]),
            levels=_terms(words["levels"]),
            directions=_terms(words["directions"]),
        )
    )


@bp.get(
    "/relevance",
    summary="How good the search is",
    responses={"200": RelevanceOut, "404": UNMEASURED},
)
def relevance(query: schemas.NoParams) -> Response:
    """The published figures of search quality, over judged queries."""
    current = searcher()
    report = current.relevance
    if report is None:
        raise NotMeasured
    figures = dataclasses.asdict(report)
    measured_on = figures.pop("snapshot")
    return _json(RelevanceOut(snapshot=current.snapshot_id, measured_on=measured_on, **figures))


@bp.get("/openapi.json", doc_ui=False)
def openapi() -> Response:
    """The description of this API, OpenAPI 3.1."""
    return jsonify(current_app.api_doc)


def search_out(result: SearchResult, words: Taxonomy) -> schemas.SearchOut:
    """An answer in the shape of the API."""
    query = result.query
    return schemas.SearchOut(
        query=schemas.Filters(
            q=query.text,
            filters={facet: list(values) for facet, values in query.filters.items() if values},
            results_min=query.results_min,
            results_unit=query.results_unit,
            exact=query.exact,
            sort=query.sort,
            page=query.page,
            per_page=query.per_page,
        ),
        total=result.total,
        pages=result.pages,
        no_good_match=result.no_good_match,
        answerable=result.answerable,
        snapshot=result.snapshot_id,
        repaired=result.repaired,
        read_as=list(result.read_as),
        mentions=[_mention(mention, query) for mention in result.mentions],
        hits=[_hit(hit, words) for hit in result.hits],
        facets={
            facet: [schemas.FacetOut(**dataclasses.asdict(count)) for count in counts]
            for facet, counts in result.facets.items()
        },
    )


def _mention(mention: Mention, query: Query) -> schemas.MentionOut:
    url = absolute(with_value(query, mention.facet, mention.value))
    return schemas.MentionOut(**dataclasses.asdict(mention), url=url)


def _hit(hit: Hit, words: Taxonomy) -> schemas.HitOut:
    return schemas.HitOut(
        **case_brief(hit.case, words), score=hit.score, rank=hit.rank, reasons=_reasons(hit.reasons)
    )


def _reasons(reasons: Iterable[Reason]) -> list[schemas.ReasonOut]:
    return [schemas.ReasonOut(**dataclasses.asdict(reason)) for reason in reasons]


def case_brief(case: Case, words: Taxonomy) -> dict[str, object]:
    """The fields of ``schemas.CaseBrief``."""
    facets = {facet: list(case.facets.get(facet, ())) for facet in FACETS}
    return {
        **facets,
        "id": case.id,
        "title": case.title,
        "url": absolute(case_url(case.id)),
        "kind": case.kind,
        "summary": case.summary,
        "results": [_result(result, words) for result in case.results],
    }


def _result(result: Result, words: Taxonomy) -> schemas.ResultOut:
    shown = figure(result, words["metrics"].label(result.metric)).text
    return schemas.ResultOut(**dataclasses.asdict(result), figure=shown)


def _rest(case: Case) -> dict[str, object]:
    return {
        "body": case.body,
        "region": case.region,
        "members": dataclasses.asdict(case.members) if case.members else None,
        "period": dataclasses.asdict(case.period) if case.period else None,
        "role_model_for": list(case.role_model_for),
        "answers": list(case.answers),
        "our_reading": list(case.our_reading),
        "questions": list(case.questions),
        "related": list(case.related),
        "added": case.added,
    }


def _similar(hit: Hit, case: Case, words: Taxonomy) -> schemas.SimilarOut:
    return schemas.SimilarOut(
        id=hit.case.id,
        title=hit.case.title,
        url=absolute(case_url(hit.case.id)),
        score=hit.score,
        reasons=_reasons((*hit.reasons, *shared_values(case, hit.case, words))),
    )


def _terms(vocabulary: Vocabulary) -> list[schemas.TermOut]:
    fields = schemas.TermOut.model_fields
    return [
        schemas.TermOut(**{name: getattr(term, name) for name in fields}) for term in vocabulary
    ]


def _json(answer: schemas.Model) -> Response:
    return Response(answer.model_dump_json(), mimetype="application/json")
