"""The command that measures at several sizes: its figures, its table, what is compared."""

from __future__ import annotations

import pytest
import scale
from at_scale import measured
from at_scale.environments import LIBRARIES

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
