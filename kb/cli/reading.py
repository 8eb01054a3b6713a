"""How commands read content: beside each other, remembered, and with a bar where it takes long."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from kb.content.garbage import seldom_look_for_garbage

if TYPE_CHECKING:
    from kb.content.corpus import Corpus

#: Fewer files are read before anybody wonders whether anything happens.
_FEW = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How content is read by a command.

    ``index`` is the folder that keeps what was read; None where nothing of it is to be used.
    """

    index: Path | None

    def of(
        self,
        folder: Path,
        *,
        vocabulary: Path | None = None,
        lender: Path | None = None,
        instead: Mapping[Path, bytes] | None = None,
    ) -> Corpus:
        """What ``read_corpus`` reads of a folder of cases; it raises what that raises."""
        seldom_look_for_garbage()  # nor while what follows is imported
        from kb.content.corpus import read_corpus  # imports the readers of content
        from kb.content.side_by_side import processes_here

        with Bar() as bar:
            return read_corpus(
                folder,
                vocabulary=vocabulary,
                lender=lender,
                instead=instead,
                index=self.index,
                processes=processes_here(),
                tell=bar.tell,
            )


class Bar:
    """A bar on standard error while many files are read, where a person is looking."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def tell(self, done: int, files: int) -> None:
        """So many of so many files have been read."""
        if files < _FEW or not sys.stderr.isatty():
            return
        if self._bar is None or done < self._done:
            self._end()
            label = f"Reading {files} files"
            self._bar = click.progressbar(length=files, label=label, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
        self._bar, self._done = None, 0

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._end()
