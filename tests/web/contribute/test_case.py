"""The form of a case: made of the records, checked by the rules of the command, kept nowhere."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from kb.content.case_form import RECORD, RECORDS, FormField, case_form
from kb.content.corpus import read_corpus
from tests.toy import TOY
from tests.web.contribute.forms import errors, fields_of, file_in, hints, title
from web.contribute.checking import checked
from web.contribute.draft import draft_of_form

#: A case that has all it needs.
WHOLE = {
    "title": "Five bakers buy one oven",
    "summary": "Five bakers in Bergen bought one large oven and share it.",
    "kind": "network",
    "country": "Norway",
    "project": ["joint-purchasing"],
    "members.who": "bakers",
    "members.count": "5",
    "sources.1.key": "doe-2001",
    "sources.1.locator": "p. 7",
    "results.1.metric": "cost",
    "results.1.level": "output",
    "results.1.direction": "down",
    "results.1.statement": "Ovens cost each of them 80% less.",
    "results.1.value": "80",
    "results.1.unit": "percent",
    "results.1.locator": "p. 7",
    "text.1": "Each baker needed an oven that none could fill.",
    "text.3": "They bought one oven, and drew lots for the hours.",
}
FILE = """\
---
title: Five bakers buy one oven
kind: network
country:
- Norway
type: []
project:
- joint-purchasing
results:
- metric: cost
  level: output
  direction: down
  statement: Ovens cost each of them 80% less.
  locator: p. 7
  value: 80
  unit: percent
summary: Five bakers in Bergen bought one large oven and share it.
sources:
- key: doe-2001
  locator: p. 7
members:
  who: bakers
  count: 5
---

## Situation

Each baker needed an oven that none could fill.

## What they did together

