"""A professor's whole way: from a search to a citation that holds when its case has changed."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.pages import follow, press_on, serving
from tests.browser.test_reading_list import FIVE, annotate_and_share, fresh, titles
from tests.cartridges import faults
from tests.web.changing_site import Site

CITED = "spain/textile-training"
CP = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"


@pytest.fixture(name="site")
def _site(tmp_path: Path, tiny_encoder: Path) -> Site:
    site = Site(tmp_path, tiny_encoder)
    site.build()
    return site


@pytest.fixture(name="url")
def _url(site: Site) -> Iterator[str]:
    with serving(site.client().application) as url:
        yield url


def choose_five(page: Page) -> None:
    """Search from the first page, add what is found, and the rest from its own pages."""
    page.goto("/")
    page.locator("main input[name=q]").fill("textile firms export")
    press_on(page, "Enter")
    for number, case_id in enumerate(FIVE, 1):
        if page.locator(f'.card-add[value="{case_id}"]').count() == 0:
            page.goto(f"/cases/{case_id}")
        page.locator(f'.card-add[value="{case_id}"]').click()
        expect(page.locator("#reading-list-link")).to_have_text(f"Reading list ({number})")
    follow(page.locator("#reading-list-link"))
    assert len(titles(page)) == 5


def on_paper(page: Page) -> list[str]:
    """What each page says that Chromium prints."""
    printed = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    return [" ".join(one.extract_text().split()) for one in printed.pages]


def imported(page: Page) -> list[str]:
    """The titles of what a course system reads from the cartridge, in its order."""
    link = page.get_by_role("link", name="Common Cartridge").get_attribute("href")
    answer = page.request.get(link)
    while answer.status == 202:
        answer = page.request.get(link)
    cartridge = ZipFile(io.BytesIO(answer.body()))
    assert cartridge.testzip() is None
    assert faults(cartridge) == []
    manifest = cartridge.read("imsmanifest.xml")
    assert b'xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"' in manifest[:1024]
    root = ElementTree.fromstring(manifest)
    files = {
        one.get("identifier"): [file.get("href") for file in one.iter(f"{CP}file")]
        for one in root.iter(f"{CP}resource")
    }
    items = [one for one in root.iter(f"{CP}item") if one.get("identifierref")]
    assert {one.get("identifierref") for one in items} == set(files)
    assert {file for some in files.values() for file in some} == (
        set(cartridge.namelist()) - {"imsmanifest.xml"}
    )
    return [one.findtext(f"{CP}title") for one in items]


def cite(page: Page) -> tuple[str, str]:
    """The citation of a case in Harvard style, and the address that it names."""
    page.locator(".cite-more summary").click()
    cited = page.locator("#cite-harvard + dd").inner_text()
    unchanged = page.locator(".cite-addresses dd").last.inner_text()
    assert unchanged in cited
    return cited, unchanged


@pytest.mark.parametrize("width", [1280, 360])
def test_the_whole_way(browser: Browser, site: Site, url: str, width: int) -> None:
    """Search, choose, order, annotate, share, print, import, cite; then the cited case changes."""
    page = fresh(browser, url, width=width)
    choose_five(page)
    link = annotate_and_share(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()

    reader = fresh(browser, url, scripts=False, width=width)
    reader.goto(link)
    expect(reader.locator("h1")).to_have_text("Week three: who pays?")
    order = titles(reader)
    assert len(order) == 5
    part = [title for title in imported(reader) if not title.endswith("(on the web)")]
    assert part == ["Week three: who pays?", *order]
    follow(reader.get_by_role("link", name="With the whole text of every case"))
    paper = on_paper(reader)
    assert all(f"{number} / {len(paper)}" in text for number, text in enumerate(paper, 1))
    assert [sum(title in text for text in paper) > 0 for title in order] == [True] * 5
    assert any("Textile firms had nobody to train." in text for text in paper)

    reader.goto(f"/cases/{CITED}")
    cited, address = cite(reader)
    assert re.search(rf"/cases/{CITED}@[0-9a-f]{{12}}$", address)

    site.edit(CITED, "had nobody to train", "could find nobody to train")
    site.edit(CITED, "status: cautionary", "status: mixed")
    site.build()
    site.live.refresh()

    reader.goto(address)
    expect(reader.locator(".version-notice")).to_contain_text("An earlier version")
    expect(reader.locator(".prose").first).to_contain_text("Textile firms had nobody to train.")
    assert cite(reader) == (cited, address)
    reader.get_by_role("link", name="What has changed since").click()
    expect(reader.locator(".difference del", has_text="Cautionary")).to_have_count(1)
    expect(reader.locator(".difference ins", has_text="Mixed")).to_have_count(1)
    expect(reader.locator(".difference")).to_contain_text("could find")
    reader.get_by_role("link", name="The newest text").click()
    expect(reader.locator("main")).to_contain_text("Textile firms could find nobody to train.")

    reader.goto(link)
    told = reader.locator(".pack-item", has=reader.get_by_text(CITED, exact=False)).first
    expect(told).to_contain_text("There is a newer text than the one in this list.")
    assert titles(reader) == order
    reader.context.close()
