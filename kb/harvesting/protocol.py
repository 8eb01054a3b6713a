"""What may be asked by OAI-PMH 2.0, and how it is refused: the rules of the protocol.

Whatever was asked, the answer is a verb's or an error with one of eight codes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kb.harvesting.formats import FORMATS

BAD_ARGUMENT = "badArgument"
BAD_TOKEN = "badResumptionToken"
BAD_VERB = "badVerb"
NO_FORMAT = "cannotDisseminateFormat"
NO_ID = "idDoesNotExist"
NO_RECORDS = "noRecordsMatch"
NO_FORMATS = "noMetadataFormats"
NO_SETS = "noSetHierarchy"

#: How exactly the store of versions knows when a case changed.
GRANULARITY = "YYYY-MM-DD"
TOKEN = "resumptionToken"

#: No value of an argument is longer, in characters; a message shows so many of one.
_LONGEST = 1_000
_SHOWN = 80
#: What may stand in an argument, by the schema of the protocol.
_NAME = re.compile(r"[A-Za-z0-9\-_.!~*'()]+")
_SET = re.compile(rf"{_NAME.pattern}(:{_NAME.pattern})*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ID = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
#: Between the parts of a token. It needs no escape in an address, and no part has it.
_BETWEEN = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """What a verb needs and takes; one that lists may get a token instead of all of it."""

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    has_token: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        """Every argument that it may have."""
        return (*self.needs, *self.takes, *((TOKEN,) if self.has_token else ()))


_OF_A_LIST = ("from", "until", "set")
VERBS: Mapping[str, Verb] = {
    "Identify": Verb(),
    "ListMetadataFormats": Verb(takes=("identifier",)),
    "ListSets": Verb(has_token=True),
    "GetRecord": Verb(needs=("identifier", "metadataPrefix")),
    "ListIdentifiers": Verb(needs=("metadataPrefix",), takes=_OF_A_LIST, has_token=True),
    "ListRecords": Verb(needs=("metadataPrefix",), takes=_OF_A_LIST, has_token=True),
}


class Refused(Exception):
    """A request has no answer but an error of the protocol."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked, by the rules.

    Attributes:
        verb: one of ``VERBS``.
        given: the arguments as they were given.
        identifier: of which record.
        prefix: of the format of metadata.
        since: the first day, ``2026-11-28``; empty: from the first on.
        until: the last day; empty: up to the last.
        of_set: of which set; empty: of all.
        after: the id after which a list goes on; empty: from its beginning.
    """

    verb: str
    given: Mapping[str, str]
    identifier: str = ""
    prefix: str = ""
    since: str = ""
    until: str = ""
    of_set: str = ""
    after: str = ""


def read_request(pairs: Iterable[tuple[str, str]]) -> Asked:
    """Read the arguments of a request, which may come in any order.

    Raises:
        Refused: a rule of the protocol is not kept.
    """
    pairs = tuple(pairs)
    name = _verb(pairs)
    verb, given = VERBS[name], dict(pairs)
    del given["verb"]
    _check_names(name, pairs)
    for argument, value in given.items():
        if not value or len(value) > _LONGEST:
            raise Refused(
                BAD_ARGUMENT,
                f"The argument {argument} is empty or longer than {_LONGEST:,} characters. Give "
                "it a value, or leave it out.",
            )
    if TOKEN in given:
        return _resumed(name, given)
    for argument in verb.needs:
        if argument not in given:
            raise Refused(
                BAD_ARGUMENT, f"The argument {argument} is missing; {name} needs it. Add it."
            )
    return _checked(
        Asked(
            verb=name,
            given=given,
            identifier=given.get("identifier", ""),
            prefix=given.get("metadataPrefix", ""),
            since=given.get("from", ""),
            until=given.get("until", ""),
            of_set=given.get("set", ""),
        )
    )


def token_after(asked: Asked, case_id: str) -> str:
    """The token with which the same list goes on after a record.

    It holds what was asked and the id of that record. So nothing of a list is kept here, and a
    token holds whatever is built meanwhile.
    """
    return _BETWEEN.join((asked.prefix, asked.since, asked.until, asked.of_set, case_id))


def shown(value: str) -> str:
    """A value as a message shows it: in quotes, and not all of a long one."""
    return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")


def _verb(pairs: tuple[tuple[str, str], ...]) -> str:
    given = [value for name, value in pairs if name == "verb"]
    allowed = f"Give one of {', '.join(VERBS)}."
    if not given:
        raise Refused(BAD_VERB, f"The argument verb is missing. {allowed}")
    if len(given) > 1:
        raise Refused(BAD_VERB, f"The argument verb is given {len(given)} times. {allowed}")
    if given[0] not in VERBS:
        raise Refused(BAD_VERB, f"{shown(given[0])} is no verb of OAI-PMH 2.0. {allowed}")
    return given[0]


def _check_names(verb: str, pairs: tuple[tuple[str, str], ...]) -> None:
    allowed = VERBS[verb].arguments
    for name, times in Counter(name for name, _ in pairs).items():
        if name != "verb" and name not in allowed:
            takes = f"takes {', '.join(allowed)}" if allowed else "takes none"
            raise Refused(
                BAD_ARGUMENT, f"The argument {shown(name)} is not one of {verb}, which {takes}."
            )
        if times > 1:
            raise Refused(
                BAD_ARGUMENT, f"The argument {name} is given {times} times. Give it once."
            )


def _checked(asked: Asked) -> Asked:
    """A request of which each value is what it must be.

    Raises:
        Refused: one is not.
    """
    if asked.prefix:
        _check_prefix(asked.prefix)
    for name, day in (("from", asked.since), ("until", asked.until)):
        if day and not _is_day(day):
            raise Refused(
                BAD_ARGUMENT,
                f"The argument {name} is {shown(day)}. Give a day as {GRANULARITY}: days of "
                "change are known here, and no times.",
            )
    if asked.since and asked.until and asked.since > asked.until:
        raise Refused(
            BAD_ARGUMENT,
            f"The argument from, {asked.since}, is after until, {asked.until}. Exchange them.",
        )
    if asked.of_set and not _SET.fullmatch(asked.of_set):
        raise Refused(
            BAD_ARGUMENT,
            f"The argument set is {shown(asked.of_set)}, which cannot name a set. ListSets lists "
            "those that there are.",
        )
    return asked


def _check_prefix(prefix: str) -> None:
    if not _NAME.fullmatch(prefix):
        raise Refused(
            BAD_ARGUMENT,
            f"The argument metadataPrefix is {shown(prefix)}, which cannot name a format.",
        )
    if prefix not in FORMATS:
        raise Refused(
            NO_FORMAT,
            f"No record is had in {shown(prefix)}. Ask for one of {', '.join(FORMATS)}.",
        )


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _resumed(verb: str, given: Mapping[str, str]) -> Asked:
    """A list that goes on."""
    if len(given) > 1:
        others = ", ".join(sorted(given.keys() - {TOKEN}))
        raise Refused(
            BAD_ARGUMENT,
            f"The argument {TOKEN} stands alone, and {others} is given too. Leave that out.",
        )
    parts = given[TOKEN].split(_BETWEEN)
    unknown = Refused(
        BAD_TOKEN,
        f"The {TOKEN} {shown(given[TOKEN])} is none that {verb} of this site gave. Take it over "
        "as it stands in an answer, or begin the list again.",
    )
    if verb == "ListSets" or len(parts) != len(_OF_A_LIST) + 2:
        raise unknown
    prefix, since, until, of_set, after = parts
    if not prefix or not _ID.fullmatch(after):
        raise unknown
    asked = Asked(
        verb=verb,
        given=given,
        prefix=prefix,
        since=since,
        until=until,
        of_set=of_set,
        after=after,
    )
    try:
        return _checked(asked)
    except Refused as err:
        raise unknown from err
