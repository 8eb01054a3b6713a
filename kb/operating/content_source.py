"""Content from outside, taken as data: files with names and bytes, and nothing that acts.

A source is a folder that is copied as it lies, or a repository that git fetches. Of a
repository nothing is checked out: the names are listed, each is judged, and the bytes are read
one by one. So no link, submodule, hook or filter of it has any effect, and each is refused with
its name. git itself runs without the settings of the machine, asks nobody anything, and has a time
and a size that it may take.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

from kb.content.files import TAXONOMY_FILE
from kb.errors import SourceRefused

#: Where the cases stand in most repositories, beside their top.
_USUAL = "cases"
#: What a repository is named by, beside a URL: ``git@example.org:path``.
_SCP = re.compile(r"[\w.+-]+@[\w.-]+:.+")
_PROTOCOLS = ("https", "ssh", "http", "file")
#: The ways of git into which a program could be put, as ``ext::sh -c ...``.
_HELPER = re.compile(r"\w+::")
_FILTER = re.compile(rb"(?m)^[^#\n]*\bfilter\s*=")
_BUNDLE = re.compile(rb"# v\d+ git bundle\n")
_POINTER = b"version https://git-lfs."
_ATTRIBUTES = ".gitattributes"
_GIT_FOLDER = ".git"
_OWN_REF = "refs/compendium/taken"
_MB = 1_000_000
#: What git gets to know of the machine.
_PASSED_ON = (
    *("PATH", "TMPDIR", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
)
#: So many lines of what git said last are told.
_LAST_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is taken at most: files, bytes of one, of all, and seconds that git may take."""

    files: int = 200_000
    file_bytes: int = 20 * _MB
    all_bytes: int = 2_000 * _MB
    seconds: float = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where content comes from.

    Attributes:
        address: a folder, a bare repository, or what git calls a remote.
        branch: the branch or tag of a repository; empty for the one that it shows first.
        folder: the path of the cases in it; empty where they stand at the top or in ``cases``.
    """

    address: str
    branch: str = ""
    folder: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether it is copied as it lies."""
        path = Path(self.address)
        is_folder = bool(self.address) and path.is_dir()
        return is_folder and not ((path / "HEAD").is_file() and (path / "objects").is_dir())

    @property
    def shown(self) -> str:
        """The address without a name or a password that may stand in it."""
        if not self._secret:
            return self.address
        parts = urlsplit(self.address)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

    @property
    def _secret(self) -> str:
        """Who asks, as the address says it; empty where it does not or where all may know."""
        has_scheme = "://" in self.address
        secret = urlsplit(self.address).netloc.rpartition("@")[0] if has_scheme else ""
        return secret if self.address.startswith(("https:", "http:")) or ":" in secret else ""

    def without_secret(self, text: str) -> str:
        """A text, in which the address may stand, without what nobody is to read."""
        secret = self._secret
        for part in (f"{secret}@", secret, secret.partition(":")[2]):
            text = text.replace(part, "") if part.strip("@") else text
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken.

    Attributes:
        revision: the commit; of a folder a digest of its files.
        files: how many.
        size: bytes of all of them.
    """

    revision: str
    files: int
    size: int


def take(
    source: Source,
    to: Path,
    *,
    limits: Limits | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Taken:
    """Write the cases of a source, and all that stands with them, into a new folder.

    Args:
        source: where they are.
        to: the folder; it may not be there yet. What stands beside it is left alone.
        limits: how much is taken at most.
        tell: told in a sentence what is being done.

    Raises:
        SourceRefused: the source cannot be reached, has no cases, or holds something that is not
            taken. The folder is then not there.
        OSError: the folder cannot be written.
    """
    limits = limits or Limits()
    way = _take_folder if source.is_folder else _take_repository
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, to, ignore_errors=True)
        taken = way(source, to, limits, tell)
        undo.pop_all()
    return taken


def newest_commit(source: Source, *, limits: Limits | None = None) -> str:
    """The commit that a repository shows now; empty of a folder, or where it does not say.

    Raises:
        SourceRefused: it cannot be reached.
    """
    if source.is_folder:
        return ""
    _refuse_address(source)
    with TemporaryDirectory(prefix="kb-git-") as name:
        git = _Git(source, Path(name), limits or Limits())
        git.run("init", "--bare", "--quiet", "--template=", str(git.folder))
        said = git.run("ls-remote", "--", source.address, *_names_of(source.branch))
    found = dict(reversed(line.split("\t", 1)) for line in said.decode().splitlines())
    names = (*(f"{name}^{{}}" for name in _names_of(source.branch)), *_names_of(source.branch))
    return next((found[name] for name in names if name in found), "")


def _names_of(branch: str) -> tuple[str, ...]:
    return (f"refs/heads/{branch}", f"refs/tags/{branch}") if branch else ("HEAD",)


def digest_of_files(folder: Path) -> str:
    """A digest of the names and bytes of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


