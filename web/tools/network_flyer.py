"""The flyer of a new network: what it wrote, as the typesetter takes it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from kb.model.tools import Tool
from kb.text.typography import curly
from web.tools.form import items
from web.ui.pdf import set_sheet, written
from web.ui.qr import qr_code


def network_flyer(tool: Tool, values: Mapping[str, str], site: str) -> bytes:
    """One A4 sheet as PDF; nothing of it is kept.

    The first part of the tool is the head, a name and a sentence; the last is the foot.
    """
    head, *body, foot = tool.parts
    name, *rest = (values[one.id] for one in head.fields)
    contact = [line for one in foot.fields for line in items(values[one.id])]
    address = next(filter(_is_address, contact), "")
    sheet = {
        "title": curly(name),
        "promise": curly(" ".join(" ".join(rest).split())),
        "parts": [
            {"title": part.title, "items": given}
            for part in body
            if (given := [_item(line) for one in part.fields for line in items(values[one.id])])
        ],
        "contact_title": foot.title,
        "contact": [curly(line) for line in contact],
        "address": address,
        "code": (qr_code(address) or "") if address else "",
        "site": site,
    }
    return set_sheet("network", written(sheet))


def _item(line: str) -> dict[str, str]:
    """A line; what stands before its first colon is its name."""
    name, colon, rest = line.partition(": ")
    if colon and rest.strip() and name.strip():
        return {"name": curly(name.strip()), "text": curly(rest.strip())}
    return {"name": "", "text": curly(line)}


def _is_address(line: str) -> bool:
    return line.startswith(("https://", "http://")) and " " not in line and bool(_host(line))


def _host(line: str) -> str:
    try:
        return urlsplit(line).hostname or ""
    except ValueError:  # such as a bracket that does not close
        return ""
