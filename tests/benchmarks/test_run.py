"""The benchmarks, of which the long parts are run by no test, fit the code that they measure."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from kb.content.files import PROFILES_FILE, judged_folder
from kb.quality.judged_profiles import read_profiles
from tests.toy import FIRST_COLLECTION, ROOT

BENCHMARKS = ROOT / "benchmarks"


def imports(source: str) -> Iterator[tuple[str, str]]:
    """Module and name of every import of ours, in scripts written as strings too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("kb", "web"):
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Constant) and re.search(r"\nfrom (kb|web)", str(node.value)):
            yield from imports(node.value)


@pytest.mark.parametrize("path", sorted(BENCHMARKS.rglob("*.py")), ids=lambda path: path.name)
def test_what_a_benchmark_imports_is_there(path):
    """A benchmark that a move of the code would break is told by its name."""
    missing = [
        f"{module}: {name}"
        for module, name in imports(path.read_text(encoding="utf-8"))
        if not hasattr(importlib.import_module(module), name)
        and importlib.util.find_spec(f"{module}.{name}") is None
    ]

    assert missing == []


def test_imports_in_scripts_are_seen():
    """What is imported in a script that stands as a string in another is found."""
    source = 'from kb.one import a\nSCRIPT = """\nimport sys\nfrom web.two import b, c\n"""\n'

    assert list(imports(source)) == [("kb.one", "a"), ("web.two", "b"), ("web.two", "c")]


def loaded(name: str) -> ModuleType:
    """A benchmark as a module."""
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for their module
    spec.loader.exec_module(module)
    return module


def test_the_search_can_be_measured(real_settings):
    """The script that times the fused search beside the dense one runs, on the real index."""
    run = loaded("run")

    times = run.numbers(run._RETRIEVE, str(real_settings.index), "4", *run.QUERIES[:2])

    assert len(times) == 4
    assert min(times) > 0


def test_weights_can_be_weighed(real_live):
    """Profiles give samples that are ranked by the weights in use: some well, none beyond 1."""
    weigh = loaded("weigh_profiles")
    searcher = real_live.current()
    path = judged_folder(ROOT / "cases", FIRST_COLLECTION) / PROFILES_FILE
    judged = read_profiles(path, searcher.cases, searcher.taxonomy)
    ids = [case.id for case in searcher.cases if case.kind != "guide"]

    samples = weigh.samples_of(searcher, judged[:5])
    found = weigh.quality(samples, ids, [weigh.by_factor(one, 1.0) for one in samples])

    assert len(found) == 5
    assert 0.5 < sum(found) / 5 <= max(found) <= 1
