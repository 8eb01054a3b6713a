"""Packs as answers: which texts they name, the sessions, and the course."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Protocol

from pydantic import Field

from kb.answers.addresses import Addresses
from kb.errors import VersionNotFound
from kb.model.case_versions import short
from kb.model.cases import Case, Reference
from kb.model.compendium import Compendium
from kb.model.packs import Course, Pack, PackItem, PlanStep
from kb.model.taxonomy import Term
from kb.text.similar_names import close_matches
from kb.versions.cases import versions_of
from kb.versions.store import Versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a case says at a version, with the works that it cites by key.

    ``terms`` are those of the vocabulary that it uses, by list, as they were for it; none of the
    text that is served, which has the vocabulary that is served.
    """

    case: Case
    references: Mapping[str, Reference]
    version: str
    terms: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)


class Texts(Protocol):
    """Where the texts of versions are."""

    def newest(self, case_id: str) -> str:
        """The version of a case that is the newest; empty where there is none."""

    def at(self, version: str) -> Text | None:
        """A text by its version; None where nobody has it."""


class StoredTexts:
    """The texts of the store of versions."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions

    def newest(self, case_id: str) -> str:
        """The newest version of a case."""
        entry = self._versions.newest(case_id)
        return short(entry.digest) if entry else ""

    def at(self, version: str) -> Text | None:
        """The text that has this version; None where the store has none, or cannot read it."""
        try:
            found = self._versions.version(version)
        except VersionNotFound:
            return None
        known = found.understood
        if known is None:
            return None
        case = replace(known.case, version=found.digest)
        return Text(case=case, references=known.references, version=version, terms=known.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackText:
    """An item of a pack with the text that it names.

    Attributes:
        number: its place in the pack, from 1.
        item: with id and version, as far as both are known.
        text: None where nobody has the version, or the case.
        is_named: whether the pack itself names this version; else it is the newest.
        is_newest: whether there is no newer text of the case.
        now: under which id the compendium has the case; empty where it has it no more.
    """

    number: int
    item: PackItem
    text: Text | None
    is_named: bool
    is_newest: bool
    now: str

    @property
    def case(self) -> Case | None:
        """What the case says; None where nobody knows."""
        return self.text.case if self.text else None

    @property
    def title(self) -> str:
        """The title of the case, or what else it is known by."""
        if self.text:
            return self.text.case.title
        return self.item.name if self.item.case else f"Version {self.item.version}"


def pinned(pack: Pack, texts: Texts) -> Pack:
    """The pack with a version in every item that names a case of the compendium.

    A pack of the compendium names the newest where it says nothing.
    """
    return replace(pack, items=tuple(_pinned(item, texts) for item in pack.items))


def _pinned(item: PackItem, texts: Texts) -> PackItem:
    return item if item.version else replace(item, version=texts.newest(item.case))


def texts_of(pack: Pack, texts: Texts, compendium: Compendium) -> tuple[PackText, ...]:
    """Every item of a pack with its text, in order."""
    return tuple(
        _with_text(number, item, texts, compendium) for number, item in enumerate(pack.items, 1)
    )


def _with_text(number: int, given: PackItem, texts: Texts, compendium: Compendium) -> PackText:
    item = _pinned(given, texts)
    text = _text_of(item, texts, compendium)
    if text is not None:
        item = replace(item, case=text.case.id)
    now = compendium.id_now(item.case)
    return PackText(
        number=number,
        item=item,
        text=text,
        is_named=bool(given.version),
        is_newest=bool(item.version) and texts.newest(now or item.case) == item.version,
        now=now,
    )


def _text_of(item: PackItem, texts: Texts, compendium: Compendium) -> Text | None:
    """The text of an item; without a version that of the snapshot, which may be an earlier one."""
    if item.version:
        return texts.at(item.version)
    case = compendium.by_id.get(item.case)
    return case and Text(case=case, references=compendium.references, version="")


# --- what a file names that is not there ------------------------------------------------------

#: Of a case so many of its kept versions are named, the newest ones.
_NAMED = 10


def not_kept(pack: Pack, versions: Versions, compendium: Compendium) -> tuple[NotKept, ...]:
    """The items of a pack whose version is not kept, or is a text of another case, in order.

    A version is one of a case under every id that the case has or had.

    Raises:
        VersionsUnreadable: the store cannot be read.
    """
    found = (
        _not_kept(number, item, versions, compendium)
        for number, item in enumerate(pack.items, 1)
        if item.version
    )
    return tuple(one for one in found if one is not None)


def unknown(pack: Pack, texts: Texts, ids: Iterable[str]) -> dict[int, str]:
    """What is said of items that name a case of which there is no text, by their numbers from 1.

    Args:
        pack: as a file has it; an item without a version means the newest.
        texts: where the newest text of a case is found.
        ids: those of the compendium, of which the nearest are named.
    """
    told = {}
    for number, item in enumerate(pack.items, 1):
        if item.version or texts.newest(item.case):
            continue
        near = close_matches(item.case, ids, n=3)
        like = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        told[number] = (
            f"names {item.case!r}, which is no case of this compendium, and no version.{like} "
            "Write the id of a case, its version after @, or take the entry out."
        )
    return told


def _not_kept(
    number: int, item: PackItem, versions: Versions, compendium: Compendium
) -> NotKept | None:
    kept = versions.digests(item.version)
    ids = dict.fromkeys(filter(None, (item.case, compendium.id_now(item.case))))
    own = tuple(
        dict.fromkeys(
            short(digest)
            for case_id in ids
            for digest in versions_of(versions, compendium, case_id).digests
        )
    )
    if kept and (not item.case or item.version in own):
        return None
    other = ""
    if kept:
        text = StoredTexts(versions).at(item.version)
        other = text.case.id if text else ""
        if other in ids:
            return None
    return NotKept(number=number, item=item, kept=own[:_NAMED], other=other)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKept:
    """An item of a pack whose version its case does not have.

    Attributes:
        number: its place in the pack, from 1.
        item: as the pack has it.
        kept: the versions of the case that are kept, the newest first; at most ten.
        other: the id of the case that has the version; empty where nobody has it.
    """

    number: int
    item: PackItem
    kept: tuple[str, ...]
    other: str

    @property
    def told(self) -> str:
        """What is wrong, what is there and what to do, as a sentence goes on after its place."""
        version, case_id = self.item.version, self.item.case
        if not case_id:
            return (
                f"names version {version} alone, which is not kept here. Write a case instead, "
                "such as its id, or take the entry out."
            )
        whose = f", which is a text of {self.other!r}" if self.other else ", which is not kept here"
        if self.kept:
            there = (
                f"Kept of {case_id!r}, the newest first: {', '.join(self.kept)}. Write one of them "
                "after @, or the id alone for the newest."
            )
        elif self.other:
            there = f"No text of {case_id!r} is kept here. Write the id of the case that you mean."
        else:
            there = (
                f"No text of {case_id!r} is kept here. Take the entry out, or open the file on the "
                "site where it was made."
            )
        return f"names version {version} of {case_id!r}{whose}. {there}"


# --- sessions --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicQuestion:
    """A question for a class, and the session that it is asked in."""

    question: str
    answer: str
    pack: Pack


def by_topic(packs: Iterable[Pack]) -> Mapping[str, tuple[TopicQuestion, ...]]:
    """The questions of some sessions by topic: the topics by letter, questions as they are asked.

    A topic is spelled as it is first.
    """
    spelled: dict[str, str] = {}
    found: dict[str, list[TopicQuestion]] = {}
    for pack in packs:
        for one in pack.teaching.questions if pack.teaching else ():
            topic = spelled.setdefault(one.topic.casefold(), one.topic)
            question = TopicQuestion(question=one.question, answer=one.answer, pack=pack)
            found.setdefault(topic, []).append(question)
    return {topic: tuple(found[topic]) for topic in sorted(found, key=str.casefold)}


def sessions(packs: Iterable[Pack], level: str = "", longest: int = 0) -> tuple[Pack, ...]:
    """The packs with a teaching note, in their order.

    Args:
        packs: from which.
        level: only those for this level; empty for any.
        longest: only those that take so many minutes at most; 0 for any length.
    """
    return tuple(
        pack
        for pack in packs
        if pack.teaching is not None
        and (not level or level in pack.teaching.level)
        and (not longest or pack.teaching.minutes <= longest)
    )


# --- what the API says -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PackItemAnswer:
    """A case or guide of a pack."""

    id: Annotated[str, Field(description="Empty where nobody knows the version")]
    version: Annotated[str, Field(description="Twelve characters: the text that is meant")]
    title: str
    url: Annotated[str, Field(description="The page of the case, always with its newest text")]
    is_newest: Annotated[bool, Field(description="Whether there is no newer text of the case")]
    note: Annotated[str, Field(description="Why it is there, in Markdown")]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswer:
    """A question for a class."""

    question: str
    answer: Annotated[str, Field(description="What a good answer holds, in Markdown")]
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachingAnswer:
    """How a session over a pack is taught."""

    session: Annotated[int | None, Field(description="Its place in the course")]
    week: Annotated[int | None, Field(description="In which week of the course it stands")]
    level: Annotated[tuple[str, ...], Field(description="For whom")]
    minutes: int
    objectives: Annotated[tuple[str, ...], Field(description="What participants can do afterwards")]
    read_first: Annotated[tuple[str, ...], Field(description="Ids of guides")]
    plan: Annotated[tuple[PlanStep, ...], Field(description="How the minutes are spent")]
    questions: tuple[QuestionAnswer, ...]
    use: Annotated[str, Field(description="Suggested use, in Markdown")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackAnswer:
    """A reading list: one of the compendium, or a reader's own out of its address."""

    id: Annotated[str, Field(description="Empty for a reader's own")]
    title: str
    url: Annotated[str, Field(description="Its page")]
    introduction: Annotated[str, Field(description="In Markdown")]
    items: tuple[PackItemAnswer, ...]
    teaching: Annotated[
        TeachingAnswer | None, Field(description="What makes a session of it; null for a list")
    ]
    snapshot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackSummary:
    """A pack without its texts."""

    id: str
    title: str
    url: Annotated[str, Field(description="Its page")]
    items: Annotated[tuple[str, ...], Field(description="Ids of its cases and guides, in order")]
    session: Annotated[int | None, Field(description="Its place in the course")]
    level: Annotated[tuple[str, ...], Field(description="For whom; empty for a plain list")]
    minutes: Annotated[int | None, Field(description="How long it takes; null for a plain list")]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekAnswer:
    """A week of the course: a session, or fieldwork."""

    week: int
    title: str
    pack: Annotated[str, Field(description="The id of the session; empty in a week of fieldwork")]
    text: Annotated[str, Field(description="What is done in fieldwork, in Markdown")]
    note: Annotated[str, Field(description="What is particular to the week, in Markdown")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseAnswer:
    """The syllabus."""

    title: str
    introduction: Annotated[str, Field(description="In Markdown")]
    weeks: tuple[WeekAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PacksAnswer:
    """Every pack of the compendium, sessions first, and the course."""

    total: int
    packs: tuple[PackSummary, ...]
    course: Annotated[CourseAnswer | None, Field(description="Null where there is none")]
    snapshot: str


def pack_answer(
    pack: Pack,
    compendium: Compendium,
    addresses: Addresses,
    *,
    texts: Texts,
    address: str,
    snapshot: str,
) -> PackAnswer:
    """One pack.

    Args:
        pack: of the compendium, or a reader's own.
        compendium: what its items are looked up in.
        addresses: where pages stand.
        texts: where the texts of versions are.
        address: the last part of the address of its page.
        snapshot: the id of the snapshot.
    """
    return PackAnswer(
        id=pack.id,
        title=pack.title,
        url=addresses.session(pack.id) if pack.teaching else addresses.pack(address),
        introduction=pack.introduction,
        items=tuple(
            PackItemAnswer(
                id=one.item.case,
                version=one.item.version,
                title=one.title,
                url=addresses.case(one.now or one.item.case) if one.item.case else "",
                is_newest=one.is_newest,
                note=one.item.note,
            )
            for one in texts_of(pack, texts, compendium)
        ),
        teaching=_teaching(pack, compendium.course),
        snapshot=snapshot,
    )


def _teaching(pack: Pack, course: Course | None) -> TeachingAnswer | None:
    note = pack.teaching
    if note is None:
        return None
    return TeachingAnswer(
        session=note.session,
        week=course.week_of(pack.id) if course else None,
        level=note.level,
        minutes=note.minutes,
        objectives=note.objectives,
        read_first=note.read_first,
        plan=note.plan,
        questions=tuple(
            QuestionAnswer(question=one.question, answer=one.answer, topic=one.topic)
            for one in note.questions
        ),
        use=note.use,
    )


def pack_summary(pack: Pack, addresses: Addresses) -> PackSummary:
    """A pack of the compendium without its texts."""
    note = pack.teaching
    return PackSummary(
        id=pack.id,
        title=pack.title,
        url=addresses.session(pack.id) if note else addresses.pack(pack.id),
        items=pack.case_ids,
        session=note.session if note else None,
        level=note.level if note else (),
        minutes=note.minutes if note else None,
    )


def packs_answer(compendium: Compendium, addresses: Addresses, snapshot: str) -> PacksAnswer:
    """Every pack, and the course."""
    course = compendium.course
    return PacksAnswer(
        total=len(compendium.packs),
        packs=tuple(pack_summary(pack, addresses) for pack in compendium.packs),
        course=course and _course(course, compendium.packs),
        snapshot=snapshot,
    )


def _course(course: Course, packs: Sequence[Pack]) -> CourseAnswer:
    titles = {pack.id: pack.title for pack in packs}
    return CourseAnswer(
        title=course.title,
        introduction=course.introduction,
        weeks=tuple(
            WeekAnswer(
                week=number,
                title=week.fieldwork.title if week.fieldwork else titles[week.pack],
                pack=week.pack,
                text=week.fieldwork.text if week.fieldwork else "",
                note=week.note,
            )
            for number, week in enumerate(course.weeks, 1)
        ),
    )
