"""The sentences that the site itself says, and how many words each has.

Counted are sentences that end in a full stop, a question mark or an exclamation mark: in the
templates, in the strings of the pages' code, and in the data that speak to readers (the site's
own words, the vocabulary, the self-check, the tools). A value that is filled in counts as one
word, and a branch of a condition as a sentence of its own. Headings, labels and buttons are no
sentences.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
#: Where sentences for readers are put together in code.
CODE = ("web", "kb/guidance", "kb/answers", "kb/model")
#: Data whose words are the site's own, and the fields that hold them.
DATA = ("site.yaml", "taxonomy.yaml", "self-check.yaml", "tools/*.yaml")
INLINE = "a|abbr|b|cite|code|data|em|i|kbd|mark|q|s|small|span|strong|sub|sup|time|u|wbr"
WORD = re.compile(r"[^\W_](?:[^\W_]|['’.,-](?=[^\W_]))*")
BREAK = "\0"


def words(sentence: str) -> int:
    """How many words a sentence has; ``don't`` and ``1,200`` are one each."""
    return len(WORD.findall(sentence))


def split(text: str) -> Iterator[str]:
    """The sentences of a text, in order; what does not end like one is left out."""
    for part in text.split(BREAK):
        flat = " ".join(part.split())
        for sentence in re.split(r"(?<=[.!?])[”’)]*\s+(?=[“‘(]?[A-Z0-9])", flat):
            if re.search(r"[.!?][”’)]*$", sentence) and words(sentence) > 1:
                yield sentence


def of_template(source: str) -> Iterator[str]:
    text = re.sub(r"{#.*?#}|<(style|script|svg).*?</\1>", "", source, flags=re.S)
    text = re.sub(r"{%-?\s*(?:el(?:se|if)|pluralize|block|endblock|macro|call)\b.*?%}", BREAK, text)
    text = re.sub(r"{{.*?}}", "Xx", text, flags=re.S)
    text = re.sub(r"{%.*?%}", "", text, flags=re.S)
    text = re.sub(rf"</?(?:{INLINE})\b[^>]*>", "", text)
    text = re.sub(r"<[^>]*>", BREAK, text)
    return split(text)


def _strings(tree: ast.AST) -> Iterator[str]:
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(tree):
        if id(node) in docstrings or id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                part.value if isinstance(part, ast.Constant) else "Xx" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def of_code(source: str) -> Iterator[str]:
    for text in _strings(ast.parse(source)):
        if "{%" not in text:
            yield from split(re.sub(r"%\(\w+\)s|{\w*}|%s", "Xx", text))


def _values(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for value in data.values():
            yield from _values(value)
    elif isinstance(data, list):
        for value in data:
            yield from _values(value)
    elif isinstance(data, str):
        yield data


def of_data(source: str) -> Iterator[str]:
    for text in _values(yaml.safe_load(source)):
        yield from split(text)


def sentences() -> list[tuple[str, str]]:
    """Every sentence with the file that it stands in, by file and in order."""
    found = []
    for path in sorted((ROOT / "web").rglob("templates/*.html")):
        found += [(path, one) for one in of_template(path.read_text(encoding="utf-8"))]
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            found += [(path, one) for one in of_code(path.read_text(encoding="utf-8"))]
    for path in (path for name in DATA for path in sorted((ROOT / "cases").glob(name))):
        found += [(path, one) for one in of_data(path.read_text(encoding="utf-8"))]
    return [(path.relative_to(ROOT).as_posix(), one) for path, one in found]
