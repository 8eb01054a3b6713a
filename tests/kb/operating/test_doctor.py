"""``kb doctor``: what a machine can do, what is wrong with it, and what to do."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from kb import __version__
from kb.model.case_versions import short
from kb.operating import doctor
from kb.operating.doctor import Diagnosis, Finding, diagnose
from kb.settings import Settings
from kb.snapshots.store import current_id
from kb.versions.store import Versions
from tests.kb.cli.command import kb
from tests.toy import ROOT


@pytest.fixture(name="environ")
def _environ(tiny_encoder: Path, settings: Settings) -> dict[str, str]:
    """The environment of the toy compendium."""
    return {
        "KB_MODEL": str(tiny_encoder),
        "KB_MULTILINGUAL": "off",
        "KB_INDEX": str(settings.index),
        "KB_CASES": str(settings.cases),
        "KB_PORT": "0",
        "KB_SITE_URL": "https://kb.example",
    }


def _by_name(found: Diagnosis) -> dict[str, Finding]:
    return {one.about: one for one in found.findings}


def test_a_machine_that_lacks_nothing(environ, settings):
    """It can build and serve; every line that is not fine says what to do."""
    found = diagnose(environ)

    assert (found.can("build"), found.can("serve")) == (True, True)
    assert found.release.startswith(__version__)
    assert [one.about for one in found.findings if one.state != "fine" and not one.do] == []
    snapshot = _by_name(found)["snapshot"].said
    assert snapshot == (
        f"{current_id(settings.index)}: 7 documents, every byte as it was built, answers; served "
        "since today"
    )
    assert _by_name(found)["settings"].said == (
        "set: KB_CASES, KB_INDEX, KB_MODEL, KB_MULTILINGUAL, KB_PORT, KB_SITE_URL"
    )


@pytest.mark.parametrize(
    ("given", "state", "said"),
    [
        ({"KB_HOST": "0.0.0.0"}, "look", "KB_OPERATOR and KB_CONTACT not set"),
        ({"KB_HOST": "::"}, "look", "KB_OPERATOR and KB_CONTACT not set"),
        (
            {"KB_SITE_URL": "https://kb.example", "KB_OPERATOR": "Seed Guild"},
            "look",
            "KB_CONTACT not set",
        ),
        ({"KB_SITE_URL": "http://localhost:8000"}, "fine", "not said, and the site is for this"),
        ({"KB_HOST": "::1"}, "fine", "not said, and the site is for this machine alone"),
        (
            {
                "KB_SITE_URL": "https://kb.example",
                "KB_OPERATOR": "Seed Guild",
                "KB_CONTACT": "desk@guild.example",
            },
            "fine",
            "Seed Guild · desk@guild.example",
        ),
    ],
)
def test_who_runs_a_site_for_others_is_asked_for(environ, given, state, said):
    """Also behind a proxy, where the site itself listens on this machine alone."""
    found = diagnose({**environ, "KB_SITE_URL": "", **given})
    operator = _by_name(found)["operator"]

    assert operator.state == state
    assert operator.said.startswith(said)
    assert found.can("serve")
    missing = [name for name in ("KB_OPERATOR", "KB_CONTACT") if name in said]
    assert [name for name in missing if name not in operator.do] == []


def test_a_wrong_setting_is_told_and_ends_the_rest(environ):
    """Nothing that asks the settings can be looked at then."""
    found = diagnose({**environ, "KB_PROT": "8000"})

    last = found.findings[-1]
    assert (last.about, last.state) == ("settings", "wrong")
    assert last.said.startswith("The environment variable KB_PROT is not a setting. The nearest")
    assert (found.can("build"), found.can("serve")) == (False, False)


def test_a_machine_without_what_builds_can_serve(environ, monkeypatch):
    """A part of the building lock that is missing keeps it from building alone."""
    here = doctor.parts_of

    def without_torch(lock: Path) -> tuple:
        return tuple(
            replace(one, found="") if one.name in ("torch", "onnx") else one for one in here(lock)
        )

    monkeypatch.setattr(doctor, "parts_of", without_torch)
    found = diagnose(environ)

    assert (found.can("build"), found.can("serve")) == (False, True)
    assert _by_name(found)["PyTorch"].said == "torch not installed"
    assert _by_name(found)["parts to build"].said == "onnx not installed"
    assert "--require-hashes -r " in _by_name(found)["PyTorch"].do


def test_another_version_than_the_locked_one_is_told(environ, monkeypatch):
    """It may well do, so somebody is to look at it."""
    here = doctor.parts_of

    def older(lock: Path) -> tuple:
        return tuple(
            replace(one, found="1.0") if one.name == "flask" else one for one in here(lock)
        )

    monkeypatch.setattr(doctor, "parts_of", older)
    part = _by_name(diagnose(environ))["parts to serve"]

    assert part.state == "look"
    assert part.said.startswith("other versions than those that are locked: flask 1.0 (3.")


@pytest.mark.parametrize("damage", ["taxonomy.json", "records/cases.jsonl"])
def test_a_damaged_snapshot_is_told(environ, settings, tmp_path, damage):
    """To the last byte, though nobody has asked for what is damaged."""
    index = tmp_path / "index"
    shutil.copytree(settings.index, index)
    path = index / current_id(index) / damage
    path.write_bytes(path.read_bytes().replace(b"a", b"b"))

    found = diagnose({**environ, "KB_INDEX": str(index)})

    assert (found.can("build"), found.can("serve")) == (True, False)
    assert f"{path} was altered" in _by_name(found)["snapshot"].said
    assert "kb snapshots --use previous" in _by_name(found)["snapshot"].do


def test_an_old_snapshot_is_told(environ, settings, tmp_path):
    """A nightly build would have made a newer one."""
    index = tmp_path / "index"
    shutil.copytree(settings.index, index)
    (index / "history.jsonl").write_text(
        json.dumps(
            {"at": "2020-01-01T00:00:00Z", "snapshot_id": current_id(index), "pinned": False}
        )
    )

    snapshot = _by_name(diagnose({**environ, "KB_INDEX": str(index)}))["snapshot"]

    assert snapshot.state == "look"
    assert "served for " in snapshot.said


def test_damaged_versions_are_told(environ, settings, tmp_path):
    """They are no part of a snapshot, and cannot be built again."""
    shutil.copytree(settings.index, tmp_path / "index")
    store = Versions(tmp_path / "index")
    lines = store.folder / store.layers[0] / "objects.jsonl"
    data = bytearray(lines.read_bytes())
    data[40] ^= 1
    lines.write_bytes(bytes(data))
    (damaged,) = store.damaged()

    told = _by_name(diagnose({**environ, "KB_INDEX": str(tmp_path / "index")}))["versions"]

    n_kept = len(store.digests(""))
    assert (told.state, told.keeps_from) == ("wrong", ())
    assert told.said == f"1 of {n_kept} are damaged: {short(damaged)}"
    assert told.do == "'kb restore' of a backup brings them back."


def test_an_empty_machine(environ, tmp_path):
    """Nothing was built: it can build, and has nothing to serve."""
    found = diagnose({**environ, "KB_INDEX": str(tmp_path / "index")})

    assert (found.can("build"), found.can("serve")) == (True, False)
    assert _by_name(found)["snapshot"].said == f"There is no index in {tmp_path / 'index'} yet."


def test_of_an_index_that_cannot_be_read_nothing_else_is_told(environ, tmp_path):
    """Its snapshot and its versions are not called damaged, nor is a backup asked for."""
    (tmp_path / "index").write_text("")
    found = diagnose({**environ, "KB_INDEX": str(tmp_path / "index")})

    told = _by_name(found)
    assert told["settings"].said == (
        f"KB_INDEX must be a folder, not '{tmp_path / 'index'}': it is a file."
    )
    assert {"snapshot", "versions"} & set(told) == set()
    assert (found.can("build"), found.can("serve")) == (False, False)


def test_a_revision_of_the_default_encoder_comes_from_a_hub(environ):
    """The hub is not asked by the doctor."""
    given = {"KB_MODEL": "all-MiniLM-L6-v2", "KB_REVISION": "main"}
    encoder = _by_name(diagnose({**environ, **given}))["encoder"]

    assert encoder.state == "look"
    assert encoder.said == (
        "all-MiniLM-L6-v2 in revision main comes from a hub, which is not asked here"
    )


def test_a_device_that_is_not_there_is_told(environ, monkeypatch):
    """It keeps from building alone; a processor is always there, and not a line tells of it."""
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    found = diagnose({**environ, "KB_DEVICE": "cuda"})

    assert (found.can("build"), found.can("serve")) == (False, True)
    assert _by_name(found)["device"].said == (
        "KB_DEVICE is 'cuda', but PyTorch finds no such device here. Set KB_DEVICE=cpu, or "
        "install PyTorch for it."
    )
    assert "device" not in _by_name(diagnose({**environ, "KB_DEVICE": "cpu"}))


def test_a_device_that_is_there_runs_the_encoder(environ, monkeypatch):
    """The encoder is loaded on it."""
    loaded: list[str] = []
    monkeypatch.setattr(
        doctor, "SentenceTransformerEncoder", lambda _, *, device: loaded.append(device)
    )
    found = diagnose({**environ, "KB_DEVICE": "mps"})

    assert loaded == ["mps"]
    assert _by_name(found)["device"].said == "the encoder runs on mps"
    assert found.can("build")


def test_a_port_in_use_is_told(environ):
    """Unless the site itself answers there, the server could not be started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        found = diagnose({**environ, "KB_PORT": str(port)})

    assert found.can("serve") is False
    assert f"KB_PORT is {port}, which is in use" in _by_name(found)["port"].said
    assert _by_name(found)["port"].do == "Free that port, or set KB_PORT to another one."
    assert [found.is_wrong_for(*what) for what in (("serve",), ("build", "serve"))] == [True] * 2
    assert found.is_wrong_for("build") is False


