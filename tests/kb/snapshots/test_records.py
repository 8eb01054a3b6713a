"""Records read one by one: what goes in comes out, and whatever is damaged is named."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from kb.errors import SnapshotCorrupt
from kb.model.cases import Reference
from kb.snapshots.records import KeyedRecords, RecordFile, read_keyed, write_keyed, write_records

_TEXT = TypeAdapter(str)
_REFERENCE = TypeAdapter(Reference)
#: More than a process keeps at once, of records and of keys.
N = 1_300


def lines(texts: list[str]) -> list[bytes]:
    """Texts as records."""
    return [_TEXT.dump_json(text) for text in texts]


def keyed_lines(records: Mapping[str, str]) -> dict[str, bytes]:
    """Texts as records by their keys."""
    return {key: _TEXT.dump_json(text) for key, text in records.items()}


@pytest.fixture(name="texts", scope="module")
def _texts() -> list[str]:
    """Records of any length, some with ends of lines and letters of several bytes in them."""
    return [f"{number} " + "å\nb" * (number % 9) for number in range(N)]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, texts: list[str]) -> Path:
    """Where they are written, under numbers as keys."""
    keyed = {f"k{number:04}": text for number, text in enumerate(texts)}
    write_keyed(tmp_path, "some", keyed_lines(keyed))
    return tmp_path


@pytest.fixture(name="keyed")
def _keyed(folder: Path) -> KeyedRecords[str]:
    return read_keyed(folder, "some", _TEXT)


def test_records_come_back_in_any_order(folder, texts):
    """By place, from the end, one after the other, and again: whatever is kept of them."""
    records = RecordFile(folder, "some", _TEXT)

    assert len(records) == N
    assert [records[at] for at in range(N)] == texts
    assert [records[at] for at in reversed(range(N))] == texts[::-1]
    assert list(records) == texts
    assert [records[-at] for at in (1, N)] == [texts[-1], texts[0]]
    assert records.line(8) == _TEXT.dump_json(texts[8]) + b"\n"
    assert records[5] is records[5]


@pytest.mark.parametrize("at", [N, N + 1, -N - 1])
def test_no_record_is_beyond_the_ends(folder, at):
    """There are as many as were written."""
    with pytest.raises(IndexError):
        RecordFile(folder, "some", _TEXT)[at]


def test_keys_name_their_records(keyed, texts):
    """Each key gives its own record, in the order of the keys; no other key gives one."""
    assert list(keyed) == [f"k{number:04}" for number in range(N)]
    assert [keyed[key] for key in keyed] == texts == list(keyed.records)
    assert dict(keyed) == {f"k{number:04}": text for number, text in enumerate(texts)}
    for other in ("", "k", "k0", "k00000", f"k{N:04}", "z", "å", "\x00"):
        assert other not in keyed
        assert keyed.get(other) is None
        with pytest.raises(KeyError):
            keyed[other]
    assert 7 not in keyed


@settings(derandomize=True, max_examples=40)
@given(
    records=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        max_size=12,
    ),
    others=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=5),
)
def test_keys_may_be_in_any_script(tmp_path_factory, records, others):
    """Keys and records of any letters: found by their whole key, in the order given."""
    folder = tmp_path_factory.mktemp("keyed")
    write_keyed(folder, "any", keyed_lines(records))

    keyed = read_keyed(folder, "any", _TEXT)

    assert list(keyed) == list(records)
    assert list(keyed.records) == list(records.values())
    assert dict(keyed) == records
    assert [key in keyed for key in others] == [key in records for key in others]


def test_a_key_is_found_again_and_a_strange_one_is_not_kept(keyed, texts):
    """However many were asked for meanwhile; what somebody typed stays nowhere."""
    strange = [f"{number} and more" for number in range(N)]
    for _ in range(2):
        assert [keyed[key] for key in reversed(list(keyed))] == texts[::-1]
        assert [key for key in strange if key in keyed] == []
        assert [key for key in strange if keyed.get(key)] == []

    assert keyed._found.keys() <= set(keyed)
    assert len(keyed._found) <= 1_024


def test_none_are_none(tmp_path):
    """A compendium that names no work has an empty file."""
    write_keyed(tmp_path, "none", {})

    keyed = read_keyed(tmp_path, "none", _REFERENCE)

    assert (len(keyed), list(keyed), list(keyed.records)) == (0, [], [])
    assert "a" not in keyed
    with pytest.raises(IndexError):
        keyed.records[0]


_DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "cut in half": lambda data: data[: len(data) // 2],
    "cut by a byte": lambda data: data[:-1],
    "a byte too many": lambda data: data + b"\n",
}


@pytest.mark.parametrize("damage", _DAMAGES.values(), ids=_DAMAGES)
def test_a_file_of_another_size_is_not_opened(folder, damage):
    """Records must end where the last of them ends."""
    path = folder / "some.jsonl"
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(SnapshotCorrupt) as raised:
        read_keyed(folder, "some", _TEXT)

    assert str(raised.value) == f"{path} does not hold what it should. Run 'kb build'."


@pytest.mark.parametrize(
    "name", ["some.jsonl", "some-starts.npy", "some-keys-starts.npy", "some-keys-letters.npy"]
)
@pytest.mark.parametrize("damage", ["missing", "a folder", "emptied", "cut"])
def test_a_damaged_file_is_not_opened(folder, name, damage):
    """Whichever of the four files it is, it is named."""
    path = folder / name
    data = path.read_bytes()
    path.unlink()
    if damage == "a folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(data[: len(data) // 2] if damage == "cut" else b"")

    with pytest.raises(SnapshotCorrupt, match=str(folder / "some")):
        read_keyed(folder, "some", _TEXT)


def test_starts_of_other_records_are_refused(folder, tmp_path, texts):
    """The starts of fewer, of more, and of as many records of another length."""
    for others in (texts[:-1], [*texts, "one more"], [f"{text}!" for text in texts]):
        foreign = tmp_path / f"foreign-{len(others)}-{len(others[0])}"
        foreign.mkdir()
        write_records(foreign, "some", lines(others))
        shutil.copy(folder / "some-starts.npy", foreign / "some-starts.npy")

        with pytest.raises(SnapshotCorrupt, match=r"some\.jsonl does not hold what it should"):
            RecordFile(foreign, "some", _TEXT)


def test_keys_of_other_records_are_refused(folder, tmp_path, texts):
    """There must be a key for each record."""
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    fewer = {f"k{at:04}": text for at, text in enumerate(texts[1:])}
    write_keyed(foreign, "some", keyed_lines(fewer))
    for name in ("some-keys-starts.npy", "some-keys-letters.npy"):
        shutil.copy(folder / name, foreign / name)

    with pytest.raises(SnapshotCorrupt, match=r"some\.jsonl does not hold what it should"):
        read_keyed(foreign, "some", _TEXT)


def test_a_line_that_changed_after_opening_is_named(keyed, folder, texts):
    """Its place is told; the other lines still come."""
    data = (folder / "some.jsonl").read_bytes()
    with (folder / "some.jsonl").open("r+b") as file:
        file.write(b"x" * len(data.split(b"\n")[0]))

    with pytest.raises(SnapshotCorrupt) as raised:
        keyed["k0000"]

    expected = f"Line 1 of {folder / 'some.jsonl'} is not what it was. Run 'kb build'."
    assert str(raised.value) == expected
    assert keyed["k0001"] == texts[1]


def test_a_file_cut_short_after_opening_is_named(keyed, folder, texts):
    """What is left still comes; what was cut away ends no process, and is told."""
    path = folder / "some.jsonl"
    os.truncate(path, path.stat().st_size // 2)

    assert keyed["k0000"] == texts[0]
    with pytest.raises(SnapshotCorrupt, match=rf"Line {N} of .* is not what it was"):
        keyed.records[N - 1]
    with pytest.raises(SnapshotCorrupt, match="is not what it was"):
        list(keyed.records)


def test_a_record_of_another_kind_is_named(folder):
    """A line that is no such record is damage like any other."""
    with pytest.raises(SnapshotCorrupt, match=r"Line 3 of .* is not what it was"):
        RecordFile(folder, "some", _REFERENCE)[2]


def test_what_was_removed_is_still_read(keyed, folder, texts):
    """A snapshot that is tidied away goes on answering where it is open."""
    for path in folder.iterdir():
        path.unlink()

    assert list(keyed.records) == texts
    assert keyed["k0699"] == texts[699]


def test_threads_read_side_by_side(keyed, texts):
    """Each gets its own record, whoever reads between."""

    def read(first: int) -> bool:
        places = [(first * 37 + step * 13) % N for step in range(2 * N)]
        return all(keyed.records[at] == texts[at] for at in places)

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert all(pool.map(read, range(16)))


def test_processes_read_side_by_side(keyed, texts):
    """After a fork both read the same open file, and neither moves the other's place in it."""
    children = []
    for child in range(3):
        pid = os.fork()
        if pid == 0:  # tell by the status, and run nothing of the test's own end
            places = [(child * 31 + step * 17) % N for step in range(4 * N)]
            good = all(keyed.records[at] == texts[at] for at in places)
            os._exit(0 if good else 1)
        children.append(pid)
    assert all(keyed.records[at] == texts[at] for _ in range(3) for at in range(N))

    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_file_is_closed_with_its_records(folder):
    """Who forgets the records need not close anything: no file stays open, none is warned of."""

    def held() -> int:
        places = [place.resolve() for place in Path("/proc/self/fd").iterdir()]
        return places.count(folder / "some.jsonl")

    before = held()
    records = RecordFile(folder, "some", _TEXT)
    assert (before, held(), records[0]) == (0, 1, "0 ")

    del records

    assert held() == 0
