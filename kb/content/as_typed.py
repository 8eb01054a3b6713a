"""What goes wrong in a text as it is typed: what YAML drops or splits, and signs that nobody sees.

The front-matter of a case and the files beside the cases are asked the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

import yaml

from kb.errors import Edit, Fix
from kb.model.english import quoted

#: Fields whose value is a sentence or a name, in a case or in a file beside the cases.
_PROSE = frozenset(
    "title summary statement locator who region horizon about compared_with says why reason what "
    "partners role_model_for answers questions authors label definition note text short sentence "
    "sentences name description question answer intro short_title".split()
)
#: Lists of sentences; and those of names, in which less can be told.
_SENTENCES = ("role_model_for", "answers", "questions")
_LISTS = (*_SENTENCES, "authors", "partners")


class Slip(NamedTuple):
    """What went wrong at a line and a column of a file, both from 1."""

    line: int
    column: int
    rule: str
    message: str
    field: str = ""
    value: str = ""
    fix: Fix | None = None


# --- YAML ------------------------------------------------------------------------------------

_HASH = re.compile(r"[ \t]+(#.*)")
_IN_BRACKETS = re.compile(r"[ ]*:[ \t]*\[([^\[\]]*)\]")
#: How an entry goes on that the comma before it has cut off.
_GOES_ON = re.compile(
    r"(?:and|or|but|nor|who|which|that|as|while|where|when|whose|with|without|for|to|so|not)\b"
)


def yaml_slips(text: str, *, first_line: int = 1) -> Iterator[Slip]:
    """Text that YAML reads as a comment, and sentences that it cuts at a comma.

    Args:
        text: YAML that can be read.
        first_line: the line of the file on which it begins.
    """
    loses = " #" in text or "\t#" in text
    splits = any(_may_be_split(text, name) for name in _LISTS)
    if not loses and not splits:
        return
    try:
        tokens = [token for token in yaml.scan(text, _LOADER) if isinstance(token, _TOLD)]
    except (yaml.YAMLError, ValueError):
        return  # whoever reads it says what is wrong
    if loses:
        yield from _lost(text, tokens, first_line)
    if splits:
        yield from _split(tokens, first_line)


#: libyaml's, where it is there.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOLD = (
    *(yaml.KeyToken, yaml.ValueToken, yaml.ScalarToken),
    *(yaml.FlowSequenceStartToken, yaml.FlowSequenceEndToken, yaml.FlowEntryToken),
    *(yaml.BlockEntryToken,),
)


def _lost(text: str, tokens: Sequence[yaml.Token], first_line: int) -> Iterator[Slip]:
    """Values behind which a sign begins a comment that was meant as text."""
    key = ""
    for number, token in enumerate(tokens):
        if not isinstance(token, yaml.ScalarToken):
            continue
        if number and isinstance(tokens[number - 1], yaml.KeyToken):
            key = token.value
            continue
        if key not in _PROSE or token.style in ("|", ">"):
            continue
        comment = _HASH.match(text, token.end_mark.index)
        if comment is None or not _is_text(comment, is_plain=token.plain):
            continue
        kept, lost = token.value, comment[1].rstrip()
        begin, end = token.start_mark, comment.end()
        meant = f"{kept} {lost}"
        fix = None
        if token.plain and begin.line == token.end_mark.line and lost[1:2] not in ("", " "):
            line = begin.line + first_line
            edit = Edit(
                line=line,
                column=begin.column + 1,
                end_line=line,
                end_column=begin.column + 1 + end - begin.index,
                text=json.dumps(meant, ensure_ascii=False),
            )
            fix = Fix(what="put the value in quotes", edits=(edit,))
        yield Slip(
            token.end_mark.line + first_line,
            token.end_mark.column + 1 + len(comment[0]) - len(comment[1]),
            "text-lost-after-hash",
            f"{key} ends at {quoted(_end_of(kept))}, as ' #' begins a comment: "
            f"{quoted(_cut(lost))} is lost. Put the whole value in quotes; before a comment "
            "write two spaces and '# '.",
            field=key,
            value=_cut(meant),
            fix=fix,
        )


def _is_text(comment: re.Match[str], *, is_plain: bool) -> bool:
    """Whether what reads as a comment was meant as text: comments have room on both sides."""
    sign = comment[1]
    if sign[1:2] not in ("", " ", "#", "!"):
        return True
    room = comment[0][: -len(sign)]
    return is_plain and room == " " and sign[1:2] == " " and sign[2:3].isalnum()


_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")


def _may_be_split(text: str, name: str) -> bool:
    at = text.find(name)
    while at >= 0:
        found = _IN_BRACKETS.match(text, at + len(name))
        if found and "," in found[1] and _has_rest(name, found[1]):
            return True
        at = text.find(name, at + 1)
    return False


def _has_rest(name: str, inside: str) -> bool:
    parts = [part.strip() for part in _QUOTED.sub('""', inside).split(",")]
    if name == "authors":
        return any(part and " " not in part for part in parts[1:])
    if any(map(_GOES_ON.match, parts[1:])):
        return True
    return name in _SENTENCES and any(part[:1].islower() for part in parts[1:])


def _split(tokens: Sequence[yaml.Token], first_line: int) -> Iterator[Slip]:
    """Sentences in brackets that a comma has cut in two."""
    for name, entries in _lists(tokens):
        for at in range(1, len(entries)):
            entry, before = entries[at], entries[at - 1]
            if entry.plain and before.plain and _is_rest(name, entries, at):
                field = f"{name}[{at + 1}]"
                yield Slip(
                    entry.start_mark.line + first_line,
                    entry.start_mark.column + 1,
                    "list-split-at-comma",
                    f"{field} is {quoted(_cut(entry.value))}: between brackets a comma ends an "
                    "entry. Put each entry in quotes, or on a line of its own after '- '.",
                    field=field,
                    value=_cut(entry.value),
                )
                break


def _lists(tokens: Sequence[yaml.Token]) -> Iterator[tuple[str, list[yaml.ScalarToken]]]:
    """The lists of sentences or names that stand in brackets: name, and entries."""
    for number, token in enumerate(tokens[:-3]):
        key, opening = tokens[number + 1], tokens[number + 3]
        if (
            isinstance(token, yaml.KeyToken)
            and isinstance(key, yaml.ScalarToken)
            and key.value in _LISTS
            and isinstance(opening, yaml.FlowSequenceStartToken)
        ):
            inside = list(
                takewhile(
                    lambda one: not isinstance(one, yaml.FlowSequenceEndToken), tokens[number + 4 :]
                )
            )
            if any(isinstance(one, yaml.KeyToken) for one in inside):
                continue  # the entries are records, and no sentences
            yield key.value, [one for one in inside if isinstance(one, yaml.ScalarToken)]


def _is_rest(name: str, entries: Sequence[yaml.ScalarToken], at: int) -> bool:
    """Whether an entry is what a comma has cut off the one before."""
    mine, before = entries[at].value, entries[at - 1].value
    if name == "authors":
        return " " not in mine and " " not in before
    if _GOES_ON.match(mine):
        return True
    if name not in _SENTENCES or not mine[:1].islower():
        return False
    return entries[0].value[:1].isupper() or any(len(one.value.split()) < 3 for one in entries)


# --- signs that nobody sees ------------------------------------------------------------------

#: Signs that nobody sees, and the sign for one that was lost on the way. Those that turn the
#: direction of what is read have a rule of their own.
_UNSEEN = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f"
    "\ufeff\ufff9-\ufffd\ue000-\uf8ff\U000e0000-\U000e007f]"
)


_SEEN = bytes((0x09, 0x0A, *range(0x20, 0x7F)))


def unseen(text: str) -> Iterator[Slip]:
    """Signs that nobody sees: the first on each line."""
    rest = text.encode("utf-8", "surrogatepass").translate(None, _SEEN)
    if not rest or not _UNSEEN.search(rest.decode("utf-8", "surrogatepass")):
        return
    before = -1
    for match in _UNSEEN.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        if start == before:
            continue
        before = start
        line, column = text.count("\n", 0, match.start()) + 1, match.start() - start + 1
        code = f"U+{ord(match[0]):04X}"
        end = text.find("\n", start)
        row = text[start : end if end >= 0 else len(text)]
        if "\ufffd" in row:
            column = row.index("\ufffd") + 1
            message = "holds U+FFFD, which stands for a letter that was lost; write the letter."
            yield Slip(line, column, "unseen-character", message)
            continue
        edit = Edit(
            line=line,
            column=1,
            end_line=line,
            end_column=len(row) + 1,
            text=_UNSEEN.sub("", row),
        )
        yield Slip(
            line,
            column,
            "unseen-character",
            f"holds {code}, a sign that nobody sees and that search and sorting trip over; take it "
            "out.",
            fix=Fix(what=f"take out {code}", edits=(edit,)),
        )


#: Signs that change in which direction what follows is read, or end that: they are not seen, and
#: hide what a text says.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def turned(text: str) -> Iterator[Slip]:
    """Signs that turn the direction of a text: the first on each line."""
    for line, row in enumerate(text.split("\n"), 1) if TURNS.search(text) else ():
        if found := TURNS.search(row):
            yield turned_at(line, found.start() + 1, found[0], row)


def turned_at(line: int, column: int, sign: str, row: str, name: str = "") -> Slip:
    """A sign that turns the direction, at a place of a file, on a line that reads ``row``."""
    fix = None
    if sign in row:
        without = TURNS.sub("", row)
        edit = Edit(line=line, column=1, end_line=line, end_column=len(row) + 1, text=without)
        fix = Fix(what=f"take out U+{ord(sign):04X}", edits=(edit,))
    return Slip(
        line,
        column,
        "direction-turned",
        f"{name or 'the text'} must hold no sign that turns the direction of reading, and holds "
        f"U+{ord(sign):04X}; take it out, it cannot be seen.",
        field=name,
        fix=fix,
    )


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _end_of(text: str) -> str:
    return text if len(text) <= 40 else "..." + text[-37:]
