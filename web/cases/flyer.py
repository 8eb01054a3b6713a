"""The flyer of a case: what it did and achieved, on one sheet to print and hand on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import unescape

from kb.answers.figures import members_text, period_text
from kb.citations.works import Citation, citations
from kb.model.cases import Case
from kb.model.english import capital
from kb.model.facet_words import facet_words, read_by_editors
from kb.model.taxonomy import Taxonomy
from kb.search.searcher import Searcher
from web.cases.case import FACT_FACETS
from web.core.urls import absolute, case_url
from web.ui.cards import Badge, Status, badges, labels, status_of
from web.ui.markdown import render_body
from web.ui.qr import qr_code
from web.words.figures import ResultView, result_views
from web.words.typography import curly

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
    """What the sheet shows, in its order.

    ``take`` is the first sentence of the editors' analysis, empty if the case has
    none. ``more_results`` counts those left out. ``ours`` names the facts that are
    the editors' reading. ``address`` is the public address of the case, ``path`` the
    one on this site; ``code`` is the first as a QR code, None if it is too long for one.
    ``across`` is how many figures stand beside each other, ``size`` the size of type on
    paper, in points.
    """

    title: str
    summary: str
    kind: str
    where: str
    badges: tuple[Badge, ...]
    status: Status | None
    figures: tuple[ResultView, ...]
    in_words: tuple[ResultView, ...]
    more_results: int
    facts: tuple[tuple[str, str], ...]
    ours: str
    take: str
    citations: tuple[Citation, ...]
    snapshot_id: str
    case_id: str
    path: str
    address: str
    code: str | None
    across: int
    size: int


def flyer(searcher: Searcher, case: Case) -> Flyer:
    """Gather the sheet of a case that is not a guide."""
    taxonomy = searcher.taxonomy
    views = result_views(case, taxonomy)
    shown = views[:MOST_RESULTS]
    status = status_of(case, taxonomy)
    address = absolute(case_url(case.id))
    sheet = Flyer(
        title=curly(case.title),
        summary=curly(case.summary),
        kind=taxonomy.label("kind", case.kind),
        where=", ".join(labels(taxonomy, case, "country")),
        badges=badges(case, taxonomy),
        status=status,
        figures=tuple(view for view in shown if not view.figure.is_word),
        in_words=tuple(view for view in shown if view.figure.is_word),
        more_results=len(views) - len(shown),
        facts=_facts(case, taxonomy),
        ours=", ".join(read_by_editors(case, taxonomy)),
        take=first_of_our_reading(
            render_body(searcher.snapshot_id, case, case_url("-").removesuffix("/-")).html
        ),
        citations=citations(case, searcher.compendium.references),
        snapshot_id=searcher.snapshot_id,
        case_id=case.id,
        path=case_url(case.id),
        address=address,
        code=qr_code(address),
        across=figures_across(sum(not view.figure.is_word for view in shown)),
        size=SIZES[-1],
    )
    return replace(sheet, size=fitting_size(sheet))


def first_of_our_reading(html: str) -> str:
    """The first sentence of the editors' analysis in the HTML of a case, as plain text.

    A link that only stands in brackets is left out; empty if there is no analysis.
    """
    found = _READING.search(html)
    if found is None:
        return ""
    text = _TAG.sub("", _LINK_IN_BRACKETS.sub("", found[2]))
    return _SENTENCE_END.split(" ".join(unescape(text).split()))[0]


def _facts(case: Case, taxonomy: Taxonomy) -> tuple[tuple[str, str], ...]:
    partners = "; ".join(case.members.partners) if case.members else ""
    rows = [
        ("Who", members_text(case.members, taxonomy) or NOT_REPORTED),
        ("With", capital(partners)),
        (
            "Where",
            ", ".join(part for part in (case.region, *labels(taxonomy, case, "country")) if part),
        ),
        ("When", period_text(case.period) or NOT_REPORTED),
    ]
    rows += [
        (facet_words(facet, taxonomy).fact, ", ".join(labels(taxonomy, case, facet)))
        for facet in FACT_FACETS
        if facet not in _IN_HEAD
    ]
    return tuple((words, value) for words, value in rows if value)


def figures_across(count: int) -> int:
    """How many of so many figures stand beside each other."""
    if count > MOST_RESULTS * 3 // 4:
        return 4
    return 2 if count == 4 else max(1, min(count, 3))


def fitting_size(sheet: Flyer) -> int:
    """The largest of ``SIZES`` at which the sheet fits on paper, by its letters; else the least."""
    return next((size for size in SIZES if _height(sheet, size) <= _ROOM), SIZES[-1])


def _height(sheet: Flyer, size: int) -> float:
    """About how high the text stands on paper at a size, in points."""
    line = _LETTERS / size  # letters in a line of the full width
    beside = 0.72 * line  # in a line beside a label
    rows = [
        sheet.figures[start : start + sheet.across]
        for start in range(0, len(sheet.figures), sheet.across)
    ]
    lines = 2.2 * _lines(sheet.title, line / 2.3) + 1.2 * _lines(sheet.summary, line / 1.15)
    lines += sum(max(_figure_lines(view, line / sheet.across) for view in row) for row in rows)
    lines += sum(_lines(f"{view.statement} {view.locator}", beside) for view in sheet.in_words)
    lines += sum(_lines(value, beside) for _, value in sheet.facts)
    lines += 1.1 * _lines(sheet.take, line / 1.1)
    lines += sum(0.9 * _lines(f"{w.authors} {w.title} {w.locators}", line) for w in sheet.citations)
    return lines * size * _LEADING


def _figure_lines(view: ResultView, room: float) -> float:
    """The lines that a large figure takes with what stands around it, in a column of letters."""
    meta = f"{view.horizon} {view.locator}"
    words = _lines(view.statement, 0.85 * room) + 0.8 * _lines(meta, 1.1 * room)
    figure = view.figure
    is_long = 2.4 * len(f"{figure.lead} {figure.number}") + len(figure.unit) > 0.8 * room
    return words + 4.8 + 1.5 * is_long + 1.5 * bool(figure.before)


def _lines(text: str, room: float) -> int:
    return -int(-len(text) // room)
