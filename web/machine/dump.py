"""``/dump``: all cases as tables, with a page for people. The files are made aside, once."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template, send_file

from kb.exports.dump.contents import Contents
from kb.exports.dump.formats import TABLE_FORMATS, formats_here
from kb.exports.dump.made import given_of, read_contents, to_text
from kb.exports.dump.metadata import CROISSANT, DATA_PACKAGE, said_of
from kb.exports.dump.tables import TABLES
from kb.exports.making import DUMP, Making, Progress
from web.core.headers import REVALIDATE
from web.core.request import searcher, settings
from web.core.urls import absolute, addresses, url_for
from web.ui.exported import how_far_text, made_aside

bp = Blueprint("dump", __name__, template_folder="templates")

#: Whoever comes too early asks again after so many seconds.
_ASK_AGAIN_S = "5"
_DESCRIPTIONS = (DATA_PACKAGE, CROISSANT)
_UNITS = ((10**6, "MB"), (10**3, "kB"))


@bp.get("/dump")
def page() -> str:
    """What there is as tables, how large it is, what each column says, and how to open it."""
    _, _, made = _made()
    contents = made if isinstance(made, Contents) else None
    return render_template(
        "dump.html",
        contents=contents,
        told="" if contents else how_far_text(made),
        tables=TABLES,
        formats=[TABLE_FORMATS[name] for name in formats_here()],
        descriptions=_DESCRIPTIONS,
        said_of=said_of,
        size=_size,
        example=absolute(url_for("dump.file", name=f"{TABLES[1].name}.csv")),
    )


@bp.get("/dump/<name>")
def file(name: str) -> Response:
    """A table, or what describes them all. While they are being made: 503, and when to ask."""
    tables = {f"{table.name}.{form}": form for table in TABLES for form in formats_here()}
    if name not in tables and name not in _DESCRIPTIONS:
        abort(404)
    key, folder, made = _made()
    if folder is None or isinstance(made, Progress):
        told = "The tables are being made. Ask again in a few seconds.\n"
        headers = {"Retry-After": _ASK_AGAIN_S, "Cache-Control": "no-store"}
        return Response(told, status=503, headers=headers, mimetype="text/plain")
    one = made.file(name)
    media_type = TABLE_FORMATS[tables[name]].media_type if one else "application/json"
    response = send_file(
        folder / name,
        mimetype=media_type,
        as_attachment=one is not None,
        download_name=name,
        etag=one.sha256 if one else f"{key.partition('.')[0]}-{name}",
        conditional=True,
    )
    response.headers["Cache-Control"] = REVALIDATE
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _made() -> tuple[str, Path | None, Contents | Progress]:
    """The name of the dump, its folder, and what lies in it, or how far it is."""
    root = addresses().root if settings().site_url else ""
    given = given_of(searcher(), settings().index, root=root)
    making: Making = current_app.extensions["kb_exports"].making
    for _ in range(2):  # its folder may have been removed, and then it is asked for anew
        key, content = made_aside(("dump", given), DUMP, lambda: to_text(given))
        if isinstance(content, Progress):
            return key, None, content
        if (folder := making.dump(key)) is not None:
            return key, folder, read_contents(content)
    return key, None, Progress()


def _size(n_bytes: int) -> str:
    """A size as people read it: ``1.4 MB``."""
    for least, unit in _UNITS:
        if n_bytes >= least:
            return f"{n_bytes / least:.1f} {unit}"
    return f"{n_bytes} bytes"
