"""What can change a text or a vector is found by rule, and is part of a snapshot's identity."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

from kb.indexing import identity
from kb.indexing.pipeline import build
from kb.model.versions import code_digest, imported_modules, modules_digest

ROOT = Path(__file__).parents[3]


def imported(package: str) -> set[str]:
    """The distributions of everything outside this program that a package imports anywhere."""
    return imported_by((ROOT / package.replace(".", "/")).rglob("*.py"))


def imported_by(paths: Iterable[Path]) -> set[str]:
    """The same of some files."""
    names = set()
    for path in paths:
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


ENCODERS = [
    pytest.param(identity.ENCODER_MODULE, identity.ENCODER_LIBRARIES, id="encoder"),
    pytest.param(identity.MULTILINGUAL_MODULE, identity.MULTILINGUAL_LIBRARIES, id="multilingual"),
]


@pytest.mark.parametrize(("module", "libraries"), ENCODERS)
def test_every_library_of_an_encoder_counts_for_its_vectors(module, libraries):
    """What the modules of an encoder import is part of its identity."""
    modules = imported_modules(module, without=identity.NO_PART)

    assert imported_by(modules.values()) - {*identity.BYSTANDERS} <= {*libraries}


def test_an_encoder_is_told_by_its_own_modules():
    """Neither encoder's identity covers the module of the other, and together they cover all."""
    first, second = (
        set(imported_modules(module, without=identity.NO_PART))
        for module in (identity.ENCODER_MODULE, identity.MULTILINGUAL_MODULE)
    )

    one = {"kb.encoders.onnx", "kb.encoders.onnx_export", "kb.encoders.sentence_transformer"}
    assert first == {"kb.encoders", *one}
    assert second == {"kb.encoders", "kb.encoders.multilingual"}
    files = {f"kb.encoders.{path.stem}" for path in (ROOT / "kb" / "encoders").glob("*.py")}
    assert first | second == files - {"kb.encoders.__init__"} | {"kb.encoders"}


def test_an_identity_of_before_stays_where_the_code_is_that_of_before(monkeypatch):
    """Code that was told by all of the wing keeps the name that it had there."""
    module, libraries = identity.MULTILINGUAL_MODULE, identity.MULTILINGUAL_LIBRARIES
    code = modules_digest(module, without=identity.NO_PART)
    monkeypatch.setattr(identity, "_NAMED_BEFORE", {code: code_digest("kb.encoders")})
    versions = [f"{name} {number}" for name, number in identity.versions_of(libraries).items()]
    lines = ["weights", code_digest("kb.encoders"), *versions]

    before = hashlib.sha256("\n".join(lines).encode()).hexdigest()

    assert identity.multilingual_identity("weights") == before


@pytest.fixture(name="made_up")
def _made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Writes a file of a package ``made_up``, which has two encoders that share a module."""

    def write(name: str, text: str) -> None:
        path = tmp_path / "made_up" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        imported_modules.cache_clear()

    write("__init__.py", "from made_up.site import open\n")
    write("site.py", "")
    write("encoders/__init__.py", "")
    write("encoders/one.py", "import numpy\nfrom made_up.encoders import shared\n")
    write("encoders/other.py", "from ..texts.folding import fold\nfrom . import shared\n")
    write("encoders/shared.py", "from made_up.errors import Wrong\n")
    write("errors.py", "from made_up import said\n")
    write("said.py", "")
    write("texts/__init__.py", "")
    write("texts/folding.py", "")
    write("texts/new.py", "")
    monkeypatch.syspath_prepend(tmp_path)
    return write


BOTH, ONE, OTHER, NEITHER = {"one", "other"}, {"one"}, {"other"}, set()


@pytest.mark.parametrize(
    ("changed", "whose"),
    [
        ("encoders/one.py", ONE),
        ("encoders/other.py", OTHER),
        ("encoders/shared.py", BOTH),
        ("encoders/__init__.py", BOTH),
        ("encoders/words.txt", BOTH),
        ("texts/folding.py", OTHER),
        ("texts/__init__.py", OTHER),
        ("texts/words.txt", OTHER),
        ("texts/new.py", NEITHER),
        ("site.py", NEITHER),
        ("errors.py", NEITHER),
        ("said.py", NEITHER),
        ("__init__.py", NEITHER),
    ],
)
def test_code_changes_the_identity_of_the_encoders_that_use_it(made_up, tmp_path, changed, whose):
    """A change in a module changes the digest of who imports it, by whatever way, and no other."""

    def digests() -> dict[str, str]:
        without = frozenset({"made_up.errors"})
        names = ("one", "other")
        return {name: modules_digest(f"made_up.encoders.{name}", without=without) for name in names}

    before = digests()
    path = tmp_path / "made_up" / changed
    made_up(changed, (path.read_text() if path.exists() else "") + "# changed\n")
    after = digests()

    assert {name for name in before if before[name] != after[name]} == whose


def test_a_module_that_is_newly_imported_counts(made_up):
    """Nobody has to name it: inside a function, too, and what it imports in turn."""
    module = "made_up.encoders.one"
    assert set(imported_modules(module)) == {
        *("made_up.encoders", "made_up.encoders.one", "made_up.encoders.shared"),
        *("made_up.errors", "made_up.said"),
    }
    made_up("encoders/one.py", "def prepare():\n    from made_up.texts import new\n")
    made_up("texts/new.py", "import made_up.texts.folding as folding\n")

    assert set(imported_modules(module)) == {
        *("made_up.encoders", "made_up.encoders.one"),
        *("made_up.texts", "made_up.texts.new", "made_up.texts.folding"),
    }
    with pytest.raises(ValueError, match=r"'made_up\.encoders\.two' must be a module of a package"):
        imported_modules("made_up.encoders.two")


def test_the_code_counts_to_the_last_byte(tmp_path, monkeypatch):
    """Every file of a package counts, by its name and content; what Python caches does not."""
    package = tmp_path / "made_up" / "inner"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").write_text("A = 1\n")
    monkeypatch.syspath_prepend(tmp_path)

    def digest() -> str:
        code_digest.cache_clear()
        return code_digest("made_up")

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
        code_digest("json.decoder")


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
    for changed in (
        *("search/order.py", "text/chunking.py"),
        *("encoders/multilingual.py", "encoders/sentence_transformer.py"),
    ):
        path = program / "kb" / changed
        path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        reports.append(run())

    assert [report[1:] for report in reports] == [
        *([True, 0], [False, 0]),
        *([False, 0], [False, 16]),  # another encoder's code, and its own
    ]
    assert len({first.snapshot_id, *(report[0] for report in reports)}) == 4
