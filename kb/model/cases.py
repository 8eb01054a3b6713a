"""The records of content: frozen, without behaviour of their own.

A *case* is a document of the corpus, a *passage* the piece of it that is
embedded and retrieved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the facts of a case stand: a key of ``sources.bib`` and the place in it."""

    key: str
    locator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Who took part."""

    who: str
    count: int | None = None
    qualifier: str | None = None
    networks: int | None = None
    partners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Years, inclusive; at least one of the two is given."""

    start: int | None = None
    end: int | None = None
    about: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """An amount of money in another currency: our arithmetic, and no word of the source."""

    currency: Annotated[str, Field(description="ISO 4217 code of what it was converted into")]
    low: Annotated[float, Field(description="The amount, or the low end of a range")]
    high: Annotated[float, Field(description="The amount, or the high end")]
    year: Annotated[int, Field(description="The year whose mean rate was taken")]
    rate: Annotated[
        float, Field(description="Units of the source's currency for one of this, in that year")
    ]
    by: Annotated[str, Field(description="Whose rate it is, and whose arithmetic")] = (
        "European Central Bank; our conversion"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Another source that tells a result otherwise, and why it was not the one that was taken."""

    source: Annotated[str, Field(description="Key of the other source in `references`")]
    locator: Annotated[str, Field(description="Where in it that stands")]
    says: Annotated[str, Field(description="What it says, in a sentence")]
    why: Annotated[str, Field(description="Why the other account was taken")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One thing that the source reports as achieved.

    ``low`` and ``high`` are equal for a single value, differ for a range and are
    both None for a result told in words. ``before`` is in the same unit. ``about`` is
    what was measured where the metric alone does not say, ``of`` how many firms a share
    is of; ``compared_with`` is what a change is measured
    against where that is not the same firms before. ``merged`` says that it joins two
    passages of the source, which the editors take to be one account. ``converted`` is an
    amount of money in euros, where its year and a rate are known: beside the figure, and never
    in its place.
    """

    metric: str
    level: str
    direction: Annotated[str, Field(description="Which way it moved")]
    statement: Annotated[str, Field(description="The result in a sentence")]
    source: Annotated[str, Field(description="Key of the source in `references`")]
    locator: Annotated[str, Field(description="Where in the source it stands")]
    low: Annotated[float | None, Field(description="The figure, or the low end of a range")] = None
    high: Annotated[float | None, Field(description="The figure, or the high end")] = None
    before: Annotated[float | None, Field(description="The figure before, in the same unit")] = None
    unit: str | None = None
    qualifier: str | None = None
    before_qualifier: str | None = None
    horizon: Annotated[str | None, Field(description="By when: `first year`")] = None
    about: Annotated[
        str | None,
        Field(description="What was measured, where the metric alone does not say: `equipment`"),
    ] = None
    of: Annotated[int | None, Field(description="How many firms a share is of")] = None
    compared_with: Annotated[
        str | None,
        Field(
            description="What a change is measured against where that is not the same firms before"
        ),
    ] = None
    merged: Annotated[
        bool,
        Field(description="Whether it joins two passages of the source, taken to be one account"),
    ] = False
    year: Annotated[
        int | None, Field(description="The year that the figure is of, as the source tells it")
    ] = None
    converted: Annotated[
        Converted | None,
        Field(
            description="An amount of money in euros, by us; null where year or rate is not known"
        ),
    ] = None
    contradicted: Annotated[
        Contradiction | None,
        Field(description="Another source that tells it otherwise, which was not taken"),
    ] = None

    @property
    def has_figure(self) -> bool:
        """Whether the source gives a number, and does not tell the result in words alone."""
        return self.low is not None and self.high is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPlace:
    """Where a newcomer reads a guide: a part, as the vocabulary names it, and the place in it."""

    part: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the editors changed in a case, on which day, in a sentence."""

    day: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """That a case was taken out of the compendium: on which day, and why."""

    day: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """That a case was reread against one of its sources: on which day, and by which of them."""

    day: Annotated[str, Field(description="The day on which the case was reread")]
    source: Annotated[str, Field(description="Key of the source in `references`")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A case that was withdrawn, as far as its page still tells of it."""

    title: str
    day: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One document of the compendium.

    ``facets`` maps each name of ``FACETS`` to canonical values, in the order of
    the file; a facet without values maps to an empty tuple. ``planned`` are those of its
    projects that the source tells as an aim only. ``body`` is Markdown.
    ``role_model_for`` says in the editors' words whom the case suits, ``answers`` which
    questions it answers. ``is_guide`` says that its kind explains and reports nothing.
    ``digest`` is the SHA-256 of the file's bytes, ``version`` the digest of the version that this
    is (``kb.model.case_versions``). ``reading`` is where a guide is read among
    the others, None where the file does not say, and of every other case. ``authors`` wrote it,
    each as ``Family, Given`` or an organisation; without them it is by the compendium. ``aliases``
    are ids under which it stood before, ``changes`` what the editors changed, as the file lists
    it. ``withdrawn`` is None for every case of a snapshot. ``verified`` says when the text was last
    reread against a source, None where nobody noted that.
    """

    id: str
    title: str
    kind: str
    summary: str
    body: str
    facets: Mapping[str, tuple[str, ...]]
    results: tuple[Result, ...]
    sources: tuple[Source, ...]
    planned: tuple[str, ...] = ()
    members: Members | None = None
    period: Period | None = None
    region: str | None = None
    related: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    role_model_for: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    our_reading: tuple[str, ...] = ()
    added: str | None = None
    digest: str = ""
    is_guide: bool = False
    reading: ReadingPlace | None = None
    authors: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    withdrawn: Withdrawal | None = None
    changes: tuple[Change, ...] = ()
    version: str = ""
    verified: Verified | None = None

    @property
    def audience_lines(self) -> tuple[str, ...]:
        """What the editors say of whom it suits and what it answers, in that order."""
        return (*self.role_model_for, *self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The piece of a case that is embedded and retrieved.

    ``text`` is what a reader is shown; ``context`` (title and facets) goes before
    it only in what the encoder reads.
    """

    case_id: str
    ordinal: int
    heading: str
    text: str
    context: str = ""

    @property
    def id(self) -> str:
        """The stable id, ``norway/graphic-arts#2``."""
        return f"{self.case_id}#{self.ordinal}"

    @property
    def encoded_text(self) -> str:
        """What the encoder reads."""
        return f"{self.context}\n{self.text}" if self.context else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the editors saw of a source."""

    how: Annotated[
        str,
        Field(
            description="`opened` at its address, read in a `stored copy`, an `excerpt` of it, or "
            "`told` by those who did it"
        ),
    ]
    day: Annotated[str | None, Field(description="The day on which it was seen")] = None
    part: Annotated[str | None, Field(description="Which part of it: `the abstract`")] = None

    @property
    def is_excerpt(self) -> bool:
        """Whether only a passage was seen."""
        return self.how == EXCERPT


#: How a source was seen.
OPENED, STORED_COPY, EXCERPT = HOW_SEEN = ("opened", "stored copy", "excerpt")
#: What a source is to what it tells: of those who did or studied it, or told after others.
PRIMARY, SECONDARY = KINDS_OF_SOURCE = ("primary", "secondary")
#: The kind of a source that a case alone has, and how it came: those who did it told it to the
#: compendium themselves, and it is published nowhere.
TOLD = "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """Who wrote or edited: a person, or an organisation, whose whole name is ``family``."""

    family: str
    given: str = ""
    suffix: str = ""
    is_organisation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What an entry of the bibliography says of a work, part by part, in plain text.

    Attributes:
        type: of the entry, such as ``book``.
        authors: who wrote it.
        editors: who edited it.
        date: ``1998``, ``1998-09``, ``1998-09-23``, or the first and the last of them with a
            slash between; empty where it has none.
        fields: the fields of ``PRINTED`` that it has, by name.
    """

    type: str = "misc"
    authors: tuple[Name, ...] = ()
    editors: tuple[Name, ...] = ()
    date: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


#: The fields of an entry that a reference manager prints, beside those that are read into others.
PRINTED = (
    *("subtitle", "publisher", "institution", "organization", "school", "howpublished"),
    *("journal", "journaltitle", "booktitle", "series", "type", "number", "volume", "issue"),
    *("pages", "edition", "address", "location", "eventtitle", "doi", "isbn", "issn", "language"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One entry of the bibliography, ready to show.

    ``kind`` is one of ``KINDS_OF_SOURCE`` or ``TOLD``; ``gone`` is the day on which its page was
    found to be gone, ``archived`` the address of a copy. ``cited_in`` is where one source names
    this one, which makes it further reading; ``subject`` is the heading that it stands under there.
    ``bibtex`` is the entry as it stands in the file, empty for one of a case. ``by`` is who wrote
    it, in short: last names, an organisation, or the publisher; empty if not named. ``imprint`` is
    the entry part by part, for reference managers. ``is_own`` says that a case brings it along, and
    that no other case can cite it.
    """

    key: str
    authors: str
    title: str
    year: str
    note: str
    url: str | None = None
    kind: str | None = None
    seen: Seen | None = None
    archived: str | None = None
    gone: str | None = None
    cited_in: Source | None = None
    subject: str = ""
    bibtex: str = ""
    by: str = ""
    imprint: Imprint = Imprint()
    is_own: bool = False
