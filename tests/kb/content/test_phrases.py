"""The texts that profiles are compared with: what their file may hold, and their order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb.content.corpus import read_corpus
from kb.content.known import Known
from kb.content.phrases import MAX_PHRASE, read_phrases
from kb.errors import CorpusInvalid
from kb.indexing.pipeline import build
from kb.model.taxonomy import Taxonomy, Term, Vocabulary
from kb.snapshots.format import open_snapshot
from kb.snapshots.store import current_id
from tests.toy import copy_toy_corpus, settings_of_toy

PROJECTS = Vocabulary(
    name="projects",
    terms=(
        Term(id="exporting", label="Exporting", aliases=("export",)),
        Term(id="staff-training", label="Staff training"),
    ),
)
KNOWN = Known(taxonomy=Taxonomy(vocabularies={"projects": PROJECTS}))
NAMES = "must be a project type: exporting, staff-training."


def read(folder: Path, text: str | bytes) -> tuple[dict, list[str]]:
    """The phrases of a file with this text, and its problems as ``line: message``."""
    path = folder / "phrases.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    phrases, problems = read_phrases(path, KNOWN)
    assert {problem.path for problem in problems} <= {str(path)}
    return dict(phrases), [f"{problem.line}: {problem.message}" for problem in problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "staff-training:\n  - Train them\n  - Teach them\nexporting: [Sell abroad]\n",
            {"staff-training": ("Train them", "Teach them"), "exporting": ("Sell abroad",)},
            id="lists",
        ),
        pytest.param("exporting: Sell abroad\n", {"exporting": ("Sell abroad",)}, id="one text"),
        pytest.param("\ufeffexporting: [a]\n", {"exporting": ("a",)}, id="a byte order mark"),
        pytest.param(
            "exporting:\n  - >\n    Sell\n    abroad\n",
            {"exporting": ("Sell abroad",)},
            id="two lines",
        ),
        pytest.param("exporting: [1.10, NO]\n", {"exporting": ("1.10", "NO")}, id="as spelled"),
        pytest.param("exporting: []\n", {"exporting": ()}, id="no phrase"),
        pytest.param(
            f"exporting: [{'x' * MAX_PHRASE}]\n",
            {"exporting": ("x" * 200,)},
            id="a phrase of the longest",
        ),
    ],
)
def test_phrases_are_read_in_the_order_of_the_file(tmp_path, text, expected):
    """Each project type has its phrases, every one on one line."""
    phrases, problems = read(tmp_path, text)

    assert (list(phrases.items()), problems) == (list(expected.items()), [])


def test_without_a_file_there_are_no_phrases(tmp_path):
    """No file is no phrase, and no problem."""
    assert read_phrases(tmp_path / "phrases.yaml", KNOWN) == ({}, [])


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param("", ["1: must map project types to lists of phrases."], id="empty"),
        pytest.param(
            "- exporting\n", ["1: must map project types to lists of phrases."], id="a list"
        ),
        pytest.param(
            "# none\nexporting: [a]\nexport: [b]\n",
            [f"3: export {NAMES}"],
            id="an alias",
        ),
        pytest.param(
            "selling:\n  - a\nexporting:\n  - b\ntraining: [c]\n",
            [f"1: selling {NAMES}", f"5: training {NAMES}"],
            id="unknown project types",
        ),
        pytest.param(
            "staff-training: [a]\nexporting:\n",
            ["2: exporting must not be empty; give a value or remove the line."],
            id="nothing under a project type",
        ),
        pytest.param(
            f"\nexporting:\n  - a\n  - {'x' * 201}\n  - b\n",
            ["4: exporting[2] must be at most 200 characters, not 201; shorten it."],
            id="too long",
        ),
        pytest.param(
            "exporting:\n  - [a]\n  - ' '\n  - true\n  - {a: b}\n  - c\n",
            [
                "2: exporting[1] must be text, not a list.",
                "3: exporting[2] must not be empty; give a value or remove the line.",
                "4: exporting[3] must be text, not true.",
                "5: exporting[4] must be text, not a mapping.",
            ],
            id="no texts",
        ),
        pytest.param(
            "exporting: [a]\nstaff-training: b: c\n",
            [
                "2: is not YAML: a colon with a space behind it stands where no field can begin; "
                "put quotes around a value that contains ': ', and let a field begin in the column "
                "of the one above it."
            ],
            id="no YAML",
        ),
        pytest.param(
            "exporting: [a]\n? [staff-training]\n: [b]\n",
            ["2: has a key that is not plain text."],
            id="a key that is no text",
        ),
        pytest.param(
            "exporting: caf\u00e9\n".encode("latin-1"),
            ["1: must be UTF-8; byte 0xe9 is not. Save the file as UTF-8."],
            id="not UTF-8",
        ),
    ],
)
def test_what_is_wrong_is_noted_with_its_line(tmp_path, text, problems):
    """Every problem is listed on the line of the phrase, and nothing of the file is used."""
    assert read(tmp_path, text) == ({}, problems)


METAL = "norway/metal-buyers"


def with_hints(folder: Path) -> Path:
    """The toy corpus with two phrases, and one case that says whom it suits."""
    cases = copy_toy_corpus(folder / "cases")
    (cases / "phrases.yaml").write_text("exporting:\n  - We export\n  - We sell\n")
    path = cases / f"{METAL}.md"
    path.write_text(path.read_text().replace("kind: network", "kind: network\nrole_model_for: Any"))
    return cases


def test_a_snapshot_holds_the_phrases_and_a_vector_of_each(tmp_path, tiny_encoder):
    """A build reads the phrases beside the cases and encodes them, and whom the cases suit."""
    cases = with_hints(tmp_path)
    settings = settings_of_toy(cases, tmp_path / "index", tiny_encoder)
    build(settings)

    snapshot = open_snapshot(settings.index / current_id(settings.index))

    phrases = {"exporting": ("We export", "We sell")}
    assert read_corpus(cases).compendium.phrases == snapshot.content.compendium.phrases == phrases
    engine = snapshot.engine
    owned = engine.owned("phrases")
    assert [(text.owner, text.ordinal) for text in owned.texts] == [
        ("exporting", 0),
        ("exporting", 1),
    ]
    assert owned.vectors.tolist() == [
        [0.0, 0.0, 0.0, 1.0, 0.0, 0.0],  # export is the fourth theme
        [0.0] * 6,
    ]
    every = [text for row in range(len(engine)) for text in engine.texts("audience", row)]
    assert [(text.owner, text.ordinal) for text in every] == [(METAL, 0)]
    vectors, lengths = engine.vectors("audience", np.array([engine.row(METAL)]))
    assert (vectors.tolist(), lengths.tolist()) == ([[0.0] * 6], [1])


def test_nothing_is_built_from_broken_phrases(tmp_path, tiny_encoder):
    """A problem in the phrases keeps a build from happening, as one in a case does."""
    cases = with_hints(tmp_path)
    (cases / "phrases.yaml").write_text("exporting: [a]\nselling: [b]\n")
    settings = settings_of_toy(cases, tmp_path / "index", tiny_encoder)

    with pytest.raises(CorpusInvalid) as raised:
        build(settings)

    projects = read_corpus(cases).compendium.taxonomy["projects"].ids
    assert [(problem.path, problem.line, problem.message) for problem in raised.value.problems] == [
        (
            str(cases / "phrases.yaml"),
            2,
            f"selling must be a project type: {', '.join(projects)}.",
        )
    ]
