"""What the tools answer over the toy compendium, to the word where it matters."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from kb.assistants.service import instructions
from kb.assistants.tools import TOOLS, tool_list
from tests.kb.assistants.calls import SITE, call, words

WINE, METAL, TEXTILE = "france/wine-exporters", "norway/metal-buyers", "norway/textile-exporters"
GUIDE = "guides/purchase-guide"


def test_each_tool_says_what_it_takes(searcher):
    """Schemas are valid, name every facet of the compendium, and allow nothing else."""
    listed = tool_list(searcher.compendium)

    assert [tool["name"] for tool in listed] == [tool.name for tool in TOOLS]
    for tool in listed:
        Draft202012Validator.check_schema(tool["inputSchema"])
        assert tool["inputSchema"]["additionalProperties"] is False
        assert tool["annotations"]["readOnlyHint"] is True
        assert " Good: {" in tool["description"]
        assert " Bad: " in tool["description"]


def test_the_good_examples_are_answered(searcher):
    """Each description shows a call of its tool that fits its schema and has an answer."""
    for tool, listed in zip(TOOLS, tool_list(searcher.compendium), strict=True):
        example = dict(tool.good(searcher.compendium))

        assert Draft202012Validator(listed["inputSchema"]).is_valid(example)
        assert not call(searcher, tool.name, **example)["isError"]


def test_words_are_those_of_the_compendium(searcher):
    """Its name and what it says of itself, no other."""
    site = replace(searcher.compendium.site, name="Wells", description="What wells are.")
    told = instructions(replace(searcher.compendium, site=site))

    assert told.startswith("Wells. What wells are. Say only what the tools return.")


def test_a_hit_has_its_source_its_figure_and_how_to_cite_it(searcher):
    """The whole of a hit, and the same as data."""
    result = call(searcher, "search_cases", query="wine export", limit=1)
    (hit,) = result["structuredContent"]["hits"]
    head, text = words(result).split("\n\n")

    assert head.startswith("3 cases fit; here are 1 to 1.\nFor more, ask the same with part=2.")
    assert text.split("\n") == [
        f"1. Wine makers export together [id: {WINE}]",
        "France; Network; Success",
        "Wine makers export wine together.",
        "It says: “Wine was hard to export.”",
        "Reported: +30%: Export sales rose by 30%. (n = 1; Doe and Roe 2001, p. 3)",
        "Source: Doe and Roe 2001, p. 3; An unsigned note no date, whole.",
        f"Cite: Compendium of Business Networks (2026): “Wine makers export together”, version "
        f"{hit['version_url'][-12:]}, {hit['version_url']}",
    ]
    assert hit["url"] == f"{SITE}/cases/{WINE}"
    assert hit["results"] == [
        {
            "case": WINE,
            "metric": "export-sales",
            "figure": "+30%",
            "low": 30.0,
            "high": 30.0,
            "unit": "percent",
            "source": "Doe and Roe 2001",
            "locator": "p. 3",
            "n": 1,
        }
    ]


@pytest.mark.parametrize(
    ("asked", "head", "counted"),
    [
        ({}, "6 cases and 1 guide fit; here are 1 to 5.", (7, 6, 1)),
        ({"filters": {"kind": ["guide"]}}, "1 guide fits; here are 1 to 1.", (1, 0, 1)),
        ({"filters": {"country": ["FR"]}}, "2 cases fit; here are 1 to 2.", (2, 2, 0)),
    ],
)
def test_cases_and_guides_are_counted_apart(searcher, asked, head, counted):
    """A guide explains and reports nothing: it is no case, in words and as data."""
    result = call(searcher, "search_cases", **asked)
    data = result["structuredContent"]

    assert words(result).split("\n")[0] == head
    assert (data["total"], data["cases"], data["guides"]) == counted


def test_pages_of_a_search_follow_each_other(searcher):
    """``next`` is the part to ask for; the last names none, and beyond it there is none."""
    first = call(searcher, "search_cases", limit=4)
    second = call(searcher, "search_cases", limit=4, part=2)
    third = call(searcher, "search_cases", limit=4, part=3)
    data = [one["structuredContent"] for one in (first, second)]

    assert [one["next"] for one in data] == [2, None]
    assert [hit["rank"] for one in data for hit in one["hits"]] == [1, 2, 3, 4, 5, 6, 7]
    assert third["isError"]
    assert words(third).startswith("part must be")


def test_nothing_that_fits_is_said(searcher):
    """So that nobody makes something up, and what no case has is named."""
    nothing = "Nothing in this compendium fits. Say so, and do not answer from elsewhere"
    unheard = call(searcher, "search_cases", query="zebra")
    nowhere = call(searcher, "search_cases", filters={"country": ["Austria"]})
    plain = json.loads(words(call(searcher, "search", query="zebra")))
    results = call(searcher, "results_to_expect", query="zebra")
    models = call(searcher, "find_role_models", aim="zebra")

    assert words(unheard).startswith(nothing)
    assert unheard["structuredContent"]["no_good_match"] is True
    assert "No case has Austria." in words(nowhere)
    assert plain["results"] == []
    assert plain["note"].startswith(nothing)
    assert words(results).startswith(nothing)
    assert nothing in words(models)
    assert not any(one["isError"] for one in (unheard, nowhere, results, models))


def test_a_case_is_read_whole(searcher):
    """Facts, what is not told, results with their places, the text and the sources."""
    text = words(call(searcher, "get_case", id=METAL))

    assert "Who took part: 3 metal firms" in text
    assert "The source does not tell how it began." in text
    assert "Reported: −20%: Machines cost 20% less. (n = 1; Doe and Roe 2001, p. 1)" in text
    assert f"[export](id: {WINE}) nothing" in text
    assert "Source: " in text.split("\n\n")[-1]


@pytest.mark.parametrize(
    "name", [METAL, f" {METAL} ", f"{SITE}/cases/{METAL}", f"{SITE}/cases/{METAL}?list=x#results"]
)
def test_a_case_has_several_names(searcher, name):
    """Its id, and the address of its page."""
    assert call(searcher, "get_case", id=name)["structuredContent"]["id"] == METAL


def test_a_version_is_read_as_it_was(searcher):
    """By what a hit gives as the address of this text."""
    newest = call(searcher, "get_case", id=METAL)["structuredContent"]
    version = newest["version_url"].rpartition("/cases/")[2]

    assert call(searcher, "get_case", id=version)["structuredContent"] == newest


def test_fetch_answers_what_connectors_expect(searcher):
    """One text with JSON: id, title, text, url and metadata, and nothing twice."""
    result = call(searcher, "fetch", id=WINE)
    fetched = json.loads(words(result))

    assert list(fetched) == ["id", "title", "text", "url", "metadata"]
    assert fetched["url"].startswith(f"{SITE}/cases/{WINE}@")
    assert "structuredContent" not in result
    found = json.loads(words(call(searcher, "search", query="wine")))["results"]
    assert {"id": WINE, "title": "Wine makers export together", "url": f"{SITE}/cases/{WINE}"} in (
        found
    )


def test_a_comparison_has_each_case_and_each_result(searcher):
    """Fields with how they agree, results with their place, not reported where it is not."""
    result = call(searcher, "compare_cases", ids=[METAL, WINE])
    text = words(result)

    assert (
        "Country (differ)\n- norway/metal-buyers: Norway\n- france/wine-exporters: France" in text
    )
    assert f"- {METAL}: not reported" in text
    assert {one["case"] for one in result["structuredContent"]["results"]} == {METAL, WINE}


def test_a_role_model_says_why_it_is_one(searcher):
    """Like, unlike, not reported: the sentences of the page."""
    text = words(call(searcher, "find_role_models", aim="export wine", my_country="Norway"))

    assert f"1. Wine makers export together [id: {WINE}]" in text
    assert "Unlike you: in France." in text


def test_results_have_n_and_source(searcher):
    """Each figure, as words and as data; the metric can be chosen."""
    result = call(searcher, "results_to_expect", filters={"results": ["export-sales"]})
    figures = result["structuredContent"]["figures"]

    assert f"(n = 1; Doe and Roe 2001, p. 3) [id: {WINE}]" in words(result)
    assert {one["metric"] for one in figures} == {"export-sales"}
    assert all(one["n"] and one["source"] for one in figures)


WRONG = [
    ("search_cases", {"query": 5}, "query must be a text of at most 1,000 characters, not 5."),
    ("search_cases", {"limit": 11}, "limit must be a whole number from 1 to 10, not 11."),
    ("search_cases", {"limit": "5"}, "limit must be a whole number from 1 to 10, not '5'."),
    ("search_cases", {"limit": True}, "limit must be a whole number from 1 to 10, not true."),
    (
        "search_cases",
        {"country": "NO"},
        "search_cases takes no 'country'. It takes query, filters, limit, part.",
    ),
    (
        "search_cases",
        {"filters": {"country": "NO"}},
        "filters must be an object of facets, each with a list of at most 20 texts, not 'NO'.",
    ),
    ("search_cases", {"filters": {"cuntry": ["NO"]}}, "'cuntry' is not a filter; filters are "),
    ("search_cases", {"filters": {"status": ["succes"]}}, "status has no value 'succes'. Did you "),
    ("get_case", {}, "id must be given: a text of 1 to 300 characters."),
    ("get_case", {"id": None}, "id must be given: a text of 1 to 300 characters."),
    ("get_case", {"id": "norway/metal-buyer"}, "No case has the id 'norway/metal-buyer'. The near"),
    ("get_case", {"id": f"{METAL}@000000000000"}, f"The case '{METAL}' has no version"),
    ("get_case", {"id": METAL, "part": 9}, "part must be one of this answer, and there is 1 part"),
    ("fetch", {"id": f"{METAL}#nowhere"}, "id must end in # and the number of a part, not in"),
    (
        "fetch",
        {"id": f"{METAL}#99"},
        "part must be one of this answer, and there is 1 part, not 99",
    ),
    ("find_role_models", {}, "Something must be said of the firm: at least one of business, "),
    ("find_role_models", {"size": 0}, "size must be a whole number from 1 to 10,000, not 0."),
    ("compare_cases", {"ids": [METAL]}, "ids must be a list of 2 to 5 texts, not a list of 1."),
    (
        "compare_cases",
        {"ids": ["a/b"] * 10_000},
        "ids must be a list of 2 to 5 texts, not a list of 10,000.",
    ),
    ("compare_cases", {"ids": [METAL, METAL]}, "id must be given at least two times"),
    ("compare_cases", {"ids": [METAL, GUIDE]}, "id must be that of a case, and 'guides/purchase-"),
    ("compare_cases", {"ids": [METAL, "no/such"]}, "id must be that of a case, which 'no/such' is"),
    ("search", {"query": ""}, "query must be a text of 1 to 1,000 characters, not ''."),
    ("search", {"query": "x" * 1_001}, "query must be a text of 1 to 1,000 characters, not a text"),
]


@pytest.mark.parametrize(("tool", "arguments", "sentence"), WRONG)
def test_a_wrong_argument_is_told_so_that_it_can_be_mended(searcher, tool, arguments, sentence):
    """The argument, what it must be, and what was given; never more than a few lines."""
    result = call(searcher, tool, **arguments)

    assert result["isError"]
    assert words(result).startswith(sentence)
    assert len(words(result)) < 2_100


@pytest.mark.parametrize("given", [[], "query", 5, True])
def test_arguments_are_an_object(searcher, given):
    """Nothing else is read as one."""
    from kb.assistants.arguments import SearchCases, read_arguments
    from kb.errors import QueryError

    with pytest.raises(QueryError) as raised:
        read_arguments(SearchCases, given, "search_cases")

    assert str(raised.value) == (
        "The arguments of search_cases must be an object of query, filters, limit, part."
    )
