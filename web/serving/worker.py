"""What happens in a worker: one loop reads requests whole, threads answer them.

gunicorn forks the workers and looks after them. In each of them waitress reads requests and sends
answers. A request takes a thread when its last byte has come, and gives it back when its answer
is written into memory. A slow client therefore keeps nothing but its connection. Five things are
added to waitress:

- Connections from which nothing has come cost nothing: the kernel watches them (``Waiting``).
- The queue has an end. What comes beyond it is refused at once; checks of health never wait in it
  (``Queue``).
- What cannot be read as a request is answered by the site, with its own page (``Refused``).
- Nobody waits for long: who waited too long in the queue is told so, and a worker in which an
  answer takes far too long ends, and another one takes its place (``Asked``, ``is_overdue``).
- At the end no request is lost that a client could send (``BufferingWorker``).
"""

from __future__ import annotations

import ctypes
import logging
import mmap
import os
import re
import resource
import select
import selectors
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask

from kb.logs import fields
from web.core.refused import REFUSED, Refusal
from web.core.told import REQUEST_ID, ROUTE, UNKNOWN

_log = logging.getLogger(__name__)

#: How many requests a worker answers at a time, and how many wait for that; beyond them is 503.
THREADS, WAITING = 4, 128
#: How many refusals wait to be sent. Beyond them connections are closed without an answer.
REFUSALS = 1024
#: Seconds: who has waited longer for a thread is told to come back; a worker in which one request
#: has been worked on for longer ends. What computes takes far less (``docs/operating.md``).
WAIT_S, WORK_S = 10, 60
#: What is asked for to see how the site is: it is answered whatever else waits.
HEALTH = ("healthz", "readyz")
#: The most bytes of a request before its body, and of a body on any page.
MOST_HEAD, MOST_BODY = 64 * 1024, 2 * 1024 * 1024
#: The most bytes of an answer that wait in memory, and on disk with it, for a client to read them.
IN_MEMORY, UNREAD = 1024 * 1024, 16 * 1024 * 1024
#: Seconds: for all of a request before its body; for all of it; between two requests, or until a
#: client takes some of its answer.
HEAD_S, REQUEST_S, IDLE_S = 20, 120, 75
#: Connections that a worker holds. The one that has been quiet for longest makes place.
CONNECTIONS = 8192
#: What tells a worker to end.
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
#: File descriptors that are not connections. A snapshot has some 125, as a mapped array keeps its
#: file, and there are two while one is switched.
_OWN_FILES = 512
#: Seconds for which connections are still taken when a worker is told to end.
LINGER_S = 0.5
#: Seconds for which what is sent after a refusal is read away.
HUNG_UP_S = 2
#: Seconds after which the head of a request is not waited for at the end.
DAWDLES_S = 2
#: For so long a connection is left to a worker that has fewer.
_TURN_S = 0.005
_ROUND_S = 1.0

_NOT_ASCII = re.compile(rb"[^\x00-\x7f]")


