"""The tables of a dump: what each column says, and the rows of each case.

Rows are flat. An id is a text, whatever it looks like, and what is not known is None: in a text
“NA” and “None” are words like others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

from kb.answers.addresses import Addresses
from kb.answers.citation import current_item
from kb.answers.figures import figure
from kb.citations.items import catalogue_name, source_item
from kb.errors import VersionsDamaged
from kb.model.cases import Case, Name, Reference, Result
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy
from kb.versions.store import Histories

if TYPE_CHECKING:
    from kb.search.searcher import Searcher

TEXT, NUMBER, WHOLE, YES_NO, DAY, ADDRESS = TYPES = (
    "string",
    "number",
    "integer",
    "boolean",
    "date",
    "uri",
)
#: Between several values in one field; no id and no label holds it.
BETWEEN = "; "

#: Of so many works it is kept what rows say of them.
_MOST_WORKS = 5_000
#: A value of a field.
Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its name, what its values are, and what they say.

    ``unit`` says in what a figure is, or which column does; empty where it is none. ``is_ours``:
    it is an address of the site, and so a path where the site does not know its own.
    """

    name: str
    about: str
    type: str = TEXT
    unit: str = ""
    is_ours: bool = False

    def type_in(self, root: str) -> str:
        """What its values are where the site stands at an address; empty for none known."""
        return TEXT if self.is_ours and not root else self.type


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: its name, what a row is, and its columns.

    ``key`` are the columns that tell a row from every other. A table of things that belong to a
    case names the case in the column ``case``.
    """

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Callable[[Case, Context], Iterator[Mapping[str, Value]]]

    @property
    def is_of_cases(self) -> bool:
        """Whether its rows belong to cases, each named in ``case``."""
        return "case" in self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What rows are made with, each read once for all of them.

    Attributes:
        addresses: where pages stand.
        site: the name of the compendium.
        taxonomy: the vocabulary.
        references: the works that cases cite, by key.
        histories: of every case; without any where the store of versions is damaged.
    """

    addresses: Addresses
    site: str
    taxonomy: Taxonomy
    references: Mapping[str, Reference]
    histories: Histories
    _said: dict[str, Mapping[str, Value]] = field(default_factory=dict)

    @classmethod
    def of(cls, searcher: Searcher, addresses: Addresses) -> Context:
        """What rows of a snapshot are made with."""
        try:
            histories = searcher.versions.at_once()
        except VersionsDamaged:
            histories = Histories({})
        return cls(
            addresses=addresses,
            site=searcher.compendium.site.name,
            taxonomy=searcher.taxonomy,
            references=searcher.compendium.references,
            histories=histories,
        )

    def said_of(self, key: str) -> Mapping[str, Value]:
        """What a row says of a work, nothing of one that is not known; the last are kept."""
        if key not in self._said:
            if len(self._said) >= _MOST_WORKS:
                self._said.clear()
            work = self.references.get(key)
            self._said[key] = dict.fromkeys(_OF_A_WORK) if work is None else _work(work)
        return self._said[key]


def rows_of(table: Table, case: Case, context: Context) -> Iterator[tuple[Value, ...]]:
    """The rows of a case in a table, in the order of its columns."""
    picked = itemgetter(*(column.name for column in table.columns))
    yield from map(picked, table.rows(case, context))


def _case_row(case: Case, context: Context) -> Iterator[Mapping[str, Value]]:
    taxonomy = context.taxonomy
    item = current_item(case, context.histories, context.addresses, site=context.site)
    members, period = case.members, case.period
    facets: dict[str, Value] = {}
    for facet in FACETS:
        values = case.facets.get(facet, ())
        facets[facet] = _several(values)
        facets[f"{facet}_label"] = _several(taxonomy.label(facet, one) for one in values)
    yield {
        **facets,
        "id": case.id,
        "title": item.title,
        "kind": case.kind,
        "kind_label": taxonomy.label("kind", case.kind),
        "summary": case.summary,
        "authors": _names(item.authors),
        "year": int(item.year) if item.year else None,
        "date": item.date or None,
        "version": item.version or None,
        "url": context.addresses.case(case.id),
        "version_url": item.url if item.version else None,
        "planned": _several(case.planned),
        "region": case.region,
        "members": members.who if members else None,
        "members_count": members.count if members else None,
        "members_qualifier": members.qualifier if members else None,
        "period_start": period.start if period else None,
        "period_end": period.end if period else None,
        "period_is_about": period.about if period else None,
        "related": _several(case.related),
        "added": case.added,
        "verified": case.verified.day if case.verified else None,
        "text": case.body,
    }


