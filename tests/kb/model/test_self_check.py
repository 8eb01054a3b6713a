"""The self-check: what its file may hold, what answers amount to, and the real one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb.content.corpus import read_corpus
from kb.content.known import Known
from kb.content.self_check import FEWEST, MOST, read_self_check
from kb.errors import CorpusInvalid, Problem
from kb.indexing.pipeline import build
from kb.model.cases import Source
from kb.model.self_check import (
    ANSWERS,
    WEAKEST_FIRST,
    Example,
    Question,
    Reading,
    SelfCheck,
    Step,
    assess,
)
from kb.model.taxonomy import Taxonomy
from kb.snapshots.format import open_snapshot
from tests.plain import plain
from tests.toy import copy_toy_corpus, settings_of_toy

ROOT = Path(__file__).parents[3]
GUIDES = {"guides/a": True, "guides/b": True, "norway/a": False, "norway/b": False}
KNOWN = Known(taxonomy=Taxonomy(vocabularies={}), guides=GUIDES, sources=("doe-2001", "anon"))

#: A sound file with two steps of three questions; lines are counted from 1.
SOUND = """\
steps:
  - id: firm
    title: Your own firm
    lead: Is your firm ready?
    questions:
      - id: profit
        question: Has your firm made a profit?
        why: A network is no cure.
        sources: [{key: doe-2001, locator: section 5}]
        guides: [guides/a, guides/b]
        cases: [{id: norway/a, shows: It was chosen for its profit.}]
      - id: swot
        question: Do you know your firm's strengths?
        why: A group must agree on them.
        sources:
          - {key: doe-2001, locator: section 12}
          - {key: anon, locator: whole note}
        guides: guides/b
      - id: skills
        question: Have you the skills?
        why: They are needed.
        sources: [{key: anon, locator: whole note}]
        guides: [guides/a]
  - id: partners
    title: The partners
    lead: Are these the right firms?
    questions:
      - id: chemistry
        question: Do you get on?
        why: It matters most.
        sources: [{key: anon, locator: whole note}]
        guides: [guides/b]
        cases:
          - {id: norway/b, shows: They got on.}
          - {id: norway/a, shows: They did not.}
      - id: trust
        question: Do you trust each other?
        why: Others leave.
        sources: [{key: anon, locator: whole note}]
        guides: [guides/b]
      - id: weight
        question: Do all carry the same?
        why: Others tire.
        sources: [{key: anon, locator: whole note}]
        guides: [guides/b]
