"""Sets a sheet as PDF, in a process of its own. Owns ``typst``.

Run as a program it reads the content of the sheet as JSON and writes the PDF; its argument is
the template. Typst keeps what it has set: after some dozens of sheets that is 100 MB, which a
web worker should not hold. Nothing is fetched: templates and typefaces lie in ``web/ui/print``.
"""

from __future__ import annotations

import sys
from pathlib import Path

PRINT = Path(__file__).with_name("print")
STANDARD = "ua-1"


def typeset(template: str, sheet: str) -> bytes:
    """One A4 sheet as PDF/UA-1; tagged without that claim where a letter has no glyph.

    Args:
        template: the name of a file in ``print``, without its ending.
        sheet: its inputs as JSON. They are set as text, never as code.

    Returns:
        The same bytes for the same sheet.
    """
    import typst  # slow import

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[PRINT / "fonts"]
    )
    compiler = typst.Compiler(PRINT / f"{template}.typ", root=PRINT, font_paths=fonts)
    given = {"sheet": sheet}
    try:
        return compiler.compile(sys_inputs=given, pdf_standards=[STANDARD], timestamp=0)
    except typst.TypstError:
        return compiler.compile(sys_inputs=given, timestamp=0)


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.argv[1], sys.stdin.buffer.read().decode()))
