"""A new case: its file with what is known, and an example of every part that a good case has.

``case_text`` makes the text of a template, of a case whose questions are answered, and of a
draft that was taken from elsewhere. Fields, their meaning and their examples come from the
records that check them, words from the vocabulary, so that nothing is copied by hand.
"""

from __future__ import annotations

import difflib
import os
import re
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kb.content.bibliography import load_bibliography
from kb.content.countries import country_code, country_names
from kb.content.field_rules import EMPTY_IN_GUIDES
from kb.content.files import SOURCES_FILE, TAXONOMY_FILE
from kb.content.front_matter import FrontMatter, SourceFields
from kb.content.load import CaseFile, case_files
from kb.content.placeholders import FIELDS, GUIDE_TEXT, SECTIONS
from kb.content.readings import Surroundings, read_file
from kb.content.schema import Many, One, Record, Value
from kb.content.taxonomy import load_taxonomy
from kb.content.yaml_source import read_yaml, write_fields
from kb.errors import CorpusError, Problem, QueryError
from kb.model.english import quoted, slug
from kb.model.taxonomy import GUIDE, Taxonomy, Vocabulary
from kb.text.body import case_headings

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)+")

#: What only a case has that is there already.
_LATER = ("aliases", "changes", "withdrawn")
#: What a case and what a guide has nothing of.
_OF_GUIDES, _OF_CASES = ("reading", "answers"), (*EMPTY_IN_GUIDES, "country")
#: So many words of a list are told with its field.
_WORDS = 16
_WIDE = 96

Fields = Mapping[str, Any]


def case_text(
    taxonomy: Taxonomy,
    fields: Fields,
    sections: Mapping[str, str] | None = None,
    *,
    examples: bool = True,
) -> str:
    """The text of a case: what is known, and a placeholder for whatever else must be given.

    Args:
        taxonomy: the vocabulary.
        fields: of the front-matter, as a file gives them.
        sections: the text under each heading of business-case form, by heading; one that is
            empty is left out, one that is not there gets its placeholder. Under ``""`` stands
            what comes before the first heading. None: no text is known at all.
        examples: whether comments in the front-matter say what each field holds, with an
            example. No reader of the case sees them.
    """
    front_matter = "".join(_front_matter(taxonomy, fields, examples))
    return f"---\n{front_matter}---\n\n{_body(taxonomy, fields, sections)}"


def template(taxonomy: Taxonomy) -> str:
    """A case of what the compendium is about, of which nothing is known yet."""
    kinds = taxonomy["kinds"]
    return case_text(taxonomy, {"kind": taxonomy.subject.id or kinds.ids[0]})


def write_new_case(
    folder: Path,
    case_id: str,
    *,
    title: str | None = None,
    kind: str = "",
    fields: Fields | None = None,
    sections: Mapping[str, str] | None = None,
) -> Path:
    """Write a case to fill in and return its path.

    The check says of whatever is not given that it is missing. Without a kind it is of the one
    that the compendium is about, or else of the first.

    Args:
        folder: of the compendium.
        case_id: the id of the case.
        title: its title; the last part of the id where there is none.
        kind: what it is, in any spelling of the vocabulary.
        fields: what else is known of it.
        sections: see ``case_text``.

    Raises:
        QueryError: the id or the kind is not one.
        CorpusError: there is such a file already, or it cannot be written.
    """
    refuse_odd_id(case_id)
    taxonomy = load_taxonomy(folder / TAXONOMY_FILE)
    canonical = kind_asked(taxonomy, kind)
    place = country_of_folder(case_id, taxonomy)
    name = case_id.rsplit("/", 1)[1]
    known = {
        "title": " ".join((title or name.replace("-", " ").capitalize()).split()),
        "kind": canonical,
        **({"country": place} if place else {}),
        **(fields or {}),
    }
    if taxonomy["kinds"].term(canonical).role == GUIDE:
        known = {name: value for name, value in known.items() if name not in _OF_CASES}
    path = folder / f"{case_id}.md"
    write_once(path, case_text(taxonomy, known, sections))
    return path


def refuse_odd_id(case_id: str) -> None:
    """Refuse what cannot be the id of a case.

    Raises:
        QueryError: it cannot.
    """
    if not _ID.fullmatch(case_id):
        raise QueryError(
            f"ID must be a folder and a name in lower case letters, digits and hyphens, "
            f"such as norway/boat-builders, not {quoted(case_id)}.",
            parameter="ID",
            value=case_id,
        )


def country_of_folder(case_id: str, taxonomy: Taxonomy) -> str:
    """The name of the country in whose folder a case stands; empty where that is none."""
    name = case_id.split("/")[0].replace("-", " ").title()
    return name if country_code(name) or taxonomy["countries"].canonical(name) else ""


