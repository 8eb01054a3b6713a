"""Figures of the running site for Prometheus, at a port of their own that is for no reader.

The library's way for several processes keeps a file for each that ever lived, and knows no figures
that are worked out when they are asked for. So the processes count in shared memory
(``web.serving.counts``), and their parent answers from it with the library.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import numpy as np
from prometheus_client.exposition import make_wsgi_app
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector, CollectorRegistry

from kb import __version__
from kb.errors import SettingError
from kb.exports.making import Making
from kb.settings import Settings
from kb.snapshots.store import find_current, read_history
from web.core.told import OUTCOMES
from web.serving.counts import BUCKETS, CLASSES, REFUSED, Counts
from web.serving.observed import METHODS, OTHER

_log = logging.getLogger(__name__)

COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"
_FAMILIES = {
    COUNTER: CounterMetricFamily,
    GAUGE: GaugeMetricFamily,
    HISTOGRAM: HistogramMetricFamily,
}
#: A client of the figures that says nothing for so many seconds is let go.
_PATIENCE_S = 10
#: What the page of the figures is called.
_PAGE = "metrics"
#: What the system tells of its processes.
_PROC = Path(os.sep, "proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure: its name, as it is asked for, what kind it is, what it tells, and its labels."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()


#: Every figure, in the order in which they are told.
FIGURES = (
    Figure(
        name="kb_requests_total",
        kind=COUNTER,
        help="Requests that were answered, by pattern of the address, method and class of status; "
        "503 is a class of its own",
        labels=("route", "method", "status"),
    ),
    Figure(
        name="kb_request_seconds",
        kind=HISTOGRAM,
        help="Seconds until an answer was ready; sending it is not counted",
        labels=("route",),
    ),
    Figure(name="kb_requests_in_progress", kind=GAUGE, help="Requests that are being answered"),
    Figure(
        name="kb_requests_waiting",
        kind=GAUGE,
        help="Requests that wait for a thread of a worker",
    ),
    Figure(
        name="kb_waited_seconds_total",
        kind=COUNTER,
        help="Seconds that requests waited for a thread, all together",
    ),
    Figure(
        name="kb_kept_total",
        kind=COUNTER,
        help="Answers that a worker had kept, and gave again",
    ),
    Figure(name="kb_sent_bytes_total", kind=COUNTER, help="Bytes sent, without heads"),
    Figure(
        name="kb_refused_total",
        kind=COUNTER,
        help="Requests refused: not understood (400), too large (413, 414, 431), too many (429), "
        "or no room or no snapshot (503)",
        labels=("status",),
    ),
    Figure(
        name="kb_searches_total",
        kind=COUNTER,
        help="Searches and role models asked for in words, on pages, in the API and by assistants, "
        "by whether anything fitted",
        labels=("route", "outcome"),
    ),
    Figure(name="kb_workers", kind=GAUGE, help="Worker processes that are alive"),
    Figure(name="kb_workers_wanted", kind=GAUGE, help="Worker processes that there should be"),
    Figure(
        name="kb_worker_starts_total",
        kind=COUNTER,
        help="Worker processes that were started, the first ones included",
    ),
    Figure(
        name="kb_workers_serving",
        kind=GAUGE,
        help="Workers by the snapshot that they serve",
        labels=("snapshot",),
    ),
    Figure(
        name="kb_workers_in_trouble",
        kind=GAUGE,
        help="Workers that cannot open what is current; /healthz says why",
    ),
    Figure(
        name="kb_snapshot_current",
        kind=GAUGE,
        help="1 for the snapshot that is to be served; pinned, where builds leave it serving",
        labels=("snapshot", "pinned"),
    ),
    Figure(
        name="kb_snapshot_served_since_timestamp_seconds",
        kind=GAUGE,
        help="When the current snapshot was switched to, in seconds since 1970",
    ),
    Figure(
        name="kb_exports",
        kind=GAUGE,
        help="Files that wait to be made, that are being made, and that could not be made just now",
        labels=("state",),
    ),
    Figure(
        name="kb_memory_bytes",
        kind=GAUGE,
        help="Memory of the parent and of each worker: the proportional share (PSS); on Linux only",
        labels=("process",),
    ),
    Figure(name="kb_info", kind=GAUGE, help="1, with the release", labels=("version",)),
)
#: A value with those of the labels, in their order.
Value = tuple[tuple[str, ...], float]


@dataclass(slots=True, eq=False)
class Figures(Collector):
    """Works the figures out when they are asked for, in the parent of the workers."""

    counts: Counts
    settings: Settings
    #: How many requests wait in all workers.
    waiting: Callable[[], int] = int
    making: Making = field(init=False)

    def __post_init__(self) -> None:
        self.making = Making(self.settings.index)

    def collect(self) -> Iterator[Metric]:
        """Every figure, in order."""
        values = self._values()
        for figure in FIGURES:
            family = _FAMILIES[figure.kind](figure.name, figure.help, labels=figure.labels)
            if figure.kind == HISTOGRAM:
                self._add_times(family)
            for labels, value in values.get(figure.name, tuple)():
                family.add_metric(labels, value)
            yield family

    def _values(self) -> Mapping[str, Callable[[], Iterable[Value]]]:
        """What works out each figure that is no histogram."""
        total, workers = self.counts.total(), self.counts.workers()
        current = find_current(self.settings.index)

        def one(value: float) -> Callable[[], Iterable[Value]]:
            return lambda: [((), float(value))]

        return {
            "kb_requests_total": lambda: self._requests(total["requests"]),
            "kb_requests_in_progress": one(sum(worker.in_progress for worker in workers)),
            "kb_requests_waiting": one(self.waiting()),
            "kb_waited_seconds_total": one(total["waited"]),
            "kb_kept_total": one(total["kept"]),
            "kb_sent_bytes_total": one(total["sent"]),
            "kb_refused_total": lambda: [
                ((str(status),), n) for status, n in zip(REFUSED, total["refused"], strict=True)
            ],
            "kb_searches_total": lambda: self._searches(total["searches"]),
            "kb_workers": one(len(workers)),
            "kb_workers_wanted": one(self.settings.workers),
            "kb_worker_starts_total": one(total["starts"]),
            "kb_workers_serving": lambda: [
                ((snapshot,), sum(worker.snapshot == snapshot for worker in workers))
                for snapshot in sorted({worker.snapshot for worker in workers})
            ],
            "kb_workers_in_trouble": one(sum(worker.in_trouble for worker in workers)),
            "kb_snapshot_current": lambda: [
                ((current.snapshot_id, "yes" if current.pinned else "no"), 1)
            ],
            "kb_snapshot_served_since_timestamp_seconds": lambda: _since(
                self.settings.index, current.snapshot_id
            ),
            "kb_exports": lambda: [((state,), n) for state, n in self.making.under_way().items()],
            "kb_memory_bytes": lambda: _memory(
                {"parent": os.getpid()} | {f"worker-{worker.row}": worker.pid for worker in workers}
            ),
            "kb_info": lambda: [((__version__,), 1)],
        }

    def _requests(self, requests: np.ndarray) -> Iterator[Value]:
        methods = (*METHODS, OTHER)
        for route, method, status in zip(*requests.nonzero(), strict=True):
            labels = (self.counts.routes[route], methods[method], CLASSES[status])
            yield labels, requests[route, method, status]

    def _searches(self, searches: np.ndarray) -> Iterator[Value]:
        for route in searches.sum(axis=1).nonzero()[0]:
            for outcome, n in zip(OUTCOMES, searches[route], strict=True):
                yield (self.counts.routes[route], outcome), n

    def _add_times(self, family: HistogramMetricFamily) -> None:
        total = self.counts.total()
        for route in total["times"].sum(axis=1).nonzero()[0]:
            up_to = total["times"][route].cumsum()
            buckets = [
                ("+Inf" if most == BUCKETS[-1] else str(most), n)
                for most, n in zip(BUCKETS, up_to, strict=True)
            ]
            family.add_metric([self.counts.routes[route]], buckets, total["seconds"][route])


class MetricsServer:
    """Answers Prometheus, in a thread of the parent of the workers."""

    def __init__(self, settings: Settings) -> None:
        """Take the port, so that nothing is started where it cannot be had.

        Raises:
            SettingError: it cannot.
        """
        host, port = settings.metrics_host, settings.metrics_port
        self._settings = settings
        self._figures: Figures | None = None
        try:
            self._server = _Server((host, port or 0), _Quiet)
        except (OSError, OverflowError) as err:
            why = getattr(err, "strerror", "") or str(err)
            raise SettingError(
                f"KB_METRICS_PORT={port} cannot be listened on at {host}: {why}. Set it to a port "
                "that is free, and KB_METRICS_HOST to an address of this machine."
            ) from err

    @property
    def address(self) -> str:
        """Where the figures are."""
        host, port = self._server.server_address[:2]
        place = f"[{host}]" if ":" in host else host
        return f"http://{place}:{port}/{_PAGE}"

    def counts(self, routes: Iterable[str]) -> Counts:
        """What the workers count in.

        Args:
            routes: the patterns of all addresses of the site.
        """
        counts = Counts(routes, self._settings.workers)
        self._figures = Figures(counts, self._settings)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self._figures)
        self._server.set_app(make_wsgi_app(registry))
        return counts

    def serve(self, waiting: Callable[[], int]) -> None:
        """Answer from now on.

        Args:
            waiting: says how many requests wait in all workers.
        """
        if self._figures is not None:
            self._figures.waiting = waiting
        threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True).start()

    def leave(self) -> None:
        """In a worker: it has nothing to do with this port, and does not keep it open."""
        os.close(self._server.socket.detach())


class _Server(ThreadingMixIn, WSGIServer):
    """A thread for each who asks; nobody is waited for at the end."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[WSGIRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Bind, and ask no name server for a name of this machine."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]
        self.setup_environ()

    def handle_error(self, request: object, client_address: object) -> None:
        """Somebody left before the end, mostly."""
        _log.warning("the figures could not be sent", exc_info=True)


class _Quiet(WSGIRequestHandler):
    """Writes nothing of who asks."""

    timeout = _PATIENCE_S

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _since(index: Path, snapshot_id: str) -> Iterator[Value]:
    for served in reversed(read_history(index)):
        if served.snapshot_id == snapshot_id:
            yield (), datetime.fromisoformat(served.at).timestamp()
            return


def _memory(processes: Mapping[str, int]) -> Iterator[Value]:
    for name, pid in processes.items():
        with contextlib.suppress(OSError):
            rollup = (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii")
            if share := re.search(r"^Pss: +(\d+) kB", rollup, re.M):
                yield (name,), int(share[1]) * 1024
