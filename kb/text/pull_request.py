"""What a pull request shows of Markdown, and where the site would show something else.

Owns ``comrak``, which knows GitHub's grammar. Texts of plain paragraphs, lists, links and emphasis
are not compared at all: both read them alike, and a comparison takes as long as a page. What a
reader sees is compared and not how it is written: two texts of HTML are the same if their elements
and letters are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from itertools import islice, takewhile, zip_longest
from urllib.parse import unquote

from kb.model.english import quoted
from kb.text.body import TASKS, TextComplaint, column_at, without_code

_VOID = frozenset(("br", "hr", "img", "input"))
#: What begins and ends a line of its own: blanks beside it are not seen.
_BLOCKS = frozenset(
    ("root", "p", "ul", "ol", "li", "pre", "table", "thead", "tbody", "tr", "th", "td", "br")
) | {"blockquote", "hr", "notes", "h1", "h2", "h3", "h4", "h5", "h6"}
_BLANKS = re.compile(r"[ \t\n\N{NO-BREAK SPACE}]+")


#: Beyond so many letters, and so many of the signs that take long, nothing is compared.
LONGEST, MOST_BRACKETS = 200_000, 1_000
#: So many differences are told of one text.
_MOST_TOLD = 5
_HOW = (
    "write it so that both read it alike: a backslash before a sign that is a letter, an empty "
    "line around a list or a table (docs/markdown.md)."
)
_KINDS = {
    **{"p": "a paragraph", "ul": "a list", "ol": "a list with numbers", "li": "an item"},
    **{"pre": "code", "code": "code", "blockquote": "a quotation", "hr": "a line across"},
    **{"table": "a table", "tr": "a row", "td": "a cell", "th": "a cell", "a": "a link"},
    **{"em": "emphasis", "strong": "strong emphasis", "del": "struck words", "br": "a new line"},
    **{"notes": "footnotes", "sup": "a footnote", "div": "a box"},
    **{f"h{rank}": "a heading" for rank in range(1, 7)},
}


@lru_cache(maxsize=2)  # each fix of the front-matter above it is tried with it
def differences(text: str) -> tuple[TextComplaint, ...]:
    """Where the site shows something else of a text without HTML than a pull request does."""
    return (*_differences(text), *islice(_only_on_github(text), _MOST_TOLD))


def _differences(text: str) -> Iterator[TextComplaint]:
    if not _may_differ(text):
        return
    if len(text) > LONGEST or text.count("[") > MOST_BRACKETS:
        message = (
            "the text is too long, or has too many brackets, to say whether the site shows it as "
            f"a pull request does; at most {LONGEST:,} letters and {MOST_BRACKETS:,} brackets."
        )
        yield TextComplaint(1, "markdown-differs-from-pull-request", message)
        return
    from kb.text.rendering import to_html  # seldom needed, and slow to import

    theirs, ours = shown_by_github(text), seen(to_html(text))
    for place, on_github, here in list(_differing(theirs, ours))[:_MOST_TOLD]:
        line, column = _begin(text, place, on_github, here)
        shown, other = _told(on_github), _told(here)
        if shown == other:
            shown, other = shown + _leads(on_github), other + _leads(here)
        message = f"a pull request shows {shown} here, and the site {other}; {_HOW}"
        if isinstance(on_github, Seen) and on_github.tag == "div":
            message = _of_box(text.split("\n")[line - 1])
        yield TextComplaint(line, "markdown-differs-from-pull-request", message, column=column)


def _of_box(line: str) -> str:
    """What is said of a quotation that GitHub makes a box of, which begins with such a line."""
    kind = _BOX.search(line)
    name = kind[1] if kind else "NOTE"
    return (
        f"a pull request makes a coloured box of '[!{name}]', and the site a quotation that begins "
        f"with these signs; begin a paragraph with '**{name.capitalize()}:**' in its place "
        "(docs/markdown.md)."
    )


_BOX = re.compile(r"\[!(\w+)\]")

#: A formula, between dollars that touch it, with a sign that no amount of money has; or a letter.
_FORMULA = re.compile(
    r"\$(?<![\w\\$]\$)(?:\$(?=[^$])[^$]+\$\$"
    r"|(?=\S)(?:[A-Za-z]|(?=[^$\n]*[\\^_={}])[^$\n]+)(?<=\S)\$)(?![\w$])"
)
#: The first line of code that GitHub draws, and does not show.
_DRAWN = re.compile(
    r"^[ \t>]*(?:`{3,}|~{3,})[ \t]*(math|mermaid|geojson|topojson|stl)\b[^`\n]*$",
    re.MULTILINE | re.IGNORECASE,
)
_PICTURE = re.compile(r"(?<![\w:/\\.]):(?:[a-z][a-z0-9_]+|[+-]1):(?![\w:/])")
#: What a picture is typed as, whatever stands beside it.
_MAY_BE_PICTURE = re.compile(r":(?:[a-z][a-z0-9_]+|[+-]1):")
_MENTION = re.compile(r"(?<![\w@/.\\+:#&=-])@[A-Za-z](?:-?[A-Za-z0-9]){0,38}(?![\w@-]|\.\w)")
#: Addresses, in which none of it is read.
_NO_WORDS = re.compile(r"\]\([^()\n]*\)|(?:https?://|www\.)[^\s<>]+|<[^<>\s]+>", re.IGNORECASE)


def _only_on_github(text: str) -> Iterator[TextComplaint]:
    """What GitHub makes something of that a reader of its grammar alone does not know."""
    found = []
    if "```" in text or "~~~" in text:
        for at in _DRAWN.finditer(text):
            what = "a formula" if at[1].lower() == "math" else "a drawing"
            found.append((at.start(), at[0], what))
    kinds = [*_kinds(text)]
    if kinds:
        plain = without_code(text)
        if any(sign in plain for sign in ("](", "://", "<")) or "www." in plain.lower():
            plain = _NO_WORDS.sub(lambda at: " " * len(at[0]), plain)
        for kind, what in kinds:
            found += [(at.start(), at[0], what) for at in kind.finditer(plain)]
    for start, signs, what in sorted(found):
        start += len(signs) - len(signs.lstrip())
        shown = " ".join(signs.split())
        shown = shown if len(shown) <= 40 else f"{shown[:37]}..."
        message = _MADE[what].format(quoted(shown))
        line, column = text.count("\n", 0, start) + 1, column_at(text, start)
        yield TextComplaint(line, "markdown-differs-from-pull-request", message, column=column)


def _kinds(text: str) -> Iterator[tuple[re.Pattern[str], str]]:
    """What to look for in a text, by the signs that it holds, each with what GitHub makes of it."""
    n_dollars = text.count("$")
    if n_dollars > 1:
        yield _FORMULA, "a formula"
    if _MAY_BE_PICTURE.search(text) and (n_dollars or "@" in text or _PICTURE.search(text)):
        yield _PICTURE, "a picture"
    if "@" in text:
        yield _MENTION, "a name"


_MADE = {
    "a drawing": (
        "a pull request draws what stands under {}, and the site shows it as code; say in words "
        "what the drawing shows (docs/markdown.md)."
    ),
    "a formula": (
        "a pull request makes a formula of {}, and the site shows it as it is typed; say it in "
        "words, or write it between backticks (docs/markdown.md)."
    ),
    "a picture": (
        "a pull request makes a picture of {}, and the site shows it as it is typed; say it in "
        "words, or write it between backticks (docs/markdown.md)."
    ),
    "a name": (
        "a pull request reads {} as the name of an account at GitHub, and the site as it is typed; "
        "write the name without the sign, or between backticks (docs/markdown.md)."
    ),
}


def _begin(
    text: str, place: _Place, theirs: Seen | str | None, ours: Seen | str | None
) -> tuple[int, int]:
    """Line and column in characters at which a difference begins, as far as can be told.

    comrak knows where blocks begin, and counts bytes. Words that differ are looked for behind
    that.
    """
    line, column = place
    rows = text.split("\n")
    row = rows[line - 1] if 0 < line <= len(rows) else ""
    column = len(row.encode()[: max(0, column - 1)].decode(errors="ignore")) + 1
    start = sum(len(one) + 1 for one in rows[: line - 1]) + column - 1
    if isinstance(theirs, str):
        other = ours if isinstance(ours, str) else ""
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(theirs, other, strict=False))
        words = theirs[sum(1 for _ in alike) :].strip()[:_WORDS]
        if words and text.count(words, start) == 1:
            at = text.index(words, start)
            return text.count("\n", 0, at) + 1, column_at(text, at)
    return line, column


#: So many characters of words that differ are looked for.
_WORDS = 20


#: A line, and a column in bytes, both from 1.
_Place = tuple[int, int]


@dataclass(slots=True)
class Seen:
    """An element as a reader sees it; ``place`` is where it begins in the text, if known."""

    tag: str
    about: dict[str, str] = field(default_factory=dict)
    children: list[Seen | str] = field(default_factory=list)
    place: _Place | None = field(default=None, compare=False)


def shown_by_github(text: str) -> Seen:
    """What GitHub shows of a file; raw HTML in it is none of its elements."""
    import comrak  # seldom needed

    known = comrak.ExtensionOptions()
    known.table = known.strikethrough = known.tasklist = known.autolink = known.footnotes = True
    known.alerts = True
    how = comrak.RenderOptions()
    how.sourcepos = how.escape = True
    return seen(comrak.render_markdown(text, extension_options=known, render_options=how))


def seen(html: str) -> Seen:
    """What a reader sees of HTML that Markdown made."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return _seen(tree.root, is_code=False)


