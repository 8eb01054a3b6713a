"""Makes the changes that certainly mend something in files, or shows them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.content.mending import edited, together
from kb.errors import CorpusError, Problem
from kb.model.files import write_content


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """A file after some of its problems are mended, as text; nothing is written yet.

    ``made`` are the problems whose fixes were made together. ``before`` are the bytes that the
    file had.
    """

    path: Path
    before: bytes
    after: bytes
    made: tuple[Problem, ...]

    def diff(self) -> str:
        """What changes, as a unified diff."""
        old, new = (data.decode().splitlines(keepends=True) for data in (self.before, self.after))
        name = self.path.as_posix().lstrip("/")  # a path from the root, too, stands behind "a/"
        lines = difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")
        return "".join(_ended(line) for line in lines)

    def write(self) -> None:
        """Write the file in one step.

        Raises:
            CorpusError: it has changed meanwhile, or cannot be written; it stays as it is.
        """
        target = self.path.resolve()  # a link stays a link
        try:
            now, mode = target.read_bytes(), target.stat().st_mode
        except OSError as err:
            raise CorpusError(f"{self.path} cannot be read: {err.strerror}.") from err
        if now != self.before:
            raise CorpusError(f"{self.path} has changed meanwhile and was left; run it again.")
        write_content(target, self.after)
        target.chmod(mode & 0o7777)


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def mended(problems: Iterable[Problem]) -> Iterator[Mended]:
    """Each file that has something to mend, with all fixes that can be made at once.

    A file that cannot be read as text any more is passed over.
    """
    for path, found in _by_path(problems).items():
        by_fix = {id(problem.fix): problem for problem in found}
        fixes = list(together(problem.fix for problem in found if problem.fix is not None))
        try:
            before = Path(path).read_bytes()
            text = before.decode()
        except (OSError, UnicodeDecodeError):
            continue
        edits = [edit for fix in fixes for edit in fix.edits]
        after = edited(text, edits).encode()
        if after != before:
            made = tuple(by_fix[id(fix)] for fix in fixes)
            yield Mended(path=Path(path), before=before, after=after, made=made)


def _by_path(problems: Iterable[Problem]) -> Mapping[str, list[Problem]]:
    by_path: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.fix is not None:
            by_path.setdefault(problem.path, []).append(problem)
    return by_path