def refuse_no_country(case_id: str, taxonomy: Taxonomy, kind: str, fields: Fields) -> None:
    """Refuse a case whose country nobody has told: neither its folder nor a field.

    Raises:
        QueryError: it has none, and is of a kind that has one.
    """
    is_guide = taxonomy["kinds"].term(kind_asked(taxonomy, kind)).role == GUIDE
    if is_guide or fields.get("country") or country_of_folder(case_id, taxonomy):
        return
    folder = case_id.split("/")[0]
    names = [name for name in country_names() if len(name) > len("NOR")]
    similar = difflib.get_close_matches(folder.replace("-", " ").upper(), names, n=3)
    similar = [name.title() for name in similar]
    nearest = f"; the nearest names are {', '.join(similar)}" if similar else ""
    raise QueryError(
        f"The folder of {quoted(case_id)} names no country, {quoted(folder)}{nearest}. Take the "
        "folder of the country, or say it with --country. Nothing was written.",
        parameter="--country",
        value=folder,
        allowed=tuple(similar),
    )


def kind_asked(taxonomy: Taxonomy, kind: str) -> str:
    """The kind that was asked for; without any what the compendium is about, or the first.

    Raises:
        QueryError: there is no such kind.
    """
    kinds = taxonomy["kinds"]
    canonical = kinds.canonical(kind or taxonomy.subject.id or kinds.ids[0])
    if canonical is None:
        raise QueryError(
            f"--kind must be one of {', '.join(kinds.ids)}, not {quoted(kind)}.",
            parameter="--kind",
            value=kind,
            allowed=kinds.ids,
        )
    return canonical


def write_once(path: Path, text: str) -> None:
    """Write a file that must not be there yet; whole, or not at all.

    Raises:
        CorpusError: there is such a file already, or it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(text, encoding="utf-8")
            os.link(beside, path)  # which never takes the place of a file
        finally:
            beside.unlink(missing_ok=True)
    except FileExistsError as err:
        if not path.exists():
            raise CorpusError(f"{path} cannot be written: {err.strerror}.") from err
        raise CorpusError(f"{path} exists already; nothing was written.") from err
    except OSError as err:
        raise CorpusError(f"{path} cannot be written: {err.strerror}.") from err


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a new case stands in: the vocabulary, the other documents, the sources."""

    taxonomy: Taxonomy
    ids: frozenset[str]
    keys: tuple[str, ...]
    undated: frozenset[str]


def around(folder: Path) -> Around:
    """What a new case in a compendium stands in; no other case is read.

    Raises:
        CorpusError, TaxonomyError: the folder, its sources or its vocabulary cannot be read.
    """
    taxonomy = load_taxonomy(folder / TAXONOMY_FILE)
    references = load_bibliography(folder / SOURCES_FILE)
    return Around(
        taxonomy=taxonomy,
        ids=frozenset(file.id for file in case_files(folder)[0]),
        keys=tuple(references),
        undated=frozenset(key for key, work in references.items() if not work.year),
    )


def problems_of(file: CaseFile, here: Around) -> tuple[Problem, ...]:
    """What ``kb check`` finds in one file by itself."""
    reading, _ = read_file(
        file,
        Surroundings(
            taxonomy=here.taxonomy,
            ids=here.ids | {file.id},
            keys=here.keys,
            undated=here.undated,
        ),
    )
    return tuple(reading.problems_in(file.path))


# --- the front-matter ------------------------------------------------------------------------


def _front_matter(taxonomy: Taxonomy, fields: Fields, examples: bool) -> Iterator[str]:
    """The lines of each field in the order of the record."""
    is_guide = taxonomy["kinds"].term(str(fields.get("kind"))).role == GUIDE
    values = dict(_values(fields, is_guide))
    if not examples:
        yield write_fields({name: value for name, value in values.items() if value is not None})
        return
    yield _comment("Lines that begin with # explain and give examples; no reader sees them.")
    yield _comment("Take the # away to use one. docs/front-matter.md says more.")
    told: set[str] = set()
    for name, value in values.items():
        yield from ("\n", *_explained(name, taxonomy, told))
        if value is not None:
            yield write_fields({name: value})
        if not (is_guide and name in (*_LATER, *_OF_CASES)):
            yield from _example_lines(name, taxonomy, value)


def _values(fields: Fields, is_guide: bool) -> Iterator[tuple[str, Any]]:
    """The fields that a new document has, each with its value; None where it has none yet."""
    without = (*_LATER, *(_OF_CASES if is_guide else _OF_GUIDES))
    known = {"added": date.today().isoformat(), **fields}
    for name in FrontMatter.names():
        value = known.get(name)
        must = name in FrontMatter.required() or (name == "country" and not is_guide)
        if value is None and must:
            value = _missing(name)
        if value is not None or name not in without:
            yield name, value


