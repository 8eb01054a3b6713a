"""gunicorn, started by ``kb serve``: a parent that has loaded everything forks the workers."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from kb.logs import write_log
from kb.search.opening import open_live
from web.serving.kept import Kept
from web.serving.limits import Limits
from web.serving.log import RequestLog
from web.serving.memory import keep_giving_back, share_arenas
from web.serving.observed import Observed, Observer
from web.serving.proxies import Proxies, warnings
from web.serving.worker import THREADS, BufferingWorker, Ending

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from flask import Flask
    from gunicorn.arbiter import Arbiter
    from gunicorn.config import Config
    from gunicorn.workers.base import Worker

    from kb.search.opening import LiveSearcher
    from kb.settings import Settings
    from web.serving.counts import Counts
    from web.serving.metrics import MetricsServer

_log = logging.getLogger(__name__)

#: Seconds for which the first answers have the processor to themselves, before what is served is
#: read to the last byte.
VERIFY_AFTER = 3.0


class Server(BaseApplication):
    """The site under gunicorn, configured by our settings and by nothing else."""

    def __init__(
        self, settings: Settings, make_app: Callable[[LiveSearcher, Settings], Flask]
    ) -> None:
        self.settings = settings
        self.make_app = make_app
        self.metrics = metrics_server(settings)
        self.counts: Counts | None = None
        self.live = open_live(settings, fall_back=True)
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        for name, value in options(self.settings).items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """The site over the snapshot that is opened here; trouble with it is logged and retried.

        The site comes first: it says what is to be prepared when a snapshot is opened.
        """
        app = self.make_app(self.live, self.settings)
        self.live.refresh()
        if self.metrics is not None:
            self.counts = self.metrics.counts(rule.rule for rule in app.url_map.iter_rules())
        return wrapped(app, self.settings, self.counts)

    def run(self) -> None:
        """Serve until stopped."""
        Ending(self).run()


def metrics_server(settings: Settings) -> MetricsServer | None:
    """What answers Prometheus, where that is asked for.

    Raises:
        SettingError: its port cannot be had.
    """
    if settings.metrics_port is None:
        return None
    from web.serving.metrics import MetricsServer  # imports Prometheus' library

    return MetricsServer(settings)


class ServerLog(Logger):
    """What gunicorn says is written as everything else that is logged."""

    def setup(self, cfg: Config) -> None:
        """Hand it on, to where the rest is written."""
        super().setup(cfg)
        self.error_log.propagate = True


def wrapped(app: Flask, settings: Settings, counts: Counts | None = None) -> WSGIApplication:
    """The site with what stands between it and its readers: one line each, the innermost first."""
    site: WSGIApplication = app
    site = Kept(site, app.extensions["kb_live"])
    site = Limits(site, settings)
    site = proxies = Proxies(site, settings)
    observers: list[Observer] = [counts] if counts is not None else []
    observers += [RequestLog(clients=settings.log_clients)] if settings.log_requests else []
    return Observed(site, observers, believes=proxies.trusts)


def options(settings: Settings) -> dict[str, object]:
    """The settings of gunicorn.

    Workers are forked from a parent that has opened the snapshot, so they share
    its memory. No control socket is left in the home folder.
    """
    return {
        "bind": f"[{settings.host}]:{settings.port}"
        if ":" in settings.host
        else f"{settings.host}:{settings.port}",
        "workers": settings.workers,
        "worker_class": BufferingWorker,
        "threads": THREADS,
        "preload_app": True,
        "accesslog": None,
        "errorlog": None,
        "loglevel": "warning",
        "logger_class": ServerLog,
        "control_socket_disable": True,
        "proc_name": "kb-serve",
        "when_ready": ready,
        "child_exit": verify_again,
        "pre_fork": catch_up,
        "post_fork": follow,
        "worker_exit": leave,
    }


def catch_up(arbiter: Arbiter, _: Worker) -> None:
    """Before a worker is forked, open what is current by now: it starts from that.

    A worker never looks for garbage in what it has from its parent, and so goes on sharing it.
    """
    arbiter.app.live.refresh()
    gc.freeze()


def follow(arbiter: Arbiter, _: Worker) -> None:
    """In a worker: follow switches, whether or not requests come."""
    gc.enable()
    arbiter.app.live.watch()
    keep_giving_back()
    if arbiter.app.counts is not None:
        arbiter.app.metrics.leave()
        arbiter.app.counts.report(arbiter.app.live)


def ready(arbiter: Arbiter) -> None:
    """Print the address, with the real port where 0 was asked for; verify what is served.

    The workers have checked no more than it takes to open it.
    """
    for listener in arbiter.LISTENERS:
        host, port = listener.sock.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"{_begins(arbiter)} on http://{shown}:{port}\n")
    sys.stdout.flush()
    if arbiter.app.metrics is not None:
        arbiter.app.metrics.serve(BufferingWorker.shares.waiting)
    gc.enable()
    verifying = threading.Timer(VERIFY_AFTER, arbiter.app.live.verify)
    verifying.name, verifying.daemon = "verify", True
    verifying.start()


def _begins(arbiter: Arbiter) -> str:
    if arbiter.app.live.status().snapshot_id:
        return "Serving the compendium"
    index = arbiter.app.settings.index
    return f"Nothing is served until there is a snapshot in KB_INDEX ({index}); listening"


def verify(arbiter: Arbiter) -> None:
    """Read every byte of what is served, beside serving."""
    threading.Thread(target=arbiter.app.live.verify, name="verify", daemon=True).start()


def verify_again(arbiter: Arbiter, worker: Worker) -> None:
    """Where a worker has ended, verify: after SIGHUP all do, and what was mended is served again.

    One that died may have died of a file that was cut short. The next would die of the same,
    and cannot tell.
    """
    worker.shares.forget(worker.age)
    if arbiter.LISTENERS:  # else the server itself is ending
        verify(arbiter)


def leave(arbiter: Arbiter, worker: Worker) -> None:
    """End a worker at once, with the status that it is about to end with.

    onnxruntime starts threads when it is imported, in the parent. They do not
    exist in a forked worker, whose tidying up at exit would wait for them or abort.
    By now every request of the worker has been answered. The parent calls this
    too, for a worker that is gone already.
    """
    if worker.pid != os.getpid():
        return
    ending = sys.exc_info()[1]
    code = ending.code if isinstance(ending, SystemExit) else 1
    logging.shutdown()
    os._exit(code & 0xFF if isinstance(code, int) else 0 if code is None else 1)


def run(settings: Settings, make_app: Callable[[LiveSearcher, Settings], Flask]) -> None:
    """Serve until stopped (Ctrl+C or SIGTERM)."""
    share_arenas()
    write_log(settings.log)
    for warning in warnings(settings):
        _log.warning(warning)
    Server(settings, make_app).run()
