"""A snapshot: what goes in comes out, and whatever is damaged is named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from kb.content.corpus import read_corpus
from kb.encoders.multilingual import MultilingualEncoder, multilingual_digest
from kb.encoders.sentence_transformer import SentenceTransformerEncoder, find_model
from kb.engine.base import unit_rows
from kb.errors import SnapshotCorrupt, SnapshotMissing, SnapshotStale
from kb.model.compendium import Compendium
from kb.model.files import file_digest
from kb.settings import Settings
from kb.snapshots.format import (
    SCHEMA_VERSION,
    FileRecord,
    FilesRecords,
    open_snapshot,
    read_manifest,
    verify_snapshot,
)
from kb.snapshots.store import current_id, snapshot_ids

#: Some of the files that the manifest covers, of every kind, in the order in which they are
#: checked; those of the word index stand in ``engine/words``.
FILES = (
    "calibration.json",
    "encoder/encoder.json",
    "encoder/model.onnx",
    "encoder/tokenizer.json",
    "engine/documents/columns.json",
    "engine/documents/ids-letters.npy",
    "engine/documents/kind.npy",
    "engine/sets.json",
    "engine/vectors/passages-digests.npy",
    "engine/vectors/passages-starts.npy",
    "engine/vectors/passages.faiss",
    "holdings.json",
    "phrases.json",
    "records/cases-keys-letters.npy",
    "records/cases-starts.npy",
    "records/cases.jsonl",
    "records/passages.jsonl",
    "records/references.jsonl",
    "relevance.json",
    "taxonomy.json",
    "vocabulary.json",
    "wanted.json",
)
#: What a snapshot makes of a compendium for itself.
NOT_READ = ("index", "counted")
PARTS = tuple(name for name in FILES if name.endswith(".json") and "/" not in name)


@pytest.fixture(name="folder")
def _folder(settings: Settings, tmp_path: Path) -> Path:
    """A sound snapshot that a test may damage."""
    snapshot_id = current_id(settings.index)
    return Path(shutil.copytree(settings.index / snapshot_id, tmp_path / "index" / snapshot_id))


def change_manifest(folder: Path, change: Callable[[dict], None]) -> Path:
    """Edit the manifest as JSON, seal it again, and return its path."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["sha256"]
    change(manifest)
    data = json.dumps(manifest).removeprefix("{")
    seal = hashlib.sha256(data.encode()).hexdigest()
    path.write_text(f'{{\n "sha256": "{seal}",{data}')
    return path


def test_what_goes_in_comes_out(settings, tiny_encoder):
    """An opened snapshot holds the corpus that was read, and the unit vectors of its passages."""
    corpus = read_corpus(settings.cases)

    snapshot = open_snapshot(settings.index / current_id(settings.index))

    found, read = snapshot.content.compendium, corpus.compendium
    assert (tuple(found.cases), dict(found.by_id)) == (read.cases, read.by_id)
    assert (dict(found.references), found.holdings) == (read.references, read.holdings)
    for field in {one.name for one in fields(Compendium)} - {"cases", "references", *NOT_READ}:
        assert getattr(found, field) == getattr(read, field)
    encoder = SentenceTransformerEncoder(find_model(str(tiny_encoder)))
    for row, passages in enumerate(snapshot.content.passages):
        vectors, lengths = snapshot.engine.vectors("passages", np.array([row]))
        texts = [passage.encoded_text for passage in passages]
        assert np.array_equal(vectors, unit_rows(encoder.encode_documents(texts)))
        assert lengths.tolist() == [len(passages)]


def test_passages_go_in_the_order_of_the_cases(settings):
    """Those of a case stand in its row, from 0 up, as its texts do in the engine."""
    snapshot = open_snapshot(settings.index / current_id(settings.index))
    content, engine = snapshot.content, snapshot.engine

    assert len(content.passages) == len(content.compendium.cases) == len(engine)
    for row, (case, passages) in enumerate(
        zip(content.compendium.cases, content.passages, strict=True)
    ):
        ids = [(passage.case_id, passage.ordinal) for passage in passages]
        assert ids == [(case.id, ordinal) for ordinal in range(len(passages))]
        texts = engine.texts("passages", row)
        assert [(text.owner, text.ordinal) for text in texts] == ids
        assert engine.ids(np.array([row])) == (case.id,)


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
    assert manifest.files == {
        name: FileRecord(digest=file_digest(path), size=path.stat().st_size)
        for name, path in found.items()
    }


