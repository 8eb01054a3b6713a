"""The form of a case as its page shows it: the fields of the records in groups, in plain words.

A field that no table here names stands under its own name at the end, with what its record says of
it: so a new one needs no hand work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.content.case_form import CHOICE, CHOICES, RECORD, RECORDS, SPAN, FormField, case_form
from kb.model.english import capital
from kb.model.facet_words import facet_words
from kb.model.taxonomy import Taxonomy, Term
from web.contribute.checking import Checked
from web.contribute.draft import CaseDraft, headings_of, shown_rows, text_name


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

#: What fields are called, and what to write: by the name in the form, or by its last part. The
#: vocabulary fills in what the compendium is about.
LABELS = {
    "added": ("Added on", "The day the case came in, such as 2026-11-22."),
    "aliases": ("Earlier addresses", ""),
    "answers": ("Questions that it answers", "One on a line, as readers would ask them."),
    "authors": ("Who wrote the text", "One on a line, people as Family, Given."),
    "before": ("The figure before", "In the same unit."),
    "changes": ("Changes", ""),
    "contradicted": ("Another source tells it otherwise", ""),
    "count": ("How many", "A whole number."),
    "country": ("Country", "Several with a ; between them."),
    "direction": ("Which way it went", ""),
    "form": ("How close they work", "Only where the source tells."),
    "horizon": ("By when", "As the source says: first year, over 3 years."),
    "kind": ("What it is", ""),
    "level": ("How far it reaches", ""),
    "members": ("Members", ""),
    "members.who": ("Who they are", "In a few words: small printers in two valleys."),
    "members.networks": (
        "How many {subjects}",
        "Only where the case tells of several at once.",
    ),
    "metric": ("What was measured", ""),
    "our_reading": (
        "What is our own reading",
        "Tick what the source does not say in so many words.",
    ),
    "partners": ("Others who took part", "One on a line: a bank, a college."),
    "period": ("When", ""),
    "period.about": ("The years are not exact", ""),
    "period.from": ("From the year", ""),
    "period.to": ("To the year", ""),
    "planned": ("Which of these were only planned", "Tick what the source tells as an aim only."),
    "qualifier": ("How exact the figure is", ""),
    "range": ("Or two figures, low and high", ""),
    "reading": ("Where a guide is read", ""),
    "region": ("Region or town", ""),
    "related": ("Related cases", "One address on a line: what stands after /cases/."),
    "results": ("Result", ""),
    "results.*.about": ("Of what, exactly", "Where the measure alone does not say."),
    "results.*.locator": ("Where in the source", "A page, a section; for what was told: whole."),
    "results.*.source": ("Which source", "Its key. Leave it out where there is one source alone."),
    "results.*.value": ("The figure", "A plain number: 30, or 7000000."),
    "role_model_for": ("Whom it suits", "One on a line, in words that an owner would use."),
    "sectors": ("Trades", ""),
    "sources": ("Source", ""),
    "sources.*.key": (
        "Short name of the source",
        "Its key in our list. For a new one make a name: rhine-news-2021, told-five-bakers.",
    ),
    "sources.*.locator": ("The place in it", "A page, a section, a paragraph; or: whole."),
    "sources.*.told": ("They told it to us themselves", ""),
    "sources.*.told.by": (
        "Their part in it",
        "Such as: the manager of a member firm. No name of a person.",
    ),
    "sources.*.told.day": ("The day on which it was told", "Such as 2026-11-28."),
    "sources.*.told.may_name": ("The firms agree to be named", ""),
    "sources.*.work": ("A published work that our list does not have", ""),
    "sources.*.work.by": ("Who published it", "A newspaper, an office, a person."),
    "sources.*.work.kind": ("What kind of source it is", ""),
    "sources.*.work.title": ("Its title", "As the work gives it."),
    "sources.*.work.url": ("Its address on the web", "https://…"),
    "sources.*.work.year": ("Its year", "2021, about 2021, or: no date."),
    "statement": ("The result in one sentence", "Write the figure as it stands in the source."),
    "status": ("How it ended", "Only where the source tells."),
    "summary": ("In a sentence or two", "Who did what together, where, and what came of it."),
    "teaching": ("For a class", ""),
    "teaching.questions": ("Questions for a class", "One on a line."),
    "title": ("Title", "Short and plain: Five bakers buy one oven."),
    "unit": ("The unit of the figure", "Percent, jobs, a currency. Needed with any figure."),
    "withdrawn": ("Withdrawn", ""),
    "year": ("Of which year", ""),
}
#: What to write in the fields that are called as their facets are everywhere.
HINTS_OF_FACETS = {
    "formation": "Only where the source tells.",
    "project": "Tick what fits, done or planned.",
    "type": "Leave it open where the source does not say.",
}
#: Fields of which a list is suggested while somebody writes.
SUGGESTED = {
    "country": "countries",
    "sources.*.key": "sources",
    "results.*.source": "own-sources",
    "results.*.contradicted.source": "own-sources",
}
#: What stands in the text under each heading, in their order.
TEXT_HINTS = (
    "What was difficult before, and what each was alone.",
    "Who joined, how many, and what they agreed on.",
    "What they did, step by step.",
    "What came of it, as the source tells. Say what is not told.",
    "What others can learn from it. This part is our own reading.",
)
#: A list with more words than this is folded.
MOST_OPEN = 12
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
        optional: whether it may be left out.
    """

    field: FormField
    name: str
    label: str
    hint: str
    values: tuple[str, ...] = ()
    options: tuple[tuple[str, str, str, bool], ...] = ()
    inner: tuple[tuple[Shown, ...], ...] = ()
    suggested: str = ""
    optional: bool = True

    @property
    def value(self) -> str:
        """What is written in a field that takes one text."""
        return self.values[0] if self.values else ""

    @property
    def is_folded(self) -> bool:
        """Whether its list is so long that it is folded."""
        return len(self.options) > MOST_OPEN

    @property
    def n_chosen(self) -> int:
        """How many of its options are chosen."""
        return sum(chosen for *_, chosen in self.options)

    @property
    def is_filled(self) -> bool:
        """Whether anything in it, or in a field of it, is written."""
        return any(self.values) or any(one.is_filled for row in self.inner for one in row)


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


