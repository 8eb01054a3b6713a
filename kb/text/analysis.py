"""A text to the stems that count: one analysis for documents, queries, reasons and mentions.

``words`` reads a text: each word in the one form that all its spellings share, with its place.
Case, accents, hyphens and apostrophes do not count; American spellings are read as British
ones, acronyms and short names in full ("SMEs" as "small firms", "U.S." as "USA"), figures in
digits ("30 per cent", "thirty per cent" and "30%"; "$7 million" and "7,000,000"). English
function words are dropped and the rest stemmed (Porter2), so that singular and plural meet.
The stemmer and the list of function words are tantivy's.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple

import tantivy

#: Words whose stems are kept: every hit shows where the words of the query stand.
_REMEMBERED = 50_000

#: Texts of which it is kept how they are read: each step of a search asks it of the same few.
_REMEMBERED_TEXTS = 16

#: Letters beyond which a word is no word: what somebody leaned on, or a line without spaces.
_LONGEST = 60

#: American endings and words to British ones, in lower case.
_SPELLINGS = (
    (
        re.compile(r"(?<=[a-z]{3})iz(?=(?:able|e|es|ed|er|ers|ing|ation(?:s|al|ally)?)\Z)"),
        "is",
    ),
    (re.compile(r"(?<=al)yz(?=(?:e|es|ed|er|ers|ing)\Z)"), "ys"),
    (
        re.compile(
            r"\A(arm|behavi|col|fav|flav|harb|hon|hum|lab|neighb|parl|rum|sav|vap)or"
            r"(?=s|ed|er|ers|ful|hood|hoods|ing|ite|less|y|\Z)"
        ),
        r"\1our",
    ),
    (re.compile(r"\A(enro|fulfi|insta)ll(?=ments?\Z)"), r"\1l"),
    (
        re.compile(
            r"\A(travel|model|label|jewel|counsel|level|cancel|fuel|signal|tunnel|panel|dial)"
            r"(?=(?:ed|er|ers|ing)\Z)"
        ),
        r"\1l",
    ),
)
_BRITISH: Mapping[str, str] = {
    american + ending: british + ending
    for american, british in {
        "aluminum": "aluminium", "catalog": "catalogue", "center": "centre", "fiber": "fibre",
        "gray": "grey", "jewelry": "jewellery", "liter": "litre", "mold": "mould",
        "plow": "plough", "program": "programme", "theater": "theatre",
        "artifact": "artefact", "chili": "chilli", "defense": "defence", "dialog": "dialogue",
        "draftsman": "draughtsman", "fulfill": "fulfil", "kilometer": "kilometre",
        "licence": "license", "meter": "metre", "offense": "offence", "practise": "practice",
        "sulfur": "sulphur", "tire": "tyre", "whiskey": "whisky", "yoghurt": "yogurt",
    }.items()
    for ending in ("", "s")
}  # fmt: skip

#: The same ending of a word that is still being typed, and how short such a word says nothing.
_UNFINISHED = re.compile(r"(?<=[a-z]{3})iz")
_SHORTEST_BEGINNING = 3

#: Words of questions and first persons, beside the function words that tantivy drops.
_QUESTION_WORDS = (
    "about am any been being both can could did do does doing each from had has have having he her "
    "here him his how i its just me more most my myself now only other our out over own same she "
    "should so some than them those through too up us very was we were what when where which while "
    "who whom why would you your"
).split()

#: Families that the stemmer would throw together with another word: each word to its stem.
_OWN_STEMS: Mapping[str, str] = {
    word: stem
    for stem, words in {
        "publicity": "publicity",
        "informal": "informal informally informality",
        "succession": "succession successions",
        "designation": "designation designations designate designated designates designating",
        "hospital": "hospital hospitals",
        "barrel-maker": "cooper coopers cooperage cooperages",
        "experiment": "experiment experiments experimental experimented experimenting",
        "engine": "engine engines",
        "important": "important importance importantly",
        "competence": "competent competence competences competency competencies",
        "productivity": "productivity",
        "authority": "authority authorities",
        "animal": "animal animals",
        "mechanic": "mechanic mechanics",
        "busy": "busy busier",
        "severe": "severe severely",
        "customs": "customs",
        "programmer": "programmer programmers",
        "publisher": "publisher publishers publishing",
        "undertaker": "undertaker undertakers",
        "constructive": "constructive constructively",
        "consultation": "consultation consultations consultative consulted",
        "franc": "franc francs",
        "france": "france",
        "mixture": "mix mixes mixing mixture mixtures",
        "medication": "medication medications",
        "spirits": "spirits",
        "successive": "successive successively",
        "tailored": "tailored",
        "masonic": "masonic",
        "fashioned": "fashioned",
    }.items()
    for word in words.split()
}

#: First parts that are written with a hyphen, apart, or in one word: they join what follows.
JOINING = frozenset("anti bi co e inter intra micro mini multi non pre re semi sub trans".split())
#: Those that are no words, so that they join what follows after a space, too.
_NEVER_ALONE = frozenset("inter intra multi non semi sub".split())
_AFTER_CO = ("oper", "ordin", "own", "market", "work")

#: Spellings of one thing, as words in lower case: the longest that fits is taken.
_SAME: Mapping[str, str] = {
    "co op": "cooperative", "co ops": "cooperatives", "coop": "cooperative",
    "coops": "cooperatives",
    "know how": "knowhow",
    "not for profit": "nonprofit", "not for profits": "nonprofits",
    "start up": "startup", "start ups": "startups",
    "wood working": "woodworking", "metal working": "metalworking",
    "web site": "website", "web sites": "websites",
    **{
        name + ending: f"web shop{ending}"
        for name in ("webshop", "online shop", "online store", "e shop")
        for ending in ("", "s")
    },
    "e commerce": "web shop", "ecommerce": "web shop", "electronic commerce": "web shop",
    "coopetition": "cooperation competition",
    "sme": "small firm", "smes": "small firms", "msme": "small firm", "msmes": "small firms",
    "smb": "small firm", "smbs": "small firms",
    **{
        f"{size} {firms}": "small firms"
        for size in (
            "small and medium", "small and medium sized", "small to medium sized",
            "micro small and medium", "micro small and medium sized",
        )
        for firms in ("enterprises", "companies", "firms", "businesses")
    },
    "ict": "ict", "information technology": "ict", "information technologies": "ict",
    "information and communication technology": "ict",
    "information and communications technology": "ict",
    "information and communication technologies": "ict",
    "r&d": "research development", "r d": "research development",
    "r and d": "research development",
    "usa": "usa", "united states": "usa", "united states of america": "usa",
    "uk": "uk", "united kingdom": "uk",
    "nz": "new zealand", "uae": "united arab emirates", "ksa": "saudi arabia",
    "drc": "dr congo", "prc": "china",
    "n ireland": "northern ireland", "s korea": "south korea", "n korea": "north korea",
    "s africa": "south africa", "n zealand": "new zealand", "n macedonia": "north macedonia",
    "eu": "eu", "european union": "eu",
    "per cent": "%", "percent": "%", "pct": "%", "%": "%",
}  # fmt: skip

#: What lower-case "it" and "us" stand before where they are no pronouns.
_OF_IT = frozenset(
    "companies company consultancies consultancy consultant consultants consulting department firm "
    "firms freelancer freelancers industry professionals provider providers sector service "
    "services specialist specialists".split()
)
_OF_US = frozenset("based dollar dollars government market markets".split())

#: What a form stands for, as cases write it where they write it out.
_WRITTEN: Mapping[str, str] = {
    "usa": "United States", "uk": "United Kingdom", "eu": "European Union",
    "ict": "information technology", "knowhow": "know-how", "interfirm": "inter-firm",
    "nonprofit": "non-profit", "nonprofits": "non-profits",
    "startup": "start-up", "startups": "start-ups",
    "web shop": "web shop", "web shops": "web shops",
    "cooperative": "co-operative", "cooperatives": "co-operatives",
    "small firm": "small firms", "small firms": "small firms",
    "research development": "research and development",
    "northern ireland": "Northern Ireland", "south korea": "South Korea",
    "north korea": "North Korea", "south africa": "South Africa",
    "new zealand": "New Zealand", "north macedonia": "North Macedonia",
    "united arab emirates": "United Arab Emirates", "saudi arabia": "Saudi Arabia",
    "dr congo": "DR Congo", "china": "China",
}  # fmt: skip
#: Beginnings of words that are written in one, whether or not a hyphen was typed, and of those
#: that are written with a hyphen, by what they are in one.
_IN_ONE = ("cooperat", "coordinat", "cowork", "metalwork", "multination", "subcontract",
            "transnation", "website", "woodwork")  # fmt: skip
_WITH_HYPHEN: Mapping[str, str] = {"cofinanc": "co-financ", "coown": "co-own"}
_LEAST_WITH_COMMA, _YEARS = 1_000, range(1_500, 2_100)

#: What money of one kind is called beside an amount, and how cases write it before one.
_SIGNS: Mapping[str, str] = {
    name: sign
    for sign, names in {
        "$": "us$|us dollar|u.s. dollar|american dollar|usd|dollar",
        "A$": "a$|au$|australian dollar|aud",
        "C$": "c$|ca$|can$|canadian dollar|cad",
        "NZ$": "nz$|new zealand dollar|nzd",
        "€": "eur|euro",
        "£": "gbp|pound|british pound|pound sterling",
        "NOK ": "nok|norwegian krone|norwegian kroner",
        "DKK ": "dkk|danish krone|danish kroner",
        "SEK ": "sek|swedish krona|swedish kronor",
    }.items()
    for name in names.split("|")
}
_MONEY_NAMES = "|".join(re.escape(name) for name in sorted(_SIGNS, key=len, reverse=True))
_CODES = "|".join(re.escape(name) for name in _SIGNS if name[-1] == "$" or len(name) == 3)
_MONEY_BEFORE = re.compile(rf"(?<![^\W_])(?P<money>{_CODES})\s?(?=\d)", re.IGNORECASE)
_ANY_MONEY = re.compile(_MONEY_NAMES, re.IGNORECASE)
#: A pound is a weight, too: it is money of amounts with such a word.
_POUND = "pound"
_MONEY_SIGNS = "$€£"

_DIGITS: Mapping[str, int] = {
    word: number
    for number, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen".split(),
        2,
    )
}
_TENS: Mapping[str, int] = {
    word: 10 * number
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), 2
    )
}
_SCALES: Mapping[str, int] = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "mn": 10**6, "mln": 10**6,
    "billion": 10**9, "bn": 10**9,
}  # fmt: skip
_SHORT_SCALES: Mapping[str, int] = {"k": 1000, "m": 10**6, "mn": 10**6, "bn": 10**9}
#: Numbers that cases write in words.
_IN_WORDS: Mapping[str, str] = {
    str(number): word for word, number in _DIGITS.items() if number <= 12
}
_SCALE = "|".join(_SCALES)
_FIGURE = "|".join((*_DIGITS, *_TENS, "a", "one", r"\d[\d.,]*(?:k|m|mn|bn)?"))
_MONEY_AFTER = re.compile(
    rf"(?<![^\W_$€£])(?P<amount>(?:{_FIGURE})(?:[\s-]+(?:{_FIGURE}|{_SCALE}|and))*)"
    rf"[\s-]*(?P<money>{_MONEY_NAMES})s?(?![^\W_])",
    re.IGNORECASE,
)
_LARGE = re.compile(rf"\b(?:{_SCALE})\Z|\d(?:k|m|mn|bn)\Z", re.IGNORECASE)

#: Letters that are no letter with an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "þ": "th", "ı": "i"}
)


def _marks() -> str:
    """Marks that belong to the letter before them, and signs without width, as a class of re."""
    found = [c for c in map(chr, range(0x300, 0x3100)) if unicodedata.category(c).startswith("M")]
    return "".join((*found, "\u00ad\u200b-\u200d\u2060"))


_MARKS = _marks()
_NO_WIDTH = dict.fromkeys((0xAD, *range(0x200B, 0x200E), 0x2060))
_LETTER = rf"[^\W_][{_MARKS}]*"
_TOKEN = re.compile(
    rf"""
    (?P<plain>[A-Za-z]{{2,}}+(?![\w{_MARKS}]))  # most words, told apart at once
  | (?P<dotted>(?:[^\W\d_]\.){{2,}}(?:[^\W\d_](?![^\W_]))?)
  | (?P<figure>(?<![\w.,])(?:
        \d{{1,3}}(?:[,’'\u00a0\u2009\u202f]\d{{3}})+(?:\.\d+)?
      | \d{{1,3}}(?:[. ]\d{{3}}){{2,}}
      | \d+(?:[.,]\d{{1,2}})?
    )(?:k|m|mn|bn)?(?![^\W_]))
  | (?P<pair>[^\W\d_]&[^\W\d_](?![^\W_]))
  | (?P<word>(?:{_LETTER})+)
  | (?P<percent>%)
    """,
    re.VERBOSE,
)
_APOSTROPHES = "'’ʼ`´"
_HYPHENS = "-‐‑‒–/"
#: Those of them that are no dash, and signs that may end a question.
_INNER, _AT_THE_END = frozenset("-‐‑"), " ?.!…"


class Word(NamedTuple):
    """A word as it is read: its one form, and where it stands in the text that was read.

    Where one form stands for several words, or several for one, the place is that of all.
    """

    form: str
    start: int
    end: int


class _Token:
    """A word as it is written. ``hyphen`` says whether one joins it to the next."""

    __slots__ = ("capitals", "end", "figure", "form", "hyphen", "start")

    def __init__(self, form: str, start: int, end: int) -> None:
        self.form = form
        self.start = start
        self.end = end
        self.hyphen = self.figure = self.capitals = False


@lru_cache(maxsize=_REMEMBERED_TEXTS)
def words(text: str) -> tuple[Word, ...]:
    """The words of a text in their one form, in order; function words are among them."""
    tokens = _tokens(text)
    read: list[Word] = []
    at = 0
    for here, token in enumerate(tokens):
        if here < at:  # it was read with one before
            continue
        if token.form not in _SPECIAL and not token.figure:  # most words, read at once
            read.append(Word(_british(token.form), token.start, token.end))
            continue
        n_taken, forms = _read(tokens, here)
        at = here + n_taken
        start, end = token.start, tokens[at - 1].end
        read += [Word(form, start, end) for form in forms]
    return tuple(read)


def _tokens(text: str) -> list[_Token]:
    """What is written, in order, with acronyms and apostrophes settled."""
    tokens: list[_Token] = []
    last, last_end = None, -2
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        kind = match.lastgroup
        form = match[0].lower() if kind == "plain" else plain(match[0])
        if start == last_end + 1 and last is not None:
            before = text[start - 1]
            if before in _APOSTROPHES and _ends_word(last, form):
                continue
            last.hyphen = before in _HYPHENS
        if kind == "dotted":
            form = form.replace(".", "")
        last, last_end = _Token(form, start, end), end
        tokens.append(last)
        if kind == "figure":
            last.figure = True
            last.form = _figure(form, after_money=_is_money(text, start))
        elif form == "us" or form == "it":
            written = match[0]
            alone = kind == "dotted" or any(map(str.islower, text)) or written == text.strip()
            last.capitals = written.isupper() and alone
    return tokens


def plain(written: str) -> str:
    """Lower case without accents; letters of other scripts stay as they are."""
    if written.isascii():
        return written.lower()
    apart = unicodedata.normalize("NFKD", written.translate(_NO_WIDTH).lower().translate(_LETTERS))
    return "".join(c for c in apart if not unicodedata.combining(c))


def _ends_word(word: _Token, form: str) -> bool:
    """Whether what follows an apostrophe says nothing of its own: "Canada's", "don't"."""
    if form == "t" and word.form.endswith("n"):
        word.form = "not"
        return True
    return form in {"s", "d", "m", "ll", "re", "ve"}


def _is_money(text: str, start: int) -> bool:
    before = text[max(0, start - 5) : start].rstrip()
    return bool(before) and (before[-1] in _MONEY_SIGNS or bool(re.search(r"\b[A-Z]{3}\Z", before)))


def _figure(form: str, *, after_money: bool) -> str:
    """A figure in digits: ``7,000,000`` as ``7000000``."""
    scale = 1
    ending = form.lstrip("0123456789.,’' \u00a0\u2009\u202f")
    if ending:
        scale = _SHORT_SCALES[ending] if after_money or ending in ("k", "bn", "mn") else 0
        form = form.removesuffix(ending)
    form = re.sub(r"[’'\s]", "", form)
    if form.count(".") > 1:
        form = form.replace(".", "")
    elif re.fullmatch(r"\d+,\d{1,2}", form):
        form = form.replace(",", ".")
    form = form.replace(",", "")
    if not scale:
        return f"{form}{ending}"
    return form if scale == 1 else _times(form, scale)


def _times(figure: str, scale: int) -> str:
    """A figure times a power of ten, in digits."""
    whole, _, part = figure.partition(".")
    shift = len(str(scale)) - 1
    part = part[: shift + 3]
    digits = whole + part.ljust(shift, "0")[:shift]
    rest = part[shift:].rstrip("0")
    return (digits.lstrip("0") or "0") + (f".{rest}" if rest else "")


def _read(tokens: list[_Token], at: int) -> tuple[int, tuple[str, ...]]:
    """How many tokens from ``at`` on are read as one, and the forms that they have."""
    token = tokens[at]
    if token.form == "a" and (at + 1 == len(tokens) or tokens[at + 1].form not in _SCALES):
        return 1, ("a",)  # most often it begins no number
    n_figure, figure = _number(tokens, at)
    if n_figure:
        n_percent = _length_of_percent(tokens, at + n_figure)
        if n_percent:
            return n_figure + n_percent, (f"{figure}%",)
        return n_figure, (figure,)
    pronoun = _no_pronoun(tokens, at)
    if pronoun:
        return 1, (pronoun,)
    for length in range(min(_LONGEST_SAME.get(token.form, 0), len(tokens) - at), 0, -1):
        same = _SAME_WORDS.get(tuple(one.form for one in tokens[at : at + length]))
        if same is not None and not _is_question(tokens, at, length):
            return length, same
    if at + 1 < len(tokens) and _joins(token, tokens[at + 1]):
        n_rest, rest = _read(tokens, at + 1)
        joined = _british(token.form + rest[0])
        return 1 + n_rest, (*_SAME_WORDS.get((joined,), (joined,)), *rest[1:])
    return 1, (_british(token.form),)


#: The forms of what stands for a share of a hundred.
_PERCENT = {tuple(name.split()) for name, form in _SAME.items() if form == "%"}
_BEGIN_PERCENT, _LONGEST_PERCENT = {name[0] for name in _PERCENT}, max(map(len, _PERCENT))
_SAME_WORDS = {tuple(name.split()): tuple(form.split()) for name, form in _SAME.items()}
#: The first word of such names to the words of the longest.
_LONGEST_SAME: Mapping[str, int] = {
    first: max(len(name) for name in _SAME_WORDS if name[0] == first)
    for first in {name[0] for name in _SAME_WORDS}
}
#: Words that may be read otherwise than they stand there; most words are not among them.
_SPECIAL = frozenset((*_LONGEST_SAME, *_DIGITS, *_TENS, *JOINING, "a", "it", "one", "us"))


#: Words in lower case with which a number begins.
_BEGIN_NUMBERS = frozenset((*_DIGITS, *_TENS, "a", "one"))

#: What is a pronoun, and what it is where it is none.
_PRONOUNS = {"it": "ict", "us": "usa"}


def is_short_name(form: str) -> bool:
    """Whether one word in lower case is read as something else, as "smes" is."""
    return (form,) in _SAME_WORDS


def is_short_names_alone(text: str) -> bool:
    """Whether all words of a text are short names: "USA", "U.K.", "SMEs", "IT"."""
    pronouns = _PRONOUNS.values()
    return bool(read := words(text)) and all(
        word.form in pronouns or is_short_name(plain(text[word.start : word.end]).replace(".", ""))
        for word in read
    )


def _is_question(tokens: list[_Token], at: int, length: int) -> bool:
    """Whether "know how" goes on as in "they know how to sell": it is no thing then."""
    is_know_how = [token.form for token in tokens[at : at + length]] == ["know", "how"]
    after = tokens[at + length].form if at + length < len(tokens) else ""
    return is_know_how and not tokens[at].hyphen and after in {"to", "we", "they", "i", "you"}


def _length_of_percent(tokens: list[_Token], at: int) -> int:
    """How many tokens from ``at`` on stand for a share of a hundred; 0 where none do."""
    if at == len(tokens) or tokens[at].form not in _BEGIN_PERCENT:
        return 0
    forms = tuple(token.form for token in tokens[at : at + _LONGEST_PERCENT])
    return max((len(name) for name in _PERCENT if forms[: len(name)] == name), default=0)


def _no_pronoun(tokens: list[_Token], at: int) -> str:
    """What "us" and "it" are where they are no pronouns, empty where they are."""
    token = tokens[at]
    if token.form not in ("us", "it"):
        return ""
    after = tokens[at + 1].form if at + 1 < len(tokens) else ""
    before = tokens[at - 1].form if at else ""
    if token.form == "it":
        return "ict" if token.capitals or after in _OF_IT else ""
    is_country = token.capitals or before == "the" or after in _OF_US
    return "usa" if is_country else ""


def _joins(first: _Token, second: _Token) -> bool:
    """Whether a first part joins what follows: "co-operation", "non profit"."""
    if first.form not in JOINING or second.figure or len(second.form) < 3:
        return False
    if first.hyphen or first.form in _NEVER_ALONE:
        return True
    return first.form == "co" and second.form.startswith(_AFTER_CO)


def _number(tokens: list[_Token], at: int) -> tuple[int, str]:
    """How many tokens are a number, in digits or words, and its digits; 0 and nothing if none."""
    if not tokens[at].figure:
        if tokens[at].form not in _BEGIN_NUMBERS:
            return 0, ""
        return _number_in_words([token.form for token in tokens[at : at + _MOST_NUMBER_WORDS]])
    figure, n_taken = tokens[at].form, 1
    while at + n_taken < len(tokens) and tokens[at + n_taken].form in _SCALES:
        figure = _times(figure, _SCALES[tokens[at + n_taken].form])
        n_taken += 1
    return n_taken, figure


#: "Nine hundred and ninety-nine thousand, nine hundred and ninety-nine".
_MOST_NUMBER_WORDS = 11


def _number_in_words(forms: list[str]) -> tuple[int, str]:
    """How many words from the first on are a number, and its digits; 0 and nothing if none.

    ``one`` alone is a word: "one another", "no one".
    """
    total = part = n_taken = 0
    for form, after in zip(forms, (*forms[1:], ""), strict=True):
        if form in _SCALES and n_taken and len(form) > 3:
            scale = _SCALES[form]
            total, part = (total, part * scale) if scale == 100 else (total + part * scale, 0)
        elif form == "and" and part >= 100 and (after in _TENS or after in _DIGITS):
            pass
        elif (added := _added(form, after, part, is_first=not n_taken)) is not None:
            part += added
        else:
            break
        n_taken += 1
    return n_taken, str(total + part)


def _added(form: str, after: str, part: int, *, is_first: bool) -> int | None:
    """What a word adds to the hundreds that stand before it, None where it goes on with none."""
    is_unit_free = not part % 10 and part % 100 != 10
    if form in _TENS and not part % 100:
        return _TENS[form]
    if form in _DIGITS and (not part % 100 or (is_unit_free and _DIGITS[form] < 10)):
        return _DIGITS[form]
    if form == "one" and is_unit_free and (part % 100 or after in _SCALES):
        return 1
    return 1 if form == "a" and is_first and after in _SCALES else None


@lru_cache(maxsize=_REMEMBERED)
def _british(form: str) -> str:
    form = _BRITISH.get(form, form)
    for american, spelling in _SPELLINGS:
        form = american.sub(spelling, form)
    return form


def unfinished(beginning: str) -> str:
    """How cases begin a word that is still being typed: "organis" for "organiz"."""
    for american, british in _BRITISH.items():
        if len(beginning) > _SHORTEST_BEGINNING and american.startswith(beginning):
            return british[: len(beginning)]
    return _UNFINISHED.sub("is", beginning)


@cache
def _stemmer() -> Callable[[str], list[str]]:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
        .filter(tantivy.Filter.remove_long(_LONGEST))
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.custom_stopword(_QUESTION_WORDS))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
        .analyze
    )


@lru_cache(maxsize=_REMEMBERED)
def stem(form: str) -> str:
    """The stem of the form of a word; empty for a function word."""
    own = _OWN_STEMS.get(form)
    if own is not None:
        return own
    found = _stemmer()(form)
    return sys.intern(found[0]) if found else ""


def tokens(text: str) -> tuple[str, ...]:
    """The stems of a text that count, in its order and as often as they stand in it."""
    return tuple(found for word in words(text) if (found := stem(word.form)))


def terms(text: str) -> tuple[str, ...]:
    """The same, each once: what a query asks for."""
    return tuple(dict.fromkeys(tokens(text)))


def places(text: str) -> tuple[tuple[str, int, int], ...]:
    """The stems of a text that count, each with the start and end of what it was made of."""
    return tuple(
        (found, word.start, word.end) for word in words(text) if (found := stem(word.form))
    )


def written(text: str) -> str:
    """The text with every such word as cases write it, for encoders: the rest stays as it is.

    "thirty per cent" is written "30%", "7000000" "7 million", "SMEs" "small firms", "US"
    "United States", "organization" "organisation", "co-operation" and "co operation"
    "cooperation". Numbers up to twelve are written in words, greater ones in digits; amounts with
    the sign of their money (``with_signs_of_money``). "cost-sharing" is written with a space, as
    others type it, and signs at the end are left out: an encoder would take either for another
    question.
    """
    text = with_signs_of_money(text)
    parts, at = [], 0
    for (start, end), group in groupby(words(text), lambda word: (word.start, word.end)):
        form = " ".join(word.form for word in group)
        between = text[at:start]
        is_hyphen = at > 0 and between in _INNER and text[start].isalpha()
        is_money = bool(between) and between[-1] in _MONEY_SIGNS and form in _IN_WORDS
        typed = text[start:end]
        is_code = text[end : end + 1] in tuple(_MONEY_SIGNS)  # "NZ$2 million"
        shown = typed if is_code else form if is_money else _written(form, typed)
        parts += [" " if is_hyphen else between, shown]
        at = end
    return without_end("".join((*parts, text[at:])))


def without_end(text: str) -> str:
    """The text without the signs of its end, which say nothing: "?", "." and the like."""
    return text.rstrip(_AT_THE_END) or text


def _written(form: str, typed: str) -> str:
    """How cases write what has a form; as it is typed where nothing better is known."""
    if form in _WRITTEN:
        return _WRITTEN[form]
    if typed.lower() == form and form.isalpha() and form[:2] != "co" and form not in _DIGITS:
        return typed
    if form.endswith("%") and len(form) > 1:
        return form
    if form.startswith(_IN_ONE) and not (typed.isascii() and typed.isalpha()):
        return form
    for in_one, apart in _WITH_HYPHEN.items():
        if form.startswith(in_one):
            return apart + form.removeprefix(in_one)
    if form.isdecimal() and len(form) <= _LONGEST:
        return _written_number(int(form), form, typed)
    return "-".join(_as_british(part) for part in typed.split())  # "non farm" is "non-farm"


def _as_british(typed: str) -> str:
    """Words, and those with a hyphen, in British spelling where they are not."""
    parts = re.split(r"([^A-Za-z]+)", typed)
    british = (_british(part.lower()) for part in parts)
    return "".join(
        part if other == part.lower() else other for part, other in zip(parts, british, strict=True)
    )


def _written_number(number: int, form: str, typed: str) -> str:
    """A number as cases write it: in words up to twelve, a year without a comma."""
    if form in _IN_WORDS:
        return _IN_WORDS[form]
    if number < _LEAST_WITH_COMMA or (typed == form and number in _YEARS):
        return form if typed.isascii() else typed
    millions = number / 1_000_000
    return f"{millions:g} million" if millions >= 1 else f"{number:,}"


def with_signs_of_money(text: str) -> str:
    """The text with each amount of money as cases write it: "$4 million", "C$500".

    "4 million dollars", "4m USD", "USD 4m" and "US$4m" are one amount. Other money than that of
    ``_SIGNS`` stays as it is.
    """
    if not _ANY_MONEY.search(text):
        return text
    text = _MONEY_BEFORE.sub(lambda found: _SIGNS[found["money"].lower()], text)
    return _MONEY_AFTER.sub(_with_sign, text)


def _with_sign(found: re.Match[str]) -> str:
    name, amount = found["money"].lower(), found["amount"]
    if amount.lower() == "a" or (name == _POUND and not _LARGE.search(amount)):
        return found.group()
    return _SIGNS[name] + amount
