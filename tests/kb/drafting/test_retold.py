"""Eight cases of the compendium told again by somebody else, and all cases beside each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.drafting.same import MAY_BE_SAME, nearest_cases
from kb.drafting.trial import Trial
from kb.model.cases import Case
from kb.search.searcher import Searcher

#: By the case a title and a summary in other words; some figures are told less exactly.
RETOLD = {
    "albania/pro-permet": (
        "Local producers and inns attract guests to Permet",
        "With help from Italy, eleven small food and drink producers and four "
        "accommodation and service firms in an Albanian town set up a consortium in 2010. "
        "Guests who used to pass through in a few hours came to stay for days, and the "
        "members earned more.",
    ),
    "belize/shrimp-growers": (
        "Shrimp growers certified together",
        "The shrimp producers of Belize obtained certification jointly and began to "
        "deliver to two supermarket chains in the United Kingdom. Sales doubled according "
        "to the programme, until a disease struck the ponds and exports collapsed.",
    ),
    "norway/graphic-arts": (
        "Printers in Norway share large machines",
        "Three little printing firms from Norway joined to buy larger equipment and newer "
        "technology. In one year exports increased by 30 per cent.",
    ),
    "united-states/handy-hardware": (
        "A buying co-operative of hardware stores fails",
        "Handy Hardware of Houston was owned by some 1,300 store owners who purchased in "
        "bulk. Debt for a new warehouse during the recession led to bankruptcy, and it "
        "closed in 2013.",
    ),
    "new-zealand/wellington-combined-taxis": (
        "Taxi company owned by its drivers ends in receivership",
        "The shareholders of Combined Taxis in Wellington, New Zealand, ran 330 cars "
        "under one brand and dispatch centre. Trips halved in five years, and those who "
        "drove and those who only leased their shares could not agree on costs.",
    ),
    "india/coimbatore-wet-grinders": (
        "Cluster of kitchen appliance makers loses its market",
        "Around 700 wet grinder manufacturers in Coimbatore organised buyer-seller meets "
        "and a common facility. Their sales dropped to less than a third by 2023 because "
        "the state government distributed grinders free of charge.",
    ),
    "portugal/furniture-joint-promotion": (
        "Portuguese furniture firms exhibit abroad as a group",
        "More than five hundred companies from Portugal that make home products went to "
        "over a hundred trade fairs through their association, which with EU money paid "
        "half of 45 million euros. Exports grew by about a third.",
    ),
    "kyrgyzstan/business-women-of-alai": (
        "Women felt makers in the Alai share a wool plant",
        "In Kyrgyzstan an association of craftswomen set up a common workshop to process "
        "wool. The machine handles 58 kilos a day, work that took several days by hand.",
    ),
}


@pytest.mark.parametrize("case_id", RETOLD)
def test_a_case_told_again_is_the_first_that_may_be_the_same(whole_live, case_id):
    """By title and summary alone, without a word of the vocabulary."""
    title, summary = RETOLD[case_id]
    draft = Case(
        id="drafts/retold", title=title, kind="network", summary=summary, body="", facets={},
        results=(), sources=(),
    )  # fmt: skip

    first = nearest_cases(Trial(draft=draft, searcher=whole_live.current(), whole=False))[0]

    assert (first.case.id, first.may_be_same) == (case_id, True)


def test_few_cases_that_are_not_the_same_may_be(whole_live):
    """Of all cases, which tell of different things, fewer than one in eight has one so like it."""
    searcher: Searcher = whole_live.current()
    every = list(searcher.cases)

    found = [one for one in every if _most_like(searcher, one) >= MAY_BE_SAME]

    assert len(found) < len(every) / 8


def _most_like(searcher: Searcher, case: Case) -> float:
    """How like the nearest other case is."""
    trial = Trial(draft=replace(case, related=()), searcher=searcher, whole=False)
    return nearest_cases(trial)[0].likeness
