"""``kb new``: asks on a terminal, takes options elsewhere, and never hangs or writes over."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.content.corpus import read_corpus
from kb.content.load import load_folder
from tests.kb.cli.command import ROOT, kb

BROKEN = ROOT / "tests" / "broken"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """An empty compendium with the small vocabulary."""
    folder = tmp_path / "cases"
    folder.mkdir()
    for name in ("taxonomy.yaml", "sources.bib"):
        shutil.copy(BROKEN / name, folder)
    return folder


def _on_a_terminal(folder: Path, *arguments: str, answers: str) -> tuple[int, str, str]:
    """Run ``kb new`` on a terminal of its own: the exit status, what it printed, what it said.

    Each line of ``answers`` is typed when the prompt for it is there.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "web", "new", *arguments, "--cases", str(folder)],
        cwd=ROOT,
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
        env={**os.environ, "TERM": "dumb"},
    )
    os.close(theirs)
    lines, said, end = answers.splitlines(), "", time.monotonic() + 600
    with process:
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.2)[0]:
                try:
                    said += os.read(ours, 65536).decode(errors="replace")
                except OSError:  # the other end was closed
                    break
            if lines and _PROMPT.search(said):
                os.write(ours, f"{lines.pop(0)}\n".encode())
                said += "|"  # so that no prompt is answered twice
        os.close(ours)
        printed = process.stdout.read().decode() if process.stdout else ""
    return process.returncode, printed, said.replace("\r\n", "\n")


#: How the command asks.
_PROMPT = re.compile(r"(?:\n  [^\n]*> |\[y/N\]: )\Z")


#: A whole interview: wrong answers, help, and a way back among them.
INTERVIEW = """\
Three boat builders share a mould
<
Three boat builders share one mould
network
Norwy
norway
Hardanger
?
horizontal
exporting, Joint Purchasing
-

three boat builders
3
1999
1998
2001
Three boat builders in Norway bought a mould together and sold boats abroad.
doe-2001
p. 1

Export sales will rise by 30%.
Export sales rose by 30%.
sales
output
up
30
percent
first year

-
They were too small.
Three firms, and a bank that helped.
They bought a mould.
Export sales rose by 30%.
-
"""


def test_an_interview_makes_a_case_that_passes(folder: Path) -> None:
    """All that is asked and answered makes a file in which the check finds nothing."""
    status, printed, said = _on_a_terminal(folder, answers=INTERVIEW)
    (case,) = read_corpus(folder).compendium.cases

    assert (status, printed.strip()) == (
        0,
        str(folder / "norway" / "three-boat-builders-share-one-mould.md"),
    )
    assert case.title == "Three boat builders share one mould"
    assert (case.facets["country"], case.region) == (("NO",), "Hardanger")
    assert case.facets["project"] == ("exporting", "joint-purchasing")
    assert (case.members.who, case.members.count) == ("three boat builders", 3)
    assert (case.period.start, case.period.end) == (1999, 2001)
    (result,) = case.results
    assert (result.metric, result.low, result.unit, result.locator) == (
        *("sales", 30, "percent", "p. 1"),
    )
    assert "## What to take from it" not in case.body
    assert "TODO" not in case.body
    assert "nearest: " in said  # of Norwy
    assert "tells an aim" in said  # of what will rise
    assert "Must not end (1998) before it starts (1999)." in said


def test_a_new_source_is_added(folder: Path) -> None:
    """A key that no source has can be told in full, and stands in the file of the case."""
    answers = "\n".join(
        [
            *("Four bakers", "", "", "", "", "", "", "", "", ""),
            "Four bakers bought one oven.",
            *(
                "Ruhr-Zeitung 2021",
                "y",
                "Five & more bakers",
                "Ruhr-Zeitung",
                "2021",
                "",
            ),
            *("paragraph 3", "", "-", "-", "They bought an oven.", "-", "-"),
        ]
    )
    status, printed, said = _on_a_terminal(folder, "germany/bakers", answers=answers + "\n")
    compendium = read_corpus(folder).compendium

    assert (status, printed.strip()) == (0, str(folder / "germany" / "bakers.md")), said
    assert compendium.cases[0].sources[0].key == "ruhr-zeitung-2021"
    assert (
        "    work:\n      title: Five & more bakers\n      by: Ruhr-Zeitung\n      year: "
        in (folder / "germany" / "bakers.md").read_text()
    )
    assert compendium.cases[0].facets["country"] == ("DE",)


