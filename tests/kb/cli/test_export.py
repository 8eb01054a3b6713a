"""``kb export``: cases as one file."""

from __future__ import annotations

import io
import re

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from kb.cli.main import main
from kb.exports.formats import FORMATS
from kb.indexing.pipeline import build
from tests.toy_packs import write_packs

METAL, GUIDE = "norway/metal-buyers", "guides/purchase-guide"


@pytest.fixture(name="run")
def _run(settings, monkeypatch):
    """Run ``kb export`` over the toy compendium."""
    monkeypatch.setenv("KB_SITE_URL", "https://networks.example.org")

    def run(*arguments):
        return CliRunner().invoke(main, ["export", "--index", str(settings.index), *arguments])

    return run


def test_every_format_can_be_chosen(run, tmp_path):
    """The command and the site have the same formats."""
    for form in FORMATS:
        path = tmp_path / f"file.{form}"
        done = run(METAL, GUIDE, "--output", str(path), "--title", "Two of them")
        assert (done.exit_code, path.stat().st_size > 1000) == (0, True), done.output


def test_cases_in_the_order_given(run, tmp_path):
    """A file holds the cases in the order of the command, under its title."""
    path = tmp_path / "two.pdf"
    done = run(GUIDE, METAL, "--output", str(path), "--title", "Two of them")
    pdf = PdfReader(io.BytesIO(path.read_bytes()))
    assert done.stderr == f"{path}: 2 documents, pdf\n"
    assert pdf.metadata.title == "Two of them"
    assert [one["/Title"] for one in pdf.outline if not isinstance(one, list)] == [
        "How to purchase together",
        "Metal firms purchase machines",
    ]


def test_to_standard_output(run):
    """With - the file goes to standard output, and nothing else does."""
    done = run(METAL, "--format", "md", "--output", "-")
    assert done.stdout.startswith("# Metal firms purchase machines\n")
    assert "https://networks.example.org/cases/norway/metal-buyers" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((METAL, "--output", "x.odt"), 2, "The format of 'x.odt' is not known; end the name with"),
        (("norway/metal", "--output", "x.md"), 1, "norway/metal-buyers"),
        ((METAL, "--output", "/nowhere/x.md"), 1, "/nowhere/x.md cannot be written"),
        ((METAL,), 2, "--output"),
        (("--output", "x.md"), 2, "Give the IDs of cases, or --pack with a reading list."),
        ((METAL, "--pack", "why", "--output", "x.md"), 2, "Give the IDs of cases, or --pack"),
        (("--pack", "why", "--output", "x.md"), 2, "'why' is no reading list"),
        (("--pack", "A0000z", "--output", "x.md"), 1, "is damaged"),
    ],
)
def test_what_goes_wrong_is_told(run, arguments, status, said):
    """A format, a case or a file that is not there is told in a line."""
    done = run(*arguments)
    assert done.exit_code == status
    assert said in done.output


@pytest.fixture(name="taught")
def _taught(toy_settings, monkeypatch):
    """Run ``kb export`` over the toy compendium with two sessions and a list."""
    monkeypatch.setenv("KB_SITE_URL", "https://networks.example.org")
    write_packs(toy_settings.cases)
    build(toy_settings)

    def run(*arguments):
        index = str(toy_settings.index)
        return CliRunner().invoke(main, ["export", "--index", index, *arguments])

    return run


def test_a_reading_list_in_every_format(taught, tmp_path):
    """By its id, its file or its link; a session for a class, and for who teaches."""
    for form in FORMATS:
        path = tmp_path / f"plain.{form}"
        done = taught("--pack", "plain", "--output", str(path))
        assert (done.exit_code, path.stat().st_size > 1000) == (0, True), done.output
    file = tmp_path / "pack.yaml"
    file.write_text("title: Mine\nitems: [{case: france/wine-exporters, note: Mind the price.}]\n")
    by_file = taught("--pack", str(file), "--format", "md", "--output", "-").stdout
    link = re.search(r"https://networks.example.org/packs/(A[\w-]+z)", by_file)[0]
    by_link = taught("--pack", link, "--format", "md", "--output", "-").stdout

    assert by_file.startswith("# Mine\n")
    assert "Mind the price." in by_file
    assert by_link == by_file
    for_class = taught("--pack", "why", "--format", "md", "--output", "-").stdout
    for_teacher = taught("--pack", "why", "--notes", "--format", "md", "--output", "-").stdout
    assert "The secret of the members." not in for_class
    assert "The secret of the members." in for_teacher
    assert "https://networks.example.org/teaching/why" in for_class


def test_what_is_wrong_with_a_reading_list_is_told(taught, tmp_path):
    """Each problem of a file with its line; a case that nobody has; notes that there are not."""
    wrong, strange = tmp_path / "wrong.yaml", tmp_path / "strange.yaml"
    wrong.write_text("items:\n- case: ../etc\n")
    strange.write_text("items:\n- case: norway/nobody\n")

    refused = taught("--pack", str(wrong), "--output", str(tmp_path / "x.md"))
    assert (refused.exit_code, f"{wrong}:2:9: " in refused.output) == (1, True)
    made = taught("--pack", str(strange), "--output", str(tmp_path / "x.md"))
    assert (made.exit_code, "Texts that are not kept here: 1." in made.stderr) == (0, True)
    plain = taught("--pack", "plain", "--notes", "--output", str(tmp_path / "x.md"))
    assert (plain.exit_code, "has no teaching note" in plain.output) == (2, True)


@pytest.mark.parametrize(
    "given", [[METAL], ["--pack", "x"], ["--notes"], ["--title", "x"], ["--output", "-"]]
)
def test_tables_are_of_all_cases(run, tmp_path, given):
    """What would choose some of them is refused, and nothing is written."""
    done = run("--format", "csv", "--output", str(tmp_path / "tables"), *given)

    assert done.exit_code == 2
    assert "writes tables of all cases into a folder" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_tables_need_a_folder_that_can_be_made(run, tmp_path):
    """A file in its place is told."""
    (tmp_path / "tables").write_text("mine")
    done = run("--format", "jsonl", "--output", str(tmp_path / "tables"))

    assert (done.exit_code, (tmp_path / "tables").read_text()) == (1, "mine")
    assert done.stderr == f"Error: {tmp_path / 'tables'} cannot be written: File exists.\n"
