"""Takes the versions of before from the history of the repository that holds the cases.

The history only seeds the store of versions: a shallow clone has little of it, and a folder
without a repository has none. Of each commit that changed a file of a case, that file is read
with the sources and the vocabulary as they were then. What it said is kept where it can be
understood by the rules of today; else the file alone is.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from kb.content.bibliography import entries_alone, read_bibliography
from kb.content.countries import countries
from kb.content.files import COLLECTIONS_FOLDER, EXPECTED, SOURCES_FILE, TAXONOMY_FILE
from kb.content.front_matter import read_case
from kb.content.known import Known
from kb.content.load import CaseFile, Draft, digest_of, load_file
from kb.content.schema import as_text, items_of
from kb.content.taxonomy import load_taxonomy
from kb.errors import CorpusError, TaxonomyError
from kb.indexing.keep_versions import FIRST, GONE, said_by_file, version_of
from kb.model.case_versions import (
    Entry,
    Version,
    entry_digest,
    entry_text,
    labels_digest,
    labels_of,
    terms_of,
    version_digest,
)
from kb.model.cases import Reference
from kb.model.taxonomy import GUIDE, Taxonomy
from kb.snapshots.store import no_other_build
from kb.versions.difference import what_changed
from kb.versions.store import Addition, Versions, adding

#: So many commits are read between two lines that say how far it is.
_EVERY = 50
#: What is said of a case that a commit added, and of a guide.
_ADDED = "The case was added."
_GUIDE_ADDED = "The guide was added."
#: The subject of a commit that changed more cases than this says nothing of each.
_MOST_TOLD = 10
#: A subject of a commit is cut to a sentence of so many characters.
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """How many versions of how many cases were kept, from how many commits."""

    versions: int
    cases: int
    commits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Commit:
    """A commit: its digest, day and subject, and the files of cases that it changed or removed.

    ``added`` are those of the changed that were not there before.
    """

    digest: str
    day: str
    subject: str
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    added: frozenset[str]

    @property
    def says_of_each(self) -> str:
        """What its subject says of each case that it changed; empty where they are many."""
        return self.subject if len(self.changed) <= _MOST_TOLD else ""


class _AnyId(Mapping[str, bool]):
    """Ids of documents, of which it is taken for granted that they were there."""

    def __init__(self, case_id: str, is_guide: bool) -> None:
        self._own = {case_id: is_guide}

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> bool:
        return self._own.get(name, False)

    def __iter__(self) -> Iterator[str]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)


def seed_versions(cases: Path, index: Path, *, most: int, tell: Callable[[str], None]) -> Seeded:
    """Keep what each case was at each commit that changed it, before what builds have kept.

    It may be done again: what the store has is not added twice.

    Args:
        cases: the folder of the cases.
        index: the folder of the snapshots.
        most: so many commits are read, the newest.
        tell: told in a sentence how far it is, and what there is not.

    Raises:
        BuildBusy: a build is running.
        IndexNotWritable: the index folder cannot be written to.
    """
    repository = _Repository.of(cases)
    if repository is None:
        tell(f"{cases} is in no repository of git that can be read: there is no history to take.")
        return Seeded(versions=0, cases=0, commits=0)
    commits = list(repository.commits(most))
    if repository.is_shallow:
        tell(f"The clone is shallow: it has {len(commits)} commits that changed cases.")
    with no_other_build(index), repository.reading():
        return _seed(repository, commits, Versions(index), tell)


def _seed(
    repository: _Repository,
    commits: list[_Commit],
    versions: Versions,
    tell: Callable[[str], None],
) -> Seeded:
    seeding = _Seeding(repository=repository, versions=versions)
    with adding(versions, first=True, tell=tell) as addition:
        for number, commit in enumerate(commits, 1):
            seeding.add(commit, addition)
            if number % _EVERY == 0:
                tell(f"Read {number} of {len(commits)} commits …")
        if commits:
            seeding.add_last(commits[-1], addition)
    return Seeded(versions=seeding.n_versions, cases=len(seeding.cases), commits=len(commits))


@dataclass(slots=True, kw_only=True)
class _Seeding:
    """What was taken so far.

    Attributes:
        repository: where from.
        versions: the store, with what it has already.
        last: the last version of each case, and its path.
        cases: the ids of those of which something was added.
        n_versions: how many versions were added.
    """

    repository: _Repository
    versions: Versions
    last: dict[str, tuple[Version, str]] = field(default_factory=dict)
    cases: set[str] = field(default_factory=set)
    n_versions: int = 0

    def add(self, commit: _Commit, addition: Addition) -> None:
        """Add what a commit made of the cases that it changed."""
        for path in commit.changed:
            self._add(commit, path, commit.says_of_each, addition)
        for path in commit.removed:
            case_id = self.repository.id_of(path)
            self.last.pop(case_id, None)
            self._tell(case_id, Entry(digest="", day=commit.day, what=GONE), addition)

    def add_last(self, commit: _Commit, addition: Addition) -> None:
        """Add what the cases are with the sources and the vocabulary of the last commit."""
        for _, path in list(self.last.values()):
            self._add(commit, path, "", addition)

    def _add(self, commit: _Commit, path: str, subject: str, addition: Addition) -> None:
        text = self.repository.file(commit, path)
        if text is None:
            return
        case_id = self.repository.id_of(path)
        version = self.repository.version(commit, case_id, text)
        before = self.last.get(case_id, (None, ""))[0]
        self.last[case_id] = (version, path)
        if before is not None and before.digest == version.digest:
            return
        what = said_by_file(before, version)
        if not what and before is None and path in commit.added:
            what = _GUIDE_ADDED if _is_guide(version) else _ADDED
        what = what or subject
        if not what:
            what = FIRST if before is None else what_changed(before, version)
        if version.digest not in self.versions:
            self.n_versions += 1
        addition.add(version)
        self._tell(case_id, Entry(digest=version.digest, day=commit.day, what=what), addition)

    def _tell(self, case_id: str, entry: Entry, addition: Addition) -> None:
        known = {(told.digest, told.day) for told in self.versions.history(case_id)}
        if (entry.digest, entry.day) not in known:
            addition.tell(case_id, entry)
            self.cases.add(case_id)


@dataclass(slots=True, kw_only=True)
class _Repository:
    """A repository of git that holds a folder of cases.

    Attributes:
        root: its top.
        folder: the path of the cases below it, empty where they are at the top.
        is_shallow: whether it has only the newest commits.
    """

    root: Path
    folder: str
    is_shallow: bool
    _files: subprocess.Popen[bytes] | None = None
    _taxonomies: dict[str, Taxonomy | None] = field(default_factory=dict)

    @classmethod
    def of(cls, cases: Path) -> _Repository | None:
        """The repository that a folder is in; None where it is in none, or there is no git."""
        asked = ("--show-toplevel", "--show-prefix", "--is-shallow-repository")
        try:
            told = _git(cases, "rev-parse", *asked).splitlines()
        except (OSError, subprocess.CalledProcessError):
            return None
        top, prefix, shallow = told
        return cls(root=Path(top), folder=prefix.rstrip("/"), is_shallow=shallow == "true")

    def commits(self, most: int) -> Iterator[_Commit]:
        """The newest commits that changed files of cases, the oldest first."""
        where = self.folder or "."
        shape = "--format=%x01%H%x00%cs%x00%s"
        options = ("--reverse", "--no-merges", "--no-renames", "--name-status", "-z", f"-n{most}")
        try:
            told = _git(self.root, "log", *options, shape, "--", f"{where}/*.md")
        except subprocess.CalledProcessError:  # a repository without a commit
            return
        for commit in told.split("\x01")[1:]:
            digest, day, rest = commit.split("\0", 2)
            subject, *named = rest.split("\0")
            pairs = list(zip(*[iter(part.strip("\n") for part in named)] * 2, strict=False))
            yield _Commit(
                digest=digest,
                day=day,
                subject=_sentence(subject.split("\n")[0]),
                changed=tuple(path for how, path in pairs if how != "D" and self._is_case(path)),
                removed=tuple(path for how, path in pairs if how == "D" and self._is_case(path)),
                added=frozenset(path for how, path in pairs if how == "A"),
            )

    def _is_case(self, path: str) -> bool:
        inner = PurePosixPath(path).relative_to(self.folder or ".")
        if len(inner.parts) == 1 and inner.name in EXPECTED:
            return False
        return inner.suffix == ".md" and inner.parts[0] != COLLECTIONS_FOLDER

    def id_of(self, path: str) -> str:
        """The id of the case of a file."""
        return PurePosixPath(path).relative_to(self.folder or ".").with_suffix("").as_posix()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Have files of commits at hand, in a ``with`` block."""
        command = ["git", "-C", str(self.root), "cat-file", "--batch"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as self._files:
            yield
            if self._files.stdin is not None:
                self._files.stdin.close()
        self._files = None

    def file(self, commit: _Commit, path: str) -> bytes | None:
        """The bytes of a file at a commit; None where there was none."""
        pipes = self._files
        if pipes is None or pipes.stdin is None or pipes.stdout is None:
            raise RuntimeError("the repository is not being read")
        pipes.stdin.write(f"{commit.digest}:{path}\n".encode())
        pipes.stdin.flush()
        head = pipes.stdout.readline().split()
        if len(head) != 3:
            return None
        data = pipes.stdout.read(int(head[2]))
        pipes.stdout.read(1)
        return data if head[1] == b"blob" else None

    def beside(self, commit: _Commit, name: str) -> bytes:
        """The bytes of a file beside the cases, empty where there was none."""
        return self.file(commit, f"{self.folder}/{name}".lstrip("/")) or b""

    def version(self, commit: _Commit, case_id: str, text: bytes) -> Version:
        """The version that a case was at a commit."""
        taxonomy = self._taxonomy(self.beside(commit, TAXONOMY_FILE))
        draft, _ = load_file(CaseFile(id=case_id, path=case_id), text)
        if draft is not None and taxonomy is not None:
            works = _works(self.beside(commit, SOURCES_FILE), _cited(draft))
            understood = _understood(draft, text, taxonomy, works)
            if understood is not None:
                return understood
        digest = version_digest(digest_of(text), {}, labels_digest({}))
        return Version(case_id=case_id, digest=digest, text=text, sources={}, labels={})

    def _taxonomy(self, data: bytes) -> Taxonomy | None:
        """The vocabulary of then; None where it was of a form that is no longer read."""
        key = digest_of(data)
        if key not in self._taxonomies:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / TAXONOMY_FILE
                path.write_bytes(data)
                try:
                    self._taxonomies[key] = replace(load_taxonomy(path), world=countries())
                except TaxonomyError:
                    self._taxonomies[key] = None
        return self._taxonomies[key]


def _understood(
    draft: Draft, text: bytes, taxonomy: Taxonomy, works: Mapping[str, Reference]
) -> Version | None:
    """The version with what its file says; None where that is no case by the rules of today."""
    kind = taxonomy["kinds"].canonical(as_text(draft.front_matter.value.get("kind")) or "")
    term = taxonomy["kinds"].get(kind or "")
    is_guide = term is not None and term.role == GUIDE
    known = Known(
        taxonomy=taxonomy,
        guides=_AnyId(draft.id, is_guide),
        sources=tuple(works),
        undated=[key for key, work in works.items() if not work.year],
    )
    case, _ = read_case(draft, known)
    if case is None:
        return None
    cited = {source.key for source in case.sources}
    digest = version_digest(
        case.digest,
        {key: entry_digest(entry_text(works[key])) for key in cited},
        labels_digest(labels_of(terms_of(case, taxonomy))),
    )
    return version_of(replace(case, version=digest), text, works, taxonomy)


def _is_guide(version: Version) -> bool:
    """Whether a version is one of a guide, where that can be understood."""
    kinds = version.understood.terms.get("kinds", ()) if version.understood else ()
    return any(term.role == GUIDE for term in kinds)


def _cited(draft: Draft) -> list[str]:
    """The keys that a draft names as its sources."""
    sources = items_of(draft.front_matter.value.get("sources"))
    keys = (as_text(one.get("key")) for one in sources if isinstance(one, dict))
    return list(filter(None, keys))


def _works(data: bytes, keys: list[str]) -> Mapping[str, Reference]:
    """Some sources of a file as it was; none where it cannot be read."""
    try:
        works, _ = read_bibliography(Path(SOURCES_FILE), entries_alone(data, keys))
    except CorpusError:
        return {}
    return works


def _sentence(subject: str) -> str:
    """The subject of a commit as a sentence."""
    text = " ".join(subject.split())
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST].rsplit(' ', 1)[0]} …"
    return text if not text or text[-1] in ".!?…" else f"{text}."


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), "-c", "core.quotePath=false", *arguments],
        capture_output=True,
        check=True,
    )
    return done.stdout.decode("utf-8", "replace")
