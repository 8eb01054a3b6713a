"""Words that say what a text will not have: "except Norway", "without grants", "but not wine".

They exclude where something follows that ``kb.search.query_analysis`` knows by name. Where they do
not, some are only how a thing is said ("why not export together"), and some ask for more than
a search can do: these are told.
"""

from __future__ import annotations

import re

from kb.text.analysis import stem

#: Words that exclude the value of any facet that follows, in English and the other languages.
_WITHOUT = (
    "except|except for|excepting|excluding|other than|outside|outside of|apart from|"
    "not about|but not about|and not about|nothing about|nothing on|"
    "sauf|hormis|en dehors de|hors de|excepto|salvo|fuera de|ausser|außer|ausserhalb|"
    "außerhalb|ausserhalb von|außerhalb von|eccetto|tranne|fuori da|fuori dal|fuori dalla|"
    "unntatt|utenfor|exceto|fora de|fora da|fora do"
)
#: Those that may also mean that something is not done: only a place, a trade or a kind follows.
_NOT = (
    "not|but not|and not|rather than|instead of|pas|mais pas|et pas|nicht|aber nicht|und nicht|"
    "ikke|men ikke|og ikke|non|ma non|e non|não|mas não|e não|pero no|y no"
)
#: The same of what stands before: "networks that do not export", "firms who aren't in Norway".
_OF_WHICH = (
    r"(?:that|which|who)\s+(?:cannot|(?:do|does|did|are|is|were|was|have|has|had|would|could|wo|ca)"
    r"n['’]t|(?:do|does|did|are|is|were|was|have|has|had|would|could|will|can)\s+not)\b"
)
#: The same with a noun, which without a sign before it says that there is none.
_NO = "no|kein|keine|keinen|aucun|aucune|ingen|nessun|nessuna|nenhum|nenhuma"
_BEFORE_NO = r"(?:(?<=[,;]\s)|(?:but|and|aber|und|mais|et|men|og|ma|e|mas|pero|y)\s+)"
#: Those that mostly say what somebody lacks, as "without a brand": the same, public money, and
#: what is done ("without exporting").
_LACKS = "without|sans|sin|ohne|senza|uten|sem"
#: What may stand between such a word and what is excluded.
_SMALL_WORDS = (
    "any|in|from|of|the|a|an|for|en|au|aux|de|du|la|le|les|el|der|die|das|aus|i|fra|em|no|na|della"
)
_BETWEEN = rf"(?:\s+(?:{_SMALL_WORDS}))*"
#: What says that there is none of something, or that something is not done.
LACKING = re.compile(rf"(?:(?:but|and)\s+)?(?:{_NO})\b|{_OF_WHICH}", re.IGNORECASE)
#: Each such word with what stands between it and what may follow: in the groups ``without``,
#: ``not`` (``of_which`` where it is said of what stands before), ``no`` and ``lacks``.
NEGATIONS = re.compile(
    rf"(?<!\w)(?:(?P<without>{_WITHOUT})|(?P<no>{_BEFORE_NO}(?:{_NO}))|"
    rf"(?P<not>(?P<of_which>{_OF_WHICH})|{_NOT})|(?P<lacks>{_LACKS})){_BETWEEN}\s+(?=\w)",
    re.IGNORECASE,
)
#: What several excluded values are joined by.
JOINED = re.compile(r"\s*(?:,\s*)?(?:(?:and|or|nor|et|ou|und|oder|e|o|y|og|eller)\s+)?")

#: "Not" after these, or before these, leaves something out and does not only deny it.
_ADDED = re.compile(r"(?:but|and|aber|und|mais|et|men|og|ma|e|mas|pero|y)\s", re.IGNORECASE)
_AFTER_SIGN = re.compile(r"(?:[,;(]|\s[-–])\s*$")
_OF_PLACE = re.compile(r"\S+\s+(?:in|from|of|en|aus|i|fra|em)\s", re.IGNORECASE)
#: "Instead of competing" says what for; "outside help" is help from elsewhere.
_SAID_OTHERWISE = re.compile(r"(?:rather than|instead of)\b", re.IGNORECASE)
_OUTSIDE = re.compile(r"outside\s+(?!of\b|the\b)", re.IGNORECASE)
#: After these "not" denies: "but not yet", "and not only".
_DENIED = frozenset(
    "all always at be being big easily enough every everybody everyone having how in just least "
    "less many merely more much nearly necessarily only own quite really simply so sure to too "
    "very what when whether why yet encore seulement solo sólo nur noch bare ennå apenas".split()
)
_WORD = re.compile(r"[^\s,.;:!?()“”\"]+")
#: Of what is left out so many words are told, and no further than to one of these.
_MOST_TOLD = 4
_ENDS = frozenset("and but or und aber oder et mais ou y pero o e ma og men eller mas".split())


def is_added(text: str, match: re.Match[str]) -> bool:
    """Whether a negation is added to what is wanted: "wine, not beer", "wine but not beer"."""
    return bool(_ADDED.match(match.group()) or _AFTER_SIGN.search(text[: match.start()]))


def left_in(text: str, match: re.Match[str]) -> str:
    """The words that were to leave something out, where nothing that follows is known by name.

    Args:
        text: where it stands.
        match: of ``NEGATIONS``.

    Returns:
        the negation and what follows it; empty where it does not ask to leave anything out.
    """
    following = _following(text, match.end())
    if not following or not _asks_to_leave_out(text, match, following):
        return ""
    return " ".join(text[match.start() : following[-1].end()].split())


def _following(text: str, at: int) -> list[re.Match[str]]:
    """The words from a place on that belong together, the last of them one that counts."""
    following: list[re.Match[str]] = []
    for word in _WORD.finditer(text, at):
        between = text[following[-1].end() if following else at : word.start()]
        is_end = bool(following) and word.group().lower() in _ENDS
        if between.strip() or is_end or len(following) == _MOST_TOLD:
            break
        following.append(word)
    while following and not stem(following[-1].group().lower()):
        following.pop()
    return following


def _asks_to_leave_out(text: str, match: re.Match[str], following: list[re.Match[str]]) -> bool:
    said = match.group()
    if match["lacks"] or _SAID_OTHERWISE.match(said):
        return False
    if match["no"]:
        return bool(_AFTER_SIGN.search(text[: match.start()]))
    if match["of_which"]:
        return following[0].group().lower() not in _DENIED
    if match["not"]:
        is_left_out = is_added(text, match) or _OF_PLACE.match(said) is not None
        return is_left_out and not _only_denied(following)
    return not _OUTSIDE.match(said) or text[match.end()].isupper()


def _only_denied(following: list[re.Match[str]]) -> bool:
    """Whether "not" only denies what follows: "but not yet", "and not paying more"."""
    first, second = (word.group() for word in [*following, following[-1]][:2])
    is_to_somewhere = first.lower() == "to" and second[:1].isupper()
    is_not_done = first.lower().endswith("ing")
    return is_not_done or (first.lower() in _DENIED and not is_to_somewhere)