"""


def read(folder: Path, text: str | bytes) -> tuple[SelfCheck | None, list[Problem]]:
    """What a file with this text gives, and what is wrong with it."""
    path = folder / "self-check.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_self_check(path, KNOWN)


@pytest.fixture(name="check")
def _check(tmp_path: Path) -> SelfCheck:
    check, problems = read(tmp_path, SOUND)
    assert problems == []
    return check


def test_a_file_is_read_in_its_order(check):
    """Steps and questions come as they stand, with sources, guides and cases."""
    assert [(step.id, [one.id for one in step.questions]) for step in check.steps] == [
        ("firm", ["profit", "swot", "skills"]),
        ("partners", ["chemistry", "trust", "weight"]),
    ]
    assert check.questions[0] == Question(
        id="profit",
        text="Has your firm made a profit?",
        why="A network is no cure.",
        sources=(Source(key="doe-2001", locator="section 5"),),
        guides=("guides/a", "guides/b"),
        cases=(Example(id="norway/a", shows="It was chosen for its profit."),),
    )
    assert (check.questions[1].guides, check.questions[1].cases) == (("guides/b",), ())
    assert replace(check.steps[0], questions=()) == Step(
        id="firm", title="Your own firm", lead="Is your firm ready?", questions=()
    )


def test_without_a_file_there_is_no_check(tmp_path):
    """No file is no check, and no problem."""
    path = tmp_path / "self-check.yaml"

    assert read_self_check(path, KNOWN) == (None, [])


STEP = "Fields are id, title, lead, questions."
QUESTION = "Fields are id, question, why, sources, guides, cases."

#: Name to what is replaced in the sound file, by what, and the problems: line and message.
WRONG: dict[str, tuple[str, str, list[tuple[int, str]]]] = {
    "unknown guide": (
        "guides: [guides/a, guides/b]",
        "guides: [guides/a, guides/c]",
        [(10, "steps[1].questions[1].guides[2] must name a guide, not 'guides/c'; "
              "nearest: guides/b, guides/a.")],
    ),
    "case as guide": (
        "guides: guides/b",
        "guides: norway/a",
        [(18, "steps[1].questions[2].guides must name a guide, not 'norway/a'.")],
    ),
    "guide as case": (
        "{id: norway/b, shows",
        "{id: guides/b, shows",
        [(34, "steps[2].questions[1].cases[1].id must name a case that is no guide, "
              "not 'guides/b'.")],
    ),
    "unknown source": (
        "key: doe-2001, locator: section 12",
        "key: doe-2002, locator: section 12",
        [(16, "steps[1].questions[2].sources[1].key must be a key of sources.bib, not 'doe-2002': "
              "did you mean 'doe-2001'? Keys are doe-2001, anon.")],
    ),
    "question twice": (
        "id: chemistry",
        "id: profit",
        [(28, "steps[2].questions[1].id must be unique in the file; 'profit' is taken.")],
    ),
    "step named as a question": (
        "id: partners",
        "id: swot",
        [(24, "steps[2].id must be unique in the file; 'swot' is taken.")],
    ),
    "odd id": (
        "id: trust",
        "id: The Trust",
        [(36, "steps[2].questions[2].id must be lower case letters, digits and hyphens, "
              "not 'The Trust'.")],
    ),
    "no why": (
        "        why: It matters most.\n",
        "",
        [(28, "steps[2].questions[1].why must be given; add a line such as "
              "'why: A network is no cure for a failing firm.'.")],
    ),
    "no locator": (
        "{key: doe-2001, locator: section 5}",
        "{key: doe-2001}",
        [(9, "steps[1].questions[1].sources[1].locator must be given; add a line such as "
             "'locator: section 8, third example'.")],
    ),
    "no source": (
        "sources: [{key: doe-2001, locator: section 5}]",
        "sources: []",
        [(9, "steps[1].questions[1].sources must name at least one; "
             "'sources: [{key: roy-1998, locator: section 5}]'.")],
    ),
    "case without a sentence": (
        "{id: norway/b, shows: They got on.}",
        "{id: norway/b}",
        [(34, "steps[2].questions[1].cases[1].shows must be given; add a line such as "
              "'shows: Three firms opened their technologies to one another.'.")],
    ),
    "unknown field of a step": (
        "lead: Are these the right firms?",
        "lead: Are these the right firms?\n    score: 5",
        [(27, f"steps[2].score is not a field of a step: {STEP}")],
    ),
    "unknown field of a question": (
        "why: Others tire.",
        "why: Others tire.\n        weight: 5",
        [(44, f"steps[2].questions[3].weight is not a field of a question: {QUESTION}")],
    ),
    "key twice": (
        "title: The partners",
        "title: The partners\n    title: Others",
        [(26, "steps[2].title is given twice; keep one of the two.")],
    ),
    "long question": (
        "Do you trust each other?",
        "x" * 161,
        [(37, "steps[2].questions[2].question must be at most 160 characters, not 161; "
              "shorten it.")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_named_with_its_line(tmp_path, old, new, expected):
    """Each mistake gives one problem, which says where it stands and what is allowed."""
    assert SOUND.count(old) == 1
    _, problems = read(tmp_path, SOUND.replace(old, new))

    assert [(problem.line, problem.message) for problem in problems] == expected
    assert {problem.path for problem in problems} == {str(tmp_path / "self-check.yaml")}


UNREADABLE = {
    "empty": ("", 1, "the self-check must be a list of steps under 'steps:'."),
    "list": ("- a", 1, "the self-check must be a list of steps under 'steps:'."),
    "no steps": ("{}", 1, "steps must be given; add a line such as 'steps:'."),
    "steps are empty": ("steps: []", 1, "steps must hold at least one step."),
    "steps are text": (
        "steps: five",
        1,
        "steps must be a list of records (each with id, title, lead, questions), not 'five'.",
    ),
    "tabs": ("steps:\n\t- a", 2, "the self-check is not YAML: a tab stands where only spaces "
             "may stand; write spaces in its place."),
    "not YAML": ("steps:\n - @a", 2, "the self-check is not YAML: a value that begins with '@' "
                 "must stand in quotes."),
    "not UTF-8": (b"steps:\n\xff", 2, "the self-check must be UTF-8; byte 0xff is not. "
                 "Save the file as UTF-8."),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_holds_no_check_is_named(tmp_path, text, line, message):
    """What is no list of steps gives one problem with its line."""
    _, problems = read(tmp_path, text)

    assert [(problem.line, problem.message) for problem in problems] == [(line, message)]


@pytest.mark.parametrize("count", [2, 7])
def test_a_step_has_three_to_six_questions(tmp_path, count):
    """Fewer questions and more are a problem on the line of the list."""
    question = SOUND.partition("    questions:\n")[2].partition("      - id: swot")[0]
    text = SOUND.partition("      - id: profit")[0] + "".join(
        question.replace("profit", f"q{number}") for number in range(count)
    )
    _, problems = read(tmp_path, text)

    assert [(problem.line, problem.message) for problem in problems] == [
        (5, f"steps[1].questions must be 3 to 6 in a step, not {count}.")
    ]


def test_nothing_answered(check):
    """Without answers nothing is strong or weak, and there is nothing to read."""
    found = assess(check, {})

    assert (found.answered, found.guides, found.cases) == (0, (), ())
    assert [(one.strong, one.weak) for one in found.steps] == [((), ()), ((), ())]
    assert [one.unanswered for one in found.steps] == [step.questions for step in check.steps]


def test_all_in_place(check):
    """Where every answer is yes, everything is strong and nothing is to read."""
    found = assess(check, {one.id: "yes" for one in check.questions})

    assert (found.answered, found.guides, found.cases) == (6, (), ())
    assert (found.weak, found.n_open) == ((), 0)
    assert [one.strong for one in found.steps] == [step.questions for step in check.steps]
    assert [(one.weak, one.unanswered) for one in found.steps] == [((), ()), ((), ())]


def test_weak_spots_stand_weakest_first(check):
    """In a step not yet comes before unknown, and that before partly; no answer is no weakness."""
    answers = {"profit": "partly", "swot": "unknown", "skills": "not-yet", "trust": "partly"}

    found = assess(check, answers)

    weak = [[(spot.question.id, spot.answer) for spot in one.weak] for one in found.steps]
    assert weak == [
        [("skills", "not-yet"), ("swot", "unknown"), ("profit", "partly")],
        [("trust", "partly")],
    ]
    assert [[one.id for one in step.unanswered] for step in found.steps] == [
        [],
        ["chemistry", "weight"],
    ]
    assert (found.answered, found.n_open, found.n_questions) == (4, 2, 6)
    assert [one.number for one in found.weak] == [1, 2]


def test_readings_go_by_how_many_weak_spots_they_speak_to(check):
    """Guide b is named by three weak spots and a by one; of the cases the first named leads."""
    answers = {"profit": "not-yet", "swot": "partly", "chemistry": "unknown", "trust": "yes"}

    found = assess(check, answers)

    assert found.guides == (Reading(id="guides/b", spots=3), Reading(id="guides/a", spots=1))
    assert found.cases == (Reading(id="norway/a", spots=2), Reading(id="norway/b", spots=1))


def test_answers_to_other_questions_are_passed_over(check):
    """An id that is no question counts for nothing."""
    assert assess(check, {"other": "not-yet"}) == assess(check, {})


def test_every_answer_but_yes_is_weak():
    """The order of weak answers names each answer but yes once."""
    assert sorted(WEAKEST_FIRST) == sorted(set(ANSWERS) - {"yes"})


def toy_check() -> str:
    """The sound file with guides and cases of the toy compendium."""
    text = SOUND.replace("[guides/a, guides/b]", "[guides/purchase-guide]")
    for old, new in (
        ("guides/a", "guides/purchase-guide"),
        ("guides/b", "guides/purchase-guide"),
        ("norway/a", "norway/metal-buyers"),
        ("norway/b", "france/wine-exporters"),
    ):
        text = text.replace(old, new)
    return text


def test_a_build_carries_the_check(toy_settings, check):
    """What was read is in the snapshot, and a change of it alone makes another snapshot."""
    without = build(toy_settings).snapshot_id
    (toy_settings.cases / "self-check.yaml").write_text(toy_check())

    report = build(toy_settings)

    opened = open_snapshot(toy_settings.index / report.snapshot_id)
    assert (
        opened.content.compendium.self_check
        == read_corpus(toy_settings.cases).compendium.self_check
    )
    assert [one.id for one in opened.content.compendium.self_check.questions] == [
        one.id for one in check.questions
    ]
    assert (report.snapshot_id != without, report.encoded) == (True, 0)
    assert open_snapshot(toy_settings.index / without).content.compendium.self_check is None


def test_problems_keep_a_build_from_being_made(tmp_path, tiny_encoder):
    """A check with a guide that does not exist is a problem of the content."""
    cases = copy_toy_corpus(tmp_path / "cases")
    text = toy_check().replace("guides: guides/purchase-guide", "guides: guides/gone")
    (cases / "self-check.yaml").write_text(text)

    with pytest.raises(CorpusInvalid) as raised:
        build(settings_of_toy(cases, tmp_path / "index", tiny_encoder))

    assert [plain(problem) for problem in raised.value.problems] == [
        f"{cases / 'self-check.yaml'}:18: steps[1].questions[2].guides must name a guide, "
        "not 'guides/gone'."
    ]


@pytest.fixture(name="corpus", scope="module")
def _corpus():
    return read_corpus(ROOT / "cases")


def test_the_real_check_has_no_problem(corpus):
    """Every guide, case and source that the real check names exists."""
    path = str(ROOT / "cases" / "self-check.yaml")
    kinds = {case.id: case.kind for case in corpus.compendium.cases}
    questions = corpus.compendium.self_check.questions

    assert [str(problem) for problem in corpus.problems if problem.path == path] == []
    assert {kinds[guide] for one in questions for guide in one.guides} == {"guide"}
    assert {kinds[case.id] for one in questions for case in one.cases} <= {
        "network",
        "programme",
        "study",
    }
    assert {source.key for one in questions for source in one.sources} <= set(
        corpus.compendium.references
    )


def test_the_real_check_has_five_steps(corpus):
    """The five steps, in their order, with three to six questions each."""
    steps = {step.id: len(step.questions) for step in corpus.compendium.self_check.steps}

    assert list(steps) == ["firm", "partners", "plan", "agreement", "results"]
    assert [name for name, count in steps.items() if not FEWEST <= count <= MOST] == []


def test_what_the_real_check_says_of_a_case_stands_there(corpus):
    """Every figure in a sentence about a case is a figure of that case's file."""
    missing = [
        (case.id, word)
        for one in corpus.compendium.self_check.questions
        for case in one.cases
        for word in case.shows.split()
        if any(char.isdigit() for char in word)
        and word.strip(".,;") not in (ROOT / "cases" / f"{case.id}.md").read_text()
    ]

    assert missing == []


def test_guides_cite_what_the_real_check_cites(corpus):
    """A question's sources are among those of the guides beside it."""
    used = {case.id: {source.key for source in case.sources} for case in corpus.compendium.cases}

    strange = [
        (one.id, source.key)
        for one in corpus.compendium.self_check.questions
        for source in one.sources
        if source.key not in set().union(*(used[guide] for guide in one.guides))
    ]

    assert strange == []
