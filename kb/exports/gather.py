"""Gathers what a file says of cases: from the records of the compendium to those of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.answers.addresses import Addresses
from kb.answers.figures import MERGED, converted_text, figure, members_text, period_text
from kb.answers.gaps import not_in_source
from kb.citations.provenance import told_by
from kb.citations.works import Citation, citations, only_passages, seen_text
from kb.exports.document import Fact, Item, ResultLine, WorkLine
from kb.model.case_versions import short
from kb.model.cases import Case, Reference, Result
from kb.model.english import capital
from kb.model.facet_words import (
    facet_words,
    is_read_by_editors,
    label_in_case,
    read_by_editors,
)
from kb.model.taxonomy import Taxonomy
from kb.text.typography import curly

#: The facets among the facts of a case, in the order of its page.
FACTS = ("type", "form", "project", "sector", "formation")
OUR_READING = "our reading"


def item_of(
    case: Case,
    references: Mapping[str, Reference],
    taxonomy: Taxonomy,
    addresses: Addresses,
    *,
    note: str = "",
) -> Item:
    """A case as an item of a file.

    Args:
        case: the case.
        references: the bibliography, by key.
        taxonomy: the vocabulary.
        addresses: where its page stands.
        note: why it is there, in Markdown.
    """
    works, version = citations(case, references), short(case.version)
    kind = taxonomy.term("kind", case.kind)
    ours = ", ".join(read_by_editors(case, taxonomy))
    gaps = ", ".join(not_in_source(case))
    over = [term.label for facet in ("country",) for term in taxonomy.terms(facet, case)]
    types = [term.label for term in taxonomy.terms("type", case)]
    ended = [term.label for term in taxonomy.terms("status", case)]
    return Item(
        id=case.id,
        title=curly(case.title),
        kicker=tuple(filter(None, (", ".join(over), kind.label, *types, *ended))),
        kind=kind.in_line,
        summary=curly(case.summary),
        note=note,
        facts=() if case.is_guide else _facts(case, references, taxonomy),
        ours=f"Our reading, not the source’s word: {ours}." if ours else "",
        results=tuple(_result(result, taxonomy) for result in _figures_first(case.results)),
        gaps=f"Not in the source{'s' if len(works) > 1 else ''}: {gaps}." if gaps else "",
        body=case.body,
        suits=tuple(capital(curly(one)) for one in case.role_model_for),
        questions=tuple(map(curly, case.questions)),
        works=tuple(map(_work, works)),
        passages=only_passages(works),
        newest=addresses.case(case.id),
        unchanged=addresses.version(case.id, version) if version else "",
        version=version,
    )


def item_without_text(title: str, missing: str, *, note: str = "", newest: str = "") -> Item:
    """A case in its place in a list, of which nobody has the text.

    Args:
        title: what it is known by.
        missing: why there is no text, in a sentence.
        note: why it is in the list, in Markdown.
        newest: the address of the case, where it has one.
    """
    return Item(
        id="",
        title=curly(title),
        kicker=(),
        kind="",
        summary="",
        note=note,
        facts=(),
        ours="",
        results=(),
        gaps="",
        body="",
        suits=(),
        questions=(),
        works=(),
        passages="",
        newest=newest,
        missing=missing,
    )


def _figures_first(results: Sequence[Result]) -> list[Result]:
    return sorted(results, key=lambda result: not result.has_figure)


def _facts(case: Case, references: Mapping[str, Reference], taxonomy: Taxonomy) -> tuple[Fact, ...]:
    places = [term.label for term in taxonomy.terms("country", case)]
    partners = "; ".join(case.members.partners) if case.members else ""
    rows = [
        ("Who", members_text(case.members, taxonomy)),
        ("With", capital(partners)),
        ("Where", ", ".join(filter(None, (case.region, *places)))),
        ("When", period_text(case.period) or told_by(case, references)),
    ]
    for facet in FACTS:
        values = [
            label_in_case(case, facet, term.id, taxonomy) for term in taxonomy.terms(facet, case)
        ]
        ours = f" ({OUR_READING})" if values and is_read_by_editors(case, facet) else ""
        rows.append((facet_words(facet, taxonomy).fact, ", ".join(values) + ours))
    return tuple(Fact(label=label, value=curly(value)) for label, value in rows if value)


def _result(result: Result, taxonomy: Taxonomy) -> ResultLine:
    shown = figure(result, taxonomy)
    level = taxonomy["levels"].label(result.level)
    place = " · ".join(filter(None, (level, result.horizon, result.locator)))
    beside = [capital(converted_text(result, taxonomy))]
    if result.merged:
        beside.append(capital(MERGED))
    if other := result.contradicted:
        beside.append(
            f"Another source: {other.says} ({other.locator}) We take the first: {other.why}"
        )
    return ResultLine(
        metric=taxonomy.label("results", result.metric),
        statement=curly(result.statement),
        place=curly(place),
        beside=tuple(curly(one) for one in beside if one),
        figure="" if shown.is_word else shown.text,
        number="" if shown.is_word else shown.number,
        before=shown.before,
        lead=shown.lead,
        unit=shown.unit,
    )


def _work(work: Citation) -> WorkLine:
    note = f" {work.note}." if work.note else ""
    if work.authors:
        before, after = f"{work.authors} ({work.year}). ", f".{note}"
    else:
        before, after = "", f" ({work.year}).{note}"
    return WorkLine(
        before=before,
        title=work.title,
        after=after,
        places=curly(f"Used here: {'; '.join(work.locators)}."),
        seen=seen_text(work),
        url="" if work.gone else work.url or "",
    )
