"""The documents say what the code does: every field, setting and command, and no other."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter

import click
import pytest

from kb.content import field_rules, front_matter
from kb.content.corpus import read_corpus
from kb.content.schema import Record
from kb.content.site import SiteFields
from kb.content.taxonomy import RECORDS, TermFields, load_taxonomy
from kb.model.site import Site
from kb.model.taxonomy import (
    LISTS,
    MARKS,
    MEASURES,
    OPTIONAL_LISTS,
    ROLES,
    SIGNS,
    TONES,
    Taxonomy,
)
from kb.settings import ROWS
from kb.text.body import case_headings
from tests.kb.cli.command import commands
from tests.toy import ROOT
from web.cli import main
from web.serving.log import CLIENT
from web.serving.log import FIELDS as LOG_FIELDS
from web.serving.metrics import FIGURES

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
QUALITY = (ROOT / "docs" / "search-quality.md").read_text(encoding="utf-8")
FIELDS = (ROOT / "docs" / "front-matter.md").read_text(encoding="utf-8")
VOCABULARY = (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


@pytest.fixture(name="taxonomy", scope="module")
def _taxonomy() -> Taxonomy:
    return load_taxonomy(ROOT / "cases" / "taxonomy.yaml")


def _section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of any rank."""
    (found,) = re.findall(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.M | re.S)
    return found


