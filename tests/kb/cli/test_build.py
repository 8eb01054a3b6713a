"""The commands ``kb build`` and ``kb snapshots``."""

from __future__ import annotations

import json
import re
import shutil
import sys
from datetime import datetime

import pytest

from kb.indexing.pipeline import build
from kb.search.searcher import Searcher
from kb.settings import Settings
from kb.snapshots.store import Current, current_id, read_current, read_history
from tests.kb.cli.command import edit, kb, run, where
from tests.toy import ZEROS


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
        ZEROS.format(str(toy_settings.model)),
        "Exporting the query encoder …",
        "Kept 7 new versions of cases.",
    ]


def test_build_says_when_nothing_had_to_be_built(toy_settings):
    """A second build says that the snapshot is up to date, in words and as JSON."""
    built = build(toy_settings)

    words, data = kb("build", *where(toy_settings)), kb("build", *where(toy_settings), "--json")

    assert words.stdout.startswith(f"Snapshot {built.snapshot_id} is up to date: 7 cases, ")
    report = json.loads(data.stdout)
    assert report == {
        "snapshot_id": built.snapshot_id,
        "collection": "",
        "cases": 7,
        "passages": 16,
        "dimension": 6,
        "encoded": 0,
        "reused": 16,
        "up_to_date": True,
        "pinned": None,
        "seconds": report["seconds"],
    }


def test_build_with_problems_lists_them_and_builds_nothing(toy_settings):
    """Problems go to standard output, as lines or as JSON; the reason to standard error."""
    path = edit(toy_settings, "kind: network", "kind: netwrk")
    error = (
        "Error: The content has 1 problem in 1 file; nothing was built and there is no snapshot "
        "to serve yet. Run 'kb check' to list them.\n"
    )

    words, data = kb("build", *where(toy_settings)), kb("build", *where(toy_settings), "--json")

    assert (words.exit_code, data.exit_code) == (1, 1)
    assert words.stdout.startswith(f"{path}:3:7: kind ")
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
    assert broken.stderr == (
        f"{toy_settings.cases}: 1 problem in 1 file\n"
        "It can be mended by 'kb check --fix'; --diff shows how.\n"
    )
    assert not toy_settings.index.exists()


def test_an_encoder_that_is_not_there_is_one_line(toy_settings):
    """An error of ours is one plain line and status 1, never a traceback."""
    result = kb("build", *where(toy_settings)[:4], "--model", "/no/such/model")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[1:] == [
        "Error: The encoder '/no/such/model' must be a folder that exists; set KB_MODEL to a "
        "folder, a sentence-transformers name, or 'all-MiniLM-L6-v2' for the packaged default."
    ]


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


@pytest.fixture(name="three")
def _three(toy_settings: Settings) -> list[str]:
    """The ids of three snapshots, oldest first; the last one is served."""
    built = [build(toy_settings).snapshot_id]
    for old, new in (("cautionary", "mixed"), ("mixed", "success")):
        edit(toy_settings, old, new)
        built.append(build(toy_settings).snapshot_id)
    return built


def listed(settings: Settings, *marked: tuple[str, str]) -> str:
    """The list of snapshots with these marks, each with the time since when it was served."""
    since = {one.snapshot_id: one.at for one in read_history(settings.index)}
    lines = []
    for snapshot_id, marks in marked:
        at = datetime.fromisoformat(since[snapshot_id])
        lines.append(f"{snapshot_id}  {marks}served from {at:%Y-%m-%d %H:%M} UTC\n")
    return "".join(lines)


def test_snapshots_are_listed(toy_settings, three):
    """Snapshots are listed newest first, with since when each was served and which one is."""
    first, second, third = three

    words = kb("snapshots", "--index", toy_settings.index)
    data = kb("snapshots", "--index", toy_settings.index, "--json")

    expected = listed(toy_settings, (third, "current  "), (second, ""), (first, ""))
    assert (words.stdout, words.stderr) == (expected, "")
    history = json.loads(data.stdout)
    assert [one["snapshot_id"] for one in history.pop("history")] == three
    assert history == {"current": third, "pinned": False, "snapshots": [third, second, first]}


