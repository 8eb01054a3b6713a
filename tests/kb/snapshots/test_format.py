"""A snapshot: what goes in comes out, and whatever is damaged is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kb.content.check import read_corpus
from kb.encoders.multilingual import MultilingualEncoder, multilingual_digest
from kb.encoders.sentence_transformer import SentenceTransformerEncoder, find_model
from kb.engine.local.vectors import unit_rows
from kb.errors import SnapshotCorrupt, SnapshotMissing, SnapshotStale
from kb.model.files import file_digest
from kb.settings import Settings
from kb.snapshots.format import open_snapshot, read_manifest
from kb.snapshots.store import current_id, snapshot_ids

#: Every file that the manifest covers, in the order in which they are checked; those of
#: the word index, whose names are its own, come last.
FILES = (
    "calibration.json",
    "cases.json",
    "encoder/encoder.json",
    "encoder/model.onnx",
    "encoder/tokenizer.json",
    "passages.json",
    "references.json",
    "relevance.json",
    "sentences.faiss",
    "taxonomy.json",
    "vectors.faiss",
    "vocabulary.json",
)
PARTS = tuple(name for name in FILES if name.endswith(".json") and "/" not in name)


@pytest.fixture(name="folder")
def _folder(settings: Settings, tmp_path: Path) -> Path:
    """A sound snapshot that a test may damage."""
    snapshot_id = current_id(settings.index)
    return Path(shutil.copytree(settings.index / snapshot_id, tmp_path / "index" / snapshot_id))


def change_manifest(folder: Path, change: Callable[[dict], None]) -> Path:
    """Edit the manifest as JSON and return its path."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))
    return path


def test_what_goes_in_comes_out(settings, tiny_encoder):
    """An opened snapshot holds the corpus that was read, and the unit vectors of its passages."""
    corpus = read_corpus(settings.cases)

    snapshot = open_snapshot(settings.index / current_id(settings.index))

    content = snapshot.content
    assert content.cases == corpus.cases
    assert content.taxonomy == corpus.taxonomy
    assert content.references == corpus.references
    encoder = SentenceTransformerEncoder(find_model(str(tiny_encoder)))
    vectors = unit_rows(encoder.encode_documents([p.encoded_text for p in content.passages]))
    assert np.array_equal(snapshot.index.vectors(np.arange(len(snapshot.index))), vectors)


def test_passages_go_in_the_order_of_the_cases(settings):
    """Row i belongs to passage i: the cases' ids in order, and in each case from 0 up."""
    snapshot = open_snapshot(settings.index / current_id(settings.index))

    ids = [passage.id for passage in snapshot.content.passages]

    assert ids == [
        f"{case.id}#{ordinal}"
        for case in snapshot.content.cases
        for ordinal in range(snapshot.manifest.cases[case.id].n_passages)
    ]
    assert sorted(ids) == ids  # no case of the toy corpus has ten passages


def test_the_manifest_says_what_it_is(settings, tiny_encoder):
    """The manifest names the encoder, counts, and the digest of every file there is."""
    folder = settings.index / current_id(settings.index)

    manifest = read_manifest(folder)

    assert manifest.snapshot_id == folder.name
    assert (manifest.n_cases, manifest.n_passages, manifest.metric) == (7, 16, "cosine")
    assert (manifest.encoder.name, manifest.encoder.dimension) == (str(tiny_encoder), 6)
    assert manifest.encoder.digest == find_model(str(tiny_encoder)).digest
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    del found["manifest.json"]
    assert manifest.files == {name: file_digest(path) for name, path in found.items()}


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder, name):
    """A snapshot that lacks a file is corrupt."""
    (folder / name).unlink()

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(folder)

    assert str(raised.value) == (
        f"{folder / name} cannot be read: No such file or directory. Run 'kb build'."
    )


