"""A document with everything that a file may hold, in every kind of letters."""

from __future__ import annotations

from dataclasses import replace

from kb.answers.addresses import Addresses
from kb.exports.document import Document, Fact, Part
from kb.exports.gather import item_of

SITE = "https://networks.example.org"
LONG = "Donaudampfschifffahrts" * 14
SCRIPTS = "Te reo Māori āēīōū; 中文; العربية; Ελληνικά; кириллица"
HOSTILE = "<script>alert('x')</script> & #panic() *no* _no_ [no](x) `no` | \\no"
METAL, GUIDE = "norway/metal-buyers", "guides/purchase-guide"
VERSION = "0123456789ab"


def item(searcher, case_id, *, note=""):
    """A case of the toy compendium, with the address of its unchanged text."""
    return item_of(
        replace(searcher.case(case_id), version=VERSION.ljust(64, "0")),
        searcher.compendium.references,
        searcher.taxonomy,
        Addresses(root=SITE),
        note=note,
    )


def single(searcher, case_id=METAL):
    """A case alone."""
    one = item(searcher, case_id)
    return Document(title=one.title, items=(one,), site="Compendium", state="5ta7e", root=SITE)


def pack(searcher):
    """A reading list with notes, parts around it and a long word."""
    return Document(
        title=f"Why & how — {SCRIPTS}",
        items=(
            item(searcher, METAL, note=f"Read *this* first.\n\n{HOSTILE}"),
            item(searcher, GUIDE),
            item(searcher, "denmark/hostile-title"),
        ),
        site="Compendium",
        state="5ta7e",
        root=SITE,
        address=f"{SITE}/packs/abc",
        introduction=f"Before the session.\n\n1. {LONG}\n2. two\n\n{SCRIPTS}",
        about=(Fact(label="Words", value="wine & <b>"),),
        before=(Part(title="Session plan", text="| Minutes | Do |\n|---|---|\n| 10 | talk |"),),
        after=(Part(title="Answers", text="> A good answer."),),
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
    )
