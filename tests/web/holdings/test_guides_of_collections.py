"""The page of the guides says of which collection each one is, where there are several."""

from kb.indexing.pipeline import build
from kb.search.opening import open_live
from tests.toy import TOY_COLLECTIONS
from web import create_app


def test_a_guide_names_its_collection(toy_settings, toy_cases):
    """The mark is the label of the collection; a link shows its guides alone."""
    (toy_cases / "collections.yaml").write_text(TOY_COLLECTIONS, encoding="utf-8")
    build(toy_settings)
    client = create_app(open_live(toy_settings), toy_settings).test_client()
    page = client.get("/guides").text

    assert '</a></h3><p class="label">The first ones</p><p>' in page
    link = "/search?kind=guide&amp;collection=first"
    assert (
        f'Only those of one collection: <a rel="nofollow" href="{link}">The first ones</a> (1)</p>'
        in page
    )
    assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_without_collections_nothing_is_said(toy_settings, toy_cases):
    """A compendium that is one has no mark and no link."""
    (toy_cases / "collections.yaml").unlink(missing_ok=True)
    build(toy_settings)
    page = create_app(open_live(toy_settings), toy_settings).test_client().get("/guides").text

    assert "</a></h3><p>" in page
    assert "Only those of one collection" not in page
