"""What the fields of a case are called in the form, and what to write in each.

The page shows these words, and what is wrong is told in them. A field that no table here names
has its own name as its label, and what its record says of it as its hint.
"""

from __future__ import annotations

from collections.abc import Iterator

from kb.content.case_form import CHOICES, FormField
from kb.model.english import capital
from kb.model.facet_words import facet_words
from kb.model.taxonomy import Taxonomy, Term

#: What fields are called, and what to write: by the name in the form, or by its last part. The
#: vocabulary fills in what the compendium is about.
LABELS = {
    "added": ("Added on", "The day the case came in, such as 2026-11-22."),
    "aliases": ("Earlier addresses", "One on a line: what stood after /cases/."),
    "answers": ("Questions that it answers", "One on a line, as readers would ask them."),
    "authors": ("Who wrote the text", "One on a line, people as Family, Given."),
    "before_qualifier": (
        "How exact the figure before is",
        "Choose “about” where the source says: from about 20.",
    ),
    "changes": ("Change", ""),
    "changes.*.what": ("What changed", "In a sentence: The number of members was corrected."),
    "compared_with": (
        "Measured against what",
        "Only where it is not the same firms before. Such as: firms outside networks.",
    ),
    "contradicted": ("Another source tells it otherwise", ""),
    "contradicted.says": (
        "What the other source says",
        "In a sentence: Another report counts 60 firms.",
    ),
    "contradicted.source": ("Which source says so", "Its short name, such as rhine-news-2021."),
    "contradicted.why": (
        "Why it was not taken",
        "In a sentence: The list of names is the later one.",
    ),
    "count": ("How many", "A whole number, such as 5. For about 400 write 400, and say so below."),
    "country": ("Country", "Several with a ; between them."),
    "day": ("The day", "Year, month and day: 2026-11-28."),
    "form": ("How close they work", "Only where the source tells."),
    "kind": ("What it is", ""),
    "locator": ("Where in the source", "A page, a section, a paragraph. Such as: p. 7."),
    "members": ("Members", ""),
    "members.who": ("Who they are", "In a few words: small printers in two valleys."),
    "members.networks": (
        "How many {subjects}",
        "Only where the case tells of several at once.",
    ),
    "members.qualifier": (
        "How exact that number is",
        "Leave it open where the source counts them exactly.",
    ),
    "our_reading": (
        "What is our own reading",
        "Tick what the source does not say in so many words.",
    ),
    "partners": ("Others who took part", "One on a line: a bank, a college."),
    "period": ("When", ""),
    "period.about": ("The years are not exact", ""),
    "period.from": ("From the year", "Such as 1989."),
    "period.to": ("To the year", "Such as 1992. Leave it empty where it goes on."),
    "planned": ("Which of these were only planned", "Tick what the source tells as an aim only."),
    "reading": ("Where a guide is read", ""),
    "region": ("Region or town", "Such as: Hardanger."),
    "related": ("Related cases", "One address on a line: what stands after /cases/."),
    "project": ("What it was for", "Tick what fits, done or planned."),
    "results": ("Result", ""),
    "results.*.about": (
        "Of what, exactly",
        "Where “What was measured” alone does not say. Such as: equipment.",
    ),
    "results.*.before": (
        "The figure before",
        "In the same unit: 20, where jobs rose from 20 to 30.",
    ),
    "results.*.direction": (
        "Which way it went",
        "More, less, or something reached that was not there before.",
    ),
    "results.*.horizon": ("By when", "As the source says: first year, or: over 3 years."),
    "results.*.level": (
        "How far it reaches",
        "The first is nearest to the business, the last is the widest.",
    ),
    "results.*.locator": (
        "Where in the source",
        "A page or a section, such as: p. 7. For what was told: whole.",
    ),
    "results.*.merged": (
        "It joins two passages of the source",
        "",
    ),
    "results.*.metric": (
        "What was measured",
        "The thing that changed. Choose what comes nearest.",
    ),
    "results.*.of": (
        "Of how many firms",
        "Where it is a share: how many firms were asked, such as 90.",
    ),
    "results.*.qualifier": (
        "How exact the figure is",
        "Leave it open where the source gives it exactly.",
    ),
    "results.*.range": (
        "Or two figures, low and high",
        "Where the source gives a span: 50 and 60. Then leave “The figure” empty.",
    ),
    "results.*.source": (
        "Which source",
        "Its short name from above. Leave it empty where there is one source alone.",
    ),
    "results.*.statement": (
        "The result in one sentence",
        "With the figure, as it stands in the source: Ovens cost each baker 30% less.",
    ),
    "results.*.unit": (
        "The unit of the figure",
        "Percent, jobs, a currency. Needed with any figure.",
    ),
    "results.*.value": (
        "The figure",
        "A plain number: 30, or 7000000. Empty where the source gives none.",
    ),
    "results.*.year": ("Of which year", "Where the source tells it, such as 2014."),
    "role_model_for": (
        "Whom it suits",
        "One on a line, in words that an owner would use: Bakers that need a larger oven.",
    ),
    "sectors": ("Trades", ""),
    "sources": ("Source", ""),
    "sources.*.key": (
        "Short name of the source",
        "Begin to type, and choose from our list. For a new source make a name, such as "
        "rhine-news-2021 or told-five-bakers, and fill in one of the two parts below.",
    ),
    "sources.*.locator": (
        "The place in it",
        "A page, a section, a paragraph; or: whole.",
    ),
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
    "status": ("How it ended", "Only where the source tells."),
    "summary": ("In a sentence or two", "Who did what together, where, and what came of it."),
    "teaching": ("For a class", ""),
    "teaching.questions": ("Questions for a class", "One on a line."),
    "title": ("Title", "Short and plain: Five bakers buy one oven."),
    "verified": ("Reread against its source", ""),
    "verified.source": ("Which source was reread", "Its short name from above."),
    "withdrawn": ("Withdrawn", ""),
    "withdrawn.reason": ("Why", "In a sentence or two that readers see."),
}
#: What to write in the fields that are called as their facets are everywhere.
HINTS_OF_FACETS = {
    "formation": "Only where the source tells.",
    "type": "Leave it open where the source does not say.",
}
#: The meaning of words that no vocabulary explains.
MEANINGS = {
    "sources.*.work.kind": {
        "primary": "By those who did it or studied it.",
        "secondary": "Told after others.",
    },
}
#: What stands in the text under each heading, in their order.
TEXT_HINTS = (
    "What was difficult before, and what each was alone.",
    "Who joined, how many, and what they agreed on.",
    "What they did, step by step.",
    "What came of it, as the source tells. Say what is not told.",
    "What others can learn from it. This part is our own reading.",
)


