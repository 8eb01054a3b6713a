"""Style sheets, scripts and the addresses of static files: content in the address, kept for good.

The CSS is kept in files by idea. A page gets one sheet, joined of what every page has and of
the files that its template names, so that it loads no more than it uses:

    {% set styles = ["filters", "results"] %}

A contributor edits a file and restarts the site, and no build step stands between.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, g, request

from web.core.urls import url_for

STATIC = Path(__file__).parents[1] / "static"
CSS = STATIC / "css"
SCRIPTS = STATIC / "js"

#: What every page has, before the files of its own and after them. The order matters:
#: later files may refine earlier ones.
BEFORE = ("fonts", "tokens", "base", "layout", "components")
AFTER = ("print",)
#: The files that a page may name.
OWN = tuple(sorted({path.stem for path in CSS.glob("*.css")} - {*BEFORE, *AFTER}))
FOREVER = "public, max-age=31536000, immutable"
#: The typefaces that the first lines of every page are set in.
PRELOADED = (
    "vendor/compendium-serif/compendium-serif-latin.woff2",
    "vendor/instrument-sans/instrument-sans-latin.woff2",
)
_FONT = re.compile(r'\.\./static/(?P<file>vendor/[^"?]+)\?v=(?P<digest>\w+)"')
NOT_FOUND = 404
#: As many joined sheets are kept; a page names few of the files, but any may be asked for.
SHEETS_KEPT = 64

bp = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """A style sheet or a script, and the first letters of its SHA-256."""

    text: str
    digest: str


class Styles:
    """The style sheets of the site, each joined once for the files that it is made of."""

    def __init__(self) -> None:
        files = {
            name: (CSS / f"{name}.css").read_text(encoding="utf-8")
            for name in (*BEFORE, *OWN, *AFTER)
        }

        @lru_cache(maxsize=SHEETS_KEPT)
        def sheet(own: tuple[str, ...]) -> Asset:
            text = "\n".join(files[name] for name in (*BEFORE, *own, *AFTER))
            return Asset(text, hashlib.sha256(text.encode()).hexdigest()[:12])

        #: The sheet with some files of a page, each of which is one of ``OWN``.
        self.sheet: Callable[[tuple[str, ...]], Asset] = sheet
        #: The scripts by their names; the address of each ends in its digest.
        self.scripts: Mapping[str, Asset] = {
            path.stem: Asset(
                path.read_text(encoding="utf-8"),
                hashlib.sha256(path.read_bytes()).hexdigest()[:12],
            )
            for path in SCRIPTS.glob("*.js")
        }
        #: The typefaces, each file with the digest that its address ends in.
        self.fonts: Mapping[str, str] = dict(_FONT.findall(files["fonts"]))


def init_app(app: Flask) -> None:
    """Read the style sheets once and register their route."""
    app.extensions["kb_styles"] = Styles()
    app.jinja_env.globals.update(
        style_url=style_url, script_url=script_url, preloaded_fonts=preloaded_fonts
    )
    app.register_blueprint(bp)


def style_url(own: Iterable[str] = ()) -> str:
    """The address of the sheet with these files of ``OWN``; changes with its content."""
    own = tuple(own)
    digest = current_app.extensions["kb_styles"].sheet(own).digest
    return url_for("assets.style", names=".".join(("site", *own)), digest=digest)


def script_url(name: str) -> str:
    """The address of a script of the site; the page that names it may run scripts of the site."""
    g.kb_runs_script = True
    digest = current_app.extensions["kb_styles"].scripts[name].digest
    return url_for("assets.script", name=name, v=digest)


def preloaded_fonts() -> tuple[str, ...]:
    """The addresses of the typefaces that a page asks for before it has read its style."""
    fonts: Mapping[str, str] = current_app.extensions["kb_styles"].fonts
    return tuple(url_for("static", filename=file, v=fonts[file]) for file in PRELOADED)


@bp.get("/assets/<names>.<digest>.css")
def style(names: str, digest: str) -> Response:
    """A style sheet; an older address gets the one there is, and may not keep it.

    404 where a name is no file, or stands twice: no page has such a sheet.
    """
    first, *own = names.split(".")
    if first != "site" or len(set(own)) < len(own) or not set(own) <= set(OWN):
        abort(NOT_FOUND)
    return _sent(current_app.extensions["kb_styles"].sheet(tuple(own)), digest, "text/css")


@bp.get("/static/js/<name>.js")
def script(name: str) -> Response:
    """A script, out of memory; 404 where there is none of that name.

    As a file it would be sent in pieces, and the library that compresses these leaves it open.
    """
    scripts: Mapping[str, Asset] = current_app.extensions["kb_styles"].scripts
    if name not in scripts:
        abort(NOT_FOUND)
    return _sent(scripts[name], request.args.get("v", ""), "text/javascript")


def _sent(current: Asset, digest: str, mimetype: str) -> Response:
    response = Response(current.text, mimetype=mimetype)
    response.headers["Cache-Control"] = FOREVER if digest == current.digest else "no-cache"
    return response