class Request(HTTPRequestParser):
    """A request as it comes in. What is no ASCII in its line is read as browsers would send it."""

    command, path, query, fragment, request_uri, url_scheme = "GET", "/", "", "", "/", "http"
    is_beyond_queue = False
    begun: float
    queued: float

    def __init__(self, adj: Adjustments) -> None:
        super().__init__(adj)
        self.begun = self.queued = time.monotonic()

    def received(self, data: bytes) -> int:
        """Take in bytes; the number of those that belong to this request."""
        so_far = self.header_plus
        taken = super().received(data)
        if self.error is not None and self.request_uri == "/":
            self._guess(so_far + data)
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Read everything before the body.

        Raises:
            ParsingError: it cannot be read; waitress lets pass what an address may not hold.
        """
        line, end, rest = header_plus.partition(b"\r\n")
        line = _NOT_ASCII.sub(lambda found: b"%%%02X" % found[0][0], line)
        try:
            super().parse_header(line + end + rest)
        except ValueError as err:
            raise ParsingError("the address cannot be read") from err

    def _guess(self, text: bytes) -> None:
        """What was asked for, as far as it shows in what cannot be read: who asked, a program?"""
        line, end, _ = text.partition(b"\r\n")
        self.is_line_endless = not end
        target = line.partition(b" ")[2].partition(b"?")[0].partition(b" ")[0]
        if target.startswith(b"/"):
            self.path = target[:200].decode("latin-1")

    is_line_endless = False

    def refusal(self) -> Refusal | None:
        """Why it is not answered; None where it is."""
        if self.is_beyond_queue:
            return Refusal(status=503)
        if self.error is None:
            return None
        status = self.error.code
        return Refusal(status=414 if status == 431 and self.is_line_endless else status)


class Asked(WSGITask):
    """A request that the site answers, or refuses with a page of its own."""

    def get_environment(self) -> dict[str, Any]:
        """The environment of WSGI, with what the server knows of the request."""
        environ = super().get_environment()
        environ["wsgi.multiprocess"] = True
        environ["kb.waited"] = waited = time.monotonic() - self.request.queued
        self.channel.server.task_dispatcher.tell()
        self.channel.environ = environ
        refusal = self.request.refusal()
        if refusal is None and waited > WAIT_S:
            refusal = Refusal(status=503)
        if refusal is not None:
            environ[REFUSED] = refusal
            self.channel.is_unread = self.request.error is not None
            self.set_close_on_finish()
        return environ

    def build_response_header(self) -> bytes:
        """The head of the answer: at the end of a worker a client is told to connect anew."""
        if self.channel.server.is_ending:
            self.set_close_on_finish()
        return super().build_response_header()


class Channel(HTTPChannel):
    """A connection. While nothing is to be done for it, it is the kernel's to watch."""

    task_class = error_task_class = Asked
    parser_class = Request
    is_unread = False  # there may be more of a request that was refused before its end
    hung_up: float | None = None  # when nothing more was to be said to its client
    working_since: float | None = None  # when a thread began with what is being answered
    environ: Mapping[str, Any] = {}  # of what is being answered

    def add_channel(self, map: dict | None = None) -> None:
        """Begin: nothing has come yet."""
        super().add_channel(map)
        self.server.waiting.add(self)

    def del_channel(self, map: dict | None = None) -> None:
        """End."""
        self.server.waiting.remove(self)
        super().del_channel(map)

    def readable(self) -> bool:
        """Asked in each round of the loop while something was to be done: rest if nothing is."""
        if super().readable() and not self.requests:
            self.server.waiting.add(self)
        return False

    def handle_write(self) -> None:
        """Send; where a client may be sending still, let it read its answer before the end.

        A connection that is closed with something unread is reset, and the answer lost.
        """
        if not (self.is_unread and self.close_when_flushed):
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if self.total_outbufs_len and not self.will_close:
            return
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()
            return
        self.close_when_flushed = self.will_close = False
        self.hung_up, self.request = time.monotonic(), None

    def handle_read(self) -> None:
        """Read what comes, or only away where nothing more is to be said."""
        if self.hung_up is None:
            super().handle_read()
            return
        try:
            self.recv(self.adj.recv_bytes)  # which closes, at the end
        except OSError:
            self.handle_close()

    def handle_error(self) -> None:
        """Close after what nobody expected, and tell where it was: not who asked, nor what."""
        _, kind, _, places = self.compact_traceback()
        _log.error("A connection was closed after %s in %s", kind.__name__, places)
        self.handle_close()

    def service(self) -> None:
        """Answer a request, in a thread."""
        self.working_since = time.monotonic()
        try:
            super().service()
        finally:
            self.working_since, self.environ = None, {}

    def is_overdue(self) -> bool:
        """Whether its answer has been worked on for so long that it will hardly come to an end."""
        since = self.working_since
        return since is not None and time.monotonic() - since > WORK_S

    def is_busy(self) -> bool:
        """Whether something is to be done but to read."""
        return bool(self.requests or self.writable())

    def is_owed(self) -> bool:
        """Whether a client is to get an answer, or part of one; one that dawdles is not.

        One who has just connected is about to ask.
        """
        begun = self.request
        if begun is not None and not self.is_busy():
            return begun.headers_finished or time.monotonic() - begun.begun < DAWDLES_S
        has_asked = self.last_activity != self.creation_time
        return self.is_busy() or not (has_asked or time.time() - self.creation_time > DAWDLES_S)

    def maintain(self, now: float, idle: float) -> None:
        """Close what has taken too long; ``idle`` is when the last sign must have come."""
        request = self.request
        if self.hung_up is not None and now - self.hung_up > HUNG_UP_S:
            self.handle_close()
            return
        if self.requests and not self.total_outbufs_len:
            return
        is_late = request is not None and (
            now - request.begun > (REQUEST_S if request.headers_finished else HEAD_S)
        )
        if is_late or self.last_activity < idle:
            self.handle_close()

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Wait in a thread until a client has read some of a long answer.

        Half of the threads may wait so. Beyond that a client is let go.
        """
        if self.total_outbufs_len <= self.adj.outbuf_high_watermark:
            return
        if not self.server.patience.acquire(blocking=False):
            raise ClientDisconnected
        self.working_since = None  # to wait is no work
        try:
            super()._flush_outbufs_below_high_watermark()
        finally:
            self.working_since = time.monotonic()
            self.server.patience.release()


class Waiting:
    """Connections that are read when something comes: one descriptor in the loop, not thousands.

    ``wasyncore`` asks every connection in each of its rounds what it waits for, which takes
    longer than an answer where there are thousands.
    """

    accepting = False

    def __init__(self, map: dict[int, Any]) -> None:
        self._kernel = selectors.DefaultSelector()  # epoll; kqueue on a Mac
        self._channels: dict[int, Channel] = {}  # the one that has waited longest is the first
        self._loop = map
        map[self._kernel.fileno()] = self  # a selector of the kernel has a descriptor of its own

    def add(self, channel: Channel) -> None:
        """Watch a connection, and take it out of the rounds of the loop."""
        fd = channel._fileno
        self._loop.pop(fd, None)
        self._channels[fd] = channel
        self._kernel.register(fd, selectors.EVENT_READ, channel)

    def remove(self, channel: Channel) -> None:
        """Watch it no more, if it was."""
        if self._channels.pop(channel._fileno, None) is not None:
            self._kernel.unregister(channel._fileno)

    def readable(self) -> bool:
        """Always: the kernel's descriptor is ready when one of the connections is."""
        return True

    def writable(self) -> bool:
        """Never."""
        return False

    def handle_read_event(self) -> None:
        """Read from the connections that have something, and give to the loop those in work."""
        for key, _ in self._kernel.select(0):
            fd, channel = key.fd, key.data
            if self._channels.get(fd) is not channel:
                continue
            wasyncore.read(channel)  # one that has hung up is read to its end, and closes
            if fd in self._channels and channel.is_busy():
                self.remove(channel)
                self._loop[fd] = channel

    def make_place(self) -> None:
        """Close the connection that has been quiet for longest."""
        if self._channels:
            next(iter(self._channels.values())).handle_close()


