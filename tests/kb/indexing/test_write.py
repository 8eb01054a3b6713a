"""What a snapshot is put together from."""

from __future__ import annotations

import re
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import numpy as np

from kb import __version__
from kb.engine.base import Question
from kb.indexing.earlier import Earlier
from kb.indexing.encode import encode
from kb.indexing.make import make
from kb.indexing.plan import Plan
from kb.indexing.write import write_snapshot
from kb.model.taxonomy import MADE_LISTS
from kb.snapshots.format import (
    Manifest,
    VectorSetRecord,
    frame_of,
    open_snapshot,
    read_manifest,
)
from kb.text.analysis import JOINING, terms, words
from kb.text.chunking import passages_of
from kb.text.language import words_of
from tests.kb.indexing.test_plan import REPORT, calibration_of, with_frame


def written(folder: Path, plan: Plan) -> tuple[Path, Manifest]:
    """Encode and write a plan from scratch: where it was written to, and its manifest."""
    nothing, tell = Earlier(), lambda _: None
    made = make(plan, nothing, folder / "made")
    encoded = encode(
        plan,
        nothing,
        made,
        index=folder,
        folder=folder / "made",
        batch_size=16,
        progress=False,
        tell=tell,
    )
    manifest = write_snapshot(folder, plan, nothing, made, encoded)
    return folder / manifest.snapshot_id, manifest


def test_the_parts_make_a_snapshot_that_can_be_opened(plan, tmp_path):
    """What was put together opens, and holds the cases, their passages and what came with them."""
    full = with_frame(plan, calibration=calibration_of(plan), relevance=REPORT)

    folder, manifest = written(tmp_path, full)

    snapshot = open_snapshot(folder)
    assert snapshot.manifest == manifest == read_manifest(folder)
    found, cases = snapshot.content, plan.content.compendium.cases
    assert tuple(found.compendium.cases) == cases
    assert dict(found.compendium.references) == full.frame.references
    assert frame_of(found.compendium) == frame_of(full.frame)
    assert found.compendium.holdings == plan.content.compendium.holdings
    assert tuple(found.passages) == tuple(passages_of(c, plan.frame.taxonomy) for c in cases)
    assert (len(snapshot.engine), snapshot.engine.sizes) == (7, {"passages": 16})
    assert snapshot.engine.dimensions == {"passages": 6}


def test_the_manifest_counts_what_there_is(plan, tmp_path):
    """Cases, passages, and per vector set how many texts and dimensions."""
    _, manifest = written(tmp_path, plan)

    assert (manifest.n_cases, manifest.n_passages) == (7, 16)
    assert manifest.vector_sets == {"passages": VectorSetRecord(n_texts=16, dimension=6)}


def test_the_manifest_is_written_last(plan, tmp_path):
    """No file of a snapshot is younger than its manifest, which is what makes it complete."""
    staged, _ = written(tmp_path, plan)

    times = {path: path.stat().st_mtime_ns for path in staged.rglob("*") if path.is_file()}
    assert max(times.values()) == times[staged / "manifest.json"]


def test_versions_are_those_installed(plan, tmp_path):
    """The manifest names this program and the libraries that can change a digit."""
    _, manifest = written(tmp_path, plan)

    libraries = dict(manifest.versions)
    assert libraries.pop("kb") == __version__
    assert libraries.pop("python") == "{}.{}".format(*sys.version_info)
    assert libraries == {name: version(name) for name in libraries}
    assert {"faiss-cpu", "tantivy", "onnxruntime", "torch"} <= libraries.keys()


def spelled(text: str) -> list[str]:
    """The words of a text, and those that a hyphen joins: co-operation is cooperation, too."""
    found = [word.lower() for word in words_of(text)]
    for first, rest in re.findall(r"(?<![^\W_])([A-Za-z]+)-([^\W\d_]+)", text):
        if first.lower() in JOINING and len(joined := words(f"{first}-{rest}")) == 1:
            found.append(joined[0].form)
    return found


def test_the_vocabulary_counts_the_words_of_the_content(plan, tmp_path):
    """Words of titles, summaries and texts, and all labels, aliases and trades, are counted.

    Not so the divisions of a classification, decades, sessions and collections.
    """
    staged, _ = written(tmp_path, plan)

    compendium = plan.content.compendium
    expected: Counter[str] = Counter()
    for case in compendium.cases:
        for text in (case.title, case.summary, case.body):
            expected.update(spelled(text))
    for name, vocabulary in compendium.taxonomy.vocabularies.items():
        for term in () if name in ("divisions", *MADE_LISTS) else vocabulary:
            for text in (term.label, *term.aliases, *term.trade_names):
                expected.update(spelled(text))
    found = open_snapshot(staged).vocabulary
    assert found == expected
    assert list(found) == sorted(found)


def test_words_are_those_of_each_case(plan, tmp_path):
    """A word of one title finds that case alone."""
    staged, _ = written(tmp_path, plan)

    engine = open_snapshot(staged).engine
    found = {}
    for word in ("makers", "machines", "programme"):
        answering = engine.ask(Question(vectors={}, terms=terms(word), words=1.0))
        shares = answering.evidence(np.arange(len(engine))).words
        found[word] = list(engine.ids(np.flatnonzero(shares)))
    assert found == {
        "makers": ["france/wine-exporters"],
        "machines": ["norway/metal-buyers"],
        "programme": ["international/wine-and-metal-programme"],
    }
