"""The sources taken together: who cites each, and what of how many was seen."""

from __future__ import annotations

from kb.citations.summary import (
    LISTED,
    NAMED,
    CountedWork,
    SeenCount,
    cited_works,
    counted_sources,
    further_reading,
    sources_summary,
)
from kb.model.cases import Case, Reference, Seen, Source


def _work(key: str, *, kind: str | None = None, how: str = "", cited_in: str = "") -> Reference:
    return Reference(
        key=key, authors=key.upper(), title=key, year="2001", note="", kind=kind,
        seen=Seen(how=how) if how else None,
        cited_in=Source(key=cited_in, locator="p. 1") if cited_in else None,
    )  # fmt: skip


def _case(name: str, *keys: str) -> Case:
    return Case(
        id=name, title=name, kind="network", summary="", body="", facets={}, results=(),
        sources=tuple(Source(key=key, locator="p. 1") for key in keys),
    )  # fmt: skip


WORKS = {
    work.key: work
    for work in (
        _work("b", kind="secondary", how="excerpt"),
        _work("a", kind="secondary", how="excerpt"),
        _work("whole", kind="primary", how="stored copy"),
        _work("unsaid"),
        _work("named", cited_in="a"),
        _work("both", cited_in="a"),
    )
}
CASES = (
    _case("one", "a", "a", "b"),
    _case("two", "whole", "a"),
    _case("three", "both", "unknown"),
)


def test_sources_that_most_cases_cite_come_first() -> None:
    """A case counts once for a source; equal ones go by who wrote them."""
    found = [
        (cited.work.key, [case.id for case in cited.cases]) for cited in cited_works(CASES, WORKS)
    ]

    assert found == [
        ("a", ["one", "two"]),
        ("b", ["one"]),
        ("both", ["three"]),
        ("whole", ["two"]),
        ("unsaid", []),
    ]


def test_what_only_a_source_names_is_further_reading() -> None:
    """A work that a case cites itself is a source, though another source names it."""
    assert [work.key for work in further_reading(CASES, WORKS)] == ["named"]


def test_sources_are_counted_by_kind_and_by_what_was_seen() -> None:
    """Each source is in one row; a case in each row of which it cites a source."""
    summary = sources_summary(CASES, WORKS)

    assert summary.counts == (
        SeenCount(kind="primary", seen="stored copy", sources=1, cases=1),
        SeenCount(kind="secondary", seen="excerpt", sources=2, cases=2),
        SeenCount(kind=None, seen=None, sources=2, cases=1),
    )
    assert (summary.sources, summary.cases) == (5, 3)
    assert (summary.cases_on_passages, summary.further_reading) == (1, 1)
    assert sum(row.sources for row in summary.counts) == summary.sources


def test_without_sources_nothing_is_counted() -> None:
    """An empty compendium has empty tables."""
    summary = sources_summary((), {})

    assert (summary.sources, summary.counts, cited_works((), {})) == (0, (), ())


def test_what_is_counted_at_a_build_is_what_the_cases_say() -> None:
    """By kind, those cited most first; a few documents by name, of many the number alone."""
    counted = counted_sources(CASES, WORKS)
    works = cited_works(CASES, WORKS)

    assert counted.summary == sources_summary(CASES, WORKS)
    assert counted.most_cited == tuple(cited.work.key for cited in works)
    assert counted.n_of_kind == {"secondary": 2, "primary": 1, "": 2}
    assert {
        kind: [(one.key, one.n_cases, [case.id for case in one.cited_by]) for one in held]
        for kind, held in counted.works.items()
    } == {
        kind: [
            (cited.work.key, len(cited.cases), [case.id for case in cited.cases])
            for cited in works
            if (cited.work.kind or "") == kind
        ]
        for kind in ("secondary", "primary", "")
    }
    assert counted.further == ("named",)


def test_of_many_citations_and_sources_the_first_are_kept() -> None:
    """All are counted."""
    cases = [_case(f"case-{at}", "a", f"work-{at}") for at in range(LISTED + 20)]
    works = {key: _work(key) for key in ("a", *(f"work-{at}" for at in range(LISTED + 20)))}

    counted = counted_sources(cases, works)

    assert counted.n_of_kind == {"": LISTED + 21}
    assert len(counted.works[""]) == LISTED
    assert len(cases) > NAMED
    assert counted.works[""][0] == CountedWork(key="a", n_cases=LISTED + 20, cited_by=())
