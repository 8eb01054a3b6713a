"""Every error that this package raises on purpose, and what is wrong in content as data.

    KBError                      base; never raised itself
    ├── SettingError             a setting cannot be understood
    ├── CorpusError              the content cannot be read at all
    │   └── CorpusInvalid        the content has problems; carries all of them
    ├── TaxonomyError            the vocabulary itself is malformed
    ├── EncoderUnavailable       the encoder is missing, altered or cannot be loaded
    ├── SnapshotError            the built index cannot be used
    │   ├── SnapshotMissing      there is none
    │   ├── SnapshotCorrupt      a file is missing, altered or foreign
    │   ├── SnapshotStale        it was built for another version or encoder
    │   │   └── SnapshotNewer        by a newer release of this program
    │   └── EngineUnavailable    the database server of the engine does not answer as it should
    ├── PartMissing              a part is not installed that only building needs
    ├── BuildBusy                another build holds the lock
    ├── BuildFailed              what was built cannot be served
    ├── IndexNotWritable         the index folder cannot be written to
    ├── SourceRefused            content from outside cannot be taken, or is not
    ├── BackupUnusable           a backup cannot be written, read or brought back
    ├── QueryError               a request that cannot be answered as it stands
    ├── PackError                a reading list cannot be read from its address, or has none
    │   └── TextsNotKept         texts that it names are not kept here
    ├── FormatUnknown            a file is asked for in a format that there is not
    ├── ExportFailed             a file could not be made
    ├── ExportsBusy              too many files wait to be made
    ├── CaseNotFound             no case has this id
    │   ├── CaseMoved            it has another id now
    │   ├── CaseWithdrawn        it was withdrawn; says why
    │   └── CaseGone             it was here and is no more
    ├── VersionNotFound          no version has this digest
    └── VersionsDamaged          a version, or the store of them, is not what it was
        └── VersionsUnreadable       the store cannot be read

A message is shown to people as it stands: it names the thing, the place, what
is allowed and what to do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from dataclasses import field as _field
from types import TracebackType
from typing import Self

#: How grave a problem is: an error keeps a build from happening, a warning is told.
ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What takes the place of a stretch of a file; lines and columns count from 1.

    The stretch ends before ``end_column``. Columns count characters.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A change of a file that certainly mends a problem; ``what`` says in words what it does.

    The edits do not overlap and stand in the order of the file.
    """

    what: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong in the content, with its place.

    ``str()`` is ``path:line:column: message [rule]``, on one line and fit for a terminal; the
    column is left out where it says nothing. Problems that say the same of the same place are
    equal.

    Attributes:
        path: the file.
        line: from 1.
        message: what is wrong, and what to do.
        field: the name of the field, such as ``results[2].unit``; empty in the text.
        rule: the id of the rule (``kb.content.rules``).
        column: from 1, in characters; 0 where a column says nothing.
        severity: ``error``, or ``warning``, which keeps nothing from happening.
        value: what the file has there, as it is written; empty where it is no single value.
        allowed: what is allowed, the nearest first; empty where that is no list.
        fix: what certainly mends it.
    """

    path: str
    line: int
    message: str
    field: str = ""
    rule: str = _field(default="", compare=False)
    column: int = _field(default=0, compare=False)
    severity: str = _field(default=ERROR, compare=False)
    value: str = _field(default="", compare=False)
    allowed: tuple[str, ...] = _field(default=(), compare=False)
    fix: Fix | None = _field(default=None, compare=False)

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" + (f":{self.column}" if self.column else "")
        grave = "" if self.severity == ERROR else f"{self.severity}: "
        rule = f" [{self.rule}]" if self.rule else ""
        text = f"{place}: {grave}{self.message}{rule}"
        return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def errors_of(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that keep something from happening."""
    return tuple(problem for problem in problems if problem.severity == ERROR)


def counted(problems: Collection[Problem]) -> str:
    """How many there are, such as ``2 problems and 1 warning in 3 files``."""
    n_errors, n_files = len(errors_of(problems)), len({problem.path for problem in problems})
    numbers = ((n_errors, "problem"), (len(problems) - n_errors, "warning"), (n_files, "file"))
    *what, files = (f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in numbers)
    said = " and ".join(one for one in what if not one.startswith("0 ")) or what[0]
    return f"{said} in {files}"


