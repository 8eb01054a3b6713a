"""Judged profiles: firms that look for role models, and which cases are theirs.

``cases/profiles.jsonl`` holds one JSON object a line, as ``cases/queries.jsonl`` does.
The whole file is checked before anything is measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import CorpusInvalid, Problem, QueryError
from kb.guidance.profile import FIELDS, Profile, make_profile
from kb.model.cases import Case
from kb.model.taxonomy import Taxonomy
from kb.quality.judged import SPLITS, json_lines, relevance_problems

PERSONAS = ("owner", "agency")
_TEXTS = ("id", "split", "persona", "need")
_CHOICES = {"split": SPLITS, "persona": PERSONAS}
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
    kinds = {case.id: case.kind for case in cases}
    problems: list[Problem] = []
    found: list[JudgedProfile] = []
    seen: set[str] = set()
    for line, row in json_lines(path, problems):
        wrong = list(_wrong(row, kinds, taxonomy))
        if not wrong and row["id"] in seen:
            wrong = [f"id must be unique: {row['id']!r} stands twice."]
        problems += [Problem(path=str(path), line=line, message=message) for message in wrong]
        if not wrong:
            seen.add(row["id"])
            fields = {name: row[name] for name in _TEXTS}
            profile = make_profile(taxonomy, **row["profile"])
            found.append(JudgedProfile(**fields, profile=profile, relevance=row["relevance"]))
    if problems:
        raise CorpusInvalid(tuple(problems), outcome="nothing was measured.")
    return tuple(found)


def _wrong(row: Mapping[str, Any], kinds: Mapping[str, str], taxonomy: Taxonomy) -> Iterator[str]:
    for name in _TEXTS:
        if not isinstance(row.get(name), str) or not row[name].strip():
            yield f"{name} must be a text that is not empty."
    for name, allowed in _CHOICES.items():
        if isinstance(row.get(name), str) and row[name] not in allowed:
            yield f"{name} must be one of {', '.join(allowed)}, not {row[name]!r}."
    yield from _wrong_profile(row.get("profile"), taxonomy)
    relevance = row.get("relevance")
    if not isinstance(relevance, dict) or not relevance:
        yield "relevance must map ids of cases to 1 or 2, at least one."
        return
    yield from relevance_problems(relevance, kinds)
    for case_id in relevance:
        if kinds.get(case_id) == "guide":
            yield f"relevance names {case_id!r}, a guide, which is no role model."


def _wrong_profile(profile: object, taxonomy: Taxonomy) -> Iterator[str]:
    if not isinstance(profile, dict) or not profile:
        yield f"profile must hold at least one of {', '.join(FIELDS)}."
        return
    for name, value in profile.items():
        if name not in FIELDS:
            yield f"profile has no field {name!r}; its fields are {', '.join(FIELDS)}."
        elif (kind := _wrong_kind(name, value)) != "":
            yield f"profile.{name} must be {kind}, not {value!r}."
        else:
            try:
                made = make_profile(taxonomy, **{name: value})
            except QueryError as err:
                yield f"profile: {err}"
            else:
                if made.is_empty:
                    yield f"profile.{name} must not be empty; leave it out."


def _wrong_kind(name: str, value: object) -> str:
    """What a field must be, empty if it is that."""
    if name in _WHOLE:
        return "" if type(value) is int else "a whole number"
    if name in _LISTS:
        fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return "" if fits else "a list of texts"
    return "" if isinstance(value, str) else "a text"
