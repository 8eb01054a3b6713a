"""Reading lists in addresses: round trips in any script, sizes, and everything that is refused."""

from __future__ import annotations

import base64
import hashlib
import re

import brotli
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb.content.corpus import read_corpus
from kb.content.packs import read_readers_pack, readers_pack_file
from kb.errors import PackError
from kb.exports.pack_address import FORM, MAX_LENGTH, address_of, fits, pack_at
from kb.model.packs import (
    MAX_INTRODUCTION,
    MAX_ITEMS,
    MAX_NOTE,
    MAX_TITLE,
    Pack,
    PackItem,
    as_line,
    as_paragraphs,
)
from tests.toy import ROOT

VERSIONS = st.text("0123456789abcdef", min_size=12, max_size=12)
TITLES = st.text(max_size=MAX_TITLE).map(as_line).filter(lambda text: len(text) <= MAX_TITLE)


def texts(most: int) -> st.SearchStrategy[str]:
    """Texts as a list keeps them, of any script."""
    return st.text(max_size=most).map(as_paragraphs)


def packs(most: int, note: int) -> st.SearchStrategy[Pack]:
    """Lists without ids, as an address holds them; each version once."""
    items = st.builds(PackItem, version=VERSIONS, note=texts(note))
    return st.builds(
        Pack,
        title=TITLES,
        introduction=texts(note),
        items=st.lists(items, max_size=most, unique_by=lambda item: item.version).map(tuple),
    )


@given(packs(12, 80))
@example(Pack())
@example(Pack(title="協同組合", introduction="שלום\n\nمرحبا", items=(PackItem(version="0" * 12),)))
@example(Pack(title="a" * MAX_TITLE, introduction="b" * MAX_INTRODUCTION))
@example(Pack(items=tuple(PackItem(version=f"{n:012x}", note="n" * MAX_NOTE) for n in range(100))))
def test_what_fits_comes_back(pack: Pack) -> None:
    """Pack to address to pack is the identity, and the address is safe in every program."""
    if fits(pack):
        address = address_of(pack)

        assert pack_at(address) == pack
        assert re.fullmatch(r"A[A-Za-z0-9_-]+z", address)
        assert len(address) <= MAX_LENGTH
    else:
        with pytest.raises(PackError, match="too long for a link"):
            address_of(pack)


@given(packs(MAX_ITEMS, 40))
@example(Pack(title="no", introduction="010\n\n# x", items=(PackItem(version="123456789012"),)))
@example(Pack(title="1.10", items=(PackItem(version="0" * 12, note="- a\n- b: c"),)))
@example(Pack(title="x: y # z", introduction="a\n  b\n\n'\"\n%TAG"))
def test_any_list_comes_back_from_its_file(pack: Pack) -> None:
    """Pack to file to pack is the identity, for a hundred items too."""
    written = readers_pack_file(pack, "A list\nof mine").encode()

    assert read_readers_pack(written) == (pack, [])


@given(st.text())
def test_texts_settle(text: str) -> None:
    """What is kept of a text is kept as it is the next time."""
    assert as_paragraphs(as_paragraphs(text)) == as_paragraphs(text)
    assert as_line(as_line(text)) == as_line(text)
    assert "\x1f" not in as_paragraphs(text)


def test_twenty_items_with_notes_fit() -> None:
    """Notes of 200 characters of real prose take some 2,200 characters in all."""
    prose = " ".join(case.summary for case in read_corpus(ROOT / "cases").compendium.cases)
    notes = [as_paragraphs(prose[at : at + 200]) for at in range(3000, 7000, 200)]
    items = tuple(
        PackItem(version=hashlib.sha256(note.encode()).hexdigest()[:12], note=note)
        for note in notes
    )

    address = address_of(Pack(title="Why firms cooperate", items=items))

    assert len(items) == 20
    assert len(address) < 2300


PACK = Pack(title="A list", items=(PackItem(version="0123456789ab", note="Read this."),))
ADDRESS = address_of(PACK)


@given(st.integers(1, len(ADDRESS) - 2), st.sampled_from("ABCxyz019_-"))
def test_a_changed_address_is_refused(at: int, sign: str) -> None:
    """One other sign in it, and nothing is read of it."""
    changed = ADDRESS[:at] + sign + ADDRESS[at + 1 :]

    if changed != ADDRESS:
        with pytest.raises(PackError, match="damaged"):
            pack_at(changed)


