"""What a branch changes in a compendium: problems, documents, and what searches find.

The base is a commit, the other side the folder as it lies there, with what is not committed yet.
Both are built beside each other, and judged queries are put to both.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Protocol

from kb.content.corpus import Corpus, read_corpus
from kb.content.files import QUERIES_FILE
from kb.drafting.preview import Preview, preview
from kb.errors import CorpusError, Problem, errors_of
from kb.indexing.keep_versions import version_of
from kb.indexing.pipeline import build
from kb.model.cases import Case, Reference, Withdrawn
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy
from kb.quality.check import judged_problems
from kb.quality.judged import JudgedQuery, read_judged
from kb.quality.measure import Qrels, per_query
from kb.search.opening import open_current
from kb.search.searcher import Searcher
from kb.settings import Settings
from kb.snapshots.store import find_current, set_current
from kb.versions.difference import what_changed

#: A judged query is won where a case that answers it comes among so many, and lost where one goes.
FIRST = 10
#: So many queries are put between two lines that say how far it is.
_EVERY = 100

#: Ids of cases that were found to their ranks, the first one 1, in their order.
Ranks = Mapping[str, int]

ADDED, CHANGED, MOVED, REMOVED, WITHDRAWN = WAYS = (
    *("added", "changed", "moved", "removed", "withdrawn"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDocument:
    """A document that is another one than in the base.

    Attributes:
        id: its id now; of one that was removed its earlier one.
        title: its title.
        way: one of ``WAYS``.
        before: the version in the base, its first characters; empty of a new one.
        after: the version now; empty of one that is gone.
        what: what changed, in a sentence.
        moved_to: of one that was removed a new document that looks like it; empty where it has an
            alias, or where none does.
        moved_from: of one that was moved its earlier id.
    """

    id: str
    title: str
    way: str
    before: str = ""
    after: str = ""
    what: str = ""
    moved_to: str = ""
    moved_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A case that answers a judged query, and where it stands in the answer on both sides.

    A rank is None where the case is not found.
    """

    query: str
    case_id: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetChange:
    """A value of a facet that more or fewer documents have."""

    facet: str
    label: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Findability:
    """What searches find otherwise.

    ``queries`` are the judged queries that were put to both sides. ``ndcg_before`` and
    ``ndcg_after`` are the means of nDCG@10 over those that have an answer; None where none has.
    """

    queries: int
    won: tuple[Shift, ...]
    lost: tuple[Shift, ...]
    facets: tuple[FacetChange, ...]
    ndcg_before: float | None = None
    ndcg_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """What a document that is new or changed would be among those of the base."""

    id: str
    preview: Preview


