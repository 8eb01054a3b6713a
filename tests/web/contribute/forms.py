"""What a browser sends of a form, and what a page says is wrong."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from werkzeug.test import TestResponse


class _Form(HTMLParser):
    """The fields of one form of a page, as they stand."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._id = form_id
        self._inside = False
        self._select = ""
        self._area = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("id") == self._id
        if not self._inside:
            return
        name = given.get("name") or ""
        if tag == "input":
            is_box = given.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in given:
                self._add(name, given.get("value") or "")
        elif tag == "select":
            self._select = name
            self._add(name, "")
        elif tag == "option" and self._select and "selected" in given:
            self.fields[self._select] = [given.get("value") or ""]
        elif tag == "textarea":
            self._area, self._text = name, ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self._add(self._area, self._text.removeprefix("\n"))
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._inside = False

    def _add(self, name: str, value: str) -> None:
        if name:
            self.fields.setdefault(name, []).append(value)


def fields_of(page: TestResponse, form_id: str) -> dict[str, list[str]]:
    """What a form of a page would send, by name."""
    reader = _Form(form_id)
    reader.feed(page.text)
    return reader.fields


def errors(page: TestResponse) -> list[str]:
    """What the summary of errors says, in its order; none where there is no summary."""
    boxes = re.findall(r'<section class="give-wrong".*?</section>', page.text, re.S)
    rows = [row for box in boxes for row in re.findall(r"<li>(.*?)</li>", box, re.S)]
    return [" ".join(html.unescape(re.sub("<.*?>", "", row)).split()) for row in rows]


def title(page: TestResponse) -> str:
    """The heading of a page."""
    return html.unescape(re.search("<h1>(.*?)</h1>", page.text, re.S)[1])


def file_in(page: TestResponse) -> str:
    """The text of the file that a page offers to copy."""
    found = re.search(r'<textarea id="text".*?>\n(.*?)</textarea>', page.text, re.S)
    return html.unescape(found[1])


def hints(page: TestResponse) -> list[str]:
    """What a page says is worth a look."""
    boxes = re.findall(
        r'<section class="give-note" aria-labelledby="hints.*?</section>', page.text, re.S
    )
    rows = [row for box in boxes for row in re.findall(r"<li>(.*?)</li>", box, re.S)]
    return [" ".join(html.unescape(re.sub("<.*?>", "", row)).split()) for row in rows]
