"""An upgrade takes vectors over from what an earlier release built, and nothing else."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kb.indexing.identity import encoder_identity
from kb.indexing.pipeline import build
from kb.search.query import Query
from kb.settings import Settings
from kb.snapshots.format import SCHEMA_VERSION
from kb.snapshots.older import FIRST_VERSION
from tests.kb.indexing.test_encode import TRAINING, change, opened, searcher, texts, vectors
from tests.kb.snapshots.test_format import change_manifest
from tests.toy import ZEROS

#: What is written where an earlier release had something that this one cannot read.
OTHERWISE = b"written otherwise\n"
BEFORE = SCHEMA_VERSION - 1


def built_before(settings: Settings, version: int = BEFORE) -> Path:
    """Build, and make it what a release of another schema may have built; its folder.

    Content, columns and postings are in a form that nobody can read, and so is the manifest but for
    what is said of encoders and files.
    """
    folder = settings.index / build(settings).snapshot_id
    unread = [folder / "taxonomy.json", folder / "records" / "cases.jsonl"]
    unread += [folder / "engine" / "sets.json", folder / "engine" / "documents" / "columns.json"]
    unread += sorted((folder / "engine" / "words").rglob("*.npy"))
    for path in unread:
        path.write_bytes(OTHERWISE)

    def otherwise(manifest: dict) -> None:
        for path in unread:
            record = {"digest": hashlib.sha256(OTHERWISE).hexdigest(), "size": len(OTHERWISE)}
            manifest["files"][path.relative_to(folder).as_posix()] = record
        for name in ("made_by", "vector_sets", "metric"):
            del manifest[name]
        manifest |= {"schema_version": version, "of another release": True}

    change_manifest(folder, otherwise)
    return folder


def found(settings: Settings) -> list[tuple[str, float]]:
    """What a search finds, with scores."""
    hits = searcher(settings).search(Query(text="textile firms train together")).hits
    return [(hit.case.id, hit.score) for hit in hits]


@pytest.mark.parametrize("version", [FIRST_VERSION, BEFORE])
def test_vectors_of_an_older_schema_are_taken_over(toy_settings: Settings, version: int):
    """Nothing is encoded or exported, and the answers are the same."""
    older = built_before(toy_settings, version)
    kept = replace(toy_settings, index=toy_settings.index.parent / "anew")
    build(kept)
    said: list[str] = []

    report = build(toy_settings, tell=said.append)

    assert (report.encoded, report.reused) == (0, 16)
    assert said == [
        f"Read 7 cases from {toy_settings.cases}.",
        f"Vectors of the same encoder are taken over from {older.name}, which an earlier release "
        f"built (schema version {version}).",
        ZEROS.format(str(toy_settings.model)),
    ]
    assert report.snapshot_id != older.name
    assert found(toy_settings) == found(kept)
    one, two = opened(toy_settings), opened(kept)
    assert texts(one, "passages") == texts(two, "passages")
    assert vectors(one, "passages").tolist() == vectors(two, "passages").tolist()
    assert list(one.content.compendium.cases) == list(two.content.compendium.cases)


def test_only_what_changed_is_encoded(toy_settings: Settings):
    """A text that the older one does not have is encoded by the exported encoder that it has."""
    older = built_before(toy_settings)
    change(toy_settings, TRAINING, "had nobody to train", "wanted to export")
    said: list[str] = []

    report = build(toy_settings, tell=said.append)

    zeros = ZEROS.format(str(toy_settings.model))
    assert (report.encoded, report.reused) == (1, 15)
    assert said[1].startswith(f"Vectors of the same encoder are taken over from {older.name}, ")
    assert said[2:] == ["Encoding 1 texts …", zeros, "Kept a new version of one case."]


def test_both_encoders_and_every_set_are_taken_over(toy_multilingual: Settings, tmp_path: Path):
    """Vectors for other languages and those of sets whose owners are no cases come along."""
    cases = Path(shutil.copytree(toy_multilingual.cases, tmp_path / "both" / "cases"))
    (cases / "phrases.yaml").write_text("joint-purchasing:\n- We would buy flour together.\n")
    both = replace(toy_multilingual, cases=cases, index=tmp_path / "both" / "index")
    built_before(both)
    said: list[str] = []

    report = build(both, tell=said.append)

    assert report.encoded == 0
    assert [line for line in said if line.startswith(("Encoding", "Loading", "Exporting"))] == []
    assert opened(both).engine.sizes == {
        **{"passages": 16, "passages-multilingual": 16},
        **{"phrases": 1, "phrases-multilingual": 1},
    }


def test_the_encoder_that_is_another_one_is_not_taken_over(
    toy_multilingual: Settings, tmp_path: Path
):
    """Of two encoders, of which one is another, the vectors of the other one are taken over."""
    cases = Path(shutil.copytree(toy_multilingual.cases, tmp_path / "both" / "cases"))
    both = replace(toy_multilingual, cases=cases, index=tmp_path / "both" / "index")
    folder = built_before(both)
    change_manifest(folder, lambda m: m["multilingual"].update(identity="another"))
    said: list[str] = []

    report = build(both, tell=said.append)

    assert report.encoded == 0
    assert [line for line in said if line.startswith(("Encoding", "Loading", "Exporting"))] == [
        "Encoding 16 texts for other languages …"
    ]


def altered(folder: Path) -> None:
    """One byte of the vectors is another one."""
    path = folder / "engine" / "vectors" / "passages.faiss"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")


def otherwise(folder: Path) -> None:
    """The vectors are kept in another form, as the manifest says."""
    path = folder / "engine" / "vectors" / "passages-digests.npy"
    path.write_bytes(OTHERWISE)
    record = {"digest": hashlib.sha256(OTHERWISE).hexdigest(), "size": len(OTHERWISE)}
    name = path.relative_to(folder).as_posix()
    change_manifest(folder, lambda m: m["files"].update({name: record}))


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        pytest.param(
            lambda folder: change_manifest(folder, lambda m: m["encoder"].update(identity="other")),
            "{folder} was built by an earlier release, with other encoders.",
            id="another encoder",
        ),
        pytest.param(
            altered,
            "{folder}/engine/vectors/passages.faiss was altered: its SHA-256 must be ",
            id="a byte of the vectors",
        ),
        pytest.param(
            lambda folder: (folder / "records" / "cases.jsonl").write_bytes(b"?"),
            "{folder}/records/cases.jsonl was altered: its SHA-256 must be ",
            id="a byte of what is not taken over",
        ),
        pytest.param(
            lambda folder: (folder / "engine" / "more").write_bytes(b"?"),
            "{folder}/engine/more is not of this snapshot.",
            id="a file more",
        ),
        pytest.param(
            otherwise,
            "{folder}/engine/vectors/passages-digests.npy does not hold what it should.",
            id="vectors in another form",
        ),
        pytest.param(
            lambda folder: change_manifest(folder, lambda m: m.pop("encoder")),
            "{folder}/manifest.json is not a manifest (encoder).",
            id="no encoder",
        ),
        pytest.param(
            lambda folder: change_manifest(folder, lambda m: m.update(engine="postgresql")),
            "{folder} was built by an earlier release, for a server.",
            id="vectors on a server",
        ),
        pytest.param(
            lambda folder: change_manifest(
                folder, lambda m: m.update(schema_version=FIRST_VERSION - 1)
            ),
            "{folder}/manifest.json has schema version 11; vectors are read from 12 on.",
            id="too old",
        ),
        pytest.param(
            lambda folder: change_manifest(folder, lambda m: m.update(schema_version="12")),
            "{folder}/manifest.json has schema version '12'; vectors are read from 12 on.",
            id="no number",
        ),
        pytest.param(
            lambda folder: change_manifest(
                folder, lambda m: m.update(schema_version=SCHEMA_VERSION + 1)
            ),
            "{folder}/manifest.json was written by a newer release of this program: it has schema "
            f"version {SCHEMA_VERSION + 1}, and this one reads {SCHEMA_VERSION}.",
            id="newer",
        ),
    ],
)
def test_of_others_nothing_is_taken_over(
    toy_settings: Settings, harm: Callable[[Path], object], why: str
):
    """Whatever is wrong is told in one sentence, and everything is encoded."""
    folder = built_before(toy_settings)
    harm(folder)
    said: list[str] = []

    report = build(toy_settings, tell=said.append)

    assert (report.encoded, report.reused) == (16, 0)
    (told,) = [line for line in said if "taken over" in line]
    begin = f"Nothing is taken over from an earlier build: {why.format(folder=folder)}"
    assert told.startswith(begin)
    assert "kb build" not in told


def test_an_altered_manifest_makes_a_damaged_snapshot(toy_settings: Settings):
    """A manifest whose seal is broken is that of a damaged snapshot, of whatever schema."""
    path = built_before(toy_settings) / "manifest.json"
    path.write_text(path.read_text().replace("identity", "Identity"))
    said: list[str] = []

    report = build(toy_settings, tell=said.append)

    assert (report.encoded, report.reused) == (16, 0)
    assert said[-1].startswith(f"Removed a damaged snapshot: {path} was altered: its SHA-256 must")


def test_the_first_that_is_sound_is_taken(toy_settings: Settings):
    """Where what is served is damaged, what another older one has is taken over."""
    first = built_before(toy_settings)
    second = Path(shutil.copytree(first, first.with_name("0" * 12)))
    altered(first)
    said: list[str] = []

    report = build(toy_settings, tell=said.append)

    assert report.encoded == 0
    assert said[1].startswith(f"Nothing is taken over from an earlier build: {first}/engine/")
    assert said[2].startswith(f"Vectors of the same encoder are taken over from {second.name}, ")


def test_what_is_of_this_schema_comes_first(toy_settings: Settings):
    """An older one is not looked at where there is one that is read as ever."""
    older = built_before(toy_settings)
    kept = older.with_name("0" * 12)
    build(toy_settings)
    shutil.copytree(older, kept, dirs_exist_ok=True)
    change(toy_settings, TRAINING, "cautionary", "mixed")
    said: list[str] = []

    report = build(toy_settings, tell=said.append)

    assert report.encoded == 0
    assert [line for line in said if "taken over" in line] == []


def test_force_takes_nothing_over_from_an_older_schema(toy_settings: Settings):
    """With force everything is encoded again."""
    built_before(toy_settings)

    assert build(toy_settings, force=True).encoded == 16


def test_the_identity_is_that_of_weights_libraries_and_code(toy_settings: Settings):
    """What an older one is compared by is what its manifest says of the encoder's making."""
    folder = built_before(toy_settings)
    record = json.loads((folder / "manifest.json").read_text())["encoder"]

    assert record["identity"] == encoder_identity(record["digest"])
