"""What of an earlier build is used again, and that it makes no difference."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from kb.encoders.multilingual import MultilingualEncoder
from kb.engine.base import VectorText, unit_rows
from kb.errors import CaseNotFound, EncoderUnavailable
from kb.indexing import encode
from kb.indexing.encode import Lines
from kb.indexing.pipeline import build
from kb.search.opening import LiveSearcher
from kb.search.query import Query
from kb.search.searcher import Searcher
from kb.settings import Settings
from kb.snapshots.format import Content, Snapshot, frame_of, open_snapshot
from kb.snapshots.store import current_id
from tests.toy import ZEROS, make_tiny_encoder

HOSTILE = "denmark/hostile-title"
TEXTILE = "norway/textile-exporters"
TRAINING = "spain/textile-training"


def opened(settings: Settings) -> Snapshot:
    """The snapshot that is served."""
    return open_snapshot(settings.index / current_id(settings.index))


def vectors(snapshot: Snapshot, vector_set: str) -> np.ndarray:
    """Every vector of a set, in the order of its texts."""
    return snapshot.engine.vectors(vector_set, np.arange(len(snapshot.engine)))[0]


def texts(snapshot: Snapshot, vector_set: str) -> list[VectorText]:
    """Every text of a set, document by document."""
    rows = range(len(snapshot.engine))
    return [text for row in rows for text in snapshot.engine.texts(vector_set, row)]


def same_content(one: Content, other: Content) -> bool:
    """Whether two snapshots hold the same cases, passages, works, and all that is read whole."""
    compendiums = one.compendium, other.compendium
    cases, works = zip(*((list(c.cases), dict(c.references)) for c in compendiums), strict=True)
    return (
        frame_of(one.compendium) == frame_of(other.compendium)
        and one.sources == other.sources
        and one.compendium.holdings == other.compendium.holdings
        and cases[0] == cases[1]
        and works[0] == works[1]
        and list(one.passages) == list(other.passages)
    )


def searcher(settings: Settings) -> Searcher:
    """A searcher over the snapshot that is served."""
    return LiveSearcher(settings.index, min_score=settings.min_score).current()


def file(settings: Settings, case_id: str) -> Path:
    """The file of a case."""
    return settings.cases / f"{case_id}.md"


def change(settings: Settings, case_id: str, old: str, new: str) -> None:
    """Replace a piece of a case's file, which must hold it."""
    text = file(settings, case_id).read_text()
    assert old in text
    file(settings, case_id).write_text(text.replace(old, new))


def add_case(settings: Settings) -> None:
    """A new case whose id comes before all others, so that every row moves."""
    shutil.copy(file(settings, TRAINING), settings.cases / "denmark" / "a-new-one.md")
    change(settings, "denmark/a-new-one", "title: Textile firms train", "title: New firms train")


def swap(settings: Settings) -> None:
    """Two cases trade their texts and keep their ids."""
    one, two = file(settings, TEXTILE), file(settings, TRAINING)
    first, second = one.read_text(), two.read_text()
    one.write_text(second)
    two.write_text(first)


CHANGES = {
    "text of a case": (
        lambda s: change(s, TRAINING, "had nobody to train", "wanted to export"),
        1,
    ),
    "title of a case": (lambda s: change(s, TEXTILE, "Textile firms", "Wine firms"), 2),
    "country of a case": (lambda s: change(s, TEXTILE, "Norway", "Denmark"), 1),
    "analysis of a case": (
        lambda s: change(s, "norway/metal-buyers", "on wine, wine and wine", "on metal"),
        0,
    ),
    "status of a case": (lambda s: change(s, TRAINING, "cautionary", "mixed"), 0),
    "swapped texts": (swap, 0),
    "a new case": (add_case, 2),
    "the last case less": (lambda s: file(s, TRAINING).unlink(), 0),
    "the first case less": (lambda s: file(s, HOSTILE).unlink(), 0),
    "a section more": (
        lambda s: change(s, HOSTILE, "## Situation", "## The network\n\nMetal.\n\n## Situation"),
        1,
    ),
    "a label of the vocabulary": (
        lambda s: change_taxonomy(s, "label: Staff training", "label: Learning"),
        1,
    ),
    "a definition of the vocabulary": (
        lambda s: change_taxonomy(s, "Training the people of", "Teaching the people of"),
        0,
    ),
}


def change_taxonomy(settings: Settings, old: str, new: str) -> None:
    """Replace a piece of the vocabulary, which must hold it."""
    path = settings.cases / "taxonomy.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(("edit", "encoded"), CHANGES.values(), ids=CHANGES)
