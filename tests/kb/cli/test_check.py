"""``kb check``: formats, what git says, standard input, and mending."""

from __future__ import annotations

import difflib
import json
import re
import stat
import subprocess
from pathlib import Path

import pytest

from kb.cli.console import visible
from kb.cli.reports import FORMATS, MOST_ALIKE, Report, address_of_pages, repository_address
from kb.content.fixing import mended
from kb.content.rules import RULES
from kb.errors import WARNING, CorpusError, Edit, Fix, Problem
from kb.settings import FORGES, Settings, read_settings
from tests.kb.cli.command import TRAINING, edit, kb

FIX = Fix(
    what="write 'é'",
    edits=(Edit(line=2, column=3, end_line=2, end_column=4, text="é"),),
)


def problem(path: Path, **more: object) -> Problem:
    told = {"line": 2, "message": "is\n50% wrong: a, b.", "rule": "raw-html", "column": 3}
    return Problem(path=str(path), **{**told, **more})


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Path:
    """A repository of git with one file of two lines, in which a letter takes two bytes."""
    root = tmp_path / "a repository"
    (root / ".git").mkdir(parents=True)
    (root / "x, y.md").write_text("one\nüü x\n")
    return root


def test_annotations_are_escaped_as_github_asks(repository: Path) -> None:
    """Line ends and percent signs in messages; in properties colons and commas too."""
    report = Report(problems=[problem(repository / "x, y.md")], root=repository)
    doubt = Report(
        problems=[problem(repository / "z.md", severity=WARNING, column=0)], root=repository
    )

    assert report.github() == (
        "::error file=x%2C y.md,line=2,col=3,title=raw-html::is\\n50%25 wrong: a, b.\n"
    )
    assert doubt.github() == (
        "::warning file=z.md,line=2,title=raw-html::is\\n50%25 wrong: a, b.\n"
    )


def test_columns_of_reviewdog_count_bytes(repository: Path) -> None:
    """Positions of its format count bytes of UTF-8; a fix is a suggestion."""
    found = problem(repository / "x, y.md", fix=FIX)
    (line,) = Report(problems=[found], root=repository).rdjsonl().splitlines()

    assert json.loads(line) == {
        "message": "is\n50% wrong: a, b.",
        "location": {"path": "x, y.md", "range": {"start": {"line": 2, "column": 5}}},
        "severity": "ERROR",
        "source": {"name": "kb check"},
        "code": {"value": "raw-html"},
        "suggestions": [
            {
                "range": {"start": {"line": 2, "column": 5}, "end": {"line": 2, "column": 6}},
                "text": "é",
            }
        ],
        "original_output": str(found),
    }


def test_sarif_names_rule_place_and_fix(repository: Path) -> None:
    """A run has the rules that are told, and results with places from the root."""
    found = problem(repository / "x, y.md", fix=FIX, severity=WARNING)
    report = Report(problems=[found], root=repository, pages="https://example.org/rules")
    log = json.loads(report.sarif())

    (run,) = log["runs"]
    (result,) = run["results"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert (log["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    assert rule["id"] == result["ruleId"] == "raw-html"
    assert rule["helpUri"] == "https://example.org/rules/raw-html.md"
    assert rule["help"]["text"].startswith("# raw-html\n")
    assert rule["help"]["markdown"] == rule["help"]["text"]
    assert (result["ruleIndex"], result["level"]) == (0, "warning")
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "x%2C%20y.md", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 2, "startColumn": 3},
            }
        }
    ]
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "é"}
    assert run["originalUriBaseIds"]["%SRCROOT%"]["uri"] == repository.as_uri() + "/"


def test_fingerprints_stay_when_lines_move(repository: Path) -> None:
    """A problem is known again wherever its line has gone; two that are alike are two."""
    path = repository / "x, y.md"

    def prints(*lines: int) -> list[str]:
        found = [problem(path, line=line, message=f"line {line}") for line in lines]
        return Report(problems=found, root=repository).fingerprints()

    (before,) = prints(2)
    path.write_text("zero\nzero\none\nüü x\nüü x\n")
    after = prints(4, 5)

    assert before == after[0] != after[1]
    assert len(before) == 32


