"""The glossary as people write it, and what becomes of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel import Locale

from kb.content.countries import country_code
from kb.content.glossary import (
    LANGUAGES,
    read_forms,
    read_glossary,
    write_forms,
)
from kb.errors import CorpusError
from kb.model.files import file_digest
from kb.model.word_table import Glossary, WordTable
from kb.text.folding import fold
from kb.text.translate import in_english
from kb.text.word_forms import expand
from tests.plain import plain

CASES = Path(__file__).parents[3] / "cases"


def test_a_glossary_is_read_as_written(tmp_path):
    """One way or several, by language; a byte order mark does no harm."""
    path = tmp_path / "glossary.yaml"
    path.write_text(
        "\ufefflanguages: [fr, 'no']\n"
        "function_words: {'no': [og, i]}\n"
        "terms:\n  wine: [vin, vin]\n  fish: [poisson, [fisk, sjømat]]\n",
        encoding="utf-8",
    )

    assert read_glossary(path) == Glossary(
        terms={
            "wine": {"fr": ("vin",), "no": ("vin",)},
            "fish": {"fr": ("poisson",), "no": ("fisk", "sjømat")},
        },
        function_words={"no": ("og", "i")},
    )


def test_a_glossary_may_be_a_dictionary(tmp_path):
    """It has more values than any other file, and a bound of its own."""
    path, row = tmp_path / "glossary.yaml", "[a, b, c, d, e, f]"
    begin = "languages: [fr, es, de, it, 'no', pt]\nterms:\n"
    path.write_text(begin + "".join(f"  t{n}: {row}\n" for n in range(8_000)))

    assert len(read_glossary(path).terms) == 8_000

    path.write_text(begin + "".join(f"  t{n}: {row}\n" for n in range(30_000)))
    with pytest.raises(CorpusError) as raised:
        read_glossary(path)
    assert "the glossary has more than 200,000 values; shorten it." in str(raised.value)


def test_without_the_file_there_is_an_empty_glossary(tmp_path):
    """A compendium need not have a glossary; its table knows nothing."""
    glossary = read_glossary(tmp_path / "glossary.yaml")

    assert glossary == Glossary()
    assert expand(glossary) == WordTable()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: the glossary must have languages and terms."),
        (
            "terms: {}\n",
            ":1: languages must be given; add a line such as 'languages: [fr, de]'.",
        ),
        (
            "languages: [fr]\nterms:\n  a: [b\n",
            ":3: the glossary is not YAML: the bracket [ that opens here is not closed; close it: "
            "[b].",
        ),
        (
            "languages: [fr]\nterms: {}\nword: {}\n",
            ":3: word is not a field of a glossary: Fields are languages, function_words, terms.",
        ),
        (
            "languages: [fr]\nterms:\n  wine: [vin]\n  wine: [vins]\n",
            ":4: terms.wine is given twice; join the two.",
        ),
        (
            "languages: fr\nterms: {}\n",
            ":1: languages must be a list of texts, not 'fr'.",
        ),
        (
            "languages: [fr, fr]\nterms: {}\n",
            ":1: languages[2] is 'fr' again; once is enough.",
        ),
        (
            "languages:\n  - fr\n  - ru\nterms: {}\n",
            ":3: languages[2] must be one of fr, es, de, it, no, pt, not 'ru'.",
        ),
        (
            "languages: [fr]\nterms: [wine]\n",
            ":2: terms must map English terms to ways to say them, not a list.",
        ),
        (
            "languages: [fr, de]\nterms:\n  fish: [poisson, Fisch]\n  wine: [vin]\n",
            ":4: terms.wine must have 2 entries, for fr, de: each one way to say it, or a list "
            "of several.",
        ),
        (
            "languages: [fr, de]\nterms:\n  wine: vin\n",
            ":3: terms.wine must have 2 entries, for fr, de: each one way to say it, or a list "
            "of several.",
        ),
        (
            "languages: [fr]\nterms:\n  wine: [[vin, 5]]\n",
            ":3: terms.wine must have 1 entries, for fr: each one way to say it, or a list "
            "of several.",
        ),
        (
            "languages: [fr]\nterms:\n  wine: ['-']\n",
            ":3: terms.wine must have 1 entries, for fr: each one way to say it, or a list "
            "of several.",
        ),
        (
            "languages: [fr]\nfunction_words: {de: [der]}\nterms: {}\n",
            ":2: function_words.de must be one of the languages, fr.",
        ),
        (
            "languages: [fr]\nfunction_words:\n  fr: [le, '-']\nterms: {}\n",
            ":3: function_words.fr[2] must be a word, not '-'.",
        ),
        (
            "languages: [fr]\nfunction_words:\n  fr: le\nterms: {}\n",
            ":3: function_words.fr must be a list of texts, not 'le'.",
        ),
    ],
)
def test_a_malformed_glossary_is_refused_with_its_line(tmp_path, text, message):
    """The message says file, line, what is wrong and what is allowed."""
    path = tmp_path / "glossary.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(CorpusError) as caught:
        read_glossary(path)

    assert plain(caught.value) == f"{path}{message}"


def test_every_mistake_of_a_glossary_is_told(tmp_path):
    """Mistakes in several places come in one pass, a line each, in the order of the file."""
    path = tmp_path / "glossary.yaml"
    path.write_text(
        "languages: [fr, de]\n"
        "function_words:\n  no: [og]\n  fr: le\n"
        "terms:\n  wine: [vin]\n  joint purchasing: achat\n  fish: [poisson, Fisch]\nword: x\n"
    )

    with pytest.raises(CorpusError) as caught:
        read_glossary(path)

    entries = "must have 2 entries, for fr, de: each one way to say it, or a list of several."
    assert plain(caught.value).splitlines() == [
        f"{path}:3: function_words.no must be one of the languages, fr, de.",
        f"{path}:4: function_words.fr must be a list of texts, not 'le'.",
        f"{path}:6: terms.wine {entries}",
        f"{path}:7: terms['joint purchasing'] {entries}",
        f"{path}:9: word is not a field of a glossary: Fields are languages, function_words, "
        "terms.",
    ]


def test_a_file_that_is_no_text_is_refused(tmp_path):
    """Bytes that are not UTF-8, and a folder in the place of the file, are named."""
    path = tmp_path / "glossary.yaml"
    path.write_bytes(b"languages: [fr]\nterms: \xff\n")
    folder = tmp_path / "folder"
    folder.mkdir()

    with pytest.raises(CorpusError) as bytes_refused:
        read_glossary(path)
    with pytest.raises(CorpusError) as folder_refused:
        read_glossary(folder)

    assert plain(bytes_refused.value) == (
        f"{path}:2: the glossary must be UTF-8; byte 0xff is not. Save the file as UTF-8."
    )
    assert str(folder_refused.value) == f"{folder}: the glossary cannot be read: Is a directory."


def test_the_compendium_has_a_glossary_in_six_languages():
    """Each term can be said in one of them at least, and most terms in each of them."""
    glossary = read_glossary(CASES / "glossary.yaml")
    said = [language for row in glossary.terms.values() for language in row]

    assert set(glossary.function_words) == set(LANGUAGES)
    assert [term for term, row in glossary.terms.items() if not row] == []
    assert {language for language in LANGUAGES if said.count(language) < 4_000} == set()


def test_no_word_of_the_glossary_is_hidden_by_a_function_word():
    """A way to say a term would never be found if it were a function word as well."""
    glossary = read_glossary(CASES / "glossary.yaml")
    silent = {
        (language, fold(word))
        for language, words in glossary.function_words.items()
        for word in words
    }

    hidden = [
        (term, language, way)
        for term, row in glossary.terms.items()
        for language, ways in row.items()
        for way in ways
        if (language, fold(way)) in silent
    ]
    assert hidden == []


def test_every_country_of_a_case_is_known_in_six_languages():
    """As CLDR calls it there, unless that is its English name."""
    table, _ = forms_of(CASES)
    codes = {
        code
        for path in CASES.glob("*/*.md")
        for line in re.findall(r"^country: *(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        for code in re.findall(r"[A-Z]{2}", line)
    }
    english = Locale.parse("en").territories

    unknown = []
    for language in LANGUAGES:
        names = Locale.parse(language).territories
        for code in sorted(codes):
            if fold(names[code]) == fold(english[code]):
                continue
            terms = in_english(names[code], table, [language]).terms
            if code not in {country_code(term) for term in terms}:
                unknown.append((language, names[code], terms))
    assert len(codes) > 60
    assert unknown == []


KEPT = WordTable(meanings=((), ("wine",)), forms={"fr": {"les": 0, "vin": 1}, "no": {"vin": 1}})


@pytest.fixture(name="kept")
def _kept(tmp_path) -> Path:
    """A folder with a glossary and the table that was made of it."""
    (tmp_path / "glossary.yaml").write_text("languages: [fr]\nterms: {}\n", encoding="utf-8")
    write_forms(tmp_path / "glossary-forms.json", tmp_path / "glossary.yaml", KEPT)
    return tmp_path


def forms_of(folder: Path) -> tuple[WordTable, list[str]]:
    """The table in a folder, and what is wrong with it."""
    problems = []
    table = read_forms(folder / "glossary-forms.json", folder / "glossary.yaml", problems)
    return table, [plain(problem) for problem in problems]


def test_a_table_is_kept_with_the_digest_of_its_glossary(kept):
    """A line for each language, the same bytes every time, and nothing left beside it."""
    text = (kept / "glossary-forms.json").read_text(encoding="utf-8")

    assert text == (
        f'{{"glossary":"{file_digest(kept / "glossary.yaml")}",\n'
        '"meanings":[[],["wine"]],\n"forms":{\n'
        '"fr":{"les":0,"vin":1},\n"no":{"vin":1}\n}}\n'
    )
    assert sorted(path.name for path in kept.iterdir()) == ["glossary-forms.json", "glossary.yaml"]
    assert forms_of(kept) == (KEPT, [])


def test_without_glossary_and_table_there_is_an_empty_table(tmp_path):
    """A compendium need not have a glossary."""
    assert forms_of(tmp_path) == (WordTable(), [])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        pytest.param(
            "glossary.yaml",
            "languages: [fr]\nterms: {wine: [vin]}\n",
            "glossary.yaml:1: has changed since glossary-forms.json was made of it; "
            "run 'kb glossary'.",
            id="an edited glossary",
        ),
        pytest.param(
            "glossary-forms.json",
            None,
            "glossary.yaml:1: has no glossary-forms.json beside it; run 'kb glossary'.",
            id="no table",
        ),
        pytest.param(
            "glossary.yaml",
            None,
            "glossary-forms.json:1: is made from glossary.yaml, which is not there; "
            "remove this file.",
            id="no glossary",
        ),
        *(
            pytest.param(
                "glossary-forms.json",
                text,
                "glossary-forms.json:1: is not what 'kb glossary' writes; run 'kb glossary'.",
                id=f"damaged: {text}",
            )
            for text in ("", "[]", "{}", '{"glossary": "", "meanings": 5, "forms": {}}')
        ),
    ],
)
def test_a_table_of_another_glossary_is_a_problem(kept, name, text, message):
    """Whatever does not go together is one problem, with the command that mends it."""
    if text is None:
        (kept / name).unlink()
    else:
        (kept / name).write_text(text, encoding="utf-8")

    _, problems = forms_of(kept)

    assert problems == [f"{kept}/{message}"]


def test_a_table_that_cannot_be_written_says_why(kept):
    """A folder that is not there is named with the reason."""
    with pytest.raises(CorpusError) as raised:
        write_forms(kept / "none" / "forms.json", kept / "glossary.yaml", KEPT)

    assert str(raised.value) == f"{kept}/none/forms.json cannot be written: " + (
        "No such file or directory."
    )


def test_the_kept_table_is_what_the_glossary_gives_now():
    """The forms of one language of the real glossary, found anew, are those that were kept."""
    glossary = read_glossary(CASES / "glossary.yaml")
    norwegian = Glossary(
        terms={term: {"no": ways.get("no", ())} for term, ways in glossary.terms.items()},
        function_words={"no": glossary.function_words["no"]},
    )

    fresh, (kept, problems) = expand(norwegian), forms_of(CASES)

    assert problems == []
    assert {form: kept.meanings[at] for form, at in kept.forms["no"].items()} == {
        form: fresh.meanings[at] for form, at in fresh.forms["no"].items()
    }
