"""What a rule of ``kb check`` says of a field, in the words of the form.

The rule, what it found and what it allows are those of the command. Only the place is said
otherwise: the form has labels and choices, and nobody who fills it in sees a file. A rule whose
sentence says nothing of a file needs no words here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kb.content.case_form import CHOICE, CHOICES, LINES, RECORDS, FormField, every_field
from kb.errors import Problem
from kb.model.english import capital, in_line, joined
from kb.model.taxonomy import GUIDE, SHARE, Taxonomy
from kb.text.counted import read_count
from web.contribute.labels import label_of, options_of

#: As many choices are named in a sentence.
MOST_NAMED = 5
_RULE_NAME = re.compile(r" \(rule: [^)]*\)")
_NUMBER = re.compile(r"\[(\d+)\]")
_QUOTED = re.compile(r"('[^']*'|\"[^\"]*\")")
_LENGTHS = re.compile(r"at most (\d+) characters, not (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is wrong in a field of the form.

    Attributes:
        problem: what the rule says.
        name: of the field, with its numbers; empty where it is none.
        taxonomy: the vocabulary.
        title_of: the title of a case by its id; empty where there is none.
    """

    problem: Problem
    name: str
    taxonomy: Taxonomy
    title_of: Callable[[str], str]

    @property
    def field(self) -> FormField | None:
        """The field; None where it is none of the front-matter."""
        return every_field().get(_starred(self.name))

    @property
    def value(self) -> str:
        """What was written, in quotes."""
        return f"“{self.problem.value}”"

    @property
    def said(self) -> str:
        """What the rule says after the name of the field, without the name of a rule."""
        message = self.problem.message.removeprefix(self.problem.field).lstrip()
        return _RULE_NAME.sub("", message)

    @property
    def item(self) -> str:
        """Which of several lines it is in, such as ``Line 2: ``; empty where it is in all."""
        found = re.search(r"\[(\d+)\]$", self.problem.field)
        is_line = self.field is not None and self.field.kind == LINES
        return f"Line {found[1]}: " if found and is_line else ""

    def label(self, name: str) -> str:
        """What another field is called, in quotes."""
        return f"“{label_of(name, self.taxonomy)[0]}”"

    def option(self, value: str) -> str:
        """What a choice of the field is called."""
        vocabulary = self.field.vocabulary if self.field else ""
        return self.taxonomy[vocabulary].label(value) if vocabulary else value


def sentence(told: Told) -> str:
    """What is wrong, and what to do, as the form says it."""
    words = _WORDS.get(told.problem.rule)
    text = words(told) if words else _of_this(told)
    return told.item + text if text.startswith("“") or not told.item else told.item + in_line(text)


def _of_this(told: Told) -> str:
    """The rule's own sentence, of the field that it stands beside."""
    text = told.said
    if text.split(" ", 1)[0] in _VERBS:
        text = f"This {text}"
    parts = _QUOTED.split(text)  # what somebody wrote is left as it is
    for number in range(0, len(parts), 2):
        for word, label in _NAMES.items():
            parts[number] = re.sub(word, told.label(label), parts[number])
    text = "".join(parts)
    return text[:1].upper() + text[1:]


#: With what the sentence of a rule begins that leaves out what it is about.
_VERBS = frozenset(("must", "is", "holds", "says", "gives", "names", "promises", "speaks", "still"))
#: What rules call other fields of the same record, and what these are.
_NAMES = {
    r"\bthe statement\b": "results.*.statement",
    r"\bthe horizon\b": "results.*.horizon",
    r"\bdirection(?= says\b)": "results.*.direction",
    r"(?<=correct )the direction\b": "results.*.direction",
}


# --- what is not there -----------------------------------------------------------------------


def _missing(told: Told) -> str:
    field = told.field
    if field is None:
        return "Fill this in."
    if field.kind == RECORDS:
        return f"Add at least one {in_line(label_of(field.name, told.taxonomy)[0])}."
    if field.kind in (CHOICE, CHOICES):
        labels = [capital(label) for _, label, _ in options_of(field, told.taxonomy)]
        if len(labels) <= MOST_NAMED:
            return f"Choose one: {joined(labels, 'or')}."
        return "Choose one of the list."
    example = field.example.rstrip(".")
    if field.vocabulary:
        example = told.taxonomy.every("country").label(example)
    return f"Fill this in. An example: {example}." if example else "Fill this in."


# --- what is not one of those that may be ----------------------------------------------------