def test_the_address_of_the_repository_is_that_of_the_workflow() -> None:
    """Where a workflow runs, its surroundings tell the address."""
    given = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b"}

    assert repository_address(given) == "https://github.com/a/b"
    assert repository_address({"GITHUB_REPOSITORY": "a/b"}) == ""


@pytest.mark.parametrize("style", ["text", "json", "github", "sarif", "rdjsonl"])
def test_every_format_tells_the_same_problems(toy_settings: Settings, style: str) -> None:
    """The format changes what is printed, not the exit status."""
    path = edit(toy_settings, "kind: network", "kind: netwrk")

    answer = kb("check", "--cases", toy_settings.cases, "--format", style)

    assert answer.exit_code == 1
    assert "netwrk" in answer.stdout
    assert path.name in answer.stdout
    assert kb("check", "--cases", toy_settings.cases, "--json").stdout == (
        kb("check", "--cases", toy_settings.cases, "--format", "json").stdout
    )


def test_fix_mends_what_is_certain_and_diff_shows_it(toy_settings: Settings) -> None:
    """--diff writes nothing; --fix does what it showed, tells it, and keeps the file's mode."""
    path = edit(toy_settings, "kind: network", "kind: netwrk")
    edit(toy_settings, "country: Spain", "country: Spian")
    path.chmod(0o640)
    before = path.read_text()
    where = ("check", "--cases", toy_settings.cases)

    shown = kb(*where, "--diff")
    assert path.read_text() == before
    done = kb(*where, "--fix")

    after = path.read_text()
    assert after == before.replace("netwrk", "network").replace("Spian", "ES")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (shown.exit_code, done.exit_code, done.stdout) == (1, 0, "")
    assert done.stderr.splitlines()[-3:] == [
        f"{path}:3: mended: write network [word-not-in-vocabulary]",
        f"{path}:4: mended: write ES [country-unknown]",
        f"{toy_settings.cases}: no problems (7 cases read)",
    ]
    names = (f"a{path}", f"b{path}")  # the path from the root stands behind one sign
    lines = (before.splitlines(True), after.splitlines(True))
    assert shown.stdout == "".join(difflib.unified_diff(*lines, *names))


def test_a_file_that_has_changed_meanwhile_is_left(tmp_path: Path) -> None:
    """What somebody saves while a fix is on its way is not lost."""
    path = tmp_path / "a.md"
    path.write_bytes(b"\xef\xbb\xbfone\r\n\xc3\xbc x\r\nlast")
    fix = Fix(what="", edits=(Edit(line=2, column=3, end_line=3, end_column=1, text="y\n"),))
    (file,) = mended([problem(path, fix=fix)])

    assert file.after == b"\xef\xbb\xbfone\r\n\xc3\xbc y\r\nlast"
    path.write_text("new")
    with pytest.raises(CorpusError, match="has changed meanwhile and was left"):
        file.write()
    assert path.read_text() == "new"
    assert [one.name for one in tmp_path.iterdir()] == ["a.md"]


def test_standard_input_is_the_text_of_a_case(toy_settings: Settings) -> None:
    """The text is checked among the others, whether the file is there or not."""
    from click.testing import CliRunner

    from web.cli import main

    path = toy_settings.cases / f"{TRAINING}.md"
    text = path.read_text().replace("kind: network", "kind: netwrk")
    new = toy_settings.cases / "spain" / "young-one.md"
    where = ["check", "-", "--cases", str(toy_settings.cases), "--as"]

    same = CliRunner().invoke(main, [*where, str(path)], input=text)
    other = CliRunner().invoke(main, [*where, str(new)], input=path.read_text())
    outside = CliRunner().invoke(main, [*where, "/etc/passwd.md"], input=text)
    above = CliRunner().invoke(main, [*where, "../passwd"], input=text)
    named = [
        CliRunner().invoke(main, [*where, name], input=text).stdout
        for name in (TRAINING, f"{TRAINING}.md", f"cases/{TRAINING}.md", f"./{TRAINING}")
    ]

    assert (same.exit_code, same.stdout.startswith(f"{path}:3:7: kind must be")) == (1, True)
    assert (other.exit_code, other.stdout.count("title must be unique")) == (1, 1)
    assert (outside.exit_code, above.exit_code) == (2, 2)
    assert named == [same.stdout] * 4
    assert "netwrk" not in path.read_text()
    assert not new.exists()


