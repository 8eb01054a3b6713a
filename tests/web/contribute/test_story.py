"""A story in plain questions: each page, the way on and back, and the draft that it makes."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from kb.citations.items import today
from tests.web.contribute.forms import errors, file_in, title
from web import create_app
from web.contribute.story import HEARD, QUESTIONS, READ, TOLD

TELLER = {
    "short": "Five bakers of a town buy flour together. It pays.",
    "who": "bakeries of one town",
    "count": "5",
    "country": "NO",
    "region": "Bergen",
    "goal": ["joint-purchasing"],
    "before": "Each paid the full price.",
    "did": "They agreed on one mill.\n\nOne bakery orders for all.",
    "came": "- Each bakery pays 20% less for flour.\n\nTwo bakeries hired an apprentice.",
    "how": TOLD,
    "part": "the manager of a member firm",
    "named": "yes",
    "contact": "",
}
READER = {
    **{name: TELLER[name] for name in ("short", "who", "country", "did", "came")},
    "how": READ,
    "work": "Five bakers",
    "by": "Ruhr-Zeitung",
    "year": "about 2021",
    "url": "https://example.org/five",
    "place": "paragraph 2",
}


def hidden(page: TestResponse) -> dict[str, list[str]]:
    """The answers that travel with a page, by name."""
    found = re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)">', page.text, re.S)
    names = dict.fromkeys(name for name, _ in found)
    return {name: [html.unescape(text) for key, text in found if key == name] for name in names}


def walk(client: Any, answers: dict[str, Any]) -> list[str]:
    """Answer page after page, each with what travels, until the answers are checked; the titles."""
    page, seen = client.get("/contribute/story/short"), []
    while "Check your answers" not in title(page):
        seen.append(title(page))
        own = re.findall(r'id="field-([a-z]+)"', page.text)
        to = re.search(r'id="story-form".*? action="(.*?)"', page.text)[1]
        sent = {**hidden(page), **{name: answers[name] for name in own if answers.get(name)}}
        page = client.post(to, data=sent)
        assert page.status_code == 200
    return seen


def test_the_first_question_is_where_it_begins(client) -> None:
    """The address of the story leads to its first question, and back to the two doors."""
    assert client.get("/contribute/story").headers["Location"] == "/contribute/story/short"
    page = client.get("/contribute/story/short")
    assert title(page) == "In a sentence or two: who did what together?"
    assert '<a href="/contribute">Back</a>' in page.text


@pytest.mark.parametrize(
    ("answers", "pages"),
    [
        (TELLER, ["What was your part in it?", "May we name the firms?"]),
        (READER, ["Where did you read it?"]),
        ({**READER, "how": HEARD}, []),
    ],
)
def test_the_questions_hang_on_how_somebody_knows(client, answers, pages) -> None:
    """One question a page; who took part is asked for the part, who read it for the work."""
    common = [one.title for one in QUESTIONS[: [one.id for one in QUESTIONS].index("part")]]
    assert walk(client, answers) == [*common, *pages]


def test_earlier_answers_travel_and_are_read_anew(client) -> None:
    """A page holds all other answers as hidden fields; one that was forged is told at the check."""
    page = client.post("/contribute/story/who", data={"at": "short", **TELLER, "country": "XX"})
    assert title(page) == "Who joined?"
    assert hidden(page)["did"] == [TELLER["did"]]
    assert "who" not in hidden(page)

    page = client.post("/contribute/story/draft", data={**TELLER, "country": "XX", "how": "guess"})
    assert page.status_code == 400
    assert errors(page) == ["Choose the country.", "Choose how you know of it."]


def test_nobody_is_kept_from_going_back(client) -> None:
    """An answer that is not right yet stops the way on, and not the way back, and is kept."""
    sent = {"at": "who", "short": "x", "who": "", "count": "2 or 3"}
    on = client.post("/contribute/story/where", data=sent)
    assert (on.status_code, title(on)) == (400, "Who joined?")
    assert errors(on) == [
        "Say what the firms are, such as: bakeries of one town.",
        "“How many joined, if you know” takes one number, such as 5, about 400 or at least 20. Of "
        "a range give the lower one: at least 350. Or leave it empty.",
    ]
    back = client.post("/contribute/story/short", data=sent)
    assert (back.status_code, hidden(back)["count"]) == (200, ["2 or 3"])


@pytest.mark.parametrize(
    ("name", "text", "at", "to", "told"),
    [
        ("short", "x" * 301, "short", "who", "“In a sentence or two” takes 300 characters or "
         "fewer. It has 301, so cut 1."),
        ("before", "x" * 5_100, "goal", "did", "“What was difficult before?” takes 5,000 "
         "characters or fewer. It has 5,100, so cut 100."),
        ("goal", "nonsense", "goal", "did", "“What for”: tick some of the list, or none."),
        ("came", "a\n" + "b" * 161, "came", "title", "Write each result in 160 characters or "
         "fewer. Line 2 has 161: shorten it, or make two of it."),
        ("came", "a\n" * 13, "came", "title", "Tell 12 results or fewer. There are 13; join some."),
        ("year", "last year", "work", "check", "Year must be a year such as 2021, or: about 2021, "
         "or: no date."),
        ("url", "javascript:alert(1)", "work", "check", "Address on the web must begin with "
         "https:// or http://."),
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer(client, name, text, at, to, told) -> None:
    """Each wrong answer is told in a sentence that says what to do."""
    page = client.post(f"/contribute/story/{to}", data={**READER, name: text, "at": at})
    assert (page.status_code, errors(page)) == (400, [told])


def test_the_answers_are_checked_with_a_way_to_change_each(client) -> None:
    """Every page that the story had stands there, with a button that leads to it."""
    page = client.post("/contribute/story/check", data={**TELLER, "count": ""})
    changes = re.findall(r'formaction="/contribute/story/([a-z]+)">Change', page.text)
    assert changes == [
        *("short", "who", "where", "goal", "did", "came", "title", "how", "part", "named"),
    ]
    assert "Norway" in page.text
    assert "Joint purchasing" in page.text
    changed = client.post("/contribute/story/who", data={**hidden(page), "at": "check"})
    assert (changed.status_code, title(changed)) == (200, "Who joined?")
    assert f'value="{TELLER["who"]}"' in changed.text


def test_the_number_of_questions_is_steady(client) -> None:
    """It is told as a range until the answer is given on which it hangs, and then stays."""

    def said(question: str, **answers: str) -> str:
        page = client.post(f"/contribute/story/{question}", data=answers)
        return re.search(r"Question (.*?)</p>", page.text)[1]

    assert said("short") == "1 of 8 to 10"
    assert said("how", **{"short": "x", "who": "y"}) == "8 of 8 to 10"
    assert [said("how", how=one) for one in (TOLD, READ, HEARD)] == ["8 of 10", "8 of 9", "8 of 8"]
    assert said("named", how=TOLD) == "10 of 10"


def test_a_long_list_is_folded_without_a_script(client) -> None:
    """What most cases have stands open, the rest by its groups; what is ticked is always seen."""
    page = client.get("/contribute/story/goal")
    first, _, folded = page.text.partition("<details")
    assert first.count('name="goal"') == 6
    assert page.text.count('name="goal"') == 28
    summaries = re.findall(r"<details class=.give-more.><summary>(.*?)</summary>", page.text)
    assert [one.partition(" (")[0] for one in summaries] == [
        "More: inputs",
        "More: operations",
        "More: outputs",
    ]
    rare = re.search(r'name="goal" value="([a-z-]+)"', folded)[1]
    again = client.post("/contribute/story/goal", data={"goal": rare})
    assert f'value="{rare}" checked' in again.text.partition("<details")[0]


def test_a_question_that_ends_with_its_sign_has_no_further_one(client) -> None:
    """A label that asks is followed by its answer, without a colon."""
    page = client.post("/contribute/story/check", data=TELLER)
    assert "What was difficult before?</span> Each paid the full price." in page.text
    assert "Country:</span> Norway" in page.text


def test_a_number_may_be_told_as_people_tell_it(client) -> None:
    """The draft has the number, and how exact it is."""
    sent = {**TELLER, "count": "nearly 400 bakeries", "title": "Four hundred bakers"}
    text = file_in(client.post("/contribute/story/draft", data=sent))
    assert "members:\n  who: bakeries of one town\n  count: 400\n  qualifier: about\n" in text
    assert "About 400 joined: bakeries of one town." in text
    assert text.startswith("---\ntitle: Four hundred bakers\n")


def test_a_story_of_those_who_did_it_becomes_a_draft(client) -> None:
    """Its source is that it was told, with part and day; every result rests on it."""
    page = client.post("/contribute/story/draft", data=TELLER)
    assert page.status_code == 200
    assert (
        file_in(page)
        == f"""\
