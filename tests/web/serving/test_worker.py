"""A worker beside slow, broken and very many clients, and at its end; over real sockets."""

import json
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import pytest

from kb.settings import Settings
from kb.snapshots.store import set_current
from tests.ports import free_port
from tests.toy import ROOT
from tests.web.serving.test_metrics import of, read, samples
from tests.web.serving.test_server import Site, answer, raw, serving, two_builds, until
from web.serving.worker import MOST_HEAD, THREADS, turn_away

#: The site with an address that takes as long as it is told to, and one that waits in a folder
#: for a file "go-on", and leaves there a file for each request that it has begun to answer.
SLOW_SITE = """
import json, sys, time
from pathlib import Path
from flask import request
from kb.settings import read_settings
from web.app import create_app
from web.serving import worker
from web.serving.server import run

def make_app(live, settings):
    app = create_app(live, settings)
    def slow():
        time.sleep(float(request.args["seconds"]))
        return "done"
    def held():
        folder = Path(request.args["folder"])
        (folder / f"begun-{id(request._get_current_object())}").touch()
        while not (folder / "go-on").exists():
            time.sleep(0.01)
        return "done"
    app.add_url_rule("/slow", view_func=slow)
    app.add_url_rule("/held", view_func=held)
    return app

index, model, workers, port, metrics, bounds = sys.argv[1:]
for name, value in json.loads(bounds).items():
    setattr(worker, name, value)
given = {"index": index, "model": model, "workers": workers, "port": port}
given |= {"metrics_port": metrics} if metrics else {}
run(read_settings({}, multilingual="off", **given), make_app)
"""


@contextmanager
def slow_site(
    settings: Settings,
    *,
    workers: int = 1,
    metrics: str = "",
    log: IO[str] | None = None,
    **bounds: float,
) -> Iterator[tuple[subprocess.Popen, str]]:
    """A running site with ``/slow`` and ``/held``, and its address.

    ``metrics`` is the port of its figures, if it has one. ``bounds`` are those of its workers by
    their names in ``web/serving/worker.py``; who waits for a thread is not refused for a minute
    else, and a thousand may. When the site has ended nobody else listens at its port.
    """
    given = {"WAITING": 1_000, "WAIT_S": 60, "WORK_S": 60} | bounds
    more = (str(workers), str(free_port()), metrics, json.dumps(given))
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_SITE, str(settings.index), settings.model, *more],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        yield process, process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture(name="log", scope="module")
def _log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "log"


@pytest.fixture(name="url", scope="module")
def _url(settings: Settings, log: Path) -> Iterator[str]:
    """A site of two workers."""
    with log.open("w") as file, serving(settings, log=file) as (_, url):
        yield url


def connected(url: str) -> socket.socket:
    """A connection to a site."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


def asked(url: str, path: str, *, more: str = "Connection: close") -> bytes:
    """What is sent to ask for a path."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n\r\n".encode()


def got(url: str, path: str) -> bytes:
    """The whole answer: head and body."""
    return raw(url, asked(url, path))


def status_of(whole: bytes) -> int:
    """The status of an answer."""
    return int(whole.split(b" ", 2)[1])


def test_slow_clients_cost_nothing(settings):
    """Beside clients that send a byte and wait, in head or in body, others are answered at once.

    The slow ones are waited for ten minutes, and those others wait for one.
    """
    form = b"POST /contribute/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nco"
    waits = {"HEAD_S": 600, "REQUEST_S": 600, "IDLE_S": 600}
    with slow_site(settings, workers=2, **waits) as (_, url), ExitStack() as held:
        slow = [b"G", b"GET / HTTP/1.1\r\nHost: ", form, asked(url, "/", more="")[:-2], b""]
        for n in range(300):
            connection = held.enter_context(connected(url))
            connection.sendall(slow[n % len(slow)])
        statuses = [status_of(got(url, path)) for path in ("/", "/healthz", "/browse") * 3]

    assert statuses == [200] * 9


