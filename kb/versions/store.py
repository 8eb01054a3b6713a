"""The store of versions in the index folder: written by builds, read by everybody else.

    index/versions/
      layers.json   which layers there are, the oldest first; and what they were made up to
      <layer>/      see ``kb.versions.layers``

A build that finds something new adds a layer, and joins small ones to it, so that there are
never many. ``layers.json`` is replaced in one atomic step after the layer is on the disk whole;
what it does not name is no part of the store. So whoever reads needs no lock, a build that is
killed leaves the store as it was, and snapshots come and go without it.
"""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kb.errors import SnapshotCorrupt, VersionNotFound, VersionsDamaged, VersionsUnreadable
from kb.model.case_versions import SHORT, Entry, Version, short
from kb.model.files import sync_folder, sync_tree, write_durably
from kb.versions.joining import join_layers
from kb.versions.layers import Layer, LayerWriter, begun, merge

#: The folder in the index.
FOLDER = "versions"
_LIST = "layers.json"
_NEW = ".new-"
_DAMAGED = "damaged-"
#: So many times a list is read again that names a layer which was joined to another meanwhile.
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """What ``layers.json`` says: the names of the layers, and a digest of what they tell."""

    layers: tuple[str, ...] = ()
    state: str = ""


_LISTED = TypeAdapter(_Listed)


@dataclass(frozen=True, slots=True)
class Histories:
    """What became of every case, as the store told it at one time."""

    told: Mapping[str, tuple[Entry, ...]]

    def history(self, case_id: str) -> tuple[Entry, ...]:
        """What became of a case, oldest first."""
        return self.told.get(case_id, ())


