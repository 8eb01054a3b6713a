"""The commands behind the quality of search.

``kb evaluate`` measures it, and that of role models; ``kb calibrate`` derives its weights.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.console import folder_options, json_option, one_catch, say, settings_of
from kb.content.files import (
    CALIBRATION_FILE,
    PROFILES_FILE,
    QUERIES_FILE,
    RELEVANCE_FILE,
)
from kb.errors import CorpusError

if TYPE_CHECKING:
    from kb.model.relevance import Report
    from kb.settings import Settings

_COLUMNS = ("nDCG@10", "RR@10", "R@10", "R@100", "Success@1")
#: Of role models there are ten at most.
_COLUMNS_OF_PROFILES = ("nDCG@10", "RR@10", "R@10", "Success@1")


def _progress(items: Iterable, label: str) -> Iterable:
    """A bar on standard error where that is a terminal."""
    listed = list(items)
    if not sys.stderr.isatty():
        yield from listed
        return
    with click.progressbar(listed, label=label, file=sys.stderr) as bar:
        yield from bar


@click.command()
@click.argument("collections", nargs=-1, metavar="[COLLECTION]...")
@click.option("--queries", metavar="FILE", help="Queries for the collection, in another language")
@click.option(
    "--split",
    type=click.Choice(("tune", "test", "all")),
    default="test",
    show_default=True,
    help="Which of the judged queries",
)
@click.option("--profiles", is_flag=True, help="Measure the role models of judged profiles")
@click.option("--publish", is_flag=True, help="Keep the figures for the site's relevance page")
@folder_options
@json_option
@one_catch
def evaluate(
    *,
    collections: tuple[str, ...],
    queries: str | None,
    split: str,
    profiles: bool,
    publish: bool,
    cases: str | None,
    index: str | None,
    as_json: bool,
) -> int:
    """Measure search on the compendium's judged queries, or on folders in BEIR layout.

    With --profiles, measure instead the role models of the compendium's judged profiles.
    """
    if profiles and (collections or publish):
        raise click.UsageError("--profiles goes with neither a COLLECTION nor --publish")
    if queries and not collections:
        raise click.UsageError("--queries goes with a COLLECTION; the judged queries are its own")
    settings = settings_of(cases=cases, index=index)
    if profiles:
        reports = [_of_profiles(settings, split)]
    elif collections:
        reports = [_of_collection(Path(c), queries, settings) for c in collections]
    else:
        reports = [_of_judged(settings, split)]
        if publish:
            from kb.model.relevance import write_report  # imports pydantic

            path = settings.cases / RELEVANCE_FILE
            write_report(path, reports[0])
            say(f"Wrote {path}; the next build shows it.")
    if as_json:
        click.echo(json.dumps([asdict(report) for report in reports], indent=1))
    else:
        columns = _COLUMNS_OF_PROFILES if profiles else _COLUMNS
        for report in reports:
            _print_report(report, "profiles" if profiles else "queries", columns)
    return 0


def _of_judged(settings: Settings, split: str) -> Report:
    from kb.quality.evaluate import evaluate_judged  # imports what measures
    from kb.quality.judged import read_judged
    from kb.search.opening import open_current

    searcher = open_current(settings)
    ids = [case.id for case in searcher.cases]
    judged = read_judged(settings.cases / QUERIES_FILE, ids)
    chosen = [query for query in judged if split in ("all", query.split)]
    return evaluate_judged(searcher, chosen, split=split, progress=_progress)


def _of_profiles(settings: Settings, split: str) -> Report:
    from kb.quality.evaluate_profiles import evaluate_profiles  # imports what measures
    from kb.quality.judged_profiles import read_profiles
    from kb.search.opening import open_current

    searcher = open_current(settings)
    judged = read_profiles(settings.cases / PROFILES_FILE, searcher.cases, searcher.taxonomy)
    chosen = [one for one in judged if split in ("all", one.split)]
    return evaluate_profiles(searcher, chosen, split=split, progress=_progress)


def _of_collection(folder: Path, queries: str | None, settings: Settings) -> Report:
    from kb.encoders.sentence_transformer import SentenceTransformerEncoder, find_model
    from kb.quality.collection import read_collection
    from kb.quality.evaluate import evaluate_collection
    from kb.search.opening import open_current

    collection = read_collection(folder, queries=Path(queries) if queries else None)
    searcher = open_current(settings)
    if searcher.compendium.calibration is None:
        raise CorpusError(
            "The snapshot has no calibration for its encoders. Run 'kb calibrate', then 'kb build'."
        )
    say(f"{collection.name}: {len(collection.documents)} documents …")
    encoder = SentenceTransformerEncoder(find_model(settings.model, settings.revision))
    return evaluate_collection(
        collection,
        searcher.encoders,
        lambda texts: encoder.encode_documents(texts, batch_size=settings.batch_size),
        searcher.compendium.calibration,
        table=searcher.analyser.table,
        progress=_progress,
    )


_ONE = {"queries": "query", "profiles": "profile"}


def _print_report(report: Report, noun: str, columns: Sequence[str]) -> None:
    click.echo(f"{report.name}{f', snapshot {report.snapshot}' if report.snapshot else ''}")
    for group in report.groups:
        width = max(map(len, group.figures)) + 2
        head = "".join(f"{name:>24}" for name in columns)
        counted = noun if group.n != 1 else _ONE[noun]
        click.echo(f"\n{group.name}: {group.n} {counted}")
        click.echo(f"{'':<{width}}{head}   p against {next(iter(group.figures))}")
        for system, figures in group.figures.items():
            cells = "".join(_cell(figures[name]) for name in columns)
            p = f"   {group.p[system]:.4f}" if system in group.p else ""
            click.echo(f"{system:<{width}}{cells}{p}")
    refusal = report.refusal
    if refusal is not None:
        controls, others = "", noun
        if noun == "queries":
            controls = f"{refusal.negative_refused:.1%} of {refusal.n_negative} negative controls, "
            others = "others"
        answerable = f"{refusal.answerable_refused:.1%} of {refusal.n_answerable} {others}"
        click.echo(f"\nnothing fits: {controls}{answerable}")
    for worst in report.worst:
        missed = ", ".join(worst.missed) or "none of grade 2"
        click.echo(f"{worst.ndcg:.2f}  {worst.id}  {worst.text}  (missed: {missed})")


def _cell(figure: Any) -> str:
    return f"{figure.mean:>8.3f} [{figure.low:.3f}, {figure.high:.3f}]".rjust(24)


@click.command()
@folder_options
@one_catch
def calibrate(*, cases: str | None, index: str | None) -> int:
    """Derive weights and thresholds from the judged queries of the tune split."""
    from kb.model.calibration import read_calibrations, write_calibrations
    from kb.quality.calibrate import Sample
    from kb.quality.calibrate import calibrate as derive
    from kb.quality.judged import read_judged
    from kb.search.opening import open_current

    settings = settings_of(cases=cases, index=index)
    searcher = open_current(settings)
    ids = [case.id for case in searcher.cases]
    judged = read_judged(settings.cases / QUERIES_FILE, ids)
    tune = [query for query in judged if query.split == "tune"]
    samples = [
        Sample(query=query, evidence=searcher.evidence(query.text))
        for query in _progress(tune, "searching")
    ]
    manifest = searcher.manifest
    multilingual = manifest.multilingual.digest if manifest.multilingual else ""
    try:
        found = derive(samples, encoder=manifest.encoder.digest, multilingual=multilingual)
    except ValueError as err:
        raise CorpusError(f"{settings.cases / QUERIES_FILE}: {err}.") from err
    path = settings.cases / CALIBRATION_FILE
    others = tuple(
        c
        for c in read_calibrations(path)
        if (c.encoder, c.multilingual) != (found.encoder, found.multilingual)
    )
    write_calibrations(path, (*others, found))
    click.echo(
        f"{path}: {found.n_queries} queries; English {found.english}, other {found.other}, "
        f"fits {found.answer_threshold}, shown {found.relative_cutoff}. Run 'kb build' to use it."
    )
    return 0
