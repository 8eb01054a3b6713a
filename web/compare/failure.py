"""What the page of a failed comparison keeps and offers."""

from __future__ import annotations

from flask import request

from web.compare.choose import choosing_again
from web.core.errors import Failure, Help
from web.core.request import searcher


def help_with(failure: Failure) -> Help:
    """The form with the cases that are understood, and what may have been meant."""
    if failure.kind.slug != "bad-parameter":
        return Help()
    again = choosing_again(searcher(), request.args)
    return Help(title=again.title, template="_compare_again.html", given={"again": again})
