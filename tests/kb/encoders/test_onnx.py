"""The query encoder of a web worker: parity with the original, and damaged files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from kb.encoders.onnx import OnnxQueryEncoder
from kb.encoders.onnx_export import export_encoder
from kb.encoders.sentence_transformer import DEFAULT_MODEL, SentenceTransformerEncoder, find_model
from kb.errors import SnapshotCorrupt
from tests.toy import ROOT

TEXTS = {
    "empty": "",
    "blank": " \t\n",
    "stop": ".",
    "ellipsis": "…",
    "letter": "a",
    "capital": "A",
    "digit": "7",
    "word": "wineries",
    "words": "five wineries that want to sell abroad",
    "question": "How do small firms buy a machine together?",
    "shouting": "JOINT PURCHASING!!!",
    "figures": "sales rose by 30% to $7,000,000 in 1994",
    "hyphens": "supply-push and demand-pull programmes",
    "accents": "réseau d'entreprises à Montréal",
    "decomposed": "re\u0301seau",
    "german": "Verbundgruppen mittelständischer Unternehmen",
    "norwegian": "bedriftsnettverk på Lillehammer",
    "arabic": "شبكات الأعمال الصغيرة والمتوسطة",
    "hebrew": "רשתות עסקיות",
    "chinese": "中小企业网络",
    "japanese": "中小企業のネットワーク",
    "thai": "เครือข่ายธุรกิจ",
    "emoji": "🍷🏭🤝",
    "flags": "🇳🇴 🇫🇷",
    "family": "👩‍👩‍👧‍👦 firms",
    "markup": "<script>alert('x')</script>",
    "sql": "'; DROP TABLE cases; --",
    "control": "wine\x00\x07metal",
    "wide spaces": "wine\u00a0\u2003metal",
    "right to left mark": "\u202ewine",
    "special token": "[CLS] wine [SEP] [MASK]",
    "subwords": "antidisestablishmentarianism",
    "10,000 letters": "w" * 10_000,
    "10,000 letters of words": "wine " * 2_000,
    "longer than the model reads": "small firms share a machine and save its cost " * 40,
}


def test_the_library_reports_nothing(settings, tmp_path):
    """It leaves no id of the machine in the home folder, by which it would report its use."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environ |= {"HOME": str(tmp_path), "KB_MODEL": settings.model, "KB_MULTILINGUAL": "off"}
    environ.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run(
        [sys.executable, "-m", "web", "search", "wine", "--index", str(settings.index)],
        cwd=ROOT,
        env=environ,
        check=True,
    )
    assert list(tmp_path.rglob("*")) == []


@pytest.fixture(name="original", scope="module")
def _original() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(find_model(DEFAULT_MODEL))


