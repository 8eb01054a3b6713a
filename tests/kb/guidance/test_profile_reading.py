"""The texts of a profile are read once for an answer, and nothing of them stays."""

from __future__ import annotations

import gc
import weakref

import pytest

from kb.guidance.notices import notices_of
from kb.guidance.profile import Profile
from kb.guidance.profile_reading import Reader
from kb.guidance.role_models import role_models
from kb.search.query import Query
from kb.search.query_analysis import Analyser

PROFILES = [
    Profile(business="We are five wineries in France", aim="Sell wine abroad, and buy glass"),
    Profile(aim="We want to export wine. Then train our people; never public money"),
    Profile(business="metal workshop", goal=("exporting",), my_sector=("food",)),
]


@pytest.fixture(name="read")
def _read(monkeypatch) -> list[tuple[str, bool]]:
    """Each text that is read from now on, with whether its slips are repaired."""
    read = []
    analyse = Analyser.analyse

    def noting(self: Analyser, text: str, *, exact: bool = False):
        if not (exact and self._repairs):  # that goes on to one that repairs nothing
            read.append((text, self._repairs))
        return analyse(self, text, exact=exact)

    monkeypatch.setattr(Analyser, "analyse", noting)
    return read


@pytest.mark.parametrize("profile", PROFILES)
def test_each_text_of_a_profile_is_read_once(searcher, read, profile):
    """Whoever asks for it: the score, what is heard in it, what cases are compared with."""
    role_models(searcher, profile, Query())

    assert read
    assert len(read) == len(set(read))


def test_what_is_told_above_an_answer_reads_no_words_again(searcher, read):
    """The answer has what was read of them."""
    answer = role_models(searcher, PROFILES[1], Query())
    read.clear()

    notices_of(answer, searcher)

    assert read == []


def test_a_reader_is_gone_with_its_answer(searcher):
    """It holds what it read, and nothing holds it: no snapshot stays open for it."""
    reader = Reader(searcher)
    assert reader.analyse("wine") is reader.analyse("wine")
    assert reader.encode("wine") is reader.encode("wine")
    assert reader.mentions("wine") == searcher.mentions("wine")
    assert reader.phrases is reader.phrases
    gone = weakref.ref(reader)

    gc.disable()
    try:
        del reader
        assert gone() is None
    finally:
        gc.enable()
