"""The controlled vocabulary, as ``cases/taxonomy.yaml`` holds it.

A ``Vocabulary`` is one ordered list of terms (the network types, say); the
``Taxonomy`` holds them all by the name of their list in the file. Collections, which a
file of their own names, are one list more.

No code knows a term by its id. What it has to know of one is a property of the term:
``docs/vocabulary.md`` explains each, and what stands for it where a compendium does not
give it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product

from kb.errors import QueryError
from kb.model.cases import Case
from kb.model.english import article, capital, in_line, slug
from kb.model.facets import COLLECTION_FACET, FACET_LISTS, FACETS, MADE_FACETS

#: The lists that the file must hold.
LISTS: tuple[str, ...] = (
    "kinds",
    "types",
    "forms",
    "projects",
    "formations",
    "levels",
    "metrics",
    "units",
    "directions",
    "statuses",
    "sectors",
)

#: The divisions of the classification by which sectors are told apart.
DIVISIONS = "divisions"

#: For whom a session is taught.
TEACHING_LEVELS = "teaching_levels"

#: Lists that it may hold: ``countries`` gives ISO 3166 codes further names, ``guide_parts``
#: are the headings under which guides are read, ``divisions`` those of the classification
#: whose codes the sectors carry, ``teaching_levels`` those for whom sessions are taught.
OPTIONAL_LISTS: tuple[str, ...] = ("countries", "guide_parts", DIVISIONS, TEACHING_LEVELS)

#: The list of the collections, which ``cases/collections.yaml`` gives.
COLLECTIONS = FACET_LISTS[COLLECTION_FACET]
#: The lists that the file of the vocabulary does not hold, but for countries.
MADE_LISTS: tuple[str, ...] = tuple(FACET_LISTS[facet] for facet in MADE_FACETS)

#: The parts that a kind of document can play: what the compendium is about, or what explains
#: and reports nothing.
SUBJECT, GUIDE = "subject", "guide"
ROLES: tuple[str, ...] = (SUBJECT, GUIDE)

#: What a figure in a unit is a figure of: see ``kb.model.quantities``.
CHANGE, RATE, USUAL, SHARE = "change", "rate", "usual", "share"
MULTIPLE, PROPORTION, PLACE, RATING = "multiple", "proportion", "place", "rating"
MONEY, AMOUNT = "money", "amount"
MEASURES: tuple[str, ...] = (
    *(CHANGE, RATE, USUAL, SHARE),
    *(MULTIPLE, PROPORTION, PLACE, RATING),
    *(MONEY, AMOUNT),
)

#: Which way a direction goes.
SIGNS: Mapping[str, int] = {"plus": 1, "minus": -1, "none": 0}

#: How it ended, so that the site can give a status its look.
GOOD, EVEN, WARNING = "good", "even", "warning"
TONES: tuple[str, ...] = (GOOD, EVEN, WARNING)

#: The marks of types: each a colour and a shape. The last one serves every type beyond the others.
MARKS: tuple[str, ...] = ("bars", "peak", "plus", "star", "halves", "ring", "diamond", "dot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What owners call their trade: several of them, and one. A mass noun is both."""

    plural: str
    singular: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A class of an official classification of economic activities: its code and its title."""

    code: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One value: what a file and a URL carry (id), and what a reader sees (label).

    Beyond ``group`` stand the properties; each list has its own, and a term of another
    list has the default. ``sign`` is 1, -1 or 0. ``trades`` are understood as names of the
    term, and are no words of its cases: a case of butchers says nothing of bakers. ``foreign``
    are names in other languages: understood where a value is asked for, and no words either.
    ``materials`` tell which firms speak where these do not say what they are. ``products`` are
    further things and trades that people ask for: a search tells those of them that no case says,
    and they are no names of the term. ``near`` are ids of sectors, nearest first, whose cases are
    of use where none is of this one.
    """

    id: str
    label: str
    definition: str = ""
    aliases: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    group: str = ""
    role: str = ""
    plural: str = ""
    evidence: str = ""
    short: str = ""
    means: str = ""
    said: str = ""
    phrase: str = ""
    mark: str = MARKS[-1]
    public_money: bool | None = None
    least_members: int | None = None
    most_members: int | None = None
    notice: str = ""
    written: str = ""
    singular: str = ""
    measures: str = AMOUNT
    plain: int = 0
    currency: str = ""
    sign: int = 0
    tone: str = ""
    trades: tuple[Trade, ...] = ()
    materials: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    activities: tuple[Activity, ...] = ()
    sought: bool = True
    near: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every spelling that means it, in any language: id, label, aliases and trades."""
        return (self.id, self.label, *self.aliases, *self.trade_names, *self.foreign)

    @property
    def trade_names(self) -> tuple[str, ...]:
        """Its trades, several and one of each."""
        names = (name for trade in self.trades for name in (trade.plural, trade.singular))
        return tuple(dict.fromkeys(names))

    @property
    def in_line(self) -> str:
        """The label inside a sentence: lower case, unless it begins as an abbreviation does."""
        return in_line(self.label)

    @property
    def one(self) -> str:
        """One of it inside a sentence: ``a network``."""
        return f"{self.article} {self.in_line}"

    @property
    def article(self) -> str:
        """The indefinite article before the label in a sentence."""
        return article(self.in_line)

    @property
    def many(self) -> str:
        """Several of it, inside a sentence: ``plural``, or the label with its ending changed."""
        if self.plural:
            return self.plural
        word = self.in_line
        return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"

    @property
    def headed(self) -> str:
        """The heading over what documents of this kind report: ``evidence``, or several of it."""
        return self.evidence or capital(self.many)

    @property
    def beside_mark(self) -> str:
        """The label where a mark or a noun already says what it is of: ``short``, or the label."""
        return self.short or self.label


#: A spelling of at most as many letters is a code or an abbreviation, and no word.
LONGEST_CODE = 3


@lru_cache(maxsize=10_000)  # the same spellings are looked for again and again
def fold(text: str) -> str:
    """A spelling-insensitive form: case, spaces, hyphens and underscores do not count."""
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """One ordered list of terms."""

    name: str
    terms: tuple[Term, ...]

    @cached_property
    def _by_id(self) -> Mapping[str, Term]:
        return {term.id: term for term in reversed(self.terms)}

    @cached_property
    def _by_spelling(self) -> Mapping[str, str]:
        """The id of the first term that a folded spelling means."""
        found: dict[str, str] = {}
        for term in self.terms:
            for name in (term.id, term.label, *term.aliases, *term.trade_names):
                found.setdefault(fold(name), term.id)
        for term in self.terms:  # no name in another language takes the place of one above
            for name in term.foreign:
                found.setdefault(fold(name), term.id)
        return found

    @cached_property
    def currencies(self) -> Mapping[str, str]:
        """The code of each currency that a unit is of, by every folded name of it."""
        return {
            spelling.casefold(): unit.currency
            for unit in self.terms
            if unit.currency
            for spelling in (
                *(unit.currency, unit.label, *unit.aliases),
                re.sub(r"[\d ]", "", unit.written),
            )
        }

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids in the order of the file."""
        return tuple(term.id for term in self.terms)

    def get(self, term_id: str) -> Term | None:
        """The term with this id, None if there is none."""
        return self._by_id.get(term_id)

    def term(self, term_id: str) -> Term:
        """The term with this id; one that there is not is called by its id."""
        return self.get(term_id) or Term(id=term_id, label=term_id)

    def label(self, term_id: str) -> str:
        """The label of an id, the id itself if unknown."""
        return self.term(term_id).label

    def canonical(self, spelling: str) -> str | None:
        """The id that an id, label or alias means, in any case; None if unknown."""
        return self._by_spelling.get(fold(spelling))

    def asked(self, spelling: str, parameter: str) -> str:
        """The id that a request means by a parameter.

        Raises:
            QueryError: there is none; names the nearest ids and every other.
        """
        term_id = self.canonical(spelling)
        if term_id is None:
            nearest = self.nearest(spelling)
            allowed = tuple(dict.fromkeys((*nearest, *self.ids)))
            hint = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
            raise QueryError(
                f"{parameter} has no value {spelling[:60]!r}.{hint} "
                f"Allowed are {', '.join(allowed)}.",
                parameter=parameter,
                value=spelling,
                allowed=allowed,
            )
        return term_id

    def nearest(self, spelling: str, most: int = 3) -> tuple[str, ...]:
        """Ids that look most like a wrong spelling, nearest first; may be empty.

        Two codes are never alike: one that shares a letter with another means something else.
        """
        is_code = len(spelling.strip()) <= LONGEST_CODE
        names = {}
        for term in self.terms:
            for name in term.names:
                if not (is_code and len(name) <= LONGEST_CODE):
                    names.setdefault(fold(name), term.id)
        typed = fold(spelling)[:80]
        close = difflib.get_close_matches(typed, names, n=most * 3, cutoff=0.5)
        return tuple(dict.fromkeys(names[name] for name in close if _is_near(typed, name)))[:most]


