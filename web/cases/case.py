"""The page of one case: what it holds, ready for the template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.answers.cases import shared_values
from kb.answers.figures import members_text, period_text
from kb.citations.cases import cite_case
from kb.citations.works import Citation, citations
from kb.model.cases import Case
from kb.model.english import capital
from kb.model.facet_words import facet_words, is_read_by_editors, read_by_editors
from kb.model.taxonomy import Taxonomy
from kb.search.answer import Hit
from kb.search.searcher import Searcher
from web.core import SITE_NAME
from web.core.urls import absolute, case_url, compare_url, facet_url
from web.ui.cards import Badge, Card, Status, badges, card, status_of
from web.ui.markdown import Body, render_body
from web.ui.reasons import line, values_text
from web.words.figures import ResultView, result_views
from web.words.lists import listed
from web.words.typography import curly

#: Facets among the key facts, in the order of the page.
FACT_FACETS = ("country", "type", "form", "project", "sector", "formation", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactValue:
    """One value of a fact; ``url`` leads to the cases that share it, empty if none does."""

    label: str
    url: str = ""
    badge: Badge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of the key facts; ``ours`` says that the value is the editors' reading."""

    label: str
    values: tuple[FactValue, ...]
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarCase:
    """A case near in meaning: what both share, and the line of it that comes nearest."""

    card: Card
    shared: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything that the template of a case shows."""

    case: Case
    title: str
    summary: str
    questions: tuple[str, ...]
    suits: tuple[str, ...]
    answers: tuple[str, ...]
    kind: str
    where: str
    badges: tuple[Badge, ...]
    status: Status | None
    figures: tuple[ResultView, ...]
    in_words: tuple[ResultView, ...]
    not_reported: bool
    facts: tuple[Fact, ...]
    ours: str
    body: Body
    citations: tuple[Citation, ...]
    cite: str
    related: tuple[Card, ...]
    similar: tuple[SimilarCase, ...]
    compare_url: str


def case_page(searcher: Searcher, case: Case) -> CasePage:
    """Gather the page of a case.

    Related ids that this snapshot does not hold are left out; similar cases
    leave out the related ones, which stand beside them.
    """
    taxonomy = searcher.taxonomy
    views = result_views(case, taxonomy)
    status = status_of(case, taxonomy)
    by_id = {other.id: other for other in searcher.cases}
    related = tuple(card(by_id[name], taxonomy) for name in case.related if name in by_id)
    alike = searcher.similar(case.id)
    near = [hit for hit in alike if hit.case.id not in case.related]
    return CasePage(
        case=case,
        title=curly(case.title),
        summary=curly(case.summary),
        questions=tuple(curly(question) for question in case.questions),
        suits=tuple(capital(curly(one)) for one in case.role_model_for),
        answers=tuple(curly(one) for one in case.answers),
        kind=taxonomy.label("kind", case.kind),
        where=", ".join(taxonomy.label("country", code) for code in case.facets["country"]),
        badges=badges(case, taxonomy),
        status=status,
        figures=tuple(view for view in views if not view.figure.is_word),
        in_words=tuple(view for view in views if view.figure.is_word),
        not_reported=not case.is_guide and not views and not status,
        facts=() if case.is_guide else _facts(case, taxonomy),
        ours=listed(read_by_editors(case, taxonomy)),
        body=render_body(searcher.snapshot_id, case, case_url("-").removesuffix("/-")),
        citations=citations(case, searcher.compendium.references),
        cite=_cite(case, searcher.snapshot_id),
        related=related,
        similar=tuple(_similar(hit, case, taxonomy) for hit in near[:3]),
        compare_url=_compare_url(case, alike),
    )


def _compare_url(case: Case, alike: Sequence[Hit]) -> str:
    """The comparison with the two cases most like this one, those of its kind first.

    Empty for a guide, and where no case is like it.
    """
    if case.is_guide or not alike:
        return ""
    nearest = sorted(alike, key=lambda hit: hit.case.kind != case.kind)[:2]
    return compare_url([case.id, *(hit.case.id for hit in nearest)])


def _similar(hit: Hit, case: Case, taxonomy: Taxonomy) -> SimilarCase:
    return SimilarCase(
        card=card(hit.case, taxonomy),
        shared=values_text(shared_values(case, hit.case, taxonomy), taxonomy),
        quote=line(hit.reasons[0].passage),
    )


def _facts(case: Case, taxonomy: Taxonomy) -> tuple[Fact, ...]:
    facets = {name: _facet_fact(case, taxonomy, name) for name in FACT_FACETS}
    members = members_text(case.members, taxonomy)
    partners = case.members.partners if case.members else ()
    facts = [
        facets["country"],
        _plain("Region", [case.region or ""]),
        _plain("Members", [members]),
        _plain("Partners", [capital(name) for name in partners]),
        _plain("Period", [period_text(case.period)]),
        *(facets[name] for name in FACT_FACETS if name != "country"),
    ]
    return tuple(fact for fact in facts if fact.values)


def _facet_fact(case: Case, taxonomy: Taxonomy, facet: str) -> Fact:
    marks = {badge.id: badge for badge in badges(case, taxonomy)} if facet == "type" else {}
    values = tuple(
        FactValue(
            label=taxonomy.label(facet, value),
            url=facet_url(**{facet: value}),
            badge=marks.get(value),
        )
        for value in case.facets.get(facet, ())
    )
    ours = is_read_by_editors(case, facet)
    return Fact(label=facet_words(facet, taxonomy).fact, values=values, ours=ours)


def _plain(label: str, texts: Iterable[str]) -> Fact:
    return Fact(label=label, values=tuple(FactValue(label=text) for text in texts if text))


def _cite(case: Case, snapshot: str) -> str:
    address = absolute(case_url(case.id))
    return curly(cite_case(case, site=SITE_NAME, snapshot=snapshot, address=address))
