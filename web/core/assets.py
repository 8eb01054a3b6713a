"""The style sheet and the addresses of static files: content in the address, cached for good.

The CSS is kept in files by idea and served as one, joined when the site starts:
a contributor edits a file and restarts the site, and no build step stands between.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app

from web.core.urls import url_for

STATIC = Path(__file__).parents[1] / "static"

#: The order matters: later files may refine earlier ones.
STYLE_FILES = (
    *("fonts", "tokens", "base", "layout", "components", "pages"),
    *("self-check", "atlas", "flyer", "compare", "outcomes", "role-models", "print"),
)
FOREVER = "public, max-age=31536000, immutable"

bp = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Style:
    """The joined style sheet and the first letters of its SHA-256."""

    text: str
    digest: str


def read_style() -> Style:
    """Join the files of ``STYLE_FILES``."""
    parts = [(STATIC / "css" / f"{name}.css").read_text(encoding="utf-8") for name in STYLE_FILES]
    text = "\n".join(parts)
    return Style(text, hashlib.sha256(text.encode()).hexdigest()[:12])


def init_app(app: Flask) -> None:
    """Read the style sheet once and register its route."""
    app.extensions["kb_style"] = read_style()
    app.jinja_env.globals["style_url"] = style_url
    app.register_blueprint(bp)


def style_url() -> str:
    """The address of the style sheet; changes with its content."""
    return url_for("assets.style", digest=current_app.extensions["kb_style"].digest)


@bp.get("/assets/site.<digest>.css")
def style(digest: str) -> Response:
    """The style sheet; an older address gets the one there is, and may not keep it."""
    current: Style = current_app.extensions["kb_style"]
    response = Response(current.text, mimetype="text/css")
    response.headers["Cache-Control"] = FOREVER if digest == current.digest else "no-cache"
    return response
