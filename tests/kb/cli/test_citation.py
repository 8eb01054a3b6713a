"""The command that cites cases: streams, styles, formats and the exit status."""

from __future__ import annotations

import json

import bibtexparser
import pytest
import rispy

from tests.kb.cli.command import kb

METAL, WINE = "norway/metal-buyers", "france/wine-exporters"
SITE = "https://cases.example"


@pytest.fixture(name="cite")
def _cite(settings, monkeypatch):
    monkeypatch.setenv("KB_SITE_URL", SITE)
    return lambda *arguments: kb("cite", "--index", settings.index, *arguments)


def test_a_case_in_a_style(cite):
    """APA by itself, another style by its name; the address is that of the site."""
    apa, mla = cite(METAL), cite(METAL, "--style", "mla")

    assert (apa.exit_code, apa.stderr) == (0, "")
    assert apa.stdout.startswith("Compendium of Business Networks. (")
    version = json.loads(cite(METAL, "--json").stdout)["version"]
    assert len(version) == 12
    assert apa.stdout.endswith(f"{SITE}/cases/{METAL}@{version}\n")
    assert f"{SITE}/cases/{METAL}@{version}." in mla.stdout


def test_several_cases_are_a_bibliography(cite):
    """Each on its line, in order of author, year and title, with letters where years clash."""
    lines = cite(WINE, METAL, WINE, "--style", "harvard").stdout.splitlines()
    titles = [json.loads(cite(one, "--json").stdout)["title"] for one in (WINE, METAL)]
    years = [json.loads(cite(one, "--json").stdout)["year"] for one in (WINE, METAL)]

    assert len(lines) == 2
    assert [title for title in sorted(titles) if not any(title in one for one in lines)] == []
    if years[0] == years[1]:
        marks = [f"({years[0]}a)", f"({years[0]}b)"] if years[0] else ["n.d.-a", "n.d.-b"]
        assert [mark in line for mark, line in zip(marks, lines, strict=True)] == [True, True]


def test_files(cite):
    """A file holds the cases in the order that they are named in."""
    bib = cite(WINE, METAL, "--format", "bibtex").stdout
    ris = cite(WINE, METAL, "--format", "ris").stdout
    csl = cite(WINE, METAL, "--format", "csl-json").stdout

    keys = ["france:wine-exporters", "norway:metal-buyers"]
    assert [entry.key for entry in bibtexparser.parse_string(bib).entries] == keys
    assert [one["id"] for one in rispy.loads(ris)] == keys
    assert [one["id"] for one in json.loads(csl)] == keys


def test_the_sources_of_cases(cite):
    """Each source once, whichever of the cases cite it."""
    bib = cite(METAL, METAL, "--format", "bibtex", "--sources").stdout

    assert [entry.key for entry in bibtexparser.parse_string(bib).entries] == ["doe-2001"]


def test_json(today, cite):
    """One case as the API gives it."""
    answer = json.loads(cite(METAL, "--json").stdout)

    assert (answer["id"], answer["newest_url"]) == (METAL, f"{SITE}/cases/{METAL}")
    assert answer["accessed"] == today
    assert list(answer["styles"]) == ["apa", "chicago", "harvard", "mla"]
    assert list(answer["formats"]) == ["bibtex", "ris", "csl-json"]


def test_without_a_site_the_addresses_are_paths(cite, monkeypatch):
    """That is told, and how to have whole ones."""
    monkeypatch.delenv("KB_SITE_URL")
    result = cite(METAL)

    version = json.loads(cite(METAL, "--json").stdout)["version"]
    assert result.stdout.endswith(f" /cases/{METAL}@{version}\n")
    assert result.stderr == (
        "The addresses are paths alone; set KB_SITE_URL to where the site stands.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ((), 2, "Missing argument 'ID|ID@VERSION...'"),
        (("norway/metal-buyer",), 1, "The nearest ids are norway/metal-buyers"),
        ((METAL, "--style", "vancouver"), 2, "'vancouver' is not one of 'apa'"),
        ((METAL, "--format", "word"), 2, "'word' is not one of 'bibtex'"),
        ((METAL, "--style", "apa", "--json"), 2, "exclude each other; choose one"),
        ((METAL, "--sources"), 2, "--sources needs --format: bibtex, ris, csl-json"),
        ((METAL, WINE, "--json"), 2, "--json takes one ID"),
    ],
)
def test_what_cannot_be_cited_is_told(cite, arguments, status, message):
    """In a sentence on standard error, and nothing is printed."""
    result = cite(*arguments)

    assert (result.exit_code, result.stdout) == (status, "")
    assert message in result.stderr
