"""A case in each format that libraries take, as elements.

Title, authors, day and version are those of its citation: nothing here finds them anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kb.citations.items import Item, catalogue_name, source_item
from kb.harvesting.element import NAMESPACES, SCHEMAS, Element, branch, leaf, with_schema
from kb.model.cases import Case, Name, Period, Reference
from kb.model.facets import COLLECTION_FACET, DECADE_FACET
from kb.model.taxonomy import Taxonomy

#: The facets whose values say what a case is about; its place and time are said by themselves.
_BESIDE = ("country", "kind", "results", "status", DECADE_FACET, COLLECTION_FACET)
#: The media type of the page that a record leads to.
_PAGE = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """All that a record says of a case.

    Attributes:
        case: the case.
        item: the case as it is cited.
        page: the address of its page, always the newest text.
        root: the address of the site.
        identifier: of its record.
        day: on which it changed last.
        site: what the compendium is called.
        licence: under which its texts may be used; empty where nobody says.
        licence_url: where that stands.
        references: the works that it cites, by key.
        taxonomy: the vocabulary.
    """

    case: Case
    item: Item
    page: str
    root: str
    identifier: str
    day: str
    site: str
    licence: str
    licence_url: str
    references: Mapping[str, Reference]
    taxonomy: Taxonomy

    @property
    def kind(self) -> str:
        """The label of its kind."""
        return self.taxonomy.label("kind", self.case.kind)

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it is about, in the words of the vocabulary, each once."""
        facets = (facet for facet in self.taxonomy.facets if facet not in _BESIDE)
        labels = (self.taxonomy.label(facet, v) for facet in facets for v in self._values(facet))
        return tuple(dict.fromkeys(labels))

    @property
    def places(self) -> tuple[str, ...]:
        """Where it was: countries, and the region."""
        countries = (self.taxonomy.label("country", one) for one in self._values("country"))
        return (*countries, *((self.case.region,) if self.case.region else ()))

    @property
    def sources(self) -> tuple[tuple[Item, tuple[str, ...]], ...]:
        """What it rests on, each work once, with the places in it."""
        places: dict[str, list[str]] = {}
        for source in self.case.sources:
            places.setdefault(source.key, []).append(source.locator)
        return tuple(
            (source_item(self.references[key]), tuple(filter(None, at)))
            for key, at in places.items()
            if key in self.references
        )

    def _values(self, facet: str) -> tuple[str, ...]:
        return self.case.facets.get(facet, ())


def _dublin_core(told: Described) -> Element:
    """Simple Dublin Core: fifteen elements side by side, none in another."""
    said = (
        leaf(f"dc:{name}", " ".join(text.split()))
        for name, text in _dublin_core_texts(told)
        if text
    )
    return with_schema(branch("oai_dc:dc", *said))


def _dublin_core_texts(told: Described) -> Iterator[tuple[str, str]]:
    case, item = told.case, told.item
    yield "title", item.title
    yield from (("creator", catalogue_name(name)) for name in item.authors)
    yield from (("subject", label) for label in told.subjects)
    yield "description", case.summary
    yield "publisher", item.publisher
    yield "date", item.date
    yield from (("type", "Text"), ("type", told.kind))
    yield "format", _PAGE
    yield "identifier", told.page
    if item.version:
        yield "identifier", item.url
    yield "language", item.language
    yield from (("relation", _in_short(source)) for source, _ in told.sources)
    yield from (("coverage", place) for place in told.places)
    yield "coverage", _years(case.period)
    yield from (("rights", told.licence), ("rights", told.licence_url))


def _in_short(source: Item) -> str:
    """A source in one line: who, when, what, where."""
    makers = "; ".join(map(catalogue_name, source.authors or source.editors))
    year = f"({source.year})" if source.year else ""
    head = " ".join(filter(None, (makers, year)))
    return " ".join(
        part if part.endswith(".") else f"{part}."
        for part in (head, source.title, source.container)
        if part
    ) + (f" {source.url}" if source.url else "")


def _years(period: Period | None) -> str:
    """Years as ISO 8601 writes a span of time: ``1991/1995``; an open end is two dots."""
    if period is None:
        return ""
    if period.start == period.end:
        return str(period.start)
    return f"{period.start or '..'}/{period.end or '..'}"


