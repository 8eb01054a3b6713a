"""What the page of a case and its flyer say of the sources."""

from __future__ import annotations

import re

from flask.testing import FlaskClient


def _text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_a_source_leads_to_its_page_and_says_what_was_seen(client: FlaskClient) -> None:
    """The address is a link, a copy is named, and what was not seen is said in plain words."""
    page = client.get("/cases/spain/textile-training").text
    found = re.search(r'<li id="source-anon">.*?</li>', page, re.DOTALL)
    assert found is not None
    assert _text(found[0]) == (
        "An unsigned note (no date). Secondary source. Only a passage of this page was seen: the "
        "beginning. Archived copy Used here whole"
    )
    assert '<a href="https://example.org/note?a=1&amp;b=2">An unsigned note</a>' in found[0]
    assert '<a href="https://archive.example/note">Archived copy</a>' in found[0]


def test_a_case_warns_where_only_passages_were_seen(client: FlaskClient) -> None:
    """The warning stands beside the facts, above the sources (on paper too) and on the flyer."""
    page = client.get("/cases/spain/textile-training").text
    assert page.count("Only a passage of the source was seen.") == 2
    assert '<p class="seen-warning">Only a passage of the source was seen. ' in page
    flyer = client.get("/flyers/spain/textile-training").text
    assert '<p class="sheet-meta">Only a passage of the source was seen.</p>' in flyer


def test_a_case_whose_sources_say_nothing_warns_of_nothing(client: FlaskClient) -> None:
    """Without the field nothing is said of what was seen, nor of a day of access."""
    for address in ("/cases/norway/metal-buyers", "/flyers/norway/metal-buyers"):
        page = client.get(address).text
        assert "passage of" not in page
        assert 'class="seen' not in page
