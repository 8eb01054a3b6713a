"""What a filter asks of a document: its kind, values of facets, a figure, words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureFilter:
    """A reported figure of at least ``least`` in one of ``metrics``.

    In ``unit``, or, where that is None, as it is compared, in whatever unit that is. A fall
    is asked for by ``falls``, and passes no other filter: 60% less is not at least 20%.
    """

    metrics: tuple[str, ...]
    least: float
    unit: str | None = None
    falls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Terms that a document must say one after the other; a single one, anywhere.

    One that has any of ``values``, by facet, passes too.
    """

    terms: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which documents may be found: those that pass every part that is given.

    Attributes:
        facets: facet to values. Values of one facet widen each other (OR), facets narrow
            each other (AND); a facet without values asks for nothing.
        all_of: facets whose values narrow each other too: a document must have every one.
        without: facet to values that a document must not have.
        kinds: the kinds of document that pass; none given, any.
        figure: what a document must report; None asks for nothing.
        saying: what a document must say, each.
        unsaid: terms that a document must not say one after the other; a single one, nowhere.
    """

    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    all_of: frozenset[str] = frozenset()
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    figure: FigureFilter | None = None
    saying: tuple[Saying, ...] = ()
    unsaid: tuple[tuple[str, ...], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether everything passes."""
        asks = any(self.facets.values()) or any(self.without.values())
        return not (asks or self.kinds or self.figure is not None or self.asks_for_words)

    @property
    def asks_for_words(self) -> bool:
        """Whether it depends on the words of a document."""
        return bool(self.saying or self.unsaid)


#: Everything passes.
EVERYTHING = Filter()
