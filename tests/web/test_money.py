"""An amount of money is shown as the source gives it, with euros beside it where a year is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.indexing.pipeline import build
from kb.search.opening import open_live
from tests.toy import copy_toy_corpus, settings_of_toy
from web import create_app

BUYERS = "norway/metal-buyers"
EUROS = "About €44 million at the rate of 2018 (European Central Bank; our conversion)"


@pytest.fixture(name="with_money", scope="module")
def _with_money(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> FlaskClient:
    folder = tmp_path_factory.mktemp("money")
    cases = copy_toy_corpus(folder / "cases")
    path = cases / f"{BUYERS}.md"
    text = path.read_text(encoding="utf-8")
    text = text.replace("    value: 20\n    unit: percent\n", "    value: 9\n    unit: USD\n")
    text = text.replace("Machines cost 20% less.", "Machines cost USD 9 less.")
    text = text.replace(
        "    value: 10\n    unit: percent\n", "    value: 70000000\n    unit: AUD\n    year: 2018\n"
    )
    text = text.replace("Sales rose by 10%.", "Sales rose by AUD 70 million.")
    path.write_text(text, encoding="utf-8")
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    app = create_app(open_live(settings), settings)
    app.testing = True
    return app.test_client()


def test_the_page_shows_both(with_money):
    """The source's own figure stands large; what we made of it is marked, once, beside it."""
    page = " ".join(
        re.sub(r"<[^>]+>", " ", with_money.get(f"/cases/{BUYERS}").text)
        .replace("&nbsp;", " ")
        .split()
    )

    assert "A$70 million" in page
    assert page.count(EUROS) == 1
    assert page.count("our conversion") == 1  # none of the dollars, whose year is not told


def test_the_api_gives_it_beside_the_value(with_money):
    """Never in its place; null where nothing was converted."""
    answer = with_money.get(f"/api/v1/cases/{BUYERS}").json
    costs, sales = answer["results"]

    assert (sales["low"], sales["unit"], sales["year"]) == (70_000_000, "AUD", 2018)
    assert sales["converted"] == {
        "currency": "EUR",
        "low": 44_312_211.18,
        "high": 44_312_211.18,
        "year": 2018,
        "rate": 1.5797,
        "by": "European Central Bank; our conversion",
    }
    assert (costs["unit"], costs["year"], costs["converted"]) == ("USD", None, None)


def test_what_was_converted_is_no_figure_of_the_outcomes(with_money):
    """Amounts are compared in their own units alone."""
    assert "€" not in with_money.get("/outcomes").text
    assert with_money.get("/api/v1/outcomes").status_code == 200
