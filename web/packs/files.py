"""A reading list as a file to keep and to open again. Loads the readers of content on first use."""

from __future__ import annotations

from kb.errors import Problem
from kb.model.packs import Pack
from web.core.request import site_words
from web.core.urls import absolute, url_for

#: What the file is called when it is saved, whatever the list is called.
FILE_NAME = "pack.yaml"


def written(pack: Pack) -> str:
    """A reading list as YAML."""
    from kb.content.packs import readers_pack_file  # else every worker would load the readers

    place = absolute(url_for("packs.packs"))
    return readers_pack_file(pack, f"A reading list of {site_words().name}. Open it at {place}")


def read(data: bytes) -> tuple[Pack | None, list[Problem]]:
    """The reading list of a file, None where anything is wrong; and what is."""
    from kb.content.packs import read_readers_pack  # else every worker would load the readers

    return read_readers_pack(data)
