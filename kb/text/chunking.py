"""Case to passages: the pieces that are embedded and retrieved; and to words.

The first passage is the summary. Each further one is a paragraph group of a
section, cut so that it fits what the encoder reads. The editors' reading, the
questions for a class, and a section that only says that no result is reported make
no passages: a case matches by what it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from kb.model.cases import Case, Passage
from kb.model.facets import FACETS, MADE_FACETS
from kb.model.taxonomy import Taxonomy
from kb.text.body import ANALYSIS_HEADING, RESULTS_HEADING, sections

#: About 130 words: with its context it stays within 256 word pieces, which is
#: what all-MiniLM-L6-v2 reads.
MAX_PASSAGE_CHARACTERS = 800

_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^)]*\)|\[[^\[\]]*\])")
_ADDRESS = re.compile(r"<((?:https?|mailto):[^<>\s]+)>")
#: Where a label is given its address; readers see none of it.
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n^][^\]\n]*\]:[ \t]*\S+[^\n]*$", re.MULTILINE)
_AT_LINE = re.compile(r"^(?: {0,3}#{1,6}\s+|>\s?)", re.MULTILINE)
#: A footnote where it belongs, and before what it says.
_NOTE = re.compile(r"^ {0,3}\[\^[^\]\s]+\]:[ \t]*|\[\^[^\]\s]+\]", re.MULTILINE)
#: Signs that stand in a pair around words, without a space inside; one that stands alone is a
#: sign itself, as in "5*3 metres", and so is one inside a word, as in "file_name".
_CODE = re.compile(r"(?<![\\`])(`++)((?:(?!\n\s*\n).){1,1000}?)(?<!`)\1(?!`)", re.DOTALL)
_PAIRED = re.compile(
    r"(?<![\\*])(?P<star>\*{1,3})(?=[^\s*])(?P<starred>(?:(?!\n\n).){1,1000}?)(?<=[^\s\\])(?P=star)(?!\*)"
    r"|(?<![\w\\])(?P<low>_{1,3})(?=[^\s_])(?P<lowered>(?:(?!\n\n).){1,1000}?)(?<=[^\s\\])(?P=low)(?!\w)"
    r"|(?<![\\~])(?P<wave>~~)(?=[^\s~])(?P<waved>(?:(?!\n\n).){1,1000}?)(?<=[^\s\\])~~(?!~)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
#: A line may begin with a year and a full stop, which is no list.
_LIST = re.compile(r"^\s*(?:[-*+]|\d{1,2}[.)])\s+", re.MULTILINE)
_TABLE_RULE = re.compile(r"^\|?[\s:|-]+\|?$", re.MULTILINE)


def passages_of(case: Case, taxonomy: Taxonomy) -> tuple[Passage, ...]:
    """The passages of a case, in reading order; at least one.

    The context that the encoder reads before each text is the title and, for the
    first, the labels of countries, sectors, types and projects.
    """
    pieces = [("", case.summary or case.title)]
    for section in sections(case.body):
        if _says_what_it_is(section.heading, case):
            pieces += [(section.heading, text) for text in pieces_of(section.text)]
    described = ". ".join((case.title, *_labels(case, taxonomy)))
    return tuple(
        Passage(
            case_id=case.id,
            ordinal=ordinal,
            heading=heading,
            text=text,
            context=described if ordinal == 0 else case.title,
        )
        for ordinal, (heading, text) in enumerate(pieces)
    )


def says_of_case(case: Case, passages: Sequence[Passage]) -> tuple[str, ...]:
    """The texts in which a case says something: its title, its summary and each passage.

    A phrase is looked for in each of them.
    """
    return tuple(one for one in (case.title, case.summary, *(p.text for p in passages[1:])) if one)


def texts_read(case: Case, passages: Sequence[Passage]) -> tuple[str, ...]:
    """The texts of a case in which a search shows words: title, passages, and whom it suits."""
    return (case.title, *(one.text for one in passages), *case.audience_lines)


def words_of_case(case: Case, taxonomy: Taxonomy) -> str:
    """The words that a case is found by beside those that it says itself.

    Labels, whom it suits, and what it answers. The labels go with their aliases, so that a case of
    "Marketing" is found by "branding" too.
    """
    labels = [
        " ".join((term.label, *term.aliases))
        for facet in FACETS
        if facet not in MADE_FACETS
        for value in case.facets.get(facet, ())
        if (term := taxonomy.facet(facet).get(value)) is not None
    ]
    return "\n".join((*labels, *case.role_model_for, *case.answers))


def plain_text(markdown: str) -> str:
    """Markdown to the words that a reader sees, paragraphs on one line each."""
    text = _without_table(markdown) if "|" in markdown else _TABLE_RULE.sub("", markdown)
    text = _AT_LINE.sub("", _LIST.sub("", text))
    if "[" in text or "<" in text:
        text = _NOTE.sub("", text) if "[^" in text else text
        text = _ADDRESS.sub(r"\1", _LINK.sub(r"\1", _DEFINITION.sub("", text)))
    code: list[str] = []
    if "`" in text:
        text = _CODE.sub(lambda match: _kept(match[2], code), text)
    if "\\" in text:
        text = _ESCAPED.sub(lambda match: _kept(match[1], code), text)
    for _ in range(_DEEPEST):
        n_signs = sum(map(text.count, "*_~"))
        if not n_signs or n_signs > _MOST_SIGNS or _PAIRED.search(text) is None:
            break
        text = _PAIRED.sub(_without_signs, text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    text = text.replace(_BAR, " ")
    for number, kept in enumerate(code):
        text = text.replace(_PLACE.format(number), kept, 1)
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return "\n".join(paragraph for paragraph in paragraphs if paragraph)


#: Stands for what is itself whatever signs are in it, and for a bar between cells.
_PLACE, _BAR = "\0{}\0", "\1"


#: So many pairs of signs may stand around the same words; more signs than that are no text.
_DEEPEST, _MOST_SIGNS = 4, 2000


def _kept(text: str, code: list[str]) -> str:
    code.append(re.sub(r"\s+", " ", text))
    return _PLACE.format(len(code) - 1)


def _without_signs(match: re.Match[str]) -> str:
    return match["starred"] or match["lowered"] or match["waved"]


def _without_table(markdown: str) -> str:
    """A bar between the cells of a table goes; one in a sentence is a sign itself."""
    paragraphs = re.split(r"(\n\s*\n)", markdown)
    for number in range(0, len(paragraphs), 2):  # between them stands what separates them
        without = _TABLE_RULE.sub("", paragraphs[number])
        is_table = without != paragraphs[number]
        paragraphs[number] = without.replace("|", _BAR) if is_table else without
    return "".join(paragraphs)


def _says_what_it_is(heading: str, case: Case) -> bool:
    is_silence = heading == RESULTS_HEADING and not case.is_guide and not case.results
    return heading != ANALYSIS_HEADING and not is_silence


def _labels(case: Case, taxonomy: Taxonomy) -> list[str]:
    return [
        taxonomy.label(facet, value)
        for facet in ("country", "sector", "type", "project")
        for value in case.facets.get(facet, ())
    ]


def pieces_of(markdown: str) -> list[str]:
    """Group paragraphs up to the limit; cut a longer one between sentences, then words."""
    pieces: list[str] = []
    for paragraph in plain_text(markdown).splitlines():
        for part in _cut(paragraph):
            if pieces and len(pieces[-1]) + len(part) < MAX_PASSAGE_CHARACTERS:
                pieces[-1] = f"{pieces[-1]} {part}"
            else:
                pieces.append(part)
    return pieces


def _cut(paragraph: str) -> list[str]:
    parts: list[str] = []
    for sentence in re.split(r"(?<=[.!?;])\s+", paragraph):
        while len(sentence) > MAX_PASSAGE_CHARACTERS:
            end = sentence.rfind(" ", 1, MAX_PASSAGE_CHARACTERS)
            end = end if end > 0 else MAX_PASSAGE_CHARACTERS
            parts.append(sentence[:end])
            sentence = sentence[end:].lstrip()
        if parts and len(parts[-1]) + len(sentence) < MAX_PASSAGE_CHARACTERS:
            parts[-1] = f"{parts[-1]} {sentence}"
        elif sentence:
            parts.append(sentence)
    return parts
