"""The order of results, in a person's words: which one it is, and what leads to the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb.model.taxonomy import Taxonomy
from kb.search.answer import FacetCount, FoundSet
from kb.search.query import Query
from web.core.urls import ANY_VALUE, query_url, query_urls
from web.ui.links import Link
from web.words.translation import gettext, ngettext, number


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The control of the order: ``plain`` orders, and ``strongest`` by a metric to choose.

    ``note`` says by what the page is ordered where the words do not.
    """

    plain: tuple[Link, ...]
    strongest: tuple[Link, ...]
    note: str


def orders(
    query: Query, found: FoundSet, taxonomy: Taxonomy, counts: Iterable[FacetCount] = ()
) -> Orders:
    """The orders that make sense for a found set.

    ``newest`` and ``oldest`` are left out where no case names a year. ``strongest`` has each
    metric in which a found case reports a figure, the one that most report first; its link
    filters by the metric, and says how many cases that finds, which are two or more. A
    metric that is chosen already stands among the plain orders. Beside a least figure
    in several metrics there is none, as the figure was not asked of one.

    Args:
        query: what was asked.
        found: all that it found.
        taxonomy: the vocabulary.
        counts: those of the metrics beside the answer; what they do not say is counted.
    """
    dated = found.n_dated
    usual = gettext("Best match") if query.text else gettext("By title")
    plain = [_order(query, "relevance", usual)]
    if dated or query.sort == "newest":
        plain.append(_order(query, "newest", gettext("Newest first")))
    if dated or query.sort == "oldest":
        plain.append(_order(query, "oldest", gettext("Oldest first")))
    chosen = query.filters.get("results", ())
    if len(chosen) == 1:
        metric = taxonomy.label("results", chosen[0])
        words = gettext("Strongest: %(metric)s", metric=metric)
        plain.append(_order(query, "result", words))
    return Orders(
        plain=tuple(plain),
        strongest=() if len(chosen) == 1 else _strongest(query, found, taxonomy, counts),
        note=_note(query, dated, len(found)),
    )


def _order(query: Query, sort: str, words: str) -> Link:
    return Link(url=query_url(query, sort=sort), words=words, is_here=query.sort == sort)


def _strongest(
    query: Query, found: FoundSet, taxonomy: Taxonomy, counts: Iterable[FacetCount]
) -> tuple[Link, ...]:
    chosen = query.filters.get("results", ())
    if query.results_min is not None and len(chosen) > 1:
        return ()
    metrics = [one for one in taxonomy.facet("results").ids if not chosen or one in chosen]
    counted = {one.value: one.count for one in counts} if not chosen else {}
    n_found = {
        metric: counted[metric] if metric in counted else found.n_narrowed("results", metric)
        for metric in metrics
    }
    reports = {metric: found.n_reporting(metric) for metric in metrics if n_found[metric] > 1}
    filters = {**query.filters, "results": (ANY_VALUE,)}
    address = query_urls(replace(query, filters=filters, sort="result"), "results")
    entries: list[Link] = []
    for metric in sorted(filter(reports.get, reports), key=lambda metric: -reports[metric]):
        words = f"{taxonomy.label('results', metric)} ({number(n_found[metric])})"
        entries.append(Link(url=address(metric), words=words))
    return tuple(entries)


def _note(query: Query, dated: int, total: int) -> str:
    if query.sort == "oldest" and dated:
        note = gettext("By the earliest year that a case names.")
        rest = gettext("Cases without a year come last.") if dated < total else ""
        return f"{note} {rest}".strip()
    if query.sort in ("newest", "oldest"):
        if not dated:
            return gettext("None of these cases names a year, so the usual order stands.")
        if dated < total:
            return ngettext(
                "By the latest year that a case names. %(count)s of %(total)s names one; "
                "the others come last.",
                "By the latest year that a case names. %(count)s of %(total)s name one; "
                "the others come last.",
                dated,
                total=number(total),
            )
        return gettext("By the latest year that a case names.")
    if query.sort == "result":
        return gettext(
            "By the strongest figure, in the unit that most of these cases use; one figure that "
            "became another is a change in percent. Cases with a figure in another unit, or told "
            "in words, come last."
        )
    return ""
