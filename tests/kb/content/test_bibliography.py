"""The sources: BibTeX in, plain references out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb.content.bibliography import load_bibliography, read_bibliography
from kb.content.case_json import packed_references, unpacked_references
from kb.content.fixing import mended
from kb.errors import CorpusError
from kb.model.cases import Imprint, Name, Reference, Seen, Source
from tests.plain import plain

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
                imprint=Imprint(
                    type="book",
                    authors=(Name(family="Doe", given="Jane"),),
                    date="2001",
                    fields={"publisher": "Toy Press", "isbn": "0"},
                ),
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
                imprint=Imprint(fields={"publisher": "Nobody"}),
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
        pytest.param("Industry Canada", "Industry Canada", id="body-without-braces"),
        pytest.param(
            "Department of Trade and Industry",
            "Department of Trade and Industry",
            id="body-with-and",
        ),
        pytest.param(
            "Ministry of Economic Affairs and Climate Policy and Doe, Jane",
            "Ministry of Economic Affairs and Climate Policy and Jane Doe",
            id="long-body-and-person",
        ),
        pytest.param("World Bank and OECD", "World Bank and OECD", id="two-bodies"),
        pytest.param("Industry Canada and Jane Doe", "Industry Canada and Jane Doe", id="then-one"),
        pytest.param("Toy Press GmbH", "Toy Press GmbH", id="legal-form"),
        pytest.param("Smith \\& Sons Ltd.", "Smith & Sons Ltd.", id="ampersand"),
        pytest.param(
            "Food and Agriculture Organization",
            "Food and Agriculture Organization",
            id="body-from-its-first-word",
        ),
        pytest.param(
            "Ministry of Housing, Communities and Local Government and Doe, Jane",
            "Ministry of Housing, Communities and Local Government and Jane Doe",
            id="body-with-comma",
        ),
        pytest.param("OECD and World Bank", "OECD and World Bank", id="short-name-and-body"),
        pytest.param("AS Byatt", "AS Byatt", id="initials-like-a-legal-form"),
        pytest.param("\\emph{Doe}, J{\\o}rn", "Jørn Doe", id="emphasised"),
        pytest.param("Doe, Jane and others", "Jane Doe and others", id="others"),
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
        pytest.param(
            "Cost of \\$5 million: \\emph{Wood} case", "Cost of $5 million: Wood case", id="emph"
        ),
        pytest.param("A \\{set\\} of firms", "A {set} of firms", id="written-braces"),
        pytest.param(
            "See \\url{https://example.org/a_b?c=1\\&d}",
            "See https://example.org/a_b?c=1&d",
            id="url",
        ),
        pytest.param("\\textit{Ital}ic, \\textbf{bold}", "Italic, bold", id="italic"),
        pytest.param("{\\em Wood} and {\\it wool}", "Wood and wool", id="old-emphasis"),
        pytest.param("\\href{https://example.org}{a \\emph{page}}", "a page", id="link"),
        pytest.param("\\enquote{Quoted} and ``so''", "“Quoted” and “so”", id="quoted"),
        pytest.param(
            "100% wool & co, #1, from $5 to $6",
            "100% wool & co, #1, from $5 to $6",
            id="bare-signs",
        ),
        pytest.param("\\texteuro{}5, \\pounds 3, 5--6", "€5, £3, 5–6", id="money"),
        pytest.param(
            "\\'Et\\'e \\`a Gr\\o{}nland, \\v{S}koda", "Été à Grønland, Škoda", id="accents"
        ),
        pytest.param("\\foo{Wood} case", "Wood case", id="unknown"),
        pytest.param("CO$_2$ of \\LaTeX\\ users", "CO$_2$ of LaTeX users", id="formula"),
    ],
)
def test_titles_are_plain_text(tmp_path: Path, title: str, shown: str) -> None:
    """A title is shown as a reader writes it; escaping is the business of the page."""
    references = _load(tmp_path, f"@book{{a, title = {{{title}}}}}")

    assert references["a"].title == shown


@pytest.mark.parametrize(
    ("fields", "year", "day"),
    [
        ("date = {2003-05}", "2003", "2003-05"),
        ("date = {2003-05-17}", "2003", "2003-05-17"),
        ("date = {2003-05-17T10:30:00Z}", "2003", "2003-05-17"),
        ("date = {2003}", "2003", "2003"),
        ("date = {2003-21}", "2003", "2003"),
        ("date = {2003-05/2003-07}", "2003", "2003-05/2003-07"),
        ("date = {2003/2004}", "2003–2004", "2003/2004"),
        ("date = {2003/}", "2003", "2003"),
        ("date = {2003~}", "about 2003", "2003"),
        ("date = {2003?}", "about 2003", "2003"),
        ("date = {17 May 2003}", "", ""),
        ("year = {about 1998}", "about 1998", "1998"),
        ("year = {no date}", "", ""),
        ("year = 2003, month = may", "2003", "2003-05"),
        ("year = 2003, month = {5}", "2003", "2003-05"),
        ("year = 2003, month = {Sept.}", "2003", "2003-09"),
        ("year = 2003, month = sep # { 23}", "2003", "2003-09-23"),
        ("year = 2003, month = {31 June}", "2003", "2003-06"),
        ("year = 2003, month = {Spring}", "2003", "2003"),
    ],
)
def test_when_a_source_came_out(tmp_path: Path, fields: str, year: str, day: str) -> None:
    """A date says the year, whichever way it is written, and as much of the day as there is."""
    reference = _load(tmp_path, f"@book{{a, title = {{T}}, {fields}}}")["a"]

    assert (reference.year, reference.imprint.date) == (year, day)


def test_what_a_reference_manager_writes_is_read(tmp_path: Path) -> None:
    """An edited book of BibLaTeX: editors alone, subtitle, journal, an address in LaTeX."""
    reference = _load(
        tmp_path,
        r"""@article{a, title = {Networks}, subtitle = {A {Toy} study}, date = {2003-05},
        editor = {Doe, Jane and Industry Canada}, journaltitle = {Toy \& Game Studies},
        volume = {3}, number = {2}, pages = {5--9}, doi = {10.1000/a_b},
        url = {https://example.org/a\_b\%20c}}""".replace("\\\\", "\\"),
    )["a"]

    assert replace(reference, bibtex="") == Reference(
        key="a",
        authors="Jane Doe and Industry Canada",
        title="Networks: A Toy study",
        year="2003",
        note="Toy & Game Studies",
        url="https://example.org/a_b%20c",
        by="Doe and Industry Canada",
        imprint=Imprint(
            type="article",
            editors=(
                Name(family="Doe", given="Jane"),
                Name(family="Industry Canada", is_organisation=True),
            ),
            date="2003-05",
            fields={
                "subtitle": "A Toy study",
                "journaltitle": "Toy & Game Studies",
                "number": "2",
                "volume": "3",
                "pages": "5–9",
                "doi": "10.1000/a_b",
            },
        ),
    )


#: What is no BibTeX: the text, the line and the column, and what is said of the sources.
NOT_BIBTEX = {
    "cut-off": (
        "@book{a, title = {x}}\n\n@book{b, title = {x}",
        (3, 1),
        "are not BibTeX: the entry that begins here is not closed with '}'.",
    ),
    "key-twice": (
        "@book{a, title = {x}}\n @book{A, title = {y}}",
        (2, 8),
        "have the key 'A' twice, on line 1 too; give one of the two another key, or take it out.",
    ),
    "field-twice": (
        "@book{a,\n  title = {x},\n  year = {1998}, title = {y}}",
        (3, 18),
        "give 'title' of 'a' twice; keep one of the two.",
    ),
    "comma": (
        "@book{a,\n  title = {x}\n\n  year = {1998},\n}",
        (2, 14),
        "are not BibTeX: a comma is missing at the end of this line, before the next field.",
    ),
    "braces": ('@book{a,\n title = "a } b"}', (2, 2), "are not BibTeX: unbalanced braces."),
    "undefined-word": (
        "@book{a, title = {x},\n month = foo}",
        (2, 2),
        "are not BibTeX: undefined string in line 2: foo.",
    ),
    "commas": (
        "@book{a,\n author = {A, B, C, D}}",
        (2, 12),
        "are not BibTeX: too many commas in 'A, B, C, D'; write people as 'Doe, Jane', with "
        "' and ' between them.",
    ),
}


@pytest.mark.parametrize(("text", "place", "message"), NOT_BIBTEX.values(), ids=NOT_BIBTEX)
def test_what_is_not_bibtex_is_refused(
    tmp_path: Path, text: str, place: tuple[int, int], message: str
) -> None:
    """A file that is not BibTeX is refused with the place that has to be mended."""
    with pytest.raises(CorpusError) as error:
        _load(tmp_path, text)

    (told,) = error.value.problems
    assert (told.line, told.column, told.message) == (*place, f"the sources {message}")
    assert told.rule == "sources-not-bibtex"
    assert str(error.value) == str(told)


def test_an_entry_in_round_brackets_has_its_lines(tmp_path: Path) -> None:
    """BibTeX lets an entry stand in round brackets too; what is wrong in it has its place."""
    text = "@misc{a, title = {x}}\n\n@misc(b,\n  title = {(y)},\n  year = {soon},\n)\n"
    (tmp_path / "sources.bib").write_text(text)

    references, problems = read_bibliography(tmp_path / "sources.bib")

    assert references["b"].bibtex == "@misc(b,\n  title = {(y)},\n  year = {soon},\n)"
    assert [
        (one.line, one.column, one.rule, one.value) for one in problems if one.message[:2] == "b:"
    ] == [
        (3, 1, "source-without-author", ""),
        (5, 3, "source-date-malformed", "soon"),
    ]


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
        imprint=Imprint(
            type="online",
            authors=(Name(family="The Toy Paper", is_organisation=True),),
            date="2024-05-17",
        ),
    )
    assert replace(references["toy-book"], bibtex="") == Reference(
        key="toy-book", authors="Jane Doe", title="B", year="about 1998", note="",
        seen=Seen(how="excerpt"), by="Doe",
        imprint=Imprint(type="book", editors=(Name(family="Doe", given="Jane"),), date="1998"),
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
            f"title = {{CO$_2$ and \\foo{{bar}}}}, {ORIGIN}",
            "title holds LaTeX that cannot be read here: $_2$, \\foo; write the signs themselves, "
            "such as é or CO₂.",
            id="latex",
        ),
        pytest.param(
            "title = {T}, author = {Department of Trade and Industry}, year = 2001",
            "author must put an organisation into braces, such as {{Department of Trade and "
            "Industry}}, where its name has an 'and' in it, and write people as 'Doe, Jane'.",
            id="body-with-and",
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

    assert [plain(problem) for problem in problems] == [f"{path}:1: a: {message}"]


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
        "author = {{Department of Trade and Industry}}, date = {2003-05/2003-07}",
        "author = {Industry Canada}, date = {2003~}",
        "editor = {Doe, Jane}, date = {2003/2004}, note = {\\emph{Wood} \\& \\$5}",
    ],
)
def test_what_a_source_may_say(tmp_path: Path, fields: str) -> None:
    """Nothing is wrong with a source that says who and when, or that it does not say so."""
    assert read_bibliography(_written(tmp_path, f"@misc{{a, title = {{T}}, {fields}}}"))[1] == []


