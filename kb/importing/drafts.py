"""Stories to drafts of cases: with ids of their own, whole files, never over what is there."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from kb.content.corpus import read_corpus
from kb.content.countries import countries
from kb.content.files import TAXONOMY_FILE
from kb.content.new_case import Around, case_text
from kb.content.questions import slug_of
from kb.errors import CorpusError, Problem
from kb.importing.cells import Meanings
from kb.importing.files import CSV, DOCX, TEXT, XLSX, files_under, kind_of_file, named_otherwise
from kb.importing.foreign import Note, Reading, Refused, Story, Unreadable
from kb.importing.mapping import ColumnMapping, Taken, taken
from kb.model.english import quoted, slug
from kb.model.taxonomy import GUIDE, Taxonomy
from kb.text.body import case_headings

#: The folder of drafts of which nobody knows the country.
_ELSEWHERE = "imported"
#: So many notes and problems are kept one by one; of further ones only how many there are.
_MOST_KEPT = 20_000

#: Is told how many drafts were written.
Tell = Callable[[int], None]
#: Is told how many of how many drafts were checked.
TellChecked = Callable[[int, int], None]


@dataclass(slots=True, kw_only=True)
class Draft:
    """A draft that was made: where it is, what it was made of, what the check finds in it.

    ``left`` is how many things are left; of very many drafts not all of them are ``problems``.
    """

    id: str
    path: str
    place: str
    problems: list[Problem] = field(default_factory=list)
    left: int = 0


@dataclass(slots=True, kw_only=True)
class Imported:
    """What came of an import.

    Attributes:
        drafts: those that were made, in the order of what was read.
        notes: what was not taken, as far as it is kept.
        counts: how often each thing was not taken, by column and reason.
        readings: how something was read that was taken, as far as it is kept.
        reading_counts: how often something was read so.
        refused: files and rows of which no draft was made.
        left: how often something is left to write, by the field.
    """

    drafts: list[Draft] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    readings: list[Note] = field(default_factory=list)
    reading_counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)

    @property
    def notes_left_off(self) -> int:
        """How many notes are not kept."""
        return sum(self.counts.values()) - len(self.notes)

    @property
    def readings_left_off(self) -> int:
        """How many readings are not kept."""
        return self.reading_counts.total() - len(self.readings)

    @property
    def passing(self) -> int:
        """How many drafts the check finds nothing in."""
        return sum(not draft.left for draft in self.drafts)

    @property
    def problems_left_off(self) -> int:
        """How many problems are not kept."""
        return self.left.total() - sum(len(draft.problems) for draft in self.drafts)

    @staticmethod
    def kind_of(note: Note) -> tuple[str, str]:
        """What is counted as the same thing: the column, and the reason."""
        return note.column, _kind(note)

    def note(self, notes: Iterable[Note]) -> None:
        """Keep some notes, or count them."""
        for one in notes:
            is_taken = isinstance(one, Reading)
            counts = self.reading_counts if is_taken else self.counts
            kept = self.readings if is_taken else self.notes
            counts[self.kind_of(one)] += 1
            if len(kept) < _MOST_KEPT:
                kept.append(one)


def _kind(note: Note) -> str:
    """What a note says whatever the value is."""
    return re.sub(r"'[^']*'", "'…'", note.why.split(" Nearest: ")[0].split(" Words are ")[0])


# --- what is read ----------------------------------------------------------------------------


def stories_of(paths: Iterable[Path], mapping: ColumnMapping) -> Iterator[Story | Refused]:
    """The stories of files and folders, in their order; what cannot be read is refused."""
    for given in paths:
        try:
            files = files_under(given)
        except Unreadable as err:
            yield Refused(place=str(given), why=_sentence(err))
            continue
        several = len(files) > 1
        for path in files:
            place = path.relative_to(given).as_posix() if given.is_dir() else path.name
            try:
                yield from _stories(path, place, mapping, several=several)
            except Unreadable as err:
                yield Refused(place=place, why=_sentence(err))
            except OSError as err:
                yield Refused(place=place, why=f"It cannot be read: {err.strerror}.")


def _sentence(err: Unreadable) -> str:
    return f"It {err}"


def _stories(
    path: Path, place: str, mapping: ColumnMapping, *, several: bool
) -> Iterator[Story | Refused]:
    """The stories of one file.

    Raises:
        Unreadable: it cannot be read.
    """
    kind = kind_of_file(path)
    told = named_otherwise(path, kind)
    notes = (Reading(place=place, why=told),) if told else ()
    if kind == TEXT:
        from kb.importing.markdown import read_markdown

        yield read_markdown(path, place, base=mapping.links)
    elif kind == DOCX:
        from kb.importing.docx import read_docx  # loads python-docx

        story = read_docx(path, place)
        yield replace(story, notes=(*notes, *story.notes))
    elif kind in (CSV, XLSX):
        from kb.importing.tables import open_table  # loads openpyxl

        table = open_table(path, kind, place, sheet=mapping.sheet, header=mapping.header)
        for story in replace(table, notes=(*notes, *table.notes)).stories():
            yield _within(story, place) if several else story


def _within(story: Story | Refused, place: str) -> Story | Refused:
    """A row of one of several files, whose places name the file too."""
    if isinstance(story, Refused):
        if story.place == place:  # the whole file
            return story
        return replace(story, place=f"{place}: {story.place}")
    cells = {
        name: replace(cell, place=f"{place}: {cell.place}") for name, cell in story.cells.items()
    }
    notes = tuple(
        note if note.place == place else replace(note, place=f"{place}: {note.place}")
        for note in story.notes
    )
    return replace(story, place=f"{place}: {story.place}", cells=cells, notes=notes)


# --- what is written -------------------------------------------------------------------------


def import_stories(
    stories: Iterable[Story | Refused],
    *,
    mapping: ColumnMapping,
    meanings: Meanings,
    here: Around,
    cases: Path,
    into: Path,
    dry_run: bool = False,
    processes: int = 1,
    tell: Tell = lambda done: None,
    tell_checked: TellChecked = lambda done, drafts: None,
) -> Imported:
    """Make drafts of stories, check them, and put them where they are wanted.

    They are written beside that folder first. So either all of them are there afterwards, or
    none: nothing is left half-written, and no file that was there is touched.

    Args:
        stories: what was read.
        mapping: which column becomes which field.
        meanings: what cells are read by.
        here: the compendium for which they are.
        cases: its folder.
        into: the folder for the drafts.
        dry_run: whether nothing is to be kept.
        processes: how many may check them beside each other.
        tell: is told how many drafts were written.
        tell_checked: is told how many of them were checked.

    Raises:
        CorpusError: the folder cannot be written to.
    """
    found = Imported()
    try:
        home = None if dry_run else _made(into.parent)
        staging = Path(tempfile.mkdtemp(prefix=".kb-import-", dir=home))
    except OSError as err:
        raise CorpusError(f"{into} cannot be written: {err.strerror}.") from err
    try:
        _write(found, stories, mapping, meanings, here, into, staging, tell)
        if found.drafts:
            _check(found, staging, cases, into, processes, tell_checked)
            if not dry_run:
                _land(staging, into, found)
    except OSError as err:
        raise CorpusError(f"{into} cannot be written: {err.strerror}.") from err
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return found


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write(
    found: Imported,
    stories: Iterable[Story | Refused],
    mapping: ColumnMapping,
    meanings: Meanings,
    here: Around,
    into: Path,
    staging: Path,
    tell: Tell,
) -> None:
    """Write a draft for each story into the folder beside."""
    names = _Names(taken=here.ids)
    for story in stories:
        if isinstance(story, Refused):
            found.refused.append(story)
            continue
        made = taken(story, mapping, meanings)
        wanted = _wanted_id(story, made, here.taxonomy)
        case_id = names.free(wanted)
        if case_id != wanted and wanted in here.ids:
            why = f"The compendium has {quoted(wanted)} already; this draft is {quoted(case_id)}."
            made.notes.append(Note(place=story.place, why=why))
        if (into / f"{case_id}.md").exists():
            why = f"{into / case_id}.md exists already and was left as it is."
            found.refused.append(Refused(place=story.place, why=why))
            continue
        path = staging / f"{case_id}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_text_of(made, here.taxonomy), encoding="utf-8")
        found.drafts.append(Draft(id=case_id, path=str(into / f"{case_id}.md"), place=story.place))
        told = (one for one in story.notes if one.column not in mapping.skip)
        found.note((*told, *made.notes))
        tell(len(found.drafts))


@dataclass(slots=True, kw_only=True)
class _Names:
    """Ids that are given once each; of several alike all but the first get a number."""

    taken: frozenset[str]
    own: set[str] = field(default_factory=set)
    numbers: Counter[str] = field(default_factory=Counter)

    def free(self, wanted: str) -> str:
        """An id that nothing has: the one that is wanted, or that with a number behind it."""
        name = wanted
        while name in self.own or name in self.taken:
            self.numbers[wanted] += 1
            name = f"{wanted}-{self.numbers[wanted] + 1}"
        self.own.add(name)
        return name


def _wanted_id(story: Story, made: Taken, taxonomy: Taxonomy) -> str:
    """What a draft should be called: by its id, or by country and title."""
    if made.id:
        parts = [slug_of(part) for part in re.split(r"[/\\]", made.id)]
        clean = [part for part in parts if part]
        if ".." in made.id or made.id.startswith(("/", "\\", "~")) or ":" in made.id[:3]:
            name = "/".join(clean)
            why = f"An id is no path of this machine; the draft is called {quoted(name)}."
            made.notes.append(Note(place=story.place, column="id", value=made.id, why=why))
        if len(clean) > 1:
            return "/".join(clean[-4:])
        name = clean[0] if clean else ""
    else:
        name = slug_of(str(made.fields.get("title") or ""))
    name = name or slug_of(story.name) or "draft"
    place = made.fields.get("country")
    place = place[0] if isinstance(place, list) and place else place
    is_guide = taxonomy["kinds"].term(str(made.fields.get("kind"))).role == GUIDE
    folder = f"{taxonomy.guide.id}s" if is_guide else slug(countries().label(str(place or "")))
    return f"{folder or _ELSEWHERE}/{name}"


def _text_of(made: Taken, taxonomy: Taxonomy) -> str:
    """The text of a draft: what was taken, and placeholders for what must still be written."""
    fields = {"added": date.today().isoformat(), **made.fields}
    is_guide = taxonomy["kinds"].term(str(fields.get("kind"))).role == GUIDE
    sections = dict(made.sections)
    if not is_guide and "" in sections:
        _place_text(sections, case_headings(taxonomy.subject))
    return case_text(taxonomy, fields, sections or None, examples=False)


def _place_text(sections: dict[str, str], headings: tuple[str, ...]) -> None:
    """Put a text with headings of its own under those of business-case form.

    What has one of these stays under it; everything else stands under the first, one level down.
    """
    own = {slug(heading): heading for heading in headings}
    rest: list[str] = []
    for part in re.split(r"^(?=## )", sections.pop(""), flags=re.MULTILINE):
        heading, _, under = part.removeprefix("## ").partition("\n")
        target = own.get(slug(heading)) if part.startswith("## ") else None
        if target is None:
            rest.append(part.strip())
        else:
            before = sections.get(target, "")
            sections[target] = "\n\n".join(filter(None, (before, under.strip())))
    told = _deeper("\n\n".join(filter(None, rest)))
    if told:
        before = sections.get(headings[0], "")
        sections[headings[0]] = "\n\n".join(filter(None, (before, told)))


def _deeper(text: str) -> str:
    """A text whose headings are one level deeper; code stays as it is."""
    parts = re.split(r"(^ {0,3}(?:```|~~~).*?^ {0,3}(?:```|~~~)[ \t]*$)", text, flags=re.M | re.S)
    return "".join(
        part if at % 2 else re.sub(r"^(#{2,5}) ", r"#\1 ", part, flags=re.MULTILINE)
        for at, part in enumerate(parts)
    )


def _check(
    found: Imported,
    staging: Path,
    cases: Path,
    into: Path,
    processes: int,
    tell: TellChecked,
) -> None:
    """What ``kb check`` says of each draft."""
    by_path = {str(staging / f"{draft.id}.md"): draft for draft in found.drafts}
    home = cases if (cases / TAXONOMY_FILE).is_file() else None
    with tempfile.TemporaryDirectory(prefix="kb-import-") as index:
        # What was read of the drafts is kept there: in memory there may be no room for it.
        corpus = read_corpus(
            staging, vocabulary=home, index=Path(index), processes=processes, tell=tell
        )
    for number, problem in enumerate(corpus.problems):
        draft = by_path.get(problem.path)
        if draft is None:
            continue
        draft.left += 1
        found.left[problem.field.split("[")[0].split(".")[0] or "the text"] += 1
        if number < _MOST_KEPT:
            message = problem.message.replace(f"{staging}{os.sep}", f"{into}{os.sep}")
            draft.problems.append(replace(problem, path=draft.path, message=message))


def _land(staging: Path, into: Path, found: Imported) -> None:
    """Put the drafts where they are wanted; where one cannot be put there, none is."""
    if not into.exists():
        staging.chmod(0o755)
        staging.rename(into)
        return
    landed: list[Path] = []
    try:
        for draft in found.drafts:
            target = into / f"{draft.id}.md"
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(staging / f"{draft.id}.md", target)  # which never takes the place of a file
            landed.append(target)
    except OSError as err:
        for path in landed:
            path.unlink(missing_ok=True)
        raise CorpusError(f"{into} cannot be written: {err.strerror}; nothing was.") from err
