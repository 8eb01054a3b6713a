"""What the form says of a mistake: the rules of the command, in words of the form."""

from __future__ import annotations

import io
import re

import pytest

from kb.content.rules import RULES, page_text
from tests.kb.content.test_rule_pages import NOT_SHOWN, PRINTERS, document, example
from tests.web.contribute.forms import errors, fields_of, hints
from tests.web.contribute.test_case import WHOLE

#: What nobody who fills in a form has before them: places in a file, its lines and its names.
OF_A_FILE = re.compile(
    r"\w\[\d+\]|\bline '|\bthe line\b|sources\.bib|front-?matter|YAML|\.md\b|\[\]|\(rule:|"
    r"(?<![\w/-])(?:our_reading|role_model_for|compared_with|before_qualifier|locator|horizon)\b|"
    r"\b\w+: \[|\bmust be given; add|\blist of records\b",
)

#: What is otherwise in a case that has all it needs, and all that is said of it.
SAID = [
    ({"title": ""}, ["Title: Fill this in. An example: Three printers buy a press together."]),
    ({"title": "x" * 95}, ["Title: Write 90 characters or fewer. This has 95, so cut 5."]),
    ({"kind": ""}, ["What it is: Choose one: Network, Programme, Study or Guide."]),
    ({"country": ""}, ["Country: Fill this in. An example: Norway."]),
    ({"country": "Norwy"}, ["Country: “Norwy” is no country that we know. Did you mean Norway? "
                            "Write its English name."]),
    ({"members.count": "about 5"}, ["Members, How many: Write the number alone: 5. Choose “about” "
                                    "under “How exact that number is”."]),
    ({"sources.1.key": "doe-2002"}, ["Source 1, Short name of the source: “doe-2002” is no short "
                                     "name in our list. Did you mean doe-2001? For a source that "
                                     "is not in the list, fill in “They told it to us themselves” "
                                     "or “A published work that our list does not have”."]),
    ({"sources.1.key": "", "sources.1.locator": ""}, ["Source: Add at least one source."]),
    ({"results.1.direction": ""}, ["Result 1, Which way it went: Choose one: Higher, Lower or "
                                   "Reached."]),
    ({"results.1.value": "80%"}, ["Result 1, The figure: Write the number alone: 80. What it "
                                  "counts is chosen under “The unit of the figure”."]),
    ({"results.1.value": "about 80"}, ["Result 1, The figure: Write the number alone: 80. Choose "
                                       "“about” under “How exact the figure is”."]),
    ({"results.1.value": "most"}, ["Result 1, The figure: This must be a plain number such as 30 "
                                   "or 7000000, not 'most'."]),
    ({"results.1.value": "70"}, ["Result 1, The figure: “The result in one sentence” does not tell "
                                 "this figure, 70: it tells 80%. Correct one of the two."]),
    ({"results.1.unit": ""}, ["Result 1, The unit of the figure: Choose the unit of the figure."]),
    ({"results.1.range": ["50", "60"], "results.1.statement": "It fell by 50% to 80%, or by 60%."},
     ["Result 1, Or two figures, low and high: Fill in “The figure” or this, and not both."]),
    ({"results.1.statement": "They aim to pay 80% less."},
     ["Result 1, The result in one sentence: Tell what happened, and 'aim to' tells an aim. Say "
      "what came of it, or move the aim to the text."]),
    ({"planned": ["exporting"]},
     ["Which of these were only planned: Tick “Exporting” under “What it was for” too, or "
      "take it out here."]),
    ({"our_reading": ["region"]},
     ["What is our own reading: “Region or town” is ticked here, and nothing stands in it. Fill it "
      "in, or take the tick out."]),
    ({"title": "Metal firms purchase machines", "id": "norway/again"},
     ["Title: A case has this title already: norway/metal-buyers. Choose another one."]),
    ({"title": "Five \u202erekab"},
     ["Title: This must hold no sign that turns the direction of reading, and holds U+202E; take "
      "it out, it cannot be seen."]),
    ({"members.who": "bak\u200bers"},
     ["Members, Who they are: This holds U+200B, a sign that nobody sees and that search and "
      "sorting trip over; take it out."]),
    ({"title": "The <b>first</b> bakers"},
     ["Title: This is plain text, and holds HTML, '<b>'. Take it out, and write the words alone."]),
    ({"text.3": "A <b>bold</b> word."},
     ["What they did together: Raw HTML is not allowed: '<b>'; write the words alone."]),
    ({"id": "Norway/Bakers"},
     ["Address: The address must be a folder and a name in lower case letters, digits and hyphens, "
      "such as norway/boat-builders, not 'Norway/Bakers'."]),
    ({"related": "norway/metal-buyer"},
     ["Related cases: Line 1: no case has the address “norway/metal-buyer”. Did you mean "
      "norway/metal-buyers (Metal firms purchase machines)? Take it out, or mend it."]),
    ({"role_model_for": "Bakers\n" + "x" * 161},
     ["Whom it suits: Line 2: write 160 characters or fewer. This has 161, so cut 1."]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), SAID, ids=lambda one: None)
def test_a_mistake_is_told_in_the_words_of_the_form(client, changes, said) -> None:
    """The label of the field, the words of the choices, and what to do there."""
    page = client.post("/contribute/case", data={**WHOLE, **changes, "do": "check"})
    assert (page.status_code, errors(page)) == (400, said)


@pytest.mark.parametrize("rule", sorted(set(RULES) - NOT_SHOWN))
def test_no_rule_speaks_of_a_file(client, rule: str) -> None:
    """Of the bad example of every rule the form says nothing that only its file would show."""
    blocks = example(page_text(rule), "Bad")
    language, path, text = blocks[0]
    if path not in ("", PRINTERS) or language not in ("yaml", "markdown"):
        return  # of a file that is no case
    text = document(PRINTERS, text) if language == "yaml" else document(PRINTERS, "", text)
    sent = {"file": (io.BytesIO(text.encode()), "printers.md")}
    opened = client.post("/contribute/open", data=sent)
    if opened.status_code == 400:
        return  # it opens in no form
    fields = fields_of(opened, "case-form")
    page = client.post("/contribute/case", data={**fields, "do": "check"})
    for said in (*errors(page), *hints(page)):
        assert OF_A_FILE.search(re.sub(r"'[^' ]*\.md[^' ]*'", "", said)) is None, said
