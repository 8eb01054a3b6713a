"""What the commands of ``kb`` share: output, settings, and the one catch of our errors."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from kb.errors import CorpusInvalid, KBError, Problem, QueryError, SettingError
from kb.model.facets import FACETS
from kb.settings import Settings, read_settings

if TYPE_CHECKING:
    from kb.answers.addresses import Addresses


def say(message: str) -> None:
    """Tell a person: on standard error, with every sign to be seen."""
    click.echo(visible(message), err=True)


def show(text: str) -> None:
    """Print a line of an answer for people, with every sign to be seen."""
    click.echo(visible(text))


#: Signs that act on a terminal, or turn the direction of what follows, and are not seen: those
#: that control, and the marks and turns of the bidirectional algorithm. Line ends and tabs stay.
_ACTS = re.compile(
    "\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)


def visible(text: str) -> str:
    """A text with what would act on a terminal written as its code."""
    return _ACTS.sub(lambda found: ascii(found[0])[1:-1], text)


def one_catch(command: Callable[..., int | None]) -> Callable[..., None]:
    """Turn our errors into one plain line and an exit status."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            status = command(*args, **kwargs) or 0
        except KBError as err:
            status = told(err, as_json=bool(kwargs.get("as_json")))
        except PermissionError:
            trouble = _closed_folder(kwargs)
            if trouble is None:
                raise
            status = told(trouble, as_json=bool(kwargs.get("as_json")))
        except ModuleNotFoundError as err:
            from kb.operating.parts import part_missing  # seldom needed

            missing = part_missing(err.name or "")
            if missing is None:
                raise
            status = told(missing, as_json=False)
        sys.exit(status)

    return run


def _closed_folder(given: Mapping[str, Any]) -> KBError | None:
    """That the index or the cases of a command lie where this user may not enter."""
    from kb.operating.starting import entry_trouble  # seldom needed

    settings = settings_of(index=given.get("index"), cases=given.get("cases"))
    return entry_trouble("KB_INDEX", settings.index) or entry_trouble("KB_CASES", settings.cases)


def told(err: KBError, *, as_json: bool) -> int:
    """Tell what went wrong, with every problem of content; the exit status."""
    if isinstance(err, CorpusInvalid):
        print_problems(err.problems, as_json=as_json)
    say(f"Error: {err}")
    return 2 if isinstance(err, (QueryError, SettingError)) else 1


def print_problems(problems: Sequence[Problem], *, as_json: bool) -> None:
    """One ``path:line: message`` a line, or a JSON list."""
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in problems], indent=1))
        return
    from kb.cli.reports import shortened  # imports the formats of other programs

    for line in shortened(problems):
        click.echo(line)


def print_answer(answer: object) -> None:
    """An answer of ``kb.answers`` as JSON, as the site's API sends it."""
    from kb.answers.serialise import to_json  # imports pydantic

    click.echo(to_json(answer, indent=1))


def addresses_of(settings: Settings) -> Addresses:
    """Where the site stands that an answer points to: at ``site_url``, else paths alone."""
    from kb.answers.addresses import Addresses

    return Addresses(root=settings.site_url.rstrip("/"))


def settings_of(**explicit: object) -> Settings:
    """The settings of this run; options that were not given are None."""
    return read_settings(os.environ, **explicit)


def folder_options(command: Callable[..., None]) -> Callable[..., None]:
    """``--cases`` and ``--index``."""
    command = click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")(
        command
    )
    return click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")(command)


def filter_options(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each facet, which can be repeated, and one that asks for every value."""
    command = click.option(
        "--all-of",
        multiple=True,
        metavar="FACET",
        help="Every value of this facet, not any of them; may be repeated",
    )(command)
    for facet in reversed(FACETS):
        command = click.option(f"--{facet}", multiple=True, metavar="VALUE", help=f"Only {facet}")(
            command
        )
    return command


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON")
