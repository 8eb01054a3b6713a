"""``kb packs``: what is listed, and a list put into an address and taken out again."""

from __future__ import annotations

import json
from pathlib import Path

from kb.exports.pack_address import pack_at
from kb.indexing.pipeline import build
from kb.settings import Settings
from tests.kb.cli.command import kb
from tests.toy_packs import write_packs


def test_packs_are_listed(toy_settings: Settings) -> None:
    """Sessions with their facts, lists, and the course week by week; or that there is none."""
    build(toy_settings)
    none = kb("packs", "list", "--index", toy_settings.index)
    write_packs(toy_settings.cases)
    build(toy_settings)

    listed = kb("packs", "list", "--index", toy_settings.index)
    as_json = kb("packs", "list", "--index", toy_settings.index, "--json")

    assert (none.exit_code, none.stdout) == (0, "")
    assert "has no packs" in none.stderr
    assert listed.stdout.splitlines() == [
        "why: Why firms cooperate (2 documents)",
        "  session 1, 75 minutes, undergraduate",
        "buying: Buying together (2 documents)",
        "  session 2, 120 minutes, executive",
        "plain: A plain list (1 document)",
        "week  1: Why firms cooperate",
        "week  2: Meet a network",
    ]
    assert json.loads(as_json.stdout)["total"] == 3


def test_there_and_back(settings: Settings, tmp_path: Path) -> None:
    """A file becomes an address, and the address the same list, with versions in it."""
    file = tmp_path / "pack.yaml"
    file.write_text("title: Mine\nitems:\n- case: norway/metal-buyers\n  note: Read.\n")

    there = kb("packs", "encode", file, "--index", settings.index)
    back = kb("packs", "decode", there.stdout.strip(), "--index", settings.index)
    as_json = kb("packs", "decode", there.stdout.strip(), "--index", settings.index, "--json")

    (item,) = pack_at(there.stdout.strip().removeprefix("/packs/")).items
    assert there.exit_code == back.exit_code == 0
    assert back.stdout.splitlines()[1:] == [
        "title: Mine",
        "items:",
        f"- case: norway/metal-buyers@{item.version}",
        "  note: Read.",
    ]
    assert json.loads(as_json.stdout)["items"][0]["id"] == "norway/metal-buyers"


def test_what_is_wrong_is_told(settings: Settings, tmp_path: Path) -> None:
    """In the file, line by line; in the address, in a sentence."""
    file = tmp_path / "pack.yaml"
    file.write_text("title: Mine\nitems:\n- case: ../x\n")

    found = kb("packs", "encode", file, "--index", settings.index)
    file.write_text(
        "title: Mine\nitems:\n- case: norway/metal-buyers\n- case: norway/metal-buyer\n"
    )
    unknown = kb("packs", "encode", file, "--index", settings.index)
    damaged = kb("packs", "decode", "A0000z", "--index", settings.index)
    missing = kb("packs", "encode", tmp_path / "no.yaml")

    assert (found.exit_code, found.stdout[: len(str(file)) + 3]) == (1, f"{file}:3:")
    assert (unknown.exit_code, unknown.stdout) == (
        1,
        f"{file}:4: items[2].case names 'norway/metal-buyer', which is no case of this compendium, "
        "and no version. Did you mean 'norway/metal-buyers'? Write the id of a case, its version "
        "after @, or take the entry out.\n",
    )
    assert (damaged.exit_code, "damaged" in damaged.stderr) == (1, True)
    assert (missing.exit_code, "cannot be read" in missing.stderr) == (2, True)
