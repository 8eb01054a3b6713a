"""Reads a folder of cases, with everything beside them, and finds every problem in one pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Self, TypeVar

from kb.content.bibliography import bibliography_bytes, read_bibliography
from kb.content.case_json import unpacked
from kb.content.codebook import read_codebook, read_policy
from kb.content.collections import (
    CollectionEntry,
    collections_of,
    decades_in,
    read_collections,
    vocabulary_of,
)
from kb.content.corpus_rules import (
    alias_problems,
    day_problems,
    own_source_problems,
    part_problems,
    place_problems,
    title_problems,
    with_kinds_of_guides,
    withdrawn_problems,
)
from kb.content.countries import (
    adjectives,
    country_label,
    foreign_names,
    names_to_search,
    world,
)
from kb.content.documents import Document
from kb.content.files import (
    CODEBOOK_FILE,
    COLLECTIONS_FILE,
    COURSE_FILE,
    FORMS_FILE,
    GLOSSARY_FILE,
    PACKS_FOLDER,
    PEOPLE_FILE,
    PHRASES_FILE,
    POLICY_FILE,
    SELF_CHECK_FILE,
    SITE_FILE,
    SOURCES_FILE,
    TAXONOMY_FILE,
    TOOLS_FOLDER,
    WANTED_FILE,
)
from kb.content.glossary import read_forms
from kb.content.known import Known
from kb.content.load import CaseFile, case_files, digest_of, with_bytes
from kb.content.own_sources import OwnSource, with_own_sources
from kb.content.packs import read_course, read_packs
from kb.content.people import read_people
from kb.content.phrases import read_phrases
from kb.content.readings import PackedCase, Reading, Surroundings, read_file
from kb.content.regions import region_of
from kb.content.remembered import JUST_NOW, Remembered, Sources
from kb.content.rules import problem
from kb.content.self_check import read_self_check
from kb.content.side_by_side import Read, Readers
from kb.content.site import read_site
from kb.content.taxonomy import load_taxonomy
from kb.content.tools import read_tools
from kb.content.wanted import read_wanted
from kb.content.yaml_source import YamlTrouble
from kb.errors import CorpusError, Problem, errors_of
from kb.model.case_versions import entry_digest, entry_text, version_digest
from kb.model.cases import Case, Period, Reference, Withdrawn
from kb.model.compendium import Compendium
from kb.model.decades import DECADES, decades
from kb.model.facets import COLLECTION_FACET, DECADE_FACET, MINUTES_FACET, TEACHING_FACET
from kb.model.taught import taught, vocabularies_of
from kb.model.taxonomy import COLLECTIONS, Taxonomy, Term, Vocabulary

#: What a file beside the cases holds.
Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """What was read of a folder of cases, and everything that is wrong with it.

    All but ``problems`` and ``files`` is only to be used when there are no ``errors``: it is
    without the cases in whose front-matter something is wrong. What is made of all cases is
    made when it is asked for.

    Attributes:
        problems: by path, line and message, warnings among them.
        files: how many files of cases there are.
        readings: of each file, in the order of their ids.
        collections: in the order of their file.
        within: the collections of each document.
        texts: where the cases are.
        beside: everything else, with the vocabulary as its file has it.
    """

    problems: tuple[Problem, ...]
    files: int
    readings: Sequence[Reading]
    collections: Sequence[CollectionEntry]
    within: Mapping[str, tuple[str, ...]]
    texts: Texts
    beside: Compendium

    @cached_property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep a build from happening: all but warnings."""
        return errors_of(self.problems)

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The cases without their texts, in the order of their ids."""
        years = {key: work.year for key, work in self.beside.references.items()}
        works = {
            key: entry_digest(entry_text(work)) for key, work in self.beside.references.items()
        }
        return tuple(
            self._document(reading, years, works) for reading in self.readings if reading.is_shown
        )

    def _document(
        self, reading: Reading, years: Mapping[str, str], works: Mapping[str, str]
    ) -> Document:
        mine = self.within[reading.id]
        start, end = reading.years
        period = None if start is None and end is None else Period(start=start, end=end)
        sources, entries = reading.sources, self.collections
        made = () if reading.is_guide else decades_in(mine, period, sources, entries, years)
        return Document(
            id=reading.id,
            digest=reading.digest,
            version=version_digest(
                reading.digest,
                {key: works[key] for key in reading.sources if key in works},
                reading.labels,
            ),
            is_guide=reading.is_guide,
            facets={
                "country": tuple(reading.countries),
                DECADE_FACET: made,
                **dict.fromkeys((TEACHING_FACET, MINUTES_FACET), ()),
                **self._taught.get(reading.id, {}),
                COLLECTION_FACET: mine,
            },
        )

    @cached_property
    def _taught(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        return taught(self.beside.packs)

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """The vocabulary, with the countries, decades, sessions and collections that occur."""
        taxonomy = self.beside.taxonomy
        return replace(
            taxonomy,
            vocabularies={
                **taxonomy.vocabularies,
                "countries": _countries(self.documents, taxonomy),
                COLLECTIONS: vocabulary_of(self.collections),
                DECADES: decades(self.documents),
                **vocabularies_of(self.beside.packs, taxonomy),
            },
            world=world(),
        )

    @cached_property
    def compendium(self) -> Compendium:
        """All of it."""
        cases = tuple(self.cases_of(self.documents))
        return replace(self.beside, cases=cases, taxonomy=self.taxonomy)

    def cases_of(self, documents: Iterable[Document]) -> Iterator[Case]:
        """The cases of some documents, in their order; each is only made when it is asked for.

        Raises:
            CorpusError: a file has changed since it was read.
        """
        chosen = list(documents)
        for at in range(0, len(chosen), _AT_ONCE):
            some = chosen[at : at + _AT_ONCE]
            packed = self.texts.packed(some)
            for one in some:
                case = _unpacked(packed.get(one.id), one)
                yield case or self.texts.read_again(one)


#: So many cases are made at once.
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Where the cases are that were read: at hand, remembered, or in their files."""

    files: Mapping[str, CaseFile]
    at_hand: Mapping[str, PackedCase]
    remembered: Remembered
    around: Surroundings

    def bytes_of(self, document: Document) -> bytes:
        """The bytes of the file of a document.

        Raises:
            CorpusError: it cannot be read any more, or has changed since it was.
        """
        path = self.files[document.id].path
        try:
            data = self.files[document.id].bytes()
        except (YamlTrouble, OSError) as err:
            raise CorpusError(f"{path} cannot be read any more: {err}.") from err
        if digest_of(data) != document.digest:
            raise CorpusError(f"{path} has changed while it was read; run the same again.")
        return data

    def packed(self, documents: Iterable[Document]) -> Mapping[str, PackedCase]:
        """The cases of some documents by id, as far as they need not be read again."""
        digests = {one.id: one.digest for one in documents}
        found = {one: self.at_hand[one] for one in digests if one in self.at_hand}
        elsewhere = {one: digest for one, digest in digests.items() if one not in found}
        return {**found, **dict(self.remembered.cases(elsewhere))}

    def read_again(self, document: Document) -> Case:
        """A case of which nobody has kept the text, say as the index was emptied meanwhile.

        Raises:
            CorpusError: its file has changed since it was read.
        """
        file = self.files[document.id]
        reading, packed = read_file(file, self.around)
        case = _unpacked(packed, document)
        if case is None or reading.digest != document.digest:
            raise CorpusError(f"{file.path} has changed while it was read; run the same again.")
        return case