@dataclass(frozen=True, kw_only=True)
class Review:
    """All that a branch changes.

    Attributes:
        base: the commit that it was compared with, its first characters.
        new: problems that the base does not have; warnings among them.
        mended: problems that the base has.
        documents: those that are another one, by id.
        previews: of those that are new or changed; empty where it was not built.
        findability: None where it was not built.
        not_built: why it was not; empty where it was.
        searcher: over the branch as it was built, for who shows a page of it; None where it was
            not built.
    """

    base: str
    new: tuple[Problem, ...]
    mended: tuple[Problem, ...]
    documents: tuple[ChangedDocument, ...]
    previews: tuple[Previewed, ...] = ()
    findability: Findability | None = None
    not_built: str = ""
    searcher: Searcher | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The new problems that keep a build from happening."""
        return errors_of(self.new)

    @property
    def without_alias(self) -> tuple[ChangedDocument, ...]:
        """Documents whose address leads nowhere now."""
        return tuple(one for one in self.documents if one.way == REMOVED)


def review(settings: Settings, base: str, *, tell: Callable[[str], None]) -> Review:
    """Compare the folder of the cases with a commit.

    Args:
        settings: where the cases are, and the index whose vectors are taken.
        base: what git calls the commit; it is compared with where the branch left it.
        tell: told in a sentence how far it is.

    Raises:
        CorpusError: the base is not there, or cannot be read.
        KBError: whatever a build raises.
    """
    repository = Repository.of(settings.cases)
    commit = repository.where_it_left(base)
    with TemporaryDirectory(prefix="kb-review-") as name:
        folder = Path(name)
        earlier = folder / "base"
        tell(f"Taking the cases of {commit[:10]} …")
        repository.take(commit, earlier)
        before, after = read_corpus(earlier), read_corpus(settings.cases)
        tell(f"Read {before.files} files of the base and {after.files} of this branch.")
        old, new = (
            _problems(corpus, root) for corpus, root in ((before, earlier), (after, settings.cases))
        )
        found = Review(
            base=commit[:10],
            new=tuple(_less(new, old)),
            mended=tuple(_less(old, new)),
            documents=tuple(
                one
                for one in changed_documents(_OfCorpus(before), _OfCorpus(after))
                # A file that cannot be read yet is no document, and is not gone either.
                if not _cannot_be_read(one, before, earlier, after, settings.cases)
            ),
        )
        why = "the base has problems" if before.errors else ""
        why = "this branch has problems" if after.errors else why
        if why:
            return replace(found, not_built=f"{why}, so it was not built")
        return _with_searches(found, settings, earlier, folder / "index", tell)


def _with_searches(
    found: Review, settings: Settings, earlier: Path, index: Path, tell: Callable[[str], None]
) -> Review:
    """The review with what searches find on both sides."""
    _take_snapshot(settings.index, index)
    searchers = []
    for name, cases in (("the base", earlier), ("this branch", settings.cases)):
        tell(f"Building {name} …")
        own = replace(settings, cases=cases, index=index, engine="")
        build(own, tell=tell)
        searchers.append(open_current(own))
    before, after = searchers
    cases = [
        (after.case(one.id), one.moved_from or one.id)
        for one in found.documents
        if one.way in (ADDED, CHANGED, MOVED)
    ]
    previews = []
    for number, (case, earlier_id) in enumerate(cases, 1):
        tell(f"Comparing {case.id} with all others ({number} of {len(cases)}) …")
        draft = replace(case, id=earlier_id)  # so that it is not compared with its own earlier text
        previews.append(Previewed(id=case.id, preview=preview(draft, before, whole=True)))
    return replace(
        found,
        previews=tuple(previews),
        findability=findability(before, after, _judged(earlier, before), tell),
        searcher=after,
    )


def _take_snapshot(index: Path, to: Path) -> None:
    """Begin an index from what another serves, whose vectors are then not made again."""
    to.mkdir()
    served = find_current(index).snapshot_id
    if served and (index / served).is_dir():
        shutil.copytree(index / served, to / served)
        set_current(to, served)


def _judged(cases: Path, searcher: Searcher) -> Sequence[JudgedQuery]:
    """The judged queries of the base; none where it has none."""
    path = cases / QUERIES_FILE
    return read_judged(path, searcher.compendium.by_id) if path.is_file() else ()


def findability(
    before: Searcher,
    after: Searcher,
    queries: Sequence[JudgedQuery],
    tell: Callable[[str], None],
) -> Findability:
    """What searches find otherwise than before.

    Args:
        before: the snapshot of before.
        after: that of now.
        queries: put to both.
        tell: told in a sentence how far it is.
    """
    won, lost = [], []
    runs: tuple[dict[str, Ranks], dict[str, Ranks]] = ({}, {})
    for number, query in enumerate(queries, 1):
        if number % _EVERY == 0:
            tell(f"Asked {number} of {len(queries)} judged queries …")
        first, second = (_ranks(one, query.text) for one in (before, after))
        runs[0][query.id], runs[1][query.id] = first, second
        for case_id in query.relevance:
            was, now = first.get(case_id), second.get(case_id)
            shift = Shift(query=query.text, case_id=case_id, before=was, after=now)
            if _is_first(now) and not _is_first(was):
                won.append(shift)
            elif _is_first(was) and not _is_first(now):
                lost.append(shift)
    qrels = {query.id: query.relevance for query in queries if query.relevance}
    was, now = (_mean_ndcg(run, qrels) for run in runs)
    return Findability(
        ndcg_before=was,
        ndcg_after=now,
        queries=len(queries),
        won=tuple(won),
        lost=tuple(lost),
        facets=tuple(_facets(before, after)),
    )


def _mean_ndcg(ranked: Mapping[str, Ranks], qrels: Qrels) -> float | None:
    if not qrels:
        return None
    run = {query: [(one, float(-rank)) for one, rank in ranked[query].items()] for query in qrels}
    return fmean(per_query(run, qrels)["nDCG@10"].values())


def _is_first(rank: int | None) -> bool:
    return rank is not None and rank <= FIRST


def _ranks(searcher: Searcher, text: str) -> Ranks:
    scores = searcher.found_scores(text)
    order = sorted(scores, key=lambda one: (-scores[one], one))
    return {case_id: rank for rank, case_id in enumerate(order, 1)}


def _facets(before: Searcher, after: Searcher) -> Iterator[FacetChange]:
    """In the order of the facets, then by value."""
    old, new = before.counts_of_all, after.counts_of_all
    for facet in FACETS:
        was, now = old.get(facet, {}), new.get(facet, {})
        for value in sorted(was.keys() | now.keys()):
            if was.get(value, 0) != now.get(value, 0):
                side = after if value in now else before
                yield FacetChange(
                    facet=facet,
                    label=side.taxonomy.label(facet, value),
                    before=was.get(value, 0),
                    after=now.get(value, 0),
                )


def _problems(corpus: Corpus, root: Path) -> list[Problem]:
    """Every problem, each under the path below the folder of the cases."""
    found = corpus.problems if corpus.errors else (*corpus.problems, *judged_problems(root, corpus))
    return [replace(one, path=os.path.relpath(one.path, root)) for one in found]


def _less(some: Sequence[Problem], others: Sequence[Problem]) -> Iterator[Problem]:
    """The problems that are not among others, wherever the line went."""
    left = Counter(_kind_of(one) for one in others)
    for one in some:
        if left[_kind_of(one)]:
            left[_kind_of(one)] -= 1
        else:
            yield one


def _kind_of(problem: Problem) -> tuple[str, str, str]:
    return problem.path, problem.rule, problem.message


class Side(Protocol):
    """One of two states of a compendium that are compared."""

    @property
    def versions(self) -> Mapping[str, str]:
        """The digests of the versions of all documents, by id."""
        ...

    @property
    def references(self) -> Mapping[str, Reference]:
        """The sources by key."""
        ...

    @property
    def taxonomy(self) -> Taxonomy:
        """The vocabulary."""
        ...

    @property
    def withdrawn(self) -> Mapping[str, Withdrawn]:
        """The documents that were withdrawn, by id."""
        ...

    def cases(self, ids: Collection[str]) -> Mapping[str, Case]:
        """Some documents by id."""
        ...


class _OfCorpus:
    """A folder that was read."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self.versions = {one.id: one.version for one in corpus.documents}
        self.references = corpus.beside.references
        self.taxonomy = corpus.taxonomy
        self.withdrawn = corpus.beside.withdrawn

    def cases(self, ids: Collection[str]) -> Mapping[str, Case]:
        """See ``Side``."""
        some = [one for one in self._corpus.documents if one.id in ids]
        return {one.id: one for one in self._corpus.cases_of(some)}