#: A place, and what the two show there; None for nothing.
_Difference = tuple[_Place, "Seen | str | None", "Seen | str | None"]


def _differing(theirs: Seen, ours: Seen, place: _Place = (1, 1)) -> Iterator[_Difference]:
    """The innermost elements that differ, until one is another element."""
    place = theirs.place or place
    for their, our in zip_longest(theirs.children, ours.children):
        if their == our:
            continue
        place = their.place if isinstance(their, Seen) and their.place else place
        alike = isinstance(their, Seen) and isinstance(our, Seen) and their.tag == our.tag
        if not alike or their.about != our.about:
            yield place, their, our
            return
        yield from _differing(their, our, place)


def _told(shown: Seen | str | None) -> str:
    """What is shown, in a few words."""
    if shown is None:
        return "nothing"
    words = shown if isinstance(shown, str) else "".join(_letters(shown))
    words = f"{words[:37]}..." if len(words) > 40 else words
    kind = "the words" if isinstance(shown, str) else _KINDS.get(shown.tag, shown.tag)
    return f"{kind} {quoted(words)}" if words else kind


def _leads(shown: Seen | str | None) -> str:
    """Where a link leads, for two of the same words."""
    if not isinstance(shown, Seen) or shown.tag != "a":
        return ""
    address = shown.about.get("href", "")
    return f" to {quoted(address)}" if address else " that leads nowhere"