def _unpacked(case: PackedCase | None, document: Document) -> Case | None:
    if case is None:
        return None
    try:
        made = unpacked(case.packed, case.body, document.facets)
        return replace(made, version=document.version)
    except (ValueError, TypeError, KeyError):
        return None


def read_corpus(
    folder: Path,
    *,
    vocabulary: Path | None = None,
    lender: Path | None = None,
    instead: Mapping[Path, bytes] | None = None,
    index: Path | None = None,
    processes: int = 1,
    tell: Tell = lambda done, files: None,
) -> Corpus:
    """Read and check a folder of cases.

    Args:
        folder: where the cases are.
        vocabulary: a folder to take ``taxonomy.yaml`` from when it is not ``folder`` itself,
            and ``sources.bib`` where that has none of its own.
        lender: a folder to take ``sources.bib`` from where ``folder`` has none; ``vocabulary``
            where it is not given.
        instead: files of cases to the bytes that are read in their place; they need not exist.
        index: a folder of snapshots, in which it is remembered what was read; only what has
            changed is then read again. Without one, or where it cannot be written, everything is.
        processes: how many may read beside each other, where there are many files.
        tell: is told how many of how many files have been read, time and again.

    Raises:
        CorpusError: the folder or ``sources.bib`` cannot be read at all.
        TaxonomyError: the vocabulary is malformed.
    """
    home = vocabulary or folder
    files, file_problems = case_files(folder)
    files = with_bytes(files, folder, instead or {})
    vocabulary_file = home / TAXONOMY_FILE
    taxonomy = load_taxonomy(vocabulary_file)
    remembered = Remembered.of(folder, index)
    own_sources = folder / SOURCES_FILE
    lender = lender or home
    lends = lender != folder and not own_sources.is_file()
    sources_file = lender / SOURCES_FILE if lends else own_sources

    def reader_under(taxonomy: Taxonomy) -> _Reader:
        return _Reader(files, remembered.under(taxonomy), processes=processes, tell=tell)

    with reader_under(taxonomy) as reader:
        references, source_problems = _sources(sources_file, remembered)
        read = reader.read(_surroundings(taxonomy, files, references))
    marked, guide_problems = with_kinds_of_guides(
        (read.readings[file.id] for file in files), taxonomy, vocabulary_file
    )
    if marked is not taxonomy:
        taxonomy = marked
        with reader_under(marked) as reader:
            read = reader.read(_surroundings(marked, files, references))
    readings = [(file, read.readings[file.id]) for file in files]
    shown = [(file, reading) for file, reading in readings if reading.withdrawn is None]
    guides = {file.id: reading.is_guide for file, reading in shown if reading.is_draft}
    withdrawn = {file.id: reading for file, reading in readings if reading.withdrawn is not None}
    known = Known(
        taxonomy=taxonomy,
        guides=guides,
        sources=tuple(references),
        undated=read.around.undated,
        withdrawn=withdrawn.keys(),
    )
    collections, collection_problems = read_collections(folder / COLLECTIONS_FILE, known)
    problems = [
        *(*file_problems, *guide_problems, *collection_problems),
        *(source_problems if sources_file == own_sources else ()),  # else another compendium's
        *_in_and_among(readings, shown, taxonomy),
    ]
    own = (OwnSource(*values) for _, reading in shown for values in reading.own_sources)
    beside = _beside(folder, known, with_own_sources(references, own), problems)
    if withdrawn and not guides:
        problems.append(_holds_none(folder, "case that was not withdrawn"))
    if not files and not file_problems:
        problems.append(_holds_none(folder, "case"))
    return Corpus(
        problems=tuple(sorted(problems, key=lambda p: (p.path, p.line, p.message))),
        files=sum(reading.is_draft for _, reading in readings),
        readings=[reading for _, reading in readings],
        collections=collections,
        within=collections_of(collections, guides),
        texts=Texts(
            files={file.id: file for file in files},
            at_hand=read.at_hand,
            remembered=read.remembered,
            around=read.around,
        ),
        beside=replace(
            beside,
            aliases={alias: file.id for file, one in readings for alias, _ in one.aliases},
            withdrawn=dict(_withdrawn(withdrawn)),
        ),
    )


