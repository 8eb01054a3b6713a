"""The command that finds role models for a firm: ``kb role-models``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kb.cli.console import (
    addresses_of,
    filter_options,
    json_option,
    one_catch,
    print_answer,
    say,
    settings_of,
)
from kb.guidance.profile import FIELDS, FUNDING, make_profile
from kb.guidance.profile_comparison import sentences
from kb.model.facets import FACETS
from kb.model.quantities import DIRECTIONS, DOWN, UP

if TYPE_CHECKING:
    from kb.guidance.role_models import RoleModels
    from kb.search.searcher import Searcher

_NOTHING_SAID = (
    "nothing is said of the firm: give what it wants as TEXT, or one of --business, "
    "--my-sector, --goal, --common, --my-form, --funding …"
)


@click.command(name="role-models")
@click.argument("text", nargs=-1)
@click.option("--business", default="", metavar="TEXT", help="What the firm does, in its words")
@click.option("--my-sector", multiple=True, metavar="VALUE", help="Its sector")
@click.option("--my-country", default="", metavar="VALUE", help="Its country, any country")
@click.option("--size", type=int, help="People in the firm")
@click.option("--partners", type=int, help="Firms that would join, this one included")
@click.option("--goal", multiple=True, metavar="VALUE", help="A project type that it wants")
@click.option("--common", multiple=True, metavar="VALUE", help="A type: what partners share")
@click.option("--my-form", default="", metavar="VALUE", help="How closely they would work together")
@click.option("--funding", default="", metavar="VALUE", help=f"Who pays: {' or '.join(FUNDING)}")
@filter_options
@click.option("--results-min", type=float, help="A reported figure of at least this much")
@click.option("--results-unit", metavar="UNIT", help="The unit of --results-min")
@click.option(
    "--results-direction",
    type=click.Choice(DIRECTIONS),
    default=UP,
    help=f"{UP} (the default): the figure rose or was reached; {DOWN}: it fell",
)
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@json_option
@one_catch
def role_models(*, text: tuple[str, ...], index: str | None, as_json: bool, **options: Any) -> int:
    """Find role models for a firm that wants TEXT: at most ten cases, with why.

    What is said of the firm is compared; the filters (--country, --project …) leave out
    every other case.
    """
    from kb.answers.role_models import role_models_answer
    from kb.guidance.role_models import role_models as find
    from kb.search.opening import open_current  # imports faiss and onnxruntime
    from kb.search.query import make_query

    settings = settings_of(index=index)
    searcher = open_current(settings)
    said = {name: options.pop(name) for name in FIELDS if name != "aim"}
    profile = make_profile(searcher.taxonomy, aim=" ".join(text), **said)
    if profile.is_empty:
        raise click.UsageError(_NOTHING_SAID)
    filters = {facet: options.pop(facet) for facet in FACETS}
    answer = find(searcher, profile, make_query(searcher.taxonomy, filters=filters, **options))
    if as_json:
        print_answer(role_models_answer(answer, searcher, addresses_of(settings)))
    else:
        _print(answer, searcher)
    return 0


def _print(answer: RoleModels, searcher: Searcher) -> None:
    from kb.guidance.notices import notices_of

    taxonomy, notices = searcher.taxonomy, notices_of(answer, searcher)
    for sentence in (*notices.contradictions, *notices.left_out, *notices.absent):
        say(sentence)
    if answer.suggested_goals:
        labels = [taxonomy.label("project", project) for project in answer.suggested_goals]
        say(f"In your words we hear: {', '.join(labels)}")
    for model in answer.models:
        click.echo(f"{model.rank:>3}  {model.score:.3f}  {model.case.id}\n     {model.case.title}")
        for sentence in sentences(notices.left(model)):
            click.echo(f"     {sentence}")
        for result in model.case.results:
            click.echo(f"     - {result.statement} ({result.locator})")
    if answer.no_good_match:
        say("No case suits this profile well enough. Say more, or ask 'kb search'.")
    noun = "case" if answer.total == 1 else "cases"
    say(f"{len(answer.models)} of {answer.total} {noun} compared")
