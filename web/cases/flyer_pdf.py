"""A flyer as PDF: tagged, with title and language, the same bytes each time.

What is shown goes to ``web.ui.typeset`` as JSON and is set as text, so nothing in a
case can become markup.
"""

from __future__ import annotations

from functools import lru_cache

from kb.answers.figures import figure
from kb.citations.works import Citation
from kb.model.cases import Result
from kb.model.taxonomy import Taxonomy
from web.cases.flyer import Flyer
from web.ui.pdf import set_sheet, symbol, written
from web.words.typography import curly

#: PDFs of some 45 kB that a worker keeps; setting one takes a quarter of a second.
KEPT = 64


def flyer_pdf(sheet: Flyer, taxonomy: Taxonomy) -> bytes:
    """The flyer on one A4 sheet, as PDF; kept for as long as nothing on it changes.

    Raises:
        subprocess.SubprocessError: it could not be set in time.
    """
    return _typeset(written(_inputs(sheet, taxonomy)))


@lru_cache(maxsize=KEPT)
def _typeset(inputs: str) -> bytes:
    return set_sheet("case", inputs)


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
