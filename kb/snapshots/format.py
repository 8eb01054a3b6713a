"""One built, complete, checked state of the compendium in ``index/``.

    index/
      current                  the id of the snapshot being served
      <snapshot-id>/
        manifest.json          what this is, and the SHA-256 of each file below
        cases.json  passages.json  taxonomy.json  references.json
        vocabulary.json        the words of the compendium, for slips of typing
        calibration.json       how evidence becomes a score; null where there is none
        relevance.json         the published figures; null where there are none
        glossary.json          words of other languages in English; empty where there are none
        self-check.json        the questions of the self-check; null where there are none
        vectors.faiss          row i is passage i
        sentences.faiss        the sentences of the cases alone, case by case
        multilingual.faiss     the same by the multilingual encoder, where that is on
        hints.json             short texts that profiles are compared with
        hints.faiss  multilingual-hints.faiss
                               their vectors, where there are any
        words/                 the word index; its file names are its own
        encoder/               model.onnx  tokenizer.json  encoder.json

A snapshot is never changed. It is written beside its final place and renamed
into it, and ``current`` is replaced in one step, so that a crash at any point
leaves the previous one serving.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kb.encoders.onnx import CONFIG_FILE, MODEL_FILE, TOKENIZER_FILE
from kb.engine.local.vectors import DenseIndex
from kb.engine.local.words import LexicalIndex
from kb.errors import SnapshotCorrupt, SnapshotMissing, SnapshotStale
from kb.model.calibration import Calibration
from kb.model.cases import Case, Hint, Passage, Reference
from kb.model.files import file_digest
from kb.model.relevance import Report
from kb.model.self_check import SelfCheck
from kb.model.taxonomy import Taxonomy
from kb.text.translate import WordTable

#: Raised whenever a snapshot of an earlier version can no longer be read.
SCHEMA_VERSION = 5

MANIFEST_FILE = "manifest.json"
VECTORS_FILE = "vectors.faiss"
SENTENCES_FILE = "sentences.faiss"
MULTILINGUAL_FILE = "multilingual.faiss"
HINTS_FILE = "hints.faiss"
MULTILINGUAL_HINTS_FILE = "multilingual-hints.faiss"
WORDS_FOLDER = "words"
ENCODER_FOLDER = "encoder"
ENCODER_FILES = tuple(
    f"{ENCODER_FOLDER}/{name}" for name in (MODEL_FILE, TOKENIZER_FILE, CONFIG_FILE)
)

_CASES = TypeAdapter(tuple[Case, ...])
_PASSAGES = TypeAdapter(tuple[Passage, ...])
_TAXONOMY = TypeAdapter(Taxonomy)
_REFERENCES = TypeAdapter(dict[str, Reference])
_VOCABULARY = TypeAdapter(dict[str, int])
_CALIBRATION = TypeAdapter(Calibration | None)
_RELEVANCE = TypeAdapter(Report | None)
_SELF_CHECK = TypeAdapter(SelfCheck | None)
_GLOSSARY = TypeAdapter(WordTable)
_HINTS = TypeAdapter(tuple[Hint, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderRecord:
    """Which encoder made the vectors."""

    name: str
    revision: str
    digest: str
    dimension: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """What decides whether the vectors of a case can be used again, and how many it has."""

    digest: str
    passages_digest: str
    n_passages: int
    n_sentences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot is.

    ``inputs`` is the digest of all that it was made from, and ``files`` maps each other file
    to its SHA-256.
    """

    schema_version: int
    snapshot_id: str
    inputs: str
    encoder: EncoderRecord
    multilingual: EncoderRecord | None
    export_version: int
    metric: str
    n_cases: int
    n_passages: int
    corpus_digest: str
    cases: Mapping[str, CaseRecord]
    versions: Mapping[str, str]
    files: Mapping[str, str]