def _result_rows(case: Case, context: Context) -> Iterator[Mapping[str, Value]]:
    for number, result in enumerate(case.results, start=1):
        yield {"case": case.id, "number": number, **_result(result, context.taxonomy)}


def _result(result: Result, taxonomy: Taxonomy) -> Mapping[str, Value]:
    euros, other = result.converted, result.contradicted
    return {
        "metric": result.metric,
        "metric_label": taxonomy["metrics"].label(result.metric),
        "level": result.level,
        "direction": result.direction,
        "statement": result.statement,
        "figure": figure(result, taxonomy).text,
        "low": result.low,
        "high": result.high,
        "before": result.before,
        "unit": result.unit,
        "unit_label": taxonomy.unit(result.unit).label if result.unit else None,
        "qualifier": result.qualifier,
        "before_qualifier": result.before_qualifier,
        "horizon": result.horizon,
        "about": result.about,
        "of": result.of,
        "compared_with": result.compared_with,
        "year": result.year,
        "is_merged": result.merged,
        "converted_low": euros.low if euros else None,
        "converted_high": euros.high if euros else None,
        "converted_currency": euros.currency if euros else None,
        "converted_year": euros.year if euros else None,
        "converted_rate": euros.rate if euros else None,
        "contradicted_by": other.source if other else None,
        "contradiction": other.says if other else None,
        "source": result.source,
        "locator": result.locator,
    }


def _source_rows(case: Case, context: Context) -> Iterator[Mapping[str, Value]]:
    places: dict[str, list[str]] = {}
    for source in case.sources:
        places.setdefault(source.key, []).append(source.locator)
    for key, locators in places.items():
        said = context.said_of(key)
        yield {"case": case.id, "key": key, "locators": _several(locators), **said}


def _work(work: Reference) -> Mapping[str, Value]:
    item, seen = source_item(work), work.seen
    return {
        "authors": _names(item.authors),
        "editors": _names(item.editors),
        "year": work.year or None,
        "title": item.title,
        "container": item.container or None,
        "publisher": item.publisher or None,
        "doi": item.doi or None,
        "isbn": item.isbn or None,
        "url": work.url,
        "archived": work.archived,
        "kind": work.kind,
        "seen": seen.how if seen else None,
        "seen_day": seen.day if seen else None,
        "gone": work.gone,
    }


def _several(values: Iterable[str]) -> str | None:
    return BETWEEN.join(filter(None, values)) or None


def _names(names: Iterable[Name]) -> str | None:
    return _several(map(catalogue_name, names))


def _facet_columns() -> Iterator[Column]:
    """Two columns for each facet, so that every compendium has the same."""
    for facet in FACETS:
        if facet != "kind":
            found = f"What the filter `{facet}` finds it by"
            yield Column(name=facet, about=f"{found}: ids, with `; ` between several")
            yield Column(name=f"{facet}_label", about=f"{found}: labels, in the same order")