def _in_and_among(
    readings: Sequence[tuple[CaseFile, Reading]],
    shown: Sequence[tuple[CaseFile, Reading]],
    taxonomy: Taxonomy,
) -> Iterator[Problem]:
    """What is wrong in each file, and among them; ``shown`` are those that are not withdrawn."""
    for file, reading in readings:
        yield from reading.problems_in(file.path)
    yield from title_problems(shown)
    yield from place_problems(shown, taxonomy)
    yield from own_source_problems(shown)
    yield from part_problems(shown)
    yield from alias_problems(readings)
    yield from day_problems(readings, date.today())
    withdrawn = {file.id for file, reading in readings if reading.withdrawn is not None}
    yield from withdrawn_problems(shown, withdrawn)


def _surroundings(
    taxonomy: Taxonomy, files: Sequence[CaseFile], references: Mapping[str, Reference]
) -> Surroundings:
    """What each file is checked against."""
    return Surroundings(
        taxonomy=taxonomy,
        ids=frozenset(file.id for file in files),
        keys=tuple(references),
        undated=frozenset(key for key, work in references.items() if not work.year),
    )


def _holds_none(folder: Path, what: str) -> Problem:
    return problem("no-case", folder, 1, f"holds no {what}; add one with 'kb new'.")


def _withdrawn(readings: Mapping[str, Reading]) -> Iterator[tuple[str, Withdrawn]]:
    """What is left of the cases that were withdrawn, each with its id."""
    for case_id, reading in readings.items():
        if reading.withdrawn is not None:
            day, reason = reading.withdrawn
            title = reading.title[0] if reading.title else case_id
            yield case_id, Withdrawn(title=title, day=day, reason=reason)


