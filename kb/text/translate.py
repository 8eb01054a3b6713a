"""In which language a query is, and what it is in English.

The table of words has every form of every word of the glossary, so that a web worker needs
no dictionary. Accents, case, signs and hyphens do not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kb.model.word_table import WordTable
from kb.text.analysis import is_short_names_alone
from kb.text.analysis import terms as terms_of
from kb.text.analysis import words as words_in
from kb.text.english import how_common
from kb.text.folding import fold
from kb.text.language import is_english, without_endings, words_of

#: Languages that write compounds in one word, and the letters that may join the parts.
_JOINTS: Mapping[str, tuple[str, ...]] = {"de": ("", "s", "n", "en"), "no": ("", "s", "e")}

#: What joins the words of a phrase, folded, and is left out or put otherwise by who types key
#: words: "création emploi", "création des emplois" for "création d'emplois".
_LINKS: Mapping[str, tuple[str, ...]] = {
    language: tuple(links.split("|"))
    for language, links in {
        "fr": "de|d|des|du|en|a|l|les|la|le|au|aux|sur|de l|de la",
        "es": "de|del|en|al|el|a|la|con|por|de la|de los|de las",
        "it": "di|d|del|della|dell|dei|delle|da|in|i|il|le|al|all|per",
        "no": "av|i|med|pa|paa|til|for|og",
        "pt": "de|do|da|dos|das|em|a|ao|no|na|pela|para",
    }.items()
}
_PARTS_OF_LINKS: Mapping[str, frozenset[str]] = {
    language: frozenset(" ".join(links).split()) for language, links in _LINKS.items()
}
_MOST_LINKED, _MOST_LINKS = 3, 2
#: How a noun ends as one and as several, either way.
_ONE_OR_SEVERAL: Mapping[str, tuple[tuple[str, str], ...]] = {
    "fr": (("s", ""), ("", "s"), ("x", ""), ("", "x")),
    "es": (("s", ""), ("es", ""), ("", "s"), ("", "es")),
    "it": (("o", "i"), ("i", "o"), ("a", "e"), ("e", "a"), ("e", "i"), ("i", "e")),
    "pt": (("s", ""), ("", "s")),
    "no": (("er", ""), ("", "er"), ("", "e")),
}

#: What begins a form that is only the last part of compounds: German "-bauer", who builds what
#: stands before it and is no farmer.
LAST_PART = "-"

_SHORTEST_PART = 3
_MOST_PARTS = 3

#: How common a word of the table is taken to be in its language, as zipf: a function word, a
#: term, what a compound is cut into; and a word that a language does not know.
_FUNCTION_WORD, _TERM, _COMPOUND, _UNKNOWN = 6.5, 5.0, 4.5, 2.0
#: By how much another language must be likelier than English, as a power of ten.
_MOST_WRITE_ENGLISH = 1.2

#: A letter that a hyphen joins to a word, as in "e-commerce": it is no word of its own.
_LETTER_BEFORE = re.compile(r"(?<![^\W_])e[-\u2010\u2011](?=(?P<rest>[^\W\d_]+))", re.IGNORECASE)


#: Two letters that a sign joins, as in "R&D": no words of any language.
_PAIR = re.compile(r"(?<![^\W_])[^\W\d_]&[^\W\d_](?![^\W_])")


@dataclass(frozen=True, slots=True, kw_only=True)
class InEnglish:
    """A text in English, as far as the glossary goes.

    ``groups`` has the English terms of each word or phrase that was found, in the order
    of the text: several where a word has several meanings. ``languages`` are those that
    know most of the words; more than one if they know equally many. ``n_known`` of
    ``n_words`` were known, function words included. ``likelihood`` adds up how common the
    words are taken to be in the first of these languages, as zipf, and ``unknown`` are the
    words that it does not know.
    """

    groups: tuple[tuple[str, ...], ...] = ()
    languages: tuple[str, ...] = ()
    n_words: int = 0
    n_known: int = 0
    likelihood: float = field(default=0.0, compare=False)
    unknown: tuple[str, ...] = field(default=(), compare=False)

    @property
    def terms(self) -> tuple[str, ...]:
        """The English terms, each once, in order."""
        return tuple(dict.fromkeys(term for group in self.groups for term in group))

    @property
    def text(self) -> str:
        """The English terms as one query; empty if there are none."""
        return " ".join(self.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one language finds: each place with its terms; the words, and those it had whole."""

    places: tuple[tuple[int, tuple[str, ...]], ...] = ()
    n_known: int = 0
    n_whole: int = 0
    likelihood: float = 0.0
    unknown: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int, float]:
        """By which a language is the likelier one: words, whole ones, how common they are."""
        return self.n_known, self.n_whole, round(self.likelihood, 6)


