"""What a file is by its content, its text in whatever encoding, and what is too large to read."""

from __future__ import annotations

import codecs
import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

from kb.importing.foreign import Unreadable

#: What files can be, by their content.
TEXT, CSV, XLSX, DOCX = "text", "csv", "xlsx", "docx"

#: The most bytes of a text, of a table and of a document, and what the latter unpack to.
MOST_TEXT = 1_000_000
MOST_TABLE = 200_000_000
MOST_DOCUMENT = 50_000_000
MOST_UNPACKED = 1_000_000_000
MOST_PARTS = 5_000
#: Nothing that people write becomes so much smaller by packing.
_MOST_TIMES, _SMALL = 300, 10_000_000

_MARKDOWN, _TABLES = (".md", ".markdown", ".mdown", ".txt"), (".csv", ".tsv")
SUFFIXES = (*_MARKDOWN, ".docx", *_TABLES, ".xlsx", ".xlsm")

_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "is protected by a password, or of an old Office format. Open it, save it "
    "without a password as .docx or .xlsx, and import that",
    b"%PDF": "is a PDF. Copy its text into a Markdown file, and import that",
    b"\x89PNG": "is an image",
    b"\xff\xd8\xff": "is an image",
    b"{\\rtf": "is RTF. Save it as .docx, and import that",
}


def kind_of_file(path: Path) -> str:
    """What a file is, by its content; by its name only where it is text.

    Raises:
        Unreadable: it is nothing that can be read, or too large.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("must be a plain file.")
        with path.open("rb") as file:
            begin = file.read(4096)
    except OSError as err:
        raise Unreadable(f"cannot be read: {err.strerror}.") from err
    if begin[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _kind_of_package(path, status.st_size)
    _refuse_others(begin, path)
    suffix = path.suffix.lower()
    most = MOST_TABLE if suffix in _TABLES else MOST_TEXT
    if status.st_size > most:
        raise Unreadable(f"must be at most {_size(most)}, not {_size(status.st_size)}.")
    return CSV if suffix in _TABLES else TEXT


def _refuse_others(begin: bytes, path: Path) -> None:
    """Refuse what is neither a package nor text.

    Raises:
        Unreadable: why.
    """
    if not begin.strip():
        raise Unreadable("is empty.")
    for sign, what in _OTHERS.items():
        if begin.startswith(sign):
            raise Unreadable(f"{what}.")
    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".xlsm", ".docx"):
        raise Unreadable(f"is no {suffix} by its content. Save it as one again.")
    if suffix not in SUFFIXES:
        raise Unreadable(f"must end in {', '.join(SUFFIXES)}, or be one of these by its content.")


def named_otherwise(path: Path, kind: str) -> str:
    """What is told of a file whose name says something else than its content; else empty."""
    said = {".docx": DOCX, ".xlsx": XLSX, ".xlsm": XLSX}.get(path.suffix.lower(), TEXT)
    if kind in (CSV, TEXT) or said == kind:
        return ""
    return f"Its content is {kind.upper()}, whatever its name says; it was read as that."


def _size(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB".replace(".0 MB", " MB")


def _kind_of_package(path: Path, size: int) -> str:
    """Whether a ZIP is a table or a document; nothing of it is unpacked.

    Raises:
        Unreadable: it is neither, damaged, protected, or would unpack to too much.
    """
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as err:
        raise Unreadable("is damaged: it is no whole package. Save it again.") from err
    names = {part.filename for part in parts}
    kind = next((kind for name, kind in _PARTS.items() if name in names), None)
    if kind is None:
        raise Unreadable("is a package (ZIP) without a document or a table that can be read.")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("is protected by a password. Save it without one.")
    if size > (most := MOST_TABLE if kind == XLSX else MOST_DOCUMENT):
        raise Unreadable(f"must be at most {_size(most)}, not {_size(size)}.")
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    too_much = unpacked > MOST_UNPACKED or len(parts) > MOST_PARTS
    if too_much or (unpacked > _SMALL and unpacked > packed * _MOST_TIMES):
        raise Unreadable(
            f"would unpack from {_size(size)} to {_size(unpacked)} in {len(parts):,} parts, which "
            "nothing that people write does. Save it again without what it does not need."
        )
    return kind


def encoding_of(path: Path) -> tuple[str, bool]:
    """The encoding of a text file, and whether that is only a guess; the file is streamed.

    Raises:
        Unreadable: it is no text.
    """
    with path.open("rb") as file:
        begin = file.read(4096)
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if begin.startswith(mark):
            return encoding, False
    if b"\0" in begin:
        at_odd, at_even = begin[1::2].count(0), begin[0::2].count(0)
        if max(at_odd, at_even) * 4 < len(begin):
            raise Unreadable("is no text: it holds NUL bytes.")
        return ("utf-16-le" if at_odd > at_even else "utf-16-be"), True
    try:
        for _ in _decoded(path, "utf-8"):
            pass
    except UnicodeDecodeError:
        return "cp1252", True
    return "utf-8", False


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def text_of_file(path: Path) -> tuple[str, str]:
    """The text of a file with Unix line ends, and what is told of its encoding.

    Raises:
        Unreadable: it is no text.
    """
    encoding, is_guess = encoding_of(path)
    text = path.read_bytes().decode(encoding, errors="replace" if is_guess else "strict")
    if "\0" in text:
        raise Unreadable("is no text: it holds NUL bytes.")
    told = f"It is not UTF-8 and was read as {encoding}; look at its accents." if is_guess else ""
    return text.replace("\r\n", "\n").replace("\r", "\n"), told


def files_under(path: Path) -> list[Path]:
    """The files of a folder that can be imported, by their names; a file stands for itself.

    Hidden files and links to folders are passed over.

    Raises:
        Unreadable: there is no such file or folder, or nothing in it.
    """
    if not path.is_dir():
        if not os.path.lexists(path):
            raise Unreadable("does not exist.")
        return [path]
    found = []
    for parent, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(parent)
        found += [
            here / name
            for name in sorted(names)
            if not name.startswith((".", "~$")) and Path(name).suffix.lower() in SUFFIXES
        ]
    if not found:
        raise Unreadable(f"holds no file that ends in {', '.join(SUFFIXES)}.")
    return found
