"""A flyer as PDF: what its template is given, as JSON.

It is set as text, so nothing in a case can become markup.
"""

from __future__ import annotations

from kb.answers.figures import figure
from kb.citations.works import Citation
from kb.model.cases import Result
from kb.model.taxonomy import Taxonomy
from kb.text.typography import curly
from web.cases.flyer import Flyer
from web.ui.pdf import symbol, written

TEMPLATE = "case"


def flyer_source(sheet: Flyer, taxonomy: Taxonomy) -> str:
    """What the template of the flyer takes, as JSON."""
    return written(_inputs(sheet, taxonomy))


def _inputs(sheet: Flyer, taxonomy: Taxonomy) -> dict[str, object]:
    case, kind = sheet.case, taxonomy.term("kind", sheet.case.kind)
    return {
        "site": sheet.site_name,
        "brand": symbol("brand"),
        "title": curly(case.title),
        "summary": curly(case.summary),
        "kind": kind.label,
        "kind_in_line": kind.in_line,
        "where": ", ".join(term.label for term in taxonomy.terms("country", case)),
        "types": [
            {"label": term.beside_mark, "svg": symbol(f"mark-{term.mark}")}
            for term in taxonomy.terms("type", case)
        ],
        "status": "".join(term.label for term in taxonomy.terms("status", case)),
        "figures": [_result(result, taxonomy) for result in sheet.figures],
        "across": sheet.across,
        "words": [_result(result, taxonomy) for result in sheet.in_words],
        "none": sheet.nothing,
        "more": sheet.left_out,
        "facts": sheet.facts,
        "ours": sheet.editorial,
        "take": sheet.take,
        "passages": sheet.passages,
        "sources": [_source(work) for work in sheet.citations],
        "address": sheet.address,
        "code": sheet.code or "",
        "snapshot": sheet.snapshot_id,
    }


def _result(result: Result, taxonomy: Taxonomy) -> dict[str, str]:
    shown = figure(result, taxonomy)
    return {
        "metric": taxonomy.label("results", result.metric),
        "before": shown.before,
        "lead": shown.lead,
        "number": shown.number,
        "unit": shown.unit,
        "statement": curly(result.statement),
        "meta": " · ".join(
            curly(part) for part in (shown.note, result.horizon, result.locator) if part
        ),
    }


def _source(work: Citation) -> dict[str, str]:
    places = curly(f". {'; '.join(work.locators)}.")
    if work.authors:
        return {"before": f"{work.authors} ({work.year}). ", "title": work.title, "after": places}
    return {"before": "", "title": work.title, "after": f" ({work.year}){places}"}
