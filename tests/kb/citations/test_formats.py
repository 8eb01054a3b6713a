"""What is written for reference managers, read back by parsers that did not write it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from citeproc.source.json import CiteProcJSON
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pylatexenc.latex2text import LatexNodes2Text

from kb.citations import bibtex, csl_json, ris
from kb.citations.formats import FORMATS
from kb.citations.items import (
    KINDS,
    CasePage,
    Item,
    case_item,
    distinct,
    source_item,
    source_items,
)
from kb.citations.works import makers_of
from kb.content.bibliography import load_bibliography
from kb.model.cases import Case, Name, Reference, Source
from tests.kb.citations.test_styles import BARE, CASE, PEOPLE
from tests.toy import ROOT

SCHEMA = ROOT / "tests" / "vendor" / "csl-data.json"


@cache
def _references() -> Mapping[str, Reference]:
    return load_bibliography(ROOT / "cases" / "sources.bib")


def _sources() -> Iterator[tuple[Reference, Item]]:
    return ((work, source_item(work)) for work in _references().values())


# --- what an item is ---------------------------------------------------------------------------


def _case(**fields: Any) -> Case:
    return Case(
        **{
            "id": "norway/graphic-arts",
            "title": "A network of graphic arts firms",
            "kind": "network",
            "summary": "",
            "body": "",
            "facets": {},
            "results": (),
            "sources": (Source(key="roy-1998", locator="p. 1"), Source(key="x", locator="2")),
            "added": "2026-11-22",
            **fields,
        }
    )


def test_a_case_is_cited_by_the_compendium() -> None:
    """Without a version its day is that on which the case came in, and its address the newest."""
    page = CasePage(address="https://example.org/cases/norway/graphic-arts", accessed="2026-11-29")

    assert case_item(_case(), page, site="Toy Compendium") == Item(
        key="norway:graphic-arts",
        kind="report",
        title="A network of graphic arts firms",
        authors=(Name(family="Toy Compendium", is_organisation=True),),
        date="2026-11-22",
        publisher="Toy Compendium",
        language="en",
        url="https://example.org/cases/norway/graphic-arts",
        accessed="2026-11-29",
    )


def test_a_case_is_cited_by_those_whom_it_names() -> None:
    """People by family and given names, an organisation whole."""
    page = CasePage(address="https://example.org/a", accessed="2026-11-29")
    case = _case(authors=("Doe, Jane Ann", "Industry Canada"))

    assert case_item(case, page, site="Toy Compendium").authors == (
        Name(family="Doe", given="Jane Ann"),
        Name(family="Industry Canada", is_organisation=True),
    )


def test_a_version_is_cited_with_its_day_and_both_addresses() -> None:
    """The address of this text is cited; the note says where the newest one is."""
    page = CasePage(
        address="https://example.org/cases/norway/graphic-arts",
        accessed="2026-11-29",
        version="1a2b3c4d5e6f",
        version_day="2026-11-28",
        version_address="https://example.org/cases/norway/graphic-arts@1a2b3c4d5e6f",
    )

    assert case_item(_case(), page, site="Compendium of Business Networks") == CASE


def test_the_sources_of_a_case_are_each_once() -> None:
    """In the order of its file; one that the compendium does not hold is left out."""
    case = _case(
        sources=(
            Source(key="porter-1991", locator="1"),
            Source(key="nowhere", locator="1"),
            Source(key="roy-1998", locator="2"),
            Source(key="porter-1991", locator="3"),
        )
    )
    keys = [item.key for item in source_items(case, _references())]

    assert keys == [key for key in ("porter-1991", "roy-1998") if key in _references()]


@pytest.mark.parametrize(
    ("people", "authors", "editors", "note"),
    [
        ("author = {Doe, Jane and others}", ["Doe"], [], "Written by Jane Doe and others."),
        (
            "editor = {Doe, Jane and Roe, R. and others}, note = {A draft.}",
            *([], ["Doe", "Roe"], "A draft. Edited by Jane Doe, R. Roe and others."),
        ),
    ],
)
def test_nobody_is_called_others(
    tmp_path: Path, people: str, authors: list[str], editors: list[str], note: str
) -> None:
    """What BibTeX says for people whom it does not name is nobody's name in any format."""
    path = tmp_path / "sources.bib"
    path.write_text(f"@book{{a, {people}, title = {{T}}, year = {{1998}}, publisher = {{P}}}}\n")
    work = load_bibliography(path)["a"]
    item = source_item(work)

    assert makers_of(work).and_others
    [data] = json.loads(csl_json.to_csl_json([item]))
    [entry] = rispy.loads(ris.to_ris([item]))
    assert [one["family"] for one in data.get("author", [])] == authors
    assert [one["family"] for one in data.get("editor", [])] == editors
    assert data["note"] == note
    assert entry["notes"] == [note]
    people_in_ris = [*entry.get("authors", []), *dict(entry.get("unknown_tag", {})).get("ED", [])]
    assert [name.partition(",")[0] for name in people_in_ris] == [*authors, *editors]
    assert "others" in bibtex.to_bibtex([item])  # there it is no name, and means the same