def _beside(
    folder: Path, known: Known, references: Mapping[str, Reference], problems: list[Problem]
) -> Compendium:
    """What lies beside the cases, a file or a folder for each; what is wrong goes to problems."""

    def checked(read: tuple[Found, Iterable[Problem]]) -> Found:
        found, wrong = read
        problems.extend(wrong)
        return found

    packs = checked(read_packs(folder / PACKS_FOLDER, known))
    return Compendium(
        cases=(),
        taxonomy=known.taxonomy,
        references=references,
        site=checked(read_site(folder / SITE_FILE)),
        self_check=checked(read_self_check(folder / SELF_CHECK_FILE, known)),
        people=checked(read_people(folder / PEOPLE_FILE, known)),
        glossary=read_forms(folder / FORMS_FILE, folder / GLOSSARY_FILE, problems),
        phrases=checked(read_phrases(folder / PHRASES_FILE, known)),
        wanted=checked(read_wanted(folder / WANTED_FILE)),
        codebook=checked(read_codebook(folder / CODEBOOK_FILE, known)),
        policy=checked(read_policy(folder / POLICY_FILE, known)),
        tools=checked(read_tools(folder / TOOLS_FOLDER, known)),
        packs=packs,
        course=checked(read_course(folder / COURSE_FILE, packs, known)),
    )


def _sources(path: Path, remembered: Remembered) -> Sources:
    """The sources, and what is wrong with them."""
    data = bibliography_bytes(path)
    kept = remembered.sources(data, path)
    if kept is not None:
        return kept
    read = read_bibliography(path, data)
    remembered.keep_sources(data, read)
    return read


#: Is told how many of how many files have been read.
Tell = Callable[[int, int], None]