def test_only_what_changed_is_encoded(toy_settings, edit, encoded):
    """After an edit the passages that no text of the snapshot before equals are encoded."""
    first = build(toy_settings)
    edit(toy_settings)

    second = build(toy_settings)

    assert (first.encoded, first.reused) == (16, 0)
    assert (second.encoded, second.reused) == (encoded, second.passages - encoded)
    assert second.snapshot_id != first.snapshot_id
    assert not second.up_to_date


@pytest.mark.parametrize("edit", [edit for edit, _ in CHANGES.values()], ids=CHANGES)
def test_an_incremental_build_equals_a_full_one(toy_settings, tmp_path, edit):
    """Content is the same and vectors agree, whichever way a snapshot came about."""
    build(toy_settings)
    edit(toy_settings)

    build(toy_settings)
    build(full := replace(toy_settings, index=tmp_path / "full"), force=True)

    one, two = opened(toy_settings), opened(full)
    assert same_content(one.content, two.content)
    assert one.engine.sizes == two.engine.sizes
    assert one.manifest.snapshot_id == two.manifest.snapshot_id
    assert one.manifest.corpus_digest == two.manifest.corpus_digest
    for name in one.engine.sizes:
        assert texts(one, name) == texts(two, name)
        assert np.abs(vectors(one, name) - vectors(two, name)).max() <= 1e-6


def test_swapped_texts_find_each_other(toy_settings):
    """After two cases traded their texts each is found by the text that it has now."""
    build(toy_settings)
    before = [hit.case.id for hit in searcher(toy_settings).search(Query(text="train")).hits]
    swap(toy_settings)

    build(toy_settings)

    after = [hit.case.id for hit in searcher(toy_settings).search(Query(text="train")).hits]
    assert (before, after) == ([TRAINING], [TEXTILE])


def test_a_deleted_case_is_gone_from_every_answer(toy_settings):
    """No search, facet, similar case or page holds a case that was deleted."""
    build(toy_settings)
    before = searcher(toy_settings)
    file(toy_settings, TRAINING).unlink()

    build(toy_settings)

    after = searcher(toy_settings)
    for text in ("train", "textile", ""):
        query = Query(text=text)
        left = [hit.case.id for hit in before.search(query).hits if hit.case.id != TRAINING]
        assert [hit.case.id for hit in after.search(query).hits] == left
    assert [hit.case.id for hit in before.similar(TEXTILE)] == [TRAINING, "france/wine-exporters"]
    assert [hit.case.id for hit in after.similar(TEXTILE)] == ["france/wine-exporters"]
    # It was the only case of Spain.
    counts = after.search(Query()).facets
    assert [count.value for count in counts["country"]] == ["DK", "FR", "NO"]
    assert {facet: sum(c.count for c in found) for facet, found in counts.items()}["status"] == 4
    with pytest.raises(CaseNotFound):
        after.case(TRAINING)


def test_a_case_that_comes_back_is_encoded_again(toy_settings):
    """A case that the served snapshot lacks is new, even if an older one had it."""
    build(toy_settings)
    text = file(toy_settings, TRAINING).read_text()
    file(toy_settings, TRAINING).unlink()
    build(toy_settings)
    file(toy_settings, TRAINING).write_text(f"{text}\nAnd more.\n")

    report = build(toy_settings)

    assert (report.encoded, report.reused) == (2, 14)


def test_another_encoder_encodes_everything(toy_settings, tmp_path):
    """An encoder with any other file makes new vectors of everything and a new query encoder."""
    from safetensors.numpy import load_file, save_file

    build(toy_settings)
    other = Path(shutil.copytree(toy_settings.model, tmp_path / "other"))
    weights = load_file(other / "model.safetensors")
    turned = {name: np.roll(array, 1, axis=1) for name, array in weights.items()}
    save_file(turned, other / "model.safetensors")

    report = build(replace(toy_settings, model=str(other)))

    assert (report.encoded, report.reused) == (16, 0)
    # The first passage of france/wine-exporters: wine 4, export 2, each one axis further on.
    engine = opened(toy_settings).engine
    of_case, _ = engine.vectors("passages", np.array([engine.row("france/wine-exporters")]))
    assert of_case[0].round(6).tolist() == np.float32([0, 0.894427, 0, 0, 0.447214, 0]).tolist()
    hits = searcher(toy_settings).search(Query(text="wine")).hits
    assert [hit.case.id for hit in hits] == [
        "france/wine-exporters",
        "international/wine-and-metal-programme",
    ]


@pytest.mark.parametrize("number", [np.nan, np.inf], ids=str)
def test_an_encoder_that_makes_no_numbers_is_refused(toy_settings, tmp_path, number):
    """By name, with the text; nothing of it is kept for the next build, and nothing is served."""
    model = make_tiny_encoder(tmp_path / "broken")
    (weights,) = model.rglob("*.safetensors")
    table = load_file(weights)
    for rows in table.values():
        rows[2] = number
    save_file(table, weights)

    with pytest.raises(EncoderUnavailable) as raised:
        build(replace(toy_settings, model=str(model)))

    said = str(raised.value)
    assert said.startswith(
        f"The encoder {str(model)!r} must make finite numbers of every text, but"
    )
    assert said.endswith("; choose another with KB_MODEL.")
    assert not (toy_settings.index / "current").exists()


