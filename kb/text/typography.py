"""Straight quotation marks of a source as the curly ones of a page: the one typographer."""

from __future__ import annotations

import re

#: After these, and after white space, a quotation begins.
_OPENERS = frozenset("([{<-‐‑–—/“‘«„¿¡")
#: Words that begin with an apostrophe, and the short years.
_LEFT_OUT = re.compile(
    r"'(?:n'(?!\w)|(?:\d\ds|tis|twas|twere|twill|em|til|till|cause|bout|round)\b(?!'))",
    re.IGNORECASE,
)
#: A short year: two digits after a word that a year follows.
_YEAR = re.compile(
    r"(?<=\b(?:in|of|by|to)\s)'\d\d\b(?!')|(?<=\b(?:from|late)\s)'\d\d\b(?!')"
    r"|(?<=\b(?:since|until|early|after)\s)'\d\d\b(?!')",
    re.IGNORECASE,
)
#: Where a single mark can end a quotation: after what is no space, and before no word.
_END = re.compile(r"(?<=\S)'(?![^\W_])")
#: What may stand between a space and a quotation in Markdown.
_EMPHASIS = frozenset("*_")
#: What stays: code, which is no prose (what a call is given), and marks around nothing.
_KEPT = re.compile(r"""\w\((?:'[^']*'|"[^"]*")\)|'{2,}|"{2,}""")


def curly(text: str) -> str:
    """The text with typographic apostrophes and quotation marks, otherwise unchanged.

    These stay as they are: a mark after a digit that ends no quotation, which is a measure
    (``5' 6" pipes``), a mark without its fellow, and two marks with nothing between them.
    Each mark becomes one mark, so places in the text stay.
    """
    if "'" not in text and '"' not in text:
        return text
    return _Setter(text).text()


#: The double marks of a quotation, each as the single one of a quotation within another.
_INNER = str.maketrans("“”„", "‘’‚")


def curly_inside(text: str) -> str:
    """The text as it stands between double curly marks: what it quotes itself is in single ones.

    Otherwise as ``curly``; it has as many characters as before.
    """
    return curly(text).translate(_INNER)


class _Setter:
    """Sets one text; ``_single`` and ``_double`` hold the places of quotations that are open."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._set = list(text)
        self._single: list[int] = []
        self._double: list[int] = []
        self._last_end = max((end.start() for end in _END.finditer(text)), default=-1)

    def text(self) -> str:
        """The text with its marks set."""
        kept = {place for match in _KEPT.finditer(self._text) for place in range(*match.span())}
        for place, mark in enumerate(self._text):
            if place in kept:
                continue
            if mark == "'":
                self._set[place] = self._of_single(place)
            elif mark == '"':
                self._of_double(place)
        for place in self._double:
            self._set[place] = '"'
        return "".join(self._set)

    def _begins(self, place: int) -> bool:
        """Whether a quotation can begin here: after a space, an opening mark or dots."""
        end = place
        while end and self._set[end - 1] in _EMPHASIS:
            end -= 1
        before = self._set[end - 1] if end else " "
        if before == "…" or self._set[max(end - 2, 0) : end] == [".", "."]:
            return self._text[place + 1 : place + 2].isalnum()
        return before.isspace() or before in _OPENERS

    def _is_measure(self, place: int) -> bool:
        """Whether the mark stands for feet, inches, minutes or seconds."""
        before, after = self._text[max(place - 1, 0) : place], self._text[place + 1 : place + 2]
        return before.isdigit() and not after.isalpha()

    def _of_single(self, place: int) -> str:
        """What a single mark becomes: it opens or closes a quotation, or stands for a letter."""
        after = self._text[place + 1 : place + 2]
        if not self._begins(place):
            if self._is_measure(place) and not (self._single and _END.match(self._text, place)):
                return "'"
            if self._single and not after.isalnum():
                self._single.pop()
            return "’"
        if not after or after.isspace():
            return "'"
        if (
            _LEFT_OUT.match(self._text, place)
            or _YEAR.match(self._text, place)
            or place >= self._last_end
        ):
            return "’"
        self._single.append(place)
        return "‘"

    def _of_double(self, place: int) -> None:
        """Open or close a quotation at a double mark."""
        begins = self._begins(place)
        ends = not self._text[place + 1 : place + 2].isalnum()
        if self._double and (ends or not begins):
            self._double.pop()
            self._set[place] = "”"
        elif not (place and self._text[place - 1].isdigit()):
            self._double.append(place)
            self._set[place] = "“"
