"""A Markdown file that nobody here wrote: its front-matter, and its text as a case may hold it."""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from kb.content.yaml_source import YamlTrouble, read_yaml
from kb.importing.files import text_of_file
from kb.importing.foreign import Cell, Note, Reading, Story, Unreadable, cut, visible

_DASHES = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_PLUSES = re.compile(r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)")


def read_markdown(path: Path, place: str, *, base: str = "") -> Story:
    """Read a file.

    Args:
        path: where it is.
        place: what messages call it.
        base: the address of the site that it is from, for links that are not whole.

    Raises:
        Unreadable: its front-matter cannot be read.
    """
    text, told = text_of_file(path)
    values, lines, body = _split(text.removeprefix("\ufeff"))
    first = text.count("\n", 0, len(text) - len(body)) + 1
    notes: list[Note] = [Reading(place=place, why=told)] if told else []
    name, cells = path.stem, {}
    if dated := _DATED.fullmatch(name):
        name = dated[2]
        cells["(date in the name of the file)"] = Cell(value=dated[1], place=place)
    if name.lower() in ("index", "_index", "readme") and path.parent.name:
        name = path.parent.name
    cells["(name of the file)"] = Cell(value=name, place=place)
    for key, value in _flat(values):
        line = lines(key)
        cells[key] = Cell(value=value, place=f"{place}:{line}" if line else place)
    title = values.get("title")
    cleaned = clean(
        body, place, first_line=first, base=base, title=title if isinstance(title, str) else ""
    )
    if cleaned.title:
        cells.setdefault("(first heading)", Cell(value=cleaned.title, place=place))
    return Story(
        place=place,
        name=name.replace("-", " ").replace("_", " "),
        cells=cells,
        text=cleaned.text,
        notes=(*notes, *cleaned.notes),
    )


# --- front-matter ----------------------------------------------------------------------------

Lines = Callable[[str], int]


def _split(text: str) -> tuple[dict[str, Any], Lines, str]:
    """The values of the front-matter, what tells their lines, and the text after it.

    Raises:
        Unreadable: the front-matter cannot be read.
    """
    if match := _DASHES.match(text):
        return *_from_yaml(match[1]), text[match.end() :]
    if match := _PLUSES.match(text):
        try:
            values = tomllib.loads(match[1])
        except (tomllib.TOMLDecodeError, ValueError, RecursionError) as err:
            raise Unreadable(f"has front-matter that is no TOML: {err}.") from err
        return values, _by_search(match[1], r"^[ \t]*{}[ \t]*="), text[match.end() :]
    if text.startswith("{") and not text.startswith("{{"):
        try:
            values, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return {}, lambda key: 0, text
        return values, _by_search(text[:end], r'^[ \t{{]*"{}"[ \t]*:'), text[end:]
    return {}, lambda key: 0, text


def _from_yaml(text: str) -> tuple[dict[str, Any], Lines]:
    try:
        located = read_yaml(text.replace("\t", " "), first_line=2)  # other readers let tabs stand
    except YamlTrouble as err:
        raise Unreadable(f"has front-matter on line {err.line} that {err}.") from err
    if located.value is None:
        return {}, lambda key: 0
    if not isinstance(located.value, dict):
        raise Unreadable("has front-matter that is no list of fields.")
    return located.value, lambda key: located.line(*key.split("."))


def _by_search(text: str, pattern: str) -> Lines:
    """The line of a field where its reader does not tell it."""

    def line(key: str) -> int:
        name = re.escape(key.rsplit(".", 1)[-1])
        found = re.search(pattern.format(name), text, re.MULTILINE)
        return text.count("\n", 0, found.start()) + 2 if found else 0

    return line