def test_keys_are_distinct() -> None:
    """Two versions of a case have keys of their own, and so have two works of one key."""
    other = replace(CASE, version="b" * 12)

    assert [key for key, _ in distinct((CASE, other, BARE, BARE))] == [
        "norway:graphic-arts",
        f"norway:graphic-arts:{'b' * 12}",
        "norway:graphic-arts:2",
        "norway:graphic-arts:3",
    ]


# --- BibTeX ------------------------------------------------------------------------------------


def _read_bibtex(text: str) -> list[tuple[str, str, dict[str, str]]]:
    library = bibtexparser.parse_string(text)
    assert library.failed_blocks == []
    return [
        (entry.entry_type, entry.key, {field.key: field.value for field in entry.fields})
        for entry in library.entries
    ]


def _unbraced(text: str) -> str:
    return text[1:-1] if text.startswith("{") and text.endswith("}") else text


def _plain(text: str) -> str:
    return LatexNodes2Text().latex_to_text(text)


def test_a_case_as_bibtex() -> None:
    """Title and organisation stand in braces, and a month in its own word."""
    assert bibtex.to_bibtex([CASE]) == (
        "@techreport{norway:graphic-arts,\n"
        "  title = {{A network of graphic arts firms}},\n"
        "  author = {{Compendium of Business Networks}},\n"
        "  year = {2026},\n"
        "  month = nov,\n"
        "  date = {2026-11-28},\n"
        "  number = {1a2b3c4d5e6f},\n"
        "  institution = {Compendium of Business Networks},\n"
        "  language = {english},\n"
        "  url = {https://example.org/cases/norway/graphic-arts@1a2b3c4d5e6f},\n"
        "  urldate = {2026-11-29},\n"
        "  note = {The newest text: https://example.org/cases/norway/graphic-arts},\n"
        "}\n"
    )


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)
_TITLES = st.lists(_WORDS, min_size=1, max_size=5).map(" ".join)


@given(title=_TITLES.filter(lambda text: not set("`'-~?!\"^<>¿¡") & set(text)))
def test_any_title_comes_back_from_bibtex(title: str) -> None:
    """Signs of LaTeX are written so that LaTeX, and whoever reads it, sees them as they are."""
    [(_, _, fields)] = _read_bibtex(bibtex.to_bibtex([replace(CASE, title=title)]))

    assert _plain(_unbraced(fields["title"])) == title


@pytest.mark.parametrize("item", [CASE, BARE, PEOPLE], ids=["case", "bare", "people"])
def test_a_case_comes_back_from_bibtex(item: Item) -> None:
    """Field by field, by another library than ours."""
    [(kind, key, fields)] = _read_bibtex(bibtex.to_bibtex([item]))

    names = fields["author"].split(" and ")
    people = [Name(family=_unbraced(name), is_organisation=True) for name in names]
    if item.authors[0].given:
        parts = [name.split(", ") for name in names]
        people = [Name(family=family, given=given) for family, given in parts]
    assert (kind, key) == ("techreport", item.key)
    assert tuple(people) == item.authors
    assert {
        "title": _unbraced(fields["title"]),
        "date": fields.get("date", ""),
        "year": fields.get("year", ""),
        "publisher": fields["institution"],
        "version": fields.get("number", ""),
        "url": fields["url"],
        "accessed": fields["urldate"],
        "note": fields.get("note", ""),
        "language": {"english": "en"}[fields["language"]],
    } == {
        name: getattr(item, name)
        for name in (
            *("title", "date", "year", "publisher", "version", "url", "accessed", "note"),
            "language",
        )
    }


