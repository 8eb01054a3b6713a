"""The addresses of the sources, asked of a server on this machine; nothing leaves it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kb.content.corpus import read_corpus
from kb.content.links import (
    GONE,
    MOVED,
    THERE,
    UNASKED,
    UNCLEAR,
    Answer,
    Link,
    ask,
    gone_problem,
    links_of,
    summary_lines,
)
from kb.model.cases import Reference
from tests.ports import free_port

AGENT = "A toy compendium link check/0 (toy@example.org)"
#: The status of a path for HEAD and for GET, and where it leads.
PATHS = {
    "/there": (200, 200, ""),
    "/without-head": (405, 200, ""),
    "/head-forgets": (404, 200, ""),
    "/missing": (404, 404, ""),
    "/withdrawn": (410, 410, ""),
    "/broken": (500, 500, ""),
    "/forbidden": (403, 403, ""),
    "/moved": (301, 301, "/there"),
    "/moved-twice": (308, 308, "/moved"),
    "/elsewhere-today": (302, 302, "/there"),
    "/moved-to-nothing": (301, 301, "/missing"),
    "/round": (302, 302, "/round"),
    "/wait": (429, 429, ""),
}
#: Seconds that are waited for a page that comes, on a busy machine too; and for one that does not.
TIMEOUT, SHORT = 30, 0.5


@dataclass
class Host:
    """A server on this machine, and what it was asked."""

    address: str
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def link(self, path: str) -> Link:
        """An address of this host; its path is the key."""
        return Link(key=path, field="url", url=self.address + path)

    def ask(self, *paths: str, pause: float = 0, timeout: float = TIMEOUT) -> list[tuple[str, str]]:
        """State and detail of some paths."""
        answers = ask(map(self.link, paths), agent=AGENT, timeout=timeout, pause=pause)
        assert [answer.link.key for answer in answers] == list(paths)
        return [(answer.state, answer.detail) for answer in answers]


@pytest.fixture(name="host")
def _host() -> Iterator[Host]:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, status: int, leads: str) -> None:
            with lock:
                host.asked.append((self.command, self.path, self.headers["User-Agent"]))
                host.begun.append(time.monotonic())
                host.at_once += 1
                host.most_at_once = max(host.most_at_once, host.at_once)
            if self.path == "/slow":
                host.ended.wait(60)
            with lock:
                host.at_once -= 1
            self.send_response(status)
            if leads:
                self.send_header("Location", leads)
            self.send_header("Content-Length", "0" if self.command == "HEAD" else "1000000000")
            self.end_headers()

        def do_HEAD(self) -> None:
            status, _, leads = PATHS.get(self.path, (200, 200, ""))
            self._answer(status, leads)

        def do_GET(self) -> None:
            _, status, leads = PATHS.get(self.path, (200, 200, ""))
            self._answer(status, leads)  # and never the billion bytes that it speaks of

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = Host(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield host
    host.ended.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("path", "state", "detail"),
    [
        ("/there", THERE, "200"),
        ("/without-head", THERE, "200"),
        ("/head-forgets", THERE, "200"),
        ("/elsewhere-today", THERE, "200"),
        ("/missing", GONE, "404"),
        ("/withdrawn", GONE, "410"),
        ("/moved-to-nothing", GONE, "404"),
        ("/broken", UNCLEAR, "500"),
        ("/forbidden", UNCLEAR, "403"),
        ("/round", UNCLEAR, "302"),
        ("/wait", UNASKED, "its host asks for a pause"),
        ("/slow", UNASKED, "it did not answer in time"),
    ],
)
def test_what_an_address_is_found_to_be(host: Host, path: str, state: str, detail: str) -> None:
    """Only a page that its host says is not there is gone; a body is never read."""
    timeout = SHORT if path == "/slow" else TIMEOUT
    assert host.ask(path, timeout=timeout) == [(state, detail)]


@pytest.mark.parametrize("path", ["/moved", "/moved-twice"])
def test_a_page_that_moved_for_good_names_its_new_address(host: Host, path: str) -> None:
    """However many permanent steps lead there."""
    assert host.ask(path) == [(MOVED, f"{host.address}/there")]


def test_the_head_is_asked_first_and_the_page_only_where_it_must_be(host: Host) -> None:
    """A page that answers is asked once; every request says who asks."""
    host.ask("/there", "/missing")

    assert host.asked == [
        ("HEAD", "/there", AGENT),
        ("HEAD", "/missing", AGENT),
        ("GET", "/missing", AGENT),
    ]


def test_a_host_is_asked_one_thing_at_a_time(host: Host) -> None:
    """With a pause between two requests, a second one for the same page too."""
    host.ask("/there", "/missing", "/moved", pause=0.2)

    gaps = [later - before for before, later in zip(host.begun, host.begun[1:], strict=False)]
    assert host.most_at_once == 1
    assert [path for _, path, _ in host.asked] == [
        *("/there", "/missing", "/missing", "/moved", "/there"),
    ]
    assert min(gaps[:3]) >= 0.2  # a step of a redirect follows at once


def test_a_host_that_asks_for_a_pause_gets_it(host: Host) -> None:
    """Nothing more is asked of it."""
    held = (UNASKED, "its host asks for a pause")

    assert host.ask("/wait", "/there", "/missing") == [held, held, held]
    assert [path for _, path, _ in host.asked] == ["/wait"]


def test_what_does_not_answer_could_not_be_asked(host: Host) -> None:
    """No connection, no encryption, or no answer of the web: none of it says that it is gone."""
    port = free_port()
    with socket.create_server(("127.0.0.1", 0)) as mute:
        thread = threading.Thread(target=_talk_nonsense, args=(mute,), daemon=True)
        thread.start()
        urls = [
            f"http://127.0.0.1:{port}/",
            host.address.replace("http://", "https://"),
            f"http://127.0.0.1:{mute.getsockname()[1]}/",
        ]
        links = [Link(key=url, field="url", url=url) for url in urls]
        answers = ask(links, agent=AGENT, timeout=TIMEOUT, pause=0)
    thread.join()

    assert [(answer.state, answer.detail) for answer in answers] == [
        (UNASKED, "its host takes no connection"),
        (UNASKED, "its certificate or its encryption is not valid"),
        (UNASKED, "the answer is no answer of the web (ProtocolError)"),
    ]


def _talk_nonsense(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(b"no such thing\r\n\r\n")


def _work(key: str, **fields: str) -> Reference:
    return Reference(key=key, authors="", title="", year="", note="", **fields)


def test_copies_are_asked_and_pages_known_to_be_gone_are_not() -> None:
    """An entry without an address is passed over."""
    works = (
        _work("both", url="http://a.example/", archived="http://b.example/"),
        _work("gone", url="http://a.example/1", archived="http://b.example/1", gone="2026-11-28"),
        _work("none"),
    )

    assert [(link.key, link.field) for link in links_of({work.key: work for work in works})] == [
        ("both", "url"),
        ("both", "archived"),
        ("gone", "archived"),
    ]


def test_a_page_that_is_gone_is_a_problem_of_its_line(toy_cases: Path) -> None:
    """It names the source, the cases that cite it, the copy, and what to do."""
    path = toy_cases / "sources.bib"
    compendium = read_corpus(toy_cases).compendium
    links = {link.field: link for link in links_of(compendium.references)}

    url, archived = (
        gone_problem(
            Answer(link=links[name], state=GONE, detail="404"), path, compendium, date(2026, 11, 28)
        )
        for name in ("url", "archived")
    )

    assert url.message == (
        "anon: url is gone (404): https://example.org/note?a=1&b=2 (rule: a page that is gone). "
        "Cited by denmark/hostile-title, france/wine-exporters, guides/purchase-guide, "
        "spain/textile-training. A copy is at https://archive.example/note. Mend the address, or "
        "add 'gone = {2026-11-28}', and 'archived' where you know a copy."
    )
    assert archived.message == (
        "anon: archived is gone (404): https://archive.example/note (rule: a page that is gone). "
        "Cited by denmark/hostile-title, france/wine-exporters, guides/purchase-guide, "
        "spain/textile-training. Mend the address, or take the line out."
    )
    lines = path.read_text().splitlines()
    assert [lines[problem.line - 1].split()[0] for problem in (url, archived)] == [
        "url",
        "archived",
    ]


def test_a_person_is_told_what_is_in_doubt() -> None:
    """Each address that is neither there nor gone, and how many there are of each."""
    link = Link(key="a", field="url", url="http://a.example/")
    answers = [
        Answer(link=link, state=THERE, detail="200"),
        Answer(link=link, state=MOVED, detail="http://b.example/"),
        Answer(link=link, state=GONE, detail="404"),
        Answer(link=link, state=UNCLEAR, detail="500"),
        Answer(link=link, state=UNASKED, detail="it did not answer in time"),
    ]

    assert summary_lines(answers) == (
        "a: http://a.example/ has moved for good to http://b.example/",
        "a: http://a.example/ answers 500, which does not say whether the page is there",
        "a: http://a.example/ could not be asked: it did not answer in time",
        "5 addresses: 1 there, 1 moved, 1 gone, 1 unclear, 1 could not be asked",
    )
    assert summary_lines(answers[4:]) == (
        "None of the 1 addresses could be asked; is there a way to the web from here?",
    )
    assert summary_lines([]) == ("No source has an address.",)