class Queue(ThreadedTaskDispatcher):
    """Threads, and what waits for them; beside them one for what must not wait.

    That one tells how the site is, and refuses what is beyond the queue.
    """

    def __init__(self, threads: int, most: int, told: Callable[[int], object]) -> None:
        """Begin to answer.

        Args:
            threads: how many answer.
            most: how many requests wait at most.
            told: how many wait, whenever that has changed.
        """
        super().__init__()
        self._most = most
        self._told = told
        self._beside = ThreadedTaskDispatcher()
        self._beside.set_thread_count(1)
        self.set_thread_count(threads)

    def tell(self) -> None:
        """Say how many requests wait for a thread."""
        with self.lock:
            self._told(len(self.queue))

    def add_task(self, task: Channel) -> None:
        """Let a request be answered, be it by a refusal."""
        request = task.requests[0]
        request.queued = time.monotonic()
        is_health = request.path.rpartition("/")[2] in HEALTH
        if request.error is None and not is_health and self._has_taken(task):
            return
        request.is_beyond_queue = request.error is None and not is_health
        beside = self._beside
        with beside.lock:
            if len(beside.queue) > REFUSALS and not is_health:
                task.cancel()
                return
            (beside.queue.appendleft if is_health else beside.queue.append)(task)
            beside.queue_cv.notify()

    def _has_taken(self, task: Channel) -> bool:
        with self.lock:
            if len(self.queue) >= self._most:
                return False
            self.queue.append(task)
            self._told(len(self.queue))
            self.queue_cv.notify()
            return True


