"""What files cost: setting 20 documents, sending one that is kept, and the site beside 24 of them.

    python benchmarks/exports.py INDEX

INDEX is a folder of built snapshots. Prints the time that the typesetter alone takes on the
finished source of 20 documents, and that of the whole way through the queue; a kept file beside a
static one; and the slowest answer of /healthz while 24 flyers are asked for at once.
"""

from __future__ import annotations

import multiprocessing
import statistics
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from kb.answers.addresses import Addresses
from kb.answers.serialise import to_json
from kb.exports import pdf
from kb.exports.document import Document
from kb.exports.gather import item_of
from kb.exports.making import FOLDER, Making
from kb.exports.typeset import typeset
from kb.search.opening import LiveSearcher
from kb.settings import read_settings
from web import create_app

ITEMS, FLYERS, ROUNDS = 20, 24, 200


def main(index: Path) -> None:
    """Measure and print."""
    live = LiveSearcher(index, min_score=0.3)
    searcher = live.current()
    cases = [case for _, case in zip(range(10_000), searcher.cases, strict=False)]
    some = (cases * ITEMS)[:ITEMS]
    items = tuple(
        item_of(case, searcher.compendium.references, searcher.taxonomy, Addresses())
        for case in some
    )
    document = Document(title="Twenty", items=items, site="Compendium")
    source = pdf.source(document)
    begun = time.perf_counter()
    typeset(pdf.TEMPLATE, source)
    alone = time.perf_counter() - begun
    with TemporaryDirectory() as folder:
        files, given = Making(Path(folder)), to_json(document)
        begun = time.perf_counter()
        key = files.key("pdf", given)
        files.ask(key, given)
        files.wait(key, 120)
        whole = time.perf_counter() - begun
    print(f"PDF of {ITEMS}: typesetter {alone:.2f} s, whole way {whole:.2f} s: {whole / alone:.2f}")

    client = create_app(live, read_settings({}, index=index)).test_client()
    case_id = next(case.id for case in cases if not case.is_guide)
    address = f"/cases/{case_id}.pdf"
    while client.get(address).status_code == 202:
        time.sleep(0.2)
    kept, static = _median(client, address), _median(client, "/static/favicon.svg")
    print(f"kept file {kept:.2f} ms, static file {static:.2f} ms: {kept / static:.2f}")
    _beside(index, [case.id for case in cases if not case.is_guide])


def _median(client: object, address: str) -> float:
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        with client.get(address) as answer:
            answer.get_data()
        times.append(time.perf_counter() - begun)
    return 1000 * statistics.median(times)


def _beside(index: Path, case_ids: list[str]) -> None:
    """The site under gunicorn: /healthz while flyers are asked for, each not made before."""
    command = [sys.executable, "-m", "web", "serve", "--index", str(index), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    base = server.stdout.readline().split()[-1]
    kept = index / FOLDER / "done"
    for path in kept.glob("*"):
        path.unlink()
    # In a process of its own: beside two dozen threads it would measure their waits as well.
    ours, theirs = multiprocessing.Pipe()
    watcher = multiprocessing.get_context("spawn").Process(target=_watch, args=(base, theirs))
    watcher.start()
    ours.recv()
    asked = [
        f"{base}/{kind}/{case_id}.pdf" for case_id in case_ids for kind in ("flyers", "cases")
    ][:FLYERS]
    begun = time.perf_counter()
    with ThreadPoolExecutor(FLYERS) as pool:
        waits = list(pool.map(_until_made, asked))
    ours.send("end")
    slow = ours.recv()
    watcher.join()
    server.terminate()
    server.wait()
    print(
        f"{len(waits)} files at once: all there after {time.perf_counter() - begun:.1f} s; "
        f"/healthz median {1000 * statistics.median(slow):.0f} ms, "
        f"slowest {1000 * max(slow):.0f} ms of {len(slow)}"
    )


def _watch(base: str, told: Connection) -> None:
    """Ask for /healthz until told to end; then tell how long each answer took, in seconds."""
    times: list[float] = []
    while not told.poll():
        begun = time.perf_counter()
        urllib.request.urlopen(f"{base}/healthz").read()
        times.append(time.perf_counter() - begun)
        if len(times) == 1:
            told.send("begun")
        time.sleep(0.02)
    told.send(times[1:])


def _until_made(address: str) -> float:
    begun = time.perf_counter()
    while urllib.request.urlopen(address).status == 202:
        time.sleep(0.5)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(Path(sys.argv[1]))
