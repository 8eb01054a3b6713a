"""One built, complete, checked state of the compendium in ``index/``.

    index/
      current                  the id of the snapshot being served
      <snapshot-id>/
        manifest.json          what this is, and the SHA-256 of each file below
        cases.json  passages.json  taxonomy.json  references.json
        vectors.faiss          row i is passage i
        encoder/               model.onnx  tokenizer.json  encoder.json

A snapshot is never changed. It is written beside its final place and renamed
into it, and ``current`` is replaced in one step, so that a crash at any point
leaves the previous one serving.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kb.digest import file_digest
from kb.documents import Case, Passage, Reference
from kb.errors import SnapshotCorrupt, SnapshotError, SnapshotMissing, SnapshotStale
from kb.index import DenseIndex
from kb.query_encoder import CONFIG_FILE, MODEL_FILE, TOKENIZER_FILE
from kb.taxonomy import Taxonomy

#: Raised whenever a snapshot of an earlier version can no longer be read.
SCHEMA_VERSION = 1

CURRENT_FILE = "current"
MANIFEST_FILE = "manifest.json"
VECTORS_FILE = "vectors.faiss"
ENCODER_FOLDER = "encoder"
ENCODER_FILES = tuple(
    f"{ENCODER_FOLDER}/{name}" for name in (MODEL_FILE, TOKENIZER_FILE, CONFIG_FILE)
)

_ID = re.compile(r"^[0-9a-f]{12}$")
_CASES = TypeAdapter(tuple[Case, ...])
_PASSAGES = TypeAdapter(tuple[Passage, ...])
_TAXONOMY = TypeAdapter(Taxonomy)
_REFERENCES = TypeAdapter(dict[str, Reference])


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderRecord:
    """Which encoder made the vectors."""

    name: str
    revision: str
    digest: str
    dimension: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """What decides whether the vectors of a case can be used again."""

    digest: str
    passages_digest: str
    n_passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot is. ``files`` maps each other file to its SHA-256."""

    schema_version: int
    snapshot_id: str
    encoder: EncoderRecord
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
    """What a snapshot holds beside vectors and encoder. Passages go in the order of cases."""

    cases: tuple[Case, ...]
    passages: tuple[Passage, ...]
    taxonomy: Taxonomy
    references: Mapping[str, Reference]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An opened snapshot."""

    folder: Path
    manifest: Manifest
    content: Content
    index: DenseIndex

    @property
    def encoder_folder(self) -> Path:
        """Where the query encoder's files are."""
        return self.folder / ENCODER_FOLDER


_PARTS: Mapping[str, tuple[str, TypeAdapter[Any]]] = {
    "cases.json": ("cases", _CASES),
    "passages.json": ("passages", _PASSAGES),
    "taxonomy.json": ("taxonomy", _TAXONOMY),
    "references.json": ("references", _REFERENCES),
}
_FILES = (*_PARTS, VECTORS_FILE, *ENCODER_FILES)


def write_content(folder: Path, content: Content, index: DenseIndex) -> None:
    """Write everything but the encoder and the manifest into ``folder``."""
    for name, (part, adapter) in _PARTS.items():
        (folder / name).write_bytes(adapter.dump_json(getattr(content, part), indent=1) + b"\n")
    index.write(folder / VECTORS_FILE)


def files_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file that a manifest covers."""
    return {name: file_digest(folder / name) for name in _FILES}


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest: the last file, and what makes a snapshot complete."""
    (folder / MANIFEST_FILE).write_bytes(_MANIFEST.dump_json(manifest, indent=1) + b"\n")


def publish(index_folder: Path, staged: Path, snapshot_id: str) -> None:
    """Move a staged snapshot into its place.

    A sound one that is already there stays, as the id says that it came from the
    same input; one that cannot be opened is replaced.
    """
    place = index_folder / snapshot_id
    if place.exists():
        if can_open(place):
            shutil.rmtree(staged)
            return
        shutil.rmtree(place)
    staged.rename(place)


def can_open(folder: Path) -> bool:
    """Whether there is a sound snapshot in ``folder``."""
    try:
        open_snapshot(folder)
    except SnapshotError:
        return False
    return True


def set_current(index_folder: Path, snapshot_id: str) -> None:
    """Serve this snapshot from now on: one atomic step.

    Raises:
        SnapshotMissing: there is no such snapshot.
    """
    known = snapshot_ids(index_folder)
    if snapshot_id not in known:
        raise SnapshotMissing(
            f"There is no snapshot {snapshot_id!r} in {index_folder}; "
            f"there are: {', '.join(known) or 'none'}."
        )
    temporary = index_folder / f".{CURRENT_FILE}-{os.getpid()}"
    with temporary.open("w", encoding="ascii") as file:
        file.write(snapshot_id + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(index_folder / CURRENT_FILE)


def current_id(index_folder: Path) -> str:
    """The id in ``index/current``.

    Raises:
        SnapshotMissing: nothing was built yet.
        SnapshotCorrupt: the file does not hold an id.
    """
    path = index_folder / CURRENT_FILE
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError as err:
        raise SnapshotMissing(f"There is no index in {index_folder} yet. Run 'kb build'.") from err
    except OSError as err:
        raise SnapshotCorrupt(f"{path} cannot be read: {err.strerror}. Run 'kb build'.") from err
    if not _ID.match(text):
        raise SnapshotCorrupt(f"{path} must hold a snapshot id, not {text[:40]!r}. Run 'kb build'.")
    return text


def snapshot_ids(index_folder: Path) -> tuple[str, ...]:
    """Every complete snapshot, newest first."""
    if not index_folder.is_dir():
        return ()
    found = [
        entry
        for entry in index_folder.iterdir()
        if _ID.match(entry.name) and (entry / MANIFEST_FILE).is_file()
    ]
    newest = sorted(found, key=lambda e: (-(e / MANIFEST_FILE).stat().st_mtime_ns, e.name))
    return tuple(entry.name for entry in newest)


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
    if manifest.snapshot_id != folder.name or set(manifest.files) != set(_FILES):
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
    content = Content(**parts)
    index = DenseIndex.read(folder / VECTORS_FILE)
    counted = (len(content.cases), len(content.passages), len(index), index.dimension)
    expected = (
        manifest.n_cases,
        manifest.n_passages,
        manifest.n_passages,
        manifest.encoder.dimension,
    )
    if counted != expected:
        raise SnapshotCorrupt(
            f"{folder} must hold (cases, passages, vectors, dimension) {expected}, "
            f"not {counted}. Run 'kb build'."
        )
    return Snapshot(folder=folder, manifest=manifest, content=content, index=index)


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