_MANIFEST = TypeAdapter(Manifest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a snapshot holds beside indexes and encoder.

    Passages go in the order of cases. ``vocabulary`` counts the words of the
    compendium; ``calibration`` is None where its encoders have none, ``relevance``
    where no figures were published, ``self_check`` where the compendium has none.
    ``glossary`` is empty where it has none.
    """

    cases: tuple[Case, ...]
    passages: tuple[Passage, ...]
    taxonomy: Taxonomy
    references: Mapping[str, Reference]
    vocabulary: Mapping[str, int]
    calibration: Calibration | None
    relevance: Report | None
    self_check: SelfCheck | None = None
    glossary: WordTable = field(default_factory=WordTable)
    hints: tuple[Hint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An opened snapshot."""

    folder: Path
    manifest: Manifest
    content: Content
    index: DenseIndex
    sentences: DenseIndex
    multilingual: DenseIndex | None
    words: LexicalIndex
    hints: DenseIndex | None
    multilingual_hints: DenseIndex | None

    @property
    def encoder_folder(self) -> Path:
        """Where the query encoder's files are."""
        return self.folder / ENCODER_FOLDER


_PARTS: Mapping[str, tuple[str, TypeAdapter[Any]]] = {
    "cases.json": ("cases", _CASES),
    "passages.json": ("passages", _PASSAGES),
    "taxonomy.json": ("taxonomy", _TAXONOMY),
    "references.json": ("references", _REFERENCES),
    "vocabulary.json": ("vocabulary", _VOCABULARY),
    "calibration.json": ("calibration", _CALIBRATION),
    "relevance.json": ("relevance", _RELEVANCE),
    "self-check.json": ("self_check", _SELF_CHECK),
    "glossary.json": ("glossary", _GLOSSARY),
    "hints.json": ("hints", _HINTS),
}
_FILES = (*_PARTS, VECTORS_FILE, SENTENCES_FILE, *ENCODER_FILES)


def write_content(folder: Path, content: Content) -> None:
    """Write everything but the indexes, the encoder and the manifest into ``folder``."""
    for name, (part, adapter) in _PARTS.items():
        (folder / name).write_bytes(adapter.dump_json(getattr(content, part), indent=1) + b"\n")


def files_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a staged snapshot, by its path in it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in paths}


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest: the last file, and what makes a snapshot complete."""
    (folder / MANIFEST_FILE).write_bytes(_MANIFEST.dump_json(manifest, indent=1) + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """Read and check a manifest.

    Raises:
        SnapshotMissing: there is none.
        SnapshotStale: it is of another schema version.
        SnapshotCorrupt: it is not a manifest, or of another snapshot.
    """
    path = folder / MANIFEST_FILE
    try:
        data = path.read_bytes()
        version = json.loads(data)["schema_version"]
    except FileNotFoundError as err:
        raise SnapshotMissing(f"There is no snapshot in {folder}. Run 'kb build'.") from err
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise SnapshotCorrupt(f"{path} is not a manifest. Run 'kb build'.") from err
    if version != SCHEMA_VERSION:
        raise SnapshotStale(
            f"{path} has schema version {version!r}; this program reads {SCHEMA_VERSION}. "
            "Run 'kb build'."
        )
    try:
        manifest = _MANIFEST.validate_json(data)
    except ValidationError as err:
        where = ".".join(str(part) for part in err.errors()[0]["loc"])
        raise SnapshotCorrupt(f"{path} is not a manifest ({where}). Run 'kb build'.") from err
    others = {name for name in manifest.files if not name.startswith(f"{WORDS_FOLDER}/")}
    needed = {*_FILES, *([MULTILINGUAL_FILE] if manifest.multilingual else [])}
    if HINTS_FILE in others:
        needed |= {HINTS_FILE, *([MULTILINGUAL_HINTS_FILE] if manifest.multilingual else [])}
    if manifest.snapshot_id != folder.name or others != needed:
        raise SnapshotCorrupt(f"{path} belongs to another snapshot. Run 'kb build'.")
    return manifest


def open_snapshot(folder: Path) -> Snapshot:
    """Open a snapshot after checking the digest of every file.

    Raises:
        SnapshotMissing, SnapshotStale, SnapshotCorrupt: names the file, what was
            expected and what was found, and the command that mends it.
    """
    manifest = read_manifest(folder)
    for name, expected in manifest.files.items():
        _check_digest(folder / name, expected)
    parts = {part: _read(folder / name, adapter) for name, (part, adapter) in _PARTS.items()}
    snapshot = Snapshot(
        folder=folder,
        manifest=manifest,
        content=Content(**parts),
        index=DenseIndex.read(folder / VECTORS_FILE),
        sentences=DenseIndex.read(folder / SENTENCES_FILE),
        multilingual=_vectors(folder, MULTILINGUAL_FILE, manifest),
        words=LexicalIndex.open(folder / WORDS_FOLDER),
        hints=_vectors(folder, HINTS_FILE, manifest),
        multilingual_hints=_vectors(folder, MULTILINGUAL_HINTS_FILE, manifest),
    )
    _check_counts(snapshot)
    return snapshot


def _vectors(folder: Path, name: str, manifest: Manifest) -> DenseIndex | None:
    return DenseIndex.read(folder / name) if name in manifest.files else None


def _check_counts(snapshot: Snapshot) -> None:
    manifest, content, index = snapshot.manifest, snapshot.content, snapshot.index
    n_cases, n_passages = manifest.n_cases, manifest.n_passages
    expected = [n_cases, n_passages, n_passages, manifest.encoder.dimension, n_cases]
    counted = [len(content.cases), len(content.passages), len(index), index.dimension]
    expected += [sum(record.n_sentences for record in manifest.cases.values()), index.dimension]
    counted += [len(snapshot.words), len(snapshot.sentences), snapshot.sentences.dimension]
    if manifest.multilingual is not None and snapshot.multilingual is not None:
        expected += [n_passages, manifest.multilingual.dimension]
        counted += [len(snapshot.multilingual), snapshot.multilingual.dimension]
    for hints in (snapshot.hints, snapshot.multilingual_hints):
        if hints is not None:
            expected.append(len(content.hints))
            counted.append(len(hints))
    if counted != expected:
        raise SnapshotCorrupt(
            f"{snapshot.folder} must hold (cases, passages, vectors, dimension, cases by words, "
            f"sentences, …) {expected}, not {counted}. Run 'kb build'."
        )


def _check_digest(path: Path, expected: str) -> None:
    try:
        found = file_digest(path)
    except OSError as err:
        raise SnapshotCorrupt(f"{path} cannot be read: {err.strerror}. Run 'kb build'.") from err
    if found != expected:
        raise SnapshotCorrupt(
            f"{path} was altered: its SHA-256 must be {expected[:12]}…, not {found[:12]}…. "
            "Run 'kb build --force'."
        )


def _read(path: Path, adapter: TypeAdapter[Any]) -> Any:
    try:
        return adapter.validate_json(path.read_bytes())
    except ValidationError as err:
        raise SnapshotCorrupt(f"{path} does not hold what it should. Run 'kb build'.") from err
