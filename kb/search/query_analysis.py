"""What is typed to what is searched for: one reading of a text for everything that follows.

Slips repaired, the language found, phrases and exclusions told from the words, terms made, and
what the text names: values of facets, and places and trades that no case has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass

from kb.model.taxonomy import Taxonomy
from kb.model.word_table import WordTable
from kb.text.analysis import terms, tokens, with_signs_of_money, without_end, words, written
from kb.text.folding import fold
from kb.text.limits import Limit, limits_in
from kb.text.mentions import Absent, Mention, MentionFinder, Named, Region
from kb.text.mixed import Known, foreign_words, read_mixed
from kb.text.negations import JOINED, NEGATIONS, is_added, is_had, is_telegram, left_in
from kb.text.operators import Operators, read_operators
from kb.text.spelling import Speller
from kb.text.translate import Translation, in_english, translate
from kb.text.unsaid import Unsaid, told

_COUNTRY = "country"
#: Of what stands for more values than this only the name is told, as of a part of the world.
_MOST_LABELS = 4
#: What "not" may exclude wherever it stands.
_FACETS_OF_NOT = frozenset({_COUNTRY, "sector", "type", "form"})
#: So many words of another language may name what is excluded.
_MOST_NAMING = 4
#: Words that any case answers: who asks for "firms in Norway" asks for Norway.
_ANY_CASE = frozenset(
    tokens(
        "case cases study studies example examples network networks firm firms company companies "
        "business businesses enterprise enterprises small"
    )
)

#: Of these who asks for all but something names no subject: "cases outside Europe".
_NO_SUBJECT = frozenset(
    tokens(
        "case cases study studies example examples firm firms company companies "
        "everything anything whatever"
    )
)

#: What is left of "export (not tourism)".
_EMPTY_BRACKETS = re.compile(r"\s*\(\s*\)")
_POSSESSIVE = re.compile(r"['’]s?(?!\w)")

#: Words for public money, which the ways of coming to be tell.
_PUBLIC_MONEY = frozenset(
    tuple(name.split())
    for name in (
        "public money", "public funding", "public funds", "public grants", "public subsidies",
        "public support", "government money", "government funding", "government grants",
        "government support", "state aid", "state money", "subsidies", "grants",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words in quotation marks, which a case must say one after the other: ``stems`` of them.

    Where they are all of a name of some ``values`` of facets, a case that has one says it, too.
    """

    text: str
    stems: tuple[str, ...]
    values: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """What the cases that are found must not have.

    ``facet`` and ``values`` say which values, any of which is too many; without them it is the
    words of ``text``, one after the other: their ``stems``.
    """

    text: str
    facet: str = ""
    values: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()

    def called(self, taxonomy: Taxonomy) -> str:
        """What is left out: a value by its label, beside what was typed where that differs."""
        if not self.facet:
            return f"“{self.text}”"
        labels = [taxonomy.label(self.facet, value) for value in self.values]
        is_place = self.facet == _COUNTRY
        if len(labels) == 1 and _is_called(self.text, labels[0], is_place=is_place):
            return labels[0]
        listed = f" ({'; '.join(labels)})" if len(labels) <= _MOST_LABELS else ""
        return f"“{self.text}”{listed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A text as it is searched for.

    Attributes:
        text: with its slips repaired.
        english: whether it is taken for English.
        translated: the English terms of one in another language, each once, in the order
            of its words.
        in_english: what an English index is asked: the translated terms, or what is wanted, each
            word as cases write it.
        terms: the stems of that which count, each once.
        each_word: the same stems word by word, of those words that count: several of one in
            another language that may mean several things.
        wanted: what an encoder of its own language reads: the text without what it excludes,
            without signs, in small letters where all of it is in capitals, and in English with
            each word as cases write it.
        phrases: words in quotation marks.
        exclusions: what it will not have, in its order.
        contradictory: what it wants and excludes at once; it is not excluded.
        mentions: the values of facets that it names, in its order, but for those excluded.
        absent: places and trades that it names and no case has, and trades and things that no case
            says. The latter are only told: what is found is the same.
        regions: parts of the world that it names.
        rest: ``in_english`` without the words for what is absent: for a second question where
            the whole text finds nothing. Cases of other places may speak of a country, so that
            asking for the rest at once loses them.
        rest_terms: the stems of that which count, each once.
        only_places: the countries that it names, by their ids, where it asks for nothing else:
            "Norway", "firms in Norway or Sweden", "cases from Africa".
        asks_no_more: whether it asks for nothing but what is absent: "firms in Mongolia".
        not_understood: signs and words that mean something elsewhere, and are read as words.
        left_in: words that were to leave something out, and are read as words.
        limits: what it asks of figures, which is read as words.
        without_exclusions: the text as it is typed without what it excludes; empty where it
            excludes nothing, or nothing else is in it.
        is_letters_alone: whether all words are single letters that name nothing: "C++" asks for
            signs that search cannot see.
    """

    text: str
    english: bool
    translated: tuple[str, ...]
    in_english: str
    terms: tuple[str, ...]
    each_word: tuple[tuple[str, ...], ...] = ()
    wanted: str = ""
    phrases: tuple[Phrase, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    contradictory: tuple[Exclusion, ...] = ()
    mentions: tuple[Mention, ...] = ()
    absent: tuple[Absent, ...] = ()
    regions: tuple[Region, ...] = ()
    rest: str = ""
    rest_terms: tuple[str, ...] = ()
    only_places: tuple[str, ...] = ()
    asks_no_more: bool = False
    not_understood: tuple[str, ...] = ()
    left_in: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    without_exclusions: str = ""
    is_letters_alone: bool = False

    @property
    def wants_all_but(self) -> bool:
        """Whether it says only what to leave out: "-Norway", "cases outside Europe"."""
        has_subject = bool(self.phrases) or not _NO_SUBJECT.issuperset(self.terms)
        return bool(self.exclusions) and not (has_subject or self.mentions or self.absent)


def _are_letters(found: Sequence[str]) -> bool:
    """Whether all of some words are single letters; a sign of another writing is a word."""
    return bool(found) and all(len(one) == 1 and one.isascii() and one.isalpha() for one in found)


class Analyser:
    """Reads a text, each step of it once. Immutable; safe to share between threads."""

    def __init__(
        self,
        *,
        table: WordTable,
        translates: bool = False,
        speller: Speller | None = None,
        names: MentionFinder | None = None,
        unsaid: Unsaid | None = None,
        public_money: Sequence[str] = (),
    ) -> None:
        """Take the words.

        Args:
            table: words of other languages in English.
            translates: whether a text may be in another language though the table is
                empty, as a multilingual encoder can read it.
            speller: repairs slips of typing; None takes every text as it is typed.
            names: finds what a text names; without it nothing is named, and exclusion in a
                sentence ("except Norway") is not understood.
            unsaid: finds trades and things that a text names and no case says; without it such
                a text is told nothing.
            public_money: the ways of coming to be (values of ``formation``) that brought public
                money, which "without public money" excludes.
        """
        self.table = table
        self._translates = translates or bool(table.forms)
        self._speller = speller
        self._names = names
        self._unsaid = unsaid
        self._public_money = tuple(public_money)
        self._repairs = speller is not None

    def naming(self, names: MentionFinder) -> Analyser:
        """The same with something else that finds what a text names."""
        other = copy(self)
        other._names = names
        return other

    def analyse(self, text: str, *, exact: bool = False) -> Analysis:
        """Read a text; ``exact`` leaves slips of typing as they are.

        A text in another language of the table is not repaired.
        """
        if exact and self._repairs:
            as_typed = copy(self)
            as_typed._repairs = False
            return as_typed.analyse(text)
        operators = read_operators(text)
        translation = self._translation(_in_small_letters(operators.wanted))
        is_foreign = bool(self.table.forms) and not translation.english
        if self._speller is not None and self._repairs and not is_foreign:
            typed = _in_small_letters(text)
            kept = foreign_words(typed, self._known)
            repaired = self._speller.repair(typed, kept=kept)
            if repaired != typed:
                text, operators = repaired, read_operators(repaired)
                translation = self._translation(_in_small_letters(operators.wanted))
        return self._read(text, operators, translation)

    def _read(self, text: str, operators: Operators, translation: Translation) -> Analysis:
        exclusions = [self._exclusion(one) for one in operators.excluded]
        wanted, typed = translation.text, operators.without_excluded
        left: tuple[str, ...] = ()
        if self._names is not None:
            is_foreign = bool(translation.terms) or not translation.english
            wanted, in_sentence, left = self._excluded_in(wanted, is_foreign=is_foreign)
            exclusions += in_sentence
            if in_sentence:
                typed, _, _ = self._excluded_in(typed, is_foreign=is_foreign)
        exclusions = _each_once(exclusions)
        if wanted != translation.text:
            translation = self._translation(wanted)
        in_english = with_signs_of_money(translation.in_english)
        named = self._names.read(in_english) if self._names and wanted else ()
        mentions = tuple(dict.fromkeys(one for place in named for one in place.mentions))
        absent = tuple(dict.fromkeys(one for place in named for one in place.absent))
        asked = (
            self._unsaid.read(in_english, translation.groups)
            if self._unsaid is not None and wanted
            else ()
        )
        found = terms(in_english) if wanted else ()
        regions = tuple(dict.fromkeys(one.region for one in named if one.region is not None))
        both = [one for one in exclusions if self._is_wanted(one, translation, regions, found)]
        excluded = tuple(one for one in exclusions if one not in both)
        as_cases = written(in_english) if wanted else ""
        places = [place for place in named if place.absent]
        rest = _without(in_english, places)
        return Analysis(
            text=text,
            english=translation.english,
            translated=translation.terms,
            in_english=as_cases,
            terms=found,
            each_word=_each_word(translation, found) if wanted else (),
            wanted=_wanted(translation, in_english, as_cases) if wanted else "",
            phrases=tuple(self._phrase(one) for one in operators.phrases if tokens(one)),
            exclusions=excluded,
            contradictory=tuple(both),
            mentions=mentions,
            absent=told(named, asked),
            regions=regions,
            rest=written(rest) if places else as_cases,
            rest_terms=terms(rest) if absent else found,
            only_places=_only_places(in_english, named),
            asks_no_more=bool(absent and not mentions) and _ANY_CASE.issuperset(terms(rest)),
            not_understood=operators.not_understood,
            left_in=left,
            limits=limits_in(operators.wanted),
            without_exclusions=typed if excluded else "",
            is_letters_alone=not (mentions or absent) and _are_letters(found),
        )

    def _translation(self, text: str) -> Translation:
        """The language and the English terms; where nothing could translate, it is English."""
        if not self._translates:
            return Translation(text=text, english=True)
        names = self._names
        read = translate(
            text,
            self.table,
            own=self._own,
            places=names.places_and_parts if names is not None else None,
            regions=names.parts_of_the_world if names is not None else None,
        )
        if not (read.english and self.table.forms):
            return read
        return read_mixed(text, self._known) or read

    @property
    def _known(self) -> Known:
        """What tells the languages of words apart."""
        return Known(
            table=self.table,
            own=self._own,
            places=self._names.places_and_parts if self._names is not None else {},
            slip=self._slip,
        )

    def _slip(self, word: str) -> str | None:
        """The English word of which one is a likely slip, where slips are repaired."""
        if self._speller is None or not self._repairs:
            return None
        return self._speller.slip_of(word)

    def _own(self, word: str) -> float:
        """How common a word in lower case is in the compendium, as zipf; 0 without its words."""
        return self._speller.how_common(word) if self._speller is not None else 0.0

    def _is_wanted(
        self,
        excluded: Exclusion,
        translation: Translation,
        regions: Sequence[Region],
        found: Sequence[str],
    ) -> bool:
        """Whether a text wants what it excludes."""
        named = self._read_names(translation.in_english) if translation.text else ()
        mentions = [one for place in named for one in place.mentions]
        return _is_wanted(excluded, mentions, regions, found)

    def _read_names(self, text: str) -> tuple[Named, ...]:
        """What a text names to who leaves it out."""
        return self._names.read(text, with_parts=True) if self._names is not None else ()

    def _exclusion(self, text: str) -> Exclusion:
        """What a sign excludes: a value where all of it names one, else the words."""
        in_english = self._translation(text).in_english
        if self._is_public_money(in_english):
            return self._money(text)
        named = self._all_named(in_english, with_parts=True)
        by_name = _by_name(text, in_english, named) if named is not None else None
        return by_name or Exclusion(text=text, stems=tokens(in_english))

    def _phrase(self, text: str) -> Phrase:
        named = self._all_named(self._translation(text).in_english)
        values = named.mentions if named is not None else ()
        return Phrase(text=text, stems=tokens(text), values=values)

    def _all_named(self, text: str, *, with_parts: bool = False) -> Named | None:
        """What a text names where all of its words are one name; None where they are not."""
        names = self._names
        named = names.read(text, with_parts=with_parts) if names is not None else ()
        if len(named) != 1:
            return None
        name = text[named[0].start : named[0].end]
        return named[0] if len(tokens(name)) == len(tokens(text)) else None

    def _excluded_in(
        self, text: str, *, is_foreign: bool
    ) -> tuple[str, list[Exclusion], tuple[str, ...]]:
        """The text without what it excludes in words, that, and what could not be left out.

        Only what is known by name is excluded: values of the vocabulary, and trades.
        """
        exclusions: list[Exclusion] = []
        kept, at, left = [], 0, []
        for match in NEGATIONS.finditer(text):
            if match.start() < at:
                continue
            if match["bare"] and not is_telegram(text, match):
                continue
            facets = None if match["without"] else _FACETS_OF_NOT
            end, found = self._values_at(
                text,
                match.end(),
                facets,
                may_be_money=not match["not"],
                may_be_done=not match["not"] or is_added(text, match),
                is_foreign=is_foreign,
            )
            if found and not (match["lacks"] and is_had(text, match, end)):
                exclusions += found
                kept.append(text[at : match.start()])
                at = end
            elif words_left := left_in(text, match):
                left.append(words_left)
        without = " ".join("".join((*kept, text[at:])).split()) if at else text
        without = _EMPTY_BRACKETS.sub("", without).strip(" ,;-–")
        return without if at else text, exclusions, tuple(left)

    def _values_at(
        self,
        text: str,
        at: int,
        facets: Iterable[str] | None,
        *,
        may_be_money: bool,
        may_be_done: bool,
        is_foreign: bool,
    ) -> tuple[int, list[Exclusion]]:
        """The values that a text names from a place on, joined by "and" or "or"; where they end."""
        found: list[Exclusion] = []
        end = at
        while True:
            rest = text[at:]
            n_money = self._public_money_at(rest) if may_be_money else 0
            named = self._read_names(rest)
            first = next((one for one in named if not rest[: one.start].strip()), None)
            one, length = None, 0
            if n_money:
                one, length = self._money(rest[:n_money]), n_money
            elif first is not None:
                name = rest[first.start : first.end]
                one, length = _by_name(name, name, first), first.end
            elif is_foreign:
                one, length = self._foreign_at(rest)
            if one is not None and one.facet and facets is not None and one.facet not in facets:
                is_money = may_be_money and one.values == self._public_money
                one = one if is_money or (may_be_done and one.text.endswith("ing")) else None
            end = at + length if one is not None else end
            if one is None:
                return end, found
            found.append(one)
            joined = JOINED.match(text, end)
            at = joined.end() if joined else end

    def _foreign_at(self, text: str) -> tuple[Exclusion | None, int]:
        """What the first words of a text in another language exclude, and how long they are."""
        read = words(text)[:_MOST_NAMING]
        for length in range(len(read), 0, -1):
            end = read[length - 1].end
            read_as = in_english(text[:end], self.table)
            if read_as.n_known < read_as.n_words:
                continue
            if any(self._is_public_money(term) for term in read_as.terms):
                return self._money(text[:end]), end
            for name in dict.fromkeys((read_as.text, *read_as.terms)):
                named = self._all_named(name, with_parts=True)
                one = _by_name(text[:end], name, named) if named is not None else None
                if one is not None:
                    return one, end
        return None, 0

    def _money(self, text: str) -> Exclusion:
        return Exclusion(text=text, facet="formation", values=self._public_money)

    def _is_public_money(self, text: str) -> bool:
        return bool(self._public_money) and tuple(text.lower().split()) in _PUBLIC_MONEY

    def _public_money_at(self, text: str) -> int:
        """How many characters from the start of a text on are words for public money."""
        read = words(text)[:2]
        for length in (2, 1):
            part = read[:length]
            if self._public_money and tuple(word.form for word in part) in _PUBLIC_MONEY:
                return part[-1].end
        return 0


def _wanted(translation: Translation, in_english: str, as_cases: str) -> str:
    """What an encoder of its own language reads.

    Args:
        translation: the text.
        in_english: its English with the signs of money.
        as_cases: that as cases write it.
    """
    if not translation.english:
        return without_end(translation.text)
    return as_cases if in_english == translation.in_english else written(translation.in_english)


def _each_word(translation: Translation, found: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The stems that count word by word; those of English, which are ``found``, stand alone."""
    if not translation.groups:
        return tuple((stem,) for stem in found)
    several = (terms(" ".join(group)) for group in translation.groups)
    return tuple(dict.fromkeys(stems for stems in several if stems))


