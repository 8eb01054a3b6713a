"""Where two sources contradict each other both are told, wherever the result is shown."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.answers.figures import CONTRADICTED
from kb.indexing.pipeline import build
from kb.search.opening import open_live
from tests.toy import copy_toy_corpus, settings_of_toy
from web import create_app

WINE, METAL = "france/wine-exporters", "norway/metal-buyers"
OTHERWISE = (
    "contradicted: {source: anon, locator: note 3, says: The note has 20%., why: It gives no year.}"
)


@pytest.fixture(name="disputed", scope="module")
def _disputed(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> FlaskClient:
    """The toy compendium, in which a note has another figure for the wine makers' exports."""
    folder = tmp_path_factory.mktemp("disputed")
    cases = copy_toy_corpus(folder / "cases")
    path = cases / f"{WINE}.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("    source: doe-2001\n", f"    source: doe-2001\n    {OTHERWISE}\n"),
        encoding="utf-8",
    )
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    return create_app(open_live(settings), settings).test_client()


def _page(client: FlaskClient, address: str) -> str:
    """A page as a reader reads it: without tags, spaces joined."""
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).text).split())


def test_the_case_tells_both(disputed: FlaskClient) -> None:
    """What the other source says, where, and why the first was taken."""
    told = "Another source: The note has 20%. ( note 3 ) We take the first: It gives no year."
    assert told in _page(disputed, f"/cases/{WINE}")
    assert '<a class="locator" href="#source-anon">note 3</a>' in (
        disputed.get(f"/cases/{WINE}").text
    )


@pytest.mark.parametrize(
    "address",
    [
        f"/cases/{WINE}",
        f"/flyers/{WINE}",
        "/search?country=FR",
        f"/compare?id={WINE}&id={METAL}",
        "/outcomes/export-sales",
    ],
)
def test_it_is_said_wherever_the_figure_stands(disputed: FlaskClient, address: str) -> None:
    """Beside the one figure that is contradicted, and no other."""
    assert _page(disputed, address).count(CONTRADICTED) == 1


def test_answers_and_files_hold_it(disputed: FlaskClient) -> None:
    """The API has the whole account, CSV what the other source says."""
    case = disputed.get(f"/api/v1/cases/{WINE}").json
    outcomes = csv.DictReader(io.StringIO(disputed.get("/outcomes.csv").text))
    compared = disputed.get(f"/compare.csv?id={WINE}&id={METAL}").text

    assert [result["contradicted"] for result in case["results"]] == [
        {
            "source": "anon",
            "locator": "note 3",
            "says": "The note has 20%.",
            "why": "It gives no year.",
        },
        None,
    ]
    assert {row["case"]: row["contradicted"] for row in outcomes if row["contradicted"]} == {
        WINE: "The note has 20%."
    }
    assert f"(doe-2001, p. 3; {CONTRADICTED})" in compared
