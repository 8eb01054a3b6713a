"""Every address of the site comes from one module, and stays under the path it is mounted at."""

from __future__ import annotations

import ast
import html
import os
import re
import subprocess
import sys
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from tests.toy import ROOT
from tests.web.mounted import PREFIX, client_at
from web import create_app

TEMPLATES = sorted(path for path in (ROOT / "web").rglob("templates/*") if path.is_file())
MODULES = sorted(path for path in (ROOT / "web").rglob("*.py"))
ADDRESS = re.compile(r'(?:href|src|action|data|poster|srcset)="([^"]*)"')
#: Pages that begin a crawl beside the front page: those that stand behind a form, and mistakes.
STARTS = (
    "/",
    "/search?q=wine+exprot&country=NO&per_page=1",
    "/search?contry=NO&type=sideways&page=9",
    "/search?q=zebra+norway",
    "/outcomes?project=exporting&country=XX",
    "/outcomes?aim=export+wine",
    "/role-models?aim=export+wine&goal=exporting&country=NO",
    "/role-models?size=many",
    "/compare?id=norway/metal-buyers&id=france/wine-exporters&id=zzz",
    "/cases/norway/metal-buyer",
    "/flyers/guides/purchase-guide",
    "/nothing",
    "/api",
    "/relevance",
)
#: What the toy compendium has not, an address of which one of two mistakes is mended, and where
#: forms are sent to.
ELSEWHERE = re.compile(
    r"/api/v1/.*(?:graphic-arts|mechanical)|/api/v1/relevance|type=sideways|/packs/(?:add|open)$"
    r"|/contribute/(?:open|file|preview|story/draft)$"
)


def test_every_address_stays_under_the_path(live, settings):
    """From page to page, each link, form, picture and style sheet is under the path and there.

    Pages with parameters are asked for; what they link to in turn is asked for from the
    pages that begin the crawl alone, since there is no end of filters.
    """
    app = create_app(live, settings)
    app.wsgi_app = DispatcherMiddleware(NotFound(), {PREFIX: app.wsgi_app})
    client = app.test_client()
    waiting = [f"{PREFIX}{path}" for path in STARTS]
    seen: dict[str, int] = {}
    outside: set[tuple[str, str]] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        with client.get(path) as response:
            seen[path] = response.status_code
            if response.mimetype != "text/html":
                continue
            page = response.get_data(as_text=True)
        is_start = path.removeprefix(PREFIX) in STARTS
        for found in ADDRESS.findall(page):
            address = html.unescape(found).partition("#")[0].removeprefix("http://localhost")
            if not address or urlsplit(address).scheme:
                continue
            if not address.startswith((f"{PREFIX}/", f"{PREFIX}?")):
                outside.add((path, address))
            elif address not in seen and (is_start or "?" not in path):
                waiting.append(address)

    assert outside == set()
    answered = {path for path, status in seen.items() if status in (200, 202, 302, 303, 308)}
    starts = {f"{PREFIX}{path}" for path in STARTS}
    assert {p for p in set(seen) - answered - starts if not ELSEWHERE.search(p)} == set()
    assert len(seen) > 100
    style = next(path for path in seen if path.endswith(".css"))
    fonts = re.findall(r'url\("([^"]+)"\)', client.get(style).text)
    assert fonts
    assert all(font.startswith("../static/") for font in fonts)


def test_addresses_for_machines_stay_under_the_path(live, settings):
    """Canonical addresses, the map of the site, problems and redirects have the path too."""
    app = create_app(live, settings)
    app.wsgi_app = DispatcherMiddleware(NotFound(), {PREFIX: app.wsgi_app})
    client = app.test_client()
    root = f"http://localhost{PREFIX}"
    case = f"{root}/cases/norway/metal-buyers"

    page = client.get(f"{PREFIX}/cases/norway/metal-buyers").text
    assert f'<link rel="canonical" href="{case}">' in page
    places = re.findall("<loc>([^<]+)</loc>", client.get(f"{PREFIX}/sitemap.xml").text)
    assert case in places
    assert all(place.startswith(f"{root}/") for place in places)
    assert f"Sitemap: {root}/sitemap.xml" in client.get(f"{PREFIX}/robots.txt").text
    hits = client.get(f"{PREFIX}/api/v1/search?q=metal").json["hits"]
    assert hits[0]["url"] == case
    problem = client.get(f"{PREFIX}/api/v1/search?contry=NO").json
    assert problem["type"] == f"{PREFIX}/api#problem-bad-parameter"
    assert problem["instance"] == f"{PREFIX}/api/v1/search"
    for given, there in (
        ("/cases/norway/metal-buyers/", "/cases/norway/metal-buyers"),
        ("/cases/norway", "/countries/norway"),
        ("/api/v1/", "/api"),
    ):
        assert client.get(f"{PREFIX}{given}").headers["Location"] == f"{PREFIX}{there}"
    assert client.get(f"{PREFIX}/healthz").status_code == 200


