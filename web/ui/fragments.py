"""Parts of pages that are the same in every answer of a snapshot: made once, and kept.

The card of a case, the head and the foot of a page depend on the snapshot, on the language of the
page and on the path under which the site is mounted. To make them again for each of
twenty-five cases takes longer than to find these. A template names such a part:

    {{ kept_part("_footer.html") }}

What the part depends on beside that is named after its template, and stands in its key. A part
must not ask for anything else of a request. What differs between answers leaves a *hole* in it,
``{{ hole }}`` in its template: ``kept_pieces`` gives what stands before, between and after these.

What is kept belongs to the snapshot that is served, and goes with it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass

from flask import Flask, current_app, g, render_template, request
from markupsafe import Markup

from kb.errors import KBError
from web.core.request import searcher
from web.ui.packs import carried_list
from web.words.translation import language

#: So many bytes of all parts together are kept; those that were not asked for lately go.
MOST = 2 * 1024 * 1024
#: A sign that stands in no text of a compendium or of a page.
_HOLE = "\0"

#: What stands before, between and after the holes of a part.
Pieces = tuple[Markup, ...]


class Fragments:
    """The parts of one snapshot, by what they depend on. Safe between threads."""

    def __init__(self, most: int = MOST) -> None:
        """Nothing is kept yet.

        Args:
            most: how many bytes are kept, as UTF-8: as text most parts would take twice as many.
        """
        self._most = most
        self._of = ""
        self._parts: OrderedDict[Hashable, tuple[bytes, ...]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many bytes are kept."""
        return self._size

    def get(self, snapshot_id: str, key: Hashable) -> Pieces | None:
        """A part of a snapshot; None where it is not kept."""
        with self._lock:
            found = self._parts.get(key) if snapshot_id == self._of else None
            if found is not None:
                self._parts.move_to_end(key)
        return None if found is None else tuple([Markup(one.decode()) for one in found])

    def keep(self, snapshot_id: str, key: Hashable, pieces: Pieces) -> None:
        """Keep a part; of another snapshot than before, nothing else is kept any more."""
        encoded = tuple(one.encode() for one in pieces)
        with self._lock:
            if snapshot_id != self._of:
                self._of, self._size = snapshot_id, 0
                self._parts.clear()
            self._size += _length(encoded) - _length(self._parts.pop(key, ()))
            self._parts[key] = encoded
            while self._size > self._most:
                _, gone = self._parts.popitem(last=False)
                self._size -= _length(gone)


def init_app(app: Flask) -> None:
    """Let the templates of an app name parts that are kept."""
    app.extensions["kb_fragments"] = Fragments()
    app.jinja_env.globals.update(kept_part=kept, kept_pieces=pieces)


def kept(template: str, *key: Hashable, **given: object) -> Markup:
    """A part of a page without holes.

    Args:
        template: what makes it.
        key: all that it depends on, beside the snapshot, the language and the path of the site.
        given: what the template needs.
    """
    return Markup().join(pieces(template, *key, **given))


def pieces(template: str, *key: Hashable, **given: object) -> Pieces:
    """What stands before, between and after the holes of a part; see ``kept``.

    A page that hands on a reader's list, or speaks with the vocabulary of an earlier text, is
    made anew, and so is one that no snapshot answers.
    """
    page = _page()
    if page is None:
        return _made(template, given)
    depends = (template, language(), page.root, *key)
    found = page.fragments.get(page.snapshot_id, depends)
    if found is None:
        found = _made(template, given)
        page.fragments.keep(page.snapshot_id, depends, found)
    return found


@dataclass(frozen=True, slots=True)
class _Page:
    """What the parts of a page have in common: where they are kept, and what they depend on."""

    fragments: Fragments
    snapshot_id: str
    root: str


def _page() -> _Page | None:
    """The page of this request, which is asked for once; None where its parts are not kept."""
    if "kb_taxonomy" in g:
        return None
    page: _Page | None = g.get("kb_page")
    if page is None and not carried_list():
        with suppress(KBError):
            kept = current_app.extensions["kb_fragments"]
            page = g.kb_page = _Page(kept, searcher().snapshot_id, request.script_root)
    return page


def _made(template: str, given: dict[str, object]) -> Pieces:
    html = render_template(template, **given, hole=Markup(_HOLE))
    return tuple(map(Markup, html.split(_HOLE)))


def _length(pieces: tuple[bytes, ...]) -> int:
    return sum(map(len, pieces))
