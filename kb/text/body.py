"""The Markdown body of a case: its sections, its links, and what it must not hold."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kb.model.english import quoted

if TYPE_CHECKING:
    from kb.model.taxonomy import Term

#: Headings of business-case form: what was done, what came of it, and the editors' reading.
DONE_HEADING = "What they did together"
RESULTS_HEADING = "Results as reported"
ANALYSIS_HEADING = "What to take from it"

#: What is to be done and what is done in a list of tasks, as letters: every page and file has them.
TASKS = {" ": "☐", "x": "☑"}

_FENCE = re.compile(
    r"^[ \t]*+(`{3,}+(?=[^`\n]*$)|~{3,}+)[^\n]*(?:.*?^[ \t]*+\1[`~]*[ \t]*$|.*)",
    re.MULTILINE | re.DOTALL,
)
_CODE = re.compile(r"(?<![\\`])(`++)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
_TAG = re.compile(r"<(?:!--|/?[A-Za-z][A-Za-z0-9-]*(?=[\s/>])[^<>]*>)")
#: From the end of a link's words, which may go over lines and hold an image. It says first what
#: it may begin with, which saves most of the search.
_LINK = re.compile(
    r"(?=[\] \[])"
    r"(?:(?<!\\)\]\(\s*<?([^)\s>]*)"
    r"|^ {0,3}\[(?!\^[^\]\s]+\])[^\]\n]+\]:[ \t]*\n?[ \t]*<?([^\s>]+))",
    re.MULTILINE,
)
#: What the first of the two is where there is no other: it is found by how it begins.
_LINK_IN_LINE = re.compile(r"\]\((?<!\\\]\()\s*<?([^)\s>]*)")
#: An image: its words, then its address or the label of one.
_IMAGE = re.compile(r"(?<!\\)!\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:\(\s*<?([^)\s>]*)|\[)")
#: A link with its words: to an address, or by a label that is given one elsewhere.
_WORDED = re.compile(
    r"(?<!\\)!?\[((?:[^\[\]]|!\[[^\]]*\](?:\([^)]*\))?)+)\]"
    r"(?:\(\s*<?([^)\s>]*)>?[^)]*\)|\[([^\]\n]*)\])?(?!:)"
)
#: The address of a label, on a line of its own; what begins with ``[^1]:`` is a footnote.
_DEFINITION = re.compile(
    r"^ {0,3}\[(?!\^[^\]\s]+\])([^\]\n]+)\]:[ \t]*\n?[ \t]*<?([^\s>]+)[^\n]*\n?", re.MULTILINE
)
#: As GitHub reads them: up to three blanks before the signs, and one after them.
_HEADING = re.compile(
    r"^ {0,3}(#{1,6})[ \t]+(?!#+[ \t]*$)(\S(?:[^\n]*?\S)??)(?:[ \t]+#+)?[ \t]*$", re.MULTILINE
)
#: Words underlined with signs are a heading too; a table's rule has a bar.
_UNDERLINED = re.compile(r"^(?![ \t]*[|>#-])[^\n|]+\n(?:=+|-+)[ \t]*$", re.MULTILINE)
#: A line of such signs, which is found at once, and seldom there.
_UNDERLINE = re.compile(r"\n(?:=+|-+)[ \t]*$", re.MULTILINE)
_SAFE_SCHEMES = ("http:", "https:", "mailto:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A stretch of the body under one ``##`` heading; the first may have none.

    ``line`` counts from 1 in the body.
    """

    heading: str
    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link in the body. ``case_id`` is set where it leads to a file of the compendium.

    ``line`` and ``column`` are those of its address, from 1.
    """

    target: str
    line: int
    case_id: str | None = None
    column: int = field(default=0, compare=False)


class TextComplaint(NamedTuple):
    """What is wrong in a text.

    Attributes:
        line: from 1 in the text.
        rule: the id of the rule of ``kb check``.
        message: what is wrong, and what to do.
        allowed: what is allowed there, the nearest first; empty where that is no list.
        column: from 1 on that line, in characters; 0 where a column says nothing.
        value: what stands there; empty where that is no single thing.
        instead: what certainly has to stand there in its place; empty where that is in doubt.
    """

    line: int
    rule: str
    message: str
    allowed: tuple[str, ...] = ()
    column: int = 0
    value: str = ""
    instead: str = ""


def case_headings(subject: Term) -> tuple[str, ...]:
    """The headings of business-case form, in order; the second names what the compendium is about.

    The last holds the editors' reading.
    """
    about = f"The {subject.in_line}"
    return ("Situation", about, DONE_HEADING, RESULTS_HEADING, ANALYSIS_HEADING)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


@lru_cache(maxsize=2)  # each rule on a body asks for it again
def _without_code(body: str) -> str:
    """The body with code blanked out, so that lines and columns stay."""
    plain = without_fences(body)
    return _CODE.sub(_blank, plain) if "`" in plain else plain


def without_fences(body: str) -> str:
    """The body with blocks of code blanked out."""
    return _FENCE.sub(_blank, body) if "```" in body or "~~~" in body else body


def without_code(body: str) -> str:
    """The body with blocks of code and code in lines blanked out."""
    return _without_code(body)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def column_at(text: str, position: int) -> int:
    """The column of a position on its line, from 1, in characters."""
    return position - text.rfind("\n", 0, position)


def _headings(plain: str) -> Iterator[re.Match[str]]:
    """What ``_HEADING`` finds in a text. Only lines with the sign are asked, which are few."""
    at = plain.find("#")
    while at >= 0:
        match = _HEADING.match(plain, plain.rfind("\n", 0, at) + 1)
        if match is not None:
            yield match
        end = plain.find("\n", at)
        at = plain.find("#", end) if end >= 0 else -1


def sections(body: str) -> tuple[Section, ...]:
    """Split a body at its ``##`` headings; deeper headings stay inside their section."""
    plain = without_fences(body)
    marks = [match for match in _headings(plain) if len(match.group(1)) == 2]
    parts = []
    start, heading, line = 0, "", 1
    for match in [*marks, None]:
        end = match.start() if match else len(body)
        text = body[start:end].strip()
        if text or heading:
            parts.append(Section(heading=heading, text=text, line=line))
        if match:
            start, heading, line = match.end(), match.group(2), _line(body, match.start())
    return tuple(parts)