@pytest.mark.parametrize(
    "body",
    [
        "Food and Agriculture Organization",
        "Johnson and Johnson Ltd.",
        "Black and Decker Inc.",
        "McKinsey and Company",
        "Department for Business, Energy and Industrial Strategy",
        "Department for Digital, Culture, Media and Sport",
        "Ministry of Housing, Communities and Local Government",
        "Ministry of Trade and Industry",
        "Bank of England and HM Treasury",
        "Research and Markets",
        "Smith, Jones and Partners",
        "Daly and World Bank",
        r"Black \& Decker, Inc.",
    ],
)
def test_an_organisation_that_may_be_two_people_is_told(tmp_path: Path, body: str) -> None:
    """At its line, with the braces to write; it is read as one until then."""
    path = _written(tmp_path, f"@misc{{a,\n title = {{T}}, year = 2001,\n author = {{{body}}}\n}}")

    references, problems = read_bibliography(path)

    sign = "an 'and'" if " and " in body else "a comma"
    assert [plain(problem) for problem in problems] == [
        f"{path}:3: a: author must put an organisation into braces, such as {{{{{body}}}}}, where "
        f"its name has {sign} in it, and write people as 'Doe, Jane'."
    ]
    name = body.replace("\\", "")
    assert references["a"].imprint.authors == (Name(family=name, is_organisation=True),)


