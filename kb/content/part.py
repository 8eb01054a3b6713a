"""What of a corpus is built: everything, or the documents of one collection alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from kb.content.collections import case_within, frame_within
from kb.content.corpus import Corpus
from kb.content.documents import Document
from kb.model.cases import Case
from kb.model.compendium import Compendium
from kb.model.facets import COLLECTION_FACET


@dataclass(frozen=True, kw_only=True)
class Part:
    """A compendium of its own, whose cases are only made when they are asked for.

    Attributes:
        corpus: what it is of.
        documents: in the order of their ids.
        frame: everything but the cases, of which it has none.
        collection: the id of the collection that it is; empty where it is everything.
    """

    corpus: Corpus
    documents: tuple[Document, ...]
    frame: Compendium
    collection: str = ""

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of the documents."""
        return frozenset(one.id for one in self.documents)

    def cases(self, ids: Collection[str]) -> Iterator[Case]:
        """Some of the cases, in the order of their ids; each is only made when it is its turn.

        Raises:
            CorpusError: a file has changed since it was read.
        """
        for case in self.corpus.cases_of(one for one in self.documents if one.id in ids):
            yield case_within(case, self.ids) if self.collection else case

    @cached_property
    def compendium(self) -> Compendium:
        """All of it, with the cases."""
        return replace(self.frame, cases=tuple(self.cases(self.ids)))


def whole(corpus: Corpus) -> Part:
    """Everything."""
    frame = replace(corpus.beside, cases=(), taxonomy=corpus.taxonomy)
    return Part(corpus=corpus, documents=corpus.documents, frame=frame)


def part_of(corpus: Corpus, collection: str) -> Part:
    """The documents of one of the collections.

    The vocabulary stays as it is, but for the countries and decades that no document has. What
    leads to a document outside loses the way there: a link in a text becomes its words, and
    ``related``, the self-check and the people leave it out.
    """
    everything = whole(corpus)
    documents = tuple(one for one in corpus.documents if collection in one.facets[COLLECTION_FACET])
    frame = frame_within(everything.frame, documents)
    return replace(everything, documents=documents, frame=frame, collection=collection)
