"""``kb status`` prints counts with the first cases of each, or everything as JSON."""

from __future__ import annotations

import json

from tests.kb.cli.command import edit, kb


def test_it_lists_what_is_to_be_looked_after(toy_settings):
    """The first five of each, then how many more; countries with most documents first."""
    result = kb("status", "--cases", toy_settings.cases, "--index", toy_settings.index)

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("7 documents on ")
    assert "    2  without a result" in lines
    assert "       and 2 more: kb status --all" in lines
    assert lines[-4].split()[0] == "Norway"
    assert "more:" not in kb("status", "--cases", toy_settings.cases, "--all").stdout


def test_as_json(toy_settings):
    """Everything, with ids."""
    found = json.loads(kb("status", "--cases", toy_settings.cases, "--json").stdout)

    assert found["lacking"][0]["id"] == "no-result"
    assert len(found["lacking"][4]["cases"]) == found["cases"] == 7


def test_files_with_problems_are_told(toy_settings):
    """They cannot be counted."""
    edit(toy_settings, "kind: network", "kind: netwrk")

    result = kb("status", "--cases", toy_settings.cases)

    assert (result.exit_code, "kb check" in result.stderr) == (0, True)


def test_one_document_is_no_plural(toy_settings):
    """All but one are gone."""
    for path in toy_settings.cases.rglob("*.md"):
        if path.name != "wine-exporters.md":
            path.unlink()

    lines = kb("status", "--cases", toy_settings.cases).stdout.splitlines()

    assert lines[0].startswith("1 document on ")
