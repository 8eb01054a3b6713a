"""What the rules of ``kb check`` say of a case in the making, each at its field of the form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from weakref import WeakKeyDictionary

from kb.content.case_form import Written, case_form, field_named, names_in
from kb.content.proposal import Proposal, begun_case, read_proposal, surroundings_of
from kb.content.readings import Surroundings
from kb.errors import WARNING, Problem
from kb.model.cases import Case
from kb.search.searcher import Searcher
from web.contribute.draft import (
    ID,
    LONGEST_ID,
    OTHER,
    CaseDraft,
    headings_of,
    text_name,
)

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)+")
#: So many names are asked for one that is the same.
_LOOKED_AT = 20
#: The rule on the path of a file, which is the address of a case.
OF_ID = "file-name-not-an-id"


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
    by_name: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether nothing keeps it from being taken."""
        return not self.faults

    @property
    def case_id(self) -> str:
        """The id, if it is one: only such an id becomes a name of a file or part of an address."""
        return self.draft.id if is_id(self.draft.id) else ""


def is_id(text: str) -> bool:
    """Whether a text is the id of a case: a folder and a name."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def checked(draft: CaseDraft, searcher: Searcher) -> Checked:
    """Check a case in the making against the compendium that is served."""
    draft = draft.with_proposed_id(searcher.taxonomy)
    written = draft.written()
    around = _surroundings(searcher)
    case_id = draft.id if is_id(draft.id) else "case"
    proposal = read_proposal(
        written.text.encode(),
        case_id,
        around,
        same_title=_same_title(draft.title, case_id, searcher),
        today=date.today(),
    )
    names = _names(draft, searcher)
    faults, hints = _id_faults(draft), []
    for problem in proposal.problems:
        fault = Fault(
            name=_place(problem, written, names, headings_of(searcher.taxonomy)),
            sentence=_sentence(problem),
            rule=problem.rule,
        )
        (hints if problem.severity == WARNING else faults).append(fault)
    begun = proposal.case
    if begun is None and proposal.draft is not None:
        begun = begun_case(proposal.draft, around)
    order = {name: place for place, name in enumerate(names)}
    faults.sort(key=lambda fault: order.get(fault.name, len(order)))
    by_name: dict[str, tuple[str, ...]] = {}
    for fault in (*faults, *hints):
        by_name[fault.name] = (*by_name.get(fault.name, ()), fault.sentence)
    return Checked(
        draft=draft,
        written=written,
        faults=tuple(faults),
        hints=tuple(hints),
        case=begun,
        proposal=proposal,
        replaces=searcher.compendium.by_id.get(case_id),
        by_name=by_name,
    )


def _names(draft: CaseDraft, searcher: Searcher) -> Mapping[str, None]:
    """The places of the form, in its order, with the fields that hold others."""
    fields = list(names_in(draft.texts))
    groups = [one.name for one in case_form()]
    texts = [text_name(n) for n, _ in enumerate(headings_of(searcher.taxonomy), 1)]
    inner = {
        name.rsplit(".", depth)[0] for name in fields for depth in range(1, name.count(".") + 1)
    }
    return dict.fromkeys((ID, *fields, *groups, *sorted(inner), *texts, OTHER))


def _place(
    problem: Problem, written: Written, names: Mapping[str, None], headings: Sequence[str]
) -> str:
    """The field of the form in which a problem is mended; empty for none."""
    if problem.rule == OF_ID:
        return ID
    if problem.field:
        return field_named(problem.field, names)
    section = written.section_at(problem.line)
    if section is None:
        return text_name(1) if problem.line > 1 else ""
    return text_name(section + 1) if section < len(headings) else OTHER


def _sentence(problem: Problem) -> str:
    """What ``kb check`` says, from its first letter on in a capital."""
    return problem.message[:1].upper() + problem.message[1:]


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
            f"such as norway/boat-builders, not {draft.id[:60]!a}."
        )
    else:
        return []
    return [Fault(name=ID, sentence=sentence, rule=OF_ID)]


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