@pytest.mark.parametrize(
    ("site_url", "public"),
    [
        ("https://a.example", f"https://a.example{PREFIX}"),
        ("https://a.example/", f"https://a.example{PREFIX}"),
        (f"https://a.example{PREFIX}", f"https://a.example{PREFIX}"),
        ("https://a.example/other/", "https://a.example/other"),
    ],
)
def test_the_public_address_has_the_path_once(live, settings, site_url, public):
    """The setting may name the host alone, or the front page with its path."""
    app = create_app(live, replace(settings, site_url=site_url))
    app.wsgi_app = DispatcherMiddleware(NotFound(), {PREFIX: app.wsgi_app})
    page = app.test_client().get(f"{PREFIX}/flyers/norway/metal-buyers").text
    assert f'<a href="{public}/cases/norway/metal-buyers">{public}/cases' in page


def test_the_site_answers_under_a_path_and_at_the_root(live, settings):
    """Mounted, the site has its addresses there; a check of health finds it at the root too."""
    client = client_at(live, settings, PREFIX)
    for path in ("/compendium/about", "/about"):
        assert '<a class="wordmark" href="/compendium/">' in client.get(path).text
    health = [client.get(path).status_code for path in ("/healthz", "/compendium/healthz")]
    assert health == [200, 200]


def test_script_name(settings):
    """The path stood there before; whoever still gives it there is told where it belongs."""
    done = subprocess.run(
        [sys.executable, "-m", "web", "serve", "--index", str(settings.index), "--port", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "SCRIPT_NAME": PREFIX},
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: SCRIPT_NAME=/compendium is not read any more. Write the path into KB_SITE_URL "
        "instead, as in KB_SITE_URL=https://example.org/compendium, and unset SCRIPT_NAME.\n"
    )


#: An address that begins at the root, in a template.
AT_THE_ROOT = re.compile(
    r"""(?:href|src|action|content)\s*=\s*["']/[^"']*|url\(\s*["']?/"""
    r"""|>\s*/(?:api|search|cases|browse|about)\b"""
)


def test_no_template_writes_an_address():
    """Each address is asked of ``url_for`` or given by a view: none begins at the root."""
    written = {path: AT_THE_ROOT.findall(path.read_text(encoding="utf-8")) for path in TEMPLATES}

    assert {path: found for path, found in written.items() if found} == {}
    assert len(written) > 100


def test_no_module_writes_an_address():
    """A text that begins at the root is the rule of a route, or compared with a request's path.

    ``url_for`` is that of ``web.core.urls``, so that every address comes from there.
    """
    written = {str(path.relative_to(ROOT)): written_by(path) for path in MODULES}

    assert {name: found for name, found in written.items() if found} == {}
    assert len(written) > 100


def written_by(path) -> list[str]:
    """The addresses that a module writes, and the function that makes them, if not ours."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    allowed: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_rule(node):
            allowed |= set(ast.walk(node))
        if isinstance(node, ast.keyword) and node.arg in ("url_prefix", "examples"):
            allowed |= set(ast.walk(node))
    written = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.match(r"/[a-z]", node.value)
        and node not in allowed
    ]
    if path != ROOT / "web" / "core" / "urls.py":
        from_flask = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "flask"
            for alias in node.names
        }
        written += from_flask & {"url_for"}
    return written


def _is_rule(call: ast.Call) -> bool:
    """Whether a call declares a route, or compares with the path of a request."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    is_route = (name, owner.rpartition(".")[2]) in (
        *(("get", "bp"), ("post", "bp"), ("route", "bp"), ("add_url_rule", "bp")),
        ("answers", "operations"),
    )
    return is_route or (name in ("startswith", "endswith") and owner.endswith("path"))


def test_css_is_relative():
    """The style sheet names its files from where it stands."""
    for sheet in (ROOT / "web" / "static" / "css").glob("*.css"):
        named = re.findall(r"""url\(\s*["']?([^"')]+)""", sheet.read_text(encoding="utf-8"))
        assert [place for place in named if not place.startswith("../")] == []
