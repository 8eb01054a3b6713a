"""For whom and for how long a document is taught, as values of facets."""

from __future__ import annotations

from kb.model.packs import Pack, PackItem, TeachingNote
from kb.model.taught import taught, vocabularies_of
from kb.model.taxonomy import Taxonomy, Term, Vocabulary

LEVELS = Vocabulary(
    name="teaching_levels",
    terms=tuple(Term(id=one, label=one.title()) for one in ("first", "second", "third")),
)
TAXONOMY = Taxonomy(vocabularies={"teaching_levels": LEVELS})


def session(minutes: int, level: tuple[str, ...], *case_ids: str) -> Pack:
    """A session over some documents."""
    note = TeachingNote(minutes=minutes, level=level, objectives=("Think.",), questions=())
    return Pack(items=tuple(PackItem(case=one) for one in case_ids), teaching=note)


PACKS = (
    session(90, ("third", "second"), "a", "b"),
    session(75, ("third",), "b"),
    session(120, ("second",), "c"),
    Pack(items=(PackItem(case="d"),)),
)


def test_a_document_has_the_levels_of_its_sessions_and_the_lengths_that_fit():
    """A session of 75 minutes fits into 90; a plain list gives nothing."""
    assert taught(PACKS) == {
        "a": {"teaching": ("with-note", "third", "second"), "minutes": ("90", "120")},
        "b": {"teaching": ("with-note", "third", "second"), "minutes": ("75", "90", "120")},
        "c": {"teaching": ("with-note", "second"), "minutes": ("120",)},
    }


def test_the_lists_hold_what_occurs():
    """Levels in the order of the vocabulary, lengths from the shortest."""
    lists = vocabularies_of(PACKS, TAXONOMY)

    assert lists["taught"].ids == ("with-note", "second", "third")
    assert [(one.id, one.label) for one in lists["lengths"]] == [
        ("75", "75 minutes or fewer"),
        ("90", "90 minutes or fewer"),
        ("120", "120 minutes or fewer"),
    ]
    assert {name: one.name for name, one in lists.items()} == {
        "taught": "taught",
        "lengths": "lengths",
    }


def test_without_sessions_there_is_no_such_facet():
    """A compendium of cases alone is asked by neither."""
    lists = vocabularies_of(PACKS[3:], TAXONOMY)
    assert [one.terms for one in lists.values()] == [(), ()]
    facets = Taxonomy(vocabularies={**TAXONOMY.vocabularies, **lists}).facets
    assert {"teaching", "minutes"} & set(facets) == set()
