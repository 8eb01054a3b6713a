"""Every rule of ``kb check``: its id, how grave it is, and what it asks, in a sentence.

A rule stands here once. Whatever tells a problem names its rule, and ``docs/rules/<id>.md``
explains it: what, why, a bad and a good example. Tests compare the three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from kb.content.as_typed import Slip
from kb.content.yaml_source import YamlTrouble
from kb.errors import ERROR, WARNING, Edit, Fix, Problem

#: Where the pages of the rules are, in the repository.
PAGES = "docs/rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        id: by which problems, pages and reports name it.
        sentence: what it asks.
        severity: ``error`` where it keeps a case from being built, else ``warning``.
    """

    id: str
    sentence: str
    severity: str = ERROR

    @property
    def page(self) -> str:
        """Where its page is in the repository."""
        return f"{PAGES}/{self.id}.md"


def _rules(severity: str, sentences: Mapping[str, str]) -> dict[str, Rule]:
    return {
        name: Rule(id=name, sentence=sentence, severity=severity)
        for name, sentence in sentences.items()
    }


_FILES = {
    "file-name-not-an-id": "A file's path is an id: lower case letters, digits and hyphens.",
    "file-name-taken": "A file has no name that an address of the site needs.",
    "file-does-not-belong": "Beside the cases stand only the files that the compendium knows.",
    "linked-folder": "A folder of cases is a folder and no link to one.",
    "file-unreadable": "Every file and folder can be opened.",
    "file-not-plain": "A case is a plain file.",
    "file-too-large": "A file is no larger than a few pages need.",
    "file-not-utf-8": "A file is saved as UTF-8.",
    "file-not-text": "A file holds text and no NUL bytes.",
    "direction-turned": "A text holds no sign that turns the direction of reading.",
    "no-case": "A compendium holds at least one case.",
    "front-matter-missing": "A case opens with front-matter on line 1.",
    "front-matter-in-toml": "Front-matter is written in YAML.",
    "front-matter-not-closed": "A line '---' closes the front-matter.",
    "front-matter-not-fields": "Front-matter consists of fields, each with a name.",
    "merge-conflict": "A file holds no marks of a merge that was not finished.",
    "unseen-character": "A text holds no signs that nobody sees.",
    "front-matter-closed-early": "All fields stand above the line that closes the front-matter.",
    "text-lost-after-hash": "No text is lost behind a sign '#' that begins a comment.",
    "list-split-at-comma": "A sentence in brackets is not cut at its comma.",
    "yaml-syntax": "Front-matter and the files beside the cases are YAML.",
    "yaml-tag": "A value has no tag that would build something else than text and numbers.",
    "yaml-key": "The name of a field is plain text.",
    "yaml-value-unreadable": "A value can be read as text or number.",
    "yaml-too-many-values": "A file holds no more values than a person writes.",
    "yaml-nested-too-deeply": "Values are not nested without end.",
    "repeated-field": "A field is given once.",
}
_FIELDS = {
    "unknown-field": "Every field is one that the compendium knows.",
    "missing-field": "Every field that must be given is given.",
    "empty-field": "A field that is named has a value.",
    "empty-list": "A list that must name something names something.",
    "wrong-kind-of-value": "A field holds what it is for: a text, a list or a record.",
    "text-too-long": "A text keeps to its length.",
    "repeated-entry": "An entry stands in a list once.",
    "id-not-unique": "An id stands in its file once.",
    "malformed-id": "An id consists of lower case letters, digits and hyphens.",
    "word-not-in-vocabulary": "A word is one of the list that its field draws on.",
    "country-unknown": "A country is an ISO 3166 code or an English name.",
    "source-unknown": "A source is named by a key of sources.bib.",
    "case-unknown": "An id is that of a document of the compendium.",
    "wrong-kind-of-document": "Where a guide is asked for a guide is named, and else a case.",
    "names-itself": "A case does not name itself.",
    "names-withdrawn-case": "Nothing leads to a case that was withdrawn.",
    "number-not-whole": "A count is a whole number.",
    "number-not-plain": "A figure is a plain number, its unit beside it.",
    "number-out-of-bounds": "A number or a list keeps within its bounds.",
    "range-malformed": "A range is two plain numbers, the low one first.",
    "not-true-or-false": "A mark is true or false.",
    "day-malformed": "A day is written year-month-day.",
    "day-in-the-future": "What was done was not done on a day that has yet to come.",
    "address-malformed": "The address of a page begins with http:// or https://.",
}
_CASES = {
    "period-without-year": "A period has a first or a last year.",
    "period-ends-before-it-starts": "A period does not end before it starts.",
    "value-and-range": "A result has one figure or a range, and not both.",
    "figure-without-unit": "A figure has a unit.",
    "unit-without-figure": "A unit stands with a figure.",
    "share-of-no-percentage": "How many were asked is told of a share of firms.",
    "result-tells-an-aim": "A result happened.",
    "merged-passages-not-marked": "A result that joins two passages says so.",
    "figure-in-two-currencies": "A statement gives an amount in one currency.",
    "result-source-missing": "A result names its source where the case has several.",
    "result-source-not-listed": "The source of a result, and of a rereading, is one of the case's.",
    "money-without-year": "An amount of money is of some time.",
    "contradicted-by-own-source": "What contradicts a result is another source.",
    "contradicting-results": "Two sources that contradict each other do not both count.",
    "guide-with-fields-of-cases": "A guide has no country, type, project or result.",
    "reading-place-of-no-guide": "Only a guide has a place among those that are read.",
    "guide-place-taken": "Two guides are not read at the same place.",
    "guides-have-no-kind": "The vocabulary says which kind is that of guides.",
    "planned-not-in-project": "What was planned is among what the case was about.",
    "our-reading-names-no-field": "Our reading is told of fields that can be read so.",
    "our-reading-of-missing-field": "Our reading is told of fields that are given.",
    "title-not-unique": "No two cases, and no two packs, have the same title.",
    "alias-is-a-document": "An alias is an id under which no document stands any more.",
    "time-malformed": "A time that is promised is a number of days, weeks or months.",
    "alias-in-two-cases": "An alias leads to one case.",
}
#: What a case says must hold together and be written: see ``kb.content.checks``.
_SAYINGS = {
    "figure-not-in-statement": "A figure of a result stands in its statement.",
    "unit-contradicts-statement": "A figure stands in its statement in the unit of the result.",
    "direction-contradicts-statement": "A result goes the way that its statement tells.",
    "direction-contradicts-figures": "What went up is more than it was before, and the reverse.",
    "figure-impossible": "A figure is one that can be: no share over 100, no count below zero.",
    "year-contradicts-statement": "The year of a result is one that its statement names.",
    "year-implausible": "A year has come or is near.",
    "placeholder-left": "Nothing is left of what a template says.",
    "text-says-nothing": "A text that must be given says something.",
    "section-empty": "A section of a text is written.",
}
_SAYINGS_IN_DOUBT = {
    "markup-in-plain-text": "Plain text holds no HTML and no Markdown.",
    "fall-over-hundred-percent": "A fall is of no more than there was.",
    "year-before-period": "A result is not of a year before its case began.",
    "promises-more-than-results": "A case promises no more than its results hold.",
    "summary-repeats-title": "A summary says more than its title.",
    "text-repeats-summary": "A text does not repeat its summary.",
    "text-long": "A text is as long as readers read.",
    "folder-of-another-country": "A case in the folder of a country is of that country.",
}
_TEXTS = {
    "text-empty": "A case has a text.",
    "raw-html": "A text is Markdown, without HTML.",
    "heading-underlined": "A heading begins with signs '##'.",
    "heading-too-high": "Headings begin at the second level.",
    "heading-repeated": "A heading stands once.",
    "heading-not-in-form": "The sections of a case are those of business-case form.",
    "heading-in-prose": "A field in Markdown holds no heading.",
    "link-leads-nowhere": "A link leads to a case or to a web address.",
    "link-broken": "A link to a case leads to one that exists.",
    "link-to-no-part": "A link to a part of a text names one of its headings.",
    "footnote-not-whole": "A footnote has a mark in the text, and says something.",
    "image-in-text": "A text says in words what an image would show.",
    "codebook-without-title": "The codebook and the policy open with their titles.",
}
_SOURCES = {
    "sources-not-bibtex": "The file of the sources is BibTeX.",
    "source-without-title": "A source has a title.",
    "source-without-author": "A source names who wrote or published it.",
    "source-without-year": "A source says of what year it is.",
    "source-date-malformed": "The date of a source is one that can be read.",
    "source-latex-unknown": "The words of a source can be read.",
    "source-organisation-without-braces": "An organisation as author stands in braces.",
    "source-kind-unknown": "The kind of a source is one of a few.",
    "source-seen-malformed": "Of a source is told how it was seen, and on which day.",
    "source-cited-in-malformed": "What a source is cited in is another source, with the place.",
    "source-key-taken": "A source that a case brings along has a key of its own.",
    "told-and-work": "A source was told or is a work, and not both.",
    "source-page-gone": "The page of a source is there.",
}
_BESIDE = {
    "vocabulary-spelling-shared": "One spelling means one term.",
    "vocabulary-terms-disagree": "The properties of terms go together.",
    "vocabulary-code-without-division": "A code belongs to a division of the classification.",
    "vocabulary-figure-not-shown": "A unit shows how a figure is written in it.",
    "collection-not-one-thing": "A collection lists its documents or has the rest.",
    "collection-folder-unknown": "A folder of judgments is that of a collection.",
    "session-taken": "No two packs are the same session.",
    "plan-does-not-add-up": "A plan takes as long as its session.",
    "week-not-one-thing": "A week is a session or fieldwork.",
    "pack-unknown": "A week names a pack with a teaching note.",
    "weeks-out-of-order": "Sessions stand in the order of their numbers.",
    "tool-part-of-another-kind": "A tool consists of what its kind says.",
    "tool-id-reserved": "A field of a tool has no name that the form itself needs.",
    "person-unknown": "Whom somebody belonged to stands in the file.",
    "site-words-disagree": "What the site says of itself goes together.",
    "glossary-entry-incomplete": "A term can be said in each language of the glossary.",
    "glossary-forms-stale": "The forms of words are those of the glossary.",
    "judged-line-malformed": "A file of judgments holds what can be read on every line.",
    "judged-grade": "A judgment is 1 or 2.",
    "judged-outside-collection": "Judgments of a collection are on its own documents.",
    "judged-negative-with-answers": "What nothing answers has no answers.",
    "judged-profile-not-understood": "A judged profile can be asked.",
    "judged-nothing": "A collection that is measured holds documents and judgments.",
}