@pytest.mark.parametrize("name", FILES)
def test_a_folder_in_place_of_a_file_is_named(folder, name):
    """A folder where a file should be makes a snapshot corrupt."""
    (folder / name).unlink()
    (folder / name).mkdir()

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(folder)

    assert str(raised.value) == f"{folder / name} cannot be read: Is a directory. Run 'kb build'."


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data, _: data[: len(data) // 2], id="cut in half"),
        pytest.param(lambda data, _: data[:-1], id="cut by a byte"),
        pytest.param(lambda data, _: b"", id="emptied"),
        pytest.param(lambda data, _: data + b" ", id="a byte too many"),
        pytest.param(lambda data, _: bytes([data[0] ^ 1]) + data[1:], id="one bit"),
        pytest.param(lambda _, other: other, id="swapped with its neighbour"),
    ],
)
def test_an_altered_file_is_named(folder, name, change):
    """A file that is not what was built is corrupt, however small the change."""
    neighbour = FILES[FILES.index(name) - 1]
    expected = file_digest(folder / name)
    changed = change((folder / name).read_bytes(), (folder / neighbour).read_bytes())
    (folder / name).write_bytes(changed)

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(folder)

    assert str(raised.value) == (
        f"{folder / name} was altered: its SHA-256 must be {expected[:12]}…, "
        f"not {file_digest(folder / name)[:12]}…. Run 'kb build --force'."
    )


@pytest.mark.parametrize("written", range(len(FILES)), ids=FILES)
def test_a_snapshot_that_was_half_written_is_corrupt(folder, written):
    """Where copying a snapshot stopped, with the files after it empty, that file is named."""
    for path in [*(folder / name for name in FILES[written:]), *(folder / "words").iterdir()]:
        path.write_bytes(b"")

    with pytest.raises(SnapshotCorrupt, match=f"{FILES[written]} was altered"):
        open_snapshot(folder)


def test_a_snapshot_without_its_manifest_is_missing(folder):
    """The manifest is what makes a snapshot: without it there is none."""
    (folder / "manifest.json").unlink()

    with pytest.raises(SnapshotMissing) as raised:
        open_snapshot(folder)

    assert str(raised.value) == f"There is no snapshot in {folder}. Run 'kb build'."
    assert snapshot_ids(folder.parent) == ()


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"7", b"{}", b"\xff\xfe", b"not a manifest"],
    ids=["empty", "cut short", "list", "null", "number", "no version", "binary", "text"],
)
def test_what_is_no_manifest_is_corrupt(folder, data):
    """A manifest that is not JSON, or not of the right shape, is corrupt."""
    path = folder / "manifest.json"
    path.write_bytes(data)

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(folder)

    assert str(raised.value) == f"{path} is not a manifest. Run 'kb build'."


@pytest.mark.parametrize("version", [0, 1, 4, 6, "5", None], ids=repr)
def test_another_schema_version_is_stale(folder, version):
    """A manifest of another version is stale, whatever else it holds."""
    path = folder / "manifest.json"
    path.write_text(json.dumps({"schema_version": version}))

    with pytest.raises(SnapshotStale) as raised:
        open_snapshot(folder)

    assert str(raised.value) == (
        f"{path} has schema version {version!r}; this program reads 5. Run 'kb build'."
    )


@pytest.mark.parametrize(
    ("change", "where"),
    [
        pytest.param(lambda m: m.pop("encoder"), "encoder", id="no encoder"),
        pytest.param(
            lambda m: m["encoder"].update(dimension="six"), "encoder.dimension", id="dimension"
        ),
        pytest.param(lambda m: m.update(cases=[]), "cases", id="cases are a list"),
        pytest.param(lambda m: m["files"].update({"cases.json": 7}), "files.cases.json", id="file"),
    ],
)
def test_a_manifest_with_a_wrong_field_is_corrupt(folder, change, where):
    """A manifest that lacks a field, or has one of another kind, is corrupt and says where."""
    path = change_manifest(folder, change)

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(folder)

    assert str(raised.value) == f"{path} is not a manifest ({where}). Run 'kb build'."


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda m: m.update(snapshot_id="0123456789ab"), id="foreign id"),
        pytest.param(lambda m: m["files"].pop("vectors.faiss"), id="file not covered"),
        pytest.param(lambda m: m["files"].update({"../../x": "0"}), id="file outside"),
    ],
)
def test_a_manifest_of_another_snapshot_is_corrupt(folder, change):
    """The manifest must be of this folder and cover exactly its files."""
    path = change_manifest(folder, change)

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(folder)

    assert str(raised.value) == f"{path} belongs to another snapshot. Run 'kb build'."


