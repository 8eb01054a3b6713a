"""The production server: one process with workers, over a real socket."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace
from typing import IO
from urllib.parse import urlsplit

import pytest

from kb.indexing.pipeline import build
from kb.settings import Settings, read_settings
from kb.snapshots.store import set_current
from tests.waiting import until
from web.app import create_app
from web.serving.server import Server, catch_up, options
from web.serving.worker import BufferingWorker

ROOT = Path(__file__).parents[3]


def raw(url: str, request: bytes) -> bytes:
    """Send bytes to the server and read until it closes."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(request)
        chunks = []
        while chunk := connection.recv(65536):
            chunks.append(chunk)
    return b"".join(chunks)


@pytest.mark.parametrize(("host", "bind"), [("127.0.0.1", "127.0.0.1:8000"), ("::1", "[::1]:8000")])
def test_bind(host, bind):
    """An address of either kind is understood."""
    assert options(read_settings({}, host=host))["bind"] == bind


def test_configuration():
    """Workers fork from a loaded parent, and nothing is left in the home folder."""
    cfg = Server(read_settings({}, workers=3), create_app).cfg
    assert (cfg.workers, cfg.preload_app, cfg.worker_class) == (3, True, BufferingWorker)
    assert (cfg.control_socket_disable, cfg.accesslog) == (True, None)


def test_serves_the_real_compendium(real_server_url):
    """Home answers over a real socket."""
    with urllib.request.urlopen(real_server_url, timeout=60) as response:
        assert response.status == 200
        assert b"What networks reported" in response.read()


