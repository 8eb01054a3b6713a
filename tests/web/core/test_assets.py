"""Style sheets: a page gets those files that it names; typefaces hold the letters of the cases."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from tests.toy import ROOT
from web.core.assets import AFTER, BEFORE, CSS, OWN, STATIC

FACE = re.compile(
    r'@font-face \{\s*font-family: "(?P<family>[^"]+)";\s*(?:font-style: (?P<style>\w+);\s*)?'
    r"font-weight: (?P<weights>[\d ]+);\s*font-display: swap;\s*"
    r'src: url\("\.\./static/(?P<path>[^"?]+)\?v=(?P<digest>\w+)"\) format\("woff2"\);\s*'
    r"unicode-range: (?P<range>[^;]+);\s*\}"
)
#: Letters of the cases that a face lacks: the next font of the reader's machine shows them.
#: Addresses and figures are set in the sans; Greek titles of sources are not.
FALLS_BACK = {"Compendium Serif": "", "Compendium Serif italic": "", "Instrument Sans": "²₦"}


def sheet(client, own: str = "") -> str:
    names = f"site.{own}" if own else "site"
    return client.get(f"/assets/{names}.0.css").text


def faces() -> Iterator[re.Match[str]]:
    """The rules of ``fonts.css``."""
    text = (CSS / "fonts.css").read_text("utf-8")
    found = list(FACE.finditer(text))
    assert len(found) == text.count("@font-face")
    return iter(found)


def code_points(ranges: str) -> set[int]:
    found: set[int] = set()
    for one in ranges.split(", "):
        first, _, last = one.removeprefix("U+").partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


def letters_of_cases() -> Counter[str]:
    """Every letter that stands in a case, a guide, a name, a source or the vocabulary."""
    files = [
        path
        for folder in ("cases", "drafts")
        for kind in ("*.md", "*.bib", "*.yaml")
        for path in (ROOT / folder).rglob(kind)
    ]
    return Counter(letter for path in files for letter in path.read_text("utf-8"))


def test_a_sheet_is_the_files_in_their_order(client):
    """What every page has, then what the page names as it names it, then the rules for paper."""
    names = (*BEFORE, "near", "atlas", *AFTER)
    joined = "\n".join((CSS / f"{name}.css").read_text("utf-8") for name in names)

    assert sheet(client, "near.atlas") == joined


def test_the_address_of_a_sheet_changes_with_its_content(client):
    """It ends in the digest of what is sent, and may then be kept for good."""
    path = re.search(r'href="(/assets/site\.home\.(\w+)\.css)"', client.get("/").text)
    answer = client.get(path[1])

    assert hashlib.sha256(answer.data).hexdigest()[:12] == path[2]
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/assets/site.home.0.css").headers["Cache-Control"] == "no-cache"


def test_the_address_of_the_script_changes_with_its_content(client):
    """It is a file of the site, known by its digest, and may then be kept for good."""
    path = re.search(r'src="(/static/js/suggest\.js\?v=(\w+))"', client.get("/").text)
    with client.get(path[1]) as answer:
        assert hashlib.sha256(answer.data).hexdigest()[:12] == path[2]
        assert answer.mimetype == "text/javascript"
        assert "max-age=31536000" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "names", ["site.nothing", "home", "site.home.home", "site.fonts", "site..home"]
)
def test_a_sheet_that_no_page_has(client, names):
    """A name that is no file of a page, or that stands twice, has no sheet."""
    assert client.get(f"/assets/{names}.0.css").status_code == 404


def test_every_file_is_named_by_a_page():
    """No file of the styles is left over, and none is named that is not there."""
    named = {
        name
        for path in (ROOT / "web").rglob("templates/*.html")
        for names in re.findall(
            r"set styles(?:_of_draft)? = (?:styles_of_draft or )?\[([^\]]*)\]",
            path.read_text("utf-8"),
        )
        for name in re.findall(r'"([^"]+)"', names)
    }

    assert named == set(OWN)


def test_fonts_are_asked_for_by_their_content():
    """The address of a file ends in its digest, so that it may be kept for good."""
    for face in faces():
        data = (STATIC / face["path"]).read_bytes()
        assert (face["path"], hashlib.sha256(data).hexdigest()[:8]) == (
            face["path"],
            face["digest"],
        )


def test_a_font_is_loaded_for_the_letters_that_it_has():
    """What the rules of a face promise is in their files, and no letter is promised twice."""
    promised: Counter[tuple[str, int]] = Counter()
    for face in faces():
        held = set(TTFont(STATIC / face["path"]).getBestCmap())
        letters = code_points(face["range"])
        assert letters <= held, face["path"]
        promised.update((f"{face['family']} {face['style'] or ''}", one) for one in letters)

    assert max(promised.values()) == 1


def test_no_changed_font_bears_a_reserved_name():
    """Source is reserved by its licence: only the copyright line and the licence may say it."""
    for face in faces():
        names = TTFont(STATIC / face["path"])["name"].names
        said = {str(one) for one in names if one.nameID not in (0, 7, 13, 14)}
        assert not any("Source" in name for name in said), face["path"]
        assert face["family"] in said


def test_every_letter_of_the_cases_is_in_the_typefaces():
    """Names, titles and texts are shown in the faces of the site, but for a few that are known."""
    held: dict[str, set[int]] = {}
    for face in faces():
        name = f"{face['family']} {face['style'] or ''}".strip()
        held.setdefault(name, set()).update(TTFont(STATIC / face["path"]).getBestCmap())
    letters = {one for one in letters_of_cases() if not one.isspace()}
    beside = {one for one in letters if "\u0370" <= one <= "\u03ff"}  # the sans has no Greek

    lacking = {
        name: "".join(sorted(one for one in letters if ord(one) not in points))
        for name, points in held.items()
    }
    lacking["Instrument Sans"] = "".join(
        one for one in lacking["Instrument Sans"] if one not in beside
    )

    assert lacking == FALLS_BACK


def test_no_font_is_left_over():
    """Every font file of the site is in a rule."""
    named = {STATIC / face["path"] for face in faces()}

    assert set(Path(STATIC / "vendor").rglob("*.woff2")) == named


def test_night_changes_colours_alone():
    """By night a sheet gives the named colours other values, and nothing else is said of it.

    So what axe asks of a page by night can be what it asks of colours.
    """
    night = re.compile(r"@media[^{]*prefers-color-scheme[^{]*\{\s*:root \{([^}]*)\}\s*\}")
    sheets = [path.read_text(encoding="utf-8") for path in CSS.rglob("*.css")]
    said = [found for sheet in sheets for found in night.findall(sheet)]

    assert len(said) == sum(sheet.count("prefers-color-scheme") for sheet in sheets) == 1
    lines = [line.strip() for line in said[0].splitlines() if line.strip()]
    assert [line for line in lines if not re.fullmatch(r"--[a-z0-9-]+: #[0-9a-f]{6};", line)] == []
