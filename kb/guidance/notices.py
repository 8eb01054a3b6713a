"""What is said once above the role models of a profile, and not in the card of each.

Sentences on what contradicts itself, and on what no case has, or none of those that suit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.guidance.profile import Profile, contradictions
from kb.guidance.profile_comparison import FieldComparison, country_in_line
from kb.guidance.profile_score import excludes_public_money, left_out
from kb.guidance.role_models import RoleModel, RoleModels
from kb.guidance.suggestions import counted_in_words, sectors_named
from kb.model.english import in_line, joined, number_word, with_article
from kb.model.taxonomy import Taxonomy
from kb.search.query_analysis import Analysis
from kb.search.searcher import Searcher
from kb.text.negations import LACKING
from kb.text.similar_names import a_slip_apart

#: The fields of a profile that are ticked, and the facet of their values.
_TICKED = {"goal": "project", "my_sector": "sector", "common": "type", "my_form": "form"}
#: Those of them that a filter on the same facet can contradict: who asks for cases of another
#: sector, or of another project, wants to see these.
_NARROWED = ("common", "my_form")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What is said once.

    Attributes:
        contradictions: what cannot well be at once.
        left_out: what the words leave out of the cases, or were to and do not.
        absent: what no case has, or none of the role models.
        fields: those of a profile of which the comparison with a case then says nothing more.
    """

    contradictions: tuple[str, ...]
    left_out: tuple[str, ...]
    absent: tuple[str, ...]
    fields: frozenset[str]

    def left(self, model: RoleModel) -> tuple[FieldComparison, ...]:
        """What the card of a role model still has to say of the comparison."""
        return tuple(one for one in model.comparison if one.field not in self.fields)


def notices_of(answer: RoleModels, searcher: Searcher) -> Notices:
    """What is said once of an answer."""
    absent = tuple(_absent(answer, searcher))
    asked = answer.reading
    return Notices(
        contradictions=tuple(_contradictions(answer, asked, searcher)),
        left_out=tuple(_left_out(answer, asked, searcher)),
        absent=tuple(dict.fromkeys(one.sentence for one in absent)),
        fields=frozenset(one.field for one in absent if one.is_all),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Absent:
    """What no case has in a field; ``is_all`` where that is all that the profile says there."""

    field: str
    sentence: str
    is_all: bool = True


def _absent(answer: RoleModels, searcher: Searcher) -> Iterator[_Absent]:
    counted, taxonomy = searcher.compendium.holdings.cases, searcher.taxonomy
    country = answer.profile.my_country
    if country and taxonomy.every("country").get(country) is None:
        yield _Absent(field="my_country", sentence=_no_country(country, taxonomy))
    elif country:
        name = country_in_line(country, taxonomy)
        if not counted.count(country=country):
            yield _Absent(field="my_country", sentence=f"No case is from {name} yet.")
        elif len(answer.models) > 1 and not any(
            country in model.case.facets.get("country", ()) for model in answer.models
        ):
            yield _Absent(field="my_country", sentence=f"None of these cases is from {name}.")
    for field, facet in _TICKED.items():
        values = _ticked(answer.profile, field)
        without = [one for one in values if not counted.count(**{facet: one})]
        if without:
            labels = [f"“{taxonomy.label(facet, one)}”" for one in without]
            sentence = f"No case has {joined(labels, 'or')} yet."
            yield _Absent(field=field, sentence=sentence, is_all=len(without) == len(values))


def _no_country(typed: str, taxonomy: Taxonomy) -> str:
    """What is said of a country that no country is called; with the one that it may be."""
    names = [term.label for term in taxonomy.every("country")]
    near = [name for name in names if a_slip_apart(typed.casefold(), name.casefold())]
    meant = f" Did you mean {joined(near, 'or')}?" if near else ""
    return f"No country is called “{typed}”, so it counts for nothing.{meant}"


def _ticked(profile: Profile, field: str) -> tuple[str, ...]:
    value = getattr(profile, field)
    return (value,) if isinstance(value, str) and value else tuple(value)


def _left_out(answer: RoleModels, asked: Analysis, searcher: Searcher) -> Iterator[str]:
    for one in left_out(answer.profile, asked, searcher.taxonomy).exclusions:
        yield f"Left out, as your words say: {one.called(searcher.taxonomy)}."
        if one.facet == "formation":
            yield "Cases that do not tell who paid are in."
    yield from _paid(answer, searcher.taxonomy)
    for left in asked.left_in:
        if not LACKING.match(left):  # "no oven", "bakers who do not export": so a firm is
            yield f"“{left}” was read as words and leaves nothing out."


def _paid(answer: RoleModels, taxonomy: Taxonomy) -> Iterator[str]:
    """What is said where the form wants no public money, and role models came to be with it."""
    if answer.profile.funding != "own":
        return
    paid = [taxonomy.public_money(one.case.facets.get("formation", ())) for one in answer.models]
    n = sum(public and not own for public, own in paid)
    if n:
        cases = "one of these cases" if n == 1 else f"{number_word(n)} of these cases"
        yield f"Who pays is compared and leaves nothing out: public support helped {cases} along."


def _contradictions(answer: RoleModels, asked: Analysis, searcher: Searcher) -> Iterator[str]:
    profile, taxonomy = answer.profile, searcher.taxonomy
    yield from contradictions(profile, taxonomy)
    in_words = counted_in_words(profile, searcher.mentions)
    if profile.partners is not None and in_words not in (0, profile.partners):
        n = number_word(profile.partners)
        yield (
            f"Your words speak of {number_word(in_words)} firms, the field of {n}. "
            f"Cases are compared with {n}."
        )
    if profile.funding == "public" and excludes_public_money(asked, taxonomy):
        yield "Your words want no public money, and the form says that you want it."
    for one in asked.contradictory:
        yield f"Your words ask for “{one.text}” and leave it out. It was not left out."
    yield from _two_trades(profile, searcher)
    for field in _NARROWED:
        facet = _TICKED[field]
        shown, wanted = answer.query.filters.get(facet, ()), _ticked(profile, field)
        if shown and wanted and not set(shown) & set(wanted):
            want, show = (
                joined([with_article(in_line(taxonomy.label(facet, one))) for one in values], "or")
                for values in (wanted, shown)
            )
            yield f"You want {want}, and the filters show only {show}."


def _two_trades(profile: Profile, searcher: Searcher) -> Iterator[str]:
    """What is said where the words on a firm name sectors, and its field names others."""
    taxonomy = searcher.taxonomy
    named = sectors_named(profile.business, searcher) if profile.my_sector else ()
    if named and not set(named) & set(profile.my_sector):
        said, chosen = (
            joined([f"“{taxonomy.label('sector', one)}”" for one in values])
            for values in (named, profile.my_sector)
        )
        yield f"Your words are of {said}, the field “Your sector” says {chosen}. Both count."
