"""A case: its page and its files, and its flyer as a page and as PDF."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
)

from kb.answers.citation import item_of, text_named
from kb.answers.gaps import not_in_source
from kb.citations.formats import FORMATS
from kb.citations.items import source_items, today
from kb.citations.provenance import told_by
from kb.citations.works import citations
from kb.engine.filters import EVERYTHING
from kb.exports.formats import FORMATS as FILE_FORMATS
from kb.model.cases import Case
from kb.search.searcher import Searcher
from kb.text.typography import curly
from web.cases.flyer import flyer
from web.cases.flyer_pdf import TEMPLATE, flyer_source
from web.cases.page import (
    MOST_SOURCES,
    body_of,
    cite_box,
    compared_url,
    related_to,
    shared_text,
    shown_similar,
    whom_it_suits,
)
from web.cases.versions import listed_versions
from web.core.errors import Failure, Help, register_help
from web.core.files import citations_file
from web.core.lacking import unless_away
from web.core.params import read_strict
from web.core.request import searcher
from web.core.urls import addresses, case_url, url_for
from web.ui.documents import case_document, file_name
from web.ui.exported import document_file, sheet_file
from web.ui.links import term_url

NOT_FOUND = 404

bp = Blueprint("cases", __name__, template_folder="templates")
bp.add_app_template_filter(
    lambda other, case: shared_text(case, other, searcher()), name="shared_with"
)


def help_with(failure: Failure) -> Help:
    """What the page of a case that is not there offers: nearest ids by their titles, versions."""
    if failure.kind.slug in ("withdrawn-case", "gone-case"):
        listed = listed_versions(str(failure.value), searcher())
        return Help(template="_failure_versions.html", given={"listed": listed})
    if failure.kind.slug != "unknown-case":
        return Help()
    current = searcher()
    return Help(
        nearest=tuple(
            (case_url(name), curly(current.case(name).title)) for name in failure.allowed or ()
        )
    )


register_help(bp, help_with)


@bp.get("/cases")
def cases() -> Response:
    """The folder of all cases leads to where they are listed."""
    return redirect(url_for("holdings.browse"))


@bp.get("/cases/<path:case_id>")
def case(case_id: str) -> str | Response:
    """One case, programme, study or guide; 404 names the nearest ids.

    A folder of cases, ``/cases/norway``, leads to the page of their country.
    """
    current = searcher()
    if case_id not in current.compendium.by_id and (address := folder_url(current, case_id)):
        return redirect(address)
    case = current.case(case_id)
    alike = unless_away(lambda: current.similar(case_id), ())
    suits, suits_too = whom_it_suits(case)
    return render_template(
        "case.html",
        case=case,
        body=body_of(case, current),
        suits=suits,
        suits_too=suits_too,
        gaps=not_in_source(case),
        told_by=told_by(case, current.compendium.references),
        citations=citations(case, current.compendium.references),
        most_sources=MOST_SOURCES,
        cite=cite_box(case, current),
        formats_offered=FORMATS,
        related=related_to(case, current),
        taught=current.compendium.sessions_of.get(case_id, ()),
        similar=shown_similar(case, alike),
        compare_similar=compared_url(case, alike),
        listed_versions=listed_versions(case_id, current),
        files=[
            (url_for("cases.case_file", case_id=case.id, form=one.name), one)
            for one in FILE_FORMATS.values()
        ],
    )


def citation(case_id: str, format_id: str) -> Response:
    """How a case is cited, or a version ``ID@VERSION``, as a file for a reference manager."""
    current = searcher()
    read_strict((), request.args, current.taxonomy)
    case, _ = text_named(case_id, current)
    item = item_of(case, current, addresses(), accessed=today())
    return citations_file((item,), format_id, file_name(case_id))


def sources(case_id: str, format_id: str) -> Response:
    """The sources of a case, or of a version, as a file for a reference manager."""
    current = searcher()
    read_strict((), request.args, current.taxonomy)
    items = source_items(*text_named(case_id, current))
    return citations_file(items, format_id, f"{file_name(case_id)}-sources")


for _format in FORMATS.values():
    _which = {"format_id": _format.id}
    bp.add_url_rule(f"/cases/<path:case_id>{_format.ending}", view_func=citation, defaults=_which)
    bp.add_url_rule(f"/sources/<path:case_id>{_format.ending}", view_func=sources, defaults=_which)


@bp.get("/flyers/<path:case_id>")
def flyer_page(case_id: str) -> str:
    """The sheet as a page, one sheet of paper when printed; 404 for a guide."""
    sheet = flyer(searcher(), _with_flyer(case_id))
    return render_template("flyer.html", case=sheet.case, sheet=sheet)


@bp.get("/flyers/<path:case_id>.pdf")
def flyer_pdf(case_id: str) -> Response:
    """The sheet as PDF, the same bytes for as long as the snapshot is served."""
    current, case = searcher(), _with_flyer(case_id)
    return sheet_file(
        ("flyer", case.id),
        lambda: flyer_source(flyer(current, case), current.taxonomy),
        TEMPLATE,
        f"{file_name(case.id)}-flyer",
    )


@bp.get("/cases/<newest:case_id>.<any(pdf, epub, docx, md, imscc):form>")
def case_file(case_id: str, form: str) -> Response:
    """The whole case as a file; 404 names the nearest ids."""
    read_strict((), request.args, searcher().taxonomy)
    case = searcher().case(case_id)
    return document_file(
        ("case", case.id), lambda: case_document(case), FILE_FORMATS[form], file_name(case.id)
    )


def folder_url(current: Searcher, folder: str) -> str:
    """The page of the country, or else the search for the kind, that all cases of a folder share.

    Empty where it is no folder, or they share neither.
    """
    rows = current.engine.under(f"{folder}/")
    counted = current.engine.counts(EVERYTHING, rows)
    for facet in ("country", "kind"):
        shared = [value for value, n in counted.get(facet, {}).items() if n == len(rows)]
        if len(shared) == 1:
            return term_url(facet, shared[0])
    return ""


def _with_flyer(case_id: str) -> Case:
    """The case of a flyer.

    Raises:
        CaseNotFound: there is no such case.
        HTTPException: 404 with a page that says why; it is a guide.
    """
    case = searcher().case(case_id)
    if case.is_guide:
        abort(make_response(render_template("flyer_none.html", guide=case), NOT_FOUND))
    return case