class _Target:
    """The folder that is written into, file by file, within the limits."""

    def __init__(self, to: Path, limits: Limits) -> None:
        self._to, self._limits = to, limits
        self.files = self.size = 0
        to.mkdir()

    def allow(self, name: str, size: int) -> None:
        """Count a file before a byte of it is read.

        Raises:
            SourceRefused: it is one too many, or too large.
        """
        limits = self._limits
        self.files += 1
        self.size += size
        _refuse_name(name)
        if self.files > limits.files:
            raise SourceRefused(
                f"The content has more than {limits.files:,} files; {name!r} is one too many. "
                "Name the folder of the cases alone (--folder), or allow more with --most-files."
            )
        if size > limits.file_bytes:
            raise SourceRefused(
                f"{name!r} has {size:,} bytes; a file of the content has at most "
                f"{limits.file_bytes:,}. Take it out, or allow more with --largest."
            )
        if self.size > limits.all_bytes:
            raise SourceRefused(
                f"The content has more than {limits.all_bytes:,} bytes; it ends at {name!r}. Name "
                "the folder of the cases alone (--folder)."
            )

    def write(self, name: str, data: bytes) -> None:
        """Write a file that was allowed.

        Raises:
            SourceRefused: git would change it on its way, or its place is taken.
        """
        if data.startswith(_POINTER):
            raise SourceRefused(
                f"{name!r} is a pointer of Git LFS, and the file itself is elsewhere. Filters of "
                "git are not run; keep the file itself in the repository."
            )
        if name.rpartition("/")[2] == _ATTRIBUTES and (found := _FILTER.search(data)):
            line = data[: found.start()].count(b"\n") + 1
            raise SourceRefused(
                f"{name!r} names a filter in line {line}. Filters of git are not run, so the "
                "files would not be what is meant; take the line out."
            )
        path = self._to / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
        except (FileExistsError, NotADirectoryError) as err:
            raise SourceRefused(f"{name!r} is there twice, or is a file and a folder.") from err


def _refuse_name(name: str) -> None:
    """Refuse a path that leads out of the folder, or that git or a terminal would act on."""
    parts = name.split("/")
    leads_out = name.startswith("/") or "\\" in name or any(one in ("", ".", "..") for one in parts)
    if leads_out or not name.isprintable() or any(p.casefold() == _GIT_FOLDER for p in parts):
        raise SourceRefused(
            f"{name!a} is no name that is taken: a path below the folder of the cases, "
            "without '..', '.git', backslashes and signs that nobody sees."
        )


def _no_cases(source: Source, where: str) -> SourceRefused:
    return SourceRefused(
        f"There are no cases in {where} of {source.shown}: no {TAXONOMY_FILE}. Name the folder "
        "that has it with --folder or KB_SOURCE_FOLDER."
    )


# A folder


