"""A snapshot: what goes in comes out, and whatever is damaged is named."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kb.digest import file_digest
from kb.encode import SentenceTransformerEncoder, find_model
from kb.errors import SnapshotCorrupt, SnapshotMissing, SnapshotStale
from kb.index import unit_rows
from kb.settings import Settings
from kb.snapshot import (
    can_open,
    current_id,
    open_snapshot,
    publish,
    read_manifest,
    set_current,
    snapshot_ids,
)
from kb.validate import read_corpus

#: Every file that the manifest covers, in the order in which they are checked.
FILES = (
    "cases.json",
    "passages.json",
    "taxonomy.json",
    "references.json",
    "vectors.faiss",
    "encoder/model.onnx",
    "encoder/tokenizer.json",
    "encoder/encoder.json",
)


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
    for name in FILES[written:]:
        (folder / name).write_bytes(b"")

    with pytest.raises(SnapshotCorrupt, match=f"{FILES[written]} was altered"):
        open_snapshot(folder)
    assert not can_open(folder)


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


@pytest.mark.parametrize("version", [0, 2, "1", None], ids=repr)
def test_another_schema_version_is_stale(folder, version):
    """A manifest of another version is stale, whatever else it holds."""
    path = folder / "manifest.json"
    path.write_text(json.dumps({"schema_version": version}))

    with pytest.raises(SnapshotStale) as raised:
        open_snapshot(folder)

    assert str(raised.value) == (
        f"{path} has schema version {version!r}; this program reads 1. Run 'kb build'."
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


@pytest.mark.parametrize("name", FILES[:4])
@pytest.mark.parametrize("data", ['{"a": 1}', "[[]]", "[", '"text"'])
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
        pytest.param(lambda m: m.update(n_cases=8), (8, 16, 16, 6), id="cases"),
        pytest.param(lambda m: m.update(n_passages=15), (7, 15, 15, 6), id="passages"),
        pytest.param(
            lambda m: m["encoder"].update(dimension=384), (7, 16, 16, 384), id="dimension"
        ),
    ],
)
def test_counts_that_do_not_agree_are_corrupt(folder, change, expected):
    """Cases, passages, vectors and dimension must be as many as the manifest says."""
    change_manifest(folder, change)

    with pytest.raises(SnapshotCorrupt) as raised:
        open_snapshot(folder)

    assert str(raised.value) == (
        f"{folder} must hold (cases, passages, vectors, dimension) {expected}, "
        "not (7, 16, 16, 6). Run 'kb build'."
    )


def test_an_index_that_was_never_built_is_missing(tmp_path):
    """Without the file current there is no index yet."""
    with pytest.raises(SnapshotMissing) as raised:
        current_id(tmp_path)

    assert str(raised.value) == f"There is no index in {tmp_path} yet. Run 'kb build'."
    assert snapshot_ids(tmp_path / "nowhere") == ()


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", "''"),
        (b"\n", "''"),
        (b"norway", "'norway'"),
        (b"0123456789AB", "'0123456789AB'"),
        (b"../0123456789ab", "'../0123456789ab'"),
        (b"0123456789ab/", "'0123456789ab/'"),
        (b"0123456789ab\n0123456789ab", "'0123456789ab\\n0123456789ab'"),
        (b"\xff" * 99, repr("\ufffd" * 40)),
    ],
)
def test_a_damaged_current_is_corrupt(tmp_path, data, shown):
    """The file current must hold an id and nothing else."""
    path = tmp_path / "current"
    path.write_bytes(data)

    with pytest.raises(SnapshotCorrupt) as raised:
        current_id(tmp_path)

    assert str(raised.value) == f"{path} must hold a snapshot id, not {shown}. Run 'kb build'."


def test_a_folder_in_place_of_current_is_corrupt(tmp_path):
    """A current that cannot be read is corrupt, with the reason."""
    (tmp_path / "current").mkdir()

    with pytest.raises(SnapshotCorrupt) as raised:
        current_id(tmp_path)

    assert str(raised.value) == (
        f"{tmp_path / 'current'} cannot be read: Is a directory. Run 'kb build'."
    )


def test_switching_replaces_current(folder):
    """After the switch current holds the id on one line, and nothing is left beside it."""
    (folder.parent / "current").write_text("ffffffffffff\r\n")

    set_current(folder.parent, folder.name)

    assert current_id(folder.parent) == folder.name
    assert (folder.parent / "current").read_bytes() == f"{folder.name}\n".encode()
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name, "current"]


@pytest.mark.parametrize(
    "wrong", ["0123456789ab", "previous", "", ".", "{id}/", "./{id}", "../{id}"]
)
def test_only_a_snapshot_that_is_there_can_be_switched_to(folder, wrong):
    """What is not the id of a complete snapshot is refused, and current stays as it is."""
    shutil.copytree(folder, folder.parent.parent / folder.name)
    wrong = wrong.format(id=folder.name)

    with pytest.raises(SnapshotMissing) as raised:
        set_current(folder.parent, wrong)

    assert str(raised.value) == (
        f"There is no snapshot {wrong!r} in {folder.parent}; there are: {folder.name}."
    )
    assert not (folder.parent / "current").exists()


def test_snapshots_are_listed_newest_first(folder):
    """Complete snapshots are listed by age; anything else in the folder is passed over."""
    index = folder.parent
    ages = {"aaaaaaaaaaaa": 30, "bbbbbbbbbbbb": 10, "cccccccccccc": 10, folder.name: 20}
    for name, age in ages.items():
        (index / name).mkdir(exist_ok=True)
        (index / name / "manifest.json").touch()
        os.utime(index / name / "manifest.json", (1_000_000_000 - age,) * 2)
    (index / "dddddddddddd").mkdir()  # without a manifest: not complete
    (index / ".building-7").mkdir()
    (index / ".building-7" / "manifest.json").touch()

    assert snapshot_ids(index) == ("bbbbbbbbbbbb", "cccccccccccc", folder.name, "aaaaaaaaaaaa")


@pytest.mark.parametrize("damaged", [False, True], ids=["sound stays", "damaged goes"])
def test_publishing_replaces_only_what_is_damaged(folder, damaged):
    """A sound snapshot of the same id stays as it is; one that cannot be opened is replaced."""
    staged = Path(shutil.copytree(folder, folder.parent / ".building-1"))
    before = (folder / "cases.json").stat().st_ino
    if damaged:
        (folder / "passages.json").unlink()

    publish(folder.parent, staged, folder.name)

    assert open_snapshot(folder).manifest.snapshot_id == folder.name
    assert ((folder / "cases.json").stat().st_ino == before) is not damaged
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
