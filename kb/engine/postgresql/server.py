"""A PostgreSQL server: connections, statements, and what goes wrong in one sentence.

Owns psycopg, which is imported when a server is first asked for. Statements that read are
tried again once on a new connection where the old one broke: of several addresses in
``KB_ENGINE`` the next one answers. What is asked together goes there and back once.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kb.errors import EngineUnavailable, SettingError, SnapshotMissing

if TYPE_CHECKING:
    import psycopg

#: What statements are run on.
Connection: TypeAlias = "psycopg.Connection"
#: A statement, with what stands for its names.
Asked: TypeAlias = "tuple[str, Mapping[str, Any]]"

#: The oldest server and the oldest pgvector that have all that is used here.
LEAST_SERVER, LEAST_VECTOR = 15, (0, 7)
#: Seconds that an address has to answer, unless ``KB_ENGINE`` says otherwise.
CONNECT_SECONDS = 3
#: A server ends an answer after 30 seconds by itself. One that hangs, as its disk does, cannot.
SILENT_FOR = 35.0
#: What a session that reads is like. Nothing that is asked here earns a compiler, or a plan of
#: its own: there is one good way to each answer.
_SESSION = (
    "SET jit = off; SET plan_cache_mode = force_generic_plan; SET statement_timeout = '30s'; "
    "SET default_transaction_read_only = on"
)
#: What a session that writes is like: others wait for it, and no longer than so. A server
#: notices within a minute that the machine of one is gone, and ends it.
_WRITING = (
    "SET lock_timeout = '10min'; SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 5; "
    "SET tcp_keepalives_count = 5"
)
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('compendium'))"
#: A statement that was put so many times on a connection is kept there, ready to run.
_PREPARED_AFTER = 1
#: How soon it is noticed that the machine of a server is gone, in libpq's own words: an address
#: that is silent for 5 seconds is asked, every 2 seconds, whether it is there.
_WATCH = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

#: The SQLSTATE of a statement that was ended because it took too long, or by somebody.
_TOO_LONG = "57014"
#: The SQLSTATE of a connection that somebody ended, as a server does that restarts.
_ENDED = "57P01"
#: What is said, in English, of one that was ended while it was being opened: libpq has no number
#: for it.
_ENDED_EARLY = ("terminating connection", "server closed the connection unexpectedly")
#: How often a question is put in all while connections are ended.
_TRIES = 4
_NO_EXTENSION = "Install pgvector on the server and run 'CREATE EXTENSION vector' in the database."
#: SQLSTATE, or the first two letters of it, to what is wrong and what to do.
_REMEDIES: Mapping[str, tuple[str, str]] = {
    "25006": (
        "takes no changes, as a standby does",
        "Name the primary in KB_ENGINE, or promote this one.",
    ),
    "42501": (
        "does not let this role do that",
        "Run 'GRANT CREATE ON DATABASE' for the role of a build, and 'GRANT pg_read_all_data' "
        "for one that only reads.",
    ),
    "53100": ("has no space left", "Free some, then run 'kb build' again."),
    "53300": ("has no connection left", "Raise max_connections, or lower KB_WORKERS."),
    "54": ("refuses something that is too large", "Look for it in the log of the server."),
    _TOO_LONG: ("took too long", "Look at what else it does, then try again."),
    "40001": ("gave up the answer, as a standby may", "Try again."),
    "42703": (
        "has a schema 'compendium' that is not of this program",
        "Name another database in KB_ENGINE.",
    ),
    "55P03": (
        "is being written to by another build",
        "Wait for that to end, then run 'kb build' again.",
    ),
    "0A000": ("has no extension 'vector'", _NO_EXTENSION),
    "58P01": ("has no extension 'vector'", _NO_EXTENSION),
}
_NO_ADDRESS = (
    "KB_ENGINE must be empty or an address that libpq understands: "
    "postgresql://user@host:port/database, with signs such as @, / and % in a part of it written "
    "as %40, %2F and %25, and no options that libpq does not know."
)
_UNREACHABLE = "Start it, or correct KB_ENGINE."
#: What a server says that lets nobody in, in English: libpq has no number for it. The first that
#: stands in it counts, with what is wrong and what to do.
_NOT_LET_IN: Sequence[tuple[str, str, str]] = (
    *(
        (
            said,
            "does not let this role in",
            "Name the role in KB_ENGINE, and its password in ~/.pgpass or PGPASSWORD.",
        )
        for said in (
            *("authentication failed", "no password supplied"),
            *("no pg_hba.conf entry", "pg_hba.conf rejects"),
        )
    ),
    ("too many connections", *_REMEDIES["53300"]),
    (
        "does not exist",
        "does not have what KB_ENGINE names",
        "Correct KB_ENGINE, or create it: docs/postgresql.md says how.",
    ),
)
#: What a statement raises about a version that is not there, or is there no more.
_MISSING = ("3F000", "42P01")


class Server:
    """One address, for all threads of a process and over a fork."""

    def __init__(self, address: str, *, silent_for: float = SILENT_FOR) -> None:
        """Nothing is asked of it yet.

        Args:
            address: as ``KB_ENGINE`` has it.
            silent_for: after so many seconds without a word a connection that reads is given up.
        """
        self._address = address
        self._silent_for = silent_for
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._of_parents: list[Connection] = []
        self._process = os.getpid()

    @property
    def name(self) -> str:
        """The address without its password, for messages."""
        conninfo = _library().conninfo
        with suppress(_library().ProgrammingError):
            parts = conninfo.conninfo_to_dict(self._address)
            host = parts.get("host") or parts.get("hostaddr") or "localhost"
            return f"PostgreSQL at {host}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"
        raise SettingError(_NO_ADDRESS)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads, each statement for itself."""
        connection = self._take() or self._connect()
        try:
            yield connection
        finally:
            self._give_back(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction on the server that takes changes: all of it is done, or nothing.

        Who writes waits until no other does, to the end of its transaction.

        Raises:
            EngineUnavailable: it is not there, gave out in the middle, or another one writes for
                too long.
        """
        with self.telling():
            connection = self._open(target_session_attrs="read-write")
            with connection, self.telling():
                connection.execute(_WRITING)
                connection.execute(_ONE_AT_A_TIME)
                _check(connection, self.name, writes=True)
                yield connection

    def fetch(self, statement: str, values: Mapping[str, Any] | None = None) -> list[tuple]:
        """The rows of a statement that reads; numbers and bytes come as they are.

        Raises:
            EngineUnavailable: the server is not there, or gave out.
            SnapshotMissing: it does not have the version any more.
        """
        return self.fetch_each([(statement, values or {})])[0]

    def fetch_each(self, asked: Sequence[Asked]) -> list[list[tuple]]:
        """The same of some statements, which go there and back together.

        Raises:
            EngineUnavailable: the server is not there, or gave out.
            SnapshotMissing: it does not have the version any more.
        """
        began = time.monotonic()
        with self.telling():
            for nth in range(_TRIES - 1):
                try:
                    return self._fetched(asked)
                except (_library().OperationalError, EngineUnavailable) as err:
                    soon = time.monotonic() < began + self._silent_for
                    if not _is_worth_another(err, is_first=nth == 0, soon=soon):
                        raise
                self.close()  # the others broke with it
            return self._fetched(asked)

    def _fetched(self, asked: Sequence[Asked]) -> list[list[tuple]]:
        with self.reading() as connection:
            if len(asked) == 1:
                ((statement, values),) = asked
                return [connection.execute(statement, values, binary=True).fetchall()]
            with connection.pipeline():
                cursors = [connection.execute(*one, binary=True) for one in asked]
                return [cursor.fetchall() for cursor in cursors]

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What the library raises, in one sentence with what to do."""
        try:
            yield
        except _library().Error as err:
            raise self._told(err) from err

    def close(self) -> None:
        """Let go of every connection that is not in use."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _told(self, err: psycopg.Error) -> Exception:
        state = err.sqlstate or ""
        if "session is read-only" in str(err):  # libpq has no number for it
            state = "25006"
        if state in _MISSING:
            return SnapshotMissing(f"{self.name} does not have this snapshot.")
        said = _said(err)
        for key, (what, remedy) in _REMEDIES.items():
            if state.startswith(key):
                return EngineUnavailable(f"{self.name} {what} ({said}).", remedy=remedy)
        if isinstance(err, _library().DataError):
            return EngineUnavailable(
                f"{self.name} does not take what was written ({said}).",
                remedy="Look for such a character or number in the cases.",
            )
        for part, what, remedy in _NOT_LET_IN:
            if not state and part in said:
                return EngineUnavailable(f"{self.name} {what} ({said}).", remedy=remedy)
        return EngineUnavailable(f"{self.name} gave no answer ({said}).", remedy=_UNREACHABLE)

    def _take(self) -> Connection | None:
        with self._lock:
            if self._process != os.getpid():
                # A connection that a parent opened is its own; kept, so that nothing closes it.
                self._of_parents += self._idle
                self._idle, self._process = [], os.getpid()
            while self._idle:
                connection = self._idle.pop()
                if not connection.closed:
                    return connection
        return None

    def _give_back(self, connection: Connection) -> None:
        if connection.closed or connection.broken:
            connection.close()
            return
        with self._lock:
            self._idle.append(connection)

    def _connect(self) -> Connection:
        with self.telling():
            connection = self._open(autocommit=True)
        connection.silent_for = self._silent_for
        with ExitStack() as unless_sound:
            unless_sound.callback(connection.close)
            _check(connection, self.name, writes=False)
            connection.execute(_SESSION)
            unless_sound.pop_all()
        return connection

    def _open(self, **options: Any) -> Connection:
        library = _library()
        try:
            given = library.conninfo.conninfo_to_dict(self._address)
        except library.ProgrammingError as err:
            raise SettingError(_NO_ADDRESS) from err
        for name, usual in {"connect_timeout": CONNECT_SECONDS, **_WATCH}.items():
            options.setdefault(name, given.get(name, usual))
        return _connection_type().connect(
            self._address, prepare_threshold=_PREPARED_AFTER, client_encoding="utf8", **options
        )


def _is_worth_another(err: Exception, *, is_first: bool, soon: bool) -> bool:
    """Whether a question that failed is put again, on a connection of its own.

    Once whatever broke it, and again where its connection was ended, or broke and no server was
    waited for: one that stops ends all that there are, those just opened or being opened as well,
    and it or another is there for the next. Where none could be opened that is said at once.
    """
    if isinstance(err, EngineUnavailable):
        ended_early = soon and any(one in str(err.__cause__) for one in _ENDED_EARLY)
        return ended_early or getattr(err.__cause__, "sqlstate", None) == _ENDED
    state = getattr(err, "sqlstate", None)
    broke = state is None and soon
    return state == _ENDED or broke or (is_first and state != _TOO_LONG)


def _said(err: psycopg.Error) -> str:
    """What the server said in one line, or why none could be asked: of several the last one."""
    lines = [line for line in str(err).splitlines() if line.strip() and not line.startswith("\t")]
    return (err.diag.message_primary or (lines or [type(err).__name__])[-1]).strip().rstrip(".")


def _check(connection: Connection, name: str, *, writes: bool) -> None:
    """Refuse a server on which this could not work."""
    version = connection.info.server_version // 10_000
    if version < LEAST_SERVER:
        raise EngineUnavailable(
            f"{name} is PostgreSQL {version}.",
            remedy=f"Use version {LEAST_SERVER} or later.",
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise EngineUnavailable(
            f"The database of {name} keeps its texts as {encoding}.",
            remedy="Create one with ENCODING 'UTF8'.",
        )
    asked = (  # what it brings is found wherever it was put, and nothing else goes by its names
        "SELECT extversion, set_config('search_path', quote_ident(nspname), false) "
        "FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace WHERE extname = 'vector'"
    )
    found = connection.execute(asked).fetchone()
    if found is None and writes:
        with suppress(_library().errors.InsufficientPrivilege), connection.transaction():
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        found = connection.execute(asked).fetchone()
    if found is None:
        raise EngineUnavailable(f"{name} has no extension 'vector'.", remedy=_NO_EXTENSION)
    if tuple(int(part) for part in found[0].split(".")[:2]) < LEAST_VECTOR:
        raise EngineUnavailable(
            f"{name} has pgvector {found[0]}.",
            remedy="Install 0.7 or later and run 'ALTER EXTENSION vector UPDATE'.",
        )


@cache
def _library() -> Any:
    try:
        import psycopg
        import psycopg.conninfo
    except ImportError as err:
        raise SettingError(
            "KB_ENGINE names PostgreSQL, for which the package psycopg is missing. "
            "Run pip install 'compendium-of-business-networks[postgresql]'."
        ) from err

    class Sending(psycopg.adapt.Dumper):
        """Sends arrays in binary; psycopg would turn each number into text."""

        format = psycopg.pq.Format.BINARY

        def dump(self, obj: Any) -> bytes:
            return obj.sent

    for kind in (Integers, Reals):
        own = type(f"Sending{kind.__name__}", (Sending,), {"oid": kind.of_array})
        psycopg.adapters.register_dumper(kind, own)
    return psycopg


@cache
def _connection_type() -> type[Connection]:
    """A connection that does not wait for ever."""
    library = _library()

    class Patient(library.Connection):
        """``silent_for`` is as of ``Server``; None waits as long as it takes."""

        silent_for: float | None = None

        def wait(self, gen: Any, *given: Any, **options: Any) -> Any:
            """Wait for the server, as psycopg has it."""
            return super().wait(self._bounded(gen), *given, **options)

        def _bounded(self, gen: Any) -> Any:
            """The same generator. It is told ten times a second where nothing came."""
            heard = time.monotonic()
            try:
                wanted = next(gen)
                while True:
                    ready = yield wanted
                    if ready:
                        heard = time.monotonic()
                    elif self.silent_for is not None and time.monotonic() > heard + self.silent_for:
                        self.close()
                        raise library.OperationalError(f"no word for {self.silent_for:g} seconds")
                    wanted = gen.send(ready)
            except StopIteration as done:
                return done.value

    return Patient


@cache
def server_at(address: str) -> Server:
    """The one server of an address in this process."""
    return Server(address)


def column(data: bytes | None, kind: str) -> np.ndarray:
    """What ``string_agg`` made of the binary form of many numbers; None is none of them."""
    numbers = np.frombuffer(data or b"", dtype=np.dtype(kind).newbyteorder(">"))
    return numbers.astype(kind)


@dataclass(frozen=True, slots=True)
class Integers:
    """Whole numbers as a statement gets them."""

    values: np.ndarray
    #: The numbers by which PostgreSQL knows int4 and an array of it.
    of_one, of_array, kind = 23, 1007, ">i4"

    @property
    def sent(self) -> bytes:
        """In binary."""
        return _array_in_binary(self.values, self.of_one, self.kind)


@dataclass(frozen=True, slots=True)
class Reals:
    """Numbers of 32 bits as a statement gets them: pgvector makes a vector of them."""

    values: np.ndarray
    #: The same for float4.
    of_one, of_array, kind = 700, 1021, ">f4"

    @property
    def sent(self) -> bytes:
        """In binary."""
        return _array_in_binary(self.values, self.of_one, self.kind)


def _array_in_binary(values: np.ndarray, of_one: int, kind: str) -> bytes:
    """An array as PostgreSQL reads it: its head, then each number behind its length."""
    if not len(values):
        return struct.pack(">iiI", 0, 0, of_one)
    each = np.empty(len(values), dtype=[("length", ">i4"), ("value", kind)])
    each["length"], each["value"] = 4, values
    return struct.pack(">iiIii", 1, 0, of_one, len(values), 1) + each.tobytes()


def rows_in_binary(columns: Sequence[np.ndarray]) -> Iterator[bytes]:
    """Rows in the binary form of COPY, with its head and its end.

    Args:
        columns: arrays of one length: numbers, or ``V`` items, which are sent as they are.
    """
    yield b"PGCOPY\n\xff\r\n\0" + bytes(8)
    n = len(columns[0])
    fields: list[tuple[str, Any]] = [("fields", ">i2")]
    for number, one in enumerate(columns):
        fields += [(f"length{number}", ">i4"), (f"value{number}", one.dtype.newbyteorder(">"))]
    for begin in range(0, n, 4_096):
        block = slice(begin, begin + 4_096)
        rows = np.empty(len(columns[0][block]), dtype=fields)
        rows["fields"] = len(columns)
        for number, one in enumerate(columns):
            rows[f"length{number}"] = one.dtype.itemsize
            rows[f"value{number}"] = one[block]
        yield rows.tobytes()
    yield b"\xff\xff"
