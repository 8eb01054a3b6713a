"""Files made aside, by real processes: each once, a few at a time, none lost."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from filelock import FileLock
from pydantic import TypeAdapter
from pypdf import PdfReader

from kb.answers.serialise import to_json
from kb.errors import ExportFailed, ExportsBusy, KBError
from kb.exports import making
from kb.exports.document import Document, document_of
from kb.exports.making import Making, oldest_first
from tests.kb.exports.sample import pack, single
from tests.toy import ROOT

#: A maker steps back behind whatever else a busy machine does.
PATIENCE_S = 600


@pytest.fixture(name="index")
def _index(tmp_path):
    """An index folder, where nobody makes anything any more afterwards."""
    yield tmp_path
    end = time.monotonic() + PATIENCE_S
    folder = Making(tmp_path).folder
    while oldest_first(folder / "waiting") and time.monotonic() < end:
        time.sleep(0.05)


def until(condition):
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def asked(files, document, task="md"):
    """Ask for a file; its key."""
    given = to_json(document)
    key = files.key(task, given)
    files.ask(key, given)
    return key


def made_again(files, document):
    """A file that was removed, asked for as a page does it: until it is there."""
    return until(lambda: files.made(asked(files, document)))


def test_a_file_is_made_and_found_again(index, searcher):
    """What is asked for is made aside, and lies there for the next who asks for the same."""
    files = Making(index)
    key = asked(files, single(searcher), "pdf")
    path = files.wait(key, PATIENCE_S)
    assert len(PdfReader(io.BytesIO(path.read_bytes())).pages) == 2
    before = path.stat().st_mtime_ns
    assert asked(files, single(searcher), "pdf") == key
    assert Making(index).made(key) == path
    assert path.stat().st_mtime_ns == before
    assert asked(files, pack(searcher), "md") != key


def test_a_document_comes_to_the_maker_as_it_was_given(searcher):
    """What the maker reads is the document, record by record, as a checking reader has it."""
    for document in (single(searcher), pack(searcher), Document(title="T", items=(), site="S")):
        given = to_json(document)
        assert document_of(given) == document
        assert document_of(given) == TypeAdapter(Document).validate_json(given)
        assert to_json(document_of(given)) == given


def test_a_maker_loads_nothing_that_a_pdf_does_not_take(searcher):
    """Its start is a part of every file that is made after a rest."""
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED],
        input=to_json(pack(searcher)),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=PATIENCE_S,
        check=True,
    ).stdout
    assert loaded.split() == ["%PDF"]


LOADED = """
import sys
from kb.exports.maker import _content
made = _content("pdf", sys.stdin.read())
print(made[:4].decode(), *sorted({"pydantic", "numpy", "flask", "citeproc"} & set(sys.modules)))
"""

ASK = """
import sys
from pathlib import Path
from kb.exports.making import Making
files = Making(Path(sys.argv[1]))
given = sys.stdin.read()
key = files.key("md", given)
files.ask(key, given)
sys.stdout.write(str(files.wait(key, float(sys.argv[2])).stat().st_mtime_ns))
"""


def test_two_processes_make_a_file_once(index, searcher):
    """Whoever asks for the same at once gets the same file, made one time."""
    command = [sys.executable, "-c", ASK, str(index), str(PATIENCE_S)]
    given = to_json(pack(searcher))

    def ask(_):
        return subprocess.run(
            command, input=given, capture_output=True, text=True, cwd=ROOT, check=True
        ).stdout

    with ThreadPoolExecutor(3) as pool:
        times = set(pool.map(ask, range(3)))
    assert len(times) == 1
    assert len(list((Making(index).folder / "done").iterdir())) == 1


def test_a_file_that_cannot_be_made_says_why(index, capfd):
    """What went wrong is told to who asks and stands in the log; later it is tried again."""
    files = Making(index)
    given = json.dumps({"title": "T"})
    key = files.key("md", given)
    files.ask(key, given)
    failed = files.folder / "failed" / key
    until(failed.exists)
    with pytest.raises(
        ExportFailed, match=r"This file could not be made: TypeError: .*'items' and 'site'"
    ):
        files.ask(key, given)
    assert files.wait(key, 5) is None
    said = []

    def is_told():
        said.append(capfd.readouterr().err)
        return "could not be made: TypeError" in "".join(said)

    def fails_again():  # who asks while the maker still tidies up asks once more
        with suppress(ExportFailed):
            files.ask(key, given)
        return failed.exists()

    until(is_told)
    os.utime(failed, (0, 0))
    until(fails_again)
    assert failed.stat().st_mtime > 0


def test_a_maker_that_is_killed_fails_its_file_and_no_other(index, searcher):
    """The next maker tells what the killed one was at, and makes what still waits."""
    files = Making(index)
    folder = files.folder
    lost, given = files.key("md", "lost"), to_json(single(searcher))
    (folder / "doing-0" / lost).write_text("lost")
    key = files.key("md", given)
    files.ask(key, given)
    assert files.wait(key, PATIENCE_S) is not None
    with pytest.raises(ExportFailed, match="it took too long or too much memory"):
        files.ask(lost, "lost")


def test_no_more_than_a_line_of_files_waits(index, searcher, monkeypatch):
    """Beyond what may wait a file is refused, and nothing of it is written."""
    monkeypatch.setattr(making, "MOST_WAITING", 0)
    files = Making(index)
    with pytest.raises(ExportsBusy, match="0 files wait to be made already"):
        asked(files, single(searcher))
    assert oldest_first(files.folder / "waiting") == []


def test_old_files_make_room(tmp_path):
    """What was not asked for longest goes first, and no more of it than is needed."""
    from kb.exports.maker import make_room

    for number in range(4):
        path = tmp_path / f"{number}"
        path.write_bytes(b"x" * 100)
        os.utime(path, (1000 + number, 1000 + number))
    make_room(tmp_path, 150, room=400)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2", "3"]


def test_what_failed_is_forgotten_and_parts_are_removed(index):
    """What nobody asks for again does not stay; what was made does, and so does what is begun."""
    from kb.exports.maker import tidy

    folder = Making(index).folder
    names = ("failed/a.md", "done/.a.md-1-1.part", "done/a.md", "waiting/.b.md-1-1.part")
    for name in names:
        (folder / name).write_text("")
        os.utime(folder / name, (0, 0))
    (folder / "failed" / "b.md").write_text("")
    (folder / "done" / ".b.md-1-1.part").write_text("")
    tidy(folder)
    found = [path.relative_to(folder).as_posix() for path in folder.glob("*/*")]
    assert sorted(found) == ["done/.b.md-1-1.part", "done/a.md", "failed/b.md"]


@pytest.fixture(name="read_only")
def _read_only():
    """An index that another user built and made files in, and which this one may read alone."""
    folder = Path(tempfile.mkdtemp(prefix="kb-index-"))
    (folder / making.FOLDER).mkdir(mode=0o700)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def as_another_user(ask):
    """What a call gives in a process of a user who owns nothing; as text."""
    seen, told = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(PermissionError):  # whoever is not root is another user than root already
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
        try:
            answer = str(ask())
        except KBError as err:
            answer = str(err)
        os.write(told, answer.encode())
        os._exit(0)
    os.close(told)
    with os.fdopen(seen) as file:
        answer = file.read()
    os.waitpid(child, 0)
    return answer


@pytest.fixture(name="everybodys")
def _everybodys(monkeypatch):
    """A folder for temporary files of all users, wherever those of this one lie."""
    folder = Path(tempfile.mkdtemp(prefix="kb-everybodys-"))
    folder.chmod(0o1777)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


def test_files_are_made_elsewhere_where_the_index_is_read_only(read_only, everybodys):
    """In a folder of the user's own; also where another user has made files in the index."""
    made = Path(as_another_user(lambda: Making(read_only).folder))
    assert made.parent == everybodys
    assert made.stat().st_mode & 0o777 == 0o700
    assert (made / "waiting").is_dir()


