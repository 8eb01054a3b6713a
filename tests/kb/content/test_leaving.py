"""Cases that moved or were withdrawn: what the check refuses, and what stays of them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from kb.content.corpus import Corpus, read_corpus
from kb.content.part import part_of
from kb.model.cases import Withdrawn
from tests.plain import plain
from tests.toy import FIRST_COLLECTION, TOY_COLLECTIONS, copy_toy_corpus

DENMARK, SPAIN, FRANCE = "denmark/hostile-title", "spain/textile-training", "france/wine-exporters"
GONE = "withdrawn: {day: 2026-11-28, reason: The firms asked us.}"


def add(cases: Path, case_id: str, *lines: str) -> None:
    """Add lines to the front-matter of a case, after the first."""
    path = cases / f"{case_id}.md"
    first, rest = path.read_text().split("\n", 1)
    path.write_text("\n".join([first, *lines, rest]))


def told(cases: Path, index: Path | None = None) -> list[str]:
    """Every problem: the path below the folder, the line, and the message."""
    problems = read_corpus(cases, index=index).problems
    return [plain(problem).removeprefix(f"{cases}/") for problem in problems]


def ids(corpus: Corpus) -> list[str]:
    """The ids of the documents."""
    return [one.id for one in corpus.documents]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (f"aliases: [{SPAIN}]", f"aliases[1] must not name the case itself: '{SPAIN}'."),
        (
            "aliases: [Spain/Old One]",
            "aliases[1] must be an id such as norway/printers, of lower case letters, digits and "
            "hyphens, not 'Spain/Old One'.",
        ),
        ("aliases: [a/b, a/b]", "aliases[2] is 'a/b' again; once is enough."),
        ("withdrawn: true", "withdrawn must hold fields with names (day, reason), not true."),
        (
            "withdrawn: {reason: No.}",
            "withdrawn.day must be given; add a line such as 'day: 2026-11-28'.",
        ),
        (
            "withdrawn: {day: 2026-11-28}",
            "withdrawn.reason must be given; add a line such as 'reason: The firm asked us to take "
            "it out.'.",
        ),
        (
            'withdrawn: {day: 2026-11-28, reason: ""}',
            "withdrawn.reason must not be empty; give a value or remove the line.",
        ),
        (
            "withdrawn: {day: soon, reason: No.}",
            "withdrawn.day must be a day such as 2026-11-22, not 'soon'.",
        ),
        (
            "changes: [{day: 2026-11-28}]",
            "changes[1].what must be given; add a line such as 'what: The number of members was "
            "corrected.'.",
        ),
        (
            "changes: The title.",
            "changes must be a list of records (each with day, what; or [] for none), not "
            "'The title.'.",
        ),
    ],
)
def test_what_a_file_may_not_say(toy_cases: Path, lines: str, message: str):
    """Each with its line."""
    add(toy_cases, SPAIN, lines)

    assert told(toy_cases) == [f"{SPAIN}.md:2: {message}"]


def test_an_alias_is_of_one_case_and_of_no_file(toy_cases: Path):
    """An id that a document has, and one that two cases say they had."""
    add(toy_cases, SPAIN, f"aliases: [a/b, {FRANCE}]")
    add(toy_cases, DENMARK, "aliases:", "  - a/b")

    assert told(toy_cases) == [
        f"{SPAIN}.md:2: aliases[1] must be an alias of one case alone, not 'a/b': "
        f"{toy_cases}/{DENMARK}.md has it too. Keep it in the one that took its place.",
        f"{SPAIN}.md:2: aliases[2] must not be the id of a document, '{FRANCE}': "
        f"{toy_cases}/{FRANCE}.md has it. An alias is an id under which no file stands any more.",
    ]


def test_a_day_must_have_come(today: str, toy_cases: Path, tmp_path: Path):
    """It is asked anew each day, of what is remembered of the file too."""
    index = tmp_path / "remembered"
    index.mkdir()
    tomorrow = date.fromisoformat(today) + timedelta(days=1)
    add(toy_cases, SPAIN, f"withdrawn: {{day: {tomorrow}, reason: No.}}")
    add(toy_cases, DENMARK, "changes:", f"  - {{day: {today}, what: One.}}",
        f"  - {{day: {tomorrow}, what: Two.}}")  # fmt: skip

    mend = "correct it, or tell what is only planned in the text."
    expected = [
        f"{DENMARK}.md:4: changes[2].day must not lie in the future: it is {tomorrow}, and today "
        f"is {today}; {mend}",
        f"{SPAIN}.md:2: withdrawn.day must not lie in the future: it is {tomorrow}, and today "
        f"is {today}; {mend}",
    ]
    assert told(toy_cases, index) == expected
    assert told(toy_cases, index) == expected


def test_nothing_leads_to_a_case_that_was_withdrawn(toy_cases: Path):
    """Related cases, links, and lists beside the cases."""
    add(toy_cases, FRANCE, GONE)
    (toy_cases / "collections.yaml").write_text(
        TOY_COLLECTIONS.replace("guides/purchase-guide, ", f"{FRANCE}, guides/purchase-guide, ")
    )

    assert told(toy_cases) == [
        "collections.yaml:5: collections[1].cases[1] must not name 'france/wine-exporters', which "
        "was withdrawn; take it out, or name another one.",
        "norway/metal-buyers.md:37: related[1] must not name 'france/wine-exporters', which was "
        "withdrawn; take it out, or name another one.",
        "norway/metal-buyers.md:50: the link '../france/wine-exporters.md' must not lead to a case "
        "that was withdrawn; take it out, or let it lead to another one.",
    ]


def test_what_was_withdrawn_is_no_document(toy_cases: Path):
    """It is told apart, and nothing else of the content has it."""
    before = read_corpus(toy_cases)
    add(toy_cases, SPAIN, GONE, "aliases: [spain/old]")
    corpus = read_corpus(toy_cases)

    assert corpus.problems == ()
    assert ids(corpus) == [one for one in ids(before) if one != SPAIN]
    assert "ES" not in corpus.taxonomy["countries"].ids
    assert corpus.files == before.files
    assert corpus.compendium.withdrawn == {
        SPAIN: Withdrawn(
            title="Textile firms train together",
            day="2026-11-28",
            reason="The firms asked us.",
        )
    }
    assert corpus.compendium.aliases == {"spain/old": SPAIN}


def test_its_title_may_be_taken(toy_cases: Path):
    """A case that takes the place of one that was withdrawn may have its title."""
    path = toy_cases / f"{SPAIN}.md"
    path.with_name("again.md").write_text(path.read_text())
    add(toy_cases, SPAIN, GONE)

    assert told(toy_cases) == []


def test_all_withdrawn_is_nothing_to_build(tmp_path: Path):
    """A compendium needs a case."""
    cases = copy_toy_corpus(tmp_path / "cases")
    for path in list(cases.glob("*/*.md")):
        if path.stem != "textile-training":
            path.unlink()
    add(cases, SPAIN, GONE)

    assert [message for message in told(cases) if "holds no case" in message] == [
        f"{cases}:1: holds no case that was not withdrawn; add one with 'kb new'."
    ]


def test_a_part_has_the_aliases_of_its_own(toy_cases: Path):
    """Those that lead to documents outside are left out."""
    (toy_cases / "collections.yaml").write_text(TOY_COLLECTIONS.replace("first", FIRST_COLLECTION))
    add(toy_cases, SPAIN, "aliases: [spain/old]")
    add(toy_cases, "norway/textile-exporters", "aliases: [norway/old]")
    part = part_of(read_corpus(toy_cases), FIRST_COLLECTION)

    assert part.frame.aliases == {"norway/old": "norway/textile-exporters"}
