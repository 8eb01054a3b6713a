"""The versions of a case: a text as it was, as a page and as its file, and what differs."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.exceptions import NotFound

from kb.answers.gaps import not_in_source
from kb.citations.formats import FORMATS
from kb.citations.provenance import told_by
from kb.citations.works import citations
from kb.errors import VersionNotFound
from kb.exports.formats import FORMATS as FILE_FORMATS
from kb.model.case_versions import Version, short
from kb.versions.cases import CaseVersions, versions_of
from kb.versions.difference import difference
from web.cases.page import MOST_SOURCES, cite_box, related_to
from web.cases.versions import BETWEEN, Shown, listed_versions, own_words, shown
from web.cases.views import help_with as cases_help
from web.core.errors import Failure, Help, register_help
from web.core.params import read_strict
from web.core.request import searcher, versions
from web.core.urls import PERMANENT, absolute, case_url, cases_root, version_url
from web.ui.documents import file_name, version_document
from web.ui.exported import document_file
from web.ui.markdown import render_body

FILE = ".md"

bp = Blueprint("case_versions", __name__, template_folder="templates")


def help_with(failure: Failure) -> Help:
    """What the page of a version that is not there offers: the versions that there are."""
    if failure.kind.slug != "unknown-version":
        return cases_help(failure)
    case_id = (request.view_args or {})["case_id"]
    listed = listed_versions(case_id, searcher())
    return Help(
        template="_failure_versions.html",
        given={"listed": listed, "held": True},
        ways=((case_url(case_id), "The newest text of the case"),),
    )


register_help(bp, help_with)


@bp.get("/cases/<path:case_id>@<name>")
def version(case_id: str, name: str) -> str | Response:
    """A version of a case: the text as it was, with its own sources and labels, for ever.

    With ``.md`` after it the file alone; two names with ``...`` between them say what differs.
    One that came after the case was moved is found under the new id.
    """
    held = _held(case_id)
    given = name.removesuffix(FILE)
    one, between, other = given.partition(BETWEEN)
    try:
        digests = [held.named(each) for each in ((one, other) if between else (one,))]
    except VersionNotFound:
        if held.now and held.now != case_id:
            return redirect(version_url(held.now, name), PERMANENT)
        raise
    if between:
        return _difference(held, *digests)
    kept = versions().version(digests[0])
    return _file(kept, held) if given != name else _page(kept, held)


@bp.get("/cases/<path:case_id>@<name>.<any(pdf, epub, docx, imscc):form>")
def version_file(case_id: str, name: str, form: str) -> Response:
    """A version of a case as a file; with ``.md`` it is the file of the case itself."""
    current = searcher()
    read_strict((), request.args, current.taxonomy)
    held = _held(case_id)
    digest = held.named(name)
    kept = versions().version(digest)
    known = kept.understood
    if known is None:
        raise NotFound
    case = replace(known.case, id=case_id, version=digest)
    return document_file(
        ("version", case_id, digest),
        lambda: version_document(case, known.references, own_words(kept, current), now=held.now),
        FILE_FORMATS[form],
        f"{file_name(case_id)}-{short(digest)}",
    )


def _held(case_id: str) -> CaseVersions:
    """The versions of a case.

    Raises:
        CaseNotFound: there never was such a case.
    """
    current = searcher()
    held = versions_of(versions(), current.compendium, case_id)
    if not held.entries:
        current.case(case_id)
    return held


def _page(kept: Version, held: CaseVersions) -> str:
    """A text as it was."""
    current = searcher()
    where = shown(held, kept.digest, current.compendium)
    if kept.understood is None:
        return render_template("version_plain.html", version=where, text=_text(kept))
    g.kb_taxonomy = own_words(kept, current)
    case, works = kept.understood.case, kept.understood.references
    return render_template(
        "case.html",
        version=where,
        case=case,
        body=render_body(kept.digest, case, cases_root()),
        gaps=not_in_source(case),
        told_by=told_by(case, works),
        citations=citations(case, works),
        references=works,
        most_sources=MOST_SOURCES,
        cite=cite_box(replace(case, id=held.case_id, version=kept.digest), current),
        formats_offered=FORMATS,
        files=[
            (f"{where.url}.{form}", one) for form, one in FILE_FORMATS.items() if f".{form}" != FILE
        ],
        related=related_to(case, current),
        similar=(),
        compare_similar="",
    )


def _file(kept: Version, held: CaseVersions) -> Response:
    """The bytes of the file."""
    response = Response(kept.text, mimetype="text/markdown")
    name = f"{held.case_id.replace('/', '-')}-{kept.digest[:12]}{FILE}"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["X-Robots-Tag"] = "noindex"
    newest = absolute(case_url(held.now or held.case_id))
    response.headers["Link"] = f'<{newest}>; rel="canonical"'
    return response


def _difference(held: CaseVersions, before: str, after: str) -> str:
    """What differs between two versions."""
    compendium = searcher().compendium
    old, new = (versions().version(digest) for digest in (before, after))
    sides: list[Shown] = [shown(held, digest, compendium) for digest in (before, after)]
    known = new.understood or old.understood
    return render_template(
        "version_difference.html",
        old=sides[0],
        new=sides[1],
        title=known.case.title if known else held.case_id,
        parts=difference(old, new),
    )


def _text(kept: Version) -> str:
    return kept.text.decode("utf-8", "replace")
