"""Words of a query that name a facet's value: "Norwegian", "exporting", "soft network".

They are offered as filters and given as reasons; nothing is filtered in silence. What a query
names and no case has, a country or a trade, is known as well, with the sectors nearest to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from kb.model.facets import FACETS, MADE_FACETS
from kb.model.taxonomy import DIVISIONS, LONGEST_CODE, Taxonomy, Term
from kb.model.world_regions import NAMES_IN_OTHER_LANGUAGES, WORLD_REGIONS, countries_of
from kb.text.analysis import Word, stem, tokens, words
from kb.text.english import is_english_word
from kb.text.folding import fold

#: Facets whose values people name. ``kind`` is left out, as "network" is in every query, and
#: ``results``, as sales and costs are; a collection is no subject.
MENTIONED_FACETS = tuple(
    facet for facet in FACETS if facet not in ("kind", "results", *MADE_FACETS)
)

#: Of what no case has, places and sectors are missed; other values nobody asks for by name.
_PLACE, _SECTOR = "country", "sector"

#: What stands before something that is aimed at or done, and after a country that is sold to.
_ON_THE_WAY = frozenset("to into towards".split())
_AS_MARKET = frozenset("market markets".split())

#: Nearest sectors that are named in place of one without a case.
_MOST_NEAR = 3

#: Countries that are words, too. In small letters they are meant where they stand at the end or
#: after "in" and the like, and before a word for firms.
_ALSO_WORDS = frozenset("chad china guinea jersey jordan polish turkey turkish".split())

#: Names that mostly mean something else, as in "building trust" and "the business environment":
#: they are meant where nothing else is asked, or before what tells of a trade. Other words of
#: their stems are no such name: "to emerge from a crisis", "emergency services".
_MOSTLY_OTHER = frozenset("build building converging emerging environment".split())
_THEIR_STEMS = frozenset(map(stem, _MOSTLY_OTHER))
_OF_A_TRADE = frozenset(
    "businesses companies company contractor contractors craft crafts firm firms industries "
    "industry sector sectors services site sites technologies technology trade trades".split()
)

#: Behind the name of a country: it tells of money, as "US$4 million" and "Danish kroner" do.
_SIGNS_OF_MONEY = "$€£"
_MONEY = frozenset(
    "dollar dollars euro euros franc francs krona krone kroner kronor peso pesos pound pounds "
    "rupee rupees shilling shillings yen yuan".split()
)
#: How a verb ends that has the stem of a country: "metal polishing" is not Polish.
_OF_A_VERB = ("ed", "er", "ers", "ing")

#: Before a country in small letters that is a word, too: "leather from china".
_BEFORE_A_PLACE = frozenset("across from in near of outside within".split())
#: Those of them that tell of people and things from there: "polish firms", but "polish shoes".
_OF_PEOPLE = frozenset("polish turkish".split())
_PEOPLE = _OF_A_TRADE | frozenset(
    "case cases cluster clusters consortia consortium cooperatives enterprises entrepreneurs "
    "exporters exports growers makers manufacturers network networks owners producers wineries "
    "workshops".split()
)
_MOST_BETWEEN = 3
_IN_A_LIST = frozenset(("and", "or"))
#: What such a word ends where it is a thing: "bone china", "nail polish".
_KINDS_OF_THINGS = frozenset(
    "apply bone floor fine furniture metal nail porcelain roast shoe silver to wax wood".split()
)
#: Things that are called after a country: "brazil nuts" need no case from Brazil.
_THINGS: Mapping[str, frozenset[str]] = {
    name: frozenset(things.split())
    for name, things in {
        "brazil": "nut nuts",
        "chinese": "wall walls whispers",
        "danish": "pastries pastry",
        "dutch": "auction auctions oven ovens",
        "french": "doors fries horn polish polisher polishers polishing toast windows",
        "guinea": "fowl pig pigs",
        "indian": "ink",
        "jersey": "cow cows fabric knit",
        "morocco": "leather",
        "panama": "hat hats",
        "swiss": "chard roll rolls",
        "turkish": "bath baths delight",
    }.items()
}

#: How words end that share the stem of a name and mean something else: "partially",
#: "fashionable", "germanic", "hospitalisation".
_DERIVED = re.compile(
    r"(?:ably|able|ibly|ible|ically|ical|ic|ly|isms?|is(?:e|es|ed|ing|ations?)|ness|ity|ities|ous"
    r"|ate|ful)\Z"
)

#: What parts of the label of a sector stand between.
_BETWEEN_PARTS = re.compile(r",|\sand\s")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One value of a facet that a query names: offered as a filter, never applied in silence."""

    facet: str
    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A place or a trade that a query names and no case has.

    ``value`` is empty for a trade of a sector that the vocabulary lacks. ``label`` is what it is
    called, a trade as it was asked for. ``nearest`` are values of the same facet that cases
    have, nearest first: for a trade the sectors that the vocabulary calls near to it.
    """

    facet: str
    value: str
    label: str
    nearest: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of the world that a text names; ``countries`` are those of it that have a case."""

    label: str
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What stands at a place of a text, from ``start`` to ``end``: values, or what is absent.

    Of a part of the world it is the ``region`` alone, which is no value of a facet.
    ``is_part`` where the words are what some firms of a sector call their trade, which is less than
    the sector: bakers are not all who make food.
    """

    start: int
    end: int
    mentions: tuple[Mention, ...] = ()
    absent: tuple[Absent, ...] = ()
    region: Region | None = None
    is_part: bool = False


class MentionFinder:
    """Finds what a text names, by the vocabulary of one compendium."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        values: Mapping[str, tuple[str, ...]],
    ) -> None:
        """Prepare the phrases.

        Args:
            taxonomy: labels, aliases and trades, and the countries of the world.
            values: facet to the values that at least one case has.
        """
        self._taxonomy = taxonomy
        self._phrases: dict[tuple[str, ...], list[Mention]] = {}
        self._absent: dict[tuple[str, ...], list[Absent]] = {}
        #: The phrases that name a whole value, and not a trade in it.
        self._whole: set[tuple[str, ...]] = set()
        #: Names of one word as they are written, for what is derived of them.
        self._written: set[str] = set()
        #: What a part of a sector's label names to who leaves it out: "tourism".
        self._parts: dict[tuple[str, ...], list[Mention]] = {}
        self._absent_trades: set[tuple[str, ...]] = set()
        for facet in MENTIONED_FACETS:
            for term in taxonomy.facet(facet):
                if term.id in values.get(facet, ()):
                    self._add_value(facet, term)
        self._add_places(taxonomy, values.get(_PLACE, ()))
        self._add_sectors(taxonomy, values.get(_SECTOR, ()))
        self._regions = _regions(taxonomy, values.get(_PLACE, ()))
        self._longest = self._longest_name

    @cached_property
    def places(self) -> Mapping[str, str]:
        """What countries are called in other languages, folded, to their English names.

        One word each; none that is English too ("Island"), or that two countries have.
        """
        places: dict[str, set[str]] = {}
        for term in self._taxonomy.every(_PLACE):
            own = term.label.partition(",")[0]
            foreign = (name for name in map(fold, term.foreign) if not is_english_word(name))
            for name in (fold(own), *foreign):
                if name and " " not in name:
                    places.setdefault(name, set()).add(own)
        return {name: min(labels) for name, labels in places.items() if len(labels) == 1}

    @cached_property
    def parts_of_the_world(self) -> Mapping[str, str]:
        """What parts of the world are called in other languages, folded, to their English names.

        Of those of which the vocabulary has any country.
        """
        known = {one.label for one in self._regions.values()}
        return {
            fold(name): label
            for label, names in NAMES_IN_OTHER_LANGUAGES.items()
            for name in names
            if label in known
        }

    @cached_property
    def places_and_parts(self) -> Mapping[str, str]:
        """``places`` with the parts of the world that are called in one word in English.

        Who writes in another language may call them so, too: "Maghreb".
        """
        parts = {one for one in self.parts_of_the_world.values() if " " not in one}
        return {**{fold(one): one for one in parts}, **self.places}

    @property
    def _longest_name(self) -> int:
        return max(map(len, (*self._phrases, *self._absent, *self._regions)), default=0)

    def _add_value(self, facet: str, term: Term) -> None:
        mention = Mention(facet=facet, value=term.id, label=term.label)
        for name in (term.label, *term.aliases):
            _add(self._phrases, tokens(name), mention)
            self._whole.add(tokens(name))
        for name in term.trade_names:
            _add(self._phrases, tokens(name), mention)
        for name in (term.label, *term.aliases, *term.trade_names):
            self._written.update(_forms_of(name))
        for name in _parts_of_label(term.label) if facet == _SECTOR else ():
            _add(self._parts, tokens(name), mention)

    def _add_places(self, taxonomy: Taxonomy, held: Sequence[str]) -> None:
        for term in taxonomy.every(_PLACE):
            if term.id in held:
                continue
            absent = Absent(facet=_PLACE, value=term.id, label=term.label)
            for name in (term.label, *term.aliases):
                if len(name) > LONGEST_CODE:
                    _add(self._absent, _forms_of(name), absent)

    def _add_sectors(self, taxonomy: Taxonomy, held: Sequence[str]) -> None:
        sectors = taxonomy.facet(_SECTOR)
        for term in sectors:
            if term.id not in held:
                near = _nearest(taxonomy, term, _parts_of(taxonomy, term), held)
                for name in (term.label, *term.aliases):
                    _add(self._absent, _forms_of(name), _no_sector(term.id, term.label, near))
                self._add_trades(term, term.id, near)
        for division in taxonomy[DIVISIONS]:
            self._add_trades(division, "", _nearest(taxonomy, division, {division.group}, held))

    def _add_trades(self, term: Term, value: str, near: Sequence[Term]) -> None:
        for trade in term.trades:
            absent = _no_sector(value, trade.plural, near)
            for name in (trade.plural, trade.singular):
                _add(self._absent, _forms_of(name), absent)
                self._absent_trades.add(_forms_of(name))

    def knowing(self, taxonomy: Taxonomy, values: Mapping[str, Iterable[str]]) -> MentionFinder:
        """The same where some more values have a case; which are nearest to others stays.

        Args:
            taxonomy: of the same compendium.
            values: facet to values that no case had.
        """
        other, more = copy(self), {facet: set(some) for facet, some in values.items()}
        other._phrases = {phrase: list(named) for phrase, named in self._phrases.items()}
        other._whole = set(self._whole)
        other._written = set(self._written)
        other._parts = {phrase: list(named) for phrase, named in self._parts.items()}
        other._absent = {
            phrase: kept
            for phrase, absent in self._absent.items()
            if (kept := [one for one in absent if one.value not in more.get(one.facet, ())])
        }
        for facet in MENTIONED_FACETS:
            terms = taxonomy.every(facet) if facet == _PLACE else taxonomy.facet(facet)
            for term in terms:
                if term.id in more.get(facet, ()):
                    other._add_value(facet, term)
        held = {one for named in other._phrases.values() for one in named if one.facet == _PLACE}
        other._regions = _regions(taxonomy, [one.value for one in held])
        other._longest = other._longest_name
        return other

    def find(self, text: str) -> tuple[Mention, ...]:
        """The mentions in a text, longest phrases first taken, in the order of the text."""
        return tuple(dict.fromkeys(one for named in self.read(text) for one in named.mentions))

    def whole(self, text: str) -> tuple[Mention, ...]:
        """The values that all of a text is a name of."""
        return tuple(self._phrases.get(tokens(text), ()))

    def read(self, text: str, *, with_parts: bool = False) -> tuple[Named, ...]:
        """Every place of a text that names something, longest phrases first taken, in order.

        With parts a part of what a sector is called names it, too: "tourism" that of tourism and
        hospitality. Who leaves something out means all of it.
        """
        return tuple(self._read(text, with_parts=with_parts))

    def _read(self, text: str, *, with_parts: bool) -> Iterator[Named]:
        counted = [word for word in words(text) if stem(word.form)]
        at = 0
        while at < len(counted):
            for length in range(min(self._longest, len(counted) - at), 0, -1):
                part = counted[at : at + length]
                named = self._named(text, part)
                if named is None and with_parts:
                    named = self._part(part)
                if named is not None:
                    yield named
                    at += length - 1
                    break
            at += 1

    def _part(self, part: Sequence[Word]) -> Named | None:
        """The sector of whose label some words are a part."""
        mentions = self._parts.get(tuple(stem(word.form) for word in part))
        if not mentions or self._is_derived(part):
            return None
        return Named(start=part[0].start, end=part[-1].end, mentions=tuple(mentions))

    def _named(self, text: str, part: Sequence[Word]) -> Named | None:
        """What some words name, if they name anything.

        A trade without a case is meant by its own words only: "accountants" are no account.
        """
        start, end = part[0].start, part[-1].end
        phrase = tuple(stem(word.form) for word in part)
        forms = tuple(word.form for word in part)
        region = self._regions.get(forms)
        if region is not None and _is_meant(text, start, end, part):
            return Named(start=start, end=end, region=region)
        mentions = self._phrases.get(phrase)
        if mentions and (
            _means_other(text, part)
            or _is_no_country(text, part, mentions)
            or self._is_derived(part)
        ):
            return None
        if mentions:
            is_part = phrase not in self._whole
            return Named(start=start, end=end, mentions=tuple(mentions), is_part=is_part)
        absent = self._absent.get(forms)
        if not absent or not _is_meant(text, start, end, part):
            return None
        is_part = forms in self._absent_trades
        return Named(start=start, end=end, absent=tuple(absent), is_part=is_part)

    def _is_derived(self, part: Sequence[Word]) -> bool:
        """Whether one word is no name, but made of one: "masonic" is no mason."""
        form = part[0].form
        if len(part) > 1 or form in self._written:
            return False
        # Where the stem keeps "-is" the name has it, too: "commercialise", "commercialisation".
        return bool(_DERIVED.search(form)) and not stem(form).endswith("is")


