"""The pages of the rules: one for each, and their examples do what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.cli.check import _with_judged
from kb.content.corpus import read_corpus
from kb.content.rules import PAGES, RULES, page_text
from kb.errors import CorpusError

ROOT = Path(__file__).parents[3]
BROKEN = ROOT / "tests" / "broken"
INDEX = "README"

#: The rules whose pages say why no example can be shown, and run.
NOT_SHOWN = {
    *("linked-folder", "file-unreadable", "file-not-plain", "file-too-large", "file-not-utf-8"),
    *("file-not-text", "no-case", "yaml-too-many-values", "source-page-gone", "judged-nothing"),
    *("guides-have-no-kind", "vocabulary-spelling-shared", "vocabulary-terms-disagree"),
    *("vocabulary-code-without-division", "vocabulary-figure-not-shown"),
    "glossary-entry-incomplete",
}

_CASE = {
    "title": "title: {title}",
    "kind": "kind: network",
    "country": "country: NO",
    "type": "type: horizontal",
    "project": "project: [joint-purchasing]",
    "results": "results: []",
    "summary": "summary: Three firms in Norway bought a machine together.",
    "sources": "sources: [{key: doe-2001, locator: p. 1}]",
}
_GUIDE = {**_CASE, "kind": "kind: guide", "type": "type: []", "project": "project: []"}
del _GUIDE["country"]
_TEXT = "## Situation\n\nThree firms shared one street.\n"
PRINTERS = "norway/printers.md"
#: The documents of the compendium into which examples are put: fields by name, and title.
DOCUMENTS = {
    PRINTERS: (_CASE, "Three printers buy a press"),
    "norway/bakers.md": (_CASE, "Three bakers buy an oven"),
    "guides/trends.md": (_GUIDE, "Trends"),
    "guides/brokers.md": (_GUIDE, "Brokers"),
}
_UNITS = """  - {id: eur, label: euros, written: €30, measures: money, currency: EUR}
  - {id: usd, label: dollars, written: $30, measures: money, currency: USD}
"""


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """The fields of an example, each with its lines."""
    for part in re.split(r"^(?=[^\s-])", text, flags=re.MULTILINE):
        if part:
            yield part.partition(":")[0].strip("? "), part.rstrip("\n")


def document(path: str, over: str, text: str = _TEXT) -> str:
    given, title = DOCUMENTS[path]
    fields = {name: line.format(title=title) for name, line in given.items() if name == "title"}
    fields = {**given, **fields}
    lines = list({**fields, **dict(_over(over))}.values())
    return "\n".join(["---", *lines, "---", "", text])


def _over(over: str) -> Iterator[tuple[str, str]]:
    """The fields of an example; one that is given twice stays so."""
    together: dict[str, str] = {}
    for name, lines in _fields(over):
        together[name] = f"{together[name]}\n{lines}" if name in together else lines
    yield from together.items()


def _write(folder: Path, path: str, text: str) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def _lay(folder: Path, blocks: list[tuple[str, str, str]]) -> None:
    """A compendium with the blocks of an example: language, path, text."""
    for path in DOCUMENTS:
        _write(folder, path, document(path, ""))
    taxonomy = (BROKEN / "taxonomy.yaml").read_text()
    taxonomy = taxonomy.replace("directions:\n", f"{_UNITS}directions:\n")
    levels = "teaching_levels:\n  - {id: undergraduate, label: Undergraduate}\n"
    _write(folder, "taxonomy.yaml", taxonomy + levels)
    sources = (BROKEN / "sources.bib").read_text()
    _write(folder, "sources.bib", sources)
    for language, path, text in blocks:
        if language == "bibtex":
            _write(folder, "sources.bib", f"{sources}\n{text}")
        elif language == "yaml" and (not path or path in DOCUMENTS):
            _write(folder, path or PRINTERS, document(path or PRINTERS, text))
        elif language == "markdown" and not path:
            _write(folder, PRINTERS, document(PRINTERS, "", text))
        else:
            _write(folder, path, text)


def example(page: str, heading: str) -> list[tuple[str, str, str]]:
    """The blocks under a heading of a page."""
    bad, _, good = page.partition("\n## Bad\n")[2].partition("\n## Good\n")
    part = bad if heading == "Bad" else good
    found = re.findall(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)
    return [(language, path, text) for language, path, text in found]


def _told(folder: Path, blocks: list[tuple[str, str, str]]) -> list[str]:
    _lay(folder, blocks)
    try:
        corpus = read_corpus(folder)
    except CorpusError as err:  # a file without which nothing else can be told
        return [problem.rule for problem in err.problems]
    return [problem.rule for problem in _with_judged(corpus, folder)]


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    """The folder holds the pages of the registry, and an index."""
    pages = {path.stem for path in (ROOT / PAGES).glob("*.md")}

    assert pages - {INDEX} == set(RULES)
    assert [name for name in RULES if not page_text(name).startswith(f"# {name}\n\n")] == []


def test_the_index_names_every_rule_with_what_it_asks() -> None:
    """The index lists each rule once, with its sentence; warnings have a part of their own."""
    index = (ROOT / PAGES / f"{INDEX}.md").read_text()
    listed = dict(re.findall(r"^- \[([a-z0-9-]+)\]\(\1\.md\): (.+)$", index, re.MULTILINE))
    warnings = re.findall(r"\[([a-z0-9-]+)\]", index.partition("## Warnings")[2])

    assert listed == {name: rule.sentence for name, rule in RULES.items()}
    assert set(warnings) == {name for name, rule in RULES.items() if rule.severity == "warning"}


def test_pages_without_an_example_say_why() -> None:
    """An example is there, or the reason why it is not."""
    shown = {name for name in RULES if "\n## Bad\n" in page_text(name)}

    assert shown == set(RULES) - NOT_SHOWN
    silent = [
        name for name in NOT_SHOWN if not re.search("There is no (short )?ex", page_text(name))
    ]
    assert silent == []


def test_the_compendium_of_the_examples_is_sound(tmp_path: Path) -> None:
    """Whatever an example is told of, it brought along."""
    assert _told(tmp_path, []) == []


@pytest.mark.parametrize("rule", sorted(set(RULES) - NOT_SHOWN))
def test_the_bad_example_breaks_the_rule_and_the_good_one_none(rule: str, tmp_path: Path) -> None:
    """A bad example is told of by its rule alone; a good one is not told of at all."""
    page = page_text(rule)
    bad, good = example(page, "Bad"), example(page, "Good")

    assert [bool(bad), bool(good)] == [True, True]
    assert set(_told(tmp_path / "bad", bad)) == {rule}
    assert _told(tmp_path / "good", good) == []