def test_a_renamed_snapshot_is_corrupt(folder):
    """A snapshot under an id that is not its own is not served."""
    renamed = folder.rename(folder.with_name("0123456789ab"))

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(renamed)

    assert str(raised.value) == (
        f"{renamed / 'manifest.json'} belongs to another snapshot. Run 'kb build'."
    )


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("data", ['{"a": "b"}', "[[]]", "[", '"text"'])
def test_a_file_of_another_shape_is_corrupt(folder, name, data):
    """A file with the right digest and the wrong content is corrupt."""
    (folder / name).write_text(data)
    digest = file_digest(folder / name)
    change_manifest(folder, lambda m: m["files"].update({name: digest}))

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(folder)

    assert str(raised.value) == f"{folder / name} does not hold what it should. Run 'kb build'."


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda m: m.update(n_cases=8), [8, 16, 16, 6, 8, 25, 6], id="cases"),
        pytest.param(lambda m: m.update(n_passages=15), [7, 15, 15, 6, 7, 25, 6], id="passages"),
        pytest.param(
            lambda m: m["encoder"].update(dimension=384), [7, 16, 16, 384, 7, 25, 6], id="dimension"
        ),
    ],
)
def test_counts_that_do_not_agree_are_corrupt(folder, change, expected):
    """Cases, passages, vectors and dimension must be as many as the manifest says."""
    change_manifest(folder, change)

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(folder)

    assert str(raised.value) == (
        f"{folder} must hold (cases, passages, vectors, dimension, cases by words, "
        f"sentences, …) {expected}, "
        "not [7, 16, 16, 6, 7, 25, 6]. Run 'kb build'."
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda m: m.update(n_cases=8), [8, 16, 16, 6, 8, 25, 6, 16, 512], id="cases"),
        pytest.param(
            lambda m: m["multilingual"].update(dimension=6),
            [7, 16, 16, 6, 7, 25, 6, 16, 6],
            id="dimension of the second encoder",
        ),
    ],
)
def test_multilingual_counts_must_agree_as_well(toy_multilingual, tmp_path, change, expected):
    """The vectors for other languages must be as many and as long as the manifest says."""
    snapshot_id = current_id(toy_multilingual.index)
    built = toy_multilingual.index / snapshot_id
    folder = Path(shutil.copytree(built, tmp_path / snapshot_id))
    change_manifest(folder, change)

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(folder)

    assert str(raised.value) == (
        f"{folder} must hold (cases, passages, vectors, dimension, cases by words, "
        f"sentences, …) {expected}, "
        "not [7, 16, 16, 6, 7, 25, 6, 16, 512]. Run 'kb build'."
    )


def test_multilingual_vectors_belong_to_the_passages(toy_multilingual):
    """With the second encoder on, row i of its index is passage i, and the manifest names it."""
    snapshot = open_snapshot(toy_multilingual.index / current_id(toy_multilingual.index))

    record, vectors = snapshot.manifest.multilingual, snapshot.multilingual
    texts = [passage.encoded_text for passage in snapshot.content.passages]
    expected = unit_rows(MultilingualEncoder().encode(texts))
    assert (record.name, record.digest, record.dimension) == (
        "use-multilingual-v3",
        multilingual_digest(),
        512,
    )
    assert np.abs(vectors.vectors(np.arange(len(texts))) - expected).max() <= 1e-5
    assert "multilingual.faiss" in snapshot.manifest.files


@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_a_damaged_word_index_is_named(folder, damage):
    """A file of the word index that is not what was built makes a snapshot corrupt."""
    for path in sorted((folder / "words").iterdir()):
        data = path.read_bytes()
        if damage == "missing":
            path.unlink()
        else:
            path.write_bytes(data + b" ")

        with pytest.raises(SnapshotCorrupt) as raised:
            open_snapshot(folder)

        assert str(raised.value).startswith(f"{path} ")
        path.write_bytes(data)
    assert open_snapshot(folder).manifest.snapshot_id == folder.name
