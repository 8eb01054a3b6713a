"""The description of the software for catalogues of public bodies, by the standard's own rules."""

from __future__ import annotations

from pathlib import Path

import yaml

from web.words.translation import languages

ROOT = Path(__file__).parents[1]
FOUND = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))

#: What the standard asks for; no repository is published yet, so there is no address of one.
MANDATORY = {
    *("publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType"),
    *("description", "legal", "maintenance", "localisation"),
}
OPTIONAL = {"categories"}
STATUSES = ("concept", "development", "beta", "stable", "obsolete")


def test_its_keys_are_those_of_the_standard():
    """Each mandatory key is there, but for the address of a repository that is not published."""
    assert MANDATORY - set(FOUND) == {"url"}
    assert set(FOUND) - MANDATORY == OPTIONAL
    assert FOUND["publiccodeYmlVersion"] == "0"
    assert FOUND["developmentStatus"] in STATUSES
    assert FOUND["softwareType"] == "standalone/web"
    assert FOUND["platforms"] == ["web", "linux"]


def test_its_texts_are_as_long_as_they_may_be():
    """One sentence of at most 150 characters, and a text of 500 to 10,000."""
    words = FOUND["description"]["en"]

    assert len(words["shortDescription"]) <= 150
    assert 500 <= len(words["longDescription"]) <= 10_000
    assert all(len(one) <= 100 for one in words["features"])


def test_what_it_says_is_true():
    """The licence and the languages are those of the code; nobody is said to maintain it."""
    assert (ROOT / "LICENSE").read_text("utf-8").find(FOUND["legal"]["license"]) >= 0
    assert FOUND["localisation"]["availableLanguages"] == list(languages())
    assert FOUND["maintenance"] == {"type": "none"}