@given(st.text(max_size=60))
def test_nothing_else_is_an_address(text: str) -> None:
    """Whatever stands there is refused with a sentence, and nothing else happens."""
    with pytest.raises(PackError):
        pack_at(text)


def made(packed: bytes, texts: str = "", *, items: int = 0) -> str:
    """An address of some bytes with the right check sum: somebody took pains."""
    packed += bytes(6 * items) + (brotli.compress(texts.encode(), quality=5) if texts else b"")
    whole = hashlib.sha256(packed).digest()[:4] + packed
    return f"A{base64.urlsafe_b64encode(whole).rstrip(b'=').decode()}z"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        pytest.param(ADDRESS[:-1], "is damaged or cut off. Ask", id="cut"),
        pytest.param(ADDRESS + "x", "is damaged or cut off. Ask", id="a letter too many"),
        pytest.param(ADDRESS[:-9] + "z", "damaged", id="cut within"),
        pytest.param("B" + ADDRESS[1:], "of a form that this site does not know", id="other form"),
        pytest.param("", "damaged", id="nothing"),
        pytest.param("A" * 1_000_000, "at most 2,600 characters, not 1,000,000", id="a megabyte"),
        pytest.param("A../../etc/passwdz", "damaged", id="path"),
        pytest.param(made(b""), "damaged", id="empty"),
        pytest.param(made(b"\x02", "a\x1f\x1fb", items=1), "damaged", id="an item short"),
        pytest.param(made(b"\x01", "a\x1f", items=1), "damaged", id="a note short"),
        pytest.param(made(b"\x00", "a"), "damaged", id="no introduction"),
        pytest.param(made(b"\x00" + b"\xff" * 9), "damaged", id="no Brotli"),
        pytest.param(made(b"\x00" + brotli.compress(b"\xff\x1f")), "damaged", id="no UTF-8"),
        pytest.param(
            made(b"\x00" + brotli.compress(b"a\x1fb")[:-2]), "damaged", id="half a stream"
        ),
        pytest.param(made(b"\x00", " a\x1f"), "damaged", id="not as it is kept"),
        pytest.param(made(b"\x00", "a\x00\x1f"), "damaged", id="NUL"),
        pytest.param(
            made(b"\x00", "a" * 121 + "\x1f"),
            "title has at most 120 characters, not 121",
            id="title",
        ),
        pytest.param(
            made(b"\x01", "\x1f\x1f" + "a" * 100_000, items=1),
            "note has at most 2,000 characters, not 100,000",
            id="note",
        ),
        pytest.param(
            made(b"\xff", "\x1f" * 256, items=255), "at most 100 items, not 255", id="items"
        ),
        pytest.param(made(b"\x00", "\x1f" + "\x00" * 50_000_000), "damaged", id="bomb"),
    ],
)  # fmt: skip
def test_what_is_refused(address: str, said: str) -> None:
    """Each with a sentence that says what is wrong and what to do."""
    with pytest.raises(PackError, match=re.escape(said)):
        pack_at(address)


def test_a_bomb_is_not_opened() -> None:
    """A kilobyte that opens to fifty megabytes takes no memory of that kind."""
    import tracemalloc

    bomb = made(b"\x00", "\x00" * 50_000_000)
    assert len(bomb) < MAX_LENGTH
    tracemalloc.start()
    with pytest.raises(PackError):
        pack_at(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 5_000_000


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        (Pack(items=(PackItem(case="a/b"),)), "'a/b' must name a version"),
        (Pack(title="a" * 121), "title has at most 120 characters, not 121"),
        (Pack(items=(PackItem(version="0" * 12),) * 101), "at most 100 items, not 101"),
    ],
)
def test_what_has_no_address(pack: Pack, said: str) -> None:
    """A list that would not come back the same is not put into an address."""
    with pytest.raises(PackError, match=re.escape(said)):
        address_of(pack)


def test_the_form_stays() -> None:
    """An address of today is read for ever: this one was made with the first version."""
    assert FORM == "A"
    assert pack_at(ADDRESS_OF_THE_FIRST) == PACK


ADDRESS_OF_THE_FIRST = "AdUIdMgEBI0VniauLCIBBIGxpc3QfH1JlYWQgdGhpcy4Dz"
