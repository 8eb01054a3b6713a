"""Builds killed at any moment: the longer form of the chosen points in ``test_pipeline``."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import SnapshotMissing
from kb.exports.making import FOLDER as EXPORTS
from kb.indexing.pipeline import build
from kb.settings import Settings
from kb.snapshots.format import open_snapshot
from kb.snapshots.store import current_id
from tests.kb.indexing.test_pipeline import BESIDE, edit, found, names, run_apart

KILLS = 200

#: Builds in forked children, each of which is killed at a random moment of the time that a
#: whole build took; some moments are later, so that some end before it.
KILLED = """
import json, os, random, select, signal, sys, time
import sentence_transformers
from kb.indexing.pipeline import build
from kb.settings import read_settings

folders, model = json.loads(sys.argv[1])

def run(folder, seconds):
    child = os.fork()
    if not child:
        build(read_settings({}, cases=f"{folder}/cases", index=f"{folder}/index", model=model,
                            multilingual="off", keep_snapshots=1))
        os._exit(0)
    if not select.select([os.pidfd_open(child)], [], [], seconds)[0]:
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

started = time.monotonic()
whole, *others = folders
ended = [run(whole, 600)]
seconds = time.monotonic() - started
moments = random.Random(1998)
ended += [run(folder, moments.uniform(0.001, 1.2 * seconds)) for folder in others]
print(json.dumps(ended))
"""


@pytest.mark.long
@pytest.mark.parametrize("first", [False, True], ids=["with a snapshot", "the first"])
def test_a_build_killed_at_any_moment_leaves_a_whole_snapshot(
    settings: Settings, tiny_encoder: Path, tmp_path: Path, first: bool
):
    """What is served is what was served, or what the build made; the next build succeeds."""
    old = None if first else current_id(settings.index)
    all_settings = []
    for number in range(KILLS + 1):
        folder = tmp_path / str(number)
        own = replace(settings, cases=folder / "cases", index=folder / "index", keep_snapshots=1)
        shutil.copytree(settings.cases, own.cases)
        if not first:
            shutil.copytree(settings.index, own.index, ignore=shutil.ignore_patterns(EXPORTS))
        edit(own, "purchase")
        all_settings.append(own)

    folders = [str(own.index.parent) for own in all_settings]
    done = run_apart(KILLED, folders, tiny_encoder, timeout=1500)

    ended, new = json.loads(done.stdout), current_id(all_settings[0].index)
    served = []
    for own in all_settings:
        try:
            before = current_id(own.index)
            open_snapshot(own.index / before)
        except SnapshotMissing:
            before = None
        served.append(before)
        assert build(own).snapshot_id == new
        assert names(own.index) == sorted([*BESIDE, *({new} if first else {old, new})])
    assert set(served) == {old, new}
    assert {one for one, status in zip(served, ended, strict=True) if status == 0} == {new}
    assert ended.count(0) < len(ended)
    assert found(all_settings[-1], "purchase")[-1] == "spain/textile-training"
