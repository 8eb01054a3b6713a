"""Figures for Prometheus: true over all workers, whatever becomes of one."""

import math
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from itertools import pairwise
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from kb.errors import SettingError
from kb.settings import read_settings
from tests.ports import free_port
from tests.waiting import until
from web.core.told import FOUND
from web.serving.counts import BUCKETS, CLASSES, Counts
from web.serving.metrics import COUNTER, FIGURES, HISTOGRAM, MetricsServer
from web.serving.observed import Answered, Observed
from web.serving.server import metrics_server

ROOT = Path(__file__).parents[3]
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    """Every value by its name and its labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float:
    """The sum of what has a name and labels."""
    return sum(
        value
        for (its, has), value in found.items()
        if its == name and labels.items() <= dict(has).items()
    )


def answered(**given: object) -> Answered:
    """A request, as it is told."""
    plain = {
        "request_id": "1",
        "method": "GET",
        "route": "/search",
        "status": 200,
        "seconds": 0.02,
        "sent": 10,
        "snapshot": "",
        "outcome": "",
        "client": "",
        "waited": 0.0,
        "kept": False,
    }
    return Answered(**plain | given)


def read(url: str, accept: str = "text/plain") -> str:
    """What Prometheus gets."""
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def test_counts_are_those_of_a_slow_count():
    """Every request is counted once in each figure that it belongs to."""
    counts = Counts(["/search", "/about"], workers=2)
    told = [
        answered(waited=0.5),
        answered(seconds=0.005, outcome=FOUND, waited=0.25, kept=True),
        answered(route="/about", method="HEAD", status=304, sent=0),
        answered(route="/about", status=429, seconds=math.nextafter(0.1, 1)),
        answered(route="/elsewhere", method="other", status=404, seconds=60),
    ]
    for one in told:
        counts.begins()
        counts.ends(one)
    counts.begins()

    total, (worker,) = counts.total(), counts.workers()
    routes = ("/about", "/search", "unknown")
    assert counts.routes == routes
    assert total["requests"].sum() == len(told)
    assert [total["requests"][at].sum() for at in range(3)] == [2, 2, 1]
    assert total["times"].sum(axis=0).tolist() == [
        sum(low < one.seconds <= high for one in told)
        for low, high in zip((-1, *BUCKETS), BUCKETS, strict=False)
    ]
    assert total["seconds"].sum() == pytest.approx(sum(one.seconds for one in told))
    assert (total["sent"], total["refused"].sum(), total["searches"].sum()) == (40, 1, 1)
    assert (total["waited"], total["kept"]) == (0.75, 1)
    assert (worker.pid, worker.in_progress, total["starts"]) == (os.getpid(), 1, 1)


def test_a_refusal_is_no_fault():
    """503 is a class of its own, so that an alert of faults counts none of them."""
    counts = Counts(["/search"], workers=1)
    for status in (500, 503, 503, 504, 999):
        counts.begins()
        counts.ends(answered(status=status))

    by_class = dict(zip(CLASSES, counts.total()["requests"].sum(axis=(0, 1)), strict=True))

    assert by_class == {"1xx": 0, "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 3, "503": 2}


def _count(counts: Counts, n: int, ready, go) -> None:
    for _ in range(n):
        counts.begins()
        counts.ends(answered())
    ready.release()
    go.wait(60)


def test_a_process_that_was_killed_leaves_its_counts():
    """What processes count adds up; the next one goes on where one was killed, and none is lost.

    However many come and go, no more is kept than at first.
    """
    fork = multiprocessing.get_context("fork")
    counts = Counts(["/search"], workers=2)
    seen = []
    for turn in range(8):
        ready, go = fork.Semaphore(0), fork.Event()
        started = [
            fork.Process(target=_count, args=(counts, 5, ready, go)) for _ in range(1 + turn % 3)
        ]
        for one in started:
            one.start()
        for _ in started:
            ready.acquire()
        alive = sorted(worker.pid for worker in counts.workers())
        assert alive == sorted(one.pid for one in started)
        for one in started:
            one.kill()
            one.join()
        seen.append(counts.total()["requests"].sum())
        assert counts.workers() == []

    n_started = sum(1 + turn % 3 for turn in range(8))
    assert seen == [5 * sum(1 + one % 3 for one in range(turn + 1)) for turn in range(8)]
    assert counts.total()["starts"] == n_started
    assert len(counts._rows) == 6


def test_more_processes_than_rows_are_still_counted():
    """Where more live than there should be, the last row takes them all."""
    fork = multiprocessing.get_context("fork")
    counts = Counts(["/search"], workers=1)
    go, started = fork.Event(), []
    for _ in range(6):
        ready = fork.Semaphore(0)
        started.append(fork.Process(target=_count, args=(counts, 2, ready, go)))
        started[-1].start()
        ready.acquire()
    total = counts.total()["requests"].sum()
    go.set()
    for one in started:
        one.join()

    assert total == 12


def test_every_figure_is_told(toy_app, settings):
    """Each figure that is documented is exposed under its name, with its labels and its kind.

    Both formats of the library can be read, and what is counted stands in them.
    """
    server = MetricsServer(read_settings({}, index=settings.index, metrics_port=free_port()))
    counts = server.counts(rule.rule for rule in toy_app.url_map.iter_rules())
    server.serve(lambda: 3)
    asked = Client(Observed(toy_app, [counts]))
    for address in ("/search?q=train", "/search?q=zzzz+qqqq", "/search?page=x", "/nothing"):
        asked.get(address).close()
    text = read(server.address)
    found = samples(text)
    families = {family.name: family for family in text_string_to_metric_families(text)}
    opened = list(open_metrics(read(server.address, "application/openmetrics-text")))

    named = [one.name.removesuffix("_total") for one in FIGURES]
    assert [family.name.removesuffix("_total") for family in families.values()] == named
    assert [family.name for family in opened] == named
    for figure in FIGURES:
        family = families[figure.name.removesuffix("_total" if figure.kind == COUNTER else "")]
        assert (family.type, family.documentation) == (figure.kind, figure.help)
        has = {name for sample in family.samples for name in sample.labels} - {"le"}
        assert has <= set(figure.labels)
    assert of(found, "kb_requests_total", route="/search", method="GET") == 3
    assert of(found, "kb_requests_total", route="/search", status="4xx") == 1
    assert of(found, "kb_requests_total", route="unknown", status="4xx") == 1
    assert of(found, "kb_request_seconds_count", route="/search") == 3
    assert of(found, "kb_request_seconds_bucket", route="/search", le="+Inf") == 3
    assert of(found, "kb_searches_total", outcome="found") == 1
    assert of(found, "kb_searches_total", outcome="nothing_fits") == 1
    assert of(found, "kb_refused_total", status="400") == 1
    assert of(found, "kb_workers") == 1
    assert of(found, "kb_workers_wanted") == 2
    assert of(found, "kb_requests_waiting") == 3
    assert len([one for one in found if one[0] == "kb_snapshot_current"]) == 1
    assert of(found, "kb_memory_bytes", process="parent") > 10_000_000
    assert of(found, "kb_snapshot_served_since_timestamp_seconds") > 1_600_000_000
    assert "train" not in text
    assert [figure.name for figure in FIGURES if figure.kind == HISTOGRAM] == ["kb_request_seconds"]


@pytest.mark.parametrize("host", ["127.0.0.1", "256.1.1.1", "192.0.2.1"])
def test_a_port_that_cannot_be_had_is_refused(host):
    """The message names the settings, the port and what to do; nothing is started before."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        with pytest.raises(SettingError) as error:
            metrics_server(read_settings({}, metrics_port=port, metrics_host=host))

    assert str(error.value).startswith(f"KB_METRICS_PORT={port} cannot be listened on at {host}: ")
    assert str(error.value).endswith(
        ". Set it to a port that is free, and KB_METRICS_HOST to an address of this machine."
    )


