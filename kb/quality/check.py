"""What is wrong with the judged data of a compendium: of everything, and of its collections."""

from __future__ import annotations

from pathlib import Path

from kb.content.collections import vocabulary_of
from kb.content.corpus import Corpus
from kb.content.files import PROFILES_FILE, QUERIES_FILE, judged_folder
from kb.errors import Problem
from kb.quality.judged import QueryRow, judgeable, rows_of
from kb.quality.judged_profiles import ProfileRow

_FILES = ((QUERIES_FILE, QueryRow), (PROFILES_FILE, ProfileRow))


def judged_problems(cases: Path, corpus: Corpus) -> tuple[Problem, ...]:
    """Every problem in the judged queries and profiles, by file and line.

    Args:
        cases: the folder of the cases.
        corpus: what was read of it, without a problem of its own.

    Raises:
        CorpusError: a file cannot be read.
    """
    problems: list[Problem] = []
    for collection in ("", *vocabulary_of(corpus.collections).ids):
        folder = judged_folder(cases, collection)
        there = [(folder / name, model) for name, model in _FILES if (folder / name).is_file()]
        if not there:  # most compendia have none, and who names all countries takes a while
            continue
        known = judgeable(corpus.documents, corpus.taxonomy, collection=collection)
        for path, model in there:
            rows_of(path, model, problems, known)
    return tuple(problems)
