"""The encoder as ONNX, for web workers. Owns torch.

The whole pipeline of the sentence-transformers model (transformer, pooling and
whatever follows) becomes one graph from token ids to one vector, and is compared
with the original before it is trusted.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from kb.encoders.onnx import (
    CONFIG_FILE,
    MODEL_FILE,
    TOKENIZER_FILE,
    OnnxQueryEncoder,
    make_quick_to_open,
)
from kb.encoders.sentence_transformer import SentenceTransformerEncoder
from kb.errors import EncoderUnavailable

if TYPE_CHECKING:
    import torch

#: Least cosine between the two paths, on each of the probes.
PARITY = 0.9999

#: Under which names a model may have what goes before a text that is searched, the first first.
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")

PROBES = (
    "five wineries that want to sell abroad",
    "Lillehammer 1994",
    "x",
    "small firms share a machine and save 20% of its cost " * 20,
)


def export_encoder(encoder: SentenceTransformerEncoder, folder: Path) -> None:
    """Write the four files of an encoder into ``folder``; see ``kb.encoders.onnx``.

    Raises:
        EncoderUnavailable: the model has no tokenizer of the fast kind, cannot be
            exported, or the export gives other vectors than the original.
    """
    model = encoder.model
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", model.tokenizer)
    if not hasattr(tokenizer, "to_str"):
        raise EncoderUnavailable(
            f"The encoder {encoder.files.name!r} must have a fast tokenizer (tokenizer.json); "
            "choose another with KB_MODEL."
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TOKENIZER_FILE).write_text(tokenizer.to_str(), encoding="utf-8")
    config = {
        "max_length": _max_length(encoder),
        "query_prompt": (model.prompts or {}).get("query") or "",
        "document_prompt": _document_prompt(model.prompts or {}),
    }
    with TemporaryDirectory(dir=folder) as traced:
        _export(_pipeline(encoder), Path(traced) / MODEL_FILE)
        make_quick_to_open(Path(traced) / MODEL_FILE, folder)
    _write_config(folder, config)
    if not _compare(encoder, folder):
        _write_config(folder, {**config, "document_prompt": None})


def _write_config(folder: Path, config: Mapping[str, object]) -> None:
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def _document_prompt(prompts: Mapping[str, str]) -> str:
    """What ``encode_document`` of sentence-transformers puts before a text."""
    return next((prompts[name] or "" for name in _DOCUMENT_PROMPTS if name in prompts), "")


def _max_length(encoder: SentenceTransformerEncoder) -> int:
    length = encoder.model.max_seq_length
    return int(length) if length and length < 100_000 else 8192  # a static model has no limit


def _pipeline(encoder: SentenceTransformerEncoder) -> torch.nn.Module:
    import torch
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    class Pipeline(torch.nn.Module):
        """Token ids to one vector, by the modules of the original."""

        def __init__(self) -> None:
            super().__init__()
            self.stages = torch.nn.ModuleList(encoder.model.children())

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            for stage in self.stages:
                if isinstance(stage, StaticEmbedding):
                    # The original sums over a flat list of ids with offsets.
                    words = stage.embedding.weight[input_ids] * attention_mask.unsqueeze(-1)
                    count = attention_mask.sum(dim=1, keepdim=True).clamp(min=1)
                    features["sentence_embedding"] = words.sum(dim=1) / count
                else:
                    features = stage(features)
            return features["sentence_embedding"]

    return Pipeline().eval()


@contextmanager
def _silent() -> Iterator[None]:
    """Nothing on standard output: on failure the tracer writes its whole graph there, from C++."""
    _flush()
    kept = os.dup(1)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        yield
    finally:
        _flush()
        os.dup2(kept, 1)
        os.close(kept)


def _flush() -> None:
    """Write out what Python and C still hold back."""
    sys.stdout.flush()
    if os.name == "posix":
        ctypes.CDLL(None).fflush(None)


def _export(pipeline: torch.nn.Module, path: Path) -> None:
    import torch

    example = (torch.ones(2, 8, dtype=torch.long), torch.ones(2, 8, dtype=torch.long))
    axes = {0: "batch", 1: "tokens"}
    with warnings.catch_warnings(), torch.no_grad(), _silent():
        warnings.simplefilter("ignore")  # of a tracer that is deprecated and needs no network
        try:
            torch.onnx.export(
                pipeline,
                example,
                str(path),
                input_names=["input_ids", "attention_mask"],
                output_names=["sentence_embedding"],
                dynamic_axes={
                    "input_ids": axes,
                    "attention_mask": axes,
                    "sentence_embedding": {0: "batch"},
                },
                opset_version=17,
                dynamo=False,
            )
        except (RuntimeError, TypeError, ValueError, KeyError) as err:
            raise EncoderUnavailable(
                f"The encoder could not be exported to ONNX ({type(err).__name__}); "
                "choose another with KB_MODEL."
            ) from err


def _compare(encoder: SentenceTransformerEncoder, folder: Path) -> bool:
    """Compare the export with the original; whether it is good for texts that are searched too.

    Raises:
        EncoderUnavailable: it gives other vectors of queries.
    """
    exported = OnnxQueryEncoder(folder)
    documents = encoder.encode_documents(PROBES)
    alike = True
    for probe, document in zip(PROBES, documents, strict=True):
        same = _cosine(encoder.encode_query(probe), exported.encode_query(probe))
        if not same >= PARITY:
            raise EncoderUnavailable(
                f"The export of the encoder {encoder.files.name!r} must agree with the original "
                f"(cosine {PARITY}), but has {same:.6f} for {probe[:40]!r}."
            )
        # Some models treat queries and documents apart beyond what goes before the text.
        alike &= _cosine(document, exported.encode_document(probe)) >= PARITY
    return alike


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / size if size else float(np.array_equal(one, other))