def test_sources_keep_their_entries_in_bibtex() -> None:
    """All sources as one file are what stands in the file of the compendium, entry by entry."""
    written = bibtex.to_bibtex([item for _, item in _sources()])
    before = (ROOT / "cases" / "sources.bib").read_text("utf-8")

    assert _read_bibtex(written) == _read_bibtex(before)
    assert len(_read_bibtex(written)) == len(_references())


def test_a_source_without_an_entry_gets_one() -> None:
    """Where the entry itself is not at hand it is written of its parts."""
    for _, item in _sources():
        [(_, key, fields)] = _read_bibtex(bibtex.to_bibtex([replace(item, entry="")]))
        assert (key, _plain(_unbraced(fields["title"]))) == (item.key, _plain_of(item.title))
        assert fields.get("url", "") == item.url


def _plain_of(title: str) -> str:
    """A title as a reader of LaTeX sees it: two strokes are a dash to it."""
    return _plain(bibtex._escaped(title))


# --- RIS ---------------------------------------------------------------------------------------


def _read_ris(text: str) -> list[dict[str, Any]]:
    return rispy.loads(text)


def _ris_name(name: str) -> Name:
    if name.endswith(",") or ",, " in name:
        whole = name.replace(",, ", ", ") if ",, " in name else name[:-1]
        return Name(family=whole, is_organisation=True)
    family, *rest = name.split(",")
    given, suffix = (*rest, "", "")[:2]
    return Name(family=family, given=given, suffix=suffix)


def test_a_case_as_ris() -> None:
    """The tags that Zotero and EndNote read for a report; lines end with CR LF."""
    assert ris.to_ris([CASE]).split("\r\n") == [
        "TY  - RPRT",
        "ID  - norway:graphic-arts",
        "TI  - A network of graphic arts firms",
        "AU  - Compendium of Business Networks,",
        "PY  - 2026",
        "DA  - 2026/11/28/",
        "PB  - Compendium of Business Networks",
        "SN  - 1a2b3c4d5e6f",
        "LA  - en",
        "UR  - https://example.org/cases/norway/graphic-arts@1a2b3c4d5e6f",
        "Y2  - 2026/11/29/",
        "N1  - The newest text: https://example.org/cases/norway/graphic-arts",
        "ER  - ",
        "",
    ]


def _as_ris_says(item: Item) -> dict[str, Any]:
    """An item as far as RIS holds it."""
    return {
        "kind": ris.TYPES[item.kind],
        "key": item.key,
        "title": item.title,
        "authors": item.authors,
        "editors": item.editors,
        "year": item.year,
        "days": item.days,
        "container": item.container or item.event,
        "series": item.series,
        "volume": item.volume,
        "issue": item.issue,
        "pages": item.pages.replace("--", "-"),
        "edition": item.edition,
        "publisher": item.publisher,
        "place": item.place,
        "genre": item.genre,
        "number": item.isbn or item.issn or item.number or item.version,
        "doi": item.doi,
        "language": item.language,
        "url": item.url,
        "accessed": item.accessed,
        "note": item.note,
    }


def _from_ris(read: dict[str, Any]) -> dict[str, Any]:
    said = read.get
    first, _, more = said("date", "").rpartition("/")
    days = [first] + ([more.removeprefix("to ").replace("-", "/")] if more[:3] == "to " else [])
    editors = [*said("secondary_authors", ()), *dict(said("unknown_tag", {})).get("ED", ())]
    return {
        "kind": read["type_of_reference"],
        "key": read["id"],
        "title": read["title"],
        "authors": tuple(map(_ris_name, said("authors", ()))),
        "editors": tuple(map(_ris_name, editors)),
        "year": said("year", ""),
        "days": tuple(tuple(int(n) for n in day.split("/") if n) for day in days if day),
        "container": said("secondary_title", ""),
        "series": said("tertiary_title", ""),
        "volume": said("volume", ""),
        "issue": said("number", ""),
        "pages": "-".join(filter(None, (said("start_page"), said("end_page")))),
        "edition": said("edition", ""),
        "publisher": said("publisher", ""),
        "place": said("place_published", ""),
        "genre": said("type_of_work", ""),
        "number": said("issn", ""),
        "doi": said("doi", ""),
        "language": said("language", ""),
        "url": "".join(said("urls", ())),
        "accessed": said("access_date", "").removesuffix("/").replace("/", "-"),
        "note": "".join(said("notes", ())),
    }


