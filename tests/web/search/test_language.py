"""The page of results in another language: every word of it, and no other page."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from kb.errors import SettingError
from web import create_app
from web.words import translation

#: Addresses that together show every sentence of the page.
ADDRESSES = {
    "everything": "/search",
    "words": "/search?q=wine+export",
    "named": "/search?q=wine+norway",
    "filters": "/search?country=NO&type=horizontal",
    "many filters": "/search?country=NO&country=FR&country=DK&type=horizontal&type=vertical",
    "words and filters": "/search?q=wine&country=FR&kind=network",
    "pages": "/search?per_page=1&page=2",
    "pages of words": "/search?q=wine&per_page=1",
    "newest": "/search?sort=newest",
    "strongest": "/search?results=export-sales&sort=result",
    "least": "/search?results=export-sales&results_min=5&results_unit=percent",
    "no metric": "/search?sort=result",
    "nothing": "/search?q=zzzz",
    "nothing but names": "/search?q=denmark",
    "beyond": "/search?page=99",
    "no such country": "/search?country=SE&type=vertical",
    "not understood": "/search?country=XX&foo=1",
    "no case fits": "/search?country=DK&results=export-sales&status=cautionary",
    "repaired": "/search?q=winne+exprt",
    "exact": "/search?q=winne&exact=true",
    "no word": "/search?q=%3F",
    "only excluded": "/search?q=-Norway",
}
_SHOWN = ("aria-label", "placeholder", "title", "alt")
SITE_NAME = "Compendium of Business Networks"
#: Marks of unAPI, which no reader meets: what their titles say, the protocol fixes.
_FOR_PROGRAMS = ("unapi-server", "unapi-id")
_VOID = {"area", "br", "hr", "img", "input", "link", "meta", "source", "wbr"}
_WORD = re.compile(r"[^\W\d_]{2,}")


class Untranslated(HTMLParser):
    """Collects the words that stand neither in a translated sentence nor in English content.

    A translated sentence stands in ``⟦⟧``, which may hold elements; content is marked by
    ``lang="en"``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, str]] = [("", "")]
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the language, and look at the attributes that a reader meets."""
        given = {name: value or "" for name, value in attrs}
        language = given.get("lang", self._open[-1][1])
        if tag not in _VOID:
            self._open.append((tag, language))
        if language == "en" or (given.get("rel") or given.get("class")) in _FOR_PROGRAMS:
            return
        if given.get("name") == "description" or given.get("property") in ("og:title",):
            self._attribute(given["content"])
        for name in _SHOWN:
            self._attribute(given.get(name, ""))

    def handle_endtag(self, tag: str) -> None:
        """Go back to the language around the element, and around those that it ends with it."""
        if tag not in _VOID:
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Take the words outside of every sentence and of every element in English."""
        for piece in re.split("([⟦⟧])", data.replace(SITE_NAME, "")):
            self._depth += {"⟦": 1, "⟧": -1}.get(piece, 0)
            if not self._depth and self._open[-1][1] != "en" and _WORD.search(piece):
                self.found.append(piece.strip())

    def _attribute(self, text: str) -> None:
        rest = re.sub("⟦.*⟧", "", text.replace(SITE_NAME, ""))
        if _WORD.search(rest):
            self.found.append(text)


def untranslated(page: str) -> list[str]:
    """The words of a page that no catalogue can translate.

    The title of a page has the labels of its filters, and cannot say in which language each
    part of it is.
    """
    labels = "|".join(
        map(re.escape, re.findall('choice-label" lang="en">(.*?)(?: <| [(]|<)', page))
    )
    heads = '<title>.*?</title>|<meta property="og:title"[^>]*>'
    reader = Untranslated()

    def without(head: re.Match[str]) -> str:
        return re.sub(f"{SITE_NAME}|Business Networks|{labels}", "", head[0])

    reader.feed(re.sub(heads, without, page) if labels else page)
    return reader.found


@pytest.fixture(name="french")
def _french(live, settings):
    return create_app(live, replace(settings, language="fr")).test_client()


@pytest.fixture(name="marked")
def _marked(live, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The site in a language whose every sentence is the English one in ``⟦⟧``."""
    with (translation.CATALOGUES / "messages.pot").open("rb") as file:
        made = read_po(file, locale="eo")
    for message in made:
        if message.id and message.pluralizable:
            message.string = tuple(f"⟦{text}⟧" for text in message.id)
        elif message.id:
            message.string = f"⟦{message.id}⟧"
    folder = tmp_path / "eo" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, made)
    monkeypatch.setattr(translation, "CATALOGUES", tmp_path)
    return create_app(live, replace(settings, language="eo")).test_client()


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=list(ADDRESSES))
def test_no_word_of_the_page_is_outside_the_catalogue(marked, address: str):
    """Each word is one of a sentence that can be translated, or of a case, marked as English."""
    answer = marked.get(address)

    assert answer.status_code == (400 if "XX" in address else 200)
    assert '<html lang="eo"' in answer.text
    assert untranslated(answer.text) == []


def test_a_word_outside_would_be_found():
    """The reader of the test passes over what is translated or content, and over nothing else."""
    page = """<html lang="eo"><title>⟦Results⟧ — Wine</title><p>⟦Found <em>wine⟧</em> here
    <b lang="en">Norway <i>in</i> short</b><img alt="A map"><input placeholder="⟦Search⟧"></html>"""

    assert untranslated(page) == ["— Wine", "here", "A map"]


@pytest.mark.parametrize(
    ("address", "tally"),
    [
        ("/search?country=DK", "1 trouvé"),
        ("/search?q=wine+norway", "2 trouvés"),
        ("/search?per_page=4&page=2", "7 entrées, 5–7 affichées"),
        ("/search?q=zzzz", "Rien trouvé"),
    ],
)
def test_the_page_counts_in_french(french, address: str, tally: str):
    """One is singular and two are not, in a whole sentence."""
    page = french.get(address).text

    assert '<html lang="fr"' in page
    assert re.search('<p class="tally">(.*?)</p>', page)[1] == tally


def test_what_the_visitor_typed_is_escaped_in_every_sentence(french):
    """A query stands in translated sentences as text."""
    page = french.get("/search?q=<script>alert(1)</script>").text

    assert "<h1>Résultats pour «\N{NO-BREAK SPACE}&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    "address", ["/", "/outcomes?country=XX", "/browse", "/api", "/cases/nowhere"]
)
def test_other_pages_stay_english(french, client, address: str):
    """A page that is not translated is the same as on an English site, and says so."""
    page = french.get(address).text

    assert page == client.get(address).text
    assert '<html lang="en"' in page


def test_a_site_in_an_unknown_language_does_not_start(live, settings):
    """The setting is refused when the site is put together, not on some page."""
    with pytest.raises(SettingError, match="KB_LANGUAGE must be one of en, fr, not 'nb'"):
        create_app(live, replace(settings, language="nb"))
