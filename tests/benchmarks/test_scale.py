"""The command that measures at several sizes: its figures, its table, what is compared."""

from __future__ import annotations

import pytest
import scale
from at_scale import measured, queries, targets
from at_scale.environments import LIBRARIES, PREVIOUS
from at_scale.server import Server

from tests.toy import ROOT, copy_toy_corpus


def test_each_measure_is_the_median_of_its_rounds():
    """A figure is the median of its own rounds, whatever the other figures did in them."""
    runs = [{"a": 1.0, "b": 9.0}, {"a": 3.0, "b": 7.0}, {"a": 2.0, "b": 50.0}]

    assert measured.medians(runs) == {"a": 2.0, "b": 9.0}


def test_a_ratio_is_taken_round_by_round():
    """It is the median of the ratios, not the ratio of the medians; ours has none to itself."""
    ours = [{"search, p50": 1.0}, {"search, p50": 10.0}, {"search, p50": 2.0}]
    theirs = [{"search, p50": 4.0}, {"search, p50": 10.0}, {"search, p50": 6.0}]

    assert scale.ratios(theirs, ours) == {"search, p50, times ours": 3.0}
    assert scale.ratios(ours, ours) == {}


def test_a_ratio_is_of_the_rounds_that_both_had():
    """The last release has fewer rounds where it takes minutes: the others count for nothing."""
    ours = [{"search, p50": 1.0}, {"search, p50": 2.0}, {"search, p50": 0.01}]
    theirs = [{"search, p50": 4.0}, {"search, p50": 4.0}]

    assert scale.ratios(theirs, ours) == {"search, p50, times ours": 3.0}


def test_a_measure_that_failed_in_a_round_is_of_the_others():
    """A site that did not answer once has the figures of the rounds in which it did."""
    runs = [{"a": 1.0}, {"a": 3.0, "start": 7.0}]

    assert measured.medians(runs) == {"a": 2.0, "start": 7.0}


def test_what_takes_long_is_asked_a_few_times(monkeypatch):
    """When its seconds are over no more is asked, and three at least are."""
    now = iter(range(0, 100, 20))
    monkeypatch.setattr(queries.time, "perf_counter", lambda: next(now))

    assert [*queries.within(range(100), 10)] == [0, 1, 2]
    assert [*queries.within("ab", 10)] == ["a", "b"]


def test_sizes_are_given_with_commas(capsys):
    """``--sizes 81,10000`` are two; anything else is refused with the number."""
    options = scale.parser().parse_args(["run", "--sizes", "81,10000"])

    assert options.sizes == (81, 10_000)
    with pytest.raises(SystemExit):
        scale.parser().parse_args(["run", "--sizes", "81,0"])
    assert "must be at least 1, not 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["make", "x", "made"], "argument n: must be a whole number, not 'x'"),
        (["run", "--sizes", "81,"], "argument --sizes: must be a whole number, not ''"),
        (
            ["make", "5", "made", "--cases", "/nowhere"],
            "argument --cases: must be a folder with a taxonomy.yaml, not '/nowhere'",
        ),
    ],
)
def test_what_is_given_wrongly_is_named(given, said, capsys):
    """With what it must be."""
    with pytest.raises(SystemExit):
        scale.parser().parse_args(given)

    assert capsys.readouterr().err.splitlines()[-1].endswith(f": error: {said}")


#: What three sizes could give.
SIZES = {
    81: {targets.OURS: {"memory of a worker": 200.0, "search, p50": 4.0}},
    10_000: {
        targets.OURS: {
            "search, p50": 10.0,
            "search with a filter, p50": 10.04,
            "cases that pass that filter": 10.0,
            "role models, p50": 15.1,
            "start to the first answer": 1.2,
            "memory of a worker": 209.0,
            "kb check, first": 5.0,
            "kb check, one case edited": 0.5,
            "build, one case edited": 2.0,
        },
        PREVIOUS: {
            "search, p50": 400.0,
            "search, p50, times ours": 51.0,
            "kb check, first": 35.0,
            "build, one case edited": 30.0,
        },
        "txtai 9.14 hybrid": {"search, p50": 16.0},
    },
}


def test_each_target_says_how_it_came_out():
    """A ratio of rounds side by side goes before one of medians; what is equal is reached."""
    assert [row.cells for row in targets.rows(SIZES)] == [
        ("10,000", "search, p50: times less than e9d3985", "at least 50", "51", "reached"),
        (
            *("10,000", "search, p50: share of what txtai 9.14 hybrid takes"),
            *("at most 0.5", "0.62", "missed"),
        ),
        (
            *("10,000", "search with a filter, p50: times a search without"),
            *("at most 1", "1", "reached"),
        ),
        (
            "10,000",
            "cases that come back for a filter that ten pass, without a text",
            "at least 10",
            "10",
            "reached",
        ),
        ("10,000", "role models, p50: times a search", "at most 1.5", "1.51", "missed"),
        ("10,000", "start to the first answer", "at most 1 s", "1.2 s", "missed"),
        ("10,000", "kb check: times less than e9d3985", "at least 6", "7", "reached"),
        (
            *("10,000", "kb check, one case edited: times less than e9d3985"),
            *("at least 60", "70", "reached"),
        ),
        (
            *("10,000", "build, one case edited: times less than e9d3985"),
            *("at least 20", "15", "missed"),
        ),
        (
            *("10,000", "memory of a worker for each case beyond 81"),
            *("at most 1 kB", "0.91 kB", "reached"),
        ),
    ]


