"""Whole answers are the same whichever engine they come from."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from kb.guidance.profile import make_profile
from kb.guidance.role_models import role_models
from kb.indexing.pipeline import build
from kb.search.opening import open_current
from kb.search.query import Query
from kb.search.searcher import Searcher
from kb.search.suggestions import suggestions
from kb.settings import Settings
from tests.kb.engine.engines import running_server
from tests.kb.search.many import WORDS, queries, searcher_of_many
from tests.toy import ROOT

#: More than an answer has candidates, and with so many texts that signs name these.
MANY = 4_000


class Pair:
    """The same cases in the local engine and in the database."""

    def __init__(self, local: Searcher, remote: Searcher) -> None:
        self.local = local
        self.remote = remote

    def assert_alike(self, query: Query) -> int:
        """Both answer alike, to the reasons; how many they found."""
        one, other = self.local.search(query), self.remote.search(query)
        assert [hit.case.id for hit in other.hits] == [hit.case.id for hit in one.hits], query
        # Scores are rounded to six digits, which may go either way.
        scores = [hit.score for hit in one.hits]
        assert [hit.score for hit in other.hits] == pytest.approx(scores, abs=1.5e-6), query
        assert (other.total, other.is_cut) == (one.total, one.is_cut), query
        assert other.found == one.found, query
        assert other.facets == one.facets, query
        assert [hit.reasons for hit in other.hits] == [hit.reasons for hit in one.hits], query
        assert [hit.case.id for hit in other.in_passing] == [
            hit.case.id for hit in one.in_passing
        ], query
        assert self.remote.found(query) == one.found, query
        return one.total

    def assert_similar_alike(self, case_id: str) -> None:
        """The same cases are most like a case."""
        one, other = self.local.similar(case_id), self.remote.similar(case_id)
        assert [hit.case.id for hit in other] == [hit.case.id for hit in one]
        assert [hit.reasons for hit in other] == [hit.reasons for hit in one]
        assert [hit.score for hit in other] == pytest.approx([hit.score for hit in one], abs=1.5e-6)


@pytest.fixture(name="many", scope="module")
def _many(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("many")
    running_server()
    return Pair(
        *(searcher_of_many(folder / kind, n=MANY, kind=kind) for kind in ("local", "postgresql"))
    )


#: Filters, with how many are found under them at least, by the texts below.
FILTERS = (
    ({}, 2_000),
    ({"country": ("NO",)}, 1_000),
    ({"country": ("IT", "FI")}, 30),
    ({"country": ("DK",), "results": ("sales",)}, 0),
)


@pytest.mark.parametrize(("filters", "least"), FILTERS, ids=str)
def test_searches_among_many(many, filters, least):
    """Texts, phrases and excluded words, under filters: what is found, how much, and the counts."""
    found = 0
    for text in queries(12):
        first, *rest = text.split()
        for asked in (
            text,
            f'"{first} {rest[0] if rest else first}"',
            f"{first} -{rest[-1] if rest else WORDS[0]}",
        ):
            found += many.assert_alike(Query(text=asked, filters=filters))
        found += many.assert_alike(Query(text=text, filters=filters, page=1, per_page=50))
    assert found >= least


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_lists_among_many(many, sort):
    """Without a text: order, pages and counts."""
    for filters, _ in FILTERS:
        many.assert_alike(Query(filters=filters, sort=sort))


def test_cases_like_one_among_many(many):
    """Of every kind of document."""
    for row in range(0, MANY, 400):
        many.assert_similar_alike(many.local.cases[row].id)


@pytest.fixture(name="whole", scope="module")
def _whole(whole_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """The compendium, built into the database from the index that has its vectors."""
    index = tmp_path_factory.mktemp("whole") / "index"
    shutil.copytree(whole_settings.index, index)
    settings = replace(whole_settings, index=index, engine=running_server().address)
    report = build(settings)
    assert report.encoded == 0  # what files had is taken along
    return Pair(open_current(whole_settings), open_current(settings))


def tuning() -> list[str]:
    """Every fortieth of the judged queries on which anything may be tuned."""
    lines = [
        json.loads(line)
        for path in sorted((ROOT / "cases").rglob("queries.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return list(dict.fromkeys(one["text"] for one in lines if one["split"] == "tune"))[::40]


def test_judged_queries(whole):
    """Of the compendium, by its own encoders."""
    found = [whole.assert_alike(Query(text=text)) for text in tuning()]

    assert len(found) > 30
    assert sum(total > 0 for total in found) > 20


@pytest.mark.parametrize(
    "query",
    [
        Query(text='"joint export"'),
        Query(text="wine -export"),
        Query(text="-wine"),
        Query(text="not Norway but furniture"),
        Query(text="networks in Denmark", filters={"project": ("exporting",)}),
        Query(text="furniture", filters={"country": ("NO", "DK")}, all_of=("country",)),
        Query(text="export", sort="newest"),
        Query(text="Weinbauern verkaufen gemeinsam im Ausland"),
        Query(text="office"),
        Query(filters={"type": ("horizontal",)}, sort="title", page=2),
    ],
    ids=lambda query: f"{query.text or query.filters}",
)
def test_queries_of_every_kind(whole, query):
    """Phrases, exclusions, filters, other languages, words in passing, orders, pages."""
    whole.assert_alike(query)


def test_similar_cases_role_models_and_suggestions(whole):
    """What else is asked of an engine."""
    local, remote = whole.local, whole.remote
    for row in range(0, len(local.cases), 30):
        whole.assert_similar_alike(local.cases[row].id)
    for business, aim in (
        ("family winery, mostly white", "sell abroad together"),
        ("metal workshop with ten people", "bid for orders too large for one"),
    ):
        one, other = (
            role_models(
                searcher, make_profile(searcher.taxonomy, business=business, aim=aim), Query()
            )
            for searcher in (local, remote)
        )
        assert [model.case.id for model in other.models] == [m.case.id for m in one.models]
        assert len(one.models) > 3
    for typed in ("furn", "wine no", "expo"):
        assert suggestions(remote, typed) == suggestions(local, typed)
    rows = local.matching(local.reporting)
    assert remote.matching(remote.reporting).tolist() == rows.tolist()
    assert remote.engine.links(rows).tolist() == local.engine.links(rows).tolist()