class _Reader:
    """Reads what has changed, and remembers it.

    Attributes:
        around: what files were checked against.
        remembered: what was read of them before, under the same vocabulary.
        readings: what was read of each file, now or before, by id.
        at_hand: the cases that were read now and could not be remembered, by id.
    """

    around: Surroundings

    def __init__(
        self, files: Sequence[CaseFile], remembered: Remembered, *, processes: int, tell: Tell
    ) -> None:
        """Look which files are known from before, and begin to start what will read the others.

        Args:
            files: all of them.
            remembered: what was read of them before, under the same vocabulary.
            processes: how many may read beside each other.
            tell: is told how far it is.
        """
        self._files, self._processes, self._tell = files, processes, tell
        self.remembered = remembered
        self.at_hand: dict[str, PackedCase] = {}
        kept, self._held_in = remembered.readings(), remembered.all_hold_in()
        remembered.forget(kept.keys() - {file.id for file in files})
        stood = remembered.stood() if kept else {}
        looked, stand = time.time_ns(), {file.id: file.standing() for file in files}
        self._stand, self._stood, self._looked = stand, stood, looked
        self.readings = {
            file.id: kept[file.id]
            for file in files
            if file.id in kept
            and kept[file.id].digest == _digest_of(file, stand[file.id], stood.get(file.id))
        }
        self._unknown = [file for file in files if file.id not in self.readings]
        self._readers = Readers(len(self._unknown), processes=processes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._readers.end()

    def read(self, around: Surroundings) -> Self:
        """Read everything that is not known from before, and hand on the reader itself.

        A file may name another one, and which ones there are is only known when all are read.
        So each is first read as if all were there; those that were told wrong are read again.

        Args:
            around: what files are checked against, as if all were there.
        """
        self._read(self._unknown, around, self._readers)
        drafts = frozenset(one.id for one in self.readings.values() if one.is_draft)
        if drafts != around.ids:
            around = replace(around, ids=drafts)
        self.around = around
        doubtful = self._unknown if self._held_in == around.digest else self._files
        wrong = [one for one in doubtful if not self.readings[one.id].holds_in(around)]
        with Readers(len(wrong), processes=self._processes) as readers:
            self._read(wrong, around, readers)
        if self._unknown or wrong or self._held_in != around.digest:
            self.remembered.tell_all_hold_in(around.digest)
        self._keep_standing()
        return self

    def _keep_standing(self) -> None:
        """Keep how the files stood before they were read, but for those that had just changed."""
        now = {
            case_id: (self.readings[case_id].digest, at)
            for case_id, at in self._stand.items()
            if at is not None and max(at[1:3]) < self._looked - JUST_NOW
        }
        if now != self._stood:
            self.remembered.keep_stood(now)

    def _read(self, files: Sequence[CaseFile], around: Surroundings, readers: Readers) -> None:
        """Read some files, and remember them as they come: who is cut off goes on from there."""
        waiting: list[Read] = []
        done = 0
        try:
            for batch in readers.read(files, around):
                self.readings.update({reading.id: reading for reading, _ in batch})
                waiting += batch
                done += len(batch)
                self._tell(done, len(files))
                if len(waiting) >= _KEPT_AT_ONCE:
                    self._keep(waiting)
                    waiting = []
        finally:
            self._keep(waiting)

    def _keep(self, read: Sequence[Read]) -> None:
        if read and not self.remembered.keep(read):
            self.at_hand.update({one.id: case for one, case in read if case is not None})


#: So many files are remembered in one step.
_KEPT_AT_ONCE = 1000


def _digest_of(
    file: CaseFile, stands: tuple[int, ...] | None, stood: tuple[str, tuple[int, ...]] | None
) -> str | None:
    """The digest of a file's bytes, None where they cannot be had.

    Args:
        file: which.
        stands: how it stands now.
        stood: the digest that it had, and how it stood then; if it does so now, it is not read.
    """
    if stood is not None and stands == stood[1]:
        return stood[0]
    try:
        return digest_of(file.bytes())
    except (YamlTrouble, OSError):
        return None


def _each_once(term: Term, more: Iterable[str]) -> tuple[str, ...]:
    """The other names of a country with some more, each once, and none that is its label."""
    return tuple(name for name in dict.fromkeys((*term.aliases, *more)) if name != term.label)


def _countries(documents: Iterable[Document], taxonomy: Taxonomy) -> Vocabulary:
    """The countries that occur, by label: as the vocabulary names them, or else as ISO 3166.

    Each stands in the group that the vocabulary gives it, or else in its region of the world,
    and is known by its names in common use, its adjectives and its names in other languages, too.
    """
    named = {term.id: term for term in taxonomy["countries"]}
    codes = {code for one in documents for code in one.facets["country"]}
    found = [named.get(code) or Term(id=code, label=country_label(code)) for code in codes]
    terms = [
        replace(
            term,
            group=term.group or region_of(term.id),
            aliases=_each_once(term, (*names_to_search(term.id), *adjectives(term.id))),
            foreign=foreign_names(term.id),
        )
        for term in found
    ]
    return Vocabulary(name="countries", terms=tuple(sorted(terms, key=lambda term: term.label)))
