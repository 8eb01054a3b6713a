"""Names found by the beginnings of their words, compared with a slow search through all of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import SnapshotCorrupt
from kb.model.holdings import Counted, Outline, holdings
from kb.model.taxonomy import Taxonomy, Term, Trade, Vocabulary
from kb.snapshots.names import FACETS_NAMED, Fitting, NameIndex, write_names
from web.ui.links import PAGED

TERMS = {
    "countries": [
        Term(id="AT", label="Austria", aliases=("Austrian",), foreign=("Österreich",)),
        Term(id="GB", label="United Kingdom"),
        Term(id="IS", label="Iceland", foreign=("Island",)),
    ],
    "sectors": [
        Term(
            id="wood",
            label="Furniture and wood",
            trades=(Trade(plural="joiners", singular="joiner"),),
        ),
        Term(id="food", label="Food products", aliases=("bakeries",)),
        Term(id="glass", label="Glass"),
    ],
    "projects": [Term(id="exporting", label="Exporting")],
}
TITLES = (
    ("a/one", "Joiners of one valley export chairs", {"sector": ("wood",), "country": ("AT",)}),
    ("a/two", "Two breweries and a bakery", {"sector": ("food",), "country": ("AT",)}),
    ("b/three", "Māori co-operatives join forces", {"sector": ("food",), "country": ("GB",)}),
    ("b/four", "The joint organisation of US firms", {"project": ("exporting",)}),
    ("c/five", "Export groups, five of them", {"project": ("exporting",), "sector": ("food",)}),
    ("g/guide", "How small firms join", {}),
)


def taxonomy() -> Taxonomy:
    lists = ("countries", "types", "projects", "sectors")
    held = {name: Vocabulary(name=name, terms=tuple(TERMS.get(name, ()))) for name in lists}
    return Taxonomy(vocabularies=held)


def outlines(titles: Sequence[tuple[str, str, dict]] = TITLES) -> list[Outline]:
    return [
        Outline(id=one, title=title, facets=facets, is_guide=one.startswith("g/"))
        for one, title, facets in titles
    ]


def written(folder: Path, documents: Sequence[Outline], **more: object) -> NameIndex:
    write_names(folder, documents, taxonomy(), counted(documents), **more)
    return NameIndex(folder)


def counted(documents: Sequence[Outline]) -> Counted:
    return holdings(documents).cases


@pytest.fixture(name="names", scope="module")
def _names(tmp_path_factory: pytest.TempPathFactory) -> NameIndex:
    return written(tmp_path_factory.mktemp("names") / "names", outlines())


def fitting(names: NameIndex, typed: str, most: int = 8) -> Fitting:
    return names.fitting(typed, taxonomy(), counted(outlines()), most=most)


@pytest.mark.parametrize(
    ("typed", "terms", "documents"),
    [
        ("joi", ["wood (joiners)"], ["a/one", "b/four", "b/three", "g/guide"]),
        ("joiner", ["wood (joiners)"], ["a/one"]),
        ("JOINERS", ["wood (joiners)"], ["a/one"]),
        ("chairs joi", [], ["a/one"]),
        ("fo", ["food (Food products)"], ["b/three"]),
        ("bakery", ["food (bakeries)"], ["a/two"]),
        ("bakeries", ["food (bakeries)"], ["a/two"]),
        ("exp", ["exporting (Exporting)"], ["c/five", "a/one"]),
        ("exporters", ["exporting (Exporting)"], ["c/five", "a/one"]),
        ("maori", [], ["b/three"]),
        ("mäo", [], ["b/three"]),
        ("coop", [], ["b/three"]),
        ("co-op", [], ["b/three"]),
        ("cooperative", [], ["b/three"]),
        ("organiz", [], ["b/four"]),
        ("organizations", [], ["b/four"]),
        ("SMEs", [], ["g/guide"]),
        ("osterr", ["AT (Österreich)"], []),
        ("united k", ["GB (United Kingdom)"], []),
        ("UK", ["GB (United Kingdom)"], []),
        ("isl", [], []),
        ("u.k", ["GB (United Kingdom)"], []),
        ("f.j.", [], []),
        ("a joi", ["wood (joiners)"], ["a/one", "b/four", "b/three", "g/guide"]),
        ("glass", [], []),
        ("furniture food", [], []),
        ("hemp", [], []),
        ("", [], []),
        ("?!", [], []),
        ("\u202eא", [], []),
        ("x" * 200, [], []),
    ],
)
def test_what_fits(names, typed, terms, documents) -> None:
    """Any word by its beginning, in any order and spelling; a value that no case has is none.

    Titles that begin so come before others, and guides come last.
    """
    found = fitting(names, typed)

    assert [f"{one.term.id} ({one.name})" for one in found.terms] == terms
    assert [one.id for one in (*found.cases, *found.guides)] == documents


def test_values_come_by_their_number_of_cases(names) -> None:
    """Two values whose names begin alike: that of more cases first, with its number."""
    found = fitting(names, "f")

    assert [(one.term.id, one.n_cases) for one in found.terms] == [("food", 3), ("wood", 1)]


@pytest.mark.parametrize("most", [1, 2, 5])
def test_no_more_than_is_wanted(names, most) -> None:
    """The first of what there is."""
    whole, found = fitting(names, "o"), fitting(names, "o", most)

    assert (found.terms, found.cases) == (whole.terms[:most], whole.cases[:most])


def test_the_same_as_a_slow_search(tmp_path) -> None:
    """Over many made titles, and beginnings of one to three letters of one word or two."""
    rng = random.Random(3)
    words = ["".join(rng.choices("bcd", k=rng.randint(1, 4))) for _ in range(60)]
    titles = [" ".join(rng.choices(words, k=4)) for _ in range(400)]
    documents = outlines([(f"a/{at:03}", title, {}) for at, title in enumerate(titles)])
    names = written(tmp_path / "names", documents)
    order = sorted(range(len(titles)), key=lambda at: titles[at])

    for typed in ("d", "bc", "b d", "cc b", "ddb c", "bcdb", "d d d"):
        wanted = typed.split()
        fits = [
            at
            for at in order
            if all(any(word.startswith(one) for word in titles[at].split()) for one in wanted)
        ]
        begins = [at for at in fits if titles[at].startswith(wanted[0])]
        slow = [f"a/{at:03}" for at in dict.fromkeys((*begins, *fits))][:8]
        found = names.fitting(typed, taxonomy(), counted(documents), most=8)
        assert [one.id for one in found.cases] == slow


def test_a_build_that_goes_on_writes_the_same_bytes(tmp_path) -> None:
    """One title edited, one document gone and one new: the files are those of a whole build."""
    before = outlines()
    now = [replace(before[0], title="Joiners move away"), *before[2:]]
    now.insert(2, Outline(id="b/new", title="New glass", facets={"sector": ("glass",)}))
    earlier = written(tmp_path / "before", before)
    kept = {2: 1, 3: 3, 4: 4, 5: 5}
    written(tmp_path / "on", now, earlier=earlier, rows_of_earlier=kept)
    written(tmp_path / "whole", now)

    files = sorted(path.name for path in (tmp_path / "whole").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "on").iterdir())
    for name in files:
        assert (tmp_path / "on" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_what_does_not_go_together_is_refused(tmp_path) -> None:
    """A file of another index is told, not read."""
    written(tmp_path / "one", outlines())
    written(tmp_path / "other", outlines(TITLES[:2]))
    for part in ("titles-starts.npy", "titles-letters.npy"):
        (tmp_path / "one" / part).write_bytes((tmp_path / "other" / part).read_bytes())

    with pytest.raises(SnapshotCorrupt, match="does not hold what it should"):
        NameIndex(tmp_path / "one")


def test_every_value_that_is_suggested_has_a_page() -> None:
    """So that it can be opened."""
    assert FACETS_NAMED == PAGED