def _flat(values: dict[str, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The values with names such as ``extra.team``; what has none is passed over."""
    for key, value in values.items():
        if value in (None, "", [], {}):
            continue
        if isinstance(value, dict) and depth < 5:
            yield from _flat(value, f"{before}{key}.", depth + 1)
        else:
            yield f"{before}{key}", value


# --- the text --------------------------------------------------------------------------------

#: Stands where something was taken out; and an item of a list that held nothing else.
_GONE = "\x02"
_EMPTIED = re.compile(rf"^[ \t]*(?:[-*+]|\d{{1,9}}[.)])[ \t]+{_GONE}[{_GONE} \t]*$", re.M)
_FENCE = re.compile(
    r"^ {0,3}(?P<fence>```+|~~~+).*?(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)", re.S | re.M
)
_CODE = re.compile(r"(?<![\\`])(`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
_HELD = re.compile("\x00(\\d+)\n*\x01")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DROPPED = re.compile(
    r"<(script|style|iframe|video|audio|object|svg|form|noscript)\b[^>]*>(?:.*?</\1\s*>)?",
    re.S | re.I,
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s[^<>]*)?/?)>")
_ANCHOR = re.compile(r"<a\b([^<>]*)>(.*?)</a\s*>", re.S | re.I)
_HREF = re.compile(r"""\bhref\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.I)
_SRC = re.compile(r"""\bsrc\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.I)
_TEMPLATE_LINK = re.compile(
    r"(?<!!)\[([^\[\]]*)\]\(\s*(?:\{\{.{0,300}?\}\}|\{%.{0,300}?%\})[^()\s]*\s*\)", re.S
)
_TEMPLATE = re.compile(r"\{\{.{0,2000}?\}\}|\{%.{0,2000}?%\}", re.S)
_IMAGE = re.compile(r"!\[([^\]]*)\](?:\(\s*<?([^)\s>]*)>?[^)]*\)|\[([^\]\n]*)\])")
_LINK = re.compile(r"(?<![!\\])\[((?:[^\[\]\\]|\\.)*)\]\(\s*<?([^)\s>]*)>?((?:\s+[^)]*)?)\)")
_DEFINITION = re.compile(r"^ {0,3}\[([^\]\n]+)\]:[ \t]*\n?[ \t]*<?([^\s>]+)>?[^\n]*$", re.M)
_BY_LABEL = re.compile(r"(?<![!\\\]])\[([^\[\]\n]+)\](?:\[([^\[\]\n]*)\])?(?![\[(:])")
_UNDERLINED = re.compile(r"^(?![ \t]*[|>#-])([^\n|]+)\n(=+|-+)[ \t]*$", re.M)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.M)
_NO_HEADING = re.compile(r"^(#{1,6})(?=[^#\s])", re.M)

#: What elements become; all others are taken away, and what is in them stays.
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "del": "~~", "s": "~~"}
_BLOCKS = frozenset(
    "p div section article header footer ul ol table tr blockquote figure figcaption center dl "
    "dt dd details summary aside main nav pre thead tbody".split()
)
_INLINE = frozenset(
    "a abbr b big cite code dfn em font i img input kbd label mark q s samp small span strike "
    "strong sub sup td th tt u var wbr br hr li h1 h2 h3 h4 h5 h6 del ins col colgroup button "
    "time embed source param track link meta html body head title picture".split()
)


@dataclass(slots=True, kw_only=True)
class Cleaned:
    """A text as a case may hold it; its headings begin at the second level."""

    text: str
    title: str = ""
    notes: list[Note] = field(default_factory=list)


def clean(
    text: str, place: str, *, first_line: int = 1, base: str = "", title: str = ""
) -> Cleaned:
    """Make of foreign Markdown what a case may hold; what is lost by it is told with its line.

    HTML becomes Markdown; images, templates and what is embedded are taken out; links that are
    not whole become plain words, or whole ones where the site is known.

    Args:
        text: the Markdown.
        place: what messages call the file.
        first_line: the line on which the text begins there.
        base: the address of the site that it is from.
        title: the title, which need not stand as a heading, too.
    """
    return _Cleaner(place=place, first_line=first_line, base=base).clean(text, title)


@dataclass(slots=True, kw_only=True)
class _Cleaner:
    place: str
    first_line: int
    base: str
    notes: list[Note] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    def clean(self, text: str, title: str) -> Cleaned:
        text = self._seen(text)
        text = _CODE.sub(self._hold, _FENCE.sub(self._hold, text))
        text = _COMMENT.sub(_blank_lines, text)
        text = self._without(_DROPPED, text, "what is embedded or runs is not taken.", _GONE)
        text = _TEMPLATE_LINK.sub(self._template_link, text)
        text = self._without(_TEMPLATE, text, "a template of the site is not taken.", _GONE)
        text = _ANCHOR.sub(self._anchor, text)
        text = self._images(text)
        text = _EMPTIED.sub("", text).replace(_GONE, "")
        text = self._links(text)
        text = _TAG.sub(self._tag, text)
        text, heading = self._headings(text, title)
        for _ in range(2):  # a span of code may stand within what was held after it
            text = _HELD.sub(lambda match: self.held[int(match[1])], text)
        text = re.sub(r"[ \t]+$", lambda match: "  " if match[0] == "  " else "", text, flags=re.M)
        text = re.sub(r"\n{3,}", "\n\n", text).strip()
        return Cleaned(text=text, title=heading, notes=self.notes)

    def _note(self, text: str, at: int, value: object, why: str) -> None:
        line = text.count("\n", 0, at) + self.first_line
        self.notes.append(Note(place=f"{self.place}:{line}", value=cut(value), why=why))

    def _seen(self, text: str) -> str:
        """The text without signs that nobody sees."""
        text = text.expandtabs(4) if "\t" in text else text
        seen = visible(text.replace("\u00a0", " ").replace("\ufeff", ""))
        if len(seen) != len(text.replace("\ufeff", "")):
            at = next(
                (n for n, (one, two) in enumerate(zip(text, seen, strict=False)) if one != two), 0
            )
            self._note(text, at, "", "invisible signs were taken out.")
        return seen

    def _hold(self, match: re.Match[str]) -> str:
        self.held.append(match[0])
        lines = "\n" * match[0].count("\n")
        return f"\x00{len(self.held) - 1}{lines}\x01"

    def _without(self, pattern: re.Pattern[str], text: str, why: str, instead: str) -> str:
        def drop(match: re.Match[str]) -> str:
            self._note(text, match.start(), match[0], why)
            return instead + "\n" * match[0].count("\n")

        return pattern.sub(drop, text)

    def _template_link(self, match: re.Match[str]) -> str:
        self._note(
            match.string,
            match.start(),
            match[0],
            "a link within its site cannot be followed here; its words stay.",
        )
        return match[1]

    def _anchor(self, match: re.Match[str]) -> str:
        href = _HREF.search(match[1])
        target = href[1].strip("\"'") if href else ""
        return f"[{' '.join(match[2].split())}]({target})" if target else match[2]

    def _images(self, text: str) -> str:
        def drop(match: re.Match[str]) -> str:
            shows = f"; it shows: {cut(match[1])}" if match[1].strip() else ""
            self._note(
                text,
                match.start(),
                match[2] or match[3] or "",
                f"an image is not taken{shows}.",
            )
            return match[1] if _within_link(text, match.end()) else _GONE

        text = _IMAGE.sub(drop, text)

        def drop_tag(match: re.Match[str]) -> str:
            if match[2].lower() != "img":
                return match[0]
            source = _SRC.search(match[3])
            self._note(
                text, match.start(), source[1] if source else match[0], "an image is not taken."
            )
            return _GONE

        return _TAG.sub(drop_tag, text)

    def _links(self, text: str) -> str:
        labels: dict[str, str] = {}

        def define(match: re.Match[str]) -> str:
            if match[1].startswith("^"):  # a footnote
                return match[0]
            target = self._whole(match[2])
            if target is None:
                labels[match[1].casefold()] = ""
                self._note(
                    text,
                    match.start(),
                    match[2],
                    "a link within its site cannot be followed here; its words stay.",
                )
                return ""
            labels[match[1].casefold()] = target
            return f"[{match[1]}]: {target}"

        def worded(match: re.Match[str]) -> str:
            target = self._whole(match[2])
            if target is None:
                if match[2] and not match[2].startswith("#"):
                    self._note(
                        text,
                        match.start(),
                        match[2],
                        "a link within its site cannot be followed here; its words stay.",
                    )
                return match[1]
            return f"[{match[1]}]({target}{match[3]})" if match[1].strip() else ""

        def by_label(match: re.Match[str]) -> str:
            label = (match[2] or match[1]).casefold()
            return match[1] if labels.get(label) == "" else match[0]

        defined = _DEFINITION.sub(define, text)
        linked = _LINK.sub(worded, defined)
        return _BY_LABEL.sub(by_label, linked) if labels else linked

    def _whole(self, target: str) -> str | None:
        """An address that can be followed from anywhere; None where there is none."""
        try:
            parts = urlsplit(target)
        except ValueError:
            return None
        if parts.scheme.lower() in ("http", "https", "mailto"):
            return target
        if parts.scheme or not target or target.startswith("#"):
            return None
        if parts.netloc:
            return f"https:{target}"
        return urljoin(self.base, posixpath.normpath(target)) if self.base else None

    def _tag(self, match: re.Match[str]) -> str:
        closing, name = match[1], match[2].lower()
        if name in _MARKS:
            return _MARKS[name]
        if re.fullmatch("h[1-6]", name):
            return "\n\n" if closing else f"\n\n{'#' * int(name[1])} "
        if name in ("br", "li"):
            return {"br": "  \n", "li": "" if closing else "\n- "}[name]
        if name in _BLOCKS:
            return "\n\n"
        return "" if name in _INLINE else f"&lt;{match[0][1:]}"  # such as Vec<T>, which is text

    def _headings(self, text: str, title: str) -> tuple[str, str]:
        """The text with headings from the second level on, and the heading of the whole.

        One that says something else than the title stands beside the sections, not over them.
        """
        text = _UNDERLINED.sub(
            lambda m: f"{'#' if m[2][0] == '=' else '##'} {m[1].strip()}\n", text
        )
        text = _NO_HEADING.sub(r"\\\1", text)
        found = list(_HEADING.finditer(text))
        whole = ""
        if found and len(found[0][1]) == 1 and not text[: found[0].start()].strip():
            whole = plain_words(found[0][2])
        if found and title and plain_words(found[0][2]).casefold() == title.casefold():
            whole = title
        is_over = bool(whole and title and whole.casefold() != title.casefold())
        if whole and not is_over:
            text = text[: found[0].start()] + text[found[0].end() :]
            found = list(_HEADING.finditer(text))
        lift = 2 - min((len(one[1]) for one in found[is_over:]), default=2)

        def moved(match: re.Match[str]) -> str:
            depth = max(2, min(6, len(match[1]) + lift))
            return f"{'#' * depth} {match[2]}"

        return _HEADING.sub(moved, text), whole


def _blank_lines(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _within_link(text: str, at: int) -> bool:
    """Whether an image that ends here stands for the words of a link."""
    return text[at : at + 2] == "]("


def plain_words(markdown: str) -> str:
    """A line of Markdown as plain words."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return " ".join(re.sub(r"(?<!\w)[*_`~]+|[*_`~]+(?!\w)", "", text).split())
