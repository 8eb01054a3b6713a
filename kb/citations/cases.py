"""How a case of the compendium is cited."""

from __future__ import annotations

from kb.model.cases import Case


def cite_case(case: Case, *, site: str, snapshot: str, address: str) -> str:
    """How to cite a case: title, compendium, version and address in one line.

    Args:
        case: what is cited.
        site: the name of the compendium.
        snapshot: the id of the snapshot that holds this text.
        address: where a reader finds it.
    """
    return f"“{case.title}.” {site}, snapshot {snapshot}. {address}"
