"""What readers asked for and no document answers: ``cases/wanted.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import TypeAdapter

from kb.content.schema import YamlFile, keyed, text, texts, wrong
from kb.errors import Problem

#: How long an entry may be, and a question that asks for it.
MAX_WANTED, MAX_QUESTION = 200, 1000


def _wanted(name: str, known: object) -> str:
    if not name.strip() or len(name) > MAX_WANTED:
        message = f"must say what is wanted in at most {MAX_WANTED} characters."
        raise wrong("text-too-long" if name.strip() else "empty-field", message)
    return name.strip()


_BY_WANTED = keyed(
    texts(text(most=MAX_QUESTION)),
    key=_wanted,
    shape="must map what is wanted to lists of the questions that asked for it.",
)
_FILE = YamlFile(
    model=TypeAdapter(Annotated[dict[str, tuple[str, ...]], _BY_WANTED]), twice="join the two"
)


def read_wanted(path: Path) -> tuple[Mapping[str, tuple[str, ...]], list[Problem]]:
    """What is wanted to the questions that asked for it, and what is wrong in the file.

    Without the file, or where anything is wrong, there is nothing.
    """
    wanted, problems = _FILE.read(path, None)
    return wanted or {}, problems
