"""What the words of a query were taken for beyond words, in sentences above the answer.

The page, ``kb search`` and assistants say the same. A sentence is kept apart from what is put into
it, so that a page can say it in another language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kb.model.english import N_, joined
from kb.model.facet_words import facet_words
from kb.model.taxonomy import Taxonomy
from kb.search.answer import SearchResult
from kb.search.query_analysis import Analysis, Phrase
from kb.text.analysis import stem, words
from kb.text.limits import OF_AMOUNT, OF_TIME, OF_YEARS, Limit
from kb.text.mentions import Absent
from kb.text.operators import QUOTE

#: The filter that chooses what a limit asks for, by what its figure is.
_FILTERS = {OF_YEARS: "decade", OF_AMOUNT: "results", OF_TIME: "minutes"}
#: The facets of which a case mostly has one value; who names another than the filters ask for is
#: told at once. Of the others a case may have both.
_OF_ONE = "country"
_OF_SEVERAL = ("sector", "type", "form")
_COUNTRY = "country"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence with names in it, and what stands for each: a text, or several, joined by "or".

    ``headings`` are those of ``values`` that a page has in its own language.
    """

    message: str
    values: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    headings: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """The sentence in English."""
        return self.message % {
            name: value if isinstance(value, str) else joined(value, "or")
            for name, value in self.values.items()
        }


def _say(message: str, **values: str | tuple[str, ...]) -> Sentence:
    return Sentence(message=message, values=values)


def readings(result: SearchResult, taxonomy: Taxonomy) -> tuple[Sentence, ...]:
    """What is absent, what is excluded, which phrases were asked for, what was not understood."""
    read = result.reading
    return tuple(_readings(result, read, taxonomy)) if read is not None else ()


def _readings(result: SearchResult, read: Analysis, taxonomy: Taxonomy) -> Iterator[Sentence]:
    text = result.query.text
    yield from _without_question(read, text)
    yield from map(_absent, read.absent)
    yield from _regions(result, read, taxonomy)
    for one in read.exclusions:
        yield _say(N_("Left out: %(what)s."), what=one.called(taxonomy))
        if one.facet == "formation":
            yield _say(N_("Cases that do not tell who paid are in."))
    for one in read.contradictory:
        yield _say(
            N_("You ask for %(what)s and leave it out. Nothing was left out."),
            what=one.called(taxonomy),
        )
    yield from _against_filters(result, read, taxonomy)
    yield from map(_only, read.phrases)
    if read.phrases and not read.english and not result.total:
        yield _say(N_("The cases are in English, and quotation marks ask for these very words."))
    for left in read.left_in:
        yield _say(
            N_(
                "“%(words)s” was read as words and leaves nothing out. "
                "A minus sign before a word does: %(example)s."
            ),
            words=left,
            example=f"-{_last_word(left)}",
        )
    yield from (_limit(one, taxonomy) for one in read.limits)
    yield from _signs(read, text)


def _without_question(read: Analysis, text: str) -> Iterator[Sentence]:
    """What is said of a text that asks nothing."""
    if not (read.exclusions or words(text)):
        yield _say(N_("There is no word in “%(text)s” to search for."), text=text)
    elif read.is_letters_alone:
        yield _say(
            N_("“%(text)s” has no word of more than a letter, and signs are not searched."),
            text=text,
        )
    elif read.wants_all_but:
        yield _say(N_("You say what to leave out only, so everything else is listed."))


def _signs(read: Analysis, text: str) -> Iterator[Sentence]:
    """What is said of signs that mean something elsewhere."""
    for sign in read.not_understood:
        if sign != QUOTE:
            yield _say(N_("“%(sign)s” has no meaning here. It was read as a word."), sign=sign)
        elif words(text):
            yield _say(N_("The second quotation mark is missing, so the first says nothing."))


def _only(phrase: Phrase) -> Sentence:
    if phrase.values:
        return _say(
            N_("Only cases that say “%(phrase)s” or are filed under it."), phrase=phrase.text
        )
    return _say(N_("Only cases that say “%(phrase)s”."), phrase=phrase.text)


def _absent(one: Absent) -> Sentence:
    nearest = tuple(near.label for near in one.nearest)
    if one.facet == _COUNTRY and not nearest:
        return _say(N_("No case from %(place)s."), place=one.label)
    if one.facet == _COUNTRY:
        return _say(
            N_("No case from %(place)s. The nearest: %(nearest)s."),
            place=one.label,
            nearest=nearest,
        )
    if not nearest:
        return _say(N_("No case on “%(trade)s”."), trade=one.label)
    return _say(
        N_("No case on “%(trade)s”. The nearest trades: %(nearest)s."),
        trade=one.label,
        nearest=nearest,
    )


def _regions(result: SearchResult, read: Analysis, taxonomy: Taxonomy) -> Iterator[Sentence]:
    """What is said of a part of the world that nothing is from."""
    for one in read.regions:
        if not one.countries:
            yield _say(N_("No case from %(place)s."), place=one.label)
        elif result.total and not any(
            count.count for count in result.facets[_COUNTRY] if count.value in one.countries
        ):
            yield _say(N_("None of these cases is from %(place)s."), place=one.label)


def _against_filters(
    result: SearchResult, read: Analysis, taxonomy: Taxonomy
) -> Iterator[Sentence]:
    """What is said where the words and the filters want different things."""
    chosen = result.query.filters
    for one in read.exclusions:
        both = [value for value in one.values if value in chosen.get(one.facet, ())]
        for value in both:
            yield _say(
                N_("The filters ask for %(what)s and your words leave it out. It is left out."),
                what=taxonomy.label(one.facet, value),
            )
    named = {
        facet: [one.value for one in read.mentions if one.facet == facet]
        for facet in (_OF_ONE, *(() if result.total else _OF_SEVERAL))
    }
    labels = {
        facet: [taxonomy.label(facet, value) for value in values] for facet, values in named.items()
    }
    for one in read.regions:
        named[_COUNTRY] += one.countries
        labels[_COUNTRY].append(one.label)
    for facet, values in named.items():
        if values and chosen.get(facet) and not set(values) & set(chosen[facet]):
            yield _say(
                N_("Your words ask for %(named)s, and the filters let through only %(chosen)s."),
                named=tuple(labels[facet]),
                chosen=tuple(taxonomy.label(facet, value) for value in chosen[facet]),
            )


def _limit(one: Limit, taxonomy: Taxonomy) -> Sentence:
    facet = _FILTERS.get(one.of, "")
    if not facet or not tuple(taxonomy.facet(facet)):
        return _say(N_("“%(words)s” was read as words: no filter chooses by it."), words=one.text)
    return Sentence(
        message=N_("“%(words)s” was read as words. The filter “%(filter)s” chooses by it."),
        values={"words": one.text, "filter": facet_words(facet, taxonomy).heading},
        headings=frozenset({"filter"}),
    )


def _last_word(text: str) -> str:
    """The last word of a text that counts, as it is written."""
    counting = [word for word in words(text) if stem(word.form)]
    return text[counting[-1].start : counting[-1].end] if counting else text.split()[-1]