class Shares:
    """What each worker has to do, in memory that they share.

    That is how many connections it has, and how many requests wait in it for a thread.
    """

    _MOST = 64

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 2 * 4 * self._MOST)
        whole = memoryview(self._memory).cast("i")
        self._counts, self._waiting = whole[: self._MOST], whole[self._MOST :]
        self._mine = 0
        self._counts[:] = memoryview(struct.pack("i", -1) * self._MOST).cast("i")

    def join(self, age: int) -> None:
        """Begin to count in a worker; ``age`` is its number."""
        self._mine = age % self._MOST
        self._counts[self._mine] = self._waiting[self._mine] = 0

    def leave(self) -> None:
        """Count no more connections; requests may wait still."""
        self._counts[self._mine] = -1

    def forget(self, age: int) -> None:
        """A worker has ended, in whatever way."""
        self._counts[age % self._MOST] = -1
        self._waiting[age % self._MOST] = 0

    def tell_waiting(self, n: int) -> None:
        """Say how many requests wait in this worker."""
        self._waiting[self._mine] = n

    def waiting(self) -> int:
        """How many requests wait in all workers."""
        return sum(self._waiting)

    def tell(self, n: int) -> bool:
        """Say how many this worker has; whether another one has fewer."""
        self._counts[self._mine] = n
        return any(0 <= other < n for other in self._counts)


