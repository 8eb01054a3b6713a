"""What is made of each case that no earlier snapshot has as it is: records, texts, words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from kb.engine.base import Document, Figure
from kb.indexing.earlier import Earlier
from kb.indexing.plan import Plan
from kb.indexing.texts import Texts, TextsWriter
from kb.model.cases import Case, Passage, Period, Result
from kb.model.holdings import outline_of
from kb.model.quantities import Quantity, in_each_unit, is_of_usual, quantity
from kb.model.taxonomy import DIVISIONS, MADE_LISTS, PLACE, Taxonomy
from kb.search.query import ADDED, NEWEST, OLDEST
from kb.snapshots.format import CaseRecords, CaseRecordsWriter, read_case_records
from kb.snapshots.vector_sets import VECTOR_SETS, VectorSet
from kb.text.chunking import passages_of, says_of_case, words_of_case
from kb.text.spelling import count_words, spellings_of


@dataclass(frozen=True, kw_only=True)
class Made:
    """What was made of some cases, in the order of their ids.

    Attributes:
        ids: of these cases.
        records: what is kept of each.
        documents: as an engine takes them, each made when it is its turn.
        texts: by vector set those that need a vector, and those of what is around the cases.
        vocabulary: the words of all cases of the plan and of its vocabularies, counted.
    """

    ids: tuple[str, ...]
    records: CaseRecords
    documents: Iterable[Document]
    texts: Mapping[str, Texts]
    vocabulary: Mapping[str, int]


def make(plan: Plan, earlier: Earlier, folder: Path) -> Made:
    """Make what is to be made of the cases that are not kept.

    Args:
        plan: of which snapshot.
        earlier: what need not be made.
        folder: a folder to be made, where records and texts lie until they are in the snapshot.

    Raises:
        OSError: it cannot be written to.
        CorpusError: a file has changed since it was read.
    """
    folder.mkdir(parents=True)
    ids = tuple(case_id for case_id in plan.made_of if case_id not in earlier.kept)
    taxonomy = plan.frame.taxonomy
    sets = [one for one in VECTOR_SETS if plan.identities[one.encoder]]
    counts: Counter[str] = Counter()
    with ExitStack() as files:
        records = files.enter_context(CaseRecordsWriter(folder))
        texts = {
            kind: files.enter_context(TextsWriter(folder, f"texts-{one.name}"))
            for kind, one in {_kind(one): one for one in sets}.items()
        }
        for case in plan.content.cases(frozenset(ids)):
            passages = passages_of(case, taxonomy)
            own = {
                kind: kind(case, passages)
                for kind in dict.fromkeys(one.of_case for one in sets)
                if kind
            }
            for kind, some in own.items():
                texts[kind].add(case.id, some)
            n_texts = {one.name: len(own[one.of_case]) for one in sets if one.of_case}
            outline = replace(outline_of(case), texts=n_texts)
            records.write(case, passages, outline, plan.made_of[case.id])
            counts.update(_words_of(case))
        for kind in dict.fromkeys(one.of_frame for one in sets if one.of_frame):
            for owner, some in kind(plan.frame).items():
                texts[kind].add(owner, some)
    made, of_kind = read_case_records(folder), {kind: one.texts() for kind, one in texts.items()}
    return Made(
        ids=ids,
        records=made,
        documents=_Documents(made, taxonomy),
        texts={one.name: of_kind[_kind(one)] for one in sets},
        vocabulary=_vocabulary(counts, taxonomy, earlier),
    )


def _kind(vector_set: VectorSet) -> Callable[..., Any]:
    """What gives the texts of a set: two encoders may read the same, which are kept once."""
    kind = vector_set.of_case or vector_set.of_frame
    if kind is None:
        raise ValueError(f"{vector_set.name!r} has no texts")
    return kind


@dataclass(frozen=True, slots=True)
class _Documents:
    """The documents of cases whose records were written; no more than one is in memory."""

    records: CaseRecords
    taxonomy: Taxonomy

    def __iter__(self) -> Iterator[Document]:
        for case, passages in zip(self.records.cases, self.records.passages, strict=True):
            yield document_of(case, self.taxonomy, passages)


def _vocabulary(counts: Counter[str], taxonomy: Taxonomy, earlier: Earlier) -> dict[str, int]:
    """The words of everything: those of new cases, those that are kept, and those of labels."""
    counts.update(_words_of_labels(taxonomy))
    if earlier.snapshot is not None and earlier.kept:
        content, rows = earlier.snapshot.content, set(earlier.kept.values())
        counts.update(earlier.snapshot.vocabulary)
        counts.subtract(_words_of_labels(content.compendium.taxonomy))
        for row in range(len(content.compendium.cases)):
            if row not in rows:
                counts.subtract(_words_of(content.compendium.cases[row]))
    return {word: counts[word] for word in sorted(counts) if counts[word]}


def _words_of(case: Case) -> Sequence[str]:
    return spellings_of(f"{case.title} {case.summary} {case.body}")


def _words_of_labels(taxonomy: Taxonomy) -> Mapping[str, int]:
    return count_words(
        [
            " ".join((term.label, *term.aliases, *term.trade_names))
            for name, vocabulary in taxonomy.vocabularies.items()
            # Divisions are in the words of statisticians; no search goes by a decade or a
            # collection.
            if name not in (DIVISIONS, *MADE_LISTS)
            for term in vocabulary
        ]
    )


def document_of(case: Case, taxonomy: Taxonomy, passages: Sequence[Passage]) -> Document:
    """A case as an engine takes it: found by its words, filtered and ordered by all the rest."""
    return Document(
        id=case.id,
        words=words_of_case(case, taxonomy),
        says=says_of_case(case, passages),
        kind=case.kind,
        title=case.title,
        facets=case.facets,
        figures=tuple(_figures(case, taxonomy)),
        links=case.related,
        keys=order_keys(case.period) | day_key(case.added),
    )


def order_keys(period: Period | None) -> dict[str, float]:
    """By what cases are ordered in time, the least first; nothing without a year."""
    years = (period.start, period.end) if period is not None else ()
    named = [year for year in years if year]
    return {NEWEST: -max(named), OLDEST: min(named)} if named else {}


def day_key(added: str | None) -> dict[str, float]:
    """The day on which a case came in; nothing where it says of none."""
    return {ADDED: date.fromisoformat(added).toordinal()} if added else {}


def _figures(case: Case, taxonomy: Taxonomy) -> Iterator[Figure]:
    """Each figure in every unit that it can be asked for in, with the way it went.

    What was left after a fall, 12 jobs of 27, is neither a fall by so much nor a gain, so it
    can be asked for as a change alone. A place in an order answers only who asks for places:
    the fifth is no gain of at least 5.
    """
    for result in case.results:
        compared = quantity(result, taxonomy)
        figures = in_each_unit(result, taxonomy)
        for term in taxonomy["units"] if figures else ():
            unit = term.id
            if unit not in figures:
                continue
            figure = figures[unit]
            own = compared is not None and unit == compared.unit
            yield Figure(
                metric=result.metric,
                unit=unit,
                low=figure.low,
                high=figure.high,
                sign=_sign(figure, taxonomy),
                compared=own and term.measures != PLACE,
                own=own,
                sought=not _is_left(result, figure, taxonomy),
                way=taxonomy.sign(result.direction),
            )


def _is_left(result: Result, figure: Quantity, taxonomy: Taxonomy) -> bool:
    fell = taxonomy.sign(result.direction) < 0
    return fell and result.before is not None and not figure.converted


def _sign(figure: Quantity, taxonomy: Taxonomy) -> int:
    """Which way a figure went; a part of the usual is a state, and the change from it is not."""
    return 0 if is_of_usual(figure.unit, taxonomy) else taxonomy.sign(figure.direction)
