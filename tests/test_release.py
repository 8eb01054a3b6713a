"""A release: what is in the wheel, that it runs without the repository, and what it says it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from kb import __version__
from kb.operating.release import commit_of_release
from kb.operating.snapshot_files import export_snapshot
from kb.settings import Settings
from kb.snapshots.store import current_id
from tests.toy import ROOT


@pytest.fixture(name="wheel", scope="session")
def _wheel(made_once: Callable) -> Path:
    """The wheel of this checkout."""

    def make(folder: Path) -> None:
        list(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))

    (wheel,) = made_once("wheel", make).glob("*.whl")
    return wheel


@pytest.fixture(name="installed", scope="session")
def _installed(made_once: Callable, wheel: Path) -> Path:
    """The wheel, unpacked where an installer would."""

    def unpack(folder: Path) -> None:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)

    return made_once("installed", unpack)


def _kb(
    installed: Path, folder: Path, *arguments: object, **settings: str
) -> subprocess.CompletedProcess:
    """Run the command of the wheel in a folder that holds nothing else."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    own = {"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "web", *map(str, arguments)],
        cwd=folder,
        env={**environ, **own, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _below(folder: Path) -> set[str]:
    done = subprocess.run(
        ["git", "ls-files", "-z", "."], cwd=folder, check=True, capture_output=True, text=True
    )
    return {name for name in done.stdout.split("\0") if name}


def test_the_wheel_holds_what_the_site_needs(installed):
    """Every file of both packages, the compendium, the pages of the rules, and the locks."""
    packages = [f"{name}/{path}" for name in ("kb", "web") for path in _below(ROOT / name)]
    inside = {
        path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()
    }

    assert set(packages) <= inside
    assert {f"kb/operating/demo_cases/{name}" for name in _below(ROOT / "cases")} <= inside
    assert {f"kb/content/rule_pages/{name}" for name in _below(ROOT / "docs" / "rules")} <= inside
    locks = {path.name for path in (ROOT / "deploy").glob("requirements-*.txt")}
    assert {f"kb/operating/locks/{name}" for name in locks} <= inside
    assert {name.partition("/")[0] for name in inside} == {
        "kb",
        "web",
        f"compendium_of_business_networks-{__version__}.dist-info",
    }


def test_a_wheel_says_of_which_commit_it_is(installed, tmp_path):
    """As the checkout says it that it was made of."""
    done = _kb(installed, tmp_path, "--version")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"kb, version {__version__} (commit {commit_of_release()})\n"


def test_where_nobody_knows_a_commit_none_is_named(tmp_path):
    """A copy of the code alone, without git and without a wheel."""
    assert commit_of_release(tmp_path / "kb") == ""


@pytest.mark.parametrize("written", ["4f2a" * 10, "4f2a" * 10 + "+"])
def test_the_commit_in_a_file_is_shown_short(tmp_path, written):
    """Twelve characters, with the sign that something was changed."""
    (tmp_path / "commit.txt").write_text(f"{written}\n")

    assert commit_of_release(tmp_path) == "4f2a4f2a4f2a" + ("+" if "+" in written else "")


def test_the_wheel_answers_in_an_empty_folder(installed, settings: Settings, tmp_path):
    """A search and the page of a rule, and nothing is left there."""
    toy = {"KB_MODEL": settings.model, "KB_MULTILINGUAL": "off", "KB_INDEX": str(settings.index)}

    found = _kb(installed, tmp_path, "search", "wine", "--json", **toy)
    rule = _kb(installed, tmp_path, "check", "--explain", "missing-field")

    assert json.loads(found.stdout)["hits"][0]["id"] == "france/wine-exporters"
    assert (rule.returncode, rule.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_an_sdist_holds_the_commit_and_the_content(tmp_path):
    """So a wheel that is made of it is the same as one that is made of the checkout."""
    (file,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    done = subprocess.run(["tar", "tzf", file], check=True, capture_output=True, text=True)
    names = {name.partition("/")[2] for name in done.stdout.splitlines()}

    assert {"kb/commit.txt", "hatch_build.py", "pyproject.toml", "cases/taxonomy.yaml"} <= names
    assert {f"deploy/{path.name}" for path in (ROOT / "deploy").glob("*.txt")} <= names


@pytest.mark.long
def test_a_machine_without_pytorch_serves_a_file(wheel, settings: Settings, tmp_path):
    """An environment of the lock that serves, and the wheel: it opens a file and answers."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--no-deps"]
    lock = ROOT / "deploy" / "requirements-serving.txt"
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
    subprocess.run([*pip, wheel], check=True)
    file = tmp_path / "toy.tar"
    export_snapshot(settings.index, current_id(settings.index), file)
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environ |= {"KB_MODEL": settings.model, "KB_MULTILINGUAL": "off", "KB_PORT": "0"}

    with subprocess.Popen(
        [python.with_name("kb"), "serve", "--snapshot", file],
        cwd=tmp_path,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            line = server.stdout.readline()
            with urllib.request.urlopen(f"{line.split()[-1]}/api/v1/search?q=wine") as answer:
                found = json.load(answer)
        finally:
            server.terminate()

    assert found["total"] > 0
    assert found["snapshot"] == current_id(settings.index)
