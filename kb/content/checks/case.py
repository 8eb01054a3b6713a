"""Every rule of this package, asked of one file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from kb.content.as_typed import unseen, yaml_slips
from kb.content.checks import results, source, whole, wording
from kb.content.front_matter import FrontMatter
from kb.content.load import Draft
from kb.content.rules import slip_problem
from kb.content.schema import problem_at
from kb.content.text_rules import text_problem
from kb.errors import WARNING, Problem
from kb.model.taxonomy import Taxonomy

#: Of one kind no more than this are told at once in a file.
_MOST = 20


def said_problems(draft: Draft, taxonomy: Taxonomy) -> Iterator[Problem]:
    """What is wrong with what a case says, by itself, in no order."""
    given = draft.front_matter.value
    texts = wording.texts_of(given)
    complaints = (
        *results.result_complaints(given, draft.body, taxonomy),
        *results.period_complaints(given),
        *wording.markup_complaints(texts),
        *wording.unwritten_complaints(texts),
        *wording.repeated_complaints(given),
        *wording.promise_complaints(given, taxonomy),
        *whole.folder_complaints(draft.id, given, taxonomy),
    )
    for complaint in complaints:
        yield problem_at(draft.path, draft.front_matter, complaint)
    for one in (
        *islice(wording.body_complaints(draft.body), _MOST),
        *wording.repeated_in(draft.body, given),
        *whole.length_complaints(draft.body, given, taxonomy),
        *islice(source.half_conflicts(draft.body), _MOST),
    ):
        yield text_problem(draft.path, draft.body_line - 1, one, indent=draft.body_indent)
    yield from _slips(draft)


_ALLOWS = re.compile(r"^# kb check: allow ([a-z-]+(?:, ?[a-z]+-[a-z-]+)*)", re.MULTILINE)


def not_allowed_in(yaml: str, problems: list[Problem]) -> list[Problem]:
    """The problems without the warnings that a file says are as they are on purpose.

    It says so in a line of its front-matter such as ``# kb check: allow year-before-period``;
    what follows the ids is for those who read it. An error cannot be allowed.
    """
    if "# kb check: allow" not in yaml:
        return problems
    allowed = {rule for names in _ALLOWS.findall(yaml) for rule in re.split(", ?", names)}
    return [one for one in problems if one.severity != WARNING or one.rule not in allowed]


def _slips(draft: Draft) -> Iterator[Problem]:
    """What went wrong as the file was typed."""
    for slip in (
        *yaml_slips(draft.yaml, first_line=2),
        *source.closed_early(draft, FrontMatter.names()),
        *islice(unseen(draft.text), _MOST),
    ):
        yield slip_problem(draft.path, slip)
