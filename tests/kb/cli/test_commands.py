"""The ``kb`` command: what goes to which stream, and the exit status."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb import __version__
from kb.build.pipeline import build
from kb.model.cases import FACETS
from kb.settings import Settings
from kb.snapshots.store import current_id
from web.cli import main

ROOT = Path(__file__).parents[3]
TRAINING = "spain/textile-training"


@pytest.fixture(autouse=True)
def _settings_of_the_toy(monkeypatch: pytest.MonkeyPatch, tiny_encoder: Path) -> None:
    """Settings of the machine that runs the tests do not count: the encoder is the toy's."""
    for name in list(os.environ):
        if name.startswith("KB_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("KB_MODEL", str(tiny_encoder))
    monkeypatch.setenv("KB_MULTILINGUAL", "off")


def kb(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def run(*command: object, **environ: str) -> subprocess.CompletedProcess:
    """Run a command in a process of its own, in the repository."""
    return subprocess.run(
        [part if isinstance(part, bytes) else str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=120,
    )


def edit(settings: Settings, old: str, new: str, case_id: str = TRAINING) -> Path:
    """Replace a piece of a case's file, which must hold it."""
    path = settings.cases / f"{case_id}.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def where(settings: Settings) -> list[str]:
    """The options that name the folders and the encoder of a toy compendium."""
    folders = ["--cases", str(settings.cases), "--index", str(settings.index)]
    return [*folders, "--model", settings.model]


# --- build -----------------------------------------------------------------------------------


def test_build_prints_one_line_and_tells_on_the_other_stream(toy_settings):
    """The result is one line on standard output; what is being done goes to standard error."""
    result = kb("build", *where(toy_settings))

    snapshot_id = current_id(toy_settings.index)
    assert result.exit_code == 0
    assert re.sub(r"\d+\.\d s", "N s", result.stdout) == (
        f"Snapshot {snapshot_id} built: 7 cases, 16 passages (16 encoded, 0 reused), "
        "6 dimensions, N s\n"
    )
    assert result.stderr.splitlines() == [
        f"Read 7 cases from {toy_settings.cases}.",
        f"Loading the encoder {toy_settings.model} …",
        "Encoding 16 texts …",
        "Encoding 25 texts …",
        "Exporting the query encoder …",
    ]


def test_build_says_when_nothing_had_to_be_built(toy_settings):
    """A second build says that the snapshot is up to date, in words and as JSON."""
    built = build(toy_settings)

    words, data = kb("build", *where(toy_settings)), kb("build", *where(toy_settings), "--json")

    assert words.stdout.startswith(f"Snapshot {built.snapshot_id} is up to date: 7 cases, ")
    report = json.loads(data.stdout)
    assert report == {
        "snapshot_id": built.snapshot_id,
        "cases": 7,
        "passages": 16,
        "dimension": 6,
        "encoded": 0,
        "reused": 16,
        "up_to_date": True,
        "seconds": report["seconds"],
    }


def test_build_with_problems_lists_them_and_builds_nothing(toy_settings):
    """Problems go to standard output, as lines or as JSON; the reason to standard error."""
    path = edit(toy_settings, "kind: network", "kind: netwrk")
    error = (
        "Error: The content has 1 problem in 1 file; nothing was built and the previous "
        "snapshot stays in use. Run 'kb check' to list them.\n"
    )

    words, data = kb("build", *where(toy_settings)), kb("build", *where(toy_settings), "--json")

    assert (words.exit_code, data.exit_code) == (1, 1)
    assert words.stdout.startswith(f"{path}:3: kind ")
    assert words.stdout.count("\n") == 1
    assert words.stderr == data.stderr == error
    assert [(p["path"], p["line"], p["field"]) for p in json.loads(data.stdout)] == [
        (str(path), 3, "kind")
    ]
    assert not (toy_settings.index / "current").exists()


def test_build_can_only_check(toy_settings):
    """With --check nothing is built, and the status tells whether there are problems."""
    sound = kb("build", "--check", *where(toy_settings))
    edit(toy_settings, "kind: network", "kind: netwrk")
    broken = kb("build", "--check", *where(toy_settings))

    assert (sound.exit_code, sound.stdout) == (0, "")
    assert sound.stderr == f"{toy_settings.cases}: no problems (7 cases read)\n"
    assert (broken.exit_code, broken.stdout.count("\n")) == (1, 1)
    assert broken.stderr == f"{toy_settings.cases}: 1 problem in 1 file\n"
    assert not toy_settings.index.exists()


def test_an_encoder_that_is_not_there_is_one_line(toy_settings):
    """An error of ours is one plain line and status 1, never a traceback."""
    result = kb("build", *where(toy_settings)[:4], "--model", "/no/such/model")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[1:] == [
        "Error: The encoder '/no/such/model' must be a folder that exists; set KB_MODEL to a "
        "folder, a sentence-transformers name, or 'all-MiniLM-L6-v2' for the packaged default."
    ]


# --- check -----------------------------------------------------------------------------------


def two_broken(settings: Settings) -> tuple[Path, Path]:
    """Break one case of Norway and the one of Spain."""
    norway = edit(settings, "form: soft", "form: liquid", "norway/textile-exporters")
    return norway, edit(settings, "kind: network", "kind: netwrk")


def checked(settings: Settings, *paths: Path) -> tuple[int, list[str], list[str]]:
    """Exit status, the files in which problems are listed, and the messages, of a check."""
    result = kb("check", "--cases", settings.cases, *paths)
    listed = [line.split(":")[0] for line in result.stdout.splitlines()]
    return result.exit_code, listed, result.stderr.splitlines()


def test_check_without_a_path_checks_everything(toy_settings):
    """The whole compendium is checked; each problem is one line with its place."""
    before = checked(toy_settings)
    norway, spain = two_broken(toy_settings)

    after = checked(toy_settings)

    cases = toy_settings.cases
    assert before == (0, [], [f"{cases}: no problems (7 cases read)"])
    assert after == (1, [str(norway), str(spain)], [f"{cases}: 2 problems in 2 files"])


def test_check_of_a_path_inside_narrows_the_report(toy_settings):
    """A file or folder of the compendium lists its own problems only, against all cases."""
    norway, spain = two_broken(toy_settings)
    metal, folder = toy_settings.cases / "norway" / "metal-buyers.md", toy_settings.cases / "norway"

    answers = [checked(toy_settings, path) for path in (norway, metal, folder)]

    # metal-buyers refers to cases elsewhere: they must count as there.
    assert answers == [
        (1, [str(norway)], [f"{norway}: 1 problem in 1 file"]),
        (0, [], [f"{metal}: no problems (7 cases read)"]),
        (1, [str(norway)], [f"{folder}: 1 problem in 1 file"]),
    ]
    assert checked(toy_settings, spain, norway) == (
        1,
        [str(spain), str(norway)],
        [f"{spain}: 1 problem in 1 file", f"{norway}: 1 problem in 1 file"],
    )


def test_check_of_another_folder_uses_the_vocabulary_of_this_one(toy_settings, tmp_path):
    """A folder elsewhere is a compendium of its own, with the vocabulary here if it has none."""
    other = Path(shutil.copytree(toy_settings.cases / "spain", tmp_path / "other" / "spain"))
    broken = Path(shutil.copytree(other, tmp_path / "broken")) / "textile-training.md"
    broken.write_text(broken.read_text().replace("public-private", "private-public"))

    sound, wrong = checked(toy_settings, other.parent), checked(toy_settings, broken)

    assert sound == (0, [], [f"{other.parent}: no problems"])
    assert wrong == (1, [str(broken)], [f"{broken}: 1 problem in 1 file"])


def test_check_of_a_folder_with_a_vocabulary_uses_its_own(toy_settings, tmp_path):
    """A folder that brings a vocabulary is checked by that one."""
    own = Path(shutil.copytree(toy_settings.cases, tmp_path / "own"))
    taxonomy = own / "taxonomy.yaml"
    term = "  - id: {0}\n    label: {1}\n"
    ours, theirs = term.format("mixed", "Mixed"), term.format("so-so", "So-so")
    assert ours in taxonomy.read_text()
    taxonomy.write_text(taxonomy.read_text().replace(ours, theirs))

    answer = checked(toy_settings, own)

    case = own / "norway" / "textile-exporters.md"
    assert answer == (1, [str(case)], [f"{own}: 1 problem in 1 file"])


def test_check_of_a_missing_path_is_wrong_usage(toy_settings):
    """A path that does not exist is wrong usage, not a sound compendium."""
    result = kb("check", "--cases", toy_settings.cases, toy_settings.cases / "nowhere.md")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == (
        f"Error: Invalid value for PATH: '{toy_settings.cases}/nowhere.md' does not exist"
    )


@pytest.mark.parametrize("length", [300, 5_000], ids=["name", "path"])
def test_check_of_a_path_that_is_too_long_is_wrong_usage(toy_settings, length):
    """A path that no file system could hold does not exist: no traceback."""
    path = "x" * length

    result = kb("check", "--cases", toy_settings.cases, path)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(f"Error: Invalid value for PATH: '{path}' does not exist\n")


@pytest.mark.parametrize("broken", [True, False], ids=["problems", "no problems"])
def test_check_prints_one_json_list(toy_settings, broken):
    """However many paths are given, --json prints one list of all problems."""
    paths = two_broken(toy_settings) if broken else (toy_settings.cases, toy_settings.cases)

    result = kb("check", "--cases", toy_settings.cases, "--json", *paths)

    problems = json.loads(result.stdout)
    assert [(p["path"], p["field"]) for p in problems] == (
        [(str(paths[0]), "form"), (str(paths[1]), "kind")] if broken else []
    )
    assert all(set(problem) == {"path", "line", "message", "field"} for problem in problems)


# --- search ----------------------------------------------------------------------------------


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
            ["zzz"],
            "",
            "Nothing in the compendium fits this search.\n0 found, page 1 of 1\n",
            id="nothing fits",
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
    assert answer == {
        "total": 1,
        "no_good_match": False,
        "answerable": None,
        "snapshot": current_id(settings.index),
        "repaired": "",
        "read_as": [],
        "mentions": [{"facet": "project", "value": "staff-training", "label": "Staff training"}],
        "hits": [
            {
                "id": TRAINING,
                "title": "Textile firms train together",
                "score": 0.707107,
                "rank": 1,
                "summary": "Textile firms train their people with a public school.",
                "reasons": [
                    {
                        "kind": "both",
                        "passage": "Textile firms train their people with a public school.",
                        "heading": "",
                        "words": ["train"],
                        "marks": [[14, 19]],
                        "facet": "",
                        "value": "",
                        "label": "",
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
                    },
                ],
            }
        ],
    }
    assert tuple(facets) == FACETS
    assert facets["status"][-1] == {
        "value": "cautionary",
        "label": "Cautionary",
        "count": 1,
        "selected": True,
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
            "country has no value 'Atlantis'. Did you mean DK or ES? Allowed are DK, ES, FR, NO.",
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
    assert result.stderr == f"Error: There is no index in {tmp_path} yet. Run 'kb build'.\n"


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


# --- snapshots -------------------------------------------------------------------------------


@pytest.fixture(name="three")
def _three(toy_settings: Settings) -> list[str]:
    """The ids of three snapshots, oldest first; the last one is served."""
    built = [build(toy_settings).snapshot_id]
    for old, new in (("cautionary", "mixed"), ("mixed", "success")):
        edit(toy_settings, old, new)
        built.append(build(toy_settings).snapshot_id)
    return built


def test_snapshots_are_listed(toy_settings, three):
    """Snapshots are listed newest first, with a mark at the one that is served."""
    first, second, third = three

    words = kb("snapshots", "--index", toy_settings.index)
    data = kb("snapshots", "--index", toy_settings.index, "--json")

    assert (words.stdout, words.stderr) == (f"{third}  current\n{second}\n{first}\n", "")
    assert json.loads(data.stdout) == {"current": third, "snapshots": [third, second, first]}


def test_going_back_goes_one_step_at_a_time(toy_settings, three):
    """'previous' serves the next older snapshot, until there is none; an id serves that one."""
    first, second, third = three
    use = ("snapshots", "--index", toy_settings.index, "--use")
    served = []
    for chosen in ("previous", "previous", "previous", third):
        result = kb(*use, chosen)
        served.append((result.exit_code, current_id(toy_settings.index)))

    assert served == [(0, second), (0, first), (1, first), (0, third)]
    assert kb(*use, "previous").stdout == f"{third}\n{second}  current\n{first}\n"


def test_there_may_be_nothing_to_go_back_to(toy_settings):
    """With one snapshot there is no previous one."""
    only = build(toy_settings).snapshot_id

    result = kb("snapshots", "--index", toy_settings.index, "--use", "previous")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: There is no snapshot 'previous' in {toy_settings.index}; there are: {only}.\n"
    )


def test_going_back_from_a_snapshot_that_is_gone(toy_settings, three):
    """When the served snapshot was removed, 'previous' is the newest that is left."""
    first, second, third = three
    shutil.rmtree(toy_settings.index / third)

    result = kb("snapshots", "--index", toy_settings.index, "--use", "previous")

    assert (result.exit_code, result.stdout) == (0, f"{second}  current\n{first}\n")


@pytest.mark.parametrize("chosen", ["0123456789ab", "../index", "{second}/"])
def test_what_is_no_snapshot_cannot_be_used(toy_settings, three, chosen):
    """Only an id that is listed can be served."""
    chosen = chosen.format(second=three[1])

    result = kb("snapshots", "--index", toy_settings.index, "--use", chosen)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: There is no snapshot {chosen!r} in {toy_settings.index}; "
        f"there are: {', '.join(reversed(three))}.\n"
    )
    assert current_id(toy_settings.index) == three[2]


def test_a_damaged_snapshot_cannot_be_used(toy_settings, three):
    """A snapshot that cannot be served is never switched to."""
    path = toy_settings.index / three[1] / "cases.json"
    path.unlink()

    result = kb("snapshots", "--index", toy_settings.index, "--use", three[1])

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: {path} cannot be read: No such file or directory. Run 'kb build'.\n"
    )
    assert current_id(toy_settings.index) == three[2]


# --- new, settings, help ---------------------------------------------------------------------


def test_new_prints_the_path(toy_settings):
    """A new case is written, its path printed, and a second one of the same id refused."""
    first = kb("new", "norway/boat-builders", "--cases", toy_settings.cases)
    second = kb("new", "norway/boat-builders", "--cases", toy_settings.cases)

    path = toy_settings.cases / "norway" / "boat-builders.md"
    assert (first.exit_code, first.stdout) == (0, f"{path}\n")
    assert path.read_text().startswith("---\ntitle: Boat builders\nkind: network\n")
    assert (second.exit_code, second.stdout) == (1, "")
    assert second.stderr == f"Error: {path} exists already; nothing was written.\n"


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
    """A variable that looks like a setting and is none is refused, with those that are."""
    monkeypatch.setenv("KB_MODELL", "x")

    result = kb("check")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(
        "Error: The environment variable KB_MODELL is not a setting. Settings are KB_BATCH_SIZE, "
    )


def test_an_option_wins_over_a_variable(monkeypatch, settings, tmp_path):
    """The environment is used where no option is given."""
    monkeypatch.setenv("KB_INDEX", str(settings.index))

    by_variable, by_option = kb("snapshots"), kb("snapshots", "--index", tmp_path)

    assert by_variable.stdout == f"{current_id(settings.index)}  current\n"
    assert by_option.exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["search", "--page", "two"], ["search", "--colour", "red"], ["new"]],
    ids=["command", "number", "option", "missing argument"],
)
def test_wrong_usage_is_status_two(arguments):
    """A command line that cannot be understood gives the usage on standard error."""
    result = kb(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: ")


@pytest.mark.parametrize("command", [[], *([name] for name in sorted(main.commands))], ids=str)
def test_every_command_explains_itself(command):
    """--help prints the usage on standard output."""
    result = kb(*command, "--help")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(" ".join(["Usage: main", *command, "["]))


# --- processes of their own ------------------------------------------------------------------


def test_the_version_is_that_of_the_package():
    """The installed command says its version."""
    done = run(Path(sys.executable).with_name("kb"), "--version")

    assert (done.returncode, done.stdout) == (0, f"kb, version {__version__}\n")


def test_build_index_is_kb_build(settings):
    """The script at the top of the repository does what 'kb build' does, with its options."""
    commands = [[sys.executable, "-m", "kb.cli", "build"], [sys.executable, "build_index.py"]]

    built = [run(*command, *where(settings), "--json") for command in commands]
    helped = [run(*command, "--help").stdout.splitlines() for command in commands]
    wrong = [run(*command, "--nonsense") for command in commands]

    reports = [{**json.loads(done.stdout), "seconds": 0} for done in built]
    assert reports[0] == reports[1]
    assert built[0].stderr == built[1].stderr == f"Read 7 cases from {settings.cases}.\n"
    assert helped[1][0] == "Usage: build_index.py [OPTIONS]"
    options = [[line for line in lines if line.startswith("  --")] for lines in helped]
    assert options[0] == [line for line in options[1] if "--help" not in line] != []
    assert [done.returncode for done in wrong] == [2, 2]


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


def test_a_problem_ends_a_real_process_with_status_one(toy_settings):
    """The exit status of the process is that of the command."""
    edit(toy_settings, "kind: network", "kind: netwrk")

    done = run(sys.executable, "-m", "kb.cli", "check", "--cases", toy_settings.cases)

    assert done.returncode == 1
    assert done.stderr == f"{toy_settings.cases}: 1 problem in 1 file\n"