def in_english(text: str, table: WordTable, languages: Sequence[str] = ()) -> InEnglish:
    """The English terms for a text, longest phrase first.

    The language is the one that knows most of the words; the terms of languages
    that know equally many stand side by side. Unknown words give nothing.

    Args:
        text: a query as it was typed.
        table: where to look its words up.
        languages: the only ones to try; all if empty. Others than those of the
            table are passed over.
    """
    words = fold(text).split()
    tried = [language for language in languages or table.forms if language in table.forms]
    longest = max((1, *(table.longest[language] for language in tried)))
    stretches = [
        [" ".join(words[at : at + n]) for n in range(1, min(longest, len(words) - at) + 1)]
        for at in range(len(words))
    ]
    by_language = {language: _in_language(stretches, table, language) for language in tried}
    most = max((known.rank for known in by_language.values()), default=_Found().rank)
    if not most[0]:
        return InEnglish(n_words=len(words), likelihood=_UNKNOWN * len(words))
    best = [name for name, known in by_language.items() if known.rank == most]
    places: dict[int, dict[str, None]] = {}
    for language in best:
        for at, terms in by_language[language].places:
            places.setdefault(at, {}).update(dict.fromkeys(terms))
    return InEnglish(
        groups=tuple(tuple(places[at]) for at in sorted(places)),
        languages=tuple(best),
        n_words=len(words),
        n_known=most[0],
        likelihood=most[2],
        unknown=by_language[best[0]].unknown,
    )


def _in_language(stretches: Sequence[Sequence[str]], table: WordTable, language: str) -> _Found:
    """What one language finds in a text: word by word the one, two and more from there on."""
    places: list[tuple[int, tuple[str, ...]]] = []
    at = n_known = n_whole = 0
    likelihood = 0.0
    unknown: list[str] = []
    while at < len(stretches):
        length, terms = _phrase(stretches[at], table, language)
        if length:
            n_whole += length
            likelihood += length * (_TERM if terms else _FUNCTION_WORD)
        else:
            length, terms = 1, _compound(stretches[at][0], table, language)
            likelihood += _COMPOUND if terms else _UNKNOWN
            if terms is None:
                unknown.append(stretches[at][0])
        n_known += length if terms is not None else 0
        if terms:
            places.append((at, terms))
        at += length
    return _Found(
        places=tuple(places),
        n_known=n_known,
        n_whole=n_whole,
        likelihood=likelihood,
        unknown=tuple(unknown),
    )


def _phrase(
    stretches: Sequence[str], table: WordTable, language: str
) -> tuple[int, tuple[str, ...] | None]:
    """How many words from a place on are the longest phrase, and its terms; 0 and None.

    Most words begin none, which is told by one look.
    """
    forms = table.forms[language]
    may_go_on = len(stretches) > 1 and table.may_begin(language, stretches[0])
    found: tuple[int, tuple[str, ...] | None] = (0, None)
    longest = min(table.longest[language], len(stretches)) if may_go_on else 1
    for length in range(longest, 0, -1):
        place = forms.get(stretches[length - 1])
        if place is not None:
            found = length, table.meanings[place]
            break
    if found[0] > 1 or not may_go_on:
        return found
    n_linked, place = _linked(stretches[-1].split(), table, language)
    return (n_linked, table.meanings[place]) if n_linked > found[0] else found


def _linked(words: Sequence[str], table: WordTable, language: str) -> tuple[int, int]:
    """How many words are a phrase but for what joins its words, and its place; 0 and 0 if none.

    Of three words that are joined, both links are the same, or one of them is none. The second
    of two may be one or several: "création emploi" is "création d'emplois".
    """
    links, parts = _LINKS.get(language, ()), _PARTS_OF_LINKS.get(language, frozenset())
    if not links or words[0] in parts:
        return 0, 0
    forms = table.forms[language]
    kept, lengths = [words[0]], [1]
    at = 1
    while at < len(words) and len(kept) < _MOST_LINKED:
        skipped = 0
        while at < len(words) and words[at] in parts and skipped < _MOST_LINKS:
            at, skipped = at + 1, skipped + 1
        if at == len(words) or words[at] in parts:
            break
        kept.append(words[at])
        at += 1
        lengths.append(at)
    for n in range(len(kept), 1, -1):
        for phrase in _joined(kept[:n], links, _ONE_OR_SEVERAL.get(language, ())):
            place = forms.get(phrase)
            if place is not None:
                return lengths[n - 1], place
    return 0, 0