class Versions:
    """The versions of every case that an index has held. Safe between threads and over a fork.

    Where there is no store, there are no versions. What a build adds is seen at once.
    """

    def __init__(self, index: Path) -> None:
        """Nothing is opened yet.

        Args:
            index: the folder of the snapshots.
        """
        self.folder = index / FOLDER
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] | None = ()  # nothing was looked at yet
        self._listed = _Listed()
        self._opened: tuple[Layer, ...] = ()

    @property
    def added_to(self) -> datetime | None:
        """When something was last added; None where there is nothing yet."""
        stamp = self._stamp()
        return None if stamp is None else datetime.fromtimestamp(stamp[0] / 1e9, UTC)

    def history(self, case_id: str) -> tuple[Entry, ...]:
        """What became of a case, oldest first; nothing where the store knows no such case.

        Raises:
            VersionsUnreadable: the store cannot be read.
        """
        every = [one for layer in self._layers() for one in layer.entries(case_id)]
        return tuple(begun(case_id, every))

    def histories(self) -> dict[str, tuple[Entry, ...]]:
        """What became of every case, by id: each as ``history`` tells it.

        Raises:
            VersionsUnreadable: the store cannot be read.
        """
        told: dict[str, list[Entry]] = {}
        for case_id, entries in self._told():
            told.setdefault(case_id, []).extend(entries)
        return {case_id: tuple(begun(case_id, entries)) for case_id, entries in told.items()}

    def _told(self) -> Iterator[tuple[str, tuple[Entry, ...]]]:
        """What the layers tell of every case, layer by layer, the oldest first."""
        try:
            for layer in self._layers():
                yield from layer.all_entries().items()
        except SnapshotCorrupt as err:
            raise _unreadable(err) from err

    def at_once(self) -> Histories:
        """What became of every case, read once, for who asks of all of them.

        Raises:
            VersionsUnreadable: the store cannot be read.
        """
        return Histories(self.histories())

    def newest(self, case_id: str) -> Entry | None:
        """The newest version of a case, also of one that is no more; None where there is none.

        Raises:
            VersionsUnreadable: the store cannot be read.
        """
        told = [entry for entry in self.history(case_id) if entry.digest]
        return told[-1] if told else None

    def digests(self, prefix: str) -> tuple[str, ...]:
        """The digests of all versions that begin so.

        Raises:
            VersionsUnreadable: the store cannot be read.
        """
        found = {digest for layer in self._layers() for digest in layer.digests(prefix)}
        return tuple(sorted(found))

    def version(self, digest: str) -> Version:
        """A version, by its digest or the first characters of that.

        Args:
            digest: from ``SHORT`` characters up to the whole.

        Raises:
            VersionNotFound: none has this digest, or more than one begins so.
            VersionsDamaged: it cannot be read; ``VersionsUnreadable`` where the store cannot.
        """
        found = self.digests(digest) if len(digest) >= SHORT else ()
        if len(found) != 1:
            raise VersionNotFound(digest, found=found)
        for layer in self._layers():
            if found[0] in layer:
                return layer.version(found[0])
        raise VersionNotFound(digest)

    def damaged(self) -> tuple[str, ...]:
        """The digests of the versions that are not what their digest says; every one is read.

        Raises:
            VersionsUnreadable: the store cannot be read.
        """
        told = {
            digest: layer.is_sound(digest)
            for layer in reversed(self._layers())  # of two that have it the first is shown
            for digest in layer.digests()
        }
        return tuple(sorted(digest for digest, is_sound in told.items() if not is_sound))

    def __contains__(self, digest: str) -> bool:
        return any(digest in layer for layer in self._layers())

    def heads(self) -> dict[str, str]:
        """The digest of the newest version of every case; empty of one that is no more.

        Raises:
            VersionsUnreadable: the store cannot be read.
        """
        return {case_id: entries[-1].digest for case_id, entries in self._told()}

    def last_entries(self) -> dict[str, Entry]:
        """The last entry in the history of every case, without its id.

        Raises:
            VersionsUnreadable: the store cannot be read.
        """
        told = self.histories().items()
        return {case_id: replace(entries[-1], case_id="") for case_id, entries in told}

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of its layers: others than before where something was added."""
        self._layers()
        return self._listed.layers

    @property
    def state(self) -> str:
        """A digest of what the store was made up to; empty where nothing was."""
        self._layers()
        return self._listed.state

    def _layers(self) -> tuple[Layer, ...]:
        stamp = self._stamp()
        if stamp != self._seen:
            with self._lock:
                if stamp != self._seen:
                    self._open()
        return self._opened

    def _stamp(self) -> tuple[int, int] | None:
        """What changes whenever the list is replaced."""
        try:
            stat = (self.folder / _LIST).stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino

    def _open(self) -> None:
        open_by_name = {layer.folder.name: layer for layer in self._opened}
        for tries_left in reversed(range(_TRIES)):
            stamp, listed = self._stamp(), _read_list(self.folder)
            try:
                opened = tuple(
                    open_by_name.get(name) or Layer(self.folder / name) for name in listed.layers
                )
            except SnapshotCorrupt as err:
                if not tries_left or self._stamp() == stamp:
                    raise _unreadable(err) from err
                continue  # it was joined to another one meanwhile
            self._opened, self._listed, self._seen = opened, listed, stamp
            return


def _unreadable(err: SnapshotCorrupt) -> VersionsUnreadable:
    return VersionsUnreadable(
        f"{err.what} Versions of cases are kept there. Bring the folder back from a backup, or run "
        "'kb build', which goes on without what is damaged."
    )


def _read_list(folder: Path) -> _Listed:
    path = folder / _LIST
    try:
        return _LISTED.validate_json(path.read_bytes())
    except (OSError, ValidationError) as err:
        if isinstance(err, FileNotFoundError) and not folder.is_dir():
            return _Listed()
        raise _unreadable(SnapshotCorrupt(f"{path} does not hold what it should.")) from err


class Addition:
    """What is added to the store in one step."""

    def __init__(
        self, writer: LayerWriter, versions: Versions, tell: Callable[[str], None]
    ) -> None:
        self._writer, self._versions, self._tell = writer, versions, tell
        self._added: dict[str, str] = {}  # by their first characters
        self.state: str | None = None

    @property
    def size(self) -> int:
        """How many versions and cases are added."""
        return self._writer.size

    def add(self, version: Version) -> None:
        """Add a version, unless the store has it."""
        digest, name = version.digest, short(version.digest)
        others = {*self._versions.digests(name), *self._added.get(name, "").split()}
        if digest in others:
            return
        for other in others:
            self._tell(
                f"Two versions begin with {name}: {digest} of {version.case_id}, and {other}. "
                "Name them by more characters."
            )
        self._writer.add(version)
        self._added[name] = f"{self._added.get(name, '')} {digest}".strip()

    def tell(self, case_id: str, entry: Entry) -> None:
        """Add an entry to the history of a case."""
        self._writer.tell(case_id, entry)


@contextmanager
def adding(
    versions: Versions, *, first: bool = False, tell: Callable[[str], None] = lambda _: None
) -> Iterator[Addition]:
    """Add to a store, which is made where it is not there, in a ``with`` block.

    Nothing is added where the block fails. No other process may add at the same time; builds
    see to that by their lock.

    Args:
        versions: the store.
        first: what is added comes before everything that is there: it was earlier.
        tell: told what should not be.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    folder = versions.folder
    if not folder.is_dir():
        _make(folder)
    _tidy(folder)
    staged = folder / f"{_NEW}{secrets.token_hex(6)}"
    try:
        with LayerWriter(staged) as writer:
            addition = Addition(writer, versions, tell)
            yield addition
        _add(versions, addition, staged, first=first)
    finally:
        _tidy(folder)


