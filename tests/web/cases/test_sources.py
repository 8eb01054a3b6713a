"""What the page of a case and its flyer say of the sources."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from kb.indexing.pipeline import build
from kb.search.opening import open_live
from tests.toy import copy_toy_corpus, settings_of_toy
from web import create_app
from web.cases.page import MOST_SOURCES


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


@pytest.mark.parametrize(("more", "folded"), [(MOST_SOURCES - 1, 0), (MOST_SOURCES, 1)])
def test_a_long_list_of_sources_is_folded(tmp_path, tiny_encoder, more, folded) -> None:
    """Ten sources stand open; eleven open on demand, each still there with its anchor."""
    cases = copy_toy_corpus(tmp_path / "cases")
    works = "".join(
        f"@misc{{work-{n}, title = {{Work {n}}}, author = {{Doe, Jane}}, year = {{2001}}}}\n"
        for n in range(more)
    )
    with (cases / "sources.bib").open("a", encoding="utf-8") as file:
        file.write(works)
    path = cases / "norway" / "metal-buyers.md"
    cited = "".join(f"  - key: work-{n}\n    locator: p. {n}\n" for n in range(more))
    text = path.read_text(encoding="utf-8").replace(
        "    locator: p. ", "    source: doe-2001\n    locator: p. "
    )
    path.write_text(
        text.replace("    locator: pp. 1-2\n", f"    locator: pp. 1-2\n{cited}"), encoding="utf-8"
    )
    settings = settings_of_toy(cases, tmp_path / "index", tiny_encoder)
    build(settings)

    page = create_app(open_live(settings), settings).test_client().get("/cases/norway/metal-buyers")

    assert page.text.count('<details class="sources-all">') == folded
    assert len(re.findall(r'<li id="source-[\w-]+">', page.text)) == more + 1
    assert (f"All {more + 1} sources, with what of each was seen" in page.text) is bool(folded)
