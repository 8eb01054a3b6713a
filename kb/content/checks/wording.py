"""What sentences say: that they are written at all, are plain text, and promise no more than is."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from kb.content.placeholders import (
    MARK,
    is_placeholder,
    may_hold_placeholder,
    placeholders_in,
)
from kb.content.schema import Complaint, Complaints, Given, Place, as_text, items_of
from kb.model.english import quoted
from kb.model.taxonomy import GUIDE, WARNING, Taxonomy, Term
from kb.text.body import (
    RESULTS_HEADING,
    TextComplaint,
    column_at,
    without_code,
    without_fences,
)

#: The fields of a case that hold sentences or names in plain text, and of the records in it.
_PLAIN = frozenset(
    "title summary statement locator who partners region horizon about compared_with says why "
    "reason what by questions answers role_model_for authors".split()
)

#: A plain text of a case: its place, the name of its field, and what it says.
Text = tuple[Place, str, str]


#: The fields in which records stand that have plain texts.
_RECORDS = frozenset(
    "results sources told work members teaching changes withdrawn contradicted".split()
)


def texts_of(given: Given) -> list[Text]:
    """Each plain text of a case."""
    found: list[Text] = []
    _gather(given, (), found)
    return found


def _gather(given: Given, place: Place, found: list[Text]) -> None:
    for name, value in given.items():
        if name in _PLAIN:
            for where, part in _each(value, (*place, name)):
                if isinstance(part, str):
                    found.append((where, name, part[:_LONGEST]))
        elif name in _RECORDS:
            for where, part in _each(value, (*place, name)):
                if isinstance(part, dict):
                    _gather(part, where, found)


#: So much is read of a text: what is longer than it may be is told elsewhere.
_LONGEST = 1000


def _each(value: object, place: Place) -> list[tuple[Place, Any]]:
    """The items of a list, each with its place; what is no list stands for itself."""
    if isinstance(value, list):
        return [((*place, number), part) for number, part in enumerate(value)]
    return [(place, value)]


def _together(texts: Iterable[Text]) -> str:
    return "\n".join([text for _, _, text in texts])


# --- plain text ------------------------------------------------------------------------------

#: What any of it begins with: most texts hold none of it.
_SIGNS = "<&*_`[~#"
#: A tag, or the beginning of a comment.
HTML = re.compile(r"<!--|</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>")
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_MARKED = (
    (HTML, "HTML"),
    (_ENTITY, "an HTML entity"),
    (re.compile(r"!?\[[^\[\]]+\]\([^()\s]*(?:\s[^()]*)?\)|!?\[[^\[\]]+\]\[[^\[\]]*\]"), "a link"),
    (re.compile(r"<(?:https?|mailto):[^<>\s]+>"), "a link"),
    (re.compile(r"(?<![\w*])(\*{1,3})(?=[^\s*])[^*\n]+(?<=[^\s*])\1(?![\w*])"), "Markdown"),
    (re.compile(r"(?<![\w_])(_{1,3})(?=[^\s_])[^\n]+?(?<=[^\s_])\1(?![\w_])"), "Markdown"),
    (re.compile(r"(?<!`)(`{1,2})(?=[^\s`])[^`\n]+\1(?!`)"), "Markdown"),
    (re.compile(r"~~(?=\S)[^~\n]+(?<=\S)~~"), "Markdown"),
    (re.compile(r"^\s*#{1,6} "), "a heading"),
)


def markup_complaints(texts: Sequence[Text]) -> Complaints:
    """Plain text holds no HTML and no Markdown: it would be shown as it is typed."""
    together = _together(texts)
    signs = [sign for sign in _SIGNS if sign in together]
    if not signs:
        return
    for place, _, text in texts:
        if not any(sign in text for sign in signs):
            continue
        for pattern, what in _MARKED:
            found = pattern.search(text)
            if found is None or (pattern is _ENTITY and html.unescape(found[0]) == found[0]):
                continue
            yield Complaint(
                place,
                "markup-in-plain-text",
                f"is plain text and holds {what}, {quoted(_cut(found[0].strip()))}, which pages "
                f"show as it is typed; write {_without(found, pattern)}.",
            )
            break


def _without(found: re.Match[str], pattern: re.Pattern[str]) -> str:
    """What was meant by a piece of markup, as a message asks for it."""
    text = found[0].strip()
    if pattern is _ENTITY:
        return quoted(html.unescape(text))
    if text.startswith("<"):
        is_address = ":" in text and " " not in text
        return quoted(text.strip("<>")) if is_address else "the words alone"
    link = re.match(r"!?\[([^\[\]]+)\]", text)
    return quoted(_cut(link[1] if link else text.strip("*_`~# ")))


# --- what is not written yet -----------------------------------------------------------------

#: What stands where nobody has written anything.
_NOTHING = re.compile(
    r"(?:t\.?b\.?[ad]\.?|to ?do|fix ?me|x{2,}|n/?a|none|nothing|unknown|not known|untitled|"
    r"test(?:ing)?|example|placeholder|asdf+|qwerty|lorem ipsum.*|"
    r"your [\w ]{2,30} here|(?:to be (?:written|added|done|completed|filled in|confirmed))|"
    r"(?:add|insert|write|fill in)\b.{0,40}\bhere|[\W_]+)\.?",
    re.IGNORECASE | re.DOTALL,
)
#: What names no place in a source.
_NOWHERE = re.compile(
    r"(?:(?:see |the |in |in the )*(?:source|sources|document|book|paper|article|text|report|"
    r"website|web ?site|internet|web|link|url|file|pdf)|pages?|pp?\.?|sections?|sec\.?|chapters?|"
    r"ch\.?|ibid\.?|op\. ?cit\.?|passim|various|several|many|everywhere|somewhere|here|above|"
    r"below|same|as above|google)\.?",
    re.IGNORECASE,
)
#: No longer than this is a text that says nothing.
_LONGEST_NOTHING = 80
_WRITE = "write it, or take it out."
_MUST_SAY = ("title", "summary", "statement", "locator", "who", "says", "why", "reason")


def unwritten_complaints(texts: Sequence[Text]) -> Complaints:
    """Every sentence is written: no part of a template, and no word that stands for nothing."""
    may_be_left = may_hold_placeholder(_together(texts))
    for place, name, text in texts:
        if may_be_left and is_placeholder(text):
            message = f"still says what a draft says, {quoted(_cut(text))}; {_WRITE}"
            yield Complaint(place, "placeholder-left", message)
        elif len(text) > _LONGEST_NOTHING or name not in _MUST_SAY or not (bare := text.strip()):
            continue
        elif name == "locator" and _NOWHERE.fullmatch(bare):
            message = (
                f"must name a place in the source, such as a section or a page, not {quoted(bare)}."
            )
            yield Complaint(place, "text-says-nothing", message)
        elif _NOTHING.fullmatch(bare) or bare.casefold() == name:
            message = f"must say something, not {quoted(_cut(bare))}; {_WRITE}"
            yield Complaint(place, "text-says-nothing", message)


def body_complaints(body: str) -> Iterator[TextComplaint]:
    """What is not written in a text; code is an example and says what it likes."""
    plain = without_fences(body)
    if MARK in plain:
        for line, column, text in placeholders_in(plain):
            message = f"the text still says what a draft says, {quoted(_cut(text))}; {_WRITE}"
            yield TextComplaint(line, "placeholder-left", message, column=column, value=text)
    if _may_have_an_empty_section(body):
        yield from _empty_sections(body)
    if RESULTS_HEADING in plain:
        yield from _aims_among_results(plain)
    if "[^" in plain:
        yield from _halves_of_footnotes(body)
    small = plain.lower()
    if any(stem in small for stem in _UNWRITTEN_STEMS):
        for match in _UNWRITTEN.finditer(plain):
            said = match[0].strip()
            message = f"the text must say something, not {quoted(said)}; {_WRITE}"
            line = plain.count("\n", 0, match.start()) + 1
            column = match[0].index(said) + 1
            yield TextComplaint(line, "text-says-nothing", message, column=column, value=said)


def _may_have_an_empty_section(body: str) -> bool:
    """Whether a heading is followed by another one, by nothing, or by next to nothing."""
    at = 0 if body[:1] == "#" else body.find("\n#")
    while at >= 0:
        end = body.find("\n", at + 1)
        rest = body[end : end + 40].lstrip() if end >= 0 else ""
        if rest[:1] in ("", "#") or len(rest.split("\n", 1)[0]) < _LEAST_SIGNS:
            return True
        at = body.find("\n#", at + 1)
    return False


#: A section of fewer letters and figures says nothing; a line of fewer signs may be all of one.
_LEAST_LETTERS, _LEAST_SIGNS = 3, 8
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")


def _empty_sections(body: str) -> Iterator[TextComplaint]:
    """Headings under which next to nothing stands, not even a heading of a lower level."""
    empty: tuple[int, int, str, int] | None = None
    in_code, said = False, 0
    for number, line in enumerate((*body.split("\n"), "# "), 1):
        heading = None if in_code else _HEADING.match(line)
        if heading is None:
            is_fence = line.startswith(("```", "~~~"))
            in_code ^= is_fence
            if empty:
                is_whole = is_fence or "|" in line  # code, or the row of a table
                said += _LEAST_LETTERS if is_whole else sum(map(str.isalnum, line))
            empty = None if said >= _LEAST_LETTERS else empty
            continue
        level = len(heading[1])
        if empty and level <= empty[1]:
            what = "says nothing" if said else "is empty"
            message = (
                f"the section {quoted(empty[2])} {what}; write it, or take its heading out: a "
                "case has only the sections that its source fills."
            )
            yield TextComplaint(empty[0], "section-empty", message, column=empty[3], value=empty[2])
        words = heading[2].strip()
        empty = (number, level, words, heading.start(2) + 1) if level > 1 else None
        said = 0


#: Where a footnote belongs, or what one says, which has a colon behind it and opens a line.
_FOOTNOTE = re.compile(r"(?<!\\)\[\^([^\]\s]+)\](:?)")


def _halves_of_footnotes(body: str) -> Iterator[TextComplaint]:
    """Marks of footnotes that say nothing, and footnotes that no mark leads to."""
    plain = without_code(body)
    marks: dict[str, re.Match[str]] = {}
    texts: dict[str, re.Match[str]] = {}
    for found in _FOOTNOTE.finditer(plain):
        before = plain[plain.rfind("\n", 0, found.start()) + 1 : found.start()]
        is_text = bool(found[2]) and not before.strip(" >")
        (texts if is_text else marks).setdefault(found[1].casefold(), found)
    for label, found in (*marks.items(), *texts.items()):
        if label in marks and label in texts:
            continue
        shown = f"[^{found[1]}]"
        message = (
            f"the footnote {quoted(shown)} has no text, and is shown as it is typed; write what it "
            f"says on a line of its own, '{shown}: ...', or take it out."
            if label in marks
            else f"the text of the footnote {quoted(shown)} is not shown, as nothing leads to it; "
            f"write {quoted(shown)} where it belongs, or take it out."
        )
        line = plain.count("\n", 0, found.start()) + 1
        column = column_at(plain, found.start())
        yield TextComplaint(line, "footnote-not-whole", message, column=column, value=shown)


#: The section of the results; a line of it that tells an aim, in the present: what was hoped once
#: is part of what came of it, and so may be what somebody wants.
_RESULTS = re.compile(
    rf"^## +{re.escape(RESULTS_HEADING)}[ \t]*\n((?:(?!## ).*(?:\n|\Z))*?)(?=## |\Z)", re.MULTILINE
)
_AIM = re.compile(
    r"\b(?:(?:(?:hope|expect|aim|intend|seek)s?|we want|(?<!the )(?<!a )(?<!this )(?<!its )"
    r"(?<!their )plans?) to|(?:is|are) (?:expected|hoped|intended|planned) to)\b",
    re.IGNORECASE,
)


#: How words end that tell an aim, before the "to" behind them, which is found at once.
_AIMED_TO = re.compile(
    r" to\b(?<=ope to|pes to|ped to|ect to|cts to|ted to|aim to|ims to|end to|nds to|ded to"
    r"|eek to|eks to|ant to|lan to|ans to|ned to)"
)
#: Letters that count as an "i" or an "s" where capitals do not matter.
_ODD_LETTERS = "\u0130\u0131\u017f"


def _may_tell_an_aim(text: str) -> bool:
    """Whether it is worth the time to look for an aim in a text."""
    return _AIMED_TO.search(text.lower()) is not None or (
        not text.isascii() and any(letter in text for letter in _ODD_LETTERS)
    )


def _sections_of_results(plain: str) -> Iterator[re.Match[str]]:
    """What ``_RESULTS`` finds in a text, looked for by the words of its heading."""
    at = plain.find(RESULTS_HEADING)
    while at >= 0:
        section = _RESULTS.match(plain, plain.rfind("\n", 0, at) + 1)
        if section is not None:
            yield section
        at = plain.find(RESULTS_HEADING, at + 1 if section is None else section.end())


def _aims_among_results(plain: str) -> Iterator[TextComplaint]:
    """Where the section of the results tells what is hoped for."""
    for section in _sections_of_results(plain):
        if not _may_tell_an_aim(section[1]):
            continue
        for aim in _AIM.finditer(plain, section.start(1), section.end(1)):
            message = (
                f"the section {quoted(RESULTS_HEADING)} tells what happened, and {quoted(aim[0])} "
                "tells an aim; say what came of it, or tell it in another section."
            )
            line, column = plain.count("\n", 0, aim.start()) + 1, column_at(plain, aim.start())
            yield TextComplaint(
                line, "promises-more-than-results", message, column=column, value=aim[0]
            )


#: What stands alone in a line where nobody has written anything, and what it has in it.
_UNWRITTEN = re.compile(
    r"^[ \t>*+([-]*(?:tbd|to ?do|fixme|x{3,}|lorem ipsum\b.*|\.{3,}|…|to be (?:written|"
    r"added|completed|filled in))[.)\]]*[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_UNWRITTEN_STEMS = (
    *("tbd", "todo", "to do", "fixme", "xxx", "lorem", "...", "…"),
    *("to be written", "to be added", "to be completed", "to be filled in"),
)


# --- what is said twice, or too little -------------------------------------------------------


def repeated_complaints(given: Given) -> Complaints:
    """A summary says more than the title."""
    title, summary = as_text(given.get("title")) or "", as_text(given.get("summary")) or ""
    if summary and len(summary) <= len(title) + 3 and _bare(summary) == _bare(title):
        message = "must say more than the title: who did what together, where, and what came of it."
        yield Complaint(("summary",), "summary-repeats-title", message)
    elif summary and _says_too_little(summary):
        message = (
            f"must say in a sentence who did what together, where, and what came of it, not "
            f"{quoted(summary)}."
        )
        yield Complaint(("summary",), "text-says-nothing", message)


#: A summary of fewer words is no sentence. Scripts that set no blanks between words are let be.
_LEAST_WORDS = 3
_IN_WORDS = re.compile(r"[^\W\d_]+")
_WITHOUT_BLANKS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def _says_too_little(summary: str) -> bool:
    """Whether a summary, which has something that is no sign, is too short for a sentence."""
    words = islice(_IN_WORDS.finditer(summary), _LEAST_WORDS)
    if len([*words]) == _LEAST_WORDS:
        return False
    is_told = _NOTHING.fullmatch(summary) or _bare(summary) == "summary"
    return not is_told and not _WITHOUT_BLANKS.search(summary)


def repeated_in(body: str, given: Given) -> Iterator[TextComplaint]:
    """A text that says what the summary says."""
    summary = given.get("summary")
    if not isinstance(summary, str) or len(summary) < _REPEATED:
        return
    at = body.find(" ".join(summary[:_REPEATED].split()[:4]))
    if at >= 0 and _bare(body[at : at + 2 * len(summary)]).startswith(_bare(summary)):
        message = "the text repeats the summary, which stands above it; tell what it leaves out."
        line = body.count("\n", 0, at) + 1
        yield TextComplaint(line, "text-repeats-summary", message, column=column_at(body, at))


#: A summary of fewer characters may well stand in the text.
_REPEATED = 40


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


# --- what is promised ------------------------------------------------------------------------

#: What no source can hold.
_PROMISES = re.compile(
    r"\b(?:guarantee[sd]? (?:of )?(?:success|sales|growth|profits?|results?|that|to)|guaranteed to|"
    r"prove[sdn]? that|proof that|proves|risk[- ]free|without (?:any )?risk|never fails?|"
    r"always (?:works?|succeeds?|pays?)|cannot fail|sure to succeed|revolutioni[sz]e[sd]?|"
    r"revolutionary|unprecedented|world[- ](?:class|leading|beating)|cutting[- ]edge|"
    r"game[- ]chang(?:er|ing)|incredibl[ey]|amazing(?:ly)?|huge(?:ly)? success(?:ful)?|"
    r"(?:great|overwhelming|resounding|spectacular|phenomenal) success|miracle|"
    r"the (?:very )?(?:best|most successful|most innovative|greatest)|best[- ]ever|"
    r"recipe for success|secret of success|unique success)\b",
    re.IGNORECASE,
)
#: What says that something came of it.
_GROWN = "sales|exports?|turnover|profits?|revenues?|incomes?|jobs|market share"
_SUCCESS = re.compile(
    r"\b(?:(?<!factors for )(?<!factors of )success(?:es|ful|fully)?\b(?! factor| stor)|"
    r"succeed(?:s|ed)?|thriv(?:es?|ed|ing)|flourish(?:es|ed|ing)?|boost(?:s|ed)|"
    r"boom(?:s|ed|ing)?|triumph(?:s|ed)?|soar(?:s|ed)|"
    r"(?:doubled|tripled|trebled|increased|raised|grew|multiplied) (?:its |their |the )?"
    rf"(?:{_GROWN})|"
    rf"(?:{_GROWN}) (?:rose|grew|doubled|tripled|trebled|increased|went up|soared))\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not?|never|nor|without|whether|if|hardly|little|fail(?:s|ed|ure)?|un|instead|until|before|"
    r"hoped?|aims?|aimed|plans?|planned|wants?|wanted|to|no longer|once|first|why|how|or|and then|"
    r"partly|some|half|less|lack|limits?|despite|though|although|but)\b",
    re.IGNORECASE,
)


#: What any of them has in it: most texts hold none.
_PROMISE_STEMS = (
    *(
        "guarant",
        "prove",
        "proof",
        "risk",
        "never fail",
        "always",
        "cannot fail",
        "sure to",
        "world",
    ),
    *("revolution", "unpreced", "cutting", "game-", "game ", "incredib", "amazing", "success"),
    *("miracle", "the best", "the very", "the most", "the greatest", "best-", "best ever"),
)


_SUCCESS_STEMS = (
    *("succe", "thriv", "flourish", "boost", "boom", "triumph", "soar", "sales", "export"),
    *("turnover", "profit", "revenue", "income", "jobs", "share"),
)


def promise_complaints(given: Given, taxonomy: Taxonomy) -> Complaints:
    """Title and summary promise no more than the results hold."""
    told = [(name, (as_text(given.get(name)) or "")[:_LONGEST]) for name in ("title", "summary")]
    small = "\n".join([text for _, text in told]).lower()
    may_promise = any(stem in small for stem in _PROMISE_STEMS)
    may_tell = any(stem in small for stem in _SUCCESS_STEMS)
    why = _why_no_success(given, taxonomy) if may_tell else ""
    if not may_promise and not why:
        return
    for name, text in told:
        found = _PROMISES.search(text) if may_promise else None
        if found and not _DENIED.search(text, max(0, found.start() - 20), found.start()):
            message = (
                f"promises more than a source can hold, {quoted(found[0])}; say what was "
                "reported, and by whom."
            )
            yield Complaint((name,), "promises-more-than-results", message)
        elif why and (found := _SUCCESS.search(text)) and not _DENIED.search(text):
            message = (
                f"says {quoted(found[0])}, and the case {why}; give the result that the source "
                "reports, or say it otherwise."
            )
            yield Complaint((name,), "promises-more-than-results", message)


def _why_no_success(given: Given, taxonomy: Taxonomy) -> str:
    """Why a case has no success to tell of; empty where it may have one, and for guides."""
    has_results = any(isinstance(one, dict) for one in items_of(given.get("results")))
    if has_results and "status" not in given:
        return ""
    if term_of(taxonomy, "kinds", given.get("kind")).role == GUIDE:
        return ""
    if term_of(taxonomy, "statuses", given.get("status")).tone == WARNING:
        return "did not work"
    return "" if has_results else "has no result"


def term_of(taxonomy: Taxonomy, name: str, spelling: object) -> Term:
    """The term that a value spells; one without id where it spells none."""
    term_id = taxonomy[name].canonical(as_text(spelling) or "")
    return taxonomy[name].get(term_id or "") or Term(id="", label="")


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."
