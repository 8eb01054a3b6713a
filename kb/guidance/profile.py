"""What a firm says of itself and what it wants, made canonical and checked.

A profile is not a query: nothing in it filters. Each part that is given is compared
with the cases (see ``kb.guidance.role_models``), each that is not is left out of account.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kb.errors import QueryError
from kb.model.taxonomy import Taxonomy, Vocabulary

#: The texts of a profile, and the longest that each may be, in characters.
MAX_TEXT = 600
#: The largest firm and the largest group that make sense as a small firm's profile.
MAX_SIZE = 10_000
MAX_PARTNERS = 1_000
MAX_COUNTRY = 60

#: Whether the firms pay for it all themselves, or public money is wanted.
FUNDING = ("own", "public")

#: The parts of a profile in the order of the form; names of its parameters.
FIELDS: tuple[str, ...] = (
    "business",
    "my_sector",
    "my_country",
    "size",
    "partners",
    "aim",
    "goal",
    "common",
    "my_form",
    "funding",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A firm, canonical and within limits (see ``make_profile``).

    ``business`` is what the firm does and ``aim`` what it wants with others, in its
    own words; ``goal`` are projects, ``common`` the network types that say what the
    partners have in common, ``size`` the people in the firm and ``partners`` the
    firms that would join, itself included. ``my_country`` is the code of a country, or
    what was typed where no country is called so.
    """

    business: str = ""
    my_sector: tuple[str, ...] = ()
    my_country: str = ""
    size: int | None = None
    partners: int | None = None
    aim: str = ""
    goal: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    my_form: str = ""
    funding: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is given."""
        return self == Profile()

    @property
    def says_what(self) -> bool:
        """Whether it holds anything that is scored; size, partners and country are only told."""
        unscored = Profile(size=self.size, partners=self.partners, my_country=self.my_country)
        return self != unscored


def make_profile(
    taxonomy: Taxonomy,
    *,
    business: str = "",
    my_sector: Iterable[str] = (),
    my_country: str = "",
    size: int | None = None,
    partners: int | None = None,
    aim: str = "",
    goal: Iterable[str] = (),
    common: Iterable[str] = (),
    my_form: str = "",
    funding: str = "",
) -> Profile:
    """Check a profile and make it canonical.

    Values of the vocabulary may be ids, labels or aliases in any case. White space
    does not count.

    Raises:
        QueryError: names the parameter, the value and what is allowed.
    """
    return Profile(
        business=_text("business", business, MAX_TEXT),
        my_sector=_terms("my_sector", my_sector, taxonomy["sectors"]),
        my_country=_country(my_country, taxonomy),
        size=_whole("size", size, 1, MAX_SIZE, "the people in your firm"),
        partners=_whole(
            "partners", partners, 2, MAX_PARTNERS, "the firms that would join, yours included"
        ),
        aim=_text("aim", aim, MAX_TEXT),
        goal=_terms("goal", goal, taxonomy["projects"]),
        common=_terms("common", common, taxonomy["types"]),
        my_form=_one("my_form", my_form, taxonomy["forms"]),
        funding=_funding(funding),
    )


def given(profile: Profile) -> Mapping[str, str | int | tuple[str, ...]]:
    """The parts that are given, by name, in the order of the form."""
    parts = ((name, getattr(profile, name)) for name in FIELDS)
    return {name: value for name, value in parts if value not in ("", None, ())}


def values_of(profile: Profile, name: str) -> tuple[object, ...]:
    """The values of one part, one where it takes one, empty or None where it is not given."""
    value = getattr(profile, name)
    return value if isinstance(value, tuple) else (value,)


def with_goal(profile: Profile, goal: str) -> Profile:
    """A profile that wants one thing more."""
    return replace(profile, goal=(*profile.goal, goal))


def words_of_profile(profile: Profile) -> str:
    """What the profile says in its own words, as one text."""
    return " ".join(part for part in (profile.business, profile.aim) if part)


def contradictions(profile: Profile, taxonomy: Taxonomy) -> tuple[str, ...]:
    """What cannot well be at once, each as a sentence; the profile is answered all the same."""
    return (*_unpaid(profile, taxonomy), *_out_of_bounds(profile, taxonomy))


def _unpaid(profile: Profile, taxonomy: Taxonomy) -> Iterator[str]:
    """The types that come with public money, where none is wanted."""
    for value in profile.common if profile.funding == "own" else ():
        term = taxonomy["types"].get(value)
        if term is not None and term.public_money:
            yield term.notice or f"You want no public money, which goes with {term.in_line}."


def _out_of_bounds(profile: Profile, taxonomy: Taxonomy) -> Iterator[str]:
    """The form, where more or fewer would join than go with it."""
    term, n = taxonomy["forms"].get(profile.my_form), profile.partners
    if term is None or n is None:
        return
    least, most = term.least_members, term.most_members
    bounds = (
        f"at least {least}" if least is not None and n < least else "",
        f"at most {most:,}" if most is not None and n > most else "",
    )
    for bound in filter(None, bounds):
        usual = f"{term.label} goes with {bound} members, and not with {n:,}."
        yield term.notice.replace("{n}", f"{n:,}") or usual


def _text(parameter: str, text: str, most: int) -> str:
    # Half a pair of surrogates (bytes of a command line that are not UTF-8) is no character.
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    if len(text) > most:
        raise QueryError(
            f"{parameter} must be at most {most} characters, not {len(text):,}"
            + ("; a few sentences say enough." if most == MAX_TEXT else "."),
            parameter=parameter,
            value=text[:40] + "…",
        )
    return text


def _country(name: str, taxonomy: Taxonomy) -> str:
    text = _text("my_country", name, MAX_COUNTRY)
    names = (text, text[4:]) if text.casefold().startswith("the ") else (text,)
    known = (one.canonical(name) for name in names for one in _countries(taxonomy))
    return next(filter(None, known), text)


def _countries(taxonomy: Taxonomy) -> tuple[Vocabulary, Vocabulary]:
    """Those of which there are cases, and all."""
    return taxonomy.facet("country"), taxonomy.world


def _whole(parameter: str, value: int | None, least: int, most: int, what: str) -> int | None:
    if value is not None and not least <= value <= most:
        raise QueryError(
            f"{parameter} must be a whole number from {least} to {most:,} ({what}), not {value:,}.",
            parameter=parameter,
            value=value,
        )
    return value


def _terms(parameter: str, values: Iterable[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    return tuple(dict.fromkeys(vocabulary.asked(value, parameter) for value in values))


def _one(parameter: str, value: str, vocabulary: Vocabulary) -> str:
    return vocabulary.asked(value, parameter) if value.strip() else ""


def _funding(value: str) -> str:
    text = value.strip().casefold()
    if text and text not in FUNDING:
        raise QueryError(
            f"funding must be one of {', '.join(FUNDING)}, not {value[:60]!r}.",
            parameter="funding",
            value=value,
            allowed=FUNDING,
        )
    return text
