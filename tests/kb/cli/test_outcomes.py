"""The command that sets results side by side: streams, formats and the exit status."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.answers.addresses import Addresses
from kb.answers.outcomes import outcomes_answer
from kb.answers.serialise import to_data
from kb.cli.main import main
from kb.exports.outcomes import to_csv
from kb.guidance.selection import of_query
from kb.results.outcomes import outlook
from kb.search.query import Query
from kb.search.searcher import Searcher
from kb.settings import Settings

TABLE = """\
metric        evidence   direction  unit              figures  cases  median  low  high
sales         network    up         percent                 1      1      10   10    10
export-sales  network    up         percent                 1      1      30   30    30
export-sales  network    up         times                   1      1       6    6     6
cost          network    down       percent                 2      2       -   20    50
jobs          programme  up         percent-of-firms        1      1      82   82    82

in words: market-entry (1)
"""
TOLD = """\
6 cases (network 4, programme 1, study 1): 4 with a figure,
0 in words alone, 2 without a result.
What is not reported is not zero, and sources tell of successes first.
"""


@pytest.fixture(autouse=True)
def _settings_of_the_toy(monkeypatch: pytest.MonkeyPatch, tiny_encoder: Path) -> None:
    """Settings of the machine that runs the tests do not count: the encoder is the toy's."""
    for name in [name for name in os.environ if name.startswith("KB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KB_MODEL", str(tiny_encoder))
    monkeypatch.setenv("KB_MIN_SCORE", "0.3")
    monkeypatch.setenv("KB_MULTILINGUAL", "off")


@pytest.fixture(name="kb")
def _kb(settings: Settings):
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["outcomes", "--index", str(settings.index), *arguments])

    return run


def test_a_table_for_people(kb):
    """Figures in a table, words counted below it, and how little that is on the other stream."""
    result = kb()

    assert (result.exit_code, result.stdout, result.stderr) == (0, TABLE, TOLD)


def test_filters_are_those_of_the_search(kb):
    """One country leaves two networks and a programme; a least figure leaves one case."""
    norway = kb("--country", "Norway")
    least = kb("--results", "cost", "--results-min", "30", "--results-unit", "percent")

    assert norway.stderr.startswith("3 cases (network 2, programme 1, study 0): 3 with a figure")
    assert least.stdout.splitlines()[2].split() == [
        *("cost", "network", "down", "percent"),
        *("1", "1", "-", "40", "50"),
    ]


def test_words_select_as_they_search(kb):
    """What is shown is what the search finds for the words."""
    assert kb("hospital").stderr.startswith("0 cases")
    assert kb("hospital").stdout == ""
    assert kb("metal", "purchase").stderr.startswith("2 cases (network 1, programme 1, study 0)")


def test_csv_and_json_are_one_answer(kb, searcher: Searcher):
    """The file and the JSON hold the same answer, which counts as kb.results.outcomes does."""
    answer = outcomes_answer(of_query(Query(), searcher), searcher, Addresses())
    found = outlook(searcher.cases, searcher.taxonomy)
    told = json.loads(kb("--json").stdout)

    assert kb("--csv").stdout_bytes.decode() == to_csv(answer)
    assert len(list(csv.DictReader(io.StringIO(kb("--csv").stdout)))) == 7
    assert told == to_data(answer)
    assert (told["n_cases"], told["n_with_figures"]) == (found.n_cases, found.n_with_figures)
    assert tuple(told["without_results"]) == found.without_results
    assert [one["metric"] for one in told["metrics"]] == [one.metric for one in found.metrics]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--csv", "--json"), "Error: --csv and --json cannot be combined; choose one of them"),
        (("--country", "xx"), "Error: country has no value 'xx'."),
        (("--results-min", "2"), "Error: results_min needs"),
    ],
)
def test_wrong_usage_is_2(kb, arguments, message):
    """A wrong option or value is told in a sentence, and nothing is printed."""
    result = kb(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
