"""Answers that are files made aside: sent where they are made, else a page that says how far.

A file that takes no time is waited for, so that most readers get it at once. Only one thread of a
worker ever waits; a reader who comes meanwhile gets the page, which asks again by itself.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, current_app, make_response, render_template, request

from kb.answers.serialise import to_json
from kb.exports.document import Document
from kb.exports.formats import Format
from kb.exports.making import SHEET, Making, Progress, prepare_keys
from kb.search.searcher import Searcher
from kb.settings import Settings
from kb.text.rendering import to_html
from web.core.headers import REVALIDATE
from web.core.request import searcher
from web.core.urls import absolute, here
from web.ui.qr import qr_code

#: Seconds that a request waits for a file, and that a reader's browser waits to ask again.
WAIT_S, ASK_AGAIN_S = 3.0, 2
#: Of so many requests a worker knows by which digest their file is called.
_KNOWN = 2048
ACCEPTED = 202


@dataclass(slots=True)
class Exports:
    """What a worker knows of files: by what was asked, the key of the file."""

    making: Making
    keys: OrderedDict[Hashable, str] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(1))

    def key(self, asked: Hashable, task: str, given: Callable[[], str]) -> tuple[str, str]:
        """The key of a file, and what goes into it where that had to be gathered."""
        with self.lock:
            if asked in self.keys:
                self.keys.move_to_end(asked)
                return self.keys[asked], ""
        content = given()
        key = self.making.key(task, content)
        with self.lock:
            self.keys[asked] = key
            while len(self.keys) > _KNOWN:
                self.keys.popitem(last=False)
        return key, content


def init_app(app: Flask, settings: Settings) -> None:
    """Let the site make files, in the index folder."""
    app.extensions["kb_exports"] = Exports(Making(settings.index))


def prepare(current: Searcher) -> None:
    """Do ahead what the first files would take, which many readers of a worker wait for at once.

    It is kept for as long as the process lives, and workers have it from their parent.
    """
    prepare_keys()
    to_json(Document(title="", items=(), site=current.compendium.site.name))
    qr_code("")
    to_html("")


def document_file(
    asked: Hashable, gather: Callable[[], Document], form: Format, name: str
) -> Response:
    """A document in a format, or a page that says how far it is.

    Args:
        asked: what the request asks for, beside the snapshot and the address of the site: equal
            only where the document is.
        gather: makes the document, where its file is not known yet.
        form: the format.
        name: of the file to save, without its ending.
    """
    return _file(
        (*_state(), form.name, asked),
        form.name,
        lambda: to_json(gather()),
        media_type=form.media_type,
        name=f"{name}.{form.name}",
        is_shown=form.name == "pdf",
    )


def sheet_file(asked: Hashable, gather: Callable[[], str], template: str, name: str) -> Response:
    """A sheet as PDF, or a page that says how far it is.

    Args:
        asked: as for ``document_file``.
        gather: makes what the template takes, as JSON.
        template: which of those in ``kb/exports/print``.
        name: of the file to save, without its ending.
    """
    return _file(
        (*_state(), template, asked),
        SHEET,
        lambda: f"{template}\n{gather()}",
        media_type="application/pdf",
        name=f"{name}.pdf",
        is_shown=True,
    )


def _state() -> tuple[str, str]:
    """What every file depends on: the snapshot, and where the site stands."""
    return searcher().snapshot_id, absolute(request.script_root)


def _file(
    asked: Hashable,
    task: str,
    given: Callable[[], str],
    *,
    media_type: str,
    name: str,
    is_shown: bool,
) -> Response:
    key, file = made_aside(asked, task, given)
    if isinstance(file, Progress):
        return _how_far(file, name)
    return _sent(file, key, media_type, name, is_shown=is_shown)


def made_aside(
    asked: Hashable, task: str, given: Callable[[], str]
) -> tuple[str, bytes | Progress]:
    """The name of a file, and what is in it, or how far it is.

    Args:
        asked: what the file depends on, all of it.
        task: what makes it.
        given: gathers what it is made of.
    """
    exports: Exports = current_app.extensions["kb_exports"]
    key, content = exports.key(asked, task, given)
    if (file := _read(exports.making.made(key))) is not None:
        return key, file
    content = content or given()
    progress = exports.making.ask(key, content)
    if not exports.turn.acquire(blocking=False):
        return key, progress
    try:
        file = _read(exports.making.wait(key, WAIT_S))
    finally:
        exports.turn.release()
    return key, exports.making.ask(key, content) if file is None else file


def _read(path: Path | None) -> bytes | None:
    """A file that was made; None where there is none, or another process has just removed it."""
    try:
        return None if path is None else path.read_bytes()
    except FileNotFoundError:
        return None


def _sent(content: bytes, key: str, media_type: str, name: str, *, is_shown: bool) -> Response:
    """A finished file: shown in the browser or saved, asked for again each time, in parts too."""
    response = Response(content, mimetype=media_type)
    way = "inline" if is_shown else "attachment"
    response.headers["Content-Disposition"] = f'{way}; filename="{name}"'
    response.headers["Cache-Control"] = REVALIDATE
    response.set_etag(key.partition(".")[0])
    return response.make_conditional(request, accept_ranges=True, complete_length=len(content))


def how_far_text(progress: Progress) -> str:
    """How far a file is, in a sentence."""
    if progress.seconds is not None:
        return f"It is being made now. That has taken {progress.seconds:.0f} s so far."
    if progress.before:
        return f"It waits in line. Files before it: {progress.before}."
    return "It is next in line."


def _again() -> str:
    """The address of this request, parameters and all."""
    parameters = request.query_string.decode("ascii", "replace")
    return f"{here()}?{parameters}" if parameters else here()


def _how_far(progress: Progress, name: str) -> Response:
    """The page of a file that is being made, which asks again by itself."""
    response = make_response(
        render_template(
            "being_made.html",
            told=how_far_text(progress),
            name=name,
            again=ASK_AGAIN_S,
            address=_again(),
        ),
        ACCEPTED,
    )
    response.headers["Retry-After"] = str(ASK_AGAIN_S)
    response.headers["Cache-Control"] = "no-store"
    return response
