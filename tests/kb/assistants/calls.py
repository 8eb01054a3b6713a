"""Calls of tools as an assistant makes them, without a transport."""

from __future__ import annotations

from typing import Any

from kb.answers.addresses import Addresses
from kb.assistants.messages import CALL, Message, Refusal
from kb.assistants.service import Service, answer
from kb.search.searcher import Searcher

#: Where the site of the tests stands.
SITE = "https://cases.example.org"


def call(searcher: Searcher, tool: str, **arguments: Any) -> dict[str, Any]:
    """The result of a tool."""
    service = Service(searcher=lambda: searcher, addresses=Addresses(root=SITE))
    params = {"name": tool, "arguments": arguments}
    made = answer(Message(method=CALL, params=params, id=1), service)
    assert not isinstance(made, Refusal)
    return made["result"]


def words(result: dict[str, Any]) -> str:
    """What an assistant reads of a result."""
    (content,) = result["content"]
    return content["text"]
