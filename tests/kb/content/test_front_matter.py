"""Front-matter to Case: each field, each rule, each message."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from kb.content.field_rules import READING_FIELDS, kind_of
from kb.content.front_matter import (
    OPTIONAL,
    REQUIRED,
    FrontMatter,
    MembersFields,
    PeriodFields,
    ResultFields,
    read_case,
)
from kb.content.known import Known
from kb.content.load import Draft, load_folder
from kb.content.taxonomy import load_taxonomy
from kb.errors import Problem
from kb.model.cases import (
    Case,
    Change,
    Contradiction,
    Members,
    Period,
    ReadingPlace,
    Result,
    Source,
    Verified,
    Withdrawal,
)
from kb.model.facet_words import facet_words
from kb.model.facets import FACET_LISTS, FACETS, FIELDS_OF_FACETS, MADE_FACETS
from kb.model.taxonomy import LISTS, OPTIONAL_LISTS, Taxonomy, Vocabulary

TAXONOMY = load_taxonomy(Path(__file__).parents[2] / "broken" / "taxonomy.yaml")

#: Every field there is. Lines count from 1 at the dashes.
FULL = """\
---
title: Three printers buy a press
kind: network
country: [Norway, se]
type: Horizontal network
project: [selling abroad, joint-purchasing]
results:
  - metric: turnover
    level: output
    direction: higher
    statement: Sales rose by about 30%.
    locator: 1.10
    value: 30
    before: 12.5
    unit: percent
    qualifier: about
    before_qualifier: more than
    horizon: first year
    source: doe-2001
  - metric: cost
    level: output
    direction: down
    range: [50, 60]
    unit: percent of firms
    of: 82
    about: presses
    compared_with: firms outside
    statement: Costs fell.
    locator: p. 2
    source: doe-2001
    merged: true
    year: 1997
    contradicted: {source: roe-2002, locator: p. 3, says: They rose., why: It is a guess.}
summary: >-
  Three printers
  bought a press.
sources:
  - key: doe-2001
    locator: pp. 1-2
  - {key: roe-2002, locator: p. 3}
planned: selling abroad
form: [soft, hard]
sectors: [Furniture]
members:
  who: printers
  count: 3
  qualifier: at least
  networks: 2
  partners: [a bank, a college]
formation: self-financed
period: {from: 1989, to: 1992, about: true}
region: Bergen
status: success
related: [norway/other]
teaching:
  questions:
    - Would you?
    - What for?
role_model_for: [Small printers that want a press]
answers: ["Who pays for a press?"]
our_reading: [type, status]
added: 2026-11-22
verified: {day: 2026-11-29, source: doe-2001}
authors: ["Doe, Jane", Industry Canada]
aliases: [norway/printers, printers]
changes:
  - {day: 2026-11-23, what: The title was corrected.}
  - {day: 2026-11-24, what: The summary was shortened.}
withdrawn: {day: 2026-11-25, reason: The firms asked us to take it out.}
---

## Situation

They were small.
"""

#: The least that passes.
LEAST = """\
---
title: A survey
kind: programme
country: NO
type: []
project: []
results: []
summary: A survey.
sources: [{key: doe-2001, locator: whole}]
---

