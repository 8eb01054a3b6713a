"""Signposting: in the header of a case's page what it is and how it is cited, the rest aside."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flask import Blueprint, Response, request

from kb.answers.citation import item_of
from kb.citations.formats import FORMATS
from kb.citations.items import today
from kb.citations.schema_org import CONTEXT, type_of
from kb.citations.signposting import LINKSET, TypedLink, to_header, to_linkset
from kb.exports.formats import FORMATS as FILES
from kb.model.cases import Case
from web.core.params import read_strict
from web.core.request import searcher, site_words
from web.core.urls import absolute, addresses, url_for

bp = Blueprint("signposting", __name__)

_JSON = "application/json"
OK = 200


@bp.get("/linksets/<path:case_id>")
def linkset(case_id: str) -> Response:
    """Everything that belongs to a case, by what it is to its page."""
    current = searcher()
    read_strict((), request.args, current.taxonomy)
    case = current.case(case_id)
    document = to_linkset(addresses().case(case.id), _links(case))
    return Response(json.dumps(document, ensure_ascii=False), content_type=LINKSET)


@bp.after_app_request
def signpost(response: Response) -> Response:
    """Put the first links into the header of a case's page.

    An answer to ``OPTIONS`` is of the pattern of an address alone: there may be no such case.
    """
    is_page = request.endpoint == "cases.case" and request.method in ("GET", "HEAD")
    if is_page and response.status_code == OK:
        case = searcher().case((request.view_args or {})["case_id"])
        response.headers["Link"] = to_header(_links(case))
    return response


def _links(case: Case) -> Iterator[TypedLink]:
    """What belongs to a case: what it is, then what it is also had as, then what is beside it."""
    yield from _about(case)
    yield from _metadata(case)
    for file in FILES.values():
        path = url_for("cases.case_file", case_id=case.id, form=file.name)
        yield TypedLink(rel="item", href=absolute(path), type=file.media_type)
    history = absolute(url_for("api.case_versions", case_id=case.id))
    yield TypedLink(rel="version-history", href=history, type=_JSON)
    by_id = searcher().compendium.by_id
    for other in (one for one in case.related if one in by_id):
        yield TypedLink(rel="related", href=addresses().case(other), type="text/html")
    path = url_for("signposting.linkset", case_id=case.id)
    yield TypedLink(rel="linkset", href=absolute(path), type=LINKSET)


def _about(case: Case) -> Iterator[TypedLink]:
    words = site_words()
    item = item_of(case, searcher(), addresses(), accessed=today())
    yield TypedLink(rel="cite-as", href=item.url)
    for kind in ("AboutPage", type_of(case)):
        yield TypedLink(rel="type", href=f"{CONTEXT}/{kind}")
    if any(name.is_organisation and name.family == words.name for name in item.authors):
        yield TypedLink(rel="author", href=absolute(url_for("holdings.home")))
    if words.licence_url:
        yield TypedLink(rel="license", href=words.licence_url)


def _metadata(case: Case) -> Iterator[TypedLink]:
    for one in reversed(FORMATS.values()):  # the last of them has the most parts
        path = url_for("cases.citation", case_id=case.id, format_id=one.id)
        media = one.media_type.partition(";")[0]
        yield TypedLink(rel="describedby", href=absolute(path), type=media)
    for endpoint in ("api.citation", "api.case"):
        path = url_for(endpoint, case_id=case.id)
        yield TypedLink(rel="describedby", href=absolute(path), type=_JSON)
