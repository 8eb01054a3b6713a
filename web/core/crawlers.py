"""What programs that walk links leave alone: what is closed to them, and links that say so.

Filters, answers of a form and reading lists stand in addresses, and these have no end. A crawler
that walks them all would fell the site. So ``/robots.txt`` closes searches and forms
(``web.machine.site``), and every link with parameters says ``nofollow``: a crawler that reads no
``/robots.txt`` is told as well, and so it is of pages whose parameters no rule there can name.
"""

from __future__ import annotations

import re

from flask import Response

from web.core.urls import path_of

#: What robots leave alone whole: searches and forms, which have no end of addresses.
CLOSED = ("search.search", "api.search", "packs.add", "packs.start")
#: A link to a page of the site that does not say it already.
_FOLLOWED = re.compile(
    r'<a\b(?![^>]*\srel="(?:[^">]*\s)?nofollow[\s"])(?=[^>]*?\shref="([/?][^"]*)")[^>]*>'
)
#: What stands below one of them and has an end all the same: the feed of a search.
OPEN = ("feeds.search",)
_REL = re.compile(r'\srel="([^"]*)"')
_NOFOLLOW = "nofollow"


def mark_links(response: Response) -> None:
    """Let every link of a page that leads to no page of its own say ``nofollow``."""
    if response.mimetype != "text/html" or response.direct_passthrough:
        return
    page = response.get_data(as_text=True)
    closed = tuple(path_of(name) for name in CLOSED)
    marked = _FOLLOWED.sub(lambda link: _marked(link, closed), page)
    if marked != page:
        response.set_data(marked)


def _marked(link: re.Match[str], closed: tuple[str, ...]) -> str:
    tag, address = link[0], link[1].partition("#")[0]
    if "?" not in address and not address.startswith(closed):
        return tag
    rel = _REL.search(tag)
    if rel is None:
        return f'<a rel="{_NOFOLLOW}"{tag[2:]}'
    return f'{tag[: rel.start()]} rel="{rel[1]} {_NOFOLLOW}"{tag[rel.end() :]}'