def _rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    lines = [line for line in _section(text, heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _what(field: str) -> str:
    """What the table of fields says about one of them."""
    (found,) = (row[2] for row in _rows(FIELDS, "Fields") if row[0] == f"`{field}`")
    return found


def _fields(record: type[Record]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields of a record that are required, and the others."""
    required = record.required()
    return required, tuple(name for name in record.names() if name not in required)


@pytest.mark.parametrize(
    ("heading", "required", "optional"),
    [
        pytest.param("Fields", front_matter.REQUIRED, front_matter.OPTIONAL, id="case"),
        pytest.param("Sources", *_fields(front_matter.SourceFields), id="source"),
        pytest.param("What was told", *_fields(front_matter.ToldFields), id="told"),
        pytest.param("Works that are new", *_fields(front_matter.WorkFields), id="work"),
        pytest.param("Members", *_fields(front_matter.MembersFields), id="members"),
        pytest.param("Results", *_fields(front_matter.ResultFields), id="result"),
    ],
)
def test_every_field_is_explained(
    heading: str, required: tuple[str, ...], optional: tuple[str, ...]
) -> None:
    """A table names exactly the fields that the check knows, those that are required as such."""
    rows = _rows(FIELDS, heading)
    named = {name.strip("`"): not needed.startswith("no") for name, needed, _ in rows}
    conditional = {"unit"} if heading == "Results" else set()

    assert [name.strip("`") for name, _, _ in rows if name.strip("`") in required] == list(required)
    assert Counter(name.strip("`") for name, _, _ in rows) == Counter([*required, *optional])
    assert {name for name, needed in named.items() if needed} == {*required, *conditional}
    assert [name for name, _, what in rows if not what] == []


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("period", front_matter.PeriodFields.names()),
        ("teaching", front_matter.TeachingFields.names()),
    ],
)
def test_fields_inside_fields_are_named(field: str, names: tuple[str, ...]) -> None:
    """The braces in the table hold exactly the fields of the record."""
    (braces,) = re.findall(r"`\{(.*?)\}`", _what(field))

    assert [part.split(":")[0].strip() for part in braces.split(",")] == list(names)


def test_words_of_the_check_are_named() -> None:
    """Qualifiers, fields of our reading and lengths in the document are those of the code."""
    qualifiers = [row[2] for row in _rows(FIELDS, "Results") if "qualifier" in row[0]]
    reading = _what("our_reading").partition("(")[2].partition(")")[0]

    assert re.findall(r"`([a-z ]+)`", qualifiers[0]) == list(front_matter.QUALIFIERS)
    assert re.findall(r"`([a-z_]+)`", reading) == list(field_rules.READING_FIELDS)
    assert f"at most {front_matter.MAX_TITLE} characters" in _what("title")
    assert f"at most {front_matter.MAX_SUMMARY} characters" in _what("summary")
    assert f"at most {front_matter.MAX_STATEMENT} characters" in FIELDS


@pytest.mark.parametrize(
    ("field", "name"), [("kind", "kinds"), ("form", "forms"), ("status", "statuses")]
)
def test_short_lists_are_spelled_out(taxonomy: Taxonomy, field: str, name: str) -> None:
    """Where the document names every word of a list, these are the words of the vocabulary."""
    assert re.findall(r"`([a-z]+)`", _what(field)) == list(taxonomy[name].ids)


def test_levels_and_directions_are_spelled_out(taxonomy: Taxonomy) -> None:
    """The levels and directions of a result are those of the vocabulary."""
    rows = {row[0]: row[2] for row in _rows(FIELDS, "Results")}

    assert re.findall(r"`([a-z]+)`", rows["`level`"]) == list(taxonomy["levels"].ids)
    assert re.findall(r"`([a-z]+)`", rows["`direction`"]) == list(taxonomy["directions"].ids)


def test_every_list_and_property_of_the_vocabulary_is_explained() -> None:
    """The document names the lists, the fields of a term and its properties, and no other."""
    lists = [re.findall(r"`(\w+)`", row[0])[0] for row in _rows(VOCABULARY, "Lists")]
    fields = [row[0].strip("`") for row in _rows(VOCABULARY, "Every term")]
    rows = _rows(VOCABULARY, "Properties")

    assert lists == [*LISTS, *OPTIONAL_LISTS]
    assert fields == list(TermFields.names())
    assert [(row[0].strip("`"), row[1].strip("`")) for row in rows] == [
        (name, field)
        for name, record in RECORDS.items()
        for field in record.names()
        if field not in fields
    ]
    assert [row for row in rows if len(row) != 4 or not row[2] or not row[3]] == []


def test_what_a_compendium_says_of_itself_is_explained() -> None:
    """The document names each field of the file, and which of them it must have."""
    rows = _rows(VOCABULARY, "What the compendium says of itself")

    assert [row[0].strip("`") for row in rows] == list(SiteFields.names())
    assert tuple(row[0].strip("`") for row in rows if row[1] == "yes") == SiteFields.required()
    assert rows[0][3] == Site().name


def test_words_of_the_properties_are_named() -> None:
    """What a property may be stands in the document, in the order of the code."""
    what = {(row[0], row[1]): row[2] for row in _rows(VOCABULARY, "Properties")}
    measures = [row[0].strip("`") for row in _rows(VOCABULARY, "What a unit measures")]

    assert re.findall(r"`(\w+)`:", what["`kinds`", "`role`"]) == list(ROLES)
    assert re.findall(r"`(\w+)`", what["`types`", "`mark`"]) == list(MARKS)
    assert re.findall(r"`(\w+)`", what["`directions`", "`sign`"]) == list(SIGNS)
    assert re.findall(r"`(\w+)`", what["`statuses`", "`tone`"]) == list(TONES)
    assert measures == list(MEASURES)


def test_headings_are_those_of_the_check(taxonomy: Taxonomy) -> None:
    """The document lists the headings of a case, in order."""
    assert [row[0].strip("`") for row in _rows(FIELDS, "The text")] == list(
        case_headings(taxonomy.subject)
    )


def test_the_example_is_the_case() -> None:
    """The example is the front-matter of the file that it names, and that file passes."""
    (path,) = re.findall(r"The front-matter of `(.+?)`:", FIELDS)
    (example,) = re.findall(r"```yaml\n(---\n.*?\n---\n)```", FIELDS, re.S)
    problems = [p for p in read_corpus(ROOT / "cases").problems if p.path == str(ROOT / path)]

    assert (ROOT / path).read_text(encoding="utf-8").startswith(example + "\n")
    assert problems == []


def test_settings_are_in_the_readme() -> None:
    """The table of settings is that of the code: variable, default and help, in order."""
    wanted = [
        [f"`{row.variable}`", f"`{row.default}`" if row.default else "", row.help] for row in ROWS
    ]

    assert _rows(README, "Settings") == wanted


def test_commands_are_in_the_readme() -> None:
    """The table of commands names each one, and no other."""
    rows = _rows(README, "The `kb` command")
    named = [re.match(r"`kb ([a-z-]+)", row[0])[1] for row in rows]

    assert sorted(named) == sorted(commands())
    assert [row[0] for row in rows if not row[1]] == []


def test_options_named_in_the_readme_exist() -> None:
    """Every option of the command that the documents name is one that the command has."""
    known = {
        option
        for command in (main, *commands().values())
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    } | {"--help", "--version"}
    named = {*re.findall(r"(?<![\w-])--[a-z][a-z-]+", README + CONTRIBUTING + FIELDS)}

    assert sorted(named - known) == []
    assert named >= {"--use", "--json", "--help"}


def test_commands_of_the_operators_guide_exist() -> None:
    """Each command that the guide names is there, and each option after it is one that it takes.

    Settings that it names are those of the code.
    """
    code = re.findall(r"```.*?```", OPERATING, re.S)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", OPERATING, flags=re.S))
    lines = [*spans, *(line.partition("#")[0] for block in code for line in block.splitlines())]
    known, wrong = commands(), []
    for line in lines:
        for name, rest in re.findall(r"(?:^|[\s/])kb ([a-z][a-z-]*)([^|;&\n]*)", line):
            options = re.findall(r"(?<![\w-])--[a-z][a-z-]+", rest)
            taken = {"--help"} | (_options(known[name]) if name in known else set())
            wrong += [f"kb {name} {option}" for option in options if option not in taken]
            wrong += [] if name in known else [f"kb {name}"]
    settings = {row.variable for row in ROWS}

    assert wrong == []
    assert sorted({*re.findall(r"\bKB_[A-Z_]+\b", OPERATING)} - settings) == []


def _options(command: click.Command) -> set[str]:
    """The options that a command takes, and a command under it."""
    under = command.commands.values() if isinstance(command, click.Group) else ()
    return {
        option
        for one in (command, *under)
        for parameter in one.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }


def test_fields_of_the_log_are_in_the_operators_guide() -> None:
    """The guide names each field of a line of the log, in order."""
    assert [row[0].strip("`") for row in _rows(OPERATING, "The log")] == [
        *("time", "level", "message", *LOG_FIELDS, CLIENT),
    ]


def test_figures_are_in_the_operators_guide() -> None:
    """The guide names each figure that the site tells, with its kind, its labels and its words."""
    shown = [[cell.strip("`") for cell in row] for row in _rows(OPERATING, "Figures")]

    assert shown == [
        [one.name, one.kind, ", ".join(f"`{label}`" for label in one.labels).strip("`"), one.help]
        for one in FIGURES
    ]


def test_sizes_in_the_operators_guide_were_measured() -> None:
    """Each figure of the table is that of the benchmark's results that the guide names."""
    (name,) = re.findall(r"`(benchmarks/results/\S+)`", _section(OPERATING, "Sizes"))
    measured = json.loads((ROOT / name).read_text(encoding="utf-8"))["sizes"]
    lines = (
        *("memory of a worker", "peak of memory of a full build", "full build, made vectors"),
        *("build, one case edited", "start to the first answer", "page of a search, p50"),
        "page of a search, p95",
    )

    for cases, *shown in _rows(OPERATING, "Sizes"):
        found = measured[cases.replace(",", "")]["this release"]
        assert shown == [found[line] for line in lines]


def test_settings_are_in_the_help() -> None:
    """An option that stands for a setting says which variable it wins over, and that one exists."""
    named = {
        variable
        for command in commands().values()
        for parameter in command.params
        for variable in re.findall(r"KB_[A-Z_]+", getattr(parameter, "help", None) or "")
    }

    assert sorted(named - {row.variable for row in ROWS}) == []
    assert named >= {"KB_CASES", "KB_INDEX", "KB_MODEL", "KB_PORT"}


def test_every_command_explains_itself() -> None:
    """Each command has a help text that is a sentence, and each option says what it does."""
    silent = [name for name, command in commands().items() if not (command.help or "")[:1]]
    unexplained = [
        (name, parameter.name)
        for name, command in commands().items()
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help and not parameter.show_default
    ]

    assert (silent, unexplained) == ([], [])


def test_contributors_are_told_to_check() -> None:
    """Who wants to contribute is told how to start, what to run and where the fields are."""
    needed = ["kb new", "kb check", "docs/front-matter.md", "cases/taxonomy.yaml", "make test"]

    assert [words for words in needed if words not in CONTRIBUTING] == []


def test_the_readme_counts_right() -> None:
    """The numbers of cases, countries and guides in the first paragraph are those of today."""
    cases = read_corpus(ROOT / "cases").compendium.cases
    kinds = Counter("guide" if case.kind == "guide" else "case" for case in cases)
    countries = {code for case in cases for code in case.facets["country"]}
    first = " ".join(README.split("\n\n")[1].split())

    assert (
        f"{kinds['case']} cases from {len(countries)} countries and {kinds['guide']} guides"
    ) in first


def test_places_that_the_architecture_names_exist() -> None:
    """Every file and folder of the code between backticks in a document is there."""
    named = {
        (path.name, place)
        for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"))
        for place in re.findall(r"`((?:kb|web|docs|tests)/[\w./-]*)`", path.read_text("utf-8"))
    }

    assert len(named) > 30
    assert sorted((page, place) for page, place in named if not (ROOT / place).exists()) == []


def test_modules_that_the_code_names_exist() -> None:
    """Every module of ours between backticks in a docstring or comment is there."""
    named = {
        (str(path.relative_to(ROOT)), name)
        for folder in ("kb", "web")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"``((?:kb|web)(?:\.\w+)+)", path.read_text("utf-8"))
    }

    assert len(named) > 20
    assert sorted((path, name) for path, name in named if not _is_ours(name)) == []


def _is_ours(name: str) -> bool:
    """Whether a dotted name is a module or package of ours, or something that one defines."""
    place = ROOT.joinpath(*name.split("."))
    if place.is_dir() or place.with_suffix(".py").is_file():
        return True
    module, _, attribute = name.rpartition(".")
    place = ROOT.joinpath(*module.split("."))
    files = [one for one in (place.with_suffix(".py"), place / "__init__.py") if one.is_file()]
    return any(re.search(rf"\b{attribute}\b", one.read_text("utf-8")) for one in files)


@pytest.mark.parametrize(
    ("package", "column"), [("kb", slice(0, 40)), ("web", slice(40, None))], ids=["kb", "web"]
)
def test_the_wings_are_those_of_the_contracts(package: str, column: slice) -> None:
    """The diagram names the wings in the order of the layers that import-linter holds."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = (
        contract["layers"]
        for contract in contracts["tool"]["importlinter"]["contracts"]
        if contract.get("containers") == [package]
    )
    diagram = _section(ARCHITECTURE, "The wings").split("```")[1].strip("\n").splitlines()[2:]

    shown = re.findall(r"\w+", " ".join(line[column] for line in diagram))
    named = re.findall(r"\w+", " ".join(layers))
    assert [name for name in shown if name != "kb"] == named


@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "CONTRIBUTING.md"),
        *("docs/architecture.md", "docs/front-matter.md", "docs/sources.md", "docs/operating.md"),
    ],
)
def test_links_lead_to_files(name: str) -> None:
    """Every relative link of a document, pictures included, leads to a file that is there."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.S)
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if ":" not in target]
    home = (ROOT / name).parent

    assert [target for target in targets if not (home / target.partition("#")[0]).exists()] == []


def test_lists_of_the_vocabulary_are_known(taxonomy: Taxonomy) -> None:
    """The file of the vocabulary holds the lists that the code names, in their order."""
    assert tuple(taxonomy.vocabularies) == (*LISTS, *OPTIONAL_LISTS)


def test_figures_of_the_search_are_those_published() -> None:
    """The table in the docs is that of the published report, group by group."""
    report = json.loads((ROOT / "cases" / "relevance.json").read_text(encoding="utf-8"))
    groups = {group["name"]: group for group in report["groups"]}

    shown = _rows(QUALITY, "The figures")

    names = ["all", "English", "other languages", "typing errors"]
    assert shown == [_figures(name, groups[name]) for name in names]
    refusal = report["refusal"]
    assert (
        f"Of {refusal['n_negative']} negative controls {refusal['negative_refused']:.1%} were "
        f"refused, and of the {refusal['n_answerable']} others {refusal['answerable_refused']:.1%}."
    ) in QUALITY


def _figures(name: str, group: dict) -> list[str]:
    found = group["figures"]
    means = [
        *(found["fused"][measure]["mean"] for measure in ("nDCG@10", "Success@1")),
        *(found[system]["nDCG@10"]["mean"] for system in ("rank fusion", "words", "meaning")),
    ]
    return [name, str(group["n"]), *(f"{mean:.3f}" for mean in means)]
