"""The rules of OAI-PMH 2.0: what may be asked, and how all else is refused."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.harvesting.protocol import (
    BAD_ARGUMENT,
    BAD_TOKEN,
    BAD_VERB,
    NO_FORMAT,
    VERBS,
    Asked,
    Refused,
    read_request,
    token_after,
)

#: Requests that break a rule, with the code and a part of the sentence.
REFUSALS = [
    ("", BAD_VERB, "The argument verb is missing. Give one of Identify,"),
    ("verb=", BAD_VERB, "'' is no verb"),
    ("verb=identify", BAD_VERB, "'identify' is no verb"),
    ("verb=Identify&verb=Identify", BAD_VERB, "given 2 times"),
    ("verb=Identify&colour=red", BAD_ARGUMENT, "'colour' is not one of Identify, which takes none"),
    ("verb=GetRecord&metadataPrefix=mods", BAD_ARGUMENT, "identifier is missing; GetRecord"),
    ("verb=GetRecord&identifier=oai:x:y", BAD_ARGUMENT, "metadataPrefix is missing"),
    ("verb=ListRecords", BAD_ARGUMENT, "metadataPrefix is missing; ListRecords needs it"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=", BAD_ARGUMENT, "from is empty"),
    ("verb=ListRecords&metadataPrefix=marcxml", NO_FORMAT, "Ask for one of oai_dc, mods."),
    ("verb=ListRecords&metadataPrefix=a%20b", BAD_ARGUMENT, "cannot name a format"),
    ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=mods", BAD_ARGUMENT, "given 2 times"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2026", BAD_ARGUMENT, "from is '2026'"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", BAD_ARGUMENT, "from is '2026-02"),
    ("verb=ListRecords&metadataPrefix=oai_dc&until=20260203", BAD_ARGUMENT, "until is '20260203'"),
    (
        "verb=ListRecords&metadataPrefix=oai_dc&until=2026-02-03T00:00:00Z",
        BAD_ARGUMENT,
        "Give a day as YYYY-MM-DD",
    ),
    (
        "verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-03&until=2026-02-02",
        BAD_ARGUMENT,
        "from, 2026-02-03, is after until, 2026-02-02",
    ),
    ("verb=ListRecords&metadataPrefix=oai_dc&set=a/b", BAD_ARGUMENT, "set is 'a/b'"),
    ("verb=ListRecords&resumptionToken=nonsense", BAD_TOKEN, "is none that ListRecords"),
    ("verb=ListRecords&resumptionToken=oai_dc~~~", BAD_TOKEN, "begin the list again"),
    ("verb=ListRecords&resumptionToken=oai_dc~~~~", BAD_TOKEN, "begin the list again"),
    ("verb=ListRecords&resumptionToken=~~~~a/b", BAD_TOKEN, "begin the list again"),
    ("verb=ListRecords&resumptionToken=oai_dc~2026~~~a/b", BAD_TOKEN, "begin the list again"),
    ("verb=ListRecords&resumptionToken=marc~~~~a/b", BAD_TOKEN, "begin the list again"),
    ("verb=ListSets&resumptionToken=oai_dc~~~~a/b", BAD_TOKEN, "ListSets"),
    (
        "verb=ListRecords&resumptionToken=oai_dc~~~~a/b&set=network",
        BAD_ARGUMENT,
        "stands alone, and set is given too",
    ),
    (f"verb={'x' * 10_000}", BAD_VERB, f"'{'x' * 80}…' is no verb"),
    (f"verb=GetRecord&metadataPrefix=mods&identifier={'x' * 10_000}", BAD_ARGUMENT, "longer than"),
    (f"verb=Identify&{'x' * 10_000}=1", BAD_ARGUMENT, f"'{'x' * 80}…' is not one of"),
]


def read(query: str) -> Asked:
    """What a query string asks."""
    return read_request(parse_qsl(query, keep_blank_values=True))


@pytest.mark.parametrize(("query", "code", "words"), REFUSALS, ids=range(len(REFUSALS)))
def test_a_broken_rule_has_its_code_and_a_sentence(query: str, code: str, words: str):
    """The sentence names the argument and what to do, and is never long."""
    with pytest.raises(Refused) as refused:
        read(query)

    assert refused.value.code == code
    assert words in refused.value.sentence
    assert len(refused.value.sentence) < 400


def test_what_keeps_the_rules_is_read():
    """The arguments in any order; days are inclusive and may be the same."""
    assert read(
        "from=2026-02-03&set=network&until=2026-02-03&metadataPrefix=mods&verb=ListRecords"
    ) == (
        Asked(
            verb="ListRecords",
            given={
                "from": "2026-02-03",
                "set": "network",
                "until": "2026-02-03",
                "metadataPrefix": "mods",
            },
            prefix="mods",
            since="2026-02-03",
            until="2026-02-03",
            of_set="network",
        )
    )


@pytest.mark.parametrize("more", ["", "&from=2026-02-03", "&until=2026-02-03&set=guide"])
def test_a_token_asks_for_the_same_after_a_record(more: str):
    """It holds all that was asked, so nothing has to be remembered."""
    first = read(f"verb=ListIdentifiers&metadataPrefix=oai_dc{more}")
    token = token_after(first, "norway/graphic-arts")
    second = read(f"verb=ListIdentifiers&resumptionToken={token}")

    assert second.after == "norway/graphic-arts"
    for part in ("prefix", "since", "until", "of_set"):
        assert getattr(second, part) == getattr(first, part)
    assert token_after(second, "norway/graphic-arts") == token


@given(st.lists(st.tuples(st.sampled_from(["verb", "from", "set", "x"]) | st.text(), st.text())))
def test_whatever_is_asked_has_an_answer(pairs: list[tuple[str, str]]):
    """A request is read, or it is refused by a code of the protocol, and nothing else happens."""
    with suppress(Refused):
        assert read_request(pairs).verb in VERBS
