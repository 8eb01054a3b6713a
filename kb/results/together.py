"""Which figures may stand together: the rule of the codebook, in one place.

Figures share an axis, a range or a median only if everything in their ``Likeness`` is the
same and there are at least ``LEAST_TOGETHER``, of as many cases. Every other figure stands
alone, in its own words. A place in an order and a ratio never stand together, since halfway
between them lies nothing. Figures stand as their source gives them: what we computed from
them, such as a rise in percent from two amounts, is never set beside what was reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.model.cases import Case, Result
from kb.model.quantities import as_reported
from kb.model.taxonomy import PLACE, PROPORTION, Taxonomy

#: So many figures of as many cases stand together; fewer stand alone.
LEAST_TOGETHER = 5

#: What a unit measures where twice the number is not twice as much: no axis holds it.
WITHOUT_SCALE = frozenset({PLACE, PROPORTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result with its case; ``evidence`` is the kind of the case."""

    case: Case
    result: Result

    @property
    def case_id(self) -> str:
        """The id of the case."""
        return self.case.id

    @property
    def evidence(self) -> str:
        """What the case is: a network, a programme, a study."""
        return self.case.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What is the same in figures that stand together.

    Attributes:
        metric: what was measured.
        evidence: the kind of the case, so that averages of programmes and single networks
            never mix.
        level: how far the result reaches.
        direction: up, down or a state.
        unit: as reported, never converted.
        about: what the figure is about where the metric alone does not say.
        compared_with: what a change is measured against where that is not before.
        is_reached: whether the figure is what a change arrived at, from a figure before it,
            and not the change itself.
    """

    metric: str
    evidence: str
    level: str
    direction: str
    unit: str
    about: str
    compared_with: str
    is_reached: bool


def likeness(finding: Finding, taxonomy: Taxonomy) -> Likeness | None:
    """What must be the same in a figure that stands beside this one.

    None where none may: the result is in words, or its unit has no scale.
    """
    result = finding.result
    if not result.has_figure or result.unit is None:
        return None
    if taxonomy.unit(result.unit).measures in WITHOUT_SCALE:
        return None
    return Likeness(
        metric=result.metric,
        evidence=finding.evidence,
        level=result.level,
        direction=result.direction,
        unit=result.unit,
        about=(result.about or "").casefold(),
        compared_with=(result.compared_with or "").casefold(),
        is_reached=result.before is not None,
    )


def together(
    findings: Iterable[Finding], taxonomy: Taxonomy
) -> Mapping[Likeness, tuple[Finding, ...]]:
    """The figures that may stand together, by what is the same in them.

    Returns:
        Groups of ``LEAST_TOGETHER`` figures or more, of as many cases, each lowest first and
        equal ones by case. A figure of no group stands alone.
    """
    alike: dict[Likeness, list[Finding]] = {}
    for finding in findings:
        same = likeness(finding, taxonomy)
        if same is not None:
            alike.setdefault(same, []).append(finding)
    return {
        same: tuple(sorted(group, key=_place))
        for same, group in alike.items()
        if len({finding.case_id for finding in group}) >= LEAST_TOGETHER
    }


def middle(result: Result) -> float:
    """The figure of a result, or the middle of its range; 0 for one in words."""
    figure = as_reported(result)
    return 0.0 if figure is None else figure.middle


def _place(finding: Finding) -> tuple[float, str]:
    return middle(finding.result), finding.case_id
