"""All content of a compendium as one record: what is read, built, opened and searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from kb.model.calibration import Calibration
from kb.model.cases import Case, Reference, Withdrawn
from kb.model.facets import COLLECTION_FACET
from kb.model.holdings import Holdings, Part, holdings, outline_of
from kb.model.packs import Course, Pack, packs_by_case
from kb.model.people import People
from kb.model.relevance import Report
from kb.model.self_check import SelfCheck
from kb.model.site import Site
from kb.model.taxonomy import Taxonomy, Term
from kb.model.tools import Tool
from kb.model.word_table import WordTable


@dataclass(frozen=True, kw_only=True)
class Compendium:
    """The content of a compendium.

    Attributes:
        cases: in the order of their ids.
        taxonomy: the vocabulary, with ``countries``, those that occur.
        references: the works that cases name, by key.
        site: what it says of itself.
        self_check: None where the compendium has none.
        people: people and organisations that its sources name; None where it lists none.
        glossary: words of other languages; empty where it has none.
        phrases: types of project, and how owners say that they want them.
        wanted: what readers asked for and nothing answers, to the questions that asked for it.
        calibration: how evidence becomes a score; None where its encoders have none.
        relevance: the published figures; None where there are none.
        codebook: how cases are classified, in Markdown; empty where it has none.
        policy: what is taken up, and how it is dealt with, in Markdown; empty where it has none.
        tools: what a firm or a broker fills in or looks up, by their places; it may have none.
        packs: reading lists, those with a teaching note by their sessions; it may have none.
        course: a syllabus made of them; None where it has none.
        aliases: ids under which cases stood before, to the ids under which they stand now.
        withdrawn: the cases that were withdrawn, by id; they are none of ``cases``.
        index: the cases by id, where something better than a table in memory is at hand.
        counted: what it holds, where that was counted already.

    In a snapshot ``cases`` and ``references`` are read one by one when they are asked for.
    """

    cases: Sequence[Case]
    taxonomy: Taxonomy
    references: Mapping[str, Reference]
    site: Site = field(default_factory=Site)
    self_check: SelfCheck | None = None
    people: People | None = None
    glossary: WordTable = field(default_factory=WordTable)
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    calibration: Calibration | None = None
    relevance: Report | None = None
    codebook: str = ""
    policy: str = ""
    tools: tuple[Tool, ...] = ()
    packs: tuple[Pack, ...] = ()
    course: Course | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    withdrawn: Mapping[str, Withdrawn] = field(default_factory=dict)
    index: Mapping[str, Case] | None = None
    counted: Holdings | None = None

    @cached_property
    def by_id(self) -> Mapping[str, Case]:
        """The cases by id, in their order."""
        return {case.id: case for case in self.cases} if self.index is None else self.index

    def id_now(self, case_id: str) -> str:
        """The id under which a case stands, by an id that it has or had; empty if it is no more."""
        now = self.aliases.get(case_id, case_id)
        return now if now in self.by_id else ""

    @cached_property
    def pack_by_id(self) -> Mapping[str, Pack]:
        """The packs by their ids."""
        return {pack.id: pack for pack in self.packs}

    @cached_property
    def sessions_of(self) -> Mapping[str, tuple[Pack, ...]]:
        """The sessions that a document is taught in, by its id: packs with a teaching note."""
        return packs_by_case(self.packs)

    @cached_property
    def holdings(self) -> Holdings:
        """What it holds, counted."""
        if self.counted is not None:
            return self.counted
        years = {key: work.year for key, work in self.references.items()}
        return holdings(map(outline_of, self.cases), years)

    @property
    def updated(self) -> str:
        """The day on which the latest case came in; empty where no case says when it did."""
        return self.holdings.updated

    @property
    def has_planned(self) -> bool:
        """Whether some case tells of a project as an aim only."""
        return self.holdings.has_planned

    @cached_property
    def guides(self) -> tuple[Case, ...]:
        """The guides, in the order of their ids."""
        return tuple(self.by_id[guide] for guide in self.holdings.guides)

    @property
    def collections(self) -> tuple[tuple[Term, Part], ...]:
        """Each collection that has documents with what it holds, in the order of the vocabulary."""
        held = self.holdings.collections
        return tuple(
            (term, held[term.id])
            for term in self.taxonomy.facet(COLLECTION_FACET)
            if term.id in held
        )
