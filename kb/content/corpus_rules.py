"""The rules of ``kb check`` across files: titles, places, ids, links, days, and which are guides.

They ask what each file said when it was read (``Reading``), and a file itself only where
something is wrong with it. ``kb.content.corpus`` asks them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from kb.content.field_rules import term_spelled
from kb.content.files import SOURCES_FILE
from kb.content.known import NAMES_WITHDRAWN, like_it, nearest_ids
from kb.content.load import CaseFile, Draft, load_file
from kb.content.readings import Reading
from kb.content.rules import problem
from kb.content.schema import Complaint, as_text, items_of, place_of, problem_at, shown
from kb.content.text_rules import text_problem
from kb.content.yaml_source import read_yaml, text_of
from kb.errors import Problem
from kb.model.english import quoted
from kb.model.taxonomy import GUIDE, SUBJECT, Taxonomy, Term, Vocabulary
from kb.text.body import TextComplaint, links


def title_problems(read: Iterable[tuple[CaseFile, Reading]]) -> Iterator[Problem]:
    """Titles that another case has, too; the files are in the order of their ids."""
    first: dict[str, CaseFile] = {}
    for file, reading in read:
        if reading.title is None:
            continue
        title, line = reading.title
        other = first.setdefault(title.casefold(), file)
        if other is not file:
            message = f"must be unique; {other.path} has the same."
            yield _field_problem("title-not-unique", file, line, "title", message)


def place_problems(
    read: Iterable[tuple[CaseFile, Reading]], taxonomy: Taxonomy
) -> Iterator[Problem]:
    """Guides that are read where another one is; the files are in the order of their ids."""
    first: dict[tuple[str, int], CaseFile] = {}
    for file, reading in read:
        if reading.place is None:
            continue
        spelling, place, line = reading.place
        part = term_spelled(taxonomy, "guide_parts", spelling).id
        other = first.setdefault((part, place), file)
        if part and other is not file:
            message = f"must be that of no other guide in its part; {other.path} has it."
            yield _field_problem("guide-place-taken", file, line, "reading.place", message)


def alias_problems(read: Iterable[tuple[CaseFile, Reading]]) -> Iterator[Problem]:
    """Ids of before that another document has now, or had before; in the order of the ids."""
    read = list(read)
    files = {file.id: file for file, _ in read}
    first: dict[str, CaseFile] = {}
    for file, reading in read:
        for number, (alias, line) in enumerate(reading.aliases):
            field = f"aliases[{number + 1}]"
            other = files.get(alias)
            if other is not None:
                message = (
                    f"must not be the id of a document, {quoted(alias)}: {other.path} has it. "
                    "An alias is an id under which no file stands any more."
                )
                yield _field_problem("alias-is-a-document", file, line, field, message)
            elif first.setdefault(alias, file) is not file:
                message = (
                    f"must be an alias of one case alone, not {quoted(alias)}: "
                    f"{first[alias].path} has it too. Keep it in the one that took its place."
                )
                yield _field_problem("alias-in-two-cases", file, line, field, message)


def own_source_problems(read: Iterable[tuple[CaseFile, Reading]]) -> Iterator[Problem]:
    """Keys of sources that a case brings along and another one, too; in the order of the ids."""
    first: dict[str, CaseFile] = {}
    for file, reading in read:
        for source in reading.own_sources:
            key, line, at = source[:3]
            other = first.setdefault(key, file)
            if other is not file:
                message = (
                    f"is that of a source of {other.path} too, {shown(key)}; take another one, or "
                    f"put a work that both cite into {SOURCES_FILE}."
                )
                field = f"sources[{at}].key"
                yield _field_problem("source-key-taken", file, line, field, message)


def day_problems(read: Iterable[tuple[CaseFile, Reading]], today: date) -> Iterator[Problem]:
    """Days and years that something was done in, and that have not come yet."""
    for file, reading in read:
        for field, day, line in reading.days:
            if day > today.isoformat()[: len(day)] and not _is_told(reading, field):
                message = (
                    f"must not lie in the future: it is {day}, and today is {today}; correct it, "
                    "or tell what is only planned in the text."
                )
                yield _field_problem("day-in-the-future", file, line, field, message)


def _is_told(reading: Reading, field: str) -> bool:
    """Whether a file was told already that no year of this field is one."""
    return any(told[0] == "year-implausible" and told[3] == field for told in reading.problems)


def part_problems(read: Iterable[tuple[CaseFile, Reading]]) -> Iterator[Problem]:
    """Links to parts that do not exist, of texts that do."""
    read = list(read)
    files = {file.id: file for file, _ in read}
    known: dict[str, tuple[str, ...]] = {}
    for file, reading in read:
        for case_id, part, line, column in reading.parts:
            if case_id not in files:
                continue
            if case_id not in known:
                known[case_id] = _parts_of(files[case_id])
            if part not in known[case_id]:
                nearest = like_it(part, known[case_id])
                where = "this text" if case_id == file.id else files[case_id].path
                message = (
                    f"the link to the part '#{part}' must name a heading of {where}"
                    f"{nearest_ids(nearest)}; the name of a heading is its words in "
                    "lower case, with hyphens for blanks and without signs."
                )
                yield problem(
                    "link-to-no-part",
                    file.path,
                    line,
                    message,
                    column=column,
                    value=f"#{part}",
                    allowed=nearest,
                )


def _parts_of(file: CaseFile) -> tuple[str, ...]:
    """The names of the headings of a document."""
    from kb.text.rendering import anchors  # seldom needed, and slow to import

    draft, _ = load_file(file)
    return () if draft is None else anchors(draft.body)


def withdrawn_problems(
    read: Iterable[tuple[CaseFile, Reading]], withdrawn: Collection[str]
) -> Iterator[Problem]:
    """What leads to a case that was withdrawn: documents that name it or link to it."""
    if not withdrawn:
        return
    for file, reading in read:
        if any(case_id in reading.asked for case_id in withdrawn):
            draft, _ = load_file(file)  # for the lines; few files do this
            if draft is not None:
                yield from _ways_to(withdrawn, draft)


def _ways_to(withdrawn: Collection[str], draft: Draft) -> Iterator[Problem]:
    located = draft.front_matter
    for number, name in enumerate(map(as_text, items_of(located.value.get("related")))):
        if name in withdrawn:
            is_list = isinstance(located.value["related"], list)
            place = ("related", number) if is_list else ("related",)
            message = NAMES_WITHDRAWN.format(quoted(name))
            yield problem_at(draft.path, located, Complaint(place, "names-withdrawn-case", message))
    for link in links(draft.body, draft.id):
        if link.case_id in withdrawn:
            message = (
                f"the link {quoted(link.target)} must not lead to a case that was withdrawn; "
                "take it out, or let it lead to another one."
            )
            told = TextComplaint(
                link.line, "names-withdrawn-case", message, (), link.column, link.target
            )
            yield text_problem(draft.path, draft.body_line - 1, told, indent=draft.body_indent)


def _field_problem(rule: str, file: CaseFile, line: int, field: str, message: str) -> Problem:
    """A problem of a field, with its column: the file is read again, as few have any such."""
    draft, _ = load_file(file)
    place = place_of(field)
    is_there = draft is not None and draft.front_matter.line(*place) == line
    fields = draft.front_matter if draft is not None and is_there else None
    return problem(
        rule,
        file.path,
        line,
        f"{field} {message}",
        field=field,
        column=fields.column(*place) if fields else 0,
        value=fields.spelling(*place) if fields else "",
    )


def with_kinds_of_guides(
    readings: Iterable[Reading], taxonomy: Taxonomy, path: Path
) -> tuple[Taxonomy, list[Problem]]:
    """The vocabulary with a role for every kind that is plainly that of guides, and a problem each.

    Nothing changes where the vocabulary says which kind that is. Where it does not, each
    guide would be a case with ten things wrong.
    """
    kinds = taxonomy["kinds"]
    if any(kind.role == GUIDE for kind in kinds):
        return taxonomy, []
    by_kind: dict[str, list[bool]] = {}
    for reading in readings:
        kind = kinds.canonical(reading.kind) or reading.kind
        by_kind.setdefault(kind, []).append(reading.could_be_guide)
    meant = [
        kinds.get(kind) or Term(id=kind, label=kind)
        for kind, documents in by_kind.items()
        if kind and all(documents)
    ]
    meant = [kind for kind in meant if kind.role != SUBJECT]
    if not meant:
        return taxonomy, []
    others = [kind for kind in kinds if kind not in meant]
    marked = replace(kinds, terms=(*others, *(replace(kind, role=GUIDE) for kind in meant)))
    return (
        replace(taxonomy, vocabularies={**taxonomy.vocabularies, "kinds": marked}),
        [_role_problem(kind, len(by_kind[kind.id]), kinds, path) for kind in meant],
    )


def _role_problem(kind: Term, n_documents: int, kinds: Vocabulary, path: Path) -> Problem:
    is_listed = kind in kinds
    place = ("kinds", kinds.ids.index(kind.id)) if is_listed else ("kinds",)
    mend = "Give that kind the line" if is_listed else "Add that kind with the line"
    message = (
        f"kinds must say which kind is that of guides: no document of the kind {quoted(kind.id)} "
        f"({n_documents} in all) has a country, type, project or result, as a guide has none. "
        f"{mend} 'role: {GUIDE}'; if they are cases, give each of them a country."
    )
    located = read_yaml(text_of(path.read_bytes()))
    line, column = located.line(*place), located.column(*place)
    return problem("guides-have-no-kind", path, line, message, field="kinds", column=column)