def test_every_source_comes_back_from_ris() -> None:
    """All sources of the compendium and a case, field by field."""
    items = [CASE, BARE, PEOPLE, RICH, *(item for _, item in _sources())]

    read = _read_ris(ris.to_ris(items))

    keys = [key for key, _ in distinct(items)]
    expected = [_as_ris_says(item) | {"key": key} for item, key in zip(items, keys, strict=True)]
    assert [_from_ris(one) for one in read] == expected


@given(title=_TITLES, family=_WORDS.filter(lambda word: "," not in word))
def test_any_words_come_back_from_ris(title: str, family: str) -> None:
    """Whatever a title or a name holds, it is one line and nothing else."""
    item = replace(CASE, title=title, authors=(Name(family=family, given="Jane"),))

    [read] = _read_ris(ris.to_ris([item]))

    assert (read["title"], read["authors"]) == (title, [f"{family},Jane"])


def test_a_line_break_is_no_tag() -> None:
    """A title over two lines cannot end a record or begin a field."""
    [read] = _read_ris(ris.to_ris([replace(CASE, title="A\r\nER  - \r\nTY  - BOOK")]))

    assert read["title"] == "A ER - TY - BOOK"


# --- CSL-JSON ----------------------------------------------------------------------------------

#: An item with a value in every field.
RICH = Item(
    key="rich",
    kind="chapter",
    title="All of it",
    authors=(Name(family="King", given="Martin Luther", suffix="Jr"),),
    editors=(Name(family="Ministry of Industry, Quebec", is_organisation=True),),
    date="2003-05/2004-07",
    genre="A kind",
    publisher="Toy Press",
    place="Oslo",
    container="A book",
    series="A series",
    volume="3",
    issue="2",
    number="7",
    pages="5-9",
    edition="2",
    event="A conference",
    doi="10.1000/a_b",
    isbn="978-3-16-148410-0",
    issn="1234-5678",
    language="no",
    version="c" * 12,
    url="https://example.org/x?a=1&b=%20",
    accessed="2026-11-29",
    note="Says 100% more_or_less & so on",
)


def _from_csl(data: dict[str, Any]) -> Item:
    def names(role: str) -> tuple[Name, ...]:
        return tuple(
            Name(family=name["literal"], is_organisation=True)
            if "literal" in name
            else Name(
                family=name["family"], given=name.get("given", ""), suffix=name.get("suffix", "")
            )
            for name in data.get(role, ())
        )

    def day(parts: list[int]) -> str:
        return "-".join(f"{part:0{2 if n else 4}}" for n, part in enumerate(parts))

    issued, accessed = data.get("issued", {}), data.get("accessed", {})
    return Item(
        key=data["id"],
        kind=data["type"],
        authors=names("author"),
        editors=names("editor"),
        date="/".join(day(parts) for parts in issued.get("date-parts", ())),
        is_about=issued.get("circa", False),
        accessed="".join(day(parts) for parts in accessed.get("date-parts", ())),
        **{field: data.get(name, "") for field, name in csl_json.TEXTS.items()},
    )


def test_every_item_comes_back_from_csl_json() -> None:
    """Field by field; nothing but an entry of BibTeX, which has its own format, is left out."""
    items = [CASE, BARE, RICH, *(item for _, item in _sources())]

    read = [_from_csl(data) for data in json.loads(csl_json.to_csl_json(items))]

    keys = [key for key, _ in distinct(items)]
    expected = [replace(one, entry="", key=key) for one, key in zip(items, keys, strict=True)]
    assert read == expected


def test_csl_json_is_valid_and_a_processor_reads_it() -> None:
    """By the published schema, and by the processor that makes our styles."""
    data = json.loads(csl_json.to_csl_json([CASE, RICH, *(item for _, item in _sources())]))

    validator = Draft7Validator(json.loads(SCHEMA.read_text("utf-8")))
    assert [error.message for error in validator.iter_errors(data)] == []
    plain = [{k: v for k, v in one.items() if k not in ("event-title", "language")} for one in data]
    assert set(CiteProcJSON(plain)) == {one["id"].lower() for one in data}


# --- all of them -------------------------------------------------------------------------------


def test_every_kind_of_entry_has_a_type_in_every_format() -> None:
    """No kind of source is left without a type."""
    assert set(KINDS.values()) - set(ris.TYPES) == set()
    assert set(KINDS.values()) - set(bibtex.TYPES) == set()


@pytest.mark.parametrize("format_id", FORMATS)
def test_nothing_is_an_empty_list(format_id: str) -> None:
    """Of no items a file is written that says so."""
    assert FORMATS[format_id].write(()).strip() in ("", "[]")
