"""The sources: BibTeX in, plain references out."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.content.bibliography import load_bibliography
from kb.errors import CorpusError
from kb.model.cases import Reference

ROOT = Path(__file__).parents[3]


def _load(tmp_path: Path, text: str) -> dict[str, Reference]:
    path = tmp_path / "sources.bib"
    path.write_text(text, encoding="utf-8")
    return dict(load_bibliography(path))


def test_entries_become_references(tmp_path: Path) -> None:
    """Entries keep the order of the file; a publisher stands in for a missing note."""
    references = _load(
        tmp_path,
        """
        % a comment
        @book{zoe-2001, author = {Doe, Jane}, title = "Toy Networks", year = 2001,
              publisher = {Toy Press}, isbn = {0}}
        @misc{anon, title = {An unsigned note}, note = {No date}, publisher = {Nobody}}
        @misc{bare,}
        """,
    )

    assert list(references.items()) == [
        (
            "zoe-2001",
            Reference(
                key="zoe-2001",
                authors="Jane Doe",
                title="Toy Networks",
                year="2001",
                note="Toy Press",
            ),
        ),
        (
            "anon",
            Reference(key="anon", authors="", title="An unsigned note", year="", note="No date"),
        ),
        ("bare", Reference(key="bare", authors="", title="", year="", note="")),
    ]


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        pytest.param("Doe, Jane", "Jane Doe", id="one"),
        pytest.param("Jane Doe", "Jane Doe", id="as-spoken"),
        pytest.param("Doe, Jane and Roe, R.", "Jane Doe and R. Roe", id="two"),
        pytest.param("A One and B Two and C Three", "A One, B Two and C Three", id="three"),
        pytest.param("van der Berg, Anna Maria", "Anna Maria van der Berg", id="particle"),
        pytest.param("King, Jr, Martin Luther", "Martin Luther King Jr", id="lineage"),
        pytest.param("{Industry Canada}", "Industry Canada", id="body"),
        pytest.param("M{\\\"u}ller, J{\\'o}zef", "Józef Müller", id="latex-accents"),
        pytest.param("Müller, Józef", "Józef Müller", id="unicode"),
    ],
)
def test_authors_are_shown_as_spoken(tmp_path: Path, author: str, shown: str) -> None:
    """Given names come first, braces and LaTeX are gone, and the last two are joined by 'and'."""
    references = _load(tmp_path, f"@book{{a, author = {{{author}}}, title = {{T}}}}")

    assert references["a"].authors == shown


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        pytest.param("Business Networks for {SMEs}", "Business Networks for SMEs", id="braces"),
        pytest.param("Caf{\\'e} \\& Cr{\\`e}me", "Café & Crème", id="latex"),
        pytest.param("Small  firms\n   abroad", "Small firms abroad", id="white-space"),
        pytest.param("<b>bold</b>", "<b>bold</b>", id="html-is-text"),
    ],
)
def test_titles_are_plain_text(tmp_path: Path, title: str, shown: str) -> None:
    """A title is shown as a reader writes it; escaping is the business of the page."""
    references = _load(tmp_path, f"@book{{a, title = {{{title}}}}}")

    assert references["a"].title == shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "@book{a, title = {x}", "syntax error in line 1: premature end of file", id="cut-off"
        ),
        pytest.param(
            "@book{a, title = {x}}\n@book{a, title = {y}}",
            "repeated bibliography entry: a",
            id="key-twice",
        ),
        pytest.param(
            '@book{a, title = "a } b"}', "syntax error in line 1: unbalanced braces", id="braces"
        ),
        pytest.param(
            "@book{a, title = {x},\n month = foo}",
            "undefined string in line 2: foo",
            id="undefined-word",
        ),
        pytest.param(
            "@book{a, author = {A, B, C, D}}", "Too many commas in 'A, B, C, D'", id="commas"
        ),
    ],
)
def test_what_is_not_bibtex_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """A file that is not BibTeX is refused by name, with what the parser says."""
    with pytest.raises(CorpusError) as error:
        _load(tmp_path, text)

    path = tmp_path / "sources.bib"
    assert str(error.value) == f"{path}: the sources are not BibTeX: {message}."


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    """A file saved with a byte-order mark is read like any other."""
    assert list(_load(tmp_path, "\ufeff@misc{a, title = {x}}")) == ["a"]


def test_an_empty_file_has_no_sources(tmp_path: Path) -> None:
    """An empty file, or one without entries, holds no references."""
    assert [_load(tmp_path, ""), _load(tmp_path, "just text\n")] == [{}, {}]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("none.bib", "No such file or directory"), (".", "Is a directory")],
    ids=["missing", "folder"],
)
def test_sources_that_cannot_be_opened(tmp_path: Path, name: str, reason: str) -> None:
    """A missing file, or a folder in its place, is refused with the reason."""
    with pytest.raises(CorpusError) as error:
        load_bibliography(tmp_path / name)

    assert str(error.value) == f"{tmp_path / name}: the sources cannot be read: {reason}."


def test_sources_must_be_utf8(tmp_path: Path) -> None:
    """A file in another encoding is refused, with what to do."""
    path = tmp_path / "sources.bib"
    path.write_bytes("@misc{a, title = {café}}".encode("latin-1"))

    with pytest.raises(CorpusError) as error:
        load_bibliography(path)

    assert str(error.value) == f"{path}: the sources must be UTF-8; save the file as UTF-8."


def test_the_real_sources() -> None:
    """The compendium opens with the sources of the first one; each has a title."""
    references = load_bibliography(ROOT / "cases" / "sources.bib")

    assert list(references)[:5] == [
        "roy-1998",
        "cross-border-blog-2007",
        "mazzarol-alliances",
        "smb-inter-organizational",
        "smb-innovation-networks",
    ]
    assert references["roy-1998"] == Reference(
        key="roy-1998",
        authors="Philippe Roy",
        title="Business Networks for SMEs: Powerful Synergy for Growth in the Emerging Global "
        "Market Place",
        year="1998",
        note="Draft of 23 September 1998, prepared for the conference Globalization and Emerging "
        "Businesses, McGill University, Montreal; Industry Canada, Ottawa. Personal opinions of "
        "the author",
    )
    assert [key for key, one in references.items() if not one.title] == []
