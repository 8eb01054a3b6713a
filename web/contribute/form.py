"""The form of a case as its page shows it: the fields of the records in groups, in their order.

A field that no group names stands at the end: so a new one needs no hand work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.content.case_form import (
    CHOICE,
    CHOICES,
    RECORD,
    RECORDS,
    SPAN,
    WORDS,
    FormField,
    case_form,
)
from kb.model.taxonomy import Taxonomy
from web.contribute.draft import ID, OTHER, TEXT, CaseDraft, headings_of, shown_rows, text_name
from web.contribute.labels import TEXT_HINTS, label_of, options_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fields under one heading; ``is_folded`` where few cases need them."""

    id: str
    title: str
    lead: str
    fields: tuple[str, ...]
    is_folded: bool = False


#: The headings of the form, and the fields of a case under each.
GROUPS = (
    Group(
        id="what",
        title="What and where",
        lead="",
        fields=("title", "summary", "kind", "country", "region", "period"),
    ),
    Group(
        id="who",
        title="Who worked together",
        lead="",
        fields=("members", "type", "form", "formation", "sectors"),
    ),
    Group(
        id="did",
        title="What they set out to do",
        lead="",
        fields=("project", "planned"),
    ),
    Group(
        id="sources",
        title="Where it is written, or who told it",
        lead="Every fact needs a source. It may be a work that others can open. It may also be "
        "what those who did it tell us themselves: the page then says so.",
        fields=("sources",),
    ),
    Group(
        id="came",
        title="What came of it",
        lead="A result is something that happened. An aim belongs in the text. "
        "No result is fine: leave this out.",
        fields=("results", "status"),
    ),
    Group(id="text", title="The text", lead="", fields=()),
    Group(
        id="readers",
        title="For readers",
        lead="These help people to find the case. Write what the case itself says.",
        fields=("role_model_for", "answers", "related", "teaching"),
        is_folded=True,
    ),
)
#: What no group names.
MORE = Group(
    id="more",
    title="For editors",
    lead="An editor can fill these in.",
    fields=(),
    is_folded=True,
)

