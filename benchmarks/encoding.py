"""What encoding the passages costs by PyTorch, by ONNX Runtime and with 8-bit weights.

    python benchmarks/encoding.py [--cases DIR] [--repeats 3] [--every 1]

Prints for each way how many passages of the compendium it encodes in a second, and how long the
processor is at each, which a busy machine changes less: the medians of some rounds in which all
ways are asked in turn; the least cosine between its vectors and those of PyTorch; and
``overlap@10``: how much of the first ten documents stays the same, the mean over the judged
queries for tuning, ranked by the nearest passage alone. A way with less than .98 is not fit for a
build, whatever it saves. With ``--every 12`` all is of one passage in twelve, for a first look.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from onnx import TensorProto
from onnxruntime.quantization import QuantType, quantize_dynamic

from kb.content.corpus import read_corpus
from kb.encoders.onnx import CONFIG_FILE, MODEL_FILE, TOKENIZER_FILE, OnnxQueryEncoder
from kb.encoders.onnx_export import export_encoder
from kb.encoders.sentence_transformer import DEFAULT_MODEL, SentenceTransformerEncoder, find_model
from kb.engine.base import unit_rows
from kb.quality.judged import read_judged
from kb.text.chunking import passages_of

#: Least mean overlap of the first ten with those by full precision.
LEAST_OVERLAP = 0.98
FIRST = 10
#: Documents in a batch of PyTorch, as in a build.
_BATCH = 16

#: Texts to vectors, float32 of shape (n_texts, dimension).
Way = Callable[[Sequence[str]], np.ndarray]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path, default=Path("cases"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--every", type=int, default=1, help="of so many passages only the first")
    options = parser.parse_args()
    compendium = read_corpus(options.cases).compendium
    passages = [
        (case.id, p) for case in compendium.cases for p in passages_of(case, compendium.taxonomy)
    ][:: options.every]
    texts = [passage.encoded_text for _, passage in passages]
    owners = np.unique([case_id for case_id, _ in passages], return_inverse=True)[1]
    ids = {case.id for case in compendium.cases}
    judged = read_judged(options.cases / "queries.jsonl", ids)
    queries = [query.text for query in judged if query.split == "tune" and query.relevance]
    torch = SentenceTransformerEncoder(find_model(DEFAULT_MODEL))
    with TemporaryDirectory() as folder:
        ways = ways_of(torch, Path(folder))
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        processor: dict[str, list[float]] = {name: [] for name in ways}
        vectors: dict[str, np.ndarray] = {}
        for number in range(options.repeats):
            for name, way in ways.items():
                print(f"round {number + 1} of {options.repeats}: {name} ...", flush=True)
                begun, spent = time.perf_counter(), time.process_time()
                vectors[name] = unit_rows(way(texts))
                seconds[name].append(time.perf_counter() - begun)
                processor[name].append(time.process_time() - spent)
    exact = vectors["PyTorch"]
    asked = unit_rows(np.stack([torch.encode_query(text) for text in queries]))
    wanted = _first(asked, exact, owners)
    print(f"{len(texts)} passages, {len(queries)} queries")
    for name, found in vectors.items():
        rate = len(texts) / statistics.median(seconds[name])
        each = 1000 * statistics.median(processor[name]) / len(texts)
        least = float((found * exact).sum(axis=1).min())
        same = [
            len(a & b) / FIRST for a, b in zip(wanted, _first(asked, found, owners), strict=True)
        ]
        verdict = "" if np.mean(same) >= LEAST_OVERLAP else ", not fit for a build"
        print(
            f"{name}: {rate:.1f} a second, {each:.1f} ms of the processor each, "
            f"least cosine {least:.4f}, overlap@{FIRST} {np.mean(same):.3f}{verdict}"
        )


def ways_of(torch: SentenceTransformerEncoder, folder: Path) -> dict[str, Way]:
    """Each way of encoding, by its name."""
    exported, quantised = folder / "exported", folder / "quantised"
    export_encoder(torch, exported)
    quantised.mkdir()
    for name in (TOKENIZER_FILE, CONFIG_FILE):
        (quantised / name).write_bytes((exported / name).read_bytes())
    quantize_dynamic(
        exported / MODEL_FILE,
        quantised / MODEL_FILE,
        weight_type=QuantType.QInt8,
        per_channel=True,
        # The graph has operators of ONNX Runtime's own, after which ONNX infers no type.
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )
    return {
        "PyTorch": lambda texts: torch.encode_documents(texts, batch_size=_BATCH),
        "ONNX Runtime, one by one": _one_by_one(exported),
        "ONNX Runtime with 8-bit weights, one by one": _one_by_one(quantised),
    }


def _one_by_one(folder: Path) -> Way:
    """One text after the other: 8-bit vectors depend on what else is in a batch."""
    encoder = OnnxQueryEncoder(folder)  # two threads wait for each other where others run
    return lambda texts: np.stack([encoder.encode_document(text) for text in texts])


def _first(asked: np.ndarray, vectors: np.ndarray, owners: np.ndarray) -> list[set[int]]:
    """The first ten documents of each query, by their nearest passage."""
    found = []
    for unit in asked:
        best = np.full(owners.max() + 1, -np.inf)
        np.maximum.at(best, owners, vectors @ unit)
        found.append(set(np.argsort(-best, kind="stable")[:FIRST].tolist()))
    return found


if __name__ == "__main__":
    main()