class KBError(Exception):
    """Base of all errors raised on purpose."""

    @property
    def what(self) -> str:
        """What is wrong, without what to do about it."""
        return str(self)


class SettingError(KBError):
    """A setting holds a value that cannot be understood."""


class CorpusError(KBError):
    """The content cannot be read at all; ``problems`` are what is wrong, where that has places."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        self.problems = problems
        super().__init__(message)


class CorpusInvalid(CorpusError):
    """The content was read and has problems; ``outcome`` says what that kept from happening."""

    def __init__(
        self,
        problems: tuple[Problem, ...],
        *,
        outcome: str = (
            "nothing was built and the previous snapshot stays in use. Run 'kb check' to list them."
        ),
    ) -> None:
        self.count = counted(problems)
        super().__init__(f"The content has {self.count}; {outcome}", problems)


class TaxonomyError(KBError):
    """The vocabulary itself is malformed; a line for each of the ``problems`` where it has any."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        self.problems = problems
        super().__init__(message)


class EncoderUnavailable(KBError):
    """The encoder is missing, altered or cannot be loaded."""


class SnapshotError(KBError):
    """The built index cannot be used; ``remedy`` says what to do, which is mostly a build."""

    def __init__(self, what: str, *, remedy: str = "Run 'kb build'.") -> None:
        self._what = what
        super().__init__(f"{what} {remedy}".rstrip())

    @property
    def what(self) -> str:
        """What is wrong, without what to do about it: for messages of a build itself."""
        return self._what


class SnapshotMissing(SnapshotError):
    """There is no snapshot."""


class SnapshotCorrupt(SnapshotError):
    """A file of the snapshot is missing, altered or foreign."""


class SnapshotStale(SnapshotError):
    """The snapshot was built for another version or another encoder."""


class SnapshotNewer(SnapshotStale):
    """The snapshot was made by a newer release of this program."""


class EngineUnavailable(SnapshotError):
    """The database server of the engine is not there, or not as it must be."""


class PartMissing(KBError):
    """A part is not installed that only building, checking or measuring needs.

    Attributes:
        part: its name.
    """

    def __init__(self, part: str, *, lock: object) -> None:
        self.part = part
        super().__init__(
            f"This needs {part}, which is not installed here. Install what builds ({lock}, and "
            "PyTorch beside it), or build on another machine and serve its file with 'kb serve "
            "--snapshot FILE'."
        )


class BuildBusy(KBError):
    """Another build of the same index is running."""


class BuildFailed(KBError):
    """What was built cannot be served; it was removed, and what was served stays."""


class IndexNotWritable(KBError):
    """The index folder cannot be written to; the message says what is served after it."""


class SourceRefused(KBError):
    """Content from outside cannot be reached, or holds what is not taken; names what that is."""


class BackupUnusable(KBError):
    """A backup cannot be written, is not what was written, or does not go with what is there."""


class QueryError(KBError):
    """A request that cannot be answered as it stands.

    Attributes:
        parameter: the name of the parameter, as the client spells it.
        value: what was given.
        allowed: what is allowed, nearest first; empty if that is no list.
    """

    def __init__(
        self, message: str, *, parameter: str, value: object, allowed: tuple[str, ...] = ()
    ) -> None:
        self.parameter = parameter
        self.value = value
        self.allowed = allowed
        super().__init__(message)


class PackError(KBError):
    """A reading list cannot be read from its address, or does not fit in one."""


class TextsNotKept(PackError):
    """Texts that a reading list names are not kept here.

    So no file of the list is made; its page shows the rest.

    Attributes:
        versions: those that are missing, twelve characters each.
        total: how many texts the list names.
    """

    def __init__(self, versions: Collection[str], total: int) -> None:
        self.versions = tuple(versions)
        self.total = total
        named = ", ".join(self.versions)
        which = (
            f"Of the {total} texts that this list names these are not kept here: {named}."
            if total > 1
            else f"The text that this list names is not kept here: {named}."
        )
        super().__init__(
            f"{which} So no file is made of it. The page of the list shows all the rest, and leads "
            "to a list without what is missing. Or ask whoever made the list."
        )


