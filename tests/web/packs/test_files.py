"""The file of a list that names a text which nobody has, in every format, opened by a reader.

The site makes none; ``kb export`` does, and the course has the same records.
"""

from __future__ import annotations

import io
import re
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from kb.exports.formats import FORMATS, write
from kb.exports.pack_address import address_of, pack_at
from kb.exports.packs import pack_document
from kb.model.packs import Pack, PackItem
from tests.web.teaching.test_files import text_of
from web.ui.packs import library

METAL, WINE = "norway/metal-buyers", "france/wine-exporters"
SAID = "The text of this version is not kept here."


@pytest.fixture(name="name", scope="module")
def _name(taught: FlaskClient) -> str:
    """A list of three: one text that is kept, one of a case that is here, one that is unknown."""
    page = taught.get(f"/cases/{METAL}").text
    version = re.search(rf"/cases/{METAL}@([0-9a-f]{{12}})", page)[1]
    return address_of(
        Pack(
            title="Old texts",
            items=(
                PackItem(version=version, note="Begin here."),
                PackItem(case=WINE, version="e" * 12, note="My *own* note."),
                PackItem(version="f" * 12),
            ),
        )
    )


def file_of(client: FlaskClient, name: str, form: str) -> bytes:
    """A list as a file, whatever of it is missing."""
    with client.application.test_request_context():
        document = pack_document(pack_at(name), library(), address=f"http://localhost/packs/{name}")
        return write(document, FORMATS[form])


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_what_is_missing(taught: FlaskClient, name: str, form: str) -> None:
    """Each in its place, with its note; the beginning tells how many."""
    text = text_of(form, file_of(taught, name, form))

    assert text.count(SAID) == 2
    assert "2 of 3; each is named in its place" in text
    assert "They purchase metal machines together" in text
    for said in ("Begin here.", "My own note.", "f" * 12):
        assert said in text, said


def test_the_pdf_has_them_among_its_contents(taught: FlaskClient, name: str) -> None:
    """In the order of the list."""
    pdf = PdfReader(io.BytesIO(file_of(taught, name, "pdf")))
    titles = [one["/Title"] for one in pdf.outline if not isinstance(one, list)]
    assert titles[0] == "Metal firms purchase machines"
    assert titles[2] == f"Version {'f' * 12}"
    assert len(titles) == 3


def test_a_cartridge_links_to_no_text_that_is_missing(taught: FlaskClient, name: str) -> None:
    """A web link leads where there is a page."""
    archive = ZipFile(io.BytesIO(file_of(taught, name, "imscc")))
    assert "item-003/page.html" in archive.namelist()
    assert "item-003/link.xml" not in archive.namelist()


def test_the_page_says_so(taught: FlaskClient, name: str) -> None:
    """How many; nothing where every text is there."""
    assert "2 texts are not kept here." in taught.get(f"/packs/{name}").text
    assert "not kept here" not in taught.get("/packs/plain").text