def test_a_client_that_does_not_read_keeps_no_thread(url):
    """Clients that ask for long pages and read nothing are not waited for."""
    with ExitStack() as held:
        for _ in range(4 * THREADS):
            connection = held.enter_context(connected(url))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(
                asked(url, "/static/fonts/", more="") + asked(url, "/browse", more="") * 20
            )
        assert status_of(got(url, "/healthz")) == 200
        assert status_of(got(url, "/")) == 200


def test_raw_letters_are_read_as_a_browser_would_send_them(url, log):
    """Raw UTF-8 in an address, as some programs send it, gets the same answer, and no log."""
    plain = got(url, "/api/v1/search?q=M%C3%B6bel")
    letters = got(url, "/api/v1/search?q=Möbel")
    latin = raw(url, "GET /api/v1/search?q=Möbel HTTP/1.0\r\n\r\n".encode("latin-1"))

    assert b'"q":"M\xc3\xb6bel"' in letters.replace(b'": "', b'":"')
    assert letters.partition(b"\r\n\r\n")[2] == plain.partition(b"\r\n\r\n")[2]
    assert status_of(latin) == 200
    assert log.read_text() == ""


def test_what_cannot_be_read_is_refused_by_our_page(url, log):
    """A page for people, a problem for programs, and not a word in the log."""
    long = "a" * 20_000
    endless = "a" * (MOST_HEAD + 10_000)
    cases = {
        asked(url, f"/search?q={long}"): (414, "This address is too long"),
        asked(url, f"/search?q={endless}"): (414, "This address is too long"),
        asked(url, "/", more=f"Cookie: {endless}"): (
            431,
            "Your browser sent more than can be read",
        ),
        asked(url, "/search?" + "country=NO&" * 600): (400, "This request cannot be read"),
        b"GET /a b c HTTP/1.1\r\n\r\n": (400, "This request cannot be read"),
        b"\x16\x03\x01\x02\r\n\r\n": (400, "This request cannot be read"),
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n": (400, "This request cannot be read"),
        b"POST / HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n": (
            413,
            "That is more than can be sent",
        ),
        b"POST / HTTP/1.1\r\nTransfer-Encoding: zip\r\n\r\n": (501, "This request cannot be read"),
    }
    answers = {request: raw(url, request) for request in cases}
    for_program = raw(url, asked(url, f"/api/v1/search?q={endless}"))

    assert {request: status_of(whole) for request, whole in answers.items()} == {
        request: status for request, (status, _) in cases.items()
    }
    for request, (_, title) in cases.items():
        assert title in answers[request].decode()
        assert b"Content-Security-Policy: " in answers[request]
    problem = json.loads(for_program.partition(b"\r\n\r\n")[2])
    assert (status_of(for_program), problem["status"]) == (414, 414)
    assert problem["title"] == "This address is too long"
    assert b"At most 500 are read." in answers[asked(url, "/search?" + "country=NO&" * 600)]
    assert log.read_text() == ""


#: What cannot be read as a request, in many ways, each with words that nobody may find in a log.
UNREADABLE = (
    b"GET /search?q=secret-words HTTP/1.1\r\nHost : localhost\r\n\r\n",
    b"GET /search?q=secret-words HTTP/1.1\r\nsecret-words\r\n\r\n",
    b"GET /search?q=secret-words HTTP/1.1\r\nHost: localhost\r\n secret-words\r\n\r\n",
    b"GET /search?q=secret-words HTTP/1.1\nHost: localhost\n\n\r\n\r\n",
    b"GET /search?q=secret-words HTTP/9.9\r\nHost: localhost\r\n\r\n",
    b"GET /search?q=secret words HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"get /search?q=secret-words HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /search?q=secret-words\x00\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET http://[secret-words/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET //[secret-words HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"CONNECT secret-words:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"secret-words\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: secret-words\x00\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: secret-words\nX-B: c\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: secret-words\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\nsecret-words",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: secret-words\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nsecret-words\r\n",
    b"GET / HTTP/1.1\r\nHost: secret-words?q=secret-words\r\n\r\n",
    b"GET /?%ff=secret-words&%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"GET /" + b"secret-words" * 6_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nCookie: " + b"secret-words" * 6_000 + b"\r\n\r\n",
)


