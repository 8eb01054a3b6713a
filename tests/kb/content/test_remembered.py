"""What is remembered of earlier readings, or read in several processes, is what is read anew."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import fields, replace
from multiprocessing.sharedctypes import RawValue
from pathlib import Path

import pytest

from kb.content import remembered, side_by_side
from kb.content.case_json import packed, unpacked
from kb.content.corpus import Corpus, read_corpus
from kb.content.load import CaseFile
from kb.content.readings import _Documents
from kb.content.remembered import FOLDER, MOST_FOLDERS
from kb.errors import CorpusError, TaxonomyError
from kb.model.cases import (
    Case,
    Change,
    Contradiction,
    Converted,
    ReadingPlace,
    Result,
    Verified,
    Withdrawal,
)
from tests.toy import ROOT, TOY_COLLECTIONS, copy_toy_corpus

BROKEN = ROOT / "tests" / "broken"


@pytest.fixture(name="index")
def _index(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    return folder


def everything(corpus: Corpus) -> tuple[object, ...]:
    """All that a reading says; as text too, in which 1 and 1.0 and a list and a tuple differ."""
    compendium = corpus.compendium
    return (corpus.problems, corpus.files, compendium, repr(compendium.cases))


def outcome(folder: Path, **how: object) -> tuple[object, ...]:
    """What comes of a reading, be it an error."""
    try:
        return everything(read_corpus(folder, **how))
    except (CorpusError, TaxonomyError) as err:
        return (type(err), str(err))


def read_now(folder: Path, index: Path, **how: object) -> int:
    """How many files a reading really reads; it is compared with one that remembers nothing."""
    told: list[tuple[int, int]] = []
    corpus = read_corpus(folder, index=index, tell=lambda *numbers: told.append(numbers), **how)
    assert everything(corpus) == everything(read_corpus(folder))
    return sum(files for done, files in told if done == files)


# --- changes of all kinds, one after the other -----------------------------------------------


def _any_case(cases: Path, rng: random.Random) -> Path:
    return rng.choice(sorted(path for path in cases.rglob("*/*.md")))


def _put(path: Path, old: str, new: str) -> None:
    if path.is_file():
        path.write_text(path.read_text().replace(old, new, 1))


def _edit(cases: Path, rng: random.Random) -> None:
    field = rng.choice(
        [
            "title: Same title\n",
            "region: 1.10\n",
            "related: [norway/metal-buyers, nowhere/at-all]\n",
            "related: [norway/metal-buyers, guides/purchase-guide]\n",
            "sources: [{key: doe-2001, locator: p. 2}, {key: new-2020, locator: p. 1}]\n",
            "country: Norwegia\n",
            "country: [NO, Sweden]\n",
            "colour: [red\n",
            "reading: {part: what-and-why, place: 1}\n",
            "period: {from: 1985, to: 2003}\n",
            "type: horizontal network\n",
            "kind: guide\n",
            "",
        ]
    )
    path = _any_case(cases, rng)
    text = path.read_text()
    name = field.partition(":")[0]
    lines = [line for line in text.splitlines(keepends=True) if line.partition(":")[0] != name]
    path.write_text("".join(lines).replace("---\n", f"---\n{field}", 1))


def _link(cases: Path, rng: random.Random) -> None:
    target = rng.choice(["../norway/metal-buyers.md", "../norway/metal-buyer.md", "../x/y.md"])
    path = _any_case(cases, rng)
    path.write_text(f"{path.read_text()}\nAs in [another case]({target}).\n")


def _remove(cases: Path, rng: random.Random) -> None:
    _any_case(cases, rng).unlink()


def _rename(cases: Path, rng: random.Random) -> None:
    path = _any_case(cases, rng)
    path.rename(path.with_name(f"{rng.choice(['renamed', 'Upper', path.stem])}.md"))


def _add(cases: Path, rng: random.Random) -> None:
    path = _any_case(cases, rng)
    (cases / "added").mkdir(exist_ok=True)
    (cases / "added" / f"case-{rng.randrange(3)}.md").write_text(path.read_text())


def _restore(cases: Path, rng: random.Random) -> None:
    """Everything as it was in the beginning, but for what was added."""
    shutil.copytree(ROOT / "tests" / "corpus", cases, dirs_exist_ok=True)
    shutil.copy(ROOT / "cases" / "taxonomy.yaml", cases)


def _vocabulary(cases: Path, rng: random.Random) -> None:
    path = cases / "taxonomy.yaml"
    changes = [
        ("role: guide", "role: ''"),
        (", role: guide", ""),
        ("aliases: [horizontal network", "aliases: [flat network"),
        ("label: Norway", "label: Norge"),
        ("- {id: horizontal", "- {id: flat"),
    ]
    _put(path, *rng.choice(changes))


def _sources(cases: Path, rng: random.Random) -> None:
    path = cases / "sources.bib"
    changes = [
        ("@", "@book{new-2020, title={New}, author={A. New}, year={2020}}\n\n@"),
        ("year = {2001}", "year = {no date}"),
        ("doe-2001", "doe-2002"),
        ("title", "titel"),
        ("{", ""),
    ]
    _put(path, *rng.choice(changes))


def _collections(cases: Path, rng: random.Random) -> None:
    text = rng.choice(
        [TOY_COLLECTIONS, TOY_COLLECTIONS.replace("the_rest", "before: 2005, the_rest")]
    )
    (cases / "collections.yaml").write_text(text)


CHANGES = [
    *(_edit, _edit, _edit, _edit, _link, _remove, _rename, _add, _restore),
    *(_vocabulary, _sources, _sources, _collections),
]


@pytest.mark.parametrize("seed", range(6))
def test_what_is_remembered_changes_no_answer(tmp_path: Path, index: Path, seed: int) -> None:
    """After any change of cases, vocabulary, sources or collections, the answer is as without."""
    cases, rng = copy_toy_corpus(tmp_path / "cases"), random.Random(seed)
    for _ in range(12):
        rng.choice(CHANGES)(cases, rng)
        if not any(cases.rglob("*/*.md")):
            _restore(cases, rng)

        assert outcome(cases, index=index) == outcome(cases)


def test_broken_cases_are_remembered_with_what_is_wrong(tmp_path: Path, index: Path) -> None:
    """So are files with problems, under any spelling of their folder; none is read twice."""
    shutil.copytree(BROKEN, tmp_path / "broken")
    n_files = len(list(BROKEN.rglob("*.md")))
    elsewhere = tmp_path / "x" / ".." / "broken"
    (tmp_path / "x").mkdir()

    assert read_now(tmp_path / "broken", index) >= n_files
    assert read_now(tmp_path / "broken", index) == 0
    assert read_now(elsewhere, index) == 0


# --- what is read again, and what is not -----------------------------------------------------


def test_only_what_changed_is_read(toy_cases: Path, index: Path) -> None:
    """An edit reads one file, an addition one, and a removal those that name what is gone."""
    buyers = toy_cases / "norway" / "metal-buyers.md"
    counts = [read_now(toy_cases, index), read_now(toy_cases, index)]
    buyers.write_text(buyers.read_text().replace("\ntitle: ", "\nregion: Oslo\ntitle: ", 1))
    counts.append(read_now(toy_cases, index))
    (toy_cases / "norway" / "more.md").write_text(
        buyers.read_text().replace("\ntitle: ", "\ntitle: More of ", 1)
    )
    counts.append(read_now(toy_cases, index))
    (toy_cases / "norway" / "more.md").unlink()
    counts.append(read_now(toy_cases, index))

    assert counts == [7, 0, 1, 1, 0]


def test_a_file_is_known_by_its_bytes(toy_cases: Path, index: Path) -> None:
    """A new date on an old text reads nothing; an old date on a new text of one length does."""
    path = toy_cases / "norway" / "metal-buyers.md"
    read_corpus(toy_cases, index=index)
    os.utime(path, (1, 1))
    touched = read_now(toy_cases, index)
    text = path.read_text()
    path.write_text(text.replace("metal", "mETAL", 1) if "metal" in text else text.upper())
    os.utime(path, (1, 1))

    assert (touched, read_now(toy_cases, index)) == (0, 1)


@pytest.fixture(name="opened")
def _opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the cases whose bytes are asked for by this process, in their order."""
    asked: list[str] = []
    really = CaseFile.bytes

    def noted(file: CaseFile) -> bytes:
        asked.append(file.id)
        return really(file)

    monkeypatch.setattr(CaseFile, "bytes", noted)
    return asked


