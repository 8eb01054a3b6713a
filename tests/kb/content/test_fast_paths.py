"""What is read quickly is what the slow and obvious way reads: YAML, plain LaTeX, and a text."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.content import bibliography, field_rules, latex, load, yaml_source
from kb.content.checks import wording
from kb.content.yaml_source import MAX_NODES, YamlTrouble, read_yaml, text_of
from kb.text import body, pull_request
from tests.toy import ROOT

#: Signs of YAML, alone and in the company in which the two parsers have differed.
_PARTS = st.sampled_from(
    [
        *(
            "a",
            "é",
            "No",
            "12",
            "1.10",
            "+5",
            "010",
            "~",
            "null",
            "true",
            "http://x.y/z",
            "a:b",
            "x?",
        ),
        *("b: ", "- ", "\n", "\n  ", "\n    ", "? ", ": ", ":", "?", "[", "]", "{", "}", ", ", ","),
        *(
            "'x'",
            '"y"',
            "'it''s'",
            '"\\u00e9"',
            '"\\ud800"',
            "#c",
            " # c",
            "|",
            ">",
            "|+\n  ",
            ">-\n ",
        ),
        *("&a ", "*a", "!!str ", "!x", "---", "...", "%", "@", "`", "<<: ", "\t", "\x85", "\u2028"),
        *("key: v\n", "list:\n", "  - i\n", "- {a: b, c: d}\n", "[1, 2]", "[a: b]", "{a: }", "|#"),
    ]
)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal in type, order and spelling, too."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other and str(one) == str(other)


def _compare(text: str, most: int = MAX_NODES) -> bool:
    """Whether a text is read quickly; if so, it is what the slow way reads."""
    quick = yaml_source._read_quickly(text, 2, most)
    if quick is None:
        return False
    slow = yaml_source._read_slowly(text, 2, most)
    assert _same(quick.value, slow.value)
    assert (dict(quick.lines), quick.repeated) == (dict(slow.lines), slow.repeated)
    return True


@settings(max_examples=1500)
@given(parts=st.lists(_PARTS, max_size=14))
def test_yaml_is_read_alike_in_both_ways(parts: list[str]) -> None:
    """What libyaml is trusted with has the values, types, spellings and lines of PyYAML's own."""
    _compare("".join(parts))


def _front_matter(path: Path) -> str:
    text = text_of(path.read_bytes())
    return text.split("\n---", 1)[0].removeprefix("---\n") if path.suffix == ".md" else text


_FILES = [
    path
    for folder in ("cases", "tests/corpus", "tests/other_compendium")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".md", ".yaml")
    and path.name not in ("README.md", "codebook.md", "editorial-policy.md")
]


def test_what_there_is_is_read_quickly_and_alike() -> None:
    """Every file of the compendium goes the quick way, and says the same in the slow one."""
    assert [path for path in _FILES if not _compare(_front_matter(path), 200_000)] == []


def test_changed_front_matter_is_read_alike() -> None:
    """So does a real file in which something was put in and something left out.

    What has become nonsense both ways refuse; a good part is still read quickly, and compared.
    """
    compared = []

    @settings(max_examples=300)
    @given(
        file=st.sampled_from([path for path in _FILES if path.suffix == ".md"]),
        changes=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 2), _PARTS), max_size=3),
    )
    def read(file: Path, changes: list[tuple[int, int, str]]) -> None:
        before = text = _front_matter(file)
        for place, length, part in changes:
            text = text[:place] + part + text[place + length :]
        is_compared = _compare(text)
        if text != before:
            compared.append(is_compared)

    read()
    assert sum(compared) > len(compared) / 6 > 10


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "? "])
def test_deep_nesting_is_refused_and_harms_nothing(opening: str) -> None:
    """A hundred thousand levels end neither the program nor its stack."""
    with pytest.raises(YamlTrouble, match="nested too deeply"):
        read_yaml(opening * 100_000)