def _in_small_letters(text: str) -> str:
    """The text as one composes it, in small letters where all of it is in capitals.

    One word in capitals is an acronym, and a letter more or less is no word.
    """
    text = unicodedata.normalize("NFC", text)
    long = [word for word in words(text) if len(word.form) >= 4]
    in_capitals = not any(map(str.islower, text)) and (len(long) > 1 or len(text.split()) > 2)
    return text.lower() if in_capitals else text


def _by_name(text: str, name: str, named: Named) -> Exclusion | None:
    """The exclusion of what stands at a place; of several values of one name the first facet's.

    Of a trade, which is less than its sector, it is that of the words.

    Args:
        text: the words as typed.
        name: the same in English.
        named: what they name.
    """
    if named.is_part and tokens(name):
        return Exclusion(text=text, stems=tokens(name))
    if named.region is not None:
        values = named.region.countries
        return Exclusion(text=text, facet=_COUNTRY, values=values) if values else None
    several: Sequence[Mention | Absent] = named.mentions or named.absent
    facet = several[0].facet
    values = tuple(one.value for one in several if one.facet == facet and one.value)
    return Exclusion(text=text, facet=facet, values=values) if values else None


def _is_called(text: str, label: str, *, is_place: bool) -> bool:
    """Whether a label shows what was typed: all of it, or how a country begins (Norwegian)."""
    typed, known = fold(text), fold(label)
    return set(typed.split()) <= set(known.split()) or (is_place and typed[:3] == known[:3])


