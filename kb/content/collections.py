"""Reads ``cases/collections.yaml``: parts of a compendium that are kept apart by name.

A collection is built, searched and measured alone with ``--collection``; what was judged
of it stands in a folder of its own (``kb.content.files.judged_folder``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated

from kb.content.documents import Document
from kb.content.files import (
    CODEBOOK_FILE,
    COLLECTIONS_FILE,
    COLLECTIONS_FOLDER,
    JUDGED_FILES,
    LINKS_OF_PACKS,
    POLICY_FILE,
)
from kb.content.known import OTHER_ID, Known, like_it, nearest_ids
from kb.content.rules import problem
from kb.content.schema import (
    FLAG,
    Complaint,
    Complaints,
    Given,
    Many,
    Record,
    YamlFile,
    items_of,
    listed,
    not_unique,
    optional,
    pattern,
    required,
    text,
    texts,
    whole,
)
from kb.errors import Problem, QueryError
from kb.model.cases import Case, Period
from kb.model.compendium import Compendium
from kb.model.decades import DECADES, decades, decades_of
from kb.model.english import quoted
from kb.model.packs import Course, Pack
from kb.model.people import People
from kb.model.self_check import SelfCheck
from kb.model.taught import vocabularies_of
from kb.model.taxonomy import COLLECTIONS, Taxonomy, Term, Vocabulary, fold
from kb.text.body import without_links

MAX_LABEL, MAX_ABOUT = 60, 300

_ID = pattern("[a-z0-9]+(-[a-z0-9]+)*", "lower case letters, digits and hyphens")
_CASES = texts(OTHER_ID, once=True, strict=True, none="must name at least one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionEntry:
    """One collection as the file gives it: what it is called, and which documents are in it.

    ``the_rest`` says that it holds those that are in no other. ``before`` is the year before
    which its networks worked, where their sources are no younger and give no year.
    """

    id: str
    label: str
    about: str
    cases: tuple[str, ...] = ()
    the_rest: bool = False
    before: int | None = None

    @property
    def term(self) -> Term:
        """The collection as a value of its facet."""
        return Term(id=self.id, label=self.label, definition=self.about)


class _EntryFields(Record):
    what = "a collection"
    makes = CollectionEntry

    id: Annotated[str, _ID] = required("", "roy-1998")
    label: Annotated[str, text(most=MAX_LABEL)] = required("", "The first compendium")
    about: Annotated[str, text(most=MAX_ABOUT)] = required("", "What it began with.")
    cases: Annotated[tuple[str, ...], _CASES] = optional()
    the_rest: Annotated[bool, FLAG] = optional()
    before: Annotated[int | None, whole(least=1000)] = optional()

    @staticmethod
    def rules(given: Given, sound: Given, known: Known) -> Complaints:
        """A collection lists its documents, or has all that no other lists."""
        if ("cases" in given) == bool(given.get("the_rest")):
            message = "must give 'cases', a list of ids, or 'the_rest: true', and not both."
            yield Complaint((), "collection-not-one-thing", message)


class _File(Record):
    what = "the collections"
    shape = "must be a list of collections under 'collections:'."
    makes = None

    collections: Annotated[
        tuple[CollectionEntry, ...], Many(_EntryFields, none="must hold at least one.")
    ] = required("", "")

    @staticmethod
    def rules(given: Given, sound: Given, known: Known) -> Complaints:
        """One spelling means one collection, and one of them at most has the rest."""
        taken: dict[str, int] = {}
        has_rest = False
        for position, entry in enumerate(items_of(given.get("collections"))):
            if not isinstance(entry, dict):
                continue
            place = ("collections", position)
            for name in ("id", "label"):
                if (
                    isinstance(entry.get(name), str)
                    and taken.setdefault(fold(entry[name]), position) != position
                ):
                    yield not_unique((*place, name), entry[name])
            if entry.get("the_rest") and has_rest:
                message = "must stand in one collection only."
                yield Complaint((*place, "the_rest"), "collection-not-one-thing", message)
            has_rest = has_rest or bool(entry.get("the_rest"))


_FILE = YamlFile(model=_File, what="the collections")


def read_collections(path: Path, known: Known) -> tuple[tuple[CollectionEntry, ...], list[Problem]]:
    """The collections in the order of the file, and what is wrong in it and in their folder.

    Without the file, or where anything is wrong in it, there are none.
    """
    made, problems = _FILE.read(path, known)
    entries = made.collections if made is not None else ()
    if made is not None:
        ids = [entry.id for entry in entries]
        problems += _folder_problems(path.parent / COLLECTIONS_FOLDER, ids)
    return entries, problems


def _folder_problems(folder: Path, ids: Collection[str]) -> Iterator[Problem]:
    """What lies in the folder of the judged data and belongs to no collection."""
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if path.name.startswith("."):
            continue
        if not path.is_dir():
            message = "does not belong here: each collection has a folder of its own."
            yield problem("file-does-not-belong", path, 1, message)
        elif path.name not in ids:
            hint = nearest_ids(like_it(path.name, ids))
            message = f"must be the folder of a collection of {COLLECTIONS_FILE}{hint}."
            yield problem("collection-folder-unknown", path, 1, message)
        else:
            for file in sorted(path.glob("*")):
                if file.name not in JUDGED_FILES and not file.name.startswith("."):
                    message = f"does not belong here: a collection has {listed(JUDGED_FILES)}."
                    yield problem("file-does-not-belong", file, 1, message)


def collections_of(
    entries: Iterable[CollectionEntry], ids: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    """Which collections each document is in, by its id, in the order of the collections."""
    entries = tuple(entries)
    listed_ids = {case_id for entry in entries for case_id in entry.cases}
    members = [(entry, frozenset(entry.cases)) for entry in entries]
    return {
        case_id: tuple(
            entry.id
            for entry, cases in members
            if case_id in cases or (entry.the_rest and case_id not in listed_ids)
        )
        for case_id in ids
    }


def decades_in(
    mine: Collection[str],
    period: Period | None,
    sources: Iterable[str],
    entries: Iterable[CollectionEntry],
    years: Mapping[str, str],
) -> tuple[str, ...]:
    """The decades in which a case worked.

    Args:
        mine: the collections that it is in; they may say before which year it worked.
        period: its period.
        sources: the keys of its sources.
        entries: the collections.
        years: the year of each source by its key, as the sources give it.
    """
    bounds = [one.before for one in entries if one.before is not None and one.id in mine]
    named = [years.get(key, "") for key in sources] if bounds else []
    before = next(
        (b for b in bounds if named and all(y.isdigit() and int(y) <= b for y in named)), None
    )
    return decades_of(period, before)


def vocabulary_of(entries: Iterable[CollectionEntry]) -> Vocabulary:
    """The collections as the values of their facet."""
    return Vocabulary(name=COLLECTIONS, terms=tuple(entry.term for entry in entries))


def asked_collection(taxonomy: Taxonomy, spelling: str) -> str:
    """The id of the collection that ``--collection`` means.

    Raises:
        QueryError: there is none; names the nearest and every other, or the file to write.
    """
    if not taxonomy[COLLECTIONS].terms:
        raise QueryError(
            f"--collection cannot be {quoted(spelling[:60])}: the compendium has no collections. "
            f"They are named in {COLLECTIONS_FILE}, beside the cases.",
            parameter="--collection",
            value=spelling,
        )
    return taxonomy[COLLECTIONS].asked(spelling, "--collection")


def frame_within(frame: Compendium, documents: Collection[Document]) -> Compendium:
    """What stands around some documents alone, as a compendium of their own.

    The vocabulary stays as it is, but for the countries, decades and lengths of sessions that no
    document has. What leads to a document outside loses the way there: a link in a text becomes its
    words, and the self-check and the people leave it out.

    Args:
        frame: what stands around all documents.
        documents: the ones that are chosen.
    """
    taxonomy, kept = frame.taxonomy, {one.id for one in documents}
    held = {code for one in documents for code in one.facets["country"]}
    countries = tuple(term for term in taxonomy["countries"] if term.id in held)
    vocabularies = {
        **taxonomy.vocabularies,
        "countries": replace(taxonomy["countries"], terms=countries),
        DECADES: decades(documents),
        **vocabularies_of(packs := _packs_within(frame.packs, kept), taxonomy),
    }
    places = kept | frame.withdrawn.keys()
    return replace(
        frame,
        aliases={old: new for old, new in frame.aliases.items() if new in places},
        taxonomy=replace(taxonomy, vocabularies=vocabularies),
        self_check=_check_within(frame.self_check, kept),
        people=_people_within(frame.people, kept),
        packs=packs,
        course=_course_within(frame.course, packs, kept),
        codebook=without_links(frame.codebook, Path(CODEBOOK_FILE).stem, kept),
        policy=without_links(frame.policy, Path(POLICY_FILE).stem, kept),
    )


def case_within(case: Case, kept: Collection[str]) -> Case:
    """A case without the ways to documents that are not kept, in its text and as related."""
    return replace(
        case,
        body=without_links(case.body, case.id, kept),
        related=tuple(case_id for case_id in case.related if case_id in kept),
    )


def _check_within(check: SelfCheck | None, kept: Collection[str]) -> SelfCheck | None:
    if check is None:
        return None
    steps = (
        replace(
            step,
            questions=tuple(
                replace(
                    question,
                    guides=tuple(guide for guide in question.guides if guide in kept),
                    cases=tuple(example for example in question.cases if example.id in kept),
                )
                for question in step.questions
            ),
        )
        for step in check.steps
    )
    return replace(check, steps=tuple(steps))


def _people_within(people: People | None, kept: Collection[str]) -> People | None:
    if people is None:
        return None
    lists = (
        replace(
            one,
            entries=tuple(
                replace(entry, documents=tuple(name for name in entry.documents if name in kept))
                for entry in one.entries
            ),
        )
        for one in people.lists
    )
    return replace(people, lists=tuple(lists))


def _packs_within(packs: Iterable[Pack], kept: Collection[str]) -> tuple[Pack, ...]:
    """The packs that still hold something, without links to documents that are not kept."""
    plain = partial(without_links, case_id=LINKS_OF_PACKS, kept=kept)

    def within(pack: Pack) -> Pack:
        items = tuple(
            replace(item, note=plain(item.note)) for item in pack.items if item.case in kept
        )
        note = pack.teaching
        if note is not None:
            note = replace(
                note,
                read_first=tuple(guide for guide in note.read_first if guide in kept),
                plan=tuple(replace(step, do=plain(step.do)) for step in note.plan),
                questions=tuple(replace(one, answer=plain(one.answer)) for one in note.questions),
                use=plain(note.use),
            )
        return replace(pack, introduction=plain(pack.introduction), items=items, teaching=note)

    return tuple(pack for pack in map(within, packs) if pack.items)


def _course_within(
    course: Course | None, packs: Iterable[Pack], kept: Collection[str]
) -> Course | None:
    """The course without the sessions that hold nothing; None where no session is left."""
    if course is None:
        return None
    ids = {pack.id for pack in packs}
    plain = partial(without_links, case_id=LINKS_OF_PACKS, kept=kept)
    weeks = tuple(
        replace(
            week,
            note=plain(week.note),
            fieldwork=week.fieldwork and replace(week.fieldwork, text=plain(week.fieldwork.text)),
        )
        for week in course.weeks
        if not week.pack or week.pack in ids
    )
    if not any(week.pack for week in weeks):
        return None
    return replace(course, introduction=plain(course.introduction), weeks=weeks)
