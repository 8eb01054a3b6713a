"""The page of role models: which cases suit a firm, why each does, and where it differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kb.answers.addresses import number_text
from kb.guidance.profile import (
    FIELDS,
    Profile,
    contradictions,
    given,
    values_of,
    with_goal,
)
from kb.guidance.profile_comparison import FieldComparison, sentences
from kb.guidance.profile_score import full_text, part_label
from kb.guidance.role_models import RoleModel, RoleModels
from kb.model.english import capital, in_line
from kb.model.facet_words import facet_words
from kb.model.taxonomy import Taxonomy
from kb.search.query import Query
from web.core.urls import profile_url, search_url, url_for
from web.ui.cards import Card, card
from web.ui.compare_link import MODELS, CompareLink, compare_first
from web.ui.filters import Chip
from web.ui.reasons import Piece, excerpt, is_summary
from web.words.lists import cut
from web.words.profile import NAMES, summary, words
from web.words.typography import curly

#: How much of a text a chip shows.
CHIP_LENGTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """One part of a score: how well it fits and how much it counts, each in percent."""

    label: str
    value: int
    share: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LikenessView:
    """One field: what the visitor said, what the case has, and how the two stand."""

    label: str
    yours: str
    theirs: str
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceView:
    """One sentence of the comparison: ``Like you`` and the rest; ``relation`` as in a row."""

    relation: str
    opening: str
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """One role model. ``suits`` is the editors' reading; ``done`` are paragraphs of the case."""

    card: Card
    rank: int
    score: int
    sentences: tuple[SentenceView, ...]
    rows: tuple[LikenessView, ...]
    suits: str
    quote: tuple[Piece, ...]
    quote_place: str
    done: tuple[str, ...]
    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the words name, and the address of the profile that says it in its field."""

    name: str
    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """Everything around the role models of one profile.

    ``says_little`` is true where nothing that is given can be scored.
    """

    summary: str
    chips: tuple[Chip, ...]
    clear_url: str
    notices: tuple[str, ...]
    heard: tuple[Heard, ...]
    models: tuple[ModelView, ...]
    total: int
    no_good_match: bool
    says_little: bool
    search_url: str
    outcomes_url: str
    json_url: str
    compare: CompareLink | None


def answer_view(answer: RoleModels, taxonomy: Taxonomy) -> AnswerView:
    """Gather the answer for its template."""
    profile, query = answer.profile, answer.query
    return AnswerView(
        summary=summary(profile, taxonomy),
        chips=profile_chips(profile, query, taxonomy),
        clear_url=url_for("role_models.role_models"),
        notices=tuple(curly(one) for one in contradictions(profile, taxonomy)),
        heard=tuple(_heard(answer, taxonomy)),
        models=tuple(_model(model, answer, taxonomy) for model in answer.models),
        total=answer.total,
        no_good_match=answer.no_good_match,
        says_little=not profile.says_what,
        search_url=search_url(full_text(profile, taxonomy), query.filters),
        outcomes_url=profile_url(profile, query, "outcomes.outcomes"),
        json_url=profile_url(profile, query, "api.role_models"),
        compare=compare_first((model.case.id for model in answer.models), MODELS),
    )


def profile_chips(profile: Profile, query: Query, taxonomy: Taxonomy) -> tuple[Chip, ...]:
    """Each part of a profile, then each filter, with the address without it."""
    return (*_part_chips(profile, query, taxonomy), *_filter_chips(profile, query, taxonomy))


def _heard(answer: RoleModels, taxonomy: Taxonomy) -> Iterator[Heard]:
    """Sector and number where the words name them, then each kind of project."""
    profile, whole = answer.profile, answer.completed
    said = [
        replace(profile, **{name: getattr(whole, name)})
        for name in ("my_sector", "partners")
        if getattr(whole, name) != getattr(profile, name)
    ]
    said += [with_goal(profile, project) for project in answer.suggested_goals]
    for more in said:
        name = next(name for name in FIELDS if getattr(more, name) != getattr(profile, name))
        new = [one for one in values_of(more, name) if one not in values_of(profile, name)]
        yield Heard(
            name=NAMES[name],
            label=" and ".join(words(name, one, taxonomy) for one in new),
            url=profile_url(more, answer.query),
        )


def _model(model: RoleModel, answer: RoleModels, taxonomy: Taxonomy) -> ModelView:
    case, reason = model.case, model.reason
    quoted = reason is not None and not is_summary(reason, case)
    return ModelView(
        card=card(case, taxonomy),
        rank=model.rank,
        score=round(model.score * 100),
        sentences=tuple(_sentences(model.comparison)),
        rows=tuple(_row(one, answer, taxonomy) for one in model.comparison),
        suits=capital(curly(model.audience_line)),
        quote=excerpt(curly(reason.passage), ()) if quoted else (),
        quote_place=curly(reason.heading) if quoted else "",
        done=tuple(curly(text) for text in model.done),
        parts=tuple(
            PartView(
                label=part_label(part.name, taxonomy),
                value=round(part.value * 100),
                share=round(part.share * 100),
            )
            for part in model.parts
        ),
    )


def _sentences(found: tuple[FieldComparison, ...]) -> Iterator[SentenceView]:
    relations = dict.fromkeys(one.relation for one in sorted(found, key=_order))
    for relation, text in zip(relations, sentences(found), strict=True):
        opening, _, rest = text.partition(": ")
        yield SentenceView(relation=relation, opening=opening, rest=curly(rest))


def _order(one: FieldComparison) -> int:
    return ("like", "unlike", "unknown").index(one.relation)


def _row(one: FieldComparison, answer: RoleModels, taxonomy: Taxonomy) -> LikenessView:
    yours = "; ".join(
        words(one.field, each, taxonomy) for each in values_of(answer.completed, one.field)
    )
    is_heard = one.field not in given(answer.profile)
    return LikenessView(
        label=NAMES[one.field],
        yours=f"{yours} (from your words)" if is_heard else yours,
        theirs=one.words,
        relation=one.relation,
    )


def _part_chips(profile: Profile, query: Query, taxonomy: Taxonomy) -> Iterator[Chip]:
    blank = Profile()
    for name, value in given(profile).items():
        for one in values_of(profile, name):
            less: object = getattr(blank, name)
            if isinstance(value, tuple):
                less = tuple(other for other in value if other != one)
            yield Chip(
                label=cut(words(name, one, taxonomy), CHIP_LENGTH),
                facet=NAMES[name],
                url=profile_url(replace(profile, **{name: less}), query),
            )


def _filter_chips(profile: Profile, query: Query, taxonomy: Taxonomy) -> Iterator[Chip]:
    for facet, values in query.filters.items():
        for one in values:
            kept = {**query.filters, facet: tuple(other for other in values if other != one)}
            least = query.results_min if kept.get("results") else None
            yield Chip(
                label=taxonomy.label(facet, one),
                facet=f"Only {in_line(facet_words(facet, taxonomy).heading)}",
                url=profile_url(profile, replace(query, filters=kept, results_min=least)),
            )
    if query.results_min is not None:
        unit = taxonomy["units"].label(query.results_unit) if query.results_unit else ""
        yield Chip(
            label=f"at least {number_text(query.results_min)} {unit}".strip(),
            facet="Figure",
            url=profile_url(profile, replace(query, results_min=None)),
        )