def test_a_target_without_a_figure_is_named(capsys):
    """What a run did not measure at its own sizes is said, and of other sizes nothing."""
    scale.print_targets({81: SIZES[81]})

    assert capsys.readouterr().out.endswith(
        "\nNot measured in this run: search, p50: times less than e9d3985 at 81.\n"
    )


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("search, p50", 3.14159, "3.14 ms"),
        ("search, p50", 283.4, "283.4 ms"),
        ("full build, made vectors", 39.0, "39.00 s"),
        ("kb check, first", 5.126, "5.13 s"),
        ("memory of a worker", 1121.4, "1,121 MB"),
        ("share of found cases", 0.195, "19.5%"),
        ("cases that pass that filter", 10.0, "10"),
        ("search, p50, times ours", 52.345, "52.34"),
        ("role models, p50", None, "–"),
    ],
)
def test_a_figure_has_its_unit(name, value, shown):
    """Seconds, milliseconds, megabytes, shares and counts are told apart by the measure."""
    assert scale.shown(name, value) == shown


def test_the_table_has_a_column_for_each(capsys):
    """Who has no figure for a measure has a dash there."""
    scale.print_table(1000, {"ours": {"search, p50": 2.0}, "other": {"full build": 3.0}})

    assert capsys.readouterr().out == (
        "\n"
        "| 1,000 cases |    ours |  other |\n"
        "|-------------|--------:|-------:|\n"
        "| search, p50 | 2.00 ms |      – |\n"
        "| full build  |       – | 3.00 s |\n"
    )


def test_one_case_is_edited_and_is_as_before(tmp_path):
    """An edit adds a sentence to one case, which is taken back; no guide is edited."""
    for name in ("guides/a.md", "norway/b.md", "norway/c.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("---\n---\n\nText.\n")

    with measured.edited(tmp_path):
        assert (tmp_path / "norway/b.md").read_text() == (
            "---\n---\n\nText. A sentence more was written.\n"
        )
        assert (tmp_path / "guides/a.md").read_text() == "---\n---\n\nText.\n"
    assert (tmp_path / "norway/b.md").read_text() == "---\n---\n\nText.\n"


def test_a_first_check_remembers_nothing(tmp_path):
    """What an earlier check kept is gone before the first; what is checked is as it was."""
    cases = copy_toy_corpus(tmp_path / "cases")
    before = {path: path.read_bytes() for path in cases.rglob("*.md")}
    release = measured.Release(
        name="this", tree=ROOT, cases=cases, index=tmp_path / "index", filters=tmp_path / "none"
    )
    old = tmp_path / "index-check" / "kept"
    old.mkdir(parents=True)

    found = release.check()

    assert [*found] == ["kb check, first", "kb check, again", "kb check, one case edited"]
    assert not old.exists()
    assert {path: path.read_bytes() for path in cases.rglob("*.md")} == before


def test_every_library_is_pinned():
    """Each library has a module here, and each package that it needs an exact version."""
    for library in LIBRARIES:
        assert (ROOT / "benchmarks/at_scale/peers" / f"{library.module}.py").is_file()
        assert all("==" in one for one in library.requires)


def test_a_process_that_fails_is_told(tmp_path):
    """What it said last is in the error, with the command."""
    command = ["sh", "-c", "echo it broke >&2; exit 3"]

    with pytest.raises(RuntimeError, match=r"failed:\nit broke$"):
        measured._json(command, tmp_path, {"PATH": "/bin:/usr/bin"})


def test_what_a_process_says_is_passed_on(tmp_path, capfd):
    """A long build is followed line by line; its figures stand alone in its last line."""
    command = ["sh", "-c", "echo read 5 cases >&2; echo said; echo '{\"seconds\": 2}'"]

    found = measured._json(command, tmp_path, {"PATH": "/bin:/usr/bin"}, tell=True)

    assert found == {"seconds": 2}
    assert capfd.readouterr().err == "       read 5 cases\n"


def a_release(folder, program: str) -> Server:
    """The server of a release whose command is a program of our own."""
    package = folder / "web"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(program)
    return Server(folder, folder / "index")


def test_a_server_that_ends_is_told_at_once(tmp_path):
    """Nobody waits for the answer of a process that is gone; what it said last is told."""
    with pytest.raises(RuntimeError, match=r"without an answer:\n(.*\n)+.*No module named 'gone_'"):
        a_release(tmp_path, "import gone_")


def test_a_site_that_answers_with_an_error_is_told_by_it(tmp_path, monkeypatch):
    """What stands in the place of a first answer is in the error, when the time is over."""
    monkeypatch.setattr("at_scale.server._PATIENCE", 2)
    program = (
        "import http.server, sys\n"
        "port = int(sys.argv[sys.argv.index('--port') + 1])\n"
        "server = http.server.HTTPServer(('127.0.0.1', port), http.server.BaseHTTPRequestHandler)\n"
        "server.serve_forever()\n"
    )

    with pytest.raises(TimeoutError, match="within 2 s, but: HTTP Error 501"):
        a_release(tmp_path, program)
