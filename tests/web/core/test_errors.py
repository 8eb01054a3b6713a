"""Failures as answers."""

import re
import unicodedata
from dataclasses import replace

import pytest
from flask import Blueprint, abort

from kb.engine.base import Answering, Engine, Question
from kb.errors import SnapshotCorrupt
from kb.indexing.pipeline import build
from kb.search.opening import LiveSearcher, open_live
from kb.settings import Settings
from kb.snapshots import live as live_module
from kb.text.analysis import terms
from tests.waiting import until
from web import create_app
from web.core.errors import Help, register_help

BAD = {
    "type": "/api#problem-bad-parameter",
    "title": "This search cannot be answered as it stands",
    "status": 400,
}


@pytest.fixture(name="unbuilt")
def _unbuilt(toy_settings):
    live = LiveSearcher(toy_settings.index, min_score=toy_settings.min_score)
    return create_app(live, toy_settings).test_client()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "/api/v1/search?page=two",
            BAD
            | {
                "detail": "page must be a whole number from 1 to 1,000,000, not 'two'.",
                "instance": "/api/v1/search",
                "parameter": "page",
                "value": "two",
                "allowed": [],
            },
        ),
        (
            "/api/v1/search?type=horizontale",
            BAD
            | {
                "detail": "type has no value 'horizontale'. Did you mean horizontal? Allowed are "
                "horizontal, vertical, cross-sectoral, emerging-technologies, public-private.",
                "instance": "/api/v1/search",
                "parameter": "type",
                "value": "horizontale",
                "allowed": [
                    "horizontal",
                    "vertical",
                    "cross-sectoral",
                    "emerging-technologies",
                    "public-private",
                ],
            },
        ),
        (
            "/api/v1/cases?page=1",
            BAD
            | {
                "detail": "'page' is not a parameter.",
                "instance": "/api/v1/cases",
                "parameter": "page",
                "value": "page",
                "allowed": [],
            },
        ),
        (
            "/api/v1/cases/norway/metal-buyer",
            {
                "type": "/api#problem-unknown-case",
                "title": "There is no case at this address",
                "status": 404,
                "detail": "No case has the id 'norway/metal-buyer'. "
                "The nearest ids are norway/metal-buyers, norway/textile-exporters.",
                "instance": "/api/v1/cases/norway/metal-buyer",
                "parameter": "case_id",
                "value": "norway/metal-buyer",
                "allowed": ["norway/metal-buyers", "norway/textile-exporters"],
            },
        ),
        (
            "/api/v1/nothing",
            {
                "type": "/api#problem-unknown-page",
                "title": "There is no page at this address",
                "status": 404,
                "detail": "No page has the address '/api/v1/nothing'.",
                "instance": "/api/v1/nothing",
            },
        ),
        (
            "/api/v1/relevance",
            {
                "type": "/api#problem-not-measured",
                "title": "The search has not been measured yet",
                "status": 404,
                "detail": "This snapshot holds no figures; 'kb evaluate --publish' "
                "and a build add them.",
                "instance": "/api/v1/relevance",
            },
        ),
    ],
    ids=["type", "value", "no-parameters", "case", "page", "not-measured"],
)
def test_problems(client, path, expected):
    """Under /api/ a failure is a problem that names parameter, value and what is allowed."""
    response = client.get(path)
    assert response.json == expected
    assert response.status_code == expected["status"]
    assert response.content_type == "application/problem+json"


def test_unknown_parameter_names_the_nearest_first(client):
    """A slip in a parameter's name is answered with the name that was meant."""
    problem = client.get("/api/v1/search?contry=NO").json
    assert problem["detail"] == "'contry' is not a parameter. Did you mean 'country'?"
    assert problem["allowed"][:2] == ["country", "q"]


def test_other_failures_have_no_second_box(client):
    """Where nothing was searched, the box of the masthead is the only one."""
    page = client.get("/nothing").text
    assert 'id="quick"' in page
    assert 'id="q"' not in page


def test_unknown_case_on_a_page(client):
    """The page links the cases with the nearest ids by their titles."""
    response = client.get("/cases/norway/metal-buyer")
    assert response.status_code == 404
    assert '<a href="/cases/norway/metal-buyers">Metal firms purchase machines</a>' in (
        response.text
    )