def _joined(
    words: Sequence[str], links: Sequence[str], endings: Sequence[tuple[str, str]]
) -> Iterator[str]:
    """Two or three words with each link between them; the second of two as one or as several."""
    if len(words) == _MOST_LINKED:
        first, second, third = words
        for link in links:
            yield f"{first} {link} {second} {link} {third}"
            yield f"{first} {link} {second} {third}"
            yield f"{first} {second} {link} {third}"
        return
    first, second = words
    others = (
        second.removesuffix(ending) + other for ending, other in endings if second.endswith(ending)
    )
    for word in dict.fromkeys((second, *others)):
        yield f"{first} {word}"
        for link in links:
            yield f"{first} {link} {word}"


def _compound(word: str, table: WordTable, language: str) -> tuple[str, ...] | None:
    """The terms of the parts of a compound, None if it is none."""
    if language not in _JOINTS or len(word) < 2 * _SHORTEST_PART:
        return None
    firsts = [*_first_parts(word, table, language)]
    parts = next(
        (
            (first, *rest)
            for most_others in range(1, _MOST_PARTS)
            for first, end in firsts
            for rest in _splits(word[end:], table, language, most_others)
        ),
        None,
    )
    if parts is None:
        return None
    return tuple(dict.fromkeys(term for part in parts for term in table.meanings[part]))


def _splits(
    word: str, table: WordTable, language: str, most_parts: int
) -> Iterator[tuple[int, ...]]:
    """Ways to cut the rest of a word into at most so many known parts; the longest first one first.

    Yields the places of their groups.
    """
    forms = table.forms[language]
    whole = forms.get(LAST_PART + word)
    if whole is None:
        whole = forms.get(word)
    if whole is not None and table.meanings[whole]:
        yield (whole,)
    if most_parts == 1:
        return
    for first, end in _first_parts(word, table, language):
        for rest in _splits(word[end:], table, language, most_parts - 1):
            yield (first, *rest)


