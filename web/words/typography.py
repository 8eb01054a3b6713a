"""Straight quotation marks of a source file as the curly ones of a page."""

from __future__ import annotations

import re

_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w|\s|[.,;:!?]|$)")
_QUOTED = re.compile(r'"([^"]*)"')


def curly(text: str) -> str:
    """The text with typographic apostrophes and double quotation marks, otherwise unchanged.

    Each mark becomes one mark, so places in the text stay.
    """
    return _QUOTED.sub("“\\1”", _APOSTROPHE.sub("’", text))


def capital(text: str) -> str:
    """A text with a capital letter at its start, the rest as it is."""
    return text[:1].upper() + text[1:]
