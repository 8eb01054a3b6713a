"""The page of role models: which cases suit a firm, why each does, and where it differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import url_for

from kb.guidance.profile import FIELDS, Profile, contradictions, given
from kb.guidance.profile_comparison import Likeness, number_word, sentences
from kb.guidance.profile_score import PART_LABELS, story_text
from kb.guidance.role_models import RoleModel, RoleModels
from kb.model.taxonomy import Taxonomy
from web.compare.choose import FIRST, CompareLink
from web.core.urls import compare_url, search_url
from web.role_models.params import Asked
from web.role_models.words import NAMES, profile_chips, profile_url, summary, with_goal, words
from web.ui.cards import Card, card
from web.ui.filters import Chip
from web.ui.reasons import Piece, excerpt, is_summary
from web.words.typography import capital, curly


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
    found = [model.case.id for model in answer.models]
    first = found[:FIRST]
    return AnswerView(
        summary=summary(profile, taxonomy),
        chips=profile_chips(profile, query, taxonomy),
        clear_url=url_for("role_models.role_models"),
        notices=tuple(curly(one) for one in contradictions(profile)),
        heard=tuple(_heard(answer, taxonomy)),
        models=tuple(_model(model, answer, taxonomy) for model in answer.models),
        total=answer.total,
        no_good_match=answer.no_good_match,
        says_little=not profile.says_what,
        search_url=search_url(story_text(profile, taxonomy), query.filters),
        outcomes_url=profile_url(profile, query, "outcomes.outcomes"),
        json_url=profile_url(profile, query, "api.role_models_json"),
        compare=CompareLink(
            url=compare_url(first),
            words=f"Compare the first {number_word(len(first))} side by side",
        )
        if len(first) > 1
        else None,
    )


def says_nothing(asked: Asked) -> bool:
    """Whether a form was sent in which nothing of the firm was filled in."""
    was_sent = any(name in asked.typed for name in FIELDS)
    return was_sent and asked.profile.is_empty and not asked.wrong


def _heard(answer: RoleModels, taxonomy: Taxonomy) -> Iterator[Heard]:
    """Sector and number where the words name them, then each kind of project."""
    profile, whole = answer.profile, answer.completed
    said = [
        replace(profile, **{name: getattr(whole, name)})
        for name in ("my_sector", "partners")
        if getattr(whole, name) != getattr(profile, name)
    ]
    said += [with_goal(profile, project) for project in answer.heard]
    for more in said:
        name = next(name for name in FIELDS if getattr(more, name) != getattr(profile, name))
        new = [one for one in _values(more, name) if one not in _values(profile, name)]
        yield Heard(
            name=NAMES[name],
            label=" and ".join(words(name, one, taxonomy) for one in new),
            url=profile_url(more, answer.query),
        )


def _values(profile: Profile, name: str) -> tuple[object, ...]:
    value = getattr(profile, name)
    return value if isinstance(value, tuple) else (value,)


def _model(model: RoleModel, answer: RoleModels, taxonomy: Taxonomy) -> ModelView:
    case, reason = model.case, model.reason
    quoted = reason is not None and not is_summary(reason, case)
    return ModelView(
        card=card(case, taxonomy),
        rank=model.rank,
        score=round(model.score * 100),
        sentences=tuple(_sentences(model.likeness)),
        rows=tuple(_row(one, answer, taxonomy) for one in model.likeness),
        suits=capital(curly(model.suits)),
        quote=excerpt(curly(reason.passage), ()) if quoted else (),
        quote_place=curly(reason.heading) if quoted else "",
        done=tuple(curly(text) for text in model.done),
        parts=tuple(
            PartView(
                label=PART_LABELS[part.name],
                value=round(part.value * 100),
                share=round(part.share * 100),
            )
            for part in model.parts
        ),
    )


def _sentences(found: tuple[Likeness, ...]) -> Iterator[SentenceView]:
    relations = dict.fromkeys(one.relation for one in sorted(found, key=_order))
    for relation, text in zip(relations, sentences(found), strict=True):
        opening, _, rest = text.partition(": ")
        yield SentenceView(relation=relation, opening=opening, rest=curly(rest))


def _order(one: Likeness) -> int:
    return ("like", "unlike", "unknown").index(one.relation)


def _row(one: Likeness, answer: RoleModels, taxonomy: Taxonomy) -> LikenessView:
    yours = "; ".join(
        words(one.field, each, taxonomy) for each in _values(answer.completed, one.field)
    )
    is_heard = one.field not in given(answer.profile)
    return LikenessView(
        label=NAMES[one.field],
        yours=f"{yours} (from your words)" if is_heard else yours,
        theirs=one.words,
        relation=one.relation,
    )
