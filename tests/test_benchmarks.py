"""The benchmarks, which no test runs, import what there is."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def imports(source: str) -> Iterator[tuple[str, str]]:
    """Module and name of every import of ours, in scripts written as strings too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("kb", "web"):
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Constant) and re.search(r"\nfrom (kb|web)", str(node.value)):
            yield from imports(node.value)


@pytest.mark.parametrize("path", sorted(BENCHMARKS.glob("*.py")), ids=lambda path: path.name)
def test_what_a_benchmark_imports_is_there(path):
    """A benchmark that a move of the code would break is told by its name."""
    missing = [
        f"{module}: {name}"
        for module, name in imports(path.read_text(encoding="utf-8"))
        if not hasattr(importlib.import_module(module), name)
    ]

    assert missing == []


def test_imports_in_scripts_are_seen():
    """What is imported in a script that stands as a string in another is found."""
    source = 'from kb.one import a\nSCRIPT = """\nimport sys\nfrom web.two import b, c\n"""\n'

    assert list(imports(source)) == [("kb.one", "a"), ("web.two", "b"), ("web.two", "c")]
