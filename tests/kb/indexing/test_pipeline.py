"""Content to snapshot, and that whatever goes wrong leaves the previous one serving."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kb.content.remembered import FOLDER as READINGS
from kb.engine.local.engine import LocalWriter
from kb.errors import (
    BuildBusy,
    BuildFailed,
    CorpusError,
    CorpusInvalid,
    EncoderUnavailable,
    IndexNotWritable,
    SettingError,
    SnapshotMissing,
    TaxonomyError,
)
from kb.exports.making import FOLDER as EXPORTS
from kb.indexing.pipeline import BuildReport, build
from kb.search.opening import LiveSearcher
from kb.search.query import Query
from kb.search.searcher import Searcher
from kb.settings import Settings
from kb.snapshots.format import open_snapshot, read_manifest
from kb.snapshots.store import (
    Current,
    current_id,
    read_current,
    set_current,
    snapshot_ids,
    unpin,
)
from kb.versions.store import FOLDER as VERSIONS
from kb.versions.store import Versions
from tests.toy import ZEROS

ROOT = Path(__file__).parents[3]
#: What stands in an index beside the snapshots.
BESIDE = [".current.lock", ".lock", READINGS, "current", "history.jsonl", VERSIONS]
TRAINING = "spain/textile-training"


class GaveOut(BaseException):
    """What a library may raise that is written in another language."""


def edit(settings: Settings, text: str) -> None:
    """Give one case another summary, so that the next build gives another snapshot."""
    path = settings.cases / f"{TRAINING}.md"
    lines = path.read_text().splitlines()
    told = f"summary: They {text} together."
    changed = [told if line.startswith("summary:") else line for line in lines]
    path.write_text("\n".join(changed) + "\n")


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, but for what is served to nobody.

    That are the locks, which are always empty, and what is remembered of the files that were
    read.
    """
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock" and path.name != ".lock"
        if READINGS not in path.parts
    }


def names(folder: Path) -> list[str]:
    """What is in a folder, by name."""
    return sorted(path.name for path in folder.iterdir())


def found(settings: Settings, text: str) -> list[str]:
    """The ids that a text finds in the snapshot that is served."""
    searcher = LiveSearcher(settings.index, min_score=settings.min_score).current()
    return [hit.case.id for hit in searcher.search(Query(text=text)).hits]


