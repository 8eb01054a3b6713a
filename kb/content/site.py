"""Reads ``cases/site.yaml``: what a compendium says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from kb.content.schema import (
    Complaint,
    Complaints,
    Given,
    Record,
    YamlFile,
    keyed,
    optional,
    required,
    shown,
    text,
    texts,
    wrong,
)
from kb.errors import Problem
from kb.model.english import quoted
from kb.model.site import Site

#: The most characters of a name, of a sentence, of a paragraph and of a search.
MAX_NAME, MAX_SENTENCE, MAX_PARAGRAPH, MAX_SEARCH = 60, 160, 1000, 100

_NAME, _SENTENCE, _SEARCH = text(most=MAX_NAME), text(most=MAX_SENTENCE), text(most=MAX_SEARCH)


def _web_address(value: str, known: Any) -> str:
    """The address of a page.

    Raises:
        ValidationError: it is none.
    """
    if not re.fullmatch(r"https?://\S+", value):
        message = f"must be the address of a page, such as https://…, not {shown(value)}."
        raise wrong("address-malformed", message)
    return value


_ADDRESS = text(means=_web_address, schema={"type": "string", "pattern": r"^https?://\S+$"})


def _time(value: str, known: Any) -> str:
    """A time that is promised, such as 14 days.

    Raises:
        ValidationError: it is none.
    """
    if not re.fullmatch(r"[1-9]\d? (?:working )?(?:days?|weeks?|months?)", value):
        message = f"must be a time such as '14 days' or '2 weeks', not {shown(value)}."
        raise wrong("time-malformed", message)
    return value


_TIME = text(means=_time)
_PARAGRAPHS = texts(text(most=MAX_PARAGRAPH, plain=True), strict=True)
_SEARCHES = keyed(
    texts(_SEARCH, none="must name at least one search."),
    shape="must map who may come to lists of searches.",
)


class SiteFields(Record):
    """The fields of the file."""

    what = "what a compendium says of itself"
    makes = Site

    name: Annotated[str, _NAME] = required("", "Compendium of Business Networks")
    small: Annotated[str, _NAME] = optional()
    subtitle: Annotated[str, _NAME] = optional()
    promise: Annotated[str, _SENTENCE] = optional()
    description: Annotated[str, _SENTENCE] = optional()
    about: Annotated[tuple[str, ...], _PARAGRAPHS] = optional()
    searches: Annotated[Mapping[str, tuple[str, ...]], _SEARCHES] = optional()
    business: Annotated[str, _SEARCH] = optional()
    aim: Annotated[str, _SEARCH] = optional()
    licence: Annotated[str, _NAME] = optional()
    licence_url: Annotated[str, _ADDRESS] = optional()
    review_within: Annotated[str, _TIME] = optional()

    @staticmethod
    def rules(given: Given, sound: Given, known: Any) -> Complaints:
        """What is set small is the beginning of the name."""
        name, small = str(sound.get("name", "")), str(sound.get("small", ""))
        if name and small and not name.startswith(f"{small} "):
            message = f"must be how the name begins, {quoted(name)}, not {quoted(small)}."
            yield Complaint(("small",), "site-words-disagree", message)
        if "licence_url" in sound and not given.get("licence"):
            message = "needs the name of the licence in licence, such as CC BY 4.0."
            yield Complaint(("licence_url",), "site-words-disagree", message)


_FILE = YamlFile(model=SiteFields)


def read_site(path: Path) -> tuple[Site, list[Problem]]:
    """What a compendium says of itself, and what is wrong in the file.

    Without the file, or where anything is wrong, the words are plain.
    """
    site, problems = _FILE.read(path)
    return site or Site(), problems
