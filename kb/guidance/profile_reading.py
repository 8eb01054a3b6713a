"""The texts of a profile as they are read for one answer: each once, however many ask for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property

from kb.search.evidence import ComparedTexts, Vectors
from kb.search.query_analysis import Analysis
from kb.search.searcher import Searcher
from kb.text.mentions import Mention


class Reader:
    """Reads texts for one answer, and remembers what it read until it is let go.

    ``analyse`` gives what a text says, ``encode`` its vectors, one for each encoder, and
    ``mentions`` the values of facets that a text in English names.
    """

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        self.analyse: Callable[[str], Analysis] = cache(searcher.analyser.analyse)
        self.encode: Callable[[str], Vectors] = cache(searcher.retriever.vectors)
        self.mentions: Callable[[str], tuple[Mention, ...]] = cache(searcher.mentions)

    @cached_property
    def phrases(self) -> tuple[tuple[str, ...], ComparedTexts]:
        """How owners say that they want each type of project (``Retriever.phrases``)."""
        return self.searcher.retriever.phrases()
