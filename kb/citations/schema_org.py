"""What a page is about in the vocabulary of schema.org, as JSON-LD: for search engines.

A case is a ``Report`` that one can learn from, and its figures are a ``Dataset``. Title, authors,
day and version are those of its citation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kb.citations.items import Item
from kb.citations.works import Citation, citations
from kb.model.cases import Case, Name, Reference, Result
from kb.model.packs import Pack
from kb.model.taxonomy import Taxonomy

CONTEXT = "https://schema.org"
#: The facets whose values a case is about.
_ABOUT = ("type", "project", "sector")
#: How often a search engine takes so many characters of a description of a dataset.
_LONGEST = 5_000

Node = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The site that a page stands on.

    Attributes:
        name: of the compendium.
        home: the address of its front page.
        description: of it, in a sentence.
        licence_url: where the licence of its texts stands, or empty.
        operator: who runs it, or empty.
    """

    name: str
    home: str
    description: str
    licence_url: str = ""
    operator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAddresses:
    """Where a case and what belongs to it stand.

    Attributes:
        page: its page, always the newest text.
        data: the same as JSON.
        image: a picture to share, or empty.
        terms: the page of each value that it is about, by facet and id.
    """

    page: str
    data: str
    image: str = ""
    terms: Mapping[tuple[str, str], str]


def site_graph(site: Publication, *, search: str) -> Node:
    """The front page: a site, and how it is searched.

    Args:
        site: the site.
        search: the address of a search, with ``{search_term_string}`` for the words.
    """
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "@id": f"{site.home}#site",
        "url": site.home,
        "name": site.name,
        "description": site.description,
        "inLanguage": "en",
        "publisher": _publisher(site),
        **_licence(site),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search},
            "query-input": "required name=search_term_string",
        },
    }


def case_graph(
    case: Case,
    item: Item,
    *,
    at: CaseAddresses,
    site: Publication,
    taxonomy: Taxonomy,
    references: Mapping[str, Reference],
) -> Node:
    """A case or a guide, and its figures as a dataset where it reports any.

    Args:
        case: the case.
        item: the same as it is cited.
        at: its addresses.
        site: where it stands.
        taxonomy: the vocabulary.
        references: the works that it names, by key.
    """
    works = citations(case, references)
    graph = [_document(case, item, works, at, site, taxonomy)]
    figures = [result for result in case.results if result.has_figure]
    if figures:
        graph.append(_dataset(case, item, figures, at, site, taxonomy))
    return {"@context": CONTEXT, "@graph": graph}


def type_of(case: Case) -> str:
    """What the page of a case is about, beside something to learn from."""
    return "Article" if case.is_guide else "Report"


def pack_graph(
    pack: Pack, items: Iterable[tuple[str, str]], *, page: str, site: Publication
) -> Node:
    """A reading list, or a session over one.

    Args:
        pack: the list.
        items: the title and the address of each document in it, in its order.
        page: its address.
        site: where it stands.
    """
    node: Node = {
        "@context": CONTEXT,
        "@type": "LearningResource",
        "@id": f"{page}#list",
        "url": page,
        "name": pack.title,
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "learningResourceType": "reading list",
        "publisher": _publisher(site),
        **_licence(site),
        "hasPart": [
            {"@type": "CreativeWork", "name": title, "url": address} for title, address in items
        ],
    }
    if pack.teaching is not None:
        node |= {
            "learningResourceType": "lesson plan",
            "timeRequired": f"PT{pack.teaching.minutes}M",
            "teaches": list(pack.teaching.objectives),
        }
    return node


def _document(
    case: Case,
    item: Item,
    works: tuple[Citation, ...],
    at: CaseAddresses,
    site: Publication,
    taxonomy: Taxonomy,
) -> Node:
    node: Node = {
        "@type": [type_of(case), "LearningResource"],
        "@id": f"{at.page}#case",
        "url": at.page,
        "headline": item.title,
        "name": item.title,
        "description": case.summary,
        **_made(item, site),
        "isPartOf": {"@type": "WebSite", "@id": f"{site.home}#site", "name": site.name},
        "learningResourceType": "guide" if case.is_guide else "case study",
        "isBasedOn": [_source(work, at) for work in works],
        "about": [
            {
                "@type": "DefinedTerm",
                "name": taxonomy.label(facet, value),
                **({"url": at.terms[facet, value]} if (facet, value) in at.terms else {}),
            }
            for facet in _ABOUT
            for value in case.facets.get(facet, ())
        ],
        "spatialCoverage": [
            {"@type": "Place", "name": taxonomy.label("country", code)}
            for code in case.facets.get("country", ())
        ],
    }
    if case.period and (period := _period(case.period.start, case.period.end)):
        node["temporalCoverage"] = period
    if at.image:
        node["image"] = at.image
    return {name: value for name, value in node.items() if value not in ([], "")}


