"""The files of packs and of the course: what they may hold, and the real ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from kb.content.bibliography import load_bibliography
from kb.content.collections import frame_within
from kb.content.corpus import read_corpus
from kb.content.json_schema import schema_of
from kb.content.known import Known
from kb.content.packs import (
    CourseFields,
    PackFields,
    TeachingNoteFields,
    read_course,
    read_packs,
    read_readers_pack,
)
from kb.content.part import whole
from kb.content.taxonomy import load_taxonomy
from kb.content.yaml_source import read_yaml
from kb.indexing.pipeline import build
from kb.model.packs import (
    ClassQuestion,
    Course,
    Fieldwork,
    Pack,
    PackItem,
    PlanStep,
    TeachingNote,
    Week,
)
from kb.snapshots.format import open_snapshot
from tests.plain import plain
from tests.toy import ROOT, copy_toy_corpus, settings_of_toy

CASES = ROOT / "cases"
TAXONOMY = load_taxonomy(CASES / "taxonomy.yaml")
KNOWN = Known(
    taxonomy=TAXONOMY,
    guides={"norway/a": False, "norway/b": False, "guides/g": True},
    sources=(),
)

PACK = """\
title: Why firms cooperate
introduction: |
  What *binds* [firms](../norway/a.md)?

  - one
  - two
items:
  - case: norway/a
    note: Six printers.
  - case: guides/g@0123456789ab
"""
SESSION = """\
teaching:
  session: 3
  level: [Undergraduate, executive]
  minutes: 75
  objectives: [Say why.]
  read_first: [guides/g]
  plan:
    - {minutes: 15, do: List what is shared.}
    - {minutes: 60, do: Discuss.}
  questions:
    - question: Who could have left?
      answer: |
        No one.

        It was paid.
      topic: trust
  use: For the third week.
