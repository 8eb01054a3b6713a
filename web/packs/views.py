"""Reading lists: made in a form, kept in an address or a file, shown as a page.

What fits in an address stands in it; what does not comes with POST, goes into the answer and is
gone. Only of a list that somebody takes as PDF or the like is the file kept, for a while.
"""

from __future__ import annotations

import re
from dataclasses import replace

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from werkzeug.datastructures import MultiDict

from kb.answers.citation import items_of as cited_items
from kb.answers.packs import pinned
from kb.citations.formats import FORMATS
from kb.citations.items import today
from kb.errors import FormatUnknown, KBError, PackError, Problem, TextsNotKept
from kb.exports.document import Document
from kb.exports.formats import FORMATS as FILE_FORMATS
from kb.exports.pack_address import LONG, MAX_LENGTH, address_of, fits, pack_at
from kb.exports.packs import pack_document
from kb.model.cases import Case
from kb.model.packs import MAX_ITEMS, Pack
from kb.results.comparison import LEAST, MOST
from kb.search.answer import SearchResult
from kb.search.query import Query
from web.core.errors import Failure, Help, register_help
from web.core.files import citations_file, saved
from web.core.params import Param, Read, Table, read_page, read_strict
from web.core.request import searcher
from web.core.urls import absolute, addresses, compare_url, url_for
from web.core.values import one_of, text, whole
from web.packs.files import FILE_NAME, not_here, read, told, written
from web.packs.form import (
    ENTER,
    FILE,
    KEEP,
    LONGEST_QUERY,
    MOST_BYTES,
    SAID,
    SEARCH,
    SEE,
    Draft,
    Removed,
    done,
    faults_of,
    read_draft,
    with_case,
    without_case,
)
from web.ui.documents import file_name
from web.ui.exported import document_file
from web.ui.notices import notices
from web.ui.packs import items_of, library, sheet, texts

NOT_FOUND, TOO_LARGE, WRONG = 404, 413, 400
#: The status that leads from a form to the page that it made.
SEE_OTHER = 303
#: As many problems of a file are told at once.
MOST_TOLD = 20
#: How many cases stand under the search of the form.
FOUND = 10
#: What is answered holds somebody's words: only this site is told where it was asked from.
OWN_WORDS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}

#: What the address of a form takes beside the list.
EDITING: Table = (
    Param(name="q", takes=text(LONGEST_QUERY), words="What cases are looked for by."),
    Param(name="did", takes=one_of(SAID), words="What the last button did."),
    Param(name="at", takes=whole(1, MAX_ITEMS), words="To which case of the list.", default=None),
    Param(name="undo", takes=text(MAX_LENGTH), words="What was taken out, as a list."),
)

