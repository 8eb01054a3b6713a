"""What operators import: the dashboard and the alerts ask for figures that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from web.serving.metrics import FIGURES, HISTOGRAM

ROOT = Path(__file__).parents[3]
DASHBOARD = json.loads((ROOT / "deploy" / "dashboard.json").read_text(encoding="utf-8"))
ALERTS = yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text(encoding="utf-8"))
GUIDE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")

LABELS = {
    **{figure.name: {*figure.labels, "instance", "job"} for figure in FIGURES},
    **{
        f"{figure.name}_{part}": {*figure.labels, "instance", "job", "le"}
        for figure in FIGURES
        if figure.kind == HISTOGRAM
        for part in ("bucket", "sum", "count")
    },
    "up": {"instance", "job"},
}
#: Of a histogram, its parts are asked for and not its name.
ASKED = {name for name in LABELS if name not in {f.name for f in FIGURES if f.kind == HISTOGRAM}}
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]


def queries() -> list[str]:
    """Every query of the dashboard and of the alerts."""
    asked = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return [*asked, *(rule["expr"] for rule in RULES)]


@pytest.mark.parametrize("query", queries())
def test_each_query_names_figures_that_exist(query):
    """Its names are figures, and what it selects or groups by are labels of them."""
    plain = re.sub(r'"[^"]*"', '""', query)
    names = set(re.findall(r"\b(?:kb_\w+|up)\b", plain))
    selected = re.findall(r"\b(\w+)\{([^}]*)\}", plain)
    grouped = {one for part in re.findall(r"by \(([^)]*)\)", plain) for one in part.split(", ")}

    assert names
    assert names <= ASKED
    for name, inside in selected:
        assert set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", inside)) <= LABELS[name]
    assert grouped <= set().union(*(LABELS[name] for name in names))
    assert all(plain.count(one) == plain.count(other) for one, other in ("()", "[]", "{}"))


def test_statuses_and_outcomes_that_are_asked_for_exist():
    """A value in a query is one that a figure can have."""
    values = {
        value
        for query in queries()
        for given in re.findall(r'\b(?:status|outcome|state)=~?"([^"]+)"', query)
        for value in given.split("|")
    }

    assert values == {"5xx", "nothing_fits", "429", "503", "failed"}


def test_every_figure_is_shown():
    """Beside the release, which chooses the site, each figure stands in a panel."""
    shown = " ".join(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])

    missing = [figure.name for figure in FIGURES if f"{figure.name}" not in shown]
    assert missing == ["kb_snapshot_current", "kb_info"]
    assert "kb_info" in DASHBOARD["templating"]["list"][0]["definition"]


def test_the_dashboard_can_be_imported():
    """It asks for a data source, its panels have ids of their own, and none lies over another."""
    panels = DASHBOARD["panels"]
    places = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]

    assert [one["name"] for one in DASHBOARD["__inputs"]] == ["DS_PROMETHEUS"]
    assert {panel["datasource"]["uid"] for panel in panels} == {"${DS_PROMETHEUS}"}
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(set(places)) == len(places)
    assert max(x for x, _ in places) < 24
    assert [panel["title"] for panel in panels if not panel["description"]] == []


def test_each_alert_leads_to_what_to_do():
    """Its description names an incident of the operator's guide."""
    named = [re.search(r'See "(.+)" in docs', rule["annotations"]["description"]) for rule in RULES]
    incidents = re.findall(r"^\| \*\*(.+?)\*\* \|", GUIDE, re.M)

    assert [found[1] for found in named if found[1] not in incidents] == []
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
