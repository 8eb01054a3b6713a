"""Addresses inside the site and out of it. No other module makes any.

All of them begin with the path under which the site is mounted (``SCRIPT_NAME``), as
``url_for`` here and in templates does: so the site can stand under a path of another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlencode, urlsplit

from flask import Flask, Response, current_app, redirect, request, url_for
from werkzeug.routing import PathConverter

from kb.answers.addresses import Addresses, profile_pairs, query_pairs
from kb.guidance.profile import Profile
from kb.search.query import DEFAULT_PER_PAGE, FEED_SIZE, MAX_PER_PAGE, PAGE_SIZE, Query
from web.core.values import printable

#: As many paths are kept as they were made; then all are made anew.
_KEPT = 2_048
#: The status that keeps the method and says that an address has moved for good.
PERMANENT = 308
_SLASHES = re.compile("/{2,}")


class Newest(PathConverter):
    """The id of a case without a version, which follows a sign that no id has."""

    regex = "[^/@][^@]*?"


def init_app(app: Flask) -> None:
    """Give each page one address."""
    app.extensions["kb_paths"] = {}
    app.jinja_env.globals["url_for"] = path_of
    app.url_map.converters["newest"] = Newest
    app.url_map.merge_slashes = False  # it leads on to whatever host the request names
    app.before_request(_one_address)


def _one_address() -> Response | None:
    """Lead an address with a slash too many, or in capitals, to the page, parameters and all.

    What follows the fixed part of an address may hold capitals that mean something.
    """
    rule = request.url_rule
    path = _SLASHES.sub("/", request.path)
    if path != "/" and not (rule and rule.rule.endswith("/")):
        path = path.removesuffix("/")
    if rule is None and _is_address(path.lower()):
        path = path.lower()
    begins_with_two = request.environ.get("PATH_INFO", "").startswith(
        "//"
    )  # which no path of Flask shows
    if path == request.path and not begins_with_two:
        return None
    return led_to(quote(request.script_root + path))


def _is_address(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(path, method="GET")


def led_to(address: str) -> Response:
    """Lead on for good to another path of this site, with the parameters of this request."""
    parameters = request.query_string.decode("ascii", "replace")
    return redirect(f"{address}?{parameters}" if parameters else address, PERMANENT)


def path_of(endpoint: str, **parts: object) -> str:
    """What ``url_for`` gives; made once, as a page asks for the same few a hundred times.

    What hangs on more of the request than where the site is mounted is made anew.
    """
    if any(name.startswith("_") or not isinstance(value, str) for name, value in parts.items()):
        return url_for(endpoint, **parts)
    kept: dict[tuple[object, ...], str] = current_app.extensions["kb_paths"]
    asked = (request.script_root, endpoint, *parts.items())
    path = kept.get(asked)
    if path is None:
        path = url_for(endpoint, **parts)
        if len(kept) >= _KEPT:
            kept.clear()
        kept[asked] = path
    return path


def case_url(case_id: str) -> str:
    """The path of a case's page."""
    return path_of("cases.case", case_id=case_id)


def cases_root() -> str:
    """The path under which cases stand, without a slash at its end."""
    return case_url("-").removesuffix("/-")


def version_url(case_id: str, name: str) -> str:
    """The path of a version of a case; of two with ``...`` between them, of what differs."""
    return url_for("case_versions.version", case_id=case_id, name=name)


def query_url(
    query: Query, *, page: int = 1, endpoint: str = "search.search", **changes: Any
) -> str:
    """The path of a query on one of its pages, or of its twin for programs.

    Every default is left out, and facets stand in their fixed order. ``changes`` are fields
    of the query that are otherwise.
    """
    asked = replace(query, page=page, **changes)
    return _address(endpoint, query_pairs(asked, usual=_page_size(endpoint)))


#: Stands for a value in a query whose address is made once for many; no query holds such a sign.
ANY_VALUE = "\0"


def query_urls(query: Query, facet: str) -> Callable[[str], str]:
    """The paths of the first page of a query that has ``ANY_VALUE`` in a facet, by the value.

    They differ in it alone. So one of them is made, and is cut where the value stands: a page
    has hundreds.
    """
    before, _, after = query_url(query).rpartition(f"{facet}={quote_plus(ANY_VALUE)}")
    begin = f"{before}{facet}="
    return lambda value: f"{begin}{_in_address(value)}{after}"


@lru_cache(maxsize=1_024)
def _in_address(value: str) -> str:
    return quote_plus(value)


def search_url(
    text: str = "",
    filters: Mapping[str, Iterable[str]] | None = None,
    *,
    exact: bool = False,
    sort: str = "relevance",
    endpoint: str = "search.search",
) -> str:
    """The path of a search for a text and values of facets."""
    chosen = {facet: tuple(values) for facet, values in (filters or {}).items()}
    size = _page_size(endpoint)
    query = Query(text=text, filters=chosen, exact=exact, sort=sort, per_page=size)
    return query_url(query, endpoint=endpoint)


