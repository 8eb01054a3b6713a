"""What differs between two versions of a case: field by field, and word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Annotated

from pydantic import Field

from kb.model.case_versions import Understood, Version
from kb.model.cases import Case, Reference, Result
from kb.model.english import capital, joined, number_word
from kb.model.facets import FACET_LISTS
from kb.versions.plain import plain_lines

SAME, DELETED, INSERTED = "same", "deleted", "inserted"

#: Texts with less in common than this are shown one after the other, not word by word.
_ALIKE = 0.3
#: Texts with more words are not compared word by word: that would take too long.
_MOST_WORDS = 4_000
_WORD = re.compile(r"\S+\s*|\s+")
_PARAGRAPH = re.compile(r"\n\s*\n")

#: The parts of a case in the order to show, as a sentence calls them.
_TEXT = "text"
_SOURCE_ENTRIES, _LABELS = "entries of sources", "labels of the vocabulary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words, and whether they are in both versions or in one."""

    kind: Annotated[str, Field(description="`same`, `deleted` or `inserted`")]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A paragraph or a value of which something changed; or some that are the same in both."""

    pieces: tuple[Piece, ...] = ()
    unchanged: Annotated[
        int, Field(description="So many that are the same in both and are left out here")
    ] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a case that differs, by its name in plain words."""

    name: str
    lines: tuple[Line, ...]

    @property
    def changed(self) -> int:
        """How many of its lines differ."""
        return sum(not line.unchanged for line in self.lines)


def difference(before: Version, after: Version) -> tuple[Part, ...]:
    """What differs between two versions, part by part; nothing where they say the same."""
    (old_rest, new_rest), old, new = (
        _around(before, after),
        _parts(before, after),
        _parts(after, after),
    )
    old, new = {**old, **old_rest}, {**new, **new_rest}
    if before.understood and after.understood:
        bodies = before.understood.case.body, after.understood.case.body
        old[_TEXT], new[_TEXT] = _texts(*bodies)
    names = dict.fromkeys((*new, *old))
    if not (before.understood and after.understood):  # what a file says cannot be told apart
        old, new = {_TEXT: _lines_of(before)}, {_TEXT: _lines_of(after)}
        names = {_TEXT: None}
    parts = (
        Part(name=name, lines=tuple(_lines(old.get(name, ()), new.get(name, ()))))
        for name in names
        if old.get(name, ()) != new.get(name, ())
    )
    return tuple(parts)


def what_changed(before: Version, after: Version) -> str:
    """What changed from one version to another, in a sentence."""
    parts = difference(before, after)
    names = [part.name for part in parts if part.name != _TEXT]
    for part in parts:
        if part.name == _TEXT:
            number = part.changed
            names.append("one paragraph" if number == 1 else f"{number_word(number)} paragraphs")
    if not names:
        return "The file was written otherwise and says the same."
    return f"{capital(joined(names))} changed."


def _parts(version: Version, named_by: Version) -> dict[str, tuple[str, ...]]:
    """What a version says, part by part, each in lines; with the names of another, if it has any.

    So a label or a source that is written otherwise does not look like another one.
    """
    if version.understood is None or named_by.understood is None:
        return {}
    known = replace(
        version.understood,
        references={**version.understood.references, **named_by.understood.references},
        terms={
            name: (*named_by.understood.terms.get(name, ()), *terms)
            for name, terms in version.understood.terms.items()
        },
    )
    case = known.case
    return {
        "title": (case.title,),
        "summary": (case.summary,),
        "results": tuple(_result(result, known) for result in case.results),
        _TEXT: (),  # that of two versions is compared as both are seen
        **{name: _labels(known, facet) for facet, name in _FACETS.items()},
        "what was only planned": tuple(_label(known, "project", one) for one in case.planned),
        "members": _members(case),
        "period": _period(case),
        "region": (case.region,) if case.region else (),
        "sources": tuple(
            f"{_work(known.references.get(source.key), source.key)}: {source.locator}"
            for source in case.sources
        ),
        "related cases": case.related,
        "questions": case.questions,
        "whom it suits": case.role_model_for,
        "what it answers": case.answers,
        "what is our reading": case.our_reading,
        "place of reading": _place(case),
        "authors": case.authors,
        "earlier addresses": case.aliases,
        "rereading": _rereading(case, known),
    }


