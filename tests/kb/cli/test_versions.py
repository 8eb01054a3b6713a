"""``kb versions``: a list, a text as it was, and what differs."""

from __future__ import annotations

import json

from kb.indexing.pipeline import build
from kb.settings import Settings
from kb.versions.store import Versions
from tests.kb.cli.command import TRAINING, edit, kb


def test_versions_are_listed_printed_and_compared(toy_settings: Settings):
    """The newest first; a file byte for byte; words in the marks that git uses."""
    build(toy_settings)
    before = (toy_settings.cases / f"{TRAINING}.md").read_bytes()
    edit(toy_settings, "status: cautionary", "status: mixed")
    build(toy_settings)
    index = ("--index", toy_settings.index)
    one, two = (e.digest[:12] for e in Versions(toy_settings.index).history(TRAINING))

    listed = kb("versions", TRAINING, *index)
    as_json = json.loads(kb("versions", TRAINING, *index, "--json").stdout)
    printed = kb("versions", f"{TRAINING}@{one}", *index)
    differs = kb("versions", f"{TRAINING}@{one}", "--against", two, *index)
    whole = json.loads(kb("versions", f"{TRAINING}@{one}", *index, "--json").stdout)

    assert [line.split("  ")[0] for line in listed.stdout.splitlines()] == [two, one]
    assert listed.stdout.splitlines()[0].endswith("  Status changed.  newest")
    assert [entry["version"] for entry in as_json["versions"]] == [two, one]
    assert (printed.exit_code, printed.stdout_bytes) == (0, before)
    assert differs.stdout == "status\n  [-Cautionary-]{+Mixed+}\n"
    assert (whole["newest"], whole["markdown"]) == (two, before.decode())


def test_what_is_not_there_is_named(settings: Settings):
    """A case, a version, and options that do not go together."""
    index = ("--index", settings.index)
    (entry,) = Versions(settings.index).history(TRAINING)
    no_case = kb("versions", f"{TRAINING}x", *index)
    no_version = kb("versions", f"{TRAINING}@000000000000", *index)

    assert (no_case.exit_code, no_version.exit_code) == (1, 1)
    assert f"No case has the id '{TRAINING}x'. The nearest ids are {TRAINING}" in no_case.stderr
    assert no_version.stderr == (
        f"Error: The case '{TRAINING}' has no version '000000000000'. "
        f"Its versions are {entry.digest[:12]}.\n"
    )
    assert kb("versions", TRAINING, "--against", "a" * 12, *index).exit_code == 2
    assert kb("versions", "seed", "--json", *index).exit_code == 2
