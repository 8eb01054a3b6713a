"""The public face of the package: three lines open, search and check a compendium."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import kb
from kb.errors import QueryError, SnapshotMissing
from tests.toy import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def ids(answer) -> list[str]:
    """The cases of a page in order."""
    return [hit.case.id for hit in answer.hits]


def test_a_compendium_is_opened_and_asked(settings):
    """Asking gives what the search of the site gives, under one value of a filter or several."""
    compendium = kb.open(settings.index)

    both = ["france/wine-exporters", "international/wine-and-metal-programme"]
    assert ids(compendium.ask("wine export", country="FR")) == both
    assert ids(compendium.ask("wine export", country="FR", kind="network")) == both[:1]
    assert ids(compendium.ask(country=["France", "ES"], per_page=1, page=2)) == [
        ids(compendium.ask(country=("FR", "Spain")))[1]
    ]


def test_a_filter_that_is_none_is_told(settings):
    """A facet or a value that there is not is an error that names what is allowed."""
    compendium = kb.open(settings.index)

    with pytest.raises(QueryError, match="contry"):
        compendium.ask("wine", contry="NZ")
    with pytest.raises(QueryError, match="country has no value 'Narnia'"):
        compendium.ask("wine", country="Narnia")


def test_an_index_that_is_not_there_is_told(tmp_path):
    """The message says what to run."""
    with pytest.raises(SnapshotMissing, match="Run 'kb build'"):
        kb.open(tmp_path)


def test_a_folder_is_checked(toy_cases):
    """No problems, and then the one that was made, with its file and line."""
    assert kb.check(toy_cases) == ()

    case = toy_cases / "france" / "wine-exporters.md"
    lines = case.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.startswith("kind:"))
    lines[at] = "kind: netwrk\n"
    case.write_text("".join(lines), encoding="utf-8")

    (problem,) = kb.check(toy_cases)
    assert (Path(problem.path), problem.line, problem.field) == (case, at + 1, "kind")


@pytest.mark.parametrize("value", [5, None, ("NZ", 5)])
def test_a_filter_that_is_no_text_is_told(settings, value):
    """What is given for a facet must be a text or several; the message names the facet."""
    with pytest.raises(QueryError) as error:
        kb.open(settings.index).ask("wine", country=value)

    assert str(error.value) == (
        f"country must be a text or several, such as 'NO' or ['NO', 'DK'], not {value!r}."
    )


def test_the_lines_of_the_readme_run(settings, toy_cases):
    """The example for Python in the README runs beside an index; this one has cases of France."""
    (example,) = re.findall(r"```python\n(.*?)```", README, re.S)
    assert '"NZ"' in example
    example = example.replace('"NZ"', '"FR"')
    folder = settings.index.parent

    done = subprocess.run(
        [sys.executable, "-c", example],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "()",
        "1 france/wine-exporters Wine makers export together",
        "2 international/wine-and-metal-programme A programme for wine and metal",
    ]


def test_the_face_is_light():
    """Importing the package loads nothing heavy."""
    heavy = {"faiss", "numpy", "pydantic", "yaml", "flask"}
    code = f"import sys, kb; print(sorted(set(sys.modules) & {heavy!r}))"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)

    assert done.stdout.strip() == "[]"