def shown_form(draft: CaseDraft, taxonomy: Taxonomy, found: Checked | None) -> list[ShownGroup]:
    """The form of a case in the making."""
    by_name = {one.name: one for one in case_form()}
    named = {name for group in GROUPS for name in group.fields}
    rest = tuple(name for name in by_name if name not in named)
    wrong = {fault.name.partition(".")[0] for fault in found.faults} if found else set()
    groups = []
    for group in (*GROUPS, replace(MORE, fields=rest)):
        fields = tuple(
            _shown(by_name[name], name, draft, taxonomy) for name in group.fields if name in by_name
        )
        texts = tuple(_texts(draft, taxonomy)) if group.id == "text" else ()
        is_open = not group.is_folded or bool(wrong & set(group.fields))
        if fields or texts:
            groups.append(ShownGroup(group=group, fields=fields, texts=texts, is_open=is_open))
    return groups


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
    return Shown(
        field=one,
        name=name,
        label=label,
        hint=hint,
        values=values,
        options=tuple(_options(one, values, taxonomy)) if one.kind in (CHOICE, CHOICES) else (),
        inner=inner,
        suggested=SUGGESTED.get(one.name, ""),
        optional=not one.needed and one.name != "country",
    )


def _inner(one: FormField, name: str, draft: CaseDraft, taxonomy: Taxonomy) -> tuple[Shown, ...]:
    before = f"{one.name}.*" if one.kind == RECORDS else one.name
    return tuple(
        _shown(part, part.name.replace(before, name, 1), draft, taxonomy) for part in one.fields
    )


def label_of(name: str, taxonomy: Taxonomy) -> tuple[str, str]:
    """What a field is called, and what to write in it."""
    if name in HINTS_OF_FACETS:
        return facet_words(name, taxonomy).fact, HINTS_OF_FACETS[name]
    last = name.rpartition(".")[2]
    if name in LABELS or last in LABELS:
        label, hint = LABELS.get(name) or LABELS[last]
        return taxonomy.filled(label), hint
    return capital(last.replace("_", " ")), ""


def about_of(one: FormField) -> str:
    """What the record says of a field that no table here names."""
    known = one.name in LABELS or one.last in LABELS or one.name in HINTS_OF_FACETS
    return "" if known else one.about


def _options(
    one: FormField, values: Sequence[str], taxonomy: Taxonomy
) -> Iterator[tuple[str, str, str, bool]]:
    """What a field may be; what is written and may not be stands among it, to be seen."""
    if one.vocabulary:
        vocabulary = taxonomy[one.vocabulary]
        chosen = {vocabulary.canonical(value) or value for value in values if value}
        terms = [(term.id, term.label, _meaning(term)) for term in vocabulary]
    else:
        chosen = {value for value in values if value}
        terms = [
            (word, label_of(word, taxonomy)[0] if one.kind == CHOICES else word, "")
            for word in one.words
        ]
    known = {option for option, _, _ in terms}
    for option, label, meaning in terms:
        yield option, label, meaning, option in chosen
    for value in sorted(chosen - known):
        yield value, value, "not in the list", True


def _meaning(term: Term) -> str:
    return term.means or term.definition


def own_sources(draft: CaseDraft) -> list[str]:
    """The keys of the sources that a draft names, in their order."""
    keys: Mapping[str, None] = dict.fromkeys(
        "".join(texts[:1]).strip()
        for name, texts in draft.texts.items()
        if name.startswith("sources.") and name.endswith(".key")
    )
    return [key for key in keys if key]
