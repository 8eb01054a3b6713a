"""``kb export``: cases as one file."""

from __future__ import annotations

import io

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from kb.cli.main import main
from kb.exports.formats import FORMATS

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
    ],
)
def test_what_goes_wrong_is_told(run, arguments, status, said):
    """A format, a case or a file that is not there is told in a line."""
    done = run(*arguments)
    assert done.exit_code == status
    assert said in done.output