def test_a_firm_of_partners_is_put_into_braces(tmp_path: Path) -> None:
    """Where the name can be nothing else; whether two bodies are meant elsewhere nobody knows."""
    text = (
        "@misc{a, title = {T}, year = 2001,\n  author = {McKinsey and Company},\n}\n"
        "@misc{b, title = {T}, year = 2001,\n  author = {Bank of England and HM Treasury},\n}\n"
    )
    path = _written(tmp_path, text)

    problems = read_bibliography(path)[1]

    assert [problem.fix and problem.fix.what for problem in problems] == [
        "write {{McKinsey and Company}}",
        None,
    ]
    (file,) = mended(problems)
    assert file.after.decode() == text.replace("{McKinsey and Company}", "{{McKinsey and Company}}")


@pytest.mark.parametrize(
    ("people", "message"),
    [
        pytest.param(
            "Ernst",
            "author names Ernst by one word; write 'Family, Given', or where there is no more, "
            "author = {{Ernst}}.",
            id="one",
        ),
        pytest.param(
            "Ernst and Young",
            "author names Ernst, Young by one word; write 'Family, Given', or where there is no "
            "more, author = {{Ernst} and {Young}}, or author = {{Ernst and Young}} where that is "
            "one body.",
            id="two",
        ),
        pytest.param(
            "Doe, Jane and Roe",
            "author names Roe by one word; write 'Family, Given', or where there is no more, "
            "author = {Doe, Jane and {Roe}}.",
            id="beside-a-whole-name",
        ),
    ],
)
def test_a_name_of_one_word_is_asked_about(tmp_path: Path, people: str, message: str) -> None:
    """It may be half a name, or two such names one firm; nothing is kept from being built."""
    path = _written(tmp_path, f"@misc{{a, title = {{T}}, year = 2001, author = {{{people}}}}}")

    (problem,) = read_bibliography(path)[1]

    assert plain(problem) == f"{path}:1: warning: a: {message}"
    assert (problem.rule, problem.severity) == ("source-name-of-one-word", "warning")


