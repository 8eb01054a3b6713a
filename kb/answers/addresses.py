"""Where the pages stand that an answer points to.

The site and the command line write the same addresses: the site with its public address
before them, the command with the setting ``site_url`` or as paths alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from kb.guidance.profile import Profile, given, values_of
from kb.model.case_versions import short
from kb.model.facets import FACET_LISTS, FACETS
from kb.model.quantities import UP
from kb.search.query import DEFAULT_PER_PAGE, PAGE_SIZE, Query, with_value

#: The parameters of a search that narrow which cases a profile is compared with.
NARROWING: tuple[str, ...] = (
    *(*FACETS, "all_of"),
    *("results_min", "results_unit", "results_direction"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The addresses of a site's pages; ``root`` is its public address, empty for paths alone."""

    root: str = ""

    def case(self, case_id: str) -> str:
        """The page of a case."""
        return f"{self.root}/cases/{quote(case_id)}"

    def term(self, facet: str, name: str) -> str:
        """The page of a facet's value, by what addresses call it."""
        return f"{self.root}/{FACET_LISTS[facet]}/{quote(name)}"

    def version(self, case_id: str, digest: str) -> str:
        """A version of a case, where it stays unchanged."""
        return f"{self.case(case_id)}@{short(digest)}"

    def search(self, query: Query) -> str:
        """The page of a search; how many cases it shows is its own, unless the query says."""
        usual = DEFAULT_PER_PAGE if query.per_page == DEFAULT_PER_PAGE else PAGE_SIZE
        return self._with("/search", query_pairs(query, usual=usual))

    def narrowed(self, query: Query, facet: str, value: str) -> str:
        """The first page of a search with one value of a facet more."""
        return self.search(with_value(query, facet, value))

    def role_models(self, profile: Profile, query: Query) -> str:
        """The page of the role models for a firm."""
        return self._with("/role-models", profile_pairs(profile, query))

    def comparison(self, case_ids: Iterable[str]) -> str:
        """The page of some cases side by side."""
        return self._with("/compare", [("id", case_id) for case_id in case_ids], safe="/")

    def pack(self, address: str) -> str:
        """The page of a reading list, by its id or what stands for it in an address."""
        return f"{self.root}/packs/{quote(address)}"

    def session(self, pack_id: str) -> str:
        """The page of a pack with a teaching note."""
        return f"{self.root}/teaching/{quote(pack_id)}"

    def _with(self, path: str, pairs: Iterable[tuple[str, str]], safe: str = "") -> str:
        query = urlencode(list(pairs), safe=safe)
        return f"{self.root}{path}?{query}" if query else f"{self.root}{path}"


def query_pairs(query: Query, usual: int = DEFAULT_PER_PAGE) -> tuple[tuple[str, str], ...]:
    """A query as names and values of an address or a form, every default left out.

    ``usual`` is how many cases stand on a page where the address does not say.

    So is what means nothing: ``exact`` without a text, and the order by result
    without exactly one metric.
    """
    pairs = [("q", query.text)] if query.text else []
    pairs += [(facet, value) for facet in FACETS for value in query.filters.get(facet, ())]
    pairs += [("all_of", facet) for facet in query.all_of]
    if query.results_min is not None:
        pairs.append(("results_min", number_text(query.results_min)))
        if query.results_unit:
            pairs.append(("results_unit", query.results_unit))
        if query.results_direction != UP:
            pairs.append(("results_direction", query.results_direction))
    if query.exact and query.text:
        pairs.append(("exact", "true"))
    is_lost = query.sort == "result" and len(query.filters.get("results", ())) != 1
    if query.sort != "relevance" and not is_lost:
        pairs.append(("sort", query.sort))
    if query.page != 1:
        pairs.append(("page", str(query.page)))
    if query.per_page != usual:
        pairs.append(("per_page", str(query.per_page)))
    return tuple(pairs)


def profile_pairs(profile: Profile, query: Query) -> tuple[tuple[str, str], ...]:
    """A profile and its filters as names and values of an address or a form."""
    pairs = [(name, str(one)) for name in given(profile) for one in values_of(profile, name)]
    return (*pairs, *(pair for pair in query_pairs(query) if pair[0] in NARROWING))


def number_text(value: float) -> str:
    """A number as a person types it: ``20``, ``2.5``, ``7000000``."""
    return str(int(value)) if value == int(value) else repr(value)
