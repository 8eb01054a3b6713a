"""The lines of a facet's values on the page of results."""

from dataclasses import replace

from tests.web.mounted import PREFIX
from web.ui.filters import FilterLink
from web.ui.toggles import toggles

NORWAY = FilterLink(label="Norway", url="/search?q=a&country=NO", count=1234, value="NO")
_BOX = '<span class="toggle-box" aria-hidden="true"></span>'


def test_a_value_leads_to_its_search(toy_app) -> None:
    """Off it says how many are found, or how many more; on that it can be taken away."""
    on = replace(NORWAY, url="/search?q=a", selected=True, value="FR", label="France")
    more = replace(NORWAY, adds=True, count=2)

    with toy_app.test_request_context("/search"):
        found = toggles("country", [NORWAY, on, more])

    found_words = '<span class="hidden"> found</span>'
    link = '<li><a class="toggle" href="/search?q=a&amp;country=NO" rel="nofollow">'
    norway = f'{link}{_BOX}<span class="choice-label">Norway</span> '
    assert [line.strip() for line in found[""].splitlines()] == [
        f'{norway}<span class="choice-tally">1,234{found_words}</span></a></li>',
        '<li><a class="toggle" href="/search?q=a" rel="nofollow" aria-current="true">'
        f'{_BOX}<span class="choice-label">France</span> '
        f'<span class="choice-tally">1,234{found_words}</span>'
        '<span class="hidden"> (on: take it away)</span></a></li>',
        f'{norway}<span class="choice-tally">2 more</span></a></li>',
    ]


def test_values_stand_under_their_headings_in_order(toy_app) -> None:
    """One that no case has stands among them, escaped as all others."""
    no_case = replace(NORWAY, value="CI", group="Africa", url="/search?country=CI", count=0)
    values = [replace(NORWAY, group="Europe"), no_case, replace(NORWAY, group="Europe")]

    with toy_app.test_request_context("/search"):
        found = toggles("country", values)

    assert list(found) == ["Europe", "Africa"]
    assert found["Europe"].count("Norway") == 2
    assert 'href="/search?country=CI"' in found["Africa"]
    assert "Côte d’Ivoire" in found["Africa"] or "Côte d&#39;Ivoire" in found["Africa"]


def test_no_line_of_one_path_stands_on_another(toy_app) -> None:
    """What is kept hangs on the path and not on the addresses."""
    with toy_app.test_request_context("/search"):
        here = toggles("country", [NORWAY])
    with toy_app.test_request_context("/search", base_url=f"http://localhost{PREFIX}"):
        there = toggles("country", [replace(NORWAY, url=f"{PREFIX}/search?country=NO")])

    assert here[""].replace("/search?q=a&amp;", f"{PREFIX}/search?") == there[""]
