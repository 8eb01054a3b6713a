"""What a query asks beside its words: phrases in quotation marks, and what it will not have.

``-Norway``, ``NOT Norway``, ``-"soft network"`` and ``-(soft network)`` exclude whatever they stand
before; of several words in brackets that is each of them. Words that
exclude in a sentence ("except Norway", "without public money") only do where a value of the
vocabulary follows, as ``kb.search.query_analysis`` finds: "without losing independence" is what
somebody looks for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPEN, _CLOSE = '"“„«‟', '"”“»‟'
_QUOTED = rf"[{_OPEN}](?P<{{0}}>[^{_OPEN}{_CLOSE}]*)[{_CLOSE}]"
_WORD = r"[^\W_][\w'’&.-]*"
_EXCLUDED = re.compile(
    rf"(?<!\S)(?:[-−–]|(?:AND\s+)?NOT\s+)(?:{_QUOTED.format('phrase')}"
    r"|\((?P<several>[^()]*)\)|(?P<word>[^\W\d_][\w'’&.-]*))"
)
_PHRASE = re.compile(_QUOTED.format("phrase"))
_QUOTE = re.compile(rf"[{_OPEN}{_CLOSE}]")
#: Several words in single marks: one alone is mostly emphasised, and an apostrophe is no mark.
_IN_SINGLE = re.compile(
    r"(?<![^\s\-−–])['‘‚‹](?P<phrase>[^\W\d_][^'’‘‚‹›\"]*\s[^'’‘‚‹›\"]*)['’‘›](?!\w)"
)
_WORD_IN_BRACKETS = re.compile(r"(?<![\w'’&.-])(?!(?:OR|AND)\b)[^\W\d_][\w'’&.-]*")
#: What stands for a quotation mark without its other one, which is taken out.
QUOTE = '"'
#: What other search engines understand: a field with its value, an address of a site, a wildcard.
_FOREIGN = re.compile(r"(?<!\S)[a-z]{3,}:[^\s/]\S*|(?<!\S)[^\W_]{2,}\*(?!\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operators:
    """A text by its operators.

    ``wanted`` is what is looked for, without what is excluded and without signs; ``phrases`` are
    the words in quotation marks, ``excluded`` what the text will not have, both as written, and
    ``without_excluded`` is the text without that.
    ``not_understood`` are signs that mean something elsewhere: they are read as words, but for
    ``QUOTE``.
    """

    wanted: str
    without_excluded: str = ""
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()


def without_marks(text: str) -> str:
    """The text without its quotation marks."""
    return " ".join(_QUOTE.sub(" ", _in_double_marks(text)).split())


def read_operators(text: str) -> Operators:
    """Tell the operators of a query from its words; a text without any is wanted as it is."""
    text = _in_double_marks(text)
    has_small = any(map(str.islower, text))
    excluded: list[str] = []

    def take(match: re.Match[str]) -> str:
        is_word = "NOT" in match.group()[:8] and not match.group().startswith(("-", "−", "–"))
        if is_word and not has_small:
            return match.group()  # all of it is in capitals: "not" is a word like others
        if several := match.group("several"):
            excluded.extend(_WORD_IN_BRACKETS.findall(several))
        found = match.group("phrase") or match.group("word") or ""
        if found.strip():
            excluded.append(" ".join(found.split()))
        return " "

    rest = _EXCLUDED.sub(take, text)
    phrases = [" ".join(found.split()) for found in _PHRASE.findall(rest)]
    wanted = _PHRASE.sub(lambda match: match.group("phrase"), rest)
    strange = [*_FOREIGN.findall(wanted)]
    if _QUOTE.search(wanted):
        strange.append(QUOTE)
        wanted = _QUOTE.sub(" ", wanted)
    changed = excluded or phrases or strange
    return Operators(
        wanted=" ".join(wanted.split()) if changed else text,
        without_excluded=" ".join(rest.split()) if excluded else text,
        phrases=tuple(dict.fromkeys(phrase for phrase in phrases if phrase)),
        excluded=tuple(dict.fromkeys(excluded)),
        not_understood=tuple(dict.fromkeys(strange)),
    )


def _in_double_marks(text: str) -> str:
    """The text with phrases in single quotation marks in double ones."""
    return _IN_SINGLE.sub(r'"\g<phrase>"', text)
