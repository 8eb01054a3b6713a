"""What to expect: the page over a selection of cases, a page for each metric, and their files."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.datastructures import MultiDict

from kb.answers.addresses import query_pairs
from kb.answers.outcomes import OutcomesAnswer, outcomes_answer
from kb.exports.outcomes import to_csv
from kb.guidance.selection import Selection
from kb.model.taxonomy import Term
from kb.search.answer import MORE
from kb.search.searcher import Searcher
from web.core.files import csv_file
from web.core.params import (
    OUTCOMES,
    VALUE,
    Read,
    Wrong,
    read_page,
    read_strict,
    to_profile,
    to_selection,
    words_beside_profile,
)
from web.core.request import searcher
from web.core.urls import addresses, led_to, url_for
from web.outcomes.form import SelectionForm, WayOut, selection_form, ways_out
from web.outcomes.kept import answer_for
from web.outcomes.page import OutcomesPage, outcomes_page
from web.ui.notices import notices
from web.words.profile import summary as profile_summary

bp = Blueprint("outcomes", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a page's address asks: the selection, what it reported, and the form over it.

    ``form`` is None where the selection is a firm's role models; ``summary`` is the firm.
    """

    read: Read
    page: OutcomesPage
    form: SelectionForm | None
    ways: tuple[WayOut, ...]
    summary: str


@bp.get("/outcomes")
def outcomes() -> tuple[str, int]:
    """What the cases of a selection reported; all of them without parameters."""
    current = searcher()
    asked = _asked(current)
    return _rendered("outcomes.html", asked, current), asked.read.status


@bp.get("/outcomes/<metric>")
def metric(metric: str) -> tuple[str, int]:
    """Every result in one metric that the cases of a selection reported."""
    current = searcher()
    term = _metric(metric, current)
    asked = _asked(current, term.id)
    found = asked.page.metric(term.id)
    html = _rendered("outcomes_metric.html", asked, current, metric=found, term=term)
    return html, asked.read.status


@bp.get("/outcomes.csv")
def outcomes_csv() -> Response:
    """Every finding of the same selection as CSV, one a row."""
    current = searcher()
    answer = outcomes_answer(_strict(current), current, addresses())
    return csv_file(to_csv(answer), f"outcomes{_of_some(answer)}", current.snapshot_id)


@bp.get("/outcomes/<metric>.csv")
def metric_csv(metric: str) -> Response:
    """Every finding in one metric as CSV."""
    current = searcher()
    term = _metric(metric, current)
    answer = outcomes_answer(_strict(current, term.id), current, addresses())
    name = f"outcomes-{term.id}{_of_some(answer)}"
    return csv_file(to_csv(answer, term.id), name, current.snapshot_id)


@bp.get("/outcomes/<metric>.svg")
def metric_svg(metric: str) -> Response:
    """The charts of one metric as a drawing by itself; 404 where it has none."""
    current = searcher()
    term = _metric(metric, current)
    chosen = _strict(current, term.id)
    page = outcomes_page(chosen, answer_for(chosen, current), current)
    charts = [one for found, one in page.together if found.metric == term.id]
    if not charts:
        abort(404)
    drawing = render_template("outcomes_charts.svg", page=page, term=term, charts=charts)
    return Response(drawing, mimetype="image/svg+xml")


def read_outcomes(args: MultiDict[str, str], current: Searcher) -> Read:
    """What a page's address selects; beside a profile the words of a search are left out."""
    read = read_page(OUTCOMES, args, current.taxonomy)
    words = read.values["q"]
    if not words or to_profile(read.values, current.taxonomy).is_empty:
        return read
    error = words_beside_profile(words)
    wrong = Wrong(rule=VALUE, error=error, given=words, instead="They were left out.")
    return replace(read, values={**read.values, "q": ""}, wrong=(*read.wrong, wrong))


def _asked(current: Searcher, metric: str = "") -> _Asked:
    read = read_outcomes(request.args, current)
    chosen = to_selection(read.values, current, metric)
    page = outcomes_page(chosen, answer_for(chosen, current), current)
    if not chosen.profile.is_empty:
        summary = profile_summary(chosen.profile, current.taxonomy)
        return _Asked(read=read, page=page, form=None, ways=(), summary=summary)
    form = selection_form(chosen.query, current, metric)
    reports = page.metric(metric) is not None if metric else page.answer.n_with_figures > 0
    ways = () if reports else ways_out(form, current)
    return _Asked(read=read, page=page, form=form, ways=ways, summary="")


def _rendered(template: str, asked: _Asked, current: Searcher, **more: object) -> str:
    chosen = asked.page.chosen
    return render_template(
        template,
        page=asked.page,
        form=asked.form,
        ways=asked.ways,
        summary=asked.summary,
        has_guides=bool(chosen.cases),
        is_whole=asked.form is not None and not query_pairs(chosen.query),
        notices=notices(asked.read, current.taxonomy),
        **more,
    )


def _strict(current: Searcher, metric: str = "") -> Selection:
    return to_selection(read_strict(OUTCOMES, request.args, current.taxonomy), current, metric)


def _of_some(answer: OutcomesAnswer) -> str:
    """What the name of a file says where it holds a part of what was asked for."""
    if answer.n_read == answer.n_cases and answer.n_cases_relation != MORE:
        return ""
    return f"-of-{answer.n_read}-cases"


def _metric(name: str, current: Searcher) -> Term:
    """The metric of an address; capitals lead on for good, and 404 where there is none."""
    metrics = current.taxonomy["metrics"]
    if (term := metrics.get(name)) is not None:
        return term
    if metrics.get(name.lower()) is not None:
        abort(led_to(url_for(str(request.endpoint), metric=name.lower())))
    abort(404)