def _made(item: Item, site: Publication) -> Node:
    """By whom, when, in which version and under what it may be used: of the case and its data."""
    made: Node = {
        "author": [_maker(name, site) for name in item.authors],
        "publisher": _publisher(site),
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "identifier": item.url,
        **_licence(site),
    }
    if item.date:
        made["dateModified"] = item.date
    if item.version:
        made["version"] = item.version
    return made


def _dataset(
    case: Case,
    item: Item,
    figures: list[Result],
    at: CaseAddresses,
    site: Publication,
    taxonomy: Taxonomy,
) -> Node:
    metrics = dict.fromkeys(taxonomy.label("results", one.metric) for one in figures)
    return {
        "@type": "Dataset",
        "@id": f"{at.page}#figures",
        "url": at.page,
        "name": f"Figures of “{item.title}”",
        "description": (
            f"What the sources of “{item.title}” report in figures, each with its unit and the "
            f"place where it stands: {', '.join(metrics)}. {case.summary}"
        )[:_LONGEST],
        **_made(item, site),
        "isPartOf": {"@id": f"{at.page}#case"},
        "includedInDataCatalog": {"@type": "DataCatalog", "name": site.name, "url": site.home},
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": "application/json",
                "contentUrl": at.data,
            }
        ],
        "variableMeasured": [_variable(result, at, taxonomy) for result in figures],
    }


def _variable(result: Result, at: CaseAddresses, taxonomy: Taxonomy) -> Node:
    """A figure with its unit, the sentence that tells it, and the source with the place in it."""
    node: Node = {
        "@type": "PropertyValue",
        "propertyID": result.metric,
        "name": f"{taxonomy.label('results', result.metric)}, "
        f"{taxonomy['directions'].label(result.direction)}",
        "description": f"{result.statement} ({result.locator})",
        "subjectOf": {"@id": _source_id(result.source, at)},
    }
    if result.low == result.high:
        node["value"] = _number(result.low)
    else:
        node |= {"minValue": _number(result.low), "maxValue": _number(result.high)}
    if result.unit:
        node["unitText"] = taxonomy["units"].label(result.unit)
    return node


def _number(value: float | None) -> float | int | None:
    """A whole number without a point."""
    return int(value) if value is not None and value == int(value) else value


def _source(work: Citation, at: CaseAddresses) -> Node:
    node: Node = {"@type": "CreativeWork", "@id": _source_id(work.key, at), "name": work.title}
    if work.authors:
        node["creditText"] = work.authors
    if work.year[:4].isdecimal():
        node["datePublished"] = work.year[:4]
    if work.url:
        node["url"] = work.url
    return node


def _source_id(key: str, at: CaseAddresses) -> str:
    return f"{at.page}#source-{key}"


def _maker(name: Name, site: Publication) -> Node:
    if not name.is_organisation:
        whole = " ".join(filter(None, (name.given, name.family, name.suffix)))
        return {
            "@type": "Person",
            "name": whole,
            "familyName": name.family,
            **({"givenName": name.given} if name.given else {}),
        }
    own = {"url": site.home} if name.family == site.name else {}
    return {"@type": "Organization", "name": name.family, **own}


def _publisher(site: Publication) -> Node:
    if site.operator:
        return {"@type": "Organization", "name": site.operator}
    return {"@type": "Organization", "name": site.name, "url": site.home}


def _licence(site: Publication) -> Node:
    return {"license": site.licence_url} if site.licence_url else {}


def _period(start: int | None, end: int | None) -> str:
    """Years as ISO 8601 writes an interval; open where one is not known."""
    if start is None and end is None:
        return ""
    if start == end:
        return str(start)
    return f"{start or '..'}/{end or '..'}"
