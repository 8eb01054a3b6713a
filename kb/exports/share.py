"""What the picture says that stands with a link where somebody shares it: of a case, of the site.

A case is told by its title, its country and the figure that speaks best alone, with its source.
The picture is of a fixed size, so long texts are shortened, at a word, with a sign that says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial

from kb.answers.figures import CONTRADICTED, figure, headline, plainness
from kb.model.cases import Case, Reference, Result
from kb.model.compendium import Compendium
from kb.model.taxonomy import Taxonomy
from kb.text.typography import curly

#: The template that sets it, and the dots of the picture.
TEMPLATE = "share"
WIDTH, HEIGHT = 1200, 630
#: The most letters of a title, of a summary, and of each of the smaller texts.
_TITLE, _SUMMARY, _SMALL = 160, 240, 110


def case_picture(
    case: Case, references: Mapping[str, Reference], taxonomy: Taxonomy, *, site: str, brand: str
) -> str:
    """What the picture of a case takes, as JSON.

    Args:
        case: the case.
        references: the bibliography, by key.
        taxonomy: the vocabulary.
        site: the name of the compendium.
        brand: its sign, as SVG.
    """
    places = ", ".join(term.label for term in taxonomy.terms("country", case))
    kind = taxonomy.term("kind", case.kind).label
    ended = [term.label for term in taxonomy.terms("status", case)]
    best = headline(case.results, partial(plainness, taxonomy=taxonomy))
    told = _figure(best, references, taxonomy) if best else {"summary": case.summary}
    return _written(
        site=site,
        brand=brand,
        title=case.title,
        kicker=[_short(one, _SMALL) for one in (places, kind, *ended) if one],
        **told,
    )


def site_picture(compendium: Compendium, taxonomy: Taxonomy, *, brand: str) -> str:
    """What the picture of the site takes, as JSON: its promise, and how much it holds."""
    words, held = compendium.site, compendium.holdings.cases
    n_places = len(held.terms("country", taxonomy))
    countries = "country" if n_places == 1 else "countries"
    places = f"from {n_places:,} {countries}" if n_places else ""
    return _written(
        site=words.name,
        brand=brand,
        title=words.promise or words.name,
        kicker=[],
        summary=words.description,
        number=f"{held.n:,}" if held.n else "",
        unit=f"{'case' if held.n == 1 else 'cases'} {places}".strip(),
    )


def _figure(
    result: Result, references: Mapping[str, Reference], taxonomy: Taxonomy
) -> dict[str, str]:
    """A figure, what it measures and where it stands."""
    shown, work = figure(result, taxonomy), references.get(result.source)
    named = " ".join(filter(None, (work.by or work.title, work.year))) if work else result.source
    beside = f". {CONTRADICTED.capitalize()}" if result.contradicted else ""
    metric = ", ".join(filter(None, (taxonomy.label("results", result.metric), result.horizon)))
    return {
        "number": shown.number,
        "before": shown.before,
        "lead": shown.lead,
        "unit": shown.unit,
        "metric": metric,
        "source": f"Source: {_short(named, _SMALL)}, {_short(result.locator, _SMALL)}{beside}",
    }


def _written(*, brand: str, title: str, kicker: list[str], **texts: str) -> str:
    names = ("site", "summary", "number", "before", "lead", "unit", "metric", "source")
    most = {"summary": _SUMMARY, "source": 3 * _SMALL}
    told = {name: curly(_short(texts.get(name, ""), most.get(name, _SMALL))) for name in names}
    told |= {"title": curly(_short(title, _TITLE)), "brand": brand}
    return json.dumps({**told, "kicker": kicker}, sort_keys=True)


def _short(text: str, most: int) -> str:
    """A text in one line, shortened at a word where there is one."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[:most]
    at_word = cut.rpartition(" ")[0]
    return f"{(at_word if len(at_word) > most // 2 else cut[:-1]).rstrip(' ,;:.')}…"
