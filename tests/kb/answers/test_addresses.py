"""The addresses that an answer points to."""

from kb.answers.addresses import Addresses, profile_pairs, query_pairs
from kb.guidance.profile import Profile
from kb.search.query import Query

WINE = Query(text="wine & cheese", filters={"country": ("NO", "FR")}, page=3)


def test_pages_stand_under_the_root():
    """With a root they are absolute, without one they are paths."""
    at = Addresses(root="https://example.org/kb")

    assert at.case("norway/graphic-arts") == "https://example.org/kb/cases/norway/graphic-arts"
    assert at.comparison(["a/b", "c/d"]) == "https://example.org/kb/compare?id=a/b&id=c/d"
    assert Addresses().search(Query()) == "/search"
    assert Addresses().search(WINE) == "/search?q=wine+%26+cheese&country=NO&country=FR&page=3"


def test_a_narrowed_search_begins_on_its_first_page():
    """One value more, and nothing of the page that was asked for."""
    assert Addresses().narrowed(WINE, "type", "horizontal") == (
        "/search?q=wine+%26+cheese&country=NO&country=FR&type=horizontal"
    )


def test_what_means_nothing_is_left_out():
    """Defaults, exact without words, and an order by result without one metric."""
    assert query_pairs(Query(exact=True, sort="result")) == ()
    asked = Query(filters={"results": ("sales",)}, results_min=20.0, sort="result", per_page=5)
    assert query_pairs(asked) == (
        ("results", "sales"),
        ("results_min", "20"),
        ("sort", "result"),
        ("per_page", "5"),
    )


def test_a_profile_takes_the_filters_and_not_the_words():
    """Only what narrows the cases goes with a firm."""
    profile = Profile(my_sector=("metal", "textile"), size=4, aim="Export")

    assert profile_pairs(profile, WINE) == (
        ("my_sector", "metal"),
        ("my_sector", "textile"),
        ("size", "4"),
        ("aim", "Export"),
        ("country", "NO"),
        ("country", "FR"),
    )
