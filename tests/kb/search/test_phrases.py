"""Which cases say a phrase, against reading all of their texts: the slow and obvious way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kb.content.corpus import read_corpus
from kb.engine.local.engine import LocalEngine, LocalWriter
from kb.indexing.make import document_of
from kb.model.compendium import Compendium
from kb.text.analysis import tokens
from kb.text.chunking import passages_of
from tests.kb.search.engines import engine_in
from tests.toy import ROOT

_WORDS = re.compile(r"\S+")


@pytest.fixture(name="real", scope="module")
def _real() -> Compendium:
    return read_corpus(ROOT / "cases").compendium


@pytest.fixture(name="texts", scope="module")
def _texts(real) -> Mapping[str, Sequence[str]]:
    """By the id of each case its title and its passages."""
    return {
        case.id: [case.title, *(one.text for one in passages_of(case, real.taxonomy))]
        for case in real.cases
    }


@pytest.fixture(name="engine", scope="module")
def _engine(real, tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    documents = [
        document_of(case, real.taxonomy, passages_of(case, real.taxonomy)) for case in real.cases
    ]
    return engine_in(tmp_path_factory.mktemp("phrases") / "engine", documents)


class Slow:
    """Reads every text of every case for each phrase."""

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        self._read = {
            case_id: [f" {' '.join(tokens(text))} " for text in of_case]
            for case_id, of_case in texts.items()
        }

    def saying(self, stems: Sequence[str]) -> set[str]:
        """The ids of the cases that say some stems one after the other."""
        wanted = f" {' '.join(stems)} "
        return {one for one, texts in self._read.items() if any(wanted in text for text in texts)}


def stretches_of(text: str, rng: np.random.Generator) -> list[str]:
    """From two to five words of a text as it writes them: at its ends, and anywhere."""
    words = list(_WORDS.finditer(text))
    found = []
    for length in range(2, 6):
        last = len(words) - length
        for at in {0, last, *(rng.integers(0, last + 1, size=2).tolist() if last >= 0 else ())}:
            if 0 <= at <= last:
                found.append(text[words[at].start() : words[at + length - 1].end()])
    return found


def phrases_of(texts: Mapping[str, Sequence[str]]) -> list[str]:
    """Phrases as texts write them, words of two texts, and words that stand beside one another."""
    rng = np.random.default_rng(41)
    found = [
        phrase
        for of_case in texts.values()
        # The title, the first passage, and one more.
        for text in [*of_case[:2], of_case[int(rng.integers(0, len(of_case)))]]
        for phrase in stretches_of(text, rng)
    ]
    across = [
        f"{one.split()[-1]} {other.split()[0]}"
        for of_case in list(texts.values())[::3]
        for one, other in pairwise(of_case)
    ]
    every = sorted({word for phrase in found[::5] for word in phrase.split()})
    made = [" ".join(map(str, rng.choice(every, size=2 + one % 4))) for one in range(300)]
    known = ["small firms", "SMEs", "the firms", "co-operation between firms", "30 per cent"]
    return list(dict.fromkeys((*found, *across, *made, *known, "joint marketing", "in the U.S.")))


def test_phrases_of_the_real_compendium_are_found_as_reading_finds_them(engine, texts):
    """Stop words, hyphens, accents, figures, ends of sentences, titles: the same cases."""
    slow = Slow(texts)
    asked = {stems: phrase for phrase in phrases_of(texts) if len(stems := tokens(phrase)) > 1}
    different, n_found = {}, 0

    for stems, phrase in asked.items():
        found, wanted = set(engine.ids(engine.saying(stems))), slow.saying(stems)
        n_found += bool(wanted)
        if found != wanted:
            different[phrase] = found ^ wanted

    assert different == {}
    assert (n_found > 3_000, len(asked) - n_found > 300) == (True, True)
    signs = {sign for phrase in asked.values() for sign in phrase if not sign.isalnum()}
    assert signs > set(" -,.'%")
    assert any(not phrase.isascii() for phrase in asked.values())


def test_what_is_taken_over_says_what_it_said(real, engine, tmp_path: Path):
    """A state that goes on from another has every file as one that is written anew."""
    own = LocalWriter(tmp_path / "own")
    own.take_over(engine, [case.id for case in real.cases[5:]])
    for case in real.cases[:5]:
        own.write(document_of(case, real.taxonomy, passages_of(case, real.taxonomy)))
    own.publish()

    files = {path.name for path in (tmp_path / "own" / "words").iterdir()}
    anew = engine_in(
        tmp_path / "anew",
        [document_of(case, real.taxonomy, passages_of(case, real.taxonomy)) for case in real.cases],
    )
    assert {"said-starts.npy", "said-places.npy", "said-begins.npy"} < files
    assert len(anew) == len(real.cases)
    for name in files:
        both = [(tmp_path / one / "words" / name).read_bytes() for one in ("own", "anew")]
        assert both[0] == both[1]
