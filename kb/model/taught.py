"""For whom, and for how long, a document is taught: made of the sessions it is in, for a filter.

A document has a teaching note where it stands in a pack with one. It then has every level that one
of these sessions is for. Of lengths it has those in which one of them can be taught: a session of
75 minutes fits into 90 as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kb.model.facets import FACET_LISTS, MINUTES_FACET, TEACHING_FACET
from kb.model.packs import Pack, packs_by_case
from kb.model.taxonomy import TEACHING_LEVELS, Taxonomy, Term, Vocabulary

#: The lists of the two facets, which are made of the sessions.
TAUGHT, LENGTHS = FACET_LISTS[TEACHING_FACET], FACET_LISTS[MINUTES_FACET]

#: What every document with a teaching note has.
WITH_NOTE = Term(
    id="with-note",
    label="For any level",
    definition="It is in a session with a plan, questions and what good answers hold.",
)


def taught(packs: Iterable[Pack]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The values of both facets by the id of each document that is taught, in their order."""
    packs = tuple(packs)
    lengths = _lengths(packs)
    found = {}
    for case_id, sessions in packs_by_case(packs).items():
        notes = [one.teaching for one in sessions if one.teaching is not None]
        levels = dict.fromkeys(level for note in notes for level in note.level)
        shortest = min(note.minutes for note in notes)
        found[case_id] = {
            TEACHING_FACET: (WITH_NOTE.id, *levels),
            MINUTES_FACET: tuple(str(length) for length in lengths if length >= shortest),
        }
    return found


def vocabularies_of(packs: Iterable[Pack], taxonomy: Taxonomy) -> Mapping[str, Vocabulary]:
    """The lists of both facets: the levels that occur in their order, the shortest length first.

    Without a session both are empty.
    """
    packs = tuple(packs)
    lengths = _lengths(packs)
    used = {level for pack in packs if pack.teaching for level in pack.teaching.level}
    levels = tuple(term for term in taxonomy[TEACHING_LEVELS] if term.id in used)
    return {
        TAUGHT: Vocabulary(name=TAUGHT, terms=(WITH_NOTE, *levels) if lengths else ()),
        LENGTHS: Vocabulary(name=LENGTHS, terms=tuple(map(_length, lengths))),
    }


def _lengths(packs: Iterable[Pack]) -> list[int]:
    """The lengths of the sessions in minutes, each once, the shortest first."""
    return sorted({pack.teaching.minutes for pack in packs if pack.teaching is not None})


def _length(minutes: int) -> Term:
    said = f"It is in a session that takes {minutes} minutes or fewer."
    return Term(id=str(minutes), label=f"{minutes} minutes or fewer", definition=said)
