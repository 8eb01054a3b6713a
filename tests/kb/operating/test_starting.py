"""What is asked before a server is started: one sentence for each thing that is wrong."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from kb.errors import KBError, SettingError, SnapshotNewer
from kb.operating.doctor import diagnose
from kb.operating.starting import check_before_serving, port_trouble
from kb.settings import Settings
from kb.snapshots.format import SCHEMA_VERSION
from kb.snapshots.store import current_id
from tests.kb.cli.command import commands, kb
from tests.kb.exports.test_making import as_another_user


def _free(settings: Settings, **changes: object) -> Settings:
    """Settings with a port that is free, whichever."""
    return replace(settings, port=0, **changes)


def test_nothing_is_said_where_nothing_is_wrong(settings: Settings, tmp_path: Path):
    """A built index, and one that is not there yet: a site waits for its first build."""
    check_before_serving(_free(settings))
    check_before_serving(_free(settings, index=tmp_path / "index"))


def test_a_port_in_use_is_told(settings: Settings):
    """With its number, and what to do, before anything is opened."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        result = kb("serve", "--index", settings.index, "--port", port)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"Error: KB_PORT is {port}, which is in use on 127.0.0.1; stop what listens there, or give "
        "another one (--port 0 takes a free one).\n"
    )


@pytest.mark.parametrize(
    "host", ["203.0.113.9", "no such host", "https://kb.example", "a" * 64, "\u202e"]
)
def test_an_address_of_another_machine_is_told(host):
    """Whether it is one, or none at all."""
    assert str(port_trouble(host, 0)) == (
        f"KB_HOST must be an address of this machine, not {host!a}; 127.0.0.1 is reached from "
        "here alone, 0.0.0.0 from everywhere."
    )


def test_a_port_that_is_handed_over_is_not_asked_for(settings: Settings, monkeypatch):
    """Where systemd listens, the port is in use, and rightly so."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        handed = replace(settings, port=taken.getsockname()[1])
        with pytest.raises(SettingError, match="in use"):
            check_before_serving(handed)

        monkeypatch.setenv("LISTEN_FDS", "1")
        check_before_serving(handed)


def test_an_index_that_is_a_file_is_told(settings: Settings, tmp_path: Path):
    """It must be a folder."""
    (tmp_path / "index").write_text("")

    with pytest.raises(SettingError, match=r"KB_INDEX must be a folder, and .*index is a file\."):
        check_before_serving(_free(settings, index=tmp_path / "index"))


def _told_to_nobody(settings: Settings) -> str:
    """What somebody without rights is told, in a process that gives all its rights up."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        said = ""
        try:
            os.setgid(65534)
            os.setuid(65534)
            check_before_serving(settings)
        except KBError as err:
            said = str(err)
        finally:
            os.write(write, said.encode())
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as told:
        return told.read()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody who has no rights")
def test_a_folder_without_rights_is_told(settings: Settings, tmp_path: Path):
    """Whoever may not read the index is told so, with the folder."""
    index = tmp_path / "index"
    shutil.copytree(settings.index, index)
    index.chmod(0o700)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder not in (Path("/"), Path("/tmp")):
            folder.chmod(0o755)

    assert _told_to_nobody(_free(settings, index=index)) == (
        f"KB_INDEX must be a folder that this user may read, and {index} is not; give the right "
        "to, or set another folder."
    )


def _raise_schema(index: Path, snapshot_id: str) -> Path:
    path = index / snapshot_id / "manifest.json"
    told = json.loads(path.read_text())
    del told["sha256"]
    told["schema_version"] = SCHEMA_VERSION + 1
    path.write_text(json.dumps(told))
    return path


def test_a_snapshot_of_a_newer_release_is_told(settings: Settings, tmp_path: Path):
    """Where there is nothing else to serve, the server is not started."""
    index = tmp_path / "index"
    shutil.copytree(settings.index, index)
    path = _raise_schema(index, current_id(index))

    with pytest.raises(SnapshotNewer) as raised:
        check_before_serving(_free(settings, index=index))

    assert str(raised.value) == (
        f"{path} was written by a newer release of this program: it has schema version "
        f"{SCHEMA_VERSION + 1}, and this one reads {SCHEMA_VERSION}. Install that release, or run "
        "'kb build'."
    )


def test_a_foreign_file_is_told_by_the_command(tmp_path: Path):
    """What is no snapshot file is refused before a server is started."""
    file = tmp_path / "notes.tar"
    file.write_text("no archive\n" * 200)

    result = kb("serve", "--snapshot", file, "--index", tmp_path / "index", "--port", 0)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: {file} is no snapshot file, or is cut short. Give one that 'kb snapshots "
        "--export' wrote.\n"
    )


def test_cases_and_snapshot_exclude_each_other():
    """Both say what to serve."""
    result = kb("serve", "--cases", "cases", "--snapshot", "file.tar")

    assert result.exit_code == 2
    assert "--cases and --snapshot exclude each other; give one of them." in result.stderr


@pytest.fixture(name="closed")
def _closed():
    """A folder that nobody but its owner may enter."""
    folder = Path(tempfile.mkdtemp(prefix="kb-closed-"))
    (folder / "below").mkdir()
    folder.chmod(0o700 if os.getuid() == 0 else 0o600)
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


def _told_of(closed: Path, place: Path) -> str:
    return (
        f"KB_INDEX must be a folder that this user may read, and {place} lies in {closed}, which "
        "this user may not enter; give the right to, or set another folder."
    )


def test_an_index_below_a_closed_folder_is_told(settings: Settings, closed):
    """In one sentence, with the setting, both folders and what to do."""
    place = closed / "below" / "deeper"

    def ask():
        check_before_serving(_free(settings, index=place))

    assert as_another_user(ask) == _told_of(closed, place)


def test_commands_tell_of_an_index_below_a_closed_folder(settings: Settings, closed):
    """Those that list snapshots, and take one in."""
    place, file = closed / "below" / "deeper", Path(tempfile.mkdtemp(prefix="kb-file-")) / "file"
    commands()  # another user may not be allowed to import them
    try:
        exported = kb("snapshots", "--index", settings.index, "--export", file)
        assert exported.exit_code == 0, exported.stderr
        file.parent.chmod(0o755)
        for more in ((), ("--import", file)):
            ask = partial(kb, "snapshots", "--index", place, *more)
            told = as_another_user(lambda ask=ask: ask().stderr)
            assert told == f"Error: {_told_of(closed, place)}\n"
    finally:
        shutil.rmtree(file.parent)


@pytest.mark.parametrize(("setting", "state"), [("index", "wrong"), ("cases", "look")])
def test_the_doctor_tells_of_a_closed_folder(closed, setting, state):
    """As of anything else that it finds."""
    given = {"index": Path(tempfile.gettempdir()), setting: closed / "below"}

    told = as_another_user(
        lambda: [
            (one.state, one.said) for one in diagnose({}, **given).findings if one.about == setting
        ]
    )

    assert f"('{state}', 'KB_{setting.upper()} must be a folder that this user may read, " in told
    assert f"lies in {closed}, which this user may not enter" in told
