"""Reading lists, sessions and the course as documents: what a file of them says, in which order.

A file for a class has objectives and questions; one for who teaches has the plan, the suggested
use and what good answers hold as well. Both have the whole text of every case, as it was assigned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kb.answers.addresses import Addresses
from kb.answers.packs import PackText, Texts, sessions, texts_of
from kb.exports.blocks import (
    Block,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    Styled,
    Text,
    prose_blocks,
)
from kb.exports.document import Document, Fact, Item, Part
from kb.exports.gather import item_of, item_without_text
from kb.exports.markdown import markdown_of
from kb.exports.sections import link_to, words
from kb.model.compendium import Compendium
from kb.model.packs import Course, Pack, TeachingNote, Week
from kb.model.taxonomy import TEACHING_LEVELS, Taxonomy
from kb.text.typography import curly

#: From where links of the compendium's own packs start, as if it were the id of a case.
_FOLDER = "packs/-"
UNTITLED, COURSE = "Reading list", "All sessions"
OBJECTIVES, AFTERWARDS, READ_FIRST, TO_READ, PLAN, QUESTIONS, ANSWER, USE = (
    *("Objectives", "Afterwards participants can:", "Read first", "To read", "Plan"),
    *("Questions for the class", "A good answer holds", "Suggested use"),
)
SESSION, WEEKS, FIELDWORK = "This session", "Week by week", "Fieldwork"
SESSIONS, TEXTS = "Sessions", "Texts"
MISSING = (
    "The text of this version is not kept here. Whoever made the list may have used another site, "
    "or the case was taken out."
)
FOR_TEACHERS = "Who teaches: with the plan, and with what good answers hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What documents of packs are made from.

    ``frame`` is a document without items: the site that it comes from, and its terms.
    """

    frame: Document
    compendium: Compendium
    taxonomy: Taxonomy
    texts: Texts
    addresses: Addresses


def pack_document(pack: Pack, library: Library, *, address: str, answers: bool = False) -> Document:
    """A reading list, or a session.

    Args:
        pack: with a teaching note it is a session.
        library: where its texts are.
        address: of its page.
        answers: whether for who teaches.
    """
    note = pack.teaching
    given = replace(
        library.frame,
        title=_title(curly(pack.title or UNTITLED), answers=answers),
        introduction=_written(pack, pack.introduction, library),
        items=tuple(
            _item(one, library, _written(pack, one.item.note, library))
            for one in texts_of(pack, library.texts, library.compendium)
        ),
        address=address,
    )
    if note is None:
        return replace(given, about=tuple(_missing(given.items)))
    course = library.compendium.course
    week = course.week_of(pack.id) if course else None
    before = [*_objectives(note), *_read_first(note, library)]
    if answers:
        before += [*_use(note, library), *_plan(note, library)]
    return replace(
        given,
        about=(
            *_about(note, week, library.taxonomy, answers=answers),
            *_missing(given.items),
        ),
        before=(_part(SESSION, before),),
        after=(_part(QUESTIONS, _questions(note, library, answers=answers)),),
    )


def course_document(library: Library, *, address: str, answers: bool = False) -> Document:
    """The syllabus, every session, then each text that they read, once.

    Args:
        library: where the sessions and the texts are.
        address: of the page with all sessions.
        answers: whether for who teaches.
    """
    course = library.compendium.course
    packs = sessions(library.compendium.packs)
    texts = {
        one.item.name: one
        for pack in packs
        for one in texts_of(pack, library.texts, library.compendium)
    }
    count = Fact(label="Sessions", value=str(len(packs)))
    weeks = [Fact(label="Weeks", value=str(len(course.weeks)))] if course else []
    whom = [Fact(label="For", value=FOR_TEACHERS)] if answers else []
    syllabus = [_part(WEEKS, _weeks(course, packs, library))] if course else []
    items = tuple(_item(one, library) for one in texts.values())
    return replace(
        library.frame,
        title=_title(curly(course.title) if course else COURSE, answers=answers),
        introduction=markdown_of(_prose(course.introduction, library)) if course else "",
        about=(*weeks, count, *whom, *_missing(items)),
        before=(*syllabus, *(_session(pack, library, answers=answers) for pack in packs)),
        items=items,
        items_group=TEXTS,
        address=address,
    )


def _title(title: str, *, answers: bool) -> str:
    return f"Notes: {title}" if answers else title


def _item(one: PackText, library: Library, note: str = "") -> Item:
    if one.text is None:
        return item_without_text(one.title, MISSING, note=note, newest=_newest(one, library))
    case = replace(one.text.case, id=one.item.case, version=one.item.version)
    words = library.taxonomy.as_then(one.text.terms)
    made = item_of(case, one.text.references, words, library.addresses, note=note)
    return replace(made, newest=_newest(one, library))


def _newest(one: PackText, library: Library) -> str:
    """Where the newest text stands; empty where the case is no more."""
    return library.addresses.case(one.now) if one.now else ""


