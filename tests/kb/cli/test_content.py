"""The commands for the content: which problems, to which stream, and the exit status."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kb.settings import Settings
from tests.kb.cli.command import edit, kb, run
from tests.ports import free_port


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
    hint = "1 of them can be mended by 'kb check --fix'; --diff shows how."
    assert after == (1, [str(norway), str(spain)], [f"{cases}: 2 problems in 2 files", hint])


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
        [
            f"{spain}: 1 problem in 1 file",
            f"{norway}: 1 problem in 1 file",
            "1 of them can be mended by 'kb check --fix'; --diff shows how.",
        ],
    )


def test_check_counts_the_sources(toy_settings):
    """With --summary the sources are counted by kind and by what was seen, and nothing else."""
    cases = str(toy_settings.cases)
    table, data = kb("check", "--summary", cases), kb("check", "--summary", "--json", cases)

    assert table.stdout.splitlines() == [
        "kind       seen         sources documents",
        "secondary  excerpt            1         4",
        "not said   not said           1         4",
        "all                           2         7",
    ]
    assert table.stderr == (
        "A document stands in each row of which it cites a source. 3 of 7 documents rest on "
        "passages alone. 0 further works are named by a source only.\n"
    )
    assert json.loads(data.stdout) == {
        "sources": 2,
        "cases": 7,
        "cases_on_passages": 3,
        "further_reading": 0,
        "counts": [
            {"kind": "secondary", "seen": "excerpt", "sources": 1, "cases": 4},
            {"kind": None, "seen": None, "sources": 1, "cases": 4},
        ],
    }
    assert (table.exit_code, data.exit_code) == (0, 0)


def test_check_counts_the_sources_of_one_compendium(toy_settings):
    """A file or a part of a compendium has no sources of its own."""
    for paths in ([str(toy_settings.cases / "norway")], [str(toy_settings.cases)] * 2):
        refused = kb("check", "--summary", *paths)
        assert refused.exit_code == 2
        assert refused.stderr.endswith("PATH: --summary is for one compendium\n")


@pytest.fixture(name="web_of_files")
def _web_of_files(tmp_path):
    """A server on this machine that has one page, /there; its address."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "there").write_text("A page.")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def with_addresses(settings: Settings, url: str, archived: str) -> Path:
    """Let the source that is no book stand at an address, and its copy at another."""
    path = settings.cases / "sources.bib"
    text = path.read_text()
    text = text.replace("https://example.org/note?a=1&b=2", url)
    path.write_text(text.replace("https://archive.example/note", archived))
    return path


def test_check_asks_the_addresses_of_the_sources(toy_settings, web_of_files):
    """A page that is gone is a problem, with its cases and its copy; the others are told."""
    path = with_addresses(toy_settings, f"{web_of_files}/gone", f"{web_of_files}/there")

    found = kb("check", "--links", toy_settings.cases)

    assert found.exit_code == 1
    assert found.stdout.startswith(
        f"{path}:12: anon: url is gone (404): {web_of_files}/gone (rule: a page that is gone). "
        "Cited by denmark/hostile-title, france/wine-exporters, guides/purchase-guide, "
        f"spain/textile-training. A copy is at {web_of_files}/there. Mend the address, or add "
    )
    assert found.stderr.splitlines() == [
        f"{toy_settings.cases}: no problems",
        f"1/2 {web_of_files}/gone: gone 404",
        f"2/2 {web_of_files}/there: there 200",
        "2 addresses: 1 there, 1 gone",
    ]
    assert kb("check", toy_settings.cases).exit_code == 0  # without the option nothing is asked


def test_check_of_addresses_that_are_there(toy_settings, web_of_files):
    """Nothing is wrong where every page answers."""
    with_addresses(toy_settings, f"{web_of_files}/there", f"{web_of_files}/there?a=1")

    found = kb("check", "--links", toy_settings.cases)

    assert (found.exit_code, found.stdout) == (0, "")
    assert found.stderr.splitlines()[-1] == "2 addresses: 2 there"


def test_check_without_a_way_to_the_web_says_so(toy_settings):
    """Where nothing could be asked no page is called gone, and the exit status is no success."""
    nobody = f"http://127.0.0.1:{free_port()}"
    with_addresses(toy_settings, f"{nobody}/a", f"{nobody}/b")

    found = kb("check", "--links", toy_settings.cases)

    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr.splitlines()[-1] == (
        "None of the 2 addresses could be asked; is there a way to the web from here?"
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


def test_check_of_a_folder_with_a_vocabulary_and_no_sources_uses_the_sources_here(
    toy_settings, tmp_path
):
    """A small compendium may begin with a vocabulary, and cite what is cited here."""
    own = Path(shutil.copytree(toy_settings.cases, tmp_path / "own"))
    (own / "sources.bib").unlink()

    answer = checked(toy_settings, own)

    assert answer == (0, [], [f"{own}: no problems"])


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
    assert all(
        set(problem)
        == {*("path", "line", "column", "message", "field", "rule", "severity")}
        | {*("value", "allowed", "fix")}
        for problem in problems
    )


def test_a_problem_ends_a_real_process_with_status_one(toy_settings):
    """The exit status of the process is that of the command."""
    edit(toy_settings, "kind: network", "kind: netwrk")

    done = run(sys.executable, "-m", "kb.cli", "check", "--cases", toy_settings.cases)

    assert done.returncode == 1
    assert done.stderr == (
        f"{toy_settings.cases}: 1 problem in 1 file\n"
        "It can be mended by 'kb check --fix'; --diff shows how.\n"
    )


def test_new_prints_the_path(toy_settings):
    """A new case is written, its path printed, and a second one of the same id refused."""
    first = kb("new", "norway/boat-builders", "--cases", toy_settings.cases)
    second = kb("new", "norway/boat-builders", "--cases", toy_settings.cases)

    path = toy_settings.cases / "norway" / "boat-builders.md"
    assert (first.exit_code, first.stdout) == (0, f"{path}\n")
    assert "\ntitle: Boat builders\n" in path.read_text()
    assert (second.exit_code, second.stdout) == (1, "")
    assert second.stderr == f"Error: {path} exists already; nothing was written.\n"


def test_schema_prints_json_for_editors(toy_settings):
    """The schema has the vocabulary and the sources of the compendium at hand."""
    result = kb("schema", "--cases", toy_settings.cases)

    schema = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert [one["const"] for one in schema["$defs"]["sources"]["anyOf"]] == ["doe-2001", "anon"]
    assert schema["$defs"]["forms"]["anyOf"][0]["const"] == "soft"


def test_schema_needs_a_vocabulary(toy_settings):
    """Without the words of a compendium there is nothing to tell an editor."""
    path = toy_settings.cases / "taxonomy.yaml"
    path.unlink()

    result = kb("schema", "--cases", toy_settings.cases)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: {path}: the vocabulary cannot be read: No such file or directory.\n"
    )