def run_apart(
    code: str, *arguments: object, timeout: float = 300, **options: object
) -> subprocess.CompletedProcess:
    """Run a script in a process of its own, with the arguments as one JSON list."""
    return subprocess.run(
        [sys.executable, "-c", code, json.dumps(arguments, default=str)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        **options,
    )


def test_a_build_says_what_it_did(toy_settings):
    """The report counts cases, passages and what had to be encoded, and names the snapshot."""
    said: list[str] = []

    report = build(toy_settings, tell=said.append)

    assert report == BuildReport(
        snapshot_id=current_id(toy_settings.index),
        collection="",
        cases=7,
        passages=16,
        dimension=6,
        encoded=16,
        reused=0,
        up_to_date=False,
        pinned=None,
        seconds=report.seconds,
    )
    assert said == [
        f"Read 7 cases from {toy_settings.cases}.",
        f"Loading the encoder {toy_settings.model} …",
        "Encoding 16 texts …",
        ZEROS.format(str(toy_settings.model)),
        "Exporting the query encoder …",
        "Kept 7 new versions of cases.",
    ]


def test_unchanged_content_is_not_built_again(toy_settings):
    """A second build of the same content writes nothing and says so."""
    first = build(toy_settings)
    before = files(toy_settings.index)

    second = build(toy_settings)

    assert second == replace(first, encoded=0, reused=16, up_to_date=True, seconds=second.seconds)
    assert files(toy_settings.index) == before


def test_two_full_builds_give_the_same_bytes(toy_settings, tmp_path):
    """The same content gives the same files under the same id, wherever it is built.

    All but the history, which tells times.
    """
    again = replace(toy_settings, index=tmp_path / "again")
    shutil.copytree(toy_settings.cases, tmp_path / "elsewhere")

    build(toy_settings)
    build(replace(again, cases=tmp_path / "elsewhere"))

    one, two = (files(index) for index in (toy_settings.index, again.index))
    del one["history.jsonl"], two["history.jsonl"]
    assert one == two
    folder = toy_settings.index / current_id(toy_settings.index)
    covered = {f"{folder.name}/{name}" for name in read_manifest(folder).files}
    of_snapshots = {name for name in one if not name.startswith(f"{VERSIONS}/")}
    assert of_snapshots == {*covered, f"{folder.name}/manifest.json", "current"}


def test_content_that_came_back_is_served_again(toy_settings):
    """Content of an earlier build is served from its snapshot, without building."""
    first = build(toy_settings)
    edit(toy_settings, "purchase")
    second = build(toy_settings)
    set_current(toy_settings.index, first.snapshot_id)

    third = build(toy_settings)

    assert (third.snapshot_id, third.up_to_date) == (second.snapshot_id, True)
    assert current_id(toy_settings.index) == second.snapshot_id


IMPORTED = """
import json, sys
from pathlib import Path
from kb.indexing.pipeline import build
from kb.settings import read_settings
cases, index, model = json.loads(sys.argv[1])
settings = read_settings({}, cases=cases, index=index, model=model, multilingual="off")
report = build(settings)
heavy = {"torch", "sentence_transformers", "transformers", "huggingface_hub", "onnxruntime"}
print(json.dumps([report.up_to_date, report.encoded, sorted(heavy & set(sys.modules))]))
"""


@pytest.mark.parametrize(
    ("deleted", "expected"),
    [(None, [True, 0, ["onnxruntime"]]), (TRAINING, [False, 0, ["onnxruntime"]])],
    ids=["nothing changed", "a case deleted"],
)
def test_what_needs_no_encoder_does_not_load_it(toy_settings, deleted, expected):
    """A build that has nothing to encode imports neither torch nor sentence-transformers.

    What is to be served it opens as a web worker does, which takes the runtime of the query
    encoder.
    """
    build(toy_settings)
    if deleted is not None:
        (toy_settings.cases / f"{deleted}.md").unlink()

    done = run_apart(IMPORTED, toy_settings.cases, toy_settings.index, toy_settings.model)

    assert (done.stderr, json.loads(done.stdout)) == ("", expected)


def _break_case(settings: Settings) -> None:
    path = settings.cases / f"{TRAINING}.md"
    path.write_text(path.read_text().replace("kind: network", "kind: nonsense"))


BROKEN = {
    "a case": (_break_case, CorpusInvalid),
    "the vocabulary": (
        lambda s: (s.cases / "taxonomy.yaml").write_text("kinds: 7\n"),
        TaxonomyError,
    ),
    "the sources": (lambda s: (s.cases / "sources.bib").unlink(), CorpusError),
    "all of it": (lambda s: shutil.rmtree(s.cases), CorpusError),
    "the encoder": (
        lambda s: (Path(s.model) / "model.safetensors").write_bytes(b""),
        EncoderUnavailable,
    ),
}


@pytest.mark.parametrize(("damage", "error"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_built_changes_nothing(toy_settings, tmp_path, damage, error):
    """Content or an encoder that will not do leaves every file of the index as it is."""
    own = replace(toy_settings, model=str(shutil.copytree(toy_settings.model, tmp_path / "model")))
    build(own)
    before = files(own.index)
    damage(own)

    with pytest.raises(error):
        build(own, force=True)

    assert files(own.index) == before
    assert found(own, "train") == [TRAINING]


def test_problems_are_all_in_the_error(toy_settings):
    """Content with problems gives all of them, and nothing is made of it."""
    _break_case(toy_settings)
    (toy_settings.cases / "france" / "notes.txt").write_text("not a case")

    with pytest.raises(CorpusInvalid) as raised:
        build(toy_settings)

    assert [(problem.path, problem.line) for problem in raised.value.problems] == [
        (str(toy_settings.cases / "france" / "notes.txt"), 1),
        (str(toy_settings.cases / f"{TRAINING}.md"), 3),
    ]
    assert str(raised.value) == (
        "The content has 2 problems in 2 files; nothing was built and there is no snapshot to "
        "serve yet. Run 'kb check' to list them."
    )
    assert files(toy_settings.index) == {}


def test_one_build_at_a_time(toy_settings):
    """A build that starts while another is running is refused, and the first one goes on."""
    said: list[str] = []
    refused: list[str] = []

    def start_another(sentence: str) -> None:
        said.append(sentence)
        try:
            build(toy_settings)
        except BuildBusy as err:
            refused.append(str(err))

    report = build(toy_settings, tell=start_another)

    busy = f"Another build of {toy_settings.index} is running; wait until it has ended."
    assert len(said) > 4
    assert refused == [busy] * len(said)
    assert current_id(toy_settings.index) == report.snapshot_id


@pytest.mark.parametrize("keep", [1, 2, 3])
def test_old_snapshots_go(toy_settings, keep):
    """The newest stay, as many as are to be kept: at least what is served and what was before."""
    own = replace(toy_settings, keep_snapshots=keep)
    built = []
    for text in ("train", "purchase", "export", "sing"):
        edit(own, text)
        built.append(build(own).snapshot_id)

    left = built[-max(2, keep) :]
    assert snapshot_ids(own.index) == tuple(reversed(left))
    assert current_id(own.index) == built[-1]
    assert names(own.index) == sorted([*BESIDE, *left])
    assert found(own, "train") == [TRAINING]


def test_the_served_snapshot_stays_however_old(toy_settings):
    """A snapshot that was gone back to is kept, and of the others the newest."""
    built = []
    for text in ("train", "purchase", "export"):
        edit(toy_settings, text)
        built.append(build(toy_settings).snapshot_id)
    edit(toy_settings, "train")

    report = build(replace(toy_settings, keep_snapshots=2))

    assert report.snapshot_id == built[0]
    assert snapshot_ids(toy_settings.index) == (built[2], built[0])


def test_what_a_killed_build_left_behind_goes(toy_settings):
    """The next build clears the folder of what others began and did not end."""
    (toy_settings.index / ".building-7" / "encoder").mkdir(parents=True)
    (toy_settings.index / ".building-7" / "holdings.json").write_text("[")
    (toy_settings.index / ".current-7").write_text("0123")

    report = build(toy_settings)

    assert names(toy_settings.index) == sorted([*BESIDE, report.snapshot_id])


def _index_is_a_file(folder: Path) -> Path:
    (folder / "index").write_text("a file")
    return folder / "index"


def _index_is_below_a_file(folder: Path) -> Path:
    return _index_is_a_file(folder) / "index"


def _index_is_a_dangling_link(folder: Path) -> Path:
    (folder / "index").symlink_to(folder / "nowhere")
    return folder / "index"


def _index_is_a_link_to_itself(folder: Path) -> Path:
    (folder / "index").symlink_to(folder / "index")
    return folder / "index" / "below"


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (_index_is_a_file, "File exists"),
        (_index_is_below_a_file, "Not a directory"),
        (_index_is_a_dangling_link, "File exists"),
        (_index_is_a_link_to_itself, "Too many levels of symbolic links"),
    ],
)
def test_an_index_folder_that_cannot_be_made_is_named(toy_settings, tmp_path, place, reason):
    """An index folder that cannot be is refused with its path and the reason."""
    index = place(tmp_path)

    with pytest.raises(IndexNotWritable) as raised:
        build(replace(toy_settings, index=index))

    assert str(raised.value) == f"The index folder {index} cannot be made: {reason}."


#: As a user without rights: paths are relative, as the folders above are root's alone.
AS_NOBODY = """
import json, os, sys
from kb.indexing.pipeline import build
from kb.errors import KBError
from kb.settings import read_settings
folder, index = json.loads(sys.argv[1])
os.chdir(folder)
if os.geteuid() == 0:
    os.setuid(65534)
try:
    build(read_settings({}, cases="cases", index=index))
except KBError as err:
    print(type(err).__name__, str(err), sep=": ")
"""


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ("index", "IndexNotWritable: The index folder index cannot be written to; set KB_INDEX."),
        (
            "more/index",
            "IndexNotWritable: The index folder more/index cannot be made: Permission denied.",
        ),
    ],
    ids=["folder is there", "folder is not there"],
)
def test_an_index_folder_without_permission_is_named(tmp_path, index, message):
    """An index folder that this user may not write to is refused before anything is read."""
    for name in ("index", "more"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o555)
    tmp_path.chmod(0o755)

    done = run_apart(AS_NOBODY, tmp_path, index)

    assert (done.stderr, done.stdout) == ("", f"{message}\n")


