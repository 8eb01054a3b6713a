"""The site as a server: what it answers in a second, and beside whom.

    python benchmarks/serving.py INDEX [--seconds 10] [--only rates,slow,walk,fuzz] [--fuzz 20000]

INDEX is a folder of built snapshots; nothing in it is changed. Asks a server of two workers on
this machine, from this process. Every figure stands beside one that was taken in the same run:

- distinct queries at 8, 32 and 128 connections, beside two processes that only encode queries and
  look through all vectors (a flat index);
- one page again and again, beside distinct queries;
- a client of pages beside 2,000 slow clients, and without them;
- addresses of one facet after the other, as crawlers walk them;
- requests with addresses, methods, heads and bodies made by chance.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from at_scale.queries import QUERIES, percentile

ROOT = Path(__file__).parent.parent
WORKERS, CONNECTIONS = 2, (8, 32, 128)
SLOW = 2_000
#: Seconds: no request that is made by chance should take longer.
MOST_S = 1.0
WORDS = sorted({word for query in QUERIES for word in query.split()})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--only", default="rates,slow,walk,fuzz")
    parser.add_argument("--fuzz", type=int, default=20_000)
    given = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(16_384, hard), hard))
    print(f"load of the machine at the start: {_load()}")
    for name in given.only.split(","):
        with site(given.index) as port:
            MEASURES[name](port, given)
    print(f"load of the machine at the end: {_load()}")


def _load() -> str:
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


@contextmanager
def site(index: Path) -> Iterator[int]:
    """A server over an index, asked before by each connection that is measured; its port."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    command = [sys.executable, "-m", "web", "serve", "--index", str(index), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--workers", str(WORKERS)],
        cwd=ROOT,
        env={**environ, "KB_CLIENT_RATE": "0", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = int(process.stdout.readline().rpartition(":")[2])
        load(port, 8, 5, distinct("/search?q=", seed=1))
        yield port
    finally:
        process.terminate()
        process.wait(60)


@dataclass(slots=True)
class Told:
    """What came of some load: seconds of each answer, their statuses, and how long it was."""

    times: list[float] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    seconds: float = 0.0
    worst: tuple[float, str] = (0.0, "")

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return len(self.times) / self.seconds

    def __str__(self) -> str:
        p50, p95, p99 = (1000 * percentile(self.times, share) for share in (0.5, 0.95, 0.99))
        failed = {str(status): n for status, n in self.statuses.items() if status != 200}
        return (
            f"{self.rate:7.1f}/s  p50 {p50:6.1f}  p95 {p95:6.1f}  p99 {p99:6.1f} ms  "
            f"p99/p50 {p99 / p50:4.1f}  other than 200: {failed or 'none'}"
        )


def load(port: int, connections: int, seconds: float, paths: Iterator[str]) -> Told:
    """Ask for paths for so long, one after the other on each of the connections."""
    told, asked = Told(), {}
    waiting = selectors.DefaultSelector()
    begun = time.perf_counter()

    def ask(connection: socket.socket) -> None:
        path = next(paths)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        asked[connection] = [time.perf_counter(), bytearray(), -1, path]

    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting.register(connection, selectors.EVENT_READ)
        ask(connection)
    while asked:
        for key, _ in waiting.select(timeout=30):
            connection = key.fileobj
            one = asked[connection]
            data = connection.recv(262_144)
            one[1] += data
            if one[2] < 0 and (end := one[1].find(b"\r\n\r\n")) >= 0:
                head = bytes(one[1][:end]).lower()
                length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
                one[2] = end + 4 + int(length or 0)
            if data and (one[2] < 0 or len(one[1]) < one[2]):
                continue
            now = time.perf_counter()
            told.times.append(now - one[0])
            told.worst = max(told.worst, (now - one[0], one[3]))
            told.statuses[int(one[1][9:12]) if data else "closed"] += 1
            del asked[connection]
            if now - begun < seconds and data:
                ask(connection)
            else:
                waiting.unregister(connection)
                connection.close()
    told.seconds = time.perf_counter() - begun
    return told


def distinct(before: str, seed: int = 0) -> Iterator[str]:
    """Addresses with queries of a few words each, none of them twice."""
    chance, seen = random.Random(seed), set()
    while True:
        words = tuple(chance.sample(WORDS, chance.randint(3, 6)))
        if words not in seen:
            seen.add(words)
            yield before + quote(" ".join(words))


def again(path: str) -> Iterator[str]:
    """One address, without end."""
    while True:
        yield path


def rates(port: int, given: argparse.Namespace) -> None:
    """Distinct queries beside bare encoders, and a page that was asked for before."""
    print(f"\n{'what':44} {'rate and times':70} of bare encoders")
    for name, path in (("/search", "/search?q="), ("/api/v1/search", "/api/v1/search?q=")):
        for connections in CONNECTIONS:
            before = bare(given.index, given.seconds / 2)
            told = load(port, connections, given.seconds, distinct(path, seed=connections))
            beside = (before + bare(given.index, given.seconds / 2)) / 2
            print(
                f"{name}, {connections} connections".ljust(44), told, f"  {told.rate / beside:.2f}"
            )
            print(f"  bare encoders and a flat index {beside:6.1f}/s")
    searched = load(port, 8, given.seconds, distinct("/search?q=", seed=9))
    kept = load(port, 8, given.seconds, again("/search?q=" + quote(QUERIES[0])))
    print(
        "one page of /search again and again".ljust(44),
        kept,
        f"  {kept.rate / searched.rate:.1f} times",
    )


def bare(index: Path, seconds: float) -> float:
    """Queries a second of two processes that encode them and look through all vectors."""
    with multiprocessing.get_context("spawn").Pool(
        WORKERS, initializer=_prepare, initargs=(index,)
    ) as pool:
        pool.map(_encode, [1.0] * WORKERS, chunksize=1)
        return sum(pool.map(_encode, [seconds] * WORKERS, chunksize=1)) / seconds


def _prepare(index: Path) -> None:
    import faiss
    import numpy as np

    from kb.search.opening import open_current
    from kb.settings import read_settings

    searcher = open_current(read_settings({}, index=index))
    both = [searcher.encoders.query] + [one for one in (searcher.encoders.multilingual,) if one]
    flat = []
    for encoder in both:
        vector = encoder.encode_query("wine")
        flat.append(faiss.IndexFlatIP(len(vector)))
        n = 10 * len(searcher.cases)
        flat[-1].add(np.random.default_rng(0).random((n, len(vector)), dtype=np.float32))
    _prepared.extend(zip(both, flat, strict=True))


_prepared: list = []


def _encode(seconds: float) -> int:
    n, end = 0, time.perf_counter() + seconds
    queries = distinct("", seed=os.getpid())
    while time.perf_counter() < end:
        query = next(queries).replace("%20", " ")
        for encoder, flat in _prepared:
            flat.search(encoder.encode_query(query)[None], 10)
        n += 1
    return n


def slow(port: int, given: argparse.Namespace) -> None:
    """A client of pages and searches, alone and beside slow clients."""

    def pages() -> Iterator[str]:
        queries = distinct("/search?q=", seed=3)
        while True:
            yield next(queries)
            yield "/browse"

    alone = load(port, 2, given.seconds, pages())
    part = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
    form = b"POST /contribute/check HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n"
    held = [socket.create_connection(("127.0.0.1", port)) for _ in range(SLOW)]
    for n, connection in enumerate(held):
        connection.sendall((part, form, b"")[n % 3])
    stop = threading.Event()
    trickling = threading.Thread(target=trickle, args=(held, stop))
    trickling.start()
    beside = load(port, 2, given.seconds, pages())
    stop.set()
    trickling.join()
    for connection in held:
        connection.close()
    ratio = percentile(beside.times, 0.95) / percentile(alone.times, 0.95)
    print("\nclient alone".ljust(45), alone)
    print(f"beside {SLOW} slow and idle clients".ljust(44), beside, f"  p95 {ratio:.2f} times")


def trickle(held: list[socket.socket], stop: threading.Event) -> None:
    """Send a byte on two of three connections, on each every five seconds."""
    while not stop.is_set():
        for n, connection in enumerate(held):
            if stop.wait(5 / SLOW):
                return
            if n % 3 != 2:
                with suppress(OSError):  # the site has closed it
                    connection.send(b"a")


def walk(port: int, given: argparse.Namespace) -> None:
    """Every value of every facet, alone and in pairs, as crawlers follow the links of filters."""
    import json
    import urllib.request

    found = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/search"))
    values = [
        f"{name}={quote(str(one['value']))}"
        for name, facet in found["facets"].items()
        for one in facet
    ]
    chance = random.Random(0)

    def paths() -> Iterator[str]:
        while True:
            yield "/search?" + "&".join(chance.sample(values, chance.randint(1, 6)))

    queries = load(port, 8, given.seconds, distinct("/search?q=", seed=5))
    walked = load(port, 8, given.seconds, paths())
    print("\ndistinct queries".ljust(45), queries)
    print(f"walk over {len(values)} values of facets".ljust(44), walked)


def fuzz(port: int, given: argparse.Namespace) -> None:
    """Requests made by chance: statuses, and the slowest."""
    chance, statuses, slowest = random.Random(7), Counter(), []
    lock, left = threading.Lock(), iter(range(given.fuzz))

    def ask() -> None:
        while True:
            with lock:
                if next(left, None) is None:
                    return
                request = made_by_chance(chance)
            begun = time.perf_counter()
            answer = answer_to(port, request)
            took = time.perf_counter() - begun
            with lock:
                kind = (
                    answer[9:12].decode() if answer.startswith(b"HTTP/") else answer[:40].decode()
                )
                statuses[kind or "closed without an answer"] += 1
                slowest.append((took, request[:120]))
                if kind.startswith("5"):
                    print(f"  {kind}: {request[:300]!r}")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slowest.sort(reverse=True)
    print(f"\n{given.fuzz} requests made by chance: {dict(sorted(statuses.items()))}")
    n_slow = sum(took > MOST_S for took, _ in slowest)
    print(f"  {n_slow} took longer than {MOST_S:.0f} s")
    for took, request in slowest[: max(n_slow, 5)]:
        print(f"  {took:.2f} s  {request!r}")


def answer_to(port: int, request: bytes) -> bytes:
    """All that comes for a request that stands alone, or what went wrong."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return connection.makefile("rb").read()
    except OSError as error:
        return type(error).__name__.encode()


_PATHS = (
    *(
        "/",
        "/search",
        "/role-models",
        "/outcomes",
        "/compare",
        "/cases/norway/graphic-arts",
        "/browse",
    ),
    *(
        "/api/v1/search",
        "/api/v1/role-models",
        "/api/v1/outcomes",
        "/api/v1/compare",
        "/api/v1/cases",
    ),
    *(
        "/api/v1/suggestions",
        "/opensearch/suggestions",
        "/oai",
        "/unapi",
        "/packs/open",
        "/mcp",
        "/healthz",
    ),
    *("/search.atom", "/search.bib", "/outcomes.csv", "/atlas", "/self-check", "/contribute/case"),
)
_NAMES = (
    *(
        "q",
        "country",
        "type",
        "project",
        "sector",
        "results",
        "page",
        "per_page",
        "sort",
        "exact",
        "id",
    ),
    *(
        "business",
        "aim",
        "size",
        "partners",
        "all_of",
        "results_min",
        "decade",
        "verb",
        "list",
        "format",
    ),
)
_VALUES = (
    *(
        "wine",
        "NO",
        "exporting",
        "1",
        "-1",
        "9" * 50,
        "nan",
        "horizontal",
        "true",
        "",
        "null",
        "ListRecords",
    ),
    *(
        "norway/graphic-arts",
        "Möbel",
        "%00",
        "%ff%fe",
        "\u202e",
        "a" * 1000,
        "x " * 400,
        "'\"><b>",
        "../..",
        "😀" * 99,
    ),
)


def made_by_chance(chance: random.Random) -> bytes:
    """One request: mostly well formed, of names and values that mean something here, or not."""
    kind = chance.random()
    path = chance.choice(_PATHS)
    if kind < 0.15:
        path = "/" + "".join(chance.choice("abc/.-_%@~é\t") for _ in range(chance.randint(0, 60)))
    n = chance.choice((0, 1, 2, 3, 8, 40, 499, 700)) if kind < 0.9 else 1
    if n > 8:
        name = chance.choice(_NAMES)
        pairs = [f"{name}={chance.choice(_VALUES)[:9]}{chance.randint(0, 99)}" for _ in range(n)]
    else:
        pairs = [f"{chance.choice(_NAMES)}={_value(chance)}" for _ in range(n)]
    target = path + ("?" + "&".join(pairs) if pairs else "")
    if kind < 0.85:
        target = quote(target, safe="/?&=%")
    method = chance.choices(("GET", "HEAD", "POST", "PUT", "get", "\x00"), (90, 4, 3, 1, 1, 1))[0]
    body = (
        bytes(chance.randrange(256) for _ in range(chance.choice((0, 10, 3000))))
        if method == "POST"
        else b""
    )
    more = chance.choice(
        ("", "Accept: */*\r\n", "Range: bytes=0-1\r\n", "If-None-Match: *\r\n", "X: é\r\n")
    )
    if body:
        more += f"Content-Length: {len(body)}\r\n"
    return f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode() + body


def _value(chance: random.Random) -> str:
    if chance.random() < 0.7:
        return chance.choice(_VALUES)
    letters = "abcdefghijklmnopqrstuvwxyzäß 0123456789,.;:-_#+*~'\"<>|%&/()=?"
    return "".join(chance.choice(letters) for _ in range(chance.choice((5, 50, 900))))


MEASURES: dict[str, Callable[[int, argparse.Namespace], None]] = {
    "rates": rates,
    "slow": slow,
    "walk": walk,
    "fuzz": fuzz,
}

if __name__ == "__main__":
    main()
