"""Words in other languages and their English: ``cases/glossary.yaml``.

People edit the ``Glossary``. ``kb glossary`` makes a ``WordTable`` of it with every form of
every word (``kb.text.word_forms``), and keeps that beside it, so that a build need not read
six dictionaries.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from kb.content.rules import problem
from kb.content.schema import (
    Complaint,
    Complaints,
    Given,
    Record,
    Value,
    YamlFile,
    items_of,
    keyed,
    optional,
    required,
    shown,
    text,
    texts,
    wrong,
)
from kb.errors import CorpusError, Problem
from kb.model.files import file_digest, write_content
from kb.model.word_table import Glossary, WordTable
from kb.text.folding import fold

#: The languages that a glossary may have.
LANGUAGES: tuple[str, ...] = ("fr", "es", "de", "it", "no", "pt")


def _language(name: str, known: Any) -> str:
    if name not in LANGUAGES:
        message = f"must be one of {', '.join(LANGUAGES)}, not {shown(name)}."
        raise wrong("word-not-in-vocabulary", message, allowed=LANGUAGES)
    return name


def _word(word: str, known: Any) -> str:
    if not fold(word):
        raise wrong("wrong-kind-of-value", f"must be a word, not {shown(word)}.")
    return word


_LANGUAGES = texts(
    text(means=_language, plain=True),
    none="must name at least one language.",
    once=True,
    strict=True,
)
_WORDS = keyed(
    texts(text(means=_word, plain=True), strict=True),
    shape="must map languages to lists of words, not {}.",
)
#: What stands under a term hangs on the languages: the rules of the file look at it.
_ROW = Value(lambda row, known: row, {})
_TERMS = keyed(_ROW, shape="must map English terms to ways to say them, not {}.")


class _File(Record):
    what = "a glossary"
    shape = "the glossary must have languages and terms."

    languages: Annotated[tuple[str, ...], _LANGUAGES] = required("", "[fr, de]")
    function_words: Annotated[dict[str, tuple[str, ...]], _WORDS] = optional(default={})
    terms: Annotated[dict[str, Any], _TERMS] = required("", "{wine: [vin, Wein]}")

    @staticmethod
    def rules(given: Given, sound: Given, known: Any) -> Complaints:
        """Each term can be said in each language; only languages of the file have words."""
        languages = sound.get("languages")
        if languages is None:
            return
        names = ", ".join(languages)
        words, terms = (given.get(name) for name in ("function_words", "terms"))
        for language in words if isinstance(words, dict) else ():
            if language not in languages:
                message = f"must be one of the languages, {names}."
                place = ("function_words", language)
                yield Complaint(place, "word-not-in-vocabulary", message, tuple(languages))
        for term, row in terms.items() if isinstance(terms, dict) else ():
            if not isinstance(row, list) or len(row) != len(languages) or None in map(_ways, row):
                yield Complaint(
                    ("terms", term),
                    "glossary-entry-incomplete",
                    f"must have {len(languages)} entries, for {names}: each one way to say it, "
                    "or a list of several.",
                )

    def made(self) -> Glossary:
        """The glossary: each term with its ways by language."""
        rows = {
            term: zip(self.languages, map(_ways, row), strict=True)
            for term, row in self.terms.items()
        }
        return Glossary(
            terms={term: {name: ways for name, ways in row if ways} for term, row in rows.items()},
            function_words=self.function_words,
        )


def _ways(cell: object) -> tuple[str, ...] | None:
    """One way or several; None if the cell is neither."""
    ways = items_of(cell)
    return tuple(ways) if all(isinstance(way, str) and fold(way) for way in ways) else None


#: A term has about ten values in six languages, and a large dictionary some ten thousand terms.
_MOST_VALUES = 200_000

_FILE = YamlFile(model=_File, what="the glossary", twice="join the two", most=_MOST_VALUES)


def read_glossary(path: Path) -> Glossary:
    """Read a glossary; without the file it is empty.

    Raises:
        CorpusError: the file cannot be read, is not YAML, has an unknown key or
            language, a term given twice, or a term without its ways to say it in each
            language. The message names file and line of each.
    """
    if not path.exists():
        return Glossary()
    return _FILE.read_needed(path, CorpusError)


def write_forms(path: Path, glossary_file: Path, table: WordTable) -> None:
    """Keep a table with the digest of the glossary that it was made of, in one step.

    JSON with a language on a line, so that a change of one shows as that.

    Raises:
        CorpusError: the file cannot be written.
    """
    data = table.as_json()
    forms = ",\n".join(f"{_json(name)}:{_json(rows)}" for name, rows in data["forms"].items())
    head = f'{{"glossary":{_json(file_digest(glossary_file))},\n"meanings":'
    text = f'{head}{_json(data["meanings"])},\n"forms":{{\n{forms}\n}}}}\n'
    write_content(path, text.encode())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_forms(path: Path, glossary_file: Path, problems: list[Problem]) -> WordTable:
    """The table that was kept; empty where there is neither glossary nor table.

    Args:
        path: what ``write_forms`` wrote.
        glossary_file: what it should have been made of.
        problems: told where the table is not that of the glossary. What is returned is
            then not to be used.
    """
    if not glossary_file.is_file():
        if path.is_file():
            message = f"is made from {glossary_file.name}, which is not there; remove this file."
            problems.append(problem("glossary-forms-stale", path, 1, message))
        return WordTable()
    try:
        data = json.loads(path.read_bytes())
        made_of, table = data["glossary"], WordTable.from_json(data)
    except FileNotFoundError:
        message = f"has no {path.name} beside it; run 'kb glossary'."
        problems.append(problem("glossary-forms-stale", glossary_file, 1, message))
        return WordTable()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        message = "is not what 'kb glossary' writes; run 'kb glossary'."
        problems.append(problem("glossary-forms-stale", path, 1, message))
        return WordTable()
    if made_of != file_digest(glossary_file):
        message = f"has changed since {path.name} was made of it; run 'kb glossary'."
        problems.append(problem("glossary-forms-stale", glossary_file, 1, message))
    return table