@lru_cache(maxsize=2)  # two rules ask for them
def links(body: str, case_id: str) -> tuple[Link, ...]:
    """Every link of the body of ``case_id``, images included, in order.

    A relative path that ends in ``.md`` leads to a case: ``../guides/trends.md``
    in ``norway/graphic-arts`` is ``guides/trends``.
    """
    plain = _without_code(body)
    targets = []
    for match in (_LINK if "]:" in plain else _LINK_IN_LINE).finditer(plain):
        target = next(filter(None, match.groups()), "")
        path = target.partition("#")[0]
        inner = None
        if path.endswith(".md") and ":" not in path:
            joined = posixpath.normpath(posixpath.join(posixpath.dirname(case_id), path))
            inner = joined.removesuffix(".md")
        # Of an address that stands on the line after its words, the place is that of the words.
        start = match.start(1) if match[1] is not None else match.start(2)
        at = match.start() if "\n" in plain[match.start() : start] else start
        line, column = _line(plain, at), column_at(plain, at)
        targets.append(Link(target=target, line=line, case_id=inner, column=column))
    return tuple(targets)


def without_links(body: str, case_id: str, kept: Collection[str]) -> str:
    """The body of ``case_id`` without the links to documents that are not kept: their words stay.

    Code stays as it is, and so does every link to a web address.
    """
    plain = _without_code(body)
    leads_away = {
        link.target
        for link in links(body, case_id)
        if link.case_id is not None and link.case_id not in kept
    }
    gone = {match[1].casefold() for match in _DEFINITION.finditer(plain) if match[2] in leads_away}
    parts, end = [], 0
    for match in _WORDED.finditer(plain):
        words, target, label = match.groups()
        if target in leads_away or (target is None and (label or words).casefold() in gone):
            parts += [body[end : match.start()], body[match.start(1) : match.end(1)]]
            end = match.end()
    kept_text = "".join((*parts, body[end:]))
    return _DEFINITION.sub(lambda m: "" if m[1].casefold() in gone else m[0], kept_text)


