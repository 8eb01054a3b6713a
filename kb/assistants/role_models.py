"""The answer that finds role models for a firm: why each suits, and where it differs."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from kb.answers.role_models import RoleModelCase, role_models_answer
from kb.assistants.arguments import FindRoleModels
from kb.assistants.budget import MOST_WORDS, Answer, Block, Part, parts_of
from kb.assistants.facts import Desk, lines
from kb.assistants.reading import chosen
from kb.assistants.searching import MOST_WORDS_OF_ALL, NOTHING, in_short
from kb.errors import QueryError
from kb.guidance.profile import FIELDS, make_profile
from kb.guidance.role_models import role_models
from kb.search.query import make_query


def find_role_models(asked: FindRoleModels, desk: Desk) -> Part:
    """The cases that suit a firm best.

    Raises:
        QueryError: nothing is said of the firm, or an argument is not understood.
    """
    taxonomy = desk.searcher.taxonomy
    profile = make_profile(taxonomy, **{name: getattr(asked, name) for name in FIELDS})
    if profile.is_empty:
        raise QueryError(
            f"Something must be said of the firm: at least one of {', '.join(FIELDS)}.",
            parameter="aim",
            value="",
        )
    narrowed = make_query(taxonomy, filters=asked.filters)
    found = role_models_answer(
        role_models(desk.searcher, profile, narrowed), desk.searcher, desk.addresses
    )
    most = min(MOST_WORDS, MOST_WORDS_OF_ALL // asked.limit)
    models = tuple(islice(found.models, asked.limit))
    n = f"{found.total:,} {'case was' if found.total == 1 else 'cases were'} compared"
    head = f"{n}; here are the {len(models)} that suit best." if models else f"{n}. {NOTHING}"
    answer = Answer(
        text=lines(head, *found.contradictions, *found.notices),
        data={
            "total": found.total,
            "no_good_match": found.no_good_match,
            "snapshot": found.snapshot,
        },
        blocks=tuple(_model(model, desk, most) for model in models),
        lists=("models",),
    )
    part = chosen(parts_of(answer), asked.part)
    return replace(part, no_good_match=found.no_good_match)


def _model(model: RoleModelCase, desk: Desk, most: int) -> Block:
    case = desk.searcher.case(model.id)
    title = f"{model.rank}. {case.title}"
    told = in_short(title, case, desk, most=most, why=model.sentences)
    data = {**told.data, "rank": model.rank, "score": round(model.score, 3)}
    return Block(text=told.text, under="models", data=(data,))
