"""Encoding what no earlier snapshot has.

A vector is taken over by what the encoder read and by what decides the encoder's vectors: the
text of the same digest, by an encoder of the same identity. Where only few texts are left, the
exported encoder of an earlier snapshot makes their vectors, which starts in a moment; many are
encoded by the original, in batches.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Self

import numpy as np
from tqdm import tqdm

from kb.encoders.multilingual import MultilingualEncoder
from kb.encoders.onnx import OnnxQueryEncoder
from kb.encoders.onnx_export import export_encoder
from kb.encoders.sentence_transformer import ModelFiles, SentenceTransformerEncoder
from kb.engine.base import VectorText
from kb.indexing.earlier import Earlier
from kb.indexing.journal import Journal
from kb.indexing.make import Made, digest_of
from kb.indexing.plan import Plan
from kb.snapshots.vector_sets import ENCODER, MULTILINGUAL, PASSAGES, VECTOR_SETS, OwnedText

#: At least so many texts are encoded between two looks at the journal, and at how far it is.
_AT_ONCE = 64
#: So many seconds after its beginning it is told how far encoding is, and then every so many.
_FIRST, _AGAIN = 10, 30
#: So many texts take the exported encoder less time than the original takes to be loaded.
FEW = 256


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """The vectors of what was made: for each vector set its texts, and a row for each of them.

    ``n_encoded`` counts the passages that had to be encoded; ``write_encoder`` writes the
    query encoder that belongs to the vectors into an empty folder.
    """

    vector_sets: Mapping[str, tuple[Sequence[VectorText], np.ndarray]]
    n_encoded: int
    write_encoder: Callable[[Path], None]


def encode(
    plan: Plan,
    earlier: Earlier,
    made: Made,
    *,
    index: Path,
    batch_size: int,
    device: str = "cpu",
    progress: bool,
    tell: Callable[[str], None],
) -> Encoded:
    """Get the vectors of what was made.

    Args:
        plan: of which snapshot.
        earlier: what is taken over.
        made: what was made, with its texts.
        index: the folder of the snapshots, where vectors are kept until they are in one.
        batch_size: how many texts are encoded at once.
        device: what encodes many of them.
        progress: show a bar on standard error; without it ``tell`` is told how far encoding is.
        tell: told in a sentence what is being done.

    Raises:
        EncoderUnavailable: an encoder that is needed cannot be loaded.
    """
    encoders = _Encoders(
        files=plan.files,
        exported=earlier.encoder_folder,
        batch_size=batch_size,
        device=device,
        progress=progress,
        tell=tell,
    )
    vector_sets, n_encoded = {}, 0
    for encoder in (ENCODER, MULTILINGUAL):
        sets = [one for one in VECTOR_SETS if one.encoder == encoder and made.texts.get(one.name)]
        owned = {one.name: _with_digests(made.texts[one.name]) for one in sets}
        texts = {text.digest: one.text for some in owned.values() for text, one in some}
        known: dict[str, np.ndarray] = {}
        for one in sets:
            known |= earlier.known(one, [text.digest for text, _ in owned[one.name]])
        fresh = {digest: text for digest, text in texts.items() if digest not in known}
        journal = Journal(index, plan.identities[encoder])
        left = journal.read(fresh)
        if left:
            tell(f"Of a build that was cut off {len(left)} vectors are taken over.")
        missing = {digest: text for digest, text in fresh.items() if digest not in left}
        known |= {**left, **encoders.encode(encoder, missing, journal)}
        for name, some in owned.items():
            vectors = np.stack([known[text.digest] for text, _ in some])
            vector_sets[name] = [text for text, _ in some], vectors
        n_encoded += sum(text.digest in missing for text, _ in owned.get(PASSAGES.name, ()))

    def write_encoder(folder: Path) -> None:
        if earlier.encoder_folder is not None:
            earlier.copy_encoder(folder)
        else:
            encoders.export(folder)

    return Encoded(vector_sets=vector_sets, n_encoded=n_encoded, write_encoder=write_encoder)


def _with_digests(owned: Sequence[OwnedText]) -> list[tuple[VectorText, OwnedText]]:
    return [
        (VectorText(owner=one.owner, ordinal=one.ordinal, digest=digest_of(one.text)), one)
        for one in owned
    ]


@dataclass(frozen=True, kw_only=True)
class _Encoders:
    """The encoders of a plan, each of them loaded when first needed.

    ``exported`` is the folder of the exported encoder, where an earlier snapshot has it.
    """

    files: ModelFiles
    exported: Path | None
    batch_size: int
    device: str
    progress: bool
    tell: Callable[[str], None]

    def encode(
        self, encoder: str, texts: Mapping[str, str], journal: Journal
    ) -> Mapping[str, np.ndarray]:
        """The vectors of some texts, by their digests; each is in the journal when it is made."""
        if not texts:
            return {}
        run = self._run_of(encoder, len(texts))
        # Long ones first: those of one length go well together, and memory is short at once or
        # never.
        digests = sorted(texts, key=lambda digest: (-len(texts[digest]), digest))
        encoded: dict[str, np.ndarray] = {}
        lengths = [len(texts[digest]) for digest in digests]
        far = _Bar(lengths) if self.progress else Lines(lengths, self.tell)
        at_once = -(-_AT_ONCE // self.batch_size) * self.batch_size  # whole batches
        with far:
            for begin in range(0, len(digests), at_once):
                some = digests[begin : begin + at_once]
                vectors = run([texts[digest] for digest in some])
                journal.add(some, vectors)
                encoded |= dict(zip(some, vectors, strict=True))
                far.done(len(some))
        return encoded

    def _run_of(
        self, encoder: str, n_texts: int
    ) -> Callable[[Sequence[str]], Sequence[np.ndarray]]:
        """What makes the vectors of so many texts."""
        if encoder == MULTILINGUAL:
            multilingual = self._multilingual
            self.tell(f"Encoding {n_texts} texts for other languages …")
            return multilingual.encode
        exported = self._exported if n_texts <= FEW else None
        loaded = None if exported is not None else self._encoder
        self.tell(f"Encoding {n_texts} texts …")
        if loaded is None:
            return lambda texts: [exported.encode_document(text) for text in texts]
        return partial(loaded.encode_documents, batch_size=self.batch_size)

    def export(self, folder: Path) -> None:
        # What the workers run is made on the processor, and compared there.
        loaded = self._encoder if self.device == "cpu" else SentenceTransformerEncoder(self.files)
        self.tell("Exporting the query encoder …")
        export_encoder(loaded, folder)

    @cached_property
    def _encoder(self) -> SentenceTransformerEncoder:
        self.tell(f"Loading the encoder {self.files.name} …")
        return SentenceTransformerEncoder(self.files, device=self.device)

    @cached_property
    def _exported(self) -> OnnxQueryEncoder | None:
        if self.exported is None:
            return None
        encoder = OnnxQueryEncoder(self.exported, threads=os.cpu_count() or 1)
        return encoder if encoder.encodes_documents else None

    @cached_property
    def _multilingual(self) -> MultilingualEncoder:
        return MultilingualEncoder(threads=os.cpu_count() or 1)


class _Bar:
    """How far encoding is, on a terminal: by letters, as long texts take longer."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self._lengths = lengths
        self._n = 0
        self._bar = tqdm(
            total=sum(lengths),
            leave=False,
            bar_format="{percentage:3.0f}%|{bar}| {postfix} [{elapsed}<{remaining}]",
        )

    def __enter__(self) -> Self:
        return self

    def done(self, n: int) -> None:
        """So many texts more are encoded."""
        letters = sum(self._lengths[self._n : self._n + n])
        self._n += n
        seconds = self._bar.format_dict["elapsed"]
        rate = f"{self._n / seconds:.0f} a second" if seconds else ""
        self._bar.set_postfix_str(f"{self._n} of {len(self._lengths)} texts, {rate}", refresh=False)
        self._bar.update(letters)

    def __exit__(self, *_: object) -> None:
        self._bar.close()


class Lines:
    """How far encoding is, in lines: for a log, where no bar can be drawn.

    The first comes after ten seconds, so that a short build tells none, and then one every thirty.
    What is left is worked out by letters, as in the bar.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        tell: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to count the time.

        Args:
            lengths: of the texts, in letters, in the order in which they are encoded.
            tell: told each line.
            clock: gives seconds.
        """
        self._lengths, self._tell, self._clock = lengths, tell, clock
        self._n = self._letters = 0
        self._begin = clock()
        self._next = self._begin + _FIRST

    def __enter__(self) -> Self:
        return self

    def done(self, n: int) -> None:
        """So many texts more are encoded."""
        self._letters += sum(self._lengths[self._n : self._n + n])
        self._n += n
        now, total = self._clock(), len(self._lengths)
        if now < self._next or self._n >= total:
            return
        self._next = now + _AGAIN
        seconds = now - self._begin
        left = seconds * (sum(self._lengths) - self._letters) / self._letters
        self._tell(
            f"Encoded {self._n} of {total} texts, {self._n / seconds:.1f} a second; "
            f"about {tqdm.format_interval(left)} left."
        )

    def __exit__(self, *_: object) -> None:
        """Nothing is open; what is done is told by what comes next."""