#: No file may grow beyond a limit, which to a program looks much like a full disk; from
#: the start, or once a folder or file of that name is made.
FULL_DISK = """
import json, resource, sys
from kb.indexing.pipeline import build
from kb.errors import KBError
from kb.settings import read_settings
cases, index, model, limit, place = json.loads(sys.argv[1])
def fill(event="open", arguments=(place,)):
    if event in ("os.mkdir", "open") and place in str(arguments[0]):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.addaudithook(fill) if place else fill()
try:
    build(read_settings({}, cases=cases, index=index, model=model, multilingual="off"))
except KBError as err:
    print(type(err).__name__, str(err), sep=": ")
"""


@pytest.mark.parametrize(
    ("limit", "place"),
    [(100, ""), (4_000, ""), (10_000, ""), (100, "/words"), (400, "/words")],
    ids=["100 bytes", "4000 bytes", "10000 bytes", "words 100 bytes", "words 400 bytes"],
)
def test_a_full_disk_leaves_the_previous_snapshot(toy_settings, limit, place):
    """A snapshot that cannot be written to its end is no snapshot; the old one serves."""
    before = build(toy_settings).snapshot_id
    (toy_settings.cases / f"{TRAINING}.md").unlink()  # so that nothing has to be encoded
    folders = (toy_settings.cases, toy_settings.index, toy_settings.model)

    done = run_apart(FULL_DISK, *folders, limit, place)

    assert (done.stderr, done.stdout) == (
        "",
        f"IndexNotWritable: The snapshot cannot be written to {toy_settings.index}: "
        "File too large; the previous snapshot stays in use.\n",
    )
    assert names(toy_settings.index) == sorted([*BESIDE, before])
    assert found(toy_settings, "train") == [TRAINING]