def _texts(before: str, after: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts of two versions line by line, as they are read.

    Where both read alike, with the addresses of links; where these are alike too, as written.
    """
    for with_addresses in (False, True):
        old, new = (plain_lines(one, with_addresses=with_addresses) for one in (before, after))
        if old != new:
            return old, new
    old, new = (
        tuple(filter(None, map(str.strip, _PARAGRAPH.split(one)))) for one in (before, after)
    )
    return old, new


def _around(before: Version, after: Version) -> Iterator[dict[str, tuple[str, ...]]]:
    """The entries of sources and the labels that both versions have, of the one and the other."""
    keys = before.sources.keys() & after.sources.keys()
    labels = {
        (name, term_id)
        for name, some in before.labels.items()
        for term_id in some.keys() & after.labels.get(name, {}).keys()
    }
    for version in (before, after):
        yield {
            _SOURCE_ENTRIES: tuple(" ".join(version.sources[key].split()) for key in sorted(keys)),
            _LABELS: tuple(version.labels[name][term_id] for name, term_id in sorted(labels)),
        }


#: Facets as a sentence calls what a case has in them.
_FACETS = {
    "kind": "kind",
    "country": "country",
    "type": "type",
    "form": "form",
    "project": "projects",
    "sector": "sectors",
    "formation": "formation",
    "status": "status",
}


def _labels(known: Understood, facet: str) -> tuple[str, ...]:
    if facet == "kind":
        return (_label(known, facet, known.case.kind),)
    return tuple(_label(known, facet, value) for value in known.case.facets.get(facet, ()))


def _label(known: Understood, facet: str, value: str) -> str:
    return _term(known, FACET_LISTS[facet], value)


def _term(known: Understood, name: str, value: str) -> str:
    return next((term.label for term in known.terms.get(name, ()) if term.id == value), value)


def _result(result: Result, known: Understood) -> str:
    """A result in one line, with all that is said of it."""
    ends = [f"{end:g}" for end in dict.fromkeys((result.low, result.high)) if end is not None]
    unit = _term(known, "units", result.unit) if result.unit else ""
    facts = (
        _term(known, "metrics", result.metric),
        _term(known, "levels", result.level),
        _term(known, "directions", result.direction),
        " ".join(filter(None, (result.qualifier, " to ".join(ends), unit))),
        f"before {result.before:g}" if result.before is not None else "",
        *(result.about, result.horizon, result.compared_with),
        f"of {result.of} firms" if result.of else "",
        str(result.year or ""),
        f"another source says: {result.contradicted.says}" if result.contradicted else "",
    )
    told = f"{result.statement} ({result.locator})"
    return f"{told} {', '.join(filter(None, facts))}."


def _rereading(case: Case, known: Understood) -> tuple[str, ...]:
    if case.verified is None:
        return ()
    key = case.verified.source
    return (f"{case.verified.day}: {_work(known.references.get(key), key)}",)


def _members(case: Case) -> tuple[str, ...]:
    who = case.members
    if who is None:
        return ()
    count = " ".join(filter(None, (who.qualifier, str(who.count or ""))))
    networks = f"{who.networks} networks" if who.networks else ""
    return tuple(filter(None, (who.who, count, networks, *who.partners)))


def _period(case: Case) -> tuple[str, ...]:
    period = case.period
    if period is None:
        return ()
    years = f"{period.start or ''}–{period.end or ''}"
    return (f"about {years}" if period.about else years,)


def _place(case: Case) -> tuple[str, ...]:
    return () if case.reading is None else (f"{case.reading.part}, {case.reading.place}",)


def _work(work: Reference | None, key: str) -> str:
    return key if work is None else f"{work.by or work.title} ({work.year or 'no date'})"


def _lines_of(version: Version) -> tuple[str, ...]:
    text = version.text.decode("utf-8", "replace")
    return tuple(filter(None, map(str.strip, text.splitlines())))


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """The lines of both that differ, in order, with counts of those that do not."""
    steps = SequenceMatcher(None, old, new, autojunk=len(new) > 1000).get_opcodes()
    for tag, i1, i2, j1, j2 in steps:
        if tag == "equal":
            yield Line(unchanged=i2 - i1)
        else:
            for before, after in zip_longest(old[i1:i2], new[j1:j2]):
                yield Line(pieces=tuple(_pieces(before or "", after or "")))


def _pieces(before: str, after: str) -> Iterator[Piece]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) <= _MOST_WORDS and old and new:
        words = ([word.strip() for word in some] for some in (old, new))
        matcher = SequenceMatcher(None, *words)
        if matcher.ratio() >= _ALIKE:
            yield from _word_by_word(matcher, old, new)
            return
    if before:
        yield Piece(kind=DELETED, text=before)
    if after:
        yield Piece(kind=INSERTED, text=after)


def _word_by_word(
    matcher: SequenceMatcher[str], old: Sequence[str], new: Sequence[str]
) -> Iterator[Piece]:
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            both = zip(old[i1:i2], new[j1:j2], strict=True)  # at an end one has no blank after it
            yield Piece(kind=SAME, text="".join(max(pair, key=len) for pair in both))
            continue
        if i2 > i1:
            yield Piece(kind=DELETED, text="".join(old[i1:i2]))
        if j2 > j1:
            yield Piece(kind=INSERTED, text="".join(new[j1:j2]))
