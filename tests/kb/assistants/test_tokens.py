"""No answer costs an assistant more than it may, counted with a real tokenizer.

It is that of the default encoder, all-MiniLM-L6-v2 (WordPiece), which its package ships and each
snapshot carries.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice

import pytest
from tokenizers import Tokenizer

from kb.assistants.budget import MOST_TOKENS, MOST_WORDS, tokens_of
from kb.assistants.tools import tool_list
from kb.search.searcher import Searcher
from kb.snapshots.format import ENCODER_FOLDER
from tests.kb.assistants.calls import call, words

MOST_OF_DESCRIPTIONS = 2_500
LONGEST, QUERIES = 50, 200


@pytest.fixture(name="whole", scope="module")
def _whole(whole_live) -> Searcher:
    return whole_live.current()


@pytest.fixture(name="count", scope="module")
def _count(whole, whole_settings) -> Callable[[str], int]:
    """How many tokens a text has."""
    folder = whole_settings.index / whole.snapshot_id / ENCODER_FOLDER
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def cost(result, count) -> int:
    """What an answer costs: its words, and its data as JSON."""
    data = result.get("structuredContent")
    return count(words(result)) + (count(json.dumps(data, ensure_ascii=False)) if data else 0)


def queries(searcher: Searcher) -> list[str]:
    """Questions in the editors' words, and what the site proposes to search for."""
    lines = [line for case in searcher.cases for line in case.audience_lines]
    every = [*searcher.compendium.site.examples, *lines[:: max(1, len(lines) // QUERIES)]]
    return every[:QUERIES]


def test_all_tools_together_are_described_in_few_tokens(whole, count):
    """Names, descriptions and what each takes: the whole list, as an assistant gets it."""
    listed = json.dumps(tool_list(whole.compendium), ensure_ascii=False)

    assert count(listed) < MOST_OF_DESCRIPTIONS


def test_the_longest_cases_come_in_parts_within_the_budget(whole, count):
    """Each part of the 50 longest, read both ways; together the parts have all of the text."""
    longest = sorted(whole.cases, key=lambda case: -len(case.body))[:LONGEST]
    costs, n_parts = {}, {}
    for case in longest:
        part, texts = 1, []
        while part:
            result = call(whole, "get_case", id=case.id, part=part)
            costs["get_case", case.id, part] = cost(result, count)
            texts.append(words(result))
            part = result["structuredContent"].get("next")
        n_parts[case.id] = len(texts)
        last = case.body.split("\n\n")[-1].split("](")[0].strip()
        assert last in "\n\n".join(texts)
        name = case.id
        while name:
            result = call(whole, "fetch", id=name)
            costs["fetch", name] = cost(result, count)
            name = json.loads(words(result))["metadata"].get("next")

    assert len(longest) == LONGEST
    assert max(n_parts.values()) > 1
    assert {what: n for what, n in costs.items() if n > MOST_TOKENS} == {}


def test_two_hundred_queries_are_answered_within_the_budget(whole, count):
    """Every tool that is asked with words; a hit of a search has few words."""
    asked = queries(whole)
    costs, hits = {}, {}
    for query in asked:
        found = call(whole, "search_cases", query=query)
        costs["search_cases", query] = cost(found, count)
        for hit in words(found).split("\n\n")[1:]:
            hits[query, hit[:60]] = len(hit.split())
        most = call(whole, "search_cases", query=query, limit=10)
        costs["search_cases, ten", query] = cost(most, count)
        costs["search", query] = cost(call(whole, "search", query=query), count)
    for query in asked[::10]:
        models = call(whole, "find_role_models", aim=query, limit=10)
        costs["find_role_models", query] = cost(models, count)
        results = call(whole, "results_to_expect", query=query)
        costs["results_to_expect", query] = cost(results, count)

    assert len(asked) == QUERIES
    assert {what: n for what, n in costs.items() if n > MOST_TOKENS} == {}
    assert {what: n for what, n in hits.items() if n > MOST_WORDS} == {}


def test_every_result_and_the_longest_comparison_stay_within_the_budget(whole, count):
    """Each part of what all cases reported, and of five cases that say the most."""
    longest = sorted(
        (case for case in whole.cases if not case.is_guide), key=lambda case: -len(case.results)
    )
    ids = [case.id for case in islice(longest, 5)]
    costs = {}
    for tool, arguments in (("results_to_expect", {}), ("compare_cases", {"ids": ids})):
        part = 1
        while part:
            result = call(whole, tool, **arguments, part=part)
            costs[tool, part] = cost(result, count)
            part = result["structuredContent"].get("next")

    assert {what: n for what, n in costs.items() if n > MOST_TOKENS} == {}


def test_the_estimate_is_rather_too_high(whole, count):
    """Parts are cut by an estimate, which is never below what is counted for a text of a case."""
    texts = [case.body for case in islice(whole.cases, 0, None, 10)]

    assert [text[:60] for text in texts if tokens_of(text) < count(text)] == []
