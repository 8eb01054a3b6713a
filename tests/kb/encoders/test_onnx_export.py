"""The exported encoder: the same vectors as the original, or none at all."""

from __future__ import annotations

import ctypes
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from kb.encoders.onnx import OnnxQueryEncoder
from kb.encoders.onnx_export import export_encoder
from kb.encoders.sentence_transformer import SentenceTransformerEncoder, find_model
from kb.errors import EncoderUnavailable, SnapshotCorrupt

TEXTS = (
    "wine",
    "Wine, METAL; textile!",
    "wine wine wine metal",
    "export purchase train",
    "five wineries that want to sell abroad",
    "",
    " \t\n",
    "…",
    "🍷 wine 🍷",
    "نبيذ wine",
    "w" * 10_000,
    "wine metal " * 4_000,
)


def load(folder: Path) -> SentenceTransformerEncoder:
    """The encoder in a folder."""
    return SentenceTransformerEncoder(find_model(str(folder)))


@pytest.fixture(name="tiny", scope="module")
def _tiny(tiny_encoder: Path) -> SentenceTransformerEncoder:
    return load(tiny_encoder)


@pytest.fixture(name="exported", scope="module")
def _exported(tiny: SentenceTransformerEncoder, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "encoder"
    export_encoder(tiny, folder)
    return folder


def changed(tiny_encoder: Path, folder: Path, *stages: object, **settings: object) -> Path:
    """The tiny encoder with settings of its own, and further stages, saved in ``folder``."""
    from sentence_transformers import SentenceTransformer

    first = SentenceTransformer(str(tiny_encoder), device="cpu")[0]
    model = SentenceTransformer(modules=[first, *stages], device="cpu", **settings)
    model.save(str(folder))
    return folder


@pytest.mark.parametrize("text", TEXTS, ids=[text[:12].strip() or "blank" for text in TEXTS])
def test_the_export_gives_the_same_vectors(tiny, exported, text):
    """The two paths agree in every number, also on texts of no or very many words."""
    one, two = tiny.encode_query(text), OnnxQueryEncoder(exported).encode_query(text)

    assert one.shape == two.shape == (6,)
    assert np.abs(one - two).max() <= 1e-6


def test_the_export_is_three_files(exported):
    """The folder holds model, tokenizer and configuration, and nothing else."""
    assert sorted(path.name for path in exported.iterdir()) == [
        "encoder.json",
        "model.onnx",
        "tokenizer.json",
    ]
    assert json.loads((exported / "encoder.json").read_text()) == {
        "max_length": 8192,
        "query_prompt": "",
        "document_prompt": "",
    }


def test_large_weights_stand_in_a_file_of_their_own(tmp_path):
    """It is mapped where the model is opened; without it, or cut short, the model is not."""
    encoder = SentenceTransformerEncoder(find_model("all-MiniLM-L6-v2"))
    export_encoder(encoder, tmp_path)

    graph, weights = tmp_path / "model.onnx", tmp_path / "weights.bin"
    one, two = encoder.encode_query("bakers"), OnnxQueryEncoder(tmp_path).encode_query("bakers")
    assert np.abs(one - two).max() <= 1e-6
    assert graph.stat().st_size < 1_000_000 < 80_000_000 < weights.stat().st_size
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-100_000])
    with pytest.raises(SnapshotCorrupt, match="cannot be used"):
        OnnxQueryEncoder(tmp_path)
    weights.unlink()
    with pytest.raises(SnapshotCorrupt, match="cannot be used"):
        OnnxQueryEncoder(tmp_path)


def test_two_exports_are_the_same_bytes(tiny, exported, tmp_path):
    """Exporting the same encoder again gives the same files."""
    export_encoder(tiny, tmp_path / "again")

    again = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}

    assert again == {path.name: path.read_bytes() for path in exported.iterdir()}