def add_from(
    versions: Versions, other: Versions, tell: Callable[[str], None] = lambda _: None
) -> None:
    """Add what another store has and this one lacks: its versions, and what it tells of cases.

    What is told here already stays as it is; what is new comes after it. As in ``adding``, no
    other process may add at the same time.

    Raises:
        VersionsDamaged: one of the two cannot be read; nothing was added.
        OSError: the store cannot be written; what was there stays.
    """
    if set(other.layers) <= set(versions.layers):
        return
    with adding(versions, tell=tell) as addition:
        for digest in other.digests(""):
            addition.add(other.version(digest))
        told = versions.histories()
        for case_id, entries in other.histories().items():
            known = {(entry.digest, entry.day) for entry in told.get(case_id, ())}
            for entry in entries:
                if (entry.digest, entry.day) not in known:
                    addition.tell(case_id, replace(entry, case_id=""))


def files_of_store(versions: Versions) -> dict[str, Path]:
    """Every file of a store by its path in it, in order; nothing where there is no store.

    Raises:
        VersionsUnreadable: the store cannot be read.
    """
    names = versions.layers
    if not versions.folder.is_dir():
        return {}
    paths = [versions.folder / _LIST]
    for name in names:
        paths += [path for path in (versions.folder / name).rglob("*") if path.is_file()]
    return {path.relative_to(versions.folder).as_posix(): path for path in sorted(paths)}


