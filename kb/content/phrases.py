"""How owners say what they want, for each project type: ``cases/phrases.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import TypeAdapter

from kb.content.schema import keyed, listed, read_file, texts, wrong
from kb.errors import Problem
from kb.model.taxonomy import Vocabulary

MAX_PHRASE = 200


def _project(name: str, projects: Vocabulary) -> None:
    if name not in projects.ids:
        raise wrong(f"must be a project type: {listed(projects.ids, 30)}.")


_BY_PROJECT = keyed(
    texts(most=MAX_PHRASE), key=_project, shape="must map project types to lists of phrases."
)
_File = TypeAdapter(Annotated[dict[str, tuple[str, ...]], _BY_PROJECT])


def read_phrases(
    path: Path, projects: Vocabulary
) -> tuple[Mapping[str, tuple[str, ...]], list[Problem]]:
    """The phrases of each project type, and what is wrong in the file.

    Without the file, or where anything is wrong, there are none.
    """
    try:
        phrases, problems = read_file(_File, path, twice="join the two", known=projects)
    except (FileNotFoundError, NotADirectoryError):
        return {}, []
    except OSError as err:
        return {}, [Problem(path=str(path), line=1, message=f"cannot be read: {err.strerror}.")]
    return phrases or {}, problems
