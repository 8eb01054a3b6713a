"""Query to vector in a web worker: ONNX Runtime and a tokenizer, no torch. Owns both.

An encoder is a folder of four files: the graph ``model.onnx``; ``weights.bin``, which is mapped
into memory; ``tokenizer.json``; and ``encoder.json``, what goes before a text and how long it
may be.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from kb.errors import EncoderUnavailable, SnapshotCorrupt

#: Unless it finds this when it is imported, the library (1.32) writes an id of the machine into the
#: home folder and reports its use to its maker. Nobody who runs a site has agreed to that.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

MODEL_FILE = "model.onnx"
WEIGHTS_FILE = "weights.bin"
TOKENIZER_FILE = "tokenizer.json"
CONFIG_FILE = "encoder.json"

#: Weights of so many bytes and more stand in the file that is mapped.
_MAPPED_FROM = 1024

#: Vectors of recent queries that are kept: paging and filtering repeat the query.
_REMEMBERED = 256


class QueryEncoder(Protocol):
    """What the searcher needs of an encoder."""

    def encode_query(self, text: str) -> np.ndarray:
        """One query to float32 of shape (dimension,)."""

    def encode_remembered(self, text: str) -> np.ndarray:
        """One text of a draft to float32 of shape (dimension,)."""


class OnnxQueryEncoder:
    """The encoder that a snapshot carries (made by ``kb.encoders.onnx_export``)."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Open the files of the encoder.

        Args:
            folder: where they are.
            threads: how many it may run on.

        Raises:
            SnapshotCorrupt: one of them is missing or is not what it should be.
        """
        import onnxruntime  # slow import
        from onnxruntime.capi import onnxruntime_pybind11_state as raised  # no common base
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # queries are short: the arena only holds memory
        options.log_severity_level = 3
        try:
            config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
            self._query_prompt = str(config["query_prompt"])
            self._document_prompt = config.get("document_prompt")
            # Not from_file, which raises a bare Exception for whatever is wrong.
            self._tokenizer = Tokenizer.from_buffer((folder / TOKENIZER_FILE).read_bytes())
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(max_length=int(config["max_length"]))
            self._session = onnxruntime.InferenceSession(
                str(folder / MODEL_FILE),
                options,
                providers=["CPUExecutionProvider"],
                enable_fallback=0,  # it would print to standard output and try the same again
            )
        except (
            *(OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError),
            *(raised.Fail, raised.InvalidArgument, raised.InvalidGraph, raised.InvalidProtobuf),
            *(raised.NoSuchFile, raised.NotImplemented, raised.RuntimeException),
        ) as err:
            raise SnapshotCorrupt(_not_usable(folder, err)) from err
        self._encode = lru_cache(maxsize=_REMEMBERED)(self._run)

    def encode_query(self, text: str) -> np.ndarray:
        """Encode one query.

        Returns:
            float32 of shape (dimension,), read-only, not normalised here.
        """
        return self._encode(self._query_prompt + text)

    @property
    def encodes_documents(self) -> bool:
        """Whether the export is good for texts that are searched, too."""
        return isinstance(self._document_prompt, str)

    def encode_document(self, text: str) -> np.ndarray:
        """Encode one text that is searched: as ``encode_query``, and nothing is remembered."""
        return self._run(f"{self._document_prompt}{text}")

    def encode_remembered(self, text: str) -> np.ndarray:
        """Encode one text of a draft: as one that is searched, remembered as queries are."""
        return self._encode((self._document_prompt or "") + text)

    def _run(self, text: str) -> np.ndarray:
        encoding = self._tokenizer.encode(text)
        # A text without any known word has no tokens: one token that is masked out.
        ids = encoding.ids or [0]
        mask = encoding.attention_mask or [0]
        feed = {
            "input_ids": np.array([ids], dtype=np.int64),
            "attention_mask": np.array([mask], dtype=np.int64),
        }
        vector = self._session.run(None, feed)[0][0].astype(np.float32)
        vector.setflags(write=False)
        return vector


def make_quick_to_open(traced: Path, folder: Path) -> None:
    """Write a graph as ONNX Runtime would run it, with its weights in a file that is mapped.

    Otherwise every process that opens it reads 90 MB as one message and works out the same
    again, which is a fifth of a second of its start. What goes by the kind of processor is left
    to whoever opens it.

    Args:
        traced: the graph as it was exported.
        folder: gets ``model.onnx``, and ``weights.bin`` where there are large weights.

    Raises:
        EncoderUnavailable: the graph is not what ONNX Runtime takes.
    """
    import onnxruntime  # slow import
    from onnxruntime.capi import onnxruntime_pybind11_state as raised  # no common base

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(folder / MODEL_FILE)
    of_weights = "session.optimized_model_external_initializers"
    options.add_session_config_entry(f"{of_weights}_file_name", WEIGHTS_FILE)
    options.add_session_config_entry(f"{of_weights}_min_size_in_bytes", str(_MAPPED_FROM))
    try:
        onnxruntime.InferenceSession(
            str(traced), options, providers=["CPUExecutionProvider"], enable_fallback=0
        )
    except (
        raised.Fail,
        raised.InvalidGraph,
        raised.NotImplemented,
        raised.RuntimeException,
    ) as err:
        raise EncoderUnavailable(
            f"The encoder could not be exported to ONNX ({type(err).__name__}); "
            "choose another with KB_MODEL."
        ) from err


def _not_usable(folder: Path, err: Exception) -> str:
    first = str(err).splitlines()[0] if str(err) else type(err).__name__
    return f"The query encoder of the snapshot cannot be used: {folder} ({first[:200]})."