def test_one_line_and_a_clean_end(real_settings):
    """The server prints its real address, and stops on a signal without a word."""
    command = [sys.executable, "-m", "web", "serve", "--index", str(real_settings.index)]
    with subprocess.Popen(
        [*command, "--port", "0", "--workers", "2"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            line = process.stdout.readline()
            url = line.split()[-1]
            with urllib.request.urlopen(f"{url}/healthz", timeout=60) as response:
                assert response.status == 200
            process.terminate()
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()  # else a test that fails would wait for ever
    assert line == f"Serving the compendium on {url}\n"
    assert urlsplit(url).port > 0
    assert (process.returncode, out, err) == (0, "", "")


@dataclass(frozen=True, slots=True)
class Site:
    """A running site over a toy compendium of two snapshots; the newer one is served."""

    settings: Settings
    old: str
    new: str
    process: subprocess.Popen
    url: str

    def workers(self) -> list[int]:
        """The ids of the worker processes."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        found: list[int] = []
        for task in tasks.iterdir():
            with suppress(FileNotFoundError):  # a thread that ended meanwhile has no children
                found += map(int, (task / "children").read_text().split())
        return sorted(found)

    def asked(self, worker: int, path: str = "/readyz") -> dict:
        """What one worker answers: the others are held while it is asked."""
        others = [other for other in self.workers() if other != worker]
        tell_all(others, signal.SIGSTOP)
        try:
            return answer(f"{self.url}{path}")
        finally:
            tell_all(others, signal.SIGCONT)

    def all_serve(self, snapshot_id: str) -> bool:
        """Whether two workers live, and each answers from this snapshot."""
        workers = self.workers()
        return len(workers) == 2 and all(
            self.asked(worker)["snapshot"] == snapshot_id for worker in workers
        )


def tell_all(processes: Iterable[int], sign: signal.Signals) -> None:
    """Send a signal to processes, of which some may have ended meanwhile."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, sign)


def answer(url: str) -> dict:
    """The JSON of an answer, whatever its status."""
    try:
        with urllib.request.urlopen(url, timeout=60) as response:
            return json.load(response) | {"code": response.status}
    except urllib.error.HTTPError as err:
        return json.load(err) | {"code": err.code}


@contextmanager
def serving(
    settings: Settings, *, workers: int = 2, log: IO[str] | int = subprocess.DEVNULL
) -> Iterator[tuple[subprocess.Popen, str]]:
    """A server in a process of its own, and its address."""
    arguments = ["--index", str(settings.index), "--port", "0", "--workers", str(workers)]
    process = subprocess.Popen(
        [sys.executable, "-m", "web", "serve", *arguments],
        cwd=ROOT,
        env={**os.environ, "KB_MODEL": settings.model, "KB_MULTILINGUAL": "off"},
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        yield process, process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_what_it_builds_first_is_built_with_the_options_too(toy_settings):
    """An option wins over the environment in the process that builds, as in the one that serves."""
    folders = ["--cases", str(toy_settings.cases), "--index", str(toy_settings.index)]
    process = subprocess.Popen(
        [sys.executable, "-m", "web", "serve", *folders, "--port", "0", "--workers", "1"],
        cwd=ROOT,
        env={
            **os.environ,
            "KB_MODEL": toy_settings.model,
            "KB_MULTILINGUAL": "off",
            "KB_PORT": "none",
            "KB_WORKERS": "none",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        url = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{url}/readyz", timeout=60) as answer:
            assert json.load(answer)["status"] == "ready"
    finally:
        process.terminate()
        process.communicate(timeout=60)


def two_builds(settings: Settings) -> tuple[str, str]:
    """Build, change a case, build again: the ids of both snapshots."""
    old = build(settings).snapshot_id
    path = settings.cases / "spain" / "textile-training.md"
    path.write_text(path.read_text().replace("status: cautionary", "status: mixed"))
    return old, build(settings).snapshot_id


@pytest.fixture(name="site")
def _site(toy_settings: Settings) -> Iterator[Site]:
    old, new = two_builds(toy_settings)
    with serving(toy_settings) as (process, url):
        site = Site(toy_settings, old, new, process, url)
        until(lambda: len(site.workers()) == 2)
        yield site


def test_all_workers_follow_a_switch(site):
    """Each worker has the new snapshot soon without being asked, or when it is asked first.

    A worker that is replaced starts from it, be it killed or told to end by SIGHUP.
    """
    workers = site.workers()
    before = [site.asked(worker)["snapshot"] for worker in workers]
    # Who is asked looks: so each is asked once after a switch. A busy machine may need longer.
    for now, seconds in zip(cycle((site.old, site.new)), (1, 2, 4, 8, 16), strict=False):
        set_current(site.settings.index, now)
        time.sleep(seconds)
        unasked = [site.asked(worker)["snapshot"] for worker in workers]
        if unasked == [now] * 2:
            break
    (then,) = {site.old, site.new} - {now}
    for _ in range(8):  # what is asked first waits for 0.9 seconds, which a busy machine exceeds
        set_current(site.settings.index, then)
        first = [site.asked(worker, "/api/v1/cases")["snapshot"] for worker in workers]
        if first == [then] * 2:
            break
        set_current(site.settings.index, now)
        until(lambda: site.all_serve(now))
    set_current(site.settings.index, now)
    os.kill(workers[0], signal.SIGKILL)
    until(lambda: len(site.workers()) == 2 and workers[0] not in site.workers())
    (replaced,) = set(site.workers()) - set(workers)
    after_kill = site.asked(replaced)["snapshot"]
    until(lambda: site.all_serve(now))
    set_current(site.settings.index, then)
    site.process.send_signal(signal.SIGHUP)
    until(lambda: len(site.workers()) == 2 and not {replaced, workers[1]} & set(site.workers()))
    after_hup = [site.asked(worker)["snapshot"] for worker in site.workers()]

    assert len(workers) == 2
    assert before == [site.new] * 2
    assert unasked == [now] * 2
    assert first == [then] * 2
    assert after_kill == now
    assert after_hup == [then] * 2


def test_a_worker_is_forked_from_what_is_current_by_then(toy_settings):
    """The parent, whom nobody asks, opens what is served before it forks a worker."""
    old, new = two_builds(toy_settings)
    server = Server(toy_settings, create_app)
    server.live.refresh()
    before = server.live.status().snapshot_id
    set_current(toy_settings.index, old)

    catch_up(SimpleNamespace(app=server), None)

    assert (before, server.live.status().snapshot_id) == (new, old)


def test_a_build_beside_a_serving_site_is_never_seen_half(site):
    """While builds are forced and switched, every answer is whole and from what was served."""
    path = "/api/v1/search?q=train"
    seen: list[tuple[int, str, tuple[str, ...]]] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            found = answer(f"{site.url}{path}")
            ids = tuple(hit["id"] for hit in found["hits"])
            seen.append((found["code"], found["snapshot"], ids))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    served = [site.new] + [build(site.settings, force=True).snapshot_id for _ in range(3)]
    until(lambda: bool(seen) and seen[-1][1] == served[-1])
    until(lambda: site.all_serve(served[-1]))
    stop.set()
    for thread in threads:
        thread.join()

    training = ("spain/textile-training",)
    assert len(set(served)) == 4
    assert {(code, ids) for code, _, ids in seen} == {(200, training)}
    assert {snapshot_id for _, snapshot_id, _ in seen} <= set(served)


@pytest.mark.parametrize(
    "name", ["engine/vectors/passages.faiss", "records/cases.jsonl", "encoder/model.onnx"]
)
def test_a_damaged_snapshot_does_not_take_the_site_down(toy_settings, tmp_path, name):
    """A site that starts over one flipped byte serves what was served before, and says so."""
    old, new = two_builds(toy_settings)
    path = toy_settings.index / new / name
    data = path.read_bytes()
    path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])

    log = tmp_path / "log"
    with log.open("w") as file, serving(toy_settings, log=file) as (_, url):
        ready, health = answer(f"{url}/readyz"), answer(f"{url}/healthz")
        page = answer(f"{url}/api/v1/cases")

    assert ready["trouble"].startswith(f"KB_INDEX/{new}/{name} ")
    assert ready == {
        "code": 200,
        "status": "ready",
        "snapshot": old,
        "fallback": True,
        "trouble": ready["trouble"],
    }
    told = {"status": "degraded", "snapshot": old, "trouble": ready["trouble"]}
    assert health == {"code": 200, **told}
    assert (page["code"], page["snapshot"]) == (200, old)
    trouble = ready["trouble"].replace("KB_INDEX", str(toy_settings.index))
    assert f"{trouble} Meanwhile snapshot {old} is served.\n" in log.read_text()


def test_what_is_damaged_while_it_is_served_is_found(site):
    """After SIGHUP, and where a worker died, every byte is read again.

    What is damaged is served no more; what was mended is.
    """
    path = site.settings.index / site.new / "engine" / "documents" / "columns.json"
    data = path.read_bytes()

    path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    before = site.all_serve(site.new)
    os.kill(site.workers()[0], signal.SIGBUS)
    until(lambda: site.all_serve(site.old))
    damaged = [site.asked(worker) for worker in site.workers()]
    path.write_bytes(data)
    site.process.send_signal(signal.SIGHUP)
    until(lambda: site.all_serve(site.new))
    mended = [site.asked(worker) for worker in site.workers()]
    path.write_bytes(data[:-9])
    site.process.send_signal(signal.SIGHUP)
    until(lambda: site.all_serve(site.old))

    assert before
    assert [(one["fallback"], one["trouble"].split(": ")[0]) for one in damaged] == [
        (True, f"KB_INDEX/{path.relative_to(site.settings.index)} was altered")
    ] * 2
    assert [(one["fallback"], one["trouble"]) for one in mended] == [(False, None)] * 2


def test_without_a_sound_snapshot_the_site_is_not_ready(toy_settings):
    """With nothing to answer from, both say so with 503 and what to do, until there is."""
    message = "There is no index in KB_INDEX yet. Run 'kb build', or 'kb snapshots --import FILE'."

    with serving(toy_settings, workers=1) as (_, url):
        ready, health = answer(f"{url}/readyz"), answer(f"{url}/healthz")
        built = build(toy_settings).snapshot_id
        until(lambda: answer(f"{url}/readyz")["code"] == 200)
        later = answer(f"{url}/readyz")

    assert ready == {
        "code": 503,
        "status": "unavailable",
        "snapshot": None,
        "fallback": False,
        "trouble": message,
    }
    del ready["fallback"]
    assert health == ready
    assert (later["status"], later["snapshot"]) == ("ready", built)


def test_a_site_with_nothing_says_so_where_it_listens(toy_settings, tmp_path):
    """A folder that was mistyped, say: it goes on waiting, and does not say that it serves."""
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "web", "serve", "--port", "0", "--workers", "1"],
            env={**os.environ, "KB_INDEX": str(toy_settings.index), "KB_MULTILINGUAL": "off"},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            line = process.stdout.readline()
        finally:
            process.terminate()
            process.communicate(timeout=60)

    url = line.split()[-1]
    assert line == (
        "Nothing is served until there is a snapshot in KB_INDEX "
        f"({toy_settings.index}); listening on {url}\n"
    )
    assert urlsplit(url).port > 0
    assert (
        f"There is no index in {toy_settings.index} yet. "
        "Run 'kb build', or 'kb snapshots --import FILE'. Meanwhile nothing is "
        "served.\n"
    ) in (tmp_path / "log").read_text()


def test_very_long_query_gets_our_page(real_server_url):
    """A query of ten thousand letters gets the page that says what is allowed."""
    request = (
        b"GET /search?q=" + b"a" * 10_000 + b" HTTP/1.1\r\n"
        b"Host: localhost\r\nConnection: close\r\n\r\n"
    )
    answer = raw(real_server_url, request)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Your text may have at most 1,000 characters, not 10,000." in answer


def test_bytes_that_are_no_text(real_server_url):
    """Broken UTF-8 in a query is answered and not a fault."""
    request = b"GET /search?q=%ff%fe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert raw(real_server_url, request).startswith(b"HTTP/1.1 200 ")
