"""The published figures: what is written is read again, and what is damaged is named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import CorpusError
from kb.model.relevance import (
    Figure,
    Group,
    Refusal,
    Report,
    Worst,
    corrected,
    read_report,
    write_report,
)

FIGURE = Figure(mean=0.5, low=0.25, high=0.75)
REPORT = Report(
    name="judged queries",
    split="test",
    snapshot="0123456789ab",
    groups=(
        Group(
            name="English",
            n=2,
            figures={"fused": {"nDCG@10": FIGURE}, "words": {"nDCG@10": FIGURE}},
            p={"words": 0.0125},
        ),
    ),
    refusal=Refusal(n_negative=4, negative_refused=0.75, n_answerable=2, answerable_refused=0.5),
    worst=(Worst(id="own-001", text="¿Dónde?", ndcg=0.0, missed=("a/b", "a/c")),),
)


def test_what_is_written_is_read(tmp_path):
    """A report comes back as it was, and nothing is left beside its file."""
    path = tmp_path / "relevance.json"

    write_report(path, REPORT)

    assert read_report(path) == REPORT
    assert [entry.name for entry in tmp_path.iterdir()] == ["relevance.json"]


def test_a_report_on_a_collection_has_no_refusal(tmp_path):
    """What a collection does not have stays away."""
    path = tmp_path / "relevance.json"
    report = replace(REPORT, split="", snapshot="", refusal=None, worst=())

    write_report(path, report)

    assert read_report(path) == report


@settings(deadline=None, derandomize=True, max_examples=40)
@given(mean=st.floats(0, 1), text=st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_figure_and_any_text_come_back(tmp_path_factory, mean, text):
    """Figures come back to the last digit, texts to the last character."""
    path = tmp_path_factory.mktemp("any") / "relevance.json"
    worst = Worst(id="x", text=text, ndcg=mean, missed=())
    report = replace(REPORT, worst=(worst,))

    write_report(path, report)

    assert read_report(path) == report


def test_a_new_report_takes_the_place_of_the_old_one(tmp_path):
    """The same figures give the same bytes, and others replace them whole."""
    path = tmp_path / "relevance.json"
    write_report(path, REPORT)
    first = path.read_bytes()

    write_report(path, replace(REPORT, groups=(), worst=()))
    shorter = read_report(path)
    write_report(path, REPORT)

    assert shorter == replace(REPORT, groups=(), worst=())
    assert path.read_bytes() == first


def test_without_a_file_nothing_was_published(tmp_path):
    """No file is no report, and no error."""
    assert read_report(tmp_path / "relevance.json") is None


def _without(*keys: str | int) -> bytes:
    """A report's JSON without one of its fields."""
    from pydantic import TypeAdapter

    whole = json.loads(TypeAdapter(Report).dump_json(REPORT))
    part = whole
    for key in keys[:-1]:
        part = part[key]
    del part[keys[-1]]
    return json.dumps(whole).encode()


DAMAGED = {
    "empty": b"",
    "cut short": b'{"name": "judged',
    "null": b"null",
    "list": b"[]",
    "not text": b"\xff\xfe",
    "no groups": _without("groups"),
    "no size of a group": _without("groups", 0, "n"),
    "half an interval": _without("groups", 0, "figures", "fused", "nDCG@10", "low"),
    "no count of controls": _without("refusal", "n_negative"),
    "no text of a query": _without("worst", 0, "text"),
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_named(tmp_path, data):
    """A file that the command did not write is refused with the command that writes one."""
    path = tmp_path / "relevance.json"
    path.write_bytes(data)

    with pytest.raises(CorpusError) as raised:
        read_report(path)

    assert str(raised.value) == f"{path} is not a report; run 'kb evaluate --publish'."


def test_a_folder_in_its_place_is_named(tmp_path):
    """A file that cannot be read is refused with the reason."""
    path = tmp_path / "relevance.json"
    path.mkdir()

    with pytest.raises(CorpusError) as raised:
        read_report(path)

    assert str(raised.value) == f"{path} cannot be read: Is a directory."


def group(name: str, **p: float) -> Group:
    """A group of which only the comparisons matter."""
    return Group(name=name, n=1, figures={}, p=p)


def test_several_comparisons_are_corrected():
    """Holm (1979): .01, .02, .02, .03 and .6 are five; none is less than one before it."""
    groups = (group("a", words=0.02, meaning=0.01), group("b", words=0.03, meaning=0.6), group("c"))
    tied = (*groups, group("d", words=0.02))

    assert corrected(groups) == {
        "a": {"meaning": pytest.approx(0.04), "words": pytest.approx(0.06)},
        "b": {"words": pytest.approx(0.06), "meaning": pytest.approx(0.6)},
        "c": {},
    }
    assert corrected(tied)["a"] == {"meaning": pytest.approx(0.05), "words": pytest.approx(0.08)}
    assert corrected(tied)["d"] == {"words": pytest.approx(0.08)}
    assert corrected([group("a", words=1.0, meaning=0.9)]) == {"a": {"meaning": 1.0, "words": 1.0}}


@settings(derandomize=True)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_a_correction_rejects_what_the_stepwise_rule_rejects(values):
    """Compared with the rule as Holm wrote it: step by step, until one is too large."""
    found = corrected([group(str(at), words=p) for at, p in enumerate(values)])
    for level in (0.01, 0.05, 0.2):
        rejected = set()
        for step, (p, at) in enumerate(sorted((p, at) for at, p in enumerate(values))):
            if p * (len(values) - step) > level:
                break
            rejected.add(str(at))
        assert {name for name, one in found.items() if one["words"] <= level} == rejected
