"""Reads ``cases/codebook.md``: how the cases of a compendium are classified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kb.content.check import link_problems, text_problem
from kb.content.files import CODEBOOK_FILE
from kb.content.known import Known
from kb.content.rules import problem, trouble
from kb.content.yaml_source import YamlTrouble, text_of
from kb.errors import Problem
from kb.text.body import TextComplaint, body_problems

#: What links in it start from, as a case at the top of the folder would.
_ID = Path(CODEBOOK_FILE).stem


def read_codebook(path: Path, known: Known) -> tuple[str, list[Problem]]:
    """The codebook as Markdown without its title, and what is wrong in the file.

    Its first line is its title, ``# Codebook``, which the page gives in its own way; what
    follows is as the text of a case: no raw HTML, and links that lead to a case or a web
    address. Without the file it is empty.
    """
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):  # one case can be checked alone
        return "", []
    except OSError as err:
        message = f"the codebook cannot be read: {err.strerror}."
        return "", [problem("file-unreadable", path, 1, message)]
    try:
        text = text_of(data)
    except YamlTrouble as err:
        return "", [trouble(err, path, f"{err}.")]
    title, _, body = text.partition("\n")
    problems = []
    if not title.startswith("# "):
        problems.append(problem("codebook-without-title", path, 1, _UNTITLED))
    problems += [text_problem(path, 1, one) for one in _complaints(body, known)]
    return body.strip(), problems


_UNTITLED = "must open with a title such as '# Codebook' on line 1."


def _complaints(body: str, known: Known) -> Iterator[TextComplaint]:
    yield from body_problems(body, _ID, headings=None)
    yield from link_problems(body, _ID, known)
