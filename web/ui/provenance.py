"""Where a case comes from and of what time, in the words of the page."""

from __future__ import annotations

from collections.abc import Mapping

from kb.citations.provenance import Provenance, provenance
from kb.model.cases import Case, Reference
from web.core.request import searcher
from web.words.translation import gettext, ngettext


def reported_text(found: Provenance) -> str:
    """``Reported 1998, Roy``, with a count of further sources; empty where nothing is known."""
    year, by = found.year, found.by
    if year and by:
        text = gettext("Reported %(year)s, %(by)s", year=year, by=by)
    elif year:
        text = gettext("Reported %(year)s, author not named", year=year)
    elif by:
        text = gettext("Reported by %(by)s, no date", by=by)
    else:
        text = gettext("Source without author and date")
    if found.more:
        return ngettext(
            "%(text)s and %(count)s more source",
            "%(text)s and %(count)s more sources",
            found.more,
            text=text,
        )
    return text


def reported(case: Case, references: Mapping[str, Reference] | None = None) -> str:
    """Where a case comes from, by the sources of the snapshot that is served or by others."""
    known = searcher().compendium.references if references is None else references
    return reported_text(provenance(case, known))