def flip(path: Path) -> None:
    """Turn a bit in the middle of a file, which stays as long as it was."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_what_an_earlier_snapshot_has_is_compared_with_it(folder: Path, tmp_path: Path):
    """What is the same there has the digest of before, and all else that of its own bytes.

    So a bit that turned after it was read, and was then copied, is told by the digest of before.
    """
    earlier, staged = open_snapshot(folder), tmp_path / "staged"
    flipped, other = "engine/vectors/passages.faiss", "records/cases.jsonl"
    flip(folder / flipped)
    shutil.copytree(folder, staged, ignore=shutil.ignore_patterns("manifest.json"))
    flip(staged / other)
    (staged / "taxonomy.json").write_bytes(b"{}")
    (staged / "more.json").write_bytes(b"{}")
    (folder / "holdings.json").unlink()

    with FilesRecords(staged, earlier) as files:
        files.begin()
        found = files.records()

    own = {
        path.relative_to(staged).as_posix(): FileRecord(
            digest=file_digest(path), size=path.stat().st_size
        )
        for path in staged.rglob("*")
        if path.is_file()
    }
    assert found == own | {flipped: earlier.manifest.files[flipped]}
    assert own[flipped] != earlier.manifest.files[flipped]
    assert own[other] != earlier.manifest.files[other]


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
        f"not {file_digest(folder / name)[:12]}…. Run 'kb build'."
    )


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_rots_unseen_is_found_by_reading_it(folder, name):
    """What the disk changes by itself, with the file's time as it was, the whole check finds.

    To open the snapshot for an answer, no more of engine and encoder is read than that takes.
    """
    path = folder / name
    expected, times = file_digest(path), path.stat()
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    message = f"{path} was altered: its SHA-256 must be {expected[:12]}…, "

    with pytest.raises(SnapshotCorrupt) as raised:
        verify_snapshot(folder)

    assert str(raised.value).startswith(message)
    if name in ("encoder/model.onnx", "engine/vectors/passages.faiss", "records/cases.jsonl"):
        assert open_snapshot(folder).manifest.snapshot_id == folder.name
    path.write_bytes(data)
    assert verify_snapshot(folder).snapshot_id == folder.name


def test_a_copy_is_read_whole(folder, tmp_path):
    """Files that are younger than the manifest, as those of a copy are, are read when opened."""
    copy = tmp_path / "copy" / folder.name
    shutil.copytree(folder, copy, copy_function=shutil.copyfile)
    os.utime(copy / "manifest.json", (1_000_000_000,) * 2)
    path = copy / "engine" / "vectors" / "passages.faiss"
    open_snapshot(copy)
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))

    with pytest.raises(SnapshotCorrupt, match=r"passages\.faiss was altered"):
        open_snapshot(copy)


def spread(data: bytes) -> list[int]:
    """Places of bytes in a manifest: all of its seal, and one of each line, now here, now there."""
    places, start = [], 0
    for number, line in enumerate(data.splitlines(keepends=True)):
        whole = b'"sha256": ' in line and number < 2
        places += [start + n for n in (range(len(line)) if whole else [37 * number % len(line)])]
        start += len(line)
    return places


@pytest.mark.parametrize(
    "places",
    [
        pytest.param(spread, id="a few of every part"),
        pytest.param(lambda data: range(len(data)), id="every one", marks=pytest.mark.long),
    ],
)
def test_one_altered_byte_anywhere_in_the_manifest_is_refused(folder, places):
    """Whatever byte of the manifest changes, and however, it is named and never believed."""
    path = folder / "manifest.json"
    data = path.read_bytes()
    accepted, others = [], []
    for at in places(data):
        for other in {data[at] ^ 1, ord("0"), ord('"'), ord(" ")} - {data[at]}:
            path.write_bytes(data[:at] + bytes([other]) + data[at + 1 :])
            try:
                read_manifest(folder)
            except SnapshotCorrupt as err:
                if not str(err).startswith(f"{path} "):
                    others.append(str(err))
            else:
                accepted.append(at)

    assert (accepted, others) == ([], [])


@pytest.mark.parametrize("written", range(len(FILES)), ids=FILES)
def test_a_snapshot_that_was_half_written_is_corrupt(folder, written):
    """Where copying a snapshot stopped, with the files after it empty, that file is named."""
    names = list(read_manifest(folder).files)
    assert [name for name in names if name in FILES] == list(FILES)
    for name in names[names.index(FILES[written]) :]:
        (folder / name).write_bytes(b"")

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


@pytest.mark.parametrize("version", [0, 1, 7, 9, "8", None], ids=repr)
def test_another_schema_version_is_stale(folder, version):
    """A manifest of another version is stale, whatever else it holds."""
    path = folder / "manifest.json"
    path.write_text(json.dumps({"schema_version": version}))

    with pytest.raises(SnapshotStale) as raised:
        open_snapshot(folder)

    assert str(raised.value) == (
        f"{path} has schema version {version!r}; this program reads {SCHEMA_VERSION}. "
        "Run 'kb build'."
    )


@pytest.mark.parametrize(
    ("change", "where"),
    [
        pytest.param(lambda m: m.pop("encoder"), "encoder", id="no encoder"),
        pytest.param(
            lambda m: m["encoder"].update(dimension="six"), "encoder.dimension", id="dimension"
        ),
        pytest.param(lambda m: m.update(versions=[]), "versions", id="versions are a list"),
        pytest.param(lambda m: m["files"].update({"site.json": 7}), "files.site.json", id="file"),
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
        pytest.param(lambda m: m["files"].pop("holdings.json"), id="file not covered"),
        pytest.param(
            lambda m: m["files"].update({"../../x": {"digest": "0", "size": 1}}), id="file outside"
        ),
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
    change_manifest(folder, lambda m: m["files"][name].update(digest=digest))

    with pytest.raises(SnapshotCorrupt) as raised:
        # The counts of words are read by builds alone, of a snapshot that is open.
        assert open_snapshot(folder).vocabulary

    assert str(raised.value) == f"{folder / name} does not hold what it should. Run 'kb build'."


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        pytest.param(lambda m: m.update(n_cases=8), "cases: 8, not 7", id="cases"),
        pytest.param(lambda m: m.update(n_passages=15), "passages: 15, not 16", id="passages"),
        pytest.param(
            lambda m: m["vector_sets"]["passages"].update(n_texts=24),
            "texts of passages: 24, not 16",
            id="texts",
        ),
        pytest.param(
            lambda m: m["vector_sets"]["passages"].update(dimension=384),
            "dimension of passages: 384, not 6",
            id="dimension",
        ),
        pytest.param(
            lambda m: m["vector_sets"].pop("passages"),
            "dimension of passages: 0, not 6",
            id="a set less",
        ),
        pytest.param(
            lambda m: m["vector_sets"].update({"audience": {"n_texts": 3, "dimension": 6}}),
            "dimension of audience: 6, not 0",
            id="a set more",
        ),
    ],
)
def test_counts_that_do_not_agree_are_corrupt(folder, change, wrong):
    """Cases, passages, texts and dimensions must be as many as the manifest says."""
    change_manifest(folder, change)

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(folder)

    assert str(raised.value) == f"{folder} must hold {wrong}. Run 'kb build'."


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("engine/vectors/another.faiss", "engine/vectors/passages.faiss"),
        ("records/another.jsonl", "records/cases.jsonl"),
    ],
)
def test_a_file_that_is_not_listed_is_corrupt(folder, name, like):
    """Every file of engine and records is covered: one that was put there is named, not read."""
    extra = folder / name
    extra.write_bytes((folder / like).read_bytes())

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(folder)

    expected = f"{extra} is not of this snapshot. Run 'kb build'."
    assert str(raised.value) == expected


def test_multilingual_vectors_belong_to_the_passages(toy_multilingual):
    """With the second encoder on, its set has the same texts, and the manifest names it."""
    snapshot = open_snapshot(toy_multilingual.index / current_id(toy_multilingual.index))

    record, engine = snapshot.manifest.multilingual, snapshot.engine
    texts = [p.encoded_text for passages in snapshot.content.passages for p in passages]
    expected = unit_rows(MultilingualEncoder().encode(texts))
    assert (record.name, record.digest, record.dimension) == (
        "use-multilingual-v3",
        multilingual_digest(),
        512,
    )
    for row in range(len(engine)):
        own, spoken = (engine.texts(name, row) for name in ("passages", "passages-multilingual"))
        assert own == spoken
    vectors, _ = engine.vectors("passages-multilingual", np.arange(len(engine)))
    assert np.abs(vectors - expected).max() <= 1e-5
    assert "engine/vectors/passages-multilingual.faiss" in snapshot.manifest.files


@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_a_damaged_word_index_is_named(folder, damage):
    """A file of the word index that is not what was built makes a snapshot corrupt."""
    for path in sorted((folder / "engine" / "words").iterdir()):
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


@pytest.mark.parametrize("sealed", [False, True], ids=["as it is", "under a seal"])
def test_a_manifest_of_brackets_is_no_manifest(folder, sealed):
    """Nesting deeper than a reader follows is damage like any other."""
    data = b'{\n "schema_version": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    if sealed:
        data = data.removeprefix(b"{")
        data = b'{\n "sha256": "%s",' % hashlib.sha256(data).hexdigest().encode() + data
    (folder / "manifest.json").write_bytes(data)

    with pytest.raises(SnapshotCorrupt) as raised:
        read_manifest(folder)

    assert str(raised.value) == f"{folder / 'manifest.json'} is not a manifest. Run 'kb build'."