def _missing(items: Sequence[Item]) -> Iterator[Fact]:
    """How many texts are missing; nothing where all are there."""
    number = sum(bool(item.missing) for item in items)
    if number:
        told = f"{number} of {len(items)}; each is named in its place"
        yield Fact(label="Texts not in this file", value=told)


def _about(
    note: TeachingNote, week: int | None, taxonomy: Taxonomy, *, answers: bool
) -> Iterator[Fact]:
    if answers:
        yield Fact(label="For", value=FOR_TEACHERS)
    if week:
        yield Fact(label="Week", value=str(week))
    yield Fact(label="Minutes", value=str(note.minutes))
    yield Fact(label="Level", value=_levels(note, taxonomy))


def _levels(note: TeachingNote, taxonomy: Taxonomy) -> str:
    return ", ".join(taxonomy[TEACHING_LEVELS].label(level) for level in note.level)


def _session(pack: Pack, library: Library, *, answers: bool) -> Part:
    """A session of the course in one part: all but the texts."""
    note, course = pack.teaching, library.compendium.course
    week = course.week_of(pack.id) if course else None
    blocks = [
        _emphasis(_session_facts(note, week, library.taxonomy)),
        *_prose(pack.introduction, library),
        *_objectives(note),
        *_read_first(note, library),
        *_to_read(pack, library),
    ]
    if answers:
        blocks += [*_use(note, library), *_plan(note, library)]
    blocks += [_heading(QUESTIONS), *_questions(note, library, answers=answers)]
    return replace(_part(pack.title, blocks), group=SESSIONS)


def _session_facts(note: TeachingNote, week: int | None, taxonomy: Taxonomy) -> str:
    place = f"Week {week}" if week else ""
    return " · ".join(filter(None, (place, f"{note.minutes} minutes", _levels(note, taxonomy))))


def _weeks(course: Course, packs: Iterable[Pack], library: Library) -> Iterator[Block]:
    by_id = {pack.id: pack for pack in packs}
    weeks = (tuple(_week(week, by_id.get(week.pack), library)) for week in course.weeks)
    yield ListBlock(1, tuple(weeks))


def _week(week: Week, pack: Pack | None, library: Library) -> Iterator[Block]:
    if week.fieldwork:
        yield _strong(week.fieldwork.title)
        yield _emphasis(FIELDWORK)
        yield from _prose(week.fieldwork.text, library)
    elif pack:
        yield _strong(pack.title)
        yield _emphasis(_session_facts(pack.teaching, None, library.taxonomy))
    yield from _prose(week.note, library)


def _objectives(note: TeachingNote) -> Iterator[Block]:
    yield _heading(OBJECTIVES)
    yield Paragraph(words(AFTERWARDS))
    yield ListBlock(None, tuple((_line(one),) for one in note.objectives))


def _read_first(note: TeachingNote, library: Library) -> Iterator[Block]:
    guides = [library.compendium.by_id[one] for one in note.read_first]
    if guides:
        yield _heading(READ_FIRST)
        lines = (link_to(library.addresses.case(one.id), curly(one.title)) for one in guides)
        yield ListBlock(None, tuple((Paragraph((line,)),) for line in lines))


def _to_read(pack: Pack, library: Library) -> Iterator[Block]:
    yield _heading(TO_READ)
    yield ListBlock(
        1,
        tuple(
            (_line(one.title), *_prose(one.item.note, library))
            for one in texts_of(pack, library.texts, library.compendium)
        ),
    )


def _plan(note: TeachingNote, library: Library) -> Iterator[Block]:
    if note.plan:
        yield _heading(PLAN)
        steps = (
            (_strong(f"{step.minutes} minutes"), *_prose(step.do, library)) for step in note.plan
        )
        yield ListBlock(None, tuple(steps))


def _use(note: TeachingNote, library: Library) -> Iterator[Block]:
    if note.use:
        yield from (_heading(USE), *_prose(note.use, library))


def _questions(note: TeachingNote, library: Library, *, answers: bool) -> Iterator[Block]:
    asked = []
    for one in note.questions:
        answer = (Quote((_strong(ANSWER), *_prose(one.answer, library))),) if answers else ()
        asked.append((_line(one.question), *answer))
    yield ListBlock(1, tuple(asked))


def _written(pack: Pack, text: str, library: Library) -> str:
    """Markdown of a pack as its page reads it, with the whole addresses of its links."""
    return markdown_of(_prose(text, library, ours=bool(pack.id)))


def _prose(text: str, library: Library, *, ours: bool = True) -> tuple[Block, ...]:
    """Markdown of a pack; links of the compendium's own start from their folder."""
    return prose_blocks(text, ours=ours, case_id=_FOLDER, root=library.addresses.root)


def _part(title: str, blocks: Iterable[Block]) -> Part:
    return Part(title=curly(title), text=markdown_of(blocks))


def _heading(text: str) -> Block:
    return Heading(2, words(text))


def _line(text: str) -> Block:
    return Paragraph(words(curly(text)))


def _strong(text: str) -> Block:
    return Paragraph((Styled("strong", (Text(curly(text)),)),))


def _emphasis(text: str) -> Block:
    return Paragraph((Styled("em", (Text(text),)),))
