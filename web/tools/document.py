"""Each tool as one text in Markdown: what its page shows, what is printed, what is downloaded.

An empty field is a line to write on, which Markdown has as a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from kb.model.cases import Source
from kb.model.tools import CHECKLIST, FLYER, TROUBLESHOOTING, Field, Item, Part, Symptom, Tool
from web.tools.form import items
from web.words.markdown_text import as_markdown, markdown_line

#: A line to write on, and a box to tick.
LINE, BOX = "___", "☐"

#: A source as a short text.
Cited = Callable[[Source], str]
#: The title of a document by its id; of one that is not there, nothing.
Titles = Mapping[str, str]


def body_of(tool: Tool, values: Mapping[str, str], cited: Cited, titles: Titles) -> str:
    """The tool without its title, filled in as far as there are values.

    Args:
        tool: of any kind but a sum, which ``web.tools.cost_page`` writes.
        values: of its fields by id; empty for a blank sheet.
        cited: writes a source.
        titles: of the cases and guides that it may name.
    """
    if tool.kind == CHECKLIST:
        parts = _checklist(tool, cited)
    elif tool.kind == TROUBLESHOOTING:
        parts = _troubleshooting(tool, cited, titles)
    elif tool.kind == FLYER and any(values.values()):
        parts = _flyer(tool, values)
    else:
        parts = _outline(tool, values)
    return "\n\n".join(part for part in parts if part)


def whole(tool: Tool, title: str, body: str, cited: Cited, site: str) -> str:
    """A text to save: with its title, and where it comes from.

    ``title`` may be what somebody wrote, and is cleaned.
    """
    sources = "; ".join(map(cited, tool.sources))
    foot = f"Made with “{tool.title}” of {site}. Its questions come from: {sources}."
    note = f"\n\n{markdown_line(tool.note)}" if tool.note else ""
    return f"# {markdown_line(title)}\n\n{body}\n\n{LINE}\n\n{markdown_line(foot)}{note}\n"


def _outline(tool: Tool, values: Mapping[str, str]) -> Iterator[str]:
    for part in tool.parts:
        yield f"## {markdown_line(part.title)}"
        yield _italic(part.lead)
        for one in part.fields:
            yield _field(one, values.get(one.id, ""))


def _field(one: Field, value: str) -> str:
    label = f"**{markdown_line(one.label)}**"
    if value and one.listed:
        return f"{label}\n\n{_list(items(value))}"
    if value:
        return f"{label}\n\n{as_markdown(value)}"
    hint = f"\n\n{_italic(one.hint)}" if one.hint else ""
    return f"{label}{hint}\n\n" + "\n\n".join([LINE] * one.lines)


def _flyer(tool: Tool, values: Mapping[str, str]) -> Iterator[str]:
    """What a customer reads: no labels but the headings, and nothing that is empty.

    The first part is the head; its first field, the name, is the title.
    """
    head, *others = tool.parts
    yield from (as_markdown(values.get(one.id, "")) for one in head.fields[1:])
    for part in others:
        if given := list(_given(part, values)):
            yield f"## {markdown_line(part.title)}"
            yield from given


def _given(part: Part, values: Mapping[str, str]) -> Iterator[str]:
    for one in part.fields:
        value = values.get(one.id, "")
        if value and one.listed:
            yield _list(items(value))
        elif value:
            yield as_markdown(value)


def _checklist(tool: Tool, cited: Cited) -> Iterator[str]:
    for phase in tool.phases:
        yield f"## {markdown_line(phase.title)}"
        yield _italic(phase.lead)
        yield "\n".join(_item(item, cited) for item in phase.items)


def _item(item: Item, cited: Cited) -> str:
    why = f" {item.why}" if item.why else ""
    return f"- {BOX} {markdown_line(f'{item.text}{why} ({_sources(item.sources, cited)})')}"


def _troubleshooting(tool: Tool, cited: Cited, titles: Titles) -> Iterator[str]:
    for area in tool.areas:
        yield f"## {markdown_line(area.title)}"
        for symptom in area.symptoms:
            yield f"### {markdown_line(symptom.text)}"
            yield f"**What often lies behind it.** {markdown_line(symptom.behind)}"
            yield "**What to do first**"
            yield _list(symptom.first)
            yield from _seen_in(symptom, titles)
            yield _italic(f"Source: {_sources(symptom.sources, cited)}.")


def _seen_in(symptom: Symptom, titles: Titles) -> Iterator[str]:
    if shown := [one for one in symptom.cases if one.id in titles]:
        yield "**Who went through it**"
        yield _list(f"{titles[one.id]}: {one.shows}" for one in shown)


def _sources(sources: Iterable[Source], cited: Cited) -> str:
    return "; ".join(map(cited, sources))


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {markdown_line(line)}" for line in lines)


def _italic(text: str) -> str:
    return f"*{markdown_line(text)}*" if text else ""