def test_a_feature_helps_at_its_own_addresses(live, settings):
    """What a feature registers stands on the pages of failure of its blueprint and no other's."""
    app = create_app(live, settings)
    bp = Blueprint("trial", __name__)
    register_help(
        bp, lambda failure: Help(title=failure.kind.slug, ways=(("/trial", "Try again"),))
    )
    bp.add_url_rule("/trial", view_func=lambda: abort(410))
    app.register_blueprint(bp)
    page = app.test_client().get("/trial")
    assert page.status_code == 410
    assert "<h1>http</h1>" in page.text
    assert '<li><a href="/trial">Try again</a></li>' in page.text
    assert "Try again" not in app.test_client().get("/nothing").text


def test_hostile_address_is_escaped(client):
    """What a visitor types is never markup."""
    response = client.get("/cases/<script>alert(1)</script>")
    assert response.status_code == 404
    assert "<script>" not in response.text


@pytest.mark.parametrize("path", ["/", "/search?q=wine", "/browse", "/cases/a", "/about"])
def test_no_snapshot_on_pages(unbuilt, path):
    """Without a snapshot every page of content says so, with 503 and when to come back."""
    response = unbuilt.get(path)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "<h1>The compendium is not ready yet</h1>" in response.text
    assert "/index" not in response.text
    assert "Please come back later." in response.text
    assert "Where to go from here" not in response.text  # there too it would be 503
    links = re.findall(r'<a\s[^>]*href="(/[^"]*)"', response.text)
    assert links == ["/", "/privacy", "/accessibility"]
    assert "<form" not in response.text.partition("<main")[0]


def test_no_snapshot_in_the_api(unbuilt):
    """The API tells the same as a problem."""
    response = unbuilt.get("/api/v1/search")
    assert response.status_code == 503
    assert response.json["type"] == "/api#problem-not-built"
    assert response.json["detail"] == (
        "The compendium cannot be shown just now. Please come back later."
    )
    assert response.headers["Cache-Control"] == "no-store"


def test_health_without_a_snapshot(unbuilt):
    """The health check fails while nothing can be answered."""
    response = unbuilt.get("/healthz")
    assert response.status_code == 503
    assert (response.json["status"], response.json["snapshot"]) == ("unavailable", None)
    for path in ("/healthz", "/readyz"):
        told = unbuilt.get(path).json["trouble"]
        assert told == (
            "There is no index in KB_INDEX yet. Run 'kb build', or 'kb snapshots --import FILE'."
        )


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (
            "{index}/ab/records/cases.jsonl was altered.",
            "KB_INDEX/ab/records/cases.jsonl was altered.",
        ),
        ("It failed (OSError: '/home/me/env/x.so': gone).", "It failed (OSError: '…/x.so': gone)."),
        ("See /srv/compendium/models/a.onnx.", "See …/a.onnx."),
        ("postgresql://me:word@10.0.0.9/kb does not answer.", "… does not answer."),
        ("Built with 'a/b', and either/or.", "Built with 'a/b', and either/or."),
    ],
)
def test_health_tells_no_place_of_the_machine(toy_settings, trouble, told):
    """Everybody may ask for it; the log has the whole paths."""
    index = toy_settings.index
    live = LiveSearcher(index, min_score=0)
    live.status()
    error = SnapshotCorrupt(trouble.format(index=index), remedy="")
    live._outcome = replace(live._outcome, error=error)
    client = create_app(live, toy_settings).test_client()
    assert [client.get(path).json["trouble"] for path in ("/healthz", "/readyz")] == [told] * 2


def test_pages_that_need_no_snapshot(unbuilt):
    """The description of the API and the style sheet are there all the same."""
    page = unbuilt.get("/api")
    assert page.status_code == 200
    assert '<datalist id="suggestions"></datalist>' in page.text
    assert unbuilt.get("/api/v1/openapi.json").status_code == 200


def test_method_not_allowed(client):
    """Writing is refused, with the methods that are answered."""
    response = client.post("/search")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert "<h1>This page can only be read</h1>" in response.text


@pytest.mark.parametrize(
    "address",
    ["/search?q=wine%00export", "/search?%00=1", "/search?country=N%00", "/role-models?aim=%1b%7f"],
)
def test_no_control_character_comes_back(client, address):
    """A control character in an address is a space: no page repeats it."""
    page = client.get(address).text

    assert [sign for sign in page if unicodedata.category(sign) == "Cc" and sign != "\n"] == []