def _letters(element: Seen) -> Iterator[str]:
    for child in element.children:
        yield from (child,) if isinstance(child, str) else _letters(child)


class _Tree(HTMLParser):
    """Reads HTML that is well nested."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Seen("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        start = about.get("data-sourcepos", "").partition("-")[0].split(":")
        place = (int(start[0]), int(start[1])) if len(start) == 2 and int(start[0]) else None
        element = Seen(tag, about, place=place)
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
    made = Seen("notes" if is_notes else tag, _about(element), place=element.place)
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


#: What can be read in two ways, or begins it.
_MAY_BE = re.compile(r"[`*_~\\<\[\]&@]")
#: Signs that every reader of Markdown reads alike where they stand so, and one that it may not:
#: the last group. It is asked where ``_MAY_BE`` is, which is found many times as fast.
_SIGN = re.compile(
    r"(?:"
    r"`[^`\n\\]+`(?!`)"
    r"|(?<![!\w)])\[[^\[\]\\`*_<&~@]+\]\([^\s()\[\]<>\\*`&]+\)(?![(\w])"
    r"|(?<![^\s(\"'])(\*{1,2})(?=[^\s*])[^*_`~\\\[\]<&\n]*(?:\n(?=\S)[^*_`~\\\[\]<&\n]*)?(?<=[\w.:?!%)])\1"
    r"(?![^\s.,;:!?)\"'])"
    r"|(?<= )[*<](?= )|<(?=\d)|(?<=\w)_(?=\w)|(?<=[\s\w])&(?=\s|[A-Z]\b(?!;))"
    r"|(.))",
)
#: An address between letters or signs that may or may not belong to it.
_ADDRESS = re.compile(
    r"(?<![\s(<\"])(?:https?://|www\.)|(?:https?://|www\.)[^\s)>]*[*~`\"'\[&<]", re.IGNORECASE
)


def _may_differ(text: str) -> bool:
    """Whether a text holds signs that the site and GitHub could read in two ways.

    Both read blocks by the same rules, but for what is indented by far.
    """
    if "\n    " in text or "\t" in text or text.startswith("    "):
        return True
    sign = _MAY_BE.search(text)
    while sign is not None:
        found = _SIGN.match(text, sign.start())
        if found is None or found[2]:
            return True
        sign = _MAY_BE.search(text, found.end())
    may_hold_address = "://" in text or "www." in text.lower()
    return may_hold_address and _ADDRESS.search(text) is not None
