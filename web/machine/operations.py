"""The table of what the API answers: an operation is its view, and all that describes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, request

from kb.answers.serialise import to_json
from web.core.headers import REVALIDATE
from web.core.params import Table, read_strict
from web.core.request import searcher

#: Tag to what its operations are about, in the order to show.
TAGS: dict[str, str] = {
    "Search": "Cases that fit words and filters, and the vocabulary of the filters.",
    "Cases": "The cases themselves, whole and side by side.",
    "Guidance": "Role models for a firm, and the results that it may expect.",
    "Teaching": "Reading lists, sessions with teaching notes, and the course made of them.",
    "Quality": "How good the search is, as measured.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One address of the API.

    ``path`` is as in its description, ``words`` and ``details`` a line and a paragraph on
    it. ``parameters`` is the table that they are read by, ``answer`` the record that
    is sent; ``problems`` maps a status beyond 400 and 503 to when it is answered.
    """

    id: str
    path: str
    tag: str
    words: str
    details: str
    parameters: Table
    answer: type
    problems: dict[str, str]


View = Callable[..., object]
#: A part of an address as the site writes it.
_IN_PATH = re.compile(r"<(?:path:)?(\w+)>")
#: What speaks of more cases is sent in pieces, as it is made.
_IN_ONE = 1_000


class Operations:
    """The operations of a blueprint, in the order of their registration."""

    def __init__(self, bp: Blueprint) -> None:
        self._bp = bp
        self.all: list[Operation] = []

    def answers(
        self,
        path: str,
        words: str,
        *,
        id: str,
        tag: str,
        answer: type,
        parameters: Table = (),
        problems: dict[str, str] | None = None,
        kept: int = 0,
    ) -> Callable[[View], View]:
        """Register a view: of the snapshot and the values that were asked for, an ``answer``.

        What is as long as the compendium may come as pieces of its JSON. The view's docstring
        is the description of the operation. ``kept`` says for how many seconds a browser may give
        an answer again without asking.
        """

        def register(view: View) -> View:
            def respond(**inside: str) -> Response:
                current = searcher()
                values = read_strict(parameters, request.args, current.taxonomy)
                answer = view(current, values, **inside)
                if isinstance(answer, Iterator):
                    return _in_pieces(answer, len(current.cases))
                response = Response(to_json(answer), mimetype="application/json")
                if kept:
                    response.headers["Cache-Control"] = f"private, max-age={kept}"
                return response

            self._bp.add_url_rule(path, view.__name__, respond)
            self.all.append(
                Operation(
                    id=id,
                    path=(self._bp.url_prefix or "") + _IN_PATH.sub(r"{\1}", path),
                    tag=tag,
                    words=words,
                    details=" ".join((view.__doc__ or "").split()),
                    parameters=parameters,
                    answer=answer,
                    problems=problems or {},
                )
            )
            return view

        return register


def _in_pieces(pieces: Iterator[str], n_cases: int) -> Response:
    """JSON that is sent as it is made, or whole where that is no more than a page."""
    if n_cases <= _IN_ONE:
        return Response("".join(pieces), mimetype="application/json")
    response = Response(pieces, mimetype="application/json", direct_passthrough=True)
    response.headers["Cache-Control"] = REVALIDATE
    return response
