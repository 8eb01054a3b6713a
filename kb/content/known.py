"""What a file of the compendium may refer to, and the fields that do.

The vocabulary, the documents, the sources: a field that names one of them says so with a
``Value`` of this module, wherever it stands, and the message is the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from kb.content.bibliography import NO_DATE
from kb.content.countries import countries, country_code, country_label, country_names
from kb.content.files import SOURCES_FILE
from kb.content.mending import Write
from kb.content.own_sources import YEAR
from kb.content.schema import (
    Meaning,
    Value,
    listed,
    nearest_first,
    not_allowed,
    shown,
    text,
    texts,
    the_one_meant,
    wrong,
)
from kb.model.english import quoted
from kb.model.taxonomy import Taxonomy
from kb.text.similar_names import close_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a file may refer to.

    Attributes:
        taxonomy: the vocabulary.
        guides: the id of every document, to whether it is a guide.
        sources: the keys that may be cited.
        undated: those of them of no known year.
        withdrawn: the ids of documents that were withdrawn, and that nothing may name.
        own: the keys of the sources that the file itself brings along, to whether each is of
            no known year.
        case_id: of the case that is being read; empty in another file.
    """

    taxonomy: Taxonomy
    guides: Mapping[str, bool] = field(default_factory=dict)
    sources: Collection[str] = ()
    undated: Collection[str] = ()
    withdrawn: Collection[str] = ()
    own: Mapping[str, bool] = field(default_factory=dict)
    case_id: str = ""


def terms(name: str) -> Value:
    """Terms of a list of the vocabulary, canonical, each once."""

    def canonical(spelling: str, known: Known) -> str:
        vocabulary = known.taxonomy[name]
        term_id = vocabulary.canonical(spelling)
        if term_id is None:
            spellings = {name: one.id for one in vocabulary for name in one.names}
            similar = vocabulary.nearest(spelling)
            raise not_allowed(spelling, similar, vocabulary.ids, spellings=spellings)
        return term_id

    each = text(means=canonical, schema={"vocabulary": name})
    return texts(replace(each, example=lambda known: known.taxonomy[name].ids), once=True)


def term(name: str) -> Value:
    """One term of a list of the vocabulary, canonical."""
    many = terms(name)

    def read(value: Any, known: Known) -> str:
        if isinstance(value, list):
            words = listed(known.taxonomy[name].ids)
            raise wrong("wrong-kind-of-value", f"must be one value, not a list; one of {words}.")
        return many.read(value, known)[0]

    return Value(read, {"vocabulary": name}, many.example)


def _country(name: str, known: Known) -> str:
    """The code of a country's code or English name, or of a place that the vocabulary names."""
    code = country_code(name) or known.taxonomy["countries"].canonical(name)
    if code is None:
        spelt = close_matches(name.upper()[:60], country_names(), n=3)
        similar = list(dict.fromkeys(country_label(country_code(one) or one) for one in spelt))
        raise wrong(
            "country-unknown",
            f"must be an ISO 3166 code or English name, not {shown(name)}; "
            f"nearest: {listed(similar) or 'none'}.",
            allowed=similar,
            mend=_written_so(_country_meant(name, known)),
        )
    return code


def _country_meant(name: str, known: Known) -> str:
    """The code of the one country that a name certainly means, empty where that is in doubt."""
    places = (*countries(), *known.taxonomy["countries"])
    return the_one_meant(name, {spelling: one.id for one in places for spelling in one.names})


def _written_so(meant: str) -> Write | None:
    return Write(value=meant) if meant else None


#: Of more keys than this a message names only those that are near.
_FEW_KEYS = 12


def _key(key: str, known: Known) -> str:
    if key not in known.own and key not in known.sources:
        n_keys = len(known.sources)
        similar = close_matches(key, known.sources, n=1 if n_keys <= _FEW_KEYS else 3)
        hint = f"did you mean {' or '.join(map(repr, similar))}? " if similar else ""
        if n_keys <= _FEW_KEYS:
            keys = f"Keys are {listed(known.sources)}."
        elif similar:
            keys = f"The file has {n_keys:,} keys."
        else:
            keys = f"none of its {n_keys:,} keys is like it; add the work there."
        raise wrong(
            "source-unknown",
            f"must be a key of {SOURCES_FILE}, not {shown(key)}: {hint}{keys}",
            allowed=nearest_first(similar, known.sources),
            mend=_written_so(the_one_meant(key, {one: one for one in known.sources})),
        )
    return key


