"""Adds to the store of versions what content has that the store has not.

A build does it before it serves what it built, so that whatever a page of a snapshot names is in
the store by then. Where nothing has changed since, no version is read or written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from kb.content.corpus import Corpus
from kb.content.documents import Document
from kb.errors import VersionNotFound, VersionsDamaged
from kb.model.case_versions import (
    Entry,
    Understood,
    Version,
    entry_text,
    labels_of,
    terms_of,
    undated,
)
from kb.model.cases import Case, Reference
from kb.model.facets import MADE_FACETS
from kb.model.taxonomy import Taxonomy
from kb.versions.difference import what_changed
from kb.versions.store import Addition, Versions, adding, set_aside

#: What is said of the first version of a case.
FIRST = "First version in the compendium."
#: What is said where a case is no more, and nobody says why.
GONE = "Taken out of the compendium."


def keep_versions(versions: Versions, corpus: Corpus, tell: Callable[[str], None]) -> None:
    """Keep the version that each case of a corpus is, where the store has it not.

    Args:
        versions: the store.
        corpus: everything that was read, without a problem.
        tell: told in a sentence what is being done, and what is wrong with the store.

    Raises:
        OSError: the store cannot be written.
        CorpusError: a file has changed since it was read.
    """
    try:
        heads, state = versions.heads(), versions.state
        is_new = not heads and not state
    except VersionsDamaged as err:
        tell(f"The store of versions goes on without what is damaged: {err}")
        set_aside(versions)
        heads, state = versions.heads(), versions.state
        is_new = False
    now = _state_of(corpus)
    if now == state:
        return
    changed = [one for one in corpus.documents if heads.get(one.id) != one.version]
    with adding(versions, tell=tell) as addition:
        addition.state = now
        _add_changed(addition, versions, corpus, changed, heads, is_new=is_new)
        _tell_ended(addition, corpus, heads)
    if changed:
        one = len(changed) == 1
        tell(
            "Kept a new version of one case."
            if one
            else f"Kept {len(changed)} new versions of cases."
        )


def _state_of(corpus: Corpus) -> str:
    """A digest of which cases there are, in which version, and which went for which reason."""
    digest = hashlib.sha256()
    for one in corpus.documents:
        digest.update(f"{one.id} {one.version}\n".encode())
    for old, new in sorted(corpus.beside.aliases.items()):
        digest.update(f"{old} to {new}\n".encode())
    for case_id, gone in corpus.beside.withdrawn.items():
        digest.update(f"{case_id} {gone.day} {gone.reason}\n".encode())
    return digest.hexdigest()


def _add_changed(
    addition: Addition,
    versions: Versions,
    corpus: Corpus,
    changed: Sequence[Document],
    heads: Mapping[str, str],
    *,
    is_new: bool,
) -> None:
    """Add the version that each of some cases is now.

    A store that is new knows nothing of before, so what it begins with has the last day that the
    file itself names. Later a version has the day on which it came here.
    """
    today = datetime.now(UTC).date().isoformat()
    for document, case in zip(changed, corpus.cases_of(changed), strict=True):
        text = corpus.texts.bytes_of(document)
        version = version_of(case, text, corpus.beside.references, corpus.taxonomy)
        before = _version_before(versions, case, heads)
        addition.add(version)
        day = _told_day(case, today) if is_new else today
        entry = Entry(digest=version.digest, day=day, what=sentence(before, version))
        addition.tell(case.id, entry)


def _told_day(case: Case, today: str) -> str:
    """The last day on which a case was added or changed, as its file says; else today."""
    told = [*(change.day for change in case.changes), *filter(None, [case.added])]
    return max((day for day in told if day <= today), default=today)


def _version_before(versions: Versions, case: Case, heads: Mapping[str, str]) -> Version | None:
    """The version that a case was until now, under this id or under one of before."""
    for case_id in (case.id, *reversed(case.aliases)):
        newest = heads.get(case_id) and versions.newest(case_id)
        if newest:
            try:
                return versions.version(newest.digest)
            except (VersionNotFound, VersionsDamaged):  # then it cannot be compared with
                return None
    return None


def _tell_ended(addition: Addition, corpus: Corpus, heads: Mapping[str, str]) -> None:
    """Note which cases are no more, and why."""
    today = datetime.now(UTC).date().isoformat()
    here = {one.id for one in corpus.documents}
    for case_id in sorted(one for one, digest in heads.items() if digest and one not in here):
        addition.tell(case_id, Entry(digest="", day=today, what=_why_ended(case_id, corpus)))


def _why_ended(case_id: str, corpus: Corpus) -> str:
    gone = corpus.beside.withdrawn.get(case_id)
    if gone is not None:
        return f"Withdrawn: {gone.reason}"
    now = corpus.beside.aliases.get(case_id)
    return f"Moved to {now}." if now is not None else GONE


def version_of(
    case: Case, text: bytes, references: Mapping[str, Reference], taxonomy: Taxonomy
) -> Version:
    """The version that a case is.

    Args:
        case: as it was read, with the digest of the version.
        text: the bytes of its file.
        references: the sources by key, at least those that it cites.
        taxonomy: the vocabulary, with every country.
    """
    keys = sorted({source.key for source in case.sources} & references.keys())
    works = {key: references[key] for key in keys}
    terms = terms_of(case, taxonomy)
    return Version(
        case_id=case.id,
        digest=case.version,
        text=text,
        sources={key: entry_text(work) for key, work in works.items()},
        labels=labels_of(terms),
        understood=Understood(
            case=_alone(case),
            references={key: undated(work) for key, work in works.items()},
            terms=terms,
        ),
    )


def _alone(case: Case) -> Case:
    """A case without what is made of all cases together, and so changes with the others."""
    made = dict.fromkeys(MADE_FACETS, ())
    return replace(case, facets={**case.facets, **made})


def sentence(before: Version | None, after: Version) -> str:
    """What changed, in a sentence: as the file says it, or else as the difference tells it."""
    if before is None:
        return FIRST
    if said := said_by_file(before, after):
        return said
    moved = before.case_id != after.case_id
    changed = what_changed(before, after)
    return f"Moved from {before.case_id}. {changed}" if moved else changed


def said_by_file(before: Version | None, after: Version) -> str:
    """What changed as the file itself tells it; empty where it tells nothing new."""
    said = _said(after)
    return said if before is None or said != _said(before) else ""


def _said(version: Version) -> str:
    """The newest change that the file itself tells of."""
    changes = version.understood.case.changes if version.understood else ()
    return changes[-1].sentence if changes else ""
