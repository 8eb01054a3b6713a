"""What stands in a draft where nothing is written yet: ``TODO:``, and what belongs there.

``kb new`` and ``kb import`` write these sentences, the form of a site may, and ``kb check``
refuses what is left of them. So they stand here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

#: How each of them begins.
MARK = "TODO:"

#: What belongs in a field of a case, or of a record in it.
FIELDS: Mapping[str, str] = {
    "title": "TODO: a short name that no other case has",
    "kind": "TODO: what the document is",
    "country": "TODO: the country",
    "summary": "TODO: one or two sentences that say who did what together, where, and what came "
    "of it.",
    "key": "TODO: a key of sources.bib",
    "locator": "TODO: the place in the source",
    "who": "TODO: who took part",
}

#: What belongs under the headings of business-case form, in their order; see
#: ``kb.text.body.case_headings``.
SECTIONS: tuple[str, ...] = (
    "TODO: where they stood, and what they faced.",
    "TODO: who took part, how many, in which form, and who helped.",
    "TODO: what they did together, step by step.",
    "TODO: what the source reports as achieved, or that it reports nothing.",
    "TODO: what others can take from it. This is our reading.",
)

#: What belongs in the text of a guide, which has headings of its own.
GUIDE_TEXT = "TODO: what a newcomer needs to know, under headings of its own."

#: What the template said before it had marks.
_FORMER = "One or two sentences that say who did what together, where, and what came of it."
_IN_TEXT = re.compile(rf"^[ \t>*+-]*{MARK}.*$", re.MULTILINE)


def is_placeholder(value: object) -> bool:
    """Whether a value of the front-matter is what a draft says where nothing is written yet."""
    return isinstance(value, str) and (value.lstrip().startswith(MARK) or value.strip() == _FORMER)


def may_hold_placeholder(text: str) -> bool:
    """Whether it is worth the time to look for one in a text, or in several that were joined."""
    return MARK in text or _FORMER in text


def placeholders_in(body: str) -> Iterator[tuple[int, int, str]]:
    """The placeholders that a text still has: line and column of each, from 1, and what it says."""
    for match in _IN_TEXT.finditer(body):
        column = len(match.group()) - len(match.group().lstrip()) + 1
        yield body.count("\n", 0, match.start()) + 1, column, match.group().strip()
