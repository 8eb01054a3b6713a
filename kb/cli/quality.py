"""The commands behind the quality of search.

``kb evaluate`` measures it, and that of role models; ``kb calibrate`` derives its weights.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.console import folder_options, json_option, one_catch, say, settings_of
from kb.content.files import (
    CALIBRATION_FILE,
    PROFILES_FILE,
    QUERIES_FILE,
    RELEVANCE_FILE,
    judged_folder,
)
from kb.errors import CorpusError
from kb.model.english import so_many
from kb.model.taxonomy import COLLECTIONS

if TYPE_CHECKING:
    from kb.model.relevance import Report
    from kb.quality.evaluate_collection import Encode
    from kb.quality.judged import JudgedQuery
    from kb.search.searcher import Searcher
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
@click.argument("folders", nargs=-1, metavar="[FOLDER]...")
@click.option("--collection", metavar="ID", help="Measure on a snapshot of this collection")
@click.option("--queries", metavar="FILE", help="Queries for a FOLDER, in another language")
@click.option("--qrels", metavar="FILE", help="Judgments for a FOLDER, in place of its qrels.tsv")
@click.option(
    "--split",
    type=click.Choice(("tune", "test", "all")),
    help="Which of the judged queries; default: tune, and test with --publish",
)
@click.option("--profiles", is_flag=True, help="Measure the role models of judged profiles")
@click.option("--publish", is_flag=True, help="Keep the figures for the site's relevance page")
@folder_options
@json_option
@one_catch
def evaluate(
    *,
    folders: tuple[str, ...],
    collection: str | None,
    queries: str | None,
    qrels: str | None,
    split: str | None,
    profiles: bool,
    publish: bool,
    cases: str | None,
    index: str | None,
    as_json: bool,
) -> int:
    """Measure search on the compendium's judged queries, or on each FOLDER in BEIR layout.

    With --profiles, measure instead the role models of the compendium's judged profiles. What
    was judged is that of the snapshot: of a collection where it was built of one. The test split
    is measured only where it is asked for, as it counts as unseen only as long as nobody looks.
    """
    of_folder = {"--queries": queries, "--qrels": qrels}
    _refuse_what_excludes_itself(folders, collection, of_folder, profiles=profiles, publish=publish)
    split = split or ("test" if publish else "tune")
    if publish and split != "test":
        raise click.UsageError(
            f"--publish takes the test split alone, not {split!r}: weights and thresholds "
            "were chosen on the other, which flatters them"
        )
    settings = settings_of(cases=cases, index=index)
    if folders:
        reports = [_of_folder(Path(folder), queries, qrels, settings) for folder in folders]
    elif profiles:
        reports = [_of_profiles(settings, split, collection)]
    else:
        reports = [_of_judged(settings, split, collection)]
        if publish:
            from kb.model.relevance import write_report  # imports pydantic

            path = judged_folder(settings.cases, reports[0].collection) / RELEVANCE_FILE
            write_report(path, reports[0])
            say(f"Wrote {path}; the next build shows it.")
    if as_json:
        click.echo(json.dumps([_as_json(report) for report in reports], indent=1))
    else:
        columns = _COLUMNS_OF_PROFILES if profiles else _COLUMNS
        for report in reports:
            _print_report(report, "profiles" if profiles else "queries", columns)
    return 0


def _refuse_what_excludes_itself(
    folders: Sequence[str],
    collection: str | None,
    of_folder: Mapping[str, str | None],
    *,
    profiles: bool,
    publish: bool,
) -> None:
    if profiles and (folders or publish):
        raise click.UsageError("--profiles goes with neither a FOLDER nor --publish")
    if folders and publish:
        raise click.UsageError(
            "--publish goes with no FOLDER: the site shows figures of the compendium's own queries"
        )
    for option, given in of_folder.items():
        if given and not folders:
            raise click.UsageError(f"{option} goes with a FOLDER; the judged queries are its own")
    if collection and folders:
        raise click.UsageError("--collection goes with no FOLDER; that has queries of its own")


def _searcher_of(settings: Settings, collection: str | None) -> Searcher:
    """The searcher over the snapshot to measure.

    Raises:
        QueryError: there is no such collection.
        CorpusError: the snapshot is not of the collection that is asked for.
    """
    from kb.search.opening import open_current  # imports faiss and onnxruntime

    searcher = open_current(settings)
    built_of = searcher.manifest.collection
    if collection is not None:
        from kb.content.collections import asked_collection  # imports the readers of content

        wanted = asked_collection(searcher.taxonomy, collection)
        if wanted != built_of:
            is_of = f"the collection {built_of!r}" if built_of else "the whole compendium"
            raise CorpusError(
                f"The snapshot in {settings.index} is of {is_of}, not of the collection "
                f"{wanted!r}. {_in_an_index_of_its_own(wanted)}"
            )
    calibration = searcher.compendium.calibration
    if calibration is not None and calibration.collection != built_of:
        say(
            "The weights and thresholds were chosen on judged queries of the collection "
            f"{calibration.collection!r}, not of the whole compendium."
        )
    return searcher


def _in_an_index_of_its_own(collection: str) -> str:
    index = f"--collection {collection} --index index-{collection}"
    return f"Run 'kb build {index}', then the same command with '{index}'."


def _judged_path(settings: Settings, searcher: Searcher, name: str) -> Path:
    """Where what was judged of a snapshot stands.

    Raises:
        CorpusError: of the whole compendium nothing was judged, and of a collection something.
    """
    path = judged_folder(settings.cases, searcher.manifest.collection) / name
    judged_of = [
        one
        for one in searcher.taxonomy[COLLECTIONS].ids
        if (judged_folder(settings.cases, one) / name).is_file()
    ]
    if not searcher.manifest.collection and judged_of and not path.is_file():
        raise CorpusError(
            f"{path} does not exist: nothing was judged of the whole compendium yet. What was "
            f"judged of the collection {judged_of[0]!r} is measured on that alone. "
            f"{_in_an_index_of_its_own(judged_of[0])}"
        )
    return path


def _of_judged(settings: Settings, split: str, collection: str | None) -> Report:
    from kb.quality.evaluate import evaluate_judged  # imports what measures
    from kb.quality.judged import read_judged

    searcher = _searcher_of(settings, collection)
    ids = [case.id for case in searcher.cases]
    path = _judged_path(settings, searcher, QUERIES_FILE)
    judged = read_judged(path, ids)
    chosen = [query for query in judged if split in ("all", query.split)]
    _refuse_nothing(chosen, path, split)
    return evaluate_judged(searcher, chosen, split=split, progress=_progress)


def _refuse_nothing(chosen: Sequence[object], path: Path, split: str) -> None:
    """Measure nothing on no query.

    Raises:
        CorpusError: none is of the split that is asked for.
    """
    if not chosen:
        raise CorpusError(
            f"{path} has nothing in the split {split!r}, so nothing was measured. "
            "'--split all' measures what stands in it."
        )


def _of_profiles(settings: Settings, split: str, collection: str | None) -> Report:
    from kb.quality.evaluate_profiles import evaluate_profiles  # imports what measures
    from kb.quality.judged_profiles import read_profiles

    searcher = _searcher_of(settings, collection)
    path = _judged_path(settings, searcher, PROFILES_FILE)
    judged = read_profiles(path, searcher.cases, searcher.taxonomy)
    chosen = [one for one in judged if split in ("all", one.split)]
    _refuse_nothing(chosen, path, split)
    return evaluate_profiles(searcher, chosen, split=split, progress=_progress)


def _of_folder(folder: Path, queries: str | None, qrels: str | None, settings: Settings) -> Report:
    from kb.indexing.identity import encoder_identity, multilingual_identity
    from kb.quality.collection import read_collection
    from kb.quality.evaluate_collection import KeptVectors, evaluate_collection, kept_in

    collection = read_collection(
        folder,
        queries=Path(queries) if queries else None,
        qrels=Path(qrels) if qrels else None,
    )
    searcher = _searcher_of(settings, None)
    if searcher.compendium.calibration is None:
        raise CorpusError(
            "The snapshot has no calibration for its encoders. Run 'kb calibrate', then 'kb build'."
        )
    say(f"{collection.name}: {len(collection.documents)} documents …")
    manifest, encoders = searcher.manifest, searcher.encoders
    kept = kept_in(settings.index, folder)
    multilingual = None
    if encoders.multilingual is not None and manifest.multilingual is not None:
        multilingual = KeptVectors(
            encode=encoders.multilingual.encode,
            identity=multilingual_identity(manifest.multilingual.digest),
            folder=kept,
        )
    return evaluate_collection(
        collection,
        encoders,
        KeptVectors(
            encode=_encode_documents(searcher, settings),
            identity=encoder_identity(manifest.encoder.digest),
            folder=kept,
        ),
        searcher.compendium.calibration,
        multilingual=multilingual,
        table=searcher.analyser.table,
        progress=_progress,
    )


def _encode_documents(searcher: Searcher, settings: Settings) -> Encode:
    """Encodes documents by the encoder of a snapshot, or by the original where that cannot."""
    from kb.encoders.onnx import OnnxQueryEncoder
    from kb.encoders.sentence_transformer import SentenceTransformerEncoder, find_model
    from kb.quality.evaluate_collection import on_every_core

    exported = searcher.encoders.query
    if isinstance(exported, OnnxQueryEncoder) and exported.encodes_documents:
        return on_every_core(exported)
    original = SentenceTransformerEncoder(find_model(settings.model, settings.revision))
    return partial(original.encode_documents, batch_size=settings.batch_size)


def _as_json(report: Report) -> dict[str, Any]:
    from kb.model.relevance import corrected  # imports pydantic

    return {**asdict(report), "corrected": corrected(report.groups)}


_ONE = {"queries": "query", "profiles": "profile"}


def _print_report(report: Report, noun: str, columns: Sequence[str]) -> None:
    from kb.model.relevance import corrected  # imports pydantic

    of = f" of the collection {report.collection}" if report.collection else ""
    measured_on = f", snapshot {report.snapshot}" if report.snapshot else ""
    if report.judged:
        measured_on = f": {report.n_documents} documents, judged in {report.judged}"
    click.echo(f"{report.name}{of}{measured_on}")
    holm = corrected(report.groups)
    n_compared = sum(len(group.p) for group in report.groups)
    for group in report.groups:
        width = max(map(len, group.figures)) + 2
        head = "".join(f"{name:>24}" for name in columns)
        counted = noun if group.n != 1 else _ONE[noun]
        click.echo(f"\n{group.name}: {group.n} {counted}")
        first = next(iter(group.figures))
        click.echo(f"{'':<{width}}{head}   p against {first}   of {n_compared} comparisons (Holm)")
        for system, figures in group.figures.items():
            cells = "".join(_cell(figures[name]) for name in columns)
            p = ""
            if system in group.p:
                p = f"   {group.p[system]:.4f}{holm[group.name][system]:>{len(first) + 13}.4f}"
            click.echo(f"{system:<{width}}{cells}{p}")
    refusal = report.refusal
    if refusal is not None:
        controls, others = "", noun
        if noun == "queries":
            controls = f"{refusal.negative_refused:.1%} of {refusal.n_negative} negative controls, "
            others = "others"
        answerable = f"{refusal.answerable_refused:.1%} of {refusal.n_answerable} {others}"
        click.echo(f"\nnothing fits: {controls}{answerable}")
    _print_found(report)
    for worst in report.worst:
        missed = ", ".join(worst.missed) or "none of grade 2"
        click.echo(f"{worst.ndcg:.2f}  {worst.id}  {worst.text}  (missed: {missed})")


def _print_found(report: Report) -> None:
    """How good what is found is, and whether its scores are probabilities."""
    if report.found is not None:
        found = report.found
        click.echo(
            f"found: {found.size:.1f} in the mean of {found.n}, precision {found.precision:.3f}, "
            f"recall {found.recall:.3f}"
        )
    if report.reliability is not None:
        click.echo(f"scores of what is found: expected error {report.reliability.error:.3f}")
        for band in report.reliability.bands:
            click.echo(
                f"  {band.low:.1f} to {band.high:.1f}: {so_many(band.n, 'case')}, mean score "
                f"{band.score:.3f}, relevant {band.relevant:.3f}"
            )


def _cell(figure: Any) -> str:
    return f"{figure.mean:>8.3f} [{figure.low:.3f}, {figure.high:.3f}]".rjust(24)


@click.command()
@click.option("--collection", metavar="ID", help="Derive them on a snapshot of this collection")
@folder_options
@one_catch
def calibrate(*, collection: str | None, cases: str | None, index: str | None) -> int:
    """Derive weights and thresholds from the judged queries of the tune split."""
    from kb.model.calibration import read_calibrations, write_calibrations
    from kb.quality.calibrate import Sample, common_of
    from kb.quality.calibrate import calibrate as derive
    from kb.quality.judged import read_judged

    settings = settings_of(cases=cases, index=index)
    searcher = _searcher_of(settings, collection)
    queries = _judged_path(settings, searcher, QUERIES_FILE)
    judged = read_judged(queries, [case.id for case in searcher.cases])
    tune = [query for query in judged if query.split == "tune"]
    common = common_of(searcher.engine)
    retriever = searcher.retriever.with_common(common)

    def sample(query: JudgedQuery) -> Sample:
        asked = searcher.analyser.analyse(query.text)
        return Sample(query=query, evidence=retriever.evidence(asked))

    samples = [sample(query) for query in _progress(tune, "searching")]
    own = {query.id for query in judged}
    of_parts = [query for query in _judged_of_parts(settings, searcher) if query.id not in own]
    others = [
        sample(query) for query in _progress(of_parts, "searching what was judged of collections")
    ]
    manifest = searcher.manifest
    multilingual = manifest.multilingual.digest if manifest.multilingual else ""
    try:
        found = derive(
            samples,
            encoder=manifest.encoder.digest,
            multilingual=multilingual,
            collection=manifest.collection,
            others=others,
            common=common,
        )
    except ValueError as err:
        raise CorpusError(f"{queries}: {err}.") from err
    path = queries.with_name(CALIBRATION_FILE)
    others = tuple(
        c
        for c in read_calibrations(path)
        if (c.encoder, c.multilingual) != (found.encoder, found.multilingual)
    )
    write_calibrations(path, (*others, found))
    click.echo(
        f"{path}: {found.n_queries} queries; English {found.english}, other {found.other}, "
        f"answers from {found.answer_threshold}, finds from {found.least_score}. "
        "Run 'kb build' to use it."
    )
    return 0


def _judged_of_parts(settings: Settings, searcher: Searcher) -> list[JudgedQuery]:
    """Of the whole compendium the tuning queries that were judged over one of its collections.

    A query with an answer in a part has one in the whole; one without was read again, and is
    left out where a document outside answers it.
    """
    from kb.quality.judged import read_judged

    if searcher.manifest.collection:
        return []
    ids = list(searcher.compendium.by_id)
    found = []
    for one in searcher.taxonomy[COLLECTIONS].ids:
        path = judged_folder(settings.cases, one) / QUERIES_FILE
        if path.is_file():
            found += [q for q in read_judged(path, ids) if q.split == "tune" and not q.elsewhere]
    return found
