"""Examples of what to ask the API, all of them of the compendium that is served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from kb.model.case_versions import SHORT, short
from kb.model.cases import Case
from kb.model.compendium import Compendium
from kb.model.holdings import Counted
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import LEAST

#: Stand in the description until there is a snapshot to take ids from.
_IDS = [f"folder/case-{number}" for number in range(1, LEAST + 1)]


def values_of(compendium: Compendium | None) -> Mapping[str, Any]:
    """An example of each parameter that takes words or ids, by name, as far as there is one."""
    values: dict[str, Any] = {"id": _IDS, "version": "0" * SHORT, "pack": "a-pack"}
    if compendium is None:
        return values
    if compendium.packs:
        values["pack"] = compendium.packs[0].id
    first = _first_cases(compendium)
    ids = [case.id for case in first]
    site, countries = compendium.site, compendium.taxonomy["countries"].terms
    words = {
        "q": next(iter(site.examples), ""),
        "business": site.business,
        "aim": site.aim,
        "my_country": countries[0].label if countries else "",
    }
    values |= {name: word for name, word in words.items() if word}
    if len(ids) < LEAST:
        return values
    return values | {"id": ids, "version": short(first[0].version)}


def requests_of(compendium: Compendium | None) -> Iterator[tuple[str, str]]:
    """What to ask for, and where below the root of the API it stands.

    The values are those that most cases have; without a snapshot they are left out.
    """
    if compendium is not None:
        for words in compendium.site.examples[:1]:
            yield "Any words", f"search?{urlencode({'q': words})}"
        yield from _requests_with_values(compendium)
    yield "Every value that a filter accepts", "taxonomy"
    yield "How good the search is, as measured", "relevance"


def _requests_with_values(compendium: Compendium) -> Iterator[tuple[str, str]]:
    cases, counted = _first_cases(compendium), compendium.holdings.cases
    countries, projects, sectors, metrics = (
        _most_have(facet, counted, compendium.taxonomy)
        for facet in ("country", "project", "sector", "results")
    )
    label = compendium.taxonomy.label
    if projects:
        chosen = [*(("country", code) for code in countries[:2]), ("project", projects[0])]
        words = "; ".join(label(facet, value) for facet, value in chosen)
        yield f"Cases under {words}", f"search?{urlencode(chosen)}"
    if metrics:
        least = urlencode({"results": metrics[0], "results_min": 20})
        yield f"{label('results', metrics[0])} of at least 20", f"search?{least}"
    if cases:
        yield "One whole case", f"cases/{cases[0].id}"
        yield "Its versions", f"versions/{cases[0].id}"
    if len(cases) >= LEAST:
        both = urlencode([("id", case.id) for case in cases[:LEAST]], safe="/")
        yield "Two cases side by side", f"compare?{both}"
    if projects and sectors:
        firm = urlencode({"my_sector": sectors[0], "partners": 5, "goal": projects[0]})
        words = f"{label('sector', sectors[0])}; {label('project', projects[0])}"
        yield f"Role models for five firms under {words}", f"role-models?{firm}"
        reported = urlencode({"project": projects[0]})
        yield f"What cases under {label('project', projects[0])} reported", f"outcomes?{reported}"


def _first_cases(compendium: Compendium) -> list[Case]:
    """As many cases as can be compared."""
    return list(islice((case for case in compendium.cases if not case.is_guide), LEAST))


def _most_have(facet: str, counted: Counted, taxonomy: Taxonomy) -> list[str]:
    """The values of a facet, those of most cases first and equal ones by id."""
    ids = [term.id for term in counted.terms(facet, taxonomy)]
    return sorted(ids, key=lambda value: (-counted.count(**{facet: value}), value))
