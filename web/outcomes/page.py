"""What a selection of cases reported: the answer of ``kb.answers``, and what its pages add.

The pages take the answer for any selection: that of a search, or the role models of a firm.
Networks, programmes and studies stand apart on each of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.answers.figures import Figure
from kb.answers.outcomes import FiguresAnswer, MetricAnswer, OutcomesAnswer, ReportedFinding
from kb.guidance.selection import Selection
from kb.model.cases import Case, Reference
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy, Term
from kb.search.searcher import Searcher
from web.core.urls import outcomes_url
from web.outcomes import figures as words
from web.outcomes.when import Span, spans, years
from web.ui.dotplot import DotPlot
from web.words.lists import count_words, listed
from web.words.translation import gettext, ngettext

#: How many figures of one kind stand open on the page of a metric; a few more are not folded.
FIGURES_OPEN = 12
#: Which way results went, by sign, in the order to say it.
_WAYS: Mapping[int, str] = {1: "rose", -1: "fell", 0: "without comparison"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One part of all cases: how many, and from where to where in percent."""

    id: str
    words: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one kind of document reports in a metric: how many cases, and which way it went."""

    kind: Term
    n_cases: int
    ways: str

    @property
    def is_one_way(self) -> bool:
        """Whether every case tells of one way, so that one number says all."""
        return bool(self.ways) and "," not in self.ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one kind of document reports in a metric.

    ``together`` are groups of figures that may stand together, ``alone`` the other figures,
    ``in_words`` results without one.
    """

    kind: Term
    tally: Tally
    together: tuple[FiguresAnswer, ...]
    alone: tuple[ReportedFinding, ...]
    in_words: tuple[ReportedFinding, ...]

    @property
    def n_open(self) -> int:
        """How many of the figures alone stand open: a few all, of many the first ones."""
        n = len(self.alone)
        return n if n <= FIGURES_OPEN + 3 else FIGURES_OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesPage:
    """What the pages show: the answer, and what they say of that.

    Attributes:
        title: what the selection is, in words.
        chosen: the selection.
        answer: what was reported; guides are not counted.
        silent: the cases that report nothing; of very many cases the first.
        taxonomy: the vocabulary.
        references: the works that results stand in, by key.
    """

    title: str
    chosen: Selection
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
    def n_silent_unlisted(self) -> int:
        """How many cases that report nothing ``silent`` leaves out."""
        return self.answer.n_without_results - len(self.silent)

    @property
    def shares(self) -> tuple[Share, ...]:
        """The cases with a figure, those in words alone, and the silent ones, as parts of a bar."""
        answer = self.answer
        counts = (
            ("figures", "with a figure", answer.n_with_figures),
            ("words", "in words alone", answer.n_reporting - answer.n_with_figures),
            ("silent", "report nothing", answer.n_without_results),
        )
        shares, start = [], 0.0
        for name, said, count in counts:
            width = round(100 * count / answer.n_cases, 2) if answer.n_cases else 0.0
            shares.append(Share(id=name, words=said, count=count, start=start, width=width))
            start = round(start + width, 2)
        return tuple(shares)

    @property
    def when(self) -> tuple[Span, ...]:
        """How many cases report in each decade, by the years of their sources.

        Empty where not every case is read.
        """
        if self.is_part:
            return ()
        return spans(one for metric in self.answer.metrics for one in _findings(metric))

    @property
    def counts_twice(self) -> bool:
        """Whether a case counts in several spans of ``when``, so that they add up to more."""
        reporting = {one.case for metric in self.answer.metrics for one in _findings(metric)}
        return sum(span.count for span in self.when) > len(reporting)

    @property
    def is_part(self) -> bool:
        """Whether the findings are those of a part of the cases, which all are counted."""
        return self.chosen.counts is not None

    def tells_figures_in_words(self, metric: MetricAnswer) -> bool:
        """Whether a result in words tells a share, such as 65%, in its sentence."""
        return any("%" in one.result.statement for one in metric.in_words)

    @property
    def kinds_reporting(self) -> tuple[Term, ...]:
        """The kinds of document that report anything, in the order of the vocabulary."""
        by_metric = (metric.n_by_evidence.items() for metric in self.answer.metrics)
        found = {kind for counts in by_metric for kind, n in counts if n}
        return tuple(kind for kind in self.taxonomy.reporting if kind.id in found)

    @property
    def n_columns(self) -> int:
        """The columns of the table of metrics: what was measured, a kind each, the figures."""
        return len(self.kinds_reporting) + 2

    @property
    def together(self) -> tuple[tuple[MetricAnswer, FiguresAnswer], ...]:
        """Every group of figures that may stand together, with its metric."""
        return tuple(
            (metric, one)
            for metric in self.answer.metrics
            for one in metric.distributions
            if one.n > 1
        )

    def metric(self, metric_id: str) -> MetricAnswer | None:
        """What was reported in one metric; None where nothing was."""
        return next((one for one in self.answer.metrics if one.metric == metric_id), None)

    def metric_url(self, metric_id: str, endpoint: str = "outcomes.metric") -> str:
        """The page of one metric for the same selection, or its file."""
        return outcomes_url(self.chosen.profile, self.chosen.query, endpoint, metric=metric_id)

    def url(self, endpoint: str = "outcomes.outcomes") -> str:
        """The page of all metrics for the same selection, or its file."""
        return outcomes_url(self.chosen.profile, self.chosen.query, endpoint)

    def tally(self, metric: MetricAnswer, kind: Term) -> Tally:
        """What one kind of document reports in a metric, counted by case."""
        n_cases = metric.n_by_evidence.get(kind.id, 0)
        findings = [one for one in _findings(metric) if one.evidence == kind.id]
        return self._tally(kind, n_cases, findings)

    def parts(self, metric: MetricAnswer) -> tuple[Part, ...]:
        """A metric by kind of document, in the order of the vocabulary."""
        by_kind = (self._part(metric, kind) for kind in self.taxonomy.reporting)
        return tuple(part for part in by_kind if part.tally.n_cases)

    def n_figures(self, metric: MetricAnswer) -> int:
        """How many figures were reported in a metric."""
        return sum(one.n for one in metric.distributions)

    def measure(self, figures: FiguresAnswer) -> str:
        """What figures measure: ``Rise, in percent``."""
        return words.measure_words(figures, self.taxonomy)

    def median(self, figures: FiguresAnswer) -> Figure | None:
        """The figure in the middle; None of a figure alone."""
        return words.median(figures, self.taxonomy)

    def range(self, figures: FiguresAnswer) -> Figure:
        """From the lowest to the highest figure."""
        return words.figure_range(figures, self.taxonomy)

    def plot(self, figures: FiguresAnswer) -> DotPlot:
        """The figures on one axis."""
        return words.plotted(figures, self.taxonomy)

    def depends_on_size(self, figures: FiguresAnswer) -> bool:
        """Whether figures are the larger the larger those are who report them."""
        return words.depends_on_size(figures, self.taxonomy)

    def years(self, findings: Iterable[ReportedFinding]) -> str:
        """Of what time some findings are: ``reported 1998``."""
        return years(findings)

    def authors(self, figures: FiguresAnswer) -> str:
        """Who wrote the sources of a chart, each with its year, once."""
        works = (self.references.get(one.result.source) for one in figures.findings)
        names = (f"{work.authors or work.title} {work.year}".strip() for work in works if work)
        return "; ".join(dict.fromkeys(names))

    def source(self, finding: ReportedFinding) -> str:
        """Who wrote it, when, and where it stands."""
        return words.source_text(finding.result, self.references)

    def _part(self, metric: MetricAnswer, kind: Term) -> Part:
        groups = [one for one in metric.distributions if one.evidence == kind.id]
        in_words = [one for one in metric.in_words if one.evidence == kind.id]
        return Part(
            kind=kind,
            tally=self.tally(metric, kind),
            together=tuple(one for one in groups if one.n > 1),
            alone=tuple(one.findings[0] for one in groups if one.n == 1),
            in_words=tuple(in_words),
        )

    def _tally(self, kind: Term, n_cases: int, findings: Sequence[ReportedFinding]) -> Tally:
        if self.is_part:  # then which way it went is known of some only
            return Tally(kind=kind, n_cases=n_cases, ways="")
        by_way = Counter(sign for _, sign in {(one.case, self._sign(one)) for one in findings})
        ways = [f"{by_way[sign]:,} {way}" for sign, way in _WAYS.items() if by_way[sign]]
        return Tally(kind=kind, n_cases=n_cases, ways=", ".join(ways))

    def _sign(self, finding: ReportedFinding) -> int:
        return self.taxonomy.sign(finding.result.direction)


def outcomes_page(chosen: Selection, answer: OutcomesAnswer, current: Searcher) -> OutcomesPage:
    """The page of an answer; its cases are those of ``current``."""
    return OutcomesPage(
        title=selection_title(chosen, current.taxonomy),
        chosen=chosen,
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


def _findings(metric: MetricAnswer) -> tuple[ReportedFinding, ...]:
    """Everything that was reported in a metric."""
    figures = (finding for one in metric.distributions for finding in one.findings)
    return (*figures, *metric.in_words)
