"""Reads a folder of cases, with everything beside them, and finds every problem in one pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from kb.content.bibliography import read_bibliography
from kb.content.check import (
    kind_of,
    reading_problems,
    text_problems,
    title_problems,
    with_kinds_of_guides,
)
from kb.content.codebook import read_codebook
from kb.content.collections import collections_of, dated, read_collections, vocabulary_of
from kb.content.countries import country_label, world
from kb.content.files import (
    CODEBOOK_FILE,
    COLLECTIONS_FILE,
    FORMS_FILE,
    GLOSSARY_FILE,
    PEOPLE_FILE,
    PHRASES_FILE,
    SELF_CHECK_FILE,
    SITE_FILE,
    SOURCES_FILE,
    TAXONOMY_FILE,
    TOOLS_FOLDER,
    WANTED_FILE,
)
from kb.content.front_matter import read_case
from kb.content.glossary import read_forms
from kb.content.known import Known
from kb.content.load import load_folder
from kb.content.people import read_people
from kb.content.phrases import read_phrases
from kb.content.regions import region_of
from kb.content.self_check import read_self_check
from kb.content.site import read_site
from kb.content.taxonomy import load_taxonomy
from kb.content.tools import read_tools
from kb.content.wanted import read_wanted
from kb.errors import Problem
from kb.model.cases import Case
from kb.model.compendium import Compendium
from kb.model.decades import DECADES, decades
from kb.model.taxonomy import COLLECTIONS, GUIDE, Taxonomy, Term, Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What was read of a folder of cases, and everything that is wrong with it.

    ``compendium`` is only to be used when ``problems`` is empty: it is without the cases in
    whose front-matter something is wrong. ``files`` counts the files of cases.
    """

    compendium: Compendium
    problems: tuple[Problem, ...]
    files: int


def read_corpus(folder: Path, *, vocabulary: Path | None = None) -> Corpus:
    """Read and check a folder of cases.

    Args:
        folder: where the cases are.
        vocabulary: a folder to take ``taxonomy.yaml`` and ``sources.bib`` from when
            it is not ``folder`` itself.

    Raises:
        CorpusError: the folder or ``sources.bib`` cannot be read at all.
        TaxonomyError: the vocabulary is malformed.
    """
    home = vocabulary or folder
    loaded = load_folder(folder)
    drafts = loaded.drafts
    vocabulary_file = home / TAXONOMY_FILE
    taxonomy, guide_problems = with_kinds_of_guides(
        drafts, load_taxonomy(vocabulary_file), vocabulary_file
    )
    references, source_problems = read_bibliography(home / SOURCES_FILE)
    kinds = {draft.id: kind_of(draft.front_matter.value, taxonomy) for draft in drafts}
    known = Known(
        taxonomy=taxonomy,
        guides={case_id: kind.role == GUIDE for case_id, kind in kinds.items()},
        sources=tuple(references),
        undated=tuple(key for key, work in references.items() if not work.year),
    )
    collections, collection_problems = read_collections(folder / COLLECTIONS_FILE, known)
    known = replace(known, collections=collections_of(collections, known.guides))
    problems = [
        *(*loaded.problems, *guide_problems, *collection_problems),
        *(source_problems if home == folder else ()),  # else they are those of another compendium
        *(*title_problems(drafts), *reading_problems(drafts, taxonomy)),
    ]
    cases = []
    years = {key: work.year for key, work in references.items()}
    for draft in drafts:
        case, case_problems = read_case(draft, known)
        cases += [dated(case, collections, years)] if case is not None else []
        problems += [*case_problems, *text_problems(draft, known)]
    self_check, self_check_problems = read_self_check(folder / SELF_CHECK_FILE, known)
    people, people_problems = read_people(folder / PEOPLE_FILE, known)
    phrases, phrase_problems = read_phrases(folder / PHRASES_FILE, known)
    site, site_problems = read_site(folder / SITE_FILE)
    codebook, codebook_problems = read_codebook(folder / CODEBOOK_FILE, known)
    tools, tool_problems = read_tools(folder / TOOLS_FOLDER, known)
    wanted, wanted_problems = read_wanted(folder / WANTED_FILE)
    problems += [*self_check_problems, *people_problems, *tool_problems, *phrase_problems]
    problems += [*site_problems, *codebook_problems, *wanted_problems]
    glossary = read_forms(folder / FORMS_FILE, folder / GLOSSARY_FILE, problems)
    if not drafts and not loaded.problems:
        problems.append(
            Problem(path=str(folder), line=1, message="holds no case; add one with 'kb new'.")
        )
    countries = _countries(cases, taxonomy)
    return Corpus(
        compendium=Compendium(
            cases=tuple(cases),
            taxonomy=replace(
                taxonomy,
                vocabularies={
                    **taxonomy.vocabularies,
                    "countries": countries,
                    COLLECTIONS: vocabulary_of(collections),
                    DECADES: decades(cases),
                },
                world=world(),
            ),
            references=references,
            site=site,
            self_check=self_check,
            people=people,
            glossary=glossary,
            phrases=phrases,
            wanted=wanted,
            codebook=codebook,
            tools=tools,
        ),
        problems=tuple(sorted(problems, key=lambda p: (p.path, p.line, p.message))),
        files=len(drafts),
    )


def _countries(cases: Iterable[Case], taxonomy: Taxonomy) -> Vocabulary:
    """The countries that occur, by label: as the vocabulary names them, or else as ISO 3166.

    Each stands in the group that the vocabulary gives it, or else in its region of the world.
    """
    named = {term.id: term for term in taxonomy["countries"]}
    codes = {code for case in cases for code in case.facets["country"]}
    found = [named.get(code) or Term(id=code, label=country_label(code)) for code in codes]
    terms = [replace(term, group=term.group or region_of(term.id)) for term in found]
    return Vocabulary(name="countries", terms=tuple(sorted(terms, key=lambda term: term.label)))
