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
    "with the exception of|aside from|not including|not counting|leaving out|"
    r"(?:^|(?<=[,;.]\s))(?:please\s+)?(?:exclude|leave out)|(?:everything|anything|all) but|minus|"
    "sauf|excepté|hormis|hors|à part|à l['’]exception de|à l['’]exclusion de|en dehors de|hors de|"
    "excepto|salvo|excluyendo|a excepción de|todo menos|fuera de|"
    "ausser|außer|bis auf|ausgenommen|mit ausnahme von|ausserhalb|außerhalb|ausserhalb von|"
    "außerhalb von|"
    "eccetto|tranne|a parte|escluso|esclusi|esclusa|escluse|ad eccezione di|fuori da|fuori dal|"
    "fuori dalla|"
    "unntatt|bortsett fra|med unntak av|utenfor|"
    "exceto|excluindo|com exceção de|tudo menos|fora de|fora da|fora do"
)
#: Those that may also mean that something is not done: only a place, a trade or a kind follows.
_NOT = (
    "not|neither|but not|and not|rather than|instead of|pas|mais pas|et pas|"
    "nicht|aber nicht|und nicht|ikke|men ikke|og ikke|non|ma non|e non|não|mas não|e não|"
    "pero no|y no"
)
#: The same of what stands before: "networks that do not export", "firms who aren't in Norway".
_OF_WHICH = (
    r"(?:that|which|who)\s+(?:cannot|(?:do|does|did|are|is|were|was|have|has|had|would|could|wo|ca)"
    r"n['’]t|(?:do|does|did|are|is|were|was|have|has|had|would|could|will|can)\s+not)\b"
)
#: The same with a noun, which without a sign before it says that there is none.
_NO = "no|niente|kein|keine|keinen|aucun|aucune|ingen|nessun|nessuna|nenhum|nenhuma"
_JOINER = r"(?:but|and|aber|und|mais|et|men|og|ma|e|mas|pero|y)\s+"
_BEFORE_NO = rf"(?:^|(?<=[,;]\s)|{_JOINER})"
#: Those that mostly say what somebody lacks, as "without a brand": the same, public money, and
#: what is done ("without exporting").
_LACKS = "without|w/o|sans|sin|ohne|senza|uten|sem"
#: Who wants "tout sauf le vin" wants all but that.
_ALL = (
    r"(?:everything|all|tout|tous|toutes|todo|todos|todas|alles|alle|tutto|tutti|tutte|alt|tudo)\s+"
)
#: What may stand between such a word and what is excluded.
_SMALL_WORDS = (
    "any|in|from|of|the|a|an|for|en|au|aux|de|du|la|le|les|el|der|die|das|aus|i|fra|em|no|na|della"
)
_BETWEEN = rf"(?:\s+(?:{_SMALL_WORDS}))*"
#: What says that there is none of something, or that something is not done.
LACKING = re.compile(rf"(?:{_JOINER})?(?:{_NO}|{_LACKS})\b|{_OF_WHICH}", re.IGNORECASE)
#: Each such word with what stands between it and what may follow: in the groups ``without``,
#: ``not`` (``of_which`` where it is said of what stands before), ``no`` (``bare`` where no sign
#: and no "but" stands before it) and ``lacks``.
NEGATIONS = re.compile(
    rf"(?<!\w)(?:(?:{_JOINER}|{_ALL})?(?P<without>{_WITHOUT})|(?P<no>{_BEFORE_NO}(?:{_NO})|"
    rf"(?P<bare>(?<=\w\s)no(?!\s+(?:{_SMALL_WORDS})\s)))|"
    rf"(?P<not>(?P<of_which>{_OF_WHICH})|{_NOT})|(?:{_JOINER})?(?P<lacks>{_LACKS}))"
    rf"{_BETWEEN}\s+(?=\w)",
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
_OUTSIDE = re.compile(rf"(?:{_JOINER})?outside\s+(?!of\b|the\b)", re.IGNORECASE)
#: After these "not" denies: "but not yet", "and not only".
_DENIED = frozenset(
    "all always at be being big easily enough every everybody everyone having how in just least "
    "less many merely more much nearly necessarily only own quite really simply so sure to too "
    "very what when whether why yet encore seulement solo sólo nur noch bare ennå apenas".split()
)
#: One of many, after "without"; whose something is.
_OF_ONE = re.compile(
    r"\s(?:an?|any|un|une|uno|una|um|uma|ein|eine|einen|en|et|ei)\s+$", re.IGNORECASE
)
_OWN = frozenset("an any each her his its my our own their them us your".split())
#: Before "without" so many words are no sentence yet.
_MOST_BEFORE = 3
_WORD = re.compile(r"[^\s,.;:!?()“”\"]+")
#: Of what is left out so many words are told, and no further than to one of these.
_MOST_TOLD = 4
_ENDS = frozenset("and but or und aber oder et mais ou y pero o e ma og men eller mas".split())


#: Who says "we" tells of a firm, and of what it lacks; so does who says what somebody has.
_OF_ONESELF = re.compile(
    r"\b(?:i|we|our|us|my|you|your|has|have|having|nous|notre|wir|unser\w*|vi|vår\w*|nos|noi|"
    r"nuestr\w+)\b",
    re.IGNORECASE,
)
#: Who may lack something, before "without".
_SOMEBODY = re.compile(
    r"(?:\w+ers|\w+ors|firms?|companies|company|businesses|business|smes?|enterprises?|"
    r"people|regions?|towns?|villages?|shops|bakeries|artisans|networks?)\s+$",
    re.IGNORECASE,
)
#: What a firm may be without, though it is also the name of a trade, and what it is not part of.
_TO_HAVE = frozenset(
    "boat boats education furniture health instrument instruments machinery media printing "
    "shop shops software television training transport travel vehicle vehicles vessel "
    "vessels".split()
)
_OF_SOMETHING = frozenset(
    "capital contacts costs experience expertise income knowhow knowledge licence licences money "
    "revenue skills".split()
)
#: A text of no more words names things, and is no sentence.
_MOST_OF_TELEGRAM = 6
_OF_SENTENCES = frozenset(
    "are be get has have having is there was were with had got makes make need needs by in of "
    "for to from on at or as if say said says".split()
)


def is_telegram(text: str, match: re.Match[str]) -> bool:
    """Whether a negation without a sign stands between things: "marketing no tourism"."""
    before = [word.group().lower() for word in _WORD.finditer(text[: match.start()])]
    return (
        bool(before and stem(before[-1]))
        and before[-1] not in _OF_SENTENCES
        and len(text.split()) <= _MOST_OF_TELEGRAM
        and not _OF_ONESELF.search(text)
    )


def is_had(text: str, match: re.Match[str], end: int) -> bool:
    """Whether "without" tells what somebody lacks, though it is also the name of a trade.

    "Farmers without transport" are no case to leave out, nor is "without wine experience".

    Args:
        text: where it stands.
        match: of ``NEGATIONS``.
        end: where the name ends.
    """
    after = _WORD.match(text[end:].lstrip())
    if after is not None and after.group().lower() in _OF_SOMETHING:
        return True
    if _ADDED.match(match.group()) or text[match.end() : end].lower() not in _TO_HAVE:
        return False
    return bool(_SOMEBODY.search(text[: match.start()]) or _OF_ONESELF.search(text))


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
    if _SAID_OTHERWISE.match(said):
        return False
    if match["lacks"]:
        return _is_left_out(text, match, following)
    if match["no"]:
        before = text[: match.start()]
        is_after_sign = bool(_AFTER_SIGN.search(before))
        return is_after_sign or (bool(before) and not _OF_ONESELF.search(text))
    if match["of_which"]:
        return following[0].group().lower() not in _DENIED
    if match["not"]:
        is_left_out = is_added(text, match) or _OF_PLACE.match(said) is not None
        is_left_out = is_left_out or (said.lower().startswith("not ") and is_telegram(text, match))
        return is_left_out and not _only_denied(following)
    return not _OUTSIDE.match(said) or text[match.end()].isupper()


def _is_left_out(text: str, match: re.Match[str], following: list[re.Match[str]]) -> bool:
    """Whether "without" may ask to leave something out: "wine export without cooperatives".

    What is not done, what a firm tells of itself, and one of many ("without a brand") is what
    somebody looks for.
    """
    first = following[0].group().lower()
    if first.endswith(("ing", "ndo", "ant")) or _OF_ONESELF.search(text) or first in _OWN:
        return False
    before = text[: match.start()]
    if not before.strip():
        return False
    words_before = len(before.split())
    return bool(_ADDED.match(match.group())) or not (
        _OF_ONE.search(match.group()) or _SOMEBODY.search(before) or words_before > _MOST_BEFORE
    )


def _only_denied(following: list[re.Match[str]]) -> bool:
    """Whether "not" only denies what follows: "but not yet", "and not paying more"."""
    first, second = (word.group() for word in [*following, following[-1]][:2])
    is_to_somewhere = first.lower() == "to" and second[:1].isupper()
    is_not_done = first.lower().endswith("ing")
    return is_not_done or (first.lower() in _DENIED and not is_to_somewhere)
