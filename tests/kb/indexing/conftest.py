"""What is planned and written."""

from __future__ import annotations

import pytest

from kb.content.corpus import read_corpus
from kb.content.part import whole
from kb.encoders.sentence_transformer import find_model
from kb.indexing.plan import Plan
from kb.settings import Settings


@pytest.fixture(name="plan")
def _plan(settings: Settings) -> Plan:
    """A plan for a snapshot of the toy corpus."""
    content = whole(read_corpus(settings.cases))
    files = find_model(settings.model)
    return Plan(content=content, frame=content.frame, files=files, multilingual="")