@pytest.mark.parametrize("place", ["/.current-", "/history.jsonl"])
def test_a_disk_that_is_full_at_the_switch_leaves_the_previous_snapshot(toy_settings, place):
    """Where the last few bytes of a build find no room, nothing changes, and no file is left.

    What was to be served is in the store of versions by then, beside all that was there.
    """
    before = build(toy_settings).snapshot_id
    versions = Versions(toy_settings.index)
    kept, digests = files(toy_settings.index), versions.digests("")
    kept = {path: data for path, data in kept.items() if not path.startswith(f"{VERSIONS}/")}
    (toy_settings.cases / f"{TRAINING}.md").unlink()
    folders = (toy_settings.cases, toy_settings.index, toy_settings.model)

    done = run_apart(FULL_DISK, *folders, 5, place)

    after = files(toy_settings.index)
    assert (done.stderr, done.stdout) == (
        "",
        f"IndexNotWritable: The index folder {toy_settings.index} cannot be written to: "
        "File too large; the previous snapshot stays in use.\n",
    )
    assert {path: after[path] for path in kept} == kept
    assert versions.digests("") == digests
    assert versions.history(TRAINING)[-1].digest == ""
    assert current_id(toy_settings.index) == before
    assert [name for name in names(toy_settings.index) if name.startswith(".")] == BESIDE[:3]
    assert build(toy_settings).up_to_date


def test_a_first_build_on_a_full_disk_speaks_of_no_previous_snapshot(toy_settings):
    """Where nothing was served before, nothing "stays in use"."""
    folders = (toy_settings.cases, toy_settings.index, toy_settings.model)

    done = run_apart(FULL_DISK, *folders, 5, "/.current-")

    assert (done.stderr, done.stdout) == (
        "",
        f"IndexNotWritable: The index folder {toy_settings.index} cannot be written to: "
        "File too large; there is no snapshot to serve yet.\n",
    )
    assert build(toy_settings).up_to_date


#: An export that fails, where no file may grow beyond a limit from then on.
NO_EXPORT = """
import json, resource, sys
from kb.errors import EncoderUnavailable, KBError
from kb.indexing import encode
from kb.indexing.pipeline import build
from kb.settings import read_settings
cases, index, model, limit = json.loads(sys.argv[1])
def export(encoder, folder):
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    raise EncoderUnavailable("It cannot be exported.")
encode.export_encoder = export
try:
    build(read_settings({}, cases=cases, index=index, model=model, multilingual="off"))
except KBError as err:
    print(type(err).__name__, str(err), sep=": ")
"""


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        (
            4_000,
            "IndexNotWritable: The snapshot cannot be written to {index}: File too large; "
            "there is no snapshot to serve yet.\n",
        ),
        (0, "EncoderUnavailable: It cannot be exported.\n"),
    ],
    ids=["full", "not full"],
)
def test_a_full_disk_is_no_fault_of_the_encoder(toy_settings, limit, message):
    """An export that found no room says so, and sends nobody to another encoder."""
    folders = (toy_settings.cases, toy_settings.index, toy_settings.model)

    done = run_apart(NO_EXPORT, *folders, limit)

    assert (done.stderr, done.stdout) == ("", message.format(index=toy_settings.index))


