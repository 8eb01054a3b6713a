"""Straight quotation marks of a source as the curly ones of a page: the site's one typographer."""

from __future__ import annotations

import re

#: After these, and after white space, a quotation begins.
_OPENERS = frozenset("([{<-‐‑–—/“‘«„¿¡")
#: Words that begin with an apostrophe, and the short years.
_LEFT_OUT = re.compile(
    r"'(?:n'(?!\w)|(?:\d\ds?|tis|twas|twere|twill|em|til|til|cause|bout|round)\b)", re.IGNORECASE
)
#: Where a single mark can end a quotation: after what is no space, and before no word.
_END = re.compile(r"(?<=\S)'(?!\w)")
#: Code, not prose: what a call is given in quotation marks.
_CALL = re.compile(r"""\w\((?:'[^']*'|"[^"]*")\)""")


def curly(text: str) -> str:
    """The text with typographic apostrophes and quotation marks, otherwise unchanged.

    A mark after a digit that ends no quotation is a measure (``6" pipes``) and stays, as does
    a double mark without its fellow. Each mark becomes one mark, so places in the text stay.
    """
    if "'" not in text and '"' not in text:
        return text
    out = list(text)
    code = {at for match in _CALL.finditer(text) for at in range(*match.span())}
    opened: list[int] = []
    for at, mark in enumerate(text):
        if at in code:
            continue
        if mark == "'":
            out[at] = _single(text, out, at)
        elif mark == '"':
            _double(text, out, at, opened)
    for at in opened:
        out[at] = '"'
    return "".join(out)


def _single(text: str, out: list[str], at: int) -> str:
    """What a single mark becomes: it opens a quotation, or it closes one or stands for a letter."""
    begins = at == 0 or out[at - 1].isspace() or out[at - 1] in _OPENERS
    ends = at + 1 == len(text) or text[at + 1].isspace()
    if not begins:
        return "’"
    if ends:
        return "'"
    if _LEFT_OUT.match(text, at) or not _END.search(text, at + 1):
        return "’"
    return "‘"


def _double(text: str, out: list[str], at: int, opened: list[int]) -> None:
    """Open or close a quotation at a double mark; ``opened`` are the places of those open."""
    begins = at == 0 or out[at - 1].isspace() or out[at - 1] in _OPENERS
    ends = at + 1 == len(text) or not text[at + 1].isalnum()
    if opened and (ends or not begins):
        opened.pop()
        out[at] = "”"
    elif not (at and text[at - 1].isdigit()):
        opened.append(at)
        out[at] = "“"
