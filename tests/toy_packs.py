"""Two sessions, a reading list and a course over the toy compendium."""

from __future__ import annotations

from pathlib import Path

SESSION = """\
title: {title}
introduction: |
  What *binds* [firms](../norway/metal-buyers.md)?
items:
  - case: norway/metal-buyers
    note: Six firms.
  - case: guides/purchase-guide
teaching:
  session: {session}
  level: [{level}]
  minutes: {minutes}
  objectives: [Say why firms buy together.]
  read_first: [guides/purchase-guide]
  plan:
    - {{minutes: {minutes}, do: Discuss the *cases*.}}
  questions:
    - question: Who paid?
      answer: |
        The secret of the members.
      topic: {topic}
  use: In the third week.
"""
COURSE = """\
title: Firms that work together
introduction: Three weeks.
weeks:
  - pack: why
    note: The paper is announced.
  - fieldwork: {title: Meet a network, text: Interview *two* members.}
"""


def write_packs(cases: Path) -> None:
    """Write the packs and the course."""
    (cases / "packs").mkdir()
    why = SESSION.format(
        title="Why firms cooperate", session=1, level="undergraduate", minutes=75, topic="Money"
    )
    (cases / "packs" / "why.yaml").write_text(why)
    more = SESSION.format(
        title="Buying together", session=2, level="executive", minutes=120, topic="money"
    )
    (cases / "packs" / "buying.yaml").write_text(more)
    (cases / "packs" / "plain.yaml").write_text(
        "title: A plain list\nitems: [{case: france/wine-exporters}]\n"
    )
    (cases / "course.yaml").write_text(COURSE)
