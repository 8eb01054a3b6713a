"""What changed in the API, by the version of the program: for those who wrote programs for it.

Names that answer beside a new one for a release are not listed here: the description knows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

#: What is new or otherwise, by version, the newest first.
CHANGES: Mapping[str, tuple[str, ...]] = {
    "0.1.0": (
        "Scripts of other sites may read `ETag`, `Last-Modified`, `Link` and `Retry-After`.",
        "`/cases.atom` and `/search.atom` say what is new. `/linksets/{case_id}` lists all that "
        "belongs to a case.",
        "`/search` has `phrases`, `excluded`, `absent` and `not_understood`: how words were read.",
        "`/search` has `read_as_words`, `regions` and `notices`: what the page says above it.",
        "`/search` has `total_is_exact` and `total_relation`: above 1,000 the best 1,000 are "
        "counted, and among very many cases a total may be `about` so many.",
        "`/outcomes` has `n_cases_is_exact` and `n_cases_relation`, alike.",
        "`/search` and `/outcomes` take `all_of`; `results_direction` asks for falls.",
        "`/suggestions` says what unfinished words may mean.",
        "`/citations/{case_id}` cites a case or one version of it, in styles and formats.",
        "`/versions/{case_id}` and `/cases/{case_id}@{name}` have every text as it was.",
        "`/packs` and `/packs/{pack}` have the lists, the sessions and the course.",
        "`/relevance` has `corrected`: a `p` for several comparisons.",
        "A parameter that does not exist, or is given twice, is refused with 400.",
    ),
}


def old_names(description: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The names that will go: in which answer, the name, and what its description says.

    Args:
        description: of the API, OpenAPI.
    """
    for answer, schema in description["components"]["schemas"].items():
        for name, field in schema.get("properties", {}).items():
            if field.get("deprecated"):
                yield answer, name, field.get("description", "")
