"""Role models for a firm: the page with its form."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from kb.guidance.notices import notices_of
from kb.guidance.profile_comparison import OPENINGS
from kb.guidance.profile_score import full_text, part_label
from kb.guidance.role_models import counts_of, role_models
from web.core.params import PROFILE, read_page
from web.core.request import searcher
from web.core.told import tell_outcome
from web.role_models.form import FILTERS, asked, faults, nearest_spelled
from web.role_models.page import profile_chips, suggested, unknown_trades, yours
from web.ui.filters import facet_counts, units_asked, ways_asked
from web.ui.links import MODELS, compare_first
from web.ui.notices import unknown_names
from web.words.profile import FUNDING_WORDS, PROFILE_FIELDS, summary

bp = Blueprint("role_models", __name__, template_folder="templates")
bp.add_app_template_filter(lambda name: part_label(name, searcher().taxonomy), "part_label")
bp.add_app_template_filter(
    lambda field, answer: yours(field, answer, searcher().taxonomy), "yours_in"
)


@bp.get("/role-models", endpoint="role_models")
def page() -> tuple[str, int]:
    """The form; with a profile in the address, its role models too. 400 names what is wrong."""
    current = searcher()
    taxonomy = current.taxonomy
    read = read_page(PROFILE, request.args, taxonomy)
    said = asked(read, taxonomy)
    profile, query = said.profile, said.query
    answer, told = None, None
    if not (said.wrong or profile.is_empty):
        answer = role_models(current, profile, query)
        tell_outcome(no_good_match=answer.no_good_match)
        told = notices_of(answer, current)
    wrong = faults(said, taxonomy)
    counts = answer.facets if answer else counts_of(current, query)
    html = render_template(
        "role_models.html",
        asked=said,
        profile=profile,
        query=query,
        answer=answer,
        faults=wrong,
        fields=PROFILE_FIELDS,
        funding=FUNDING_WORDS,
        filter_faults=[words for name, words in wrong.items() if name in FILTERS],
        openings=OPENINGS,
        facets=facet_counts(counts, query, taxonomy),
        units=units_asked(query, current.engine, taxonomy),
        ways=ways_asked(query, current.engine),
        summary=summary(profile, taxonomy),
        chips=list(profile_chips(profile, query, taxonomy)),
        suggested=list(suggested(answer, taxonomy)) if answer else [],
        told=told,
        trades=list(unknown_trades(said, nearest_spelled(read), current)) if answer else [],
        full_text=full_text(profile, taxonomy),
        compare=compare_first((one.case.id for one in answer.models), MODELS) if answer else None,
        notices=unknown_names(read, taxonomy),
    )
    return html, 400 if said.wrong else 200