def test_the_query_prompt_is_exported(tiny_encoder, tmp_path):
    """What the model wants before a query stands before it in both paths, not before passages."""
    prompts = {"query": "wine ", "document": ""}
    encoder = load(changed(tiny_encoder, tmp_path / "model", prompts=prompts))
    export_encoder(encoder, tmp_path / "exported")

    exported = OnnxQueryEncoder(tmp_path / "exported").encode_query("metal")

    assert exported.tolist() == encoder.encode_query("metal").tolist() == [0.5, 0.5, 0, 0, 0, 0]
    assert encoder.encode_documents(["metal"]).tolist() == [[0, 1, 0, 0, 0, 0]]


def test_what_goes_before_a_text_is_exported(tiny_encoder, tmp_path):
    """It stands before texts that are searched, and not before queries."""
    prompts = {"query": "", "document": "wine "}
    encoder = load(changed(tiny_encoder, tmp_path / "model", prompts=prompts))
    export_encoder(encoder, tmp_path / "exported")

    exported = OnnxQueryEncoder(tmp_path / "exported")

    (original,) = encoder.encode_documents(["metal"]).tolist()
    assert exported.encode_document("metal").tolist() == original == [0.5, 0.5, 0, 0, 0, 0]
    assert exported.encode_query("metal").tolist() == [0, 1, 0, 0, 0, 0]


def test_further_stages_are_exported(tiny_encoder, tmp_path):
    """Normalising, which some models do after pooling, is part of the export."""
    from sentence_transformers.sentence_transformer.modules import Normalize

    encoder = load(changed(tiny_encoder, tmp_path / "model", Normalize()))
    export_encoder(encoder, tmp_path / "exported")

    vector = OnnxQueryEncoder(tmp_path / "exported").encode_query("wine wine metal metal")

    assert np.abs(vector - np.array([0.5**0.5, 0.5**0.5, 0, 0, 0, 0])).max() < 1e-6


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        pytest.param(
            # The tracer sees 16 ids and keeps that branch; a query has another number of them.
            lambda ids, vectors: vectors + (1 if ids.numel() == 16 else -1),
            "The export of the encoder {name!r} must agree with the original (cosine 0.9999), "
            "but has -1.000000 for 'five wineries that want to sell abroad'.",
            id="other vectors",
        ),
        pytest.param(
            lambda ids, vectors: torch.special.bessel_j0(vectors),
            "The encoder could not be exported to ONNX (UnsupportedOperatorError); "
            "choose another with KB_MODEL.",
            id="an operation that ONNX does not have",
        ),
    ],
)
def test_a_model_that_cannot_be_exported_is_refused(tiny, tmp_path, capfd, stage, message):
    """A model that ONNX cannot express is refused: with the cosine, or with the reason.

    The tracer's graph, which torch writes from C++, does not get to standard output.
    """
    encoder = load(tiny.files.folder)
    encoder.model.append(_stage(stage))

    with pytest.raises(EncoderUnavailable) as raised:
        export_encoder(encoder, tmp_path / "exported")

    ctypes.CDLL(None).fflush(None)
    assert str(raised.value) == message.format(name=encoder.files.name)
    assert capfd.readouterr().out == ""


def _stage(change):
    class Stage(torch.nn.Module):
        def forward(self, features, **_):
            vectors = change(features["input_ids"], features["sentence_embedding"])
            return {**features, "sentence_embedding": vectors}

    return Stage()


def test_a_model_without_a_fast_tokenizer_is_refused(tmp_path):
    """A tokenizer that cannot be written as tokenizer.json is refused with a sentence."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import BoW

    SentenceTransformer(modules=[BoW(["wine", "metal"])], device="cpu").save(str(tmp_path / "bow"))

    with pytest.raises(EncoderUnavailable) as raised:
        export_encoder(load(tmp_path / "bow"), tmp_path / "exported")

    assert str(raised.value) == (
        f"The encoder {str(tmp_path / 'bow')!r} must have a fast tokenizer (tokenizer.json); "
        "choose another with KB_MODEL."
    )
