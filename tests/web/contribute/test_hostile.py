"""What somebody sends to do harm: refused by a rule, shown as text, never run and never written."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from kb.content.case_form import names_in
from tests.web.contribute.forms import errors, fields_of, title
from tests.web.contribute.test_case import WHOLE
from tests.web.contribute.test_story import TELLER
from web.contribute.views import MOST_BYTES

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def is_harmless(text: str) -> None:
    """No page holds the script or the picture as marks."""
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_marks_in_every_field_are_text(client) -> None:
    """The form, the file and the preview of a case with a script in each field run none."""
    names = names_in({"results.1.x": [""], "sources.1.x": [""], "changes.1.x": [""]})
    sent = {**dict.fromkeys(names, SCRIPT), "id": SCRIPT}
    sent |= {f"text.{number}": SCRIPT for number in range(1, 6)} | {"text.other": SCRIPT}
    for address in ("/contribute/case", "/contribute/preview"):
        page = client.post(address, data={**sent, "do": "check"})
        assert page.status_code == 400
        is_harmless(page.text)
        assert fields_of(page, "case-form")["title"] == [SCRIPT]
    assert any("Raw HTML is not allowed" in one for one in errors(page))
    told = client.post("/contribute/check", data=sent)
    assert told.content_type == "application/json"
    saved = client.post("/contribute/file", data=sent)
    assert saved.headers["Content-Disposition"] == 'attachment; filename="case.md"'
    assert saved.headers["X-Content-Type-Options"] == "nosniff"


def test_marks_in_a_title_that_is_allowed_are_text(client) -> None:
    """A preview shows them as they were written."""
    page = client.post("/contribute/preview", data={**WHOLE, "summary": '2 < 3 & 4 > 1, "so"'})
    assert "2 &lt; 3 &amp; 4 &gt; 1" in page.text


def test_marks_in_every_answer_are_text(client) -> None:
    """Every page of a story, and its draft, shows them as they were written."""
    story = {**TELLER, **dict.fromkeys(("short", "who", "region", "before", "did", "part"), SCRIPT)}
    for page in (
        client.post("/contribute/story/check", data=story),
        client.post("/contribute/story/who", data=story),
        client.post("/contribute/story/draft", data=story),
    ):
        assert page.status_code == 200
        is_harmless(page.text)


@pytest.mark.parametrize(
    "path",
    [
        *("../../etc/passwd", "/etc/passwd", "norway/../../x", "norway\\x", "norway/x.md"),
        *("norway/\u202ex", "norway/x\r\nSet-Cookie: a=b", "c:/x", "norway//x", "~/x", "bakers"),
        "norway/" + "x" * 200,
    ],
)
def test_a_path_is_no_id(client, toy_settings, path: str) -> None:
    """It is told to be none, names no file, and becomes part of no address."""
    page = client.post("/contribute/case", data={**WHOLE, "id": path, "do": "check"})
    assert page.status_code == 400
    assert errors(page)[0].startswith("Address: The address must be")
    saved = client.post("/contribute/file", data={**WHOLE, "id": path})
    assert saved.headers["Content-Disposition"] == 'attachment; filename="case.md"'
    assert "Set-Cookie" not in saved.headers


def test_a_name_of_a_file_is_no_path(client) -> None:
    """What a browser calls the file is cut down to a name that is fit for an address."""
    data = b"---\ntitle: x\ncountry: NO\n---\n\nText."
    sent = {"file": (io.BytesIO(data), "../../a/B c\u202e.md")}
    page = client.post("/contribute/open", data=sent)
    assert fields_of(page, "case-form")["id"] == ["norway/b-c"]


@pytest.mark.parametrize(
    "address",
    ["case", "preview", "file", "open", "check", "story/who", "story/draft"],
)
def test_ten_megabytes_are_refused(client, address: str) -> None:
    """They are not read, and a page says so."""
    data = b"title=" + b"x" * 10_000_000
    kind = "application/x-www-form-urlencoded"
    answer = client.post(f"/contribute/{address}", data=data, content_type=kind)
    assert answer.status_code == 413
    assert title(answer) == "That is more than a case can hold"


def test_a_file_of_more_than_a_megabyte_is_refused(client) -> None:
    """With one that is a little too large the page says how large it may be."""
    data = b"---\ntitle: x\n---\n" + b"x" * 1_000_000
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.md"\r\n\r\n'
    page = client.post(
        "/contribute/open",
        data=head + data + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )
    assert (page.status_code, errors(page)) == (
        413,
        ["The file must be at most 1 MB; a case is a few pages."],
    )
    assert len(data) < MOST_BYTES


def test_fields_that_no_form_has_are_told(client) -> None:
    """They are left out, by name, and nothing else is lost."""
    page = client.post("/contribute/case", data={**WHOLE, "__class__": "x", "digest": "x"})
    assert page.status_code == 400
    assert errors(page) == [
        "“__class__” is no field of this form, and was left out.",
        "“digest” is no field of this form, and was left out.",
    ]
    assert fields_of(page, "case-form")["title"] == [WHOLE["title"]]
    page = client.post("/contribute/story/who", data={**TELLER, "is_admin": "1"})
    assert errors(page) == ["“is_admin” is no question here, and was left out."]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_shows_nobody_words_in_our_name(client, site: str) -> None:
    """A form that another site sent is told to be one, and neither shown as a page nor saved."""
    headers = {"Sec-Fetch-Site": site}
    for address in ("case", "preview"):
        page = client.post(f"/contribute/{address}", data=WHOLE, headers=headers)
        assert (page.status_code, title(page)) == (400, "Write a case")
        assert errors(page)[0].startswith("This form was sent from another site.")
    assert client.post("/contribute/check", data=WHOLE, headers=headers).status_code == 400
    page = client.post("/contribute/story/draft", data=TELLER, headers=headers)
    assert (page.status_code, title(page)) == (400, "Check your answers")
    sent = {"file": (io.BytesIO(b"---\ntitle: x\n---\nx"), "x.md")}
    assert client.post("/contribute/open", data=sent, headers=headers).status_code == 400


def test_nothing_is_written(client, settings) -> None:
    """No file of the index or of the cases is new after all this."""

    def files() -> set[Path]:
        return {one for one in settings.index.parent.rglob("*") if one.is_file()}

    before = files()
    client.post("/contribute/case", data={**WHOLE, "do": "check"})
    client.post("/contribute/preview", data=WHOLE)
    client.post("/contribute/file", data=WHOLE)
    client.post("/contribute/story/draft", data=TELLER)
    assert files() == before


def test_what_is_answered_is_kept_by_nobody_else(client) -> None:
    """Caches of others keep no page with somebody's words, and no search engine lists one."""
    page = client.post("/contribute/case", data=WHOLE)
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert page.headers["X-Robots-Tag"] == "noindex"
    policy = page.headers["Content-Security-Policy"]
    assert re.search(r"script-src 'self'(;|$)", policy)
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "text", ["a: b", "- a", "#", "'", '"', "{a: b}", "---", "yes", "NO", "1e3"]
)
def test_signs_of_yaml_are_words(client, text: str) -> None:
    """What somebody writes in a field stays one text in the file, whatever it looks like."""
    saved = client.post("/contribute/file", data={**WHOLE, "title": text, "region": f"x {text}"})
    page = client.post("/contribute/open", data={"file": (io.BytesIO(saved.data), "x.md")})
    fields = fields_of(page, "case-form")
    assert (fields["title"], fields["region"]) == ([text], [f"x {text}"])


def test_an_address_is_told_as_it_was_typed(client) -> None:
    """Letters and signs as they are; what cannot be seen, or turns the direction, as a code."""
    page = client.post(
        "/contribute/case", data={**WHOLE, "id": "norway/pe\u00f1a\\x", "do": "check"}
    )
    turned = client.post(
        "/contribute/case", data={**WHOLE, "id": "norway/\u202egnp", "do": "check"}
    )

    said = (
        "Address: The address must be a folder and a name in lower case letters, digits and "
        "hyphens, such as norway/boat-builders, not {}."
    )
    assert said.format("'norway/pe\u00f1a\\x'") in errors(page)
    assert said.format("'norway/\\u202egnp'") in errors(turned)
