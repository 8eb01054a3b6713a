"""The ``kb`` command: results on standard output, progress and messages on standard error.

Exit status: 0 fine, 1 problems found, 2 wrong usage.
"""

from __future__ import annotations

import click

from kb import __version__
from kb.cli.build import build, snapshots
from kb.cli.citation import cite
from kb.cli.comparison import compare
from kb.cli.content import check, glossary, new, schema
from kb.cli.export import export
from kb.cli.outcomes import outcomes
from kb.cli.packs import packs
from kb.cli.quality import calibrate, evaluate
from kb.cli.role_models import role_models
from kb.cli.search import search
from kb.cli.versions import versions


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kb")
def main() -> None:
    """The compendium of business networks: check, build, search and serve it."""


for _command in (
    *(check, new, schema, glossary),
    *(build, snapshots, versions),
    *(search, role_models, outcomes, compare, cite, export, packs),
    *(evaluate, calibrate),
):
    main.add_command(_command)
