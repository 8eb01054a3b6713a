"""The flyer of a case: what it did and achieved, on one sheet to print and hand on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import unescape

from kb.answers.figures import figure, members_text, period_text
from kb.citations.provenance import provenance, told_by
from kb.citations.works import Citation, citations, only_passages
from kb.model.cases import Case, Result
from kb.model.english import capital
from kb.model.facet_words import facet_words, label_in_case, read_by_editors
from kb.model.taxonomy import Taxonomy
from kb.search.searcher import Searcher
from web.cases.page import FACT_FACETS, body_of
from web.core.urls import absolute, case_url
from web.ui.provenance import reported_text
from web.ui.qr import qr_code
from web.words.translation import ngettext

#: More results than this do not fit on a sheet; the page of the case has them all.
MOST_RESULTS = 12
#: Sizes of type on paper, in points; the largest that fits on a sheet is taken.
SIZES = (12, 11, 10, 9, 8, 7)
NOT_REPORTED = "not reported"

#: Facts that stand above the title already.
_IN_HEAD = {"country", "type", "status"}
_READING = re.compile(r'<section class="our-reading">.*?</h2>.*?<(p|li)>(.*?)</\1>', re.DOTALL)
_LINK_IN_BRACKETS = re.compile(r"\s*\((?:see\s+)?<a [^>]*>[^<]*</a>\)")
_TAG = re.compile(r"<[^>]+>")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[“‘]?[A-Z])")

#: The room for lines on US Letter, the shorter sheet, beside rules, gaps and the QR code; how
#: far lines stand apart, both in points; and how many letters of one point stand in a line.
_ROOM = 420
_LEADING = 1.36
_LETTERS = 1060


@dataclass(frozen=True, slots=True, kw_only=True)
class Flyer:
    """What is computed for the sheet of a case.

    ``results`` are those that it shows, the ones with figures first; ``left_out`` and
    ``nothing`` say in a sentence that there are more or none, and ``editorial`` what is the
    editors' reading; ``passages`` warns that only a passage of a source was seen. Each is
    empty where it is not so. ``facts`` are names and what stands beside them. ``take`` is the
    first sentence of the editors' analysis, empty if the case has none. ``address`` is the public
    address of the case; ``code`` is that as a QR code, None if it is too long for one. ``across``
    is how many figures stand beside each other, ``size`` the size of type on paper, in points.
    """

    case: Case
    results: tuple[Result, ...]
    left_out: str
    nothing: str
    facts: tuple[tuple[str, str], ...]
    editorial: str
    take: str
    citations: tuple[Citation, ...]
    passages: str
    site_name: str
    snapshot_id: str
    address: str
    code: str | None
    across: int
    size: int

    @property
    def figures(self) -> tuple[Result, ...]:
        """The results that have a figure."""
        return tuple(result for result in self.results if result.has_figure)

    @property
    def in_words(self) -> tuple[Result, ...]:
        """The results that are told in words alone."""
        return tuple(result for result in self.results if not result.has_figure)


def flyer(searcher: Searcher, case: Case) -> Flyer:
    """Gather the sheet of a case that is not a guide."""
    by_figure = sorted(case.results, key=lambda result: not result.has_figure)
    shown = tuple(by_figure[:MOST_RESULTS])
    address = absolute(case_url(case.id))
    taxonomy, works = searcher.taxonomy, citations(case, searcher.compendium.references)
    kind = taxonomy.term("kind", case.kind).in_line
    more = len(case.results) - len(shown)
    ours = ", ".join(read_by_editors(case, taxonomy))
    sheet = Flyer(
        case=case,
        results=shown,
        left_out=f"{more} more on the page of the {kind}." if more else "",
        nothing="" if shown else _nothing(kind, len(works)),
        facts=_facts(case, searcher),
        editorial=f"Our reading, not the source’s word: {ours}." if ours else "",
        take=first_of_our_reading(body_of(case, searcher).html),
        citations=works,
        passages=only_passages(works),
        site_name=searcher.compendium.site.name,
        snapshot_id=searcher.snapshot_id,
        address=address,
        code=qr_code(address),
        across=figures_across(sum(result.has_figure for result in shown)),
        size=SIZES[-1],
    )
    return replace(sheet, size=fitting_size(sheet, taxonomy))


def first_of_our_reading(html: str) -> str:
    """The first sentence of the editors' analysis in the HTML of a case, as plain text.

    A link that only stands in brackets is left out; empty if there is no analysis.
    """
    found = _READING.search(html)
    if found is None:
        return ""
    text = _TAG.sub("", _LINK_IN_BRACKETS.sub("", found[2]))
    return _SENTENCE_END.split(" ".join(unescape(text).split()))[0]


def _nothing(kind: str, n_sources: int) -> str:
    return ngettext(
        "The source reports no results of this %(kind)s.",
        "The sources report no results of this %(kind)s.",
        n_sources,
        kind=kind,
    )


def _facts(case: Case, searcher: Searcher) -> tuple[tuple[str, str], ...]:
    taxonomy, references = searcher.taxonomy, searcher.compendium.references
    partners = "; ".join(case.members.partners) if case.members else ""
    rows = [
        ("Who", members_text(case.members, taxonomy) or NOT_REPORTED),
        ("With", capital(partners)),
        (
            "Where",
            ", ".join(part for part in (case.region, _labels("country", case, taxonomy)) if part),
        ),
        ("When", period_text(case.period) or told_by(case, references) or NOT_REPORTED),
        ("From", reported_text(provenance(case, references))),
    ]
    rows += [
        (facet_words(facet, taxonomy).fact, _labels(facet, case, taxonomy))
        for facet in FACT_FACETS
        if facet not in _IN_HEAD
    ]
    return tuple((words, value) for words, value in rows if value)


def _labels(facet: str, case: Case, taxonomy: Taxonomy) -> str:
    labels = (label_in_case(case, facet, term.id, taxonomy) for term in taxonomy.terms(facet, case))
    return ", ".join(labels)


def figures_across(count: int) -> int:
    """How many of so many figures stand beside each other."""
    if count > MOST_RESULTS * 3 // 4:
        return 4
    return 2 if count == 4 else max(1, min(count, 3))


def fitting_size(sheet: Flyer, taxonomy: Taxonomy) -> int:
    """The largest of ``SIZES`` at which the sheet fits on paper, by its letters; else the least."""
    fitting = (size for size in SIZES if _height(sheet, size, taxonomy) <= _ROOM)
    return next(fitting, SIZES[-1])


def _height(sheet: Flyer, size: int, taxonomy: Taxonomy) -> float:
    """About how high the text stands on paper at a size, in points."""
    line = _LETTERS / size  # letters in a line of the full width
    beside = 0.72 * line  # in a line beside a label
    figures, column = sheet.figures, line / sheet.across
    heights = [_figure_lines(result, column, taxonomy) for result in figures]
    lines = 2.2 * _lines(sheet.case.title, line / 2.3) + 1.2 * _lines(
        sheet.case.summary, line / 1.15
    )
    lines += sum(
        max(heights[at : at + sheet.across]) for at in range(0, len(figures), sheet.across)
    )
    lines += sum(
        _lines(f"{figure(one, taxonomy).note} {one.statement} {one.locator}", beside)
        for one in sheet.in_words
    )
    lines += sum(_lines(value, beside) for _, value in sheet.facts)
    lines += 1.1 * _lines(sheet.take, line / 1.1)
    lines += sum(0.9 * _lines(f"{w.authors} {w.title} {w.locators}", line) for w in sheet.citations)
    lines += bool(sheet.passages)
    return lines * size * _LEADING


def _figure_lines(result: Result, room: float, taxonomy: Taxonomy) -> float:
    """The lines that a large figure takes with what stands around it, in a column of letters."""
    shown = figure(result, taxonomy)
    meta = f"{shown.note} {result.horizon or ''} {result.locator}"
    words = _lines(result.statement, 0.85 * room) + 0.8 * _lines(meta, 1.1 * room)
    is_long = 2.4 * len(f"{shown.lead} {shown.number}") + len(shown.unit) > 0.8 * room
    return words + 4.8 + 1.5 * is_long + 1.5 * bool(shown.before)


def _lines(text: str, room: float) -> int:
    return -int(-len(text) // room)
