"""Judged profiles: firms that look for role models, and which cases are theirs.

``profiles.jsonl`` holds one JSON object a line and stands where ``queries.jsonl`` does.
The whole file is checked before anything is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from kb.content.schema import Complaint, Complaints, Value, several, wrong
from kb.errors import QueryError
from kb.guidance.profile import FIELDS, Profile, make_profile
from kb.model.cases import Case
from kb.model.taxonomy import Taxonomy
from kb.quality.judged import (
    NEEDED,
    SPLITS,
    Judgeable,
    Row,
    judgeable,
    read_rows,
    relevance_problems,
    words,
)

PERSONAS = ("owner", "agency")
_LISTS = ("my_sector", "goal", "common")
_WHOLE = ("size", "partners")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedProfile:
    """One profile with its judgments.

    ``relevance`` maps case ids to 1 (worth reading) or 2 (a role model) and is never
    empty; every other case was judged 0. Guides are not judged.
    """

    id: str
    split: str
    persona: str
    need: str
    profile: Profile
    relevance: Mapping[str, int]


def _relevance(value: Any, known: Judgeable) -> dict[str, int]:
    if not isinstance(value, dict) or not value:
        raise wrong("wrong-kind-of-value", "must map ids of cases to 1 or 2, at least one.")
    guides = [case_id for case_id in value if case_id in known.guides]
    complaints = [
        *relevance_problems(value, known),
        *(
            Complaint(
                (),
                "wrong-kind-of-document",
                f"names {case_id!r}, a guide, which is no role model.",
            )
            for case_id in guides
        ),
    ]
    if complaints:
        raise several(complaints)
    return value


def _profile(value: Any, known: Judgeable) -> Profile:
    if not isinstance(value, dict) or not value:
        message = f"must hold at least one of {', '.join(FIELDS)}."
        raise wrong("wrong-kind-of-value", message)
    complaints = [
        complaint for name in value for complaint in _of_field(name, value[name], known.taxonomy)
    ]
    if complaints:
        raise several(complaints)
    return make_profile(known.taxonomy, **value)


def _of_field(name: str, value: Any, taxonomy: Taxonomy) -> Complaints:
    if name not in FIELDS:
        message = f"has no field {name!r}; its fields are {', '.join(FIELDS)}."
        yield Complaint((), "unknown-field", message, tuple(FIELDS))
    elif (kind := _wrong_kind(name, value)) != "":
        message = f"must be {kind}, not {value!r}."
        yield Complaint((name,), "wrong-kind-of-value", message)
    else:
        try:
            empty = make_profile(taxonomy, **{name: value}).is_empty
        except QueryError as err:
            message = str(err).removeprefix(f"{name} ")
            yield Complaint((name,), "judged-profile-not-understood", message, err.allowed)
        else:
            if empty:
                message = "must not be empty; leave it out."
                yield Complaint((name,), "empty-field", message)


def _wrong_kind(name: str, value: object) -> str:
    """What a field must be, empty if it is that."""
    if name in _WHOLE:
        return "" if type(value) is int else "a whole number"
    if name in _LISTS:
        fits = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return "" if fits else "a list of texts"
    return "" if isinstance(value, str) else "a text"


class ProfileRow(Row):
    """A judged profile."""

    makes = JudgedProfile

    id: Annotated[str, words()] = NEEDED
    need: Annotated[str, words()] = NEEDED
    split: Annotated[str, words(SPLITS)] = NEEDED
    persona: Annotated[str, words(PERSONAS)] = NEEDED
    profile: Annotated[Profile, Value(_profile, {"type": "object"})] = NEEDED
    relevance: Annotated[dict[str, int], Value(_relevance, {"type": "object"})] = NEEDED


def read_profiles(
    path: Path, cases: Sequence[Case], taxonomy: Taxonomy
) -> tuple[JudgedProfile, ...]:
    """Read the judged profiles.

    Args:
        path: the file.
        cases: those that judgments may name; guides among them are refused.
        taxonomy: the vocabulary of a snapshot, which knows the countries.

    Raises:
        CorpusInvalid: carries every problem with its line.
        CorpusError: the file cannot be read.
    """
    return read_rows(path, ProfileRow, judgeable(cases, taxonomy))