def test_texts_of_which_an_encoder_makes_zeros_are_named(toy_settings):
    """How many, and where the first is; one that stays in the snapshot is not told again."""
    first: list[str] = []
    build(toy_settings, tell=first.append)
    change(toy_settings, TRAINING, "had nobody to train", "wanted to export")
    second: list[str] = []
    build(toy_settings, tell=second.append)

    assert [line for line in first if "zeros" in line] == [ZEROS.format(str(toy_settings.model))]
    assert [line for line in second if "zeros" in line] == []


def test_an_encoder_that_makes_zeros_of_everything_is_refused(toy_settings, tmp_path):
    """With the first text; nothing is served."""
    model = make_tiny_encoder(tmp_path / "empty")
    (weights,) = model.rglob("*.safetensors")
    save_file({name: rows * 0 for name, rows in load_file(weights).items()}, weights)

    with pytest.raises(EncoderUnavailable) as raised:
        build(replace(toy_settings, model=str(model)))

    assert str(raised.value).startswith(
        f"The encoder {str(model)!r} makes a vector of zeros of 16 texts, which no search by "
        "meaning finds: the first is text 1 of 'denmark/hostile-title' in 'passages'. "
    )
    assert str(raised.value).endswith("KB_MODEL. Nothing else was encoded.")
    assert not (toy_settings.index / "current").exists()


def test_the_query_encoder_is_exported_once_and_copied(toy_settings):
    """The next snapshot has the same bytes in files of its own: damage to one stays in one."""
    build(toy_settings)
    first = opened(toy_settings)
    change(toy_settings, TRAINING, "cautionary", "mixed")

    said: list[str] = []
    build(toy_settings, tell=said.append)

    second = opened(toy_settings)
    assert "Exporting the query encoder …" not in said
    assert first.folder != second.folder
    for name in ("model.onnx", "tokenizer.json", "encoder.json"):
        one, two = first.encoder_folder / name, second.encoder_folder / name
        assert one.read_bytes() == two.read_bytes()
        assert not one.samefile(two)


def test_force_uses_nothing_of_earlier_builds(toy_settings):
    """With force everything is encoded again, though nothing changed."""
    build(toy_settings)

    report = build(toy_settings, force=True)

    assert (report.encoded, report.reused, report.up_to_date) == (16, 0, False)


def test_a_damaged_snapshot_is_not_used_again(toy_settings):
    """Nothing is taken over from a snapshot that does not pass its own check."""
    first = build(toy_settings)
    path = toy_settings.index / first.snapshot_id / "engine" / "vectors" / "passages.faiss"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    change(toy_settings, TRAINING, "cautionary", "mixed")
    said: list[str] = []

    report = build(toy_settings, tell=said.append)

    assert (report.encoded, report.reused) == (16, 0)
    assert [line.split(": ")[0] for line in said] == [
        f"Read 7 cases from {toy_settings.cases}.",
        f"Loading the encoder {toy_settings.model} …",
        "Encoding 16 texts …",
        ZEROS.split(": ")[0].format(str(toy_settings.model)),
        "Exporting the query encoder …",
        "Kept a new version of one case.",
        "Removed a damaged snapshot",
    ]
    assert said[-1].startswith(f"Removed a damaged snapshot: {path} was altered: its SHA-256 must")
    assert "kb build" not in said[-1]


def test_what_the_served_snapshot_cannot_give_another_one_gives(toy_settings):
    """Where the snapshot that is served is damaged, the last sound one is used."""
    build(toy_settings)
    change(toy_settings, TRAINING, "cautionary", "mixed")
    second = build(toy_settings)
    (toy_settings.index / second.snapshot_id / "engine" / "vectors" / "passages.faiss").unlink()
    change(toy_settings, TRAINING, "status: mixed", "status: success")

    report = build(toy_settings)

    assert (report.encoded, report.reused) == (0, 16)


def test_a_byte_that_only_reading_shows_is_told_when_nothing_is_taken_over(toy_settings):
    """Altered and put back in time, a file passes the first look; nothing comes of it."""
    first = build(toy_settings)
    path = toy_settings.index / first.snapshot_id / "engine" / "vectors" / "passages.faiss"
    stat = path.stat()
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    change(toy_settings, TRAINING, "cautionary", "mixed")
    said: list[str] = []

    report = build(toy_settings, tell=said.append)

    assert report.encoded == 16
    assert said[1].startswith(f"Nothing is taken over from an earlier build: {path} was altered: ")
    assert "kb build" not in said[1]


