"""Every problem in the content, found in one pass: the rules across files.

The rules on one field of a case stand in ``kb.content.front_matter``, those on its text in
``kb.text.body``; this reads every file, asks both, and holds the files against each other.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kb.content.bibliography import load_bibliography
from kb.content.countries import country_label, world
from kb.content.files import (
    FORMS_FILE,
    GLOSSARY_FILE,
    PHRASES_FILE,
    SELF_CHECK_FILE,
    SITE_FILE,
    SOURCES_FILE,
    TAXONOMY_FILE,
)
from kb.content.front_matter import (
    Outline,
    is_written_as_guide,
    kind_written,
    outline,
    read_case,
)
from kb.content.glossary import read_forms
from kb.content.load import Draft, load_folder
from kb.content.phrases import read_phrases
from kb.content.schema import listed, shown
from kb.content.self_check import read_self_check
from kb.content.site import read_site
from kb.content.taxonomy import load_taxonomy
from kb.content.yaml_source import read_yaml, text_of
from kb.errors import Problem
from kb.model.cases import Case, ReadingPlace, Reference
from kb.model.compendium import Compendium
from kb.model.taxonomy import GUIDE, SUBJECT, Taxonomy, Term, Vocabulary
from kb.text.body import body_problems, case_headings, links


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
    taxonomy = load_taxonomy(home / TAXONOMY_FILE)
    references = load_bibliography(home / SOURCES_FILE)
    problems = list(loaded.problems)
    cases = []
    taxonomy, wrong = _with_guides(loaded.drafts, taxonomy, home / TAXONOMY_FILE)
    problems += wrong
    outlines = [outline(draft, taxonomy) for draft in loaded.drafts]
    for one in outlines:
        case, wrong = read_case(one.draft, taxonomy)
        cases += [case] if case is not None else []
        problems += wrong
        problems += _body_problems(one, taxonomy)
    problems += _across(outlines, references)
    guides = {one.draft.id: one.is_guide for one in outlines}
    self_check, wrong = read_self_check(folder / SELF_CHECK_FILE, guides=guides, sources=references)
    problems += wrong
    site, wrong = read_site(folder / SITE_FILE)
    problems += wrong
    glossary = read_forms(folder / FORMS_FILE, folder / GLOSSARY_FILE, problems)
    phrases, wrong = read_phrases(folder / PHRASES_FILE, taxonomy["projects"])
    problems += wrong
    if not loaded.drafts and not loaded.problems:
        problems.append(
            Problem(path=str(folder), line=1, message="holds no case; add one with 'kb new'.")
        )
    taxonomy = replace(
        taxonomy,
        vocabularies={**taxonomy.vocabularies, "countries": _countries(cases, taxonomy)},
        world=world(),
    )
    return Corpus(
        compendium=Compendium(
            cases=tuple(cases),
            taxonomy=taxonomy,
            references=references,
            self_check=self_check,
            site=site,
            glossary=glossary,
            phrases=phrases,
        ),
        problems=tuple(sorted(problems, key=lambda p: (p.path, p.line, p.message))),
        files=len(loaded.drafts),
    )


def _at(draft: Draft, line: int, message: str, field: str = "") -> Problem:
    return Problem(path=draft.path, line=line, message=message, field=field)


def _body_problems(one: Outline, taxonomy: Taxonomy) -> Iterator[Problem]:
    draft = one.draft
    headings = None if one.is_guide else case_headings(taxonomy.subject)
    for line, message in body_problems(draft.body, draft.id, headings=headings):
        yield _at(draft, draft.body_line + line - 1, message)


def _with_guides(
    drafts: Sequence[Draft], taxonomy: Taxonomy, path: Path
) -> tuple[Taxonomy, list[Problem]]:
    """The vocabulary with a role for every kind that is plainly that of guides, and a problem each.

    Nothing changes where the vocabulary says which kind that is. Where it does not, each
    guide would be a case with ten things wrong.
    """
    kinds = taxonomy["kinds"]
    if any(kind.role == GUIDE for kind in kinds):
        return taxonomy, []
    by_kind: dict[str, list[Draft]] = {}
    for draft in drafts:
        by_kind.setdefault(kind_written(draft, taxonomy), []).append(draft)
    meant = [
        kinds.get(kind) or Term(id=kind, label=kind)
        for kind, of_kind in by_kind.items()
        if kind and all(map(is_written_as_guide, of_kind))
    ]
    meant = [kind for kind in meant if kind.role != SUBJECT]
    others = [kind for kind in kinds if kind not in meant]
    guides = [replace(kind, role=GUIDE) for kind in meant]
    marked = replace(kinds, terms=(*others, *guides))
    return (
        replace(taxonomy, vocabularies={**taxonomy.vocabularies, "kinds": marked}),
        [_role_problem(kind, len(by_kind[kind.id]), kinds, path) for kind in meant],
    )


def _role_problem(kind: Term, n: int, kinds: Vocabulary, path: Path) -> Problem:
    located = read_yaml(text_of(path.read_bytes()))
    place = ("kinds", kinds.ids.index(kind.id)) if kind in kinds else ("kinds",)
    mend = "Give that kind the line" if kind in kinds else "Add that kind with the line"
    message = (
        f"kinds must say which kind is that of guides: no document of the kind {kind.id!r} "
        f"({n} in all) has a country, type, project or result, as a guide has none. "
        f"{mend} 'role: {GUIDE}'; if they are cases, give each of them a country."
    )
    return Problem(path=str(path), line=located.line(*place), message=message, field="kinds")


def _countries(cases: list[Case], taxonomy: Taxonomy) -> Vocabulary:
    """The countries that occur, by label: as the vocabulary names them, or else as ISO 3166."""
    named = {term.id: term for term in taxonomy.vocabularies.get("countries", ())}
    codes = {code for case in cases for code in case.facets["country"]}
    terms = [named.get(code) or Term(id=code, label=country_label(code)) for code in codes]
    return Vocabulary(name="countries", terms=tuple(sorted(terms, key=lambda term: term.label)))


def _across(outlines: Sequence[Outline], references: Mapping[str, Reference]) -> Iterator[Problem]:
    drafts = {one.draft.id: one.draft for one in outlines}
    yield from _same_titles(outlines, drafts)
    yield from _same_places(outlines)
    for one in outlines:
        yield from _related_problems(one, drafts)
        yield from _source_problems(one, references)
        for link in links(one.draft.body, one.draft.id):
            if link.case_id is not None and link.case_id not in drafts:
                near = _nearest(link.case_id, drafts)
                message = f"the link {link.target!r} must lead to a case that exists{near}."
                yield _at(one.draft, one.draft.body_line + link.line - 1, message)


def _same_titles(outlines: Sequence[Outline], drafts: Mapping[str, Draft]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for one in outlines:
        key = one.title.casefold()
        if key and key in first:
            line = one.draft.front_matter.line("title")
            other = drafts[first[key]].path
            yield _at(one.draft, line, f"title must be unique; {other} has the same.", "title")
        first.setdefault(key, one.draft.id)


def _same_places(outlines: Sequence[Outline]) -> Iterator[Problem]:
    first: dict[ReadingPlace, Draft] = {}
    for one in outlines:
        if one.reading is not None and one.reading in first:
            line = one.draft.front_matter.line("reading", "place")
            other = first[one.reading].path
            message = f"reading.place must be that of no other guide in its part; {other} has it."
            yield _at(one.draft, line, message, "reading.place")
        elif one.reading is not None:
            first[one.reading] = one.draft


def _related_problems(one: Outline, drafts: Mapping[str, Draft]) -> Iterator[Problem]:
    draft = one.draft
    for position, other in one.related.items():
        line = draft.front_matter.line("related", position)
        if other == draft.id:
            yield _at(draft, line, f"related must not name the case itself: {other!r}.", "related")
        elif other not in drafts:
            near = _nearest(other, drafts)
            hint = f"; several ids make a list: [{other}]" if ", " in other else near
            message = f"related must name ids that exist, not {shown(other)}{hint}."
            yield _at(draft, line, message, "related")


def _source_problems(one: Outline, references: Mapping[str, Reference]) -> Iterator[Problem]:
    draft = one.draft
    for position, key in one.sources.items():
        if key not in references:
            near = difflib.get_close_matches(key, references, n=1)
            hint = f" did you mean {near[0]!r}?" if near else ""
            yield _at(
                draft,
                draft.front_matter.line("sources", position, "key"),
                f"sources must name keys of {SOURCES_FILE}, not {key!r}:{hint} "
                f"Keys are {listed(references)}.",
                "sources",
            )


def _nearest(case_id: str, drafts: Mapping[str, Draft]) -> str:
    near = difflib.get_close_matches(case_id, drafts, n=2)
    return f"; nearest: {listed(near)}" if near else ""
