"""Files under ``cases/`` to drafts: front-matter with lines, and body. Owns frontmatter.

A draft is what a file says before anyone asks whether it makes sense. Whatever
keeps a file from becoming one is a Problem with its line; nothing is raised for
the content of a file.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import frontmatter
from frontmatter.default_handlers import YAMLHandler

from kb.content.files import COLLECTIONS_FILE, COLLECTIONS_FOLDER, EXPECTED, TOOLS_FOLDER
from kb.content.schema import repetitions
from kb.content.yaml_source import Located, YamlTrouble, read_yaml, text_of
from kb.errors import CorpusError, Problem

MAX_FILE_BYTES = 1_000_000

_ID_PART = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DELIMITER = re.compile(r"^-{3,}[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One file, read but not yet understood. ``body_line`` is where the body begins."""

    id: str
    path: str
    front_matter: Located
    body: str
    body_line: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A folder of cases: drafts in the order of their ids, problems in that of their paths."""

    drafts: tuple[Draft, ...]
    problems: tuple[Problem, ...]


class _CoreYaml(YAMLHandler):
    """Front-matter in the YAML of ``kb.content.yaml_source``, kept with its lines."""

    FM_BOUNDARY = _DELIMITER

    def load(self, fm: str, **_: object) -> dict[str, object]:
        """Wrap the located values: the library accepts mappings only, and drops the rest."""
        return {"located": read_yaml(fm.removeprefix("\n"), first_line=2)}


def load_folder(folder: Path) -> Loaded:
    """Read every case under ``folder``, or the one case that ``folder`` is if it is a file.

    Links to folders are not followed, so a cycle of them ends. Hidden files are
    passed over, and so is the folder of what is judged of collections where there are
    some; any other file that is no case is a problem.

    Raises:
        CorpusError: the folder itself does not exist or is out of reach.
    """
    try:
        alone = not stat.S_ISDIR(folder.stat().st_mode)
    except (OSError, ValueError) as err:
        raise CorpusError(
            f"The folder of the cases must exist: {str(folder)!r}; set KB_CASES."
        ) from err
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for path in [folder] if alone else _files(folder, problems):
        case_id = path.relative_to(folder.parent if alone else folder).with_suffix("").as_posix()
        problems += _id_problems(case_id, path)
        try:
            draft = _draft(case_id, path)
        except YamlTrouble as err:
            problems.append(_problem(path, f"{err}.", err.line))
        except OSError as err:
            problems.append(_problem(path, f"the file cannot be read: {err.strerror}."))
        else:
            drafts.append(draft)
            problems += repetitions(draft.front_matter, path)
    return Loaded(
        drafts=tuple(sorted(drafts, key=lambda draft: draft.id)),
        problems=tuple(sorted(problems, key=lambda p: (p.path, p.line))),
    )


def _files(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    def unreadable(err: OSError) -> None:
        problems.append(_problem(err.filename, f"the folder cannot be opened: {err.strerror}."))

    for parent, folders, names in os.walk(folder, onerror=unreadable, followlinks=False):
        judged = COLLECTIONS_FOLDER if Path(parent) == folder and COLLECTIONS_FILE in names else ""
        folders[:] = sorted(name for name in folders if name[0] != "." and name != judged)
        for name in list(folders):
            path = Path(parent, name)
            if path.is_symlink():
                message = "is a link to a folder; put the folder itself here."
                problems.append(_problem(path, message))
                folders.remove(name)
        for name in sorted(names):
            path = Path(parent, name)
            if name.startswith(".") or _is_beside(path, folder):
                continue
            if path.suffix == ".md":
                yield path
            else:
                message = "does not belong here: a case is a Markdown file ending in .md."
                problems.append(_problem(path, message))


def _is_beside(path: Path, folder: Path) -> bool:
    """Whether a file is one of those that belong beside the cases."""
    is_tool = path.suffix == ".yaml" and path.parent == folder / TOOLS_FOLDER
    return is_tool or (path.parent == folder and path.name in EXPECTED)


def _problem(path: object, message: str, line: int = 1) -> Problem:
    return Problem(path=str(path), line=line, message=message)


def _id_problems(case_id: str, path: Path) -> Iterator[Problem]:
    odd = [part for part in case_id.split("/") if not _ID_PART.fullmatch(part)]
    if odd:
        message = (
            "the file's path must be lower case letters, digits and hyphens, "
            f"not {odd[0]!r}; it is the case's id and address."
        )
        yield _problem(path, message)


def _draft(case_id: str, path: Path) -> Draft:
    """Read one file.

    Raises:
        YamlTrouble: it is no case, and why.
        OSError: it cannot be opened.
    """
    data = _bytes_of(path)
    text = text_of(data)
    closing = _closing_delimiter(text)
    try:
        metadata, body = frontmatter.parse(text, handler=_CoreYaml())
    except YamlTrouble as err:
        raise YamlTrouble(f"the front-matter {err}", err.line) from err
    located: Located = metadata["located"]
    if not isinstance(located.value, dict):
        raise YamlTrouble("the front-matter must be fields such as 'title: ...', one on a line", 1)
    after = text[closing:]
    blank = len(after) - len(after.lstrip())
    return Draft(
        id=case_id,
        path=str(path),
        front_matter=located,
        body=body,
        body_line=text.count("\n", 0, closing + blank) + 1,
        digest=hashlib.sha256(data).hexdigest(),
    )


def _bytes_of(path: Path) -> bytes:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # reading a pipe or a device may never end
        raise YamlTrouble("must be a plain file", 1)
    if status.st_size > MAX_FILE_BYTES:
        size = f"{status.st_size / 1_000_000:.1f} MB"
        raise YamlTrouble(f"must be at most 1 MB, not {size}; a case is a few pages", 1)
    return path.read_bytes()


def _closing_delimiter(text: str) -> int:
    """Where the line ends that closes the front-matter."""
    how = "open the file with a line '---', the fields, and another line '---'"
    if not text.strip():
        raise YamlTrouble(f"is empty; {how}", 1)
    if text.startswith("+++"):
        raise YamlTrouble(f"has its front-matter in TOML ('+++'); write it in YAML: {how}", 1)
    delimiters = list(_DELIMITER.finditer(text))
    if not delimiters or delimiters[0].start() != 0:
        raise YamlTrouble(f"must open with front-matter on line 1; {how}", 1)
    if len(delimiters) < 2:
        raise YamlTrouble(f"has no line '---' that closes the front-matter; {how}", 1)
    return delimiters[1].end()
