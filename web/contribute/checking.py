"""What the rules of ``kb check`` say of a case in the making, each at its field of the form.

The sentences are those of the form (``wording``): the rules are the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

from kb.content.case_form import Written, case_form, field_named, names_in
from kb.content.proposal import (
    Proposal,
    begun_case,
    is_refused,
    read_proposal,
    surroundings_of,
)
from kb.content.readings import Surroundings
from kb.errors import WARNING, Problem
from kb.model.cases import Case
from kb.model.english import quoted
from kb.search.searcher import Searcher
from web.contribute.draft import (
    ID,
    LONGEST_ID,
    OTHER,
    CaseDraft,
    headings_of,
    text_name,
)
from web.contribute.form import in_order
from web.contribute.wording import Told, sentence

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)+")
#: So many names are asked for one that is the same.
_LOOKED_AT = 20
#: The rules on the path of a file, which is the address of a case.
NO_ID = "file-name-not-an-id"
#: A new case has the address of another one.
TAKEN = "address-taken"
OF_ID = (NO_ID, "folder-of-another-country")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong: the sentence, and the field of the form to mend it in; empty for none."""

    name: str
    sentence: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A case in the making, checked.

    Attributes:
        draft: what was checked.
        written: its file.
        faults: everything that keeps it from being taken, in the order of the form.
        hints: what is worth a look, and keeps nothing from happening.
        case: what it would be; what of it is a case already, where something is wrong.
        proposal: what was read.
        replaces: the case that has its address now; None where there is none.
    """

    draft: CaseDraft
    written: Written
    faults: tuple[Fault, ...]
    hints: tuple[Fault, ...]
    case: Case | None
    proposal: Proposal
    replaces: Case | None = None

    @property
    def faults_at(self) -> Mapping[str, tuple[str, ...]]:
        """The sentences on what is wrong, by the field."""
        return _by_name(self.faults)

    @property
    def hints_at(self) -> Mapping[str, tuple[str, ...]]:
        """The sentences on what is worth a look, by the field."""
        return _by_name(self.hints)

    @property
    def is_sound(self) -> bool:
        """Whether nothing keeps it from being taken."""
        return not self.faults

    @property
    def case_id(self) -> str:
        """The id, if it is one: only such an id becomes a name of a file or part of an address."""
        return self.draft.id if is_id(self.draft.id) else ""


def _by_name(faults: Sequence[Fault]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for fault in faults:
        found[fault.name] = (*found.get(fault.name, ()), fault.sentence)
    return found


def is_id(text: str) -> bool:
    """Whether a text is the id of a case: a folder and a name."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def checked(draft: CaseDraft, searcher: Searcher) -> Checked:
    """Check a case in the making against the compendium that is served."""
    draft = draft.with_proposed_id(searcher.taxonomy)
    written = draft.written()
    around, by_id = _surroundings(searcher), searcher.compendium.by_id
    case_id = draft.id if is_id(draft.id) else "case"
    proposal = read_proposal(
        written.text.encode(),
        case_id,
        around,
        same_title=_same_title(draft.title, case_id, searcher),
        today=date.today(),
    )
    names = in_order(_names(draft, searcher))
    place = _Places(
        proposal=proposal,
        written=written,
        names=frozenset(names),
        headings=headings_of(searcher.taxonomy),
    )
    replaces = by_id.get(case_id)
    faults, hints = [*_id_faults(draft), *_taken_by(draft, replaces)], []
    for problem in proposal.problems:
        name = place.of(problem)
        told = Told(
            problem=problem,
            name=name,
            taxonomy=searcher.taxonomy,
            title_of=lambda one: case.title if (case := by_id.get(one)) else "",
        )
        fault = Fault(name=name, sentence=sentence(told), rule=problem.rule)
        is_hint = problem.severity == WARNING and not is_refused(problem)
        (hints if is_hint else faults).append(fault)
    begun = proposal.case
    if begun is None and proposal.draft is not None:
        begun = begun_case(proposal.draft, around)
    order = {name: place for place, name in enumerate(names)}
    faults.sort(key=lambda fault: order.get(fault.name, len(order)))
    return Checked(
        draft=draft,
        written=written,
        faults=tuple(faults),
        hints=tuple(hints),
        case=begun,
        proposal=proposal,
        replaces=replaces,
    )


def _names(draft: CaseDraft, searcher: Searcher) -> Collection[str]:
    """The places of the form, with the fields that hold others."""
    fields = list(names_in(draft.texts))
    groups = [one.name for one in case_form()]
    texts = [text_name(n) for n, _ in enumerate(headings_of(searcher.taxonomy), 1)]
    inner = {
        name.rsplit(".", depth)[0] for name in fields for depth in range(1, name.count(".") + 1)
    }
    return dict.fromkeys((ID, *fields, *groups, *sorted(inner), *texts, OTHER))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where in the form something is mended.

    Attributes:
        proposal: the file as it was read.
        written: the file as the form wrote it.
        names: the places of the form.
        headings: those of a case.
    """

    proposal: Proposal
    written: Written
    names: Collection[str]
    headings: Sequence[str]

    def of(self, problem: Problem) -> str:
        """The field of the form in which a problem is mended; empty for none."""
        if problem.rule in OF_ID:
            return ID
        if problem.field:
            return field_named(problem.field, self.names)
        section = self.written.section_at(problem.line)
        if section is not None:
            return text_name(section + 1) if section < len(self.headings) else OTHER
        if field := self.proposal.field_at(problem.line):
            return field_named(field, self.names)
        return text_name(1) if problem.line > 1 else ""


def _id_faults(draft: CaseDraft) -> list[Fault]:
    """What is wrong with the address; no path is ever made of one that is none."""
    if not draft.id and not draft.title:
        return []  # it is made of the title, and that is told to be missing
    if not draft.id:
        sentence = (
            "The address must be given: a country and a short name, such as norway/boat-builders."
        )
    elif len(draft.id) > LONGEST_ID:
        sentence = f"The address must be at most {LONGEST_ID} characters, not {len(draft.id)}."
    elif not is_id(draft.id):
        sentence = (
            "The address must be a folder and a name in lower case letters, digits and hyphens, "
            f"such as norway/boat-builders, not {quoted(draft.id[:60])}."
        )
    else:
        return []
    return [Fault(name=ID, sentence=sentence, rule=NO_ID)]


def _taken_by(draft: CaseDraft, other: Case | None) -> list[Fault]:
    """That a case has the address already, where this is not said to be a new text of it."""
    if other is None or draft.is_change:
        return []
    sentence = (
        f"The address must be a new one: “{other.title}” has {other.id} already. Choose another "
        "short name, or tick below that you are changing that case."
    )
    return [Fault(name=ID, sentence=sentence, rule=TAKEN)]


def _same_title(title: str, case_id: str, searcher: Searcher) -> str:
    """The id of another case that has just this title; empty where none has."""
    folded = " ".join(title.split()).casefold()
    if not folded:
        return ""
    compendium = searcher.compendium
    found = searcher.names.fitting(
        folded, searcher.taxonomy, compendium.holdings.cases, most=_LOOKED_AT
    )
    for entry in (*found.cases, *found.guides):
        if entry.title.casefold() == folded and entry.id != case_id:
            return entry.id
    return ""


#: Made once for each snapshot, and gone with it.
_MADE: WeakKeyDictionary[Searcher, Surroundings] = WeakKeyDictionary()


def _surroundings(searcher: Searcher) -> Surroundings:
    if searcher not in _MADE:
        _MADE[searcher] = surroundings_of(searcher.compendium)
    return _MADE[searcher]