def _take_folder(source: Source, to: Path, limits: Limits, tell: Callable[[str], None]) -> Taken:
    if source.branch:
        raise SourceRefused(_no_branch(source))
    top = Path(source.address).resolve()
    folders = (source.folder,) if source.folder else ("", _USUAL)
    found = next((one for one in folders if (top / one / TAXONOMY_FILE).is_file()), None)
    if found is None:
        raise _no_cases(source, " and ".join(repr(one or ".") for one in folders))
    folder = top / found
    if folder.resolve() != folder:
        raise SourceRefused(f"{folder} is reached by a symbolic link; name the folder itself.")
    if to.resolve().is_relative_to(folder):
        raise SourceRefused(
            f"The index {to.parent.parent} lies in the folder {folder} that content is taken "
            "from; set KB_INDEX to a place outside of it."
        )
    tell(f"Copying the content of {source.shown} …")
    target = _Target(to, limits)
    before = dict(_files_of(folder, target))
    for path in before:
        target.write(path.relative_to(folder).as_posix(), _read(path, limits))
    _refuse_change(folder, before, dict(_files_of(folder, _Counted(limits))))
    return Taken(revision=digest_of_files(to), files=target.files, size=target.size)


def _no_branch(source: Source) -> str:
    said = f"{source.shown} is a folder, which is copied as it lies, so it has no branch."
    leave = "Leave out --branch and KB_SOURCE_BRANCH"
    top = Path(source.address).resolve()
    if not (top / _GIT_FOLDER).exists():
        return f"{said} {leave}."
    return f"{said} {leave}, or take {source.branch!r} of its commits from {top.as_uri()}."


def _files_of(folder: Path, target: _Target) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Every file below a folder with its size and time, each allowed; no link is followed."""
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda one: one.name)
        except OSError as err:
            raise SourceRefused(f"{current} cannot be read: {err.strerror}.") from err
        for entry in entries:
            if entry.name == _GIT_FOLDER:
                continue  # of a clone that is taken as it lies
            path = Path(entry.path)
            state = entry.stat(follow_symlinks=False)
            name = path.relative_to(folder).as_posix()
            if stat.S_ISDIR(state.st_mode):
                waiting.append(path)
            elif stat.S_ISREG(state.st_mode):
                target.allow(name, state.st_size)
                yield path, (state.st_size, state.st_mtime_ns)
            else:
                raise _no_file(name, is_link=stat.S_ISLNK(state.st_mode))


def _no_file(name: str, *, is_link: bool) -> SourceRefused:
    what = "a symbolic link" if is_link else "no file (a device, a pipe or a socket)"
    return SourceRefused(
        f"{name!r} is {what}; only files and folders are taken. Put a copy of the file there."
    )


def _read(path: Path, limits: Limits) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            return file.read(limits.file_bytes + 1)
    except OSError as err:
        raise SourceRefused(f"{path} cannot be read: {err.strerror}.") from err


def _refuse_change(
    folder: Path, before: Mapping[Path, tuple[int, int]], after: Mapping[Path, tuple[int, int]]
) -> None:
    """Refuse a folder that somebody writes to while it is copied: half of it may be old."""
    changed = [path for path in {*before, *after} if before.get(path) != after.get(path)]
    if changed:
        name = min(changed).relative_to(folder).as_posix()
        raise SourceRefused(f"{name!r} changed while the folder was copied; try again in a moment.")


class _Counted(_Target):
    """Counts files and writes nothing."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.files = self.size = 0


# A repository


def _take_repository(
    source: Source, to: Path, limits: Limits, tell: Callable[[str], None]
) -> Taken:
    _refuse_address(source)
    with TemporaryDirectory(prefix="kb-git-", dir=to.parent) as name:
        git = _Git(source, Path(name), limits)
        tell(f"Fetching {source.branch or 'the content'} from {source.shown} …")
        git.run("init", "--bare", "--quiet", "--template=", str(git.folder))
        _fetch(git, source)
        asked = ("rev-parse", "--verify", "--end-of-options", f"{_OWN_REF}^{{commit}}")
        commit = git.run(*asked).decode().strip()
        entries = _entries_of(git, source, commit)
        target = _Target(to, limits)
        for entry in entries:
            target.allow(entry.name, entry.size)
        tell(f"Taking {target.files} files of {commit[:12]} …")
        with git.blobs() as read:
            for entry in entries:
                target.write(entry.name, read(entry.blob))
    return Taken(revision=commit, files=target.files, size=target.size)


