"""A build that was cut off goes on where it was, and nothing that is torn is believed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kb.encoders.sentence_transformer import SentenceTransformerEncoder
from kb.indexing import encode
from kb.indexing.journal import Journal, remove_journals
from kb.indexing.pipeline import build
from kb.settings import Settings
from kb.snapshots.store import snapshot_ids
from tests.kb.indexing.test_incremental import files
from tests.kb.indexing.test_pipeline import BESIDE, names

IDENTITY = "ab" * 32
DIGESTS = [hashlib.sha256(bytes([n])).hexdigest() for n in range(9)]
VECTORS = list(np.random.default_rng(1).normal(size=(9, 5)).astype(np.float32))


@pytest.fixture(name="journal")
def _journal(tmp_path: Path) -> Journal:
    """One in which nine vectors were kept, in two steps."""
    journal = Journal(tmp_path, IDENTITY)
    journal.add(DIGESTS[:4], VECTORS[:4])
    journal.add(DIGESTS[4:], VECTORS[4:])
    return journal


def read(journal: Journal, wanted: list[str] = DIGESTS) -> list[int]:
    """Which of the vectors are kept; each must be what it was."""
    found = journal.read(wanted)
    numbers = [DIGESTS.index(digest) for digest in found]
    assert [one.tolist() for one in found.values()] == [VECTORS[n].tolist() for n in numbers]
    return numbers


def test_what_was_kept_comes_back(journal):
    """As often as it is asked for, and what is added later too."""
    assert read(journal) == read(journal) == list(range(9))
    assert read(journal, DIGESTS[:3]) == [0, 1, 2]
    journal.add(DIGESTS[7:], VECTORS[7:])
    assert read(journal) == [0, 1, 2, 7, 8]


def test_nothing_stays_that_is_not_wanted(journal, tmp_path):
    """The file holds no more than a build needs; without any of it there is none."""
    (file,) = tmp_path.iterdir()
    size = file.stat().st_size
    read(journal, DIGESTS[:3])
    assert file.stat().st_size < size
    assert read(journal, ["0" * 64]) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lost", [1, 7, 59, 60, 61, 300, 10_000])
def test_what_was_torn_is_not_believed(journal, tmp_path, lost):
    """Whatever is missing at the end, the vectors before are whole, and it goes on from there."""
    (file,) = tmp_path.iterdir()
    data = file.read_bytes()
    file.write_bytes(data[: max(0, len(data) - lost)])
    each = 32 + 4 * 5 + 8
    whole = max(0, 9 - -(-lost // each))

    assert read(journal) == list(range(whole))
    journal.add(DIGESTS[8:], VECTORS[8:])
    assert read(journal) == [*range(whole), 8]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 0.9, 0.999])
def test_a_byte_that_changed_ends_it(journal, tmp_path, share):
    """No vector comes back that is not what it was."""
    (file,) = tmp_path.iterdir()
    data = bytearray(file.read_bytes())
    data[int(share * len(data))] ^= 1
    file.write_bytes(data)

    assert len(read(journal)) < 9


def test_another_encoder_has_a_file_of_its_own(journal, tmp_path):
    """Also where the beginnings of their identities are the same."""
    assert read(Journal(tmp_path, "cd" * 32)) == []
    assert read(Journal(tmp_path, IDENTITY[:-1] + "c")) == []


def test_where_nothing_can_be_written_nothing_fails(tmp_path):
    """A folder that is not there keeps nothing."""
    journal = Journal(tmp_path / "nowhere", IDENTITY)
    journal.add(DIGESTS, VECTORS)

    assert read(journal) == []
    remove_journals(tmp_path / "nowhere")


class CutOffError(BaseException):
    """The end of a process, as a test can have it."""


@pytest.fixture(name="cut_off")
def _cut_off(toy_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a first build that was cut off after two of the four parts of its texts."""
    original, parts = SentenceTransformerEncoder.encode_documents, []

    def dies(self: SentenceTransformerEncoder, texts: list[str], **options: object) -> np.ndarray:
        parts.append(len(texts))
        if len(parts) == 3:
            raise CutOffError
        return original(self, texts, **options)

    monkeypatch.setattr(encode, "_AT_ONCE", 4)
    settings = replace(toy_settings, batch_size=4)
    with monkeypatch.context() as patch:
        patch.setattr(SentenceTransformerEncoder, "encode_documents", dies)
        with pytest.raises(CutOffError):
            build(settings)
    return settings


def test_a_build_goes_on_where_it_was(cut_off, tmp_path):
    """What was encoded is not encoded again, and the snapshot is the same to the last byte."""
    assert snapshot_ids(cut_off.index) == ()
    said: list[str] = []

    report = build(cut_off, tell=said.append)

    assert "Of a build that was cut off 8 vectors are taken over." in said
    assert "Encoding 8 texts …" in said
    assert (report.encoded, report.reused) == (8, 8)
    build(whole := replace(cut_off, index=tmp_path / "whole"))
    assert files(cut_off) == files(whole)
    assert names(cut_off.index) == sorted([*BESIDE, report.snapshot_id])


def test_a_forced_build_begins_anew(cut_off):
    """Force uses nothing of what was before, cut off or not."""
    report = build(cut_off, force=True)

    assert (report.encoded, report.reused) == (16, 0)
    assert names(cut_off.index) == sorted([*BESIDE, report.snapshot_id])
