"""Contributing: the two doors, a story in plain questions, the form of a case, what comes of it.

Nothing is stored. What somebody writes comes with POST, goes into the answer and is gone: no
cache of others keeps it, no address and no log holds it, and no file is written. So there is no
state that a forged request could change (nothing here needs a token against it); all that another
site could do is show somebody words in our name, and its forms are refused for that.

The readers of content are loaded when somebody contributes, and not before: this module imports
none, and the others of this package are imported here on first use.
"""

from __future__ import annotations

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

from web.core.errors import Failure, Help, register_help
from web.core.urls import url_for

NOT_FOUND, TOO_LARGE, WRONG = 404, 413, 400
SEE_OTHER = 303
#: More bytes than this are not read, and more fields.
MOST_BYTES, MOST_PARTS = 1_200_000, 3_000
#: What is answered holds somebody's words. Their own browser may keep it, for its way back.
OWN_WORDS = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
#: Browsers say so of a form that another site sent.
FOREIGN = ("cross-site", "same-site")

bp = Blueprint("contribute", __name__, template_folder="templates")


def help_with(failure: Failure) -> Help:
    """What a form that is too large, or a page that only takes a form, leads on to."""
    ways = (
        (url_for("contribute.contribute"), "The two ways to contribute"),
        (url_for("contribute.case"), "Write a case"),
    )
    if failure.kind.status == TOO_LARGE:
        return Help(title="That is more than a case can hold", ways=ways)
    return Help(ways=ways)


register_help(bp, help_with)


@bp.get("/contribute")
def contribute() -> str:
    """The two doors, and what has become of a story afterwards."""
    return render_template("contribute.html", problems=(), name="")


# --- the story -------------------------------------------------------------------------------


@bp.route("/contribute/story", methods=("GET", "POST"))
def story() -> Response:
    """The first question; with POST that of a story that was begun."""
    from web.contribute.story import QUESTIONS

    first = QUESTIONS[0].id
    if request.method == "GET":
        return redirect(url_for("contribute.question", question_id=first), SEE_OTHER)
    return question(first)


@bp.route("/contribute/story/<question_id>", methods=("GET", "POST"))
def question(question_id: str) -> Response:
    """One question, or the answers to all; 404 where there is none of that name.

    With POST the answers come along, ``at`` naming the page that they come from. 400 with that
    page again where something on it is wrong and the way leads on; nobody is kept from going back.
    """
    from web.contribute import pages

    if request.method == "GET":
        page = pages.story_page(MultiDict(), question_id, is_foreign=False)
    else:
        page = pages.story_page(_sent(), question_id, is_foreign=_is_foreign())
    if page is None:
        abort(NOT_FOUND)
    return _own(make_response(*page))


@bp.post("/contribute/story/draft")
def story_draft() -> Response:
    """The draft that a story makes, and where it goes.

    400 with the answers while one is missing.
    """
    from web.contribute import pages

    return _own(make_response(*pages.story_draft(_sent(), is_foreign=_is_foreign())))


# --- the case --------------------------------------------------------------------------------


@bp.route("/contribute/case", methods=("GET", "POST"))
def case() -> Response:
    """The form of a case: empty, or with POST as a button of it asks.

    400 with everything kept where the form is checked and something is wrong.
    """
    from web.contribute import pages

    form = MultiDict() if request.method == "GET" else _sent()
    return _own(make_response(*pages.case_page(form, is_foreign=_is_foreign())))


@bp.post("/contribute/preview")
def preview() -> Response:
    """A case as its page will look; the form again (400) where it is no case yet."""
    from web.contribute import pages

    return _own(make_response(*pages.preview_page(_sent(), is_foreign=_is_foreign())))


@bp.post("/contribute/file")
def file() -> Response:
    """The file of a case, finished or not, to keep; its name is made of the checked id alone."""
    from web.contribute import pages

    return _own(pages.file_of(_sent()))


@bp.post("/contribute/open")
def open_file() -> Response:
    """A file that somebody has, in the form, with what is wrong in it.

    400 where it is no case; 413 where it is more than a case can hold.
    """
    from web.contribute import pages

    _bound()
    sent = request.files.get("file")
    name = (sent.filename or "") if sent else ""
    data = sent.read(MOST_BYTES) if sent else b""
    return _own(make_response(*pages.opened(data, name, is_foreign=_is_foreign())))


@bp.post("/contribute/check")
def check() -> Response:
    """What is wrong with a form as it stands, for the script of its page.

    This address is the page's own and may change with it: programs run ``kb check``.
    """
    from web.contribute import pages

    if _is_foreign():
        abort(WRONG)
    return _own(jsonify(pages.told(_sent())))


def _is_foreign() -> bool:
    """Whether another site made the browser send this."""
    return request.method == "POST" and request.headers.get("Sec-Fetch-Site") in FOREIGN


def _bound() -> None:
    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    request.max_form_parts = MOST_PARTS


def _sent() -> MultiDict[str, str]:
    _bound()
    return request.form


def _own(response: Response) -> Response:
    response.headers.update(OWN_WORDS)
    return response
