"""The same rules at every address: a name that it does not have, a second value, a wrong value.

A small table says which parameters each route reads; the rest is asked of every row of it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder, run_wsgi_app

from kb.content.files import COLLECTIONS_FILE
from kb.exports.pack_address import address_of
from kb.indexing.pipeline import build
from kb.model.packs import Pack
from kb.model.self_check import ANSWERS
from kb.search.opening import LiveSearcher
from tests.toy import TOY_COLLECTIONS, copy_toy_corpus, settings_of_toy
from tests.toy_packs import write_packs
from tests.web.ui.test_notices import mended
from web import create_app
from web.core.params import (
    COMPARE,
    FILTERS,
    FIRM,
    OUTCOMES,
    PROFILE,
    SEARCH,
    SITE_FEED,
    UNKNOWN,
    VALUE,
    Param,
    Table,
    answers_of,
    read_page,
)
from web.core.values import Of
from web.packs.views import EDITING

METAL, WINE = "norway/metal-buyers", "france/wine-exporters"
CASES = f"id={METAL}&id={WINE}"
#: A reading list of no case.
LIST = address_of(Pack(title="A list"))

#: Each route that reads parameters, with its table and what it needs to answer.
READERS: dict[str, tuple[Table, str]] = {
    "/search": (SEARCH, ""),
    "/outcomes": (OUTCOMES, ""),
    "/outcomes.csv": (OUTCOMES, ""),
    "/outcomes/sales": (OUTCOMES, ""),
    "/outcomes/sales.csv": (OUTCOMES, ""),
    "/role-models": (PROFILE, "common=horizontal"),
    "/compare": (COMPARE, CASES),
    "/compare.csv": (COMPARE, CASES),
    "/search.bib": (SEARCH, ""),
    "/search.ris": (SEARCH, ""),
    "/search.csl.json": (SEARCH, ""),
    "/search.atom": (SEARCH, ""),
    "/cases.atom": (SITE_FEED, ""),
    f"/linksets/{METAL}": ((), ""),
    f"/cases/{METAL}.bib": ((), ""),
    f"/cases/{METAL}.ris": ((), ""),
    f"/cases/{METAL}.csl.json": ((), ""),
    f"/sources/{METAL}.bib": ((), ""),
    f"/sources/{METAL}.ris": ((), ""),
    f"/sources/{METAL}.csl.json": ((), ""),
    "/packs/edit": (EDITING, ""),
    f"/packs/edit/{LIST}": (EDITING, ""),
    "/api/v1/search": (SEARCH, ""),
    "/api/v1/outcomes": (OUTCOMES, ""),
    "/api/v1/role-models": (PROFILE, "common=horizontal"),
    "/api/v1/compare": (COMPARE, CASES),
    "/api/v1/cases": ((), ""),
    f"/api/v1/cases/{METAL}": ((), ""),
    f"/api/v1/citations/{METAL}": ((), ""),
    "/api/v1/taxonomy": ((), ""),
    "/api/v1/relevance": ((), ""),
    "/api/v1/packs": ((), ""),
    f"/api/v1/packs/{LIST}": ((), ""),
    f"/api/v1/versions/{METAL}": ((), ""),
}
#: Each other route: it reads none, and passes over what is given.
WITHOUT = (
    *("/", "/about", "/api", "/api/v1/", "/api/v1/openapi.json", "/atlas", "/browse", "/cases"),
    *(f"/cases/{METAL}", "/favicon.ico", f"/flyers/{METAL}", f"/flyers/{METAL}.pdf", "/guides"),
    *("/healthz", "/readyz", "/relevance", "/robots.txt", "/sitemap.xml", "/sitemap-0.xml"),
    *("/llms.txt", "/opensearch.xml", "/share.png", f"/share/{METAL}.png"),
    *("/static/favicon.svg", "/static/js/reading-list.js"),
    *("/assets/site.0.css", "/assets/site.home.0.css"),
    *("/packs", f"/packs/{LIST}", f"/packs/{LIST}/texts"),
    *(f"/packs/{LIST}/sheet.css", f"/packs/{LIST}.yaml", f"/packs/{LIST}.ris"),
    *("/contribute", "/contribute/story/who", "/contribute/story/check", "/contribute/case"),
    *("/countries", "/countries/norway", "/coverage", "/sectors/food", "/reading", "/sources.bib"),
    *("/assistants", "/privacy", "/accessibility"),
)
#: A compendium may have none of these, as this one; the questions of the first are parameters.
#: The charts are tested in ``tests/web/outcomes``, sessions in ``tests/web/teaching``, what comes
#: with POST in ``tests/web/packs``, files in ``tests/web/ui/test_exported.py``, versions in
#: ``tests/web/cases/test_versions.py``, and suggestions, ``/dump`` and ``/oai`` in
#: ``tests/web/machine``.
ELSEWHERE = (
    "/self-check",
    "/self-check/all",
    "/self-check/questions/x",
    "/codebook",
    "/editorial-policy",
    "/.well-known/security.txt",
    "/tools",
    "/tools/x",
    "/tools/x.md",
    "/people",
    "/outcomes/sales.svg",
    "/teaching",
    "/teaching/questions",
    "/teaching/all",
    "/teaching/all/notes",
    "/teaching/x",
    "/teaching/x/texts",
    "/teaching/x/notes",
    "/teaching/x/sheet.css",
    "/teaching/x.pdf",
    "/teaching/x/notes.pdf",
    "/teaching/all.pdf",
    "/teaching/all/notes.pdf",
    "/contribute/story",
    "/packs/add",
    "/packs/add.json",
    "/packs/take-out.json",
    "/packs/x.pdf",
    "/search.pdf",
    "/cases/x.pdf",
    "/cases/x@0123456789ab",
    "/cases/x@0123456789ab.pdf",
    "/api/v1/cases/x@0123456789ab",
    "/api/v1/suggestions",
    "/oai",
    "/opensearch/suggestions",
    "/unapi",
    "/dump",
    "/dump/cases.csv",
)
#: What is only sent to, with a form.
SENT = (
    *("/packs/edit", "/packs/open", "/contribute/story/draft", "/contribute/preview"),
    *("/contribute/file", "/contribute/open", "/contribute/check", "/mcp"),
)

FILES = (".csv", ".bib", ".ris", ".csl.json", ".atom")
ASKED = ("/api/", "/linksets/")
PAGES = [path for path in READERS if not path.startswith(ASKED) and not path.endswith(FILES)]
PROGRAMS = [path for path in READERS if path not in PAGES]
EVERY = [(path, param) for path, (table, _) in READERS.items() for param in table]
ids = [f"{path} {param.name}" for path, param in EVERY]

#: Each but the firm's own trade on the page, in the words of whoever fills it in: see below.
REFUSING = [one for one in EVERY if (one[0], one[1].name) != ("/role-models", "my_sector")]
refusing_ids = [f"{path} {param.name}" for path, param in REFUSING]

#: What means nothing without a least figure.
HANG_ON_A_FIGURE = ("results_unit", "results_direction")


@pytest.fixture(name="app", scope="module")
def _app(tmp_path_factory, tiny_encoder) -> Flask:
    """A site with everything that can be asked for: collections and sessions too."""
    folder = tmp_path_factory.mktemp("everything")
    cases = copy_toy_corpus(folder / "cases")
    (cases / COLLECTIONS_FILE).write_text(TOY_COLLECTIONS)
    write_packs(cases)
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    return create_app(LiveSearcher(settings.index, min_score=settings.min_score), settings)


@pytest.fixture(name="get", scope="module")
def _get(app):
    return app.test_client().get


def asked(path: str, more: str) -> str:
    """The address of a route that would answer, with something more."""
    needed = READERS[path][1]
    return f"{path}?{needed}{'&' if needed and more else ''}{more}"


def sound(param: Param) -> tuple[str, str]:
    """Two values that a parameter takes and that mean different things."""
    if isinstance(param.takes, Of):
        return {
            "country": ("NO", "FR"),
            "type": ("horizontal", "vertical"),
            "project": ("exporting", "joint-purchasing"),
            "sector": ("wine-spirits", "metal"),
            "results": ("sales", "cost"),
            "kind": ("network", "study"),
            "form": ("hard", "soft"),
            "formation": ("self-financed", "programme"),
            "status": ("success", "mixed"),
            "decade": ("1990s", "not-told"),
            "teaching": ("with-note", "executive"),
            "minutes": ("75", "120"),
            "collection": ("first", "later"),
            "units": ("percent", "times"),
        }[param.takes.facet]
    if param.takes.allowed:
        return param.takes.allowed[:2]
    words = {"boolean": ("yes", "no"), "string": ("metal", "wine")}
    return words.get(param.takes.json["type"], ("2", "3"))


def wrong(param: Param) -> str:
    """A value that a parameter does not take, empty where it takes any."""
    schema = param.takes.schema(None)
    if "maximum" in schema:
        return str(schema["maximum"] + 1)
    if param.takes.is_text:
        return "a" * (schema["maxLength"] + 1) if "maxLength" in schema else ""
    return "sideways"


def test_every_route_is_in_the_table(app):
    """A new route has a row here, or it is known to read nothing."""
    adapter = app.url_map.bind("localhost")
    known = {adapter.match(path)[0] for path in (*READERS, *WITHOUT, *ELSEWHERE)}
    known |= {adapter.match(path, method="POST")[0] for path in SENT}

    assert known == {rule.endpoint for rule in app.url_map.iter_rules()}


@pytest.mark.parametrize("path", WITHOUT)
def test_what_reads_nothing_passes_over_it(get, path):
    """The answer is the same with parameters as without."""
    with get(path) as plain, get(f"{path}?utm_source=letter&q=wine&q=fish") as given:
        assert given.status_code == plain.status_code
        assert given.data == plain.data


@pytest.mark.parametrize("path", PAGES)
def test_a_page_tells_an_unknown_name(get, path):
    """Status 200, the rest answered; a mark of mail programs is passed over in silence."""
    told = get(asked(path, "zzzz=1"))
    plain, marked = get(asked(path, "")), get(asked(path, "utm_source=letter&fbclid=1&gclid=2"))

    assert told.status_code == plain.status_code == marked.status_code == 200
    assert "“zzzz=1” in the address is not understood" in html.unescape(told.text)
    assert 'class="notices"' not in plain.text
    assert 'class="notices"' not in marked.text


@pytest.mark.parametrize("name", ["zzzz", "utm_source", "fbclid"])
@pytest.mark.parametrize("path", PROGRAMS)
def test_a_program_is_refused_an_unknown_name(get, path, name):
    """Status 400, the name, what there is; a mark of mail programs is like no name."""
    problem = get(asked(path, f"{name}=letter")).json

    assert (problem["status"], problem["parameter"]) == (400, name)
    assert problem["detail"] == f"{name!r} is not a parameter."
    assert problem["allowed"] == [param.name for param in READERS[path][0]]


@pytest.mark.parametrize(("path", "param"), EVERY, ids=ids)
def test_two_values(get, path, param):
    """A name that takes one value is told or refused; one spelling of it twice is one value."""
    first, second = sound(param)
    more = "results=sales&" if param.name in ("results_min", "sort") else ""
    more = "results=sales&results_min=1&" if param.name in HANG_ON_A_FIGURE else more
    if param.many:
        return
    once = get(asked(path, f"{more}{param.name}={first}"))
    same = get(asked(path, f"{more}{param.name}={first}&{param.name}=+{first}+"))
    two = get(asked(path, f"{more}{param.name}={first}&{param.name}={second}"))
    refuses = path in ("/api/v1/search", "/cases.atom") or path.startswith("/search.")
    expected = {"page": 400}.get(param.name, 200) if refuses else 200

    assert (once.status_code, same.status_code, two.status_code) == (expected, expected, 400)
    if path in PROGRAMS:
        assert two.json["parameter"] == param.name
        assert "must be given once, not 2 times" in two.json["detail"]


def test_a_trade_that_is_no_sector_counts_as_words(get):
    """The page of role models takes it for what the firm does, and offers the nearest sectors."""
    response = get(asked("/role-models", "my_sector=clothmaking"))
    page = html.unescape(response.text)

    assert response.status_code == 200
    assert (
        "No sector here is called “clothmaking”. It counts as words on what your firm does. "
        "The nearest:" in page
    )
    assert (
        '/role-models?business=clothmaking&my_sector=textiles-clothing&common=horizontal"' in page
    )


def test_where_no_sector_is_near_none_is_offered(get):
    """Only the words are taken."""
    page = html.unescape(get(asked("/role-models", "my_sector=sideways")).text)

    assert "No sector here is called “sideways”. It counts as words on what your firm does." in page
    assert "The nearest:" not in page


@pytest.mark.parametrize(("path", "param"), REFUSING, ids=refusing_ids)
def test_a_wrong_value(get, path, param):
    """What is out of bounds is told or refused, and the rest of the page is kept."""
    value = wrong(param)
    if not value:
        return
    response = get(asked(path, urlencode({param.name: value})))

    assert response.status_code == 400
    if path in PROGRAMS:
        assert response.json["parameter"] == param.name
        assert f"{param.name} " in response.json["detail"]
    else:
        assert "<form" in response.text
        assert "<h1>This search cannot be answered" not in response.text


@pytest.mark.parametrize(("path", "param"), EVERY, ids=ids)
def test_an_empty_value(get, path, param):
    """A page takes it for not given, whatever it is; a program gives no empty value but a text."""
    response = get(asked(path, f"{param.name}="))

    is_refused = path in PROGRAMS and not param.takes.is_text
    assert response.status_code == (400 if is_refused else 200)


@pytest.mark.parametrize("path", ["/search", "/outcomes", "/role-models"])
def test_what_was_filled_in_is_kept(get, path):
    """Words, values that are on and choices stand on a page that tells of a fault."""
    words = "aim" if path == "/role-models" else "q"
    page = get(f"{path}?{words}=wine+export&country=NO&results=sales&results_min=zz&zzzz=1").text

    assert re.search(r"(?:value=\"|>)wine export(?:\"|<)", page)
    ticked = r'name="country"[^>]* value="NO"[^>]* checked|value="NO" selected'
    toggled = r'class="toggle"[^>]* aria-current="true"><span[^>]*></span><span[^>]*>Norway<'
    assert re.search(toggled if path == "/search" else ticked, page)


def test_a_comparison_keeps_the_cases_that_there_are(get):
    """Beside an id that no case has."""
    page = get(f"/compare?{CASES}&id=norway/metal-byers&id=zzz").text

    assert page.count('scope="col"') >= 2
    assert (f"/compare?id={METAL}&id={WINE}&id=zzz", "Metal firms purchase machines") in mended(
        page
    )


TABLES = (SEARCH, OUTCOMES, PROFILE, COMPARE, answers_of(("profit", "swot"), ANSWERS))
NAMES = (
    *dict.fromkeys(param.name for table in TABLES for param in table),
    *("contry", "countri", "size2", "texts", "query", "sorting", "pages", "perpage", "typ", "aims"),
    *("utm_source", "fbclid", "exac", "results_mn", "swott", "kinds", "my_form2"),
)
GIVEN = ("zzz", "99", "NO", "hard", "exporting", "newest", "yes", "1", "true", "a" * 1001, "", "*")


def slips() -> Iterator[list[tuple[str, str]]]:
    """Addresses with something wrong."""
    for name in NAMES:
        for value in GIVEN:
            yield [(name, value)]
            yield [(name, value), ("q", "wine"), ("country", "NO"), ("page", "2"), ("aim", "x")]
        yield [(name, "1"), (name, "zzz"), (name, "FR")]


@pytest.mark.parametrize("table", TABLES, ids=["search", "outcomes", "profile", "compare", "check"])
def test_what_may_have_been_meant_is_understood(searcher, table):
    """Every name and every value that is offered takes one fault away and brings none."""
    n_offered = 0
    for pairs in slips():
        read = read_page(table, MultiDict(pairs), searcher.taxonomy)
        for fault in read.wrong:
            for meant in fault.nearest:
                n_offered += 1
                if fault.rule == UNKNOWN:
                    others = [
                        (meant if name == fault.name else name, value) for name, value in pairs
                    ]
                elif fault.rule == VALUE:
                    others = [
                        (
                            name,
                            meant if (name, value.strip()) == (fault.name, fault.given) else value,
                        )
                        for name, value in pairs
                    ]
                else:
                    others = [(name, value) for name, value in pairs if name != fault.name]
                    others.append((fault.name, meant))
                again = read_page(table, MultiDict(others), searcher.taxonomy)
                assert len(again.wrong) < len(read.wrong), (pairs, fault.rule, meant)

    assert n_offered > (0 if table is COMPARE else 10)


@pytest.mark.parametrize(
    "address",
    [
        "/search?id=zzz",
        "/role-models?page=99&aim=wine",
        "/search?qq=fish&q=wine",
        "/search?contry=NO&contry=FR",
        "/search?page=x&page=y",
        "/search?page=x&page=2",
        "/search?country=XK",
        "/outcomes?sort=newst",
        "/role-models?contry=NO&size=4",
        f"/compare?ids={METAL}",
        "/compare?id=norway/metal-byers",
        "/outcomes?goals=exporting&q=wine",
        "/outcomes?qu=wine&aim=export",
    ],
)
def test_what_a_notice_offers_is_answered(get, address):
    """Each link of a notice leads to an answer without a fault."""
    for link, words in mended(get(address).text):
        assert get(link).status_code == 200, (link, words)


def test_codes_are_not_alike(get):
    """The code of a country that is none has no country near it; a slip in a name has."""
    for path in ("/search?country=XK", "/api/v1/search?country=XK", "/api/v1/search?country=XKX"):
        assert "Did you mean" not in get(path).text
    assert "Did you mean NO?" in get("/api/v1/search?country=Norwey").json["detail"]


@pytest.mark.parametrize(
    ("address", "is_private"),
    [
        ("/outcomes?q=wine&country=NO", False),
        ("/outcomes?aim=we+are+two+bakers", True),
        ("/outcomes?aims=we+are+two+bakers", True),
        ("/outcomes.csv?aims=we+are+two+bakers", True),
        ("/api/v1/outcomes?aims=we+are+two+bakers", True),
        ("/role-models?aims=we+are+two+bakers", True),
        ("/role-models?country=NO", False),
        ("/search?q=wine&utm_source=letter", False),
    ],
)
def test_what_is_said_of_a_firm_is_private_under_any_name(get, address, is_private):
    """A misspelt part of a profile is repeated by the answer, and so no cache stores it."""
    stored = get(address).headers["Cache-Control"]

    assert (stored == "private, no-store") == is_private


def test_a_number_is_written_plainly(get):
    """As people write it: with a sign, a point or an exponent, and no underscores."""
    for value, status in {"20": 200, "-2.5": 200, "2e1": 200, "1_000": 400, "1e400": 400}.items():
        assert get(f"/api/v1/search?results=sales&results_min={value}").status_code == status


def test_the_same_meaning_twice_is_one(get):
    """Spellings of one value are one value."""
    for pairs in ("exact=1&exact=true", "page=1&page=01", "exact=no&exact=0&exact=FALSE"):
        assert get(f"/api/v1/search?{pairs}").status_code == 200
        assert get(f"/search?{pairs}").status_code == 200
    for pairs in ("my_form=hard&my_form=Hard+network", "size=4&size=04", "size=4&size=%2B4"):
        assert get(f"/api/v1/role-models?{pairs}").status_code == 200
    assert get("/search?exact=1&exact=false").status_code == 400


def test_a_number_that_is_too_large_is_told_its_bounds(get):
    """However long it is."""
    for value in ("1000001", "9" * 20, "9" * 5000):
        problem = get(f"/api/v1/search?page={value}").json
        assert problem["detail"] == (
            f"page must be a whole number from 1 to 1,000,000, not {value[:60]!r}."
        )


@pytest.mark.parametrize("path", [*READERS, *WITHOUT, *ELSEWHERE, "/nothing", "//evil.example/a"])
@pytest.mark.parametrize(
    "slip", [lambda path: f"/{path}", lambda path: f"{path}/", lambda path: path.replace("/", "//")]
)
def test_a_redirect_stays_where_it_was_asked(app, path, slip):
    """No address leads to the host that a request names, nor to one in its own path."""
    builder = EnvironBuilder("/", base_url="http://evil.example", query_string="q=wine")
    environ = {**builder.get_environ(), "PATH_INFO": slip(path)}
    body, status, headers = run_wsgi_app(app, environ)
    body.close()
    there = headers.get("Location", "")

    assert status.startswith("308") or slip(path) in (path, f"{path}/")
    assert "evil.example" not in there.removeprefix("/evil.example/a")
    assert there == "" or re.match(r"/(?!/)", there)


def test_the_filters_are_those_of_the_table():
    """What narrows a search narrows the role models too."""
    assert [param.name for param in FILTERS if param in SEARCH and param in PROFILE] == [
        param.name for param in FILTERS
    ]
    assert all(param in PROFILE for param in FIRM)