def _mods(told: Described) -> Element:
    """MODS, which catalogues map to MARC 21; what is cited stands at its end."""
    case, item = told.case, told.item
    return with_schema(
        branch(
            "mods:mods",
            branch("mods:titleInfo", leaf("mods:title", item.title)),
            *(_mods_name(name, "author", "aut") for name in item.authors),
            leaf("mods:typeOfResource", "text"),
            leaf("mods:genre", told.kind),
            _mods_origin(item),
            branch(
                "mods:language",
                leaf("mods:languageTerm", item.language, type="code", authority="rfc5646"),
            ),
            branch("mods:physicalDescription", leaf("mods:internetMediaType", _PAGE)),
            leaf("mods:abstract", case.summary, **{"xml:lang": item.language}),
            *(branch("mods:subject", leaf("mods:topic", label)) for label in told.subjects),
            *(branch("mods:subject", leaf("mods:geographic", one)) for one in told.places),
            _mods_years(case.period),
            leaf("mods:identifier", case.id, type="local"),
            leaf("mods:identifier", item.url, type="uri") if item.version else None,
            branch("mods:location", leaf("mods:url", told.page, usage="primary display")),
            _mods_rights(told),
            branch(
                "mods:relatedItem",
                branch("mods:titleInfo", leaf("mods:title", told.site)),
                branch("mods:location", leaf("mods:url", told.root)),
                type="host",
            ),
            *(_mods_source(source, places) for source, places in told.sources),
            branch(
                "mods:recordInfo",
                leaf("mods:recordContentSource", told.site),
                leaf("mods:recordChangeDate", told.day, encoding="w3cdtf"),
                leaf("mods:recordIdentifier", told.identifier),
            ),
            version="3.7",
        )
    )


def _mods_name(name: Name, role: str, code: str) -> Element:
    parts: tuple[Element, ...] = (leaf("mods:namePart", name.family),)
    if not name.is_organisation:
        family = leaf("mods:namePart", name.family, type="family")
        given = leaf("mods:namePart", name.given, type="given") if name.given else None
        suffix = leaf("mods:namePart", name.suffix, type="termsOfAddress") if name.suffix else None
        parts = tuple(filter(None, (family, given, suffix)))
    return branch(
        "mods:name",
        *parts,
        branch(
            "mods:role",
            leaf("mods:roleTerm", role, type="text", authority="marcrelator"),
            leaf("mods:roleTerm", code, type="code", authority="marcrelator"),
        ),
        type="corporate" if name.is_organisation else "personal",
    )


def _mods_origin(item: Item) -> Element | None:
    """Who published it where and when; the edition of a case is its version."""
    issued = [
        leaf("mods:dateIssued", day, encoding="w3cdtf") for day in item.date.split("/") if day
    ]
    edition = item.version or item.edition
    publisher = leaf("mods:publisher", item.publisher) if item.publisher else None
    made = branch(
        "mods:originInfo",
        branch("mods:place", leaf("mods:placeTerm", item.place, type="text"))
        if item.place
        else None,
        publisher,
        *issued[:1],
        leaf("mods:edition", edition) if edition else None,
    )
    return made if made.children else None


def _mods_years(period: Period | None) -> Element | None:
    if period is None:
        return None
    about = {"qualifier": "approximate"} if period.about else {}
    ends = [("start", period.start), ("end", period.end)]
    if period.start == period.end:
        ends = [("", period.start)]
    years = [
        leaf(
            "mods:temporal",
            str(year),
            encoding="w3cdtf",
            **({"point": point} if point else {}),
            **about,
        )
        for point, year in ends
        if year is not None
    ]
    return branch("mods:subject", *years)


def _mods_rights(told: Described) -> Element | None:
    text = told.licence or told.licence_url
    if not text:
        return None
    place = {"xlink:href": told.licence_url} if told.licence_url else {}
    return leaf("mods:accessCondition", text, type="use and reproduction", **place)


def _mods_source(source: Item, places: tuple[str, ...]) -> Element:
    """A work that a case cites, with the places in it."""
    container = branch("mods:titleInfo", leaf("mods:title", source.container))
    return branch(
        "mods:relatedItem",
        branch("mods:titleInfo", leaf("mods:title", source.title)),
        *(_mods_name(name, "author", "aut") for name in source.authors),
        *(_mods_name(name, "editor", "edt") for name in source.editors),
        _mods_origin(source),
        *(
            leaf("mods:identifier", value, type=kind)
            for kind, value in (("doi", source.doi), ("isbn", source.isbn), ("issn", source.issn))
            if value
        ),
        branch("mods:location", leaf("mods:url", source.url)) if source.url else None,
        branch("mods:relatedItem", container, type="host") if source.container else None,
        *(branch("mods:part", leaf("mods:text", place)) for place in places),
        type="references",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of metadata by its prefix, and what makes it of a case."""

    prefix: str
    namespace: str
    schema: str
    write: Callable[[Described], Element]


#: The formats, that of the protocol first.
FORMATS: Mapping[str, Format] = {
    prefix: Format(prefix=prefix, namespace=NAMESPACES[prefix], schema=SCHEMAS[prefix], write=write)
    for prefix, write in (("oai_dc", _dublin_core), ("mods", _mods))
}
