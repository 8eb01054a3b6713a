"""The sheet of benefits and costs as a form, and as a text in Markdown with its arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from kb.model.tools import LINE as LONGEST
from web.tools.cost_sheet import (
    MOST_YEARS,
    CostSheet,
    NoAmount,
    Row,
    is_exact,
    money,
    once,
    read_amount,
    rounded,
    yearly,
)
from web.tools.form import Sent, in_a_sentence
from web.words.markdown_text import markdown_line

#: How many benefits and how many costs there may be, and how many of them are seen at once.
ROWS, SEEN = 6, 3
#: The most characters of the unit of money.
UNIT = 20
#: The two sides: the letter in the names of their fields, what one of them is called, the heading,
#: and what is said of whoever has its share.
SIDES = (("b", "benefit", "Benefits", "Who has it"), ("c", "cost", "Costs", "Who bears it"))
#: The fields of a row, and what they are called.
CELLS: Mapping[str, str] = {"what": "What", "once": "Once", "yearly": "Each year", "who": "Who"}
#: The fields above the rows, and what they are called.
HEAD: Mapping[str, str] = {
    "project": "Project",
    "unit": "Unit of money",
    "years": "Years to look at",
}

CAVEATS = (
    "It is as good as the figures that you entered. Try it with half the benefits, too.",
    "Take off whatever would have come without the network.",
    "It counts no interest: money in three years counts as much as money today.",
    "It leaves out what has no price here, such as trust and skills. The time of owners is a cost.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFields:
    """The fields of one row: its side, its number, and its names by what they hold."""

    side: str
    word: str
    number: int
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What messages and the page call it: ``Benefit 2``."""
        return f"{self.word.capitalize()} {self.number}"


ROW_FIELDS = tuple(
    RowFields(
        side=side,
        word=word,
        number=number,
        names={cell: f"{side}{number}-{cell}" for cell in CELLS},
    )
    for side, word, *_ in SIDES
    for number in range(1, ROWS + 1)
)
#: Every name of the form.
NAMES = (*HEAD, *(name for row in ROW_FIELDS for name in row.names.values()))


def read_sheet(values: Mapping[str, str]) -> tuple[CostSheet, Mapping[str, str]]:
    """The sheet that values make, and what is wrong with each field, in the order of the form.

    The sheet is only to be used where nothing is wrong.
    """
    faults: dict[str, str] = {}
    _check_texts(values, faults)
    years = _amount("years", HEAD["years"], values, faults, MOST_YEARS)
    if "years" not in faults and not years:
        faults["years"] = f"Enter for how many years to look, from 0.01 to {MOST_YEARS}."
    rows: dict[str, list[Row]] = {side: [] for side, *_ in SIDES}
    for fields in ROW_FIELDS:
        if any(values[name] for name in fields.names.values()):
            rows[fields.side].append(_row(fields, values, faults))
    if not any(rows.values()):
        faults["b1-what"] = "Enter at least one benefit or one cost."
    sheet = CostSheet(
        unit=values["unit"], years=years, benefits=tuple(rows["b"]), costs=tuple(rows["c"])
    )
    return sheet, {name: faults[name] for name in NAMES if name in faults}


def _check_texts(values: Mapping[str, str], faults: dict[str, str]) -> None:
    limits = {"project": (HEAD["project"], LONGEST), "unit": (HEAD["unit"], UNIT)}
    for row in ROW_FIELDS:
        for cell in ("what", "who"):
            limits[row.names[cell]] = (f"{row.title}: {in_a_sentence(CELLS[cell])}", LONGEST)
    for name, (label, most) in limits.items():
        value = values[name]
        if len(value) > most:
            faults[name] = (
                f"{label} must be {most} characters or fewer. It has {len(value):,}; shorten it."
            )
        elif "\n" in value:
            faults[name] = f"{label} must be on one line."
    if not values["unit"]:
        faults["unit"] = "Enter the unit of money, such as euros."


