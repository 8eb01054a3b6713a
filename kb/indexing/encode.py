"""Encoding what no earlier snapshot has.

A vector is taken over by what the encoder read and by what decides the encoder's vectors: the
text of the same digest, by an encoder of the same identity. Where only few texts are left, the
exported encoder of an earlier snapshot makes their vectors, which starts in a moment; many are
encoded by the original, in batches.
"""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Self

import numpy as np
from tqdm import tqdm

from kb.encoders.multilingual import NAME as MULTILINGUAL_NAME
from kb.encoders.multilingual import MultilingualEncoder
from kb.encoders.onnx import OnnxQueryEncoder
from kb.encoders.onnx_export import export_encoder
from kb.encoders.sentence_transformer import ModelFiles, SentenceTransformerEncoder
from kb.engine.base import Rows, VectorText
from kb.errors import EncoderUnavailable, IndexNotWritable
from kb.indexing.earlier import Earlier
from kb.indexing.journal import Journal
from kb.indexing.make import Made
from kb.indexing.plan import Plan
from kb.indexing.texts import Texts
from kb.indexing.vector_file import VectorFile
from kb.snapshots.store import what_stays
from kb.snapshots.vector_sets import ENCODER, MULTILINGUAL, PASSAGES, VECTOR_SETS, VectorSet

#: What is written at once to find out whether there is room.
_PIECE = bytes(1_000_000)
#: So many letters of a text that an encoder cannot read are shown.
_SHOWN = 80
#: At least so many texts are encoded between two looks at the journal, and at how far it is.
_AT_ONCE = 64
#: So many seconds after its beginning it is told how far encoding is, and then every so many.
_FIRST, _AGAIN = 10, 30
#: So many texts take the exported encoder less time than the original takes to be loaded.
FEW = 256


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """The vectors of what was made: for each vector set its texts, and a row for each of them.

    The vectors are in files, not in memory.

    ``n_encoded`` counts the passages that had to be encoded; ``write_encoder`` writes the
    query encoder that belongs to the vectors into an empty folder.
    """

    vector_sets: Mapping[str, tuple[Sequence[VectorText], Rows]]
    n_encoded: int
    write_encoder: Callable[[Path], None]


