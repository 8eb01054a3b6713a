"""What the pages of packs share, a reader's own and those of the compendium."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from flask import Response, g, has_request_context, render_template, request
from markupsafe import Markup

from kb.answers.packs import PackText, StoredTexts, Texts, texts_of
from kb.citations.works import Citation, citations
from kb.errors import KBError
from kb.exports.pack_address import MAX_LENGTH
from kb.exports.packs import Library
from kb.model.packs import Pack
from web.core.request import searcher, versions
from web.core.urls import CARRIED, absolute, addresses, case_url, cases_root, version_url
from web.ui.documents import document
from web.ui.markdown import Body, render_inside, render_prose

#: What can be the address of a reader's list.
_LIST = re.compile(r"A[\w-]+z", re.ASCII)
#: As many characters of an address stand at the foot of a printed page.
FOOT = 90


def texts() -> Texts:
    """Where the texts of versions are."""
    return StoredTexts(versions())


def items_of(pack: Pack) -> tuple[PackText, ...]:
    """The items of a pack with their texts."""
    return texts_of(pack, texts(), searcher().compendium)


def in_own_words(items: Iterable[PackText]) -> Iterator[PackText]:
    """Items of a pack one by one, each while the page speaks with the vocabulary of its text.

    A loop in a template must not look ahead, as ``loop.last`` does.
    """
    for one in items:
        if one.text is not None:
            g.kb_taxonomy = searcher().taxonomy.as_then(one.text.terms)
        yield one
        g.pop("kb_taxonomy", None)


def carried_list() -> str:
    """The reader's list that the address of this page hands on; empty where it has none.

    The script of the site remembers a list by itself. Without it, a list goes from its form to the
    pages that the form leads to, so that what is added there is added to it.
    """
    given = request.args.get(CARRIED, "") if has_request_context() else ""
    return given if len(given) <= MAX_LENGTH and _LIST.fullmatch(given) else ""


def with_list(address: str, name: str = "") -> str:
    """An address that hands a reader's list on: that which is named, or that of this page."""
    name = name or carried_list()
    return f"{address}{'&' if '?' in address else '?'}{CARRIED}={name}" if name else address


def prose(text: str, *, ours: bool) -> Markup:
    """The Markdown of a pack as HTML."""
    return render_prose(text, cases_root(), ours=ours)


def whole_text(one: PackText) -> Body | None:
    """The text of an item as a part of the page; None where nobody has it."""
    if one.text is None:
        return None
    root = cases_root()
    return render_inside(searcher().snapshot_id, one.text.case, root)


def cited_in(one: PackText) -> tuple[Citation, ...]:
    """The sources of an item."""
    return citations(one.text.case, one.text.references) if one.text else ()


def text_url(one: PackText) -> str:
    """The page of the text that an item names, unchanged; empty where nobody knows whose it is."""
    return version_url(one.item.case, one.item.version) if one.item.case else ""


def title_url(one: PackText) -> str:
    """Where the title of an item leads: to the text that the list names, else to the newest.

    Empty where nobody has the text that is named.
    """
    if one.is_named:
        return text_url(one) if one.text else ""
    return case_url(one.now) if one.now else ""


def has_sessions() -> bool:
    """Whether the compendium has teaching notes; False where there is no snapshot."""
    try:
        return bool(searcher().compendium.sessions_of)
    except KBError:
        return False


def library() -> Library:
    """What files of packs are made from, of the snapshot that is served."""
    current = searcher()
    return Library(
        frame=document("", ()),
        compendium=current.compendium,
        taxonomy=current.taxonomy,
        texts=texts(),
        addresses=addresses(),
    )


def sheet(title: str, address: str, items: Sequence[PackText], *, whole: bool) -> Response:
    """The style sheet that puts title, address and page number on every page of paper.

    Args:
        title: of the pack.
        address: of its page, as it stands at the foot.
        items: those that begin a page each, with the address of their version at its foot.
        whole: whether the page holds the texts of the items.
    """
    feet = [(one.number, absolute(text_url(one))) for one in items] if whole else []
    css = render_template(
        "pack_sheet.css",
        title=css_text(title),
        address=css_text(address if len(address) <= FOOT else f"{address[:FOOT]}…"),
        feet=[(number, css_text(url)) for number, url in feet],
    )
    return Response(css, mimetype="text/css")


def css_text(text: str) -> Markup:
    """A text as a string of CSS, whatever stands in it."""
    inner = "".join(
        sign if sign.isalnum() or sign in " -–—_./:@,'’" else f"\\{ord(sign):x} " for sign in text
    )
    return Markup('"{}"').format(Markup(inner.replace("'", "\\27 ")))