def _missing(name: str) -> Any:
    """What stands in a field that must be given and is not known."""
    if name == "sources":
        return [{"key": FIELDS["key"], "locator": FIELDS["locator"]}]
    return FIELDS.get(name, [])


def _explained(name: str, taxonomy: Taxonomy, told: set[str]) -> Iterator[str]:
    """What a field holds, and of which words, where these were not told before."""
    field = FrontMatter.fields()[name]
    yield _comment(field.description or "")
    for vocabulary in _vocabularies(field.metadata, taxonomy):
        if vocabulary.name not in told:
            yield _comment(_words(vocabulary))
        told.add(vocabulary.name)


def _vocabularies(metadata: Sequence[Any], taxonomy: Taxonomy) -> Iterator[Vocabulary]:
    """The lists of the vocabulary that a field takes its words from."""
    names: dict[str, None] = {}
    for value in metadata:
        if isinstance(value, Value):
            names.update(dict.fromkeys(_named(value.schema)))
    yield from (taxonomy[name] for name in names if name not in ("countries", "sources"))


def _named(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if isinstance(schema.get("vocabulary"), str):
            yield schema["vocabulary"]
        for part in schema.values():
            yield from _named(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _named(part)


def _words(vocabulary: Vocabulary) -> str:
    shown, rest = vocabulary.ids[:_WORDS], len(vocabulary.ids) - _WORDS
    more = f" and {rest} more in {TAXONOMY_FILE}" if rest > 0 else ""
    return f"Words: {', '.join(shown)}{more}." if shown else ""


def _comment(text: str) -> str:
    lines = textwrap.wrap(text, _WIDE - 2, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)


def _example_lines(name: str, taxonomy: Taxonomy, value: Any) -> Iterator[str]:
    """An example of a field that has no value yet, as a comment; of sources always."""
    if name == "sources":
        yield _comment("A work that sources.bib does not have stands here in full, such as:")
        yield _as_comment({name: [_new_work(taxonomy)]})
        return
    example = None if value else _example(FrontMatter, name, taxonomy)
    if example is None:
        return
    if value is not None:
        yield _comment("Such as:")
    yield _as_comment({name: example})


def _as_comment(fields: Fields) -> str:
    return "".join(f"# {line}\n" for line in write_fields(fields).splitlines())


def _new_work(taxonomy: Taxonomy) -> Fields:
    """A source that brings its work along."""
    work = _example(SourceFields, "work", taxonomy)
    place = _example(SourceFields, "locator", taxonomy)
    return {
        "key": slug(f"{work.get('by', '')} {work.get('year', '')}"),
        "locator": place,
        "work": work,
    }


def _example(record: type[Record], name: str, taxonomy: Taxonomy) -> Any:
    """An example of a field of a record, None where there is none."""
    field = record.fields()[name]
    examples = [read_yaml(example).value for example in field.examples or ()]
    wanted = [example for example in examples if example not in ([], {})]
    for inner in field.metadata if not wanted else ():
        if isinstance(inner, One | Many):
            made = _example_record(inner.record, taxonomy)
            return [made] if isinstance(inner, Many) else made
    for vocabulary in _vocabularies(field.metadata, taxonomy):
        wanted += vocabulary.ids[:1]
    return wanted[0] if wanted else None


#: Fields of a record that its example does without: they exclude others, or are seldom needed.
_SELDOM = (
    *("about", "range", "before", "before_qualifier", "of", "merged", "contradicted"),
    *("compared_with", "year", "source"),
)


def _example_record(record: type[Record], taxonomy: Taxonomy) -> dict[str, Any]:
    found = {
        name: _example(record, name, taxonomy) for name in record.names() if name not in _SELDOM
    }
    return {name: value for name, value in found.items() if value is not None}


# --- the text --------------------------------------------------------------------------------


def _body(taxonomy: Taxonomy, fields: Fields, sections: Mapping[str, str] | None) -> str:
    """The sections of the text, one after the other."""
    written = dict(sections or {})
    if taxonomy["kinds"].term(str(fields.get("kind"))).role == GUIDE and sections is None:
        return f"{GUIDE_TEXT}\n"
    parts = [written.pop("", "").strip()]
    for heading, placeholder in zip(case_headings(taxonomy.subject), SECTIONS, strict=True):
        text = written.pop(heading, placeholder if sections is None else "").strip()
        parts.append(f"## {heading}\n\n{text}" if text else "")
    parts += [f"## {heading}\n\n{text.strip()}" for heading, text in written.items()]
    return "\n\n".join(filter(None, parts)) + "\n"


def headings_left_open(taxonomy: Taxonomy, told: Collection[str]) -> dict[str, str]:
    """The placeholders of the sections of which nothing was told."""
    rows = zip(case_headings(taxonomy.subject), SECTIONS, strict=True)
    return {heading: text for heading, text in rows if heading not in told}
