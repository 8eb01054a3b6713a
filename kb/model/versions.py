"""What made something: the code down to the last byte, and the versions of the libraries.

Nobody has to remember to raise a number when either changes.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path


def versions_of(libraries: Iterable[str]) -> dict[str, str]:
    """The installed version of each library, and the Python that runs them."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python, **{name: version(name) for name in libraries}}


@cache
def code_digest(*packages: str) -> str:
    """SHA-256 over every file of some packages, by name and content; what Python caches aside."""
    digest = hashlib.sha256()
    for package in packages:
        for folder in _folders(package):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    name = f"{package}/{path.relative_to(folder).as_posix()}"
                    content = hashlib.sha256(path.read_bytes()).hexdigest()
                    digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()


def _folders(package: str) -> list[Path]:
    spec = find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ValueError(f"{package!r} must be a package")
    return [Path(folder) for folder in spec.submodule_search_locations]
