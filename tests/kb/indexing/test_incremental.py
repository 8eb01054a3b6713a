"""A build that makes only what changed gives the bytes of one that makes everything."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kb.content.files import COLLECTIONS_FILE, TAXONOMY_FILE
from kb.indexing import make as making
from kb.indexing import write as writing
from kb.indexing.pipeline import build
from kb.settings import Settings
from kb.snapshots.store import current_id
from tests.toy import TOY_COLLECTIONS
from tests.toy_packs import write_packs

CASE = """\
---
title: {title}
kind: network
country: {country}
type: public-private
project: [{project}]
sectors: [{sector}]
results:
  - metric: sales
    level: output
    direction: up
    value: {value}
    unit: percent
    statement: Sales rose by {value}%.
    locator: p. 1
status: {status}
period: {{from: {year}}}
summary: {summary}
sources:
  - {{key: {source}, locator: whole}}
{related}added: 2026-11-{day:02}
---

## Situation

{body}
"""
COUNTRIES = ("Spain", "NO", "Denmark", "France", "IT", "Portugal")
WORDS = ("wine", "metal", "textile", "export", "purchase", "train", "loom", "Québec", "oak")


class Content:
    """A toy compendium that chance edits; it stays without a problem."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.any = random.Random(seed)
        self.serial = 0
        self.own: list[str] = []
        for _ in range(4):
            self.add()

    def path(self, case_id: str) -> Path:
        """The file of a case."""
        return self.folder / f"{case_id}.md"

    def text(self, related: str = "") -> str:
        """A case of any words."""
        self.serial += 1
        some = self.any
        body = "\n\n".join(
            " ".join(some.choices(WORDS, k=some.randint(3, 200))) + "." for _ in range(3)
        )
        return CASE.format(
            title=f"Firms that {some.choice(WORDS)} number {self.serial}",
            country=some.choice(COUNTRIES),
            project=some.choice(["staff-training", "exporting", "joint-purchasing"]),
            sector=some.choice(["textiles-clothing", "metal-machinery"]),
            value=some.randint(1, 90),
            status=some.choice(["success", "mixed", "cautionary"]),
            year=some.randint(1970, 2020),
            summary=f"They {' '.join(some.choices(WORDS, k=4))} serial{self.serial}.",
            source=some.choice(["anon", "doe-2001"]),
            related=f"related: [{related}]\n" if related else "",
            day=some.randint(1, 28),
            body=body,
        )

    def add(self) -> None:
        """A new case anywhere in the order; some lead to another one of the toy's own."""
        folder = self.any.choice(["aaa", "denmark", "norway", "zzz"])
        case_id = f"{folder}/case-{self.any.randint(0, 10**6)}"
        self.path(case_id).parent.mkdir(exist_ok=True)
        self.path(case_id).write_text(self.text(self.any.choice(["", "norway/metal-buyers"])))
        self.own.append(case_id)

    def edit(self) -> None:
        """Another text of a case."""
        self.path(self.any.choice(self.own)).write_text(self.text())

    def touch(self) -> None:
        """Other bytes of a case that say the same."""
        path = self.path(self.any.choice(self.own))
        path.write_text(path.read_text() + "\n")

    def delete(self) -> None:
        """A case less."""
        if len(self.own) > 1:
            self.path(self.own.pop(self.any.randrange(len(self.own)))).unlink()

    def move(self) -> None:
        """The same text under another id."""
        case_id = self.own.pop(self.any.randrange(len(self.own)))
        self.own.append(f"zzz/moved-{self.any.randint(0, 10**6)}")
        self.path(self.own[-1]).parent.mkdir(exist_ok=True)
        self.path(case_id).rename(self.path(self.own[-1]))

    def swap(self) -> None:
        """Two cases trade their texts."""
        one, other = (self.path(self.any.choice(self.own)) for _ in range(2))
        first, second = one.read_text(), other.read_text()
        one.write_text(second)
        other.write_text(first)

    def relabel(self) -> None:
        """Another label in the vocabulary."""
        self.serial += 1
        path = self.folder / TAXONOMY_FILE
        lines = path.read_text().split("\n")
        at = self.any.choice([n for n, line in enumerate(lines) if "label: Staff train" in line])
        lines[at] = lines[at].replace(
            "label: Staff train", f"label: Staff train{self.serial} train"
        )
        path.write_text("\n".join(lines))

    def collect(self) -> None:
        """Collections, where there are none; none where there are."""
        path = self.folder / COLLECTIONS_FILE
        if path.exists():
            path.unlink()
        else:
            path.write_text(TOY_COLLECTIONS)

    def teach(self) -> None:
        """Sessions and a course, where there are none; none where there are."""
        if (self.folder / "packs").exists():
            shutil.rmtree(self.folder / "packs")
            (self.folder / "course.yaml").unlink()
        else:
            write_packs(self.folder)

    def source(self) -> None:
        """Another note on a source."""
        path = self.folder / "sources.bib"
        path.write_text(path.read_text().replace("title = {", "title = {The "))

    def change(self) -> list[str]:
        """From one to five changes of any kind; their names."""
        often = (self.add, self.edit, self.touch, self.delete, self.move, self.swap)
        kinds = (*often, *often, self.relabel, self.collect, self.teach, self.source)
        chosen = self.any.choices(kinds, k=self.any.randint(1, 5))
        for one in chosen:
            one()
        return [one.__name__ for one in chosen]


