"""Sets a flyer as PDF, in a process of its own. Owns ``typst``.

Run as a program it reads the content of the flyer as JSON and writes the PDF.
Typst keeps what it has set: after some dozens of sheets that is 100 MB, which a
web worker should not hold. Nothing is fetched: template and typefaces lie in ``web/cases/print``.
"""

from __future__ import annotations

import sys
from pathlib import Path

PRINT = Path(__file__).with_name("print")
STANDARD = "ua-1"


def typeset(sheet: str) -> bytes:
    """One A4 sheet as PDF/UA-1; tagged without that claim where a letter has no glyph.

    Args:
        sheet: the inputs of ``print/flyer.typ`` as JSON. It is set as text, never as code.

    Returns:
        The same bytes for the same sheet.
    """
    import typst  # slow import

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[PRINT / "fonts"]
    )
    compiler = typst.Compiler(PRINT / "flyer.typ", root=PRINT, font_paths=fonts)
    given = {"sheet": sheet}
    try:
        return compiler.compile(sys_inputs=given, pdf_standards=[STANDARD], timestamp=0)
    except typst.TypstError:
        return compiler.compile(sys_inputs=given, timestamp=0)


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.stdin.buffer.read().decode()))