def test_a_pinned_snapshot_that_is_gone_is_told(toy_settings, three):
    """The list says what is to be served and is not there, and how to get out."""
    first, second, third = three
    kb("snapshots", "--index", toy_settings.index, "--pin", second)
    shutil.rmtree(toy_settings.index / second)

    result = kb("snapshots", "--index", toy_settings.index)

    assert [line[:12] for line in result.stdout.splitlines()] == [third, first]
    assert (result.exit_code, result.stderr) == (
        0,
        f"Snapshot {second}, which is pinned, is to be served and is gone. Run 'kb build', "
        "or give 'kb snapshots --use' one of those that are left.\n",
    )


def test_previous_is_what_was_served_before(toy_settings, three):
    """'previous' serves what was served before and pins it; an id serves that one."""
    first, second, third = three
    use = ("snapshots", "--index", toy_settings.index, "--use")
    served = []
    for chosen in (first, "previous", "previous", second):
        result = kb(*use, chosen)
        served.append((result.exit_code, read_current(toy_settings.index)))

    assert served == [
        (0, Current(snapshot_id=snapshot_id, pinned=True))
        for snapshot_id in (first, third, first, second)
    ]
    assert result.stderr == (
        f"Snapshot {second} is served, and stays so until 'kb snapshots --unpin'.\n"
    )
    assert result.stdout == listed(
        toy_settings, (third, ""), (second, "current  pinned  "), (first, "")
    )


def test_a_rollback_holds(toy_settings, three):
    """After '--use previous' a build leaves the old one serving and says so, until '--unpin'."""
    _, second, third = three
    snapshots = ("snapshots", "--index", toy_settings.index)
    kb(*snapshots, "--use", "previous")

    unchanged = kb("build", *where(toy_settings))
    edit(toy_settings, "title: Textile firms train", "title: Textile firms export")
    changed = kb("build", *where(toy_settings), "--json")
    held = current_id(toy_settings.index)
    unpinned = kb(*snapshots, "--unpin")
    last = kb("build", *where(toy_settings), "--json")

    note = (
        f"Snapshot {second} is pinned and stays served. To serve what is built, run "
        "'kb snapshots --unpin', then 'kb build'.\n"
    )
    assert (unchanged.exit_code, changed.exit_code, held) == (0, 0, second)
    assert unchanged.stdout.startswith(f"Snapshot {third} is up to date: ")
    assert unchanged.stderr.endswith(note)
    assert changed.stderr.endswith(note)
    assert json.loads(changed.stdout)["pinned"] == second
    assert (
        unpinned.stderr == "From the next build, update or import on, what that makes is served.\n"
    )
    assert f"{second}  current  served from " in unpinned.stdout
    assert json.loads(last.stdout)["pinned"] is None
    assert current_id(toy_settings.index) == json.loads(last.stdout)["snapshot_id"] != second


def test_what_is_served_can_be_pinned(toy_settings, three):
    """'--pin current' keeps to what is served, before a change that may go wrong."""
    result = kb("snapshots", "--index", toy_settings.index, "--pin", "current")

    assert result.exit_code == 0
    assert read_current(toy_settings.index) == Current(snapshot_id=three[2], pinned=True)


