"""Text as LaTeX writes it, as a reader reads it. Owns pylatexenc.

Sources come out of reference managers, which write LaTeX: accents, signs with a backslash before
them, words that are emphasised, addresses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.macrospec import LatexContextDb

#: Text in which LaTeX has no say: single spaces, and no sign that means something to it.
_SAID_PLAINLY = re.compile(r"(?:[^\W_]|[.:;,()/+]|(?<=\w)-(?=\w)|(?<=\S) (?=\S))*")
#: Signs that people leave without a backslash; LaTeX takes none of them for what it is.
_BARE_SIGN = re.compile(r"(?<!\\)[&#%]")
#: A formula, told from two amounts of dollars by what it holds.
_FORMULA = re.compile(r"(?<!\\)\$([^$\s](?:[^$]*[^$\s])?)\$")
_DOLLAR = re.compile(r"(?<!\\)\$")
#: The commands with arguments whose last one is what a reader sees.
_SHOWS_LAST = {
    "url": "{",
    "path": "{",
    "href": "{{",
    "textcolor": "{{",
    "mbox": "{",
    "fbox": "{",
    "hbox": "{",
    "uppercase": "{",
    "lowercase": "{",
    "MakeUppercase": "{",
    "MakeLowercase": "{",
    "textnormal": "{",
    "textmd": "{",
    "textup": "{",
    "textsl": "{",
    "textsf": "{",
    "texttt": "{",
    "textrm": "{",
    "textbf": "{",
    "textit": "{",
    "textsc": "{",
    "emph": "{",
    "underline": "{",
    "uline": "{",
    "mkbibemph": "{",
    "mkbibitalic": "{",
    "mkbibbold": "{",
    "textsuperscript": "{",
    "textsubscript": "{",
    "mkbibsuperscript": "{",
    "mkbibsubscript": "{",
}
#: Commands whose argument stands in quotation marks.
_QUOTES = {"enquote": ("“", "”"), "mkbibquote": ("“", "”"), "mkbibparens": ("(", ")")}
#: Commands that stand for a sign or a name.
_STANDS_FOR = {
    "TeX": "TeX",
    "LaTeX": "LaTeX",
    "BibTeX": "BibTeX",
    "pounds": "£",
    "textsterling": "£",
    "texteuro": "€",
    "euro": "€",
    "textnumero": "№",
    "slash": "/",
    "textslash": "/",
    "/": "",
    "-": "",
    "newline": " ",
    "\\": " ",
    "par": " ",
    "space": " ",
    "protect": "",
    "relax": "",
    "noopsort": "",
    "em": "",
    "it": "",
    "bf": "",
    "sc": "",
    "sl": "",
    "tt": "",
    "rm": "",
    "sf": "",
    "itshape": "",
    "bfseries": "",
    "scshape": "",
    "slshape": "",
    "upshape": "",
    "normalfont": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A text without LaTeX, and the commands in it that nobody understood, each once.

    What such a command holds in braces stays; the command itself goes.
    """

    text: str
    unknown: tuple[str, ...] = ()


@lru_cache(maxsize=4096)  # each field is asked for by its reader and by its rules
def plain(text: str) -> Plain:
    """What a reader reads, with single spaces."""
    if _SAID_PLAINLY.fullmatch(text):
        return Plain(text=text)
    return _by_latex(text)


def _by_latex(text: str) -> Plain:
    from pylatexenc.latexwalker import LatexWalker  # slow import

    formulas = {found.start() for found in _FORMULA.finditer(text) if _is_formula(found[1])}
    ends = {found.end() - 1 for found in _FORMULA.finditer(text) if found.start() in formulas}
    kept = _DOLLAR.sub(lambda found: "$" if found.start() in formulas | ends else r"\$", text)
    kept = _BARE_SIGN.sub(lambda found: rf"\{found[0]}", kept)
    parsing, writing = _contexts()
    walker = LatexWalker(kept, latex_context=parsing, tolerant_parsing=True)
    nodes = walker.get_latex_nodes()[0]
    unknown = tuple(dict.fromkeys(_not_understood(nodes, writing.latex_context)))
    return Plain(text=" ".join(writing.nodelist_to_text(nodes).split()), unknown=unknown)


def _is_formula(text: str) -> bool:
    return any(sign in text for sign in "\\_^={}") or text.isalpha()


def _not_understood(nodes: Any, known: LatexContextDb) -> list[str]:
    """The commands and environments that nothing is known of, formulas too, in their order."""
    from pylatexenc.latexwalker import LatexEnvironmentNode, LatexMacroNode, LatexMathNode

    found: list[str] = []
    for node in filter(None, nodes or ()):
        if isinstance(node, LatexMathNode):
            found.append(node.latex_verbatim())
            continue
        if isinstance(node, LatexMacroNode) and known.get_macro_spec(node.macroname) is None:
            found.append(rf"\{node.macroname}")
        if isinstance(node, LatexEnvironmentNode):
            found.append(rf"\begin{{{node.environmentname}}}")
        found += _not_understood(getattr(node, "nodelist", None), known)
        given = getattr(node, "nodeargd", None)
        found += _not_understood(given.argnlist if given else None, known)
    return found


@lru_cache(maxsize=1)
def _contexts() -> tuple[LatexContextDb, LatexNodes2Text]:
    """What commands take, and what is written for them: the library's, and ours before them."""
    from pylatexenc import latex2text, latexwalker
    from pylatexenc.macrospec import std_macro

    parsing = latexwalker.get_default_latex_context_db()
    takes = [std_macro(name, args) for name, args in _SHOWS_LAST.items()]
    takes += [std_macro(name, "{") for name in _QUOTES]
    takes += [std_macro(name, "") for name in _STANDS_FOR]
    parsing.add_context_category("sources", macros=takes, prepend=True)

    writing = latex2text.get_default_latex_context_db()
    shown = [latex2text.MacroTextSpec(name, _last_shown) for name in _SHOWS_LAST]
    shown += [
        latex2text.MacroTextSpec(name, f"{opening}%s{closing}")
        for name, (opening, closing) in _QUOTES.items()
    ]
    shown += [latex2text.MacroTextSpec(name, sign) for name, sign in _STANDS_FOR.items()]
    writing.add_context_category("sources", macros=shown, prepend=True)
    writing.set_unknown_macro_spec(None)
    writer = latex2text.LatexNodes2Text(latex_context=writing, math_mode="verbatim")
    return parsing, writer


def _last_shown(node: Any, l2tobj: LatexNodes2Text) -> str:
    return l2tobj.nodelist_to_text([node.nodeargd.argnlist[-1]])