def files(settings: Settings) -> Mapping[str, bytes]:
    """What is served, file by file."""
    folder = settings.index / current_id(settings.index)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def assert_as_built_anew(settings: Settings, index: Path, collection: str = "") -> None:
    """What is served is byte for byte what a build into a new index makes of the content."""
    anew = replace(settings, index=index)
    build(anew, collection=collection, force=True)
    found, expected = files(settings), files(anew)
    assert found.keys() == expected.keys()
    assert [name for name, data in expected.items() if found[name] != data] == []


def walk(settings: Settings, tmp_path: Path, seed: int, rounds: int, collection: str = "") -> None:
    """Builds after changes of every kind, each compared with one that makes everything."""
    content = Content(settings.cases, seed)
    if collection:
        content.collect()
    build(settings, collection=collection)
    for number in range(rounds):
        content.change()
        if collection and not (settings.cases / COLLECTIONS_FILE).exists():
            content.collect()
        build(settings, collection=collection)

        assert_as_built_anew(settings, tmp_path / f"anew-{number}", collection)
        shutil.rmtree(tmp_path / f"anew-{number}")


@pytest.mark.parametrize("seed", range(3))
def test_any_changes_give_the_bytes_of_a_full_build(toy_settings, tmp_path, seed):
    """Edits, additions, deletions, moves, other labels, other collections, other sources."""
    walk(toy_settings, tmp_path, seed, rounds=4)


def test_so_it_is_with_a_collection(toy_settings, tmp_path):
    """A part of a compendium, whose cases lose their ways to all others."""
    walk(toy_settings, tmp_path, 7, rounds=3, collection="later")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 30))
def test_any_more_changes_give_the_bytes_of_a_full_build(toy_settings, tmp_path, seed):
    """The same over more of them."""
    walk(toy_settings, tmp_path, seed, rounds=8, collection="later" if seed % 4 == 0 else "")


@pytest.fixture(name="made_again")
def _made_again(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the cases that are made, as they come."""
    ids: list[str] = []
    made = making.passages_of

    def noted(case: object, *rest: object) -> object:
        ids.append(case.id)  # type: ignore[attr-defined]
        return made(case, *rest)

    monkeypatch.setattr(making, "passages_of", noted)
    return ids


CHANGES: Mapping[str, tuple[Callable[[Content], None], bool]] = {
    "an edit": (lambda c: c.path(c.own[0]).write_text(c.text()), False),
    "a move": (Content.move, False),
    "a new case": (Content.add, False),
    "a new country": (
        lambda c: c.path(c.own[0]).write_text(c.text().replace("country: ", "country: Chile #")),
        False,
    ),
    "a label of the vocabulary": (Content.relabel, True),
}


@pytest.mark.parametrize(("change", "everything"), CHANGES.values(), ids=CHANGES)
def test_only_what_a_change_touches_is_made_again(toy_settings, made_again, change, everything):
    """One case after an edit; all of them where the vocabulary changed."""
    content = Content(toy_settings.cases, 1)
    build(toy_settings)
    made_again.clear()
    change(content)

    report = build(toy_settings)

    assert len(made_again) == (report.cases if everything else 1)


COUNTED: Mapping[str, tuple[Callable[[str], str], bool]] = {
    "a sentence more": (lambda text: text + "They also bought salt together.\n", False),
    "another title": (lambda text: text.replace("title: Firms", "title: Works"), True),
    "another value": (lambda text: text.replace("kind: network", "kind: study"), True),
    "another source": (lambda text: text.replace("{key: anon,", "{key: doe-2001,"), True),
}


@pytest.mark.parametrize(("change", "again"), COUNTED.values(), ids=COUNTED)
def test_what_is_counted_is_worked_out_where_it_changed(
    toy_settings, tmp_path, monkeypatch, change, again
):
    """Else it is copied; either way it is what a build makes that makes everything."""
    content = Content(toy_settings.cases, 4)
    path = content.path(content.own[0])
    path.write_text(path.read_text().replace("{key: doe-2001,", "{key: anon,"))
    build(toy_settings)
    path.write_text(change(path.read_text()))
    counted, count = [], writing.holdings
    monkeypatch.setattr(writing, "holdings", lambda *a: counted.append(1) or count(*a))

    build(toy_settings)

    assert len(counted) == again
    assert_as_built_anew(toy_settings, tmp_path / "anew")


def test_what_is_counted_is_worked_out_where_sources_changed(toy_settings, tmp_path, monkeypatch):
    """They are told with their names, which no case has."""
    content = Content(toy_settings.cases, 4)
    build(toy_settings)
    content.source()
    counted, count = [], writing.holdings
    monkeypatch.setattr(writing, "holdings", lambda *a: counted.append(1) or count(*a))

    build(toy_settings)

    assert counted == [1]
    assert_as_built_anew(toy_settings, tmp_path / "anew")


def test_nothing_is_left_of_what_was_deleted(toy_settings):
    """Neither id nor words of a case that is gone stand in any file of the index.

    What was served before is kept as a whole; after two more builds nothing of it is there.
    """
    own = replace(toy_settings, keep_snapshots=1)
    content = Content(own.cases, 2)
    case_id = "norway/case-to-go"
    content.path(case_id).write_text(content.text().replace("serial", "unheardof"))
    content.own.append(case_id)
    build(own)
    assert any(b"unheardof" in data for data in files(own).values())
    content.path(case_id).unlink()
    content.own.remove(case_id)

    build(own)

    for name, data in files(own).items():
        assert b"unheardof" not in data, name
        assert b"case-to-go" not in data, name
    content.edit()
    build(own)
    left = [path for path in own.index.rglob("*") if path.is_file()]
    assert [path for path in left if b"unheardof" in path.read_bytes()] == []
