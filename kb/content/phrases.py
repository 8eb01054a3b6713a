"""How owners say what they want, for each project type: ``cases/phrases.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import TypeAdapter

from kb.content.known import Known
from kb.content.schema import YamlFile, keyed, listed, text, texts, wrong
from kb.errors import Problem

MAX_PHRASE = 200


def _project(name: str, known: Known) -> str:
    projects = known.taxonomy["projects"].ids
    if name not in projects:
        message = f"must be a project type: {listed(projects, 30)}."
        raise wrong("word-not-in-vocabulary", message, allowed=projects)
    return name


_BY_PROJECT = keyed(
    texts(text(most=MAX_PHRASE)),
    key=_project,
    shape="must map project types to lists of phrases.",
)
_FILE = YamlFile(
    model=TypeAdapter(Annotated[dict[str, tuple[str, ...]], _BY_PROJECT]), twice="join the two"
)


def read_phrases(path: Path, known: Known) -> tuple[Mapping[str, tuple[str, ...]], list[Problem]]:
    """The phrases of each project type, and what is wrong in the file.

    Without the file, or where anything is wrong, there are none.
    """
    phrases, problems = _FILE.read(path, known)
    return phrases or {}, problems
