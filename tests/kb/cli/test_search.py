"""The command ``kb search``."""

from __future__ import annotations

import json
import sys

import pytest

from kb.model.facets import FACETS
from kb.snapshots.store import current_id
from tests.kb.cli.command import TRAINING, kb, run


@pytest.mark.parametrize(
    ("arguments", "stdout", "stderr"),
    [
        pytest.param(
            ["wine"],
            "  1  0.894  france/wine-exporters\n     Wine makers export together\n"
            "  2  0.707  international/wine-and-metal-programme\n"
            "     A programme for wine and metal\n",
            "2 found, page 1 of 1\n",
            id="text",
        ),
        pytest.param(
            ["wine", "metal", "--country", "norway", "--kind", "program", "--kind", "NETWORK"],
            "  1  1.000  international/wine-and-metal-programme\n"
            "     A programme for wine and metal\n"
            "  2  0.632  norway/metal-buyers\n     Metal firms purchase machines\n",
            "2 found, page 1 of 1\n",
            id="words and aliases",
        ),
        pytest.param(
            ["--type", "peers", "--per-page", "2", "--page", "2"],
            "  3  norway/textile-exporters\n     Textile firms export\n"
            "  4  france/wine-exporters\n     Wine makers export together\n",
            "4 found, page 2 of 2\n",
            id="browse",
        ),
        pytest.param(
            ["--results", "exports", "--results-min", "6", "--results-unit", "multiple"],
            "  1  norway/textile-exporters\n     Textile firms export\n",
            "1 found, page 1 of 1\n",
            id="figure",
        ),
        pytest.param(
            ["trian"],
            f"  1  0.707  {TRAINING}\n     Textile firms train together\n",
            "Showing 'train'; add --exact for your own spelling.\n1 found, page 1 of 1\n",
            id="slip of typing",
        ),
        pytest.param(
            ["trian", "--exact"],
            "",
            "Nothing in the compendium fits this search.\n0 found, page 1 of 1\n",
            id="own spelling",
        ),
        pytest.param(
            ["--type", "peers", "--sort", "newest"],
            "  1  norway/metal-buyers\n     Metal firms purchase machines\n"
            "  2  international/wine-and-metal-programme\n     A programme for wine and metal\n"
            "  3  norway/textile-exporters\n     Textile firms export\n"
            "  4  france/wine-exporters\n     Wine makers export together\n",
            "4 found, page 1 of 1\n",
            id="newest first",
        ),
        pytest.param(
            ["wine of more than 20 members, not in Bordeaux -Norway"],
            "  1  0.894  france/wine-exporters\n     Wine makers export together\n",
            "Left out: Norway.\n"
            "“not in Bordeaux” was read as words and leaves nothing out. "
            "A minus sign before a word does: -Bordeaux.\n"
            "“more than 20 members” was read as words: no filter chooses by it.\n"
            "1 found, page 1 of 1\n",
            id="what the words ask for beside words",
        ),
        pytest.param(
            ["zzz"],
            "",
            "Nothing in the compendium fits this search.\n0 found, page 1 of 1\n",
            id="nothing fits",
        ),
        pytest.param(
            ["nobody"],
            f"     {TRAINING}\n     Textile firms train together\n",
            "Nothing in the compendium fits this search.\nThese use the words in passing:\n"
            "0 found, page 1 of 1\n",
            id="in passing",
        ),
        pytest.param(
            ["--kind", "guide", "--country", "FR"], "", "0 found, page 1 of 1\n", id="nothing left"
        ),
    ],
)
def test_search_prints_hits(settings, arguments, stdout, stderr):
    """Hits go to standard output in order, how many there are to standard error."""
    result = kb("search", "--index", settings.index, *arguments)

    assert (result.exit_code, result.stdout, result.stderr) == (0, stdout, stderr)