@pytest.fixture(name="default_export", scope="module")
def _default_export(original: SentenceTransformerEncoder, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("default")
    export_encoder(original, folder)
    return folder


@pytest.fixture(name="exported", scope="module")
def _exported(default_export: Path) -> OnnxQueryEncoder:
    return OnnxQueryEncoder(default_export)


@pytest.fixture(name="tiny_export", scope="module")
def _tiny_export(tiny_encoder: Path, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tiny") / "encoder"
    export_encoder(SentenceTransformerEncoder(find_model(str(tiny_encoder))), folder)
    return folder


@pytest.fixture(name="folder")
def _folder(tiny_export: Path, tmp_path: Path) -> Path:
    """An exported encoder that a test may damage."""
    return Path(shutil.copytree(tiny_export, tmp_path / "encoder"))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_two_paths_agree(original, exported, text):
    """With the default model the web worker's vector is the original's (cosine >= 0.9999)."""
    one, two = original.encode_query(text), exported.encode_query(text)

    assert one.shape == two.shape == (384,)
    assert one @ two / np.linalg.norm(one) / np.linalg.norm(two) >= 0.9999


def test_the_configuration_of_the_default_model(default_export):
    """The default model reads 256 tokens and has no prompt for queries."""
    assert json.loads((default_export / "encoder.json").read_text()) == {
        "max_length": 256,
        "query_prompt": "",
        "document_prompt": "",
    }


@pytest.mark.parametrize("text", [text for text in TEXTS.values() if text.strip()])
def test_texts_that_are_searched_have_the_same_vectors(original, exported, text):
    """A build that has few texts to encode leaves them to the export (cosine >= 0.99999)."""
    one, two = original.encode_documents([text])[0], exported.encode_document(text)

    assert exported.encodes_documents
    assert one @ two / np.linalg.norm(one) / np.linalg.norm(two) >= 0.99999


def test_a_vector_is_the_callers_to_read_and_not_to_change(tiny_export):
    """A vector is float32 and read-only, and the same query gives the same one."""
    encoder = OnnxQueryEncoder(tiny_export)

    vector = encoder.encode_query("wine")

    assert (vector.dtype, vector.tolist()) == (np.float32, [1, 0, 0, 0, 0, 0])
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 2
    assert encoder.encode_query("wine").tolist() == [1, 0, 0, 0, 0, 0]


def test_threads_share_an_encoder(tiny_export):
    """Queries of many threads at once do not mix."""
    themes = ["wine", "metal", "textile", "export", "purchase", "train"]
    queries = [f"{theme} {number}" for number in range(60) for theme in themes]
    encoder = OnnxQueryEncoder(tiny_export)

    with ThreadPoolExecutor(8) as pool:
        vectors = list(pool.map(encoder.encode_query, queries))

    expected = (np.eye(6) / 2).tolist() * 60  # the number is a word without a theme
    assert [vector.tolist() for vector in vectors] == expected


def test_a_query_is_cut_at_the_length_that_the_model_reads(folder):
    """What goes beyond max_length does not count."""
    (folder / "encoder.json").write_text('{"query_prompt": "", "max_length": 2}')

    vector = OnnxQueryEncoder(folder).encode_query("wine metal metal metal")

    assert vector.tolist() == [0.5, 0.5, 0, 0, 0, 0]


def test_the_prompt_goes_before_the_query(folder):
    """The prompt of the configuration stands before the query, as it is."""
    (folder / "encoder.json").write_text('{"query_prompt": "wi", "max_length": 20}')

    vector = OnnxQueryEncoder(folder).encode_query("ne metal")

    assert vector.tolist() == [0.5, 0.5, 0, 0, 0, 0]


def _damage(path: Path, data: bytes | None) -> None:
    path.unlink()
    if data is None:
        return
    if data == b"<folder>":
        path.mkdir()
    else:
        path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "data", "cause"),
    [
        pytest.param("model.onnx", None, "NoSuchFile", id="model missing"),
        pytest.param("model.onnx", b"<folder>", "InvalidProtobuf", id="model a folder"),
        pytest.param("model.onnx", b"", "InvalidArgument", id="model empty"),
        pytest.param("model.onnx", b"version https", "InvalidProtobuf", id="model text"),
        pytest.param("tokenizer.json", None, "FileNotFoundError", id="tokenizer missing"),
        pytest.param("tokenizer.json", b"<folder>", "IsADirectoryError", id="tokenizer a folder"),
        pytest.param("tokenizer.json", b"", "ValueError", id="tokenizer empty"),
        pytest.param("tokenizer.json", b"{}", "ValueError", id="tokenizer without model"),
        pytest.param("tokenizer.json", b"\xff\xfe", "ValueError", id="tokenizer binary"),
        pytest.param("encoder.json", None, "FileNotFoundError", id="config missing"),
        pytest.param("encoder.json", b"<folder>", "IsADirectoryError", id="config a folder"),
        pytest.param("encoder.json", b"", "JSONDecodeError", id="config empty"),
        pytest.param("encoder.json", b"\xff", "UnicodeDecodeError", id="config binary"),
        pytest.param("encoder.json", b"[]", "TypeError", id="config a list"),
        pytest.param("encoder.json", b"null", "TypeError", id="config null"),
        pytest.param("encoder.json", b"{}", "KeyError", id="config without prompt"),
        pytest.param("encoder.json", b'{"query_prompt": ""}', "KeyError", id="config no length"),
        pytest.param(
            "encoder.json",
            b'{"query_prompt": "", "max_length": "all"}',
            "ValueError",
            id="config length a word",
        ),
        pytest.param(
            "encoder.json",
            b'{"query_prompt": "", "max_length": null}',
            "TypeError",
            id="config length null",
        ),
        pytest.param(
            "encoder.json",
            b'{"query_prompt": "", "max_length": -1}',
            "OverflowError",
            id="config length negative",
        ),
    ],
)
def test_a_damaged_file_is_corrupt(folder, name, data, cause):
    """Each file, missing or damaged in any way, gives SnapshotCorrupt with the reason."""
    _damage(folder / name, data)

    with pytest.raises(SnapshotCorrupt) as raised:
        OnnxQueryEncoder(folder)

    reason = raised.value.__cause__
    assert type(reason).__name__ == cause
    assert str(raised.value) == (
        f"The query encoder of the snapshot cannot be used: {folder} "
        f"({str(reason).splitlines()[0][:200]}). Run 'kb build'."
    )


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_file_cut_anywhere_is_corrupt(folder, name):
    """There is no length at which a half-written file passes for a whole one."""
    data = (folder / name).read_bytes()
    whole = len(data.rstrip())

    for length in range(0, whole, max(1, whole // 50)):
        (folder / name).write_bytes(data[:length])
        with pytest.raises(SnapshotCorrupt, match="cannot be used"):
            OnnxQueryEncoder(folder)


def test_a_damaged_byte_prints_nothing(folder, capfd):
    """A model that cannot be opened leaves standard output to the results."""
    data = (folder / "model.onnx").read_bytes()
    name = data.index(b"input_ids")  # a name that is no UTF-8 is a ValueError inside ONNX Runtime
    (folder / "model.onnx").write_bytes(data[:name] + b"\xff" + data[name + 1 :])

    with pytest.raises(SnapshotCorrupt):
        OnnxQueryEncoder(folder)

    assert capfd.readouterr().out == ""
