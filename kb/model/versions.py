"""What made something: the code down to the last byte, and the versions of the libraries.

Nobody has to remember to raise a number when either changes.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
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


@cache
def imported_modules(module: str, *, without: frozenset[str] = frozenset()) -> dict[str, Path]:
    """A module and what it imports of its own top package, over any number of steps: name to file.

    What a function imports counts too, and so does the ``__init__`` of each package on the way to
    a module; only that of the top package does not, as it is there for who comes from outside.
    An import by a name that is worked out is not seen.

    Args:
        module: its full name.
        without: modules that have no part in it; what only they import has none either.

    Raises:
        ValueError: there is no such module.
    """
    top, *parts = module.split(".")
    folder = _folders(top)[0]
    if not parts or _file_of(module, folder) is None:
        raise ValueError(f"{module!r} must be a module of a package")
    found: dict[str, Path] = {}
    left = [module]
    while left:
        name = left.pop()
        file = _file_of(name, folder)
        if file is None or name in found or name in without or name == top:
            continue
        found[name] = file
        left.append(name.rpartition(".")[0])
        inside = name if file.name == "__init__.py" else name.rpartition(".")[0]
        tree = ast.parse(file.read_bytes())
        left += [one for one in _imports(tree, inside) if one.split(".")[0] == top]
    return dict(sorted(found.items()))


def _file_of(module: str, top: Path) -> Path | None:
    """The file of a module, None if there is none.

    Args:
        module: its full name.
        top: the folder of its top package.
    """
    path = top.joinpath(*module.split(".")[1:])
    return next(
        (one for one in (path / "__init__.py", path.with_suffix(".py")) if one.is_file()), None
    )


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    """Every name that may be a module that a module imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else ()), *filter(None, [node.module])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def modules_digest(module: str, *, without: frozenset[str] = frozenset()) -> str:
    """SHA-256 over the files of a module and of what it imports, by name and content.

    Files beside them that are no modules count too: one of them may be read. See
    ``imported_modules``.
    """
    files = imported_modules(module, without=without)
    beside = {
        f"{name.rpartition('.')[0]}/{path.name}": path
        for name, file in files.items()
        for path in file.parent.iterdir()
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    digest = hashlib.sha256()
    for name, path in sorted({**files, **beside}.items()):
        digest.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _folders(package: str) -> list[Path]:
    spec = find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ValueError(f"{package!r} must be a package")
    return [Path(folder) for folder in spec.submodule_search_locations]
