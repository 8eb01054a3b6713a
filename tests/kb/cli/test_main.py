"""What all commands share: settings, wrong usage, help, the version."""

from __future__ import annotations

import sys

import pytest

from kb import __version__
from kb.operating.release import release
from kb.snapshots.store import current_id
from tests.kb.cli.command import commands, kb, run


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("KB_PORT", "high", "KB_PORT must be a whole number from 0 to 65535, not 'high'."),
        ("KB_INDEX", " ", "KB_INDEX must be a folder, not ' '."),
        ("KB_MIN_SCORE", "nan", "KB_MIN_SCORE must be a number from -1 to 1, not 'nan'."),
        ("KB_BATCH_SIZE", "0", "KB_BATCH_SIZE must be a whole number of at least 1, not '0'."),
    ],
)
@pytest.mark.parametrize("command", ["build", "check", "search", "snapshots", "serve"])
def test_a_wrong_variable_is_wrong_usage(monkeypatch, command, variable, value, message):
    """Whatever command is run, a variable that cannot be understood is one line and status 2."""
    monkeypatch.setenv(variable, value)

    result = kb(command)

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {message}\n")


def test_an_unknown_variable_is_wrong_usage(monkeypatch):
    """A variable that looks like a setting and is none is refused, with those that are near."""
    monkeypatch.setenv("KB_MODELL", "x")

    result = kb("check")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(
        "Error: The environment variable KB_MODELL is not a setting. The nearest are KB_MODEL, "
    )
    assert result.stderr.endswith("The README lists every setting, under Settings.\n")


def test_an_option_wins_over_a_variable(monkeypatch, settings, tmp_path):
    """The environment is used where no option is given."""
    monkeypatch.setenv("KB_INDEX", str(settings.index))

    by_variable, by_option = kb("snapshots"), kb("snapshots", "--index", tmp_path)

    assert by_variable.stdout.startswith(f"{current_id(settings.index)}  current  served from ")
    assert by_option.exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["search", "--page", "two"], ["search", "--colour", "red"], ["import"]],
    ids=["command", "number", "option", "missing argument"],
)
def test_wrong_usage_is_status_two(arguments):
    """A command line that cannot be understood gives the usage on standard error."""
    result = kb(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: ")


@pytest.mark.parametrize("command", [[], *([name] for name in sorted(commands()))], ids=str)
def test_every_command_explains_itself(command):
    """--help prints the usage on standard output."""
    result = kb(*command, "--help")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(" ".join(["Usage: main", *command, "["]))


def test_a_command_waits_for_nothing_that_only_others_need():
    """Asking one command for its help imports none of the modules of the others."""
    code = (
        "import sys; from web.cli import main; main(['schema', '--help'], standalone_mode=False)\n"
        "print(sorted(one for one in sys.modules if one.startswith('kb.cli.')))"
    )

    result = run(sys.executable, "-c", code)

    assert result.stdout.splitlines()[-1] == str(
        ["kb.cli.console", "kb.cli.content", "kb.cli.main"]
    )


def test_the_version_is_that_of_the_package():
    """The command says its version, with the commit where git or the wheel knows one."""
    done = run(sys.executable, "-m", "web", "--version")

    assert (done.returncode, done.stdout) == (0, f"kb, version {release()}\n")
    assert release().startswith(__version__)