def body_problems(
    body: str, case_id: str, *, headings: Sequence[str] | None
) -> Iterator[TextComplaint]:
    """Yield everything that a body must not hold.

    Args:
        body: the text.
        case_id: whose.
        headings: those that its sections may have; None lets it have its own.
    """
    if not body.strip():
        message = "the text must not be empty; write at least what the source tells."
        yield TextComplaint(1, "text-empty", message)
        return
    plain = _without_code(body)
    tags: dict[int, tuple[str, int]] = {}
    for match in _TAG.finditer(plain):
        where = match.group()[:40], column_at(plain, match.start())
        tags.setdefault(_line(plain, match.start()), where)
    for line, (tag, column) in tags.items():
        message = f"raw HTML is not allowed: {quoted(tag)}; write Markdown."
        yield TextComplaint(line, "raw-html", message, column=column, value=tag)
    yield from _heading_problems(body, headings)
    images = {}
    for match in _IMAGE.finditer(plain) if "![" in plain else ():
        line, target = _line(plain, match.end()), match[2] or ""
        images[line, target] = None
        shown = _as_typed(plain, match)
        message = (
            f"an image is not shown on the site: {quoted(shown)}. A case is kept as text, in "
            "files, in print and for ever; say in words what it shows, or let a link lead to it."
        )
        column = column_at(plain, match.start())
        yield TextComplaint(
            _line(plain, match.start()), "image-in-text", message, column=column, value=target
        )
    for link in links(body, case_id):
        if (link.line, link.target) not in images:
            yield from _link_problems(link)


def _as_typed(text: str, image: re.Match[str]) -> str:
    """An image as it is typed, to the end of its address or label, cut to a readable length."""
    end = text.find(")" if image[2] is not None else "]", image.end())
    whole = text[image.start() : end + 1] if end >= 0 else image[0]
    return whole if len(whole) <= 40 else f"{whole[:37]}..."


def _heading_problems(body: str, headings: Sequence[str] | None) -> Iterator[TextComplaint]:
    plain = without_fences(body)
    for match in _UNDERLINED.finditer(plain) if _UNDERLINE.search(plain) else ():
        text = match.group().splitlines()[0].strip()
        message = f"a heading must be written as '## {_in_short(text)}'."
        start = body.index(text, match.start())
        line, column = _line(body, match.start()), column_at(body, start)
        yield TextComplaint(line, "heading-underlined", message, column=column, value=text)
    seen: set[str] = set()
    for match in _headings(plain):
        depth, text, line = len(match.group(1)), match.group(2), _line(body, match.start())
        column = column_at(body, match.start(2))
        if depth == 1:
            message = f"a heading must start at '##', as the title is the first: {quoted(text)}."
            yield TextComplaint(line, "heading-too-high", message, column=column, value=text)
        if depth != 2:
            continue
        if text in seen:
            message = f"the heading {quoted(text)} stands twice; join the two sections."
            yield TextComplaint(line, "heading-repeated", message, column=column, value=text)
        seen.add(text)
        if headings is not None and text not in headings:
            yield _not_in_form(text, headings, line, column)


def _in_short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _not_in_form(text: str, headings: Sequence[str], line: int, column: int) -> TextComplaint:
    """What is said of a section that no case has, with the one that was probably meant."""
    meant = _heading_meant(text, headings)
    hint = f": did you mean {quoted(meant)}?" if meant else "."
    return TextComplaint(
        line,
        "heading-not-in-form",
        f"a section of a case must be one of {', '.join(headings)}, not {quoted(text)}{hint}",
        tuple(dict.fromkeys((*filter(None, [meant]), *headings))),
        column,
        value=text,
        instead=meant if _folded(meant) == _folded(text) else "",
    )


def _heading_meant(text: str, headings: Sequence[str]) -> str:
    """The heading that looks like a text, whatever its letters are; empty where none does."""
    folded = {_folded(heading): heading for heading in headings}
    words = _folded(text)
    if words in folded:
        return folded[words]
    # Longer than any heading is no slip in one; what begins as one goes on with more.
    nearest = difflib.get_close_matches(words[:80], folded, n=1, cutoff=0.7)
    begun = [one for one in folded if words.startswith(f"{one} ") or one.startswith(f"{words} ")]
    return folded[(nearest or begun)[0]] if nearest or begun else ""


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


#: What is said of an address that the program of another site would have filled in.
_TEMPLATE = ", which another site fills in; write the address itself."


def _link_problems(link: Link) -> Iterator[TextComplaint]:
    if link.case_id is not None or link.target.startswith("#"):
        return
    if not link.target.lower().startswith(_SAFE_SCHEMES):
        yield TextComplaint(
            link.line,
            "link-leads-nowhere",
            f"a link must lead to another case ('../guides/trends.md') or a web address, "
            f"not "
            f"{quoted(link.target)}{_TEMPLATE if link.target.startswith(('{{', '{%')) else '.'}",
            column=link.column,
            value=link.target,
        )