def _refuse_address(source: Source) -> None:
    """Refuse what git would take for an option or a program, before git sees it."""
    address = source.address
    scheme = urlsplit(address).scheme if "://" in address else ""
    is_path = bool(address) and Path(address).exists()
    _refuse_file(source, Path(unquote(urlsplit(address).path)) if scheme == "file" else None)
    known = scheme in _PROTOCOLS or (not scheme and bool(_SCP.fullmatch(address))) or is_path
    if not known or _HELPER.match(address) or address.startswith("-") or not address.isprintable():
        raise SourceRefused(
            f"{source.shown!r} is no source of content: a folder that is there, or a repository at "
            f"{', '.join(f'{one}://' for one in _PROTOCOLS)} or user@host:path."
        )


def _refuse_file(source: Source, named: Path | None) -> None:
    """Refuse a file, unless git keeps a repository in it."""
    path = named or Path(source.address)
    if not source.address or not path.is_file():
        return
    with path.open("rb") as file:
        if _BUNDLE.match(file.readline(64)):
            return
    raise SourceRefused(
        f"{source.shown} is a file, not a folder or repository. Name the folder of the cases, or "
        "one above it."
    )


def _fetch(git: _Git, source: Source) -> None:
    """Fetch one commit, without what was before it where the other side can leave that out."""
    refspec = f"+{source.branch or 'HEAD'}:{_OWN_REF}"
    options = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
    try:
        git.run("fetch", *options, "--depth=1", "--", source.address, refspec)
    except SourceRefused as err:
        if "shallow" not in str(err):
            raise
        git.run("fetch", *options, "--", source.address, refspec)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A file in a tree: its path below the folder of the cases, its bytes' name, and how many."""

    name: str
    blob: str
    size: int


def _entries_of(git: _Git, source: Source, commit: str) -> list[_Entry]:
    """The files of the folder of the cases.

    Raises:
        SourceRefused: it is not there, or holds something that is no file.
    """
    folders = (source.folder,) if source.folder else ("", _USUAL)
    for folder in folders:
        tree = f"{commit}:{folder}" if folder else commit
        with suppress(SourceRefused):
            listed = git.run("ls-tree", "-r", "-z", "-l", "--full-tree", tree)
            if any(one.endswith(f"\t{TAXONOMY_FILE}".encode()) for one in listed.split(b"\0")):
                break
    else:
        raise _no_cases(source, " and ".join(repr(one or ".") for one in folders))
    return [_entry(line) for line in listed.split(b"\0") if line]


def _entry(line: bytes) -> _Entry:
    head, _, raw = line.partition(b"\t")
    mode, kind, blob, size = head.decode().split()
    try:
        name = raw.decode()
    except UnicodeDecodeError as err:
        raise SourceRefused(f"{raw!r} is no name in UTF-8; rename the file.") from err
    if kind == "commit":
        raise SourceRefused(
            f"{name!r} is a submodule; its files are in another repository and are not taken. "
            "Keep them in this one."
        )
    if mode not in ("100644", "100755", "100664"):
        raise _no_file(name, is_link=mode == "120000")
    return _Entry(name=name, blob=blob, size=int(size))


