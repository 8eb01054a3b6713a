"""What the source of a case does not tell, said once, in plain words."""

from __future__ import annotations

from kb.model.cases import Case

#: The headings are those of the facts beside a case; the words say what a reader misses.
HOW_MANY = "how many took part"
WHERE = "where in the country"
WHEN = "in which years"
HOW_IT_BEGAN = "how it began"
WHAT_CAME = "what came of it"
IN_FIGURES = "what came of it in figures"


def not_in_source(case: Case) -> tuple[str, ...]:
    """What the source leaves open, in the order of the facts beside a case.

    That is what has a field and is empty. A guide reports nothing, so nothing is missing.
    """
    if case.is_guide:
        return ()
    has_number = case.members is not None and (
        case.members.count is not None or case.members.networks is not None
    )
    ended = case.facets.get("status", ())
    open_points = {
        WHERE: not case.region,
        HOW_MANY: not has_number,
        WHEN: case.period is None,
        HOW_IT_BEGAN: not case.facets.get("formation", ()),
        WHAT_CAME: not case.results and not ended,
        IN_FIGURES: bool(case.results or ended) and not any(r.has_figure for r in case.results),
    }
    return tuple(words for words, is_open in open_points.items() if is_open)
