"""What was aimed at, beside what was measured: the rows of a table, and how they came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from at_scale.environments import LIBRARIES, PREVIOUS

#: A measure by its name.
Found = Mapping[str, float]
#: The name of this release among those that are measured.
OURS = "this release"
#: Who was measured at one size, by name.
AtSize = Mapping[str, Found]
_TXTAI = LIBRARIES[0].name
_SEARCH, _FILTER = "search, p50", "search with a filter, p50"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is to be reached at a size.

    Attributes:
        at: how many cases.
        what: the measure, as a reader is told.
        figure: what came of it from all sizes, or None where it was not measured.
        most: no more than this; ``least`` is given in place of it.
        least: no less than this.
        unit: what stands behind a figure.
    """

    at: int
    what: str
    figure: Callable[[Mapping[int, AtSize]], float | None]
    most: float | None = None
    least: float | None = None
    unit: str = ""

    def is_reached(self, figure: float) -> bool:
        """Whether a figure is as good as was aimed at, by the digits that are shown."""
        shown = round(figure, 2)
        return shown <= self.most if self.most is not None else shown >= (self.least or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A target with what was measured."""

    target: Target
    figure: float

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """The size, the measure, the target, the figure, and how it came out."""
        target = self.target
        aim, word = (
            (target.most, "at most") if target.most is not None else (target.least, "at least")
        )
        outcome = "reached" if target.is_reached(self.figure) else "missed"
        size = f"{target.at:,}"
        return (
            size,
            target.what,
            f"{word} {_shown(aim, target)}",
            _shown(self.figure, target),
            outcome,
        )


def rows(sizes: Mapping[int, AtSize]) -> Iterator[Row]:
    """Each target that the figures of some sizes say something of."""
    for target in (*TARGETS, *_of_memory(sizes)):
        figure = target.figure(sizes)
        if figure is not None:
            yield Row(target=target, figure=figure)


def not_measured(sizes: Mapping[int, AtSize]) -> Sequence[str]:
    """The targets at the sizes of a run of which it measured nothing, as a reader is told."""
    missing = (one for one in TARGETS if one.at in sizes and one.figure(sizes) is None)
    return [f"{one.what} at {one.at:,}" for one in missing]


def _shown(value: float | None, target: Target) -> str:
    if value is None:
        return "–"
    digits = f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{digits} {target.unit}".rstrip()


def of(at: int, name: str, who: str = OURS) -> Callable[[Mapping[int, AtSize]], float | None]:
    """A figure as it was measured."""
    return lambda sizes: sizes.get(at, {}).get(who, {}).get(name)


def share(
    above: Callable[[Mapping[int, AtSize]], float | None],
    below: Callable[[Mapping[int, AtSize]], float | None],
) -> Callable[[Mapping[int, AtSize]], float | None]:
    """One figure in terms of another."""

    def divided(sizes: Mapping[int, AtSize]) -> float | None:
        one, other = above(sizes), below(sizes)
        return one / other if one is not None and other else None

    return divided


def _times_less(at: int, name: str, than: str | None = None) -> Callable[..., float | None]:
    """How many times as much the release before needs; by rounds side by side where there are."""
    by_rounds = of(at, f"{name}, times ours", PREVIOUS)
    by_medians = share(of(at, than or name, PREVIOUS), of(at, name))
    if than is not None:
        return by_medians
    return lambda sizes: found if (found := by_rounds(sizes)) is not None else by_medians(sizes)


def _of_memory(sizes: Mapping[int, AtSize]) -> Iterator[Target]:
    """A worker's memory for each case beyond those of the smallest size."""
    measured = sorted(n for n in sizes if of(n, "memory of a worker")(sizes) is not None)
    for n in measured[1:]:
        few = measured[0]

        def for_a_case(sizes: Mapping[int, AtSize], n: int = n, few: int = few) -> float | None:
            more, less = (of(size, "memory of a worker")(sizes) for size in (n, few))
            return (
                (more - less) * 1000 / (n - few) if more is not None and less is not None else None
            )

        what = f"memory of a worker for each case beyond {few:,}"
        yield Target(at=n, what=what, figure=for_a_case, most=1.0, unit="kB")


_BEFORE = f"times less than {PREVIOUS}"
TARGETS = (
    Target(at=81, what=f"search, p50: {_BEFORE}", figure=_times_less(81, _SEARCH), least=1),
    Target(
        at=10_000, what=f"search, p50: {_BEFORE}", figure=_times_less(10_000, _SEARCH), least=50
    ),
    Target(
        at=10_000,
        what=f"search, p50: share of what {_TXTAI} takes",
        figure=share(of(10_000, _SEARCH), of(10_000, _SEARCH, _TXTAI)),
        most=0.5,
    ),
    Target(
        at=10_000,
        what="search with a filter, p50: times a search without",
        figure=share(of(10_000, _FILTER), of(10_000, _SEARCH)),
        most=1,
    ),
    Target(
        at=10_000,
        what="cases that come back for a filter that ten pass, without a text",
        figure=of(10_000, "cases that pass that filter"),
        least=10,
    ),
    Target(
        at=10_000,
        what="role models, p50: times a search",
        figure=share(of(10_000, "role models, p50"), of(10_000, _SEARCH)),
        most=1.5,
    ),
    Target(
        at=100_000,
        what="search, p50: times that at 10,000",
        figure=share(of(100_000, _SEARCH), of(10_000, _SEARCH)),
        most=2,
    ),
    Target(
        at=10_000,
        what="start to the first answer",
        figure=of(10_000, "start to the first answer"),
        most=1,
        unit="s",
    ),
    Target(
        at=100_000,
        what="start to the first answer",
        figure=of(100_000, "start to the first answer"),
        most=2,
        unit="s",
    ),
    Target(
        at=10_000,
        what=f"kb check: {_BEFORE}",
        figure=_times_less(10_000, "kb check, first"),
        least=6,
    ),
    Target(
        at=10_000,
        what=f"kb check, one case edited: {_BEFORE}",
        figure=_times_less(10_000, "kb check, one case edited", "kb check, first"),
        least=60,
    ),
    Target(
        at=10_000,
        what=f"build, one case edited: {_BEFORE}",
        figure=_times_less(10_000, "build, one case edited"),
        least=20,
    ),
)
