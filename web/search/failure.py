"""What the page of a search that fails keeps."""

from __future__ import annotations

from flask import request

from kb.search.query import MAX_QUERY_LENGTH
from web.core.errors import Failure, Help


def help_with(failure: Failure) -> Help:
    """The search box with the words as they were typed, as many as it takes."""
    typed = request.args.get("q", "")[:MAX_QUERY_LENGTH]
    return Help(template="_search_again.html", given={"typed": typed})
