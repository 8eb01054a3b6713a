"""What the page About says of how to go on, and in which order."""

import re
from dataclasses import replace

import pytest

from web import create_app

SEND_TO = (
    '<p>Send it to who runs this site: <a href="mailto:desk@example.org">desk@example.org</a>.</p>'
)
HAND_IN = (
    "Hand it to the person or office that gave you the address of this site. "
    "Who runs the site takes it in."
)


@pytest.mark.parametrize(("contact", "words"), [("desk@example.org", SEND_TO), ("", HAND_IN)])
def test_a_case_finds_its_way_without_a_repository(live, settings, contact, words):
    """Without its address About speaks of no repository and no file, and says how to go on."""
    app = create_app(live, replace(settings, contribute_url="", contact=contact))
    page = app.test_client().get("/about").text

    assert words in page
    assert '<a href="/coverage">What is missing and wanted</a>' in page
    assert '<a rel="license" href="https://opensource.org/license/mit">MIT License</a>' in page
    for name in ("repository", "LICENSE", "front-matter.md"):
        assert name not in page


def test_a_repository_is_named_where_it_has_an_address(live, settings):
    """Then the link leads to it, and nobody is asked to write."""
    app = create_app(live, replace(settings, contribute_url="https://example.org/r", contact=""))
    page = app.test_client().get("/about").text

    assert '<a href="https://example.org/r">The repository, with the guide for' in page
    assert HAND_IN not in page


def test_what_the_search_runs_on_stands_last(client):
    """A reader meets no encoder before the licence."""
    page = client.get("/about").text

    headings = re.findall(r'<h2 id="([a-z-]+)">', page)
    assert headings[-2:] == ["licence", "machine"]
    assert page.count("Encoder") == 1
    assert page.index("Encoder") > page.index('id="machine"')
