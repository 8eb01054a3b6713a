"""The compendium of business networks: cases, checks, retrieval.

    import kb

    problems = kb.check("cases")
    answer = kb.open("index").ask("wineries that export", country="NZ")

In wings, from the top; imports go down only (contracts in pyproject.toml):

    cli                    the command ``kb``, one module for each group of commands
    exports · harvesting   answers as files; what libraries harvest
    answers                every answer as data: one serialisation for all who ask
    quality · importing    judged data, measures, calibration; what stands elsewhere to drafts
    guidance · results     role models for a firm; what networks reported, cases side by side
    indexing               content to a snapshot that is served
    search                 a query to its answer
    snapshots · content    one built, checked state and which is served; files to checked records
    engine · encoders      candidates and counts under a filter; text to vectors
    text · citations       languages, spelling, translation, passages; how a case is cited
    model                  the records that every wing hands to the next
    settings               one row for each setting
    logs                   how a line of the log is written
    errors                 what can go wrong
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from kb.errors import Problem
    from kb.search.searcher import Searcher

__version__ = "0.1.0"
__all__ = ["__version__", "check", "open"]


def open(index: str | os.PathLike[str] = "index") -> Searcher:
    """The compendium that ``index`` serves now, ready to be asked.

    Args:
        index: the folder that ``kb build`` writes to.

    Raises:
        SnapshotError: there is none that can be opened; the message says what to do.
    """
    from kb.search.opening import open_current  # imports faiss and onnxruntime
    from kb.settings import read_settings

    return open_current(read_settings({}, index=Path(index)), any_encoder=True)


def check(cases: str | os.PathLike[str] = "cases") -> tuple[Problem, ...]:
    """Every problem in a folder of cases, by file and line; none: it can be built.

    Raises:
        CorpusError, TaxonomyError: the folder or its vocabulary cannot be read at all.
    """
    from kb.content.corpus import read_corpus  # imports the readers of content

    return read_corpus(Path(cases)).problems
