"""What the site says of itself with a number holds; a new sentence with a number wants a line here.

Numbers that are filled in are computed. Those that stand in a sentence of a template or of the
site's own words are listed below, each beside what makes it true.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from http import HTTPStatus

import pytest

from kb.citations.styles import STYLES
from kb.content.load import MAX_FILE_BYTES
from kb.exports.dump.tables import TABLES
from kb.guidance import role_models
from kb.quality.evaluate import SYSTEMS, rank_fusion
from kb.quality.judged import GRADES
from kb.results.comparison import LEAST, MOST
from kb.results.together import LEAST_TOGETHER
from kb.search.query import Query
from kb.search.searcher import Searcher
from tests.browser.axe import AXE
from tests.web.plain_language import sentences
from web import create_app
from web.about.relevance import TICKS
from web.holdings.atlas import atlas_page
from web.tools.cost_sheet import read_amount

NUMBER = re.compile(
    r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand)\b",
    re.IGNORECASE,
)
#: Names of standards that have a number in them.
STANDARDS = re.compile(r"OpenAPI 3\.1|SHA-256|UTF-8|EN 301 549|WCAG\)? 2\.\d( and 2\.\d)?")
#: Has a number and claims nothing: names of measures and standards, what holds of any numbers.
NO_CLAIM = re.compile(
    r"measure called BM25|“Words alone” is BM25|\(RFC 9457\)|means with 95% intervals"
    r"|two intervals overlap|in nDCG@10 as large|A case can count in two ways"
    r"|A case of two types stands in both columns|The two say the same"
)


def _adds_up(current: Searcher) -> bool:
    page = atlas_page(current)
    held = page.held.cases
    return held.n_figures + held.n_in_words + len(page.silent) == held.n


def _nearly_whole_on_roy(current: Searcher) -> bool:
    collection = current.compendium.collections[0][0].id
    first = [one for one in current.cases if collection in one.facets["collection"]]
    on_roy = [one for one in first if "roy-1998" in {source.key for source in one.sources}]
    return 0.9 < len(on_roy) / len(first) < 1


def _measured_at_ten(current: Searcher) -> bool:
    figures = current.compendium.relevance.groups[0].figures["fused"]
    return {"nDCG@10", "R@10"} <= set(figures)


def _only_order_counts(_: Searcher) -> bool:
    """Two lists joined by rank are the same whatever their scores are."""
    one, other = [("a", 0.9), ("b", 0.8), ("c", 0.1)], [("c", 30.0), ("a", 2.0)]
    joined = rank_fusion([one, other])
    return joined == rank_fusion([[(name, 0.0) for name, _ in ranked] for ranked in (one, other)])


def _three_refuse_none(current: Searcher) -> bool:
    """Beside the site's search, which refuses these words, three answer whatever is asked."""
    text = "how to train for a marathon"
    lists = [current.retriever.words(text, 10), current.retriever.meaning(text, 10)]
    others = [*lists, rank_fusion(lists)]
    is_refused = current.search(Query(text=text)).no_good_match
    return len(others) == len(SYSTEMS) - 1 and is_refused and all(others)


def _alike_without_error(current: Searcher) -> bool:
    """What the scores are off by is how far the last two columns are apart in the mean."""
    found = current.compendium.relevance.reliability
    n = sum(band.n for band in found.bands)
    apart = sum(band.n * abs(band.score - band.relevant) for band in found.bands) / n
    return apart == pytest.approx(found.error, abs=0.001)


def _of_roy(current: Searcher) -> str:
    return current.compendium.people.by_id["philippe-roy"].said