Text.
"""

GUIDE = LEAST.replace("kind: programme\ncountry: NO\n", "kind: guide\n")


def _known(draft: Draft, taxonomy: Taxonomy = TAXONOMY) -> Known:
    """What a file may refer to: itself, one other case and three sources."""
    is_guide = kind_of(draft.front_matter.value, taxonomy).role == "guide"
    guides = {draft.id: is_guide, "norway/other": False}
    return Known(taxonomy=taxonomy, guides=guides, sources=("doe-2001", "roe-2002", "roy-1998"))


def _read(tmp_path: Path, text: str) -> tuple[Case | None, list[Problem]]:
    """The case of a file of this text, and its problems."""
    path = tmp_path / "cases" / "norway" / "a.md"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    (draft,) = load_folder(tmp_path / "cases").drafts
    return read_case(draft, _known(draft))


def _told(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    return sorted((problem.line, problem.message) for problem in _read(tmp_path, text)[1])


def test_every_field_is_read(tmp_path: Path) -> None:
    """A file that gives every field becomes a case that holds all of it, in canonical words."""
    case, problems = _read(tmp_path, FULL)

    assert problems == []
    assert case == Case(
        id="norway/a",
        title="Three printers buy a press",
        kind="network",
        summary="Three printers bought a press.",
        body="## Situation\n\nThey were small.",
        facets={
            "country": ("NO", "SE"),
            "type": ("horizontal",),
            "project": ("exporting", "joint-purchasing"),
            "sector": ("furniture",),
            "results": ("sales", "cost"),
            "kind": ("network",),
            "form": ("soft", "hard"),
            "formation": ("self-financed",),
            "status": ("success",),
            "decade": (),
            "teaching": (),
            "minutes": (),
            "collection": (),
        },
        results=(
            Result(
                metric="sales",
                level="output",
                direction="up",
                statement="Sales rose by about 30%.",
                source="doe-2001",
                locator="1.10",
                low=30,
                high=30,
                before=12.5,
                unit="percent",
                qualifier="about",
                before_qualifier="more than",
                horizon="first year",
            ),
            Result(
                metric="cost",
                level="output",
                direction="down",
                statement="Costs fell.",
                source="doe-2001",
                locator="p. 2",
                low=50,
                high=60,
                unit="percent-of-firms",
                of=82,
                about="presses",
                compared_with="firms outside",
                merged=True,
                year=1997,
                contradicted=Contradiction(
                    source="roe-2002", locator="p. 3", says="They rose.", why="It is a guess."
                ),
            ),
        ),
        sources=(
            Source(key="doe-2001", locator="pp. 1-2"),
            Source(key="roe-2002", locator="p. 3"),
        ),
        planned=("exporting",),
        members=Members(
            who="printers",
            count=3,
            qualifier="at least",
            networks=2,
            partners=("a bank", "a college"),
        ),
        period=Period(start=1989, end=1992, about=True),
        region="Bergen",
        related=("norway/other",),
        questions=("Would you?", "What for?"),
        role_model_for=("Small printers that want a press",),
        answers=("Who pays for a press?",),
        our_reading=("type", "status"),
        added="2026-11-22",
        verified=Verified(day="2026-11-29", source="doe-2001"),
        authors=("Doe, Jane", "Industry Canada"),
        aliases=("norway/printers", "printers"),
        changes=(
            Change(day="2026-11-23", sentence="The title was corrected."),
            Change(day="2026-11-24", sentence="The summary was shortened."),
        ),
        withdrawn=Withdrawal(day="2026-11-25", reason="The firms asked us to take it out."),
        digest=case.digest,
    )


def test_the_example_gives_every_field() -> None:
    """The file that is read above leaves out no field, so that none goes untested.

    Where a guide is read is none of a network; guides that say it are read below.
    """
    given = {line.split(":")[0].strip(" -") for line in FULL.split("---")[1].splitlines()}
    named = {*REQUIRED, *OPTIONAL, *ResultFields.names(), *MembersFields.names()}

    assert named - given == {"reading"}
    assert [field for field in PeriodFields.names() if f"{field}: " not in FULL] == []


def test_the_least_is_enough(tmp_path: Path) -> None:
    """The required fields are enough; everything else is then empty."""
    case, problems = _read(tmp_path, LEAST)

    assert problems == []
    assert case == Case(
        id="norway/a",
        title="A survey",
        kind="programme",
        summary="A survey.",
        body="Text.",
        facets={
            **dict.fromkeys(FACETS, ()),
            "country": ("NO",),
            "kind": ("programme",),
        },
        results=(),
        sources=(Source(key="doe-2001", locator="whole"),),
        digest=case.digest,
    )


def test_a_guide_needs_no_country(tmp_path: Path) -> None:
    """A guide passes without a country and belongs to none."""
    case, problems = _read(tmp_path, GUIDE)

    assert problems == []
    assert case.facets == {**dict.fromkeys(FACETS, ()), "kind": ("guide",)}
    assert case.reading is None


def test_a_guide_says_where_it_is_read(tmp_path: Path) -> None:
    """The part may be named by its label, as any term."""
    text = GUIDE.replace("type: []", "type: []\nreading: {part: To begin with, place: 2}")
    case, problems = _read(tmp_path, text)

    assert problems == []
    assert case.reading == ReadingPlace(part="to-begin", place=2)


def test_where_no_part_is_named_a_guide_is_in_none(tmp_path: Path) -> None:
    """A vocabulary without the list has no part to be read in, and the message says so."""
    lists = {**TAXONOMY.vocabularies, "guide_parts": Vocabulary(name="guide_parts", terms=())}
    path = tmp_path / "norway" / "a.md"
    path.parent.mkdir()
    path.write_text(GUIDE.replace("type: []", "type: []\nreading: {part: any, place: 1}"))
    (draft,) = load_folder(tmp_path).drafts
    _, problems = read_case(draft, _known(draft, Taxonomy(vocabularies=lists)))

    assert [problem.message for problem in problems] == [
        "reading.part must be in the vocabulary, not 'any': Allowed are none, as the list is empty."
    ]


def _yaml(**changes: Any) -> str:
    """The least with some lines replaced or added."""
    lines = LEAST.splitlines()
    for field, value in changes.items():
        found = [i for i, line in enumerate(lines) if line.startswith(f"{field}:")]
        row = f"{field}: {value}"
        if found:
            lines[found[0]] = row
        else:
            lines.insert(9, row)
    return "\n".join(lines)


def _result(text: str) -> str:
    """The least with one result of these fields, which begins on line 7."""
    given = {"metric": "sales", "level": "output", "direction": "up", "statement": "Up.",
             "locator": "p. 1"}  # fmt: skip
    fields = ", ".join(f"{k}: {v}" for k, v in given.items() if f"{k}:" not in text)
    return _yaml(results=f"[{{{fields}, {text}}}]")


def _from_two(*results: str, **changes: str) -> str:
    """The least with results from two sources, which begin on line 7."""
    given = "metric: sales, level: output, direction: up, statement: Up., locator: p. 1"
    listed = ", ".join(f"{{{given}, {result}}}" for result in results)
    text = _yaml(**{"results": f"[{listed}]"} | changes)
    return text.replace("sources: [", "sources: [{key: roe-2002, locator: p. 9}, ")


DOE, ROE = (
    "source: doe-2001, value: 30, unit: percent",
    "source: roe-2002, value: 40, unit: percent",
)
OTHERWISE = "contradicted: {source: roe-2002, locator: p. 9, says: It was 40., why: It is older.}"
TWO_SAY = (
    "gives another figure than results[1], from another source (rule: two sources that contradict "
    "each other); say of what time each is ('year' or 'horizon'), or keep one and tell the other "
    "in its 'contradicted'."
)


@pytest.mark.parametrize("field", REQUIRED)
def test_required_fields_must_be_given(tmp_path: Path, field: str) -> None:
    """Each required field is asked for, and the line that the message proposes mends the file."""
    whole = _yaml(kind="network", type="horizontal", project="[exporting]").splitlines()
    rest = [line for line in whole if not line.startswith(f"{field}:")]
    ((line, message),) = _told(tmp_path / "without", "\n".join(rest))
    asked, proposed = message.split("; add a line such as ")
    lines = [ast.literal_eval(one) for one in re.findall(r"'(?:[^'\\]|\\.)*'", proposed)]
    told = [
        _told(tmp_path / f"with-{number}", "\n".join([rest[0], one, *rest[1:]]))
        for number, one in enumerate(lines)
    ]

    assert (line, asked) == (2, f"{field} must be given")
    assert told == [[]] * len(lines)
    assert (f"{field}: []" in lines) == (field in ("type", "project", "results"))


QUALIFIERS = "Allowed are about, at least, at most, more than, under."
CASE_FIELDS = ", ".join(REQUIRED + OPTIONAL)

#: Name, the file, every problem as (line, message).
MISTAKES = [
    ("country-twice", _yaml(country="[NO, Norway]"),
     [(4, "country[2] is 'NO' again; once is enough.")]),
    ("partner-twice", _yaml(members="{who: bakers, partners: [Oslo Bank, Oslo Bank]}"),
     [(10, "members.partners[2] is 'Oslo Bank' again; once is enough.")]),
    ("our-reading-twice", _yaml(our_reading="[country, country]"),
     [(10, "our_reading[2] is 'country' again; once is enough.")]),
    ("result-twice", _from_two(DOE, DOE),
     [(7, "results[2] is results[1] again, in every field; once is enough.")]),
    ("country-misspelled", _yaml(country="Norwy"),
     [(4, "country must be an ISO 3166 code or English name, not 'Norwy'; nearest: Norway.")]),
    ("country-unknown", _yaml(country="Qqqqqqqq"),
     [(4, "country must be an ISO 3166 code or English name, not 'Qqqqqqqq'; nearest: none.")]),
    ("countries-in-one-text", _yaml(country="Norway, Sweden"),
     [(4, "country must be a list, as 'Norway, Sweden' are several; write [Norway, Sweden].")]),
    ("aliases-in-one-text", _yaml(aliases="norway/x, norway/y"),
     [(10, "aliases must be a list, as 'norway/x, norway/y' are several; write "
           "[norway/x, norway/y].")]),
    ("aliases-of-which-one-is-none", _yaml(aliases="norway/a, Norway B"),
     [(10, "aliases must be an id such as norway/printers, of lower case letters, digits and "
           "hyphens, not 'norway/a, Norway B'.")]),
    ("no-country", _yaml(country="[]"), [(4, "country must name at least one country.")]),
    ("country-empty", _yaml(country=""),
     [(4, "country must not be empty; give a value or remove the line.")]),
    ("country-in-a-guide", GUIDE.replace("kind: guide", "kind: guide\ncountry: NO"),
     [(4, "country must not be given in a guide; remove the line.")]),
    ("empty-country-in-a-guide", GUIDE.replace("kind: guide", "kind: guide\ncountry: []"),
     [(4, "country must not be given in a guide; remove the line.")]),
    ("type-in-a-guide", GUIDE.replace("type: []", "type: horizontal"),
     [(4, "type must be [] in a guide, which is counted in no filter of cases.")]),
    ("project-in-a-guide", GUIDE.replace("project: []", "project: [exporting]"),
     [(5, "project must be [] in a guide, which is counted in no filter of cases.")]),
    ("planned-in-a-guide", GUIDE.replace("type: []", "type: []\nplanned: exporting"),
     [(5, "planned must be [] in a guide, which is counted in no filter of cases.")]),
    ("reading-of-a-case", _yaml(reading="{part: to-begin, place: 1}"),
     [(10, "reading is for guides; remove the line.")]),
    ("reading-without-a-place", GUIDE.replace("type: []", "type: []\nreading: {part: to-begin}"),
     [(5, "reading.place must be given; add a line such as 'place: 2'.")]),
    ("reading-in-no-part", GUIDE.replace("type: []", "type: []\nreading: {part: to-end, place: 0}"),
     [(5, "reading.part must be in the vocabulary, not 'to-end': did you mean 'to-begin'? "
          "Allowed are to-begin, to-go-on."),
      (5, "reading.place must be a whole number of at least 1, not 0.")]),
    ("planned-and-not-in-project",
     _yaml(project="[Joint purchasing]", planned="[joint-purchasing, selling abroad]"),
     [(10, "planned[2] must be one of the case's project (rule: done and planned), not 'selling "
           "abroad'; allowed are Joint purchasing. Add it to project too, or take it out of "
           "planned.")]),
    ("planned-without-project", _yaml(planned="exporting"),
     [(10, "planned must be one of the case's project (rule: done and planned), not 'exporting'; "
           "allowed are none, as project is []. Add it to project too, or take it out of "
           "planned.")]),
    ("planned-of-no-word", _yaml(project="exporting", planned="exprting"),
     [(10, "planned must be in the vocabulary, not 'exprting': did you mean 'exporting'? "
           "Allowed are exporting, joint-purchasing.")]),
    ("result-without-level", _result("horizon: x").replace("level: output, ", ""),
     [(7, "results[1].level must be given (rule: a result has a level); add a line such as "
          "'level: output'.")]),
    *((f"result-of-an-aim-{name}", _result(f"statement: {statement}"),
       [(7, f"results[1].statement must tell what happened, and {words!r} tells an aim (rule: a "
            "result happened); say what came of it, or move the aim to the text and to "
            "'planned'.")])
      for name, statement, words in (
          ("first", "Aims to sell abroad.", "Aims to"),
          ("plans", "The group plans to buy a press.", "plans to"),
          ("wants", "They want to grow.", "want to"),
          ("will", "Sales will rise by 30%.", "will"),
          ("is-to", "A factory is to be built.", "is to be"),
          ("in-order", "They joined in order to grow.", "in order to"),
          ("expected", "Sales are expected to rise by 30%.", "are expected to"),
          ("expects", "The group expects to grow.", "expects to"),
          ("aims-at", "The group aims at new markets.", "aims at"),
          ("hopes-for", "The group hopes for a grant.", "hopes for"),
          ("should", "Sales should rise by 30%.", "should"))),
    ("merged-without-mark", _result("statement: 'A second passage adds a firm.'"),
     [(7, "results[1].statement speaks of a 'second passage' and must be marked (rule: merged "
          "passages); add the line 'merged: true' to the result.")]),
    ("two-sources-two-figures", _from_two(DOE, ROE), [(7, f"results[2] {TWO_SAY}")]),
    ("two-sources-two-ranges",
     _from_two(*(text.replace("value: ", "range: [2, ").replace(", unit", "], unit")
                 .replace("[2, 40", "[31, 40") for text in (DOE, ROE))),
     [(7, f"results[2] {TWO_SAY}")]),
    ("contradicted-by-itself", _from_two(f"{DOE}, {OTHERWISE.replace('roe-2002', 'doe-2001')}"),
     [(7, "results[1].contradicted.source must be another source than that of the result.")]),
    ("contradicted-by-no-source", _from_two(f"{DOE}, {OTHERWISE.replace('roe-2002', 'roy-1998')}"),
     [(7, "results[1].contradicted.source must be one of the case's sources, roe-2002, "
          "doe-2001.")]),
    ("contradicted-by-nothing", _from_two(f"{DOE}, contradicted: {{source: roe-2002, says: No.}}"),
     [(7, "results[1].contradicted.locator must be given; add a line such as 'locator: p. 2'."),
      (7, "results[1].contradicted.why must be given; add a line such as 'why: The list of names "
          "is the later one.'.")]),
    ("merged-of-no-truth", _result("merged: perhaps"),
     [(7, "results[1].merged must be true or false, not 'perhaps'.")]),
    ("our-reading-of-what-is-empty", _yaml(our_reading="[type, unit]"),
     [(10, "our_reading names 'type', which the file does not give."),
      (10, "our_reading names 'unit', which the file does not give.")]),
    ("kind-unknown", _yaml(kind="qqq"),
     [(3, "kind must be in the vocabulary, not 'qqq': "
          "Allowed are network, programme, guide.")]),
    ("kind-as-a-list", _yaml(kind="[network]"),
     [(3, "kind must be one value, not a list; one of network, programme, guide.")]),
    ("title-too-long", _yaml(title="x" * 91),
     [(2, "title must be at most 90 characters, not 91; shorten it.")]),
    ("summary-too-long", _yaml(summary="x" * 301),
     [(8, "summary must be at most 300 characters, not 301; shorten it.")]),
    ("summary-empty", _yaml(summary="''"),
     [(8, "summary must not be empty; give a value or remove the line.")]),
    ("no-sources", _yaml(sources="[]"), [(9, "sources must name at least one source.")]),
    ("sources-as-text", _yaml(sources="doe-2001"),
     [(9, "sources must be a list of records (each with key, locator, told, work), not "
          "'doe-2001'.")]),
    ("source-without-locator", _yaml(sources="[{key: doe-2001}]"),
     [(9, "sources[1].locator must be given; add a line such as "
          "'locator: section 8, third example'.")]),
    ("source-with-page", _yaml(sources="[{key: doe-2001, locator: x, pages: 5}]"),
     [(9, "sources[1].pages is not a field of a source: Fields are key, locator, told, work.")]),
    ("source-locator-too-long", _yaml(sources=f"[{{key: doe-2001, locator: {'x' * 201}}}]"),
     [(9, "sources[1].locator must be at most 200 characters, not 201; shorten it.")]),
    ("members-as-a-number", _yaml(members="5"),
     [(10, "members must hold fields with names (who, count, qualifier, "
          "networks, partners), not 5.")]),
    ("members-without-who", _yaml(members="{count: 5}"),
     [(10, "members.who must be given; add a line such as 'who: small printers'.")]),
    ("members-count-about", _yaml(members="{who: x, count: about 5, networks: 0}"),
     [(10, "members.count must be a whole number of at least 1, not 'about 5'."),
      (10, "members.networks must be a whole number of at least 1, not 0.")]),
    ("members-qualifier", _yaml(members="{who: x, count: 5, qualifier: circa}"),
     [(10, f"members.qualifier must be in the vocabulary, not 'circa': {QUALIFIERS}")]),
    ("members-partner-too-long", _yaml(members=f"{{who: x, partners: [a, {'x' * 121}]}}"),
     [(10, "members.partners[2] must be at most 120 characters, not 121; shorten it.")]),
    ("period-without-years", _yaml(period="{about: true}"),
     [(10, "period must give a year in 'from' or 'to'.")]),
    ("period-backwards", _yaml(period="{from: 1992, to: 1989}"),
     [(10, "period must not end (1989) before it starts (1992).")]),
    ("period-in-short", _yaml(period="{from: 89}"),
     [(10, "period.from must be a whole number of at least 1000, not 89.")]),
    ("period-as-text", _yaml(period="1989-1992"),
     [(10, "period must hold fields with names (from, to, about), not '1989-1992'.")]),
    ("period-about", _yaml(period="{from: 1989, about: yes}"),
     [(10, "period.about must be true or false, not 'yes'.")]),
    ("region-too-long", _yaml(region="x" * 91),
     [(10, "region must be at most 90 characters, not 91; shorten it.")]),
    ("status-twice", _yaml(status="[success, mixed]"),
     [(10, "status must be one value, not a list; one of success, mixed.")]),
    ("teaching-as-a-list", _yaml(teaching="[Why]"),
     [(10, "teaching must hold fields with names (questions), not a list.")]),
    ("question-too-long", _yaml(teaching=f"{{questions: [{'x' * 401}]}}"),
     [(10, "teaching.questions[1] must be at most 400 characters, not 401; shorten it.")]),
    ("our-reading-of-what-is-not-given", _yaml(our_reading="[status]"),
     [(10, "our_reading names 'status', which the file does not give.")]),
    ("our-reading-of-no-class", _yaml(our_reading="[title]"),
     [(10, f"our_reading must name fields of {', '.join(READING_FIELDS)}, not 'title'.")]),
    ("day-impossible", _yaml(added="2024-13-45"),
     [(10, "added must be a day such as 2026-11-22, not '2024-13-45'.")]),
    ("day-not-in-the-calendar", _yaml(added="2023-02-29"),
     [(10, "added must be a day such as 2026-11-22, not '2023-02-29'.")]),
    ("day-in-another-form", _yaml(added="20261122"),
     [(10, "added must be a day such as 2026-11-22, not '20261122'.")]),
    ("day-with-a-time", _yaml(added="2026-11-22T10:00:00"),
     [(10, "added must be a day such as 2026-11-22, not '2026-11-22T10:00:00'.")]),
    ("unknown-field", _yaml(colour="red"),
     [(10, f"colour is not a field of a case: Fields are {CASE_FIELDS}.")]),
    ("synonym", _yaml(tags="[wine]"),
     [(10, "tags is not a field of a case: did you mean 'project'? "
           f"Fields are {CASE_FIELDS}.")]),
    ("results-in-words", _yaml(results="Sales rose"),
     [(7, "results must be a list of records (each with metric, level, direction, "
          "statement, locator, source, about, value and 11 more; or [] for none), not "
          "'Sales rose'.")]),
    ("result-in-words", _yaml(results="[Sales rose]"),
     [(7, "results[1] must hold fields with names (metric, level, direction, "
          "statement, locator, source, about, value and 11 more), not 'Sales rose'.")]),
    ("result-of-nothing", _yaml(results="[{}]"),
     [(7, "results[1].direction must be given; add a line such as 'direction: up'."),
      (7, "results[1].level must be given (rule: a result has a level); add a line such as "
          "'level: output'."),
      (7, "results[1].locator must be given; add a line such as "
          "'locator: section 8, third example'."),
      (7, "results[1].metric must be given; add a line such as 'metric: sales'."),
      (7, "results[1].statement must be given; add a line such as "
          "'statement: Export sales rose by 30%.'.")]),
    ("value-and-range", _result("value: 5, range: [1, 2], unit: percent"),
     [(7, "results[1].range must not be given together with value; keep one of the two.")]),
    ("figure-without-unit", _result("value: 5"),
     [(7, "results[1].unit must be given with a figure: percent, jobs, percent-of-firms.")]),
    ("before-without-unit", _result("before: 5"),
     [(7, "results[1].unit must be given with a figure: percent, jobs, percent-of-firms.")]),
    ("figure-with-empty-unit", _result("value: 5, unit: null"),
     [(7, "results[1].unit must not be empty; give a value or remove the line.")]),
    ("unit-without-figure", _result("unit: percent"),
     [(7, "results[1].unit must not be given without value or range; remove the line.")]),
    ("value-with-sign", _result("value: 30%, unit: percent"),
     [(7, "results[1].value must be a plain number such as 30 or 7000000, not '30%'.")]),
    ("range-backwards", _result("range: [60, 50], unit: percent"),
     [(7, "results[1].range must have the low number first, not 60.")]),
    ("statement-too-long", _result(f"statement: {'x' * 161}"),
     [(7, "results[1].statement must be at most 160 characters, not 161; shorten it.")]),
    ("horizon-too-long", _result(f"horizon: {'x' * 61}"),
     [(7, "results[1].horizon must be at most 60 characters, not 61; shorten it.")]),
    ("share-of-no-firms", _result("value: 5, unit: percent-of-firms, of: 0"),
     [(7, "results[1].of must be a whole number of at least 1, not 0.")]),
    ("of-another-unit", _result("value: 5, unit: percent, of: 82"),
     [(7, "results[1].of is for a share of firms; it needs the unit percent-of-firms.")]),
    ("metrics-as-a-list", _result("metric: [sales, cost]"),
     [(7, "results[1].metric must be one value, not a list; one of sales, cost.")]),
    ("result-of-another-source", _result("source: roe-2002"),
     [(7, "results[1].source must be one of the case's sources, doe-2001.")]),
    ("result-of-which-source",
     _result("horizon: x").replace(
         "sources: [", "sources: [{key: roe-2002, locator: p. 1}, "),
     [(7, "results[1].source must be given, as the case has 2: roe-2002, doe-2001.")]),
    ("result-note", _result("note: x"),
     [(7, "results[1].note is not a field of a result: Fields are "
          f"{', '.join(ResultFields.names())}.")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "problems"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
def test_a_mistake_is_told(tmp_path: Path, text: str, problems: list[tuple[int, str]]) -> None:
    """Each mistake, alone in a file, gives exactly its own problems."""
    assert _told(tmp_path, text) == problems


#: Name, the file: at the limits, and what is allowed though it looks odd.
ALLOWED = [
    ("longest-title", _yaml(title="x" * 90)),
    ("longest-summary", _yaml(summary="x" * 300)),
    ("longest-question", _yaml(teaching=f"{{questions: [{'x' * 400}]}}")),
    ("longest-statement", _result(f"statement: {'x' * 160}")),
    ("longest-locator", _result(f"locator: {'x' * 200}")),
    ("one-question", _yaml(teaching="{questions: Why}")),
    ("leap-day", _yaml(added="2024-02-29")),
    ("one-year", _yaml(period="{from: 1994, to: 1994}")),
    ("only-an-end", _yaml(period="{to: 2007, about: true}")),
    ("one-source-cited-twice", _result("horizon: x").replace(
        "sources: [", "sources: [{key: doe-2001, locator: p. 9}, ")),
    ("value-of-nothing", _result("value: 0, unit: jobs")),
    ("negative-value", _result("value: -3, unit: percent")),
    ("before-alone", _result("before: 3, unit: jobs")),
    ("norway-unquoted", _yaml(country="NO")),
    ("three-letters", _yaml(country="nor")),
    ("title-of-a-number", _yaml(title="1998")),
    ("network-without-type", _yaml(kind="network")),
    ("planned-by-another-name", _yaml(project="[exporting]", planned="selling abroad")),
    ("will-of-firms", _result("statement: 94% would join again and kept the will to share.")),
    ("known-to-be", _result("statement: Sales are to Japan and the aim was met.")),
    ("merged", _result("statement: 'Two passages tell of it.', merged: true")),
    ("two-sources-of-two-years", _from_two(f"{DOE}, year: 1998", f"{ROE}, year: 2001")),
    ("two-sources-of-two-spans", _from_two(f"{DOE}, horizon: first year", ROE)),
    ("two-sources-that-agree", _from_two(DOE, ROE.replace("40", "30"))),
    ("two-ranges-that-meet", _from_two(DOE, ROE.replace("value: 40", "range: [25, 40]"))),
    ("one-source-two-figures", _from_two(DOE, DOE.replace("30", "40"))),
    ("contradicted", _from_two(f"{DOE}, {OTHERWISE}")),
    ("unit-as-our-reading", _result("value: 3, unit: jobs").replace(
        "sources:", "our_reading: [kind, country, results, unit]\nsources:")),
]  # fmt: skip


@pytest.mark.parametrize("text", [row[1] for row in ALLOWED], ids=[row[0] for row in ALLOWED])
def test_what_is_right_passes(tmp_path: Path, text: str) -> None:
    """What stands at a limit, or is written in another allowed way, has no problem."""
    assert _told(tmp_path, text) == []


def test_mistakes_do_not_hide_each_other(tmp_path: Path) -> None:
    """Two mistakes in one file are both told, each on its line."""
    text = _yaml(country="Qqqqqqqq", added="yesterday", region="")

    assert _told(tmp_path, text) == [
        (4, "country must be an ISO 3166 code or English name, not 'Qqqqqqqq'; nearest: none."),
        (10, "region must not be empty; give a value or remove the line."),
        (11, "added must be a day such as 2026-11-22, not 'yesterday'."),
    ]


@pytest.mark.parametrize("facet", [facet for facet in FACETS if facet not in MADE_FACETS])
def test_a_facet_has_everything_that_it_needs(facet: str) -> None:
    """A field of front-matter, a list of the vocabulary that the file may hold, and its words."""
    field = "results" if facet == "results" else FIELDS_OF_FACETS.get(facet, facet)

    assert field in FrontMatter.names()
    assert FACET_LISTS[facet] in (*LISTS, *OPTIONAL_LISTS)
    assert facet_words(facet, TAXONOMY).heading
