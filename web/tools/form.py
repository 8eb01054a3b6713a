"""What was sent with a form: every field once, cleaned, within its bounds; or what is wrong.

Nothing of it is kept. It comes with POST, so that it stands in no address, and in no log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from kb.model.tools import Field, Tool
from web.words.lists import shortened
from web.words.markdown_text import cleaned

#: The name of the buttons of a form, and what they ask for.
THEN = "then"
PAGE, MARKDOWN, PDF = "page", "markdown", "pdf"
#: More bytes than this are not read.
MOST_BYTES = 1_000_000
#: More strange names than this are not told one by one.
MOST_STRANGE = 5

FROM_ELSEWHERE = (
    "This form was sent from another site. Read what it holds, then send it yourself with a button "
    "of this page."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form that was sent.

    ``values`` holds what stands in its fields, cleaned. ``faults`` say in a sentence what is
    wrong with a field, ``strange`` what is wrong with the form as a whole. ``then`` is what
    was asked for.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    strange: tuple[str, ...] = ()
    then: str = PAGE

    @property
    def is_sound(self) -> bool:
        """Whether it can be answered."""
        return not self.faults and not self.strange


def read_sent(
    names: tuple[str, ...],
    form: MultiDict[str, str],
    then: tuple[str, ...],
    *,
    check: Callable[[Mapping[str, str]], Mapping[str, str]],
    from_elsewhere: bool,
) -> Sent:
    """What a form holds, and everything that is wrong with it.

    Args:
        names: the fields that it has.
        form: what was sent.
        then: what can be asked for.
        check: says what is wrong with the values of the fields, by name.
        from_elsewhere: whether another site made the browser send it.
    """
    asked = form.get(THEN, PAGE)
    strange = [FROM_ELSEWHERE] if from_elsewhere else []
    unknown = [name for name in form if name not in (*names, THEN)]
    strange += [
        f"“{shortened(name)}” is no field of this form. Fill in the fields below and send it again."
        for name in unknown[:MOST_STRANGE]
    ]
    strange += [
        f"“{name}” came more than once. Each field takes one text; check it and send it again."
        for name in (*names, THEN)
        if len(set(form.getlist(name))) > 1
    ]
    if asked not in then:
        strange.append(
            f"This form cannot be made into “{shortened(asked)}”. Use one of its buttons."
        )
    values = {name: cleaned(form.get(name, "")) for name in names}
    return Sent(
        values=values,
        faults=check(values),
        strange=tuple(strange),
        then=asked,
    )


def fault_of(one: Field, value: str) -> str:
    """What is wrong with what a field holds; empty if nothing is."""
    if one.needed and not value:
        return f"Enter the {in_a_sentence(one.label)}."
    if len(value) > one.longest:
        return (
            f"{one.label} must be {one.longest:,} characters or fewer. "
            f"It has {len(value):,}; shorten it."
        )
    if not one.is_tall and "\n" in value:
        return f"{one.label} must be on one line."
    if one.listed and (count := len(items(value))) > most_items(one):
        return f"{one.label} must have {most_items(one)} lines or fewer. It has {count}; join some."
    return ""


def faults_of(tool: Tool, values: Mapping[str, str]) -> Mapping[str, str]:
    """What is wrong with each field of an outline, in its order."""
    found = {one.id: fault_of(one, values[one.id]) for one in tool.fields}
    return {name: fault for name, fault in found.items() if fault}


def items(value: str) -> list[str]:
    """The items of a listed field: its lines."""
    return [line for line in value.split("\n") if line]


def most_items(one: Field) -> int:
    """The most items of a listed field: twice the lines that are left for it on paper."""
    return 2 * one.lines


def in_a_sentence(label: str) -> str:
    """A label as it stands inside a sentence."""
    return label[:1].lower() + label[1:]
