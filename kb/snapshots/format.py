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
        phrases.json           how owners say that they want each type of project
        engine/                what is searched; its files are the engine's own
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
from kb.engine.base import Engine
from kb.engine.local.engine import LocalEngine
from kb.errors import SnapshotCorrupt, SnapshotMissing, SnapshotStale
from kb.model.calibration import Calibration
from kb.model.cases import Case, Passage, Reference
from kb.model.files import file_digest
from kb.model.relevance import Report
from kb.model.self_check import SelfCheck
from kb.model.taxonomy import Taxonomy
from kb.text.translate import WordTable

#: Raised whenever a snapshot of an earlier version can no longer be read.
SCHEMA_VERSION = 6

MANIFEST_FILE = "manifest.json"
ENGINE_FOLDER = "engine"
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
_PHRASES = TypeAdapter(dict[str, tuple[str, ...]])


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderRecord:
    """Which encoder made the vectors."""

    name: str
    revision: str
    digest: str
    dimension: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorSetRecord:
    """How many texts a vector set holds, and how many numbers each vector has."""

    n_texts: int
    dimension: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot is.

    ``inputs`` is the digest of all that it was made from. ``cases`` maps the id of each case
    to the digest of its file, ``vector_sets`` the name of each to what it holds, ``files``
    each other file of the snapshot to its SHA-256.
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
    cases: Mapping[str, str]
    vector_sets: Mapping[str, VectorSetRecord]
    versions: Mapping[str, str]
    files: Mapping[str, str]


_MANIFEST = TypeAdapter(Manifest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a snapshot holds beside engine and encoder.

    Passages go in the order of cases. ``vocabulary`` counts the words of the
    compendium; ``calibration`` is None where its encoders have none, ``relevance``
    where no figures were published, ``self_check`` where the compendium has none.
    ``glossary`` is empty where it has none; ``phrases`` maps types of project to how
    owners say that they want them.
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
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An opened snapshot."""

    folder: Path
    manifest: Manifest
    content: Content
    engine: Engine

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
    "phrases.json": ("phrases", _PHRASES),
}
_FILES = {*_PARTS, *ENCODER_FILES}


def write_content(folder: Path, content: Content) -> None:
    """Write everything but the engine, the encoder and the manifest into ``folder``."""
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
    others = {name for name in manifest.files if not name.startswith(f"{ENGINE_FOLDER}/")}
    if manifest.snapshot_id != folder.name or others != _FILES:
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
    for path in sorted((folder / ENGINE_FOLDER).rglob("*")):
        if path.is_file() and path.relative_to(folder).as_posix() not in manifest.files:
            raise SnapshotCorrupt(f"{path} is not of this snapshot. Run 'kb build --force'.")
    parts = {part: _read(folder / name, adapter) for name, (part, adapter) in _PARTS.items()}
    snapshot = Snapshot(
        folder=folder,
        manifest=manifest,
        content=Content(**parts),
        engine=LocalEngine.open(folder / ENGINE_FOLDER),
    )
    _check_counts(snapshot)
    return snapshot


def _check_counts(snapshot: Snapshot) -> None:
    manifest, content, engine = snapshot.manifest, snapshot.content, snapshot.engine
    expected = {"cases": manifest.n_cases, "documents": manifest.n_cases}
    expected |= {"passages": manifest.n_passages}
    counted = {"cases": len(content.cases), "documents": len(engine)}
    counted |= {"passages": len(content.passages)}
    for name, record in manifest.vector_sets.items():
        expected[f"texts of {name}"] = record.n_texts
        expected[f"dimension of {name}"] = record.dimension
    for name, size in engine.sizes.items():
        counted[f"texts of {name}"] = size
        counted[f"dimension of {name}"] = engine.dimensions[name]
    for name in sorted(expected.keys() | counted.keys()):
        if expected.get(name) != counted.get(name):
            raise SnapshotCorrupt(
                f"{snapshot.folder} must hold {name}: {expected.get(name, 0)}, "
                f"not {counted.get(name, 0)}. Run 'kb build'."
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