class _Git:
    """git, with a repository of its own that is gone afterwards, and nothing of the machine's."""

    def __init__(self, source: Source, folder: Path, limits: Limits) -> None:
        self.folder = folder / "repository"
        self._source, self._limits = source, limits
        self._home = folder / "home"
        self._home.mkdir()

    @property
    def _environment(self) -> Mapping[str, str]:
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        return passed | {
            "HOME": str(self._home),
            "XDG_CONFIG_HOME": str(self._home),
            "LC_ALL": "C",
            "GIT_DIR": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": ":".join(_PROTOCOLS),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            "SSH_ASKPASS": "true",
            "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=30",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
        }

    def _start(self, *arguments: str, reads: bool = False) -> subprocess.Popen[bytes]:
        settings = {
            "core.hooksPath": os.devnull,
            "core.fsmonitor": "false",
            "credential.helper": "",
            "fetch.fsckObjects": "true",
            "fetch.unpackLimit": "1",  # one file, whose size is limited
            "gc.auto": "0",
            "http.lowSpeedLimit": "1000",
            "http.lowSpeedTime": "60",
            "protocol.version": "2",
            "submodule.recurse": "false",
        }
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        try:
            process = subprocess.Popen(
                ["git", *options, *arguments],
                cwd=self._home,
                env=self._environment,
                stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if reads else subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as err:
            raise SourceRefused(
                f"git cannot be started: {err.strerror}. Install git, or give a folder as the "
                "source."
            ) from err
        self._limit_files(process)
        return process

    def _limit_files(self, process: subprocess.Popen[bytes]) -> None:
        """Keep what git writes within the limit, however much the other side sends."""
        with suppress(ImportError, AttributeError, OSError):
            import resource

            most = (self._limits.all_bytes, self._limits.all_bytes)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, most)  # Linux alone has it

    def run(self, *arguments: str) -> bytes:
        """What git prints.

        Raises:
            SourceRefused: it failed, or took too long.
        """
        process = self._start(*arguments)
        with ExitStack() as undo:
            undo.callback(_end, process)
            try:
                printed, said = process.communicate(timeout=self._limits.seconds)
            except subprocess.TimeoutExpired as err:
                raise self._too_slow() from err
            undo.pop_all()
        if process.returncode:
            raise self._failed(said.decode("utf-8", "replace"))
        return printed

    def _too_slow(self) -> SourceRefused:
        return SourceRefused(
            f"{self._source.shown} did not send its content within {self._limits.seconds:g} "
            "seconds; try again, or allow more with --timeout."
        )

    def _failed(self, said: str) -> SourceRefused:
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        told = self._source.without_secret(" ".join(lines[-_LAST_LINES:]))
        what = f"The content of {self._source.shown} cannot be fetched"
        if self._source.branch:
            what += f" (branch {self._source.branch!r})"
        return SourceRefused(f"{what}; git says: {told[:600] or 'nothing'}")

    @contextmanager
    def blobs(self) -> Iterator[Callable[[str], bytes]]:
        """Reads bytes by their names, as they are kept: no filter and no attribute acts on them."""
        process = self._start("cat-file", "--batch", reads=True)
        overdue = threading.Timer(self._limits.seconds, _kill, (process,))
        overdue.start()
        try:
            yield lambda name: self._blob(process, name)
        finally:
            overdue.cancel()
            _end(process)

    def _blob(self, process: subprocess.Popen[bytes], name: str) -> bytes:
        asks, answers = process.stdin, process.stdout
        try:
            data = _asked(asks, answers, name)
        except (OSError, ValueError) as err:
            raise self._too_slow() from err
        return data


def _asked(asks: IO[bytes] | None, answers: IO[bytes] | None, name: str) -> bytes:
    """The bytes of a name.

    Raises:
        ValueError: there is no such name, or git has ended.
    """
    if asks is None or answers is None:
        raise ValueError(name)
    asks.write(f"{name}\n".encode())
    asks.flush()
    _, kind, size = answers.readline().decode().split()
    data = answers.read(int(size))
    if kind != "blob" or len(data) != int(size) or answers.read(1) != b"\n":
        raise ValueError(name)
    return data


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is not None:
        return  # its number may be another's by now
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and all that it started."""
    _kill(process)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    process.wait()