They bought one oven, and drew lots for the hours.
"""


def filled(**changes: Any) -> dict[str, Any]:
    """The whole case with some fields otherwise; two underscores stand for a dot."""
    return {**WHOLE, **{name.replace("__", "."): text for name, text in changes.items()}}


def every(fields: tuple[FormField, ...]) -> list[FormField]:
    """Fields that are filled in, those of records among them."""
    return [
        inner
        for one in fields
        for inner in (every(one.fields) if one.kind in (RECORD, RECORDS) else [one])
    ]


def test_every_field_of_the_records_stands_in_the_form(client) -> None:
    """With a record of each kind the form has a field for every one that a case may have."""
    page = client.post(
        "/contribute/case",
        data={"results.1.about": "x", "sources.1.locator": "x", "changes.1.day": "x", "do": "edit"},
    )
    names = set(re.findall(r'name="([^"]+)"', page.text))
    wanted = {one.name.replace("*", "1") for one in every(case_form())}
    assert wanted - names == set()
    assert {"id", "text.1", "text.5"} <= names


def test_a_new_case_is_empty_but_for_what_is_known(client) -> None:
    """The kind that the compendium is about and the day stand in it; one source is asked for."""
    fields = fields_of(client.get("/contribute/case"), "case-form")
    written = {name: texts for name, texts in fields.items() if any(texts)}
    assert sorted(written) == ["added", "kind"]
    assert written["kind"] == ["network"]
    assert "sources.1.key" in fields
    assert "results.1.metric" not in fields


def test_a_whole_case_is_ready(client) -> None:
    """Nothing is wrong with it; its address is made of country and title; its file is as it was."""
    page = client.post("/contribute/case", data={**WHOLE, "do": "check"})
    assert (page.status_code, title(page)) == (200, "Ready to send: Five bakers buy one oven")
    assert file_in(page) == FILE
    assert "/cases/norway/five-bakers-buy-one-oven" in page.text
    saved = client.post("/contribute/file", data=fields_of(page, "travels"))
    assert saved.text == FILE
    assert saved.headers["Content-Disposition"] == (
        'attachment; filename="five-bakers-buy-one-oven.md"'
    )


def test_the_file_passes_the_check_of_the_command(client, toy_cases: Path) -> None:
    """What is downloaded is put into the folder of cases, and nothing is wrong with it."""
    saved = client.post("/contribute/file", data=WHOLE)
    (toy_cases / "norway" / "five-bakers-buy-one-oven.md").write_bytes(saved.data)
    corpus = read_corpus(toy_cases)
    assert [str(one) for one in corpus.problems] == []


#: What is otherwise in a case that had all it needs.
MISTAKES = [
    {"title": ""},
    {"country": "Norwy"},
    {"results.1.value": "80%"},
    {"results.1.unit": ""},
    {"sources.1.key": "doe-2002"},
    {"text.3": "A <b>bold</b> word."},
    {"title": "Metal firms purchase machines", "id": "norway/again"},
    {"title": "Five \u202erekab"},
    {"related": "norway/nothing"},
]


@pytest.mark.parametrize("changes", MISTAKES, ids=lambda one: "-".join(one))
def test_a_mistake_is_told_at_its_field(
    client, searcher, toy_cases: Path, changes: dict[str, str]
) -> None:
    """In the summary with a link, and beside the field; by the same rules as the command."""
    sent = {**WHOLE, **changes}
    page = client.post("/contribute/case", data={**sent, "do": "check"})
    assert page.status_code == 400
    targets = re.findall(r'<li><a href="#([a-z0-9-]+)">', page.text)
    assert len(targets) == len(errors(page)) > 0
    for target in targets:
        assert f'id="{target}"' in page.text
    (toy_cases / "norway" / "bakers.md").write_bytes(
        client.post("/contribute/file", data=sent).data
    )
    by_command = sorted(one.rule for one in read_corpus(toy_cases).problems)
    draft = draft_of_form(MultiDict(sent), searcher.taxonomy)
    found = checked(draft, searcher)
    assert sorted(one.rule for one in (*found.faults, *found.hints)) == by_command


def test_nothing_that_was_written_is_lost(client) -> None:
    """The form that is shown again sends what was sent."""
    sent = {**WHOLE, "title": "", "members.partners": "a bank\nb", "text.5": "Think *twice*."}
    page = client.post("/contribute/case", data={**sent, "do": "check"})
    again = {name: texts for name, texts in fields_of(page, "case-form").items() if any(texts)}
    wanted = {name: [text] if isinstance(text, str) else text for name, text in sent.items()}
    assert again == {name: texts for name, texts in wanted.items() if any(texts)}


def test_records_are_added_and_taken_out_without_a_script(client) -> None:
    """A button adds an empty result or source, another takes one out, and the others close up."""
    page = client.post("/contribute/case", data={**WHOLE, "do": "add-results"})
    fields = fields_of(page, "case-form")
    assert fields["results.1.value"] == ["80"]
    assert fields["results.2.value"] == [""]
    assert 'data-at="field-results-2"' in page.text
    two = {**WHOLE, "results.2.statement": "The oven was full.", "results.2.locator": "p. 8"}
    page = client.post("/contribute/case", data={**two, "do": "remove-results-1"})
    fields = fields_of(page, "case-form")
    assert fields["results.1.statement"] == ["The oven was full."]
    assert "results.2.statement" not in fields
    assert page.status_code == 200
    assert errors(page) == []


def test_a_case_that_is_not_finished_is_kindly_told_so(client) -> None:
    """What is missing stands under words of its own, and can be left for later."""
    page = client.post("/contribute/case", data={"title": "Bakers", "do": "check"})
    assert "Not finished yet" in page.text
    assert "You can save the draft now and fill them in later" in page.text
    saved = client.post("/contribute/file", data={"title": "Bakers"})
    assert saved.text.startswith("---\ntitle: Bakers\n")


def test_a_preview_is_the_page_of_the_case(client) -> None:
    """It has the parts of the page of a case, and leads to no address that is not there."""
    page = client.post("/contribute/preview", data=WHOLE)
    assert (page.status_code, title(page)) == (200, "Five bakers buy one oven")
    assert "<strong>A preview.</strong> Nothing is published." in page.text
    assert '<h2 class="label">Results at a glance</h2>' in page.text
    assert '<h2 id="situation">Situation</h2>' in page.text
    assert "Toy Networks" in page.text
    leads = re.findall(r'(?:href|action)="(/[^"#?]*)', page.text)
    assert [one for one in leads if one.startswith("/cases/norway/five")] == []
    assert '<meta name="robots" content="noindex">' in page.text
    assert "/assets/site.prose.case.near.contribute." in page.text
    back = client.post("/contribute/case", data={**fields_of(page, "travels"), "do": "edit"})
    assert fields_of(back, "case-form")["results.1.value"] == ["80"]


def test_what_those_who_did_it_told_is_shown_as_such(client) -> None:
    """A case of which the source is that it was told says so on its page."""
    sent = {
        **WHOLE,
        "sources.1.key": "told-bakers",
        "sources.1.told.by": "the manager of a member firm",
        "sources.1.told.day": "2026-11-28",
    }
    page = client.post("/contribute/preview", data=sent)
    assert "Told to this compendium by the manager of a member firm" in page.text
    assert "Told by those who did it on 28 November 2026, and published nowhere else." in page.text


def test_a_preview_says_nothing_that_is_not_known(client) -> None:
    """Of what kind a work is nobody said; and an empty field is no word on the source."""
    sent = {
        **WHOLE,
        "sources.1.key": "ruhr-2021",
        "sources.1.work.title": "Five bakers",
        "sources.1.work.year": "2021",
    }
    page = client.post("/contribute/preview", data=sent)
    assert title(page) == "Five bakers buy one oven"
    assert "econdary source" not in page.text
    assert "Not in the source" not in page.text
    assert "Not filled in: where in the country, in which years, how it began." in page.text
    page = client.post("/contribute/preview", data={**sent, "sources.1.work.kind": "secondary"})
    assert "Secondary source." in page.text


def test_what_a_choice_of_a_long_list_means_stands_below_it(client, searcher) -> None:
    """Of the measure that is chosen, in the words of the vocabulary; the others are at hand."""
    page = client.post("/contribute/case", data={**WHOLE, "do": "edit"}).text
    meant = searcher.taxonomy["metrics"].get("cost").definition

    assert meant
    lines = re.findall(r'<p[^>]* id="means-results-1-metric"[^>]*>(.*?)</p>', page)
    assert lines == [meant]
    [select] = re.findall(r'<select id="field-results-1-metric"[^>]*>', page)
    assert "means-results-1-metric" in select
    assert f'data-means="{meant}" selected' in page
    unsaid = client.post(
        "/contribute/case", data={**WHOLE, "do": "edit", "results.1.metric": ""}
    ).text
    assert re.findall(r'<p[^>]* id="means-results-1-metric"[^>]*>(.*?)</p>', unsaid) == [""]
    assert 'id="means-members-qualifier"' not in unsaid


def test_an_address_in_another_country_is_worth_a_look(client) -> None:
    """It keeps nothing from happening: a folder may be of a programme, too."""
    page = client.post("/contribute/case", data={**WHOLE, "id": "sweden/bakers", "do": "check"})
    assert (page.status_code, errors(page)) == (200, [])
    assert hints(page) == [
        "Address: The address begins with sweden, and the country is Norway. Correct one of the "
        "two: the address does not change later."
    ]


def test_the_length_of_each_text_is_told(client) -> None:
    """Characters of those that may have so many, words of the others, and of all together."""
    page = client.post("/contribute/case", data={**WHOLE, "do": "edit"})
    told = re.findall(r'<p class="give-count[^>]* id="(count-[a-z0-9-]+)".*?>(.*?)</p>', page.text)
    said = {name: re.sub("<.*?>", "", text) for name, text in told}
    assert said["count-title"] == "24 of 90 characters"
    assert said["count-text-1"] == "9 words"
    assert said["count-all"] == "19 words in the whole text. 150 to 400 are best."
    assert 'aria-describedby="hint-title count-title"' in page.text
    story = client.post("/contribute/story/short", data={"short": "Five bakers"})
    assert "<span>11</span> of 300 characters" in story.text


@pytest.mark.parametrize(
    ("n_words", "status", "said"),
    [
        (800, 200, "The text has 816 words, and 150 to 400 are best; cut some, beginning with "
                   "'What they did together', which has 800."),
        (2_500, 400, "The text must have 2,000 words or fewer, not 2,516: cut 516, beginning with "
                     "'What they did together', which has 2,500. 150 to 400 are best."),
    ],
)  # fmt: skip
def test_a_text_that_is_too_long_is_told_what_to_cut(client, n_words, status, said) -> None:
    """Long is worth a look, far too long is refused; at the part that is longest."""
    page = client.post(
        "/contribute/case", data={**WHOLE, "text.3": "word " * n_words, "do": "check"}
    )
    told = errors(page) if status == 400 else hints(page)
    assert (page.status_code, told) == (status, [f"What they did together: {said}"])


def test_what_is_worth_a_look_is_no_error(client) -> None:
    """It stands beside its field and in a list of its own, and the field is not marked as wrong."""
    sent = {**WHOLE, "summary": WHOLE["title"], "results.1.value": "80%", "do": "check"}
    page = client.post("/contribute/case", data=sent)
    told = "This must say more than the title: who did what together, where, and what came of it."
    assert hints(page) == [f"In a sentence or two: {told}"]
    assert len(errors(page)) == 1
    field = re.search(r'<textarea id="field-summary".*?>', page.text)[0]
    assert "aria-invalid" not in field
    assert 'aria-describedby="hint-summary why-summary count-summary"' in field
    assert f'id="why-summary"><span class="hidden">Worth a look:</span> {told}</p>' in page.text
    answer = client.post("/contribute/check", data=sent)
    assert answer.json["hints"] == {"summary": [told]}


def test_a_preview_needs_a_case(client) -> None:
    """Where the front-matter keeps it from being a case the form says what is wrong."""
    page = client.post("/contribute/preview", data={**WHOLE, "country": "Norwy"})
    assert (page.status_code, title(page)) == (400, "Write a case")


@pytest.mark.parametrize("name", ["norway/metal-buyers", "france/wine-exporters"])
def test_a_file_opens_in_the_form(client, name: str) -> None:
    """What it says stands there, saved again it says the same; a taken address is told."""
    data = (TOY / f"{name}.md").read_bytes()
    page = client.post("/contribute/open", data={"file": (io.BytesIO(data), f"{name}.md")})
    assert (page.status_code, errors(page)) == (200, [])
    fields = fields_of(page, "case-form")
    assert fields["id"] == [name]
    assert "A case has this address already" in page.text
    saved = client.post("/contribute/file", data=fields)
    again = client.post("/contribute/open", data={"file": (io.BytesIO(saved.data), "x.md")})
    other = fields_of(again, "case-form")
    assert (fields.pop("replaces"), other.pop("replaces", None)) == (["yes"], None)
    assert {**fields, "id": []} == {**other, "id": []}


#: What is said of a new case with the address of another one.
TAKEN = (
    "Address: The address must be a new one: “Metal firms purchase machines” has "
    "norway/metal-buyers already. Choose another short name, or tick below that you are changing "
    "that case."
)


def test_a_new_case_takes_no_address_of_another(client) -> None:
    """It is an error at the address, unless somebody says that they change the case there."""
    sent = {**WHOLE, "id": "norway/metal-buyers", "do": "check"}
    page = client.post("/contribute/case", data=sent)
    assert (page.status_code, title(page), errors(page)) == (400, "Write a case", [TAKEN])
    assert "replaces" not in fields_of(page, "case-form")
    assert "Sent on, this text would take its place" not in page.text
    change = client.post("/contribute/case", data={**sent, "replaces": "yes"})
    assert (change.status_code, title(change)) == (200, "Ready to send: Five bakers buy one oven")
    assert "Sent on, this text would take its place" in change.text
    assert fields_of(change, "travels")["replaces"] == ["yes"]
    other = client.post("/contribute/case", data={**sent, "id": "norway/five-bakers"})
    assert (other.status_code, title(other)) == (200, "Ready to send: Five bakers buy one oven")


def test_another_case_in_a_file_of_that_name_changes_none(client) -> None:
    """A file that is called as a case is, and tells something else, was not begun from it."""
    data = client.post("/contribute/file", data=WHOLE).data
    page = client.post("/contribute/open", data={"file": (io.BytesIO(data), "metal-buyers.md")})
    assert errors(page) == [TAKEN]
    assert "replaces" not in fields_of(page, "case-form")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Choose a file first: none was sent, or it is empty."),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "Line 1: must be UTF-8; byte 0x89 is not. Save the file as "
                                       "UTF-8."),
        (b"---\na: \x00\n---\n", "Line 2: must be text; it holds a NUL byte."),
        (b"Just words.", "Line 1: must open with front-matter on line 1; open the file with a line "
                         "'---', the fields, and another line '---'."),
        (b"---\n- a\n---\nx", "Line 1: the front-matter must be fields such as 'title: ...', "
                              "one on a line."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_case(client, data: bytes, told: str) -> None:
    """It is refused with its line and what to do."""
    page = client.post("/contribute/open", data={"file": (io.BytesIO(data), "x.md")})
    assert (page.status_code, errors(page)) == (400, [told])


def test_a_file_with_a_field_of_its_own_is_told_so(client) -> None:
    """What no field takes is left out, and said."""
    data = b"---\ntitle: x\nlayout: post\n---\n\nText."
    page = client.post("/contribute/open", data={"file": (io.BytesIO(data), "x.md")})
    assert "\u201clayout\u201d in the file is no field of a case, and was left out." in page.text
    assert fields_of(page, "case-form")["text.other"] == ["Text."]


def test_the_script_is_told_what_is_wrong(client) -> None:
    """The address of the page's own script says each fault by its field, and how many there are."""
    answer = client.post("/contribute/check", data={**WHOLE, "results.1.value": "80%"})
    assert answer.json == {
        "id": "norway/five-bakers-buy-one-oven",
        "faults": {
            "results.1.value": [
                "Write the number alone: 80. What it counts is chosen under “The unit of the "
                "figure”."
            ]
        },
        "hints": {},
        "other": [],
        "missing": 1,
    }
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_result_that_is_removed_leaves_the_text(client) -> None:
    """Its item goes with it; other items, and text that says more than it, stay."""
    aim = "We hope to hire ten people."
    text = f"They tell:\n\n- Ovens cost 80% less.\n- {aim}\n- {aim} In ten years."
    two = {**WHOLE, "results.2.statement": aim, "text.4": text, "do": "remove-results-2"}
    fields = fields_of(client.post("/contribute/case", data=two), "case-form")
    assert "results.2.statement" not in fields
    assert fields["text.4"] == [f"They tell:\n\n- Ovens cost 80% less.\n- {aim} In ten years."]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("five-bakers-share-one (1).md", "norway/five-bakers-share-one"),
        ("five-bakers-share-one(12).md", "norway/five-bakers-share-one"),
        ("five-bakers-1.md", "norway/five-bakers-1"),
        ("dl-a360.md", "norway/five-bakers-buy-one-oven"),
    ],
)
def test_the_address_of_a_file_is_no_name_that_a_browser_gave(client, name, address) -> None:
    """The number behind a second download is not of it, and what shares no word with the title."""
    data = client.post("/contribute/file", data=WHOLE).data
    page = client.post("/contribute/open", data={"file": (io.BytesIO(data), name)})
    assert fields_of(page, "case-form")["id"] == [address]
