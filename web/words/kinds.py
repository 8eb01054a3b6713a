"""Sentences that name a kind of document as the vocabulary of the compendium calls it."""

from __future__ import annotations

from kb.model.english import N_
from kb.model.taxonomy import Taxonomy, Vocabulary
from web.words.translation import translated

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


def with_kinds(sentence: str, taxonomy: Taxonomy) -> str:
    """A sentence with the names of kinds in it (see ``Taxonomy.filled``), as the page speaks."""
    return translated(taxonomy.filled(sentence))
