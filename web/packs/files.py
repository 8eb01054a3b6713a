"""A reading list as a file to keep and to open again. Loads the readers of content on first use."""

from __future__ import annotations

import re

from kb.answers.packs import not_kept, unknown
from kb.errors import Problem
from kb.model.packs import Pack
from web.core.request import searcher, site_words, versions
from web.core.urls import absolute, url_for
from web.ui.packs import texts

#: What the file is called when it is saved, whatever the list is called.
FILE_NAME = "pack.yaml"


#: How a field of the file begins a message, and what a reader calls it.
_FIELD = re.compile(r"items\[(?P<number>\d+)\](?:\.(?P<part>case|note))?|(?P<field>\w+)(?= )")
_CALLED = {
    "title": "the title",
    "introduction": "the introduction",
    "items": "the list of cases",
    "case": "case {}",
    "note": "note {}",
    None: "entry {}",
}


def told(problem: Problem) -> str:
    """What is wrong in a file, as whoever made the list knows its parts: ``Line 4: case 2 …``."""
    match = _FIELD.match(problem.message)
    message = problem.message
    if match is not None and match["number"]:
        message = _CALLED[match["part"]].format(match["number"]) + message[match.end() :]
    elif match is not None and match["field"] in _CALLED:
        message = _CALLED[match["field"]] + message[match.end() :]
    said = str(Problem(path="", line=problem.line, message=message))  # fit to show
    return f"Line {said.removeprefix(':')}"


def written(pack: Pack) -> str:
    """A reading list as YAML."""
    from kb.content.packs import readers_pack_file  # else every worker would load the readers

    place = absolute(url_for("packs.packs"))
    return readers_pack_file(pack, f"A reading list of {site_words().name}. Open it at {place}")


def read(data: bytes) -> tuple[Pack | None, list[Problem]]:
    """The reading list of a file, None where anything is wrong; and what is."""
    from kb.content.packs import read_readers_pack  # else every worker would load the readers

    return read_readers_pack(data)


def not_here(pack: Pack, data: bytes) -> list[Problem]:
    """What a list names that this site does not have: cases that nobody knows, or versions.

    Args:
        pack: as the file has it; an item without a version means the newest.
        data: the file, for the lines.
    """
    from kb.content.packs import lines_of_items  # else every worker would load the readers

    compendium = searcher().compendium
    wrong = {one.number: one.told for one in not_kept(pack, versions(), compendium)}
    wrong |= unknown(pack, texts(), compendium.by_id)
    lines = lines_of_items(data) if wrong else ()
    return [
        Problem(path=FILE_NAME, line=lines[number - 1], message=f"items[{number}].case {said}")
        for number, said in sorted(wrong.items())
    ]
