"""The editors' lines on whom a case suits, on its page."""

from __future__ import annotations


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