def test_changed_tells_only_what_differs(toy_settings: Settings) -> None:
    """Files that differ from a commit, and new ones; everything where more may be concerned."""
    cases = toy_settings.cases
    old = edit(toy_settings, "kind: network", "kind: netwrk")

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", cases, *who, *arguments], check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "all")
    nothing = kb("check", "--cases", cases, "--changed")
    new = cases / "spain" / "new-one.md"
    new.write_text("No front-matter.\n")
    one = kb("check", "--cases", cases, "--changed", "HEAD")
    (cases / "taxonomy.yaml").write_text((cases / "taxonomy.yaml").read_text() + "\n# more\n")
    all_of_it = kb("check", "--cases", cases, "--changed")
    unknown = kb("check", "--cases", cases, "--changed", "no-such-commit")

    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert [line.split(":")[0] for line in one.stdout.splitlines()] == [str(new)]
    told = {line.split(":")[0] for line in all_of_it.stdout.splitlines()}
    assert told >= {str(new), str(old)}
    assert unknown.exit_code == 1
    assert "--changed needs a folder that git keeps" in unknown.stderr


def test_several_paths_read_the_compendium_once(
    toy_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine files are told of nine times, and the cases are read once."""
    from kb.cli.reading import Reading

    read = []
    of = Reading.of
    monkeypatch.setattr(Reading, "of", lambda self, *a, **k: read.append(a) or of(self, *a, **k))
    paths = sorted(toy_settings.cases.glob("*/*.md"))

    answer = kb("check", "--cases", toy_settings.cases, *paths)

    assert (answer.exit_code, len(read)) == (0, 1)
    assert answer.stderr.count("no problems (7 cases read)") == len(paths)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("raw-htm", "raw-html, "),
        ("heading", "heading-too-high, heading-repeated, heading-in-prose"),
        ("wrong headings", "wrong-kind-of-value, wrong-kind-of-document, heading-in-prose"),
        ("no-such-rule", "no-case, id-not-unique, number-not-whole"),
    ],
)
def test_a_rule_that_is_not_there_is_told(name: str, nearest: str) -> None:
    """--explain names the nearest rules, whatever was asked, and where all are listed."""
    answer = kb("check", "--explain", name)

    assert answer.exit_code == 2
    assert answer.stderr.startswith(f"Error: There is no rule {name!r}. The nearest are {nearest}")
    assert answer.stderr.endswith(f"; docs/rules/README.md lists all {len(RULES)}.\n")


@pytest.mark.parametrize("name", ["raw-html", "[raw-html]", "docs/rules/raw-html.md", "RAW-HTML"])
def test_a_rule_is_explained_as_it_is_copied(name: str) -> None:
    """As a message names it, and as the folder of the pages does."""
    assert kb("check", "--explain", name).stdout.startswith("# raw-html\n")


def test_of_many_alike_a_few_are_shown_to_people(toy_settings: Settings) -> None:
    """Text says how many more there are; other formats tell all, and the status is the same."""
    path = toy_settings.cases / f"{TRAINING}.md"
    text = path.read_text()
    line = text.count("\n") + 2
    path.write_text(text + "\n<b>a</b>\n" * 600 + "\n[a](b.html)\n" * MOST_ALIKE)
    where = ("check", "--cases", toy_settings.cases)

    told, whole = kb(*where), kb(*where, "--json")

    raw = "raw HTML is not allowed: '<b>'; write Markdown. [raw-html]"
    lines = told.stdout.splitlines()
    assert lines[:4] == [
        f"{path}:{line}:1: {raw}",
        f"{path}:{line + 2}:1: {raw}",
        f"{path}:{line + 4}:1: {raw}",
        f"{path}:{line + 6}:1: and 597 more like it; --format json tells all of them. [raw-html]",
    ]
    assert len(lines) == 4 + MOST_ALIKE
    assert len(json.loads(whole.stdout)) == 600 + MOST_ALIKE
    assert (told.exit_code, whole.exit_code) == (1, 1)


@pytest.mark.parametrize("name", ["sources.bib", "taxonomy.yaml"])
@pytest.mark.parametrize("style", FORMATS)
def test_files_without_which_nothing_is_read_have_their_lines(
    toy_settings: Settings, name: str, style: str
) -> None:
    """A slip in the sources or the vocabulary is a problem like others, in every format."""
    path = toy_settings.cases / name
    path.write_text("@misc{a,\n title = {x}\n year = {1998}}\n" if name[-1] == "b" else "a: b: c\n")

    answer = kb("check", "--cases", toy_settings.cases, "--format", style)

    rule = "sources-not-bibtex" if name[-1] == "b" else "yaml-syntax"
    assert (answer.exit_code, "Error" in answer.stderr) == (1, False)
    assert rule in answer.stdout
    assert name in answer.stdout
    assert answer.stderr.splitlines()[-1] == f"{toy_settings.cases}: 1 problem in 1 file"


def test_nothing_that_is_printed_acts_on_a_terminal(toy_settings: Settings) -> None:
    """Signs that control or turn the direction are shown as their codes; line ends stay."""
    path = edit(toy_settings, "title: ", "title: \u202e")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    shown = kb("check", "--cases", toy_settings.cases, "--diff").stdout

    assert "\n-title: \\u202e" in shown
    assert not re.search("[\x00-\x08\x0b-\x0c\x0e-\x1f\u202a-\u202e]", shown)
    acts = "\x07\x1b[31m\x9b\u200e\u200f\u061c\u2028\u2066\u2069\r"
    assert visible(f"a\tb{acts}c\r\nü\xa0—") == (
        "a\tb\\x07\\x1b[31m\\x9b\\u200e\\u200f\\u061c\\u2028\\u2066\\u2069\\rc\r\nü\xa0—"
    )


def test_pages_of_rules_stand_in_the_repository(repository: Path) -> None:
    """Each forge shows a file under an address of its own; there is none without the pages."""
    github = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b"}

    def pages(kind: str = "", environ: dict[str, str] | None = None) -> str:
        forge = {"KB_FORGE": "https://code.example.org/a/b", "KB_FORGE_KIND": kind} if kind else {}
        settings = read_settings({**forge, "KB_FORGE_BRANCH": "a/main"})
        return address_of_pages(environ or {}, settings, repository)

    without = pages("github", github)
    (repository / "docs" / "rules").mkdir(parents=True)

    assert without == pages() == ""
    assert pages("gitlab", github) == "https://github.com/a/b/blob/HEAD/docs/rules"
    assert {kind: pages(kind) for kind in FORGES} == {
        "github": "https://code.example.org/a/b/blob/HEAD/docs/rules",
        "gitea": "https://code.example.org/a/b/src/branch/a/main/docs/rules",
        "forgejo": "https://code.example.org/a/b/src/branch/a/main/docs/rules",
        "gitlab": "https://code.example.org/a/b/-/blob/HEAD/docs/rules",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("--fix", "--diff"),
        ("--json", "--format", "text"),
        ("-",),
        ("--as", "a.md"),
        ("-", "--as", "a.md", "--fix"),
    ],
    ids=" ".join,
)
def test_what_does_not_go_together_is_refused(
    toy_settings: Settings, arguments: tuple[str, ...]
) -> None:
    """Wrong usage is told, with status 2."""
    assert kb("check", "--cases", toy_settings.cases, *arguments).exit_code == 2