def _is_meant(text: str, start: int, end: int, part: Sequence[Word]) -> bool:
    """Whether words that name something absent ask for cases of it.

    Who sells to a country asks for no case from there; "to vet" is no vet.
    """
    before = words(text[:start])
    if before and before[-1].form in _ON_THE_WAY:
        return False
    after = words(text[end:])
    if after and after[0].form in _AS_MARKET | _MONEY:
        return False
    return len(part) > 1 or not _is_a_thing(text, part[0])


def _means_other(text: str, part: Sequence[Word]) -> bool:
    """Whether a name of one word stands where it mostly means something else."""
    if len(part) > 1 or stem(part[0].form) not in _THEIR_STEMS:
        return False
    if part[0].form not in _MOSTLY_OTHER:
        return True
    after = words(text[part[0].end :])
    is_alone = not after and not words(text[: part[0].start])
    return not is_alone and not (after and after[0].form in _OF_A_TRADE)


def _is_no_country(text: str, part: Sequence[Word], mentions: Sequence[Mention]) -> bool:
    """Whether the words for a country tell of its money there, or are a verb."""
    if any(one.facet != _PLACE for one in mentions):
        return False
    end = part[-1].end
    if len(part) == 1 and _is_a_thing(text, part[0]):
        return True
    if text[end : end + 1] and text[end] in _SIGNS_OF_MONEY:
        return True
    after = words(text[end:])
    is_verb = len(part) == 1 and part[0].form.endswith(_OF_A_VERB)
    return is_verb or bool(after and after[0].form in _MONEY)


