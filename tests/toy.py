"""A toy compendium that can be ranked by hand: its encoder, its cases, its settings."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from kb.settings import Settings, read_settings

ROOT = Path(__file__).parent.parent
TOY = Path(__file__).parent / "corpus"

#: The collections of the toy compendium, where it has some.
TOY_COLLECTIONS = """\
collections:
  - id: first
    label: The first ones
    about: Those that the toy began with.
    cases: [guides/purchase-guide, norway/metal-buyers, norway/textile-exporters]
  - {id: later, label: Later ones, about: All that came after., the_rest: true}
"""

#: The collection of the real compendium on which exact values are tested: it is closed, and
#: nothing that is added to the compendium changes them.
FIRST_COLLECTION = "roy-1998"

#: One axis per theme: the cosine of two texts can be worked out by hand from the
#: counts of these words. Every other word is the zero vector.
THEMES = ("wine", "metal", "textile", "export", "purchase", "train")


#: What a build of the toy says of texts without a word of a theme; ``{!r}`` is the encoder.
ZEROS = (
    "The encoder {!r} makes a vector of zeros of 2 texts, which no search by meaning finds: the "
    "first is text 1 of 'denmark/hostile-title' in 'passages'. Write it in words that the encoder "
    "knows, or choose another with KB_MODEL."
)


def make_tiny_encoder(folder: Path) -> Path:
    """Save a real sentence-transformers model of six dimensions, one per theme."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    words = ["[UNK]", "[PAD]", *THEMES]
    tokenizer = Tokenizer(
        models.WordLevel({word: row for row, word in enumerate(words)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    weights = np.vstack([np.zeros((2, len(THEMES))), np.eye(len(THEMES))]).astype(np.float32)
    model = SentenceTransformer(
        modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu"
    )
    model.save(str(folder))
    return folder


def copy_toy_corpus(folder: Path) -> Path:
    """The toy cases with the real vocabulary, in a folder that a test may change."""
    shutil.copytree(TOY, folder)
    for name in ("taxonomy.yaml", "site.yaml"):
        shutil.copy(ROOT / "cases" / name, folder / name)
    return folder


def settings_of_toy(
    cases: Path, index: Path, model: Path, *, multilingual: str = "off"
) -> Settings:
    """Settings of a toy compendium: one small encoder, so that a build takes no second."""
    return read_settings(
        {}, cases=cases, index=index, model=model, min_score=0.3, multilingual=multilingual
    )


def only_settings_of_toy(monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    """Settings of the machine that runs the tests do not count: the encoder is the toy's."""
    for name in list(os.environ):
        if name.startswith("KB_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("KB_MODEL", str(model))
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