def test_search_prints_json(settings):
    """As JSON an answer holds hits with reasons, and the counts of every facet."""
    result = kb("search", "--index", settings.index, "train", "--status", "failure", "--json")

    answer = json.loads(result.stdout)
    facets = answer.pop("facets")
    (hit,) = answer.pop("hits")
    assert answer == {
        "query": {
            "q": "train",
            "filters": {"status": ["cautionary"]},
            "all_of": [],
            "results_min": None,
            "results_unit": None,
            "results_direction": "up",
            "exact": False,
            "sort": "relevance",
            "page": 1,
            "per_page": 10,
        },
        "total": 1,
        "pages": 1,
        "no_good_match": False,
        "total_is_exact": True,
        "total_relation": "exact",
        "answerable": None,
        "snapshot": current_id(settings.index),
        "repaired": "",
        "interpreted_as": [],
        "read_as": [],
        "phrases": [],
        "excluded": [],
        "absent": [],
        "not_understood": [],
        "read_as_words": [],
        "regions": [],
        "notices": [],
        "in_passing": [],
        "mentions": [
            {
                "facet": "project",
                "value": "staff-training",
                "label": "Staff training",
                "url": "/search?q=train&project=staff-training&status=cautionary",
            }
        ],
    }
    assert (hit["id"], hit["title"], hit["rank"], round(hit["score"], 6)) == (
        TRAINING,
        "Textile firms train together",
        1,
        0.707107,
    )
    assert hit["url"] == f"/cases/{TRAINING}"
    assert hit["summary"] == "Textile firms train their people with a public school."
    assert hit["reasons"] == [
        {
            "kind": "both",
            "passage": "Textile firms train their people with a public school.",
            "heading": "",
            "words": ["train"],
            "marks": [[14, 19]],
            "facet": "",
            "value": "",
            "label": "",
            "planned": False,
        },
        {
            "kind": "facet",
            "passage": "",
            "heading": "",
            "words": [],
            "marks": [],
            "facet": "project",
            "value": "staff-training",
            "label": "Staff training",
            "planned": False,
        },
    ]
    assert tuple(facets) == tuple(one for one in FACETS if one not in ("teaching", "minutes"))
    assert facets["status"][-1] == {
        "value": "cautionary",
        "label": "Cautionary",
        "count": 1,
        "selected": True,
        "would_add": 0,
        "adds": 0,
        "group": "",
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--page", "2"], "page must be from 1 to 1, not 2: 7 found, 10 to a page."),
        (["--per-page", "0"], "per_page must be a whole number from 1 to 100, not 0."),
        (
            ["--country", "Atlantis"],
            "country has no value 'Atlantis'. Allowed are DK, FR, NO, ES.",
        ),
        (["--results-min", "nan"], "results_min must be a plain number such as 20, not nan."),
        (
            ["w" * 1001],
            "The search text must be at most 1000 characters, not 1001; "
            "a sentence or two say enough.",
        ),
    ],
    ids=["page", "per page", "filter", "figure", "text"],
)
def test_a_search_that_cannot_be_answered_is_wrong_usage(settings, arguments, message):
    """What a search cannot mean is one line and status 2."""
    result = kb("search", "--index", settings.index, *arguments)

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {message}\n")


@pytest.mark.parametrize("command", [["search", "wine"], ["snapshots"], ["snapshots", "--json"]])
def test_without_an_index_there_is_nothing_to_search(tmp_path, command):
    """Before the first build the command says what to run."""
    result = kb(*command, "--index", tmp_path)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: There is no index in {tmp_path} yet. "
        "Run 'kb build', or 'kb snapshots --import FILE'.\n"
    )


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        (
            {"KB_MODEL": "all-MiniLM-L6-v2"},
            "was built with the encoder {model!r}, but KB_MODEL is 'all-MiniLM-L6-v2'",
        ),
        (
            {"KB_MULTILINGUAL": "on"},
            "was built without the multilingual encoder, but KB_MULTILINGUAL is on",
        ),
    ],
    ids=["encoder", "multilingual"],
)
def test_a_snapshot_of_other_encoders_is_not_searched(settings, monkeypatch, environ, message):
    """When the settings ask for other encoders than the snapshot's, the command says so."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    result = kb("search", "--index", settings.index, "wine")

    snapshot = f"The snapshot {current_id(settings.index)}"
    assert (result.exit_code, result.stdout, result.stderr) == (
        1,
        "",
        f"Error: {snapshot} {message.format(model=settings.model)}. Run 'kb build'.\n",
    )


def test_results_and_messages_are_two_streams(settings):
    """In a real process, too, results can be piped on without the messages."""
    done = run(sys.executable, "-m", "kb.cli", "search", "train", "--index", settings.index)

    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        f"  1  0.707  {TRAINING}\n     Textile firms train together\n",
        "1 found, page 1 of 1\n",
    )


def test_bytes_that_are_no_text_are_searched(settings):
    """An argument that is not UTF-8 is searched as far as it is text."""
    done = run(sys.executable, "-m", "kb.cli", "search", b"train \xff", "--index", settings.index)

    assert (done.returncode, done.stderr) == (0, "1 found, page 1 of 1\n")


def test_what_is_wrong_is_said_once(toy_settings):
    """Where there is no index, one line says so."""
    done = run(sys.executable, "-m", "web", "search", "wine", "--index", toy_settings.index)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: There is no index in {toy_settings.index} yet. "
        "Run 'kb build', or 'kb snapshots --import FILE'.\n"
    )