def test_a_file_that_stands_as_before_is_not_opened(
    toy_cases: Path, index: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has other times, another inode or another size is, and then not any more."""
    monkeypatch.setattr("kb.content.corpus.JUST_NOW", -(10**12))
    path = toy_cases / "norway" / "metal-buyers.md"
    first = everything(read_corpus(toy_cases, index=index))
    found = []

    def read() -> list[str]:
        opened.clear()
        assert everything(read_corpus(toy_cases, index=index)) == first
        return [one for one in opened if one != "guides/purchase-guide"]  # a link names its part

    found.append(read())
    os.utime(path, (1, 1))
    found += [read(), read()]
    copy = path.with_suffix(".new")
    shutil.copy2(path, copy)
    copy.replace(path)
    found += [read(), read()]

    assert found == [[], ["norway/metal-buyers"], [], ["norway/metal-buyers"], []]


def test_a_time_that_was_set_back_hides_no_change(
    toy_cases: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two texts of one length and one date, the second is read: the inode has changed since."""
    monkeypatch.setattr("kb.content.corpus.JUST_NOW", -(10**12))
    path = toy_cases / "norway" / "metal-buyers.md"
    before = path.stat()
    read_corpus(toy_cases, index=index)
    text = path.read_text()
    path.write_text(text.replace("\ntitle: ", "\ntitel: ", 1))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()

    assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    assert sorted(one.rule for one in read_corpus(toy_cases, index=index).problems) == [
        "missing-field",
        "unknown-field",
    ]


def test_a_file_that_was_just_written_is_read_again(
    toy_cases: Path, index: Path, opened: list[str]
) -> None:
    """It may be written once more within a step of the clock, which nothing would tell."""
    read_corpus(toy_cases, index=index)
    opened.clear()
    read_corpus(toy_cases, index=index)

    assert len(set(opened)) == 7


def test_what_names_a_case_is_read_again_when_it_goes(toy_cases: Path, index: Path) -> None:
    """A case that stays as it is has a problem when the one that it names goes, and none after."""
    path, other = toy_cases / "norway" / "metal-buyers.md", toy_cases / "spain" / "gone.md"
    other.write_text(path.read_text().replace("\ntitle: ", "\ntitle: Other than ", 1))
    path.write_text(f"{path.read_text()}\nSee [the other](../spain/gone.md).\n")
    text = other.read_text()
    counts = [read_now(toy_cases, index)]
    other.unlink()
    counts.append(read_now(toy_cases, index))
    problems = read_corpus(toy_cases, index=index).problems
    other.write_text(text)
    counts.append(read_now(toy_cases, index))

    assert counts == [8, 1, 2]
    assert [problem.message.partition(" must")[0] for problem in problems] == [
        "the link '../spain/gone.md'"
    ]


def test_all_is_read_anew_by_other_rules(
    toy_cases: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another version of the rules or of a library found is not believed."""
    counts = [read_now(toy_cases, index)]
    monkeypatch.setattr(remembered, "rules_version", lambda: "others")
    counts += [read_now(toy_cases, index), read_now(toy_cases, index)]

    assert counts == [7, 7, 0]


def test_the_rules_are_their_code_and_libraries() -> None:
    """A version is that of every wing that the readers of content import, and every library."""
    assert remembered.WINGS == ("kb.content", "kb.model", "kb.text")
    assert len(remembered.rules_version()) == 64


def test_another_vocabulary_reads_all_anew(toy_cases: Path, index: Path) -> None:
    """A term more may mend or break any file."""
    read_corpus(toy_cases, index=index)
    _put(toy_cases / "taxonomy.yaml", "aliases: [", "aliases: [something else, ")

    assert read_now(toy_cases, index) == 7


def test_a_source_more_reads_nothing_anew(toy_cases: Path, index: Path) -> None:
    """What cites other sources stays as it was; what cites one that goes does not."""
    path = toy_cases / "sources.bib"
    read_corpus(toy_cases, index=index)
    text = path.read_text()
    path.write_text(f"{text}\n@book{{new-2020, title={{New}}, author={{N. Ew}}, year={{2020}}}}\n")
    more = read_now(toy_cases, index)
    path.write_text(text.replace("doe-2001", "doe-2002"))

    assert (more, read_now(toy_cases, index) > 0) == (0, True)


# --- where it is kept ------------------------------------------------------------------------


def the_file(index: Path) -> Path:
    """What keeps the readings of the one folder that was read."""
    (found,) = (index / FOLDER).glob("*.sqlite")
    return found


def _garbage(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for at in range(100, len(data), 97):
        data[at] ^= 1
    path.write_bytes(bytes(data))


def _foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as store:
        store.execute("CREATE TABLE readings (id INTEGER, other TEXT)")
    store.close()


def _other_values(path: Path) -> None:
    with sqlite3.connect(path) as store:
        store.execute("UPDATE readings SET value = '[1, 2]'")
        store.execute("UPDATE cases SET packed = 7, body = NULL")
        store.execute("UPDATE about SET value = 5")
    store.close()


@pytest.mark.parametrize(
    "harm",
    [_garbage, _truncated, _empty, _flipped, _foreign, _other_values],
    ids=lambda f: f.__name__,
)
def test_what_is_damaged_is_begun_anew(
    toy_cases: Path, index: Path, harm: Callable[[Path], None]
) -> None:
    """Damage costs a reading, never an answer, and the next run remembers again."""
    read_corpus(toy_cases, index=index)
    harm(the_file(index))
    counts = [read_now(toy_cases, index), read_now(toy_cases, index)]

    assert counts[0] > 0
    assert counts[1] == 0


def test_a_wrong_verdict_is_not_believed(toy_cases: Path, index: Path) -> None:
    """A row that was changed without its seal counts for nothing."""
    path = toy_cases / "norway" / "metal-buyers.md"
    path.write_text(path.read_text().replace("\ntitle: ", "\ntitel: ", 1))
    problems = read_corpus(toy_cases, index=index).problems
    with sqlite3.connect(the_file(index)) as store:
        rows = store.execute("SELECT id, value FROM readings").fetchall()
        for case_id, value in rows:
            values = json.loads(value)
            values[2] = []
            store.execute(
                "UPDATE readings SET value = ? WHERE id = ?", (json.dumps(values), case_id)
            )
    store.close()

    assert problems != ()
    assert read_corpus(toy_cases, index=index).problems == problems


def test_without_a_place_nothing_is_remembered(toy_cases: Path, tmp_path: Path) -> None:
    """No folder is made for it: an index is what a build makes. A file in its way does no harm."""
    missing, taken = tmp_path / "no-index", tmp_path / "index"
    taken.mkdir()
    (taken / FOLDER).touch()

    assert read_now(toy_cases, missing) == 7
    assert not missing.exists()
    assert (read_now(toy_cases, taken), read_now(toy_cases, taken)) == (7, 7)


def test_a_run_that_is_writing_is_not_waited_for_long(
    toy_cases: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another run holds the file, this one reads everything itself, and breaks nothing."""
    monkeypatch.setattr(remembered, "_PATIENCE", 0.05)
    read_corpus(toy_cases, index=index)
    other = sqlite3.connect(the_file(index), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    locked = read_now(toy_cases, index)
    other.execute("ROLLBACK")
    other.close()

    assert (locked, read_now(toy_cases, index)) == (7, 0)


def test_it_stays_bounded(tmp_path: Path, index: Path) -> None:
    """A few folders of cases are remembered, and of each only what is there."""
    for number in range(MOST_FOLDERS + 2):
        read_corpus(copy_toy_corpus(tmp_path / f"cases-{number}"), index=index)
    cases = tmp_path / f"cases-{MOST_FOLDERS + 1}"
    (cases / "norway" / "metal-buyers.md").unlink()
    kept = sorted((index / FOLDER).iterdir(), key=lambda path: path.stat().st_mtime)
    read_corpus(cases, index=index)
    with sqlite3.connect(kept[-1]) as store:
        counts = [
            store.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("readings", "cases")
        ]
    store.close()

    assert len(kept) == MOST_FOLDERS
    assert counts == [6, 6]


# --- what a reading gives --------------------------------------------------------------------


def test_cases_are_made_as_they_are_asked_for(toy_cases: Path, index: Path) -> None:
    """One by one, those of the documents that are named, as they are now."""
    before = {one.id: one.digest for one in read_corpus(toy_cases, index=index).documents}
    buyers = toy_cases / "norway" / "metal-buyers.md"
    (toy_cases / "norway" / "another.md").write_text(
        buyers.read_text().replace("\ntitle: ", "\ntitle: Another than ", 1)
    )
    buyers.write_text(f"{buyers.read_text()}\nMore.\n")
    (toy_cases / "spain" / "textile-training.md").unlink()
    corpus = read_corpus(toy_cases, index=index)
    chosen = [one for one in corpus.documents if before.get(one.id) != one.digest]

    assert [one.id for one in chosen] == ["norway/another", "norway/metal-buyers"]
    assert list(corpus.cases_of(chosen)) == [
        corpus.compendium.by_id["norway/another"],
        corpus.compendium.by_id["norway/metal-buyers"],
    ]
    assert "spain/textile-training" not in corpus.compendium.by_id


def test_a_case_that_nobody_kept_is_read_again(toy_cases: Path, index: Path) -> None:
    """So is one whose index was emptied between; if its file has changed, that is told."""
    read_corpus(toy_cases, index=index)
    first, second = (read_corpus(toy_cases, index=index) for _ in range(2))
    shutil.rmtree(index / FOLDER)
    path = toy_cases / "norway" / "metal-buyers.md"
    whole = everything(first)
    path.write_text(f"{path.read_text()}\nMore.\n")

    assert whole[3] == repr(first.compendium.cases)
    with pytest.raises(CorpusError, match=r"metal-buyers\.md has changed while it was read"):
        list(second.cases_of(second.documents))


def test_cases_travel_whole() -> None:
    """Every case of the compendium comes back equal in value, type and spelling."""
    cases = read_corpus(ROOT / "cases").compendium.cases
    back = [unpacked(packed(case), case.body, {}) for case in cases]

    assert back == list(cases)
    assert repr(back) == repr(list(cases))


def test_every_field_of_a_case_travels(toy_cases: Path) -> None:
    """A case in which every field and every field of a result is set comes back equal."""
    (case,) = (
        one for one in read_corpus(toy_cases).compendium.cases if one.id == "norway/metal-buyers"
    )
    result = Result(
        metric="m", level="l", direction="d", statement="s", source="k", locator="p. 1",
        low=1, high=2.0, before=0.5, unit="u", qualifier="about", before_qualifier="under",
        horizon="h", about="a", of=3, compared_with="c", merged=True, year=1999,
        converted=Converted(currency="EUR", low=1.5, high=2, year=1999, rate=8.1234),
        contradicted=Contradiction(source="o", locator="p. 2", says="x", why="y"),
    )  # fmt: skip
    full = replace(
        case,
        results=(result,),
        planned=("a",),
        related=("b/c",),
        questions=("q?",),
        role_model_for=("r",),
        answers=("a?",),
        our_reading=("type",),
        added="2026-11-22",
        region="1.10",
        reading=ReadingPlace(part="p", place=2),
        authors=("Doe, Jane",),
        aliases=("x/y",),
        withdrawn=Withdrawal(day="2026-11-23", reason="w"),
        verified=Verified(day="2026-11-24", source="s"),
        changes=(Change(day="2026-11-24", sentence="c"),),
        version="0" * 64,
    )
    unset = {field.name for field in fields(Case) if not getattr(full, field.name)}

    assert unset <= {"is_guide", "members", "period"}
    assert repr(unpacked(packed(full), full.body, {})) == repr(full)


def test_a_rule_on_one_file_cannot_ask_of_which_kind_another_is() -> None:
    """That is not known before all are read: such a rule must stand among those across files."""
    documents = _Documents("a/b", True, frozenset({"a/b", "c/d"}))

    assert documents["a/b"] is True
    with pytest.raises(NotImplementedError):
        documents["c/d"]
    with pytest.raises(NotImplementedError):
        documents.get("c/d")


# --- several processes -----------------------------------------------------------------------


@pytest.fixture(name="few_are_many")
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files are enough for several processes, and a batch is of two."""
    monkeypatch.setattr(side_by_side, "FEWEST", 2)
    monkeypatch.setattr(side_by_side, "BATCH", 2)


@pytest.mark.usefixtures("few_are_many")
def test_several_processes_say_the_same(toy_cases: Path, index: Path, tmp_path: Path) -> None:
    """In the same order, of good files and of broken ones, remembered or not."""
    shutil.copytree(BROKEN, tmp_path / "broken")
    for folder in (toy_cases, tmp_path / "broken"):
        assert outcome(folder, processes=2) == outcome(folder)
        assert outcome(folder, processes=2, index=index) == outcome(folder)
        assert outcome(folder, index=index) == outcome(folder)


def test_who_is_cut_off_goes_on_from_there(
    toy_cases: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read when Ctrl-C came need not be read again."""
    monkeypatch.setattr(side_by_side, "BATCH", 2)

    def interrupt(done: int, files: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_corpus(toy_cases, index=index, tell=interrupt)

    assert read_now(toy_cases, index) == 3


@pytest.mark.parametrize("n_sources", [0, 1000], ids=["little to tell", "more than a pipe holds"])
def test_a_script_without_a_guard_is_answered_too(
    n_sources: int, toy_cases: Path, tmp_path: Path
) -> None:
    """Where no process can be started, this one reads; a script need not know of it."""
    with (toy_cases / "sources.bib").open("a") as sources:
        for number in range(n_sources):
            key = f"{number}-of-very-many-sources-with-a-key-that-is-as-long-as-can-be-{number}"
            sources.write(f"@misc{{{key}, title = {{A}}, author = {{Doe, J}}, year = {{1998}}}}\n")
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from kb.content import side_by_side\n"
        "from kb.content.corpus import read_corpus\n"
        "side_by_side.FEWEST = 2\n"
        f"corpus = read_corpus(Path({str(toy_cases)!r}), processes=2)\n"
        "print(corpus.files, corpus.problems)\n"
    )
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert done.stdout == "7 ()\n"
    assert "freeze_support" in done.stderr  # Python's own words on what the script lacks
    assert "Files are read in one process, as several could not: A " in done.stderr


@pytest.mark.usefixtures("few_are_many")
def test_who_has_no_room_to_tell_the_others_reads(
    toy_cases: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What files are checked against follows the processes in a file; without one nobody waits."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))

    assert outcome(toy_cases, processes=2) == outcome(toy_cases)
    assert [record.getMessage().partition(": ")[0] for record in caplog.records] == [
        "Files are read in one process, as several could not"
    ]


def test_who_is_told_to_stop_reads_nothing_more(
    toy_cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is amid a batch leaves the rest of it where nobody wants it any more."""
    files, stop, read = sorted(toy_cases.rglob("*.md")), RawValue("b", 0), []

    def read_one(file: Path, _: object) -> Path:
        read.append(file)
        stop.value = len(read) == 2
        return file

    monkeypatch.setattr(side_by_side, "read_file", read_one)
    monkeypatch.setattr(side_by_side, "_told", lambda file: object())
    monkeypatch.setattr(side_by_side, "_stop", stop)

    assert side_by_side._read_batch(files, "told") == files[:2]
    assert side_by_side._read_batch(files, "told") == []


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_ctrl_c_ends_it_all(tmp_path: Path) -> None:
    """A check of many files ends at Ctrl-C with all its processes, and without a traceback."""
    cases = copy_toy_corpus(tmp_path / "cases")
    text = (cases / "norway" / "metal-buyers.md").read_text()
    for number in range(6000):
        (cases / "norway" / f"copy-{number}.md").write_text(f"{text}\n{number}\n")
    run = subprocess.Popen(
        [sys.executable, "-m", "kb.cli", "check", "--cases", str(cases), "--index", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    deadline = time.monotonic() + 300
    while len(_group(run.pid)) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    n_processes = len(_group(run.pid))
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=120)

    assert n_processes >= 3 or side_by_side.processes_here() == 1
    assert (run.returncode, out) == (1, "")
    assert err.strip() == "Aborted!"
    deadline = time.monotonic() + 120  # the last ones end when they notice that it has ended
    while _group(run.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _group(run.pid) == []


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_ctrl_c_waits_until_all_is_started_though_other_threads_run() -> None:
    """A process that is half started would tell a traceback: it would miss what it was to read."""
    ended = threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()
    started = []

    def start() -> None:
        with side_by_side._uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)  # the other thread is given it
            time.sleep(0.1)
            started.append("all")

    try:
        with pytest.raises(KeyboardInterrupt):
            start()
    finally:
        ended.set()
        other.join()

    assert started == ["all"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def _group(group: int) -> list[int]:
    """The processes of a group that have not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _, member, *_ = (entry / "stat").read_text().rpartition(")")[2].split()
            except (OSError, ValueError):
                continue
            if int(member) == group and state != "Z":
                found.append(int(entry.name))
    return found
