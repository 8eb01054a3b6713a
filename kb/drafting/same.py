"""Cases that a draft may tell of again, with what both share.

How like a case is to a draft is the mean of two shares: the cosine of the draft's summary and
the nearest passage of the case, and the share of the words of title and summary that the case
has, the rarer the more. Both were looked at on the compendium of November 2026: eight cases that
were told again in other words came to 0.51 to 0.62, each before every other case. Of the 238
cases as they are, which tell of different things, 19 have another of at least ``MAY_BE_SAME``. So
a likeness above it is a reason to look, and no proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kb.drafting.trial import Trial
from kb.engine.base import Part, Question, best_rows
from kb.engine.filters import Filter
from kb.model.cases import Case
from kb.model.english import joined
from kb.model.taxonomy import fold
from kb.search.evidence import CANDIDATES
from kb.snapshots.vector_sets import PASSAGES
from kb.text.analysis import stem, terms, words

#: A case that is at least so like a draft may be the same one.
MAY_BE_SAME = 0.5
#: So many of the nearest cases are told of, whether or not one may be the same.
NEAREST = 3
#: Of so many of the nearest the titles are compared.
_LOOKED_AT = 10
#: A word that at most so many cases hold is a name, or nearly one.
_RARE = 3
#: So many rare words are told of.
_MOST_WORDS = 5
_LONGEST_NUMBER = 4

#: The facets in which two cases that are the same must nearly agree.
_FACETS = ("country", "sector", "project")
_WORDS = {"country": "country", "sector": "sector", "project": "project"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Something that a draft and a case share.

    ``kind`` is ``title``, one of the facets ``country``, ``sector`` and ``project``, ``region``,
    ``members``, ``source``, ``locator`` (of a source) or ``words``; ``values`` are what they share
    of it, as a reader is shown them.
    """

    kind: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        several = joined(self.values)
        return {
            "title": "the same title",
            "region": f"the same region: {several}",
            "members": f"as many members: {several}",
            "source": f"the same source: {several}",
            "locator": f"the same place in it: {several}",
            "words": f"words that few cases have: {several}",
        }.get(self.kind) or f"the same {_WORDS[self.kind]}: {several}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A case that is near a draft.

    Attributes:
        case: the case.
        likeness: of both, in [-0.5, 1]; see above.
        meaning: the cosine of the draft's summary and the nearest passage.
        words: the share of the words of title and summary, in [0, 1].
        shared: what both share, the strongest first.
        may_be_same: whether it is worth a look.
    """

    case: Case
    likeness: float
    meaning: float
    words: float
    shared: tuple[Point, ...]
    may_be_same: bool


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """A draft as it is compared with cases."""

    trial: Trial

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """What counts of title and summary; of the beginning of the text without a summary."""
        draft = self.trial.draft
        texts = [passage.text for passage in self.trial.passages]
        return terms(f"{draft.title} {draft.summary or ' '.join(texts[:2])}")

    @cached_property
    def rare(self) -> tuple[tuple[str, str], ...]:
        """Stems that few cases hold, each with the word as the draft writes it, in its order."""
        engine, own = self.trial.searcher.engine, self.trial
        of_terms: dict[str, str] = {}
        passages = own.passages if own.whole else own.passages[:1]
        for text in (own.draft.title, *(passage.text for passage in passages)):
            for word in words(text):
                key = stem(word.form)
                if key and not (key.isdigit() and len(key) <= _LONGEST_NUMBER):
                    of_terms.setdefault(key, text[word.start : word.end])
        held = engine.document_frequencies(tuple(of_terms))
        return tuple((key, word) for key, word in of_terms.items() if 0 < held[key] <= _RARE)

    def rare_shared(self, row: int) -> tuple[str, ...]:
        """The rare words that a case has, too."""
        engine = self.trial.searcher.engine
        found = (word for key, word in self.rare if row in engine.holding((key,)).tolist())
        return tuple(dict.fromkeys(found))[:_MOST_WORDS]


def nearest_cases(trial: Trial, most: int = NEAREST) -> tuple[Near, ...]:
    """The cases nearest to a draft, most like first; guides only beside a guide.

    Args:
        trial: the draft. The case whose text it is to replace is none of them.
        most: how many, beside those that may be the same.
    """
    searcher, draft = trial.searcher, trial.draft
    guide = searcher.taxonomy.guide.id
    kinds = (guide,) if draft.is_guide else tuple(one.id for one in searcher.taxonomy.reporting)
    compared = _Compared(trial=trial)
    part = Part(vector_sets=(PASSAGES.name,), weight=1.0)
    question = Question(
        vectors={PASSAGES.name: trial.near[0]}, terms=compared.terms, parts=(part,), words=1.0
    )
    answering = searcher.engine.ask(question)
    rows = answering.candidates(within=Filter(kinds=kinds), limit=CANDIDATES)
    own = searcher.engine.row(draft.id)
    found = answering.evidence(rows[rows != own] if own is not None else rows)
    meaning = found.cosines.get(PASSAGES.name, np.full(len(found.rows), -1.0))
    likeness = np.round((meaning + found.words) / 2, 4)
    looked_at = best_rows(likeness, max(most, int((likeness >= MAY_BE_SAME).sum()), _LOOKED_AT))
    cases = {int(at): searcher.cases[int(found.rows[at])] for at in looked_at}
    title = fold(draft.title)
    same = [
        at for at, case in cases.items() if likeness[at] >= MAY_BE_SAME or fold(case.title) == title
    ]
    return tuple(
        Near(
            case=cases[at],
            likeness=float(likeness[at]),
            meaning=round(float(meaning[at]), 4),
            words=round(float(found.words[at]), 4),
            shared=tuple(_shared(compared, cases[at], int(found.rows[at]))),
            may_be_same=at in same,
        )
        for at in same or list(cases)[:most]
    )


def _shared(compared: _Compared, case: Case, row: int) -> Iterator[Point]:
    """What a draft and a case share, the strongest first."""
    trial = compared.trial
    draft, taxonomy = trial.draft, trial.taxonomy
    if fold(case.title) == fold(draft.title):
        yield Point(kind="title", values=(case.title,))
    yield from _sources(trial, case)
    if rare := compared.rare_shared(row):
        yield Point(kind="words", values=rare)
    if draft.region and case.region and fold(draft.region) == fold(case.region):
        yield Point(kind="region", values=(case.region,))
    count = draft.members.count if draft.members else None
    if count is not None and case.members is not None and case.members.count == count:
        yield Point(kind="members", values=(str(count),))
    for facet in _FACETS:
        if both := _both(draft.facets.get(facet, ()), case.facets.get(facet, ())):
            labels = tuple(taxonomy.label(facet, value) for value in both)
            yield Point(kind=facet, values=labels)


def _sources(trial: Trial, case: Case) -> Iterator[Point]:
    """The sources that both cite, and the places in them that both name."""
    references = trial.searcher.compendium.references
    both = _both([one.key for one in trial.draft.sources], [one.key for one in case.sources])
    if not both:
        return
    titles = (references[key].title if key in references else key for key in both)
    yield Point(kind="source", values=tuple(titles))
    places = {(one.key, fold(one.locator)) for one in trial.draft.sources}
    locators = [one.locator for one in case.sources if (one.key, fold(one.locator)) in places]
    if locators:
        yield Point(kind="locator", values=tuple(dict.fromkeys(locators)))


def _both(first: Sequence[str], second: Iterable[str]) -> tuple[str, ...]:
    """What stands in both, in the order of the first."""
    other = set(second)
    return tuple(dict.fromkeys(one for one in first if one in other))
