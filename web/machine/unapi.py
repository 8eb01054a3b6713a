"""unAPI, revision 1: how a reference manager takes what a page names, in a format that it reads."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request

from kb.answers.citation import item_of, text_named
from kb.citations.formats import FORMATS
from kb.citations.items import today
from kb.errors import CaseNotFound, CaseWithdrawn, VersionNotFound
from kb.harvesting.answers import describe
from kb.harvesting.formats import FORMATS as RECORDS
from kb.model.cases import Case, Reference
from kb.search.searcher import Searcher
from web.core.params import UNAPI, read_strict
from web.core.request import searcher
from web.core.urls import absolute, addresses, cases_root
from web.machine.xml import to_xml

#: Where a format is described, where that is how a reference manager knows it.
_DESCRIBED = {
    "ris": "http://www.refman.com/support/risformat_intro.asp",
    "mods": "http://www.loc.gov/standards/mods/",
}
#: The format that catalogues read, which Zotero asks for first.
MODS = "mods"
#: Every format by its name, with its media type.
TYPES: Mapping[str, str] = {
    **{one.id: one.media_type for one in FORMATS.values()},
    MODS: "application/mods+xml",
}
#: An id without a format has several answers; no answer is in another format.
SEVERAL, BAD, NOT_FOUND, NOT_ACCEPTABLE = 300, 400, 404, 406

bp = Blueprint("unapi", __name__, template_folder="templates")


@bp.get("/unapi")
def unapi() -> Response:
    """The formats; with an id those of a case (300); with both the case in the format."""
    current = searcher()
    values = read_strict(UNAPI, request.args, current.taxonomy)
    name, wanted = values["id"], values["format"]
    if not name:
        if wanted:
            return _told(BAD, "A format is of a case: give the id of one beside it.")
        return _formats("")
    found = _text(name, current)
    if found is None:
        return _told(NOT_FOUND, f"No case has the id {name[:120]!r}.")
    if not wanted:
        return _formats(name, SEVERAL)
    if wanted not in TYPES:
        known = ", ".join(TYPES)
        return _told(NOT_ACCEPTABLE, f"No format is called {wanted[:60]!r}. Formats: {known}.")
    case, references = found
    if wanted == MODS:
        told = describe(
            case, references, current, addresses(), identifier=addresses().case(case.id)
        )
        return Response(to_xml(RECORDS[MODS].write(told)), content_type=TYPES[MODS])
    item = item_of(case, current, addresses(), accessed=today())
    return Response(FORMATS[wanted].write((item,)), content_type=TYPES[wanted])


def _text(name: str, current: Searcher) -> tuple[Case, Mapping[str, Reference]] | None:
    """The case that an id names, with its works: by its page, by a version, or by the path."""
    root = f"{absolute(cases_root())}/"
    case_id, at, version = name.removeprefix(root).partition("@")
    now = current.compendium.aliases.get(case_id, case_id)
    try:
        return text_named(f"{now}{at}{version}", current)
    except (CaseNotFound, CaseWithdrawn, VersionNotFound):
        return None


def _formats(name: str, status: int = 200) -> Response:
    page = render_template("unapi.xml", name=name, formats=TYPES, described=_DESCRIBED)
    return Response(page, status, content_type="application/xml; charset=utf-8")


def _told(status: int, sentence: str) -> Response:
    return Response(f"{sentence}\n", status, content_type="text/plain; charset=utf-8")
