"""A new case to fill in: the front-matter with every required field, and the headings."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

from kb.content.files import TAXONOMY_FILE
from kb.content.taxonomy import load_taxonomy
from kb.content.yaml_source import YamlTrouble, read_yaml
from kb.errors import CorpusError, QueryError
from kb.model.taxonomy import GUIDE
from kb.text.body import case_headings

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)+")

_CASE = """\
---
title: {title}
kind: {kind}
{country}type: []  # {types}
project: []  # see cases/taxonomy.yaml
results: []  # what the source reports as achieved; never invented
summary: >-
  One or two sentences that say who did what together, where, and what came of it.
sources:
  - key: ""  # a key of cases/sources.bib
    locator: ""  # where in it
added: {today}
---

{headings}
"""


def write_new_case(folder: Path, case_id: str, *, title: str | None, kind: str = "") -> Path:
    """Write the skeleton of a case and return its path.

    It does not pass the check until it is filled in; the check says what is missing.
    Without a kind it is of the one that the compendium is about, or else of the first.

    Raises:
        QueryError: the id or the kind is not one.
        CorpusError: there is such a file already, or it cannot be written.
    """
    if not _ID.fullmatch(case_id):
        raise QueryError(
            f"ID must be a folder and a name in lower case letters, digits and hyphens, "
            f"such as norway/boat-builders, not {case_id!r}.",
            parameter="ID",
            value=case_id,
        )
    taxonomy = load_taxonomy(folder / TAXONOMY_FILE)
    kinds = taxonomy["kinds"]
    canonical = kinds.canonical(kind or taxonomy.subject.id or kinds.ids[0])
    if canonical is None:
        raise QueryError(
            f"--kind must be one of {', '.join(kinds.ids)}, not {kind!r}.",
            parameter="--kind",
            value=kind,
            allowed=kinds.ids,
        )
    place, name = case_id.rsplit("/", 1)
    words = name.replace("-", " ")
    country = place.split("/")[0].replace("-", " ").title()
    text = _CASE.format(
        title=_as_yaml(" ".join((title or words.capitalize()).split())),
        kind=canonical,
        country="" if kinds.term(canonical).role == GUIDE else f"country: {country}\n",
        types=", ".join(taxonomy["types"].ids),
        today=date.today().isoformat(),
        headings="\n\n".join(f"## {heading}" for heading in case_headings(taxonomy.subject)),
    )
    path = folder / f"{case_id}.md"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise CorpusError(f"{path} exists already; nothing was written.")
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as err:
        raise CorpusError(f"{path} cannot be written: {err.strerror}.") from err
    return path


def _as_yaml(text: str) -> str:
    """The text as YAML reads it back: in quotes where it has to be."""
    try:
        if read_yaml(f"title: {text}").value == {"title": text}:
            return text
    except YamlTrouble:
        pass
    return json.dumps(text, ensure_ascii=False)
