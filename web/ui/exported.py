"""Answers that are files made aside: sent where they are made, else a page that says how far.

A file that takes no time is waited for, so that most readers get it at once. Only one thread of a
worker ever waits; a reader who comes meanwhile gets the page, which asks again by itself.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FuturesTimeout
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from flask import Flask, Response, current_app, make_response, render_template, request

from kb.answers.serialise import to_json
from kb.errors import ExportsBusy
from kb.exports.document import Document
from kb.exports.formats import Format
from kb.exports.making import MOST_WAITING, PICTURE, SHEET, Making, Progress, prepare_keys
from kb.exports.share import TEMPLATE
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
#: So long those who answer go first, before it is gathered what goes into the next file.
_STEPS_BACK_S = 0.02
ACCEPTED, NOT_YET = 202, 503


@dataclass(slots=True)
class Exports:
    """What a worker knows of files: by what was asked, the key of the file.

    What goes into a file is gathered by one thread of the worker, beside those that answer: so
    who asks for a page meanwhile does not stand behind it.
    """

    making: Making
    keys: OrderedDict[Hashable, str] = field(default_factory=OrderedDict)
    gathering: OrderedDict[Hashable, Future[str]] = field(default_factory=OrderedDict)
    gatherer: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="gatherer")
    )
    lock: threading.Lock = field(default_factory=threading.Lock)
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(1))

    def known(self, asked: Hashable) -> str:
        """The key of a file; empty where it must be gathered what goes into it."""
        with self.lock:
            if asked in self.keys:
                self.keys.move_to_end(asked)
            return self.keys.get(asked, "")

    def key_until(self, end: float, asked: Hashable, task: str, given: Callable[[], str]) -> str:
        """Gather what goes into a file, ask for it, and give its key; empty where not by a time.

        What goes wrong is told to who waits for it, or asks next; then it is tried again.

        Raises:
            ExportsBusy: too much is to be gathered, or to be made.
        """
        future = self._gathering(asked, task, given)
        try:
            return future.result(max(0.0, end - time.monotonic()))
        except FuturesTimeout:
            return ""
        finally:
            with self.lock:
                if future.done() and self.gathering.get(asked) is future:
                    del self.gathering[asked]

    def _gathering(self, asked: Hashable, task: str, given: Callable[[], str]) -> Future[str]:
        with self.lock:
            if asked in self.gathering:
                return self.gathering[asked]
            for one in [one for one, future in self.gathering.items() if future.done()]:
                del self.gathering[one]
            if len(self.gathering) >= MOST_WAITING:
                raise ExportsBusy(MOST_WAITING)
            gather = partial(copy_context().run, self._gather, asked, task, given)
            future = self.gathering[asked] = self.gatherer.submit(gather)
            return future

    def _gather(self, asked: Hashable, task: str, given: Callable[[], str]) -> str:
        time.sleep(_STEPS_BACK_S)
        content = given()
        key = self.making.key(task, content)
        if self.making.made(key) is None:
            self.making.ask(key, content)
        with self.lock:
            self.keys[asked] = key
            while len(self.keys) > _KNOWN:
                self.keys.popitem(last=False)
        return key

    def progress(self, key: str) -> Progress:
        """How far a file is that is not made yet; without a key it is still to be gathered.

        Raises:
            ExportFailed: it could not be made.
        """
        if not key:
            with self.lock:
                before = sum(not future.done() for future in self.gathering.values()) - 1
            return Progress(before=max(0, before))
        return self.making.progress(key) or Progress()


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


def picture_file(asked: Hashable, gather: Callable[[], str]) -> Response:
    """A picture to show with a link; 503 where it is not made yet, as nobody reads a page there.

    Args:
        asked: as for ``document_file``.
        gather: makes what its template takes, as JSON.
    """
    key, file = made_aside((*_state(), PICTURE, asked), PICTURE, lambda: f"{TEMPLATE}\n{gather()}")
    if isinstance(file, Progress):
        response = Response(f"{how_far_text(file)}\n", NOT_YET, mimetype="text/plain")
        response.headers["Retry-After"] = str(ASK_AGAIN_S)
        response.headers["Cache-Control"] = "no-store"
        return response
    return _sent(file, key, "image/png")


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
    response = _sent(file, key, media_type)
    way = "inline" if is_shown else "attachment"
    response.headers["Content-Disposition"] = f'{way}; filename="{name}"'
    return response


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
    key = exports.known(asked)
    if key and (file := _read(exports.making.made(key))) is not None:
        return key, file
    if key and exports.making.progress(key) is None:  # it was removed, or somebody made it just now
        key = ""
    waits = exports.turn.acquire(blocking=False)
    end = time.monotonic() + (WAIT_S if waits else 0.0)
    try:
        if not key:
            key = exports.key_until(end, asked, task, given)
        left = end - time.monotonic() if key else 0.0
        file = _read(exports.making.wait(key, left)) if left > 0 else None
    finally:
        if waits:
            exports.turn.release()
    return key, exports.progress(key) if file is None else file


def _read(path: Path | None) -> bytes | None:
    """A file that was made; None where there is none, or another process has just removed it."""
    try:
        return None if path is None else path.read_bytes()
    except FileNotFoundError:
        return None


def _sent(content: bytes, key: str, media_type: str) -> Response:
    """A finished file, asked for again each time, in parts too."""
    response = Response(content, mimetype=media_type)
    response.headers["Cache-Control"] = REVALIDATE
    response.set_etag(key.partition(".")[0])
    return response.make_conditional(request, accept_ranges=True, complete_length=len(content))


def how_far_text(progress: Progress) -> str:
    """How far a file is, in a sentence."""
    if progress.seconds is not None:
        return f"{progress.seconds:.0f} s have passed so far."
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
