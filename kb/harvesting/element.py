"""An element of XML as data: whoever sends it writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: The namespaces of what is answered, by their prefixes. The empty one is that of the protocol.
NAMESPACES: Mapping[str, str] = {
    "": "http://www.openarchives.org/OAI/2.0/",
    "oai-identifier": "http://www.openarchives.org/OAI/2.0/oai-identifier",
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "mods": "http://www.loc.gov/mods/v3",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
#: Where the schema of a namespace stands, by its prefix.
SCHEMAS: Mapping[str, str] = {
    "": "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd",
    "oai-identifier": "http://www.openarchives.org/OAI/2.0/oai-identifier.xsd",
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
    "mods": "http://www.loc.gov/standards/mods/v3/mods-3-7.xsd",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element: its name with a prefix of ``NAMESPACES``, and a text or elements in it.

    Never both: harvesters that read a text up to the first element in it would lose the rest.
    """

    name: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Element, ...] = ()


def leaf(name: str, text: str, **attributes: str) -> Element:
    """An element with a text."""
    return Element(name=name, text=text, attributes=attributes)


def branch(name: str, *children: Element | None, **attributes: str) -> Element:
    """An element of others, in their order; None stands for none."""
    there = tuple(one for one in children if one is not None)
    return Element(name=name, children=there, attributes=attributes)


def with_schema(element: Element) -> Element:
    """An element that says where the schema of its namespace stands."""
    prefix = element.name.rpartition(":")[0]
    place = {"xsi:schemaLocation": f"{NAMESPACES[prefix]} {SCHEMAS[prefix]}"}
    return Element(
        name=element.name,
        text=element.text,
        attributes={**place, **element.attributes},
        children=element.children,
    )
