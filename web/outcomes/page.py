"""What a selection of cases reported: the answer of ``kb.answers``, and what its page adds.

The page takes the answer for any selection: that of a search, or the role models of a firm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.answers.figures import Figure
from kb.answers.outcomes import FiguresAnswer, MetricAnswer, OutcomesAnswer, ReportedFinding
from kb.guidance.selection import Selection
from kb.model.cases import Case, Reference
from kb.model.english import in_line
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy, Term
from kb.search.searcher import Searcher
from web.outcomes import distributions
from web.ui.dotplot import DotPlot
from web.words.lists import count_words, listed
from web.words.translation import gettext, ngettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One part of all cases: how many, and from where to where in percent."""

    id: str
    words: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one kind of document reports in a metric: figures beside figures, figures alone."""

    kind: Term
    several: tuple[FiguresAnswer, ...]
    singles: tuple[FiguresAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesPage:
    """What the page shows: the answer, and what it says of that.

    Attributes:
        title: what the selection is, in words.
        answer: what was reported; guides are not counted.
        silent: the cases that report nothing.
        taxonomy: the vocabulary.
        references: the works that results stand in, by key.
    """

    title: str
    answer: OutcomesAnswer
    silent: Sequence[Case]
    taxonomy: Taxonomy
    references: Mapping[str, Reference]

    @property
    def kinds(self) -> str:
        """How many there are of each kind: ``4 networks and 1 study``."""
        counts = ((kind, self.answer.n_by_evidence[kind.id]) for kind in self.taxonomy.reporting)
        return listed(count_words(n, kind.in_line, kind.many) for kind, n in counts if n)

    @property
    def shares(self) -> tuple[Share, ...]:
        """The cases with a figure, those in words alone, and the silent ones, as parts of a bar."""
        answer = self.answer
        counts = (
            ("figures", "with a figure", answer.n_with_figures),
            ("words", "in words alone", answer.n_reporting - answer.n_with_figures),
            ("silent", "report nothing", len(answer.without_results)),
        )
        shares, start = [], 0.0
        for name, words, count in counts:
            width = round(100 * count / answer.n_cases, 2) if answer.n_cases else 0.0
            shares.append(Share(id=name, words=words, count=count, start=start, width=width))
            start = round(start + width, 2)
        return tuple(shares)

    @property
    def of_subject(self) -> str:
        """Whose figures those of what the compendium is about are; empty where there are none."""
        subject = self.taxonomy.subject
        return _headings([subject] if subject.id in self._with_figures else [])

    @property
    def of_others(self) -> str:
        """Whose figures the others are; empty where there are none."""
        subject = self.taxonomy.subject
        others = [kind for kind in self.taxonomy.reporting if kind.id != subject.id]
        return _headings(others if self._with_figures - {subject.id} else [])

    @property
    def _with_figures(self) -> set[str]:
        """The kinds that report some figure."""
        return {one.evidence for metric in self.answer.metrics for one in metric.distributions}

    def lines(self, metric: MetricAnswer, *, of_subject: bool) -> tuple[str, ...]:
        """The lines of a metric in the summary, of one of its two columns."""
        subject = self.taxonomy.subject.id
        return tuple(
            distributions.in_one_line(one, self.taxonomy)
            for one in metric.distributions
            if (one.evidence == subject) == of_subject
        )

    def evidence(self, metric: MetricAnswer) -> tuple[Evidence, ...]:
        """A metric by kind of document, in the order of the vocabulary."""
        by_kind = (
            (kind, [one for one in metric.distributions if one.evidence == kind.id])
            for kind in self.taxonomy.reporting
        )
        return tuple(_evidence(kind, every) for kind, every in by_kind if every)

    def measure(self, figures: FiguresAnswer) -> str:
        """What figures measure: ``Rise, in percent``."""
        return distributions.measure_words(figures, self.taxonomy)

    def median(self, figures: FiguresAnswer) -> Figure | None:
        """The figure in the middle; None where there is none."""
        return distributions.median(figures, self.taxonomy)

    def range(self, figures: FiguresAnswer) -> Figure:
        """From the lowest to the highest figure."""
        return distributions.figure_range(figures, self.taxonomy)

    def plot(self, figures: FiguresAnswer) -> DotPlot:
        """The figures on one axis."""
        return distributions.plotted(figures, self.taxonomy)

    def depends_on_size(self, figures: FiguresAnswer) -> bool:
        """Whether figures are the larger the larger those are who report them."""
        return distributions.depends_on_size(figures, self.taxonomy)

    def is_of_one_case(self, figures: FiguresAnswer) -> bool:
        """Whether all figures come from one case: they are then figures of different things."""
        return figures.n_cases == 1

    def source(self, finding: ReportedFinding) -> str:
        """Who wrote it, when, and where it stands."""
        return distributions.source_text(finding.result, self.references)


def outcomes_page(title: str, answer: OutcomesAnswer, current: Searcher) -> OutcomesPage:
    """The page of an answer; its cases are those of ``current``."""
    return OutcomesPage(
        title=title,
        answer=answer,
        silent=[current.case(case_id) for case_id in answer.without_results],
        taxonomy=current.taxonomy,
        references=current.compendium.references,
    )


def selection_title(chosen: Selection, taxonomy: Taxonomy) -> str:
    """The selection in words: ``Cases for “wine”: Horizontal, Norway``."""
    if not chosen.profile.is_empty:
        return ngettext(
            "The role model of your firm",
            "The %(count)s role models of your firm",
            len(chosen.cases),
        )
    query = chosen.query
    labels = ", ".join(
        taxonomy.label(facet, value) for facet in FACETS for value in query.filters.get(facet, ())
    )
    if not query.text:
        return gettext("Cases: %(values)s", values=labels) if labels else gettext("All cases")
    if not labels:
        return gettext("Cases for “%(text)s”", text=query.text)
    return gettext("Cases for “%(text)s”: %(values)s", text=query.text, values=labels)


def _headings(kinds: Iterable[Term]) -> str:
    """Whose figures a column holds, inside a heading: ``programmes and studies``."""
    return listed(in_line(kind.headed) for kind in kinds)


def _evidence(kind: Term, every: Sequence[FiguresAnswer]) -> Evidence:
    """One kind of evidence; what stands among computed figures does not stand alone too."""
    computed = [one.result for figures in every for one in figures.findings if one.converted]
    alone = (figures for figures in every if figures.n == 1)
    return Evidence(
        kind=kind,
        several=tuple(figures for figures in every if figures.n > 1),
        singles=tuple(
            figures
            for figures in alone
            if figures.findings[0].converted or figures.findings[0].result not in computed
        ),
    )
