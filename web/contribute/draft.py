"""A case in the making: what a form, a file or a story says of it, as texts by field.

Loads the readers of content; a worker imports it when somebody contributes, and not before.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from kb.content.case_form import (
    MOST_RECORDS,
    RECORDS,
    FormField,
    Written,
    body_of,
    case_form,
    file_of,
    n_records,
    names_in,
    texts_of,
    values_of,
)
from kb.content.load import CaseFile, load_file
from kb.content.proposal import FOLDER
from kb.errors import Problem
from kb.model.english import slug
from kb.model.taxonomy import Taxonomy
from kb.text.body import RESULTS_HEADING, case_headings
from web.words.lists import shortened

#: More bytes than this are not read of a form, and of a file inside one.
MOST_BYTES = 1_000_000
#: More fields than this no case has.
MOST_PARTS = 3_000
#: The longest address of a case, in letters, and the longest part of it that is proposed.
LONGEST_ID, LONGEST_PROPOSED = 120, 60
#: Names of the form beside the fields of a case: its address, what a button asks for, the text
#: under each heading by its number, and the text under none of them.
ID, DO, TEXT, OTHER = "id", "do", "text", "text.other"
#: And whether it is to take the place of the case that has its address.
REPLACES = "replaces"
#: What a button may ask for beside the address that it is sent to.
ADD, REMOVE = "add", "remove"
_DO = re.compile(rf"({ADD}|{REMOVE})-([a-z_]+)(?:-([0-9]{{1,2}}))?")
#: More strange names than this are not told one by one.
MOST_STRANGE = 3
#: Characters that no reader sees and that no text needs.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"\r\n?")
_ITEM = re.compile(r"[-*•] ")
#: What a browser writes behind the name of a file that it has saved before.
_AGAIN = re.compile(r"[ _]?\(\d{1,3}\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDraft:
    """A case in the making.

    Attributes:
        id: its id as it was written; empty where there is none yet.
        texts: of the fields of the front-matter, by the names of the form.
        sections: the text under each heading of a case, in their order.
        other: the text under other headings, or none.
        is_change: whether it is said to be another text of the case that has its address.
        rows: by field of records how many are shown, where empty ones are asked for.
        strange: what is wrong with the form as a whole.
        at: the field that a button changed; empty for none.
    """

    id: str = ""
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sections: Mapping[str, str] = field(default_factory=dict)
    other: str = ""
    is_change: bool = False
    rows: Mapping[str, int] = field(default_factory=dict)
    strange: tuple[str, ...] = ()
    at: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        written = (*self.sections.values(), self.other, self.id)
        return not any(written) and not any(map(any, self.texts.values()))

    @property
    def title(self) -> str:
        """Its title; empty where it has none yet."""
        return "".join(self.texts.get("title", ())[:1])

    def written(self) -> Written:
        """The file of it."""
        return file_of(values_of(self.texts), [*self.sections.items(), ("", self.other)])

    def with_proposed_id(self, taxonomy: Taxonomy) -> CaseDraft:
        """The same with an id, where it has none: that of its first country and its title."""
        if self.id or not slug(self.title):
            return self
        first = re.split(r"[;\n]", "".join(self.texts.get("country", ())[:1]))[0].strip()
        place = taxonomy.of_slug("country", first) if first else None
        label = place.label if place else first or "international"
        name = slug(self.title)[:LONGEST_PROPOSED].strip("-")
        return replace(self, id=f"{slug(label) or 'international'}/{name}")


def plain(text: str) -> str:
    """A text as it was sent, with Unix line ends and without control characters."""
    text = text.encode("utf-8", "replace").decode()
    return _CONTROL.sub(" ", _LINE_END.sub("\n", text))


def headings_of(taxonomy: Taxonomy) -> tuple[str, ...]:
    """The headings under which a case is written."""
    return case_headings(taxonomy.subject)


def text_name(number: int) -> str:
    """The name of the text under a heading, by its number from 1."""
    return f"{TEXT}.{number}"


def draft_of_form(form: MultiDict[str, str], taxonomy: Taxonomy) -> CaseDraft:
    """The case that a form holds, with what its button did to it."""
    given = {name: [plain(text) for text in form.getlist(name)] for name in form}
    headings = headings_of(taxonomy)
    own = {ID, DO, OTHER, REPLACES, *(text_name(number) for number, _ in enumerate(headings, 1))}
    fields = {name: texts for name, texts in given.items() if name not in own}
    known = set(names_in(fields))
    sound = {name: texts for name, texts in fields.items() if name in known}

    def one(name: str) -> str:
        return "".join(given.get(name, ())[:1])

    draft = CaseDraft(
        id=one(ID).strip(),
        texts=sound,
        sections={
            heading: one(text_name(number)).strip("\n")
            for number, heading in enumerate(headings, 1)
        },
        other=one(OTHER).strip("\n"),
        is_change=bool(one(REPLACES)),
        strange=tuple(_strange(name for name in fields if name not in known)),
    )
    return _changed(draft, one(DO))


def _strange(names: Iterator[str]) -> Iterator[str]:
    for name, _ in zip(names, range(MOST_STRANGE), strict=False):
        yield f"“{shortened(name)}” is no field of this form, and was left out."


def _changed(draft: CaseDraft, do: str) -> CaseDraft:
    """The draft in its own order, and with a record more or less where a button asked for it."""
    records = {one.name: one for one in case_form() if one.kind == RECORDS}
    found = _DO.fullmatch(do)
    way, name, number = found.groups() if found else ("", "", None)
    texts = dict(draft.texts)
    sections = dict(draft.sections)
    if way == REMOVE and name in records and number:
        begin = f"{name}.{int(number)}."
        if name == "results" and RESULTS_HEADING in sections:
            gone = "".join(texts.get(f"{begin}statement", ())[:1])
            sections[RESULTS_HEADING] = _without_item(sections[RESULTS_HEADING], gone)
        texts = {key: value for key, value in texts.items() if not key.startswith(begin)}
    texts = texts_of(values_of(texts))
    rows = {}
    at = ""
    if name in records:
        n_now = n_records(records[name], texts)
        if way == ADD:
            rows[name] = min(n_now + 1, MOST_RECORDS)
            at = f"{name}.{rows[name]}"
        else:
            at = name
    return replace(draft, texts=texts, sections=sections, rows=rows, at=at)


def _without_item(text: str, statement: str) -> str:
    """A text without the item of a list that is a statement, and nothing else than it."""
    words = slug(statement)
    lines = text.split("\n")
    kept = [line for line in lines if not (words and slug(_item(line)) == words)]
    return text if kept == lines else "\n".join(kept).strip("\n")


def _item(line: str) -> str:
    """What stands in an item of a list; empty where a line is none."""
    found = _ITEM.match(line)
    return line[found.end() :] if found else ""


def draft_of_file(
    data: bytes, name: str, taxonomy: Taxonomy, ids: Collection[str] = ()
) -> tuple[CaseDraft | None, Sequence[Problem]]:
    """The case that a file holds, None where it is no case; and what keeps it from being one.

    Args:
        data: its bytes.
        name: of the file, as the browser says it; a part of the id where a case is called so, or
            where it shares a word with the title. Else a title of several words makes the id.
        taxonomy: the vocabulary.
        ids: those of all cases.
    """
    plain_name = _AGAIN.sub("", re.split(r"[\\/]", name)[-1].removesuffix(".md").strip())
    stem = slug(plain_name)[:LONGEST_PROPOSED].strip("-")
    draft, problems = load_file(CaseFile(id=stem or "case", path=f"{stem or 'case'}.md"), data)
    if draft is None:
        return None, problems
    values = draft.front_matter.value
    sections, other = body_of(draft.body, headings_of(taxonomy))
    texts = texts_of(values)
    known = {one.name for one in case_form()}
    left_out = [str(key) for key in values if key not in known]
    made = CaseDraft(
        texts=texts,
        sections={heading: sections.get(heading, "") for heading in headings_of(taxonomy)},
        other=other,
        strange=tuple(
            f"“{shortened(key)}” in the file is no field of a case, and was left out."
            for key in left_out[:MOST_STRANGE]
        ),
    )
    with_id = made.with_proposed_id(taxonomy)
    if stem and with_id.id:
        folder, _, proposed = with_id.id.rpartition("/")
        named = f"{folder}/{stem}"
        is_of_title = bool(set(stem.split("-")) & set(proposed.split("-")))
        if named in ids or is_of_title or "-" not in proposed:
            with_id = replace(with_id, id=named)
    return with_id, problems


def shown_rows(one: FormField, draft: CaseDraft) -> int:
    """How many records of a field the form shows: those that there are, or one more, or one."""
    least = 1 if one.needed and one.last == "sources" else 0
    return max(draft.rows.get(one.name, 0), n_records(one, draft.texts), least)


def path_of(case_id: str) -> str:
    """How messages name the file of a case."""
    return f"{FOLDER}/{case_id}.md"