def label_of(name: str, taxonomy: Taxonomy) -> tuple[str, str]:
    """What a field is called, and what to write in it.

    Args:
        name: as the records have it, with ``*`` for a number.
        taxonomy: the vocabulary.
    """
    if name in HINTS_OF_FACETS:
        return facet_words(name, taxonomy).fact, HINTS_OF_FACETS[name]
    for known in _names(name):
        if known in LABELS:
            label, hint = LABELS[known]
            return taxonomy.filled(label), hint
    return capital(name.rpartition(".")[2].replace("_", " ")), ""


def about_of(one: FormField) -> str:
    """What the record says of a field that no table here names."""
    is_known = one.name in HINTS_OF_FACETS or any(name in LABELS for name in _names(one.name))
    return "" if is_known else one.about


def _names(name: str) -> Iterator[str]:
    """A name, and ever less of its end: that of a record may stand in several others."""
    parts = [part for part in name.split(".") if part != "*"]
    yield name
    for start in range(1, len(parts)):
        yield ".".join(parts[start:])


def options_of(one: FormField, taxonomy: Taxonomy) -> Iterator[tuple[str, str, str]]:
    """What a field may be: each with its id, its label and what it means, which may be empty."""
    if one.vocabulary:
        for term in taxonomy[one.vocabulary]:
            yield term.id, term.label, _meaning(term)
        return
    meanings = MEANINGS.get(one.name, {})
    for word in one.words:
        label = label_of(word, taxonomy)[0] if one.kind == CHOICES else word
        yield word, label, meanings.get(word, "")


def _meaning(term: Term) -> str:
    return term.means or term.definition


def place_words(name: str, headings: tuple[str, ...], taxonomy: Taxonomy) -> str:
    """The field that a sentence is about, such as ``Result 2, The figure``; empty for none.

    Args:
        name: in the form, with its numbers.
        headings: those of a case's text, which are the names of its parts.
        taxonomy: the vocabulary.
    """
    if name in _PLACES:
        return _PLACES[name]
    if name.startswith("text."):
        return headings[int(name[len("text.") :]) - 1]
    parts, said = name.split("."), []
    for depth, part in enumerate(parts, 1):
        if part.isdecimal():
            said[-1] = f"{said[-1]} {part}"
        else:
            path = ".".join("*" if one.isdecimal() else one for one in parts[:depth])
            said.append(label_of(path, taxonomy)[0])
    return ", ".join(said)


_PLACES = {"": "", "id": "Address", "text.other": "Other text"}
