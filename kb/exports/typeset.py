"""Sets a sheet or a whole document as PDF, or a sheet as a picture. Owns ``typst``.

Run as a program it reads the content as JSON and writes the PDF; its argument is the template.
Typst keeps what it has set: after some dozens of sheets that is 100 MB, which a web worker should
not hold, so it runs aside. Nothing is fetched: templates and typefaces lie in ``print``.

The typefaces there have Latin, Greek and Cyrillic letters. Where others are asked for, the
typefaces of the machine are taken as well, and a letter that none of them has is shown by its
number, [U+4E2D]: never as an empty box.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PRINT = Path(__file__).with_name("print")
STANDARD = "ua-1"

#: What the typesetter says of letters that no typeface has, quoted as Rust does.
_MISSING = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_QUOTED = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")
#: So often letters are replaced, as not all that are missing need be named at once.
_TRIES = 8
#: Letters of every European language and punctuation: shown by number last of all.
_LAST = 0x24F
#: Dots of a picture to the inch, of 72 points.
_DOTS = 144.0


def typeset(template: str, sheet: str, *, is_picture: bool = False) -> bytes:
    """A sheet or a document as PDF/UA-1, or its page as a picture.

    Args:
        template: the name of a file in ``print``, without its ending.
        sheet: its inputs as JSON, with a title. They are set as text, never as code.
        is_picture: whether it becomes a PNG. It is set as PDF first all the same, as only that
            tells of letters that no typeface has.

    Returns:
        The same bytes for the same sheet and the same typefaces.

    Raises:
        typst.TypstError: it cannot be set, for another reason than a letter.
    """
    import typst  # slow import

    given = _composed(json.loads(sheet))
    name = given["title"]  # the metadata of the file keep every letter
    gone: set[str] = set()
    for attempt in range(_TRIES):
        fonts = typst.Fonts(
            include_system_fonts=attempt > 0,
            include_embedded_fonts=False,
            font_paths=[PRINT / "fonts"],
        )
        compiler = typst.Compiler(PRINT / f"{template}.typ", root=PRINT, font_paths=fonts)
        inputs = {"sheet": json.dumps(given), "name": name}
        try:
            page = compiler.compile(sys_inputs=inputs, pdf_standards=[STANDARD], timestamp=0)
            if is_picture:
                return compiler.compile(sys_inputs=inputs, format="png", ppi=_DOTS)
            return page
        except typst.TypstError as err:
            missing = missing_letters(f"{err.message}\n{err.diagnostic}")
            if not missing or attempt == _TRIES - 1:
                raise
            if attempt > 0:
                gone |= missing if attempt < _TRIES - 2 else _beyond(given)
                given = by_number(given, gone)
    raise AssertionError  # the last attempt returns or raises


def missing_letters(message: str) -> set[str]:
    """The letters that no typeface has, as the typesetter names them."""
    found: set[str] = set()
    for quoted in _MISSING.findall(message):
        found |= set(_QUOTED.sub(_unquoted, quoted))
    return {letter for letter in found if not letter.isspace()}


def _unquoted(match: re.Match[str]) -> str:
    code, sign = match.groups()
    return chr(int(code, 16)) if code else {"n": "\n", "t": "\t", "r": "\r"}.get(sign, sign)


def by_number(value: Any, letters: set[str]) -> Any:
    """Some data with certain letters of its texts shown by their numbers: ``[U+4E2D U+6587]``."""
    return _mapped(value, lambda text: "".join(_runs(text, letters)))


def _runs(text: str, letters: set[str]) -> Iterator[str]:
    numbers: list[str] = []
    for letter in text:
        if letter in letters:
            numbers.append(f"U+{ord(letter):04X}")
            continue
        if numbers:
            yield f"[{' '.join(numbers)}]"
            numbers = []
        yield letter
    if numbers:
        yield f"[{' '.join(numbers)}]"


def _composed(value: Any) -> Any:
    """Some data with accents joined to their letters, as typefaces have them."""
    return _mapped(value, lambda text: unicodedata.normalize("NFC", text))


def _beyond(value: Any) -> set[str]:
    """Every letter of some data that is of no European language."""
    found: set[str] = set()
    _mapped(value, lambda text: found.update(one for one in text if ord(one) > _LAST))
    return found


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(one, change) for one in value]
    if isinstance(value, dict):
        return {key: _mapped(one, change) for key, one in value.items()}
    return value


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.argv[1], sys.stdin.buffer.read().decode()))