def _first_parts(word: str, table: WordTable, language: str) -> Iterator[tuple[int, int]]:
    """What may be the first part of a word, longest first: its group, and where the rest begins.

    Such a part means something, and letters may join it to the rest.
    """
    forms = table.forms[language]
    for end in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        for joint in _JOINTS[language]:
            if end - len(joint) < _SHORTEST_PART or not word.startswith(joint, end - len(joint)):
                continue
            first = forms.get(word[: end - len(joint)])
            if first is not None and table.meanings[first]:
                yield first, end


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A query with the language that it is taken for.

    ``text`` is the query; ``terms`` are the English terms of one in another language,
    each once, in the order of its words: empty for English, and where none is known.
    ``groups`` are the same terms word by word: several of a word with several meanings.
    """

    text: str
    english: bool
    terms: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = field(default=(), compare=False)

    @property
    def in_english(self) -> str:
        """What an English index is asked: the terms, or the query itself without them."""
        return " ".join(self.terms) or self.text


def translate(
    text: str,
    table: WordTable,
    *,
    own: Callable[[str], float] | None = None,
    places: Mapping[str, str] | None = None,
    regions: Mapping[str, str] | None = None,
) -> Translation:
    """Say whether a query is English, and translate one that is not with the words of a table.

    It is in another language if its words are likelier there than in English: a word of the
    table is as common as such words are, and how common it is in English the list of
    ``kb.text.english`` says. Most visitors write English, so that what is as likely in both is
    English, and so are names, which neither knows, what means the same in English, and short names
    alone: "USA" is no Spanish verb. Without words in the table ``kb.text.language.is_english``
    decides.

    Args:
        text: a query as it was typed.
        table: where to look its words up.
        own: how common a word in lower case is in the compendium, as zipf; 0 of one that is not
            there. Words that the table lacks and the compendium has, as names, stay in a
            translation as they are, after its other terms, and so do figures.
        places: what countries are called in other languages, folded, and in English. Such a
            word is put into English where the table lacks it.
        regions: what parts of the world are called, in one word or in several, as ``places``. Who
            names one so writes in another language.
    """
    if not table.forms:
        return Translation(text=text, english=is_english(text))
    pairs = tuple(one for one in _PAIR.findall(text) if len(terms_of(one)) > 1)
    typed, text = text, _PAIR.sub(" ", text) if pairs else text
    words = words_of(text)
    if not words or is_short_names_alone(typed):
        return Translation(text=typed, english=True)
    in_own = own or (lambda _: 0.0)
    sought, named = _with_regions_joined(
        _without_letters(without_endings(text), table), regions or {}, table
    )
    of_regions = set(" ".join(name for name, _, _ in named).split())
    commonness = [
        max(common, in_own(word.lower())) if common else 0.0
        for word in words
        if fold(word) not in of_regions
        for common in (how_common(word),)
    ]
    translated = in_english(sought, table)
    places = places or {}
    is_place = named or any(fold(places.get(one, one)) != one for one in fold(sought).split())
    if not (translated.n_known or is_place or any(commonness)):
        return Translation(text=typed, english=all(map(str.isascii, words)))
    in_other = translated.likelihood - _UNKNOWN * translated.n_words
    in_other += (_TERM - _UNKNOWN) * (len(named) + (bool(is_place) and not translated.n_known))
    joined = {one: label for _, one, label in named}
    unknown = translated.unknown if translated.n_known else tuple(fold(sought).split())
    as_english = sum(max(0.0, common - _UNKNOWN) for common in commonness)
    is_other = in_other > as_english + _MOST_WRITE_ENGLISH
    if not is_other or _says_the_same(text, translated, all(commonness)):
        return Translation(text=typed, english=True)
    kept = [
        word if place is None else place
        for word in unknown
        for place in (joined.get(word) or places.get(word),)
        if place is not None or (in_own(word) and _is_name(word))
    ]
    if kept and not translated.groups and set(kept) <= set(unknown):
        return Translation(text=typed, english=True)  # a name, as "São Paulo": nothing is in it
    figures = [word.form for word in words_in(text) if _is_in_digits(text[word.start : word.end])]
    groups = (*translated.groups, *((one,) for one in (*kept, *pairs, *figures)))
    terms = tuple(dict.fromkeys(term for group in groups for term in group))
    return Translation(text=typed, english=False, terms=terms, groups=groups)


#: With what no word of any language begins, so that nobody takes it for a compound.
_UNDIVIDED = "qx"


def _with_regions_joined(
    text: str, regions: Mapping[str, str], table: WordTable
) -> tuple[str, list[tuple[str, str, str]]]:
    """The text with each part of the world in one word, and these: as typed, joined, in English.

    What the table has is left to it: it knows more of what it means there.
    """
    folded = f" {fold(text)} "
    found: list[tuple[str, str, str]] = []
    for name in sorted((one for one in regions if one in folded), key=len, reverse=True):
        known = any(name in forms for forms in table.forms.values())
        if f" {name} " not in folded or (known and " " not in name):
            continue
        joined = name if known else _UNDIVIDED + name.replace(" ", "")
        folded = folded.replace(f" {name} ", f" {joined} ")
        found.append((name, joined, regions[name]))
    return (folded.strip(), found) if found else (text, found)


def _is_name(word: str) -> bool:
    """Whether a word counts, and is no number as "six" is in French."""
    return any(not one[0].isdigit() for one in terms_of(word))


def _is_in_digits(typed: str) -> bool:
    return any(map(str.isdigit, typed))


def _without_letters(text: str, table: WordTable) -> str:
    """The text without the "e" of "e-commerce", which is Italian for "and" where it stands alone.

    It stays where the table has it with what follows, as in "e-mail".
    """

    def kept(match: re.Match[str]) -> str:
        phrase = f"e {fold(match['rest'])}"
        return match.group() if any(phrase in forms for forms in table.forms.values()) else ""

    return _LETTER_BEFORE.sub(kept, text)


def _says_the_same(text: str, translated: InEnglish, is_known: bool) -> bool:
    """Whether a translation has the words of a text, figures aside, and all are English, too."""
    stems = {stem for stem in terms_of(text) if not stem[0].isdigit()}
    return is_known and set(terms_of(translated.text)) == stems