@pytest.fixture(name="both")
def _both(toy_multilingual: Settings, tmp_path: Path) -> Settings:
    """A toy compendium built with both encoders, which a test may change."""
    cases = Path(shutil.copytree(toy_multilingual.cases, tmp_path / "both" / "cases"))
    index = Path(shutil.copytree(toy_multilingual.index, tmp_path / "both" / "index"))
    return replace(toy_multilingual, cases=cases, index=index)


@pytest.mark.parametrize(
    ("name", "encodes"),
    [("text of a case", True), ("swapped texts", False), ("the first case less", False)],
    ids=["text of a case", "swapped texts", "the first case less"],
)
def test_vectors_for_other_languages_are_taken_over_too(both, name, encodes):
    """With both encoders on, only what changed is encoded, and the vectors are those of all."""
    CHANGES[name][0](both)
    said: list[str] = []

    build(both, tell=said.append)

    snapshot = opened(both)
    spoken = [one.encoded_text for passages in snapshot.content.passages for one in passages]
    expected = unit_rows(MultilingualEncoder().encode(spoken))
    assert ("Encoding 1 texts for other languages …" in said) is encodes
    assert np.abs(vectors(snapshot, "passages-multilingual") - expected).max() <= 1e-5


def test_the_second_encoder_can_be_turned_off_and_on(both):
    """Without it there are no vectors of it; with it again only these are made anew."""
    alone = replace(both, multilingual=False)

    off = build(alone)
    without = opened(alone)
    change(both, TRAINING, "cautionary", "mixed")
    on = build(both)

    again = opened(both)
    assert (off.encoded, on.encoded) == (0, 0)
    assert without.manifest.multilingual is None
    assert without.engine.sizes == {"passages": 16}
    assert again.engine.sizes == {"passages": 16, "passages-multilingual": 16}
    assert off.snapshot_id != on.snapshot_id


class Clock:
    """A clock that a test sets, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """What it is now."""
        return self.now


def told(clock: Clock, lengths: list[int], steps: list[tuple[float, int]]) -> list[str]:
    """What is told where after so many seconds each so many texts more are encoded."""
    said: list[str] = []
    lines = Lines(lengths, said.append, clock=clock)
    with lines:
        for seconds, n in steps:
            clock.now += seconds
            lines.done(n)
    return said


def test_a_long_encoding_is_told_after_ten_seconds_and_then_every_thirty():
    """How many of how many, how many a second, and how long the rest takes by its letters."""
    assert told(Clock(), [100] * 1000, [(1.0, 10)] * 100) == [
        "Encoded 100 of 1000 texts, 10.0 a second; about 01:30 left.",
        "Encoded 400 of 1000 texts, 10.0 a second; about 01:00 left.",
        "Encoded 700 of 1000 texts, 10.0 a second; about 00:30 left.",
    ]


def test_what_is_left_is_worked_out_by_letters():
    """Half of the texts are four fifths of the letters: the rest takes a quarter of the time."""
    assert told(Clock(), [400] * 64 + [100] * 64, [(7200.0, 64), (1800.0, 64)]) == [
        "Encoded 64 of 128 texts, 0.0 a second; about 30:00 left."
    ]


def test_a_line_comes_with_the_first_step_after_its_time():
    """Where a step takes longer than thirty seconds each has one, and the last one has none."""
    steps = [(9.9, 64), (45.0, 64), (29.0, 64), (2.0, 64), (40.0, 64)]

    assert told(Clock(), [10] * 320, steps) == [
        "Encoded 128 of 320 texts, 2.3 a second; about 01:22 left.",
        "Encoded 256 of 320 texts, 3.0 a second; about 00:21 left.",
    ]


@pytest.mark.parametrize("seconds", [0.1, 4.9])
def test_nothing_is_told_of_a_short_encoding(seconds):
    """A build of less than ten seconds has no line."""
    assert told(Clock(), [100] * 128, [(seconds, 64), (seconds, 64)]) == []


def test_a_log_has_lines_and_a_terminal_has_none(toy_settings, monkeypatch):
    """Without a bar the sentences of a build tell how far it is; with one they do not."""
    monkeypatch.setattr(encode, "_FIRST", 0)
    monkeypatch.setattr(encode, "_AT_ONCE", 4)
    settings = replace(toy_settings, batch_size=4)

    said: dict[bool, list[str]] = {True: [], False: []}
    for progress, lines in said.items():
        build(settings, force=True, progress=progress, tell=lines.append)

    assert [line for line in said[True] if line.startswith("Encoded")] == []
    (line,) = [line for line in said[False] if line.startswith("Encoded")]
    assert re.fullmatch(r"Encoded 4 of 16 texts, \d+\.\d a second; about 00:0\d left\.", line)