def test_a_database_that_is_not_there_is_told(environ):
    """With the words of who could not reach it."""
    found = diagnose({**environ, "KB_ENGINE": "postgresql://nobody@127.0.0.1:1/kb"})

    assert _by_name(found)["PostgreSQL"].state == "wrong"
    assert found.can("serve") is False


def test_the_command_prints_a_page_and_says_by_its_status(environ, settings, monkeypatch, tmp_path):
    """In words and as JSON; --for says what the machine is for."""
    for name in list(os.environ):
        if name.startswith("KB_"):
            monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    empty = ["--index", tmp_path / "none"]

    words, data = kb("doctor"), kb("doctor", "--json")
    there, not_there = kb("doctor", "--for", "serve"), kb("doctor", "--for", "serve", *empty)

    assert words.stdout.splitlines()[1] == "This machine can build: yes. It can serve: yes."
    assert (words.exit_code, words.stderr) == (0, "")
    told = json.loads(data.stdout)
    assert (told["can_build"], told["can_serve"]) == (True, True)
    assert [one["about"] for one in told["findings"]][:2] == ["Python", "parts to serve"]
    assert (there.exit_code, not_there.exit_code, kb("doctor", *empty).exit_code) == (0, 1, 1)
    assert kb("doctor", "--for", "build", *empty).exit_code == 0
    assert "To do: Run 'kb build', or 'kb snapshots --import FILE'." in not_there.stdout
    assert "Left out" not in there.stdout