_CASE_COLUMNS = (
    Column(name="id", about="The path of the case, which is its id"),
    Column(name="title", about="Its title"),
    Column(name="kind", about="The id of its kind"),
    Column(name="kind_label", about="The label of its kind"),
    Column(name="summary", about="What it is about, in a few sentences"),
    Column(
        name="authors",
        about="Who wrote it, `Family, Given`, with `; ` between several; the compendium, where "
        "nobody is named",
    ),
    Column(name="year", about="The year in which this text came in", type=WHOLE),
    Column(name="date", about="The day on which this text came in", type=DAY),
    Column(name="version", about="The first 12 characters of the digest of this text"),
    Column(
        name="url",
        about="Its page, which always shows the newest text",
        type=ADDRESS,
        is_ours=True,
    ),
    Column(name="version_url", about="Where this text stays unchanged", type=ADDRESS, is_ours=True),
    *_facet_columns(),
    Column(name="planned", about="Those of `project` that the source tells as an aim only"),
    Column(name="region", about="The region in the country"),
    Column(name="members", about="Who took part"),
    Column(name="members_count", about="How many took part", type=WHOLE, unit="members"),
    Column(name="members_qualifier", about="How exact that number is, as `about`"),
    Column(name="period_start", about="The first year of its time", type=WHOLE, unit="year"),
    Column(name="period_end", about="The last year of its time", type=WHOLE, unit="year"),
    Column(name="period_is_about", about="Whether these years are roughly known", type=YES_NO),
    Column(name="related", about="Ids of cases to read with it, with `; ` between several"),
    Column(name="added", about="The day on which the case came in, as its file says", type=DAY),
    Column(name="verified", about="The day on which it was last reread", type=DAY),
    Column(name="text", about="The text, in Markdown"),
)
_RESULT_COLUMNS = (
    Column(name="case", about="The id of the case"),
    Column(name="number", about="Which result of the case, from 1", type=WHOLE),
    Column(name="metric", about="The id of what was measured"),
    Column(name="metric_label", about="The label of what was measured"),
    Column(name="level", about="The id of the level, from what was done to what came of it"),
    Column(name="direction", about="The id of the way in which it moved"),
    Column(name="statement", about="The result in a sentence"),
    Column(name="figure", about="The result as the site shows it"),
    Column(
        name="low",
        about="The figure, or the low end of a range; empty where the result is told in words",
        type=NUMBER,
        unit="as `unit` says",
    ),
    Column(
        name="high",
        about="The figure, or the high end of a range",
        type=NUMBER,
        unit="as `unit` says",
    ),
    Column(name="before", about="The figure before", type=NUMBER, unit="as `unit` says"),
    Column(name="unit", about="The id of the unit"),
    Column(name="unit_label", about="The label of the unit"),
    Column(name="qualifier", about="How exact the figure is, as `about` or `over`"),
    Column(name="before_qualifier", about="How exact the figure before is"),
    Column(name="horizon", about="By when: `first year`"),
    Column(name="about", about="What was measured, where the metric alone does not say"),
    Column(name="of", about="How many firms a share is of", type=WHOLE, unit="firms"),
    Column(
        name="compared_with",
        about="What a change is measured against, where that is not the same firms before",
    ),
    Column(name="year", about="The year that the figure is of", type=WHOLE, unit="year"),
    Column(
        name="is_merged",
        about="Whether it joins two passages of the source, taken to be one account",
        type=YES_NO,
    ),
    Column(
        name="converted_low",
        about="`low` in another currency: our arithmetic, and no word of the source",
        type=NUMBER,
        unit="as `converted_currency` says",
    ),
    Column(
        name="converted_high",
        about="`high` in another currency, likewise",
        type=NUMBER,
        unit="as `converted_currency` says",
    ),
    Column(name="converted_currency", about="The ISO 4217 code of that currency"),
    Column(
        name="converted_year",
        about="The year whose mean rate was taken",
        type=WHOLE,
        unit="year",
    ),
    Column(
        name="converted_rate",
        about="Units of the source's currency for one of this, in that year",
        type=NUMBER,
        unit="units for one",
    ),
    Column(name="contradicted_by", about="The key of a source that tells it otherwise"),
    Column(name="contradiction", about="What that source says"),
    Column(name="source", about="The `key` of the source in the table of sources"),
    Column(name="locator", about="Where in the source it stands"),
)
_SOURCE_COLUMNS = (
    Column(name="case", about="The id of the case"),
    Column(name="key", about="What the work is known by; the same in each case that cites it"),
    Column(name="locators", about="Where in the work, with `; ` between several places"),
    Column(name="authors", about="Who wrote it, with `; ` between several"),
    Column(name="editors", about="Who edited it, with `; ` between several"),
    Column(name="year", about="The year of the work, in words where it is not certain"),
    Column(name="title", about="Its title"),
    Column(name="container", about="The journal or the book that it is in"),
    Column(name="publisher", about="Who published it, or the institution that it comes from"),
    Column(name="doi", about="Its DOI, without an address before it"),
    Column(name="isbn", about="The ISBN of a book"),
    Column(name="url", about="Where it stands on the web", type=ADDRESS),
    Column(name="archived", about="The address of an archived copy", type=ADDRESS),
    Column(
        name="kind",
        about="`primary`, by those who did or studied what it tells; `secondary`, told after "
        "others; or `told` to the compendium alone",
    ),
    Column(
        name="seen",
        about="What the editors saw: `opened`, `stored copy`, `excerpt`, or `told` to them",
    ),
    Column(name="seen_day", about="The day on which they saw it", type=DAY),
    Column(name="gone", about="The day on which its page was found to be gone", type=DAY),
)
_OF_A_WORK = tuple(one.name for one in _SOURCE_COLUMNS[3:])

CASES, RESULTS, SOURCES = TABLES = (
    Table(
        name="cases",
        title="Cases",
        about="Each case and each guide, with its text.",
        columns=_CASE_COLUMNS,
        key=("id",),
        rows=_case_row,
    ),
    Table(
        name="results",
        title="Results",
        about="Each result that a case reports, with where its source says so.",
        columns=_RESULT_COLUMNS,
        key=("case", "number"),
        rows=_result_rows,
    ),
    Table(
        name="sources",
        title="Sources",
        about="Each work that a case cites, with the places in it.",
        columns=_SOURCE_COLUMNS,
        key=("case", "key"),
        rows=_source_rows,
    ),
)
