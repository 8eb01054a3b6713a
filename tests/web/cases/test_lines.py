"""The editors' lines on whom a case suits, on its page."""

from __future__ import annotations

from kb.model.cases import Case
from web.cases.page import whom_it_suits


def test_many_lines_on_whom_a_case_suits_are_folded(real_client):
    """The first three of eight stand there, and the others below, each once."""
    case_id = "australia/western-australia-alliances"
    lines = real_client.get(f"/api/v1/cases/{case_id}").json["role_model_for"]
    page = real_client.get(f"/cases/{case_id}").text
    section = page.partition('<h2 id="suits">')[2].partition("</section>")[0]

    shown, _, folded = section.partition('<details class="suits-too">')

    assert len(lines) == 8
    assert (shown.count("<li>"), folded.count("<li>")) == (3, 5)
    assert "<summary>5 more</summary>" in folded


def test_up_to_four_lines_all_stand_open():
    """A fold of one line would be longer than the line; the fifth one folds two."""
    lines = ("bakers", "butchers", "joiners", "plumbers", "tailors")

    assert whom_it_suits(_suiting(lines[:4])) == (lines[:4], ())
    assert whom_it_suits(_suiting(lines)) == (lines[:3], lines[3:])


def _suiting(lines: tuple[str, ...]) -> Case:
    """A case that suits some firms."""
    return Case(
        id="one",
        title="",
        kind="network",
        summary="",
        body="",
        facets={},
        results=(),
        sources=(),
        role_model_for=lines,
    )
