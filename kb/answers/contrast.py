"""What compared cases have in common and where they differ, in plain sentences."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from kb.answers.figures import period_text
from kb.model.english import in_line, joined, number_word
from kb.model.facet_words import facet_words
from kb.model.facets import PLANNED_FACET
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import DIFFERENT, FIELDS, GAPS, SOME, Comparison, agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Sentences; ``apart`` and ``gaps`` are empty where there is nothing to say."""

    common: str
    apart: str
    gaps: str
    reported: str

    @property
    def text(self) -> str:
        """All of them in one line."""
        return " ".join(one for one in (self.common, self.apart, self.gaps, self.reported) if one)


def contrast(found: Comparison, taxonomy: Taxonomy) -> Contrast:
    """Say what two cases or more have in common, and where they differ."""
    return Contrast(
        common=_common(found, taxonomy),
        apart=_apart(found, taxonomy),
        gaps=_gaps(found, taxonomy),
        reported=_reported(found, taxonomy),
    )


def all_of(count: int) -> str:
    """``Both``, ``All three``: the subject of what holds for every case."""
    return "Both" if count == 2 else f"All {number_word(count)}"


def _common(found: Comparison, taxonomy: Taxonomy) -> str:
    about = taxonomy.subject.many
    noun = _noun(found, taxonomy)
    adjectives = [joined(_words(found, name, taxonomy)) for name in ("form", "type")]
    adjective = ", ".join(word for word in adjectives if word)
    if adjective and noun != about:
        noun, adjective = f"{noun} of {adjective} {about}", ""
    parts = [noun]
    if countries := [value.label for value in found.shared("country")]:
        parts.append(f"from {joined([_with_article(label) for label in countries])}")
    if sectors := _words(found, "sector", taxonomy):
        parts.append(f"in {joined(sectors)}")
    words = " ".join((adjective, *parts)).strip()
    if projects := _projects(found, taxonomy):
        words += f", working together on {joined(projects)}"
    if formation := _words(found, "formation", taxonomy):
        words += f"; each came to be {joined(formation)}"
    if status := _words(found, "status", taxonomy):
        words += f"; the outcome of each is given as {joined(status)}"
    if words == "cases":
        return f"The {number_word(len(found.cases))} have none of these facts in common."
    return f"{all_of(len(found.cases))} are {words}."


def _noun(found: Comparison, taxonomy: Taxonomy) -> str:
    """What they all are; cases where they are not of one kind."""
    kinds = {case.kind for case in found.cases}
    one = taxonomy["kinds"].get(kinds.pop()) if len(kinds) == 1 else None
    return one.many if one else "cases"


def _words(found: Comparison, name: str, taxonomy: Taxonomy) -> list[str]:
    """What all of them have in a field, as it stands inside the sentence."""
    terms = [taxonomy.facet(name).get(value.value) for value in found.shared(name)]
    return [term.phrase or in_line(term.beside_mark) for term in terms if term is not None]


def _projects(found: Comparison, taxonomy: Taxonomy) -> list[str]:
    """The projects that all of them have; of each, by how many it was only planned."""
    shared = found.shared(PLANNED_FACET)
    words = []
    for value, word in zip(shared, _words(found, PLANNED_FACET, taxonomy), strict=True):
        n = sum(value.value in case.planned for case in found.cases)
        by = "" if n == len(found.cases) else f" by {number_word(n)}"
        words.append(f"{word} (planned{by})" if n else word)
    return words


def _with_article(country: str) -> str:
    needs_one = country.startswith(("United ", "Netherlands", "Philippines"))
    return f"the {country}" if needs_one else country


def _apart(found: Comparison, taxonomy: Taxonomy) -> str:
    words = []
    for name in FIELDS:
        rule = found.field(name).agreement
        if rule in (SOME, DIFFERENT):
            in_facet = facet_words(name, taxonomy)
            words.append(in_facet.differ_further if found.shared(name) else in_facet.differ)
        if name == "country":
            words += _apart_in_text(found)
    return f"They differ in {joined(words)}." if words else ""


def _apart_in_text(found: Comparison) -> list[str]:
    counts = [_told(case.members and case.members.count) for case in found.cases]
    periods = [_told(period_text(case.period)) for case in found.cases]
    named = (("number of members", counts), ("period", periods))
    return [words for words, told in named if agreement(told) == DIFFERENT]


def _told(value: object) -> Collection[str]:
    return (str(value),) if value else ()


def _gaps(found: Comparison, taxonomy: Taxonomy) -> str:
    gaps = [name for name in FIELDS if found.field(name).agreement == GAPS]
    words = [facet_words(name, taxonomy).differ for name in gaps]
    some = "one" if len(found.cases) == 2 else "some"
    return f"Known for only {some} of them: {joined(words)}." if words else ""


def _reported(found: Comparison, taxonomy: Taxonomy) -> str:
    n = len(found.cases)
    silent = sum(not case.results for case in found.cases)
    if silent == n:
        return "No source reports a result for any of them. They may still have achieved some."
    every = [in_line(taxonomy["metrics"].label(row.metric)) for row in found.metrics if row.n == n]
    if every:
        return f"{all_of(n)} report on {joined(every)}."
    return f"There is no measure on which {all_of(n).lower()} report{_silence(silent)}."


def _silence(silent: int) -> str:
    if not silent:
        return ""
    verb = "reports" if silent == 1 else "report"
    return f"; {number_word(silent)} of them {verb} no result at all"
