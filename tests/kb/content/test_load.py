"""Files to drafts: whatever keeps a file from being a case is told, and nothing is raised."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb.content.load import MAX_FILE_BYTES, CaseFile, Draft, Loaded, load_file, load_folder
from kb.content.yaml_source import Located
from kb.errors import CorpusError, Problem
from tests.plain import plain

ROOT = Path(__file__).parents[3]

HOW = "open the file with a line '---', the fields, and another line '---'."
NO_FIELDS = "the front-matter must be fields such as 'title: ...', one on a line."


def _load(tmp_path: Path, data: bytes | str, name: str = "a.md") -> Loaded:
    """Load a folder of one file."""
    path = tmp_path / "cases" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return load_folder(tmp_path / "cases")


def _told(loaded: Loaded) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in loaded.problems]


def test_a_file_becomes_a_draft(tmp_path: Path) -> None:
    """A draft has its id, its fields with their lines, its body and where that begins."""
    text = "---\ntitle: A\nkind: network\n---\n\nThe body.\n\n---\n\nAfter a rule.\n"
    loaded = _load(tmp_path, text, "norway/graphic-arts.md")

    assert loaded == Loaded(
        drafts=(
            Draft(
                id="norway/graphic-arts",
                path=str(tmp_path / "cases" / "norway" / "graphic-arts.md"),
                front_matter=Located(
                    value={"title": "A", "kind": "network"},
                    lines={(): 2, ("title",): 2, ("kind",): 3},
                ),
                body="The body.\n\n---\n\nAfter a rule.",
                body_line=6,
                digest=hashlib.sha256(text.encode()).hexdigest(),
            ),
        ),
        problems=(),
    )


#: Name, bytes of the file, fields, body, line of the body.
READ = [
    ("byte-order-mark", b"\xef\xbb\xbf---\na: 1\n---\nBody\n", {"a": 1}, "Body", 4),
    ("windows-lines", b"---\r\na: 1\r\nb: 2\r\n---\r\n\r\nB\r\nC\r\n", {"a": 1, "b": 2}, "B\nC", 6),
    ("old-macintosh-lines", b"---\ra: 1\r---\r\rB\rC", {"a": 1}, "B\nC", 5),
    ("spaces-after-dashes", b"--- \t\na: 1\n---  \nB", {"a": 1}, "B", 4),
    ("more-dashes", b"-----\na: 1\n----\nB", {"a": 1}, "B", 4),
    ("no-body", b"---\na: 1\n---", {"a": 1}, "", 3),
    ("blank-body", b"---\na: 1\n---\n\n  \n", {"a": 1}, "", 6),
    ("indented-body", b"---\na: 1\n---\n\n\n   B  \n\n", {"a": 1}, "B", 6),
    ("blank-lines-in-front-matter", b"---\n\n\na: 1\n\n---\nB", {"a": 1}, "B", 7),
    (
        "keys-of-the-library",
        b"---\ncontent: 1\nhandler: 2\n---\nB",
        {"content": 1, "handler": 2},
        "B",
        5,
    ),
    (
        "keys-that-are-no-text",
        b"---\n5: a\ntrue: b\nnull: c\n---\nB",
        {"5": "a", "true": "b", "null": "c"},
        "B",
        6,
    ),
    (
        "yaml-1.2",
        b"---\na: NO\nb: 010\nc: 1.10\nd: 2024-13-45\n---\nB",
        {"a": "NO", "b": "010", "c": 1.1, "d": "2024-13-45"},
        "B",
        7,
    ),
    (
        "dashes-inside-a-value",
        b"---\na: b --- c\nd: '---'\n---\nB",
        {"a": "b --- c", "d": "---"},
        "B",
        5,
    ),
    ("unicode", "---\na: Ωmega – 中\n---\nCafé\n".encode(), {"a": "Ωmega – 中"}, "Café", 4),
]


@pytest.mark.parametrize(
    ("data", "fields", "body", "line"), [row[1:] for row in READ], ids=[row[0] for row in READ]
)
def test_what_editors_write_is_read(
    tmp_path: Path, data: bytes, fields: dict, body: str, line: int
) -> None:
    """However an editor saves a file, its fields and its body are those that the author sees."""
    loaded = _load(tmp_path, data)

    assert _told(loaded) == []
    draft = loaded.drafts[0]
    assert (draft.front_matter.value, draft.body, draft.body_line) == (fields, body, line)


def test_line_ends_make_no_difference(tmp_path: Path) -> None:
    """The same text with the lines of another system is the same draft, but for its bytes."""
    text = "---\na: 1\nb:\n  - c\n---\n\n## One\n\nTwo\n"
    unix = _load(tmp_path / "unix", text).drafts[0]
    windows = _load(tmp_path / "windows", text.replace("\n", "\r\n")).drafts[0]

    assert (unix.front_matter, unix.body, unix.body_line) == (
        windows.front_matter,
        windows.body,
        windows.body_line,
    )
    assert unix.digest != windows.digest


#: Name, bytes of the file, line, message. None of these gives a draft.
REFUSED = [
    ("empty", b"", 1, f"is empty; {HOW}"),
    ("blank", b" \n\n\t\n", 1, f"is empty; {HOW}"),
    ("only-a-byte-order-mark", b"\xef\xbb\xbf", 1, f"is empty; {HOW}"),
    ("no-front-matter", b"# Title\n\nText\n", 1, f"must open with front-matter on line 1; {HOW}"),
    (
        "leading-blank-line",
        b"\n---\na: 1\n---\nB",
        1,
        f"must open with front-matter on line 1; {HOW}",
    ),
    (
        "leading-space",
        b" ---\na: 1\n---\nB",
        1,
        f"must open with front-matter on line 1; {HOW}",
    ),
    ("two-dashes", b"--\na: 1\n--\nB", 1, f"must open with front-matter on line 1; {HOW}"),
    (
        "json",
        b'{"a": 1}\n\nB',
        1,
        f"must open with front-matter on line 1; {HOW}",
    ),
    (
        "toml",
        b'+++\na = "1"\n+++\nB',
        1,
        f"has its front-matter in TOML ('+++'); write it in YAML, as 'kb import' does: {HOW}",
    ),
    (
        "unterminated",
        b"---\na: 1\n\nThe body.\n",
        1,
        f"has no line '---' that closes the front-matter; {HOW}",
    ),
    (
        "one-line-only",
        b"---",
        1,
        f"has no line '---' that closes the front-matter; {HOW}",
    ),
    ("empty-front-matter", b"---\n---\nB", 1, NO_FIELDS),
    ("comments-only", b"---\n# nothing\n---\nB", 1, NO_FIELDS),
    ("list", b"---\n- a\n- b\n---\nB", 1, NO_FIELDS),
    ("scalar", b"---\njust text\n---\nB", 1, NO_FIELDS),
    (
        "not-yaml",
        b"---\ntitle: A\nsummary: Firms: a tale\n---\nB",
        3,
        "the front-matter is not YAML: a colon with a space behind it stands where no field can "
        "begin; put quotes around a value that contains ': ', and let a field begin in the column "
        "of the one above it.",
    ),
    (
        "not-yaml-after-blank-lines",
        b"---\n\n\n\ntitle: [A,\n  B\n---\nB",
        5,
        "the front-matter is not YAML: the bracket that opens here is not closed, or a comma is "
        "missing in it; close it, and put quotes around an entry with ': ' or ' #' in it.",
    ),
    (
        "deep-nesting",
        b"---\na: " + b"[" * 5000 + b"\n---\nB",
        2,
        "the front-matter is nested too deeply, or refers to itself.",
    ),
    (
        "alias-to-itself",
        b"---\na: &x {b: *x}\n---\nB",
        2,
        "the front-matter is nested too deeply, or refers to itself.",
    ),
    (
        "python-object",
        b"---\na: 1\nb: !!python/object/apply:os.getcwd []\n---\nB",
        3,
        "the front-matter has a tag that is not allowed: "
        "tag:yaml.org,2002:python/object/apply:os.getcwd.",
    ),
    (
        "tagged-date",
        b"---\na: !!timestamp 2024-13-45\n---\nB",
        2,
        "the front-matter has a tag that is not allowed: tag:yaml.org,2002:timestamp.",
    ),
    (
        "latin-1",
        "---\na: 1\nb: café\n---\nB".encode("latin-1"),
        3,
        "must be UTF-8; byte 0xe9 is not. Save the file as UTF-8.",
    ),
    (
        "latin-1-after-a-byte-order-mark",
        b"\xef\xbb\xbf---\na: caf\n\xe9\n---\nB",
        3,
        "must be UTF-8; byte 0xe9 is not. Save the file as UTF-8.",
    ),
    (
        "utf-16",
        "---\na: 1\n---\nB".encode("utf-16"),
        1,
        f"must be UTF-8; byte 0x{'ff' if sys.byteorder == 'little' else 'fe'} is not. "
        "Save the file as UTF-8.",
    ),
    (
        "utf-16-without-mark",
        "---\na: 1\n---\nB".encode("utf-16-le"),
        1,
        "must be text; it holds a NUL byte.",
    ),
    ("nul", b"---\na: 1\n---\nB\x00\n", 4, "must be text; it holds a NUL byte."),
    ("picture", b"\x89PNG\r\n\x1a\n\x00\x00", 1,
     "must be UTF-8; byte 0x89 is not. Save the file as UTF-8."),
    ("nul-after-old-line-ends", b"---\ra: 1\r---\r\nB\x00\r", 4,
     "must be text; it holds a NUL byte."),
    ("latin-1-with-old-line-ends", b"---\ra: 1\r---\r\nB\xe9\r", 4,
     "must be UTF-8; byte 0xe9 is not. Save the file as UTF-8."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "line", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_no_case_is_told(tmp_path: Path, data: bytes, line: int, message: str) -> None:
    """A file that cannot become a draft is one problem, with its line and what to do."""
    loaded = _load(tmp_path, data)

    assert loaded.drafts == ()
    assert loaded.problems == (
        Problem(path=str(tmp_path / "cases" / "a.md"), line=line, message=message),
    )


def test_an_alias_bomb_is_told(tmp_path: Path) -> None:
    """A few lines that describe a thousand million values are refused."""
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    loaded = _load(tmp_path, "---\n" + "\n".join(rows) + "\n---\nB")

    assert loaded.drafts == ()
    assert _told(loaded) == [(2, "the front-matter has more than 50,000 values; shorten it.")]


def test_repeated_fields_are_told(tmp_path: Path) -> None:
    """A field given twice is told with its line, at any depth; the first one is kept."""
    loaded = _load(tmp_path, "---\na: 1\nb:\n  - {c: 1}\n  - d: 2\n    d: 3\na: 4\n---\nB")

    assert loaded.drafts[0].front_matter.value == {"a": 1, "b": [{"c": 1}, {"d": 2}]}
    assert _told(loaded) == [
        (6, "b[2].d is given twice; keep one of the two."),
        (7, "a is given twice; keep one of the two."),
    ]


@pytest.mark.parametrize(
    ("size", "messages"),
    [
        (MAX_FILE_BYTES, []),
        (MAX_FILE_BYTES + 1, [(1, "must be at most 1 MB, not 1.0 MB; a case is a few pages.")]),
        (5_000_000, [(1, "must be at most 1 MB, not 5.0 MB; a case is a few pages.")]),
    ],
    ids=["just", "one-byte-more", "5-MB"],
)
def test_size_is_limited(tmp_path: Path, size: int, messages: list) -> None:
    """A file of more than a megabyte is not read at all."""
    start = b"---\na: 1\n---\n"
    loaded = _load(tmp_path, start + b"x" * (size - len(start)))

    assert _told(loaded) == messages
    assert len(loaded.drafts) == (0 if messages else 1)


BAD_PATHS = [
    ("Norway/a.md", "Norway", "norway/a"),
    ("norway/graphic_arts.md", "graphic_arts", "norway/graphic-arts"),
    ("norway/graphic arts.md", "graphic arts", "norway/graphic-arts"),
    ("norway/a.b.md", "a.b", "norway/a-b"),
    ("norway/-a.md", "-a", "norway/a"),
    ("norway/a--b.md", "a--b", "norway/a-b"),
    ("norway/café.md", "café", "norway/cafe"),
    ("norway/a\n.md", "a\n", "norway/a"),
    ("norway.md/a.md", "norway.md", "norway-md/a"),
]


@pytest.mark.parametrize(
    ("name", "part", "meant"), BAD_PATHS, ids=[ascii(row[0]) for row in BAD_PATHS]
)
def test_paths_are_addresses(tmp_path: Path, name: str, part: str, meant: str) -> None:
    """A path that cannot be an address is told by the part that is wrong; the rest is read."""
    loaded = _load(tmp_path, "---\na: 1\n---\nB", name)

    assert _told(loaded) == [
        (
            1,
            "the file's path must be lower case letters, digits and hyphens, "
            f"not {part!r}; it is the case's id and address. It could be {meant!r}.",
        )
    ]
    assert [draft.body for draft in loaded.drafts] == ["B"]


def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    """A file name that is not UTF-8 is a problem like any other."""
    loaded = _load(tmp_path, "---\na: 1\n---\nB", os.fsdecode(b"caf\xe9.md"))

    assert _told(loaded) == [
        (
            1,
            "the file's path must be lower case letters, digits and hyphens, "
            r"not 'caf\udce9'; it is the case's id and address. It could be 'caf'.",
        )
    ]


def test_stray_files_are_told(tmp_path: Path) -> None:
    """Files that are no cases are told, except hidden ones and those that belong at the top."""
    good = "---\na: 1\n---\nB"
    for name in ("a.md", "norway/b.md", ".hidden.md", ".git/c.md", "README.md"):
        _load(tmp_path, good, name)
    kept = ("taxonomy.yaml", "sources.bib", "queries.jsonl", "calibration.json", "relevance.json")
    for name in (*kept, "norway/.DS_Store", "norway/photo.jpg", "norway/queries.jsonl"):
        _load(tmp_path, b"\xff", name)
    for name in ("norway/taxonomy.yaml", "c.MD", "d.markdown", "e"):
        _load(tmp_path, good, name)
    loaded = load_folder(tmp_path / "cases")
    folder = tmp_path / "cases"

    assert [draft.id for draft in loaded.drafts] == ["a", "norway/b"]
    assert loaded.problems == tuple(
        Problem(
            path=str(folder / name),
            line=1,
            message="does not belong here: a case is a Markdown file ending in .md.",
        )
        for name in (
            *("c.MD", "d.markdown", "e"),
            *("norway/photo.jpg", "norway/queries.jsonl", "norway/taxonomy.yaml"),
        )
    )


def test_drafts_are_in_the_order_of_their_ids(tmp_path: Path) -> None:
    """Drafts are ordered by id, not by how the folder lists them."""
    for name in ("b.md", "a/z.md", "a-b.md", "a.md", "a/b/c.md", "a/2.md"):
        loaded = _load(tmp_path, "---\na: 1\n---\nB", name)

    assert [draft.id for draft in loaded.drafts] == ["a", "a-b", "a/2", "a/b/c", "a/z", "b"]


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    """A folder without cases gives neither drafts nor problems."""
    (tmp_path / "norway").mkdir()

    assert load_folder(tmp_path) == Loaded(drafts=(), problems=())


def test_one_file_can_be_loaded_alone(tmp_path: Path) -> None:
    """A path of one file gives the draft of that file, whatever stands beside it."""
    _load(tmp_path, "---\na: 1\n---\nB", "norway/a.md")
    _load(tmp_path, "stray", "norway/b.txt")
    loaded = load_folder(tmp_path / "cases" / "norway" / "a.md")

    assert [draft.id for draft in loaded.drafts] == ["a"]
    assert loaded.problems == ()


@pytest.mark.parametrize(
    "name",
    ["none", "file/below", "loop", "x" * 300, "nul\0byte"],
    ids=["missing", "below-a-file", "link-to-itself", "too-long", "nul"],
)
def test_a_folder_that_does_not_exist(tmp_path: Path, name: str) -> None:
    """A folder that is not there, for whatever reason, is refused with what to set."""
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    folder = tmp_path / name

    with pytest.raises(CorpusError) as error:
        load_folder(folder)

    assert str(error.value) == (
        f"The folder of the cases must exist: {str(folder)!r}; set KB_CASES."
    )


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    """A cycle of links ends: each link to a folder is a problem, and nothing is read twice."""
    _load(tmp_path, "---\na: 1\n---\nB", "norway/a.md")
    folder = tmp_path / "cases"
    (folder / "norway" / "up").symlink_to(folder)
    (folder / "norway" / "here").symlink_to(folder / "norway")
    (folder / "sweden").symlink_to(folder / "norway")
    loaded = load_folder(folder)

    assert [draft.id for draft in loaded.drafts] == ["norway/a"]
    assert [(problem.path, problem.message) for problem in loaded.problems] == [
        (str(folder / name), "is a link to a folder; put the folder itself here.")
        for name in ("norway/here", "norway/up", "sweden")
    ]


def test_links_to_files(tmp_path: Path) -> None:
    """A link to a file is read as that file; one that leads nowhere is told with the reason."""
    _load(tmp_path, "---\na: 1\n---\nB", "a.md")
    folder = tmp_path / "cases"
    (folder / "b.md").symlink_to("a.md")
    (folder / "c.md").symlink_to("none.md")
    (folder / "d.md").symlink_to("d.md")
    loaded = load_folder(folder)

    assert [draft.id for draft in loaded.drafts] == ["a", "b"]
    assert [plain(problem) for problem in loaded.problems] == [
        f"{folder / 'c.md'}:1: the file cannot be read: No such file or directory.",
        f"{folder / 'd.md'}:1: the file cannot be read: Too many levels of symbolic links.",
    ]


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_never_ends_is_not_read(tmp_path: Path, kind: str) -> None:
    """A pipe or a device in place of a file is told, and reading it does not wait for ever."""
    path = tmp_path / "cases" / "a.md"
    path.parent.mkdir()
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")

    assert load_folder(path.parent) == Loaded(
        drafts=(), problems=(Problem(path=str(path), line=1, message="must be a plain file."),)
    )


_AS_NOBODY = """
import codecs, os, sys
from pathlib import Path
from kb.content.load import load_folder
from kb.errors import CorpusError
codecs.lookup("utf-8-sig")  # where Python is installed may be closed to others as well
if os.geteuid() == 0:
    os.setuid(65534)