def _row(fields: RowFields, values: Mapping[str, str], faults: dict[str, str]) -> Row:
    name = fields.names
    amounts = {
        cell: _amount(name[cell], f"{fields.title}: {in_a_sentence(CELLS[cell])}", values, faults)
        for cell in ("once", "yearly")
    }
    if not values[name["what"]]:
        faults[name["what"]] = f"Enter what {fields.word} {fields.number} is."
    if not values[name["once"]] and not values[name["yearly"]]:
        faults[name["once"]] = f"Enter an amount for {fields.word} {fields.number}."
    return Row(what=values[name["what"]], who=values[name["who"]], **amounts)


def _amount(
    name: str, label: str, values: Mapping[str, str], faults: dict[str, str], most: int = 0
) -> Fraction:
    try:
        return read_amount(values[name], most) if most else read_amount(values[name])
    except NoAmount as err:
        faults[name] = f"{label} {err}"
        return Fraction(0)


# --- the sheet in words ----------------------------------------------------------------------


def cost_body(sheet: CostSheet) -> str:
    """The sheet as Markdown, without a title: the answer, the sum, the rows, who bears what."""
    return "\n\n".join(
        (
            f"**{verdict(sheet)}**",
            "## The sum",
            "\n".join(f"- {line}" for line in sum_lines(sheet)),
            "## What it means",
            "\n".join(f"- {line}" for line in meaning(sheet)),
            "## What it does not say",
            "\n".join(f"- {line}" for line in CAVEATS),
            *_sides(sheet),
            "## Who bears what",
            _bearers(sheet),
        )
    )


def blank_body() -> str:
    """A sheet to fill in by hand."""
    empty = _cells(*[""] * (len(CELLS) + 1))
    return "\n\n".join(
        (
            "**Project, unit of money, years**",
            "___",
            *(
                f"## {heading}\n\n{_head(who, 'Over the years')}\n"
                + "\n".join([empty] * (ROWS + 1))
                for *_, heading, who in SIDES
            ),
            "## The sum",
            "\n\n".join(
                f"**{line}**\n\n___"
                for line in (
                    "Benefit = once + years × each year",
                    "Cost = once + years × each year",
                    "Net = benefit − cost",
                    "Ratio = benefit ÷ cost",
                    "Payback in years = (cost once − benefit once) ÷ (benefit − cost of a year)",
                )
            ),
        )
    )


def verdict(sheet: CostSheet) -> str:
    """What it comes to, in a sentence."""
    over, unit = f"Over {years_text(sheet.years)}", markdown_line(sheet.unit)
    if not sheet.net:
        return f"{over} the project brings exactly what it costs."
    amount = f"{_shown(abs(sheet.net))} {unit}"
    if sheet.net > 0:
        return f"{over} the project brings {amount} more than it costs."
    return f"{over} the project costs {amount} more than it brings."


def sum_lines(sheet: CostSheet) -> Iterator[str]:
    """Each step of the sum."""
    unit, years = markdown_line(sheet.unit), money(sheet.years)
    for word, rows, over in (
        ("Benefit", sheet.benefits, sheet.benefit),
        ("Cost", sheet.costs, sheet.cost),
    ):
        yield (
            f"**{word}:** {money(once(rows))} once + {years} × {money(yearly(rows))} a year "
            f"= {_shown(over)} {unit}"
        )
    yield (f"**Net:** {money(sheet.benefit)} − {money(sheet.cost)} = {_shown(sheet.net)} {unit}")
    if sheet.ratio is None:
        yield "**Ratio:** none, as nothing can be divided by a cost of 0"
    else:
        yield (
            f"**Ratio of benefit to cost:** {money(sheet.benefit)} ÷ {money(sheet.cost)} "
            f"= {_shown(sheet.ratio)}"
        )
    if sheet.payback:
        yield (
            f"**Payback:** ({money(once(sheet.costs))} − {money(once(sheet.benefits))}) ÷ "
            f"({money(yearly(sheet.benefits))} − {money(yearly(sheet.costs))}) "
            f"= {_shown(sheet.payback, 1)} years"
        )


