"""What the page of a case that is not there offers."""

from __future__ import annotations

from web.core.errors import Failure, Help
from web.core.request import searcher
from web.core.urls import case_url
from web.words.typography import curly


def help_with(failure: Failure) -> Help:
    """The cases with the nearest ids, by their titles."""
    if failure.kind.slug != "unknown-case":
        return Help()
    current = searcher()
    return Help(
        nearest=tuple((case_url(name), curly(current.case(name).title)) for name in failure.allowed)
    )