def _is_a_thing(text: str, word: Word) -> bool:
    """Whether the name of a country is another word there, or a part of one: "nail polish"."""
    read = words(text)
    at = next(place for place, one in enumerate(read) if one.end >= word.end)
    before = read[at - 1].form if at else ""
    after = [one.form for one in read[at + 1 :]]
    if after and after[0] in _THINGS.get(word.form, ()):
        return True
    if word.form not in _ALSO_WORDS or not text[word.start].islower() or before in _BEFORE_A_PLACE:
        return False
    if before in _KINDS_OF_THINGS:
        return True
    is_of_people = word.form in _OF_PEOPLE
    if not (after and stem(after[0]) and text[word.end : word.end + 1].isspace()):
        return before in _IN_A_LIST and not is_of_people
    if is_of_people:
        return _PEOPLE.isdisjoint(after[: _MOST_BETWEEN + 1])
    return after[0] not in _OF_A_TRADE


def _add(names: dict[tuple[str, ...], list[T]], phrase: tuple[str, ...], named: T) -> None:
    if phrase and named not in names.setdefault(phrase, []):
        names[phrase].append(named)


def _parts_of_label(label: str) -> Iterator[str]:
    """The parts of a label that tells of several things: "Tourism and hospitality" is of two.

    Where the last word may belong to each of them, as in "Personal and home services", only what
    is a plural stands alone: "Cosmetics and body care".
    """
    if " and " not in label:
        return
    parts = [part.strip() for part in _BETWEEN_PARTS.split(label) if part.strip()]
    is_of_each = " " in parts[-1]
    yield from (one for one in parts[:-1] if not is_of_each or one.endswith("s"))
    yield parts[-1]


