"""The sources: BibTeX in, plain references out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb.content.bibliography import load_bibliography, read_bibliography
from kb.errors import CorpusError
from kb.model.cases import Reference, Seen, Source

ROOT = Path(__file__).parents[3]


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sources.bib"
    path.write_text(text, encoding="utf-8")
    return path


def _load(tmp_path: Path, text: str) -> dict[str, Reference]:
    return dict(load_bibliography(_written(tmp_path, text)))


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

    assert [(key, replace(reference, bibtex="")) for key, reference in references.items()] == [
        (
            "zoe-2001",
            Reference(
                key="zoe-2001",
                authors="Jane Doe",
                title="Toy Networks",
                year="2001",
                note="Toy Press",
                by="Doe",
            ),
        ),
        (
            "anon",
            Reference(
                key="anon",
                authors="",
                title="An unsigned note",
                year="",
                note="No date",
                by="Nobody",
            ),
        ),
        ("bare", Reference(key="bare", authors="", title="", year="", note="")),
    ]


@pytest.mark.parametrize(
    ("fields", "by"),
    [
        ("author = {Doe, Jane}", "Doe"),
        ("author = {van der Berg, Anna}", "van der Berg"),
        ("author = {Doe, Jane and Roe, R.}", "Doe and Roe"),
        ("author = {Doe, Jane and Roe, R. and Poe, P.}", "Doe and others"),
        ("author = {{Industry and Trade Canada}}", "Industry and Trade Canada"),
        ("editor = {Doe, Jane}, publisher = {Press}", "Doe"),
        ("publisher = {Press}", "Press"),
        ("publisher = {not named}", ""),
        ("year = {1998}", ""),
    ],
)
def test_who_wrote_it_in_short(tmp_path: Path, fields: str, by: str) -> None:
    """Last names, an organisation whole, the publisher where nobody else is named."""
    assert _load(tmp_path, f"@book{{a, title = {{T}}, {fields}}}")["a"].by == by


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


ORIGIN = "publisher = {P}, year = {no date}"


def test_a_source_says_what_was_seen_of_it(tmp_path: Path) -> None:
    """Our own fields are read; a date gives the year, and an entry is kept as it stands."""
    text = """
        @online{toy-page,
          title = {A {Toy} page}, author = {{The Toy Paper}}, date = {2024-05-17},
          url = {https://example.org/a_b?c=%C3%A9&d=1}, archived = {https://archive.example/1},
          kind = {primary}, seen = {stored copy, 2026-11-27}, seenpart = {nearly the whole},
          gone = {2026-11-28}, citedin = {toy-book: note 3; references, 8},
        }
        @book{toy-book, title = {B}, editor = {Doe, Jane}, year = {about 1998}, seen = {excerpt}}
    """
    references, problems = read_bibliography(_written(tmp_path, text))

    assert problems == []
    assert replace(references["toy-page"], bibtex="") == Reference(
        key="toy-page",
        authors="The Toy Paper",
        title="A Toy page",
        year="2024",
        note="",
        url="https://example.org/a_b?c=%C3%A9&d=1",
        kind="primary",
        seen=Seen(how="stored copy", day="2026-11-27", part="nearly the whole"),
        archived="https://archive.example/1",
        gone="2026-11-28",
        cited_in=Source(key="toy-book", locator="note 3; references, 8"),
        by="The Toy Paper",
    )
    assert replace(references["toy-book"], bibtex="") == Reference(
        key="toy-book", authors="Jane Doe", title="B", year="about 1998", note="",
        seen=Seen(how="excerpt"), by="Doe",
    )  # fmt: skip
    assert references["toy-page"].bibtex + "\n        " + references["toy-book"].bibtex == (
        text.strip()
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(
            "author = {A}, year = 2001", "must have a title; add 'title = {...}'.", id="title"
        ),
        pytest.param(
            "title = {T}, year = 2001",
            "must say who wrote or published it (rule: a source without author); add 'author', or "
            "'publisher' where it names none, or else 'publisher = {not named}'.",
            id="nobody",
        ),
        pytest.param(
            "title = {T}, author = {A}",
            "must say of what year it is (rule: a source without year); add 'year = {1998}', or "
            "'year = {about 1998}', or 'year = {no date}' where it gives none.",
            id="no-year",
        ),
        pytest.param(
            "title = {T}, author = {A}, year = {199_}",
            "year must be 1998, 'about 1998' or 'no date', not '199_' (rule: a source without "
            "year).",
            id="year",
        ),
        pytest.param(
            "title = {T}, author = {A}, date = {17 May 2024}",
            "date must be 1998, 1998-09 or 1998-09-23, not '17 May 2024'.",
            id="date",
        ),
        pytest.param(
            f"title = {{T}}, {ORIGIN}, kind = {{Secondary}}",
            "kind must be one of primary, secondary, not 'Secondary'.",
            id="kind",
        ),
        pytest.param(
            f"title = {{T}}, {ORIGIN}, seen = {{yes}}",
            "seen must be one of opened, stored copy, excerpt, and after a comma the day where it "
            "is known, such as 'opened, 2026-11-28', not 'yes'.",
            id="seen",
        ),
        pytest.param(
            f"title = {{T}}, {ORIGIN}, seen = {{excerpt, 2026-11-31}}",
            "seen must name a day such as 2026-11-28, not '2026-11-31'.",
            id="no-such-day",
        ),
        pytest.param(
            f"title = {{T}}, {ORIGIN}, seen = {{opened}}",
            "seen must name the day too, such as 'opened, 2026-11-28'.",
            id="opened-when",
        ),
        pytest.param(
            f"title = {{T}}, {ORIGIN}, seen = {{opened, 2026-11-28}}, seenpart = {{the end}}",
            "seenpart is for what was not opened; remove it, or let seen be 'excerpt'.",
            id="opened-in-part",
        ),
        pytest.param(
            f"title = {{T}}, {ORIGIN}, seenpart = {{the end}}",
            "seenpart needs 'seen', which says how: opened, stored copy, excerpt.",
            id="part-alone",
        ),
        pytest.param(
            f"title = {{T}}, {ORIGIN}, url = {{javascript:alert(1)}}",
            "url must be a web address such as https://example.org/x, not 'javascript:alert(1)'.",
            id="url",
        ),
        pytest.param(
            f"title = {{T}}, {ORIGIN}, archived = {{http://[}}",
            "archived must be a web address such as https://example.org/x, not 'http://['.",
            id="archived",
        ),
        pytest.param(
            f"title = {{T}}, {ORIGIN}, gone = {{yes}}",
            "gone must be the day on which the page was found to be gone (rule: a page that is "
            "gone), such as 2026-11-28, not 'yes'.",
            id="gone",
        ),
        pytest.param(
            f"title = {{T}}, {ORIGIN}, citedin = {{note 3}}",
            "citedin must be the key of a source and the place in it, such as 'roy-1998: "
            "references, 8', not 'note 3'.",
            id="cited-nowhere",
        ),
        pytest.param(
            f"title = {{T}}, {ORIGIN}, citedin = {{doe: note 3}}",
            "citedin must begin with the key of a source, not 'doe'.",
            id="cited-in-unknown",
        ),
    ],
)
def test_what_a_source_must_say(tmp_path: Path, fields: str, message: str) -> None:
    """Each thing that is wrong with a source is told with its key and what to do."""
    path = _written(tmp_path, f"@misc{{a, {fields}}}")

    problems = read_bibliography(path)[1]

    assert [str(problem) for problem in problems] == [f"{path}:1: a: {message}"]


@pytest.mark.parametrize(
    "fields",
    [
        "author = {A}, year = 1998",
        "author = {A}, date = {1998}",
        "author = {A}, date = {1998-09}",
        "editor = {E}, year = {about 1998}",
        "publisher = {not named}, year = {no date}",
        "institution = {I}, date = {1998-09-23}, seen = {excerpt}, seenpart = {the end}",
        "school = {S}, year = 1998, seen = {opened, 2026-11-28}, kind = {primary}",
        "journal = {J}, year = 1998, seen = {stored copy}, kind = {secondary}",
        "author = {A}, year = 1998, url = {http://example.org}, gone = {2026-11-28}",
        "author = {A}, year = 1998, citedin = {a: note 3}",
    ],
)
def test_what_a_source_may_say(tmp_path: Path, fields: str) -> None:
    """Nothing is wrong with a source that says who and when, or that it does not say so."""
    assert read_bibliography(_written(tmp_path, f"@misc{{a, title = {{T}}, {fields}}}"))[1] == []


def test_a_problem_stands_at_the_line_of_its_field(tmp_path: Path) -> None:
    """A field that is wrong is told at its own line, one that is missing at that of its entry."""
    text = (
        "@misc{a,\n  title = {T},\n  kind = {x},\n  year = 2001,\n}\n"
        "% between\n@misc{ab,\n  year = 1,\n  author = {A},\n title = {the kind = x},\n}\n"
    )

    problems = read_bibliography(_written(tmp_path, text))[1]

    assert [(problem.line, problem.field) for problem in problems] == [
        (1, "author"),
        (3, "kind"),
        (8, "year"),
    ]


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
    assert replace(references["roy-1998"], bibtex="") == Reference(
        key="roy-1998",
        authors="Philippe Roy",
        title="Business Networks for SMEs: Powerful Synergy for Growth in the Emerging Global "
        "Market Place",
        year="1998",
        note="Draft of 23 September 1998, prepared for the conference Globalization and Emerging "
        "Businesses, McGill University, Montreal; Industry Canada, Ottawa. Personal opinions of "
        "the author",
        kind="secondary",
        seen=Seen(how="stored copy"),
        by="Roy",
    )
    assert [key for key, one in references.items() if not one.title] == []
