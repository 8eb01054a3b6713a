"""The API and ``--json`` of the command give one and the same answer."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from web.cli import main

METAL, WINE = "norway/metal-buyers", "france/wine-exporters"
TWINS = [
    ("search?q=wine+export", ["search", "wine export"]),
    ("search", ["search"]),
    ("search?q=wine+exprot&country=NO", ["search", "wine exprot", "--country", "NO"]),
    ("search?q=zebra", ["search", "zebra"]),
    (
        "search?results=cost&results_min=20&results_unit=percent&results_direction=down&sort=result"
        "&per_page=1",
        [
            *("search", "--results", "cost", "--results-min", "20", "--results-unit", "percent"),
            *("--results-direction", "down"),
            *("--sort", "result", "--per-page", "1"),
        ],
    ),
    (
        "role-models?aim=export+wine&my_country=FR&size=4&goal=exporting&country=NO",
        [
            *("role-models", "export wine", "--my-country", "FR", "--size", "4"),
            *("--goal", "exporting", "--country", "NO"),
        ],
    ),
    ("role-models?aim=zebra", ["role-models", "zebra"]),
    ("outcomes", ["outcomes"]),
    ("outcomes?q=wine&country=NO", ["outcomes", "wine", "--country", "NO"]),
    (f"compare?id={METAL}&id={WINE}", ["compare", METAL, WINE]),
]


@pytest.fixture(autouse=True)
def _settings_of_the_toy(monkeypatch, settings):
    """The command reads the settings that the site was made with."""
    monkeypatch.setenv("KB_INDEX", str(settings.index))
    monkeypatch.setenv("KB_MODEL", str(settings.model))
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
    monkeypatch.setenv("KB_MIN_SCORE", str(settings.min_score))


def told(arguments):
    """What the command prints as JSON."""
    result = CliRunner().invoke(main, [*arguments, "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


@pytest.mark.parametrize(("path", "arguments"), TWINS)
def test_with_the_address_of_the_site_they_are_equal(client, monkeypatch, path, arguments):
    """Told where the site stands, the command prints what the API sends, to the last address."""
    monkeypatch.setenv("KB_SITE_URL", "http://localhost")

    assert told(arguments) == client.get(f"/api/v1/{path}").json


@pytest.mark.parametrize(("path", "arguments"), TWINS)
def test_without_one_addresses_are_paths(client, path, arguments):
    """Apart from that every address is absolute in the API, nothing differs."""
    sent = client.get(f"/api/v1/{path}").text.replace('"http://localhost/', '"/')

    assert told(arguments) == json.loads(sent)


@pytest.mark.parametrize(("path", "arguments"), TWINS)
def test_each_address_leads_to_a_page(client, path, arguments):
    """What an answer points to is there."""

    def urls(answer):
        if isinstance(answer, list):
            return {url for one in answer for url in urls(one)}
        if not isinstance(answer, dict):
            return set()
        here = {answer["url"]} if isinstance(answer.get("url"), str) else set()
        return here | {url for one in answer.values() for url in urls(one)}

    # The address of a source leads to another site.
    found = {url for url in urls(told(arguments)) if url.startswith("/")}
    assert found or path in ("search?q=zebra",)
    assert {url: client.get(url).status_code for url in found} == dict.fromkeys(found, 200)


def test_the_files_are_equal_too(client):
    """--csv prints the files of the site."""
    for path, arguments in (
        ("/outcomes.csv?country=NO", ["outcomes", "--country", "NO"]),
        (f"/compare.csv?id={METAL}&id={WINE}", ["compare", METAL, WINE]),
    ):
        result = CliRunner().invoke(main, [*arguments, "--csv"])
        assert result.stdout_bytes == client.get(path).data