def test_nobody_is_asked_without_a_terminal(folder: Path) -> None:
    """Without an id it says what to give; with one it writes what is known; it never waits."""
    silent = kb("new", "--cases", folder)
    plain = kb("new", "norway/boats", "--cases", folder)

    assert (silent.exit_code, silent.stderr) == (
        2,
        "Error: ID must be given where nobody can be asked: kb new COUNTRY/NAME, such as "
        "norway/boat-builders.\n",
    )
    assert (plain.exit_code, plain.stdout) == (0, f"{folder / 'norway' / 'boats.md'}\n")


@pytest.mark.parametrize(
    ("case_id", "nearest"),
    [("narnia/lamps", "Armenia, Argentina, "), ("norwy/lamps", "Norway")],
)
def test_a_folder_that_is_no_country_is_refused_first(
    folder: Path, case_id: str, nearest: str
) -> None:
    """Nothing is written of a case without a country, neither file nor folder."""
    refused = kb("new", case_id, "--cases", folder)
    left = sorted(path.name for path in folder.rglob("*"))
    told = kb("new", case_id, "--country", "Norway, Sweden", "--cases", folder)
    guide = kb("new", "guides/lamps", "--kind", "guide", "--cases", folder)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(
        f"Error: The folder of {case_id!r} names no country, {case_id.split('/')[0]!r}; the "
        f"nearest names are {nearest}"
    )
    assert refused.stderr.endswith("or say it with --country. Nothing was written.\n")
    assert left == ["sources.bib", "taxonomy.yaml"]
    assert (told.exit_code, guide.exit_code) == (0, 0)
    assert "country: [NO, SE]\n" in (folder / f"{case_id}.md").read_text()


def test_options_answer_the_questions(folder: Path) -> None:
    """What options say stands in the file, in the words of the vocabulary."""
    told = kb(
        *("new", "norway/boats", "--cases", folder, "--title", "Boats: a tale"),
        *("--country", "norway; Sweden", "--type", "Horizontal", "--sector", "Furniture"),
        *("--who", "three boat builders", "--members", "3", "--from", "1999"),
        *("--summary", "Three firms share a mould.", "--source", "doe-2001"),
        *("--locator", "p. 1", "--set", "status=Success", "--set", "situation=They were small."),
        *("--set", "the-network=-", "--set", "our_reading=[status]"),
    )
    (draft,) = load_folder(folder).drafts
    given = draft.front_matter.value

    assert told.exit_code == 0
    assert {name: given[name] for name in ("title", "country", "type", "sectors", "members")} == {
        "title": "Boats: a tale",
        "country": ["NO", "SE"],
        "type": "horizontal",
        "sectors": "furniture",
        "members": {"who": "three boat builders", "count": 3},
    }
    assert (given["period"], given["status"]) == ({"from": 1999}, "Success")
    assert draft.body.startswith("## Situation\n\nThey were small.\n\n## What they did together")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--type", "horizontl"],
            "Error: --type must be in the vocabulary, not 'horizontl': did you mean "
            "'horizontal'? Allowed are horizontal, vertical.\n",
        ),
        (["--members", "three"], "Error: --members must be a whole number of at least 1, "),
        (["--title", "x" * 91], "Error: --title must be at most 90 characters, not 91; "),
        (["--kind", "story"], "Error: --kind must be one of network, programme, guide, not "),
        (["--set", "colour=red"], "Error: --set must name a field and its value, such as "),
        (["--set", "status=[a"], "Error: --set status: is not YAML: "),
        (["--set", "status=grand"], "Error: --set status must be in the vocabulary, not 'grand'"),
    ],
    ids=lambda value: value[1][:12] if isinstance(value, list) else "",
)
def test_a_wrong_option_writes_nothing(folder: Path, options: list[str], told: str) -> None:
    """What is refused is refused in the words of the check, and no file is there after it."""
    result = kb("new", "norway/boats", "--cases", folder, *options)

    assert (result.exit_code, result.stderr[: len(told)]) == (2, told)
    assert not (folder / "norway").exists()
