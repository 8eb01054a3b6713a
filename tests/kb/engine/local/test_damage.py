"""Files of the local engine that are missing, cut short or another one's."""

from __future__ import annotations

import mmap
import os
import shutil
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from kb.engine.local.engine import LocalEngine, LocalWriter
from kb.errors import SnapshotCorrupt
from tests.kb.engine.test_contract import assert_same, fill


def written(folder: Path, n: int, seed: int = 3) -> Path:
    """A folder with so many documents."""
    writer = LocalWriter(folder)
    fill(writer, n=n, seed=seed)
    writer.publish()
    return folder


@pytest.fixture(name="whole", scope="module")
def _whole(tmp_path_factory) -> Path:
    return written(tmp_path_factory.mktemp("whole") / "engine", 40)


def names(folder: Path) -> list[str]:
    """Every file of an engine."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def _array_file(array: np.ndarray) -> bytes:
    file = BytesIO()
    np.save(file, array)
    return file.getvalue()


def half(data: bytes) -> bytes:
    """What comes first."""
    return data[: len(data) // 2]


OTHER_ARRAY = _array_file(np.zeros((2, 2, 2)))

#: What is done to a file.
DAMAGES = {
    "removed": lambda path: path.unlink(),
    "emptied": lambda path: path.write_bytes(b""),
    "cut by a byte": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "cut in the middle": lambda path: path.write_bytes(
        path.read_bytes()[: path.stat().st_size // 2]
    ),
    "cut in its header": lambda path: path.write_bytes(path.read_bytes()[:20]),
    "another text": lambda path: path.write_bytes(b"not what it was"),
    "another array": lambda path: path.write_bytes(OTHER_ARRAY),
    "another JSON": lambda path: path.write_bytes(b"[1, 2]"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damaged_file_is_named(whole, tmp_path, damage):
    """Whichever file it is, the error names it, or its folder, and the command that mends it."""
    folder = tmp_path / "engine"
    shutil.copytree(whole, folder)
    for name in names(whole):
        path = folder / name
        if damage == "cut by a byte" and path.suffix == ".json":
            continue  # its last byte ends the line
        DAMAGES[damage](path)

        with pytest.raises(SnapshotCorrupt) as raised:
            LocalEngine.open(folder)

        message = str(raised.value)
        assert str(path.parent) in message, name
        assert message.endswith("Run 'kb build'."), name
        shutil.copy(whole / name, path)
    LocalEngine.open(folder)


@pytest.mark.parametrize("part", ["documents", "vectors", "words"])
def test_a_part_of_another_state_is_refused(whole, tmp_path, part):
    """The parts of an engine go together: one of fewer documents is not taken."""
    folder = tmp_path / "engine"
    shutil.copytree(whole, folder)
    other = written(tmp_path / "other", 39)
    shutil.rmtree(folder / part)
    shutil.copytree(other / part, folder / part)

    with pytest.raises(SnapshotCorrupt, match=r"Run 'kb build'\."):
        LocalEngine.open(folder)


def test_a_copy_answers_alike(whole, tmp_path):
    """An engine is its files: a copy elsewhere answers alike."""
    shutil.copytree(whole, tmp_path / "copy")

    assert_same(LocalEngine.open(tmp_path / "copy"), LocalEngine.open(whole))


def test_the_same_documents_give_the_same_bytes(whole, tmp_path):
    """A second build of the same is the same, byte by byte."""
    other = written(tmp_path / "other", 40)

    assert names(other) == names(whole)
    for name in names(whole):
        assert (other / name).read_bytes() == (whole / name).read_bytes(), name


def test_what_lies_open_is_mapped_and_not_read(whole):
    """The large arrays are views of the files, shared by every process that opens them."""
    engine = LocalEngine.open(whole)

    for array in (engine.words.starts, engine.words.places.places, engine.words.places.starts):
        base = array
        while isinstance(base, np.ndarray):
            base = base.base
        assert isinstance(base, memoryview)
        assert isinstance(base.obj, mmap.mmap)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="says what is mapped")
def test_postings_are_read_and_not_mapped(whole):
    """They count in no process for longer than a question takes, and are what was written."""
    engine = LocalEngine.open(whole)
    words, postings = whole / "words", engine.words.postings

    for name in ("rows", "counts", "values"):
        expected, stored = np.load(words / f"{name}.npy"), getattr(postings, name)
        assert len(stored) == len(expected)
        for within in (slice(None), slice(3, 9), slice(5, 5), slice(len(expected) - 1, None)):
            assert stored[within].dtype == expected.dtype
            assert stored[within].tolist() == expected[within].tolist()
        assert str(words / f"{name}.npy") not in Path("/proc/self/maps").read_text()
    assert str(words / "starts.npy") in Path("/proc/self/maps").read_text()


def test_postings_that_become_shorter_are_told(whole, tmp_path):
    """What is left of the file is answered; what is not there is an error, and no wrong number."""
    folder = tmp_path / "engine"
    shutil.copytree(whole, folder)
    engine, path = LocalEngine.open(folder), folder / "words" / "values.npy"
    expected = engine.words.postings.values[:2].tolist()

    os.truncate(path, path.stat().st_size - 4)

    assert engine.words.postings.values[:2].tolist() == expected
    with pytest.raises(SnapshotCorrupt, match="ends too soon"):
        engine.words.postings.values[:]
