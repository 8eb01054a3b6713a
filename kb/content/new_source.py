"""A source that a new case needs, as an entry to add to ``sources.bib``."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from kb.content.bibliography import read_bibliography
from kb.errors import CorpusError


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source by the few things that every entry has.

    Attributes:
        key: its key.
        title: its title.
        authors: who wrote it: people as ``Family, Given`` with `` and `` between two; a name
            without a comma is an organisation's.
        year: its year, or ``no date``.
        url: its address; may be empty.
    """

    key: str
    title: str
    authors: str
    year: str
    url: str = ""

    @property
    def entry(self) -> str:
        """The entry in BibTeX."""
        rows = {
            "title": f"{{{_escaped(self.title)}}}",
            "author": f"{{{' and '.join(map(_name, self.authors.split(' and ')))}}}",
            "year": f"{{{_escaped(self.year)}}}",
            "url": f"{{{self.url}}}" if self.url else "",
        }
        fields = "".join(f"  {name} = {value},\n" for name, value in rows.items() if value)
        return f"@{'online' if self.url else 'misc'}{{{self.key},\n{fields}}}\n"


def _escaped(text: str) -> str:
    """A text without signs that mean something to BibTeX."""
    return re.sub(r"([&%$#_])", r"\\\1", re.sub(r"[\\{}~^]", "", text)).strip()


def _name(name: str) -> str:
    return _escaped(name) if "," in name else f"{{{_escaped(name)}}}"


def trouble_with(source: NewSource, path: Path) -> str:
    """What ``kb check`` would say of an entry beside those of a file; empty where it is fine.

    Raises:
        CorpusError: the file cannot be read.
    """
    if re.search(r"[\s{}\\,]", source.url):
        return f"The address must be one on the web, not {source.url!r}."
    before = _bytes(path)
    known, told = read_bibliography(path, before)
    found, problems = read_bibliography(path, before + b"\n" + source.entry.encode())
    said = {problem.message for problem in told}
    new = [problem.message for problem in problems if problem.message not in said]
    if not new and (source.key in known or source.key not in found):
        return f"The key {source.key!r} is taken, or is none."
    return " ".join(new)


def add_source(source: NewSource, path: Path) -> None:
    """Add an entry at the end of a file of sources, in one step.

    Raises:
        CorpusError: the file cannot be read or written.
    """
    text = _bytes(path).rstrip() + b"\n\n" + source.entry.encode()
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(text)
        beside.replace(path)
    except OSError as err:
        beside.unlink(missing_ok=True)
        raise CorpusError(f"{path} cannot be written: {err.strerror}.") from err


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise CorpusError(f"{path} cannot be read: {err.strerror}.") from err
