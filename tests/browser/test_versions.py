"""What was said stays readable: versions, what differs, what moved and what is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import opened, problems_everywhere
from tests.browser.pages import serving
from tests.web.cases.test_versions import CASE, DENMARK, MOVED, OTHER, changed_site
from tests.web.changing_site import Site

WITHDRAWN = "international/wine-and-metal-programme"


@pytest.fixture(name="site", scope="module")
def _site(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Site:
    return changed_site(tmp_path_factory.mktemp("versions"), tiny_encoder)


@pytest.fixture(name="paths", scope="module")
def _paths(site: Site) -> dict[str, str]:
    """The addresses of every kind of page on which a version stands, or is missed."""
    old, new = site.names(CASE)
    return {
        "case-with-versions": f"/cases/{CASE}#versions",
        "newest": f"/cases/{CASE}@{new}",
        "earlier": f"/cases/{CASE}@{old}",
        "difference": f"/cases/{CASE}@{old}...{new}",
        "moved": f"/cases/{OTHER}@{site.names(OTHER)[0]}",
        "moved-to": f"/cases/{MOVED}",
        "withdrawn": f"/cases/{WITHDRAWN}",
        "withdrawn-kept": f"/cases/{WITHDRAWN}@{site.names(WITHDRAWN)[0]}",
        "gone": f"/cases/{DENMARK}",
        "unknown": f"/cases/{CASE}@000000000000",
    }


@pytest.fixture(name="url", scope="module")
def _url(site: Site) -> Iterator[str]:
    with serving(site.client().application) as url:
        yield url


@pytest.mark.parametrize(
    "kind",
    [
        *("case-with-versions", "newest", "earlier", "difference", "moved", "moved-to"),
        *("withdrawn", "withdrawn-kept", "gone", "unknown"),
    ],
)
def test_no_violations(browser: Browser, url: str, paths: dict[str, str], kind: str) -> None:
    """By day and by night no rule of axe-core is broken, and no page is wider than the window."""
    with opened(browser, url + paths[kind], unfold="details") as page:
        assert problems_everywhere(page) == {}