class OfSnapshot:
    """A snapshot that is open; a ``Side``."""

    def __init__(self, searcher: Searcher) -> None:
        """Reads every record once."""
        held = searcher.compendium
        self._by_id = held.by_id
        self.versions = {one.id: one.version for one in held.cases}
        self.references = held.references
        self.taxonomy = searcher.taxonomy
        self.withdrawn = held.withdrawn

    def cases(self, ids: Collection[str]) -> Mapping[str, Case]:
        """See ``Side``."""
        return {one: self._by_id[one] for one in ids}


def changed_documents(before: Side, after: Side) -> Iterator[ChangedDocument]:
    """The documents that are another one, by id."""
    old, new = before.versions, after.versions
    was_there = before.cases({one for one in old if new.get(one) != old[one]})
    is_there = after.cases({one for one in new if old.get(one) != new[one]})
    aliases = {alias: one.id for one in is_there.values() for alias in one.aliases}
    for case_id in sorted({*was_there, *is_there}):
        was, now = was_there.get(case_id), is_there.get(case_id)
        if was is not None and now is not None:
            yield _version_change(CHANGED, (before, was), (after, now))
        elif now is not None:
            moved = next((alias for alias in now.aliases if alias in was_there), None)
            if moved is None:
                yield ChangedDocument(
                    id=case_id, title=now.title, way=ADDED, after=new[case_id][:12]
                )
            else:
                yield _version_change(MOVED, (before, was_there[moved]), (after, now))
        elif was is not None and case_id in after.withdrawn:
            yield ChangedDocument(
                id=case_id,
                title=was.title,
                way=WITHDRAWN,
                before=old[case_id][:12],
                what=f"Withdrawn: {after.withdrawn[case_id].reason}",
            )
        elif was is not None and case_id not in aliases:
            looks_like = (
                other.id
                for other in is_there.values()
                if other.id not in old and (other.digest == was.digest or other.title == was.title)
            )
            yield ChangedDocument(
                id=case_id,
                title=was.title,
                way=REMOVED,
                before=old[case_id][:12],
                moved_to=next(looks_like, ""),
            )


