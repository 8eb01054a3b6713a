"""The commands for the content: describe it, make its glossary ready."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from kb.cli.console import (
    one_catch,
    say,
    settings_of,
)
from kb.content.files import (
    FORMS_FILE,
    GLOSSARY_FILE,
    SOURCES_FILE,
    TAXONOMY_FILE,
)
from kb.errors import CorpusError

if TYPE_CHECKING:
    pass


@click.command()
@click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")
@click.option(
    "--of",
    "what",
    type=click.Choice(["case", "pack", "course"]),
    default="case",
    show_default=True,
    help="Which kind of file",
)
@one_catch
def schema(*, cases: str | None, what: str) -> int:
    """Print the JSON Schema of a case's front-matter, a pack or the course, for editors."""
    from kb.content.bibliography import load_bibliography  # imports the readers of content
    from kb.content.json_schema import case_schema, schema_of
    from kb.content.taxonomy import load_taxonomy

    folder = settings_of(cases=cases).cases
    taxonomy = load_taxonomy(folder / TAXONOMY_FILE)
    references = load_bibliography(folder / SOURCES_FILE)
    found = (
        case_schema(taxonomy, references)
        if what == "case"
        else schema_of(what, taxonomy, references)
    )
    click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    return 0


@click.command()
@click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")
@one_catch
def glossary(*, cases: str | None) -> int:
    """Find every form of the words in glossary.yaml; needed after a change of it."""
    from kb.content.glossary import read_glossary, write_forms  # imports the readers of content
    from kb.text.word_forms import expand

    folder = settings_of(cases=cases).cases
    source, target = folder / GLOSSARY_FILE, folder / FORMS_FILE
    if not source.is_file():
        raise CorpusError(f"{source} must exist: it is what 'kb glossary' reads; set KB_CASES.")
    read = read_glossary(source)
    table = expand(read, tell=say)
    write_forms(target, source, table)
    n_forms = sum(map(len, table.forms.values()))
    click.echo(
        f"{target}: {n_forms} forms in {len(table.forms)} languages for "
        f"{len(read.terms)} English terms. Run 'kb build' to use it."
    )
    return 0
