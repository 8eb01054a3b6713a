"""A tool as a page and as a file, whatever its kind: its form, its text, its title."""

from __future__ import annotations

from collections.abc import Mapping

from kb.errors import KBError
from kb.model.tools import CHECKLIST, COSTS, FILLED, FLYER, TROUBLESHOOTING, Tool
from kb.text.typography import curly
from web.core.request import searcher, site_words
from web.core.urls import cases_root
from web.tools import document
from web.tools.cost_page import NAMES, blank_body, cost_body, read_sheet
from web.tools.form import MARKDOWN, PAGE, PDF, faults_of
from web.ui.markdown import Body, render_text
from web.ui.template_filters import source_text

#: The groups of the list: a heading, and the kinds of tools under it.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Papers to fill in", FILLED),
    ("A sum to work out", (COSTS,)),
    ("To look things up", (TROUBLESHOOTING, CHECKLIST)),
)


def has_tools() -> bool:
    """Whether the current snapshot holds any; False where there is no snapshot."""
    try:
        return bool(searcher().compendium.tools)
    except KBError:
        return False


def grouped_tools() -> list[tuple[str, list[Tool]]]:
    """The tools under the heading of what one does with them."""
    held = searcher().compendium.tools
    groups = [(heading, [one for one in held if one.kind in kinds]) for heading, kinds in GROUPS]
    return [group for group in groups if group[1]]


def is_form(tool: Tool) -> bool:
    """Whether there is something to fill in."""
    return tool.kind in (*FILLED, COSTS)


def names_of(tool: Tool) -> tuple[str, ...]:
    """The names of the fields of its form."""
    return NAMES if tool.kind == COSTS else tuple(one.id for one in tool.fields)


def made_into(tool: Tool) -> tuple[str, ...]:
    """What a filled form can be made into."""
    return (PAGE, PDF, MARKDOWN) if tool.kind == FLYER else (PAGE, MARKDOWN)


def faults_in(tool: Tool, values: Mapping[str, str]) -> Mapping[str, str]:
    """What is wrong with the fields, by name, in the order of the form."""
    return read_sheet(values)[1] if tool.kind == COSTS else faults_of(tool, values)


def title_of(tool: Tool, values: Mapping[str, str]) -> str:
    """The title of the sheet: that of a flyer is the name of the network."""
    name = values.get(next(tool.fields).id, "") if tool.kind == FLYER else ""
    project = values.get("project", "") if tool.kind == COSTS else ""
    return name or (f"{tool.title}: {project}" if project else tool.title)


def body_of(tool: Tool, values: Mapping[str, str]) -> str:
    """The text of a tool in Markdown, without its title; sound values, or none for a blank one."""
    if tool.kind == COSTS:
        return cost_body(read_sheet(values)[0]) if values else blank_body()
    titles = {name: curly(case.title) for name, case in searcher().compendium.by_id.items()}
    return document.body_of(tool, values, source_text, titles)


def file_of(tool: Tool, values: Mapping[str, str]) -> str:
    """The text of a tool in Markdown as it is saved: what every other format is to be made from."""
    return document.whole(
        tool, title_of(tool, values), body_of(tool, values), source_text, site_words().name
    )


def sheet_of(tool: Tool, values: Mapping[str, str]) -> Body:
    """The text of a tool as HTML."""
    return render_text(body_of(tool, values), cases_root())