def _cannot_be_read(
    one: ChangedDocument, before: Corpus, earlier: Path, after: Corpus, cases: Path
) -> bool:
    """Whether a document only looks new or gone, as its file has problems on one side."""
    is_there = (cases / f"{one.id}.md").is_file(), (earlier / f"{one.id}.md").is_file()
    looks_gone = one.way == REMOVED and bool(after.errors) and is_there[0]
    return looks_gone or (one.way == ADDED and bool(before.errors) and is_there[1])


def _version_change(
    way: str, before: tuple[Side, Case], after: tuple[Side, Case]
) -> ChangedDocument:
    versions = [
        version_of(case, b"", side.references, side.taxonomy) for side, case in (before, after)
    ]
    moved = f"Moved from {before[1].id}. " if way == MOVED else ""
    return ChangedDocument(
        id=after[1].id,
        title=after[1].title,
        way=way,
        before=before[1].version[:12],
        after=after[1].version[:12],
        what=f"{moved}{what_changed(versions[0], versions[1])}",
        moved_from=before[1].id if way == MOVED else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """The git repository that holds a folder of cases.

    ``root`` is its top, ``inside`` the path of the folder below it.
    """

    root: Path
    inside: str

    @classmethod
    def of(cls, cases: Path) -> Repository:
        """That of a folder.

        Raises:
            CorpusError: it is in none, or git is not installed.
        """
        if not cases.is_dir():
            raise CorpusError(f"{cases} is no folder of cases; set KB_CASES or --cases.")
        found = _git(cases, "rev-parse", "--show-toplevel")
        if found is None:
            raise CorpusError(
                f"{cases} is in no repository of git that can be read here; 'kb review' compares "
                "with a commit. Run it in a clone."
            )
        root = Path(found.strip())
        return cls(root=root, inside=cases.resolve().relative_to(root.resolve()).as_posix())

    def where_it_left(self, base: str) -> str:
        """The commit at which this branch left the base.

        Raises:
            CorpusError: there is no such commit here, or no common one.
        """
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
        commit = _git(self.root, *asked)
        shallow = (_git(self.root, "rev-parse", "--is-shallow-repository") or "").strip() == "true"
        why = " The clone is shallow; run 'git fetch --unshallow' first." if shallow else ""
        if commit is None:
            raise CorpusError(
                f"--base {base!r} is no commit of {self.root}.{why} Name a branch, a tag or a "
                "commit that is there, such as origin/main; 'git fetch origin main' brings that."
            )
        common = _git(self.root, "merge-base", commit.strip(), "HEAD")
        if common is None:
            raise CorpusError(
                f"--base {base!r} has no commit in common with this branch in {self.root}.{why}"
                f"{'' if shallow else ' Name the branch from which this one was made.'}"
            )
        return common.strip()

    def take(self, commit: str, to: Path) -> None:
        """Write the folder of the cases as it was at a commit.

        Raises:
            CorpusError: it was not there.
        """
        to.mkdir()
        where = commit if self.inside == "." else f"{commit}:{self.inside}"
        done = _run(self.root, "archive", "--format=tar", where)
        if done is None or done.returncode:
            raise CorpusError(
                f"The folder {self.inside} is not in the commit {commit[:10]}; name a --base that "
                "has it."
            )
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(to, filter="data")


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints; None where it fails or is not there."""
    done = _run(folder, *arguments)
    return None if done is None or done.returncode else done.stdout.decode("utf-8", "replace")


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes] | None:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, check=False
        )
    except OSError:
        return None