class FormatUnknown(KBError):
    """A file is asked for in a format that there is not.

    Attributes:
        given: the ending that was asked for.
        allowed: those that there are.
    """

    def __init__(self, what: str, given: str, allowed: Collection[str]) -> None:
        self.given = given
        self.allowed = tuple(allowed)
        super().__init__(f"{what} has no format {given!r}. Allowed are {', '.join(self.allowed)}.")


class ExportFailed(KBError):
    """A file could not be made; ``reason`` says why, in the words of what made it.

    ``output`` is all that it left to the operator, such as where in the code it failed.
    """

    def __init__(self, reason: str, output: str = "") -> None:
        self.reason = reason
        self.output = output
        super().__init__(
            f"This file could not be made: {reason.rstrip('.')}. The site's log says more."
        )


class ExportsBusy(KBError):
    """So many files wait to be made that no more are taken."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} files wait to be made already; try again in a moment.")


class CaseNotFound(KBError):
    """No case has this id."""

    def __init__(self, case_id: str, *, nearest: tuple[str, ...] = (), said: str = "") -> None:
        self.case_id = case_id
        self.nearest = nearest
        hint = f" The nearest ids are {', '.join(nearest)}." if nearest else ""
        super().__init__(said or f"No case has the id {case_id!r}.{hint}")


class CaseMoved(CaseNotFound):
    """The case of this id has another one now: ``now``."""

    def __init__(self, case_id: str, *, now: str) -> None:
        super().__init__(case_id, said=f"The case {case_id!r} has moved; its id is {now!r} now.")
        self.now = now


class CaseWithdrawn(CaseNotFound):
    """The case of this id was withdrawn on a ``day``, in words, for a ``reason``."""

    def __init__(self, case_id: str, *, title: str, day: str, reason: str) -> None:
        super().__init__(case_id, said=f"“{title}” was withdrawn on {day}. {reason}")
        self.title, self.day, self.reason = title, day, reason


class CaseGone(CaseNotFound):
    """The case of this id was in the compendium until a ``day``, in words."""

    def __init__(self, case_id: str, *, day: str) -> None:
        said = f"The case {case_id!r} was here until {day}. No reason was given."
        super().__init__(case_id, said=said)
        self.day = day


class VersionNotFound(KBError):
    """No version has this digest, or ``found`` are several that begin with it.

    ``case_id`` is the case that was asked for, empty where none was; ``known`` are the first
    characters of its versions, the newest first.
    """

    def __init__(
        self,
        digest: str,
        *,
        found: tuple[str, ...] = (),
        case_id: str = "",
        known: tuple[str, ...] = (),
    ) -> None:
        self.digest, self.found, self.case_id, self.known = digest[:80], found, case_id, known
        what = f"version {self.digest!r}"
        if found:
            message = f"More than one version begins with {self.digest!r}: {', '.join(found)}."
        elif case_id:
            listed = f"Its versions are {', '.join(known)}." if known else "None of it was kept."
            message = f"The case {case_id!r} has no {what}. {listed}"
        else:
            message = (
                f"There is no {what}. A version is named by 12 characters of its digest or more."
            )
        super().__init__(message)


class VersionsDamaged(KBError):
    """A version, or the store that keeps them, is not what it was."""


class VersionsUnreadable(VersionsDamaged):
    """The store of versions cannot be read at all, or not from end to end."""


#: What ends a program on purpose: no failure of what is being done.
_ENDINGS = (KeyboardInterrupt, SystemExit, GeneratorExit)


class Attempt:
    """A ``with`` block whose exception, of whatever kind, is kept as ``error``, not raised.

    For what must not end the program whatever goes wrong in it, and is reported: opening a
    snapshot that comes from outside, or one that was just built. Libraries written in other
    languages raise some of their failures as a ``BaseException``, which are kept too.
    """

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: TracebackType | None) -> bool:
        self.error = None if isinstance(error, _ENDINGS) else error
        return self.error is not None


def snapshot_error(error: BaseException, failed: str) -> KBError:
    """An error of ours as it is, any other one as damage to a snapshot.

    Args:
        error: whatever was raised.
        failed: the sentence without its end: what could not be done, where.
    """
    if isinstance(error, KBError):
        return error
    damage = SnapshotCorrupt(f"{failed} ({type(error).__name__}: {error}).")
    damage.__cause__ = error
    return damage