try:
    loaded = load_folder(Path(sys.argv[1]))
except CorpusError as err:
    print(err)
else:
    print(*(draft.id for draft in loaded.drafts), *loaded.problems, sep="\\n")
"""


@pytest.mark.parametrize(
    ("closed", "folder", "lines"),
    [
        pytest.param(
            "cases/norway",
            "cases",
            ["a", "cases/norway:1: the folder cannot be opened: Permission denied."],
            id="folder-inside",
        ),
        pytest.param(
            "cases/norway/b.md",
            "cases",
            ["a", "cases/norway/b.md:1: the file cannot be read: Permission denied."],
            id="file",
        ),
        pytest.param(
            "cases",
            "cases",
            ["cases:1: the folder cannot be opened: Permission denied."],
            id="folder-itself",
        ),
        pytest.param(
            "cases",
            "cases/norway",
            ["The folder of the cases must exist: 'cases/norway'; set KB_CASES."],
            id="folder-out-of-reach",
        ),
    ],
)
def test_what_may_not_be_read_is_told(
    tmp_path: Path, closed: str, folder: str, lines: list[str]
) -> None:
    """A folder or a file without permission is a problem; the rest is read."""
    for name in ("a.md", "norway/b.md"):
        _load(tmp_path, "---\na: 1\n---\nB", name)
    tmp_path.chmod(0o755)
    (tmp_path / closed).chmod(0)
    try:
        told = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, folder],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        (tmp_path / closed).chmod(0o755)

    said = plain(told.stdout.rstrip("\n")).splitlines()
    assert (told.stderr, said) == ("", lines)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("---\ntitle: Five \u202erekab\n---\n\nx", [(2, "title", "title", "U+202E")]),
        ('---\ntitle: "Five \\u202Erekab"\n---\n\nx', [(2, "title", "title", "U+202E")]),
        (
            "---\nresults:\n  - {unit: a\u2066}\n---\n\nOne.\n\nTwo \u2069three.",
            [(3, "results[1].unit", "results[1].unit", "U+2066"), (8, "", "the text", "U+2069")],
        ),
        ("---\ntitle: \u05d7\u05de\u05e9\u05d4 \u200fx\n---\n\n\u2028\u2060\\u202 and \u20ac.", []),
    ],
)
def test_a_sign_that_turns_the_direction_is_refused(
    text: str, told: list[tuple[int, str, str, str]]
) -> None:
    """Where it stands, in a value or in the text, as a sign or as YAML writes one."""
    draft, problems = load_file(CaseFile(id="norway/x", path="x.md"), text.encode())

    assert draft is not None
    assert [(one.line, one.field, one.message, one.rule) for one in problems] == [
        (
            line,
            field,
            f"{what} must hold no sign that turns the direction of reading, and holds {sign}; "
            "take it out, it cannot be seen.",
            "direction-turned",
        )
        for line, field, what, sign in told
    ]
