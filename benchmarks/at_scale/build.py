"""A build with made-up vectors, in a process that runs one release of the program.

    PYTHONPATH=TREE:benchmarks python -m at_scale.build TABLE CASES INDEX

prints one line of JSON: the seconds of the build, without loading libraries and making vectors,
and its peak of memory. Where ``KB_ENGINE`` is set, its database gets what is built. TABLE is a
file of ``vectors.save``. Nothing of the program is a part of this but the classes of its encoders,
which are told to give made-up vectors.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from at_scale import vectors

#: Where the two encoders and the build are now, and where they were in e9d3985.
_NOW = ("kb.encoders.sentence_transformer", "kb.encoders.multilingual", "kb.indexing.pipeline")
_BEFORE = ("kb.encode", "kb.multilingual", "kb.build")


def main(table: str, cases: str, index: str) -> None:
    """Build, and tell on standard error what the build says."""
    made = vectors.MadeVectors(vectors.load(Path(table)))
    exported = None
    try:
        encoder, multilingual, pipeline = map(importlib.import_module, _NOW)
        exported = importlib.import_module("kb.encoders.onnx").OnnxQueryEncoder
    except ImportError:
        encoder, multilingual, pipeline = map(importlib.import_module, _BEFORE)
    classes = encoder.SentenceTransformerEncoder, multilingual.MultilingualEncoder
    vectors.encode_by(made, *classes, exported)
    for name in ("sentence_transformers", "torch", "onnx"):
        importlib.import_module(name)  # the time of imports is not the build's
    engine = {name: os.environ[name] for name in ("KB_ENGINE",) if name in os.environ}
    reads = importlib.import_module("kb.settings").read_settings
    settings = reads(engine, cases=cases, index=index)
    started = time.perf_counter()

    def tell(text: str) -> None:
        print(f"{time.perf_counter() - started:7.1f} s  {text}", file=sys.stderr)

    report = pipeline.build(settings, tell=tell, **_reading(settings))
    found = {
        "seconds": time.perf_counter() - started - made.seconds,
        "cases": report.cases,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        "untraced": made.untraced / made.asked if made.asked else 0.0,
    }
    print(json.dumps(found))


def _reading(settings: Any) -> dict[str, Any]:
    """How ``kb build`` reads files, where that is not how the build itself does."""
    try:
        reading = importlib.import_module("kb.cli.reading").Reading
    except ImportError:
        return {}
    return {"read": reading(index=settings.index).of}


if __name__ == "__main__":
    main(*sys.argv[1:])
