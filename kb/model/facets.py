"""The facets of a case: their names, and where their values and their fields are.

A new facet begins here. Its field then goes into ``kb.content.front_matter``, which makes
the facet of it, its list into ``kb.model.taxonomy``, its words into
``kb.model.facet_words``; filters, counts and the word index take it up by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

#: In the order to show. The name is the URL parameter and the key in ``Case.facets``.
FACETS: tuple[str, ...] = (
    "country",
    "type",
    "project",
    "sector",
    "results",
    "kind",
    "form",
    "formation",
    "status",
    "decade",
    "teaching",
    "minutes",
    "collection",
)

#: The list of the taxonomy that holds the values of a facet. Countries are ISO 3166, decades
#: are made of periods, what is taught of sessions, and collections come from a file of their own.
FACET_LISTS: Mapping[str, str] = {
    "country": "countries",
    "type": "types",
    "project": "projects",
    "sector": "sectors",
    "results": "metrics",
    "kind": "kinds",
    "form": "forms",
    "formation": "formations",
    "status": "statuses",
    "decade": "decades",
    "teaching": "taught",
    "minutes": "lengths",
    "collection": "collections",
}

#: The facet that says when a network worked; ``kb.model.decades`` makes it of the period.
DECADE_FACET = "decade"

#: The facets that say for whom a document is taught, and in how many minutes it can be;
#: ``kb.model.taught`` makes them of the sessions that it is in.
TEACHING_FACET, MINUTES_FACET = "teaching", "minutes"

#: The facet that says through which collection a document came in, and nothing of what it is
#: about: no search goes by its words, and a compendium without collections has no such facet.
COLLECTION_FACET = "collection"

#: The facets that no field of front-matter gives. No search goes by their words, and a compendium
#: in which they have no value has no such facet.
MADE_FACETS: tuple[str, ...] = (DECADE_FACET, TEACHING_FACET, MINUTES_FACET, COLLECTION_FACET)

#: The facet of whose values a source may tell some as an aim only: ``Case.planned``.
PLANNED_FACET = "project"

#: What front-matter, and so ``Case.our_reading``, calls a facet where it is not the facet's name.
FIELDS_OF_FACETS: Mapping[str, str] = {"sector": "sectors"}
