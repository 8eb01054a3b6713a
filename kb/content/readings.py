"""One file of a case, read and checked by itself, in a form that travels.

What a file says is checked against what is around it: the vocabulary, the ids of the other
documents, the keys of the sources. What it asked of them is noted with the answer. So a later
run can tell, without reading the file again, whether it would be told anything else; the
vocabulary alone has a part in everything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from kb.content.case_json import packed
from kb.content.checks.case import not_allowed_in, said_problems
from kb.content.countries import countries
from kb.content.field_rules import could_be_guide, kind_of
from kb.content.front_matter import read_case
from kb.content.known import Known
from kb.content.load import CaseFile, Draft, load_file
from kb.content.mending import only_certain
from kb.content.own_sources import own_sources
from kb.content.rules import packed_problem, unpacked_problem
from kb.content.schema import as_text
from kb.content.text_rules import parts_linked_to, text_problems
from kb.content.yaml_source import YamlTrouble
from kb.errors import Problem
from kb.model.case_versions import labels_digest, labels_of, terms_of
from kb.model.cases import Case
from kb.model.taxonomy import GUIDE, Taxonomy


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a file is checked against.

    Attributes:
        taxonomy: the vocabulary.
        ids: of all documents.
        keys: of the sources that may be cited, in their order.
        undated: those of them of no known year.
    """

    taxonomy: Taxonomy
    ids: frozenset[str]
    keys: tuple[str, ...]
    undated: frozenset[str]

    @cached_property
    def key_set(self) -> frozenset[str]:
        """The keys, to ask for one."""
        return frozenset(self.keys)

    @cached_property
    def all_ids(self) -> str:
        """A digest of the ids: messages on one that does not exist name those like it."""
        return _digest(sorted(self.ids))

    @cached_property
    def all_keys(self) -> str:
        """A digest of the keys, as they stand."""
        return _digest(self.keys)

    @cached_property
    def digest(self) -> str:
        """A digest of all but the vocabulary."""
        return _digest((self.all_ids, self.all_keys, *sorted(self.undated)))