def test_where_nothing_can_be_written_that_is_told(read_only, monkeypatch, capfd):
    """To the operator with the places and what to set; to a reader without them."""
    monkeypatch.setattr(tempfile, "tempdir", str(read_only))

    def ask():
        logging.basicConfig(force=True)
        return Making(read_only).folder

    told = as_another_user(ask)
    assert told == (
        "This file could not be made: the site has no folder to make it in. The site's log says "
        "more."
    )
    assert "cannot be written; set TMPDIR to a folder that can" in capfd.readouterr().err


def test_a_maker_that_cannot_be_started_is_told(index, searcher, monkeypatch, caplog):
    """Once for each who asks, with the cause in the log; when that is mended, the file is made."""
    files = Making(index)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", str(index / "missing"))
        for _ in range(2):
            with pytest.raises(ExportFailed, match="process that makes it cannot be started"):
                asked(files, single(searcher))
    assert (
        caplog.messages
        == [
            "no file can be made: the process for it cannot be started: [Errno 2] No such file or "
            f"directory: '{index / 'missing'}'"
        ]
        * 2
    )

    assert files.wait(asked(files, single(searcher)), PATIENCE_S) is not None


def test_the_folder_may_be_deleted(index, searcher):
    """Without what was made, it is made again; the site need not be started anew."""
    files = Making(index)
    key = asked(files, single(searcher))
    path = files.wait(key, PATIENCE_S)
    path.unlink()
    assert files.made(key) is None
    assert made_again(files, single(searcher)) == path
    with ExitStack() as held:  # no maker is at work
        for slot in range(making.SLOTS):
            lock = FileLock(files.folder / f"slot-{slot}.lock")
            held.enter_context(lock.acquire(timeout=PATIENCE_S))
        shutil.rmtree(files.folder)
    assert made_again(files, single(searcher)) == path