@pytest.mark.parametrize("name", ["index", "norway/index", "."])
def test_an_index_among_the_cases_is_refused(toy_settings, name):
    """The next build would read what is in it as content; nothing is written there."""
    before = files(toy_settings.cases)
    settings = replace(toy_settings, index=toy_settings.cases / name)

    with pytest.raises(SettingError, match=r"^KB_INDEX must be outside the folder of the cases, "):
        build(settings)

    assert files(toy_settings.cases) == before
    assert not (toy_settings.cases / "index").exists()


def test_a_hidden_index_among_the_cases_is_taken(toy_settings):
    """What is hidden is not read as content."""
    settings = replace(toy_settings, index=toy_settings.cases / ".index")

    assert build(settings).up_to_date is False
    assert build(settings).up_to_date is True


def test_a_forced_build_is_served(toy_settings):
    """What a forced build wrote is served, under an id of its own; the next build keeps to it."""
    first = build(toy_settings)
    before = files(toy_settings.index / first.snapshot_id)

    second = build(toy_settings, force=True)
    third = build(toy_settings)

    assert (second.encoded, second.reused, second.up_to_date) == (16, 0, False)
    assert second.snapshot_id != first.snapshot_id
    assert current_id(toy_settings.index) == second.snapshot_id
    assert (third.snapshot_id, third.up_to_date) == (second.snapshot_id, True)
    assert files(toy_settings.index / first.snapshot_id) == before


@pytest.mark.parametrize(
    "name", ["records/cases.jsonl", "engine/vectors/passages.faiss", "manifest.json"]
)
def test_a_damaged_snapshot_is_built_again_under_another_id(toy_settings, name):
    """A folder never holds other bytes than those first built; what is damaged goes."""
    first = build(toy_settings)
    path = toy_settings.index / first.snapshot_id / name
    data = path.read_bytes()
    path.write_bytes(data[:99] + bytes([data[99] ^ 1]) + data[100:])

    second = build(toy_settings)

    assert not second.up_to_date
    assert second.snapshot_id != first.snapshot_id
    assert current_id(toy_settings.index) == second.snapshot_id
    assert found(toy_settings, "train") == [TRAINING]


@pytest.mark.parametrize("error", [None, KeyError("norway/one")], ids=["counts", "any exception"])
def test_what_cannot_be_opened_is_not_served(toy_settings, monkeypatch, error):
    """A build whose snapshot a web worker could not open fails, and changes nothing."""
    first = build(toy_settings)
    before = files(toy_settings.index)
    edit(toy_settings, "purchase")
    write = LocalWriter.write_vectors
    if error is None:
        # One text less than the manifest will say.
        monkeypatch.setattr(
            LocalWriter,
            "write_vectors",
            lambda self, name, texts, vectors: write(self, name, texts[1:], vectors[1:]),
        )
    else:

        def fails(*_: object) -> None:
            raise error

        monkeypatch.setattr(Searcher, "search", fails)

    with pytest.raises(BuildFailed) as raised:
        build(toy_settings)

    reason = "(KeyError: 'norway/one'). " if error is not None else "must hold passages: 16, not 15"
    assert str(raised.value).startswith("The snapshot that was built cannot be served, and was ")
    assert reason in str(raised.value)
    assert str(raised.value).endswith(" The previous snapshot stays in use.")
    assert files(toy_settings.index) == before
    assert current_id(toy_settings.index) == first.snapshot_id


def test_a_pinned_snapshot_stays_whatever_is_built(toy_settings):
    """Builds go on and do not switch; unpinned, the next build switches.

    Pruning leaves it, what was served before it, and what was built last, whatever is to be kept.
    """
    own = replace(toy_settings, keep_snapshots=1)
    good = build(own).snapshot_id
    edit(own, "purchase")
    bad = build(own).snapshot_id
    set_current(own.index, good, pinned=True)

    again = build(own)
    kept = [(again.up_to_date, again.pinned, current_id(own.index))]
    for text in ("export", "sing"):
        edit(own, text)
        report = build(own)
        kept.append((report.up_to_date, report.pinned, current_id(own.index)))
    left = set(snapshot_ids(own.index))
    unpin(own.index)
    last = build(own)

    assert kept == [(True, good, good), (False, good, good), (False, good, good)]
    assert left == {good, bad, report.snapshot_id}
    assert (last.snapshot_id, last.up_to_date, last.pinned) == (report.snapshot_id, True, None)
    assert current_id(own.index) == last.snapshot_id


