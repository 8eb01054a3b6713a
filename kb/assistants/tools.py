"""The tools that an assistant can use: what each is called and takes, and when to use which.

The words are made for the compendium at hand: its examples are searches that its editors
propose, and cases that it has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from kb.assistants import arguments
from kb.assistants.budget import Part
from kb.assistants.comparing import compare_cases
from kb.assistants.facts import Desk
from kb.assistants.reading import fetch, get_case
from kb.assistants.results import results_to_expect
from kb.assistants.role_models import find_role_models
from kb.assistants.searching import search, search_cases
from kb.model.compendium import Compendium
from kb.results.comparison import LEAST

#: What every tool is: it reads, and asks nobody else.
READ_ONLY = {"readOnlyHint": True, "openWorldHint": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool.

    Attributes:
        name: that assistants call it by.
        title: for people.
        words: what it is for, and when another one is; ``{subject}`` is what the compendium is
            about.
        good: an example, of the compendium.
        bad: what not to ask, and why.
        takes: the record of its arguments.
        answer: makes the answer of such a record.
    """

    name: str
    title: str
    words: str
    good: Callable[[Compendium], Mapping[str, Any]]
    bad: str
    takes: type
    answer: Callable[[Any, Desk], Part]

    def described(self, compendium: Compendium) -> dict[str, Any]:
        """The tool as the protocol lists it."""
        taxonomy = compendium.taxonomy
        good = json.dumps(dict(self.good(compendium)), ensure_ascii=False)
        return {
            "name": self.name,
            "title": self.title,
            "description": f"{taxonomy.filled(self.words)} Good: {good}. Bad: {self.bad}",
            "inputSchema": arguments.schema_of(self.takes, taxonomy),
            "annotations": READ_ONLY,
        }


def _words(compendium: Compendium) -> dict[str, Any]:
    return {"query": next(iter(compendium.site.examples), compendium.site.name)}


def _firm(compendium: Compendium) -> dict[str, Any]:
    site = compendium.site
    said = {"business": site.business, "aim": site.aim}
    return {name: words for name, words in said.items() if words} or {"aim": site.name}


def _metric(compendium: Compendium) -> dict[str, Any]:
    counted = compendium.holdings.cases
    metrics = [term.id for term in counted.terms("results", compendium.taxonomy)]
    most = sorted(metrics, key=lambda one: (-counted.count(results=one), one))
    return {"filters": {"results": most[:1]}} if most else _words(compendium)


def _ids(compendium: Compendium) -> list[str]:
    """The ids of the first cases, as many as can be compared at the least."""
    cases = (case for case in compendium.cases if not case.is_guide)
    return [case.id for case in islice(cases, LEAST)]


def _id(compendium: Compendium) -> dict[str, Any]:
    return {"id": next(iter(_ids(compendium)), "")}


def _several(compendium: Compendium) -> dict[str, Any]:
    return {"ids": _ids(compendium)}


#: Every tool, in the order to list them.
TOOLS: tuple[Tool, ...] = (
    Tool(
        name="search_cases",
        title="Search cases",
        words="Find case studies of {a_subject} by meaning, in any language. Start here. Each hit "
        "has a summary, a reported result with its source, and a sentence to cite. When nothing "
        "fits, it says so.",
        good=_words,
        bad='{"query": "success"}: it says neither what the firms do nor what they want.',
        takes=arguments.SearchCases,
        answer=search_cases,
    ),
    Tool(
        name="get_case",
        title="Read a case",
        words="Read one case whole: facts, figures with their places in the source, text, sources. "
        "Long ones come in parts. Use it before you quote or sum up a case.",
        good=_id,
        bad="a title, or an id that no answer gave.",
        takes=arguments.GetCase,
        answer=get_case,
    ),
    Tool(
        name="find_role_models",
        title="Find role models for a firm",
        words="For a firm that describes itself: the cases most like it, why each fits and where "
        "it differs. Say at least what it does or wants. For a topic, use search_cases.",
        good=_firm,
        bad='{"size": 12} alone: size, partners and country are told, and rank nothing.',
        takes=arguments.FindRoleModels,
        answer=find_role_models,
    ),
    Tool(
        name="results_to_expect",
        title="Results to expect",
        words="What cases reported, in figures: medians where enough of the same kind stand "
        "together, else each figure alone, always with n and source. Narrow it by "
        "`results` (what was measured) or by words.",
        good=_metric,
        bad="asking for one number for everything: figures of different kinds are never mixed.",
        takes=arguments.ResultsToExpect,
        answer=results_to_expect,
    ),
    Tool(
        name="compare_cases",
        title="Compare cases",
        words="Two to five cases side by side: what they share, where they differ, what each "
        "reported.",
        good=_several,
        bad="one id, or that of {a_guide}.",
        takes=arguments.CompareCases,
        answer=compare_cases,
    ),
    Tool(
        name="search",
        title="Search (ids and titles)",
        words="Ids, titles and addresses alone, for research connectors that call `search` and "
        "`fetch`. Otherwise search_cases says more.",
        good=_words,
        bad="an id; use fetch.",
        takes=arguments.Search,
        answer=search,
    ),
    Tool(
        name="fetch",
        title="Fetch a document",
        words="The text of a document that `search` found, as JSON. Otherwise use get_case.",
        good=_id,
        bad="words to search for.",
        takes=arguments.Fetch,
        answer=fetch,
    ),
)
BY_NAME: Mapping[str, Tool] = {tool.name: tool for tool in TOOLS}


def tool_list(compendium: Compendium) -> list[dict[str, Any]]:
    """Every tool as the protocol lists it, for a compendium."""
    return [tool.described(compendium) for tool in TOOLS]


def instructions(compendium: Compendium) -> str:
    """What an assistant is told before it uses any tool."""
    return (
        f"{compendium.site.name}. {compendium.site.description} "
        "Say only what the tools return. Give each figure with its source and n, and cite with the "
        "sentence after “Cite:”. If nothing fits, say that the compendium has nothing on it."
    )
