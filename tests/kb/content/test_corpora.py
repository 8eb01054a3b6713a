"""Hostile content: the check never fails, and every problem has a place that exists."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.content.corpus import Corpus, read_corpus
from kb.content.front_matter import OPTIONAL, REQUIRED
from kb.text.chunking import passages_of

BROKEN = Path(__file__).parents[2] / "broken"

#: What an author, or an attacker, may put after a field's name.
VALUES = [
    "", "~", "[]", "{}", "''", "0", "-1", "1.10", "30%", "about 30", "true", "NO", "no", ".nan",
    "2024-13-45", "2026-11-22", "[NO, NO]", "[[[]]]", "{a: {b: [c]}}", "[null, '', 5, {a: b}]",
    "&x [1]", "*x", "&y [*y]", "!!int ''", "!!bool maybe", "!!binary aGk=", "!!set {a}",
    "!!python/object/apply:os.system ['true']", "!x y", '"\\ud800"', '"\\0"', '"\\u2028"',
    "'unclosed", "[unclosed", "{unclosed", "a: b", "@x", "`x`", "%x", "|\n  a\n  b",
    ">-\n  a\n\n  b", "a\u2028b", "<script>", "x" * 400, "9" * 400, "1" * 5000,
    "a, b", "\ta", "# nothing",
    "{key: doe-2001, locator: p. 1}", "[{key: doe-2001, locator: p. 1}]",
    "[{metric: sales, level: output, direction: up, statement: Up., locator: p. 1}]",
    "[{metric: sales, value: 1, range: [2, 1]}]", "{from: 1990, to: 1980}", "{questions: [a]}",
    "{who: firms, count: 3}", "network", "guide", "horizontal", "exporting", "soft", "success",
    "food", "norway/a", "[norway/a, guides/b]", "[type]",
]  # fmt: skip

#: A file that passes, field by field.
RIGHT = {
    "title": "A title",
    "kind": "programme",
    "country": "NO",
    "type": "[]",
    "project": "[]",
    "results": "[]",
    "summary": "A summary in words.",
    "sources": "[{key: doe-2001, locator: p. 1}]",
}

BODIES = [
    "", "\n", "## Situation\n\nText.\n", "# Top\n", "##\n", "## Other\n## Other\n", "<b>", "<!--",
    "`<b>`", "```\n<b>\n", "[x](", "[x]()", "[x](y.md)", "[x](javascript:y)", "[x]: y\n",
    "[a\nb](../norway/a.md)", "---\n", "| a |\n|---|\n", "\u2028", "\x0c", "\x1b[31m", "1. a\n",
    "\\[x](y)", "x" * 2000, "é\n", "*", "> q\n",
]  # fmt: skip

NAMES = [
    "a.md",
    "norway/a.md",
    "norway/b.md",
    "guides/b.md",
    "UP/a b.md",
    "n\n.md",
    "x.txt",
    "d/.h",
]

_fragments = st.sampled_from(VALUES) | st.text(max_size=30)
_fields = st.dictionaries(
    st.sampled_from([*REQUIRED, *OPTIONAL, "tags", "content", "5", '"\\e"', "<<"])
    | st.text(max_size=10),
    _fragments,
    max_size=6,
)
_bodies = st.lists(st.sampled_from(BODIES) | st.text(max_size=40), max_size=6).map("".join)


def _file(changes: dict[str, str], repeated: dict[str, str], body: str) -> str:
    rows = [*{**RIGHT, **changes}.items(), *repeated.items()]
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in rows) + f"---\n{body}"


_cases = st.builds(_file, _fields, st.just({}) | _fields, _bodies)
_texts = _cases | st.text(max_size=200) | st.text(st.sampled_from("-: \n\t#[]{}&*!|>'\"%@`,?ab"))
_data = st.one_of(
    _cases.map(lambda text: text.encode()),
    _texts.map(lambda text: text.encode(errors="replace")),
    _cases.map(lambda text: text.replace("\n", "\r\n").encode()),
    _cases.map(lambda text: text.encode("utf-8-sig")),
    _cases.map(lambda text: text.encode("utf-16")),
    _cases.map(lambda text: text.encode("latin-1", errors="replace")),
    st.binary(max_size=100),
)


def _read(files: dict[str, bytes], folder: Path) -> Corpus:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return read_corpus(folder, vocabulary=BROKEN)


def _last_line(path: str) -> int:
    """The line on which an editor shows the end of a file; a folder has one line."""
    if not Path(path).is_file():
        return 1
    data = Path(path).read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data.count(b"\n") + 1


@given(files=st.dictionaries(st.sampled_from(NAMES), _data, min_size=1, max_size=6))
@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],  # the first example reads the vocabulary
)
def test_nothing_hostile_gets_past(files: dict[str, bytes]) -> None:
    """Whatever the files hold, each problem has a path and a line in it, and can be printed."""
    with tempfile.TemporaryDirectory() as name:
        corpus = _read(files, Path(name))
        places = [(p.path, p.line) for p in corpus.problems]

        assert [place for place in places if not Path(place[0]).exists()] == []
        assert [place for place in places if not 1 <= place[1] <= _last_line(place[0])] == []
        assert [str(p) for p in corpus.problems if not str(p).isprintable()] == []
        assert list(corpus.problems) == sorted(
            corpus.problems, key=lambda p: (p.path, p.line, p.message)
        )


@given(
    changes=st.dictionaries(
        st.sampled_from(["title", "summary", "region", "kind", "country", "members", "results"]),
        st.sampled_from(VALUES) | st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
        max_size=2,
    ),
    body=_bodies,
)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_what_passes_can_be_built(changes: dict[str, str], body: str) -> None:
    """A file without a problem gives passages and fields that can be written as UTF-8."""
    with tempfile.TemporaryDirectory() as name:
        data = _file(changes, {}, body).encode(errors="replace")
        corpus = _read({"norway/a.md": data}, Path(name))

        for case in corpus.compendium.cases if not corpus.problems else ():
            passages = passages_of(case, corpus.compendium.taxonomy)
            written = json.dumps(asdict(case), ensure_ascii=False, allow_nan=False).encode()

            assert json.loads(written)["id"] == "norway/a"
            assert b"".join(p.encoded_text.encode() for p in passages) != b""
            assert [p for p in passages if not p.text.strip()] == []


def test_the_file_that_is_changed_passes(tmp_path: Path) -> None:
    """The file that the tests above spoil has no problem before they do."""
    corpus = _read({"norway/a.md": _file({}, {}, "## Situation\n\nText.\n").encode()}, tmp_path)

    assert [str(problem) for problem in corpus.problems] == []
    assert [case.id for case in corpus.compendium.cases] == ["norway/a"]


def test_every_value_in_every_field(tmp_path: Path) -> None:
    """Each hostile value in each field, a file each, is read without a fault in one corpus."""
    files = {
        f"norway/f{field}-v{value}.md": _file({name: text}, {}, "## Situation\n\nText.\n").encode()
        for field, name in enumerate((*REQUIRED, *OPTIONAL))
        for value, text in enumerate(VALUES)
    }
    corpus = _read(files, tmp_path)
    astray = [p for p in corpus.problems if not 1 <= p.line <= _last_line(p.path)]

    assert astray == []
    assert len(corpus.compendium.cases) + len({p.path for p in corpus.problems}) >= len(files)