def test_what_is_pinned_and_built_anew_keeps_its_pin(toy_settings):
    """Content that is pinned is up to date; where it is damaged, its successor is pinned."""
    first = build(toy_settings).snapshot_id
    set_current(toy_settings.index, first, pinned=True)
    same = build(toy_settings)
    (toy_settings.index / first / "engine" / "vectors" / "passages.faiss").write_bytes(b"")

    second = build(toy_settings)

    assert (same.snapshot_id, same.pinned) == (first, None)
    assert second.snapshot_id != first
    assert second.pinned is None
    assert read_current(toy_settings.index) == Current(snapshot_id=second.snapshot_id, pinned=True)
    assert snapshot_ids(toy_settings.index) == (second.snapshot_id,)


@pytest.mark.parametrize("change", [False, True], ids=["unchanged", "changed"])
@pytest.mark.parametrize("damage", ["gone", "no manifest", "altered", "other encoders"])
def test_a_pin_never_keeps_a_site_from_answering(toy_settings, monkeypatch, damage, change):
    """Where what is pinned cannot be served, what was built is, and the build says so."""
    own = toy_settings
    pinned = build(own).snapshot_id
    edit(own, "purchase")
    newer = build(own).snapshot_id
    set_current(own.index, pinned, pinned=True)
    folder = own.index / pinned
    if damage == "gone":
        shutil.rmtree(folder)
        what = f"There is no snapshot in {folder}."
    elif damage == "no manifest":
        (folder / "manifest.json").unlink()
        what = f"There is no snapshot in {folder}."
    elif damage == "altered":
        (folder / "holdings.json").unlink()
        what = f"{folder / 'holdings.json'} cannot be read: No such file or directory."
    else:
        own = replace(own, model=str(shutil.copytree(own.model, own.index.parent / "other")))
        what = (
            f"The snapshot {pinned} was built with the encoder {toy_settings.model!r}, "
            f"but KB_MODEL is {own.model!r}."
        )
    if change:
        edit(own, "export")
    said: list[str] = []

    report = build(own, tell=said.append)

    assert (
        f"Snapshot {pinned} is pinned but cannot be served: {what} "
        "What is built is served in its place, and the pin has ended."
    ) in said
    assert report.pinned is None
    assert report.up_to_date == (not change and damage != "other encoders")
    assert (report.snapshot_id == newer) == report.up_to_date
    assert read_current(own.index) == Current(snapshot_id=report.snapshot_id, pinned=False)
    if damage != "other encoders":
        assert not folder.exists()


def test_what_is_served_is_tried_out_too(toy_settings, monkeypatch):
    """A sound snapshot that does not answer, as a changed machine may bring, is built again."""
    first = build(toy_settings)
    search, opened = Searcher.search, []

    def fails_first(self: Searcher, query: Query) -> object:
        opened.append(self.snapshot_id)
        if self.snapshot_id == first.snapshot_id:
            raise GaveOut
        return search(self, query)

    monkeypatch.setattr(Searcher, "search", fails_first)
    said: list[str] = []

    second = build(toy_settings, tell=said.append)

    assert opened == [first.snapshot_id, second.snapshot_id]
    folder = toy_settings.index / first.snapshot_id
    assert f"Building again: The snapshot {folder} does not answer (GaveOut: )." in said
    assert (second.up_to_date, second.encoded) == (False, 0)
    assert snapshot_ids(toy_settings.index) == (second.snapshot_id,)


#: Builds in children that kill themselves at a point: where something is told, or before
#: something is done to a file. They are forked, so that torch is imported once for all.
KILLED = """
import json, os, signal, sys
from fnmatch import fnmatch
import sentence_transformers
from kb.indexing.pipeline import build
from kb.settings import read_settings

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

def run(folder, model, event, needle):
    def tell(message):
        if event == "tell" and needle in message:
            kill()
    def audit(name, arguments):
        if name == event and fnmatch(str(arguments[0]), f"*{needle}*"):
            kill()
    sys.addaudithook(audit)
    settings = read_settings(
        {},
        cases=f"{folder}/cases",
        index=f"{folder}/index",
        model=model,
        multilingual="off",
        keep_snapshots=1,
    )
    build(settings, tell=tell)

ended = []
for point in json.loads(sys.argv[1]):
    child = os.fork()
    if not child:
        run(*point)
        os._exit(0)
    ended.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(json.dumps(ended))
"""

