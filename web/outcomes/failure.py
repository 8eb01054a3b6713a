"""What the page of failed outcomes keeps and offers."""

from __future__ import annotations

from flask import request, url_for

from kb.model.cases import FACETS
from web.core.errors import Failure, Help
from web.core.params import understood
from web.core.request import searcher
from web.core.urls import query_url, with_value
from web.outcomes.form import ENDPOINT, selection_view
from web.ui.filters import chips

ALL = "What all cases reported"


def help_with(failure: Failure) -> Help:
    """The form as far as the address is understood, and the outcomes without the rest."""
    if failure.kind.slug != "bad-parameter":
        return Help()
    current = searcher()
    kept = understood(request.args, current.taxonomy)
    ways = [(url_for(ENDPOINT), ALL)]
    if kept_url := query_url(kept, endpoint=ENDPOINT):
        ways.insert(0, (kept_url, "What the cases reported without it"))
    return Help(
        title="These outcomes cannot be shown as asked",
        template="_outcomes_again.html",
        given={"page": selection_view(kept, current, only_guides=False)},
        kept=tuple(chip.label for chip in chips(kept, current.taxonomy)),
        choices=tuple(
            (with_value(kept, failure.parameter, one, endpoint=ENDPOINT), one)
            for one in failure.allowed
        )
        if failure.parameter in FACETS
        else (),
        ways=tuple(dict(ways).items()),
    )
