"""What is written of requests, and what is not."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import Client

from kb.errors import ExportFailed
from kb.logs import JSON
from web.app import create_app
from web.core.told import FOUND, NOTHING_FITS
from web.serving.counts import Counts
from web.serving.log import CLIENT, FIELDS
from web.serving.observed import HEADER, Answered, Observed, Observer
from web.serving.server import wrapped

ROOT = Path(__file__).parents[3]
#: The fields that every line has.
HEAD = ["time", "level", "message"]


class Seen(Observer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended: list[Answered] = []

    def begins(self) -> None:
        """Count it."""
        self.begun += 1

    def ends(self, answered: Answered) -> None:
        """Keep it."""
        self.ended.append(answered)


@pytest.fixture(name="seen")
def _seen() -> Seen:
    return Seen()


@pytest.fixture(name="app")
def _app(live, settings) -> Flask:
    """A toy site that a test may change, as it is served: an error becomes an answer."""
    return create_app(live, settings)


@pytest.fixture(name="asked")
def _asked(toy_app, seen) -> Client:
    """The toy site, with what becomes of its requests."""
    return Client(Observed(toy_app, [seen]))


def test_a_request_is_told_by_its_pattern(asked, seen):
    """The route, the status, the size and the snapshot are told, whatever the address holds."""
    asked.get("/search?q=train").close()
    asked.get("/cases/spain/textile-training?list=abc").close()
    asked.get("/nothing/at/all").close()
    asked.post("/search").close()
    asked.open("/about", method="BREW").close()

    ends = seen.ended
    assert seen.begun == len(ends) == 5
    assert [(one.method, one.route, one.status) for one in ends] == [
        ("GET", "/search", 200),
        ("GET", "/cases/<path:case_id>", 200),
        ("GET", "unknown", 404),
        ("POST", "unknown", 405),
        ("other", "unknown", 405),
    ]
    assert len(ends[0].snapshot) == 12
    assert {one.snapshot for one in ends[1:2]} == {ends[0].snapshot}
    assert all(one.seconds > 0 and one.sent > 100 for one in ends)
    assert "train" not in repr(ends[:1])


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("/search?q=train", FOUND),
        ("/search?q=zzzz+qqqq", NOTHING_FITS),
        ("/search", ""),
        ("/api/v1/search?q=train", FOUND),
        ("/api/v1/search?q=zzzz+qqqq", NOTHING_FITS),
        ("/about", ""),
    ],
)
def test_whether_anything_fitted_is_told(asked, seen, address, outcome):
    """A search for words says whether it found anything; a search without words says nothing."""
    asked.get(address).close()

    assert [one.outcome for one in seen.ended] == [outcome]


def test_the_number_comes_with_the_answer(asked, seen):
    """Each request has a number of its own, whatever its sender calls it."""
    answers = [asked.get("/about", headers={HEADER: "mine-of-today"}) for _ in range(2)]
    numbers = [answer.headers[HEADER] for answer in answers]
    for answer in answers:
        answer.close()

    assert numbers == [one.request_id for one in seen.ended]
    assert len({*numbers, "mine-of-today"}) == 3


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("f3a9c1d2-0001", True),
        ("0af7651916cd43dd8448eb211c80319c", True),
        ("", False),
        ("a" * 129, False),
        ("two words", False),
        ("-begins", False),
        ('"quoted"', False),
        ("<b>", False),
        ("é", False),
    ],
)
def test_a_number_of_a_trusted_proxy_is_kept_where_it_is_one(toy_app, seen, given, kept):
    """What a trusted proxy calls a request it is called here too, unless it is no plain word."""
    asked = Client(Observed(toy_app, [seen], believes="127.0.0.1".__eq__))
    asked.get("/about", headers={HEADER: given}, environ_base={"REMOTE_ADDR": "127.0.0.1"}).close()

    assert (seen.ended[0].request_id == given) is kept


@pytest.mark.parametrize(("trusted", "kept"), [(("127.0.0.0/8",), True), ((), False)])
def test_the_proxies_of_the_settings_are_believed(toy_app, settings, trusted, kept):
    """As it is served: the number of a proxy that KB_TRUSTED_PROXIES names, and of no other."""
    site = Client(wrapped(toy_app, replace(settings, trusted_proxies=trusted)))
    answer = site.get("/about", headers={HEADER: "abc"}, environ_base={"REMOTE_ADDR": "127.0.0.9"})
    answer.close()

    assert answer.status_code == 200
    assert (answer.headers[HEADER] == "abc") is kept


def test_an_answer_that_was_kept_is_told_as_the_first(toy_app, settings):
    """As it is served: what is given a second time has its route, its snapshot and its outcome."""
    counts = Counts(["/search"], workers=1)
    site = Client(wrapped(toy_app, settings, counts))
    for _ in range(2):
        site.get("/search?q=train").close()
    total = counts.total()

    assert total["requests"].sum() == total["requests"][counts.routes.index("/search")].sum() == 2
    assert (total["kept"], total["searches"].sum()) == (1, 2)


def test_a_page_of_failure_names_the_number(app, seen, caplog):
    """A reader can quote what stands in the log; a program reads it in the problem.

    The log names the pattern, and neither the path nor what was asked for.
    """
    asked = Client(Observed(app, [seen]))

    def fails() -> str:
        raise ValueError("not what was meant")

    app.view_functions |= {"search.search": fails, "api.search": fails}
    page = asked.get("/search?q=secret")
    problem = asked.get("/api/v1/search?q=secret")
    page.close()
    problem.close()

    first, second = (one.request_id for one in seen.ended)
    assert (page.status_code, problem.status_code) == (500, 500)
    assert f"quote this number: <code>{first}</code>" in page.text
    assert problem.json["request_id"] == second
    said = [record.getMessage() for record in caplog.records if record.exc_info]
    assert said == ["GET /search failed", "GET /api/v1/search failed"]
    assert "secret" not in caplog.text


def test_what_a_child_left_stands_in_the_log(app, caplog):
    """Where a file could not be made, all that the process left is logged with the request."""

    def fails() -> str:
        raise ExportFailed("TypstError: no such thing", "Traceback\n  where it was")

    app.view_functions["search.search"] = fails
    Client(Observed(app, [])).get("/search").close()

    (record,) = caplog.records
    assert record.getMessage() == (
        "GET /search cannot be answered: This file could not be made: "
        "TypstError: no such thing. The site's log says more."
    )
    assert record.kb_fields == {"output": "Traceback\n  where it was"}


def test_what_fails_outside_the_site_is_answered(seen, caplog):
    """Where something between the site and its readers fails, it gets 500, and is logged."""

    def fails(environ: object, start_response: object) -> Iterable[bytes]:
        raise LookupError("a limit")

    answer = Client(Observed(fails, [seen])).get("/")
    answer.close()

    assert (answer.status_code, seen.ended[0].status) == (500, 500)
    assert answer.headers[HEADER] == seen.ended[0].request_id
    assert [type(record.exc_info[1]) for record in caplog.records] == [LookupError]


def test_a_reader_who_leaves_is_told_once(seen):
    """An answer that nobody reads to its end is told with what was sent of it."""

    def streams(environ: object, start_response: object) -> Iterable[bytes]:
        start_response("200 OK", [])
        yield from (b"one", b"three")

    environ = {"REQUEST_METHOD": "GET", "REMOTE_ADDR": "192.0.2.1"}
    body = Observed(streams, [seen])(environ, lambda *_: None)
    next(iter(body))
    body.close()
    body.close()

    assert [(one.status, one.sent) for one in seen.ended] == [(200, 3)]


@contextmanager
def logging_site(settings, log: Path, **environ: str):
    """A site in a process of its own, whose log is a file."""
    arguments = ["--index", str(settings.index), "--port", "0", "--workers", "2"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "web", "serve", *arguments],
            cwd=ROOT,
            env=own | {"KB_MODEL": settings.model, "KB_MULTILINGUAL": "off"} | environ,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
        )
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.communicate(timeout=60)


def ask(url: str) -> str:
    """Read a page to its end; the number of the request."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            answer.read()
            return answer.headers[HEADER]
    except urllib.error.HTTPError as error:
        error.read()
        return error.headers[HEADER]