def _page_size(endpoint: str) -> int:
    """How many cases stand on a page, or in a file, of an address that does not say."""
    if endpoint.startswith("search.as_"):
        return MAX_PER_PAGE
    if endpoint == "feeds.search":
        return FEED_SIZE
    return PAGE_SIZE if endpoint == "search.search" else DEFAULT_PER_PAGE


def facet_url(**values: str) -> str:
    """The path of a browse by one or more facet values: ``facet_url(country="NO")``."""
    return search_url(filters={facet: (value,) for facet, value in values.items()})


def compare_url(case_ids: Iterable[str], endpoint: str = "compare.page") -> str:
    """The path of a comparison of some cases, in their order, or of its CSV or JSON twin."""
    return _address(endpoint, [("id", case_id) for case_id in case_ids], safe="/")


def profile_url(profile: Profile, query: Query, endpoint: str = "role_models.role_models") -> str:
    """The path of the role models for a profile, or of their JSON twin."""
    return _address(endpoint, profile_pairs(profile, query))


def self_check_url(
    given: Mapping[str, str], question_id: str = "", *, everything: bool = False
) -> str:
    """The path of the self-check with some answers, by the ids of the questions in their order.

    Args:
        given: the answers.
        question_id: the question whose page it is; without one it is that of the result.
        everything: whether it is the page with all questions.
    """
    endpoint = "self_check.all_questions" if everything else "self_check.self_check"
    if not question_id:
        return _address(endpoint, given.items())
    path = url_for("self_check.question", question_id=question_id)
    return f"{path}?{urlencode(list(given.items()))}" if given else path


def outcomes_url(
    profile: Profile, query: Query, endpoint: str = "outcomes.outcomes", **parts: str
) -> str:
    """The path of what a firm's role models, or the cases of a query, reported.

    ``parts`` are those of the path, such as ``metric``.
    """
    pairs = query_pairs(query) if profile.is_empty else profile_pairs(profile, query)
    return _address(endpoint, pairs, **parts)


def this_url(
    name: str, value: str | None, *, new_name: str | None = None, new_value: str | None = None
) -> str:
    """The path of this request with one part of its address mended, on its first page.

    Args:
        name: the parameter to mend.
        value: which of its values, None for all of them, of which one stays.
        new_name: its name instead.
        new_value: its value instead.
    """
    pairs = []
    for key, given in request.args.items(multi=True):
        if key == name and (value is None or given.strip() == value):
            mended = (new_name or key, given if new_value is None else new_value)
            if mended not in pairs:
                pairs.append(mended)
        elif key != "page":
            pairs.append((key, given))
    path = url_for(request.endpoint, **(request.view_args or {}))
    return f"{path}?{urlencode(pairs, safe='/')}"


def here() -> str:
    """The path of this request, without its parameters."""
    return request.script_root + request.path


#: The reading list that somebody without the script is making: a page hands it on, and asks nothing
#: by it.
CARRIED = "list"

#: Longer addresses are cut on paper, where they stand at the foot of every page.
_ON_PAPER = 180


def paper_address(*, reads: bool) -> str:
    """The public address of this request as a sheet of paper shows it: not all of a long one.

    Args:
        reads: whether the page reads parameters. Of one that reads none they change nothing, and
            are left out; so is a reader's list that is handed on.
    """
    query = request.query_string.decode("ascii", "replace") if reads else ""
    read = "&".join(one for one in query.split("&") if not one.startswith(f"{CARRIED}="))
    parameters = unquote(read, errors="replace")
    whole = printable(absolute(here()) + (f"?{parameters}" if parameters else ""))
    return whole if len(whole) <= _ON_PAPER else f"{whole[: _ON_PAPER - 1]}…"


def absolute(path: str) -> str:
    """The public address of a path that ``url_for`` made.

    It stands under the setting ``site_url``, else where the request found it. A path in
    the setting is the public one of the front page, and takes the place of the path
    under which the site is mounted.
    """
    base = current_app.extensions["kb_settings"].site_url.rstrip("/")
    if not base:
        return request.host_url.rstrip("/") + path
    if urlsplit(base).path:
        path = path.removeprefix(request.script_root)
    return base + path


def addresses() -> Addresses:
    """Where the pages stand that an answer to this request points to."""
    return Addresses(root=absolute(request.script_root))


def _address(endpoint: str, pairs: Iterable[tuple[str, str]], safe: str = "", **parts: str) -> str:
    parameters = urlencode(list(pairs), safe=safe)
    path = path_of(endpoint, **parts)
    return f"{path}?{parameters}" if parameters else path