def _digest(names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


class Reading(NamedTuple):
    """What one file says that others, or the whole, must know; and what is wrong in it.

    A plain tuple, as a hundred thousand of them come back at once.

    Attributes:
        id: of the document.
        digest: of the file's bytes; empty where they could not be had, and nothing holds later.
        problems: each as ``packed_problem`` packs it.
        is_draft: whether it could be read as front-matter and text.
        has_case: whether nothing in the front-matter keeps it from being a case.
        is_guide: whether its kind explains and reports nothing.
        kind: its kind, as the file spells it.
        could_be_guide: whether it has nothing that only a case has.
        title: its title, and the line of that; None without one.
        place: the part in which a guide is read as the file spells it, the place there, and
            the line of that; None for every other document.
        countries: their codes.
        years: the first and the last of its period.
        sources: the keys of its sources, in their order.
        labels: a digest of the labels of the vocabulary that it uses; empty without a case.
        aliases: ids under which it stood before, each with its line.
        withdrawn: the day on which it was withdrawn, and why; None where it was not.
        days: days and years that cannot lie ahead: field, day or year, and line of each.
        own_sources: that the case brings along, each with the values of an ``OwnSource``.
        parts: parts of texts that it links to: of which document, their name, line and column.
        asked: what it asked for, as JSON, which is seldom needed: documents to whether they
            exist, sources to whether they may be cited, sources to whether their year is not
            known; and the digests of all ids and of all keys, where it asked for all of them.
    """

    id: str
    digest: str
    problems: Sequence[list[Any]]
    is_draft: bool = False
    has_case: bool = False
    is_guide: bool = False
    kind: str = ""
    could_be_guide: bool = False
    title: tuple[str, int] | None = None
    place: tuple[str, int, int] | None = None
    countries: Sequence[str] = ()
    years: tuple[int | None, int | None] = (None, None)
    sources: Sequence[str] = ()
    labels: str = ""
    aliases: Sequence[tuple[str, int]] = ()
    withdrawn: tuple[str, str] | None = None
    days: Sequence[tuple[str, str, int]] = ()
    own_sources: Sequence[Sequence[Any]] = ()
    parts: Sequence[tuple[str, str, int, int]] = ()
    asked: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether it is a document of the compendium: a case that was not withdrawn."""
        return self.has_case and self.withdrawn is None

    def holds_in(self, around: Surroundings) -> bool:
        """Whether the file would be read just so in other surroundings of the same vocabulary."""
        if not self.asked:
            return True
        *answers, all_ids, all_keys = json.loads(self.asked)
        places = (around.ids, around.key_set, around.undated)
        for names, told in zip(places, answers, strict=True):
            if any((name in names) is not there for name, there in told.items()):
                return False
        return all_ids in ("", around.all_ids) and all_keys in ("", around.all_keys)

    def problems_in(self, path: str) -> Iterator[Problem]:
        """What is wrong in the file, which is at ``path``."""
        for values in self.problems:
            yield unpacked_problem(path, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedCase:
    """A case on its way: as JSON without its body, and the body."""

    packed: str
    body: str


def reading_json(reading: Reading) -> str:
    """A reading as JSON: the values of its fields in their order, but for what it asked."""
    return _json(reading[:-1])


def readings_of(rows: Iterable[tuple[str, str]]) -> list[Reading]:
    """The readings that ``reading_json`` wrote, each with what it asked.

    What are tuples in them come back as lists.

    Raises:
        ValueError, TypeError: one of them it did not write.
    """
    texts, asked = zip(*rows, strict=True) if (rows := list(rows)) else ((), ())
    made = json.loads(f"[{','.join(texts)}]")
    return [Reading(*values, asked) for values, asked in zip(made, asked, strict=True)]


def _json(values: Sequence[Any]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def read_file(
    file: CaseFile, around: Surroundings, data: bytes | None = None
) -> tuple[Reading, PackedCase | None]:
    """Read one file, or these bytes of it, and check all that can be told without another one."""
    file = file if data is None else replace(file, data=data)
    reading, case = _read_bytes(file, around, None)
    problems = list(reading.problems_in(file.path))
    if any(problem.fix is not None for problem in problems):
        certain = _with_certain_fixes(file, around, problems)
        reading = reading._replace(problems=list(map(packed_problem, certain)))
    return reading, case


def _with_certain_fixes(
    file: CaseFile, around: Surroundings, problems: Sequence[Problem]
) -> list[Problem]:
    """The problems of a file, each with its fix only where that was tried and does it."""

    def reread(text: str) -> list[Problem]:
        reading, _ = _read_bytes(file, around, text.encode())
        return list(reading.problems_in(file.path))

    try:
        text = file.bytes().decode()
    except (OSError, YamlTrouble, UnicodeDecodeError):  # it has changed meanwhile
        return [replace(problem, fix=None) for problem in problems]
    return only_certain(problems, text, reread)


def _read_bytes(
    file: CaseFile, around: Surroundings, data: bytes | None
) -> tuple[Reading, PackedCase | None]:
    draft, problems = load_file(file, data)
    if draft is None:
        return _unreadable(file, problems), None
    kind = kind_of(draft.front_matter.value, around.taxonomy)
    documents = _Documents(draft.id, kind.role == GUIDE, around.ids)
    keys, undated = _Asked(around.key_set, around.keys), _Asked(around.undated)
    known = Known(taxonomy=around.taxonomy, guides=documents, sources=keys, undated=undated)
    case, case_problems = read_case(draft, known)
    problems += [
        *case_problems,
        *text_problems(draft, known),
        *said_problems(draft, around.taxonomy),
    ]
    if any(one.rule == "front-matter-closed-early" for one in problems):
        # The last field above the second line '---' reads as a heading, and is none.
        problems = [one for one in problems if one.rule != "heading-underlined"]
    problems = not_allowed_in(draft.yaml, problems)
    reading = Reading(
        id=draft.id,
        digest=draft.digest,
        problems=list(map(packed_problem, problems)),
        is_draft=True,
        has_case=case is not None,
        is_guide=kind.role == GUIDE,
        **_outline(draft),
        **({} if case is None else _beginnings(case, draft, around.taxonomy)),
        asked=_json(
            [
                *(documents.asked.answers, keys.answers, undated.answers),
                around.all_ids if documents.asked.all else "",
                around.all_keys if keys.all else "",
            ]
        ),
    )
    return reading, None if case is None else PackedCase(packed=packed(case), body=case.body)


def _unreadable(file: CaseFile, problems: Iterable[Problem]) -> Reading:
    """What is told of a file that is no draft; its bytes are not asked for again."""
    return Reading(
        id=file.id,
        digest="",
        problems=list(map(packed_problem, problems)),
    )


def _outline(draft: Draft) -> dict[str, Any]:
    """What the rules across files ask of a draft."""
    given, line = draft.front_matter.value, draft.front_matter.line
    title, place = as_text(given.get("title")), given.get("reading")
    has_place = isinstance(place, dict) and isinstance(place.get("place"), int)
    return {
        "parts": parts_linked_to(draft),
        "kind": as_text(given.get("kind")) or "",
        "could_be_guide": could_be_guide(given),
        "title": (title, line("title")) if title else None,
        "place": (
            (as_text(place.get("part")) or "", int(place["place"]), line("reading", "place"))
            if has_place
            else None
        ),
    }


def _beginnings(case: Case, draft: Draft, taxonomy: Taxonomy) -> dict[str, Any]:
    """What is made of all cases together, and what rules across files, ask of each."""
    period, line = case.period, draft.front_matter.line
    withdrawn = case.withdrawn
    days = [
        (f"changes[{number + 1}].day", change.day, line("changes", number, "day"))
        for number, change in enumerate(case.changes)
    ]
    if withdrawn is not None:
        days.append(("withdrawn.day", withdrawn.day, line("withdrawn", "day")))
    if case.added is not None:
        days.append(("added", case.added, line("added")))
    if case.verified is not None:
        days.append(("verified.day", case.verified.day, line("verified", "day")))
    if period is not None and period.start is not None:
        days.append(("period.from", str(period.start), line("period", "from")))
    days += [
        (f"results[{number + 1}].year", str(result.year), line("results", number, "year"))
        for number, result in enumerate(case.results)
        if result.year is not None
    ]
    own = own_sources(draft)
    days += [
        (f"sources[{source.at}].told.day", source.date, source.line)
        for source in own
        if source.is_told
    ]
    return {
        "countries": case.facets["country"],
        "years": (None, None) if period is None else (period.start, period.end),
        "sources": tuple(source.key for source in case.sources),
        "labels": labels_digest(labels_of(terms_of(case, replace(taxonomy, world=countries())))),
        "aliases": tuple(
            (alias, line("aliases", number)) for number, alias in enumerate(case.aliases)
        ),
        "withdrawn": None if withdrawn is None else (withdrawn.day, withdrawn.reason),
        "days": tuple(days),
        "own_sources": tuple(map(tuple, own)),
    }


class _Asked(Collection[str]):
    """Names, of which it is noted which ones were asked for."""

    def __init__(self, names: Collection[str], in_order: Iterable[str] | None = None) -> None:
        self._names = names
        self._in_order = names if in_order is None else in_order
        self.answers: dict[str, bool] = {}
        self.all = False

    def __contains__(self, name: object) -> bool:
        told = name in self._names
        if isinstance(name, str):
            self.answers[name] = told
        return told

    def __iter__(self) -> Iterator[str]:
        self.all = True
        return iter(self._in_order)

    def __len__(self) -> int:
        self.all = True
        return len(self._names)


class _Documents(Mapping[str, bool]):
    """The other documents, of which it is noted which ones were asked for.

    Of which kind another one is, is not known while one file is read.
    """

    def __init__(self, case_id: str, is_guide: bool, ids: frozenset[str]) -> None:
        self._own = (case_id, is_guide)
        self.asked = _Asked(ids)

    def __contains__(self, name: object) -> bool:
        return name in self.asked

    def __getitem__(self, name: str) -> bool:
        case_id, is_guide = self._own
        if name != case_id:
            raise NotImplementedError("A rule on one file asks of which kind another one is.")
        return is_guide

    def __iter__(self) -> Iterator[str]:
        return iter(self.asked)

    def __len__(self) -> int:
        return len(self.asked)
