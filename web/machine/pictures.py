"""The pictures that stand with a link where somebody shares it: of the site, and of each case.

Each is made aside when it is first asked for, and kept (``web.ui.exported``).
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from kb.exports.share import HEIGHT, WIDTH, case_picture, site_picture
from kb.model.cases import Case
from web.core.request import searcher, site_words
from web.core.urls import absolute, url_for
from web.ui.exported import picture_file
from web.ui.pdf import symbol

bp = Blueprint("pictures", __name__)
_BRAND = "brand"


@bp.get("/share.png")
def site() -> Response:
    """The picture of the site: its promise, and how much it holds."""
    current = searcher()
    return _picture(
        "", lambda: site_picture(current.compendium, current.taxonomy, brand=symbol(_BRAND))
    )


@bp.get("/share/<path:case_id>.png")
def case(case_id: str) -> Response:
    """The picture of a case: its title, its country and a figure with its source; 404 for none."""
    current = searcher()
    one = current.case(case_id)
    return _picture(
        one.id,
        lambda: case_picture(
            one,
            current.compendium.references,
            current.taxonomy,
            site=site_words().name,
            brand=symbol(_BRAND),
        ),
    )


def _picture(case_id: str, gather: Callable[[], str]) -> Response:
    return picture_file(("share", case_id), gather)


@bp.app_template_global()
def share_picture(one: Case | None = None) -> dict[str, object]:
    """Where the picture of a case or of the site stands, and its size in dots.

    The address names the version, as whoever shows a picture keeps it by its address.
    """
    path = url_for("pictures.site")
    if one is not None:
        version = {"v": one.version[:12]} if one.version else {}
        path = url_for("pictures.case", case_id=one.id, **version)
    return {"url": absolute(path), "width": WIDTH, "height": HEIGHT}
