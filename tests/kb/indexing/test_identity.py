"""What can change a text or a vector is found by rule, and is part of a snapshot's identity."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

from kb.indexing import identity
from kb.indexing.pipeline import build

ROOT = Path(__file__).parents[3]


def imported(package: str) -> set[str]:
    """The distributions of everything outside this program that a package imports anywhere."""
    names = set()
    for path in (ROOT / package.replace(".", "/")).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").split(".")[0])
    known = packages_distributions()
    return {
        known[name][0].lower().replace("_", "-")
        for name in names - set(sys.stdlib_module_names) - {"kb"}
    }


def test_every_library_that_the_wings_import_counts():
    """A library that joins the code of a build cannot be forgotten, nor one that left it stay."""
    found = set().union(*(imported(package) for package in identity.WINGS))
    found = {"pydantic" if name == "pydantic-core" else name for name in found}

    assert found <= {*identity.LIBRARIES, *identity.BYSTANDERS}
    not_imported = {"onnx", "symspellpy"}  # torch imports the first; of the second a file is read
    assert {*identity.LIBRARIES, *identity.BYSTANDERS} - found <= not_imported


def test_every_library_of_the_encoders_counts_for_their_vectors():
    """What the encoders import is part of their identity."""
    libraries = {*identity.ENCODER_LIBRARIES, *identity.MULTILINGUAL_LIBRARIES}

    assert imported("kb.encoders") - {*identity.BYSTANDERS} <= libraries


def test_the_code_counts_to_the_last_byte(tmp_path, monkeypatch):
    """Every file of a package counts, by its name and content; what Python caches does not."""
    package = tmp_path / "made_up" / "inner"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").write_text("A = 1\n")
    monkeypatch.syspath_prepend(tmp_path)

    def digest() -> str:
        identity.code_digest.cache_clear()
        return identity.code_digest("made_up")

    seen = [digest()]
    (package / "__init__.py").write_text("A = 2\n")
    seen.append(digest())
    (package / "words.txt").write_text("and\n")
    seen.append(digest())
    (package / "words.txt").rename(package / "more.txt")
    seen.append(digest())
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "x.pyc").touch()

    assert digest() == seen[-1]
    assert len(set(seen)) == len(seen)
    with pytest.raises(ValueError, match="must be a package"):
        identity.code_digest("json.decoder")


@pytest.fixture(name="newer")
def _newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Makes a library appear in another version, as an upgrade does."""

    def upgrade(library: str) -> None:
        folder = tmp_path / "site" / f"{library.replace('-', '_')}-99.0.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {library}\nVersion: 99.0\n")
        monkeypatch.syspath_prepend(tmp_path / "site")
        assert version(library) == "99.0"

    return upgrade


@pytest.mark.parametrize(
    ("library", "encoded"), [("simplemma", 0), ("pycountry", 0), ("torch", 16), ("tokenizers", 16)]
)
def test_an_upgrade_is_noticed(toy_settings, newer, library, encoded):
    """Another version gives another snapshot, and new vectors where it can change these."""
    first = build(toy_settings)
    newer(library)

    second = build(toy_settings)

    assert second.snapshot_id != first.snapshot_id
    assert (second.up_to_date, second.encoded) == (False, encoded)


CODE = """
import json, sys
from kb.indexing.pipeline import build
from kb.settings import read_settings
cases, index, model = json.loads(sys.argv[1])
settings = read_settings({}, cases=cases, index=index, model=model, multilingual="off")
report = build(settings)
print(json.dumps([report.snapshot_id, report.up_to_date, report.encoded]))
"""


def test_other_code_is_noticed(toy_settings, tmp_path):
    """Other code of texts gives another snapshot; other code of the encoders new vectors."""
    program = tmp_path / "program"
    shutil.copytree(ROOT / "kb", program / "kb")
    arguments = [str(toy_settings.cases), str(toy_settings.index), toy_settings.model]

    def run() -> list:
        done = subprocess.run(
            [sys.executable, "-c", CODE, json.dumps(arguments)],
            cwd=program,
            env={**os.environ, "PYTHONPATH": str(program)},
            capture_output=True,
            text=True,
            timeout=300,
        )
        return json.loads(done.stdout)

    first = build(toy_settings)
    reports = []
    for changed in ("search/order.py", "text/chunking.py", "encoders/sentence_transformer.py"):
        path = program / "kb" / changed
        path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        reports.append(run())

    assert [report[1:] for report in reports] == [[True, 0], [False, 0], [False, 16]]
    assert len({first.snapshot_id, *(report[0] for report in reports)}) == 3