def test_nobody_finds_an_address_or_words_of_a_request_in_the_log(settings, tmp_path):
    """However it is broken; and each is answered by a page that says nothing of the inside."""
    with (tmp_path / "log").open("w") as file, serving(settings, log=file) as (_, url):
        answers = {request: raw_with_an_end(url, request) for request in UNREADABLE}
    log = (tmp_path / "log").read_text()

    assert "secret" not in log
    assert "127.0.0.1" not in log
    for request, whole in answers.items():
        page = whole.partition(b"\r\n\r\n")[2]
        assert status_of(whole) in (200, 400, 404, 405, 414, 431, 501), request[:80]
        assert page.startswith(b"<!doctype html>"), request[:80]
        for inside in (b"Traceback", b"waitress", b"gunicorn", str(settings.index).encode()):
            assert inside not in whole


def raw_with_an_end(url: str, request: bytes) -> bytes:
    """An answer after which the server may wait for more: as long as it says that it is."""
    with connected(url) as connection:
        connection.sendall(request)
        return read_one(connection.makefile("rb"))


def read_one(file: IO[bytes]) -> bytes:
    """The next answer on a connection, head and body."""
    head = b"".join(iter(file.readline, b"\r\n"))
    (length,) = [
        int(line.split()[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")
    ]
    return head + b"\r\n" + file.read(length)


def test_a_connection_is_used_again(url):
    """Requests one after the other, or sent together, are answered in their order."""
    with connected(url) as connection:
        file = connection.makefile("rb")

        def read() -> bytes:
            head, _, body = read_one(file).partition(b"\r\n\r\n")
            return head.partition(b"\r\n")[0] + b" " + body[:20]

        connection.sendall(asked(url, "/healthz", more=""))
        first = read()
        connection.sendall(asked(url, "/no", more="") + asked(url, "/healthz", more=""))
        second, third = read(), read()

    assert first.startswith(b"HTTP/1.1 200 OK {")
    assert second.startswith(b"HTTP/1.1 404 NOT FOUND <!doctype html>")
    assert third == first


def test_both_workers_get_their_share(settings):
    """Connections that stay open are shared out evenly, though one worker could take them all.

    One that has more leaves the next to the other for half a second here: a worker of a busy
    machine may take longer than it has else.
    """
    site = slow_site(settings, workers=2, _TURN_S=0.5)
    with site as (process, url), ExitStack() as held:
        until(lambda: len(files_of(process, "eventpoll")) == 2)
        for _ in range(20):
            held.enter_context(connected(url))
        until(lambda: sum(files_of(process, "socket:")) == 22)
        counts = files_of(process, "socket:")

    assert len(counts) == 2
    assert abs(counts[0] - counts[1]) <= 2


def files_of(process: subprocess.Popen, kind: str) -> list[int]:
    """How many open files of a kind each worker has that has any."""
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    names: list[list[str]] = []
    for pid in workers:
        names.append([])
        for fd in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed since it was listed
                names[-1].append(str(fd.readlink()))
    return [n for n in (sum(kind in name for name in held) for held in names) if n]


def test_beyond_the_queue_is_refused_at_once(settings, tmp_path):
    """When more waits than can be answered, the rest is told so, and checks of health are not."""
    waiting, more = 8, 20
    with slow_site(settings, WAITING=waiting) as (_, url):
        first = got(url, "/slow?seconds=0")
        threads, heads = [], []

        def ask() -> None:
            heads.append(got(url, f"/held?folder={tmp_path}"))

        def statuses() -> Counter[int]:
            return Counter(status_of(whole) for whole in [*heads])

        def start(n: int) -> None:
            for _ in range(n):
                threads.append(threading.Thread(target=ask))
                threads[-1].start()

        start(THREADS)
        until(lambda: len([*tmp_path.glob("begun-*")]) == THREADS)
        start(waiting + more)
        until(lambda: statuses()[503] == more)
        # All that waits waits on: who is answered now has not waited for it.
        health, program = answer(f"{url}/healthz"), answer(f"{url}/api/v1/taxonomy")
        (tmp_path / "go-on").touch()
        for thread in threads:
            thread.join()

    assert status_of(first) == 200
    assert statuses() == {200: THREADS + waiting, 503: more}
    refused = next(whole for whole in heads if status_of(whole) == 503)
    assert b"\r\nRetry-After: 5\r\n" in refused
    assert b"More is asked for just now than can be answered" in refused
    assert health["code"] == 200
    assert (program["code"], program["status"]) == (503, 503)


def n_waiting(port: int) -> float:
    """How many requests wait for a thread, as the figures of a site tell."""
    return of(samples(read(f"http://127.0.0.1:{port}/metrics")), "kb_requests_waiting")


def is_answered(connection: socket.socket) -> bool:
    """Whether something has come, or the end."""
    asked = select.poll()  # select.select knows no file beyond the 1,024th, which a long run has
    asked.register(connection, select.POLLIN)
    return bool(asked.poll(0))


def test_the_figures_tell_how_many_requests_wait(settings, tmp_path):
    """Those that no thread has taken, of all workers: none before, and none after."""
    port = free_port()
    with slow_site(settings, metrics=str(port)) as (_, url), ExitStack() as held:
        assert n_waiting(port) == 0
        for _ in range(THREADS + 3):
            held.enter_context(connected(url)).sendall(asked(url, f"/held?folder={tmp_path}"))
        until(lambda: n_waiting(port) == 3)
        (tmp_path / "go-on").touch()
        until(lambda: n_waiting(port) == 0)


def test_who_waited_too_long_is_told_to_come_back(settings, tmp_path):
    """Behind an answer that took long nobody is answered who waited for longer than was said."""
    port = free_port()

    def n_begun() -> int:
        return len([*tmp_path.glob("begun-*")])

    with slow_site(settings, WAIT_S=1, metrics=str(port)) as (_, url), ExitStack() as held:

        def sent() -> socket.socket:
            one = held.enter_context(connected(url))
            one.sendall(asked(url, f"/held?folder={tmp_path}"))
            return one

        begun: list[socket.socket] = []
        while len(begun) < THREADS:
            one = sent()
            until(lambda one=one: n_begun() > len(begun) or is_answered(one))
            if not is_answered(one):  # as it is where a busy machine let it wait for so long
                begun.append(one)
        late = [sent() for _ in range(2 * THREADS)]
        until(lambda: n_waiting(port) == len(late))
        time.sleep(1.5)  # longer than they may wait
        (tmp_path / "go-on").touch()
        statuses = [status_of(one.makefile("rb").read()) for one in begun]
        refused = [one.makefile("rb").read() for one in late]

    assert statuses == [200] * THREADS
    assert [status_of(whole) for whole in refused] == [503] * (2 * THREADS)
    assert all(b"\r\nRetry-After: 5\r\n" in whole for whole in refused)


def test_a_worker_in_which_an_answer_hangs_is_replaced(settings, tmp_path):
    """Others get their answers, from this one or the next; the log names the pattern alone."""
    log = tmp_path / "log"
    with log.open("w") as file, slow_site(settings, WORK_S=5, log=file) as (process, url):
        got(url, "/slow?seconds=0")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        first = children.read_text().split()
        with connected(url) as hanging:
            hanging.sendall(asked(url, "/slow?seconds=600"))
            until(lambda: "takes the place" in log.read_text())
            until(lambda: children.read_text().split() not in (first, []))
            assert hanging.recv(100) == b""
        assert status_of(got(url, "/slow?seconds=0")) == 200

    said = log.read_text()
    assert "A request for /slow has been answered for more than 5 seconds" in said
    assert "seconds=600" not in said


@pytest.mark.parametrize("clients", [60, pytest.param(400, marks=pytest.mark.long)])
def test_the_end_loses_no_request(settings, clients):
    """SIGTERM under load: who has sent a request gets its answer, everybody else is refused."""
    answered, refused, other, stop = [], [], [], threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                with connected(url) as connection:
                    connection.sendall(asked(url, "/slow?seconds=0.02"))
                    whole = connection.makefile("rb").read()
                (answered if whole.endswith(b"done") else other).append(whole[:40])
            except ConnectionRefusedError:
                refused.append(url)
                return
            except OSError as error:
                other.append(repr(error))

    with slow_site(settings, workers=2) as (process, url):
        threads = [threading.Thread(target=ask) for _ in range(clients)]
        for thread in threads:
            thread.start()
        until(lambda: len(answered) >= clients)
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)
        for thread in threads:  # each goes on until it is refused, which it now is
            thread.join(60)
        stop.set()

    assert code == 0
    assert other == []
    assert len(refused) == clients


def test_a_request_on_a_kept_connection_is_answered_at_the_end(settings, tmp_path):
    """What is in work when the site ends is answered, and told that the connection ends too."""
    with slow_site(settings) as (process, url), connected(url) as connection:
        connection.sendall(asked(url, f"/held?folder={tmp_path}", more=""))
        until(lambda: [*tmp_path.glob("begun-*")])
        process.send_signal(signal.SIGTERM)
        until(lambda: not takes_connections(url))
        (tmp_path / "go-on").touch()
        whole = b"".join(iter(lambda: connection.recv(65536), b""))

    assert whole.endswith(b"done")
    assert b"\r\nConnection: close\r\n" in whole


#: The site, told to end while its second worker begins, which has no handler of its own yet.
ENDED_EARLY = """
import os, signal, sys, time
from kb.settings import read_settings
from web.app import create_app
from web.serving import server, worker

def told_at_once(arbiter, _):
    server.follow(arbiter, _)
    if arbiter.worker_age == 2:
        os.kill(os.getpid(), signal.SIGTERM)  # as the parent does, or systemd to all at once
        os.kill(os.getppid(), signal.SIGTERM)
        time.sleep(0.2)

def options(settings, given=server.options):
    return given(settings) | {"post_fork": told_at_once, "graceful_timeout": 600}

server.options = options
given = {"index": sys.argv[1], "model": sys.argv[2]}
server.run(read_settings({}, multilingual="off", port=0, **given), create_app)
"""


def test_a_worker_that_is_told_to_end_as_it_begins_ends(settings):
    """What comes before it can listen waits until it does; else it would be killed, much later."""
    done = subprocess.run(
        [sys.executable, "-c", ENDED_EARLY, str(settings.index), settings.model],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def takes_connections(url: str) -> bool:
    """Whether a site does still."""
    try:
        connected(url).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.mark.parametrize("switches", [3, pytest.param(30, marks=pytest.mark.long)])
def test_switches_under_load(toy_settings, switches):
    """While snapshots are switched no request fails; each worker follows, and does not go back."""
    snapshots = two_builds(toy_settings)
    seen, stop = [], threading.Event()

    def ask() -> None:
        while not stop.is_set():
            begun = turn[0]
            found = answer(f"{url}/api/v1/search?q=train")
            seen.append((found["code"], found.get("snapshot"), begun))

    turn, late = [-1], []
    with serving(toy_settings) as (process, url):
        site = Site(toy_settings, *snapshots, process, url)
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for n in range(switches):
            now = snapshots[n % 2]
            set_current(toy_settings.index, now)
            until(lambda now=now: site.all_serve(now))
            turn[0] = n  # what is asked from here on is answered from the new one
            n_seen = len(seen)
            until(lambda n_seen=n_seen: len(seen) >= n_seen + 20)
            late += [one for one in seen if one[2] == n and one[1] != now]
        stop.set()
        for thread in threads:
            thread.join()

    assert {code for code, *_ in seen} == {200}
    assert {snapshot for _, snapshot, _ in seen} == set(snapshots)
    assert late == []


def test_a_socket_that_takes_no_filter_keeps_nobody_from_ending(caplog):
    """A kernel may refuse it to a user without rights: that is told, and the end goes on."""
    lock_filter = 44  # SO_LOCK_FILTER of <asm-generic/socket.h>: from then on it is refused
    with socket.create_server(("127.0.0.1", 0)) as one:
        one.setsockopt(socket.SOL_SOCKET, lock_filter, 1)
        turn_away([one])

    assert caplog.messages == [
        "Who connects in the last moment may be cut off: no filter "
        "([Errno 1] Operation not permitted)"
    ]
