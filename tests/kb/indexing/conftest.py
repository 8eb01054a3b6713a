"""What is planned and written."""

from __future__ import annotations

import pytest

from kb.content.corpus import read_corpus
from kb.encoders.sentence_transformer import find_model
from kb.indexing.plan import Plan, content_of
from kb.settings import Settings


@pytest.fixture(name="plan")
def _plan(settings: Settings) -> Plan:
    """A plan for a snapshot of the toy corpus."""
    content = content_of(read_corpus(settings.cases).compendium)
    return Plan(content=content, collection="", files=find_model(settings.model), multilingual="")
