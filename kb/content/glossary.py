"""Words in other languages and their English: ``cases/glossary.yaml``.

People edit the ``Glossary``: English terms and the ways to say them. ``kb glossary``
makes a ``WordTable`` of it, with every form of every way, and keeps that beside it, so
that a build need not read six dictionaries.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Annotated, Any, ClassVar

from kb.content.schema import (
    Complaints,
    Given,
    Record,
    items_of,
    keyed,
    like,
    read_file,
    shown,
    texts,
    wrong,
)
from kb.errors import CorpusError, Problem
from kb.model.files import file_digest, write_durably
from kb.model.word_table import WordTable
from kb.text.language import inflections
from kb.text.translate import fold

#: The languages that a glossary may have.
LANGUAGES: tuple[str, ...] = ("fr", "es", "de", "it", "no", "pt")

#: Two letters for one that some keyboards lack; ``fold`` alone would drop the dots.
_DIGRAPHS: Mapping[str, Mapping[int, str]] = {
    "de": str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"}),
    "no": str.maketrans({"å": "aa", "ø": "oe"}),
}

#: A phrase whose words have more forms than this is not given in every mixture of them.
_MOST_MIXTURES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Glossary:
    """What people write.

    ``terms`` maps an English term to language to the ways to say it, as written, in the
    order of the file. ``function_words`` maps a language to words that have no English
    here but show the language.
    """

    terms: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    function_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _language(name: str, known: Any) -> str:
    if name not in LANGUAGES:
        raise wrong(f"must name languages of {', '.join(LANGUAGES)}, not {shown(name)}.")
    return name


def _word(word: str, known: Any) -> str:
    if not fold(word):
        raise wrong(f"must hold words, not {shown(word)}.")
    return word


_LANGUAGES = texts(
    means=_language,
    plain=True,
    none="must name at least one language.",
    again="names {!r} twice; once is enough.",
)
_WORDS = keyed(
    texts(means=_word, plain=True), shape="must map languages to lists of words, not {}."
)
_TERMS = keyed(shape="must map English terms to ways to say them, not {}.")


class _File(Record):
    what: ClassVar[str] = "a glossary"
    shape: ClassVar[str] = "the glossary must have languages and terms."

    languages: Annotated[tuple[str, ...], _LANGUAGES] = like("[fr, de]")
    function_words: Annotated[dict[str, tuple[str, ...]], _WORDS] | None = None
    terms: Annotated[dict[str, Any], _TERMS] = like("{wine: [vin, Wein]}")

    @classmethod
    def rules(cls, given: Given, sound: Given, known: Any) -> Complaints:
        """Each term can be said in each language; only languages of the file have words."""
        languages = sound.get("languages")
        if languages is None:
            return
        names = ", ".join(languages)
        words, terms = (given.get(name) for name in ("function_words", "terms"))
        for language in words if isinstance(words, dict) else ():
            if language not in languages:
                yield ("function_words", language), f"must be one of the languages, {names}."
        for term, row in terms.items() if isinstance(terms, dict) else ():
            if not isinstance(row, list) or len(row) != len(languages) or None in map(_ways, row):
                yield (
                    ("terms", term),
                    f"must have {len(languages)} entries, for {names}: each one way to say it, "
                    "or a list of several.",
                )


def _ways(cell: object) -> tuple[str, ...] | None:
    """One way or several; None if the cell is neither."""
    ways = items_of(cell)
    return tuple(ways) if all(isinstance(way, str) and fold(way) for way in ways) else None


def read_glossary(path: Path) -> Glossary:
    """Read a glossary; without the file it is empty.

    Raises:
        CorpusError: the file cannot be read, is not YAML, has an unknown key or
            language, a term given twice, or a term without its ways to say it in each
            language. The message names file and line of each.
    """
    try:
        read, problems = read_file(_File, path, what="the glossary", twice="join the two")
    except FileNotFoundError:
        return Glossary()
    except OSError as err:
        raise CorpusError(f"{path}: the glossary cannot be read: {err.strerror}.") from err
    if read is None:
        raise CorpusError("\n".join(map(str, problems)))
    ways = {
        term: zip(read.languages, map(_ways, row), strict=True) for term, row in read.terms.items()
    }
    return Glossary(
        terms={term: {name: way for name, way in row if way} for term, row in ways.items()},
        function_words=read.function_words or {},
    )


def expand(glossary: Glossary, tell: Callable[[str], None] = lambda _: None) -> WordTable:
    """Every form of every word and phrase of a glossary, for a web worker.

    A form that several terms share has the English of all: first of those that it is the
    base form of, then of the others, in the order of the glossary. A function word has none.
    It takes about two seconds for each language, and ``tell`` is told of each.
    """
    languages = dict.fromkeys(
        language for row in (glossary.function_words, *glossary.terms.values()) for language in row
    )
    groups: dict[tuple[str, ...], int] = {}
    forms = {}
    for language in languages:
        tell(f"Finding the forms of the words in {language!r} …")
        meanings = _meanings(glossary, language)
        forms[language] = {
            form: groups.setdefault(tuple(meanings[form]), len(groups)) for form in sorted(meanings)
        }
    return WordTable(meanings=tuple(groups), forms=forms)


def _meanings(glossary: Glossary, language: str) -> dict[str, list[str]]:
    """Folded form to its English terms, for one language."""
    function_words = glossary.function_words.get(language, ())
    silent = {form for word in function_words for form in _spellings(word, language)}
    ways = {term: row.get(language, ()) for term, row in glossary.terms.items()}
    words = {word for row in ways.values() for way in row for word in way.split()}
    inflected = inflections(words - set(function_words), language) if words else {}
    as_written: dict[str, dict[str, None]] = {}
    in_any_form: dict[str, dict[str, None]] = {}
    for term, row in ways.items():
        for way in row:
            for spelling in _spellings(way, language):
                as_written.setdefault(spelling, {})[term] = None
            for form in _phrase_forms(way.split(), inflected):
                for spelling in _spellings(form, language):
                    in_any_form.setdefault(spelling, {})[term] = None
    meanings = {form: [*(as_written.get(form, {}) | in_any_form[form])] for form in in_any_form}
    return meanings | {form: [] for form in silent}


def _phrase_forms(words: Sequence[str], inflected: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A phrase with its words in every form; one word at a time if these are very many."""
    choices = [inflected.get(word, (word,)) for word in words]
    if math.prod(map(len, choices)) <= _MOST_MIXTURES or len(words) == 1:
        yield from map(" ".join, product(*choices))
        return
    for at, forms in enumerate(choices):
        for form in forms:
            yield " ".join((*words[:at], form, *words[at + 1 :]))


def _spellings(form: str, language: str) -> tuple[str, ...]:
    """A form folded, and folded with two letters for those that keyboards lack."""
    lower = form.casefold()
    return tuple(dict.fromkeys((fold(lower), fold(lower.translate(_DIGRAPHS.get(language, {}))))))


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
    try:
        write_durably(path, text.encode())
    except OSError as err:
        raise CorpusError(f"{path} cannot be written: {err.strerror}.") from err


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
            problems.append(Problem(path=str(path), line=1, message=message))
        return WordTable()
    try:
        data = json.loads(path.read_bytes())
        made_of, table = data["glossary"], WordTable.from_json(data)
    except FileNotFoundError:
        message = f"has no {path.name} beside it; run 'kb glossary'."
        problems.append(Problem(path=str(glossary_file), line=1, message=message))
        return WordTable()
    except (OSError, ValueError, KeyError, TypeError):
        message = "is not what 'kb glossary' writes; run 'kb glossary'."
        problems.append(Problem(path=str(path), line=1, message=message))
        return WordTable()
    if made_of != file_digest(glossary_file):
        message = f"has changed since {path.name} was made of it; run 'kb glossary'."
        problems.append(Problem(path=str(glossary_file), line=1, message=message))
    return table