def _no_choice(told: Told) -> str:
    field = told.field
    if field is None or not field.vocabulary:
        return f"{told.value} is none of the choices. Choose one of the list."
    near = told.taxonomy[field.vocabulary].nearest(told.problem.value)
    return f"{told.value} is none of the choices. {_meant(map(told.option, near))}Choose one."


def _meant(near: Iterable[str]) -> str:
    named = list(dict.fromkeys(near))[:2]
    return f"Did you mean {joined(named, 'or')}? " if named else ""


def _no_country(told: Told) -> str:
    countries = told.taxonomy.every("country")
    codes = filter(None, map(countries.canonical, told.problem.allowed))
    return (
        f"{told.value} is no country that we know. {_meant(map(countries.label, codes))}"
        "Write its English name."
    )


def _no_source(told: Told) -> str:
    near = told.problem.fix is not None or "did you mean" in told.problem.message
    return (
        f"{told.value} is no short name in our list. "
        f"{_meant(told.problem.allowed[:1]) if near else ''}"
        f"For a source that is not in the list, fill in {told.label('sources.*.told')} or "
        f"{told.label('sources.*.work')}."
    )


def _no_case(told: Told) -> str:
    titles = ((case_id, told.title_of(case_id)) for case_id in told.problem.allowed)
    near = (f"{case_id} ({title})" if title else case_id for case_id, title in titles)
    return f"No case has the address {told.value}. {_meant(near)}Take it out, or mend it."


# --- lengths and numbers ---------------------------------------------------------------------


def _too_long(told: Told) -> str:
    found = _LENGTHS.search(told.problem.message)
    if found is None:
        return _of_this(told)
    most, length = int(found[1]), int(found[2])
    return f"Write {most:,} characters or fewer. This has {length:,}, so cut {length - most:,}."


def _no_whole_number(told: Told) -> str:
    record = told.field.name.rpartition(".")[0] if told.field else ""
    exact, unit = f"{record}.qualifier", f"{record}.unit"
    counted = read_count(re.sub(r"[%$€£]", "", told.problem.value))
    if counted is None:
        return _of_this(told)
    text = f"Write the number alone: {counted.number}."
    if counted.qualifier and exact in every_field():
        return f"{text} Choose “{counted.qualifier}” under {told.label(exact)}."
    if unit in every_field():
        return f"{text} What it counts is chosen under {told.label(unit)}."
    return text


def _figure(told: Told) -> str:
    if told.problem.field.endswith(".of"):
        return _of_this(told)
    told_there = told.problem.allowed
    tells = f"tells {joined(told_there)}" if told_there else "tells no figure"
    return (
        f"{told.label('results.*.statement')} does not tell this figure, {told.problem.value}: it "
        f"{tells}. Correct one of the two."
    )


# --- what hangs on other fields --------------------------------------------------------------


def _share(told: Told) -> str:
    unit = told.taxonomy["units"].get(told.taxonomy.unit_of(SHARE) or "")
    choose = f"Choose the unit “{unit.label}”, or leave" if unit else "Leave"
    return f"This is for a share of firms. {choose} this empty."


def _planned(told: Told) -> str:
    field = every_field()["planned"]
    term = told.taxonomy[field.vocabulary].label(told.problem.value)
    return f"Tick “{term}” under {told.label('project')} too, or take it out here."


def _our_reading(told: Told) -> str:
    found = re.search(r"names '(\w+)'", told.problem.message)
    name = found[1] if found else ""
    label = told.label(name if name != "unit" else "results.*.unit")
    return f"{label} is ticked here, and nothing stands in it. Fill it in, or take the tick out."


def _aim(told: Told) -> str:
    return told.said.partition(";")[0].replace("must tell", "Tell", 1) + (
        ". Say what came of it, or move the aim to the text."
    )


def _merged(told: Told) -> str:
    said = told.said.partition(" and must be marked")[0]
    return f"This {said}. Then tick {told.label('results.*.merged')}."


def _contradicting(told: Told) -> str:
    earlier = _NUMBER.search(told.said)
    which = f"{label_of('results', told.taxonomy)[0]} {earlier[1]}" if earlier else "Another result"
    return (
        f"{which}, from another source, gives another figure for the same. Say of what time each "
        f"is: fill in {told.label('results.*.year')} or {told.label('results.*.horizon')}. Or keep "
        f"one of the two, and fill in {told.label('results.*.contradicted')}."
    )


