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
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import frontmatter
from frontmatter.default_handlers import YAMLHandler

from kb.content.as_typed import TURNS, turned, turned_at
from kb.content.files import (
    COLLECTIONS_FILE,
    COLLECTIONS_FOLDER,
    EXPECTED,
    PACKS_FOLDER,
    TOOLS_FOLDER,
)
from kb.content.rules import problem, slip_problem, trouble
from kb.content.schema import Place, field_name, repetitions
from kb.content.yaml_source import Located, YamlTrouble, read_yaml, text_of
from kb.errors import CorpusError, Edit, Fix, Problem
from kb.model.english import quoted, slug

MAX_FILE_BYTES = 1_000_000

#: Signs that turn the direction are looked for as bytes first, also as YAML may write them.
_MAY_TURN = re.compile(rb"\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])")
_TURNS_IN_YAML = (rb"\u202", rb"\u206")
_ID_PART = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: The lines around the front-matter. The second is looked for from the end of the line before it,
#: which takes a tenth of what it takes to ask of every sign whether it begins a line.
_OPENS = re.compile(r"-{3,}[ \t]*$", re.MULTILINE)
_CLOSES = re.compile(r"\n-{3,}[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One file, read but not yet understood.

    ``body_line`` is where the body begins. ``text`` is the whole of the file, in which the
    front-matter ends before ``closing``, the place where the line that closes it ends.
    """

    id: str
    path: str
    front_matter: Located
    body: str
    body_line: int
    digest: str
    text: str = field(default="", compare=False, repr=False)
    closing: int = field(default=0, compare=False, repr=False)

    @property
    def body_indent(self) -> int:
        """How many characters stand before the body on its first line."""
        after = self.text[self.closing :]
        start = self.closing + len(after) - len(after.lstrip())
        return start - self.text.rfind("\n", 0, start) - 1

    @property
    def yaml(self) -> str:
        """The front-matter as it is typed; it begins on line 2."""
        begin = self.text.find("\n") + 1
        return self.text[begin : self.text.rfind("\n", begin - 1, self.closing) + 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A folder of cases: drafts in the order of their ids, problems in that of their paths."""

    drafts: tuple[Draft, ...]
    problems: tuple[Problem, ...]


class _CoreYaml(YAMLHandler):
    """Front-matter in the YAML of ``kb.content.yaml_source``, kept with its lines."""

    def split(self, text: str) -> tuple[str, str]:
        """The front-matter, and the text behind it; both lines are there."""
        opens, closes = _delimiters(text)
        return text[opens.end() : closes.start() + 1], text[closes.end() :]

    def load(self, fm: str, **_: object) -> dict[str, object]:
        """Wrap the located values: the library accepts mappings only, and drops the rest."""
        return {"located": read_yaml(fm.removeprefix("\n"), first_line=2)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A file that should be a case: its id, and its path as messages name it.

    ``data`` is what is read in the place of the file, where that is not on the disk.
    """

    id: str
    path: str
    data: bytes | None = None

    def bytes(self) -> bytes:
        """The bytes of the file; it raises what ``bytes_of`` raises."""
        if self.data is None:
            return bytes_of(self.path)
        _refuse_large(len(self.data))
        return self.data

    def standing(self) -> tuple[int, ...] | None:
        """By what the file on the disk is known without reading it; None where nothing tells.

        Size, when its bytes and when anything of it changed last, in nanoseconds, and inode. A
        program can set the second back, and not the third.
        """
        if self.data is not None:
            return None
        try:
            status = os.stat(self.path)  # noqa: PTH116 - asked of every file there is
        except (OSError, ValueError):
            return None
        return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def load_folder(folder: Path) -> Loaded:
    """Read every case under ``folder``, or the one case that ``folder`` is if it is a file.

    Raises:
        CorpusError: the folder itself does not exist or is out of reach.
    """
    files, problems = case_files(folder)
    loaded = [load_file(file) for file in files]
    drafts = [draft for draft, _ in loaded if draft is not None]
    problems += [problem for _, found in loaded for problem in found]
    return Loaded(
        drafts=tuple(sorted(drafts, key=lambda draft: draft.id)),
        problems=tuple(sorted(problems, key=lambda p: (p.path, p.line))),
    )


def case_files(folder: Path) -> tuple[list[CaseFile], list[Problem]]:
    """The files of cases under ``folder`` by their ids, and what else is there and should not be.

    Links to folders are not followed, so a cycle of them ends. Hidden files are
    passed over, and so is the folder of what is judged of collections where there are
    some; any other file that is no case is a problem. Where ``folder`` is a file, it is the one.

    Raises:
        CorpusError: the folder itself does not exist or is out of reach.
    """
    try:
        alone = not stat.S_ISDIR(folder.stat().st_mode)
    except (OSError, ValueError) as err:
        raise CorpusError(
            f"The folder of the cases must exist: {quoted(str(folder))}; set KB_CASES."
        ) from err
    if alone:
        return [CaseFile(id=folder.with_suffix("").name, path=str(folder))], []
    problems: list[Problem] = []
    files = sorted(_files(folder, problems), key=lambda file: file.id)
    return files, problems


def with_bytes(
    files: Iterable[CaseFile], folder: Path, instead: Mapping[Path, bytes]
) -> list[CaseFile]:
    """The files in the order of their ids, some with bytes that are not those on the disk.

    Args:
        files: those that are there.
        folder: of the cases.
        instead: the bytes by the path of the file, which need not exist.
    """
    by_id = {file.id: file for file in files}
    for path, data in instead.items():
        way = path.resolve().relative_to(folder.resolve()).with_suffix("")
        file = CaseFile(id=way.as_posix(), path=str(path), data=data)
        by_id[file.id] = file
    return sorted(by_id.values(), key=lambda file: file.id) if instead else list(by_id.values())


def load_file(file: CaseFile, data: bytes | None = None) -> tuple[Draft | None, list[Problem]]:
    """Read one file; None where it is no draft; and every problem, in the order of the lines.

    Args:
        file: which.
        data: its bytes, where they were read already.
    """
    problems = list(_id_problems(file))
    try:
        data = file.bytes() if data is None else data
        draft = _draft(file, data)
    except YamlTrouble as err:
        return None, [*problems, trouble(err, file.path, f"{err}.")]
    except OSError as err:
        message = f"the file cannot be read: {err.strerror}."
        return None, [*problems, problem("file-unreadable", file.path, 1, message)]
    turns = _turned_problems(draft) if _may_turn(data) else ()
    problems += repetitions(draft.front_matter, file.path)
    return draft, [*problems, *turns, *_apart(draft)]


def _may_turn(data: bytes) -> bool:
    return _MAY_TURN.search(data) is not None or any(sign in data for sign in _TURNS_IN_YAML)


def _turned_problems(draft: Draft) -> Iterator[Problem]:
    """Signs that turn the direction of a text: what is shown would not be what is written."""
    fields = draft.front_matter
    rows = draft.text.split("\n")
    told = set()
    for place, text in _texts(fields.value, ()):
        if found := TURNS.search(text):
            line, column = fields.place_of_sign(found[0], *place)
            told.add(line)
            slip = turned_at(line, column, found[0], rows[line - 1], field_name(place))
            yield slip_problem(draft.path, slip)
    yield from (slip_problem(draft.path, one) for one in turned(draft.text) if one.line not in told)


def _texts(value: object, place: Place) -> Iterator[tuple[Place, str]]:
    """Every text in the front-matter, with its place."""
    if isinstance(value, str):
        yield place, value
    inner = value.items() if isinstance(value, dict) else ()
    for part, one in enumerate(value) if isinstance(value, list) else inner:
        yield from _texts(one, (*place, part))


def _apart(draft: Draft) -> Iterator[Problem]:
    """Letters that are written as two signs, the letter and its accent; told once of a file."""
    fields = draft.front_matter
    edits: list[Edit] = []
    for text, first_line in ((fields.text, fields.first_line), (draft.body, draft.body_line)):
        if unicodedata.is_normalized("NFC", text):
            continue
        for number, line in enumerate(text.split("\n"), first_line):
            if (joined := unicodedata.normalize("NFC", line)) != line:
                differ = (at for at, (a, b) in enumerate(zip(line, joined, strict=False)) if a != b)
                start = next(differ, 0)
                edits.append(
                    Edit(
                        line=number,
                        column=start + 1,
                        end_line=number,
                        end_column=len(line) + 1,
                        text=joined[start:],
                    )
                )
    if edits:
        lines = "line" if len(edits) == 1 else "lines"
        what = f"write each letter and its accent as one sign, on {len(edits)} {lines}"
        yield problem(
            "letters-apart",
            draft.path,
            edits[0].line,
            "holds letters whose accent is a sign of its own, which a search does not find; "
            "write both as one sign (Unicode NFC).",
            column=edits[0].column,
            fix=Fix(what=what, edits=tuple(edits)),
        )


def _files(folder: Path, problems: list[Problem]) -> Iterator[CaseFile]:
    def unreadable(err: OSError) -> None:
        message = f"the folder cannot be opened: {err.strerror}."
        problems.append(problem("file-unreadable", err.filename, 1, message))

    for parent, folders, names in os.walk(folder, onerror=unreadable, followlinks=False):
        here = Path(parent)
        judged = COLLECTIONS_FOLDER if here == folder and COLLECTIONS_FILE in names else ""
        folders[:] = sorted(name for name in folders if name[0] != "." and name != judged)
        for name in list(folders):
            if (here / name).is_symlink():
                message = "is a link to a folder; put the folder itself here."
                problems.append(problem("linked-folder", here / name, 1, message))
                folders.remove(name)
        # Strings from here on: there may be a hundred thousand files, and paths are slow.
        way = "" if here == folder else f"{here.relative_to(folder).as_posix()}/"
        shown = "" if str(here) == "." else os.path.join(here, "")  # noqa: PTH118 - so that it ends in a sign between folders
        for name in sorted(names):
            if name.startswith(".") or _is_beside(here, name, folder):
                continue
            if name.endswith(".md"):
                yield CaseFile(id=f"{way}{name[: -len('.md')]}", path=f"{shown}{name}")
            else:
                message = "does not belong here: a case is a Markdown file ending in .md."
                problems.append(problem("file-does-not-belong", f"{shown}{name}", 1, message))


def _is_beside(parent: Path, name: str, folder: Path) -> bool:
    """Whether a file is one of those that belong beside the cases."""
    if name.endswith(".yaml") and parent in (folder / TOOLS_FOLDER, folder / PACKS_FOLDER):
        return True
    return name in EXPECTED and parent == folder


def _id_problems(file: CaseFile) -> Iterator[Problem]:
    odd = [part for part in file.id.split("/") if not _ID_PART.fullmatch(part)]
    if odd:
        meant = "/".join(filter(None, map(slug, file.id.split("/"))))
        hint = f" It could be {quoted(meant)}." if meant else ""
        message = (
            "the file's path must be lower case letters, digits and hyphens, "
            f"not {quoted(odd[0])}; it is the case's id and address.{hint}"
        )
        yield problem("file-name-not-an-id", file.path, 1, message, value=odd[0])


def _draft(file: CaseFile, data: bytes) -> Draft:
    """Understand the bytes of a file.

    Raises:
        YamlTrouble: it is no case, and why.
    """
    text = text_of(data)
    closing = _delimiters(text)[1].end()
    try:
        metadata, body = frontmatter.parse(text, handler=_CoreYaml())
    except YamlTrouble as err:
        message = f"the front-matter {err}"
        raise YamlTrouble(err.rule, message, err.line, err.column, err.fix) from err
    located: Located = metadata["located"]
    if not isinstance(located.value, dict):
        message = "the front-matter must be fields such as 'title: ...', one on a line"
        raise YamlTrouble("front-matter-not-fields", message, 1)
    after = text[closing:]
    blank = len(after) - len(after.lstrip())
    return Draft(
        id=file.id,
        path=file.path,
        front_matter=located,
        body=body,
        body_line=text.count("\n", 0, closing + blank) + 1,
        digest=digest_of(data),
        text=text,
        closing=closing,
    )


def digest_of(data: bytes) -> str:
    """The digest of a case's bytes, by which one text of it is told from another."""
    return hashlib.sha256(data).hexdigest()


def bytes_of(path: str) -> bytes:
    """The bytes of a file that may be a case.

    Raises:
        YamlTrouble: it is no plain file, or too large.
        OSError: it cannot be read.
    """
    status = os.stat(path)  # noqa: PTH116 - asked of every file there is, and a Path is slow
    if not stat.S_ISREG(status.st_mode):  # reading a pipe or a device may never end
        raise YamlTrouble("file-not-plain", "must be a plain file", 1)
    _refuse_large(status.st_size)
    handle = os.open(path, os.O_RDONLY)
    try:
        data = os.read(handle, status.st_size + 1)
        while len(data) != status.st_size and (more := os.read(handle, MAX_FILE_BYTES)):
            data += more  # it has grown since it was looked at
        return data
    finally:
        os.close(handle)


def _refuse_large(size: int) -> None:
    if size > MAX_FILE_BYTES:
        megabytes = f"{size / 1_000_000:.1f} MB"
        message = f"must be at most 1 MB, not {megabytes}; a case is a few pages"
        raise YamlTrouble("file-too-large", message, 1)


def _delimiters(text: str) -> tuple[re.Match[str], re.Match[str]]:
    """The lines that open and close the front-matter, the second with the end of the one before.

    Raises:
        YamlTrouble: one of them is not there.
    """
    how = "open the file with a line '---', the fields, and another line '---'"
    if not text.strip():
        raise YamlTrouble("front-matter-missing", f"is empty; {how}", 1)
    if text.startswith("+++"):
        message = (
            f"has its front-matter in TOML ('+++'); write it in YAML, as 'kb import' does: {how}"
        )
        raise YamlTrouble("front-matter-in-toml", message, 1)
    opens = _OPENS.match(text)
    if opens is None:
        message = f"must open with front-matter on line 1; {how}"
        raise YamlTrouble("front-matter-missing", message, 1)
    closes = _CLOSES.search(text, opens.end())
    if closes is None:
        message = f"has no line '---' that closes the front-matter; {how}"
        raise YamlTrouble("front-matter-not-closed", message, 1)
    return opens, closes
