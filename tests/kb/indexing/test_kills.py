"""Builds killed at any moment: the longer form of the chosen points in ``test_pipeline``."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections import Counter
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

#: Builds in forked children, each of which is killed at a random moment. Three stages of a build
#: are told apart: reading and encoding, writing and trying out, and what follows the switch.
KILLED = """
import json, sys
import sentence_transformers
from kb.indexing.pipeline import build
from kb.settings import read_settings
from tests.kb.killing import appears, changes, killed

folders, model = json.loads(sys.argv[1])

def work(folder):
    build(read_settings({}, cases=f"{folder}/cases", index=f"{folder}/index", model=model,
                        multilingual="off", keep_snapshots=1))

signs = (appears("index/.building-*"), changes("index/current"))
print(json.dumps(killed(work, folders, signs, seed=1998)))
"""
STAGES = 3


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

    assert done.returncode == 0, done.stderr[-2000:]
    ended, new = json.loads(done.stdout), current_id(all_settings[0].index)
    assert ended[0] == [-1, 0]
    served = []
    for own, (stage, status) in zip(all_settings, ended, strict=True):
        try:
            before = current_id(own.index)
            open_snapshot(own.index / before)
        except SnapshotMissing:
            before = None
        served.append(before)
        assert status in (0, -signal.SIGKILL)
        assert status or before == new
        assert stage < STAGES - 1 or before == new  # it had switched
        assert build(own).snapshot_id == new
        assert names(own.index) == sorted([*BESIDE, *({new} if first else {old, new})])
    assert set(served) == {old, new}
    each = Counter(stage for stage, status in ended if status)
    assert sorted(each) == [*range(STAGES)]
    sys.stdout.write(f"builds killed in each stage: {sorted(each.items())}\n")
    assert found(all_settings[-1], "purchase")[-1] == "spain/textile-training"
