"""What the page of a failed search keeps and offers."""

from __future__ import annotations

from flask import request

from kb.model.cases import FACETS
from kb.search.query import MAX_QUERY_LENGTH, Query
from web.core.errors import Failure, Help
from web.core.params import understood
from web.core.request import searcher
from web.core.urls import query_pairs, with_value
from web.ui.filters import chips


def help_with(failure: Failure) -> Help:
    """The search box as it was filled in, and the rest of the address as far as understood."""
    is_answerable = failure.kind.slug == "bad-parameter"
    taxonomy = searcher().taxonomy if is_answerable else None
    kept = understood(request.args, taxonomy) if taxonomy else Query()
    return Help(
        template="_search_again.html",
        given={
            "typed": request.args.get("q", "")[:MAX_QUERY_LENGTH],
            "pairs": [pair for pair in query_pairs(kept) if pair[0] not in ("q", "exact")],
        },
        kept=tuple(chip.label for chip in chips(kept, taxonomy)) if taxonomy else (),
        choices=tuple((with_value(kept, failure.parameter, one), one) for one in failure.allowed)
        if failure.parameter in FACETS
        else (),
    )