#: Name of the point: event, part of the message or path, what is served after it.
#: The builds before "first" have no snapshot to go on with.
POINTS = {
    "content read": ("tell", "Read 7", "old"),
    "encoder loaded": ("tell", "Encoding", "old"),
    "cases to be written": ("open", "/.building-*/cases.jsonl", "old"),
    "vectors to be written": ("open", "/.building-*/passages-digests.npy", "old"),
    "words to be written": ("os.mkdir", "/.building-*/words", "old"),
    "query encoder to be copied": ("shutil.copyfile", "tokenizer.json", "old"),
    "manifest to be written": ("open", "/.building-*/manifest.json", "old"),
    "snapshot to be moved": ("os.rename", "/.building-", "old"),
    "current to be written": ("open", "/.current-", "old"),
    "current to be replaced": ("os.rename", "/.current-", "old"),
    "oldest to be moved": ("os.rename", "{oldest}", "new"),
    "oldest to be removed": ("shutil.rmtree", "/.building-{oldest}", "new"),
    "first: encoder to be exported": ("tell", "Exporting", None),
    "first: configuration to be written": ("open", "/.building-*/encoder.json", None),
    "first: snapshot to be moved": ("os.rename", "/.building-", None),
    "first: current to be replaced": ("os.rename", "/.current-", None),
}


@pytest.fixture(name="killed", scope="session")
def _killed(
    made_once: Callable, settings: Settings, tiny_encoder: Path
) -> dict[str, tuple[int, Settings]]:
    """For each point: how the build that was killed there ended, and its settings.

    The index holds what is served, "old", and "oldest", which the build leaves no place for.
    Made once for all processes of a run; the folders of a point are of its test alone.
    """

    def settings_in(folder: Path) -> Settings:
        return replace(settings, cases=folder / "cases", index=folder / "index", keep_snapshots=1)

    def fill(folder: Path) -> None:
        old = current_id(settings.index)
        start = settings_in(folder / "not-killed")
        shutil.copytree(settings.cases, start.cases)
        shutil.copytree(settings.index, start.index, ignore=shutil.ignore_patterns(EXPORTS))
        edit(start, "sing")
        oldest = build(replace(start, keep_snapshots=settings.keep_snapshots)).snapshot_id
        set_current(start.index, old)
        points = []
        for number, (name, (event, needle, _)) in enumerate(POINTS.items()):
            own = settings_in(folder / f"{number}")
            shutil.copytree(settings.cases, own.cases)
            if not name.startswith("first"):
                shutil.copytree(start.index, own.index)
            edit(own, "purchase")
            points.append((folder / f"{number}", tiny_encoder, event, needle.format(oldest=oldest)))
        (folder / "ended.json").write_text(run_apart(KILLED, *points).stdout)

    folder = made_once("killed-builds", fill)
    ended = json.loads((folder / "ended.json").read_text())
    return {
        name: (ended[number], settings_in(folder / f"{number}"))
        for number, name in enumerate(POINTS)
    }


@pytest.mark.parametrize("name", POINTS)
def test_a_killed_build_leaves_a_whole_snapshot_serving(killed, settings, name):
    """Wherever a build is killed, what is served is whole, and the next build succeeds."""
    ended, own = killed[name]
    served = POINTS[name][2]
    try:
        before = open_snapshot(own.index / current_id(own.index)).manifest.snapshot_id
        answer = found(own, "purchase")
    except SnapshotMissing:
        before, answer = None, None

    report = build(own)

    new = report.snapshot_id
    expected = {
        "old": (current_id(settings.index), ["guides/purchase-guide", "norway/metal-buyers"]),
        "new": (new, ["guides/purchase-guide", "norway/metal-buyers", TRAINING]),
        None: (None, None),
    }
    assert ended == -signal.SIGKILL
    assert (before, answer) == expected[served]
    assert new != current_id(settings.index)
    assert found(own, "purchase") == ["guides/purchase-guide", "norway/metal-buyers", TRAINING]
    kept = [new] if served is None else [new, current_id(settings.index)]
    assert names(own.index) == sorted([*BESIDE, *kept])