@pytest.mark.parametrize(
    "given",
    [
        ("--use", "{0}", "--unpin"),
        ("--pin", "{0}", "--unpin"),
        ("--use", "{1}", "--pin", "{0}"),
        ("--use", "{0}", "--use", "{1}"),
    ],
)
def test_one_thing_at_a_time(toy_settings, three, given):
    """Two at once is wrong usage that names what was given, and nothing is switched."""
    given = [part.format(*three) for part in given]

    result = kb("snapshots", "--index", toy_settings.index, *given)

    names = " and ".join(part for part in given if part.startswith("--"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(f"Error: {names} exclude each other; give one of them, once.\n")
    assert read_current(toy_settings.index) == Current(snapshot_id=three[2], pinned=False)


@pytest.mark.parametrize("damage", ["gone", "damaged"])
def test_a_pin_is_no_dead_end(toy_settings, three, damage):
    """Whatever became of what is pinned, --unpin takes the pin off."""
    _, second, third = three
    snapshots = ("snapshots", "--index", toy_settings.index)
    kb(*snapshots, "--pin", second)
    folder = toy_settings.index / second
    shutil.rmtree(folder) if damage == "gone" else (folder / "holdings.json").unlink()

    result = kb(*snapshots, "--unpin")

    gone = (
        f"Snapshot {second} is to be served and is gone. Run 'kb build', or give "
        "'kb snapshots --use' one of those that are left.\n"
        if damage == "gone"
        else ""
    )
    assert (result.exit_code, result.stderr) == (
        0,
        "From the next build, update or import on, what that makes is served.\n" + gone,
    )
    assert read_current(toy_settings.index) == Current(snapshot_id=second, pinned=False)
    assert third in result.stdout


def test_what_is_lost_is_told_and_the_rest_is_listed(toy_settings, three):
    """Without current the snapshots are listed all the same, and can be served."""
    first, second, third = three
    (toy_settings.index / "current").unlink()
    snapshots = ("snapshots", "--index", toy_settings.index)

    words, data = kb(*snapshots), kb(*snapshots, "--json")
    unpinned = kb(*snapshots, "--unpin")
    used = kb(*snapshots, "--use", "previous")

    told = (
        f"{toy_settings.index / 'current'} is missing, which says what is served. "
        "Run 'kb build', or 'kb snapshots --use ID'.\n"
    )
    assert (words.exit_code, words.stderr) == (0, told)
    assert words.stdout == listed(toy_settings, (third, ""), (second, ""), (first, ""))
    listing = json.loads(data.stdout)
    assert (listing["current"], listing["pinned"]) == (None, False)
    assert unpinned.exit_code == used.exit_code == 0
    assert read_current(toy_settings.index) == Current(snapshot_id=third, pinned=True)


def test_previous_goes_on_to_the_one_before(toy_settings, three):
    """A damaged snapshot is passed over with its reason; where all are, the last says why."""
    first, second, _ = three
    snapshots = ("snapshots", "--index", toy_settings.index)
    path = toy_settings.index / second / "holdings.json"
    path.unlink()

    result = kb(*snapshots, "--use", "previous")
    (toy_settings.index / first / "holdings.json").unlink()
    (toy_settings.index / three[2] / "holdings.json").unlink()
    none = kb(*snapshots, "--use", "previous")

    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"Snapshot {second} is passed over: {path} cannot be read: No such file or directory.",
        f"Snapshot {first} is served, and stays so until 'kb snapshots --unpin'.",
    ]
    assert none.exit_code == 1
    assert none.stderr.splitlines()[-1] == (
        f"Error: {path} cannot be read: No such file or directory. Run 'kb build'."
    )
    assert current_id(toy_settings.index) == first


def test_whatever_a_snapshot_raises_is_one_line(toy_settings, three, monkeypatch):
    """A snapshot that does not answer is not served, and is no traceback."""

    def fails(*_: object) -> None:
        raise KeyError("norway/one")

    monkeypatch.setattr(Searcher, "search", fails)

    result = kb("snapshots", "--index", toy_settings.index, "--pin", three[0])

    folder = toy_settings.index / three[0]
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: The snapshot {folder} does not answer (KeyError: 'norway/one'). Run 'kb build'.\n"
    )
    assert current_id(toy_settings.index) == three[2]


def test_there_may_be_nothing_to_go_back_to(toy_settings):
    """With one snapshot there is no previous one."""
    only = build(toy_settings).snapshot_id

    result = kb("snapshots", "--index", toy_settings.index, "--use", "previous")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: No snapshot that was served before {only} is left in {toy_settings.index}; "
        f"there are: {only}.\n"
    )


def test_going_back_from_a_snapshot_that_is_gone(toy_settings, three):
    """When the served snapshot was removed, 'previous' is what was served before and is left."""
    first, second, third = three
    shutil.rmtree(toy_settings.index / third)

    result = kb("snapshots", "--index", toy_settings.index, "--use", "previous")

    expected = listed(toy_settings, (second, "current  pinned  "), (first, ""))
    assert (result.exit_code, result.stdout) == (0, expected)


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
    path = toy_settings.index / three[1] / "holdings.json"
    path.unlink()

    result = kb("snapshots", "--index", toy_settings.index, "--use", three[1])

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: {path} cannot be read: No such file or directory. Run 'kb build'.\n"
    )
    assert current_id(toy_settings.index) == three[2]