#: Two names are near if so much of them is alike, or of a word of each; and if a word of each
#: begins with the same letters, so many: "purchase" is near to "joint purchasing", "raining" to
#: "staff training", and Atlantis to no country.
_ALIKE, _BEGINNING = 0.7, 4


def _is_near(typed: str, name: str) -> bool:
    words = [
        [word for word in re.findall(r"\w+", text) if len(word) >= _BEGINNING]
        for text in (typed, name)
    ]
    return _are_alike(typed, name) or any(
        one[:_BEGINNING] == other[:_BEGINNING] or _are_alike(one, other)
        for one, other in product(*words)
    )


def _are_alike(one: str, other: str) -> bool:
    return difflib.SequenceMatcher(None, other, one).ratio() >= _ALIKE


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """Every vocabulary by the name of its list (``LISTS``), plus ``countries`` in a snapshot.

    There ``world`` holds every country, so that one without a case is known as a country.
    """

    vocabularies: Mapping[str, Vocabulary]
    world: Vocabulary = Vocabulary(name="world", terms=())

    def __getitem__(self, name: str) -> Vocabulary:
        """The list of this name; one that may be left out and is, holds no term."""
        if name in (*OPTIONAL_LISTS, *MADE_LISTS) and name not in self.vocabularies:
            return Vocabulary(name=name, terms=())
        return self.vocabularies[name]

    @property
    def facets(self) -> tuple[str, ...]:
        """The facets of this compendium: all, but for those that are made and have no value."""
        return tuple(
            facet for facet in FACETS if facet not in MADE_FACETS or self[FACET_LISTS[facet]].terms
        )

    def facet(self, facet: str) -> Vocabulary:
        """The vocabulary behind a facet of ``kb.model.facets.FACETS``."""
        return self[FACET_LISTS[facet]]

    def term(self, facet: str, value: str) -> Term:
        """The term of a facet's value, of a country without a case too."""
        if facet == "country" and self.facet(facet).get(value) is None:
            return self.world.term(value)
        return self.facet(facet).term(value)

    def terms(self, facet: str, case: Case) -> tuple[Term, ...]:
        """What a case has in a facet, in the order of its file."""
        return tuple(self.term(facet, value) for value in case.facets.get(facet, ()))

    def label(self, facet: str, value: str) -> str:
        """The label of a facet's value."""
        return self.term(facet, value).label

    def as_then(self, terms: Mapping[str, Iterable[Term]]) -> Taxonomy:
        """The vocabulary with some terms as they were for an earlier text, by list.

        A term that is no more stands after the others of its list.
        """
        vocabularies = dict(self.vocabularies)
        for name, some in terms.items():
            own = {term.id: term for term in some}
            kept = tuple(own.pop(term.id, term) for term in self[name])
            vocabularies[name] = Vocabulary(name=name, terms=(*kept, *own.values()))
        return replace(self, vocabularies=vocabularies)

    def every(self, facet: str) -> Vocabulary:
        """Every term of a facet, in the order to show; of countries those of the world, by name."""
        held = self.facet(facet)
        if facet != "country":
            return held
        others = (term for term in self.world if held.get(term.id) is None)
        by_letter = sorted((*held, *others), key=lambda term: (slug(term.label), term.label))
        return Vocabulary(name=held.name, terms=tuple(by_letter))

    def slug(self, facet: str, value: str) -> str:
        """What an address calls a facet's value: its id, and a country its name."""
        return slug(self.label(facet, value)) if facet == "country" else value

    def of_slug(self, facet: str, spelling: str) -> Term | None:
        """The term that an address calls so: by its slug, or by any of its names in any case."""
        every = self.every(facet)
        wanted = slug(spelling)
        named = next((one for one in every if slug(self.slug(facet, one.id)) == wanted), None)
        return named or every.get(every.canonical(spelling) or "")

    def asked(self, facet: str, spelling: str, parameter: str) -> str:
        """The id that a request means by a value of a facet; of a country without a case too.

        Raises:
            QueryError: there is none; names the nearest ids and every other.
        """
        term_id = self.facet(facet).canonical(spelling)
        if term_id is None and facet == "country":
            term_id = self.world.canonical(spelling)
        return term_id or self.facet(facet).asked(spelling, parameter)

    @property
    def subject(self) -> Term:
        """The kind of document that the compendium is about; plain cases where none is named."""
        kinds = self.vocabularies["kinds"]
        return next((kind for kind in kinds if kind.role == SUBJECT), Term(id="", label="Case"))

    @property
    def guide(self) -> Term:
        """The first kind of document that is a guide; plain guides where none is."""
        kinds = self.vocabularies["kinds"]
        return next((kind for kind in kinds if kind.role == GUIDE), Term(id="", label="Guide"))

    @property
    def reporting(self) -> tuple[Term, ...]:
        """The kinds of document that report results, in the order to show: all but guides."""
        return tuple(kind for kind in self.vocabularies["kinds"] if kind.role != GUIDE)

    def filled(self, sentence: str) -> str:
        """A sentence with the names of kinds in it.

        ``{subject}`` is what the compendium is about, ``{a_subject}`` one of it and
        ``{subjects}`` several; ``{guide}``, ``{guides}`` and ``{Guides}`` are its guides.
        """
        return sentence.format_map(names_of_kinds(self.subject, self.guide))

    def unit(self, unit_id: str) -> Term:
        """A unit; one that the vocabulary does not hold counts things by its id."""
        unit = self.vocabularies["units"].get(unit_id)
        return unit or Term(id=unit_id, label=unit_id.replace("-", " "))

    def sign(self, direction: str) -> int:
        """Which way a direction goes: 1, -1 or 0."""
        term = self.vocabularies["directions"].get(direction)
        return term.sign if term else 0

    def direction(self, sign: int) -> str:
        """The id of the first direction that goes this way, empty if none does."""
        directions = self.vocabularies["directions"]
        return next((term.id for term in directions if term.sign == sign), "")

    def unit_of(self, measures: str) -> str:
        """The id of the first unit that measures this, empty if none does."""
        units = self.vocabularies["units"]
        return next((term.id for term in units if term.measures == measures), "")

    def public_money(self, formations: Iterable[str]) -> tuple[bool, bool]:
        """Whether some way of coming to be brought public money, and whether some brought none."""
        terms = [self.vocabularies["formations"].get(formation) for formation in formations]
        known = {term.public_money for term in terms if term is not None}
        return True in known, False in known


@lru_cache(maxsize=16)
def names_of_kinds(subject: Term, guide: Term) -> Mapping[str, str]:
    """What ``Taxonomy.filled`` puts into a sentence."""
    return {
        "subject": subject.in_line,
        "a_subject": subject.one,
        "subjects": subject.many,
        "guide": guide.in_line,
        "guides": guide.many,
        "Guides": capital(guide.many),
    }
