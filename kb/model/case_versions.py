"""What a version of a case is, and by which digest it is known.

A *version* is the bytes of a case's file, the entries of the sources that it cites, and the
labels of the vocabulary that it uses. Other sources and other labels have no part in it, and
neither has the day on which a source was seen.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from kb.model.cases import Case, Reference
from kb.model.facets import FACET_LISTS, FACETS, MADE_FACETS
from kb.model.taxonomy import Taxonomy, Term

#: So many characters of a digest are shown, and name a version in an address.
SHORT = 12

#: The field that says how and on which day a source was seen.
_SEEN_DAY = re.compile(
    r"(?im)^(?P<how>\s*seen\s*=\s*[{\"]\s*[a-z ]*[a-z])\s*,\s*\d{4}-\d{2}-\d{2}(?=\s*[}\"])"
)

#: Labels by list of the vocabulary and id.
Labels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a file said when its version was kept: enough to show it without reading it again.

    ``references`` are the sources that it cites, by key, and ``terms`` what it uses of each list
    of the vocabulary.
    """

    case: Case
    references: Mapping[str, Reference]
    terms: Mapping[str, tuple[Term, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a case.

    Attributes:
        case_id: the id under which it was kept first.
        digest: of ``text``, ``sources`` and ``labels``: 64 hexadecimal digits.
        text: the bytes of the file.
        sources: the entries that it cites, by key, without the day on which each was seen.
        labels: those of the vocabulary that it uses, by list and id.
        understood: None where this program could not read the file as a case.
    """

    case_id: str
    digest: str
    text: bytes
    sources: Mapping[str, str]
    labels: Labels
    understood: Understood | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line in the history of a case.

    Attributes:
        digest: of the version that was the newest from then on; empty where the case ended.
        day: the day on which that came in, as 2026-11-28.
        what: what changed, in a sentence.
        case_id: under which id, where that is not the one that was asked for.
    """

    digest: str
    day: str
    what: str
    case_id: str = field(default="")


def short(digest: str) -> str:
    """The characters of a digest that are shown."""
    return digest[:SHORT]


def entry_text(work: Reference) -> str:
    """The entry of a source as it stands in the file, without the day on which it was seen."""
    if work.bibtex:
        return _SEEN_DAY.sub(r"\g<how>", work.bibtex)
    return repr(undated(work))  # an entry in round brackets, whose text is not kept


def undated(work: Reference) -> Reference:
    """A source without the day on which it was seen."""
    if work.seen is None:
        return work
    text = _SEEN_DAY.sub(r"\g<how>", work.bibtex)
    return replace(work, seen=replace(work.seen, day=None), bibtex=text)


def terms_of(case: Case, taxonomy: Taxonomy) -> dict[str, tuple[Term, ...]]:
    """The terms that a case uses, by list, each list in the order of the ids."""
    used: dict[str, set[str]] = {}
    for name, term_id in _used(case):
        used.setdefault(name, set()).add(term_id)
    return {
        name: tuple(_term(taxonomy, name, term_id) for term_id in sorted(ids))
        for name, ids in sorted(used.items())
    }


def _term(taxonomy: Taxonomy, name: str, term_id: str) -> Term:
    is_country = name == FACET_LISTS["country"]
    return taxonomy.term("country", term_id) if is_country else taxonomy[name].term(term_id)


def _used(case: Case) -> Iterator[tuple[str, str]]:
    """The lists and ids of what a case uses; of what is made of all cases together, nothing."""
    yield "kinds", case.kind
    for facet in FACETS:
        if facet not in MADE_FACETS:
            yield from ((FACET_LISTS[facet], value) for value in case.facets.get(facet, ()))
    for result in case.results:
        yield from (("metrics", result.metric), ("levels", result.level))
        yield "directions", result.direction
        if result.unit:
            yield "units", result.unit
    if case.reading is not None:
        yield "guide_parts", case.reading.part


def labels_of(terms: Mapping[str, tuple[Term, ...]]) -> Labels:
    """The labels of some terms."""
    return {name: {term.id: term.label for term in some} for name, some in terms.items()}


def labels_digest(labels: Labels) -> str:
    """A digest of labels: of a line for each, ``list/id: label``, in the order of these lines."""
    lines = [
        f"{name}/{key}: {label}" for name, some in labels.items() for key, label in some.items()
    ]
    return _digest("\n".join(sorted(lines)).encode())


def entry_digest(entry: str) -> str:
    """A digest of the entry of a source."""
    return _digest(entry.encode())


def version_digest(text: str, sources: Mapping[str, str], labels: str) -> str:
    """The digest of a version.

    It is that of these lines: ``text`` with the digest of the bytes of the file; ``source`` with
    the key and the digest of each entry, in the order of the keys; ``labels`` with their digest.

    Args:
        text: the SHA-256 of the bytes of the file.
        sources: the digest of each entry by its key.
        labels: the digest of the labels.
    """
    lines = [f"text {text}", *(f"source {key} {sources[key]}" for key in sorted(sources))]
    return _digest("\n".join([*lines, f"labels {labels}"]).encode())


def digest_of_version(version: Version) -> str:
    """What the digest of a version must be, by what it holds."""
    sources = {key: entry_digest(entry) for key, entry in version.sources.items()}
    return version_digest(_digest(version.text), sources, labels_digest(version.labels))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
