"""The compendium that is made up for measuring: the same each time, valid, and skewed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from itertools import product

import pytest
from at_scale.synthetic import Compendium

from kb.content.corpus import read_corpus
from tests.toy import ROOT

SCALE = ROOT / "benchmarks" / "scale.py"
N = 120
#: The lists that the release before the present one knows; it refuses any other.
LISTS_OF_PREVIOUS = {
    *("kinds", "types", "forms", "projects", "formations", "levels", "metrics", "units"),
    *("directions", "statuses", "sectors"),
}


def make(folder, n=N, *options):
    """Run ``scale.py make``; what it says."""
    command = [sys.executable, str(SCALE), "make", str(n), str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def bytes_of(folder):
    """Every file of a folder by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A made-up compendium."""
    folder = tmp_path_factory.mktemp("scale") / "made"
    assert make(folder).stdout == f"{N} made-up cases are in {folder}.\n"
    return folder


@pytest.fixture(scope="module")
def read(made):
    """What is read of it."""
    return read_corpus(made)


def test_it_is_valid(read):
    """A made-up compendium has as many cases as were asked for and no problem."""
    assert read.problems == ()
    assert len(read.compendium.cases) == N


def test_it_hangs_on_the_seed_alone(made, tmp_path):
    """The same seed makes the same files byte for byte; another one makes other cases."""
    make(tmp_path / "again")
    make(tmp_path / "other", N, "--seed", "2")

    first, again, other = (bytes_of(one) for one in (made, tmp_path / "again", tmp_path / "other"))
    assert first == again
    assert len(other) > N
    cases = {name for name in first if "/" in name}
    assert not [name for name in cases & other.keys() if first[name] == other[name]]


def test_each_file_says_that_it_is_made_up(made):
    """Whoever opens a case, the sources or the vocabulary reads that nothing in it is true."""
    mark = "Made up for measuring by benchmarks/scale.py: nothing in it is true."
    cases = list(made.glob("*/*.md"))

    assert len(cases) == N
    for path in cases:
        assert path.read_text().splitlines()[1] == f"# {mark}"
    assert (made / "sources.bib").read_text().startswith(f"% {mark}\n")
    assert (made / "taxonomy.yaml").read_text().startswith(f"# {mark}\n")


def test_what_is_common_is_common(read):
    """Few countries and sectors have many cases and most have few, as among the real ones."""
    cases = [case for case in read.compendium.cases if not case.is_guide]
    real = [one for one in read_corpus(ROOT / "cases").compendium.cases if not one.is_guide]
    for facet in ("country", "sector", "project"):
        shares, real_shares = (
            [n / len(those) for _, n in counted(those, facet)] for those in (cases, real)
        )
        assert shares[0] == pytest.approx(real_shares[0], abs=0.08)
        assert shares[len(shares) // 2] < shares[0] / 2


def counted(cases, facet):
    """Values of a facet with how many cases have each, most first."""
    return Counter(value for case in cases for value in case.facets[facet]).most_common()


def test_no_two_cases_read_alike(read):
    """Cases of one real case have other words: no two share nine of ten words."""
    bodies = [frozenset(re.findall(r"\w+", case.body.lower())) for case in read.compendium.cases]
    nearest = max(
        len(one & other) / len(one | other)
        for place, one in enumerate(bodies)
        for other in bodies[:place]
    )

    assert len({case.title for case in read.compendium.cases}) == N
    assert nearest < 0.9


def test_links_lead_to_made_cases(read):
    """Each case leads to others of the made compendium, in its fields and in its text."""
    ids = {case.id for case in read.compendium.cases}

    for case in read.compendium.cases:
        assert case.related
        assert ids >= {*case.related}


def test_the_plain_form_has_no_later_fields(tmp_path):
    """With --plain a case has the same text, without the fields that came later."""
    make(tmp_path / "full", 40)
    make(tmp_path / "plain", 40, "--plain")

    full, plain = (bytes_of(tmp_path / name) for name in ("full", "plain"))
    assert [name for name in full if name.endswith(".md")] == [
        name for name in plain if name.endswith(".md")
    ]
    for name in plain:
        if name.endswith(".md"):
            front, body = plain[name].decode().split("\n---\n", 1)
            assert body == full[name].decode().split("\n---\n", 1)[1]
            assert not re.search(r"^(planned|reading):|^ +(year|merged|contradicted):", front, re.M)
    lists = set(re.findall(r"^(\w+):", plain["taxonomy.yaml"].decode(), re.M))
    assert lists == LISTS_OF_PREVIOUS | ({"countries"} & lists)


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    """Nothing is written over: the error names the folder and what to do."""
    (tmp_path / "mine.txt").write_text("mine")

    told = make(tmp_path, 5)

    assert told.returncode == 2
    assert told.stderr.endswith(
        f"error: {tmp_path} must be empty or not there; name another folder.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_at_least_one_case_is_made(tmp_path):
    """A compendium of no case is refused with what is allowed."""
    told = make(tmp_path / "none", 0)

    assert told.returncode == 2
    assert "must be at least 1, not 0" in told.stderr


def test_filters_are_told_beforehand(tmp_path):
    """The commonest country and what ten cases have together are so in the cases as read."""
    compendium = Compendium(300, source=ROOT / "cases")
    compendium.write(tmp_path / "made")
    told = compendium.filters()
    facets = [case.facets for case in read_corpus(tmp_path / "made").compendium.cases]

    countries = Counter(code for one in facets for code in one["country"])
    ten = told["ten"]
    both = [one for one in facets if all(ten[name] in one[name] for name in ten)]
    assert told["cases"] == 300
    assert countries[told["common"]["country"]] == max(countries.values())
    pairs = Counter(pair for one in facets for pair in product(one["country"], one["project"]))
    assert abs(len(both) - 10) == min(abs(n - 10) for n in pairs.values())


def test_one_case_alone_leads_nowhere(tmp_path):
    """There is nothing to link to, so what was a link is plain words; it is valid."""
    Compendium(1, source=ROOT / "cases", seed=1).write(tmp_path / "one")

    corpus = read_corpus(tmp_path / "one")

    assert (corpus.errors, len(corpus.documents)) == ((), 1)