---
title: Five bakers of a town buy flour together
kind: network
country:
- 'NO'
type: []
project:
- joint-purchasing
results:
- statement: Each bakery pays 20% less for flour.
  locator: as told
- statement: Two bakeries hired an apprentice.
  locator: as told
summary: Five bakers of a town buy flour together. It pays.
sources:
- key: told-bakeries-of-one-town-norway-{today()[:4]}
  locator: as told
  told:
    by: the manager of a member firm
    day: '{today()}'
    may_name: true
members:
  who: bakeries of one town
  count: 5
region: Bergen
added: '{today()}'
---

## Situation

Each paid the full price.

## The network

5 joined: bakeries of one town.

## What they did together

They agreed on one mill.

One bakery orders for all.

## Results as reported

- Each bakery pays 20% less for flour.
- Two bakeries hired an apprentice.
"""
    )
    open_parts = re.findall(r"<li>(Result \d.*?)</li>", page.text)
    assert open_parts == [
        f"Result {number}, {what}"
        for number in (1, 2)
        for what in ("What was measured", "Which way it went", "How far it reaches")
    ]


def test_a_story_that_was_read_names_the_work(client) -> None:
    """The work stands in the file as a source of the case alone, with the place in it."""
    text = file_in(client.post("/contribute/story/draft", data=READER))
    assert (
        text[text.index("sources:") : text.index("members:")]
        == """\