"""
NOTE = TeachingNote(
    session=3,
    level=("undergraduate", "executive"),
    minutes=75,
    objectives=("Say why.",),
    read_first=("guides/g",),
    plan=(PlanStep(minutes=15, do="List what is shared."), PlanStep(minutes=60, do="Discuss.")),
    questions=(
        ClassQuestion(
            question="Who could have left?", answer="No one.\n\nIt was paid.", topic="trust"
        ),
    ),
    use="For the third week.",
)
READ = Pack(
    id="why",
    title="Why firms cooperate",
    introduction="What *binds* [firms](../norway/a.md)?\n\n- one\n- two",
    items=(
        PackItem(case="norway/a", note="Six printers."),
        PackItem(case="guides/g", version="0123456789ab"),
    ),
    teaching=NOTE,
)


def read(folder: Path, text: str, name: str = "why"):
    """What is read of one pack, and line and message of each problem."""
    packs = folder / "packs"
    packs.mkdir(exist_ok=True)
    (packs / f"{name}.yaml").write_text(text)
    found, problems = read_packs(packs, KNOWN)
    return found, [(one.line, one.message) for one in problems]


def test_a_session_is_read_whole(tmp_path):
    """Every field arrives; levels are canonical; Markdown keeps its paragraphs."""
    assert read(tmp_path, PACK + SESSION) == ((READ,), [])


def test_a_pack_needs_no_teaching_note(tmp_path):
    """Then it is a reading list and no session."""
    (pack,), problems = read(tmp_path, PACK)

    assert (pack.teaching, problems) == (None, [])


def test_packs_stand_by_their_sessions(tmp_path):
    """First those with a number, in its order, then the others by id; no folder, no pack."""
    assert read_packs(tmp_path / "packs", KNOWN) == ((), [])
    for name, session in (("a", ""), ("b", "session: 2"), ("c", "session: 1"), ("d", "")):
        text = PACK.replace("Why", name) + SESSION.replace("session: 3", session)
        read(tmp_path, text, name)

    packs, problems = read_packs(tmp_path / "packs", KNOWN)

    assert ([one.id for one in packs], problems) == (["c", "b", "a", "d"], [])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "norway/a\n", "norway/aa\n",
            [(8, "items[1].case must name an id that exists, not 'norway/aa'; nearest: norway/a, "
              "norway/b.")],
            id="no such case",
        ),
        pytest.param(
            "@0123456789ab", "@0123",
            [(10, "items[2].case must be an id, with a version if you like (norway/graphic-arts or "
              "norway/graphic-arts@0123456789ab), not 'guides/g@0123'.")],
            id="no version",
        ),
        pytest.param(
            "guides/g@0123456789ab", "norway/a@0123456789ab",
            [(10, "items[2].case is 'norway/a' again; once is enough.")],
            id="twice",
        ),
        pytest.param(
            "Six printers.", "<b>Six</b>",
            [(9, "items[1].note must be plain Markdown: raw HTML is not allowed: '<b>'; write "
              "Markdown.")],
            id="html",
        ),
        pytest.param(
            "- one", "## One",
            [(2, "introduction must hold no heading; write paragraphs and lists.")],
            id="heading",
        ),
        pytest.param(
            "../norway/a.md", "../norway/x.md",
            [(2, "introduction must lead somewhere: the link '../norway/x.md' must lead to a case "
              "that exists; nearest: norway/b, norway/a.")],
            id="link",
        ),
        pytest.param(
            "../norway/a.md", "javascript:x",
            [(2, "introduction must be plain Markdown: a link must lead to another case "
              "('../guides/trends.md') or a web address, not 'javascript:x'.")],
            id="script",
        ),
        pytest.param(
            "minutes: 15", "minutes: 20",
            [(17, "teaching.plan must add up to the 75 minutes of the session, not 80.")],
            id="plan",
        ),
        pytest.param(
            "minutes: 75", "minutes: 3",
            [(14, "teaching.minutes must be a whole number of at least 5, not 3.")],
            id="short",
        ),
        pytest.param(
            "executive]", "doctoral]",
            [(13, "teaching.level[2] must be in the vocabulary, not 'doctoral': Allowed are "
              "undergraduate, graduate, executive.")],
            id="level",
        ),
        pytest.param(
            "read_first: [guides/g]", "read_first: [norway/a]",
            [(16, "teaching.read_first[1] must name a guide, not 'norway/a'.")],
            id="no guide",
        ),
        pytest.param(
            "      topic: trust\n", "",
            [(21, "teaching.questions[1].topic must be given; add a line such as 'topic: trust'.")],
            id="no topic",
        ),
        pytest.param(
            "title: Why", "titel: Why",
            [(1, "title must be given; add a line such as 'title: Why firms cooperate'."),
             (1, "titel is not a field of a pack: did you mean 'title'? Fields are title, "
              "introduction, items, teaching.")],
            id="field",
        ),
        pytest.param(
            "Six printers.", "x" * 2001,
            [(9, "items[1].note must be at most 2000 characters, not 2001; shorten it.")],
            id="long note",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(tmp_path, old: str, new: str, expected: list):
    """Each mistake gives its line, the field, what is allowed, and what to do."""
    text = PACK + SESSION
    assert old in text

    assert read(tmp_path, text.replace(old, new, 1)) == ((), expected)


def test_a_pack_holds_a_hundred_items_at_most(tmp_path):
    """And at least one."""
    head = "title: Many\nitems:"

    assert read(tmp_path, head + "\n  - case: norway/a" * 101)[1][0] == (
        2,
        "items must be at most 100, not 101; make two packs.",
    )
    assert read(tmp_path, f"{head} []\n") == ((), [(2, "items must hold at least one.")])


def test_what_two_packs_may_not_share(tmp_path):
    """The title and the place in the course; the name of a file is an id."""
    read(tmp_path, PACK + SESSION, "first")
    first = tmp_path / "packs" / "first.yaml"

    _, problems = read(tmp_path, PACK + SESSION, "second")

    assert problems == [
        (12, f"teaching.session must be that of no other pack; {first} has 3 too."),
        (1, f"title must be unique; {first} has the same."),
    ]
    assert read(tmp_path, PACK, "Third one")[1][0] == (
        1,
        "the name of the file must be lower case letters, digits and hyphens, not 'Third one'.",
    )


COURSE = """\
title: Firms together
introduction: Two weeks.
weeks:
  - pack: why
    note: Begin.
  - fieldwork: {title: Out, text: Interview two.}