class Listener(TcpWSGIServer):
    """Takes connections for a worker, and cares for them."""

    channel_class = Channel
    is_ending = False
    is_stuck = False  # an answer takes far too long

    def __init__(self, site: Any, sock: socket.socket, threads: int, shares: Shares) -> None:
        loop: dict[int, Any] = {}
        self.waiting = Waiting(loop)
        self.patience = threading.Semaphore(max(threads // 2, 1))
        self._shares = shares
        self._left_until, self._has_left = 0.0, False
        self._most = _most_connections()
        self._numbers = count()
        super().__init__(
            site,
            map=loop,
            _sock=sock,
            dispatcher=Queue(threads, WAITING, shares.tell_waiting),
            adj=_adjustments(sock),
            sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
            bind_socket=False,
        )

    def readable(self) -> bool:
        """Whether a connection would be taken now; waitress looks after connections here too."""
        return super().readable() and time.monotonic() >= self._left_until

    def handle_accept(self) -> None:
        """Take a connection, unless a worker that has fewer takes it in a moment."""
        n = len(self.active_channels)
        self._has_left = self._shares.tell(n) and not (self._has_left or self.is_ending)
        if self._has_left:
            self._left_until = time.monotonic() + _TURN_S
            return
        if n >= self._most:
            self.waiting.make_place()
        super().handle_accept()
        self._shares.tell(len(self.active_channels))

    def getsockname(self) -> tuple[str, str]:
        """Address and port; systemd may hand over a socket of this machine, which has neither."""
        if self.family == socket.AF_UNIX:
            return "", ""
        return super().getsockname()

    def fix_addr(self, addr: Any) -> tuple[Any, ...]:
        """The client's address and port, or, on a socket of this machine, none and a number."""
        return ("", next(self._numbers)) if self.family == socket.AF_UNIX else addr

    def set_socket_options(self, conn: socket.socket) -> None:
        """What is set for TCP."""
        if self.family != socket.AF_UNIX:
            super().set_socket_options(conn)

    def maintenance(self, now: float) -> None:
        """Close connections that took too long, and look for answers that do."""
        for channel in tuple(self.active_channels.values()):
            channel.maintain(time.monotonic(), now - self.adj.channel_timeout)
            if channel.is_overdue() and not self.is_stuck:
                self.is_stuck = True
                asked = channel.environ
                _log.error(
                    "A request for %s has been answered for more than %d seconds; another worker "
                    "takes the place of this one",
                    asked.get(ROUTE, UNKNOWN),
                    WORK_S,
                    extra=fields(request_id=asked.get(REQUEST_ID, ""), worker=os.getpid()),
                )

    def round(self, seconds: float) -> None:
        """Do what is to be done, or wait so long for it."""
        left = self._left_until - time.monotonic()
        self._shares.tell(len(self.active_channels))
        wasyncore.poll2(left if left > 0 else seconds, self._map)

    def take_no_more(self) -> None:
        """Leave the address to other workers."""
        self._shares.leave()
        self.del_channel()
        self.accepting = False
        self.socket.close()

    def has_more(self) -> bool:
        """Whether a connection waits to be taken."""
        waiting = select.poll()
        waiting.register(self.socket, select.POLLIN)
        return bool(waiting.poll(0))

    def is_done(self) -> bool:
        """Whether every request is answered that has begun to come; one overdue is given up."""
        channels = tuple(self.active_channels.values())
        return not any(channel.is_owed() and not channel.is_overdue() for channel in channels)


def _most_connections() -> int:
    """As many connections as there may be open files, if that is fewer than we hold."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + _OWN_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else min(CONNECTIONS, soft - _OWN_FILES)


def _adjustments(sock: socket.socket) -> Adjustments:
    """Waitress as it is wanted here: nothing in headers is believed, nothing says what it is.

    A request that names no host is one for the address that is listened on.
    """
    return Adjustments(
        ident="",
        server_name="localhost" if sock.family == socket.AF_UNIX else sock.getsockname()[0],
        connection_limit=1_000_000,  # our own limit stands in ``handle_accept``
        backlog=2048,
        cleanup_interval=1,
        channel_timeout=IDLE_S,
        max_request_header_size=MOST_HEAD,
        max_request_body_size=MOST_BODY,
        outbuf_overflow=IN_MEMORY,
        outbuf_high_watermark=UNREAD,
        log_socket_errors=False,
        clear_untrusted_proxy_headers=False,  # web/serving/proxies.py reads or removes them
    )


class BufferingWorker(Worker):
    """A worker of gunicorn that runs the loop of waitress."""

    shares = Shares()  # made before workers are forked
    _told = 0.0

    def run(self) -> None:
        """Answer requests until told to end; then those that are there."""
        self.shares.join(self.age)
        self.server = Listener(self.wsgi, self.sockets[0].sock, self.cfg.threads, self.shares)
        while self.alive:
            self.server.round(_ROUND_S)
            self._sign_of_life()
            self.alive = self.alive and not self.server.is_stuck and self.ppid == os.getppid()
        self._end()

    def _sign_of_life(self) -> None:
        """Tell the parent that the loop goes round; seldom, as each is a call of the system."""
        if (now := time.monotonic()) - self._told > _ROUND_S:
            self._told = now
            self.notify()

    def _end(self) -> None:
        """Answer what has come, and what comes for a moment yet, then all that is begun."""
        server, begun = self.server, time.monotonic()
        server.is_ending = True
        linger, limit = begun + LINGER_S, begun + self.cfg.graceful_timeout
        latest = begun + self.cfg.graceful_timeout / 2
        while (now := time.monotonic()) < linger or (server.has_more() and now < latest):
            server.round(LINGER_S / 10)
            self._sign_of_life()
        server.take_no_more()
        while not server.is_done() and time.monotonic() < limit:
            server.round(LINGER_S / 10)
            self._sign_of_life()

    def init_signals(self) -> None:
        """Listen to signals; one that came since the fork is heard now."""
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)

    def handle_exit(self, sig: int, frame: object) -> None:
        """SIGTERM: end, after what is to be answered is."""
        super().handle_exit(sig, frame)
        if hasattr(self, "server"):
            self.server.pull_trigger()


class Ending(Arbiter):
    """gunicorn's parent of workers, which ends without losing a request."""

    def spawn_worker(self) -> Any:
        """Fork a worker. What tells it to end waits until it can listen.

        Until then it has the handlers of its parent: a signal to end would be put into a queue that
        nobody reads, and the worker would answer on until it is killed, half a minute later.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
        try:
            return super().spawn_worker()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)

    def stop(self, graceful: bool = True) -> None:
        """End: let nobody begin to connect, so that what waits to be taken has an end."""
        if graceful:
            turn_away(listener.sock for listener in self.LISTENERS)
        super().stop(graceful)


#: From <linux/filter.h>: load the byte of TCP's flags; where SYN is among them drop the packet.
_ATTACH_FILTER = 26
_NO_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))


def turn_away(sockets: Iterable[socket.socket]) -> None:
    """Let no new connection begin on some listening sockets, and keep those that wait there.

    A socket that is closed resets the connections that wait in it, though their requests may
    have been sent. With this filter of the kernel nobody comes in any more; a client tries again
    a second later, and is told that nobody listens. Other systems than Linux have none, and
    a kernel may take none of a user without rights.
    """
    if not sys.platform.startswith("linux"):
        return
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in _NO_SYN))
    program = struct.pack("HP", len(_NO_SYN), ctypes.addressof(code))
    for one in sockets:
        if one.family in (socket.AF_INET, socket.AF_INET6):
            try:
                one.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, program)
            except OSError as err:
                _log.warning("Who connects in the last moment may be cut off: no filter (%s)", err)