def _money(told: Told) -> str:
    return (
        "An amount of money needs a time, as its source has no year. Fill in "
        f"{told.label('results.*.year')} or {told.label('results.*.horizon')}, or the years of the "
        f"case. Where the source tells none, write under {told.label('results.*.horizon')}: no "
        "year told."
    )


def _same_title(told: Told) -> str:
    found = re.search(r"([\w/-]+)\.md", told.said)
    case_id = found[1].partition("/")[2] if found else ""
    return f"A case has this title already: {case_id}. Choose another one."


def _key_taken(told: Told) -> str:
    return (
        f"{told.value} is the short name of another source already. Choose a new one. Or, if it is "
        f"that source, empty {told.label('sources.*.told')} and {told.label('sources.*.work')}."
    )


def _told_and_work(told: Told) -> str:
    return (
        f"Fill in {told.label('sources.*.told')} or this, and not both. Make two sources of it "
        "where there are two."
    )


def _folder(told: Told) -> str:
    country, _, rest = told.said.removeprefix("is ").partition(", and ")
    folder = rest.partition(";")[0].rpartition(", ")[2]
    return (
        f"The address begins with {folder}, and the country is {country}. Correct one of the two: "
        "the address does not change later."
    )


def _guides_only(told: Told) -> str:
    return f"This is for {told.taxonomy.guide.many}. Leave it empty."


def _no_guide(told: Told) -> str:
    guide = next((one.one for one in told.taxonomy["kinds"] if one.role == GUIDE), "a guide")
    return f"Leave this empty: {guide} has none."


def _marks(told: Told) -> str:
    found = _QUOTED.search(told.said)
    what = told.said.partition(" and holds ")[2].partition(",")[0]
    return (
        f"This is plain text, and holds {what}{f', {found[1]}' if found else ''}. Take it out, and "
        "write the words alone."
    )


def _two_ways(told: Told) -> str:
    found = _QUOTED.search(told.said)
    where = f" Here: {found[1]}." if found else ""
    return (
        "Some signs can be read in two ways. Put an empty line around a list or a table, and a "
        f"backslash before a sign that is meant as a letter.{where}"
    )


def _plain(text: str) -> Callable[[Told], str]:
    return lambda told: text


#: By rule what the form says, where the rule's own sentence speaks of the file.
_WORDS: Mapping[str, Callable[[Told], str]] = {
    "address-malformed": lambda told: (
        f"This must be a web address such as https://example.org/x, not {told.value}."
    ),
    "case-unknown": _no_case,
    "contradicting-results": _contradicting,
    "country-unknown": _no_country,
    "empty-field": _missing,
    "empty-list": _missing,
    "figure-not-in-statement": _figure,
    "figure-without-unit": _plain("Choose the unit of the figure."),
    "folder-of-another-country": _folder,
    "guide-with-fields-of-cases": _no_guide,
    "markdown-differs-from-pull-request": _two_ways,
    "markup-in-plain-text": _marks,
    "merged-passages-not-marked": _merged,
    "missing-field": _missing,
    "money-without-year": _money,
    "not-true-or-false": _plain("Tick this, or leave it."),
    "number-not-plain": _no_whole_number,
    "number-not-whole": _no_whole_number,
    "our-reading-names-no-field": _plain("Tick what stands here, and nothing else."),
    "our-reading-of-missing-field": _our_reading,
    "period-without-year": _plain("Give the first year, the last year, or both."),
    "planned-not-in-project": _planned,
    "range-malformed": _plain("Write two plain numbers, the low one first, such as 50 and 60."),
    "raw-html": lambda told: _of_this(told).replace("write Markdown", "write the words alone"),
    "reading-place-of-no-guide": _guides_only,
    "result-tells-an-aim": _aim,
    "share-of-no-percentage": _share,
    "source-key-taken": _key_taken,
    "source-unknown": _no_source,
    "text-too-long": _too_long,
    "title-not-unique": _same_title,
    "told-and-work": _told_and_work,
    "unit-without-figure": lambda told: (
        f"A unit is chosen, and no figure stands here. Fill in {told.label('results.*.value')}, or "
        "choose no unit."
    ),
    "value-and-range": lambda told: (
        f"Fill in {told.label('results.*.value')} or this, and not both."
    ),
    "word-not-in-vocabulary": _no_choice,
    "wrong-kind-of-value": _plain("This cannot be read. Write it again."),
}


def _starred(name: str) -> str:
    return ".".join("*" if part.isdecimal() else part for part in name.split("."))