def encode(
    plan: Plan,
    earlier: Earlier,
    made: Made,
    *,
    index: Path,
    folder: Path,
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
        folder: where they lie for this build alone, in the order in which they are written.
        batch_size: how many texts are encoded at once.
        device: what encodes many of them.
        progress: show a bar on standard error; without it ``tell`` is told how far encoding is.
        tell: told in a sentence what is being done.

    Raises:
        EncoderUnavailable: an encoder that is needed cannot be loaded, makes something else than
            finite numbers, or makes zeros of every text of a compendium.
        IndexNotWritable: vectors cannot be written.
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
        sets = {
            one: made.texts[one.name]
            for one in VECTOR_SETS
            if one.encoder == encoder and made.texts.get(one.name)
        }
        texts = _Distinct()
        places = {one.name: texts.add(some) for one, some in sets.items()}
        with _keeping(index):
            vectors = VectorFile(folder / f"vectors-{encoder}")
        zeros: set[str] = set()
        put = partial(_put, vectors, texts, index, zeros)
        known: set[str] = set()
        for one, some in sets.items():
            found = earlier.known(one, list(some.digests()))
            put(list(found), list(found.values()))
            known |= found.keys()
        fresh = [digest for digest in texts.places if digest not in known]
        missing = encoders.encode(
            encoder, texts, fresh, Journal(index, plan.identities[encoder]), put
        )
        if zeros:
            said = _zeros(encoders.name(encoder), zeros, sets)
            if len(zeros) == len(texts.places) and len(made.ids) == len(plan.made_of):
                raise EncoderUnavailable(f"{said} Nothing else was encoded.")
            tell(said)
        vector_sets |= {
            one.name: (some, vectors.rows(places[one.name])) for one, some in sets.items()
        }
        n_encoded += sum(one in missing for one in _digests_of(sets.get(PASSAGES)))

    def write_encoder(folder: Path) -> None:
        if earlier.encoder_folder is not None:
            earlier.copy_encoder(folder)
        else:
            encoders.export(folder)

    return Encoded(vector_sets=vector_sets, n_encoded=n_encoded, write_encoder=write_encoder)


@dataclass(frozen=True, slots=True)
class _Distinct:
    """The texts of some vector sets, each once: by digest its place among them."""

    places: dict[str, int] = field(default_factory=dict)
    _sets: list[Texts] = field(default_factory=list)
    _set_of: array[int] = field(default_factory=lambda: array("b"))
    _at: array[int] = field(default_factory=lambda: array("q"))

    def add(self, texts: Texts) -> np.ndarray:
        """Add those of a set; the place of each, int64."""
        found = array("q")
        for at, digest in enumerate(texts.digests()):
            place = self.places.setdefault(digest, len(self.places))
            if place == len(self._at):
                self._set_of.append(len(self._sets))
                self._at.append(at)
            found.append(place)
        self._sets.append(texts)
        return np.array(found, dtype=np.int64)

    def length(self, digest: str) -> int:
        """How many letters a text has."""
        place = self.places[digest]
        return int(self._sets[self._set_of[place]].lengths[self._at[place]])

    def text(self, digest: str) -> str:
        """A text, as the encoder reads it."""
        place = self.places[digest]
        return self._sets[self._set_of[place]].text(self._at[place])


def _digests_of(texts: Texts | None) -> Iterable[str]:
    return texts.digests() if texts is not None else ()


def _put(
    vectors: VectorFile,
    texts: _Distinct,
    index: Path,
    zeros: set[str],
    digests: Sequence[str],
    some: Sequence[np.ndarray],
) -> None:
    """Put the vectors of some texts into their file; those of zeros are added to ``zeros``."""
    zeros.update(digest for digest, one in zip(digests, some, strict=True) if not np.any(one))
    with _keeping(index):
        vectors.put([texts.places[digest] for digest in digests], some)


@contextmanager
def _keeping(index: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise IndexNotWritable(
            f"Vectors cannot be written to {index}: {err.strerror}; {what_stays(index)}."
        ) from err


def _find_room(folder: Path, model: Path) -> None:
    """Write as much as an export of a model takes, and remove it: it tells no full disk apart.

    It is written twice while it is made, with the weights of the model in it.

    Raises:
        OSError: there is no room for it.
    """
    size = 2 * sum(file.stat().st_size for file in model.iterdir() if file.is_file())
    with TemporaryFile(dir=folder) as file:
        for _ in range(0, size, len(_PIECE)):
            file.write(_PIECE)


def _not_finite(encoder: str, text: str) -> EncoderUnavailable:
    return EncoderUnavailable(
        f"The encoder {encoder!r} must make finite numbers of every text, but made NaN or an "
        f"infinite one of {text[:_SHOWN]!r}; choose another with KB_MODEL."
    )


def _zeros(encoder: str, zeros: Collection[str], sets: Mapping[VectorSet, Texts]) -> str:
    """Which texts have vectors of zeros: how many, and where the first stands."""
    of_set, first = next(
        (one.name, text) for one, some in sets.items() for text in some if text.digest in zeros
    )
    n = "one text" if len(zeros) == 1 else f"{len(zeros)} texts"
    return (
        f"The encoder {encoder!r} makes a vector of zeros of {n}, which no search by meaning "
        f"finds: the first is text {first.ordinal + 1} of {first.owner!r} in {of_set!r}. Write "
        "it in words that the encoder knows, or choose another with KB_MODEL."
    )


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

    def name(self, encoder: str) -> str:
        """What an encoder is called."""
        return self.files.name if encoder == ENCODER else MULTILINGUAL_NAME

    def encode(
        self,
        encoder: str,
        texts: _Distinct,
        fresh: Sequence[str],
        journal: Journal,
        put: Callable[[Sequence[str], Sequence[np.ndarray]], None],
    ) -> frozenset[str]:
        """Make the vectors of some texts; each is in the journal and put when it is made.

        Those that are in the journal from before are put, and not made: returns which were.
        """
        left = journal.read(fresh)
        if left:
            self.tell(f"Of a build that was cut off {len(left)} vectors are taken over.")
        for digest, vector in left.items():
            put([digest], [vector])
        missing = [digest for digest in fresh if digest not in left]
        if not missing:
            return frozenset()
        run = self._run_of(encoder, len(missing))
        # Long ones first: those of one length go well together, and memory is short at once or
        # never.
        digests = sorted(missing, key=lambda digest: (-texts.length(digest), digest))
        lengths = [texts.length(digest) for digest in digests]
        far = _Bar(lengths) if self.progress else Lines(lengths, self.tell)
        at_once = -(-_AT_ONCE // self.batch_size) * self.batch_size  # whole batches
        with far:
            for begin in range(0, len(digests), at_once):
                some = digests[begin : begin + at_once]
                vectors = run([texts.text(digest) for digest in some])
                for digest, vector in zip(some, vectors, strict=True):
                    if not np.isfinite(vector).all():
                        raise _not_finite(self.name(encoder), texts.text(digest))
                journal.add(some, vectors)
                put(some, vectors)
                far.done(len(some))
        return frozenset(missing)

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
        try:
            export_encoder(loaded, folder)
        except EncoderUnavailable:
            _find_room(folder.parent, self.files.folder)
            raise

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
