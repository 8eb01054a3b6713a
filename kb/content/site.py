"""Reads ``cases/site.yaml``: what a compendium says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from kb.content.schema import Complaints, Given, Record, keyed, like, read_file, text, texts
from kb.errors import Problem
from kb.model.site import Site

#: The most characters of a name, of a sentence, of a paragraph and of a search.
MAX_NAME, MAX_SENTENCE, MAX_PARAGRAPH, MAX_SEARCH = 60, 160, 1000, 100

_SEARCHES = keyed(
    texts(most=MAX_SEARCH, none="must name at least one search."),
    shape="must map who may come to lists of searches.",
)


class SiteFields(Record):
    """The fields of the file."""

    what: ClassVar[str] = "what a compendium says of itself"

    name: Annotated[str, text(most=MAX_NAME)] = like("Compendium of Business Networks")
    small: Annotated[str, text(most=MAX_NAME)] = ""
    subtitle: Annotated[str, text(most=MAX_NAME)] = ""
    promise: Annotated[str, text(most=MAX_SENTENCE)] = ""
    description: Annotated[str, text(most=MAX_SENTENCE)] = Site().description
    about: Annotated[tuple[str, ...], texts(most=MAX_PARAGRAPH, plain=True)] = ()
    searches: Annotated[Mapping[str, tuple[str, ...]], _SEARCHES] = {}
    business: Annotated[str, text(most=MAX_SEARCH)] = ""
    aim: Annotated[str, text(most=MAX_SEARCH)] = ""

    @classmethod
    def rules(cls, given: Given, sound: Given, known: Any) -> Complaints:
        """What is set small is the beginning of the name."""
        name, small = str(sound.get("name", "")), str(sound.get("small", ""))
        if name and small and not name.startswith(f"{small} "):
            yield ("small",), f"must be how the name begins, {name!r}, not {small!r}."


def read_site(path: Path) -> tuple[Site, list[Problem]]:
    """What a compendium says of itself, and what is wrong in the file.

    Without the file, or where anything is wrong, the words are plain.
    """
    try:
        fields, problems = read_file(SiteFields, path)
    except (FileNotFoundError, NotADirectoryError):
        return Site(), []
    except OSError as err:
        return Site(), [Problem(path=str(path), line=1, message=f"cannot be read: {err.strerror}.")]
    return (Site(**dict(fields)) if fields else Site()), problems