#: What each number is a number of, by a part of its sentence.
CLAIMS: dict[str, Callable[[Searcher], bool]] = {
    "looks for cases in two ways": lambda current: (
        bool(current.manifest.encoder) and bool(current.manifest.n_passages)
    ),
    "among the first ten": _measured_at_ten,
    "How near the first ten come": lambda current: (
        _measured_at_ten(current) and (TICKS[0], TICKS[-1]) == (0, 1)
    ),
    "each of these two lists counts by its order alone": _only_order_counts,
    "These three refuse no query": _three_refuse_none,
    "the last two columns are alike": _alike_without_error,
    "useful (grade 1) or just what was wanted (grade 2)": lambda _: GRADES == (1, 2),
    "how far two readings by the same team agree": lambda current: (
        "two readings by the same" in " ".join(current.compendium.codebook.split())
    ),
    "wo to five cases side by side": lambda _: (LEAST, MOST) == (2, 5),
    "Tick two to five of the cases": lambda _: (LEAST, MOST) == (2, 5),
    "Five cases are the most that stand side by side": lambda _: MOST == 5,
    "The first three add up": _adds_up,
    "It needs five cases of one kind": lambda _: LEAST_TOGETHER == 5,
    "Here no five cases report the same": lambda _: LEAST_TOGETHER == 5,
    "at most ten Xx that suit you": lambda _: role_models.MOST == 10,
    "Write amounts as 1200, 1,200.50 or 1.200,50": lambda _: (
        [read_amount(text) for text in ("1200", "1,200.50", "1.200,50")]
        == [1200, Fraction(2401, 2), Fraction(2401, 2)]
    ),
    "Two generations of cases": lambda current: len(current.compendium.collections) == 2,
    "keeps the two apart": lambda current: len(current.compendium.collections) == 2,
    "of the first compendium rests on Roy's draft": _nearly_whole_on_roy,
    "In 1998 Philippe Roy": lambda current: (
        current.compendium.references["roy-1998"].year == "1998"
    ),
    "In 1994 he developed": lambda current: "1994" in _of_roy(current),
    "since 1991, and chaired national round tables": lambda current: all(
        year in _of_roy(current) for year in ("1991", "1993", "1995")
    ),
    "At most 1 MB": lambda _: MAX_FILE_BYTES == 1_000_000,
    "cite it, in four styles and": lambda _: len(STYLES) == 4,
    "three tables to download": lambda _: len(TABLES) == 3,
    "304 says that nothing changed": lambda _: HTTPStatus.NOT_MODIFIED == 304,
    "A program, axe-core 4.14,": lambda _: AXE.startswith("/*! axe v4.14."),
    "Seven Canadian universities": lambda current: "Seven Canadian" in _of_roy(current),
}


def claims() -> list[str]:
    """Sentences of templates and of the site's own words with a number that is written out."""
    return sorted(
        {
            sentence
            for path, sentence in sentences()
            if ("/templates/" in path or path.endswith("site.yaml"))
            and NUMBER.search(STANDARDS.sub("", sentence))
            and not NO_CLAIM.search(sentence)
        }
    )


@pytest.mark.parametrize("sentence", claims())
def test_a_number_in_a_sentence_holds(sentence: str, whole_live) -> None:
    """Each written number is that of the code, the cases or the source."""
    parts = [part for part in CLAIMS if part in sentence]

    assert parts, f"no line of CLAIMS says what makes this true: {sentence}"
    assert all(CLAIMS[part](whole_live.current()) for part in parts)


def test_every_claim_is_still_made() -> None:
    """A line above without its sentence is taken out."""
    said = " ".join(claims())

    assert [part for part in CLAIMS if part not in said] == []


def test_every_case_and_every_result_names_its_place(whole_live) -> None:
    """About says so: each case names works and places in them, each result its place."""
    cases = whole_live.current().cases

    assert [case.id for case in cases if not case.sources] == []
    assert [case.id for case in cases if not all(one.locator for one in case.sources)] == []
    results = [(case.id, one.locator) for case in cases for one in case.results]
    assert [case_id for case_id, locator in results if not locator] == []
    assert len(results) > 300


@pytest.mark.parametrize("page", ["/", "/search?q=export", "/atlas", "/self-check", "/packs/edit"])
def test_a_page_sets_no_cookie_and_runs_at_most_two_scripts(
    page: str, whole_live, whole_settings
) -> None:
    """About says that too: one remembers a list, one suggests, on the front page and on results."""
    answer = create_app(whole_live, whole_settings).test_client().get(page)

    runs = ["reading-list", *(["suggest"] if page in ("/", "/search?q=export") else [])]
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert re.findall(r'<script src="[^"]*/static/js/([\w-]+)\.js', answer.text) == runs
    data = answer.text.count('<script type="application/ld+json">')  # which a browser never runs
    assert answer.text.count("<script") == len(runs) + data
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert [one for one in policy if one.startswith("script-src")] == ["script-src 'self'"]
