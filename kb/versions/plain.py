"""The Markdown of a case as lines of plain text, to compare: what a reader sees of it."""

from __future__ import annotations

from html.parser import HTMLParser

from kb.text.rendering import to_html

#: What begins an entry of a list, of either kind: numbers would differ after each new entry.
BULLET = "• "
_BLOCKS = frozenset(
    (
        *("p", "li", "ul", "ol", "dl", "dt", "dd", "blockquote", "pre", "section", "hr"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr"),
    )
)
_CELLS = frozenset(("th", "td"))


def plain_lines(markdown: str, *, with_addresses: bool = False) -> tuple[str, ...]:
    """A line for each paragraph, heading, entry of a list and row of a table, in order.

    Args:
        markdown: the text of a case.
        with_addresses: whether the address of a link stands behind its words.
    """
    lines = _Lines(with_addresses=with_addresses)
    lines.feed(to_html(markdown))
    lines.close()
    return tuple(lines.end())


class _Lines(HTMLParser):
    """Gathers the text of blocks."""

    def __init__(self, *, with_addresses: bool) -> None:
        super().__init__()
        self._with_addresses = with_addresses
        self._lines: list[str] = []
        self._words: list[str] = []
        self._mark = ""
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._flush()
        if tag == "li":
            self._mark = BULLET
        elif tag in _CELLS and "".join(self._words).strip():
            self._words.append(" | ")
        elif tag == "br":
            self._words.append(" ")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self._words)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            address, start = self._links.pop()
            if self._with_addresses and address != "".join(self._words[start:]):
                self._words.append(f" ({address})")
        elif tag in _BLOCKS:
            self._flush()

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def end(self) -> list[str]:
        """The lines, after everything was read."""
        self._flush()
        return self._lines

    def _flush(self) -> None:
        if words := " ".join("".join(self._words).split()):
            self._lines.append(self._mark + words)
            self._mark = ""
        self._words.clear()
