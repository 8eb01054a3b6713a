"""Links to parts of texts: they name a heading, here and on GitHub."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.content.corpus import read_corpus
from kb.errors import Problem

SPAIN, GUIDE = "spain/textile-training", "guides/purchase-guide"


def told(cases: Path, words: str, index: Path | None = None) -> tuple[int, list[Problem]]:
    """The line of some words that are put at the end of a case, and every problem there is."""
    path = cases / f"{SPAIN}.md"
    text = f"{path.read_text().split('@@')[0].rstrip()}\n\n@@ {words}\n"
    path.write_text(text)
    return text.count("\n"), list(read_corpus(cases, index=index).problems)


def heading_of(cases: Path, case_id: str) -> str:
    """The name of the first heading of a document, as GitHub makes it."""
    text = (cases / f"{case_id}.md").read_text()
    line = next(line for line in text.split("\n") if line.startswith("## "))
    return line.removeprefix("## ").lower().replace(" ", "-")


@pytest.mark.parametrize("case_id", [SPAIN, GUIDE])
def test_a_part_that_exists(toy_cases: Path, case_id: str) -> None:
    """A heading of the text itself, or of another one, may be named."""
    way = "" if case_id == SPAIN else f"../{case_id}.md"
    _, problems = told(toy_cases, f"[x]({way}#{heading_of(toy_cases, case_id)})")
    assert problems == []


@pytest.mark.parametrize("case_id", [SPAIN, GUIDE])
def test_a_part_that_does_not_exist(toy_cases: Path, case_id: str, tmp_path: Path) -> None:
    """It is told with the nearest one, and the file where that would be; a second time too."""
    way = "" if case_id == SPAIN else f"../{case_id}.md"
    where = "this text" if case_id == SPAIN else str(toy_cases / f"{case_id}.md")
    part = heading_of(toy_cases, case_id)
    for _ in range(2):
        line, (one,) = told(toy_cases, f"[x]({way}#{part}s)", tmp_path)
        assert (one.path, one.line, one.rule) == (
            str(toy_cases / f"{SPAIN}.md"),
            line,
            "link-to-no-part",
        )
        assert one.allowed[0] == part
        assert one.message.startswith(
            f"the link to the part '#{part}s' must name a heading of {where}; nearest: {part}"
        )


def test_it_is_told_when_the_other_text_changes(toy_cases: Path, tmp_path: Path) -> None:
    """What is remembered of a file does not hide that a heading elsewhere is gone."""
    part = heading_of(toy_cases, GUIDE)
    assert told(toy_cases, f"[x](../{GUIDE}.md#{part})", tmp_path)[1] == []
    guide = toy_cases / f"{GUIDE}.md"
    guide.write_text(guide.read_text().replace("## ", "## Of ", 1))
    problems = read_corpus(toy_cases, index=tmp_path).problems
    told_parts = [one.path for one in problems if one.rule == "link-to-no-part"]
    assert told_parts == [str(toy_cases / f"{one}.md") for one in ("norway/metal-buyers", SPAIN)]


def test_parts_of_nothing_and_of_the_web(toy_cases: Path) -> None:
    """What does not exist is told once; of other sites nothing is known."""
    _, problems = told(toy_cases, "[x](../guides/none.md#a) [y](https://example.org/a.md#b)")
    assert [one.rule for one in problems] == ["link-broken"]