def _year_of_work(year: str, known: Known) -> str:
    if not YEAR.fullmatch(year):
        message = f"must be 1998, 'about 1998' or {quoted(NO_DATE)}, not {shown(year)}."
        raise wrong("source-date-malformed", message)
    return year


def _address(address: str, known: Known) -> str:
    parts = urlsplit(address) if "[" not in address else None  # which it may refuse
    if not (parts and parts.scheme in ("http", "https") and parts.netloc) or " " in address:
        message = f"must be a web address such as https://example.org/x, not {shown(address)}."
        raise wrong("address-malformed", message)
    return address


def like_it(name: str, ids: Collection[str]) -> tuple[str, ...]:
    """The ids that look like one that does not exist, the nearest first."""
    return tuple(close_matches(name, ids, n=2))


def nearest_ids(similar: Collection[str]) -> str:
    """What a message adds to an id that does not exist: those that look like it, if any do."""
    return f"; nearest: {listed(similar)}" if similar else ""


#: What is said of an id of a document that was withdrawn; before it stands what names it.
NAMES_WITHDRAWN = "must not name {}, which was withdrawn; take it out, or name another one."


def _meant_ids(name: str, ids: Collection[str]) -> Write | None:
    """The ids that were certainly meant: of a path to the file, or several with commas between."""
    meant = [part.strip().removeprefix("/").removesuffix(".md") for part in name.split(", ")]
    if not all(one in ids for one in meant):
        return None
    return Write(value=meant if len(meant) > 1 else meant[0])


def _another(name: str, known: Known) -> str:
    if name == known.case_id:
        raise wrong("names-itself", f"must not name the case itself: {quoted(name)}.")
    if name in known.withdrawn:
        raise wrong("names-withdrawn-case", NAMES_WITHDRAWN.format(quoted(name)))
    if name not in known.guides:
        in_one_text = f"; several ids make a list: [{name}]" if ", " in name else ""
        similar = () if in_one_text else like_it(name, known.guides)
        raise wrong(
            "case-unknown",
            f"must name an id that exists, not {shown(name)}{in_one_text or nearest_ids(similar)}.",
            allowed=similar,
            mend=_meant_ids(name, known.guides),
        )
    return name


_ID = r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*"


def _earlier(name: str, known: Known) -> str:
    if name == known.case_id:
        raise wrong("names-itself", f"must not name the case itself: {quoted(name)}.")
    if not re.fullmatch(_ID, name):
        raise wrong(
            "malformed-id",
            "must be an id such as norway/printers, of lower case letters, digits and hyphens, "
            f"not {shown(name)}.",
        )
    return name


def _document(what: str, is_guide: bool) -> Meaning:
    def meaning(name: str, known: Known) -> str:
        if name in known.withdrawn:
            raise wrong("names-withdrawn-case", NAMES_WITHDRAWN.format(quoted(name)))
        if known.guides.get(name) is not is_guide:
            ids = [case_id for case_id, guide in known.guides.items() if guide is is_guide]
            similar = like_it(name, ids)
            raise wrong(
                "wrong-kind-of-document" if name in known.guides else "case-unknown",
                f"must name {what}, not {shown(name)}{nearest_ids(similar)}.",
                allowed=similar,
            )
        return name

    return meaning


#: One country or several, as ISO 3166 codes, each once.
COUNTRIES = texts(text(means=_country, schema={"vocabulary": "countries"}), once=True)
#: A key of the sources.
SOURCE_KEY = text(means=_key, schema={"vocabulary": "sources"})
#: The year of a work that a case brings along, as an entry of the sources may give it.
YEAR_OF_WORK = text(
    means=_year_of_work, schema={"type": ["string", "integer"], "pattern": f"^(?:{YEAR.pattern})$"}
)
#: An address of the web.
WEB_ADDRESS = text(means=_address, schema={"type": "string", "pattern": "^https?://"})
#: The id of another document than the one that is being read; of any, in another file.
OTHER_ID = text(means=_another)
#: An id under which the document stood that is being read.
EARLIER_ID = text(means=_earlier, schema={"type": "string", "pattern": f"^{_ID}$"})
#: The id of a guide, and of a document that is none.
GUIDE_ID = text(means=_document("a guide", is_guide=True))
CASE_ID = text(means=_document("a case that is no guide", is_guide=False))