#: What stands around an address in running text, and is no part of it.
_AROUND = re.compile(r"^[^A-Za-z0-9]+|[^A-Za-z0-9_-]+$")
#: What ends the name of a file, in some format or none.
_ENDING = re.compile(r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*")

bp = Blueprint("packs", __name__, template_folder="templates")


def help_with(failure: Failure) -> Help:
    """What a link that cannot be opened, or a file that is too long, leads on to."""
    ways = ((url_for("packs.packs"), "Start a reading list, or open one from its file"),)
    if failure.kind.status == TOO_LARGE:
        return Help(title="That is more than a reading list can hold", ways=ways)
    name = str((request.view_args or {}).get("name", "")).partition(".")[0]
    if failure.kind.slug == "texts-not-kept":
        shown = (url_for("packs.pack", name=name), "The list, with the texts that are here")
        return Help(ways=(shown, *ways))
    if failure.kind.slug == "unknown-format":
        shown = (url_for("packs.pack", name=name), "The list as a page")
        return Help(nearest=_in_every_format(name), ways=(shown, *ways))
    return Help(ways=ways)


def _in_every_format(name: str) -> tuple[tuple[str, str], ...]:
    """The address of a list in each format, and what the format is called."""
    return (
        *(
            (url_for("packs.pack_file", name=name, form=one.name), one.label)
            for one in FILE_FORMATS.values()
        ),
        (url_for("packs.file", name=name), f"A file to open again, {FILE_NAME}"),
        *(
            (url_for("packs.cited", name=name, format_id=one.id), one.label)
            for one in FORMATS.values()
        ),
    )


register_help(bp, help_with)


@bp.get("/packs")
def packs() -> str:
    """What a reading list is, the ways to begin one, and those of the compendium."""
    return render_template("packs.html", lists=_lists(), problems=())


@bp.get("/packs/<name>")
def pack(name: str) -> Response:
    """A reading list by what stands for it in an address, or by its id in the compendium.

    400 where the address is not as it was made; 404 where it cannot be one. Where a text that it
    names is not kept, the page with the rest answers 404 as well. A session leads to its own page.
    """
    return _page(_pack(name), name, whole=False)


@bp.get("/packs/<name>/texts")
def with_texts(name: str) -> Response:
    """The same with the whole text of every case, to read on paper."""
    return _page(_pack(name), name, whole=True)


@bp.get("/packs/<name>/<any('sheet', 'sheet-texts'):which>.css")
def print_sheet(name: str, which: str) -> Response:
    """What stands at the head and the foot of each page of paper."""
    one = _pack(name)
    address = absolute(url_for("packs.pack", name=name))
    whole = which == "sheet-texts"
    return _own(sheet(one.title or "Reading list", address, items_of(one), whole=whole))


@bp.get("/packs/<name>.yaml")
def file(name: str) -> Response:
    """A reading list as a file to keep."""
    return _own(saved(written(_with_ids(_pack(name))), FILE_NAME, "application/yaml"))


@bp.get("/packs/<name>.<any(pdf, epub, docx, md, imscc):form>")
def pack_file(name: str, form: str) -> Response:
    """A reading list with the whole text of every case as one file.

    404 where a text is not kept: its page says which, and shows the rest.
    """
    read_strict((), request.args, searcher().taxonomy)
    one = _pack(name)
    return _own(
        document_file(
            ("pack", name),
            lambda: _document(one, absolute(url_for("packs.pack", name=name))),
            FILE_FORMATS[form],
            file_name(one.title),
        )
    )


def _document(one: Pack, address: str) -> Document:
    """A list as what its files are made of.

    Raises:
        TextsNotKept: the text of an item is not here.
    """
    made = pack_document(one, library(), address=address)
    both = zip(one.items, made.items, strict=True)
    if missing := [item.version or item.case for item, its in both if its.missing]:
        raise TextsNotKept(missing, len(one.items))
    return made


def cited(name: str, format_id: str) -> Response:
    """The cases of a list as they are cited, each at its version, for a reference manager.

    404 where a text is not kept, as nobody knows what is to be cited.
    """
    held = items_of(_pack(name))
    if missing := [one.item.version for one in held if one.text is None]:
        raise TextsNotKept(missing, len(held))
    cases = [one.text.case for one in held if one.text]
    items = cited_items(cases, searcher(), addresses(), accessed=today())
    return _own(citations_file(items, format_id, "reading-list"))


for _format in FORMATS.values():
    bp.add_url_rule(
        f"/packs/<name>{_format.ending}", view_func=cited, defaults={"format_id": _format.id}
    )


@bp.get("/packs/add")
def add() -> Response:
    """A list with some cases more: ``id`` names them, ``list`` the list, ``new`` begins one.

    Without ``list`` the page asks which. 404 where no case has an id; 400 where the list is
    not as it was made, or would hold too many.
    """
    cases = _given_cases()
    if not cases:
        return redirect(url_for("packs.packs"), SEE_OTHER)
    given = request.args.get("list", "").strip()
    if not given:
        return _own(make_response(render_template("pack_add.html", cases=cases)))
    draft = _with_cases(given, [case.id for case in cases])
    return _led_to(draft) if draft.is_sound else _form(draft, WRONG)


@bp.get("/packs/add.json")
def add_json() -> Response:
    """The same for the script of the site: the new list, and which cases it has.

    400 where it is full already.
    """
    draft = _with_cases(request.args.get("list", ""), [case.id for case in _given_cases()])
    return _told_to_script(draft)


@bp.get("/packs/take-out.json")
def take_out_json() -> Response:
    """A list without some cases, for the script of the site."""
    draft = _with_cases(request.args.get("list", ""), [])
    for case in _given_cases():
        draft = without_case(draft, case.id, texts())
    return _told_to_script(draft)


def _told_to_script(draft: Draft) -> Response:
    for fault in draft.faults.values():
        raise PackError(fault)
    address = address_of(draft.pack)
    return _own(
        jsonify(
            list=address,
            count=len(draft.pack.items),
            ids=_ids(draft.pack),
            url=url_for("packs.edit", name=address),
        )
    )


def _ids(pack: Pack) -> list[str]:
    """Under which ids the cases of a list stand now, as far as anybody knows."""
    return [one.now or one.item.case for one in items_of(pack) if one.item.case]


@bp.get("/packs/edit")
def start() -> Response:
    """An empty list to fill."""
    read = _asked()
    return _form(Draft(query=read.values["q"]), read.status, read)


@bp.get("/packs/edit/<name>")
def edit(name: str) -> Response:
    """The form of a list, whosever it was: what is made of it is another list.

    ``did``, ``at`` and ``undo`` tell what the last button did, ``q`` looks for cases.
    """
    read = _asked()
    given, number = read.values, read.values["at"] or 0
    draft = Draft(
        pack=replace(pinned(_pack(name), texts()), id="", teaching=None),
        query=given["q"],
        removed=_removed(given["undo"], max(number - 1, 0)),
        said=given["did"],
        at=number,
    )
    return _form(draft, read.status, read)


@bp.post("/packs/edit")
def change() -> Response:
    """A button of the form: what it does, then the form again, at the address of the list.

    A list that is too long for an address is answered here, and can be kept as a file. 400 with
    everything kept where a text is too long; 413 where it is more than anybody writes.
    """
    form = _sent()
    place = form.get("undo-at", "")
    at = int(place) if place.isdecimal() and len(place) <= 3 else 0
    draft = read_draft(form, _removed(form.get("undo", ""), at))
    if not draft.is_sound:
        return _form(draft, WRONG)
    draft = replace(draft, pack=pinned(draft.pack, texts()))
    do = form.get("do", "")
    if do == ENTER:  # in a field: in that of the search it looks for cases
        do = SEARCH if draft.query and draft.query != form.get("asked", "") else KEEP
    draft = done(draft, do, texts())
    if faults := {**faults_of(draft.pack), **draft.faults}:
        return _form(replace(draft, faults=faults), WRONG)
    if do == FILE:
        return _own(saved(written(_with_ids(draft.pack)), FILE_NAME, "application/yaml"))
    if do == SEE:
        return _page(draft.pack, "", whole=True)
    return _led_to(draft)


@bp.post("/packs/open")
def open_file() -> Response:
    """A list out of a file: at its address where it fits in one, else in the form.

    400 with what is wrong in the file, line by line, and with each version that is not kept or is
    one of another case; 413 where it is more than a list holds.
    """
    request.max_content_length = MOST_BYTES
    sent = request.files.get("file")
    data = sent.read(MOST_BYTES) if sent else b""
    if not data.strip():
        empty = Problem(path=FILE_NAME, line=1, message="Choose a file first: none was sent.")
        return _refused([empty])
    found, problems = read(data)
    if found is None:
        return _refused(problems)
    if problems := not_here(found, data):
        return _refused(problems)
    return _led_to(Draft(pack=pinned(found, texts())))


def _given_cases() -> list[Case]:
    """The cases that an address names by ``id``, each once, also by an id that it had before.

    Raises:
        CaseNotFound: no case has or had an id.
    """
    given = request.args.getlist("id")[:MAX_ITEMS]
    return list({(case := searcher().case_now(one)).id: case for one in given}.values())


def _refused(problems: list[Problem]) -> Response:
    page = render_template(
        "packs.html", lists=_lists(), problems=list(map(told, problems[:MOST_TOLD]))
    )
    return _own(make_response(page, WRONG))


def _lists() -> tuple[Pack, ...]:
    """The reading lists of the compendium that are no sessions; none without a snapshot."""
    try:
        return tuple(pack for pack in searcher().compendium.packs if pack.teaching is None)
    except KBError:
        return ()


def _pack(name: str) -> Pack:
    """A pack of the compendium by its id, or a reader's out of its address.

    An address with a full stop or a bracket of the e-mail that it stood in leads to the list.

    Raises:
        PackError: the address is not as it was made.
        FormatUnknown: it is that of a list, with an ending that no file has.
        HTTPException: 404; it cannot be an address.
    """
    stem, _, ending = name.partition(".")
    is_file = _ENDING.fullmatch(ending) is not None
    one = _pack_of(stem if is_file else name)
    if is_file:
        endings = (*FILE_FORMATS, "yaml", *(form.ending[1:] for form in FORMATS.values()))
        raise FormatUnknown("A reading list", ending, endings)
    return one


def _pack_of(name: str) -> Pack:
    held = searcher().compendium.pack_by_id.get(name)
    if held is not None:
        return held
    if name != (meant := _AROUND.sub("", name)) and meant:
        abort(redirect(url_for(request.endpoint, **{**(request.view_args or {}), "name": meant})))
    if name.islower():  # as an id is, and no address
        abort(NOT_FOUND)
    return pack_at(name)


def _with_ids(pack: Pack) -> Pack:
    """The pack with the id and the version of every item, as far as they are known."""
    return replace(pack, items=tuple(one.item for one in items_of(pack)))


def _sent() -> MultiDict[str, str]:
    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    request.max_form_parts = 4 * MAX_ITEMS
    return request.form


def _removed(address: str, at: int) -> Removed | None:
    """What was taken out, by a list of it alone; None where it is none."""
    try:
        (item,) = pack_at(address).items
    except (PackError, ValueError):
        return None
    return Removed(item=item, at=at)


def _with_cases(given: str, ids: list[str]) -> Draft:
    """A list with some cases more.

    Args:
        given: ``new``, or a list: what stands for it in an address, or the whole address.
        ids: those of the cases.
    """
    parts = [part for part in given.split("?")[0].split("/") if part]
    if parts[-1:] == ["texts"]:  # the page of the whole texts
        parts.pop()
    name = parts[-1] if parts else ""
    begun = Pack() if name in ("new", "") else _with_ids(_pack(name))  # each text is read once
    draft = Draft(pack=replace(begun, id="", teaching=None))
    for case_id in ids:
        draft = with_case(draft, case_id, texts())
    return replace(draft, faults={**faults_of(draft.pack), **draft.faults})


def _led_to(draft: Draft) -> Response:
    """The form at the address of the list, or here where it has none."""
    if draft.pack == Pack() and not draft.removed:
        address = url_for("packs.start", q=draft.query or None, _anchor=draft.goes_on or None)
        return _own(redirect(address, SEE_OTHER))
    if not fits(draft.pack):
        return _form(draft)
    undo = {}
    if draft.removed and draft.said == "removed":
        undo = {"undo": address_of(Pack(items=(draft.removed.item,)))}
    address = url_for(
        "packs.edit",
        name=address_of(draft.pack),
        q=draft.query or None,
        did=draft.said or None,
        at=(draft.removed.at + 1 if undo and draft.removed else draft.at) or None,
        _anchor=draft.goes_on or None,
        **undo,
    )
    return _own(redirect(address, SEE_OTHER))


def _asked() -> Read:
    """What the address of a form asks."""
    return read_page(EDITING, request.args, searcher().taxonomy)


def _form(draft: Draft, status: int = 200, read: Read | None = None) -> Response:
    """The form of a list, with what it can be shared by."""
    whole_pack = draft.pack
    address = address_of(whole_pack) if draft.is_sound and fits(whole_pack) else ""
    undo = ""
    if draft.removed and fits(Pack(items=(draft.removed.item,))):
        undo = address_of(Pack(items=(draft.removed.item,)))
    items = items_of(whole_pack)
    page = render_template(
        "pack_edit.html",
        draft=draft,
        pack=whole_pack,
        items=items,
        address=address if whole_pack.items else "",
        too_long=bool(whole_pack.items) and draft.is_sound and not address,
        link=absolute(url_for("packs.pack", name=address)) if address else "",
        long=LONG,
        most=MAX_LENGTH,
        undo=undo,
        ids=_ids(whole_pack),
        done_to=items[draft.at - 1].title if 0 < draft.at <= len(items) else "",
        found=_found(draft.query),
        notices=notices(read, searcher().taxonomy) if read else (),
    )
    return _own(make_response(page, status))


def _found(query: str) -> SearchResult | None:
    """The first cases for some words; None where there are no words."""
    words = " ".join(query.split())
    return searcher().search(Query(text=words, per_page=FOUND)) if words else None


def _page(one: Pack, name: str, *, whole: bool) -> Response:
    """The page of a list.

    Args:
        one: the list.
        name: what stands for it in an address; empty where it has none.
        whole: whether with the whole text of every case.
    """
    if one.teaching is not None:
        return redirect(url_for("teaching.session", pack_id=one.id))
    items = items_of(one)
    compared = [item for item in items if item.case and item.now and not item.case.is_guide]
    missing = [item for item in items if item.text is None]
    rest = replace(one, items=tuple(item.item for item in items if item.text))
    page = render_template(
        "pack.html",
        pack=one,
        items=items,
        name=name,
        whole=whole,
        ours=bool(one.id),
        link=absolute(url_for("packs.pack", name=name)) if name else "",
        formats_offered=FORMATS,
        files=FILE_FORMATS.values(),
        compare=compare_url([item.now for item in compared])
        if LEAST <= len(compared) <= MOST
        else "",
        compares_newest=any(not item.is_newest for item in compared),
        missing=missing,
        without=address_of(replace(rest, id="")) if missing and rest.items and fits(rest) else "",
    )
    response = make_response(page, NOT_FOUND if missing else 200)
    return response if one.id else _own(response)


def _own(response: Response) -> Response:
    response.headers.update(OWN_WORDS)
    return response
