"""Words in another language: the catalogues are complete and current, and numbers are its own."""

import copy
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from kb.errors import SettingError
from web.words.translation import (
    CATALOGUES,
    check_language,
    gettext,
    language,
    languages,
    ngettext,
    number,
    speaking,
)

ROOT = Path(__file__).parent.parent.parent.parent
LANGUAGES = languages()[1:]


@pytest.fixture(name="collected", scope="module")
def _collected(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The sentences that the code and the templates hold now."""
    path = tmp_path_factory.mktemp("words") / "messages.pot"
    collect = ["-q", "extract", "-F", str(ROOT / "pyproject.toml"), "-o", str(path), str(ROOT)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)  # the patterns of pyproject.toml are read from here
        CommandLineInterface().run(["pybabel", *collect[:-1], "."])
    return catalogue(path)


def catalogue(path: Path, locale: str | None = None) -> Catalog:
    """The catalogue of a file."""
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def of_language(code: str) -> Catalog:
    """The catalogue of a language."""
    return catalogue(CATALOGUES / code / "LC_MESSAGES" / "messages.po", code)


def ids(found: Catalog) -> set[str | tuple[str, str]]:
    """The sentences of a catalogue in English, with their plural where they count."""
    return {message.id for message in found if message.id}


def faults(found: Catalog) -> Iterator[str]:
    """What would show English, or a wrong sentence, to readers of a catalogue."""
    n_forms = get_plural(found.locale).num_plurals
    if found.num_plurals != n_forms:
        yield f"the header has {found.num_plurals} plural forms, and {found.locale} {n_forms}"
    for message in found:
        if not message.id:
            continue
        name = message.id[0] if message.pluralizable else message.id
        strings = message.string if message.pluralizable else (message.string,)
        filled = [form for form, text in enumerate(strings) if text]
        if filled != list(range(n_forms if message.pluralizable else 1)):
            yield f"{name}: only the forms {filled} are filled"
        if message.fuzzy:
            yield f"{name}: is marked as fuzzy"
        yield from (f"{name}: {error}" for error in message.check(found))


def test_every_sentence_is_collected(collected: Catalog):
    """``make translations`` was run after the last change of a sentence."""
    assert ids(catalogue(CATALOGUES / "messages.pot")) == ids(collected)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_is_complete(code: str, collected: Catalog):
    """Each sentence is translated in every form that its language has, with the same names."""
    found = of_language(code)

    assert ids(found) == ids(collected)
    assert list(faults(found)) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_compiled_is_current(code: str):
    """The file that the site reads is made of the one that people edit, as it is now."""
    compiled = io.BytesIO()
    write_mo(compiled, of_language(code))

    assert (CATALOGUES / code / "LC_MESSAGES" / "messages.mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize("form", [0, 1, 2], ids=["one", "millions", "others"])
def test_a_form_that_is_missing_is_found(form: int):
    """French has three plural forms, the second for millions: with two, readers see English."""
    found = copy.deepcopy(of_language("fr"))
    message = found.get("%(count)s found")
    message.string = tuple("" if at == form else text for at, text in enumerate(message.string))

    kept = [at for at in range(3) if at != form]
    assert list(faults(found)) == [f"%(count)s found: only the forms {kept} are filled"]


def test_a_catalogue_of_two_forms_is_found():
    """A header that says two forms, as many templates have it, is not that of French."""
    source = (CATALOGUES / "fr" / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    message = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "un"\nmsgstr[1] "plusieurs"\n'
    header = source.split("\n\n")[0]
    two = f"{header}\n\n{message}".encode()

    assert list(faults(read_po(io.BytesIO(two), locale="fr"))) == [
        "a: only the forms [0, 1] are filled"
    ]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 trouvé"),
        (1, "1 trouvé"),
        (2, "2 trouvés"),
        (5, "5 trouvés"),
        (1_234, "1\N{NARROW NO-BREAK SPACE}234 trouvés"),
        (2_000_000, "2\N{NARROW NO-BREAK SPACE}000\N{NARROW NO-BREAK SPACE}000 trouvés"),
    ],
)
def test_french_counts(count: int, words: str):
    """Nothing is singular in French, and thousands stand apart by a narrow space."""
    with speaking("fr"):
        assert ngettext("%(count)s found", "%(count)s found", count) == words


def test_english_is_complete_without_a_catalogue():
    """The sentences of the code are English ones, and so is the number in them."""
    assert gettext("at least %(figure)s", figure="5 jobs") == "at least 5 jobs"
    assert ngettext("%(count)s entry", "%(count)s entries", 1) == "1 entry"
    assert ngettext("%(count)s entry", "%(count)s entries", 1234) == "1,234 entries"
    assert number(1234) == "1,234"


def test_a_language_ends_with_its_page():
    """After a page, and after one that failed, words are English again."""
    with speaking("fr"):
        assert (language(), gettext("Search")) == ("fr", "Rechercher")
    with pytest.raises(ZeroDivisionError), speaking("fr"):
        raise ZeroDivisionError

    assert (language(), gettext("Search")) == ("en", "Search")


def test_a_language_without_words_is_refused():
    """The message names the setting, what it may be and what it was."""
    with pytest.raises(SettingError) as refused:
        check_language("de")

    assert str(refused.value) == "KB_LANGUAGE must be one of en, fr, not 'de'."