@pytest.mark.parametrize(
    "people",
    [
        "van der Berg, Anna and de la Cruz, Juan and O'Neil, Mary",
        "King, Jr, Martin Luther and Byatt, AS",
        "{Madonna} and {Plato} and Doe, Jane and others",
        "Ludwig van Beethoven and Bank, Jane and Press, William",
        "Karl-Theodor von und zu Guttenberg",
        "von und zu Guttenberg, Karl-Theodor",
        "王小明",
        "Κωνσταντίνος Παπαδόπουλος and Иванов, Иван",
        "Şimşek, Ömer and Nguyễn, Văn An and Abu Bakr al-Hakim, X.",
        r"{\'E}mile Zola and M{\"u}ller, J{\"o}rg",
        "{OECD} and World Bank",
        "Doe, Jane and OECD",
    ],
)
def test_names_of_people_are_no_problem(tmp_path: Path, people: str) -> None:
    """Particles, suffixes, initials, braces and many scripts; short names of bodies beside them."""
    text = f"@misc{{a, title = {{T}}, year = 2001, author = {{{people}}}}}"

    assert read_bibliography(_written(tmp_path, text))[1] == []


def test_an_address_behind_words_is_kept_or_told(tmp_path: Path) -> None:
    """It is the address of a source that has none, and told where it has another."""
    first, second = "https://example.org/a_b", "https://example.org/c"
    title = r"title = {\href{https://example.org/a\_b}{A page}}"
    text = f"@misc{{a, {title}, {ORIGIN}}}\n@misc{{b, {title}, {ORIGIN}, url = {{{second}}}}}\n"

    references, problems = read_bibliography(_written(tmp_path, text))

    assert {key: (one.title, one.url) for key, one in references.items()} == {
        "a": ("A page", first),
        "b": ("A page", second),
    }
    assert [(problem.rule, problem.line, problem.message) for problem in problems] == [
        (
            "source-second-address",
            2,
            f"b: title has an address behind its words that is not shown: {first}; a source has "
            "one 'url'. Give this one there, or a source of its own.",
        )
    ]


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
        imprint=Imprint(
            type="unpublished", authors=(Name(family="Roy", given="Philippe"),), date="1998-09"
        ),
    )
    assert [key for key, one in references.items() if not one.title] == []
    assert read_bibliography(ROOT / "cases" / "sources.bib")[1] == []


def test_sources_are_remembered_as_they_are() -> None:
    """What is kept of the real sources for a later run is what was read, part by part."""
    references = load_bibliography(ROOT / "cases" / "sources.bib")

    assert unpacked_references(packed_references(references.values())) == dict(references)