sources:
- key: ruhr-zeitung-2021
  locator: paragraph 2
  work:
    title: Five bakers
    by: Ruhr-Zeitung
    year: about 2021
    url: https://example.org/five
"""
    )
    assert text.count("locator: paragraph 2") == 3


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("www.example.org/five", "https://www.example.org/five"),
        ("example.org", "https://example.org"),
        ("http://example.org/a b", "http://example.org/a b"),
        ("five bakers.", "five bakers."),
    ],
)
def test_an_address_needs_no_https(client, told, kept) -> None:
    """What plainly is one is made whole; anything else stays as it was, to be told of."""
    page = client.post("/contribute/story/check", data={**READER, "url": told})
    assert hidden(page)["url"] == [kept]


def test_what_was_only_heard_has_no_result(client) -> None:
    """Without a source the draft holds no result; what was told of it is shown, and kept apart."""
    page = client.post("/contribute/story/draft", data={**READER, "how": HEARD})
    text = file_in(page)
    assert "results: []" in text
    assert "sources: []" in text
    assert "20%" not in text
    assert "<li>Each bakery pays 20% less for flour.</li>" in page.text


def test_a_contact_goes_into_the_e_mail_alone(live, settings) -> None:
    """It is asked for where there is somebody to write to, and stands in no file."""
    app = create_app(live, replace(settings, contact="desk@example.org"))
    client = app.test_client()
    sent = {**TELLER, "contact": "me@example.org"}
    asked = client.post("/contribute/story/contact", data=sent)
    assert title(asked) == "How can an editor reach you?"
    page = client.post("/contribute/story/draft", data=sent)
    assert "You%20can%20reach%20me%20here%3A%20me%40example.org" in page.text
    assert "me@example.org" not in file_in(page)
    ends = re.search(r'<form id="travels".*?</form>', page.text, re.S)[0]
    assert "me@example.org" not in ends


def test_without_an_address_of_editors_nobody_is_asked_for_one(client) -> None:
    """There is no such page, and a forged answer goes nowhere."""
    assert client.get("/contribute/story/contact").status_code == 404
    page = client.post("/contribute/story/draft", data={**TELLER, "contact": "me@example.org"})
    assert "mailto" not in page.text


def test_a_page_that_there_is_not(client) -> None:
    """Another name is no question."""
    assert client.get("/contribute/story/nonsense").status_code == 404
    assert client.post("/contribute/story/nonsense", data={"short": "x"}).status_code == 404


def test_a_long_first_sentence_is_cut_for_a_title(client) -> None:
    """At a word, and it is seen with the answers before a draft is made of them."""
    short = "Five bakers of a small town in the west buy flour together, and later salt, from one "
    sent = {**TELLER, "short": f"{short}mill of the valley. It pays."}
    cut = f"{short}mill"
    assert len(cut) == 89
    page = client.post("/contribute/story/check", data=sent)
    assert f'<p class="give-none">Left empty</p><p>{cut}</p>' in page.text
    draft = client.post("/contribute/story/draft", data=sent)
    assert file_in(draft).startswith(f"---\ntitle: {cut}\n")


def test_countries_stand_by_their_letters(client) -> None:
    """An accent moves none of them to the end of the list."""
    page = client.post("/contribute/story/where", data={"short": "x"})
    names = [
        html.unescape(name) for name in re.findall(r"<option[^>]*>([^<]+)</option>", page.text)
    ]
    first = [name for name in names if name[0] in "AÅ"]
    assert first[:3] == ["Afghanistan", "Åland Islands", "Albania"]
    assert [name for name in names if name.startswith(("Cos", "Cô", "Cr"))] == [
        *("Costa Rica", "Côte d'Ivoire", "Croatia"),
    ]
    assert names[-1] == "Zimbabwe"