#: Fields of which a list is suggested while somebody writes.
SUGGESTED = {
    "country": "countries",
    "sources.*.key": "sources",
    "results.*.source": "own-sources",
    "results.*.contradicted.source": "own-sources",
}
#: The lists of which a file has codes, and the facets that name what these stand for.
FACETS_OF_LISTS = {"countries": "country"}
#: A list with more words than this is folded, and no more choices than these stand open.
MOST_OPEN, MOST_RADIOS = 12, 5
#: The fields of a result that most need, in the order in which one tells of it; the others stand
#: folded below.
OF_RESULTS = "results.*."
FIRST = tuple(
    OF_RESULTS + name
    for name in (
        *("statement", "metric", "direction", "level", "value", "unit", "qualifier"),
        *("horizon", "year", "locator", "source"),
    )
)
#: So many sources are suggested.
MOST_SUGGESTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A field on the page.

    Attributes:
        field: of the records.
        name: in the form, with its number.
        label: what it is called.
        hint: what to write; may be empty.
        values: what is written in it.
        options: what it may be: each an id, a label, what it means, and whether it is chosen.
        inner: the fields of a record; of several, a tuple for each.
        rows: the numbers of records that are shown.
        suggested: the list that is suggested; empty for none.
        is_optional: whether it may be left out.
        is_rare: whether it stands folded at the end of its record.
    """

    field: FormField
    name: str
    label: str
    hint: str
    values: tuple[str, ...] = ()
    options: tuple[tuple[str, str, str, bool], ...] = ()
    inner: tuple[tuple[Shown, ...], ...] = ()
    suggested: str = ""
    is_optional: bool = True
    is_rare: bool = False

    @property
    def value(self) -> str:
        """What is written in a field that takes one text."""
        return self.values[0] if self.values else ""

    @property
    def has_meanings(self) -> bool:
        """Whether the vocabulary says of most choices of a list what they mean."""
        meant = sum(bool(meaning) for _, _, meaning, _ in self.options)
        return self.field.kind == CHOICE and 2 * meant > len(self.options)

    @property
    def meaning(self) -> str:
        """What the choice that is chosen means; empty where none is, or it says nothing."""
        return next((meaning for _, _, meaning, chosen in self.options if chosen), "")

    @property
    def is_folded(self) -> bool:
        """Whether its list is so long that it is folded."""
        return len(self.options) > MOST_OPEN

    @property
    def is_open(self) -> bool:
        """Whether its few choices all stand open, each with what it means."""
        means = [meaning for _, _, meaning, _ in self.options]
        return self.field.kind == CHOICE and len(means) <= MOST_RADIOS and all(means)

    @property
    def n_chosen(self) -> int:
        """How many of its options are chosen."""
        return sum(chosen for *_, chosen in self.options)

    @property
    def is_filled(self) -> bool:
        """Whether anything in it, or in a field of it, is written."""
        return any(self.values) or any(one.is_filled for row in self.inner for one in row)

    def holds(self, names: Iterable[str]) -> bool:
        """Whether one of some names is its own, or that of a field in it."""
        return any(name == self.name or name.startswith(f"{self.name}.") for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """The text under a heading."""

    name: str
    heading: str
    hint: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGroup:
    """A group of the form with its fields; that of the text has texts."""

    group: Group
    fields: tuple[Shown, ...]
    texts: tuple[ShownText, ...] = ()
    is_open: bool = True


def groups() -> tuple[Group, ...]:
    """The headings of the form; what none of them names stands under the last."""
    named = {name for group in GROUPS for name in group.fields}
    rest = tuple(one.name for one in case_form() if one.name not in named)
    return (*GROUPS, replace(MORE, fields=rest))


def in_order(names: Iterable[str]) -> list[str]:
    """Names of the form in the order in which the page shows their fields."""
    order = list(_order())
    places = {name: place for place, name in enumerate(order)}

    def place(name: str) -> tuple[int, ...]:
        """Of each part of the name its place among its neighbours, and the numbers between."""
        if name in places:
            return (places[name],)
        parts = name.split(".")
        path = ["*" if part.isdecimal() else part for part in parts]
        numbers = [int(part) for part in parts if part.isdecimal()]
        records = next((at for at, part in enumerate(path) if part == "*"), len(path))
        first = places.get(".".join(path[:records]), len(order))
        return (first, *numbers, places.get(".".join(path), -1))

    return sorted(names, key=place)


def _order() -> Iterator[str]:
    by_name = {one.name: one for one in case_form()}
    for group in groups():
        for name in group.fields:
            yield from _within(by_name[name])
            if name == "title":
                yield ID
        if group.id == TEXT:
            yield from (text_name(number) for number in range(1, len(TEXT_HINTS) + 1))
            yield OTHER


def _within(one: FormField) -> Iterator[str]:
    yield one.name
    for part in _ordered(one.fields):
        yield from _within(part)


def _ordered(fields: Sequence[FormField]) -> list[FormField]:
    """The fields of a record: first those that most need, then the others as they come."""
    return sorted(
        fields, key=lambda one: FIRST.index(one.name) if one.name in FIRST else len(FIRST)
    )


def _is_rare(one: FormField) -> bool:
    return one.name.count(".") == 2 and one.name.startswith(OF_RESULTS) and one.name not in FIRST


def shown_form(draft: CaseDraft, taxonomy: Taxonomy, wrong: Collection[str]) -> list[ShownGroup]:
    """The form of a case in the making.

    Args:
        draft: the case.
        taxonomy: the vocabulary.
        wrong: the names of fields in which something is wrong; their groups stand open.
    """
    by_name = {one.name: one for one in case_form()}
    wrong = {name.partition(".")[0] for name in wrong}
    shown = []
    for group in groups():
        fields = tuple(
            _shown(by_name[name], name, draft, taxonomy) for name in group.fields if name in by_name
        )
        texts = tuple(_texts(draft, taxonomy)) if group.id == "text" else ()
        is_open = not group.is_folded or bool(wrong & set(group.fields))
        if fields or texts:
            shown.append(ShownGroup(group=group, fields=fields, texts=texts, is_open=is_open))
    return shown


def _texts(draft: CaseDraft, taxonomy: Taxonomy) -> Iterator[ShownText]:
    for number, heading in enumerate(headings_of(taxonomy), 1):
        hint = TEXT_HINTS[number - 1] if number <= len(TEXT_HINTS) else ""
        text = draft.sections.get(heading, "")
        yield ShownText(name=text_name(number), heading=heading, hint=hint, text=text)


def _shown(one: FormField, name: str, draft: CaseDraft, taxonomy: Taxonomy) -> Shown:
    label, hint = label_of(one.name, taxonomy)
    values = tuple(draft.texts.get(name, ()))
    inner: tuple[tuple[Shown, ...], ...] = ()
    if one.kind == RECORD:
        inner = (_inner(one, name, draft, taxonomy),)
    elif one.kind == RECORDS:
        inner = tuple(
            _inner(one, f"{name}.{number}", draft, taxonomy)
            for number in range(1, shown_rows(one, draft) + 1)
        )
    elif one.kind == SPAN:
        values = (*values, "", "")[:2]
    elif one.kind == WORDS:
        values = tuple(_in_words(text, one, taxonomy) for text in values)
    return Shown(
        field=one,
        name=name,
        label=label,
        hint=hint,
        values=values,
        options=tuple(_options(one, values, taxonomy)) if one.kind in (CHOICE, CHOICES) else (),
        inner=inner,
        suggested=SUGGESTED.get(one.name, ""),
        is_optional=not one.needed and one.name != "country",
        is_rare=_is_rare(one),
    )


def _inner(one: FormField, name: str, draft: CaseDraft, taxonomy: Taxonomy) -> tuple[Shown, ...]:
    before = f"{one.name}.*" if one.kind == RECORDS else one.name
    return tuple(
        _shown(part, part.name.replace(before, name, 1), draft, taxonomy)
        for part in _ordered(one.fields)
    )


def _in_words(text: str, one: FormField, taxonomy: Taxonomy) -> str:
    """What is written in a field of several words: what the list has by its name, not its code."""
    words = FACETS_OF_LISTS.get(one.vocabulary)
    if not words:
        return text
    known = taxonomy.every(words)
    given = [part.strip() for part in text.split(";")]
    return "; ".join(known.label(known.canonical(part) or part) for part in given if part)


def _options(
    one: FormField, values: Sequence[str], taxonomy: Taxonomy
) -> Iterator[tuple[str, str, str, bool]]:
    """What a field may be; what is written and may not be stands among it, to be seen."""
    chosen = {value for value in values if value}
    if one.vocabulary:
        canonical = taxonomy[one.vocabulary].canonical
        chosen = {canonical(value) or value for value in chosen}
    known = set()
    for option, label, meaning in options_of(one, taxonomy):
        known.add(option)
        yield option, label, meaning, option in chosen
    for value in sorted(chosen - known):
        yield value, value, "not in the list", True


def own_sources(draft: CaseDraft) -> list[str]:
    """The keys of the sources that a draft names, in their order."""
    keys: Mapping[str, None] = dict.fromkeys(
        "".join(texts[:1]).strip()
        for name, texts in draft.texts.items()
        if name.startswith("sources.") and name.endswith(".key")
    )
    return [key for key in keys if key]