def test_a_control_character_is_a_space(client):
    """Words with a NUL between them are two words, and the form shows them so."""
    assert 'value="wine export"' in client.get("/search?q=wine%00export").text


def test_a_fault_of_ours(live, settings):
    """An unforeseen fault shows a page that helps and nothing of the fault itself."""
    app = create_app(live, settings)
    app.add_url_rule("/fault", view_func=lambda: {}["secret"])
    response = app.test_client().get("/fault")
    assert response.status_code == 500
    assert "<h1>Something went wrong on our side</h1>" in response.text
    assert "secret" not in response.text


class GaveOut(BaseException):
    """What a library may raise that is written in another language."""


class GivesOut:
    """An engine whose library gives out over some terms."""

    def __init__(self, engine: Engine, terms: set[str]) -> None:
        self._engine = engine
        self._terms = terms

    def ask(self, question: Question) -> Answering:
        """Give out, or answer."""
        if self._terms & set(question.terms):
            raise GaveOut("no such block")
        return self._engine.ask(question)

    def __len__(self) -> int:
        return len(self._engine)

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)


@pytest.fixture(name="two")
def _two(toy_settings: Settings) -> tuple[str, str]:
    """Two snapshots, of which the newer one is served."""
    old = build(toy_settings).snapshot_id
    path = toy_settings.cases / "spain" / "textile-training.md"
    path.write_text(path.read_text().replace("status: cautionary", "status: mixed"))
    return old, build(toy_settings).snapshot_id


def give_out(live: LiveSearcher, terms: set[str]) -> None:
    """Let the engine that answers now give out over some terms."""
    guarded = live.current().engine
    guarded._guarded = GivesOut(guarded._guarded, terms)


@pytest.mark.parametrize("damage", ["a file", "the engine alone"])
def test_a_library_that_gives_out_costs_one_answer(toy_settings, two, damage, monkeypatch, caplog):
    """The answer is 503, the process lives, and the snapshot before answers from then on."""
    monkeypatch.setattr(live_module._log, "disabled", False)  # other packages' set-up may do so
    old, new = two
    live = open_live(toy_settings, fall_back=True)
    client = create_app(live, toy_settings).test_client()
    folder = toy_settings.index / new
    if damage == "a file":
        give_out(live, {"train"})
        (folder / "engine" / "documents.json").write_bytes(b"")
        trouble = f"{folder / 'engine/documents.json'} is not of this snapshot."
    else:
        give_out(live, {"train", *terms(live.current().cases[0].title)})  # which is what is tried
        trouble = f"The engine in {folder / 'engine'} gave out (GaveOut: no such block)."

    page = client.get("/search?q=train")
    until(lambda: client.get("/readyz").json["fallback"])
    ready, after = client.get("/readyz").json, client.get("/api/v1/search?q=train")

    assert page.status_code == 503
    assert "<h1>The compendium cannot be opened</h1>" in page.text
    assert "Please come back later." in page.text
    assert str(folder) not in page.text
    assert (ready["snapshot"], ready["status"]) == (old, "ready")
    told = trouble.replace(str(toy_settings.index), "KB_INDEX")
    assert ready["trouble"].startswith(told)
    assert (after.status_code, after.json["snapshot"], after.json["total"]) == (200, old, 1)
    told = [record.getMessage() for record in caplog.records]
    assert any(f"snapshot {new} is damaged: {trouble}" in line for line in told)


def test_a_question_that_no_library_takes_is_no_damage(toy_settings, two):
    """Where all is sound and other questions are answered, the snapshot goes on being served."""
    _, new = two
    live = open_live(toy_settings, fall_back=True)
    client = create_app(live, toy_settings).test_client()
    give_out(live, {"train"})

    statuses = [client.get("/api/v1/search?q=train").status_code for _ in range(3)]
    until(lambda: not live._suspecting.locked())

    assert statuses == [503] * 3
    assert client.get("/api/v1/search?q=wine").json["snapshot"] == new
    assert client.get("/healthz").json["status"] == "ok"


def test_a_library_beside_the_engine_that_gives_out_is_a_fault(live, settings):
    """Whatever a page calls, a request ends in an answer."""
    app = create_app(live, settings)

    def gives_out() -> None:
        raise GaveOut("secret")

    app.add_url_rule("/fault", view_func=gives_out)
    response = app.test_client().get("/fault")
    assert response.status_code == 500
    assert "<h1>Something went wrong on our side</h1>" in response.text
    assert "secret" not in response.text
