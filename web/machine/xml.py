"""Elements of records as XML."""

from __future__ import annotations

from lxml import etree

from kb.exports.html import fit
from kb.harvesting.element import NAMESPACES, Element

_XML = "http://www.w3.org/XML/1998/namespace"


def to_xml(document: Element) -> bytes:
    """A document as XML; a character that XML has no place for becomes a replacement mark."""
    return etree.tostring(_tree(document, None), xml_declaration=True, encoding="UTF-8")


def _tree(
    element: Element, parent: etree._Element | None, known: frozenset[str] = frozenset()
) -> etree._Element:
    """An element of lxml; the prefixes that it and those in it need are told where they begin."""
    told = known if _prefix(element.name) in known else known | _prefixes(element)
    new = {prefix or None: NAMESPACES[prefix] for prefix in sorted(told - known)}
    name = _qualified(element.name, default=NAMESPACES[""])
    attributes = {_qualified(key): fit(value) for key, value in element.attributes.items()}
    made = (
        etree.Element(name, attributes, nsmap=new)
        if parent is None
        else etree.SubElement(parent, name, attributes, nsmap=new)
    )
    made.text = fit(element.text) or None
    for child in element.children:
        _tree(child, made, told)
    return made


def _prefixes(element: Element) -> frozenset[str]:
    """The prefixes of an element, of its attributes, and of the elements in it of their like.

    What is of the protocol alone ends there: a record tells those of its format itself.
    """
    names = {_prefix(element.name), *(_prefix(key) for key in element.attributes if ":" in key)}
    if _prefix(element.name):
        for child in element.children:
            names |= _prefixes(child)
    return frozenset(names - {"xml"})


def _prefix(name: str) -> str:
    return name.rpartition(":")[0]


def _qualified(name: str, default: str = "") -> str:
    """A name as lxml writes it: an element without a prefix is of the protocol."""
    prefix, _, local = name.rpartition(":")
    namespace = _XML if prefix == "xml" else NAMESPACES[prefix] if prefix else default
    return f"{{{namespace}}}{local}" if namespace else local