def _regions(taxonomy: Taxonomy, held: Sequence[str]) -> dict[tuple[str, ...], Region]:
    """What parts of the world are called, of those that the vocabulary has any country of."""
    with_case, every, found = frozenset(held), taxonomy.every(_PLACE), {}
    for one in WORLD_REGIONS:
        countries = countries_of(one, every)
        region = Region(
            label=one.label, countries=tuple(code for code in countries if code in with_case)
        )
        for name in one.names if countries else ():
            found.setdefault(_forms_of(name), region)
    return found


def _forms_of(name: str) -> tuple[str, ...]:
    return tuple(word.form for word in words(name) if stem(word.form))


def _no_sector(value: str, label: str, near: Iterable[Term]) -> Absent:
    nearest = tuple(Mention(facet=_SECTOR, value=one.id, label=one.label) for one in near)
    return Absent(facet=_SECTOR, value=value, label=label, nearest=nearest)


def _parts_of(taxonomy: Taxonomy, sector: Term) -> set[str]:
    """The sections of the classification that a sector has a part of."""
    sections = {division.id: division.group for division in taxonomy[DIVISIONS]}
    return {sections.get(activity.code[:2], "") for activity in sector.activities} - {""}


def _nearest(taxonomy: Taxonomy, term: Term, sections: set[str], held: Sequence[str]) -> list[Term]:
    """The sectors with cases that are nearest to a sector or a division.

    Those that the vocabulary calls near, if it says so of the term; else those of its sections of
    the classification, and else those of its group. Where many are as near as each other none is
    named: makers of bricks are no bakers, though both make something.
    """
    sectors = taxonomy.facet(_SECTOR)
    if term.near:
        return [sectors.term(one) for one in term.near if one in held][:_MOST_NEAR]
    grouped = [one for one in sectors if one.group == term.group and one.id in held]
    return _of_sections(taxonomy, sections, held) or (grouped if len(grouped) <= _MOST_NEAR else [])


def _of_sections(taxonomy: Taxonomy, wanted: set[str], held: Sequence[str]) -> list[Term]:
    """The sectors with cases that have the largest part of their activities in some sections.

    At most ``_MOST_NEAR``, and none of several as large of which not all can be named.
    """
    sections = {division.id: division.group for division in taxonomy[DIVISIONS]}
    shares = {}
    for sector in taxonomy.facet(_SECTOR):
        theirs = [sections.get(activity.code[:2], "") for activity in sector.activities]
        if sector.id in held and not wanted.isdisjoint(theirs):
            shares[sector.id] = sum(section in wanted for section in theirs) / len(theirs)
    order = sorted(shares, key=lambda sector: -shares[sector])
    cut = shares[order[_MOST_NEAR]] if len(order) > _MOST_NEAR else 0.0
    return [taxonomy.facet(_SECTOR).term(one) for one in order[:_MOST_NEAR] if shares[one] > cut]
