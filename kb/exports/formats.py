"""The formats that a document is written in: one table, and one way to write."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass

from kb.exports.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of files.

    Attributes:
        name: also the ending of a file.
        label: what people call it.
        use: what it is good for, in a few words.
        media_type: as HTTP names it.
        module: which of ``kb.exports`` writes it, imported when it is needed.
        function: the one there that does.
        libraries: on which the bytes depend.
    """

    name: str
    label: str
    use: str
    media_type: str
    module: str
    function: str
    libraries: tuple[str, ...] = ()


_EVERY = (
    Format(
        name="pdf",
        label="PDF",
        use="to print and hand out",
        media_type="application/pdf",
        module="pdf",
        function="to_pdf",
        libraries=("typst", "markdown"),
    ),
    Format(
        name="epub",
        label="EPUB",
        use="for e-book readers",
        media_type="application/epub+zip",
        module="epub",
        function="to_epub",
        libraries=("markdown",),
    ),
    Format(
        name="docx",
        label="DOCX",
        use="for word processors",
        media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        module="docx",
        function="to_docx",
        libraries=("python-docx", "markdown"),
    ),
    Format(
        name="md",
        label="Markdown",
        use="plain text with marks",
        media_type="text/markdown",
        module="markdown",
        function="to_markdown",
        libraries=("markdown",),
    ),
    Format(
        name="imscc",
        label="Common Cartridge",
        use="for Moodle and Canvas",
        media_type="application/zip",
        module="cartridge",
        function="to_cartridge",
        libraries=("markdown",),
    ),
)
FORMATS: Mapping[str, Format] = {one.name: one for one in _EVERY}


def write(document: Document, format: Format) -> bytes:
    """The document in a format; this takes from milliseconds to some seconds."""
    module = importlib.import_module(f"kb.exports.{format.module}")
    made = getattr(module, format.function)(document)
    return made.encode() if isinstance(made, str) else made
