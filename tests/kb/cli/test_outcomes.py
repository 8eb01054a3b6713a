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
from kb.indexing.pipeline import build
from kb.results.outcomes import outlook
from kb.search.query import Query
from kb.search.searcher import Searcher
from kb.settings import Settings
from tests.toy import copy_toy_corpus, settings_of_toy

TEXTILES, WINE = "norway/textile-exporters, reported 2001", "france/wine-exporters"
PROGRAMME = "international/wine-and-metal-programme, reported 2001"
ALONE = f"""\
each alone, as its source gives it:
sales  network  +10%  Sales rose by 10%. (norway/metal-buyers, reported 2001)
export-sales  network  +30%  Export sales rose by 30%. ({WINE}, reported 2001)
export-sales  network  ×6  Export sales were six times as high. ({TEXTILES})
cost  network  50–60% of the usual  Reaching the market cost 50-60% of the usual. ({WINE})
cost  network  −20%  Machines cost 20% less. (norway/metal-buyers, reported 2001)
jobs  programme  82% of firms  82% of the firms took on people. ({PROGRAMME})

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


def test_each_figure_in_its_words(kb):
    """Figures that stand alone, words counted below, and how little that is on the other stream."""
    result = kb()

    assert (result.exit_code, result.stdout, result.stderr) == (0, ALONE, TOLD)


def test_filters_are_those_of_the_search(kb):
    """One country leaves two networks and a programme; a least figure leaves one case."""
    norway = kb("--country", "Norway")
    least = kb(
        *("--results", "cost", "--results-min", "30", "--results-unit", "percent"),
        *("--results-direction", "down"),
    )

    assert norway.stderr.startswith("3 cases (network 2, programme 1, study 0): 3 with a figure")
    assert [line.split("  ")[:3] for line in least.stdout.splitlines()[1:]] == [
        ["export-sales", "network", "+30%"],
        ["cost", "network", "50–60% of the usual"],
    ]


def test_like_figures_have_a_table(tmp_path: Path, tiny_encoder: Path):
    """Five like figures of five cases have a median and a range; the sixth stands alone."""
    cases = copy_toy_corpus(tmp_path / "cases")
    text = (cases / "norway" / "metal-buyers.md").read_text("utf-8")
    for at in range(4):
        more = text.replace("title: Metal", f"title: {at} Metal")
        more = more.replace("value: 10", f"value: {at}").replace("by 10%", f"by {at}%")
        (cases / "norway" / f"buyers-{at}.md").write_text(more, "utf-8")
    index = settings_of_toy(cases, tmp_path / "index", tiny_encoder)
    build(index)

    lines = CliRunner().invoke(main, ["outcomes", "--index", str(index.index)]).stdout.splitlines()

    assert lines[0] == "may stand together:"
    assert [line.split() for line in lines[1:4]] == [
        [
            *("metric", "evidence", "level", "direction", "unit"),
            *("figures", "cases", "median", "low", "high"),
        ],
        ["sales", "network", "output", "up", "percent", "5", "5", "2", "0", "10"],
        ["cost", "network", "output", "down", "percent", "5", "5", "20", "20", "20"],
    ]
    assert lines[4:6] == ["", "each alone, as its source gives it:"]


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
