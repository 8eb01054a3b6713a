"""Sentences that name a kind of document as the vocabulary of the compendium calls it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from kb.model.taxonomy import Taxonomy, Term, Vocabulary
from web.words.translation import N_, translated
from web.words.typography import capital

#: Such sentences as the first compendium fills them, for the catalogues. What another one
#: fills in has no translation, as its vocabulary has none, and stays English.
IN_CATALOGUES = (
    N_("All cases and guides"),
    N_("Are you ready for a network?"),
    N_("Guides"),
    N_("Start with the guides"),
    N_("Type of network"),
)


#: A vocabulary that names no kind, where there is none at hand: cases and guides.
NO_KINDS = Taxonomy(vocabularies={"kinds": Vocabulary(name="kinds", terms=())})


def filled(sentence: str, taxonomy: Taxonomy) -> str:
    """A sentence with the names of kinds in it.

    ``{subject}`` is what the compendium is about, ``{a_subject}`` one of it and
    ``{subjects}`` several; ``{guide}``, ``{guides}`` and ``{Guides}`` are its guides.
    """
    return sentence.format_map(_names(taxonomy.subject, taxonomy.guide))


def with_kinds(sentence: str, taxonomy: Taxonomy) -> str:
    """The same in the language of the page."""
    return translated(filled(sentence, taxonomy))


@lru_cache(maxsize=16)
def _names(subject: Term, guide: Term) -> Mapping[str, str]:
    return {
        "subject": subject.in_line,
        "a_subject": subject.one,
        "subjects": subject.many,
        "guide": guide.in_line,
        "guides": guide.many,
        "Guides": capital(guide.many),
    }
