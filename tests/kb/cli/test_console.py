"""What the commands share: two streams, settings, and errors as one line with a status."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kb.cli.console import folder_options, json_option, one_catch, print_problems, say, settings_of
from kb.errors import (
    BuildBusy,
    CaseNotFound,
    CorpusError,
    CorpusInvalid,
    EncoderUnavailable,
    Problem,
    QueryError,
    SettingError,
    SnapshotCorrupt,
    SnapshotMissing,
    SnapshotStale,
    TaxonomyError,
)

PROBLEMS = (
    Problem(path="a.md", line=3, message="kind must be …", field="kind"),
    Problem(path="b/ü.md", line=1, message="must be UTF-8."),
)


def run_of(outcome: object, *arguments: str):
    """Run a command that ends with ``outcome``: raised if it is an exception, else returned."""

    @click.command()
    @json_option
    @one_catch
    def command(*, as_json: bool) -> int | None:
        """Do it."""
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return CliRunner().invoke(command, arguments)


@pytest.mark.parametrize(("outcome", "status"), [(None, 0), (0, 0), (1, 1), (2, 2)])
def test_what_a_command_returns_is_the_status(outcome, status):
    """A command that returns nothing has done its work."""
    result = run_of(outcome)

    assert (result.exit_code, result.stdout, result.stderr) == (status, "", "")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SettingError("KB_PORT must be …"), 2),
        (QueryError("page must be …", parameter="page", value=0), 2),
        (CorpusError("a.md: cannot be read."), 1),
        (TaxonomyError("taxonomy.yaml:1: …"), 1),
        (EncoderUnavailable("The encoder …"), 1),
        (SnapshotMissing("There is no index …"), 1),
        (SnapshotCorrupt("cases.json was altered …"), 1),
        (SnapshotStale("manifest.json has schema version 1 …"), 1),
        (BuildBusy("Another build …"), 1),
        (CaseNotFound("norway/x", nearest=()), 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_of_ours_is_one_line(error, status):
    """Wrong usage is status 2, everything else 1; nothing of it is on standard output."""
    result = run_of(error)

    assert (result.exit_code, result.stdout, result.stderr) == (status, "", f"Error: {error}\n")


def test_an_error_of_nobody_is_not_hidden():
    """What is no error of ours is a mistake in the program, and stays a traceback."""
    error = ZeroDivisionError("division by zero")

    result = run_of(error)

    assert result.exception is error


@pytest.mark.parametrize("as_json", [False, True], ids=["lines", "JSON"])
def test_problems_in_the_content_are_listed(as_json):
    """All problems go to standard output, in the form asked for; the reason to standard error."""
    result = run_of(CorpusInvalid(PROBLEMS), *(["--json"] if as_json else []))

    lines = "a.md:3: kind must be …\nb/ü.md:1: must be UTF-8.\n"
    assert (result.exit_code, result.stderr) == (1, f"Error: {CorpusInvalid(PROBLEMS)}\n")
    if not as_json:
        assert result.stdout == lines
    else:
        told = [{**asdict(problem), "allowed": list(problem.allowed)} for problem in PROBLEMS]
        assert json.loads(result.stdout) == told
        assert [one["path"] for one in told] == ["a.md", "b/ü.md"]


@pytest.mark.parametrize(("as_json", "expected"), [(False, ""), (True, "[]\n")])
def test_no_problems_are_an_empty_list(capsys, as_json, expected):
    """Without problems there are no lines, and JSON is still a list."""
    print_problems((), as_json=as_json)

    assert capsys.readouterr().out == expected


def test_people_are_told_on_standard_error(capsys):
    """What is said to a person is not part of the result."""
    say("Read 7 cases …")

    assert tuple(capsys.readouterr()) == ("", "Read 7 cases …\n")


def test_options_win_over_the_environment(monkeypatch):
    """An option that was not given leaves the variable, one that was given wins."""
    monkeypatch.setenv("KB_CASES", "there")
    monkeypatch.setenv("KB_INDEX", "elsewhere")

    found = settings_of(cases=None, index="here")

    assert (found.cases, found.index) == (Path("there"), Path("here"))


def test_the_folders_are_options():
    """--cases and --index are given to the command as text, None where they are not given."""
    given = []

    @click.command()
    @folder_options
    def command(**options: str | None) -> None:
        """Do it."""
        given.append(options)

    for arguments in ([], ["--cases", "a", "--index", "b"]):
        CliRunner().invoke(command, arguments)

    assert given == [{"cases": None, "index": None}, {"cases": "a", "index": "b"}]
