"""The search page, and its answer as a file."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from kb.answers.citation import items_of
from kb.citations.formats import FORMATS
from kb.citations.items import today
from kb.exports.formats import FORMATS as FILE_FORMATS
from kb.search.query import MAX_PER_PAGE, MAX_QUERY_LENGTH
from web.core.errors import Failure, Help, register_help
from web.core.files import citations_file
from web.core.params import SEARCH_FILE, SEARCH_PAGE, read_page, read_strict, to_query
from web.core.request import searcher
from web.core.told import tell_outcome
from web.core.urls import addresses, query_url
from web.search.exported import file_url, found_document, name_of
from web.search.page import (
    answer_page,
    asks_nothing,
    countries_without_case,
    filters_in_title,
    head_of,
    nearest_to,
    orders_of,
    page_steps,
    title_of,
    without_quotation,
)
from web.search.reading import readings, taken_back, understood
from web.ui.exported import document_file
from web.ui.filters import (
    browse_offers,
    chips,
    facet_counts,
    facet_filters,
    falls_instead,
    offers,
    units_asked,
    ways_asked,
)
from web.ui.language import in_own_language
from web.ui.links import first_compared
from web.ui.notices import notices

bp = Blueprint("search", __name__, template_folder="templates")


def help_with(failure: Failure) -> Help:
    """What the page of a search that fails keeps: the words as typed, as many as it takes."""
    typed = request.args.get("q", "")[:MAX_QUERY_LENGTH]
    return Help(template="_search_again.html", given={"typed": typed})


register_help(bp, help_with)


@bp.get("/search")
@in_own_language
def search() -> tuple[str, int]:
    """The cases that fit a query and its filters; without a query all of them by title."""
    current = searcher()
    taxonomy, held = current.taxonomy, current.compendium.holdings
    read = read_page(SEARCH_PAGE, request.args, taxonomy)
    query = to_query(read.values, taxonomy)
    result = answer_page(query, current)
    if query.text:
        tell_outcome(no_good_match=result.no_good_match)
    title, on = title_of(query, taxonomy), chips(query, taxonomy)
    html = render_template(
        "search.html",
        result=result,
        head=head_of(result, title, on),
        title=title,
        filters_in_title=filters_in_title(query, taxonomy),
        facets=facet_filters(
            facet_counts(result.facets, query, taxonomy),
            query,
            held.repeated,
            taxonomy,
        ),
        units=units_asked(query, current.engine, taxonomy),
        ways=ways_asked(query, current.engine),
        chips=on,
        offers=offers(result) if result.total else browse_offers(result, current),
        orders=orders_of(result, taxonomy),
        steps=page_steps(query.page, result.pages),
        compare=first_compared(result),
        falls=None if result.total else falls_instead(query, current),
        nearest=nearest_to(result, current),
        without_case=countries_without_case(result, taxonomy),
        apart=without_quotation(result, current),
        notices=notices(read, taxonomy),
        readings=readings(result, taxonomy),
        taken_back=taken_back(result),
        formats_offered=FORMATS,
        most_in_file=MAX_PER_PAGE,
        files=[(file_url(query, one.name), one) for one in FILE_FORMATS.values()],
        asks_nothing=asks_nothing(query),
        languages=understood(tuple(current.compendium.glossary.forms)),
    )
    return html, read.status


@bp.get("/search.<any(pdf, epub, docx, md, imscc):form>")
def search_file(form: str) -> Response:
    """The cases that fit the same query as one file, a hundred at most."""
    taxonomy = searcher().taxonomy
    query = to_query(read_strict(SEARCH_FILE, request.args, taxonomy), taxonomy)
    return document_file(
        ("search", query_url(query, page=query.page)),
        lambda: found_document(query),
        FILE_FORMATS[form],
        name_of(query),
    )


def as_file(format_id: str) -> Response:
    """The cases that fit, for a reference manager: a hundred to a file, in their order."""
    current = searcher()
    query = to_query(read_strict(SEARCH_FILE, request.args, current.taxonomy), current.taxonomy)
    cases = [hit.case for hit in current.search(query).hits]
    items = items_of(cases, current, addresses(), accessed=today())
    return citations_file(items, format_id, "cases")


for _format in FORMATS.values():
    bp.add_url_rule(
        f"/search{_format.ending}",
        f"as_{_format.id.replace('-', '_')}",
        as_file,
        defaults={"format_id": _format.id},
    )
