"""The rules of ``kb check`` on the text of a case: its headings, its Markdown, where it links to.

Those on Markdown itself are in ``kb.text.body``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from kb.content.known import Known, like_it, nearest_ids
from kb.content.load import Draft
from kb.content.rules import problem
from kb.errors import Edit, Fix, Problem
from kb.model.english import quoted
from kb.text.body import TextComplaint, body_problems, case_headings, links
from kb.text.pull_request import differences


def text_problems(draft: Draft, known: Known) -> Iterator[Problem]:
    """What is wrong with headings and Markdown, and links that lead to no case."""
    is_guide = known.guides[draft.id]
    headings = None if is_guide else case_headings(known.taxonomy.subject)
    complaints = [
        *body_problems(draft.body, draft.id, headings=headings),
        *link_problems(draft.body, draft.id, known),
    ]
    if all(one.rule != "raw-html" for one in complaints):  # else that is what differs
        complaints += differences(draft.body)
    for one in complaints:
        yield text_problem(draft.path, draft.body_line - 1, one, indent=draft.body_indent)


def text_problem(
    path: str | Path, before: int, complaint: TextComplaint, *, indent: int = 0
) -> Problem:
    """What is wrong in a text that begins after so many lines of a file.

    Args:
        path: the file.
        before: the lines before the text.
        complaint: what is wrong.
        indent: the characters before the text on its first line.
    """
    line, column = before + complaint.line, complaint.column
    if column and complaint.line == 1:
        column += indent
    fix = None
    if complaint.instead and column:
        end = column + len(complaint.value)
        edit = Edit(line=line, column=column, end_line=line, end_column=end, text=complaint.instead)
        fix = Fix(what=f"write {quoted(complaint.instead)}", edits=(edit,))
    return problem(
        complaint.rule,
        path,
        line,
        complaint.message,
        column=column,
        value=complaint.value,
        allowed=complaint.allowed,
        fix=fix,
    )


def link_problems(body: str, case_id: str, known: Known) -> Iterator[TextComplaint]:
    """Links that lead to no case."""
    for link in links(body, case_id):
        if link.case_id is not None and link.case_id not in known.guides:
            nearest = like_it(link.case_id, known.guides)
            hint = nearest_ids(nearest)
            message = f"the link {quoted(link.target)} must lead to a case that exists{hint}."
            yield TextComplaint(
                link.line, "link-broken", message, nearest, link.column, link.target
            )


def parts_linked_to(draft: Draft) -> tuple[tuple[str, str, int, int], ...]:
    """The parts of texts that a text links to: of which document, their name, line and column."""
    return tuple(
        (
            link.case_id or draft.id,
            unquote(part),
            draft.body_line + link.line - 1,
            link.column + (draft.body_indent if link.line == 1 else 0),
        )
        for link in links(draft.body, draft.id)
        if (part := link.target.partition("#")[2])
        and (link.case_id is not None or link.target.startswith("#"))
    )