_DOUBTS = {
    "markdown-differs-from-pull-request": "The site shows a text as a pull request does.",
    "letters-apart": "A letter and its accent are one sign.",
    "source-second-address": "A source has one address, which is shown.",
    "source-name-of-one-word": "A name of one word is told from half a name by braces.",
}

#: Every rule by its id, in the order of the index of their pages.
RULES: Mapping[str, Rule] = _rules(
    ERROR, {**_FILES, **_FIELDS, **_CASES, **_SAYINGS, **_TEXTS, **_SOURCES, **_BESIDE}
) | _rules(WARNING, {**_SAYINGS_IN_DOUBT, **_DOUBTS})


def problem(
    rule: str,
    path: Path | str,
    line: int,
    message: str,
    *,
    field: str = "",
    column: int = 0,
    value: str = "",
    allowed: tuple[str, ...] = (),
    fix: Fix | None = None,
) -> Problem:
    """A problem of a rule, as grave as the rule is; the other arguments are those of ``Problem``.

    Raises:
        KeyError: there is no such rule.
    """
    return Problem(
        path=str(path),
        line=line,
        message=message,
        field=field,
        rule=rule,
        column=column,
        severity=RULES[rule].severity,
        value=value,
        allowed=allowed,
        fix=fix,
    )


def page_text(rule: str) -> str:
    """The page of a rule, in Markdown.

    Raises:
        FileNotFoundError: the pages were not installed.
    """
    beside = Path(__file__).parent / "rule_pages"  # in a wheel; else in the repository
    folder = beside if beside.is_dir() else Path(__file__).parents[2] / PAGES
    return (folder / f"{rule}.md").read_text(encoding="utf-8")


