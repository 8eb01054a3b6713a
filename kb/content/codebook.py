"""Reads the pages that a compendium writes of itself beside its cases.

``cases/codebook.md`` says how the cases are classified, ``cases/editorial-policy.md`` what is
taken up and how it is dealt with.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kb.content.known import Known
from kb.content.rules import problem, trouble
from kb.content.text_rules import link_problems, text_problem
from kb.content.yaml_source import YamlTrouble, text_of
from kb.errors import Problem
from kb.text.body import TextComplaint, body_problems


def read_codebook(path: Path, known: Known) -> tuple[str, list[Problem]]:
    """The codebook as Markdown without its title, and what is wrong in the file.

    Its first line is its title, ``# Codebook``, which the page gives in its own way; what
    follows is as the text of a case: no raw HTML, and links that lead to a case or a web
    address. Without the file it is empty.
    """
    return _read(path, known, what="codebook", title="Codebook")


def read_policy(path: Path, known: Known) -> tuple[str, list[Problem]]:
    """The editorial policy, read as the codebook is."""
    return _read(path, known, what="editorial policy", title="Editorial policy")


def _read(path: Path, known: Known, *, what: str, title: str) -> tuple[str, list[Problem]]:
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):  # one case can be checked alone
        return "", []
    except OSError as err:
        message = f"the {what} cannot be read: {err.strerror}."
        return "", [problem("file-unreadable", path, 1, message)]
    try:
        text = text_of(data)
    except YamlTrouble as err:
        return "", [trouble(err, path, f"{err}.")]
    first, _, body = text.partition("\n")
    problems = []
    if not first.startswith("# "):
        message = f"must open with a title such as '# {title}' on line 1."
        problems.append(problem("codebook-without-title", path, 1, message))
    problems += [text_problem(path, 1, one) for one in _complaints(body, path.stem, known)]
    return body.strip(), problems


def _complaints(body: str, at: str, known: Known) -> Iterator[TextComplaint]:
    """What is wrong in the text; links start from where a case of this name would stand."""
    yield from body_problems(body, at, headings=None)
    yield from link_problems(body, at, known)
