"""A Common Cartridge held against the schemas of its specification, as Moodle holds it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from zipfile import ZipFile

from lxml import etree

SCHEMAS = Path(__file__).parent / "vendor" / "imscc"
MANIFEST, WEB_LINK = "ccv1p1_imscp_v1p2_v1p0.xsd", "ccv1p1_imswl_v1p1.xsd"


def faults(archive: ZipFile) -> list[str]:
    """What its manifest and its web links have that the schemas do not allow."""
    found = _faults(MANIFEST, archive.read("imsmanifest.xml"))
    links = [name for name in archive.namelist() if name.endswith("/link.xml")]
    return [*found, *(fault for name in links for fault in _faults(WEB_LINK, archive.read(name)))]


def _faults(schema: str, document: bytes) -> list[str]:
    held = _schema(schema)
    held.validate(etree.fromstring(document))
    return [str(one) for one in held.error_log]


@cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / name, etree.XMLParser(no_network=True)))