def trouble(error: YamlTrouble, path: Path | str, message: str) -> Problem:
    """A text that cannot be used, as a problem."""
    return problem(error.rule, path, error.line, message, column=error.column, fix=error.fix)


def slip_problem(path: Path | str, slip: Slip) -> Problem:
    """What went wrong as a file was typed, as a problem."""
    return problem(
        slip.rule,
        path,
        slip.line,
        slip.message,
        field=slip.field,
        column=slip.column,
        value=slip.value,
        fix=slip.fix,
    )


def packed_problem(problem: Problem) -> list[Any]:
    """A problem without its path as plain values, for ``unpacked_problem``."""
    fix = problem.fix and [problem.fix.what, [list(astuple(edit)) for edit in problem.fix.edits]]
    told = [problem.rule, problem.line, problem.message, problem.field]
    return [*told, problem.column, problem.value, list(problem.allowed), fix]


def unpacked_problem(path: Path | str, values: list[Any]) -> Problem:
    """The problem that was packed, in the file at ``path``; as grave as its rule is now.

    Raises:
        ValueError, TypeError, KeyError: the values are not what ``packed_problem`` makes.
    """
    rule, line, message, field, column, value, allowed, fix = values
    names = ("line", "column", "end_line", "end_column", "text")
    mends = fix and Fix(
        what=fix[0], edits=tuple(Edit(**dict(zip(names, edit, strict=True))) for edit in fix[1])
    )
    return problem(
        rule,
        path,
        line,
        message,
        field=field,
        column=column,
        value=value,
        allowed=tuple(allowed),
        fix=mends,
    )
