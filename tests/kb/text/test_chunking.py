"""Case to passages: what the encoder reads, and what it must not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.content.corpus import read_corpus
from kb.model.cases import Case, Passage, Result
from kb.model.compendium import Compendium
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy
from kb.text.body import case_headings, sections
from kb.text.chunking import (
    MAX_PASSAGE_CHARACTERS,
    passages_of,
    plain_text,
    says_of_case,
    words_of_case,
)

HERE = Path(__file__).parents[2]
ROOT = HERE.parent

#: A taxonomy without countries is enough where no facet is given.
NOTHING = Taxonomy(vocabularies={})


@pytest.fixture(name="toy", scope="module")
def _toy() -> Compendium:
    return read_corpus(HERE / "broken").compendium


@pytest.fixture(name="real", scope="module")
def _real() -> Compendium:
    return read_corpus(ROOT / "cases").compendium


def _case(body: str, **changes: object) -> Case:
    case = Case(
        id="no/a",
        title="A title",
        kind="network",
        summary="A summary.",
        body=body,
        facets=dict.fromkeys(FACETS, ()),
        results=(),
        sources=(),
    )
    return replace(case, **changes)


def _texts(body: str) -> list[tuple[str, str]]:
    """Heading and text of each passage after the summary."""
    passages = passages_of(_case(body), NOTHING)
    return [(passage.heading, passage.text) for passage in passages[1:]]


def test_passages_of_a_case(toy_cases: Path) -> None:
    """The summary with all that describes the case comes first, then the text with the title."""
    corpus = read_corpus(toy_cases).compendium
    case = next(case for case in corpus.cases if case.id == "norway/metal-buyers")

    assert passages_of(case, corpus.taxonomy) == (
        Passage(
            case_id="norway/metal-buyers",
            ordinal=0,
            heading="",
            text="Three metal firms purchase machines together.",
            context="Metal firms purchase machines. Norway. Metalwork and machinery. "
            "Horizontal network. Joint purchasing. Cost reduction",
        ),
        Passage(
            case_id="norway/metal-buyers",
            ordinal=1,
            heading="Situation",
            text="Each metal firm was small.",
            context="Metal firms purchase machines",
        ),
        Passage(
            case_id="norway/metal-buyers",
            ordinal=2,
            heading="What they did together",
            text="They purchase metal machines together, and export nothing.",
            context="Metal firms purchase machines",
        ),
    )


def test_our_reading_and_questions_make_no_passage(toy_cases: Path) -> None:
    """What the editors make of a case, and what they would ask, is not what it is."""
    corpus = read_corpus(toy_cases).compendium
    case = next(case for case in corpus.cases if case.id == "norway/metal-buyers")
    read = "\n".join(passage.encoded_text for passage in passages_of(case, corpus.taxonomy))

    assert case.questions == ("Would wine makers do the same?",)
    assert "wine, wine and wine" in case.body
    assert "wine" not in read.casefold()


SILENT = "## Results as reported\n\nNone is reported."
RESULT = Result(
    metric="sales",
    level="output",
    direction="up",
    statement="Sales rose.",
    source="doe-2001",
    locator="p. 1",
)


@pytest.mark.parametrize(
    ("changes", "texts"),
    [
        pytest.param({}, ["A summary."], id="case-without-results"),
        pytest.param({"kind": "study"}, ["A summary."], id="study-without-results"),
        pytest.param(
            {"results": (RESULT,)}, ["A summary.", "None is reported."], id="case-with-results"
        ),
        pytest.param({"is_guide": True}, ["A summary.", "None is reported."], id="guide"),
    ],
)
def test_a_section_that_reports_nothing_makes_no_passage(changes: dict, texts: list[str]) -> None:
    """Where a case has no results, the section that says so does not make it match a search."""
    passages = passages_of(_case(SILENT, **changes), NOTHING)

    assert [passage.text for passage in passages] == texts


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({}, "A summary.", id="summary"),
        pytest.param({"summary": ""}, "A title", id="title-for-want-of-a-summary"),
    ],
)
def test_there_is_always_a_passage(changes: dict, text: str) -> None:
    """A case without a text has one passage, its summary or else its title."""
    assert passages_of(_case("", **changes), NOTHING) == (
        Passage(case_id="no/a", ordinal=0, heading="", text=text, context="A title"),
    )


#: Name, Markdown, the words that a reader sees.
PLAIN = [
    ("paragraphs", "One\ntwo.\n\n  \n\nThree.", "One two.\nThree."),
    ("emphasis", "*a*, **b**, ***c***, _d_, __e__ and `f`.", "a, b, c, d, e and f."),
    ("stars-alone", "2 * 3 _ 4", "2 * 3 _ 4"),
    ("link", "See [the guide](../guides/x.md#y).", "See the guide."),
    ("link-over-lines", "See [the\nguide](../x.md).", "See the guide."),
    ("emphasis-in-a-link", "[**the** guide](x.md)", "the guide"),
    ("image", "![A press](press.png)", "A press"),
    ("bullets", "- one\n- two\n  more\n* three\n+ four", "one two more three four"),
    ("numbers", "1. one\n2) two\n10. ten", "one two ten"),
    ("a-year-is-no-number", "It began in\n1992. It grew.", "It began in 1992. It grew."),
    ("a-dash-is-no-bullet", "One\n-two and 3-4", "One -two and 3-4"),
    ("quotation", "> One\n> two", "One two"),
    ("deeper-heading", "### Finance\n\nOne.", "Finance\nOne."),
    ("table", "| a | b |\n|---|:-:|\n| 1 | 2 |", "a b\n1 2"),
    ("rule", "One.\n\n---\n\nTwo.", "One.\nTwo."),
    ("a-star-between-figures", "5*3 metres, file_name_a", "5*3 metres, file_name_a"),
    ("a-star-at-a-word", "prices* and 10 %_ of it", "prices* and 10 %_ of it"),
    ("a-star-before-a-word", "*prices are net", "*prices are net"),
    ("names-with-lines", "__init__ is _one_, a_b_c is not", "init is one, a_b_c is not"),
    ("a-pair-inside-a-word", "un*frigging*believable", "unfriggingbelievable"),
    ("one-inside-the-other", "**bold and *both* words**", "bold and both words"),
    ("a-tick-alone", "5` long\n\nand `so", "5` long\nand `so"),
    ("ticks-in-a-pair", "5` long, 6` wide", "5 long, 6 wide"),
    ("signs-in-code", "`a*b*c` and `_d_`", "a*b*c and _d_"),
    ("escaped", "\\*not so\\* and 3 \\| 4", "*not so* and 3 | 4"),
    ("struck-through", "~~no~~ yes, ~5 km", "no yes, ~5 km"),
    ("a-bar-in-a-sentence", "a | b and x|y", "a | b and x|y"),
    ("hashes-in-a-line", "#4 of 5, C# and\n#1", "#4 of 5, C# and #1"),
    ("entity", "AT&amp;T, R&D; 5 &lt; 6", "AT&T, R&D; 5 < 6"),
    ("address", "See <https://example.org/a_b_c>.", "See https://example.org/a_b_c."),
    ("link-by-label", "[The guide][g] says\n\n[g]: x.md", "The guide says"),
    ("empty", "", ""),
    ("blank", " \n\n\t", ""),
    ("not-html", "3 < 5 & 6 > 5", "3 < 5 & 6 > 5"),
]


@pytest.mark.parametrize(
    ("markdown", "text"), [row[1:] for row in PLAIN], ids=[row[0] for row in PLAIN]
)
def test_plain_text(markdown: str, text: str) -> None:
    """Marks go, words stay; each paragraph is one line."""
    assert plain_text(markdown) == text


def test_paragraphs_of_a_section_are_grouped() -> None:
    """Short paragraphs share a passage up to the limit; sections are never mixed."""
    half = "x" * 399
    body = f"Zero.\n\n## A\n\n{half}\n\n{half}\n\nmore\n\n## B\n\nOne.\n\nTwo."

    assert _texts(body) == [
        ("", "Zero."),
        ("A", f"{half} {half}"),
        ("A", "more"),
        ("B", "One. Two."),
    ]
    assert len(_texts(body)[1][1]) == MAX_PASSAGE_CHARACTERS - 1


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    """A paragraph over the limit is cut after a sentence, and no word is lost."""
    sentences = [f"{letter * 298}." for letter in "abcde"]

    assert _texts(" ".join(sentences)) == [
        ("", f"{sentences[0]} {sentences[1]}"),
        ("", f"{sentences[2]} {sentences[3]}"),
        ("", sentences[4]),
    ]


def test_a_long_sentence_is_cut_between_words() -> None:
    """A sentence over the limit is cut between words; a word over it is cut where it must."""
    words = " ".join(["word"] * 200)

    assert _texts(words) == [("", " ".join(["word"] * 160)), ("", " ".join(["word"] * 40))]
    assert _texts("y" * 1700) == [("", "y" * 800), ("", "y" * 800), ("", "y" * 100)]


def test_an_empty_section_makes_no_passage() -> None:
    """A heading without a text adds nothing."""
    assert _texts("## A\n\n## B\n\nOne.\n\n## C\n\n---\n") == [("B", "One.")]


@given(
    words=st.lists(
        st.text("abcdeé", min_size=1, max_size=30)
        | st.sampled_from(["end.", "why?", "so;", "x" * 799, "\n\n", "\n\n## A\n\n"]),
        max_size=400,
    )
)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_no_word_is_lost(words: list[str]) -> None:
    """The words of the passages are those of the text in order, and none is over the limit."""
    body = " ".join(words).replace(" \n", "\n").replace("\n ", "\n")
    passages = passages_of(_case(body), NOTHING)
    wanted = [word for section in sections(body) for word in section.text.split()]

    assert [word for passage in passages[1:] for word in passage.text.split()] == wanted
    assert [p.id for p in passages if len(p.text) > MAX_PASSAGE_CHARACTERS or not p.text] == []
    assert [passage.ordinal for passage in passages] == list(range(len(passages)))


def test_real_passages_fit_the_encoder(real: Compendium) -> None:
    """Every passage of the compendium is within the limit, has text, and a heading of its case."""
    headings = case_headings(real.taxonomy.subject)
    astray = [
        passage.id
        for case in real.cases
        for passage in passages_of(case, real.taxonomy)
        if not 0 < len(passage.text) <= MAX_PASSAGE_CHARACTERS
        or (not case.is_guide and passage.heading not in ("", *headings[:-1]))
    ]

    assert astray == []


def test_contexts_are_words(toy: Compendium) -> None:
    """The context names values by their labels, not by their ids."""
    (good,) = (case for case in toy.cases if case.id == "across/good")

    assert passages_of(good, toy.taxonomy)[0].context == "A good neighbour. Norway"


def test_a_case_is_found_by_the_words_of_whom_it_suits(toy_cases: Path) -> None:
    """They stand beside its labels, and are none of the texts in which it says something itself."""
    corpus = read_corpus(toy_cases).compendium
    case = replace(corpus.cases[0], role_model_for=("Small dairies",))
    passages = passages_of(case, corpus.taxonomy)

    lines = words_of_case(case, corpus.taxonomy).split("\n")

    assert lines[-1] == "Small dairies"
    assert says_of_case(case, passages) == (
        case.title,
        case.summary,
        *(passage.text for passage in passages[1:]),
    )
    assert says_of_case(replace(case, summary=""), passages[:1]) == (case.title,)
