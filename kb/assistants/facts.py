"""What every answer to an assistant says of a case in few words: where it is, of when, by whom.

A case is never told without its source, nor a figure without its source and the number of cases
that it is of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kb.answers.addresses import Addresses
from kb.answers.citation import item_of
from kb.answers.figures import figure, period_text, said_beside
from kb.answers.serialise import to_data
from kb.citations.items import Item, today
from kb.citations.sentence import in_a_sentence
from kb.model.cases import Case, Reference, Result
from kb.model.english import joined
from kb.model.facet_words import label_in_case

if TYPE_CHECKING:
    from kb.search.searcher import Searcher

#: The facets that say at a glance what a case is.
AT_A_GLANCE = ("country", "kind", "status")
#: Of the sources of a case so many are named where it is told in few words.
MOST_SOURCES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A reported result as data: never without its source and how many cases it is of.

    What is told of it stands in the words of the answer, and there alone.
    """

    case: str
    metric: str
    figure: str | None
    low: float | None
    high: float | None
    unit: str | None
    source: str
    locator: str
    n: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a case is, as data, with where its text stands unchanged."""

    id: str
    title: str
    url: str
    version_url: str
    year: str
    kind: str
    country: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an assistant is answered from.

    Attributes:
        searcher: the snapshot.
        addresses: where the pages stand that an answer points to.
        of_version: the works that a version names; None for those of the newest texts.
    """

    searcher: Searcher
    addresses: Addresses
    of_version: Mapping[str, Reference] | None = None

    @property
    def references(self) -> Mapping[str, Reference]:
        """The works that cases name, by key."""
        held = self.of_version
        return self.searcher.compendium.references if held is None else held

    def item(self, case: Case) -> Item:
        """A case as it is cited."""
        return item_of(case, self.searcher, self.addresses, accessed=today())

    def facts(self, case: Case, item: Item) -> dict[str, Any]:
        """What a case is, as data."""
        facts = Facts(
            id=case.id,
            title=case.title,
            url=self.addresses.case(case.id),
            version_url=item.url,
            year=item.year,
            kind=case.kind,
            country=case.facets.get("country", ()),
        )
        return to_data(facts)

    def cite(self, item: Item) -> str:
        """A sentence that cites a case, ready to be put under what an assistant says."""
        return f"Cite: {in_a_sentence(item)}"

    def glance(self, case: Case) -> str:
        """Where, what and when a case is, in a line."""
        taxonomy = self.searcher.taxonomy
        words = [
            label_in_case(case, facet, value, taxonomy)
            for facet in AT_A_GLANCE
            for value in case.facets.get(facet, ())
        ]
        period = period_text(case.period)
        return "; ".join((*words, period) if period else words)

    def sources(self, case: Case, most: int = MOST_SOURCES) -> str:
        """The sources of a case with the places in them, in a line."""
        named = [f"{self.work(one.key)}, {one.locator}" for one in case.sources]
        more = len(named) - most
        others = f"; and {more} more" if more > 0 else ""
        return f"Source: {'; '.join(named[:most])}{others}." if named else ""

    def work(self, key: str) -> str:
        """A source in short: ``Roy 1998``."""
        work = self.references.get(key)
        if work is None:
            return key
        return " ".join(filter(None, (work.by or work.title, work.year or "no date")))

    def result(self, result: Result) -> str:
        """A result in a line, with its place in the source; it is of one case."""
        beside = "".join(f" [{one}]" for one in said_beside(result))
        shown = f"{self.figure(result)}: " if result.has_figure else ""
        place = f"{self.work(result.source)}, {result.locator}"
        return f"{shown}{result.statement}{beside} (n = 1; {place})"

    def told(self, case_id: str, result: Result) -> dict[str, Any]:
        """A result of a case as data."""
        told = Told(
            case=case_id,
            metric=result.metric,
            figure=self.figure(result) if result.has_figure else None,
            low=result.low,
            high=result.high,
            unit=result.unit,
            source=self.work(result.source),
            locator=result.locator,
        )
        return to_data(told)

    def figure(self, result: Result) -> str:
        """The figure of a result as the site shows it."""
        return figure(result, self.searcher.taxonomy).text

    def labels(self, facet: str, values: Iterable[str]) -> str:
        """Values of a facet as the vocabulary calls them."""
        return joined([self.searcher.taxonomy.label(facet, value) for value in values])


def lines(*texts: str) -> str:
    """Texts as lines, those that are empty left out."""
    return "\n".join(filter(None, texts))
