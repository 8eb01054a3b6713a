"""A case that somebody proposes, checked by the rules of ``kb check`` against what is served.

The file is not in the folder of the cases, and a web worker may have no such folder: vocabulary,
ids, sources and titles are those of a snapshot. What only a whole folder can tell (aliases,
places of guides) the check of the repository tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic_core import PydanticCustomError, ValidationError

from kb.content.case_json import unpacked
from kb.content.checks.wording import HTML
from kb.content.corpus_rules import day_problems, title_problems
from kb.content.front_matter import FrontMatter
from kb.content.known import COUNTRIES, Known
from kb.content.load import MAX_FILE_BYTES, CaseFile, Draft, load_file
from kb.content.own_sources import OwnSource, reference_of
from kb.content.readings import Reading, Surroundings, read_file
from kb.content.schema import as_text, field_name, items_of
from kb.errors import Problem
from kb.model.cases import Case, Members, Reference
from kb.model.compendium import Compendium
from kb.model.facets import FACETS, FIELDS_OF_FACETS

#: The rule on marks in plain text, which an editor may mean to write.
OF_MARKS = "markup-in-plain-text"
#: How messages name the folder of the cases.
FOLDER = "cases"
#: The largest file that is taken.
MOST_BYTES = MAX_FILE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposed case, read.

    Attributes:
        problems: everything that is wrong, in the order of the lines.
        draft: what the file says; None where it is no draft.
        case: what it would be; None where its front-matter keeps it from being a case.
        references: the sources that it brings along, by key.
    """

    problems: tuple[Problem, ...]
    draft: Draft | None
    case: Case | None
    references: Mapping[str, Reference]

    def field_at(self, line: int) -> str:
        """The field of the front-matter that stands on a line; empty where none does."""
        if self.draft is None or line >= self.draft.body_line:
            return ""
        lines = self.draft.front_matter.lines
        before = [place for place, its_line in lines.items() if place and its_line <= line]
        place = max(before, key=lambda place: (lines[place], len(place)), default=())
        return field_name(place) if place else ""


def is_refused(problem: Problem) -> bool:
    """Whether nobody may send in what is a warning to an editor: marks that could be a script."""
    return problem.rule == OF_MARKS and HTML.search(problem.value) is not None


def surroundings_of(compendium: Compendium) -> Surroundings:
    """What a proposed case is checked against."""
    works = compendium.references
    return Surroundings(
        taxonomy=compendium.taxonomy,
        ids=frozenset((*compendium.by_id, *compendium.withdrawn)),
        keys=tuple(key for key, work in works.items() if not work.is_own),
        undated=frozenset(key for key, work in works.items() if not work.year),
    )


def read_proposal(
    data: bytes, case_id: str, around: Surroundings, *, same_title: str = "", today: date
) -> Proposal:
    """Read a file that would be that of a case.

    Args:
        data: its bytes.
        case_id: the id that it would have.
        around: what it is checked against.
        same_title: the id of another case with the same title; empty where there is none.
        today: days after it have not come yet.
    """
    file = _file(case_id)
    around = _with(around, case_id)
    reading, packed = read_file(file, around, data)
    draft, _ = load_file(file, data)
    read = [(file, reading)]
    other = [(_file(same_title), _titled(same_title, reading))] if same_title else []
    problems = [
        *reading.problems_in(file.path),
        *title_problems([*other, *read]),
        *day_problems(read, today),
    ]
    facets = {} if packed is None else {"country": tuple(reading.countries)}
    own = (OwnSource(*values) for values in reading.own_sources)
    return Proposal(
        problems=tuple(sorted(problems, key=lambda one: (one.line, one.message))),
        draft=draft,
        case=None if packed is None else unpacked(packed.packed, packed.body, facets),
        references={source.key: reference_of(source) for source in own},
    )


def _file(case_id: str) -> CaseFile:
    return CaseFile(id=case_id, path=f"{FOLDER}/{case_id}.md")


def _with(around: Surroundings, case_id: str) -> Surroundings:
    return Surroundings(
        taxonomy=around.taxonomy,
        ids=around.ids | {case_id},
        keys=around.keys,
        undated=around.undated,
    )


def _titled(case_id: str, like: Reading) -> Reading:
    """A reading of another case of the same title."""
    return Reading(id=case_id, digest="", problems=(), title=like.title)


# --- what can be said of a draft that is not finished ----------------------------------------


def begun_case(draft: Draft, around: Surroundings) -> Case:
    """What of a draft is a case already: each field in which nothing is wrong, the others empty."""
    given = draft.front_matter.value
    known = Known(taxonomy=around.taxonomy, guides={}, case_id=draft.id)
    facets = {facet: _facet(facet, given, known) for facet in FACETS}
    who = given.get("members")
    name = as_text(who.get("who")) if isinstance(who, dict) else None
    return Case(
        id=draft.id,
        title=as_text(given.get("title")) or "",
        kind=facets["kind"][0] if facets["kind"] else "",
        summary=as_text(given.get("summary")) or "",
        body=draft.body,
        facets=facets,
        results=(),
        sources=(),
        members=Members(who=name) if name else None,
        region=as_text(given.get("region")),
        role_model_for=tuple(_lines(given, "role_model_for")),
        answers=tuple(_lines(given, "answers")),
        digest=draft.digest,
    )


def _facet(facet: str, given: Mapping[str, Any], known: Known) -> tuple[str, ...]:
    field = FrontMatter.fields().get(FIELDS_OF_FACETS.get(facet, facet))
    if field is None or facet == "results":
        return ()
    found = []
    for text in _lines(given, FIELDS_OF_FACETS.get(facet, facet)):
        if facet == "country":
            found += _countries(text, known)
        elif (term := known.taxonomy.facet(facet).canonical(text)) is not None:
            found.append(term)
    return tuple(dict.fromkeys(found))


def _countries(text: str, known: Known) -> tuple[str, ...]:
    try:
        return COUNTRIES.read(text, known)
    except (PydanticCustomError, ValidationError):
        return ()


def _lines(given: Mapping[str, Any], name: str) -> Iterator[str]:
    return filter(None, map(as_text, items_of(given.get(name))))
