"""What a pull request shows of Markdown, and where the site would show something else.

Owns ``comrak``, which knows GitHub's grammar. What a reader sees is compared and not how it is
written: two texts of HTML are the same if their elements and letters are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

import comrak

from kb.text.rendering import TASKS

_VOID = frozenset(("br", "hr", "img", "input"))
#: What begins and ends a line of its own: blanks beside it are not seen.
_BLOCKS = frozenset(
    ("root", "p", "ul", "ol", "li", "pre", "table", "thead", "tbody", "tr", "th", "td", "br")
) | {"blockquote", "hr", "notes", "h1", "h2", "h3", "h4", "h5", "h6"}
_BLANKS = re.compile(r"[ \t\n\N{NO-BREAK SPACE}]+")


@dataclass(slots=True)
class Seen:
    """An element as a reader sees it; ``line`` is where it begins in the text, 0 if not known."""

    tag: str
    about: dict[str, str] = field(default_factory=dict)
    children: list[Seen | str] = field(default_factory=list)
    line: int = field(default=0, compare=False)


def shown_by_github(text: str) -> Seen:
    """What GitHub shows of a file; raw HTML in it is none of its elements."""
    known = comrak.ExtensionOptions()
    known.table = known.strikethrough = known.tasklist = known.autolink = known.footnotes = True
    how = comrak.RenderOptions()
    how.sourcepos = how.escape = True
    return seen(comrak.render_markdown(text, extension_options=known, render_options=how))


def seen(html: str) -> Seen:
    """What a reader sees of HTML that Markdown made."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return _seen(tree.root, is_code=False)


class _Tree(HTMLParser):
    """Reads HTML that is well nested."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Seen("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        line = about.get("data-sourcepos", "0:").partition(":")[0]
        element = Seen(tag, about, line=int(line))
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def _seen(element: Seen, *, is_code: bool) -> Seen:
    """An element without what nobody sees."""
    tag = element.tag
    is_notes = tag in ("section", "div") and "footnote" in element.about.get("class", "")
    made = Seen("notes" if is_notes else tag, _about(element), line=element.line)
    inner = element.children[0] if tag == "strong" and len(element.children) == 1 else ""
    if isinstance(inner, Seen) and inner.tag == "em":  # the order of the two is not seen
        made = Seen("em")
        element = Seen("em", {}, [Seen("strong", {}, inner.children)])
    is_code = is_code or tag == "pre"
    parts = _joined(_parts(element, is_code=is_code))
    if is_code:
        made.children = [part.rstrip("\n") if isinstance(part, str) else part for part in parts]
    else:
        made.children = list(_without_blanks(parts, made.tag))
    made.children = [part for part in made.children if part != ""]
    return made


def _about(element: Seen) -> dict[str, str]:
    about = element.about
    is_of_note = "footnote" in about.get("class", "") or "data-footnote-ref" in about
    match element.tag:
        case "a" if not is_of_note:
            return {name: unquote(about[name]) for name in ("href", "title") if name in about}
        case "th" | "td" if about.get("align"):
            return {"align": about["align"]}
        case "ol" if about.get("start", "1") != "1":
            return {"start": about["start"]}
        case _:
            return {}


def _parts(element: Seen, *, is_code: bool) -> Iterator[Seen | str]:
    for child in element.children:
        if isinstance(child, str):
            yield child if is_code else _BLANKS.sub(" ", child)
        elif child.tag == "input":
            yield f"{TASKS['x' if 'checked' in child.about else ' ']} "
        elif child.tag == "img":
            yield child.about.get("alt", "")
        elif not _is_way_back(child):
            yield _seen(child, is_code=is_code)


def _is_way_back(element: Seen) -> bool:
    """Whether an element leads from a footnote to the text, or is a paragraph for that alone."""
    if "footnote-backref" in element.about.get("class", ""):
        return True
    inner = element.children
    is_paragraph = element.tag == "p" and bool(inner)
    return is_paragraph and all(isinstance(one, Seen) and _is_way_back(one) for one in inner)


def _joined(parts: Iterator[Seen | str]) -> list[Seen | str]:
    made: list[Seen | str] = []
    for part in parts:
        if isinstance(part, str) and made and isinstance(made[-1], str):
            made[-1] += part
        else:
            made.append(part)
    return made


def _without_blanks(parts: Sequence[Seen | str], tag: str) -> Iterator[Seen | str]:
    """The parts of an element without the blanks at the ends of lines."""
    for number, part in enumerate(parts):
        if not isinstance(part, str):
            if tag != "notes" or part.tag != "hr":
                yield part
            continue
        part = _BLANKS.sub(" ", part)
        before = parts[number - 1] if number else None
        after = parts[number + 1] if number + 1 < len(parts) else None
        if _ends_line(before, tag):
            part = part.lstrip()
        yield part.rstrip() if _ends_line(after, tag) else part


def _ends_line(neighbour: Seen | str | None, tag: str) -> bool:
    if neighbour is None:
        return tag in _BLOCKS
    return isinstance(neighbour, Seen) and neighbour.tag in _BLOCKS
