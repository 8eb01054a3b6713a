"""A dump that is made aside, for a site: what it is made of, and what it says when it is there."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from kb.answers.addresses import Addresses
from kb.errors import VersionsDamaged
from kb.exports.dump.contents import Contents
from kb.exports.dump.formats import formats_here
from kb.exports.dump.write import write_dump
from kb.search.opening import open_searcher
from kb.search.searcher import Searcher
from kb.settings import read_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a dump is made of: equal only where its files are.

    Attributes:
        folder: of the snapshot.
        root: the public address of the site; empty for addresses that are paths.
        formats: in which it is written.
        versions: the layers of the store of versions, which tells the days.
    """

    folder: str
    root: str
    formats: tuple[str, ...]
    versions: tuple[str, ...]


_GIVEN = TypeAdapter(Given)
_CONTENTS = TypeAdapter(Contents)


def given_of(searcher: Searcher, index: Path, *, root: str) -> Given:
    """What a dump of a snapshot is made of.

    Args:
        searcher: the snapshot.
        index: the folder that it lies in.
        root: the public address of the site; empty for addresses that are paths.
    """
    try:
        layers = searcher.versions.layers
    except VersionsDamaged:  # then no version and no day is told, as on every page
        layers = ()
    return Given(
        folder=str((index / searcher.snapshot_id).absolute()),
        root=root.rstrip("/"),
        formats=formats_here(),
        versions=layers,
    )


def to_text(given: Given) -> str:
    """What a dump is made of, as the maker reads it."""
    return _GIVEN.dump_json(given).decode()


def read_contents(text: bytes) -> Contents:
    """What lies in a dump that was made."""
    return _CONTENTS.validate_json(text)


def make(folder: Path, text: str) -> bytes:
    """Make a dump in a folder, which is there whole or not at all; what lies there.

    Raises:
        KBError: the snapshot cannot be opened.
        OSError: the folder cannot be written.
    """
    given = _GIVEN.validate_json(text)
    # The address of a database is in the environment alone, and never in a file of ours.
    engine = read_settings({"KB_ENGINE": os.environ.get("KB_ENGINE", "")}).engine
    searcher = open_searcher(Path(given.folder), min_score=0, engine=engine)
    staged = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    try:
        contents = write_dump(staged, searcher, Addresses(root=given.root), formats=given.formats)
        shutil.rmtree(folder, ignore_errors=True)
        staged.rename(folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return _CONTENTS.dump_json(contents)
