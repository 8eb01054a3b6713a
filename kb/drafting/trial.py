"""A draft laid beside a snapshot, so that a search ranks it as a build would."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from kb.engine.base import Document, unit_rows
from kb.engine.one_more import Tried
from kb.model.cases import Case, Passage
from kb.model.taxonomy import Taxonomy, Vocabulary
from kb.search.searcher import Searcher
from kb.snapshots.vector_sets import ENCODER, PASSAGES, VECTOR_SETS
from kb.text.analysis import words
from kb.text.chunking import passages_of, says_of_case, words_of_case
from kb.text.mentions import MentionFinder


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A draft beside the cases of a snapshot.

    Attributes:
        draft: what was read of it, body included. Parts that are not written yet are empty.
        searcher: over the snapshot.
        whole: whether all of it is read for its meaning. Else its summary is, and the first line
            on whom it suits; all else counts by its words alone, so that its places are these or
            better ones.
    """

    draft: Case
    searcher: Searcher
    whole: bool = True

    @property
    def is_new(self) -> bool:
        """Whether no case has its id; else it is another text of that case."""
        return self.searcher.engine.row(self.draft.id) is None

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """The vocabulary, with the countries of the draft among those that have a case."""
        taxonomy = self.searcher.taxonomy
        held = taxonomy["countries"]
        more = [
            term
            for country in self.draft.facets.get("country", ())
            if held.get(country) is None and (term := taxonomy.world.get(country)) is not None
        ]
        if not more:
            return taxonomy
        countries = Vocabulary(name=held.name, terms=(*held.terms, *more))
        return replace(taxonomy, vocabularies={**taxonomy.vocabularies, "countries": countries})

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Its passages, as a build makes them."""
        return passages_of(self.draft, self.taxonomy)

    @cached_property
    def document(self) -> Document:
        """What the engine finds it by; its figures and days are left out, as no text needs them."""
        return Document(
            id=self.draft.id,
            words=words_of_case(self.draft, self.taxonomy),
            says=says_of_case(self.draft, self.passages),
            kind=self.draft.kind,
            title=self.draft.title,
            facets=self.draft.facets,
            links=self.draft.related,
        )

    @property
    def replaced(self) -> Case | None:
        """The case whose text it is to take the place of; None of a new one."""
        own = self.searcher.engine.row(self.draft.id)
        return None if own is None else self.searcher.cases[own]

    def others_having(self, facet: str, value: str) -> int:
        """How many other cases have a value of a facet."""
        held = self.searcher.counts_of_all.get(facet, {}).get(value, 0)
        had = self.replaced is not None and value in self.replaced.facets.get(facet, ())
        return held - had

    @cached_property
    def _names(self) -> MentionFinder | None:
        """What finds named values with the draft, where that is not what finds them without."""
        own, before = self.draft.facets, self.replaced.facets if self.replaced else {}
        gone = any(
            value not in own.get(facet, ()) and not self.others_having(facet, value)
            for facet, values in before.items()
            for value in values
        )
        if gone:
            held = self.searcher.counts_of_all
            values = {
                facet: tuple(
                    one.id
                    for one in self.taxonomy.facet(facet)
                    if one.id in own.get(facet, ())
                    or (one.id in held.get(facet, {}) and self.others_having(facet, one.id))
                )
                for facet in self.taxonomy.facets
            }
            return MentionFinder(self.taxonomy, values)
        new = {
            facet: {value for value in values if not self.others_having(facet, value)}
            for facet, values in own.items()
        }
        names = self.searcher.names_of_values
        return names.knowing(self.taxonomy, new) if any(new.values()) else None

    @cached_property
    def own_words(self) -> frozenset[str]:
        """The words that a build would know from it, so that they are no slips of typing."""
        text = f"{self.draft.title} {self.draft.summary} {self.draft.body}"
        return frozenset(word.form for word in words(text))

    @cached_property
    def ranking(self) -> Searcher:
        """A searcher that ranks the draft among the cases."""
        tried = Tried(document=self.document, vectors=self._by_set, linked=self._linked)
        return self.searcher.with_one_more(tried, self._names)

    @cached_property
    def near(self) -> np.ndarray:
        """The unit vectors of the passages that are read for their meaning, summary first."""
        return self._by_set[PASSAGES.name]()

    @cached_property
    def _by_set(self) -> Mapping[str, Callable[[], np.ndarray]]:
        """By vector set what gives the vectors of its texts; made when a question needs them."""
        draft, read = self.draft, self.passages
        if not self.whole:
            read = read[:1]
            line = draft.audience_lines[:1]
            draft = replace(draft, role_model_for=line, answers=())
        encoders = self.searcher.encoders
        found: dict[str, Callable[[], np.ndarray]] = {}
        for one in VECTOR_SETS:
            texts = one.of_case(draft, read) if one.of_case else ()
            is_default = one.encoder == ENCODER
            if texts and (is_default or encoders.multilingual is not None):
                encode = self._by_default if is_default else self._by_multilingual
                found[one.name] = cache(_later(encode, tuple(texts)))
        return found

    def _by_default(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors by the encoder that the snapshot carries.

        Each is remembered for a while: a draft that is mended is read anew only where it changed.
        """
        encoder = self.searcher.encoders.query
        return unit_rows(np.stack([encoder.encode_remembered(text) for text in texts]))

    def _by_multilingual(self, texts: Sequence[str]) -> np.ndarray:
        multilingual = self.searcher.encoders.multilingual
        if multilingual is None:
            raise ValueError("there is no multilingual encoder")
        return unit_rows(multilingual.encode(texts))

    @cached_property
    def _linked(self) -> tuple[int, ...]:
        """The rows of the cases that it leads to, or that lead to it."""
        searcher, engine = self.searcher, self.searcher.engine
        leads_to = [engine.row(case_id) for case_id in self.draft.related]
        own = engine.row(self.draft.id)
        lead_here: list[int] = []
        if own is not None:
            others = engine.links(np.array([own]))[1].tolist()
            lead_here = [row for row in others if self.draft.id in searcher.cases[row].related]
        rows = {row for row in (*leads_to, *lead_here) if row is not None and row != own}
        return tuple(sorted(rows))


def _later(
    encode: Callable[[Sequence[str]], np.ndarray], texts: Sequence[str]
) -> Callable[[], np.ndarray]:
    return lambda: encode(texts)