def _each_once(exclusions: Sequence[Exclusion]) -> list[Exclusion]:
    """Some exclusions, of those that leave out the same the first."""
    found: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Exclusion] = {}
    for one in exclusions:
        found.setdefault((one.facet, one.values, one.stems), one)
    return list(found.values())


def _is_wanted(
    excluded: Exclusion,
    mentions: Sequence[Mention],
    regions: Sequence[Region],
    found: Sequence[str],
) -> bool:
    """Whether a text wants what it excludes."""
    if not excluded.facet:
        return bool(excluded.stems) and set(excluded.stems) <= set(found)
    if excluded.facet == _COUNTRY and any(
        one.countries and set(one.countries) <= set(excluded.values) for one in regions
    ):
        return True
    return any(one.facet == excluded.facet and one.value in excluded.values for one in mentions)


def _only_places(text: str, named: Sequence[Named]) -> tuple[str, ...]:
    """The countries that a text names, if it asks for nothing but cases of them."""
    countries: list[str] = []
    for place in named:
        inside = [one.value for one in place.mentions if one.facet == _COUNTRY]
        if place.absent or len(inside) < len(place.mentions):
            return ()
        countries += inside
        countries += place.region.countries if place.region is not None else ()
    if not _ANY_CASE.issuperset(terms(_without(text, named))):
        return ()
    return tuple(dict.fromkeys(countries))


def _without(text: str, places: Sequence[Named]) -> str:
    """The text without what stands at some places."""
    kept, at = [], 0
    for place in places:
        kept.append(text[at : place.start])
        ending = _POSSESSIVE.match(text, place.end)
        at = ending.end() if ending else place.end
    return " ".join("".join((*kept, text[at:])).split()) if places else text