def test_without_libyaml_the_answers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PyYAML that was built without libyaml reads everything in the slow way."""
    text = "title: 1.10\nlist: [a, NO]\n"
    quick = read_yaml(text)
    monkeypatch.setattr("yaml.__with_libyaml__", False)

    assert yaml_source._read_quickly(text, 1, MAX_NODES) is None
    assert _same(read_yaml(text).value, quick.value)


def test_plain_fields_of_sources_are_what_latex_says() -> None:
    """A field without a sign of LaTeX is taken as it is, which is what LaTeX would say."""
    path = ROOT / "cases" / "sources.bib"
    entries = bibliography._parsed(path, bibliography._text(path)).entries.values()
    fields = set(chain.from_iterable(entry.fields.values() for entry in entries))
    plain = [field for field in fields if latex._SAID_PLAINLY.fullmatch(field)]

    assert [field for field in plain if latex._by_latex(field).text != field] == []
    assert len(plain) > len(fields) / 2


@settings(max_examples=300)
@given(text=st.text(st.sampled_from("aé1 .,:;()/+-_~^\\{}$%&#'`\"<>")))
@example(text=",,")  # an opening quotation mark
def test_any_field_is_what_latex_says(text: str) -> None:
    """The rule that takes a field as it is never takes one that LaTeX would change."""
    if latex._SAID_PLAINLY.fullmatch(text):
        assert latex._by_latex(text).text == text


#: Signs and words of a text, alone and in the company in which they mean something.
_TEXTS = st.lists(
    st.sampled_from(
        [
            *("a", "É", "1", " ", "   ", "    ", "\t", "\n", "\n\n", "\n#", "\n ## ", "#", "## "),
            *("\n## Results as reported\n", "## Results as reported", "\n## A\n", "###### b ##"),
            *("-", "---", "\n---\n", "\n--- \n", "\n----", "=", "\n===", "\n=== \n", "|", ">"),
            *(
                "](",
                "\\](",
                "[b](",
                ")",
                "[b]: ",
                "\n[b]:\n",
                "[^b]: ",
                "<",
                "<c>",
                "\\",
                "`",
                "```",
            ),
            *(
                "$",
                "$$",
                "$x",
                "x^2",
                "{",
                ":",
                ":up:",
                ":+1:",
                "@",
                "@ann",
                "https://a.b",
                "www.a",
            ),
            *("aims", "Hope", "want", " to", " to ", "ſeeks to", "plan", "aım", "is expected to "),
            *(
                "euro",
                "EUR",
                "7 won",
                "million pesos",
                "us$",
                "\u202e",
                "\u2067",
                "\\u202e",
                "\u2014",
            ),
        ]
    ),
    max_size=12,
).map("".join)


def _spans(found: Any) -> list[tuple[Any, ...]]:
    return [(match.span(), *match.groups()) for match in found]


@settings(max_examples=600)
@given(text=_TEXTS)
@example(text="## Results as reported\n## Results as reported\nThey hope to sell.")
def test_what_a_text_has_is_found_as_if_every_sign_were_asked(text: str) -> None:
    """Headings, links, sections and aims are looked for where one of their signs stands."""
    assert _spans(body._headings(text)) == _spans(body._HEADING.finditer(text))
    if body._UNDERLINED.search(text):
        assert body._UNDERLINE.search(text)
    if "]:" not in text:
        links = [(span, target) for span, target, _ in _spans(body._LINK.finditer(text))]
        assert _spans(body._LINK_IN_LINE.finditer(text)) == links
    sections = _spans(wording._RESULTS.finditer(text))
    assert _spans(wording._sections_of_results(text)) == sections
    if wording._AIM.search(text):
        assert wording._may_tell_an_aim(text)


@settings(max_examples=600)
@given(text=_TEXTS)
@example(text="`a`:up:https://a.b $")
def test_what_only_github_makes_is_found_as_if_all_were_looked_for(text: str) -> None:
    """Which of the kinds are looked for, and in what, changes nothing that is found."""
    formula = (
        r"(?<![\w\\$])(?:\$\$(?=[^$])[^$]+\$\$"
        r"|\$(?=\S)(?:[A-Za-z]|(?=[^$\n]*[\\^_={}])[^$\n]+)(?<=\S)\$)(?![\w$])"
    )
    kinds = (re.compile(formula), pull_request._PICTURE, pull_request._MENTION)
    plain = pull_request._NO_WORDS.sub(lambda at: " " * len(at[0]), body.without_code(text))
    asked = "$" in text or "@" in text or pull_request._PICTURE.search(text)
    slowly = [at.start() for kind in kinds if asked for at in kind.finditer(plain)]
    quickly = [one for one in pull_request._only_on_github(text) if " draws " not in one.message]

    lines = [(text.count("\n", 0, at) + 1, body.column_at(text, at)) for at in sorted(slowly)]
    assert [(one.line, one.column) for one in quickly] == lines


@settings(max_examples=600)
@given(text=_TEXTS.map(lambda text: f"---{text}"))
@example(text="---\n---")
def test_the_lines_around_the_front_matter_are_the_first_two(text: str) -> None:
    """They are found by the ends of the lines before them, as if every line were asked."""
    lines = list(re.finditer(r"^-{3,}[ \t]*$", text, re.MULTILINE))[:2]
    if len(lines) == 2 and lines[0].start() == 0:
        opens, closes = load._delimiters(text)
        assert (opens.span(), closes.end()) == (lines[0].span(), lines[1].end())
        assert closes.start() == lines[1].start() - 1
    else:
        with pytest.raises(YamlTrouble):
            load._delimiters(text)


@given(text=_TEXTS)
def test_currencies_and_turning_signs_are_not_passed_over(text: str) -> None:
    """Where none is told without a search, a search finds none."""
    names, codes = ("euros", "euro", "pesos", "won", "us$", "usd", ""), ("EUR", "USD", "KRW")
    slowly = field_rules._any_currency(names, codes).findall(text.casefold())
    assert field_rules._named_in(text, names, codes) == slowly

    turns = rb"\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])|\\u20[26]"
    data = text.encode()
    assert load._may_turn(data) == (re.search(turns, data) is not None)