def test_what_keeps_from_something_else_alone_is_left_out_by_the_command(monkeypatch):
    """A machine that only serves is not told at length what it would need to build."""
    wrong = {"build": ("build",), "both": ("build", "serve"), "neither": ()}
    made = [
        Finding(about=about, state=doctor.WRONG, said="no", keeps_from=what)
        for about, what in wrong.items()
    ]
    found = Diagnosis(release="1", findings=tuple(made))
    monkeypatch.setattr("kb.operating.doctor.diagnose", lambda *_, **__: found)

    serves, both = kb("doctor", "--for", "serve"), kb("doctor")

    assert re.findall(r"WRONG  (\w+)", serves.stdout) == ["both", "neither"]
    assert serves.stdout.endswith("Left out, as this machine is not for that: build.\n")
    assert re.findall(r"WRONG  (\w+)", both.stdout) == ["build", "both", "neither"]
    assert "Left out" not in both.stdout


def test_the_example_in_the_guide_is_what_is_printed(environ, tmp_path):
    """Every line of it in its order, with what to do; numbers are of another machine."""
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    example = text.split("kb doctor\nkb ")[1].split("```")[0]
    told = re.findall(r"(?m)^(fine|look|wrong)\s+(.*?)\s{2,}(.*)$", example)
    environ = environ | {"KB_CASES": str(tmp_path), "KB_SITE_URL": ""}

    found = diagnose(environ).findings

    assert [about for _, about, _ in told] == [one.about for one in found]
    now = {one.about: one for one in found}
    assert re.findall(r"To do: (.*)", example) == [now["cases"].do, now["address"].do]
    for state, about, said in told:
        if about in ("address", "git", "Python", "PyTorch"):
            assert (state, re.sub(r"\d", "", said)) == (
                now[about].state, re.sub(r"\d", "", now[about].said)
            ), about  # fmt: skip
    assert "".join(re.findall(r"fine   snapshot +\w+: \d+(.*)", example)) in now["snapshot"].said
