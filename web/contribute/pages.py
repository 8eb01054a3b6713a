"""What each page of contributing shows. Loads the readers of content with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Response, render_template
from werkzeug.datastructures import MultiDict

from kb.answers.gaps import not_in_source
from kb.citations.items import today
from kb.citations.provenance import told_by
from kb.citations.works import citations
from kb.content.checks.whole import WISHED
from kb.errors import Problem
from kb.model.cases import Case, Reference
from kb.model.taxonomy import Term
from web.contribute.checking import Checked, checked
from web.contribute.draft import (
    ID,
    MOST_BYTES,
    OTHER,
    REPLACES,
    CaseDraft,
    draft_of_file,
    draft_of_form,
    headings_of,
    text_name,
)
from web.contribute.form import own_sources, shown_form
from web.contribute.labels import about_of, place_words
from web.contribute.nearby import Nearby, nearby
from web.contribute.story import (
    AT,
    CHECK,
    SEVERAL,
    THEN,
    Picks,
    Story,
    draft_of_story,
    hidden,
    left_out,
    proposed_title,
    read_story,
)
from web.contribute.ways import file_name, forge_way, mail_address
from web.core.files import saved
from web.core.request import searcher, settings, site_words
from web.core.urls import cases_root
from web.ui.markdown import render_draft

#: A page, and its status.
Page = tuple[str, int]

OK, WRONG = 200, 400
#: What the button of the form of a case asks for that has it checked.
CHECKS = "check"
#: Rules on what is not there yet: nothing was done wrong.
MISSING = ("missing-field", "empty-list", "text-empty")
#: Of a list to tick so many stand open, and all where there are no more than these.
MOST_OPEN, FEW_TERMS = 6, 12
#: As many problems of a file are told at once.
MOST_TOLD = 20
FROM_ELSEWHERE = (
    "This form was sent from another site. Read what it holds, then send it yourself with a button "
    "of this page."
)


# --- the story -------------------------------------------------------------------------------


def story_page(form: MultiDict[str, str], to: str, *, is_foreign: bool) -> Page | None:
    """The page that a way leads to, or the one that it comes from where that is not right yet."""
    taxonomy = searcher().taxonomy
    story, strange = _story(form, is_foreign=is_foreign)
    came_from = story.question(form.get(AT, ""))
    is_change = CHECK in (form.get(AT), form.get(THEN))
    pages = [*(one.id for one in story.questions), CHECK]
    if came_from is not None and (to not in pages or _leads_on(came_from.id, to, pages)):
        if faults := story.faults_of(came_from, taxonomy):
            shown = {"faults": faults, "strange": strange, "is_change": is_change}
            return _question_page(story, came_from.id, **shown)
        # The answer may have changed which pages there are.
        open_pages = story.faults(taxonomy)
        to = next(iter(open_pages), CHECK) if is_change else story.after(came_from)
    if to not in pages:
        return None
    if to == CHECK:
        return _check_page(story, strange=strange)
    return _question_page(story, to, strange=strange, is_change=is_change)


def _leads_on(page: str, to: str, pages: list[str]) -> bool:
    return pages.index(to) > pages.index(page)


def story_draft(form: MultiDict[str, str], *, is_foreign: bool) -> Page:
    """The draft that a story makes, or its answers where one is missing."""
    current = searcher()
    story, strange = _story(form, is_foreign=is_foreign)
    if strange or story.faults(current.taxonomy):
        return _check_page(story, strange=strange, asked=True)
    draft = draft_of_story(story, current.taxonomy, today=today())
    found = checked(draft, current)
    outcome = _outcome(found, note=_reach(story))
    given = {**outcome, "travelling": list(hidden(story, None))}
    page = render_template(
        "story_draft.html",
        **given,
        draft_travelling=outcome["travelling"],
        open_places=list(dict.fromkeys(_where(one.name, found.draft) for one in found.faults)),
        left_out=left_out(story),
        story=story,
        near=_near(found),
    )
    return page, OK


def _story(form: MultiDict[str, str], *, is_foreign: bool) -> tuple[Story, tuple[str, ...]]:
    story, strange = read_story(form, has_contact=bool(settings().contact))
    return story, (FROM_ELSEWHERE, *strange) if is_foreign else strange


def _reach(story: Story) -> str:
    contact = story.text("contact")
    return f"You can reach me here: {contact}" if contact else ""


def _question_page(
    story: Story,
    question_id: str,
    *,
    strange: tuple[str, ...] = (),
    faults: Mapping[str, str] | None = None,
    is_change: bool = False,
) -> Page:
    question = story.question(question_id)
    if question is None:
        raise LookupError(question_id)
    taxonomy = searcher().taxonomy
    pages = [one.id for one in story.questions]
    page = render_template(
        "story_question.html",
        question=question,
        story=story,
        number=pages.index(question_id) + 1,
        n_pages=story.n_questions,
        before=CHECK if is_change else story.before(question_id),
        after=CHECK if is_change else story.after(question),
        is_change=is_change,
        is_new=not story.is_begun,
        travelling=list(hidden(story, question)),
        wished=WISHED,
        faults=faults or {},
        strange=strange,
        countries=taxonomy.every("country"),
        picks=_picks(story) if any(box.takes == SEVERAL for box in question.boxes) else None,
    )
    return page, WRONG if faults or strange else OK


def _picks(story: Story) -> Picks:
    """What can be ticked: what most cases have and what is ticked stands open."""
    terms = tuple(searcher().taxonomy["projects"])
    held = searcher().counts_of_all.get("project", {})
    often = sorted(terms, key=lambda term: -held.get(term.id, 0))[:MOST_OPEN]
    ticked = story.answers.get("goal", ())
    first = tuple(
        one for one in terms if one in often or one.id in ticked or len(terms) <= FEW_TERMS
    )
    groups: dict[str, list[Term]] = {}
    for one in terms:
        if one not in first:
            groups.setdefault(one.group, []).append(one)
    return Picks(first=first, groups={name: tuple(some) for name, some in groups.items()})


def _check_page(story: Story, *, strange: tuple[str, ...] = (), asked: bool = False) -> Page:
    taxonomy = searcher().taxonomy
    missing = story.faults(taxonomy)
    page = render_template(
        "story_check.html",
        story=story,
        taxonomy=taxonomy,
        missing=missing,
        proposed=proposed_title(story),
        before=story.before(CHECK),
        travelling=list(hidden(story, None)),
        strange=strange,
        asked=asked,
    )
    return page, WRONG if strange or (asked and missing) else OK


# --- the case --------------------------------------------------------------------------------


def case_page(form: MultiDict[str, str], *, is_foreign: bool) -> Page:
    """The form of a case, or where nothing is wrong with it and it was checked, what comes next."""
    current = searcher()
    if not form:
        return _form_page(_empty(), None, is_new=True), OK
    draft = draft_of_form(form, current.taxonomy)
    if is_foreign:
        draft = replace(draft, strange=(FROM_ELSEWHERE, *draft.strange))
        return _form_page(draft, None), WRONG
    if form.get("do", CHECKS) != CHECKS:
        return _form_page(draft, None), OK
    found = checked(draft, current)
    if not found.is_sound or draft.strange:
        return _form_page(found.draft, found), WRONG
    page = render_template("case_ready.html", **_outcome(found), near=_near(found))
    return page, OK


def preview_page(form: MultiDict[str, str], *, is_foreign: bool) -> Page:
    """A case as its page will look."""
    current = searcher()
    draft = draft_of_form(form, current.taxonomy)
    if is_foreign:
        return case_page(form, is_foreign=True)
    found = checked(draft, current)
    if found.proposal.case is None or draft.strange:
        return _form_page(found.draft, found), WRONG
    case = found.proposal.case
    works = _works(found)
    page = render_template(
        "case_preview.html",
        draft=found.draft,
        travelling=list(travelling(found.draft)),
        faults=found.faults,
        case=case,
        body=render_draft(case, cases_root()),
        gaps=(),
        left_empty=not_in_source(case),
        told_by=told_by(case, works),
        citations=citations(case, works),
        references=works,
        related=_related(case),
        **_FOR_NO_DRAFT,
    )
    return page, OK


def file_of(form: MultiDict[str, str]) -> Response:
    """The file of a case as it stands."""
    current = searcher()
    found = checked(draft_of_form(form, current.taxonomy), current)
    return saved(found.written.text, file_name(found.case_id), "text/markdown")


def opened(data: bytes, name: str, *, is_foreign: bool) -> Page:
    """A file in the form, checked."""
    current = searcher()
    if is_foreign:
        return _refused([_problem(FROM_ELSEWHERE)])
    if not data.strip():
        return _refused([_problem("Choose a file first: none was sent, or it is empty.")])
    if len(data) > MOST_BYTES:
        return _refused(
            [_problem("The file must be at most 1 MB; a case is a few pages.")], status=413
        )
    draft, problems = draft_of_file(data, name, current.taxonomy, current.compendium.by_id.keys())
    if draft is None:
        return _refused(list(problems))
    found = checked(replace(draft, is_change=_is_text_of_its_case(draft)), current)
    return _form_page(found.draft, found, is_new=True), OK


def _is_text_of_its_case(draft: CaseDraft) -> bool:
    """Whether a file was begun from the case that has its address: title or summary are its own."""
    case = searcher().compendium.by_id.get(draft.id)
    summary = "".join(draft.texts.get("summary", ())[:1])
    return case is not None and (draft.title == case.title or summary == case.summary)


def _problem(message: str) -> Problem:
    return Problem(path="", line=1, message=message)


def _refused(problems: list[Problem], *, status: int = WRONG) -> Page:
    said = [one.message if not one.path else f"Line {one.line}: {one.message}" for one in problems]
    return render_template("contribute.html", problems=said[:MOST_TOLD]), status


def told(form: MultiDict[str, str]) -> dict[str, object]:
    """What is wrong with a form, by its fields, for the script of the page."""
    current = searcher()
    found = checked(draft_of_form(form, current.taxonomy), current)
    return {
        "id": found.draft.id,
        "faults": {name: list(said) for name, said in found.faults_at.items() if name},
        "hints": {name: list(said) for name, said in found.hints_at.items() if name},
        "other": list(found.faults_at.get("", ())),
        "missing": len(found.faults),
    }


def _empty() -> CaseDraft:
    taxonomy = searcher().taxonomy
    texts = {"added": [today()]}
    if taxonomy.subject.id:
        texts["kind"] = [taxonomy.subject.id]
    return CaseDraft(texts=texts, sections=dict.fromkeys(headings_of(taxonomy), ""))


def _form_page(draft: CaseDraft, found: Checked | None, *, is_new: bool = False) -> str:
    current = searcher()
    taxonomy = current.taxonomy
    faults = found.faults if found else ()
    return render_template(
        "case_form.html",
        draft=draft,
        found=found,
        is_new=is_new,
        groups=shown_form(draft, taxonomy, {one.name for one in faults}),
        faults_at=found.faults_at if found else {},
        hints_at=found.hints_at if found else {},
        missing=[one for one in faults if one.rule in MISSING],
        wrong=[one for one in faults if one.rule not in MISSING],
        hints=found.hints if found else (),
        where=lambda name: _where(name, draft),
        anchor=_anchor,
        about=about_of,
        n_words=sum(len(text.split()) for text in (*draft.sections.values(), draft.other)),
        wished=WISHED,
        countries=taxonomy.every("country"),
        sources=[
            (key, work) for key, work in current.compendium.references.items() if not work.is_own
        ],
        own_sources=own_sources(draft),
        near=_near(found) if found else None,
        written=found.written.text if found else "",
    )


def _where(name: str, draft: CaseDraft) -> str:
    """The field that a sentence is about, in the words of the form."""
    return place_words(name, tuple(draft.sections), searcher().taxonomy)


def _anchor(name: str) -> str:
    """Where a link to a field leads."""
    return f"field-{name.replace('.', '-')}"


def travelling(draft: CaseDraft) -> list[tuple[str, str]]:
    """Everything of a draft as fields that nobody sees."""
    found = [(ID, draft.id), *([(REPLACES, "yes")] if draft.is_change else [])]
    found += [(name, text) for name, texts in draft.texts.items() for text in texts]
    found += [
        (text_name(number), text) for number, text in enumerate(draft.sections.values(), 1) if text
    ]
    return [*found, (OTHER, draft.other)] if draft.other else found


# --- what comes of it ------------------------------------------------------------------------

#: What the page of a case shows beside it, and a draft does not have.
_FOR_NO_DRAFT = {
    "most_sources": 10,
    "cite": None,
    "formats_offered": {},
    "taught": (),
    "similar": (),
    "compare_similar": "",
    "listed_versions": (),
    "files": (),
    "version": None,
    "is_draft": True,
}


def _outcome(found: Checked, *, note: str = "") -> dict[str, object]:
    """Where a case goes, as its page shows it."""
    name = file_name(found.case_id)
    return {
        "found": found,
        "draft": found.draft,
        "travelling": travelling(found.draft),
        "text": found.written.text,
        "file": name,
        "mail": mail_address(
            settings(), site=site_words().name, title=found.draft.title, file=name, note=note
        ),
        "forge": forge_way(settings(), found.case_id, found.written.text)
        if found.case_id
        else None,
        "hints": found.hints,
        "where": lambda place: _where(place, found.draft),
    }


def _near(found: Checked) -> Nearby | None:
    return nearby(found.case, searcher()) if found.case is not None else None


def _works(found: Checked) -> dict[str, Reference]:
    held = searcher().compendium.references
    case = found.case
    keys = dict.fromkeys(source.key for source in case.sources) if case else {}
    return {**{key: held[key] for key in keys if key in held}, **found.proposal.references}


def _related(case: Case) -> tuple[Case, ...]:
    by_id = searcher().compendium.by_id
    return tuple(by_id[name] for name in case.related if name in by_id)