def test_without_a_port_there_are_no_figures():
    """By default no port is opened, and the library is not loaded."""
    assert metrics_server(read_settings({})) is None


def test_counters_never_fall_where_a_worker_is_killed(settings):
    """Over two workers, kill -9 of one and a reload, every counter only grows.

    Every request that was answered is in it, and the number of series does not grow.
    """
    port = free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    own |= {"KB_MODEL": settings.model, "KB_MULTILINGUAL": "off", "KB_METRICS_PORT": str(port)}
    command = [sys.executable, "-m", "web", "serve", "--index", str(settings.index), "--port", "0"]
    url = f"http://127.0.0.1:{port}/metrics"
    seen: list[Samples] = []
    n_asked, n_seen = 0, 0

    def look() -> Samples:
        seen.append(samples(read(url)))
        return seen[-1]

    with subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.PIPE, text=True) as process:
        site = process.stdout.readline().split()[-1]

        def ask(n: int) -> None:
            nonlocal n_asked
            for _ in range(n):
                read(f"{site}/search?q=train")
            n_asked += n
            until(lambda: of(look(), "kb_requests_total", route="/search") == n_asked)

        try:
            until(lambda: of(look(), "kb_workers") == 2)
            ask(12)
            n_seen = len(seen)
            until(lambda: sum(name == "kb_workers_serving" for name, _ in look()) == 1)
            serving = of(seen[-1], "kb_workers_serving")
            (child, *_) = (
                Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            )
            os.kill(int(child), signal.SIGKILL)
            until(lambda: of(look(), "kb_worker_starts_total") == 3)
            until(lambda: of(look(), "kb_workers") == 2)
            ask(12)
            process.send_signal(signal.SIGHUP)
            until(lambda: of(look(), "kb_worker_starts_total") == 5)
            until(lambda: of(look(), "kb_workers") == 2)
            ask(12)
        finally:
            process.terminate()
            process.communicate(timeout=60)

    counters = {"kb_request_seconds_count", *(one.name for one in FIGURES if one.kind == COUNTER)}
    for earlier, later in pairwise(seen):
        fell = [key for key, n in earlier.items() if key[0] in counters and later.get(key, 0) < n]
        assert fell == []
    assert serving == 2
    assert of(seen[-1], "kb_requests_in_progress") == 0
    assert of(seen[-1], "kb_searches_total", outcome="found") == 36
    assert {one for one in seen[-1] if one[0] in counters} == {
        one for one in seen[n_seen - 1] if one[0] in counters
    }
