"""What is taught with the cases: the course, its sessions, and all questions by topic.

What good answers hold stands on pages of their own, so that the link for a class need not show
them.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request

from kb.answers.packs import by_topic, pinned, sessions
from kb.citations.formats import FORMATS
from kb.exports.formats import FORMATS as FILE_FORMATS
from kb.exports.formats import Format
from kb.exports.pack_address import address_of, fits
from kb.exports.packs import course_document, pack_document
from kb.model.packs import Pack
from kb.model.taxonomy import TEACHING_LEVELS, Taxonomy
from web.core.params import Param, Table, read_page, read_strict
from web.core.request import searcher
from web.core.urls import absolute, url_for
from web.core.values import one_of, whole
from web.ui.documents import file_name
from web.ui.exported import document_file
from web.ui.notices import notices
from web.ui.packs import items_of, library, sheet, texts

NOT_FOUND = 404
#: The format that is loaded into a course system, where a class sees all of it.
CARTRIDGE = "imscc"
#: The longest session that can be asked for, in minutes.
LONGEST = 600

bp = Blueprint("teaching", __name__, template_folder="templates")


def asked(taxonomy: Taxonomy) -> Table:
    """What the address of the list of sessions takes."""
    return (
        Param(
            name="level",
            takes=one_of(taxonomy[TEACHING_LEVELS].ids),
            words="For whom the session is.",
        ),
        Param(
            name="teaching",
            takes=one_of(taxonomy[TEACHING_LEVELS].ids),
            words="The same, as searches call it.",
        ),
        Param(
            name="minutes",
            takes=whole(5, LONGEST, of="minutes"),
            words="How long it may take at most.",
            default=None,
        ),
    )


@bp.get("/teaching")
def teaching() -> Response:
    """The course week by week, or the sessions that fit a level and a length.

    404 with a page that says so where the compendium has no sessions.
    """
    compendium, taxonomy = searcher().compendium, searcher().taxonomy
    read = read_page(asked(taxonomy), request.args, taxonomy)
    level, minutes = read.values["level"] or read.values["teaching"], read.values["minutes"]
    every = sessions(compendium.packs)
    page = render_template(
        "teaching.html",
        course=compendium.course,
        by_id={pack.id: pack for pack in every},
        every=every,
        chosen=sessions(every, level, minutes or 0),
        outside=[p for p in every if not compendium.course or not compendium.course.week_of(p.id)],
        level=level,
        minutes=minutes,
        levels=taxonomy[TEACHING_LEVELS],
        notices=notices(read, taxonomy),
        **_offered(),
    )
    return make_response(page, read.status if every else NOT_FOUND)


@bp.get("/teaching/questions")
def questions() -> Response:
    """Every question of every session by topic, without what good answers hold."""
    return _all("teaching_questions.html", topics=by_topic(searcher().compendium.packs))


@bp.get("/teaching/all")
def everything() -> Response:
    """Every session on one page, to print or to keep, without what good answers hold."""
    return _all("teaching_all.html", answers=False)


@bp.get("/teaching/all/notes")
def everything_with_notes() -> Response:
    """The same for who teaches: with what good answers hold."""
    return _all("teaching_all.html", answers=True)


@bp.get("/teaching/all.<any(pdf, epub, docx, md, imscc):form>")
def course_file(form: str) -> Response:
    """The course with every session and every text as one file, without what good answers hold."""
    return _course_file(form, answers=False)


@bp.get("/teaching/all/notes.<any(pdf, epub, docx, md):form>")
def course_notes_file(form: str) -> Response:
    """The same for who teaches; no cartridge, which a class would open."""
    return _course_file(form, answers=True)


@bp.get("/teaching/<pack_id>.<any(pdf, epub, docx, md, imscc):form>")
def session_file(pack_id: str, form: str) -> Response:
    """A session with the whole text of every case as one file, as a class may see it."""
    return _session_file(pack_id, form, answers=False)


@bp.get("/teaching/<pack_id>/notes.<any(pdf, epub, docx, md):form>")
def notes_file(pack_id: str, form: str) -> Response:
    """The same for who teaches; no cartridge, which a class would open."""
    return _session_file(pack_id, form, answers=True)


@bp.get("/teaching/<pack_id>")
def session(pack_id: str) -> str:
    """A session as a class may see it: objectives, what to read, the cases, the questions.

    404 where no session has this id.
    """
    return _session(_held(pack_id), whole=False)


@bp.get("/teaching/<pack_id>/texts")
def session_texts(pack_id: str) -> str:
    """The same with the whole text of every case, to read on paper."""
    return _session(_held(pack_id), whole=True)


@bp.get("/teaching/<pack_id>/notes")
def notes(pack_id: str) -> str:
    """The same session for who teaches: the plan, and what good answers hold."""
    pack = _held(pack_id)
    return render_template("session_notes.html", **_shown(pack))


@bp.get("/teaching/<pack_id>/<any('sheet', 'sheet-texts', 'sheet-notes'):which>.css")
def print_sheet(pack_id: str, which: str) -> Response:
    """What stands at the head and the foot of each page of paper."""
    pack = _held(pack_id)
    endpoint = "teaching.notes" if which == "sheet-notes" else "teaching.session"
    address = absolute(url_for(endpoint, pack_id=pack_id))
    return sheet(pack.title, address, items_of(pack), whole=which == "sheet-texts")


def _session_file(pack_id: str, form: str, *, answers: bool) -> Response:
    pack = _held(pack_id)
    read_strict((), request.args, searcher().taxonomy)
    endpoint = "teaching.notes" if answers else "teaching.session"
    address = absolute(url_for(endpoint, pack_id=pack_id))
    return document_file(
        ("session", pack_id, answers),
        lambda: pack_document(pack, library(), address=address, answers=answers),
        FILE_FORMATS[form],
        _named(pack.title, answers=answers),
    )


def _course_file(form: str, *, answers: bool) -> Response:
    compendium = searcher().compendium
    if not sessions(compendium.packs):
        abort(NOT_FOUND)
    read_strict((), request.args, searcher().taxonomy)
    endpoint = "teaching.everything_with_notes" if answers else "teaching.everything"
    address = absolute(url_for(endpoint))
    return document_file(
        ("course", answers),
        lambda: course_document(library(), address=address, answers=answers),
        FILE_FORMATS[form],
        _named(compendium.course.title if compendium.course else "all sessions", answers=answers),
    )


def _named(title: str, *, answers: bool) -> str:
    """The name of a file; that of the notes says so."""
    return f"{file_name(title)}{'-notes' if answers else ''}"


def _all(template: str, **given: object) -> Response:
    compendium = searcher().compendium
    every = sessions(compendium.packs)
    if not every:
        abort(NOT_FOUND)
    page = render_template(template, course=compendium.course, every=every, **_offered(), **given)
    return make_response(page)


def _offered() -> dict[str, tuple[Format, ...]]:
    """The formats of files for a class, and of those for who teaches."""
    every = tuple(FILE_FORMATS.values())
    return {
        "files": every,
        "notes_files": tuple(one for one in every if one.name != CARTRIDGE),
    }


def _session(pack: Pack, *, whole: bool) -> str:
    return render_template("session.html", whole=whole, **_shown(pack))


def _shown(pack: Pack) -> dict[str, object]:
    compendium = searcher().compendium
    fixed = pinned(pack, texts())
    order = [one.id for one in sessions(compendium.packs)]
    at = order.index(pack.id)
    by_id = compendium.pack_by_id
    return {
        "pack": pack,
        "note": pack.teaching,
        "items": items_of(pack),
        "ours": True,
        "week": compendium.course.week_of(pack.id) if compendium.course else None,
        "guides": [compendium.by_id[one] for one in pack.teaching.read_first]
        if pack.teaching
        else [],
        "before": by_id[order[at - 1]] if at else None,
        "after": by_id[order[at + 1]] if at + 1 < len(order) else None,
        "own": address_of(fixed) if fits(fixed) else "",
        "formats_offered": FORMATS,
        **_offered(),
    }


def _held(pack_id: str) -> Pack:
    """A session by its id.

    Raises:
        HTTPException: 404; there is none.
    """
    found = searcher().compendium.pack_by_id.get(pack_id)
    if found is None or found.teaching is None:
        abort(NOT_FOUND)
    return found