def _make(folder: Path) -> None:
    """Make the folder with a list that names nothing: one without a list is damaged.

    What is left of somebody who was killed at it goes.
    """
    for leftover in folder.parent.glob(f".{FOLDER}-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    staged = folder.with_name(f".{FOLDER}-{secrets.token_hex(6)}")
    staged.mkdir(parents=True)
    _write_list(staged, _Listed())
    staged.rename(folder)
    sync_folder(folder.parent)


def _write_list(folder: Path, listed: _Listed) -> None:
    write_durably(folder / _LIST, _LISTED.dump_json(listed, indent=1) + b"\n")


def _add(versions: Versions, addition: Addition, staged: Path, *, first: bool) -> None:
    """Put what was staged into its place, and name it in the list."""
    folder = versions.folder
    listed = _read_list(folder)
    state = listed.state if addition.state is None else addition.state
    if addition.size:
        small = () if first else _small(versions._layers(), addition.size)
        layer = Layer(staged)
        name = _published(staged, (*small, layer), folder)
        kept = listed.layers[: len(listed.layers) - len(small)]
        listed = replace(listed, layers=(name, *kept) if first else (*kept, name))
    _write_list(folder, replace(listed, state=state))


def _small(layers: tuple[Layer, ...], size: int) -> tuple[Layer, ...]:
    """The newest layers that are joined to a new one: so a layer is twice the one after it."""
    at = len(layers)
    while at and layers[at - 1].size <= 2 * size:
        size += layers[at - 1].size
        at -= 1
    return layers[at:]


def _published(staged: Path, layers: tuple[Layer, ...], folder: Path) -> str:
    """Put layers into their place as one, whose name this returns."""
    if len(layers) > 1:
        staged = folder / f"{_NEW}{secrets.token_hex(6)}"
        merge(layers, staged)
    sync_tree(staged)
    name = Layer(staged).name
    while (folder / name).exists():
        name = f"{name}-again"
    staged.rename(folder / name)
    sync_folder(folder)
    return name


def _tidy(folder: Path) -> None:
    """Remove what the list does not name: of a build that was killed, and what was joined."""
    named = {_LIST, *_read_list(folder).layers}
    for path in folder.iterdir():
        if path.is_dir() and path.name not in named and not path.name.startswith(_DAMAGED):
            shutil.rmtree(path, ignore_errors=True)


def join(versions: Versions, earlier: Versions) -> bool:
    """Add all that another store holds, which most likely ends before this one does.

    No other process may add at the same time; builds see to that by their lock.

    Args:
        versions: the store, which is made where it is not there.
        earlier: the other store; it stays as it is.

    Returns:
        Whether that was anything new.

    Raises:
        VersionsUnreadable: one of the two cannot be read.
        OSError: it cannot be written; what was there stays.
    """
    folder = versions.folder
    if not folder.is_dir():
        _make(folder)
    _tidy(folder)
    here, others = versions._layers(), earlier._layers()
    if not here:
        _copy(others, folder, earlier.state)
        return bool(others)
    staged = folder / f"{_NEW}{secrets.token_hex(6)}"
    try:
        with LayerWriter(staged) as writer:
            join_layers(others, here, writer)
        if _holds_as_much(here, Layer(staged)):
            return False
        name = _published(staged, (Layer(staged),), folder)
        # Without a state the next build looks at every case, and tells what has ended since.
        _write_list(folder, _Listed(layers=(name,), state=""))
    except SnapshotCorrupt as err:
        raise _unreadable(err) from err
    finally:
        _tidy(folder)
    return True


def _copy(layers: Sequence[Layer], folder: Path, state: str) -> None:
    """Take the layers of another store into one that has none."""
    for layer in layers:
        staged = folder / f"{_NEW}{secrets.token_hex(6)}"
        shutil.copytree(layer.folder, staged)
        sync_tree(staged)
        staged.rename(folder / layer.folder.name)
    sync_folder(folder)
    names = tuple(layer.folder.name for layer in layers)
    _write_list(folder, _Listed(layers=names, state=state))


def _holds_as_much(layers: Sequence[Layer], joined: Layer) -> bool:
    """Whether layers hold all that was made of them and others."""
    if {*joined.digests()} != {digest for layer in layers for digest in layer.digests()}:
        return False
    told: dict[str, list[Entry]] = {}
    for layer in layers:
        for case_id, entries in layer.all_entries().items():
            told.setdefault(case_id, []).extend(entries)
    return all(
        tuple(begun(case_id, told.get(case_id, ()))) == tuple(begun(case_id, entries))
        for case_id, entries in joined.all_entries().items()
    ) and all(
        joined.line(digest) == next(one for one in layers if digest in one).line(digest)
        for digest in joined.digests()
    )


def set_aside(versions: Versions) -> None:
    """Go on without the layers that cannot be read; where the list cannot be, with all others.

    They stay in the folder, under a name that says so.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder = versions.folder
    try:
        names = _read_list(folder).layers
    except VersionsDamaged:
        found = [path for path in folder.iterdir() if path.is_dir() and _is_layer(path.name)]
        names = tuple(
            path.name for path in sorted(found, key=lambda p: (p.stat().st_mtime, p.name))
        )
    kept = []
    for name in names:
        try:
            Layer(folder / name).all_entries()
            kept.append(name)
        except SnapshotCorrupt:
            if (folder / name).is_dir():
                (folder / name).rename(folder / f"{_DAMAGED}{name}")
    _write_list(folder, _Listed(layers=tuple(kept)))


def _is_layer(name: str) -> bool:
    return not name.startswith((_NEW, _DAMAGED))
