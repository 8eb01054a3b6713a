"""The formats that reference managers read, and how a file of each is named and sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kb.citations.bibtex import to_bibtex
from kb.citations.csl_json import to_csl_json
from kb.citations.items import Item
from kb.citations.ris import to_ris


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format by its id.

    Attributes:
        id: as the command line and the API call it.
        label: the name that people know it by.
        ending: of a file, with its dot.
        media_type: as it is sent.
        write: makes the text of some items; of none, that of an empty file.
    """

    id: str
    label: str
    ending: str
    media_type: str
    write: Callable[[Iterable[Item]], str]


#: The formats that are offered, in the order to show.
FORMATS: Mapping[str, Format] = {
    one.id: one
    for one in (
        Format(
            id="bibtex",
            label="BibTeX",
            ending=".bib",
            media_type="application/x-bibtex; charset=utf-8",
            write=to_bibtex,
        ),
        Format(
            id="ris",
            label="RIS",
            ending=".ris",
            media_type="application/x-research-info-systems; charset=utf-8",
            write=to_ris,
        ),
        Format(
            id="csl-json",
            label="CSL-JSON",
            ending=".csl.json",
            media_type="application/vnd.citationstyles.csl+json",
            write=to_csl_json,
        ),
    )
}