def meaning(sheet: CostSheet) -> Iterator[str]:
    """What ratio and payback say."""
    unit = markdown_line(sheet.unit)
    if sheet.ratio is None:
        yield "No cost is entered, so there is no ratio. Is there really none? Time is a cost too."
    elif not sheet.ratio:
        yield f"No benefit is entered: of every 100 {unit} of cost, none come back in money."
    else:
        back = _shown(100 * sheet.ratio, 0)
        yield f"For every 100 {unit} of cost, {back} {unit} come back."
    yield _payback_text(sheet)


def _payback_text(sheet: CostSheet) -> str:
    unit, lost = markdown_line(sheet.unit), _shown(-sheet.each_year)
    if sheet.runs_out:
        return (
            f"It begins with {_shown(-sheet.at_start)} {unit} in hand and loses {lost} {unit} a "
            f"year. After {_years(sheet.runs_out)} that is used up."
        )
    if sheet.runs_out is not None:
        return f"It loses {lost} {unit} a year from the start."
    if sheet.payback is None:
        return "It does not pay back: no year leaves anything to cover what is paid at the start."
    if not sheet.payback:
        return "There is nothing to earn back: what is paid at the start is covered at the start."
    text = f"What is paid at the start is earned back after {_years(sheet.payback)}"
    if sheet.payback > sheet.years:
        return f"{text}. That is longer than the {years_text(sheet.years)} that you look at."
    return f"{text}."


def _sides(sheet: CostSheet) -> Iterator[str]:
    over = f"Over {years_text(sheet.years)}"
    for (_, word, heading, who), rows in zip(SIDES, (sheet.benefits, sheet.costs), strict=True):
        yield f"## {heading}"
        if not rows:
            yield f"No {word} is entered."
            continue
        lines = [_head(who, over)]
        lines += [
            _cells(
                markdown_line(row.what),
                *map(_shown, (row.once, row.yearly, row.over(sheet.years))),
                markdown_line(row.who),
            )
            for row in rows
        ]
        lines.append(
            _cells(
                f"**All {in_a_sentence(heading)}**",
                *map(_shown, (once(rows), yearly(rows))),
                f"**{_shown(sum((row.over(sheet.years) for row in rows), Fraction(0)))}**",
                "",
            )
        )
        yield "\n".join(lines)


def _bearers(sheet: CostSheet) -> str:
    lines = [_cells("Who", "Benefit", "Cost", "Net"), "|---|--:|--:|--:|"]
    lines += [
        _cells(markdown_line(who), *map(_shown, (benefit, cost, benefit - cost)))
        for who, benefit, cost in sheet.bearers
    ]
    return "\n".join(lines)


def _head(who: str, over: str) -> str:
    return (
        f"{_cells(CELLS['what'], CELLS['once'], CELLS['yearly'], over, who)}\n|---|--:|--:|--:|---|"
    )


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(number: Fraction, places: int = 2) -> str:
    return f"{'' if is_exact(number, places) else 'about '}{rounded(number, places)}"


def years_text(years: Fraction) -> str:
    """A time in years: ``1 year``, ``2.50 years``."""
    return "1 year" if years == 1 else f"{money(years)} years"


def _years(years: Fraction) -> str:
    shown = _shown(years, 1)
    return "1 year" if shown == "1" else f"{shown} years"


def rows_seen(side: str) -> list[RowFields]:
    """The rows of a side that are seen at once."""
    return [row for row in ROW_FIELDS if row.side == side and row.number <= SEEN]


def rows_more(side: str) -> list[RowFields]:
    """The rows of a side that are folded away."""
    return [row for row in ROW_FIELDS if row.side == side and row.number > SEEN]


def used_below(sent: Sent) -> set[str]:
    """The sides of which something stands in the rows that are folded away."""
    return {
        row.side
        for row in ROW_FIELDS
        if row.number > SEEN
        and any(sent.values.get(name) or name in sent.faults for name in row.names.values())
    }