@pytest.mark.parametrize("clients", ["on", "off"])
def test_lines_of_a_running_site(settings, tmp_path, clients):
    """Each request leaves one line with exactly the documented fields, and nothing of its words."""
    log = tmp_path / "log"
    given = {"KB_LOG": JSON, "KB_LOG_REQUESTS": "on", "KB_LOG_CLIENTS": clients}
    with logging_site(settings, log, **given) as url:
        numbers = [ask(f"{url}/search?q=secret+{n}&list=mine") for n in range(3)]
        numbers.append(ask(f"{url}/secret%0Aplace?list=mine"))
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    lines.sort(key=lambda line: numbers.index(line["request_id"]))  # written as each is sent

    wanted = [*HEAD, *FIELDS, *([CLIENT] if clients == "on" else [])]
    assert [list(line) for line in lines] == [wanted] * 4
    assert [line["request_id"] for line in lines] == numbers
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        *[("GET", "/search", 200)] * 3,
        ("GET", "unknown", 404),
    ]
    assert all(line["ms"] > 0 and line["bytes"] > 0 and line["worker"] > 1 for line in lines)
    assert [line.get(CLIENT) for line in lines] == ["127.0.0.1" if clients == "on" else None] * 4
    assert "secret" not in log.read_text()
    assert "mine" not in log.read_text()


def test_no_visit_is_written_unless_asked_for(settings, tmp_path):
    """By default the log says nothing of requests."""
    log = tmp_path / "log"
    with logging_site(settings, log) as url:
        ask(f"{url}/search?q=train")
        ask(f"{url}/nothing")

    assert log.read_text() == ""
