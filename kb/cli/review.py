"""The command that says what a branch changes: ``kb review``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.console import one_catch, print_answer, say, settings_of
from kb.model.english import quoted

if TYPE_CHECKING:
    from kb.drafting.found_by import Search
    from kb.drafting.same import Near
    from kb.errors import Problem
    from kb.quality.review import ChangedDocument, Review, Shift

_FORMATS = ("text", "markdown", "json")
#: So many problems, queries and values are listed of each kind; JSON has all.
_MOST = 30
#: What has a meaning in Markdown or HTML; a line break ends what stands in one line.
_SIGNS = re.compile(r"([\\`*_{}\[\]<>()#+|~!&$@])")


@click.command()
@click.option(
    "--base",
    metavar="REV",
    required=True,
    help="A branch or a commit to compare with, such as origin/main",
)
@click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")
@click.option("--index", metavar="DIR", help="Folder whose vectors are taken [KB_INDEX]")
@click.option("--model", metavar="NAME", help="Encoder [KB_MODEL]")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="Format",
)
@click.option(
    "--html", metavar="FOLDER", help="Write each new or changed document as a page of its own, too"
)
@one_catch
def review(
    *,
    base: str,
    cases: str | None,
    index: str | None,
    model: str | None,
    form: str,
    html: str | None,
) -> int:
    """Say what this branch changes, beside the commit at which it left REV.

    Told are problems, documents with their versions, cases that may be the same, what the new
    ones would be found by, judged queries won and lost, and facets. What is not committed yet
    counts too. Both sides are built in a temporary folder; nothing else changes.
    """
    from kb.quality.review import review as reviewed  # imports faiss and the readers of content

    settings = settings_of(cases=cases, index=index, model=model)
    found = reviewed(settings, base, tell=say)
    if form == "json":
        print_answer(_as_json(found))
    else:
        write = Words(form == "markdown")
        click.echo("\n".join(write.lines_of(found)).rstrip())
    if html is not None:
        _write_pages(found, Path(html))
    return 1 if found.errors or found.without_alias else 0


def _as_json(found: Review) -> dict[str, object]:
    """All of it as plain values; a case by its id."""
    from kb.answers.serialise import to_data

    return {
        "base": found.base,
        "problems": {"new": to_data(found.new), "mended": to_data(found.mended)},
        "documents": to_data(found.documents),
        "previews": [
            {
                "id": one.id,
                "near": [
                    {
                        "id": near.case.id,
                        "title": near.case.title,
                        "likeness": near.likeness,
                        "may_be_same": near.may_be_same,
                        "shared": to_data(near.shared),
                    }
                    for near in one.preview.near
                ],
                "searches": to_data(one.preview.searches),
                "facets": to_data(one.preview.facets),
            }
            for one in found.previews
        ],
        "findability": None if found.findability is None else to_data(found.findability),
        "not_built": found.not_built,
    }


class Words:
    """A review in words: as plain text, or as Markdown in which nothing of a case is markup."""

    def __init__(self, is_markdown: bool) -> None:
        self._is_markdown = is_markdown

    def lines_of(self, found: Review) -> Iterator[str]:
        """Every line, the most urgent first."""
        yield self._head(f"Review against {found.base}", level=1)
        yield from self._summary(found)
        yield from self._problems("New problems", found.new)
        yield from self._problems("Mended", found.mended)
        yield from self._part("Documents", [self._document(one) for one in found.documents])
        for one in found.previews:
            preview = one.preview
            yield from self._part(
                f"Cases like {one.id}" if preview.may_be_same else f"Nearest to {one.id}",
                [self._near(near) for near in preview.near],
            )
            yield from self._part(
                f"What {one.id} would be found by",
                [self._search(search) for search in preview.searches],
            )
            new = [f"{value.facet}: {value.label}" for value in preview.facets if value.is_new]
            yield from self._part(f"Values that only {one.id} has", [self._t(one) for one in new])
        if found.findability is not None:
            yield from self._findability(found)

    def _summary(self, found: Review) -> Iterator[str]:
        from kb.errors import counted

        yield self._item(f"problems: {counted(found.new) if found.new else 'none new'}")
        gone = found.without_alias
        if gone:
            yield self._item(f"addresses that lead nowhere now: {len(gone)}")
        same = sum(len(one.preview.may_be_same) for one in found.previews)
        if found.previews:
            yield self._item(f"cases that may be the same: {same}")
        if found.findability is not None:
            both = found.findability
            yield self._item(
                f"judged queries: {len(both.won)} won and {len(both.lost)} lost of {both.queries}"
            )
        if found.not_built:
            yield self._item(f"searches: {self._t(found.not_built)}")
        yield ""

    def _problems(self, head: str, problems: Sequence[Problem]) -> Iterator[str]:
        lines = []
        for one in problems:
            rule = f" ({one.rule})" if one.rule else ""
            lines.append(self._t(f"{one.severity}: {one.path}:{one.line}: {one.message}{rule}"))
        yield from self._part(head, lines)

    def _document(self, one: ChangedDocument) -> str:
        versions = " -> ".join(filter(None, (one.before, one.after)))
        line = self._t(
            f"{one.way}: {one.id}, {quoted(one.title)} ({versions}). {one.what}".rstrip()
        )
        if one.way == "removed":
            line += self._t(" Its address leads nowhere now.")
            if one.moved_to:
                line += self._t(
                    f" It looks like {one.moved_to}: add the line 'aliases: [{one.id}]' there."
                )
            else:
                line += self._t(" Leave the file and add 'withdrawn' to it, with the reason.")
        return line

    def _near(self, near: Near) -> str:
        may_be = "may be the same" if near.may_be_same else "not the same, by all that is known"
        shared = "; ".join(map(str, near.shared)) or "nothing that has a name"
        return self._t(
            f"{near.case.id}, {quoted(near.case.title)}: {may_be} (likeness {near.likeness:.2f}). "
            f"Shared: {shared}."
        )

    def _search(self, search: Search) -> str:
        place = f"place {search.rank:,} of {search.of}" if search.rank else "not found"
        wanted = f" (wanted: {search.wanted})" if search.wanted else ""
        return self._t(f"{quoted(search.text)}: {place}{wanted}")

    def _findability(self, found: Review) -> Iterator[str]:
        both = found.findability
        if both is None:
            return
        yield from self._part("Judged queries won", [self._shift(one) for one in both.won])
        yield from self._part("Judged queries lost", [self._shift(one) for one in both.lost])
        changed = [f"{one.facet}, {one.label}: {one.before} -> {one.after}" for one in both.facets]
        yield from self._part("Facets", [self._t(one) for one in changed])

    def _shift(self, shift: Shift) -> str:
        places = [f"place {rank}" if rank else "not found" for rank in (shift.before, shift.after)]
        return self._t(f"{quoted(shift.query)}: {shift.case_id}, {places[0]} -> {places[1]}")

    def _part(self, head: str, lines: Sequence[str]) -> Iterator[str]:
        if not lines:
            return
        yield self._head(f"{head} ({len(lines)})", level=2)
        for line in lines[:_MOST]:
            yield self._item(line)
        if len(lines) > _MOST:
            yield self._item(f"and {len(lines) - _MOST} more: kb review --format json")
        yield ""

    def _head(self, text: str, *, level: int) -> str:
        return f"{'#' * level} {self._t(text)}\n" if self._is_markdown else text

    def _item(self, text: str) -> str:
        return f"- {text}" if self._is_markdown else f"  {text}"

    def _t(self, text: str) -> str:
        """What stands in a file or a case, on one line and without a sign that means something."""
        line = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
        return _SIGNS.sub(r"\\\1", line) if self._is_markdown else line


def _write_pages(found: Review, folder: Path) -> None:
    """Write each document that is new or changed as an HTML file that needs nothing else."""
    from kb.answers.addresses import Addresses
    from kb.exports.epub import STYLE
    from kb.exports.gather import item_of
    from kb.exports.html import escaped, html_of, page
    from kb.exports.sections import item_blocks

    if found.searcher is None:
        say(f"No page was written into {folder}: {found.not_built}.")
        return
    folder.mkdir(parents=True, exist_ok=True)
    searcher = found.searcher
    for one in found.previews:
        case = searcher.case(one.id)
        item = item_of(case, searcher.compendium.references, searcher.taxonomy, Addresses(root=""))
        body = f"<h1>{escaped(case.title)}</h1>\n{html_of(item_blocks(item, ''))}"
        path = folder / f"{one.id.replace('/', '--')}.html"
        text = page(case.title, body, language="en", style=STYLE, is_book=False)
        path.write_text(text, encoding="utf-8")
        say(f"{path}: the page of {one.id}")
