"""What somebody wrote, as Markdown that reads as exactly that text."""

from __future__ import annotations

import re
import unicodedata

#: What means something within a line.
_INLINE = re.compile(r"[\\`*_{}\[\]#|~]")
#: What would make a link of an address: nobody borrows the site's name for theirs.
_ADDRESS = re.compile(
    r"(?:(?<=http)|(?<=https)|(?<=ftp)|(?<=ftps)):(?=//)|(?<=www)\.|@", re.IGNORECASE
)
#: What means something where a line begins: lists, rules, headings, code.
_OPENING = re.compile(r"^(?:[-+=:>]|\d{1,9}(?=[.)]))")
_ENTITY = re.compile(r"&(?=#?\w{1,40};)")


def cleaned(given: str) -> str:
    """A text without what is no character of a text, its lines without spare white space.

    Lines end in one way, at most one empty line stands between two others, and none at an end.
    """
    text = given.encode("utf-8", "replace").decode()
    lines = ["".join(map(_printed, line)).split() for line in re.split(r"\r\n|\r|\n", text)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(map(" ".join, lines))).strip("\n")


def _printed(letter: str) -> str:
    """Control characters count as white space: some of them would mean something to a reader."""
    return " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter


def as_markdown(text: str) -> str:
    """A cleaned text as Markdown: its paragraphs and lines, and no mark that means anything."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(
        "  \n".join(map(markdown_line, paragraph.split("\n"))) for paragraph in paragraphs
    )


def markdown_line(line: str) -> str:
    """One line as Markdown."""
    line = _ENTITY.sub("&amp;", line).replace("<", "&lt;")
    line = _ADDRESS.sub(r"\\\g<0>", _INLINE.sub(r"\\\g<0>", line))
    return _OPENING.sub(_opening, line)


def _opening(found: re.Match[str]) -> str:
    mark = found[0]
    if mark.isdigit():
        return f"&#{ord(mark[0])};{mark[1:]}"
    return f"&#{ord(mark)};" if mark in "=:" else f"\\{mark}"