"""


def read_the_course(folder: Path, text: str, packs: tuple[Pack, ...] = (READ,)):
    """The course, and line and message of each problem."""
    path = folder / "course.yaml"
    path.write_text(text)
    course, problems = read_course(path, packs, KNOWN)
    return course, [(one.line, one.message) for one in problems]


def test_a_course_is_read(tmp_path):
    """Sessions and fieldwork in their order; without the file there is none."""
    assert read_course(tmp_path / "course.yaml", (READ,), KNOWN) == (None, [])
    assert read_the_course(tmp_path, COURSE) == (
        Course(
            title="Firms together",
            introduction="Two weeks.",
            weeks=(
                Week(pack="why", note="Begin."),
                Week(fieldwork=Fieldwork(title="Out", text="Interview two.")),
            ),
        ),
        [],
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "pack: why\n", "pack: wy\n",
            [(4, "weeks[1].pack must name a pack, not 'wy'; nearest: why.")], id="no pack",
        ),
        pytest.param(
            "fieldwork: {title: Out, text: Interview two.}", "pack: plain",
            [(6, "weeks[2].pack must name a pack with 'teaching:'; 'plain' has none.")],
            id="no session",
        ),
        pytest.param(
            "fieldwork: {title: Out, text: Interview two.}", "pack: early",
            [(6, "weeks[2].pack is session 2 and stands after session 3; put the weeks in that "
              "order, or change 'session'.")],
            id="order",
        ),
        pytest.param(
            "fieldwork: {title: Out, text: Interview two.}", "pack: why",
            [(6, "weeks[2].pack is 'why' again; once is enough.")], id="twice",
        ),
        pytest.param(
            "    note: Begin.", "    fieldwork: {title: Out, text: Go.}",
            [(4, "weeks[1] must give 'pack', the id of a session, or 'fieldwork', and not both.")],
            id="both",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_course_is_told(tmp_path, old: str, new: str, expected: list):
    """Weeks name sessions that exist, in the order of their numbers, each once."""
    assert old in COURSE
    early = Pack(id="early", title="E", items=READ.items, teaching=_numbered(2))
    plain = Pack(id="plain", title="P", items=READ.items)

    found = read_the_course(tmp_path, COURSE.replace(old, new, 1), (READ, early, plain))

    assert found == (None, expected)


def _numbered(session: int) -> TeachingNote:
    return TeachingNote(
        session=session, level=(), minutes=60, objectives=("x",), questions=NOTE.questions
    )


def test_a_readers_file_need_not_be_finished():
    """Documents need not exist, a version may stand alone, and a teaching note is left aside."""
    text = (
        "items:\n  - case: no/where@0123456789ab\n  - case: '@ba9876543210'\n    note: <b>x</b>\n"
    )

    pack, problems = read_readers_pack((text + SESSION).encode())

    assert problems == []
    assert pack == Pack(
        items=(
            PackItem(case="no/where", version="0123456789ab"),
            PackItem(version="ba9876543210", note="<b>x</b>"),
        )
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            b"\xff",
            "pack.yaml:1: the file must be UTF-8; byte 0xff is not. Save the file as UTF-8.",
            id="no text",
        ),
        pytest.param(
            b"- a",
            "pack.yaml:1: a reading list must be fields with names, 'title', 'items' and so on, "
            "not a list.",
            id="list",
        ),
        pytest.param(
            b"title: !!python/object:os.system x",
            "pack.yaml:1: the file has a tag that is not allowed: "
            "tag:yaml.org,2002:python/object:os.system.",
            id="object",
        ),
        pytest.param(
            b"items:\n - case: ../../etc/passwd",
            "pack.yaml:2: items[1].case must be an id, with a version if you like "
            "(norway/graphic-arts or norway/graphic-arts@0123456789ab), not '../../etc/passwd'.",
            id="path",
        ),
        pytest.param(
            b"items:\n" + b"- {case: a/b}\n" * 20_000 + b"\t",
            "pack.yaml:1667: the file has more than 5,000 values; shorten it.",
            id="values",
        ),
        pytest.param(
            b"# " + b"x" * 300_000,
            "pack.yaml:1: the file has more than 300,000 characters; shorten it.",
            id="characters",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_readers_file_is_told(data: bytes, expected: str):
    """With its line, as everywhere; nothing is built from what it says."""
    pack, problems = read_readers_pack(data)

    assert (pack, [plain(one) for one in problems]) == (None, [expected])


@pytest.fixture(name="with_packs")
def _with_packs(tmp_path: Path) -> Path:
    """A toy compendium with one session, one reading list and a course."""
    cases = copy_toy_corpus(tmp_path / "cases")
    (cases / "packs").mkdir()
    text = PACK.replace("norway/a", "norway/metal-buyers").replace(
        "guides/g", "guides/purchase-guide"
    )
    note = SESSION.replace("guides/g", "guides/purchase-guide")
    (cases / "packs" / "why.yaml").write_text(text + note)
    (cases / "packs" / "list.yaml").write_text(
        "title: A list\nitems: [{case: france/wine-exporters}]\n"
    )
    (cases / "course.yaml").write_text(COURSE)
    return cases


def test_packs_travel_with_a_snapshot(with_packs, tmp_path, tiny_encoder):
    """What was read is what is opened; a case knows its sessions, and lists are none."""
    settings = settings_of_toy(with_packs, tmp_path / "index", tiny_encoder)
    corpus = read_corpus(with_packs)
    assert corpus.problems == ()

    built = build(settings)

    opened = open_snapshot(settings.index / built.snapshot_id).content.compendium
    assert opened.packs == corpus.compendium.packs
    assert opened.course == corpus.compendium.course
    assert [one.id for one in opened.packs] == ["why", "list"]
    assert {name: [one.id for one in packs] for name, packs in opened.sessions_of.items()} == {
        "norway/metal-buyers": ["why"],
        "guides/purchase-guide": ["why"],
    }


def test_a_problem_in_a_pack_is_one_of_the_compendium(with_packs):
    """``kb check`` reads the folder and the course too, and other files do not belong there."""
    (with_packs / "packs" / "list.yaml").write_text("title: A list\n")
    (with_packs / "packs" / "notes.txt").write_text("x")
    (with_packs / "course.yaml").write_text("title: C\nweeks: [{pack: list}]\n")

    problems = read_corpus(with_packs).problems

    assert [(Path(one.path).name, one.message.split(";")[0]) for one in problems] == [
        ("course.yaml", "weeks[1].pack must name a pack, not 'list'."),
        ("list.yaml", "items must be given"),
        ("notes.txt", "does not belong here: a case is a Markdown file ending in .md."),
    ]


def test_a_collection_keeps_what_it_holds(with_packs):
    """Items, links and weeks that lead out of it are left out, and packs without items."""
    corpus = read_corpus(with_packs)
    kept = [one for one in corpus.documents if one.id == "guides/purchase-guide"]

    frame = frame_within(whole(corpus).frame, kept)

    assert [(one.id, one.case_ids) for one in frame.packs] == [("why", ("guides/purchase-guide",))]
    assert frame.packs[0].introduction == "What *binds* firms?\n\n- one\n- two"
    assert frame.course is not None
    assert [week.pack for week in frame.course.weeks] == ["why", ""]
    assert frame_within(whole(corpus).frame, ()).course is None


def test_the_schemas_describe_what_is_read(tmp_path):
    """What is read fits, what is refused by its shape does not, and every example is right."""
    references = load_bibliography(CASES / "sources.bib")
    pack = Draft202012Validator(schema_of("pack", TAXONOMY, references))
    course = Draft202012Validator(schema_of("course", TAXONOMY, references))

    assert pack.is_valid(read_yaml(PACK + SESSION).value)
    assert course.is_valid(read_yaml(COURSE).value)
    assert not pack.is_valid(read_yaml(PACK.replace("title", "titel")).value)
    assert not pack.is_valid(read_yaml(PACK + SESSION.replace("executive", "doctoral")).value)
    assert not course.is_valid({"title": "x", "weeks": []})
    for name, record in {**_records(pack.schema), **_records(course.schema)}.items():
        for field, schema in record["properties"].items():
            assert schema.get("description"), (name, field)
            for example in schema.get("examples", ()):
                defined = {**pack.schema["$defs"], **course.schema["$defs"]}
                assert Draft202012Validator({"$defs": defined, **schema}).is_valid(example)


def _records(schema: dict) -> dict:
    named = {name: one for name, one in schema["$defs"].items() if "properties" in one}
    return {schema["title"]: schema, **named}


def test_the_command_prints_each_schema():
    """``kb schema --of pack``: JSON on stdout."""
    done = subprocess.run(
        [sys.executable, "-m", "web", "schema", "--of", "pack"],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert '"title": "A pack"' in done.stdout


@pytest.mark.parametrize(
    ("heading", "record"),
    [
        ("A pack", PackFields),
        ("A teaching note", TeachingNoteFields),
        ("The course", CourseFields),
    ],
)
def test_the_document_names_every_field(heading: str, record: type):
    """Those that are required as such, in the order of the records."""
    text = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("| `")
    ]

    assert [(row[0].strip("`"), row[1] == "yes") for row in rows] == [
        (name, name in record.required()) for name in record.names()
    ]
