"""Ways of encoding are those of the default encoder itself, near enough to be compared."""

from __future__ import annotations

import encoding
import numpy as np

from kb.encoders.onnx_export import PARITY
from kb.encoders.sentence_transformer import (
    DEFAULT_MODEL,
    SentenceTransformerEncoder,
    find_model,
)
from kb.engine.base import unit_rows

TEXTS = ["five wineries that want to sell abroad", "Small firms share a machine.", "export"]


def test_every_way_encodes_and_8_bits_are_another(tmp_path):
    """ONNX Runtime makes the same vectors; with 8-bit weights they are near."""
    torch = SentenceTransformerEncoder(find_model(DEFAULT_MODEL))

    ways = encoding.ways_of(torch, tmp_path)

    exact, exported, quantised = (unit_rows(way(TEXTS)) for way in ways.values())
    assert list(ways) == [
        "PyTorch",
        "ONNX Runtime, one by one",
        "ONNX Runtime with 8-bit weights, one by one",
    ]
    assert exact.shape == exported.shape == quantised.shape == (3, 384)
    assert float((exported * exact).sum(axis=1).min()) >= PARITY
    least = float((quantised * exact).sum(axis=1).min())
    assert 0.9 < least < PARITY
    assert np.isfinite(quantised).all()
