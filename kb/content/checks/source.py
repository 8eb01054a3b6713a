"""What goes wrong in the file of a case as a whole: closed too early, or merged by half."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from kb.content.as_typed import Slip
from kb.content.load import Draft
from kb.errors import Edit, Fix
from kb.text.body import TextComplaint

_CLOSES = re.compile(r"^-{3,}[ \t]*$", re.MULTILINE)


def closed_early(draft: Draft, fields: Collection[str]) -> Iterator[Slip]:
    """Fields that stand below the line that closes the front-matter, and so are text."""
    if draft.body[:40].partition(":")[0] not in fields:
        return
    lines = draft.text.split("\n")
    found, closes_again = [], False
    for line in lines[draft.body_line - 1 :]:
        name = line.partition(":")[0]
        if name in fields and line[len(name) : len(name) + 2] in (":", ": "):
            found.append(name)
        elif _CLOSES.match(line):
            closes_again = True
            break
        elif line[:1] == "#" or not (line.strip() == "" or line[0] in " -"):
            break
    if not found:
        return
    closing = draft.text.count("\n", 0, draft.closing) + 1
    fix = None
    if closes_again:
        edit = Edit(line=closing, column=1, end_line=closing + 1, end_column=1, text="")
        fix = Fix(what=f"take out line {closing}", edits=(edit,))
    stand = "stand" if len(found) > 1 else "stands"
    yield Slip(
        closing,
        1,
        "front-matter-closed-early",
        f"this line '---' closes the front-matter, and {', '.join(found)} {stand} below it as "
        "text; take the line out, so that one line '---' follows all fields.",
        fix=fix,
    )


_HALF_CONFLICT = re.compile(r"(?:\A|\n[ \t]*\n)(={7})[ \t]*(?=\n|\Z)")


def half_conflicts(body: str) -> Iterator[TextComplaint]:
    """The mark between the two sides of a merge, where the marks around them are gone."""
    if "=======" in body:
        for match in _HALF_CONFLICT.finditer(body):
            message = (
                "holds '=======', which a merge has left; keep one of the two texts around it, and "
                "take the line out."
            )
            line = body.count("\n", 0, match.start(1)) + 1
            yield TextComplaint(line, "merge-conflict", message, column=1, value=match[1])
