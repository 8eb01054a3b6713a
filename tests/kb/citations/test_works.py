"""What is said of a source: what it is, what was seen of it, and whether its page is gone."""

from __future__ import annotations

import pytest

from kb.citations.works import Citation, only_passages, seen_text
from kb.model.cases import Seen

OPENED = Seen(how="opened", day="2026-11-08")
STORED = Seen(how="stored copy", day="2026-11-27")
PASSAGE = Seen(how="excerpt", day="2026-11-27", part="the abstract")


def _work(**fields: object) -> Citation:
    given = {"key": "a", "authors": "A", "year": "2001", "title": "T", "note": "", "locators": ()}
    return Citation(**given | fields)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ""),
        ({"kind": "primary"}, "Primary source."),
        ({"seen": OPENED, "kind": "secondary"}, "Secondary source. Opened on 8 November 2026."),
        ({"seen": STORED}, "Read in a stored copy."),
        ({"seen": Seen(how="stored copy", part="nearly the whole")},
         "Read in a stored copy: nearly the whole."),
        ({"seen": PASSAGE}, "Only a passage of this work was seen: the abstract."),
        ({"seen": Seen(how="excerpt"), "url": "https://example.org"},
         "Only a passage of this page was seen."),
        ({"seen": OPENED, "gone": "2026-12-01"},
         "Opened on 8 November 2026. Its page was gone on 1 December 2026."),
    ],
)  # fmt: skip
def test_what_was_seen_in_plain_words(fields: dict, said: str) -> None:
    """A day is told only of a source that was opened on it, and of a page that is gone."""
    assert seen_text(_work(**fields)) == said


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ([], ""),
        ([None, OPENED, STORED], ""),
        ([PASSAGE], "Only a passage of the source was seen."),
        ([PASSAGE, PASSAGE], "Only a passage of each of the 2 sources was seen."),
        ([OPENED, PASSAGE, None], "Only a passage was seen of 1 of the 3 sources."),
    ],
)
def test_a_case_warns_of_passages(seen: list[Seen | None], said: str) -> None:
    """The warning says of how many sources only a passage was seen."""
    assert only_passages([_work(seen=one) for one in seen]) == said
